//! Settings from a file: read whole, shown as what would change, and then saved together.

use super::api::FileChange;
use super::calls::{preview_settings, save_settings};
use super::store::{Store, conflicts, problems};
use super::words;
use crate::i18n::{sentence, t};
use crate::live::Turns;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Field, Kind, Notice, Tone, as_text, take_file, use_toasts};
use crate::{AppError, ErrorCode};
use domain::settings::{Setting, SettingChange};
use leptos::prelude::*;

/// Bytes of a file that is read at all: an export has some 4 KB.
const MOST_BYTES: usize = 400_000;

/// The panel.
#[component]
pub fn Import(store: Store, open: RwSignal<bool>) -> impl IntoView {
    let preferences = use_preferences();
    let locale = use_locale();
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let preview = RwSignal::new(None::<Vec<FileChange>>);
    let error = RwSignal::new(None::<AppError>);
    let busy = RwSignal::new(false);
    let turns = StoredValue::new(Turns::default());
    let look = move || {
        let Some(turn) = turns.try_update_value(Turns::begin_anew) else { return };
        busy.set(true);
        preview.set(None);
        leptos::task::spawn_local(async move {
            let answer = preview_settings(text.get_untracked()).await;
            // the panel may be closed, or something else stands there
            if turns.try_with_value(|turns| turns.is_wanted(turn)) != Some(true) {
                return;
            }
            busy.set(false);
            match answer {
                Ok(changes) => {
                    error.set(None);
                    preview.set(Some(changes));
                }
                Err(why) => error.set(Some(why)),
            }
        });
    };
    let save = move |_| {
        let change = |change: FileChange| SettingChange {
            key: change.saved.key,
            value: change.wanted,
            version: change.saved.version,
        };
        let changes: Vec<_> = preview.get_untracked().unwrap_or_default().into_iter().map(change).collect();
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = save_settings(changes).await;
            // the panel may be closed
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(all) => {
                    toasts.good(words::IMPORTED.in_locale(preferences.locale_untracked()), None);
                    store.hear(all);
                    open.set(false);
                }
                Err(why) => {
                    if why.code == ErrorCode::Conflict {
                        // what would change is to be looked at again, with what is saved by now
                        store.hear(conflicts(&why));
                        preview.set(None);
                    }
                    error.set(Some(why));
                }
            }
        });
    };
    let typed = move |value: String| {
        text.set(value);
        // what is being read is not what stands there now
        turns.update_value(|turns| {
            turns.begin_anew();
        });
        busy.set(false);
        preview.set(None);
        error.set(None);
    };
    let choose = move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlInputElement>| {
        take_file(&event.target(), MOST_BYTES, move |read| {
            // the panel may be closed
            if text.try_get_untracked().is_none() {
                return;
            }
            match read.and_then(as_text) {
                Ok(read) => {
                    typed(read);
                    look();
                }
                Err(fault) => {
                    let message = fault.say(preferences.locale_untracked());
                    error.set(Some(AppError::new(ErrorCode::ValidationError, message)));
                }
            }
        });
    };
    let none = Signal::derive(move || text.with(|text| text.trim().is_empty()));
    view! {
        <section class="panel mb-4 w-full" aria-labelledby="import-title" data-testid="import-panel">
            <div class="panel-h">
                <h2 id="import-title">{t(words::IMPORT_TITLE)}</h2>
            </div>
            <form
                class="grid gap-3 p-4"
                on:submit=move |event| {
                    event.prevent_default();
                    look();
                }
            >
                <p class="phrase text-sm text-muted">{t(words::IMPORT_LEAD)}</p>
                <Field id="import-file" label=t(words::FILE)>
                    <input
                        id="import-file"
                        type="file"
                        accept=".toml,text/plain"
                        class="text-sm"
                        on:change:target=choose
                        data-testid="import-file"
                    />
                </Field>
                <Field id="import-text" label=t(words::TEXT)>
                    <textarea
                        id="import-text"
                        class="textarea mono h-40 w-full"
                        spellcheck="false"
                        prop:value=move || text.get()
                        on:input:target=move |event| typed(event.target().value())
                        data-testid="import-text"
                    ></textarea>
                </Field>
                {move || error.get().map(|error| view! { <Refusal error=error /> })}
                <div class="flex flex-wrap justify-end gap-2">
                    <Button on_click=move |_| open.set(false)>{t(words::CLOSE)}</Button>
                    <Button submit=true disabled=none busy=busy attr:data-testid="import-preview">
                        {t(words::PREVIEW)}
                    </Button>
                </div>
            </form>
            {move || {
                preview
                    .get()
                    .map(|changes| {
                        let count = changes.len();
                        view! {
                            <Preview changes=changes />
                            {(count > 0)
                                .then(|| {
                                    view! {
                                        <div class="flex justify-end p-4">
                                            <Button
                                                kind=Kind::Primary
                                                busy=busy
                                                on_click=save
                                                attr:data-testid="import-save"
                                            >
                                                {move || words::import(locale.get(), count)}
                                            </Button>
                                        </div>
                                    }
                                })}
                        }
                    })
            }}
        </section>
    }
}

/// Why nothing was taken over; every key that is wrong, by name.
#[component]
fn Refusal(error: AppError) -> impl IntoView {
    let list = problems(&error);
    let title = if list.is_empty() { error.message } else { String::new() };
    let head = crate::i18n::text("この内容は取り込めません", "This cannot be imported");
    let head = t(head);
    let title = move || if title.is_empty() { head().to_owned() } else { title.clone() };
    view! {
        <div data-testid="import-problems">
            <Notice tone=Tone::Bad title=title urgent=true>
                <ul class="grid gap-0.5 empty:hidden">
                    {list
                        .into_iter()
                        .map(|one| {
                            view! {
                                <li>
                                    <code class="text-xs">{one.key}</code>
                                    " "
                                    {one.message}
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Notice>
        </div>
    }
}

#[component]
fn Preview(changes: Vec<FileChange>) -> impl IntoView {
    let locale = use_locale();
    if changes.is_empty() {
        return view! {
            <p class="border-t border-line p-4 text-sm" role="status" data-testid="import-same">
                {t(words::NOTHING_CHANGES)}
            </p>
        }
        .into_any();
    }
    let row = move |change: FileChange| {
        let setting = Setting::find(&change.saved.key)?;
        let shown = move |text: String| move || sentence::setting::value(locale.get(), setting, &text);
        Some(view! {
            <tr data-testid=format!("import-{}", setting.key)>
                <td>
                    {move || sentence::setting::words(locale.get(), setting).title}
                    <code class="sub block">{setting.key}</code>
                </td>
                <td class="text-muted">{shown(change.saved.value)}</td>
                <td class="font-semibold">{shown(change.wanted)}</td>
            </tr>
        })
    };
    view! {
        <div class="overflow-x-auto border-t border-line" tabindex="0" role="group" aria-labelledby="preview-title">
            <h3 id="preview-title" class="px-4 pt-3 text-sm">{t(words::PREVIEW_TITLE)}</h3>
            <table class="grid-t" data-testid="import-changes">
                <thead>
                    <tr>
                        <th scope="col">{t(words::SETTING)}</th>
                        <th scope="col">{t(words::NOW)}</th>
                        <th scope="col">{t(words::THEN)}</th>
                    </tr>
                </thead>
                <tbody>{changes.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
