//! One deck: its verdict, what it holds, what it needs, its name.

use super::foot::Foot;
use super::form::Form;
use super::item::{Item, ItemId, Sending};
use super::missing::Errors;
use super::model::{Facts, Model, Warnings};
use super::standing::{self, Difference, Standing};
use super::words::standing as say;
use super::{needs, sorting, use_voice, words};
use crate::i18n::sentence::{bytes, bytes_of};
use crate::i18n::t;
use crate::ui::{Button, Glyph, Icon, Notice, ProgressBar, Size, Skeleton, Tone};
use leptos::prelude::*;

/// The word of `data-verdict`.
fn verdict_word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Ready { warnings: 0 } => "fits",
        Standing::Ready { .. } => "warnings",
        Standing::Reading { .. } => "reading",
        Standing::Sending => "sending",
        Standing::Checking => "checking",
        Standing::Refused(_)
        | Standing::NotADeck(_)
        | Standing::Missing { .. }
        | Standing::Errors { .. }
        | Standing::NotSent(_)
        | Standing::NotChecked(_)
        | Standing::Name(_)
        | Standing::SameName => "blocked",
    }
}

/// What the panel's middle shows.
#[derive(Clone, Copy, PartialEq)]
enum Middle {
    Nothing,
    Reading,
    Wrong,
    Model,
}

fn middle(item: &Item, standing: &Standing) -> Middle {
    match standing {
        Standing::Refused(_) => Middle::Nothing,
        Standing::NotADeck(_) | Standing::Missing { .. } | Standing::Errors { .. } => Middle::Wrong,
        _ if item.report().is_some() => Middle::Model,
        Standing::Reading { .. } => Middle::Reading,
        _ => Middle::Nothing,
    }
}

/// The panel.
#[component]
pub fn DeckPanel(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let standing = form.part(id, standing::of);
    let shown = form.part(id, |item, items| middle(item, &standing::of(item, items)));
    let name = form.part(id, |item, _| item.name.clone());
    let size = form.part(id, |item, _| item.size);
    let is_refused = Memo::new(move |_| matches!(standing.get(), Some(Standing::Refused(_))));
    let the_name = move || name.get().unwrap_or_default();
    let tone = move || standing.get().map_or(Tone::Calm, |standing| say::pill(voice(), &standing).0);
    let head = format!("deck-{}", id.0);
    let title = head.clone();
    view! {
        <article
            class="panel min-w-0"
            class=("!border-[var(--fill-bad)]", move || tone() == Tone::Bad)
            aria-labelledby=head
            data-testid="deck-panel"
        >
            <div class="panel-h max-md:flex-wrap">
                <span class=move || if tone() == Tone::Bad { "flex text-bad" } else { "flex text-primary" }>
                    <Icon glyph=Glyph::FileCode />
                </span>
                <h2 id=title class="mono !text-sm cut min-w-0 max-md:max-w-[60%]">{the_name}</h2>
                <span class="flex-none text-xs text-muted">{move || bytes(size.get().unwrap_or_default())}</span>
                <span
                    class="ml-auto flex max-md:order-last max-md:ml-6 max-md:w-full"
                    role="status"
                    data-testid="deck-verdict"
                    data-verdict=move || standing.get().as_ref().map(verdict_word)
                >
                    {move || {
                        standing
                            .get()
                            .map(|standing| {
                                let (tone, glyph, words) = say::pill(voice(), &standing);
                                view! {
                                    <span class=format!("st pill {}", tone.of_state())>
                                        <Icon glyph=glyph />
                                        {words}
                                    </span>
                                }
                            })
                    }}
                </span>
                <button
                    type="button"
                    class="btn btn-ghost btn-sm btn-square -mr-2 max-md:ml-auto"
                    aria-label=move || words::remove(voice(), &the_name())
                    data-testid="deck-remove"
                    on:click=move |_| form.remove(id)
                >
                    <Icon glyph=Glyph::Cross />
                </button>
            </div>
            <Trouble form=form id=id />
            {move || match shown.get() {
                Some(Middle::Reading) => {
                    view! {
                        <div class="grid gap-2 p-4" aria-busy="true">
                            <Skeleton lines=&["w-1/2", "w-3/4", "w-2/3"] />
                            <p class="sub">{read_so_far(form, id)}</p>
                        </div>
                    }
                        .into_any()
                }
                Some(Middle::Wrong) => {
                    view! {
                        <Errors form=form id=id />
                        <Facts form=form id=id />
                    }
                        .into_any()
                }
                Some(Middle::Model) => {
                    view! {
                        <Differences form=form id=id />
                        <Model form=form id=id />
                        <Warnings form=form id=id />
                    }
                        .into_any()
                }
                Some(Middle::Nothing) | None => ().into_any(),
            }}
            <Under form=form id=id />
            <Show when=move || !matches!(shown.get(), Some(Middle::Wrong) | None) && !is_refused.get()>
                <Foot form=form id=id />
            </Show>
        </article>
    }
}

