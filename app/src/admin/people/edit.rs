//! One person: what is said of them, and what is done with the account.

use super::add::PanelHead;
use super::api::PersonalLink;
use super::calls::{change_person, disable_person};
use super::draft::Draft;
use super::fields::{Fields, PersonFields};
use super::links::OneLink;
use super::questions::{DisableQuestion, HandOverQuestion, LinkQuestion};
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Dialog, Kind, use_toasts};
use domain::{Account, Profile, Role, UserId};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn EditPanel(store: Store, id: UserId) -> impl IntoView {
    let row = store.row(id.clone());
    let Some(first) = row.get_untracked() else { return ().into_any() };
    let name = Memo::new(move |_| row.get().map(|row| row.account.user.name).unwrap_or_default());
    view! {
        <section class="panel max-2xl:order-first" aria-labelledby="edit-title" data-testid="edit-panel">
            <PanelHead id="edit-title" title=move || name.get() store=store />
            <p class="sub mono px-4 pt-3">{id.to_string()}</p>
            <ProfileForm store=store account=first.account />
            <AccountActs store=store id=id name=name />
        </section>
    }
    .into_any()
}

#[component]
fn ProfileForm(store: Store, account: Account) -> impl IntoView {
    let (clock, locale, preferences, toasts) = (use_clock(), use_locale(), use_preferences(), use_toasts());
    let fields = Fields::new(Draft::of(&account, clock.offset()));
    let (busy, asked) = (RwSignal::new(false), RwSignal::new(false));
    let waiting = StoredValue::new(None::<Profile>);
    let (id, was) = (StoredValue::new(account.user.id.clone()), StoredValue::new(account.profile()));
    let was_admin = store.is_me(&account.user.id) && account.user.role == Role::Admin;
    let save = move |profile: Profile| {
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = change_person(id.get_value(), was.get_value(), profile).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            asked.set(false);
            match answer {
                Ok(account) => {
                    toasts.good(words::SAVED.in_locale(locale), Some(account.user.name.clone()));
                    was.set_value(account.profile());
                    store.changed(&account);
                }
                Err(error) => {
                    // told once what it is now, who saves again means it
                    let now = error.details.as_ref().and_then(|details| details.get("profile"));
                    if let Some(now) = now.and_then(|now| serde_json::from_value(now.clone()).ok()) {
                        was.set_value(now);
                    }
                    let message = error.message.clone();
                    if !fields.refuse(error) {
                        toasts.error(words::FAILED.in_locale(locale), Some(message));
                    }
                }
            }
        });
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let profile = match fields.draft().profile(clock.offset()) {
            Ok(profile) => profile,
            Err(flaws) => return fields.complain(flaws),
        };
        fields.complain(Vec::new());
        let now = untrack(|| clock.now());
        let steps_down = profile.role != Role::Admin || profile.expires_at.is_some_and(|end| end <= now);
        if was_admin && steps_down {
            waiting.set_value(Some(profile));
            asked.set(true);
        } else {
            save(profile);
        }
    };
    let name = account.user.name;
    view! {
        <form class="grid gap-3 p-4" on:submit=send novalidate aria-labelledby="edit-title" data-testid="person-form">
            <PersonFields fields=fields store=store />
            <div class="flex flex-wrap justify-end gap-2">
                <Button kind=Kind::Primary submit=true busy=busy attr:data-testid="save-person">
                    {t(words::SAVE)}
                </Button>
            </div>
        </form>
        <Dialog
            open=asked
            id="step-down"
            title=move || words::step_down(locale.get(), &name)
            safe=t(words::KEEP)
            verb=t(words::DO_STEP_DOWN)
            danger=true
            busy=busy
            on_confirm=move |()| {
                if let Some(profile) = waiting.get_value() {
                    save(profile);
                }
            }
            consequences=ToChildren::to_children(move || {
                view! {
                    <li>{t(words::OWN_ROLE)}</li>
                    <li>{t(words::OTHER_ADMIN_NEEDED)}</li>
                }
            })
        />
    }
}

#[component]
fn AccountActs(store: Store, id: UserId, name: Memo<String>) -> impl IntoView {
    let (clock, preferences, toasts) = (use_clock(), use_preferences(), use_toasts());
    let row = store.row(id.clone());
    let link = RwSignal::new(None::<PersonalLink>);
    let days = store.of(|view| view.link_days);
    let [disabling, linking, handing] = [(); 3].map(|()| RwSignal::new(false));
    let busy = RwSignal::new(false);
    let is_disabled = Memo::new(move |_| row.get().is_some_and(|row| row.account.disabled_at.is_some()));
    let is_open = Memo::new(move |_| row.get().is_some_and(|row| row.account.is_open(clock.now())));
    let id = StoredValue::new(id);
    let enable = move |_| {
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = disable_person(id.get_value(), false).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(account) => {
                    toasts.good(words::ENABLED.in_locale(locale), Some(account.user.name.clone()));
                    store.changed(&account);
                }
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
        });
    };
    view! {
        <div class="grid gap-3 border-t border-line p-4">
            <h3 class="text-sm">{t(words::ACCOUNT)}</h3>
            {move || {
                link.get().map(|link| view! { <OneLink link=link days=days.get_untracked().unwrap_or_default() /> })
            }}
            <div class="flex flex-wrap gap-2">
                <Button
                    disabled=Signal::derive(move || !is_open.get())
                    on_click=move |_| linking.set(true)
                    attr:data-testid="new-link"
                >
                    {t(words::NEW_LINK)}
                </Button>
                <Button on_click=move |_| handing.set(true) attr:data-testid="hand-over">
                    {t(words::HAND_OVER)}
                </Button>
                // one place each: an element that is made into another one in place keeps what a click on it did before
                {move || {
                    is_disabled
                        .get()
                        .then(|| {
                            view! {
                                <Button busy=busy on_click=enable attr:data-testid="enable-person">
                                    {t(words::ENABLE)}
                                </Button>
                            }
                        })
                }}
                {move || {
                    (!is_disabled.get())
                        .then(|| {
                            view! {
                                <Button
                                    kind=Kind::Stop
                                    on_click=move |_| disabling.set(true)
                                    attr:data-testid="disable-person"
                                >
                                    {t(words::DISABLE)}
                                </Button>
                            }
                        })
                }}
            </div>
            {move || (!is_open.get()).then(|| view! { <p class="sub">{t(words::CLOSED_NOW)}</p> })}
        </div>
        <DisableQuestion store=store id=id name=name open=disabling />
        <LinkQuestion store=store id=id name=name open=linking link=link />
        <HandOverQuestion store=store id=id name=name open=handing />
    }
}
