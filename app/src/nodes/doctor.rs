//! The node doctor on the page: steps as they come, with cause and remedy where one fails. Leaving the page ends it.

use super::calls::test_node;
use super::parts::Commands;
use super::store::Store;
use super::words;
use crate::i18n::sentence::doctor as say;
use crate::i18n::{Locale, t};
use crate::preferences::use_locale;
use crate::ui::{Button, Glyph, Icon, Size};
use domain::doctor::{Outcome, Report, Step, Told, remedies};
use futures::StreamExt;
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;

/// What is known of a test.
#[derive(Clone, Debug, Default, PartialEq)]
struct Chart {
    steps: Vec<Step>,
    at: Option<Step>,
    over: Vec<Report>,
    ended: bool,
}

impl Chart {
    fn hear(&mut self, told: Told) {
        match told {
            Told::Steps { steps } => *self = Chart { steps, ..Chart::default() },
            Told::Begun { step } => self.at = Some(step),
            Told::Done { report } => {
                self.at = None;
                self.over.push(report);
            }
            Told::End => self.ended = true,
        }
    }

    fn report(&self, step: Step) -> Option<&Report> {
        self.over.iter().find(|report| report.step == step)
    }

    fn sum(&self, locale: Locale) -> String {
        let deserve = |caution: usize| if caution == 1 { "deserves" } else { "deserve" };
        let count = |fits: fn(&Outcome) -> bool| self.over.iter().filter(|report| fits(&report.outcome)).count();
        let (all, good) = (self.steps.len(), count(|outcome| matches!(outcome, Outcome::Good { .. })));
        let caution = count(|outcome| matches!(outcome, Outcome::Caution { .. }));
        let failed = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        match (caution, failed) {
            (0, 0) => locale.pick(format!("{all}項目のうち{good}件が正常です。"), format!("{good} of {all} are well.")),
            (caution, 0) => locale.pick(
                format!("{all}項目のうち{good}件が正常、{caution}件は注意が必要です。"),
                format!("{good} of {all} are well; {caution} {} a look.", deserve(caution)),
            ),
            (0, failed) => locale.pick(
                format!("{all}項目のうち{good}件が正常、{failed}件は修正が必要です。"),
                format!("{good} of {all} are well; {failed} must be corrected."),
            ),
            (caution, failed) => locale.pick(
                format!("{all}項目のうち{good}件が正常、{caution}件は注意、{failed}件は修正が必要です。"),
                format!("{good} of {all} are well; {caution} {} a look, {failed} must be corrected.", deserve(caution)),
            ),
        }
    }
}

/// Takes the whole lines out of what has come.
fn lines(buffer: &mut String) -> Vec<Told> {
    let Some(end) = buffer.rfind('\n') else { return Vec::new() };
    let rest = buffer.split_off(end + 1);
    let whole = std::mem::replace(buffer, rest);
    // a newer server may tell of what this page does not know
    whole.lines().filter_map(|line| serde_json::from_slice(line.as_bytes()).ok()).collect()
}

