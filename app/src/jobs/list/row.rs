//! One row: a table row on wide screens, a block of two or three lines on phones, by CSS alone.

use super::acts::{Act, Acts};
use super::cell::{self, Bar, Cell};
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::job::ANY_NODE;
use crate::i18n::sentence::{amount, priority};
use crate::i18n::{Locale, t};
use crate::jobs::status_badge::{StatusBadge, queues};
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, ProgressBar, Spark, Tone};
use domain::{JobId, JobStatus, JobSummary, NodeWish, Priority, Tokens};
use leptos::prelude::*;

/// Where it runs or is to run.
fn node_words(job: &JobSummary, locale: Locale) -> String {
    match (&job.node, &job.wish) {
        (Some(node), _) | (None, NodeWish::Node(node)) => node.to_string(),
        (None, NodeWish::Auto) => ANY_NODE.in_locale(locale).to_owned(),
    }
}

/// A job.
#[component]
pub fn Row(id: JobId, job: ArcRwSignal<JobSummary>, acts: Acts) -> impl IntoView {
    let job = RwSignal::from(job);
    let (clock, locale) = (use_clock(), use_locale());
    let name = job.with_untracked(|job| job.name.to_string());
    let owner = job.with_untracked(|job| job.user_name.clone());
    let (cpus, tokens) = job.with_untracked(|job| (job.cpus, job.tokens));
    let status = Memo::new(move |_| job.with(|job| job.status));
    let queued = Memo::new(move |_| job.with(queues));
    let node = Memo::new(move |_| job.with(|job| node_words(job, locale.get())));
    let placed = Memo::new(move |_| job.with(|job| job.node.is_some() || job.wish != NodeWish::Auto));
    let cell = Memo::new(move |_| job.with(|job| cell::of(clock.voice(locale.get()), job)));
    let times = Memo::new(move |_| job.with(|job| (job.created_at, job.ended_at.filter(|_| job.status.is_ended()))));
    let age = Memo::new(move |_| {
        let now = clock.now();
        match times.get() {
            (_, Some(ended)) => amount::ago(clock.voice(locale.get()), now.since(ended)),
            (created, None) => amount::age(now.since(created)),
        }
    });
    let chosen = Memo::new(move |_| acts.chosen.with(|chosen| chosen.contains(&id)));
    let select = {
        let name = name.clone();
        move || locale.get().pick(format!("{name} を選択"), format!("Select {name}"))
    };
    let facts = {
        let owner = owner.clone();
        move || {
            let tokens = if tokens > Tokens::ZERO {
                locale.get().pick(format!("{tokens}トークン · "), format!("{tokens} tokens · "))
            } else {
                String::new()
            };
            format!("{owner} · {} · {cpus} CPU · {tokens}{}", node.get(), age.get())
        }
    };
    let address = format!("/jobs/{id}");
    view! {
        <tr
            id=format!("job-row-{id}")
            data-testid=format!("job-row-{id}")
            data-job=id.to_string()
            tabindex="-1"
            aria-selected=move || chosen.get().then_some("true")
        >
            <td class="w-8 !pr-0">
                <input
                    type="checkbox"
                    class="checkbox align-middle"
                    aria-label=select
                    prop:checked=move || chosen.get()
                    on:click=move |event| {
                        event.stop_propagation();
                        acts.choose(id, event.shift_key());
                    }
                />
            </td>
            <td class="m2 !pr-2">
                // room for the longest word, so that nothing moves when the state changes
                <div class="row-status">
                    <StatusBadge status=status queued=queued />
                </div>
            </td>
            <td class="m1">
                <a class="name" href=address title=name.clone()>
                    {name.clone()}
                </a>
                <div class="sub max-md:hidden">{format!("#{id}")}</div>
            </td>
            <td class="whitespace-nowrap max-xl:!hidden">{owner}</td>
            <td class="whitespace-nowrap max-lg:!hidden">
                <span class:text-muted=move || !placed.get()>{move || node.get()}</span>
            </td>
            <td class="r whitespace-nowrap max-lg:!hidden">
                {cpus.0} <span class="text-faint">" / "</span>
                <span class:text-muted=tokens == Tokens::ZERO>{tokens.0}</span>
            </td>
            <td class="whitespace-nowrap max-xl:!hidden">
                <PriorityWord value=Signal::derive(move || job.with(|job| job.priority)) />
            </td>
            <td class="m3 md:w-[46%]">
                <WideCell cell=cell status=status name=name.clone() />
                <div class="sub md:hidden">{facts}</div>
            </td>
            <td class="r whitespace-nowrap text-muted">
                <div class="md:min-w-14">{move || age.get()}</div>
            </td>
            <td class="w-8 !pl-0">
                <Menu id=id name=name job=job acts=acts />
            </td>
        </tr>
    }
}

