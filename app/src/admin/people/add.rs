//! One new person: the form, then the link by which a password is set.

use super::api::PersonalLink;
use super::calls::add_people;
use super::draft::Draft;
use super::fields::{Fields, PersonFields};
use super::links::OneLink;
use super::store::{Panel, Store};
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::use_preferences;
use crate::ui::{Button, Glyph, Icon, Kind, use_toasts};
use domain::Role;
use leptos::prelude::*;

/// The head of a panel, with the way to close it. What was asked for has the focus.
#[component]
pub fn PanelHead(
    /// For `aria-labelledby`.
    id: &'static str,
    /// What the panel is.
    #[prop(into)]
    title: leptos::text_prop::TextProp,
    store: Store,
    /// Turns where something else stands in the panel: the focus goes back to its head.
    #[prop(optional, into)]
    turned: Signal<bool>,
) -> impl IntoView {
    let head = NodeRef::<leptos::html::H2>::new();
    Effect::new(move |_| {
        turned.track();
        if let Some(head) = head.get() {
            // one that cannot take the focus is only not focused
            let _ = head.focus();
        }
    });
    view! {
        <div class="panel-h">
            <h2 id=id node_ref=head tabindex="-1">{move || title.get()}</h2>
            <button
                type="button"
                class="btn btn-ghost btn-sm btn-square ml-auto"
                aria-label=t(words::CLOSE)
                title=t(words::CLOSE)
                on:click=move |_| store.turn_to(Panel::Closed)
                data-testid="close-panel"
            >
                <Icon glyph=Glyph::Cross />
            </button>
        </div>
    }
}

/// The panel.
#[component]
pub fn AddPanel(store: Store) -> impl IntoView {
    let made = RwSignal::new(None::<PersonalLink>);
    let days = store.of(|view| view.link_days);
    view! {
        <section class="panel max-2xl:order-first" aria-labelledby="add-title" data-testid="add-panel">
            <PanelHead
                id="add-title"
                title=t(words::ADD_TITLE)
                store=store
                turned=Signal::derive(move || made.with(Option::is_some))
            />
            {move || match made.get() {
                Some(link) => {
                    view! {
                        <div class="grid gap-4 p-4">
                            <OneLink link=link days=days.get_untracked().unwrap_or_default() />
                            <div class="flex flex-wrap justify-end gap-2">
                                <Button on_click=move |_| made.set(None) attr:data-testid="add-another">
                                    {t(words::ANOTHER)}
                                </Button>
                            </div>
                        </div>
                    }
                        .into_any()
                }
                None => view! { <NewForm store=store made=made /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn NewForm(store: Store, made: RwSignal<Option<PersonalLink>>) -> impl IntoView {
    let (clock, preferences, toasts) = (use_clock(), use_preferences(), use_toasts());
    let fields = Fields::new(Draft { role: Role::Student.as_str().to_owned(), ..Draft::default() });
    let busy = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let person = match fields.draft().person(untrack(|| clock.now()), clock.offset()) {
            Ok(person) => person,
            Err(flaws) => return fields.complain(flaws),
        };
        fields.complain(Vec::new());
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = add_people(vec![person]).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(links) => {
                    made.set(links.into_iter().next());
                    store.read();
                }
                Err(error) => {
                    let message = error.message.clone();
                    if !fields.refuse(error) {
                        toasts.error(words::FAILED.in_locale(locale), Some(message));
                    }
                }
            }
        });
    };
    view! {
        <form class="grid gap-3 p-4" on:submit=send novalidate aria-labelledby="add-title" data-testid="person-form">
            <PersonFields fields=fields store=store new=true />
            <div class="flex flex-wrap justify-end gap-2">
                <Button on_click=move |_| store.turn_to(Panel::Closed)>{t(words::CANCEL)}</Button>
                <Button kind=Kind::Primary submit=true busy=busy attr:data-testid="save-person">
                    {t(words::DO_ADD)}
                </Button>
            </div>
        </form>
    }
}
