//! The foot of a deck's panel: the job's name, the bytes kept, CPUs for this deck alone.

use super::form::Form;
use super::item::{ItemId, Origin, Sending};
use super::words::standing as say;
use super::{needs, standing, use_voice, words};
use crate::i18n::t;
use crate::ui::{Button, FieldError, Glyph, Kind, Size};
use domain::{Cores, JobName};
use leptos::prelude::*;

/// Pause in typing after which the server is asked whether the name is free.
#[cfg(feature = "hydrate")]
const ASKED_AFTER_MS: f64 = 300.0;

/// Name, bytes kept, CPUs of its own.
#[component]
pub fn Foot(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let standing = form.part(id, standing::of);
    let name = form.part(id, |item, _| item.job_name.clone());
    let problem =
        form.part(id, |item, _| item.problem.clone().filter(|problem| problem.field.as_deref() == Some("name")));
    let error = Signal::derive(move || {
        let wrong = standing.get().and_then(|standing| say::name_problem(&standing)).or_else(|| {
            // said while the bytes are still under way, too
            name.get().and_then(|name| JobName::parse_new(&name).err()).map(say::name_error)
        });
        wrong
            .map(|words| words.in_locale(voice().locale).to_owned())
            .or_else(|| problem.get().flatten().map(|problem| problem.message))
    });
    let free = move || {
        let details = problem.get().flatten()?.details?;
        Some(details.get("next_free_name")?.as_str()?.to_owned())
    };
    let taken = form.part(id, |item, items| {
        let wanted = JobName::suggest(&item.name)?;
        let renamed = needs::is_checked(item, items) && !item.name_typed && item.job_name != wanted.as_str();
        renamed.then(|| wanted.as_str().to_owned())
    });
    let kept = form.part(id, |item, _| match &item.sending {
        Sending::Stored { view } => Some((view.size, item.sha256.as_ref() == Some(&view.sha256), item.origin.clone())),
        _ => None,
    });
    #[cfg(feature = "hydrate")]
    let ask = StoredValue::new_local(leptos_use::use_debounce_fn(
        move || super::engine::ask_for_name(form, id),
        ASKED_AFTER_MS,
    ));
    let set_name = move |text: String| {
        form.change(id, |item| {
            item.job_name = text;
            item.name_typed = true;
            item.problem = None;
        });
        #[cfg(feature = "hydrate")]
        ask.with_value(|ask| drop(ask()));
    };
    // asked when clicked: the offer may have changed while its chip stayed
    let take_free = move |_| {
        if let Some(name) = untrack(free) {
            set_name(name);
        }
    };
    let field = format!("job-name-{}", id.0);
    let error_id = format!("{field}-error");
    let (label_for, described) = (field.clone(), error_id.clone());
    view! {
        <div class="sec flex flex-wrap items-center gap-x-4 gap-y-2">
            <label class="flex min-w-0 items-center gap-2 text-sm max-md:w-full" for=label_for>
                <span class="flex-none text-muted">{t(words::JOB_NAME)}</span>
                <input
                    id=field
                    class="input input-sm w-48 max-md:w-full max-md:flex-1"
                    autocomplete="off"
                    spellcheck="false"
                    data-testid="job-name"
                    prop:value=move || name.get().unwrap_or_default()
                    on:input:target=move |event| set_name(event.target().value())
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                />
            </label>
            <span class="text-sm text-muted">
                {move || {
                    kept.get()
                        .flatten()
                        .map(|(size, verified, origin)| match origin {
                            Origin::Browser => words::stored(voice(), size, verified),
                            Origin::Job(_) => words::SAVED_BEFORE.in_locale(voice().locale).to_owned(),
                            Origin::Archive { archive, .. } => words::out_of(voice(), &archive),
                        })
                }}
            </span>
            <OwnCpus form=form id=id />
            <div class="-mt-2 flex basis-full flex-wrap items-center gap-2">
                {move || {
                    taken
                        .get()
                        .flatten()
                        .map(|wanted| view! { <span class="sub mt-2">{say::name_was_taken(voice(), &wanted)}</span> })
                }}
                <FieldError id=error_id error=error />
                {move || {
                    free()
                        .map(|name| {
                            let words = words::standing::take_name(voice(), &name);
                            view! {
                                <button type="button" class="chip" on:click=take_free>
                                    {words}
                                </button>
                            }
                        })
                }}
            </div>
        </div>
    }
}

/// CPUs for this deck alone.
#[component]
fn OwnCpus(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let own = form.part(id, |item, _| item.cpus);
    let set = move |cpus: Option<Cores>| form.change(id, |item| item.cpus = cpus);
    move || match own.get().flatten() {
        None => view! {
            <Button
                kind=Kind::Ghost
                size=Size::Small
                glyph=Glyph::Cpu
                class="ml-auto"
                on_click=move |_| set(Some(form.common_cpus_untracked()))
                attr:data-testid="own-cpus"
            >
                {t(words::OWN_CPUS)}
            </Button>
        }
        .into_any(),
        Some(chosen) => view! {
            <div class="ml-auto flex flex-wrap items-center gap-2" role="group" aria-label=t(words::CPUS)>
                <div class="seg">
                    {Cores::CHOICES
                        .map(|cpus| {
                            view! {
                                <button
                                    type="button"
                                    aria-pressed=if cpus == chosen { "true" } else { "false" }
                                    on:click=move |_| set(Some(cpus))
                                >
                                    {words::cpus(voice(), cpus)}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
                <Button kind=Kind::Ghost size=Size::Small on_click=move |_| set(None)>
                    {t(words::COMMON_CPUS)}
                </Button>
            </div>
        }
        .into_any(),
    }
}
