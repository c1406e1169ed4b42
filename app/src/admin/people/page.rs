//! The page `/admin/users`.

use super::api::PeopleView;
use super::calls::view_people;
use super::store::{Panel, Store};
use super::{add, edit, import, table, words};
use crate::AppError;
use crate::admin::AdminOnly;
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{Button, Dialog, Glyph, NotRead, ReadFirst};
use leptos::prelude::*;
use leptos_meta::Title;

/// Everybody with an account; the forms to add and to change them.
#[component]
pub fn PeoplePage() -> impl IntoView {
    view! {
        <Title text=t(words::USERS) />
        <AdminOnly>
            <People />
        </AdminOnly>
    }
}

#[component]
fn People() -> impl IntoView {
    let first = load(|| (), |()| view_people());
    view! {
        <ReadFirst heading=t(words::USERS) body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<PeopleView, AppError>) -> impl IntoView {
    let store = Store::new(first);
    let locale = use_locale();
    let failed = Signal::derive(move || store.error.get().map(|error| error.message));
    let is_there = Memo::new(move |_| store.view.with(Option::is_some));
    let numbers = store.of(|view| (view.people.len(), view.jobs_of_all, view.tokens_of_all));
    let summary =
        move || numbers.get().map(|(people, jobs, tokens)| words::summary(locale.get(), people, jobs, tokens));
    // who asks again for what is open finds it as it was left
    let panel = Memo::new(move |_| store.panel.get());
    let beside = Memo::new(move |_| panel.with(|panel| matches!(panel, Panel::Add | Panel::Edit(_))));
    let unkept = store.links;
    view! {
        <Dialog
            open=store.losing
            id="lose-links"
            title=t(words::LOSE_LINKS)
            safe=t(words::CANCEL)
            verb=t(words::LOSE_LINKS_VERB)
            danger=true
            on_confirm=move |()| store.turn_all_the_same()
            consequences=ToChildren::to_children(move || {
                view! {
                    <li>
                        {move || {
                            let links = unkept.with(|links| links.as_ref().map_or(0, Vec::len));
                            words::links_lost(locale.get(), links)
                        }}
                    </li>
                    <li>{t(words::LINKS_ANEW)}</li>
                }
            })
        />
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div class="min-w-0">
                <h1 class="text-xl">{t(words::USERS)}</h1>
                <p class="phrase text-sm text-muted">{summary}</p>
            </div>
            <div class="needs-script flex flex-wrap gap-2">
                <Button
                    glyph=Glyph::Plus
                    on_click=move |_| store.turn_to(Panel::Add)
                    attr:data-testid="add-person"
                >
                    {t(words::ADD)}
                </Button>
                <Button
                    glyph=Glyph::Upload
                    on_click=move |_| store.turn_to(Panel::Import)
                    attr:data-testid="import-people"
                >
                    {t(words::IMPORT)}
                </Button>
            </div>
        </div>
        <NotRead why=failed title=t(words::COULD_NOT_LOAD) retry=move |()| store.read() />
        {move || (panel.get() == Panel::Import).then(|| view! { <import::ImportPanel store=store /> })}
        <div
            class="grid grid-cols-[minmax(0,1fr)] items-start gap-4"
            class=("2xl:grid-cols-[minmax(0,1fr)_23.5rem]", move || beside.get())
        >
            {move || is_there.get().then(|| view! { <table::Table store=store /> })}
            {move || match panel.get() {
                Panel::Add => view! { <add::AddPanel store=store /> }.into_any(),
                Panel::Edit(id) => view! { <edit::EditPanel store=store id=id /> }.into_any(),
                Panel::Closed | Panel::Import => ().into_any(),
            }}
        </div>
    }
}
