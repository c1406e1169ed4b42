//! Name, state, facts, acts; and the dialog that asks before a run is ended.

use super::page::{Page, use_page, use_voice};
use super::words;
use crate::i18n::sentence::{self, act, amount};
use crate::i18n::{Text, t};
use crate::jobs::api::JobAction;
use crate::jobs::priority::PriorityDialog;
use crate::jobs::status_badge::{StatusBadge, queues};
use crate::ui::button::{Button, Kind};
use crate::ui::{Dialog, Glyph, Icon};
use domain::{JobStatus, NodeWish, Solver, Tokens};
use leptos::prelude::*;

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let page = use_page();
    let name = page.of_summary(|summary| summary.name.to_string());
    view! {
        <div class="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <h1 class="text-xl">{name}</h1>
                    <StatusBadge status=page.status queued=page.of_summary(queues) pill=true />
                </div>
                <Facts page=page />
            </div>
            <Acts page=page />
        </div>
        <StopDialog page=page />
        <PriorityDialog
            question=page.priority
            busy=page.acting
            on_change=move |wanted| page.act(JobAction::Priority(wanted))
        />
    }
}

#[component]
fn Facts(page: Page) -> impl IntoView {
    let voice = use_voice();
    let facts = Memo::new(move |_| {
        let voice = voice.get();
        page.view.with(|view| {
            let job = &view.summary;
            let node = match (&job.node, &job.wish) {
                (Some(node), _) => node.to_string(),
                (None, NodeWish::Node(node)) => node.to_string(),
                (None, NodeWish::Auto) => sentence::job::ANY_NODE.in_locale(voice.locale).to_owned(),
            };
            let mut facts: Vec<(Text, String)> = vec![
                (words::NUMBER, format!("#{}", job.id)),
                (words::OWNER, job.user_name.clone()),
                (words::NODE, node),
                (Text { ja: "CPU", en: "CPUs" }, job.cpus.to_string()),
            ];
            if job.tokens != Tokens::ZERO {
                facts.push((words::TOKENS, job.tokens.to_string()));
            } else {
                facts.push((words::SOLVER, job.solver.title().to_owned()));
            }
            if !job.status.is_ended() {
                facts.push((words::PRIORITY, sentence::priority(job.priority).in_locale(voice.locale).to_owned()));
            }
            match (job.started_at, job.ended_at) {
                (Some(start), Some(end)) => {
                    facts.push((words::RAN, amount::duration(voice, end.since(start))));
                    facts.push((words::ENDED, voice.moment(end)));
                }
                (Some(start), None) => facts.push((words::STARTED, voice.moment(start))),
                (None, Some(end)) => facts.push((words::ENDED, voice.moment(end))),
                (None, None) => facts.push((words::SUBMITTED, voice.moment(job.created_at))),
            }
            facts.into_iter().map(|(word, value)| (word.in_locale(voice.locale), value)).collect::<Vec<_>>()
        })
    });
    view! {
        <ul class="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-muted">
            {move || {
                facts
                    .get()
                    .into_iter()
                    .map(|(word, value)| view! { <li>{word} " " <span class="text-ink">{value}</span></li> })
                    .collect_view()
            }}
        </ul>
    }
}

/// Whether a person may ask for the job's end.
pub fn may_stop(status: JobStatus) -> bool {
    matches!(status, JobStatus::Waiting | JobStatus::Held | JobStatus::Starting | JobStatus::Running)
}

/// Whether the job still has a place in the queue.
pub fn may_prioritise(status: JobStatus) -> bool {
    matches!(status, JobStatus::Waiting | JobStatus::Held)
}

/// Where a copy of the job is submitted.
pub fn resubmit_address(page: Page) -> String {
    format!("/jobs/new?from={}", page.id)
}

