//! The page `/admin/audit`. Filters and pages are addresses, so that it works without a script.

use super::api::{AuditAsk, AuditView};
use super::calls::view_audit;
use super::entry::Entry;
use super::filters::{Filters, Offers, Pager};
use super::{query, words};
use crate::AppError;
use crate::admin::AdminOnly;
use crate::i18n::t;
use crate::live::use_live;
use crate::loaded::load;
use crate::ui::{EmptyState, PageError, ReadFirst};
use domain::Event;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The log.
#[component]
pub fn AuditPage() -> impl IntoView {
    view! {
        <Title text=t(words::AUDIT) />
        <AdminOnly>
            <Log />
        </AdminOnly>
    }
}

#[component]
fn Log() -> impl IntoView {
    let map = use_query_map();
    let ask = Memo::new(move |_| map.with(|map| query::read(|name| map.get(name))));
    let first = load(|| (), move |()| view_audit(ask.get_untracked()));
    view! {
        <div class="mb-3">
            <h1 class="text-xl">{t(words::AUDIT)}</h1>
            <p class="text-sm text-muted">{t(words::LEAD)}</p>
        </div>
        <ReadFirst body=move || async move {
            let view = first.await;
            view! { <Body ask=ask first=view /> }
        } />
    }
}

#[component]
fn Body(ask: Memo<AuditAsk>, first: Result<AuditView, AppError>) -> impl IntoView {
    let (view, error) = match first {
        Ok(view) => (Some(view), None),
        Err(error) => (None, Some(error)),
    };
    let offers = RwSignal::new(view.as_ref().map(offers_of).unwrap_or_default());
    let shown = RwSignal::new(view);
    let error = RwSignal::new(error);
    let read = move || {
        let asked = ask.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = view_audit(asked.clone()).await;
            // the page may be gone, or something else is asked by now
            if ask.try_get_untracked() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    offers.set(offers_of(&view));
                    shown.set(Some(view));
                    error.set(None);
                }
                Err(why) => error.set(Some(why)),
            }
        });
    };
    Effect::new(move |before: Option<AuditAsk>| {
        let now = ask.get();
        if before.is_some_and(|before| before != now) {
            read();
        }
        now
    });
    use_live().on_event(move |event| {
        // older pages do not change
        if matches!(event, Event::Resync | Event::SettingsChanged) && ask.with_untracked(|ask| ask.older_than.is_none())
        {
            read();
        }
    });
    let failed = move || error.get().filter(|error| error.field.is_none());
    view! {
        <section class="panel" aria-label=t(words::AUDIT) data-testid="audit">
            <Filters ask=ask offers=offers error=error />
            {move || {
                failed()
                    .map(|error| {
                        view! {
                            <PageError title=t(words::COULD_NOT_LOAD) detail=error.message retry=move |()| read() />
                        }
                    })
            }}
            <Rows shown=shown />
            {move || {
                let next = shown.with(|view| view.as_ref().and_then(|view| view.next));
                view! { <Pager ask=ask.get() next=next /> }
            }}
        </section>
    }
}

fn offers_of(view: &AuditView) -> Offers {
    Offers { actors: view.actors.clone(), actions: view.actions.clone() }
}

#[component]
fn Rows(shown: RwSignal<Option<AuditView>>) -> impl IntoView {
    let entries = move || shown.with(|view| view.as_ref().map(|view| view.entries.clone())).unwrap_or_default();
    let is_empty = Memo::new(move |_| shown.with(|view| view.as_ref().is_some_and(|view| view.entries.is_empty())));
    view! {
        <Show when=move || is_empty.get()>
            <EmptyState title=t(words::NOTHING) text=t(words::NOTHING_TEXT) />
        </Show>
        <div class="overflow-x-auto" tabindex="0" role="group" aria-label=t(words::AUDIT) hidden=move || is_empty.get()>
            <table class="grid-t rows-2 md:min-w-[52rem]">
                <thead>
                    <tr>
                        <th scope="col">{t(words::WHEN)}</th>
                        <th scope="col">{t(words::WHO)}</th>
                        <th scope="col">{t(words::WHAT)}</th>
                        <th scope="col">{t(words::CHANGE)}</th>
                        <th scope="col">{t(words::WHENCE)}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=entries key=|entry| entry.id let:entry>
                        <Entry entry=entry />
                    </For>
                </tbody>
            </table>
        </div>
    }
}
