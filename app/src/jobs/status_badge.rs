//! A job's state: icon and word, and a tone that says whether to look.

use crate::i18n::sentence;
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, Tone};
use domain::{JobStatus, JobSummary};
use leptos::prelude::*;

/// The tone of a state: nine states share five tones.
pub fn tone(status: JobStatus) -> Tone {
    match status {
        JobStatus::Waiting | JobStatus::Held | JobStatus::Cancelled => Tone::Calm,
        JobStatus::Starting | JobStatus::Running | JobStatus::Collecting => Tone::Accent,
        JobStatus::Completed => Tone::Good,
        JobStatus::Failed => Tone::Bad,
        JobStatus::Missing => Tone::Caution,
    }
}

/// The icon of a state.
pub fn glyph(status: JobStatus) -> Glyph {
    match status {
        JobStatus::Waiting => Glyph::Clock,
        JobStatus::Held => Glyph::CirclePause,
        JobStatus::Starting => Glyph::CircleUp,
        JobStatus::Running => Glyph::CirclePlay,
        JobStatus::Collecting => Glyph::CircleDown,
        JobStatus::Completed => Glyph::CircleCheck,
        JobStatus::Failed => Glyph::CircleCross,
        JobStatus::Cancelled => Glyph::Ban,
        JobStatus::Missing => Glyph::CircleQuestion,
    }
}

/// Whether a running job computes nothing yet because its solver stands in the licence server's queue.
pub fn queues(job: &JobSummary) -> bool {
    job.status == JobStatus::Running && job.progress.as_ref().is_some_and(|progress| progress.license_queue.is_some())
}

/// Icon and word. Plain in tables, a pill in heads.
#[component]
pub fn StatusBadge(
    /// Where the job stands.
    #[prop(into)]
    status: Signal<JobStatus>,
    /// It stands in the licence server's queue, which has a word of its own; see [`queues`].
    #[prop(optional, into)]
    queued: Signal<bool>,
    /// With a ground of its own.
    #[prop(optional)]
    pill: bool,
    /// For tests; `job-status` unless told.
    #[prop(default = "job-status")]
    testid: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <span
            class=move || {
                let tone = if queued.get() { Tone::Calm } else { tone(status.get()) };
                format!("st {} {}", tone.of_state(), if pill { "pill" } else { "" })
            }
            data-testid=testid
            data-status=move || status.get().as_str()
            data-queued=move || queued.get().then_some("licence")
        >
            <Icon glyph=Signal::derive(move || if queued.get() { Glyph::Clock } else { glyph(status.get()) }) />
            {move || {
                let word = match (queued.get(), pill) {
                    (true, true) => sentence::job::LICENCE_QUEUE_AT,
                    (true, false) => sentence::job::LICENCE_QUEUE,
                    (false, _) => sentence::status(status.get()),
                };
                word.in_locale(locale.get())
            }}
        </span>
    }
}
