//! What is asked once before it is done: closing an account, making a link anew, handing over jobs.

use super::api::PersonalLink;
use super::calls::{disable_person, hand_over, link_for};
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Dialog, Field, use_toasts};
use domain::UserId;
use leptos::prelude::*;

/// Before an account is closed.
#[component]
pub fn DisableQuestion(
    store: Store,
    id: StoredValue<UserId>,
    name: Memo<String>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (locale, preferences, toasts) = (use_locale(), use_preferences(), use_toasts());
    let busy = RwSignal::new(false);
    let row = store.row(id.get_value());
    let jobs = Memo::new(move |_| row.get().map(|row| row.open_jobs).unwrap_or_default());
    let is_me = id.with_value(|id| store.is_me(id));
    let stay = move || match jobs.get() {
        0 => words::NO_JOBS_OPEN.in_locale(locale.get()).to_owned(),
        jobs => words::jobs_stay(locale.get(), jobs),
    };
    let disable = move |()| {
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = disable_person(id.get_value(), true).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(account) => {
                    toasts.good(words::DISABLED.in_locale(locale), Some(account.user.name.clone()));
                    store.changed(&account);
                }
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
        });
    };
    view! {
        <Dialog
            open=open
            id="disable-person"
            title=move || words::disable(locale.get(), &name.get())
            safe=t(words::KEEP)
            verb=t(words::DO_DISABLE)
            danger=true
            busy=busy
            on_confirm=disable
            consequences=ToChildren::to_children(move || {
                view! {
                    {is_me.then(|| view! { <li class="font-semibold">{t(words::OWN_ACCOUNT)}</li> })}
                    <li>{t(words::SESSIONS_END)}</li>
                    <li data-testid="jobs-stay">{stay}</li>
                    <li>{t(words::CAN_REOPEN)}</li>
                }
            })
        />
    }
}

/// Before a link takes the place of an older one.
#[component]
pub fn LinkQuestion(
    store: Store,
    id: StoredValue<UserId>,
    name: Memo<String>,
    open: RwSignal<bool>,
    link: RwSignal<Option<PersonalLink>>,
) -> impl IntoView {
    let (locale, preferences, toasts) = (use_locale(), use_preferences(), use_toasts());
    let busy = RwSignal::new(false);
    let row = store.row(id.get_value());
    let has_password = Memo::new(move |_| row.get().is_some_and(|row| row.account.has_password));
    let make = move |()| {
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = link_for(id.get_value()).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(made) => link.set(Some(made)),
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
        });
    };
    view! {
        <Dialog
            open=open
            id="new-link"
            title=move || words::new_link(locale.get(), &name.get())
            safe=t(words::CANCEL)
            verb=t(words::DO_LINK)
            busy=busy
            on_confirm=make
            consequences=ToChildren::to_children(move || {
                view! {
                    <li>{t(words::OLD_LINK)}</li>
                    {move || has_password.get().then(|| view! { <li>{t(words::PASSWORD_STAYS)}</li> })}
                }
            })
        />
    }
}

/// To whom all jobs go.
#[component]
pub fn HandOverQuestion(
    store: Store,
    id: StoredValue<UserId>,
    name: Memo<String>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let (preferences, toasts) = (use_preferences(), use_toasts());
    let (busy, to) = (RwSignal::new(false), RwSignal::new(None::<UserId>));
    let row = store.row(id.get_value());
    let jobs = Memo::new(move |_| row.get().map(|row| row.open_jobs).unwrap_or_default());
    // those who can look after them
    let others = Memo::new(move |_| {
        let now = clock.now();
        store.view.with(|view| {
            let people = view.iter().flat_map(|view| &view.people);
            let others =
                people.filter(|row| row.account.is_open(now) && id.with_value(|id| *id != row.account.user.id));
            others.map(|row| (row.account.user.id.clone(), row.account.user.name.clone())).collect::<Vec<_>>()
        })
    });
    let give = move |()| {
        let Some(to) = to.get_untracked() else { return };
        busy.set(true);
        let locale = preferences.locale_untracked();
        let known = others.get_untracked().into_iter().find(|(id, _)| *id == to).map(|(_, name)| name);
        leptos::task::spawn_local(async move {
            let answer = hand_over(id.get_value(), to).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(jobs) => toasts.good(words::handed_over(locale, jobs, &known.unwrap_or_default()), None),
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
            store.read();
        });
    };
    view! {
        <Dialog
            open=open
            id="hand-over"
            title=move || words::hand_over(locale.get(), &name.get())
            safe=t(words::CANCEL)
            verb=t(words::DO_HAND_OVER)
            busy=busy
            disabled=Signal::derive(move || to.with(Option::is_none))
            on_confirm=give
            consequences=ToChildren::to_children(move || {
                view! {
                    <li>{move || words::all_jobs(locale.get(), jobs.get())}</li>
                    <li>{t(words::THEIR_LIMITS)}</li>
                }
            })
        >
            <Field id="hand-over-to" label=t(words::HAND_TO)>
                <select
                    id="hand-over-to"
                    class="select w-full"
                    aria-describedby="hand-over-to-hint hand-over-to-error"
                    on:change:target=move |event| to.set(UserId::parse(&event.target().value()).ok())
                    data-testid="hand-over-to"
                >
                    <option value="" prop:selected=move || to.with(Option::is_none)>{t(words::CHOOSE)}</option>
                    <For each=move || others.get() key=|other| other.clone() let((id, name))>
                        <option value=id.to_string()>{format!("{name} ({id})")}</option>
                    </For>
                </select>
            </Field>
        </Dialog>
    }
}
