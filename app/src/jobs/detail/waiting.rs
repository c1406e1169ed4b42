//! Why a job waits, its place, and when it may start.

use super::head::resubmit_address;
use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::job::ANY_NODE;
use crate::i18n::sentence::{amount, waiting};
use crate::i18n::t;
use crate::jobs::api::WhatIf;
use crate::jobs::calls::read_what_if;
use domain::{JobStatus, NodeWish, Solver};
use leptos::prelude::*;

/// The panel of a job in the queue.
#[component]
pub fn WaitingPanel() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let wait = page.of_summary(|job| job.waiting.clone());
    let created = page.of_summary(|job| job.created_at);
    let clock = crate::clock::use_clock();
    // by the minute: the page need not count seconds
    let waited = Memo::new(move |_| {
        let span = clock.now().since(created.get());
        amount::duration(voice.get(), if span.0 < 60 { span } else { domain::Seconds(span.0 / 60 * 60) })
    });
    let (title, held, held_what, queued) = (t(words::WAITING), t(words::HELD), t(words::HELD_WHAT), t(words::QUEUED));
    view! {
        <section class="panel p-4" aria-labelledby="why-waiting">
            {move || {
                if page.status.get() == JobStatus::Held {
                    return view! {
                        <h2 id="why-waiting" class="text-lg">{held}</h2>
                        <p class="phrase mt-1 text-sm text-muted">{held_what}</p>
                    }
                        .into_any();
                }
                view! {
                    <p class="lbl mb-1">{title}</p>
                    <h2 id="why-waiting" class="phrase text-lg" data-testid="waiting-reason">
                        {move || match wait.get() {
                            Some(wait) => waiting::reason(voice.get(), &wait.reason),
                            None => queued().to_owned(),
                        }}
                    </h2>
                    <p class="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
                        {move || {
                            wait.get()
                                .map(|wait| {
                                    view! {
                                        <span>{waiting::position(voice.get(), &wait)}</span>
                                        <span>{capital(waiting::start(voice.get(), &wait))}</span>
                                    }
                                })
                        }}
                        <span>{move || words::waited(voice.get(), &waited.get())}</span>
                    </p>
                    <Others />
                }
                    .into_any()
            }}
        </section>
    }
}

/// What other CPUs or another node would mean: those with which it would start now, and folded why not with the others.
#[component]
fn Others() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let wait = page.of_summary(|job| job.waiting.clone().map(|wait| wait.reason));
    let chosen = page.of_summary(|job| (job.cpus, job.solver));
    // again with every new reason
    let found = LocalResource::new(move || {
        wait.track();
        read_what_if(page.id)
    });
    move || {
        let all = found.get()?.ok()??;
        let (cpus, solver) = chosen.get();
        let what = |one: &WhatIf| {
            let voice = voice.get();
            let what = match &one.wish {
                NodeWish::Node(node) if one.cpus == cpus => node.to_string(),
                NodeWish::Auto if one.cpus == cpus => ANY_NODE.in_locale(voice.locale).to_owned(),
                _ => words::cpus(voice, one.cpus),
            };
            words::with_tokens(voice, what, (solver == Solver::Abaqus).then_some(one.tokens))
        };
        let now = all.iter().filter(|one| one.waiting.is_none());
        let now = now.map(|one| view! { <li>{words::starts_now_with(voice.get(), &what(one))}</li> }).collect_view();
        let later = all.iter().filter_map(|one| Some((one, one.waiting.as_ref()?)));
        let later = later
            .map(|(one, wait)| {
                view! {
                    <li class="grid gap-x-3 md:grid-cols-[11rem_minmax(0,1fr)]">
                        <span class="font-medium">{what(one)}</span>
                        <span class="phrase text-muted">
                            {waiting::reason(voice.get(), &wait.reason)} " · "
                            <span class="nb">{waiting::start(voice.get(), wait)}</span>
                        </span>
                    </li>
                }
            })
            .collect_view();
        let (some_now, some_later) = (!now.is_empty(), !later.is_empty());
        (some_now || some_later).then(|| {
            view! {
                <div class="mt-3 grid gap-2 border-t border-line pt-3 text-sm" data-testid="what-if">
                    {some_now
                        .then(|| {
                            view! {
                                <div>
                                    <ul class="grid gap-1">{now}</ul>
                                    <a class="link" href=resubmit_address(page)>
                                        {t(words::CHANGE_AND_SUBMIT)}
                                    </a>
                                </div>
                            }
                        })}
                    {some_later
                        .then(|| {
                            view! {
                                <details data-testid="what-if-later">
                                    <summary class="cursor-pointer">{t(words::OTHER_CHOICES)}</summary>
                                    <ul class="mt-2 grid gap-1.5">{later}</ul>
                                </details>
                            }
                        })}
                </div>
            }
        })
    }
}

/// `starts about 14:20` at the beginning of a line.
fn capital(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}
