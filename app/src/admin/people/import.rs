//! Many people from a file or from what is pasted: read, looked at, and added all at once or not at all.

use super::add::PanelHead;
use super::api::{CheckedFile, MOST_BYTES, NewPerson};
use super::calls::{add_people, check_people_csv};
use super::draft::{Column, Flaws};
use super::links::ManyLinks;
use super::preview::Preview;
use super::store::Store;
use super::words;
use crate::AppError;
use crate::clock::use_clock;
use crate::i18n::{Locale, t};
use crate::live::Turns;
use crate::preferences::{use_locale, use_preferences};
use crate::sheet::{self, Sheet};
use crate::ui::{Button, Field, FieldError, Kind, Notice, Tone, take_file};
use leptos::prelude::*;

/// What the file's way is at.
#[derive(Clone, Copy)]
struct Import {
    pasted: RwSignal<String>,
    checked: RwSignal<Option<CheckedFile>>,
    problem: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    turns: StoredValue<Turns>,
    locale: Signal<Locale>,
}

/// The people of a file without flaws.
fn people(
    file: &CheckedFile,
    now: domain::Timestamp,
    offset: chrono::FixedOffset,
) -> Result<Vec<NewPerson>, Vec<(u64, Flaws)>> {
    let (mut good, mut bad) = (Vec::with_capacity(file.rows.len()), Vec::new());
    for row in &file.rows {
        match row.draft.person(now, offset) {
            Ok(person) if row.flaws.is_empty() => good.push(person),
            Ok(_) => bad.push((row.line, row.flaws.clone())),
            Err(flaws) => bad.push((row.line, flaws)),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

/// The file's line of a refusal that names a row.
fn line_of(error: &AppError, file: &CheckedFile) -> Option<u64> {
    let row = error.details.as_ref()?.get("row")?.as_u64()?;
    let at = usize::try_from(row).ok()?.checked_sub(1)?;
    file.rows.get(at).map(|row| row.line)
}

impl Import {
    /// What was read before, or is being read, is not what would be added now.
    fn begin_anew(self) -> Option<u32> {
        let turn = self.turns.try_update_value(Turns::begin_anew)?;
        self.busy.set(false);
        self.problem.set(None);
        self.checked.set(None);
        Some(turn)
    }

    fn check(self, bytes: Vec<u8>) {
        let Some(turn) = self.begin_anew() else { return };
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = check_people_csv(bytes).await;
            // the page may be gone, or something else is to be checked
            if self.turns.try_with_value(|turns| turns.is_wanted(turn)) != Some(true) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(file) => self.checked.set(Some(file)),
                Err(error) => {
                    self.checked.set(None);
                    self.problem.set(Some(error.message));
                }
            }
        });
    }
}

