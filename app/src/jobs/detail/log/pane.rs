//! The lines, and where the reader stands in them.

use super::tone::{self, LineTone};
use super::window::Line;
use crate::i18n::t;
use crate::jobs::detail::page::Page;
use crate::jobs::detail::words;
use crate::ui::EmptyState;
use leptos::html::Div;
use leptos::prelude::*;

/// So near to an end, in pixels, counts as the end.
#[cfg(feature = "hydrate")]
const NEAR: i32 = 24;

/// The scrolling part.
#[component]
pub fn LogPane(page: Page) -> impl IntoView {
    let log = page.log;
    let pane = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    scrolling::keep(log, pane);
    let kind = Memo::new(move |_| log.file.with(|file| file.as_deref().map(super::tabs::kind).unwrap_or_default()));
    let evidence = Memo::new(move |_| {
        let file = log.file.get()?;
        page.view.with(|view| {
            let evidence = view.summary.verdict.as_ref()?.evidence.as_ref()?;
            (evidence.file == file && !view.summary.status.eq(&domain::JobStatus::Completed))
                .then_some(evidence.line)?
        })
    });
    let looked = Memo::new(move |_| log.look_at.get().0);
    let needle = Memo::new(move |_| log.hits.with(|hits| hits.needle.clone()));
    let empty = Memo::new(move |_| log.window.with(|window| window.lines.is_empty()));
    let earlier = Memo::new(move |_| log.window.with(|window| window.first().is_some_and(|first| first > 1)));
    let later = Memo::new(move |_| log.window.with(|window| !window.lines.is_empty() && !window.at_end()));
    let active = Memo::new(move |_| page.status.get().is_active());
    let tall = move || if page.status.get().is_ended() { "h-106" } else { "h-66" };
    let tone_of = move |line: &Line| {
        let plain = tone::of(&kind.get_untracked(), &line.text);
        if evidence.get() == Some(line.number) { LineTone::Error } else { plain }
    };
    let row = move |line: Line| {
        let number = line.number;
        let for_class = line.clone();
        let text = line.text;
        let class = move || {
            let look = looked.get() == Some(number);
            format!(
                "{} {}",
                tone_of(&for_class).class(),
                if look { "outline-1 -outline-offset-1 outline-primary" } else { "" }
            )
        };
        view! {
            <li id=format!("L{number}") class=class data-testid="log-line">
                <b>{number.to_string()}</b>
                <span>
                    {move || {
                        needle
                            .with(|needle| {
                                if needle.is_empty() {
                                    return text.to_string().into_any();
                                }
                                tone::cut(&text, needle)
                                    .into_iter()
                                    .map(|(piece, found)| {
                                        let piece = piece.to_owned();
                                        if found { view! { <mark>{piece}</mark> }.into_any() } else { piece.into_any() }
                                    })
                                    .collect_view()
                                    .into_any()
                            })
                    }}
                </span>
            </li>
        }
    };
    let more = move |before: bool| {
        let word = t(if before { words::EARLIER } else { words::LATER });
        view! {
            <button type="button" class="btn btn-ghost btn-xs ml-2 font-sans" on:click=move |_| log.more(before)>
                {word}
            </button>
        }
    };
    let name = move || log.file.get().unwrap_or_default();
    view! {
        <div
            node_ref=pane
            class=move || format!("log relative [overflow-anchor:none] {}", tall())
            tabindex="0"
            role="log"
            aria-live="off"
            aria-label=name
        >
            {move || earlier.get().then(|| more(true))}
            <ol>
                <For
                    each=move || {
                        log.window.with(|window| {
                            let epoch = window.epoch;
                            window.lines.iter().map(|line| (epoch, line.clone())).collect::<Vec<_>>()
                        })
                    }
                    key=|(epoch, line)| (*epoch, line.number)
                    children=move |(_, line)| row(line)
                />
            </ol>
            {move || later.get().then(|| more(false))}
            {move || {
                let fault = log.fault.get();
                (empty.get() || fault.is_some()).then(|| view! { <Nothing page=page fault=fault active=active /> })
            }}
        </div>
    }
}