/// The panel.
#[component]
pub fn Doctor(store: Store) -> impl IntoView {
    let locale = use_locale();
    let chart = RwSignal::new(Chart::default());
    let (running, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let under_way = StoredValue::new(None::<AbortHandle>);
    on_cleanup(move || {
        if let Some(Some(handle)) = under_way.try_get_value() {
            handle.abort();
        }
    });
    let start = move |_| {
        if running.get_untracked() {
            return;
        }
        running.set(true);
        problem.set(None);
        chart.set(Chart::default());
        let (work, handle) = abortable(async move {
            let mut told = test_node(store.id()).await?.into_inner();
            let mut buffer = String::new();
            while let Some(part) = told.next().await {
                buffer.push_str(&part?);
                for told in lines(&mut buffer) {
                    chart.update(|chart| chart.hear(told));
                }
            }
            Ok::<(), crate::AppError>(())
        });
        under_way.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // whoever left has ended it
            let Ok(ended) = work.await else { return };
            running.set(false);
            match ended {
                Err(error) => problem.set(Some(error.message)),
                Ok(()) if !chart.with_untracked(|chart| chart.ended) => {
                    problem.set(Some(words::BROKEN_OFF.in_locale(locale.get_untracked()).to_owned()));
                }
                Ok(()) => {}
            }
        });
    };
    let steps = Memo::new(move |_| chart.with(|chart| chart.steps.clone()));
    let ended = Memo::new(move |_| chart.with(|chart| chart.ended));
    let begun = Memo::new(move |_| steps.with(|steps| !steps.is_empty()));
    view! {
        <section class="panel" aria-labelledby="doctor-title" data-testid="doctor">
            <div class="panel-h">
                <h2 id="doctor-title">{t(words::DOCTOR)}</h2>
                <Button
                    size=Size::Small
                    class="ml-auto needs-script"
                    glyph=Glyph::Refresh
                    busy=running
                    on_click=start
                    attr:data-testid="doctor-start"
                >
                    {move || if begun.get() { words::AGAIN } else { words::TEST }.in_locale(locale.get())}
                </Button>
            </div>
            <p
                class="phrase border-b border-line px-4 py-2.5 text-sm"
                role="status"
                data-testid="doctor-sum"
                data-ended=move || ended.get().to_string()
            >
                {move || {
                    let locale = locale.get();
                    if ended.get() {
                        chart.with(|chart| chart.sum(locale))
                    } else {
                        words::DOCTOR_TEXT.in_locale(locale).to_owned()
                    }
                }}
            </p>
            {move || {
                problem.get().map(|said| view! { <p class="phrase px-4 py-2.5 text-sm text-bad" role="alert">{said}</p> })
            }}
            <ol>
                <For each=move || steps.get() key=|step| *step let:step>
                    <StepRow chart=chart step=step />
                </For>
            </ol>
        </section>
    }
}

