//! A job's state: icon and word, and a tone that says whether to look.

use crate::i18n::sentence;
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, Tone};
use domain::JobStatus;
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

/// Icon and word. Plain in tables, a pill in heads.
#[component]
pub fn StatusBadge(
    /// Where the job stands.
    #[prop(into)]
    status: Signal<JobStatus>,
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
            class=move || format!("st {} {}", tone(status.get()).of_state(), if pill { "pill" } else { "" })
            data-testid=testid
            data-status=move || status.get().as_str()
        >
            <Icon glyph=Signal::derive(move || glyph(status.get())) />
            {move || sentence::status(status.get()).in_locale(locale.get())}
        </span>
    }
}