#[component]
fn Acts(page: Page) -> impl IntoView {
    let may = Memo::new(move |_| page.view.with(|view| view.may_change));
    let asked = page.of_summary(|summary| summary.cancel_asked);
    let failed = Memo::new(move |_| matches!(page.status.get(), JobStatus::Failed | JobStatus::Missing));
    let results = Memo::new(move |_| page.view.with(|view| view.results.iter().map(|file| file.size).sum::<u64>()));
    let holdable = Memo::new(move |_| may.get() && page.status.get() == JobStatus::Waiting);
    let releasable = Memo::new(move |_| may.get() && page.status.get() == JobStatus::Held);
    let movable = Memo::new(move |_| may.get() && may_prioritise(page.status.get()));
    let change_priority = t(words::CHANGE_PRIORITY);
    let stoppable = Memo::new(move |_| may.get() && may_stop(page.status.get()));
    let (resubmit, hold, release) = (t(words::RESUBMIT), t(words::HOLD), t(words::RELEASE));
    // what a restart reads was left, so that another run can go on from here
    let restartable = Memo::new(move |_| {
        let left = page.view.with(|view| {
            let wanted = format!("{}.res", view.summary.name);
            view.summary.solver == Solver::Abaqus
                && view.results.iter().any(|file| file.complete && file.name == wanted)
        });
        left && page.status.get().is_ended()
    });
    let go_on = t(words::RESTART);
    let (stop, stopping, zip) = (t(words::STOP), t(words::STOPPING), t(words::RESULTS_ZIP));
    view! {
        <div class="flex flex-wrap gap-2">
            {move || {
                (results.get() > 0 && page.status.get().is_ended())
                    .then(|| {
                        view! {
                            <a
                                class="btn btn-line"
                                href=format!("/api/v1/jobs/{}/files.zip", page.id)
                                download=""
                                rel="external"
                                data-testid="files-zip"
                            >
                                <Icon glyph=Glyph::Download />
                                {zip}
                                <span class="text-muted">{move || amount::bytes(results.get())}</span>
                            </a>
                        }
                    })
            }}
            // a failed job has it in its first panel
            {move || {
                (!failed.get())
                    .then(|| {
                        view! {
                            <a class="btn btn-line" href=resubmit_address(page) data-testid="resubmit">
                                <Icon glyph=Glyph::Again />
                                {resubmit}
                            </a>
                        }
                    })
            }}
            {move || {
                restartable
                    .get()
                    .then(|| {
                        view! {
                            <a class="btn btn-line" href=format!("/jobs/new?restart={}", page.id) data-testid="restart">
                                <Icon glyph=Glyph::CirclePlay />
                                {go_on}
                            </a>
                        }
                    })
            }}
            // one place each: an element that is made into another one in place keeps what a click on it did before
            {move || {
                holdable
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                glyph=Glyph::CirclePause
                                busy=page.acting
                                attr:data-testid="hold"
                                on_click=move |_| page.act(JobAction::Hold)
                            >
                                {hold}
                            </Button>
                        }
                    })
            }}
            {move || {
                releasable
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                glyph=Glyph::CirclePlay
                                busy=page.acting
                                attr:data-testid="release"
                                on_click=move |_| page.act(JobAction::Release)
                            >
                                {release}
                            </Button>
                        }
                    })
            }}
            {move || {
                movable
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                glyph=Glyph::CircleUp
                                busy=page.acting
                                attr:data-testid="change-priority"
                                on_click=move |_| page.ask_priority()
                            >
                                {change_priority}
                            </Button>
                        }
                    })
            }}
            {move || {
                stoppable
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                kind=Kind::Stop
                                glyph=Glyph::Stop
                                busy=asked
                                attr:data-testid="cancel"
                                on_click=move |_| page.stop_dialog.set(true)
                            >
                                {move || if asked.get() { stopping() } else { stop() }}
                            </Button>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn StopDialog(page: Page) -> impl IntoView {
    let voice = use_voice();
    let title = move || act::stop_title(voice.get(), &page.view.with(|view| view.summary.name.clone()));
    let consequences = move || {
        let voice = voice.get();
        page.view.with(|view| {
            let job = &view.summary;
            let lines = if job.status.is_active() {
                let share = job.progress.as_ref().and_then(|progress| progress.share);
                let mut lines = vec![act::stop_cost(voice, share)];
                if !view.results.is_empty() {
                    lines.push(act::stop_keeps(voice).to_owned());
                }
                lines.push(act::stop_frees(voice, job.cpus, job.tokens));
                lines
            } else {
                vec![act::stop_waiting(voice).to_owned()]
            };
            lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
        })
    };
    view! {
        <Dialog
            open=page.stop_dialog
            id="stop"
            title=title
            safe=t(words::GO_ON)
            verb=t(words::STOP_VERB)
            danger=true
            busy=page.acting
            on_confirm=move |()| page.act(JobAction::Cancel)
            confirm_testid="confirm-cancel"
            consequences=ToChildren::to_children(move || consequences)
        />
    }
}
