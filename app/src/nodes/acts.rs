//! Whether the node takes jobs: drain, resume, off, on, and away. What ends something asks once and names what happens.

use super::api::NodeAct;
use super::calls::act_on_node;
use super::store::Store;
use super::words;
use crate::AppError;
use crate::clock::use_clock;
use crate::i18n::sentence::node;
use crate::i18n::{Locale, Text, t};
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Dialog, FieldError, Kind, Size, TextField, use_toasts};
use domain::{Message, NodeState, NodeUse};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// What goes on all the same: jobs there, and those that wait for it.
fn goes_on(locale: Locale, usage: &NodeUse) -> Vec<String> {
    let (active, waiting) = (usage.active, usage.waiting);
    let lines = [
        (active > 0).then(|| {
            locale.pick(
                format!("実行中のジョブ{active}件は、最後まで続きます"),
                format!("{active} jobs at work there go on to their end"),
            )
        }),
        (waiting > 0).then(|| {
            locale.pick(
                format!("このノードを指定したジョブ{waiting}件は、待ち続けます"),
                format!("{waiting} jobs that want this node and no other go on waiting"),
            )
        }),
    ];
    lines.into_iter().flatten().collect()
}

/// The panel of buttons, and their questions.
#[component]
pub fn Acts(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let (preferences, toasts, navigate) = (use_preferences(), use_toasts(), use_navigate());
    let state = Memo::new(move |_| store.view.with(|view| view.summary.state));
    let usage = store.of_admin(|admin| admin.usage);
    let usage = move || usage.get().unwrap_or_default();
    let [draining, disabling, deleting] = [(); 3].map(|()| RwSignal::new(false));
    let [why, until] = [(); 2].map(|()| RwSignal::new(String::new()));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let error = move |field: &'static str| {
        Signal::derive(move || {
            problem.with(|problem| {
                problem
                    .as_ref()
                    .filter(|error| error.field.as_deref() == Some(field))
                    .map(|error| error.message.clone())
            })
        })
    };
    let act = Callback::new(move |(act, said): (NodeAct, Text)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        let (locale, navigate) = (preferences.locale_untracked(), navigate.clone());
        leptos::task::spawn_local(async move {
            let (id, gone) = (store.id(), act == NodeAct::Delete);
            let answer = act_on_node(id.clone(), act).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Err(error) if error.field.is_some() => {
                    problem.set(Some(error));
                    return;
                }
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
                Ok(()) => {
                    toasts.good(said.in_locale(locale), Some(id.to_string()));
                    if gone {
                        navigate("/nodes", Default::default());
                        return;
                    }
                }
            }
            for open in [draining, disabling, deleting] {
                open.set(false);
            }
            store.read();
        });
    });
    let ask = move |open: RwSignal<bool>| {
        problem.set(None);
        // what is said already is there to be changed; another question begins anew
        let (said, end) = store.view.with_untracked(|view| {
            let drains = view.summary.state == NodeState::Draining;
            let said =
                view.summary.state_reason.as_ref().filter(|_| drains && open == draining).and_then(|said| match said {
                    Message::Words(words) => Some(words.clone()),
                    Message::Fault(_) => None,
                });
            (said, view.summary.state_until.filter(|_| drains && open == draining))
        });
        why.set(said.unwrap_or_default());
        until.set(end.and_then(|end| clock.written(end)).unwrap_or_default());
        // how much goes on and waits is told as it is now
        store.read();
        open.set(true);
    };
    let drain = move |()| {
        let text = until.get_untracked();
        let end = match text.trim() {
            "" => None,
            typed => match clock.typed(typed) {
                Some(at) => Some(at),
                None => {
                    let message = words::UNTIL_WRONG.in_locale(preferences.locale_untracked());
                    problem.set(Some(AppError::new(crate::ErrorCode::ValidationError, message).about("until")));
                    return;
                }
            },
        };
        act.run((NodeAct::Drain { reason: why.get_untracked(), until: end }, words::DONE));
    };
    let title = move |ja: fn(&str) -> String, en: fn(&str) -> String| {
        move || {
            let id = store.id().to_string();
            locale.get().pick(ja(&id), en(&id))
        }
    };
    let stays =
        move || goes_on(locale.get(), &usage()).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let is = move |wanted: NodeState| move || state.get() == wanted;
    view! {
        <section class="panel needs-script" aria-labelledby="service-title" data-testid="node-acts">
            <div class="panel-h">
                <h2 id="service-title">{t(words::SERVICE)}</h2>
            </div>
            <div class="flex flex-wrap gap-2 p-4">
                <Show when=is(NodeState::Draining)>
                    <Button
                        busy=busy
                        on_click=move |_| act.run((NodeAct::Resume, words::DONE))
                        attr:data-testid="node-resume"
                    >
                        {t(words::RESUME)}
                    </Button>
                </Show>
                <Show when=is(NodeState::Disabled)>
                    <Button
                        busy=busy
                        on_click=move |_| act.run((NodeAct::Enable, words::DONE))
                        attr:data-testid="node-enable"
                    >
                        {t(words::ENABLE)}
                    </Button>
                </Show>
                <Show when=move || state.get() != NodeState::Disabled>
                    <Button on_click=move |_| ask(draining) attr:data-testid="node-drain">
                        {move || {
                            let word = if state.get() == NodeState::Draining { words::DRAIN_AGAIN } else { words::DRAIN };
                            word.in_locale(locale.get())
                        }}
                    </Button>
                    <Button kind=Kind::Stop on_click=move |_| ask(disabling) attr:data-testid="node-disable">
                        {t(words::DISABLE)}
                    </Button>
                </Show>
                <Button kind=Kind::Stop size=Size::Normal on_click=move |_| ask(deleting) attr:data-testid="node-delete">
                    {t(words::DELETE)}
                </Button>
            </div>
        </section>
        <Dialog
            open=draining
            id="drain"
            title=title(|id| format!("{id} の受付を停止しますか"), |id| format!("Drain {id}?"))
            safe=t(words::BACK)
            verb=t(words::DO_DRAIN)
            busy=busy
            on_confirm=drain
            consequences=ToChildren::to_children(move || view! { <li>{t(words::NOTHING_NEW)}</li> {stays} })
        >
            <div class="grid gap-3">
                <TextField
                    id="drain-reason"
                    name="reason"
                    label=t(words::WHY)
                    value=why
                    error=error("reason")
                    testid="drain-reason"
                />
                <TextField
                    id="drain-until"
                    name="until"
                    kind="datetime-local"
                    label=t(words::UNTIL)
                    value=until
                    hint=t(words::UNTIL_HINT)
                    error=error("until")
                    testid="drain-until"
                />
            </div>
        </Dialog>
        <Dialog
            open=disabling
            id="disable"
            title=title(|id| format!("{id} を無効にしますか"), |id| format!("Switch {id} off?"))
            safe=t(words::BACK)
            verb=t(words::DO_DISABLE)
            danger=true
            busy=busy
            on_confirm=move |()| act.run((NodeAct::Disable { reason: why.get_untracked() }, words::DONE))
            consequences=ToChildren::to_children(move || {
                view! { <li>{t(words::NOTHING_NEW)}</li> {stays} <li>{t(words::NOT_ASKED)}</li> }
            })
        >
            <TextField
                id="disable-reason"
                name="reason"
                label=t(words::WHY)
                value=why
                error=error("reason")
                testid="disable-reason"
            />
        </Dialog>
        <Dialog
            open=deleting
            id="delete"
            title=title(|id| format!("{id} を削除しますか"), |id| format!("Delete {id}?"))
            safe=t(words::BACK)
            verb=t(words::DO_DELETE)
            danger=true
            busy=busy
            disabled=Signal::derive(move || !usage().is_none())
            on_confirm=move |()| act.run((NodeAct::Delete, words::DELETED))
            consequences=ToChildren::to_children(move || view! { <li>{t(words::ENDED_KEEP)}</li> })
        >
            <div data-testid="delete-refused">
                <FieldError id="delete-used" error=Signal::derive(move || used(locale.get(), &usage())) />
            </div>
        </Dialog>
    }
}

/// Why it cannot be deleted now.
fn used(locale: Locale, usage: &NodeUse) -> Option<String> {
    let uses = node::uses(locale, usage);
    if uses.is_empty() {
        return None;
    }
    let (ja, en) = (uses.join("、"), uses.join(", "));
    Some(locale.pick(format!("まだ使われています: {ja}"), format!("Still in use: {en}")))
}
