//! Reservations: those in force, the form to make one, and the question before one is ended.

use super::api::Held;
use super::calls::{end_reservation, reserve};
use super::store::Store;
use super::words;
use crate::AppError;
use crate::ErrorCode;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Dialog, Field, Kind, Size, TextField, use_toasts};
use domain::name::narrow;
use domain::{Cores, NewReservation, NodeId, Reservation, ReservedCores, Seconds, Tokens};
use leptos::prelude::*;

/// What it holds, in words.
fn holds(locale: crate::i18n::Locale, one: &Reservation) -> String {
    let tokens = (one.tokens > Tokens::ZERO).then_some(one.tokens);
    match (tokens, &one.cores) {
        (Some(tokens), Some(ReservedCores { node, cores })) => locale.pick(
            format!("トークン{tokens}個と {node} のコア{cores}個"),
            format!("{tokens} tokens and {cores} cores of {node}"),
        ),
        (None, Some(ReservedCores { node, cores })) => {
            locale.pick(format!("{node} のコア{cores}個"), format!("{cores} cores of {node}"))
        }
        (tokens, None) => {
            let tokens = tokens.unwrap_or_default();
            locale.pick(format!("トークン{tokens}個"), format!("{tokens} tokens"))
        }
    }
}

/// The panel.
#[component]
pub fn Reservations(store: Store) -> impl IntoView {
    let locale = use_locale();
    let preferences = use_preferences();
    let toasts = use_toasts();
    let list = store.of(|view| view.reservations.clone());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let ending = RwSignal::new(None::<Reservation>);
    let ask = Callback::new(move |one: Reservation| {
        ending.set(Some(one));
        open.set(true);
    });
    let end = move |()| {
        let Some(one) = ending.get_untracked() else { return };
        busy.set(true);
        let locale = preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = end_reservation(one.id).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(_) => toasts.good(words::ENDED.in_locale(locale), Some(one.purpose)),
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
            store.read();
        });
    };
    let title = move || {
        let purpose = ending.get().map(|one| one.purpose).unwrap_or_default();
        locale.get().pick(format!("予約「{purpose}」を終了しますか"), format!("End the reservation “{purpose}”?"))
    };
    let gives_back = move || {
        let what = ending.get().map(|one| holds(locale.get(), &one)).unwrap_or_default();
        locale
            .get()
            .pick(format!("{what}が、すぐジョブに使えるようになります"), format!("{what} are free for jobs at once"))
    };
    view! {
        <section class="panel" aria-labelledby="reservations-title" data-testid="reservations">
            <div class="panel-h">
                <h2 id="reservations-title">{t(words::RESERVATIONS)}</h2>
            </div>
            {move || {
                let list = list.get().unwrap_or_default();
                if list.is_empty() {
                    view! { <p class="p-4 text-sm text-muted" data-testid="no-reservations">{t(words::NONE)}</p> }.into_any()
                } else {
                    view! { <List list=list ask=ask /> }.into_any()
                }
            }}
            <NewForm store=store />
        </section>
        <Dialog
            open=open
            id="end-reservation"
            title=title
            safe=t(words::KEEP)
            verb=t(words::DO_END)
            danger=true
            busy=busy
            on_confirm=end
            consequences=ToChildren::to_children(move || view! { <li>{gives_back}</li> })
        />
    }
}

