//! The page `/admin/settings`.

use super::api::SettingsView;
use super::calls::view_settings;
use super::foot::Foot;
use super::head::{Groups, Tools, group_id};
use super::item::Draft;
use super::row::Row;
use super::store::Store;
use super::{FORM, words};
use crate::AppError;
use crate::admin::AdminOnly;
use crate::i18n::{sentence, t};
use crate::loaded::load;
use crate::ui::{NotRead, ReadFirst, ask_before_leaving};
use domain::settings::Group;
use leptos::prelude::*;
use leptos_meta::Title;

/// Every setting, by group.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <Title text=t(words::SETTINGS) />
        <AdminOnly>
            <AllSettings />
        </AdminOnly>
    }
}

#[component]
fn AllSettings() -> impl IntoView {
    let first = load(|| (), |()| view_settings());
    view! {
        <ReadFirst body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<SettingsView, AppError>) -> impl IntoView {
    let store = Store::new(first);
    let failed = Signal::derive(move || store.error.get().map(|error| error.message));
    ask_before_leaving(move || store.items().iter().any(|item| item.draft.with_untracked(Draft::is_changed)));
    view! {
        <div class="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <h1 class="text-xl">{t(words::SETTINGS)}</h1>
                <p class="text-sm text-muted">{t(words::LEAD)}</p>
            </div>
            <Show when=move || store.is_there.get()>
                <Tools store=store />
            </Show>
        </div>
        <NotRead why=failed title=t(words::COULD_NOT_LOAD) retry=move |()| store.read() />
        <Show when=move || store.is_there.get()>
            <Editor store=store />
        </Show>
    }
}

#[component]
fn Editor(store: Store) -> impl IntoView {
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        store.save();
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            store.save();
        }
    };
    let nothing = move || !store.items().into_iter().any(|item| store.is_found(item));
    view! {
        <div class="grid grid-cols-[minmax(0,1fr)] items-start gap-x-6 gap-y-3 lg:grid-cols-[10rem_minmax(0,1fr)]">
            <Groups store=store />
            <form id=FORM class="min-w-0" on:submit=save on:keydown=keys novalidate aria-label=t(words::SETTINGS) data-testid="settings">
                <div class="grid grid-cols-[minmax(0,1fr)] gap-4">
                    {move || {
                        nothing().then(|| view! { <p class="text-sm text-muted" role="status">{t(words::NOT_FOUND)}</p> })
                    }}
                    {Group::ALL.into_iter().map(|group| view! { <Section group=group store=store /> }).collect_view()}
                </div>
            </form>
        </div>
        <Foot store=store />
    }
}

#[component]
fn Section(group: Group, store: Store) -> impl IntoView {
    let items = store.of_group(group);
    let found = {
        let items = items.clone();
        move || items.iter().any(|item| store.is_found(*item))
    };
    let title = format!("{}-title", group_id(group));
    view! {
        <section
            id=group_id(group)
            class="panel scroll-mt-16"
            aria-labelledby=title.clone()
            hidden=move || !found()
        >
            <div class="panel-h">
                <h2 id=title.clone()>{t(sentence::setting::group(group))}</h2>
            </div>
            {items.into_iter().map(|item| view! { <Row item=item store=store /> }).collect_view()}
        </section>
    }
}