/// Instead of lines.
#[component]
fn Nothing(page: Page, fault: Option<String>, active: Memo<bool>) -> impl IntoView {
    if let Some(fault) = fault {
        let again = move |_| {
            if let Some(file) = page.log.file.get_untracked() {
                page.log.open(file, None);
            }
        };
        return view! {
            <div class="font-sans" role="alert">
                <EmptyState title=t(words::LOG_NOT_READ) text=fault>
                    <button type="button" class="btn btn-line btn-sm" on:click=again>{t(words::RETRY)}</button>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let (yet, never) = (t(words::LOG_EMPTY), t(words::NO_LOGS));
    view! {
        <p class="px-4 py-2 font-sans text-sm text-muted">
            {move || if active.get() || page.log.file.with(Option::is_some) { yet() } else { never() }}
        </p>
    }
    .into_any()
}

/// Where the pane stands, in the browser.
#[cfg(feature = "hydrate")]
mod scrolling {
    use super::super::Log;
    use super::NEAR;
    use leptos::html::Div;
    use leptos::prelude::*;
    use leptos::web_sys;

    fn to_end(pane: &web_sys::HtmlDivElement) {
        pane.set_scroll_top(pane.scroll_height());
    }

    fn to_line(pane: &web_sys::HtmlDivElement, line: u64) {
        let Ok(Some(row)) = pane.query_selector(&format!("#L{line}")) else { return };
        let (row, frame) = (row.get_bounding_client_rect(), pane.get_bounding_client_rect());
        let middle = row.top() - frame.top() - (frame.height() - row.height()) / 2.0;
        #[allow(clippy::cast_possible_truncation)]
        pane.set_scroll_top(pane.scroll_top() + middle as i32);
    }

    pub fn keep(log: Log, pane: NodeRef<Div>) {
        // where it stood at the last scroll, and what was the first line and the height then
        let top = StoredValue::new(0_i32);
        let before = StoredValue::new((0_u32, 0_u64, 0_i32));
        Effect::new(move |_| {
            log.window.track();
            let follow = log.follow.get();
            let Some(pane) = pane.get() else { return };
            // after the lines are in the document
            request_animation_frame(move || {
                let (epoch, first) = log.window.with_untracked(|window| (window.epoch, window.first().unwrap_or(0)));
                let (old_epoch, old_first, old_height) = before.get_value();
                let height = pane.scroll_height();
                if follow {
                    to_end(&pane);
                } else if epoch == old_epoch && first < old_first {
                    // lines came in above: what is read stays where it is
                    pane.set_scroll_top(pane.scroll_top() + (height - old_height).max(0));
                }
                before.set_value((epoch, first, pane.scroll_height()));
                top.set_value(pane.scroll_top());
            });
        });
        Effect::new(move |_| {
            let (line, _) = log.look_at.get();
            let (Some(line), Some(pane)) = (line, pane.get()) else { return };
            // one frame later than the lines
            request_animation_frame(move || {
                request_animation_frame(move || {
                    to_line(&pane, line);
                    top.set_value(pane.scroll_top());
                });
            });
        });
        let _ = leptos_use::use_event_listener(pane, leptos::ev::scroll, move |_| {
            let Some(pane) = pane.get_untracked() else { return };
            let now = pane.scroll_top();
            let up = now < top.get_value();
            top.set_value(now);
            let left = pane.scroll_height() - now - pane.client_height();
            let follow = log.follow.get_untracked();
            if follow && up && left > NEAR {
                log.follow.set(false);
            } else if !follow && !up && left <= 1 {
                if log.window.with_untracked(super::super::window::Window::at_end) {
                    if log.unseen.get_untracked() != (0, false) {
                        log.set_follow(true);
                    }
                } else {
                    log.more(false);
                }
            }
            if up && now < NEAR && log.window.with_untracked(|window| window.first().is_some_and(|first| first > 1)) {
                log.more(true);
            }
        });
    }
}
