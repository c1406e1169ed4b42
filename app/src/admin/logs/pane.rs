//! The records, and where the reader stands among them.

use super::query::{self, Asked};
use super::row::Row;
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::EmptyState;
use domain::log::LogQuery;
use leptos::html::Div;
use leptos::prelude::*;

/// So near to the end, in pixels, counts as the end.
#[cfg(feature = "hydrate")]
const NEAR: i32 = 24;

/// The scrolling part. Its content hangs from its end, so that it stands there at first, stays there while lines come, and
/// stays where it is when older ones come above: without a script, too.
#[component]
pub(super) fn Pane(store: Store) -> impl IntoView {
    let pane = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    {
        let _ = leptos_use::use_event_listener(pane, leptos::ev::scroll, move |_| {
            // counted from the end, upwards below zero
            let is_above = pane.get_untracked().is_some_and(|pane| pane.scroll_top() < -NEAR);
            if is_above && store.follow.get_untracked() {
                store.follow.set(false);
            }
        });
        Effect::new(move |_| {
            if store.follow.get()
                && let Some(pane) = pane.get()
            {
                pane.set_scroll_top(0);
            }
        });
    }
    let records =
        move || store.shown.with(|shown| shown.as_ref().map(|shown| shown.records.clone()).unwrap_or_default());
    let is_empty =
        Memo::new(move |_| store.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.records.is_empty())));
    view! {
        <div
            node_ref=pane
            class="relative flex max-h-[70vh] min-h-40 flex-col-reverse overflow-x-hidden overflow-y-auto"
            tabindex="0"
            role="log"
            aria-live="off"
            aria-label=t(words::LOGS)
        >
            // one child, for the order is turned around
            <div>
                <Before store=store />
                <Show when=move || is_empty.get()>
                    <Nothing store=store />
                </Show>
                <ol data-testid="log-records">
                    <For each=records key=|record| record.place let:record>
                        <Row record=record />
                    </For>
                </ol>
            </div>
        </div>
    }
}

/// The way to older ones; a link, so that it leads somewhere without a script too.
#[component]
fn Before(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let older = Memo::new(move |_| store.shown.with(|shown| shown.as_ref().and_then(|shown| shown.older)));
    let back_to = Memo::new(move |_| store.shown.with(|shown| shown.as_ref().and_then(|shown| shown.looked_back_to)));
    let at_beginning = Memo::new(move |_| {
        store.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.older.is_none() && !shown.records.is_empty()))
    });
    let href = move || {
        let query = store.asked.with(|asked| asked.query.clone());
        query::address(&Asked { query, older: older.get() })
    };
    view! {
        <p class="px-4 pt-2 text-sm text-muted" role="status" hidden=move || back_to.get().is_none()>
            {move || back_to.get().map(|at| words::looked_back_to(clock.voice(locale.get()), at))}
        </p>
        <Show when=move || older.get().is_some()>
            <p class="px-4 py-2">
                <a
                    class="btn btn-line btn-sm"
                    href=href
                    aria-busy=move || store.going_back.get().then_some("true")
                    data-testid="log-older"
                    on:click=move |event| {
                        event.prevent_default();
                        store.go_back();
                    }
                >
                    {move || {
                        store
                            .going_back
                            .get()
                            .then(|| view! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> })
                    }}
                    {move || t(if back_to.get().is_some() { words::FURTHER } else { words::OLDER })()}
                </a>
            </p>
        </Show>
        <p class="px-4 py-2 text-xs text-muted" hidden=move || !at_beginning.get() data-testid="log-beginning">
            {t(words::BEGINNING)}
        </p>
    }
}

/// Instead of records.
#[component]
fn Nothing(store: Store) -> impl IntoView {
    let filtered = Memo::new(move |_| store.asked.with(|asked| asked.query != LogQuery::default()));
    let goes_on =
        Memo::new(move |_| store.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.older.is_some())));
    let title = move || t(if filtered.get() { words::NOTHING } else { words::EMPTY })();
    let text = move || t(if filtered.get() { words::NOTHING_TEXT } else { words::EMPTY_TEXT })();
    // where there is more to look through, the button above says so
    move || (!goes_on.get()).then(|| view! { <EmptyState title=title text=text /> })
}
