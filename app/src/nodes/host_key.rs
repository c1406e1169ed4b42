//! Who the node is: its key beside the accepted one, the command that proves it there, and the three answers.

use super::api::HostKeyView;
use super::calls::{ask_host_key, decide_host_key};
use super::parts::Commands;
use super::store::Store;
use super::words;
use crate::AppError;
use crate::i18n::t;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Dialog, Kind, Size, use_toasts};
use domain::doctor::{System, host_key_command};
use domain::{Fault, Message};
use leptos::prelude::*;

/// Whether the node waits for somebody to say who it is.
fn is_asked(store: Store) -> Memo<bool> {
    Memo::new(move |_| {
        store.view.with(|view| {
            let told = match &view.summary.state_reason {
                Some(Message::Fault(fault)) => matches!(
                    fault,
                    Fault::HostKeyUnknown { .. } | Fault::HostKeyChanged { .. } | Fault::HostKeyRefused { .. }
                ),
                _ => false,
            };
            told || view.admin.as_ref().is_some_and(|admin| admin.accepted.is_none())
        })
    })
}

/// The panel.
#[component]
pub fn HostKey(store: Store) -> impl IntoView {
    let locale = use_locale();
    let (preferences, toasts) = (use_preferences(), use_toasts());
    let asked = is_asked(store);
    let accepted = store.of_admin(|admin| admin.accepted.clone());
    let accepted = move || accepted.get().flatten();
    let shown = RwSignal::new(None::<Result<HostKeyView, AppError>>);
    let (asking, busy, refusing) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let ask = move || {
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        leptos::task::spawn_local(async move {
            let answer = ask_host_key(store.id()).await;
            // the page may be gone
            if asking.try_set(false).is_none() {
                shown.set(Some(answer));
            }
        });
    };
    // asked without being told to only where somebody has to decide
    Effect::new(move |_| {
        if asked.get() {
            ask();
        }
    });
    let decide = move |accept: bool| {
        let Some(Ok(key)) = shown.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = decide_host_key(store.id(), key.found, accept).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            refusing.set(false);
            match answer {
                Ok(()) => {
                    let said = if accept { words::KEY_TAKEN } else { words::KEY_DROPPED };
                    toasts.good(said.in_locale(locale), Some(store.id().to_string()));
                    shown.set(None);
                }
                Err(error) => {
                    toasts.error(words::FAILED.in_locale(locale), Some(error.message));
                    ask();
                }
            }
            store.read();
        });
    };
    let unsure = move |_| {
        let locale = preferences.locale_untracked();
        toasts.good(words::UNSURE_SAID.in_locale(locale), Some(store.id().to_string()));
        shown.set(None);
    };
    let refuse_title = move || {
        let id = store.id();
        locale.get().pick(format!("{id} の鍵を拒否しますか"), format!("Refuse the key of {id}?"))
    };
    view! {
        <section class="panel" aria-labelledby="host-key-title" data-testid="host-key">
            <div class="panel-h">
                <h2 id="host-key-title">{t(words::HOST_KEY)}</h2>
                <Button
                    size=Size::Small
                    class="ml-auto needs-script"
                    busy=asking
                    on_click=move |_| ask()
                    attr:data-testid="host-key-ask"
                >
                    {t(words::KEY_ASK)}
                </Button>
            </div>
            <div class="grid gap-3 p-4">
                {move || {
                    accepted()
                        .map(|key| {
                            view! {
                                <dl class="kv">
                                    <dt>{t(words::KEY_ACCEPTED)}</dt>
                                    <dd class="mono break-all" data-testid="host-key-accepted">{key}</dd>
                                </dl>
                            }
                        })
                }}
                <p class="text-sm text-muted empty:hidden" role="status">
                    {move || asking.get().then(|| words::KEY_ASKING.in_locale(locale.get()))}
                </p>
                {move || match shown.get() {
                    None => ().into_any(),
                    Some(Err(error)) => {
                        view! { <p class="phrase text-sm text-bad" data-testid="host-key-error">{error.message}</p> }.into_any()
                    }
                    Some(Ok(key)) if !key.is_open() => {
                        view! { <p class="text-sm text-good" data-testid="host-key-same">{t(words::KEY_SAME)}</p> }.into_any()
                    }
                    Some(Ok(key)) => {
                        let text = if key.accepted.is_some() { words::KEY_OTHER } else { words::KEY_FIRST };
                        view! {
                            <dl class="kv">
                                <dt>{t(words::KEY_FOUND)}</dt>
                                <dd class="mono break-all" data-testid="host-key-found">{key.found}</dd>
                            </dl>
                            <p class="phrase text-sm text-muted">{t(text)}</p>
                            <Commands commands=System::ALL.map(|system| (Some(system), host_key_command(system).to_owned())).to_vec() />
                            <div class="flex flex-wrap gap-2">
                                <Button
                                    kind=Kind::Primary
                                    busy=busy
                                    on_click=move |_| decide(true)
                                    attr:data-testid="host-key-accept"
                                >
                                    {t(words::ACCEPT)}
                                </Button>
                                <Button
                                    kind=Kind::Stop
                                    on_click=move |_| refusing.set(true)
                                    attr:data-testid="host-key-refuse"
                                >
                                    {t(words::REFUSE)}
                                </Button>
                                <Button kind=Kind::Ghost on_click=unsure attr:data-testid="host-key-unsure">
                                    {t(words::UNSURE)}
                                </Button>
                            </div>
                        }
                            .into_any()
                    }
                }}
            </div>
        </section>
        <Dialog
            open=refusing
            id="refuse-key"
            title=refuse_title
            safe=t(words::BACK)
            verb=t(words::DO_REFUSE)
            danger=true
            busy=busy
            on_confirm=move |()| decide(false)
            consequences=ToChildren::to_children(move || {
                view! { <li>{t(words::REFUSE_OFF)}</li> <li>{t(words::REFUSE_LATER)}</li> }
            })
        />
    }
}
