//! The log's panel: tabs, search, buttons; the lines; the foot.

use super::pane::LogPane;
use super::tabs::{self, LogFile};
use crate::i18n::sentence::amount;
use crate::i18n::t;
use crate::jobs::detail::page::{Page, use_page, use_voice};
use crate::jobs::detail::words;
use crate::ui::button::{Button, Size};
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn LogPanel() -> impl IntoView {
    let page = use_page();
    let logs = Memo::new(move |_| page.view.with(tabs::files));
    view! {
        <section id="log" class="panel min-w-0 scroll-mt-14" aria-label=t(words::LOG) data-testid="log-panel">
            <div class="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4">
                <TabRow page=page logs=logs />
                <div class="ml-auto flex flex-wrap items-center gap-2 py-1.5 max-md:ml-0 max-md:w-full">
                    <Search page=page />
                    <Button size=Size::Small glyph=Glyph::Alarm on_click=move |_| page.log.go_to_error(page.view)>
                        {t(words::LAST_ERROR)}
                    </Button>
                    <Follow page=page />
                </div>
            </div>
            <p class="border-b border-line px-4 py-1.5 text-sm text-muted empty:hidden" role="status">
                {move || page.log.no_errors.get().then(|| t(words::NO_ERRORS)())}
            </p>
            <LogPane page=page />
            <Foot page=page />
        </section>
    }
}

/// A tab per file. Links, so that they lead somewhere without a script too.
#[component]
fn TabRow(page: Page, logs: Memo<Vec<LogFile>>) -> impl IntoView {
    let console = t(words::CONSOLE);
    // sizes change every few seconds; the tabs themselves do not
    let row = Memo::new(move |_| {
        logs.with(|logs| {
            logs.iter().map(|file| (file.name.clone(), file.label.clone(), file.kind.clone())).collect::<Vec<_>>()
        })
    });
    let one = move |(name, label, kind): (String, String, String)| {
        let href = format!("/jobs/{}?log={}#log", page.id, address(&name));
        let (here, open, sized) = (name.clone(), name.clone(), name);
        let current = Memo::new(move |_| page.log.file.with(|file| file.as_deref() == Some(&here)));
        let size =
            move || logs.with(|logs| logs.iter().find(|file| file.name == sized).map(|file| amount::bytes(file.size)));
        let is_console = kind == "console";
        view! {
            <a
                href=href
                class=if is_console { "" } else { "mono" }
                aria-current=move || current.get().then_some("true")
                data-testid=format!("log-tab-{kind}")
                on:click=move |event| {
                    event.prevent_default();
                    page.log.open(open.clone(), None);
                }
            >
                {move || if is_console { console().to_owned() } else { label.clone() }}
                <span class="font-sans text-xs font-normal text-muted">{size}</span>
            </a>
        }
    };
    view! {
        <nav class="tabs-u min-w-0" aria-label=t(words::LOG_FILES)>
            <For each=move || row.get() key=|(name, ..)| name.clone() children=one />
        </nav>
    }
}

/// A file's name inside an address.
pub fn address(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[component]
fn Search(page: Page) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let start = leptos_use::use_debounce_fn(move || page.log.search(typed.get_untracked(), true), 250.0);
    let label = t(words::LOG_SEARCH);
    let count = move || page.log.hits.with(|hits| (!hits.needle.is_empty()).then(|| words::hit(hits.at, hits.count)));
    view! {
        <label class="input input-sm w-52 max-md:flex-1">
            <Icon glyph=Glyph::Search class="text-faint" />
            <input
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=label
                data-testid="log-search"
                prop:value=move || typed.get()
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    start();
                }
                on:keydown=move |event| {
                    let same = page.log.hits.with_untracked(|hits| hits.needle == typed.get_untracked());
                    if event.key() == "Enter" && same {
                        event.prevent_default();
                        page.log.step(event.shift_key());
                    }
                }
            />
            <span class="flex-none text-xs text-muted" role="status">{count}</span>
        </label>
        <div class="join">
            <button
                type="button"
                class="btn btn-line btn-sm btn-square join-item"
                aria-label=t(words::PREVIOUS)
                on:click=move |_| page.log.step(true)
            >
                <Icon glyph=Glyph::ChevronUp />
            </button>
            <button
                type="button"
                class="btn btn-line btn-sm btn-square join-item"
                aria-label=t(words::NEXT)
                on:click=move |_| page.log.step(false)
            >
                <Icon glyph=Glyph::ChevronDown />
            </button>
        </div>
    }
}

/// Only while a run is alive: a file that has ended does not grow.
#[component]
fn Follow(page: Page) -> impl IntoView {
    let voice = use_voice();
    let (following, follow) = (t(words::FOLLOWING), t(words::FOLLOW));
    let shown = Memo::new(move |_| page.status.get().is_active());
    let word = move || match (page.log.follow.get(), page.log.unseen.get()) {
        (true, _) => following().to_owned(),
        (false, (0, false)) => follow().to_owned(),
        (false, (count, more)) => words::new_lines(voice.get(), count, more),
    };
    move || {
        shown.get().then(|| {
            view! {
                <button
                    type="button"
                    class="btn btn-sm btn-line"
                    aria-pressed=move || if page.log.follow.get() { "true" } else { "false" }
                    data-testid="log-follow"
                    on:click=move |_| page.log.set_follow(!page.log.follow.get_untracked())
                >
                    <Icon glyph=Glyph::ToEnd />
                    {word}
                </button>
            }
        })
    }
}

#[component]
fn Foot(page: Page) -> impl IntoView {
    let voice = use_voice();
    let facts = move || {
        let name = page.log.file.get()?;
        let (size, total) = page.log.window.with(|window| (window.size, window.total));
        let mut facts = vec![name, amount::bytes(size)];
        facts.extend(total.map(|total| words::lines(voice.get(), total)));
        Some(facts.join(" · "))
    };
    let whole = t(words::WHOLE_FILE);
    view! {
        <div class="flex flex-wrap justify-between gap-x-4 border-t border-line px-4 py-1.5 text-xs text-muted">
            <span>{facts}</span>
            {move || {
                page.log
                    .file
                    .get()
                    .map(|name| {
                        let href = format!("/api/v1/jobs/{}/files/{}", page.id, address(&name));
                        view! { <a class="link" href=href download=name rel="external">{whole}</a> }
                    })
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn names_are_safe_in_an_address() {
        assert_eq!(address("beam-2.sta"), "beam-2.sta");
        assert_eq!(address("a b&c#.log"), "a%20b%26c%23.log");
        assert_eq!(address("梁.sta"), "%E6%A2%81.sta");
    }
}
