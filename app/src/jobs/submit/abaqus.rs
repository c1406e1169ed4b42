//! What Abaqus can be asked for beside CPUs: folded away, because hardly anybody needs it; the run to go on from, in
//! plain sight where a deck needs one.

use super::choices::Problem;
use super::form::Form;
use super::{standing, use_voice};
use crate::i18n::{Text, t, text};
use crate::jobs::api::{OptionsWish, RestartSource};
use crate::jobs::calls::restart_sources;
use crate::preferences::use_locale;
use domain::options::{Double, Memory, MpMode, RunOptions, Scratch};
use domain::{JobId, JobName, Solver};
use leptos::prelude::*;

/// GPUs that the form offers; the API takes more.
const GPUS: [u32; 4] = [0, 1, 2, 4];

/// The choices, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbaqusChoices {
    gpus: u32,
    /// As typed.
    memory: String,
    run_folder_scratch: bool,
    double: Option<Double>,
    mp_mode: Option<MpMode>,
    datacheck: bool,
    oldjob: Option<JobId>,
}

impl AbaqusChoices {
    /// As an earlier job had them.
    pub fn of(options: &RunOptions) -> AbaqusChoices {
        AbaqusChoices {
            gpus: options.gpus,
            memory: options.memory.map(|memory| memory.to_string()).unwrap_or_default(),
            run_folder_scratch: options.scratch.is_some(),
            double: options.double,
            mp_mode: options.mp_mode,
            datacheck: options.datacheck,
            oldjob: options.oldjob.as_ref().map(|old| old.id),
        }
    }

    /// GPUs, for the price.
    pub fn gpus(&self) -> u32 {
        self.gpus
    }

    /// The job it goes on from.
    pub fn oldjob(&self) -> Option<JobId> {
        self.oldjob
    }

    /// Goes on from this job.
    pub fn restart_from(id: JobId) -> AbaqusChoices {
        AbaqusChoices { oldjob: Some(id), ..AbaqusChoices::default() }
    }

    fn memory(&self) -> Result<Option<Memory>, ()> {
        if self.memory.trim().is_empty() { Ok(None) } else { self.memory.parse().map(Some).map_err(|_| ()) }
    }

    /// What keeps a job from being submitted with them.
    pub fn is_wrong(&self) -> bool {
        self.memory().is_err() || (self.datacheck && self.gpus > 0)
    }

    /// As they are sent, without the file of subroutines.
    pub fn wish(&self) -> OptionsWish {
        OptionsWish {
            gpus: self.gpus,
            memory: self.memory().unwrap_or(None),
            scratch: self.run_folder_scratch.then_some(Scratch::RunFolder),
            double: self.double,
            mp_mode: self.mp_mode,
            datacheck: self.datacheck,
            user: None,
            oldjob: self.oldjob,
        }
    }
}

const TITLE: Text = text("Abaqus の詳細", "More for Abaqus");
const AS_INSTALLED: Text = text("ノードの設定どおり", "as the node is set up");
const MEMORY: Text = text("メモリの上限", "Most memory");
const MEMORY_WRONG: Text = text("90% または 16gb のように入力してください", "Write it like 90% or 16gb");
const DOUBLE: Text = text("倍精度 (Explicit)", "Double precision (Explicit)");
const MP_MODE: Text = text("並列の方式", "Parallel mode");
const SCRATCH: Text = text("一時ファイルを実行フォルダーに置く", "Keep temporary files in the run's folder");
const DATACHECK: Text = text("データチェックだけ (計算しない)", "Data check only (nothing is solved)");
const NOT_BOTH: Text = text("データチェックでは GPU を使えません", "A data check cannot use GPUs");
const RESTART: Text = text("続き元のジョブ", "Goes on from");
const CHOOSE_JOB: Text = text("選んでください", "Choose a job");
const RESTART_HINT: Text = text(
    "このデッキは *RESTART, READ で前の計算の続きを行います。再開用のファイルは選んだジョブからそのまま渡されます。",
    "This deck goes on from an earlier run (*RESTART, READ). Its restart files are handed over from the job you choose.",
);
const NO_SOURCES: Text = text(
    "再開用のファイルを残したジョブはまだありません。元のデッキに *RESTART, WRITE を入れて実行してください。",
    "No job has left restart files yet. Run the first deck with *RESTART, WRITE.",
);