#[component]
fn PriorityWord(value: Signal<Priority>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <span
            class="inline-flex items-center gap-1"
            class:text-muted=move || value.get() <= Priority::NORMAL
            class:font-medium=move || value.get() != Priority::NORMAL
        >
            {move || {
                let value = value.get();
                let glyph = match value.0 {
                    1.. => Some(Glyph::ChevronUp),
                    ..0 => Some(Glyph::ChevronDown),
                    0 => None,
                };
                glyph.map(|glyph| view! { <Icon glyph=glyph class="!size-3.5" /> })
            }}
            {move || priority(value.get()).in_locale(locale.get())}
        </span>
    }
}

#[component]
fn WideCell(cell: Memo<Cell>, status: Memo<JobStatus>, name: String) -> impl IntoView {
    let has_bar = Memo::new(move |_| cell.with(|cell| cell.bar.is_some()));
    let has_spark = Memo::new(move |_| cell.with(|cell| !cell.spark.is_empty()));
    let spark = Signal::derive(move || cell.with(|cell| cell.spark.clone()));
    let troubled =
        Signal::derive(move || cell.with(|cell| cell.bar.as_ref().is_some_and(|bar| bar.tone == Tone::Caution)));
    view! {
        <div class="flex items-center gap-3">
            <div class="min-w-0 flex-1">
                {move || {
                    if has_bar.get() {
                        view! { <BarLine cell=cell name=name.clone() /> }.into_any()
                    } else {
                        view! { <FirstLine cell=cell status=status /> }.into_any()
                    }
                }} <SecondLine cell=cell beside_bar=has_bar />
            </div>
            {move || {
                has_spark
                    .get()
                    .then(|| {
                        view! {
                            <div class="row-spark">
                                <Spark points=spark caution=troubled label=t(words::SPARK) />
                            </div>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn BarLine(cell: Memo<Cell>, name: String) -> impl IntoView {
    let bar = move |read: fn(&Bar) -> f64| cell.with(|cell| cell.bar.as_ref().map(read));
    let share = Memo::new(move |_| bar(|bar| bar.share));
    let weights =
        Memo::new(move |_| cell.with(|cell| cell.bar.as_ref().map(|b| b.weights.clone()).unwrap_or_default()));
    let tone = Memo::new(move |_| cell.with(|cell| cell.bar.as_ref().map(|b| b.tone).unwrap_or_default()));
    view! {
        <div class="flex items-center gap-2.5">
            <span class="w-8 flex-none font-semibold">{move || share.get().map(amount::percent)}</span>
            <div class="row-bar">
                <ProgressBar label=name share=share weights=weights tone=tone />
            </div>
            <span class="phrase min-w-0 text-muted max-md:text-xs">{move || cell.with(|cell| cell.first.clone())}</span>
        </div>
    }
}

#[component]
fn FirstLine(cell: Memo<Cell>, status: Memo<JobStatus>) -> impl IntoView {
    let tone = Memo::new(move |_| cell.with(|cell| cell.tone));
    view! {
        <div
            class=move || {
                let colour = match tone.get() {
                    // what a waiting job waits for is the content of its row
                    Tone::Accent => "",
                    Tone::Calm => "text-muted",
                    Tone::Good => "text-good",
                    Tone::Caution => "text-caution font-medium",
                    Tone::Bad => "text-bad font-medium",
                };
                format!("phrase leading-[1.125rem] {colour}")
            }
            data-testid=move || (status.get() == JobStatus::Waiting).then_some("waiting-reason")
        >
            {move || cell.with(|cell| cell.first.clone())}
        </div>
    }
}

#[component]
fn SecondLine(cell: Memo<Cell>, beside_bar: Memo<bool>) -> impl IntoView {
    let second = Memo::new(move |_| cell.with(|cell| cell.second.clone()));
    let place = Memo::new(move |_| cell.with(|cell| cell.place.clone()));
    view! {
        {move || {
            second
                .get()
                .map(|line| {
                    let tone = if line.tone == Tone::Caution { "!text-caution font-medium" } else { "" };
                    let indent = if beside_bar.get() { "line-clamp-2 md:pl-[2.625rem]" } else { "line-clamp-2" };
                    let testid = (line.glyph == Some(Glyph::Unlinked)).then_some("no-contact");
                    view! {
                        <div class=format!("sub {indent} {tone}") data-testid=testid title=line.text.clone()>
                            {line
                                .glyph
                                .map(|glyph| {
                                    view! {
                                        <span class="inline-flex translate-y-[2px] pr-1">
                                            <Icon glyph=glyph class="!size-3.5" />
                                        </span>
                                    }
                                })}
                            {line.text.clone()}
                        </div>
                    }
                })
        }}
        {move || {
            place
                .get()
                .map(|(position, start)| {
                    view! {
                        <div class="sub">
                            {position} " · " <b class="font-semibold text-ink">{start}</b>
                        </div>
                    }
                })
        }}
    }
}

#[component]
fn Menu(id: JobId, name: String, job: RwSignal<JobSummary>, acts: Acts) -> impl IntoView {
    let locale = use_locale();
    let open = Memo::new(move |_| acts.menu.get() == Some(id));
    let held = Memo::new(move |_| job.with(|job| job.status == JobStatus::Held));
    let label = move || locale.get().pick(format!("{name} の操作"), format!("Actions on {name}"));
    let panel = format!("job-menu-{id}");
    let item = move |what: Act, glyph: Option<Glyph>, word: crate::i18n::Text, class: &'static str| {
        let legal = Memo::new(move |_| job.with(|job| acts.allowed(what, std::slice::from_ref(job)).is_ok()));
        let why = move || {
            job.with(|job| acts.allowed(what, std::slice::from_ref(job)))
                .err()
                .map(|text| text.in_locale(locale.get()).to_owned())
        };
        view! {
            <button
                type="button"
                class=class
                disabled=move || !legal.get()
                title=why
                on:click=move |_| acts.begin(what, vec![job.get_untracked()])
            >
                {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
                {t(word)}
            </button>
        }
    };
    view! {
        <div class="relative">
            <button
                type="button"
                class="btn btn-ghost btn-sm btn-square"
                aria-label=label
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=panel.clone()
                on:click=move |event| {
                    event.stop_propagation();
                    acts.menu.update(|menu| *menu = (*menu != Some(id)).then_some(id));
                }
            >
                <Icon glyph=Glyph::Dots />
            </button>
            <div id=panel>
                {move || {
                    open.get()
                        .then(|| {
                            view! {
                                <div class="menu-pop" on:click=|event| event.stop_propagation()>
                                    <a href=format!("/jobs/{id}")>
                                        <Icon glyph=Glyph::ArrowRight />
                                        {t(words::OPEN)}
                                    </a>
                                    // a place each, and nothing here made anew at a job's every step: an element
                                    // that is made into another one keeps what a click on it did before
                                    {move || {
                                        held.get()
                                            .then(|| item(Act::Release, Some(Glyph::CirclePlay), words::RELEASE, ""))
                                    }}
                                    {move || {
                                        (!held.get())
                                            .then(|| item(Act::Hold, Some(Glyph::CirclePause), words::HOLD, ""))
                                    }}
                                    {item(Act::Priority, Some(Glyph::ChevronUp), words::CHANGE_PRIORITY, "")}
                                    {item(Act::Stop, Some(Glyph::Stop), words::STOP, "text-bad")}
                                </div>
                            }
                        })
                }}
            </div>
        </div>
    }
}
