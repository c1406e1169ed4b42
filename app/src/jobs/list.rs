//! The list of jobs: what the lab has left, saved filters, own jobs first, live.

mod acts;
mod bulk;
mod cell;
mod filters;
#[cfg(feature = "hydrate")]
mod keys;
mod query;
mod row;
mod store;
mod strip;
mod table;
mod words;

use crate::frame::use_lab;
use crate::i18n::t;
use crate::jobs::api::{ListPage, ListQuery};
use crate::jobs::calls::list_jobs;
use crate::loaded::load;
use crate::ui::{Button, Glyph, PageError, Size, Skeleton};
use crate::{AppError, jobs::list::acts::Acts};
use domain::Actor;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use store::ListStore;

/// The page `/`.
#[component]
pub fn JobsPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(|params| query::read(|name| params.get(name))));
    let lab = use_lab();
    // read once: afterwards the store reads by itself, so that rows stay the same elements
    let first = load(|| (), move |()| list_jobs(query.get_untracked()));
    view! {
        <Title text=t(words::JOBS) />
        <h1 class="sr-only">{t(words::JOBS)}</h1>
        <strip::Strip />
        <Suspense fallback=|| {
            view! {
                <section class="panel mt-4 p-4">
                    <Skeleton lines=&["w-1/3", "w-2/3", "w-1/2", "w-2/3"] />
                </section>
            }
        }>
            {move || Suspend::new(async move {
                let page = first.await;
                let actor = lab.first().await.ok().map(|status| status.actor);
                view! { <List first=page actor=actor query=query /> }
            })}
        </Suspense>
    }
}

#[component]
fn List(first: Result<ListPage, AppError>, actor: Option<Actor>, query: Memo<ListQuery>) -> impl IntoView {
    let viewer = actor.as_ref().map(|actor| actor.id.clone());
    let store = ListStore::new(first, viewer, query.get_untracked());
    let acts = Acts::new(store, actor);
    Effect::new(move |before: Option<ListQuery>| {
        let now = query.get();
        if before.is_some_and(|before| before != now) {
            acts.clear();
            store.turn_to(now.clone());
        }
        now
    });
    #[cfg(feature = "hydrate")]
    keys::listen(store, acts);

    let selecting = Memo::new(move |_| acts.chosen.with(|chosen| !chosen.is_empty()));
    let failed = Memo::new(move |_| store.error.get());
    view! {
        <section class="panel mt-4" aria-label=t(words::LIST)>
            {move || {
                if selecting.get() {
                    view! { <bulk::BulkBar acts=acts /> }.into_any()
                } else {
                    view! {
                        <div class="flex flex-wrap items-center justify-between gap-x-6 border-b border-line px-4">
                            <filters::TabRow query=query store=store />
                            <filters::FilterForm query=query store=store />
                        </div>
                    }
                        .into_any()
                }
            }}
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
            {move || {
                store
                    .stale
                    .get()
                    .then(|| {
                        view! {
                            <div class="flex items-center gap-2 border-b border-line px-4 py-1.5" role="status">
                                <Button
                                    size=Size::Small
                                    glyph=Glyph::Refresh
                                    on_click=move |_| store.read()
                                    attr:data-testid="re-sort"
                                >
                                    {t(words::RE_SORT)}
                                </Button>
                            </div>
                        }
                    })
            }}
            <div
                on:pointerenter=move |_| store.set_inside(true)
                on:pointerleave=move |_| store.set_inside(false)
                on:focusin=move |_| store.set_inside(true)
                on:focusout=move |_| store.set_inside(false)
            >
                <table::Table query=query store=store acts=acts />
            </div>
        </section>
        <table::Footer query=query store=store />
        <acts::ActDialogs acts=acts />
    }
}
