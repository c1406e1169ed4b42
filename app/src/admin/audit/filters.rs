//! The filters: a form of the address, which works without a script.

use super::api::AuditAsk;
use super::calls::export_audit;
use super::query::{self, is_filtered};
use super::words;
use crate::AppError;
use crate::i18n::{sentence, t};
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Field, FieldError, Glyph, Kind, Size, download, use_toasts};
use leptos::prelude::*;
use leptos_router::components::Form;

/// What there is to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offers {
    /// Sign-in name and what each is called.
    pub actors: Vec<(String, String)>,
    /// As the log calls them.
    pub actions: Vec<String>,
}

/// The form.
#[component]
pub fn Filters(ask: Memo<AuditAsk>, offers: RwSignal<Offers>, error: RwSignal<Option<AppError>>) -> impl IntoView {
    let locale = use_locale();
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |error: &AppError| error.field.as_deref() == Some(field);
            error.get().filter(of_field).map(|error| error.message)
        })
    };
    let actor = move || ask.with(|ask| ask.actor.clone());
    let action = move || ask.with(|ask| ask.action.clone());
    // what the address says stays there to be seen, even where the log does not know it
    let actors = move || {
        let mut all = offers.with(|offers| offers.actors.clone());
        let chosen = actor().filter(|chosen| all.iter().all(|(id, _)| id != chosen));
        all.extend(chosen.map(|id| (id.clone(), id)));
        let word = |(id, name): (String, String)| {
            let word = if id == name { name } else { format!("{name} ({id})") };
            (id, word)
        };
        all.into_iter().map(word).collect::<Vec<_>>()
    };
    let actions = move || {
        let locale = locale.get();
        let mut all = offers.with(|offers| offers.actions.clone());
        all.extend(action().filter(|chosen| !all.contains(chosen)));
        all.into_iter().map(|word| (word.clone(), sentence::audit::action_or_word(locale, &word))).collect::<Vec<_>>()
    };
    let day = move |name: &'static str, label: crate::i18n::Text, of: fn(&AuditAsk) -> Option<String>| {
        let value = move || ask.with(of).unwrap_or_default();
        let error = problem(name);
        view! {
            <Field id=format!("audit-{name}") label=t(label) error=error>
                <input
                    id=format!("audit-{name}")
                    type="date"
                    name=name
                    class="input input-sm w-full"
                    value=untrack(value)
                    prop:value=value
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=format!("audit-{name}-hint audit-{name}-error")
                    data-testid=format!("audit-{name}")
                />
            </Field>
        }
    };
    let options = move |all: Vec<(String, String)>, chosen: Option<String>| {
        all.into_iter()
            .map(|(value, word)| {
                let is_chosen = chosen.as_ref() == Some(&value);
                view! { <option value=value selected=is_chosen prop:selected=is_chosen>{word}</option> }
            })
            .collect_view()
    };
    let subject = move || ask.with(|ask| ask.subject.clone()).unwrap_or_default();
    view! {
        <Form action="/admin/audit" method="get" attr:class="border-b border-line p-4" attr:data-testid="audit-filters">
            <div class="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-5">
                <Field id="audit-actor" label=t(words::WHO)>
                    <select
                        id="audit-actor"
                        name="actor"
                        class="select select-sm w-full"
                        aria-describedby="audit-actor-hint audit-actor-error"
                        data-testid="audit-actor"
                    >
                        <option value="">{t(words::ANYBODY)}</option>
                        {move || options(actors(), actor())}
                    </select>
                </Field>
                <Field id="audit-action" label=t(words::WHAT)>
                    <select
                        id="audit-action"
                        name="action"
                        class="select select-sm w-full"
                        aria-describedby="audit-action-hint audit-action-error"
                        data-testid="audit-action"
                    >
                        <option value="">{t(words::ANYTHING)}</option>
                        {move || options(actions(), action())}
                    </select>
                </Field>
                <Field id="audit-subject" label=t(words::SUBJECT) hint=t(words::SUBJECT_HINT)>
                    <input
                        id="audit-subject"
                        type="search"
                        name="subject"
                        class="input input-sm w-full"
                        autocomplete="off"
                        value=untrack(subject)
                        prop:value=subject
                        aria-describedby="audit-subject-hint audit-subject-error"
                        data-testid="audit-subject"
                    />
                </Field>
                {day("from", words::FROM, |ask| ask.from.clone())}
                {day("to", words::TO, |ask| ask.to.clone())}
            </div>
            <div class="mt-3 flex flex-wrap items-center gap-2">
                <Button kind=Kind::Line size=Size::Small submit=true attr:data-testid="audit-apply">
                    {t(words::APPLY)}
                </Button>
                {move || {
                    ask.with(is_filtered)
                        .then(|| view! { <a class="btn btn-ghost btn-sm" href="/admin/audit">{t(words::CLEAR)}</a> })
                }}
                <Export ask=ask />
            </div>
        </Form>
    }
}

/// All that fits, as a file.
#[component]
fn Export(ask: Memo<AuditAsk>) -> impl IntoView {
    let locale = use_locale();
    let preferences = use_preferences();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let export = move |_| {
        busy.set(true);
        problem.set(None);
        let ask = ask.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = export_audit(ask).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            let locale = preferences.locale_untracked();
            match answer {
                Ok(file) if download::offer("audit.csv", "text/csv;charset=utf-8", &file.text) => {
                    let said = words::exported(locale, file.rows, file.is_cut);
                    toasts.good(words::EXPORTED.in_locale(locale), Some(said));
                }
                Ok(_) => problem.set(Some(words::FAILED.in_locale(locale).to_owned())),
                Err(error) => problem.set(Some(error.message)),
            }
        });
    };
    view! {
        <div class="needs-script ml-auto flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
            <FieldError id="audit-export-error" error=problem />
            <span class="sub">{move || words::bound(locale.get())}</span>
            <Button
                size=Size::Small
                glyph=Glyph::Download
                busy=busy
                on_click=export
                attr:data-testid="audit-export"
            >
                {t(words::EXPORT)}
            </Button>
        </div>
    }
}

/// Where the next page is, and the way back.
#[component]
pub fn Pager(ask: AuditAsk, next: Option<domain::AuditPlace>) -> impl IntoView {
    let newest = ask.older_than.is_some().then(|| query::address(&AuditAsk { older_than: None, ..ask.clone() }));
    let older = next.map(|place| query::address(&AuditAsk { older_than: Some(place), ..ask }));
    (newest.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="flex justify-end gap-2 border-t border-line px-4 py-3" aria-label=t(words::PAGES)>
                {newest
                    .map(|href| {
                        view! { <a class="btn btn-line btn-sm" href=href data-testid="audit-newest">{t(words::NEWEST)}</a> }
                    })}
                {older
                    .map(|href| {
                        view! { <a class="btn btn-line btn-sm" href=href data-testid="audit-older">{t(words::OLDER)}</a> }
                    })}
            </nav>
        }
    })
}
