//! The filters: a form of the address, which works without a script.

use super::query::Asked;
use super::words;
use crate::i18n::{Text, t};
use crate::ui::{Button, Field, Kind, Size};
use domain::log::{LogLevel, LogQuery};
use leptos::prelude::*;
use leptos_router::components::Form;

/// Values of the address, and their words.
const LEVELS: [(&str, Option<LogLevel>, Text); 3] = [
    ("", None, words::ANY_LEVEL),
    ("warn", Some(LogLevel::Warn), words::WARNINGS),
    ("error", Some(LogLevel::Error), words::ERRORS),
];

/// The form.
#[component]
pub(super) fn Filters(asked: Memo<Asked>) -> impl IntoView {
    let level = Memo::new(move |_| asked.with(|asked| asked.query.level));
    let text = move || asked.with(|asked| asked.query.text.clone()).unwrap_or_default();
    let request = move || asked.with(|asked| asked.query.request.clone()).unwrap_or_default();
    let is_filtered = move || asked.with(|asked| asked.query != LogQuery::default());
    let options = LEVELS
        .into_iter()
        .map(|(value, of, word)| {
            let is_chosen = move || level.get() == of;
            view! { <option value=value selected=untrack(is_chosen) prop:selected=is_chosen>{t(word)}</option> }
        })
        .collect_view();
    view! {
        <Form action="/admin/logs" method="get" attr:class="border-b border-line p-4" attr:data-testid="log-filters">
            <div class="grid items-start gap-3 sm:grid-cols-3">
                <Field id="log-level" label=t(words::LEVEL)>
                    <select
                        id="log-level"
                        name="level"
                        class="select select-sm w-full"
                        aria-describedby="log-level-hint log-level-error"
                        data-testid="log-level"
                    >
                        {options}
                    </select>
                </Field>
                <Field id="log-text" label=t(words::SEARCH) hint=t(words::SEARCH_HINT)>
                    <input
                        id="log-text"
                        type="search"
                        name="q"
                        class="input input-sm w-full"
                        autocomplete="off"
                        maxlength="200"
                        value=untrack(text)
                        prop:value=text
                        aria-describedby="log-text-hint log-text-error"
                        data-testid="log-text"
                    />
                </Field>
                <Field id="log-request" label=t(words::REQUEST) hint=t(words::REQUEST_HINT)>
                    <input
                        id="log-request"
                        type="search"
                        name="request"
                        class="input input-sm mono w-full"
                        autocomplete="off"
                        spellcheck="false"
                        maxlength="64"
                        value=untrack(request)
                        prop:value=request
                        aria-describedby="log-request-hint log-request-error"
                        data-testid="log-of-request"
                    />
                </Field>
            </div>
            <div class="mt-3 flex flex-wrap items-center gap-2">
                <Button kind=Kind::Line size=Size::Small submit=true attr:data-testid="log-apply">
                    {t(words::APPLY)}
                </Button>
                {move || {
                    is_filtered()
                        .then(|| {
                            view! {
                                <a class="btn btn-ghost btn-sm" href="/admin/logs" data-testid="log-clear">
                                    {t(words::CLEAR)}
                                </a>
                            }
                        })
                }}
            </div>
        </Form>
    }
}
