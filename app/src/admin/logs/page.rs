//! The page.

use super::api::{LogReach, LogView};
use super::calls::view_logs;
use super::filters::Filters;
use super::pane::Pane;
use super::query::{self, Asked};
use super::store::Store;
use super::words;
use crate::AppError;
use crate::admin::AdminOnly;
use crate::i18n::t;
use crate::loaded::load;
use crate::ui::{Glyph, Icon, PageError, ReadFirst};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The server's log.
#[component]
pub fn LogsPage() -> impl IntoView {
    view! {
        <Title text=t(words::LOGS) />
        <AdminOnly>
            <Logs />
        </AdminOnly>
    }
}

#[component]
fn Logs() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| map.with(|map| query::read(|name| map.get(name))));
    let first = load(
        || (),
        move |()| {
            let Asked { query, older } = asked.get_untracked();
            view_logs(query, older.map_or(LogReach::End, LogReach::Before))
        },
    );
    view! {
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div class="min-w-0">
                <h1 class="text-xl">{t(words::LOGS)}</h1>
                <p class="phrase text-sm text-muted">{t(words::LEAD)}</p>
            </div>
            <div class="flex flex-wrap gap-2">
                <a class="btn btn-line" href="/admin/operations">
                    {t(words::OPERATIONS)}
                </a>
                <a
                    class="btn btn-line"
                    href="/support-bundle"
                    rel="external"
                    download=""
                    aria-describedby="about-bundle"
                    data-testid="support-bundle"
                >
                    <Icon glyph=Glyph::Download />
                    {t(words::BUNDLE)}
                </a>
            </div>
        </div>
        <ReadFirst body=move || async move {
            let view = first.await;
            view! { <Body asked=asked first=view /> }
        } />
        <p id="about-bundle" class="phrase mt-3 max-w-3xl text-xs text-muted">
            {t(words::BUNDLE_TEXT)}
        </p>
    }
}

#[component]
fn Body(asked: Memo<Asked>, first: Result<LogView, AppError>) -> impl IntoView {
    let store = Store::new(asked, first);
    let failed = Memo::new(move |_| store.error.get());
    view! {
        <section class="panel" aria-label=t(words::LOGS) data-testid="logs">
            <Filters asked=asked />
            {move || {
                failed
                    .get()
                    .map(|error| {
                        view! {
                            <PageError
                                title=t(words::COULD_NOT_LOAD)
                                detail=error.message
                                retry=move |()| store.read()
                            />
                        }
                    })
            }}
            <Pane store=store />
            <Foot store=store />
        </section>
    }
}

/// Whether lines come by themselves; the way back to the end where the page shows a part before it.
#[component]
fn Foot(store: Store) -> impl IntoView {
    let at_end = Memo::new(move |_| store.asked.with(|asked| asked.older.is_none()));
    let newest = move || {
        let query = store.asked.with(|asked| asked.query.clone());
        query::address(&Asked { query, older: None })
    };
    view! {
        <div class="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-2.5">
            <Show
                when=move || at_end.get()
                fallback=move || {
                    view! {
                        <a class="btn btn-line btn-sm" href=newest data-testid="log-newest">
                            {t(words::NEWEST)}
                        </a>
                    }
                }
            >
                <span class="needs-script">
                    <button
                        type="button"
                        class="btn btn-sm btn-line"
                        aria-pressed=move || if store.follow.get() { "true" } else { "false" }
                        data-testid="logs-follow"
                        on:click=move |_| store.set_follow(!store.follow.get_untracked())
                    >
                        <Icon glyph=Glyph::ToEnd />
                        {move || t(if store.follow.get() { words::FOLLOWING } else { words::FOLLOW })()}
                    </button>
                </span>
            </Show>
        </div>
    }
}
