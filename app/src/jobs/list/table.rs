//! The table: heads that sort, own jobs, everyone else's; what stands there when it is empty; pages.

use super::acts::Acts;
use super::query::{self, Column, PAGE, is_filtered};
use super::row::Row;
use super::store::ListStore;
use super::words;
use crate::frame::use_lab;
use crate::i18n::sentence::count;
use crate::i18n::{Text, t};
use crate::jobs::api::{ListQuery, Tab};
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{EmptyState, Glyph, Icon, Kbd};
use domain::Act;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Heads and rows.
#[component]
pub fn Table(query: Memo<ListQuery>, store: ListStore, acts: Acts) -> impl IntoView {
    let all = Memo::new(move |_| {
        let ids = store.ids();
        !ids.is_empty() && acts.chosen.with(|chosen| ids.iter().all(|id| chosen.contains(id)))
    });
    let choose_all = move |_| {
        if all.get_untracked() {
            acts.clear();
        } else {
            acts.chosen.set(store.ids_untracked().into_iter().collect::<BTreeSet<_>>());
        }
    };
    let head = move |column: Option<Column>, word: Text, class: &'static str| {
        match column {
        Some(column) => view! {
            <th scope="col" class=class aria-sort=move || query.with(|query| query::direction(query, column))>
                <a href=move || query.with(|query| query::address(&query::sorted_by(query, column)))>
                    {t(word)}
                    {move || {
                        query
                            .with(|query| query::direction(query, column))
                            .filter(|_| query.with(|query| query.sort.is_some()))
                            .map(|direction| {
                                let glyph = if direction == "ascending" { Glyph::ChevronUp } else { Glyph::ChevronDown };
                                view! { <Icon glyph=glyph /> }
                            })
                    }}
                </a>
            </th>
        }
        .into_any(),
        None => view! {
            <th scope="col" class=class>
                {t(word)}
            </th>
        }
        .into_any(),
    }
    };
    view! {
        <table class="grid-t rows-2" data-testid="jobs-table">
            <thead>
                <tr>
                    <th scope="col">
                        <input
                            type="checkbox"
                            class="checkbox align-middle"
                            aria-label=t(words::SELECT_ALL)
                            prop:checked=move || all.get()
                            on:click=choose_all
                        />
                    </th>
                    {head(Some(Column::Status), words::STATUS, "")}
                    {head(Some(Column::Name), words::JOB, "")}
                    {head(Some(Column::User), words::OWNER, "max-xl:hidden")}
                    {head(None, words::NODE, "max-lg:hidden")}
                    {head(None, words::CPUS_TOKENS, "r max-lg:hidden")}
                    {head(Some(Column::Priority), words::PRIORITY, "max-xl:hidden")}
                    {head(None, words::PROGRESS, "")}
                    {head(Some(Column::Created), words::AGE, "r")}
                    <th scope="col">
                        <span class="sr-only">{t(words::ACTIONS)}</span>
                    </th>
                </tr>
            </thead>
            <Group own=true title=words::MY_JOBS store=store acts=acts />
            <Group own=false title=words::OTHERS store=store acts=acts />
        </table>
        <Nothing query=query store=store />
    }
}

#[component]
fn Group(own: bool, title: Text, store: ListStore, acts: Acts) -> impl IntoView {
    let size = Memo::new(move |_| store.group(own).len());
    view! {
        <tbody>
            {move || {
                (size.get() > 0)
                    .then(|| {
                        view! {
                            <tr class="grp">
                                <th colspan="10" scope="rowgroup">
                                    {t(title)}
                                    " "
                                    <span class="font-normal text-muted">{size.get()}</span>
                                </th>
                            </tr>
                        }
                    })
            }}
            <For each=move || store.group(own) key=|(id, _)| *id let((id, job))>
                <Row id=id job=job acts=acts />
            </For>
        </tbody>
    }
}