#[component]
fn StepRow(chart: RwSignal<Chart>, step: Step) -> impl IntoView {
    let locale = use_locale();
    let report = Memo::new(move |_| chart.with(|chart| chart.report(step).cloned()));
    let here = Memo::new(move |_| chart.with(|chart| chart.at == Some(step)));
    let glyph = Signal::derive(move || match report.get().map(|report| report.outcome) {
        Some(Outcome::Good { .. }) => Glyph::CircleCheck,
        Some(Outcome::Caution { .. }) => Glyph::Warning,
        Some(Outcome::Failed { .. }) => Glyph::CircleCross,
        Some(Outcome::After { .. }) | None => Glyph::CircleDashed,
    });
    let (tone, word) = (
        move || match report.get().map(|report| report.outcome) {
            Some(Outcome::Good { .. }) => "text-good",
            Some(Outcome::Caution { .. }) => "text-caution",
            Some(Outcome::Failed { .. }) => "text-bad",
            Some(Outcome::After { .. }) | None => "text-faint",
        },
        move || match report.get().map(|report| report.outcome) {
            Some(Outcome::Good { .. }) => "good",
            Some(Outcome::Caution { .. }) => "caution",
            Some(Outcome::Failed { .. }) => "failed",
            Some(Outcome::After { .. }) => "after",
            None if here.get() => "running",
            None => "waiting",
        },
    );
    let found = move || {
        let locale = locale.get();
        match report.get() {
            Some(Report { outcome: Outcome::Good { finding } | Outcome::Caution { finding }, millis, .. }) => {
                format!("{} · {millis} ms", say::finding(locale, &finding))
            }
            Some(Report { outcome: Outcome::Failed { problem }, .. }) => say::problem(locale, &problem),
            Some(Report { outcome: Outcome::After { step }, .. }) => say::after(locale, step),
            None if here.get() => words::RUNNING.in_locale(locale).to_owned(),
            None => words::WAITS.in_locale(locale).to_owned(),
        }
    };
    let remark = Memo::new(move |_| match report.get()?.outcome {
        Outcome::Caution { finding } => say::remark(locale.get(), &finding),
        _ => None,
    });
    let failed = Memo::new(move |_| match report.get()? {
        Report { outcome: Outcome::Failed { problem }, system, .. } => Some((problem, system)),
        _ => None,
    });
    view! {
        <li
            class="grid grid-cols-[1.25rem_minmax(9rem,1fr)_minmax(0,auto)] gap-x-2.5 border-t border-line px-4 py-2 first:border-0"
            data-testid=format!("doctor-{}", name(step))
            data-outcome=word
        >
            <span class=move || format!("mt-0.5 {}", tone())>
                <Icon glyph=glyph />
            </span>
            <span class=move || {
                if failed.with(Option::is_some) { "text-sm font-semibold" } else { "text-sm" }
            }>{t(say::step(step))}</span>
            <span class=move || {
                if failed.with(Option::is_some) {
                    "text-right text-xs leading-5 text-bad font-medium wrap-anywhere"
                } else {
                    "text-right text-xs leading-5 text-muted wrap-anywhere"
                }
            }>{found}</span>
            {move || {
                remark
                    .get()
                    .map(|text| {
                        view! {
                            <p class="phrase col-start-2 col-end-4 mt-1 text-xs leading-[1.125rem] text-muted">{text}</p>
                        }
                    })
            }}
            {move || {
                failed
                    .get()
                    .map(|(problem, system)| {
                        let commands = remedies(&problem, system);
                        view! {
                            <div class="col-start-2 col-end-4 mt-1">
                                <p class="phrase mb-1.5 text-xs leading-[1.125rem] text-muted">
                                    {move || say::advice(locale.get(), &problem, system)}
                                </p>
                                <Commands commands=commands />
                            </div>
                        }
                    })
            }}
        </li>
    }
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Name => "name",
        Step::Port => "port",
        Step::HostKey => "host_key",
        Step::Login => "login",
        Step::Shell => "shell",
        Step::WorkFolder => "work_folder",
        Step::Program => "program",
        Step::LettingGo => "letting_go",
        Step::Disk => "disk",
        Step::Clock => "clock",
        Step::Cores => "cores",
        Step::Calculix => "calculix",
        Step::Abaqus => "abaqus",
        Step::License => "license",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::doctor::{Finding, Problem};

    #[test]
    fn lines_are_the_same_however_they_come() {
        let all = [
            Told::Steps { steps: vec![Step::Name, Step::Port] },
            Told::Begun { step: Step::Name },
            Told::Done {
                report: Report { step: Step::Name, outcome: Outcome::of(Finding::Answer), millis: 1, system: None },
            },
            Told::End,
        ];
        let text: String = all.iter().map(|told| serde_json::to_string(told).unwrap() + "\n").collect();
        for cut in 1..text.len() {
            let (mut buffer, mut heard) = (String::new(), Vec::new());
            for part in [&text[..cut], &text[cut..]] {
                buffer.push_str(part);
                heard.extend(lines(&mut buffer));
            }
            assert_eq!(heard, all, "{cut}");
        }
        let mut chart = Chart::default();
        all.into_iter().for_each(|told| chart.hear(told));
        assert!(chart.ended && chart.at.is_none() && chart.report(Step::Port).is_none());
        assert_eq!(chart.sum(Locale::Ja), "2項目のうち1件が正常です。");
        let problem = Problem::TooSlow { seconds: 1 };
        let report = Report { step: Step::Port, outcome: Outcome::Failed { problem }, millis: 1, system: None };
        chart.hear(Told::Done { report });
        assert_eq!(chart.sum(Locale::En), "1 of 2 are well; 1 must be corrected.");
        let full = Outcome::of(Finding::Disk { free: 1, total: 100 });
        chart.hear(Told::Done { report: Report { step: Step::Disk, outcome: full, millis: 1, system: None } });
        assert_eq!(chart.sum(Locale::En), "1 of 2 are well; 1 deserves a look, 1 must be corrected.");
        chart.over.remove(1);
        assert_eq!(chart.sum(Locale::Ja), "2項目のうち1件が正常、1件は注意が必要です。");
    }
}
