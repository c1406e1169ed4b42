//! Errors and warnings of the console text: how many, the last one, and the way to it.

use super::page::{Page, use_page, use_voice};
use super::words;
use crate::i18n::t;
use crate::jobs::api::LogAsk;
use crate::jobs::calls::read_log;
use crate::ui::{Glyph, Icon};
use domain::files::CONSOLE;
use leptos::prelude::*;

/// One kind of message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Found {
    error: bool,
    count: u64,
    /// Where the last one is, and what it says.
    last: u64,
    text: String,
}

/// The panel. Read in the browser only: it takes two searches through a file of any size.
#[component]
pub fn Messages() -> impl IntoView {
    let page = use_page();
    let found = RwSignal::new(None::<Vec<Found>>);
    // again with every new state, and when the console has grown
    let console = Memo::new(move |_| {
        page.view.with(|view| view.results.iter().find(|file| file.name == CONSOLE).map(|file| file.size))
    });
    Effect::new(move |_| {
        page.status.track();
        if console.get().is_none() {
            return;
        }
        leptos::task::spawn_local(async move {
            let mut all = Vec::new();
            for (error, mark) in [(true, "*ERROR"), (false, "*WARNING")] {
                all.extend(read(page, error, mark).await);
            }
            if found.try_with_untracked(|old| old.as_ref() != Some(&all)) == Some(true) {
                found.set(Some(all));
            }
        });
    });
    let (none, none_yet) = (t(words::NO_MESSAGES), t(words::NO_MESSAGES_YET));
    view! {
        <section class="panel">
            <div class="panel-h">
                <h2>{t(words::MESSAGES)}</h2>
            </div>
            {move || match found.get().filter(|found| !found.is_empty()) {
                Some(_) => {
                    view! {
                        <ul data-testid="messages">
                            <For
                                each=move || found.get().unwrap_or_default()
                                key=Found::clone
                                children=move |found| view! { <Row page=page found=found /> }
                            />
                        </ul>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="px-4 py-2.5 text-sm text-muted" data-testid="messages">
                            {move || if page.status.get().is_ended() && found.get().is_some() { none() } else { none_yet() }}
                        </p>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

async fn read(page: Page, error: bool, mark: &str) -> Option<Found> {
    let part = read_log(page.id, CONSOLE.to_owned(), LogAsk::Search { text: mark.to_owned() }).await.ok()?;
    let last = part.hits.last().copied()?;
    let around = read_log(page.id, CONSOLE.to_owned(), LogAsk::Around { line: last, lines: 2 }).await.ok()?;
    let index = usize::try_from(last.checked_sub(around.first_line)?).ok()?;
    let text = around.lines.get(index)?.trim().to_owned();
    Some(Found { error, count: part.hit_count, last, text })
}

#[component]
fn Row(page: Page, found: Found) -> impl IntoView {
    let voice = use_voice();
    let Found { error, count, last, text } = found;
    let (glyph, tone) = if error { (Glyph::Alarm, "mt-0.5 text-bad") } else { (Glyph::Warning, "mt-0.5 text-caution") };
    let title = move || words::found(voice.get(), error, count);
    let place = move || words::line(voice.get(), last);
    view! {
        <li class="border-t border-line px-4 py-2.5 first:border-0">
            <div class="flex gap-2 text-sm">
                <Icon glyph=glyph class=tone />
                <div class="min-w-0">
                    <a
                        class="phrase font-semibold hover:underline"
                        href=format!("/jobs/{}?log={CONSOLE}&line={last}#L{last}", page.id)
                        on:click=move |event| {
                            event.prevent_default();
                            page.log.open(CONSOLE.to_owned(), Some(last));
                        }
                    >
                        {title}
                    </a>
                    <div class="sub">{CONSOLE} " " {place}</div>
                    <div class="mono sub mt-0.5">{text}</div>
                </div>
            </div>
        </li>
    }
}