/// What stands in an empty list: what it is and the door out.
#[component]
fn Nothing(query: Memo<ListQuery>, store: ListStore) -> impl IntoView {
    let locale = use_locale();
    let empty = Memo::new(move |_| store.ids().is_empty() && store.error.with(Option::is_none));
    let none_at_all = Memo::new(move |_| store.counts.with(|counts| counts.all == 0));
    let lab = use_lab();
    // nothing can run yet, and whoever looks is the one to change that
    let to_set_up =
        move || lab.status().is_some_and(|status| status.nodes.is_empty() && status.actor.may(Act::Administer));
    move || {
        empty.get().then(|| {
            if none_at_all.get() && !query.with(is_filtered) {
                return view! {
                    <EmptyState title=t(words::NO_JOBS) text=t(words::NO_JOBS_TEXT)>
                        <a class="btn btn-primary btn-sm" href="/jobs/new">
                            <Icon glyph=Glyph::Plus />
                            {t(words::NEW_JOB)}
                        </a>
                        {move || {
                            to_set_up()
                                .then(|| {
                                    view! {
                                        <a class="btn btn-line btn-sm" href="/admin/start" data-testid="to-start">
                                            {t(words::SET_UP)}
                                        </a>
                                    }
                                })
                        }}
                    </EmptyState>
                }
                .into_any();
            }
            let searched = query.with(|query| query.search.clone());
            let title = move || match &searched {
                Some(text) => locale
                    .get()
                    .pick(format!("「{text}」に一致するジョブはありません"), format!("No job matches \"{text}\"")),
                None => words::NONE_HERE.in_locale(locale.get()).to_owned(),
            };
            let wider =
                query.with(|query| ListQuery { tab: Tab::All, search: query.search.clone(), ..query::read(|_| None) });
            let door = if wider.search.is_some() { words::SEARCH_EVERYWHERE } else { words::SHOW_ALL };
            // where the widest search found nothing, only the whole list is left
            let at_widest = query.with(|query| *query == wider);
            let (address, door) = if at_widest {
                (query::address(&ListQuery { search: None, ..wider }), words::SHOW_ALL)
            } else {
                (query::address(&wider), door)
            };
            view! {
                <EmptyState title=title text=t(words::NONE_HERE_TEXT)>
                    <a class="link text-sm" href=address>
                        {t(door)}
                    </a>
                </EmptyState>
            }
            .into_any()
        })
    }
}

/// How many are shown, the way to the others, and the keys.
#[component]
pub fn Footer(query: Memo<ListQuery>, store: ListStore) -> impl IntoView {
    let preferences = use_preferences();
    let locale = use_locale();
    let shown = move || {
        let (rows, total) = (store.ids().len() as u64, store.total.get());
        let from = query.with(|query| u64::from(query.offset));
        if rows == total {
            return locale.get().pick(format!("{}件を表示。", count(total)), format!("{} shown.", count(total)));
        }
        let (first, last) = (count(if rows == 0 { 0 } else { from + 1 }), count(from + rows));
        locale.get().pick(
            format!("全{}件のうち{first}〜{last}件目。", count(total)),
            format!("{first}–{last} of {}.", count(total)),
        )
    };
    let page = move |offset: Option<u32>| {
        offset.map(|offset| query.with(|query| query::address(&ListQuery { offset, ..query.clone() })))
    };
    let previous = move || query.with(|query| (query.offset > 0).then(|| query.offset.saturating_sub(PAGE)));
    let next = move || {
        let after = query.with(|query| query.offset.saturating_add(PAGE));
        (u64::from(after) < store.total.get()).then_some(after)
    };
    view! {
        <div class="mt-3 flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
            <p>{shown} " " {t(words::AGE_NOTE)}</p>
            <nav class="flex gap-2" aria-label=t(words::PAGES)>
                {move || {
                    page(previous())
                        .map(|href| {
                            view! {
                                <a class="btn btn-line btn-sm" href=href rel="prev">
                                    <Icon glyph=Glyph::ChevronLeft />
                                    {t(words::PREVIOUS)}
                                </a>
                            }
                        })
                }}
                {move || {
                    page(next())
                        .map(|href| {
                            view! {
                                <a class="btn btn-line btn-sm" href=href rel="next">
                                    {t(words::NEXT)}
                                    <Icon glyph=Glyph::ChevronRight />
                                </a>
                            }
                        })
                }}
            </nav>
            <p class="flex items-center gap-1.5 max-md:hidden" hidden=move || !preferences.single_keys()>
                <Kbd keys="J" />
                <Kbd keys="K" />
                {t(words::KEY_MOVE)}
                <span class="ml-2">
                    <Kbd keys="X" />
                </span>
                {t(words::KEY_SELECT)}
                <span class="ml-2">
                    <Kbd keys="Enter" />
                </span>
                {t(words::KEY_OPEN)}
                <span class="ml-2">
                    <Kbd keys="?" />
                </span>
                {t(words::KEY_ALL)}
            </p>
        </div>
    }
}
