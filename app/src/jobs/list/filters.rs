//! Tabs and filters. Both are addresses: links, and a form that works without JavaScript.

use super::query::{self, TABS, is_filtered};
use super::store::ListStore;
use super::words;
use crate::frame::use_lab;
use crate::i18n::sentence::{count, status};
use crate::i18n::{Text, t};
use crate::jobs::api::{ListQuery, Tab};
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, TabLink, Tabs};
use domain::JobStatus;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

fn tab_word(tab: Tab) -> Text {
    match tab {
        Tab::Today => words::TODAY,
        Tab::Active => words::ACTIVE,
        Tab::Mine => words::MINE,
        Tab::Troubled => words::TROUBLED,
        Tab::All => words::ALL,
    }
}

/// Saved filters with their numbers.
#[component]
pub fn TabRow(query: Memo<ListQuery>, store: ListStore) -> impl IntoView {
    let lab = use_lab();
    // the lab's numbers are newer than the page's once an event has come
    let counts = Memo::new(move |_| lab.newer().map_or_else(|| store.counts.get(), |status| status.counts));
    view! {
        <Tabs label=t(words::FILTERS)>
            {TABS
                .into_iter()
                .map(|tab| {
                    let number = move || {
                        let counts = counts.get();
                        match tab {
                            Tab::Today => counts.today,
                            Tab::Active => counts.active,
                            Tab::Mine => counts.mine,
                            Tab::Troubled => counts.troubled,
                            Tab::All => counts.all,
                        }
                    };
                    view! {
                        <TabLink
                            href=Signal::derive(move || query.with(|query| query::address(&query::on_tab(query, tab))))
                            current=Signal::derive(move || query.with(|query| query.tab == tab))
                            label=t(tab_word(tab))
                            count=Signal::derive(move || Some(count(number())))
                        />
                    }
                })
                .collect_view()}
        </Tabs>
    }
}

/// State, owner, node; on narrow screens the search too.
#[component]
pub fn FilterForm(query: Memo<ListQuery>, store: ListStore) -> impl IntoView {
    let locale = use_locale();
    let lab = use_lab();
    let navigate = use_navigate();
    let open = RwSignal::new(false);
    let go = Callback::new(move |next: ListQuery| {
        let address = query::address(&ListQuery { offset: 0, ..next });
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let search = NodeRef::<leptos::html::Input>::new();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = search.get_untracked().map(|input| input.value()).unwrap_or_default();
        let text = text.trim().to_owned();
        go.run(ListQuery { search: (!text.is_empty()).then_some(text), ..query.get_untracked() });
    };
    let nothing = |value: String| (!value.is_empty()).then_some(value);
    let nodes = move || {
        let mut ids: Vec<String> = lab
            .status()
            .map(|status| status.nodes.iter().map(|node| node.id.to_string()).collect())
            .unwrap_or_default();
        if let Some(node) = query.with(|query| query.node.clone())
            && !ids.contains(&node)
        {
            ids.push(node);
        }
        ids
    };
    let owners = move || {
        let mut owners = store.owners.get();
        if let Some(user) = query.with(|query| query.user.clone()) {
            owners.entry(user.clone()).or_insert(user);
        }
        owners
    };
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-sm md:hidden needs-script"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-controls="filters"
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <Icon glyph=Glyph::Search />
            {t(words::FILTERS)}
        </button>
        <form
            id="filters"
            action="/"
            method="get"
            class="filters"
            class:open=move || open.get()
            on:submit=send
        >
            <input type="hidden" name="tab" value=move || query.with(|q| query::tab_word(q.tab)) />
            <input type="hidden" name="sort" value=move || query.with(|q| q.sort.clone()).unwrap_or_default() />
            <select
                class="select select-sm w-auto pr-7"
                name="status"
                aria-label=t(words::STATUS)
                on:change:target=move |event| {
                    go.run(ListQuery { status: event.target().value().parse().ok(), ..query.get_untracked() });
                }
            >
                <option value="">{t(words::STATUS)}</option>
                {JobStatus::ALL
                    .into_iter()
                    .map(|option| {
                        let chosen = move || query.with(|query| query.status == Some(option));
                        view! {
                            <option value=option.as_str() selected=untrack(chosen) prop:selected=chosen>
                                {t(status(option))}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <select
                class="select select-sm w-auto pr-7"
                name="user"
                aria-label=t(words::OWNER)
                on:change:target=move |event| {
                    go.run(ListQuery { user: nothing(event.target().value()), ..query.get_untracked() });
                }
            >
                <option value="">{t(words::OWNER)}</option>
                {move || {
                    owners()
                        .into_iter()
                        .map(|(id, name)| {
                            let value = id.clone();
                            let chosen = move || query.with(|query| query.user.as_deref() == Some(id.as_str()));
                            view! {
                                <option value=value selected=untrack(&chosen) prop:selected=chosen>
                                    {name}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
            <select
                class="select select-sm w-auto pr-7"
                name="node"
                aria-label=t(words::NODE)
                on:change:target=move |event| {
                    go.run(ListQuery { node: nothing(event.target().value()), ..query.get_untracked() });
                }
            >
                <option value="">{t(words::NODE)}</option>
                <Suspense>
                    {move || {
                        nodes()
                            .into_iter()
                            .map(|id| {
                                let value = id.clone();
                                let word = id.clone();
                                let chosen = move || query.with(|query| query.node.as_deref() == Some(id.as_str()));
                                view! {
                                    <option value=value selected=untrack(&chosen) prop:selected=chosen>
                                        {word}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </Suspense>
            </select>
            <input
                node_ref=search
                id="list-search"
                type="search"
                name="q"
                class="input input-sm w-40 lg:hidden"
                placeholder=t(words::SEARCH)
                aria-label=t(words::SEARCH)
                value=query.with_untracked(|q| q.search.clone()).unwrap_or_default()
                prop:value=move || query.with(|q| q.search.clone()).unwrap_or_default()
            />
            <button type="submit" class="btn btn-line btn-sm without-script">
                {t(words::APPLY)}
            </button>
            {move || {
                query
                    .with(is_filtered)
                    .then(|| {
                        let plain = query.with(|q| ListQuery { tab: q.tab, sort: q.sort.clone(), ..query::read(|_| None) });
                        view! {
                            <a class="btn btn-ghost btn-sm" href=query::address(&plain) title=t(words::CLEAR_FILTERS) aria-label=t(words::CLEAR_FILTERS)>
                                <Icon glyph=Glyph::Cross />
                                <span class="md:hidden">{move || words::CLEAR_FILTERS.in_locale(locale.get())}</span>
                            </a>
                        }
                    })
            }}
        </form>
    }
}
