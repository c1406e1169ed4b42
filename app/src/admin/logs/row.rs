//! One record. All of it comes from outside and is text, never anything else.

use super::{query, words};
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, Tone};
use domain::log::{LogLevel, LogRecord};
use leptos::prelude::*;
use std::sync::Arc;

fn look(level: Option<LogLevel>) -> (Tone, &'static str) {
    match level {
        Some(LogLevel::Error) => (Tone::Bad, "bg-bad-soft"),
        Some(LogLevel::Warn) => (Tone::Caution, "bg-caution-soft"),
        _ => (Tone::Calm, ""),
    }
}

/// The record.
#[component]
pub(super) fn Row(record: Arc<LogRecord>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let (at, millis, level) = (record.at, record.millis, record.level);
    let (tone, ground) = look(level);
    let when = move || at.map(|at| words::time(clock, clock.voice(locale.get()), at));
    let iso =
        at.and_then(|at| Some(chrono::DateTime::from_timestamp(at.0, u32::from(millis) * 1_000_000)?.to_rfc3339()));
    let glyph = match level {
        Some(LogLevel::Error) => Some(Glyph::CircleCross),
        Some(LogLevel::Warn) => Some(Glyph::Warning),
        _ => None,
    };
    let word = level.map(|level| view! { <span>{t(words::level(level))}</span> });
    let request = record.request.clone().map(|id| {
        let href = query::of_request(&id);
        view! {
            <a
                class="link mono [overflow-wrap:anywhere]"
                href=href
                title=t(words::ONLY_THIS)
                data-testid="log-request"
            >
                {id}
            </a>
        }
    });
    let fields = record.fields.clone().into_iter().map(|(name, value)| field(&name, value)).collect_view();
    let cut = record.is_cut.then(|| view! { <span class="sub">{t(words::CUT)}</span> });
    view! {
        <li
            class=format!("grid gap-x-3 gap-y-0.5 border-t border-line px-4 py-1.5 text-xs md:grid-cols-[9.5rem_1fr] {ground}")
            data-testid="log-record"
            data-level=level.map(LogLevel::as_str)
        >
            <div class="flex flex-wrap items-baseline gap-x-2 md:block">
                <time class="whitespace-nowrap text-muted" datetime=iso.clone() title=iso>
                    {when}
                </time>
                <span class=format!("st md:flex {}", tone.of_state())>{glyph.map(|glyph| view! { <Icon glyph=glyph /> })}{word}</span>
            </div>
            <div class="min-w-0">
                <p class="text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">{record.message.clone()}</p>
                <p class="flex flex-wrap gap-x-3 gap-y-0.5 text-muted [overflow-wrap:anywhere]">
                    {fields} {cut} <span class="text-faint [overflow-wrap:anywhere]">{record.target.clone()}</span> {request}
                </p>
            </div>
        </li>
    }
}

/// `name=value`; a job's number leads to the job.
fn field(name: &str, value: String) -> AnyView {
    let is_job = name == "job" && value.parse::<i64>().is_ok_and(|id| id > 0);
    let name = format!("{name}=");
    if is_job {
        let href = format!("/jobs/{value}");
        return view! { <span>{name}<a class="link" href=href>{value}</a></span> }.into_any();
    }
    view! { <span class="min-w-0 whitespace-pre-wrap">{name}<span class="text-ink">{value}</span></span> }.into_any()
}