/// The panel.
#[component]
pub fn ImportPanel(store: Store) -> impl IntoView {
    let locale = use_locale();
    let import = Import {
        pasted: RwSignal::new(String::new()),
        checked: RwSignal::new(None),
        problem: RwSignal::new(None),
        busy: RwSignal::new(false),
        turns: StoredValue::new(Turns::default()),
        locale,
    };
    let days = store.of(|view| view.link_days);
    let title = move || match store.links.with(|links| links.as_ref().map(Vec::len)) {
        Some(people) => words::added(locale.get(), people),
        None => words::IMPORT_TITLE.in_locale(locale.get()).to_owned(),
    };
    view! {
        <section class="panel mb-4" aria-labelledby="import-title" data-testid="import-panel">
            <PanelHead
                id="import-title"
                title=title
                store=store
                turned=Signal::derive(move || store.links.with(Option::is_some))
            />
            {move || match store.links.get() {
                Some(links) => {
                    view! { <ManyLinks links=links days=days.get_untracked().unwrap_or_default() store=store /> }.into_any()
                }
                None => {
                    view! {
                        <Source import=import />
                        {move || {
                            import.checked.get().map(|file| view! { <Confirm file=file store=store /> })
                        }}
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// Two people as a file has them.
fn sample() -> String {
    let rows = [
        ["sato.hanako", "佐藤 花子", "student", "2", "12", "2030-03-31"],
        ["suzuki.ichiro", "鈴木 一郎", "faculty", "", "", ""],
    ];
    let mut file = Sheet::default();
    file.row(&Column::ALL.map(Column::heading));
    rows.iter().for_each(|row| file.row(row));
    sheet::address(&file.text())
}

#[component]
fn Source(import: Import) -> impl IntoView {
    let headings = Column::ALL.map(Column::heading).join(",");
    let problem = Signal::derive(move || import.problem.get());
    view! {
        <div class="grid gap-3 p-4">
            <p class="phrase text-sm">{t(words::IMPORT_TEXT)}</p>
            <div class="code">{headings}</div>
            <p>
                <a class="link text-sm" href=sample() download="users.csv" rel="external" data-testid="sample-csv">
                    {t(words::SAMPLE)}
                </a>
            </p>
            <div class="grid items-start gap-3 md:grid-cols-2">
                <Field id="people-file" label=t(words::FILE)>
                    <input
                        id="people-file"
                        type="file"
                        accept=".csv,.txt,text/csv,text/plain"
                        class="file-input w-full"
                        aria-describedby="people-file-hint people-file-error people-import-error"
                        on:change:target=move |event| take(import, &event.target())
                        data-testid="people-file"
                    />
                </Field>
                <form
                    class="grid gap-2"
                    on:submit=move |event| {
                        event.prevent_default();
                        import.check(import.pasted.get_untracked().into_bytes());
                    }
                >
                    <Field id="people-paste" label=t(words::PASTE)>
                        <textarea
                            id="people-paste"
                            class="textarea mono w-full"
                            rows="4"
                            spellcheck="false"
                            aria-describedby="people-paste-hint people-paste-error people-import-error"
                            prop:value=move || import.pasted.get()
                            on:input:target=move |event| {
                                import.pasted.set(event.target().value());
                                import.begin_anew();
                            }
                            data-testid="people-paste"
                        ></textarea>
                    </Field>
                    <div class="flex justify-end">
                        <Button
                            submit=true
                            busy=import.busy
                            disabled=Signal::derive(move || import.pasted.with(|text| text.trim().is_empty()))
                            attr:data-testid="check-people"
                        >
                            {t(words::CHECK)}
                        </Button>
                    </div>
                </form>
            </div>
            <FieldError id="people-import-error" error=problem />
        </div>
    }
}

/// What was read, and the button that adds all of it.
#[component]
fn Confirm(file: CheckedFile, store: Store) -> impl IntoView {
    let (clock, locale, preferences) = (use_clock(), use_locale(), use_preferences());
    let refused = RwSignal::new(None::<String>);
    let (all, unused) = (file.rows.len(), file.unused.join(", "));
    let wrong = file.rows.iter().filter(|row| !row.flaws.is_empty()).count();
    let rows = file.rows.clone();
    let file = StoredValue::new(file);
    let add = move |_| {
        let read = file.with_value(|file| people(file, untrack(|| clock.now()), clock.offset()));
        let locale = preferences.locale_untracked();
        let people = match read {
            Ok(people) => people,
            // a day that was over since it was read
            Err(flaws) => {
                let first = flaws.into_iter().find_map(|(line, flaws)| flaws.first().map(|(_, flaw)| (line, *flaw)));
                refused.set(first.map(|(line, flaw)| words::in_row(locale, line, &words::flaw(locale, flaw))));
                return;
            }
        };
        let Some(me) = store.me() else { return };
        store.adding.set(true);
        refused.set(None);
        leptos::task::spawn_local(async move {
            let answer = add_people(people).await;
            let _ = store.adding.try_set(false);
            match answer {
                Ok(links) => store.added(me, links),
                // the page may be gone
                Err(_) if refused.is_disposed() => {}
                Err(error) => {
                    let line = file.with_value(|file| line_of(&error, file));
                    refused.set(Some(match line {
                        Some(line) => words::in_row(locale, line, &error.message),
                        None => error.message,
                    }));
                }
            }
        });
    };
    view! {
        <div class="border-t border-line">
            <div class="flex flex-wrap items-center justify-between gap-3 px-4 py-2.5">
                <div class="min-w-0">
                    <h3 class="text-sm">{t(words::PREVIEW)}</h3>
                    <p class="phrase text-sm text-muted" role="status" data-testid="preview-summary">
                        {move || words::preview(locale.get(), all, wrong)}
                    </p>
                    {(!unused.is_empty())
                        .then(|| view! { <p class="sub">{move || words::unused(locale.get(), &unused)}</p> })}
                </div>
                <Button
                    kind=Kind::Primary
                    busy=store.adding
                    disabled=Signal::stored(wrong > 0)
                    on_click=add
                    attr:data-testid="add-all"
                >
                    {move || words::add_all(locale.get(), all)}
                </Button>
            </div>
            {move || {
                refused
                    .get()
                    .map(|message| view! { <Notice tone=Tone::Bad flush=true urgent=true title=message /> })
            }}
            <Preview rows=rows />
        </div>
    }
}

/// Reads the file that was chosen, and checks it.
fn take(import: Import, input: &web_sys::HtmlInputElement) {
    take_file(input, MOST_BYTES, move |read| match read {
        Ok(bytes) => import.check(bytes),
        Err(fault) => {
            // the page may be gone
            let _ = import.problem.try_set(Some(fault.say(import.locale.get_untracked())));
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::api::CheckedRow;
    use super::super::draft::{Draft, Flaw};
    use super::*;
    use crate::ErrorCode;
    use domain::Timestamp;

    fn row(line: u64, id: &str, flaws: Flaws) -> CheckedRow {
        CheckedRow { line, draft: Draft { id: id.into(), name: "佐藤".into(), ..Draft::default() }, flaws }
    }

    #[test]
    fn one_wrong_row_keeps_all_from_being_added() {
        let offset = chrono::FixedOffset::east_opt(32_400).unwrap();
        let taken = vec![(Column::Id, Flaw::Taken)];
        let mut file = CheckedFile { rows: vec![row(2, "sato", vec![]), row(4, "ito", taken.clone())], unused: vec![] };
        assert_eq!(people(&file, Timestamp(0), offset), Err(vec![(4, taken)]));
        file.rows.pop();
        assert_eq!(people(&file, Timestamp(0), offset).unwrap().len(), 1);
    }

    #[test]
    fn a_refusal_names_the_line_of_the_file() {
        let file = CheckedFile { rows: vec![row(2, "sato", vec![]), row(5, "ito", vec![])], unused: vec![] };
        let error = AppError::new(ErrorCode::Conflict, "taken");
        assert_eq!(line_of(&error.clone().with(serde_json::json!({ "row": 2 })), &file), Some(5));
        assert_eq!(line_of(&error.clone().with(serde_json::json!({ "row": 0 })), &file), None);
        assert_eq!(line_of(&error, &file), None);
    }
}