#[component]
fn List(list: Vec<Held>, ask: Callback<Reservation>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    view! {
        <ul class="grid">
            {list
                .into_iter()
                .map(|Held { one, may_end }| {
                    let (what, until) = (one.clone(), one.over_at());
                    let facts = {
                        let one = one.clone();
                        move || {
                            let locale = locale.get();
                            let until = clock.moment(until, locale);
                            let what = holds(locale, &what);
                            let beats = one.heartbeat.map(|every| every.0);
                            let renewed = match beats {
                                Some(seconds) => {
                                    locale.pick(format!("・更新がなければ{seconds}秒で終了"), format!(" · lapses after {seconds} s without renewal"))
                                }
                                None => String::new(),
                            };
                            let holder = &one.holder_name;
                            locale.pick(
                                format!("{holder}・{what}・{until}まで{renewed}"),
                                format!("{holder} · {what} · until {until}{renewed}"),
                            )
                        }
                    };
                    let (testid, purpose) = (format!("reservation-{}", one.id), one.purpose.clone());
                    let label = {
                        let purpose = one.purpose.clone();
                        move || locale.get().pick(format!("予約「{purpose}」を終了…"), format!("End “{purpose}”…"))
                    };
                    view! {
                        <li
                            class="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5"
                            data-testid=testid
                        >
                            <span class="key r"></span>
                            <div class="min-w-0 flex-1">
                                <p class="text-sm font-semibold">{purpose}</p>
                                <p class="sub">{facts}</p>
                            </div>
                            {may_end
                                .then(|| {
                                    view! {
                                        <Button
                                            kind=Kind::Stop
                                            size=Size::Small
                                            class="needs-script"
                                            on_click=move |_| ask.run(one.clone())
                                            attr:aria-label=label
                                            attr:data-testid="end-reservation-open"
                                        >
                                            {t(words::END)}
                                        </Button>
                                    }
                                })}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

/// A whole number as a Japanese keyboard may type it; nothing typed is none of it.
fn number(text: &str) -> Option<u64> {
    let plain = narrow(text.trim());
    if plain.is_empty() { Some(0) } else { plain.parse().ok() }
}

fn small(text: &str) -> Option<u32> {
    number(text).and_then(|number| u32::try_from(number).ok())
}

/// What was typed, or the field that is no number.
fn read(tokens: &str, node: &str, cores: &str, hours: &str, purpose: &str) -> Result<NewReservation, &'static str> {
    let cores = match NodeId::parse(node) {
        Err(_) => None,
        Ok(node) => Some(ReservedCores { node, cores: Cores(small(cores).ok_or("cores")?) }),
    };
    Ok(NewReservation {
        tokens: Tokens(small(tokens).ok_or("tokens")?),
        cores,
        purpose: purpose.to_owned(),
        lasts: Seconds(number(hours).ok_or("seconds")?.saturating_mul(3_600)),
        heartbeat: None,
    })
}

#[component]
fn NewForm(store: Store) -> impl IntoView {
    let locale = use_locale();
    let preferences = use_preferences();
    let toasts = use_toasts();
    let signal = |text: &str| RwSignal::new(text.to_owned());
    let (tokens, cores, hours, purpose, node) = (signal("5"), signal(""), signal("2"), signal(""), signal(""));
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
    let nodes = store.of(|view| view.nodes.clone());
    let longest = store.of(|view| view.longest);
    let hours_hint = move || {
        let most = longest.get().unwrap_or_default().0 / 3_600;
        locale.get().pick(format!("1〜{most}時間"), format!("1 to {most} h"))
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let locale = preferences.locale_untracked();
        let [tokens, node, cores, hours, text] =
            [tokens, node, cores, hours, purpose].map(|signal| signal.get_untracked());
        let new = match read(&tokens, &node, &cores, &hours, &text) {
            Ok(new) => new,
            Err(field) => {
                let message = words::NUMBER.in_locale(locale);
                problem.set(Some(AppError::new(ErrorCode::ValidationError, message).about(field)));
                return;
            }
        };
        problem.set(None);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = reserve(new).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(made) => {
                    toasts.good(words::MADE.in_locale(locale), Some(holds(locale, &made)));
                    purpose.set(String::new());
                    store.read();
                }
                Err(error) if error.field.is_some() => problem.set(Some(error)),
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
        });
    };
    view! {
        <form class="needs-script grid gap-3 p-4" on:submit=send aria-labelledby="new-reservation" data-testid="reservation-form">
            <h3 id="new-reservation" class="text-sm">{t(words::NEW)}</h3>
            <TextField
                id="reservation-purpose"
                name="purpose"
                label=t(words::PURPOSE)
                value=purpose
                error=error("purpose")
                testid="reservation-purpose"
            />
            <div class="grid grid-cols-2 items-start gap-3 md:grid-cols-4">
                <TextField
                    id="reservation-tokens"
                    name="tokens"
                    label=t(words::TOKENS)
                    value=tokens
                    error=error("tokens")
                    testid="reservation-tokens"
                />
                <TextField
                    id="reservation-hours"
                    name="hours"
                    label=t(words::HOURS)
                    value=hours
                    hint=hours_hint
                    error=error("seconds")
                    testid="reservation-hours"
                />
                <Field id="reservation-node" label=t(words::NODE) error=error("node")>
                    <select
                        id="reservation-node"
                        name="node"
                        class="select w-full"
                        aria-describedby="reservation-node-hint reservation-node-error"
                        on:change:target=move |event| node.set(event.target().value())
                        data-testid="reservation-node"
                    >
                        <option value="">{t(words::NO_NODE)}</option>
                        <For each=move || nodes.get().unwrap_or_default() key=|node| node.clone() let:node>
                            <option value=node.0.to_string()>{node.0.to_string()}</option>
                        </For>
                    </select>
                </Field>
                <TextField
                    id="reservation-cores"
                    name="cores"
                    label=t(words::CORES)
                    value=cores
                    error=error("cores")
                    disabled=Signal::derive(move || node.with(String::is_empty))
                    testid="reservation-cores"
                />
            </div>
            <div class="flex justify-end">
                <Button kind=Kind::Line submit=true busy=busy attr:data-testid="reserve">
                    {t(words::MAKE)}
                </Button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_reservation_or_names_its_field() {
        let new = read("５", "", "", "2", "演習").unwrap();
        assert_eq!((new.tokens, new.cores, new.lasts), (Tokens(5), None, Seconds(7_200)));
        let new = read("", "node-01", "４", "1", "x").unwrap();
        let cores = ReservedCores { node: NodeId::parse("node-01").unwrap(), cores: Cores(4) };
        assert_eq!((new.tokens, new.cores), (Tokens(0), Some(cores)));
        assert_eq!(read("five", "", "", "2", "x"), Err("tokens"));
        assert_eq!(read("5", "node-01", "-1", "2", "x"), Err("cores"));
        assert_eq!(read("5", "", "", "2.5", "x"), Err("seconds"));
    }
}