/// `11.2 / 18.4 MB`, while the browser reads.
fn read_so_far(form: Form, id: ItemId) -> impl Fn() -> String {
    let voice = use_voice();
    let read = form.part(id, |item, items| match standing::of(item, items) {
        Standing::Reading { bytes } => (bytes, item.size),
        _ => (item.size, item.size),
    });
    move || {
        let (done, total) = read.get().unwrap_or_default();
        format!("{} {}", words::READ_BY_BROWSER.in_locale(voice().locale), bytes_of(done, total))
    }
}

/// Why the deck cannot go on, where it is neither the deck's content nor its name.
#[component]
fn Trouble(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let trouble = form.part(id, |item, items| (standing::of(item, items), item.size, item.problem.clone()));
    let again = move |_| {
        #[cfg(feature = "hydrate")]
        super::engine::try_again(form, id);
    };
    move || {
        let voice = voice();
        let (standing, size, problem) = trouble.get()?;
        match standing {
            Standing::Refused(refusal) => Some(
                view! { <p class="p-4 text-sm" role="alert">{words::refusal(voice, &refusal, size)}</p> }.into_any(),
            ),
            Standing::NotSent(error) => Some(
                view! {
                    <Notice
                        tone=Tone::Bad
                        flush=true
                        urgent=true
                        title=words::send_error(voice, &error)
                        actions=ViewFnOnce::from(move || {
                            view! {
                                <Button size=Size::Small on_click=again>
                                    {t(words::AGAIN)}
                                </Button>
                            }
                        })
                    />
                }
                .into_any(),
            ),
            Standing::NotChecked(error) => Some(
                view! {
                    <Notice
                        tone=Tone::Bad
                        flush=true
                        urgent=true
                        title=error.message
                        actions=ViewFnOnce::from(move || {
                            view! {
                                <Button size=Size::Small on_click=again>
                                    {t(words::CHECK_AGAIN)}
                                </Button>
                            }
                        })
                    />
                }
                .into_any(),
            ),
            // an error of the name stands at the name
            _ => problem.filter(|problem| problem.field.as_deref() != Some("name")).map(|problem| {
                view! { <Notice tone=Tone::Bad flush=true urgent=true title=problem.message /> }.into_any()
            }),
        }
    }
}

/// In what the server's look differs from the browser's.
#[component]
fn Differences(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let differences = form.part(id, move |item, items| {
        let here = item.read_here()?;
        let on_server_only = needs::found_here(here, id, items)
            .iter()
            .any(|(_, id)| items.iter().any(|other| other.id == *id && other.is_remote()));
        if on_server_only || !needs::is_checked(item, items) {
            return None;
        }
        Some(standing::differences(here, standing::authority(item)?))
    });
    move || {
        let list: Vec<Difference> = differences.get().flatten().unwrap_or_default();
        (!list.is_empty()).then(|| {
            let voice = voice();
            view! {
                <Notice tone=Tone::Caution flush=true title=t(words::SERVER_DIFFERS) attr:data-testid="deck-differs">
                    <ul class="list-disc pl-5">
                        {list.iter().map(|one| view! { <li>{say::difference(voice, one)}</li> }).collect_view()}
                    </ul>
                </Notice>
            }
        })
    }
}

/// The deck's own bytes on their way.
#[component]
fn Under(form: Form, id: ItemId) -> impl IntoView {
    let sending = form.part(id, |item, _| item.sending.is_under_way());
    move || {
        sending.get().unwrap_or_default().then(|| {
            view! {
                <div class="sec">
                    <Way form=form id=id />
                </div>
            }
        })
    }
}

/// Name, bytes, rate, time left, and a bar: a file on its way to the server.
#[component]
pub fn Way(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let way = form.part(id, |item, _| (item.name.clone(), item.size, item.sending.clone()));
    let share = Signal::derive(move || match way.get() {
        #[allow(clippy::cast_precision_loss)]
        Some((_, size, Sending::Under { sent, .. })) if size > 0 => Some(sent as f64 / size as f64),
        _ => Some(0.0),
    });
    let said = move || {
        let (name, size, sending) = way.get()?;
        Some(match sending {
            // its bytes are there; the server makes them files
            Sending::Under { sent, .. } if sent >= size && sorting::is_zip_name(&name) => {
                words::UNPACKING.in_locale(voice().locale).to_owned()
            }
            Sending::Under { sent, rate, .. } => {
                let voice = voice();
                let mut parts = vec![bytes_of(sent, size)];
                if let Some(rate) = rate {
                    parts.push(words::rate(voice, rate));
                    parts.extend(words::time_left(voice, size.saturating_sub(sent), rate));
                }
                parts.join(" · ")
            }
            Sending::Broken { tries, .. } => words::broken(voice(), tries),
            Sending::No | Sending::Stored { .. } | Sending::Unpacked { .. } | Sending::Failed { .. } => String::new(),
        })
    };
    let broken = move || matches!(way.get(), Some((_, _, Sending::Broken { .. })));
    view! {
        <div class="grid gap-1.5">
            <div class="flex flex-wrap justify-between gap-x-4 text-sm">
                <span class="mono cut min-w-0">{move || way.get().map(|(name, ..)| name)}</span>
                <span class=move || if broken() { "text-caution" } else { "text-muted" }>{said}</span>
            </div>
            <ProgressBar
                label=t(words::SENDING)
                share=share
                tone=Signal::derive(move || if broken() { Tone::Caution } else { Tone::Calm })
            />
        </div>
    }
}