/// The folded choices; nothing while another solver is chosen.
#[component]
pub fn Abaqus(form: Form) -> impl IntoView {
    let voice = use_voice();
    let locale = use_locale();
    let choices = form.abaqus;
    let is_abaqus = Memo::new(move |_| form.solver_now() == Some(Solver::Abaqus));
    let memory_wrong = move || choices.with(|choices| choices.memory().is_err());
    let both = move || choices.with(|choices| choices.datacheck && choices.gpus > 0);
    let label = "grid min-w-0 content-start gap-1 text-sm font-semibold";
    view! {
        <Show when=move || is_abaqus.get()>
            <RestartFrom form=form />
            <details class="sec" data-testid="abaqus-options">
                <summary class="cursor-pointer text-sm font-semibold">{t(TITLE)}</summary>
                <div class="mt-3 grid grid-cols-2 gap-3">
                    <label class=label>
                        "GPU"
                        <select
                            class="select w-full"
                            data-testid="gpus"
                            prop:value=move || choices.with(|c| c.gpus.to_string())
                            on:change:target=move |event| {
                                if let Ok(number) = event.target().value().parse() {
                                    choices.update(|c| c.gpus = number);
                                }
                            }
                        >
                            {GPUS
                                .map(|number| {
                                    view! {
                                        <option value=number.to_string() selected=move || choices.with(|c| c.gpus == number)>
                                            {number}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                        <Problem form=form field="gpus" />
                    </label>
                    <label class=label>
                        {t(MEMORY)}
                        <input
                            type="text"
                            class="input w-full"
                            placeholder="90% / 16gb"
                            data-testid="memory"
                            aria-invalid=move || memory_wrong().then_some("true")
                            prop:value=move || choices.with(|c| c.memory.clone())
                            on:input:target=move |event| choices.update(|c| c.memory = event.target().value())
                        />
                        <Show when=memory_wrong>
                            <span class="text-xs font-normal text-bad" role="alert">
                                {t(MEMORY_WRONG)}
                            </span>
                        </Show>
                        <Problem form=form field="memory" />
                    </label>
                    <label class=label>
                        {t(DOUBLE)}
                        <select
                            class="select w-full"
                            data-testid="double"
                            prop:value=move || choices.with(|c| c.double.map_or("", Double::as_str))
                            on:change:target=move |event| {
                                choices.update(|c| c.double = Double::from_word(&event.target().value()));
                            }
                        >
                            <option value="">{t(AS_INSTALLED)}</option>
                            {Double::ALL
                                .iter()
                                .map(|one| view! { <option value=one.as_str()>{one.as_str()}</option> })
                                .collect_view()}
                        </select>
                    </label>
                    <label class=label>
                        {t(MP_MODE)}
                        <select
                            class="select w-full"
                            data-testid="mp-mode"
                            prop:value=move || choices.with(|c| c.mp_mode.map_or("", MpMode::as_str))
                            on:change:target=move |event| {
                                choices.update(|c| c.mp_mode = MpMode::from_word(&event.target().value()));
                            }
                        >
                            <option value="">{t(AS_INSTALLED)}</option>
                            {MpMode::ALL
                                .iter()
                                .map(|one| view! { <option value=one.as_str()>{one.as_str()}</option> })
                                .collect_view()}
                        </select>
                    </label>
                </div>
                <label class="mt-3 flex items-center gap-2 text-sm">
                    <input
                        type="checkbox"
                        class="checkbox"
                        data-testid="scratch"
                        prop:checked=move || choices.with(|c| c.run_folder_scratch)
                        on:change:target=move |event| choices.update(|c| c.run_folder_scratch = event.target().checked())
                    />
                    {t(SCRATCH)}
                </label>
                <label class="mt-2 flex items-center gap-2 text-sm">
                    <input
                        type="checkbox"
                        class="checkbox"
                        data-testid="datacheck"
                        prop:checked=move || choices.with(|c| c.datacheck)
                        on:change:target=move |event| choices.update(|c| c.datacheck = event.target().checked())
                    />
                    {t(DATACHECK)}
                </label>
                <Show when=both>
                    <p class="mt-1 text-xs text-bad" role="alert">
                        {move || NOT_BOTH.in_locale(locale.get())}
                    </p>
                </Show>
                <p class="sub mt-2 empty:hidden">
                    {move || {
                        let gpus = choices.with(|c| c.gpus);
                        (gpus > 0)
                            .then(|| {
                                voice().pick(
                                    "GPU 1つはトークンの計算で CPU 1つと数えます。",
                                    "For tokens each GPU counts as one CPU.",
                                )
                            })
                    }}
                </p>
            </details>
        </Show>
    }
}

/// The run a restart deck goes on from; shown only where a deck reads one.
#[component]
fn RestartFrom(form: Form) -> impl IntoView {
    let needed = Memo::new(move |_| {
        let chosen = form.abaqus.with(|choices| choices.oldjob.is_some());
        chosen
            || form
                .items
                .with(|items| standing::decks(items).any(|item| item.report().is_some_and(|deck| deck.restart_read)))
    });
    let locale = use_locale();
    let sources = LocalResource::new(move || {
        let needed = needed.get();
        async move { if needed { restart_sources().await } else { Ok(Vec::new()) } }
    });
    let offered = move || sources.get().and_then(Result::ok);
    let chosen = move || form.abaqus.with(|choices| choices.oldjob);
    let option = move |RestartSource { id, name }: RestartSource| {
        view! {
            <option value=id.to_string() selected=move || chosen() == Some(id)>
                {told(id, &name)}
            </option>
        }
    };
    view! {
        <Show when=move || needed.get()>
            <div class="sec grid gap-1">
                <label class="grid gap-1 text-sm font-semibold">
                    {t(RESTART)}
                    <select
                        class="select w-full"
                        data-testid="oldjob"
                        on:change:target=move |event| {
                            let id = event.target().value().parse().ok().map(JobId);
                            form.abaqus.update(|choices| choices.oldjob = id);
                        }
                    >
                        <option value="" selected=move || chosen().is_none()>
                            {t(CHOOSE_JOB)}
                        </option>
                        {move || offered().unwrap_or_default().into_iter().map(option).collect_view()}
                    </select>
                </label>
                <p class="sub phrase">
                    {move || {
                        let none = offered().is_some_and(|all| all.is_empty());
                        (if none { NO_SOURCES } else { RESTART_HINT }).in_locale(locale.get())
                    }}
                </p>
                <Problem form=form field="oldjob" />
            </div>
        </Show>
    }
}

fn told(id: JobId, name: &JobName) -> String {
    format!("{name} (#{id})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_before_is_asked_again() {
        let options = RunOptions {
            gpus: 2,
            memory: Some(Memory::Gigabytes(16)),
            scratch: Some(Scratch::RunFolder),
            double: Some(Double::Both),
            mp_mode: Some(MpMode::Threads),
            ..RunOptions::default()
        };
        let wish = AbaqusChoices::of(&options).wish();
        assert_eq!((wish.gpus, wish.memory, wish.scratch), (2, options.memory, options.scratch));
        assert_eq!((wish.double, wish.mp_mode, wish.datacheck), (options.double, options.mp_mode, false));
    }

    #[test]
    fn what_abaqus_would_refuse_is_told_before() {
        let typed = |memory: &str| AbaqusChoices { memory: memory.to_owned(), ..AbaqusChoices::default() };
        assert!(!typed("").is_wrong() && !typed(" 90% ").is_wrong());
        assert!(typed("16").is_wrong());
        assert!(AbaqusChoices { gpus: 1, datacheck: true, ..AbaqusChoices::default() }.is_wrong());
    }
}
