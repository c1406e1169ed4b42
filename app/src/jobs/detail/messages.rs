//! What the solver said in all its files: each wording once, with how often, where, and what it means.

use super::page::{Page, use_page, use_voice};
use super::words;
use crate::i18n::{Locale, t};
use crate::jobs::api::{Explained, ExplainedIn, MessageView, MessagesView};
use crate::jobs::calls::read_messages;
use crate::ui::{Glyph, Icon};
use deck::message::Severity;
use domain::files::CONSOLE;
use leptos::prelude::*;

/// Messages shown before the rest is folded.
const SHOWN: usize = 6;

/// The explanation in the reader's language.
pub fn in_locale(explained: &Explained, locale: Locale) -> &ExplainedIn {
    match locale {
        Locale::Ja => &explained.ja,
        Locale::En => &explained.en,
    }
}

/// The panel. Read in the browser only: the server reads files of any size for it.
#[component]
pub fn Messages() -> impl IntoView {
    let page = use_page();
    let found = RwSignal::new(None::<MessagesView>);
    // again with every new state, and when a file that holds messages has grown
    let sizes = Memo::new(move |_| {
        let holds = |name: &str| name == CONSOLE || [".msg", ".dat", ".sta"].iter().any(|end| name.ends_with(end));
        page.view.with(|view| {
            view.results.iter().filter(|file| holds(&file.name)).map(|file| file.size).fold(0, u64::wrapping_add)
        })
    });
    Effect::new(move |_| {
        page.status.track();
        sizes.track();
        leptos::task::spawn_local(async move {
            if let Ok(all) = read_messages(page.id).await
                && found.try_with_untracked(|old| old.as_ref() != Some(&all)) == Some(true)
            {
                found.set(Some(all));
            }
        });
    });
    let (none, none_yet) = (t(words::NO_MESSAGES), t(words::NO_MESSAGES_YET));
    let voice = use_voice();
    let list = move || found.with(|found| found.as_ref().map(|found| found.list.clone()).unwrap_or_default());
    let first = move || list().into_iter().take(SHOWN).collect::<Vec<_>>();
    let rest = move || list().into_iter().skip(SHOWN).collect::<Vec<_>>();
    let key = |message: &MessageView| (message.file.clone(), message.first_line, message.count);
    let none_found = move || found.with(|found| found.as_ref().is_none_or(|found| found.list.is_empty()));
    view! {
        <section class="panel">
            <div class="panel-h">
                <h2>{t(words::MESSAGES)}</h2>
                <span class="sub empty:hidden">
                    {move || {
                        let (errors, warnings) = found
                            .with(|found| found.as_ref().map(|found| (found.errors, found.warnings)))?;
                        (errors + warnings > 0).then(|| words::counted(voice.get(), errors, warnings))
                    }}
                </span>
            </div>
            <Show
                when=move || !none_found()
                fallback=move || {
                    view! {
                        <p class="px-4 py-2.5 text-sm text-muted" data-testid="messages">
                            {move || if page.status.get().is_ended() && found.with(Option::is_some) { none() } else { none_yet() }}
                        </p>
                    }
                }
            >
                <ul data-testid="messages">
                    <For each=first key=key children=move |message| view! { <Row page=page message=message /> } />
                </ul>
                <Show when=move || !rest().is_empty()>
                    <details>
                        <summary class="lbl cursor-pointer border-t border-line px-4 py-2">
                            {move || words::more_messages(voice.get(), rest().len())}
                        </summary>
                        <ul>
                            <For each=rest key=key children=move |message| view! { <Row page=page message=message /> } />
                        </ul>
                    </details>
                </Show>
            </Show>
        </section>
    }
}

#[component]
fn Row(page: Page, message: MessageView) -> impl IntoView {
    let voice = use_voice();
    let MessageView { severity, file, text, count, first_line, place, deck, explained, context } = message;
    let (glyph, tone) = match severity {
        Severity::Error => (Glyph::Alarm, "mt-0.5 text-bad"),
        Severity::Warning | Severity::Note => (Glyph::Warning, "mt-0.5 text-caution"),
    };
    let title = {
        let explained = explained.clone();
        move || match &explained {
            Some(explained) => in_locale(explained, voice.get().locale).title.clone(),
            None => words::found(voice.get(), severity == Severity::Error),
        }
    };
    let where_is = {
        let file = file.clone();
        move || {
            let places = [
                Some(format!("{file} {}", words::line(voice.get(), first_line))),
                (count > 1).then(|| words::times(voice.get(), count)),
                deck.as_ref().map(|deck| format!("{} {}", deck.file, words::line(voice.get(), deck.line))),
                place.as_ref().map(|place| words::place(voice.get(), place)).filter(|words| !words.is_empty()),
            ];
            places.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    };
    let href = format!("/jobs/{}?log={}&line={first_line}#L{first_line}", page.id, super::log::address(&file));
    view! {
        <li class="border-t border-line px-4 py-2.5 first:border-0">
            <div class="flex gap-2 text-sm">
                <Icon glyph=glyph class=tone />
                <div class="min-w-0">
                    <a
                        class="phrase font-semibold hover:underline"
                        href=href
                        on:click=move |event| {
                            event.prevent_default();
                            page.log.open(file.clone(), Some(first_line));
                        }
                    >
                        {title}
                    </a>
                    <div class="sub">{where_is}</div>
                    <div class="mono sub mt-0.5 break-words">{text}</div>
                    {explained.map(|explained| view! { <Meaning explained=explained /> })}
                    {context
                        .map(|context| {
                            view! {
                                <details class="mt-1">
                                    <summary class="link cursor-pointer text-xs">{t(words::AROUND)}</summary>
                                    <pre class="code mt-1 !pr-3 overflow-x-auto">{context.lines.join("\n")}</pre>
                                </details>
                            }
                        })}
                </div>
            </div>
        </li>
    }
}

/// The dictionary's words, folded.
#[component]
fn Meaning(explained: Explained) -> impl IntoView {
    let voice = use_voice();
    view! {
        <details class="mt-1" data-testid="meaning">
            <summary class="link cursor-pointer text-xs">{t(words::MEANING)}</summary>
            {move || {
                let said = in_locale(&explained, voice.get().locale);
                let list = |title, items: &[String]| {
                    (!items.is_empty())
                        .then(|| {
                            view! {
                                <p class="lbl mt-2">{t(title)}</p>
                                <ul class="list-disc pl-5">
                                    {items.iter().map(|item| view! { <li class="phrase">{item.clone()}</li> }).collect_view()}
                                </ul>
                            }
                        })
                };
                view! {
                    <p class="phrase mt-1">{said.meaning.clone()}</p>
                    {list(words::CAUSES, &said.causes)}
                    {list(words::TRY, &said.tries)}
                    {list(words::AVOID, &said.avoid)}
                }
            }}
        </details>
    }
}
