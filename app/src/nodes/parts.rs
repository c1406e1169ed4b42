//! Parts of both pages: a node's state, its cores, its disk, and a command to be copied.

use super::words;
use crate::clock::{Clock, use_clock};
use crate::i18n::sentence::{bytes, doctor as say, fault, node};
use crate::i18n::{Locale, Text, t};
use crate::preferences::use_locale;
use crate::ui::{CellKind, Cells, CopyButton, Glyph, Icon, Tone};
use domain::doctor::{LITTLE_ROOM, System};
use domain::{Cores, Fault, Message, NodeState, NodeSummary, Timestamp};
use leptos::prelude::*;

/// Whether the work disk is nearly full.
pub fn is_short_of_room(node: &NodeSummary) -> bool {
    node.disk.is_some_and(|(free, total)| free.saturating_mul(100) < total.saturating_mul(LITTLE_ROOM))
}

/// Icon, tone and word of a node's state.
pub fn look(node: &NodeSummary) -> (Glyph, Tone, Text) {
    match (node.state, &node.state_reason) {
        (NodeState::Available, _) if is_short_of_room(node) => (Glyph::Warning, Tone::Caution, words::LITTLE_ROOM),
        (NodeState::Available, _) => (Glyph::CircleCheck, Tone::Good, node::state(NodeState::Available)),
        (NodeState::Draining, _) => (Glyph::CirclePause, Tone::Calm, node::state(NodeState::Draining)),
        (NodeState::Disabled, Some(Message::Fault(Fault::HostKeyRefused { .. }))) => {
            (Glyph::Ban, Tone::Bad, words::KEY_REFUSED)
        }
        (NodeState::Disabled, _) => (Glyph::Ban, Tone::Calm, node::state(NodeState::Disabled)),
        (NodeState::Unavailable, Some(Message::Fault(Fault::HostKeyUnknown { .. }))) => {
            (Glyph::CircleQuestion, Tone::Caution, words::KEY_OPEN)
        }
        (NodeState::Unavailable, Some(Message::Fault(Fault::HostKeyChanged { .. }))) => {
            (Glyph::Alarm, Tone::Bad, words::KEY_CHANGED)
        }
        (NodeState::Unavailable, None) => (Glyph::Clock, Tone::Calm, words::AWAITED),
        (NodeState::Unavailable, Some(_)) => (Glyph::Unlinked, Tone::Caution, words::NO_CONTACT),
    }
}

/// When it last answered: how long ago, or on which day.
pub fn answered(clock: Clock, locale: Locale, last: Option<Timestamp>) -> String {
    let Some(last) = last else { return words::NO_ANSWER_YET.in_locale(locale).to_owned() };
    let ago = clock.now().since(last).0;
    match ago {
        0..60 => locale.pick(format!("応答 {ago}秒前"), format!("answered {ago} s ago")),
        60..3_600 => {
            let minutes = ago / 60;
            locale.pick(format!("応答 {minutes}分前"), format!("answered {minutes} min ago"))
        }
        _ => {
            let at = clock.moment(last, locale);
            locale.pick(format!("最後の応答 {at}"), format!("last answered {at}"))
        }
    }
}

/// Why it takes no jobs, and until when.
pub fn why(clock: Clock, locale: Locale, node: &NodeSummary) -> Option<String> {
    let reason = node.state_reason.as_ref().map(|reason| fault::message(locale, reason));
    let until = node.state_until.map(|at| {
        let at = clock.moment(at, locale);
        locale.pick(format!("{at}まで"), format!("until {at}"))
    });
    match (until, reason) {
        (Some(until), Some(reason)) => Some(locale.pick(format!("{until}・{reason}"), format!("{until} · {reason}"))),
        (until, reason) => until.or(reason),
    }
}

/// The state, and below it the last answer or why it takes no jobs.
#[component]
pub fn StateCell(#[prop(into)] node: Signal<NodeSummary>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let looks = Memo::new(move |_| {
        let (glyph, tone, word) = node.with(look);
        (glyph, tone.of_state(), word.in_locale(locale.get()))
    });
    let glyph = Signal::derive(move || looks.get().0);
    let second = move || {
        let locale = locale.get();
        node.with(|node| match node.state {
            NodeState::Available => answered(clock, locale, node.last_contact),
            _ => why(clock, locale, node).unwrap_or_else(|| answered(clock, locale, node.last_contact)),
        })
    };
    view! {
        <span
            class=move || format!("st {}", looks.get().1)
            data-testid="node-state"
            data-state=move || node.with(|node| node.state.as_str())
        >
            <Icon glyph=glyph />
            {move || looks.get().2}
        </span>
        <div class="sub phrase" data-testid="node-reason">{second}</div>
    }
}

/// Cores in use, of all, as squares that can be counted.
#[component]
pub fn CoresCell(#[prop(into)] node: Signal<NodeSummary>) -> impl IntoView {
    let locale = use_locale();
    let used = move || node.with(|node| node.cores_used);
    let all = move || node.with(|node| node.cores);
    let parts = Signal::derive(move || {
        node.with(|node| {
            let free = node.cores.minus(node.cores_used).minus(node.cores_reserved);
            if node.state == NodeState::Available {
                let reserved = node.cores.minus(node.cores_used).minus(free);
                vec![(CellKind::Used, node.cores_used.0), (CellKind::Reserved, reserved.0), (CellKind::Free, free.0)]
            } else {
                vec![(CellKind::Used, node.cores_used.0), (CellKind::Off, node.cores.minus(node.cores_used).0)]
            }
        })
    });
    let label = move || {
        let (used, all, reserved) = (used(), all(), node.with(|node| node.cores_reserved));
        let locale = locale.get();
        if reserved > Cores::ZERO {
            return locale.pick(
                format!("{all}コア中{used}使用、予約{reserved}"),
                format!("{used} of {all} cores in use, {reserved} reserved"),
            );
        }
        locale.pick(format!("{all}コア中{used}使用"), format!("{used} of {all} cores in use"))
    };
    view! {
        <div class="whitespace-nowrap text-xs text-muted">
            <b class="text-sm font-semibold text-ink">{move || used().0}</b>
            " / "
            {move || all().0}
        </div>
        <div class="mt-0.5 w-24 max-w-full">
            <Cells parts=parts label=label class="core" most=32 />
        </div>
    }
}

/// How full the work disk is.
#[component]
pub fn DiskCell(#[prop(into)] node: Signal<NodeSummary>) -> impl IntoView {
    let locale = use_locale();
    let disk = Memo::new(move |_| node.with(|node| node.disk));
    let short = Memo::new(move |_| node.with(is_short_of_room));
    let used = move || {
        disk.get().map(|(free, total)| match total {
            0 => 0,
            total => total.saturating_sub(free).saturating_mul(100) / total,
        })
    };
    let text = move || {
        let locale = locale.get();
        match (used(), disk.get()) {
            (Some(used), Some((free, _))) => {
                let free = bytes(free);
                locale.pick(format!("{used}%・空き {free}"), format!("{used} % · {free} free"))
            }
            _ => words::UNKNOWN.in_locale(locale).to_owned(),
        }
    };
    let label = move || {
        let id = node.with(|node| node.id.clone());
        locale.get().pick(format!("{id} の作業ディスクの使用率"), format!("Work disk of {id} in use"))
    };
    let width = move || format!("{}%", used().unwrap_or(0));
    view! {
        <div class="w-28 max-w-full">
            <Show when=move || disk.get().is_some()>
                <div
                    class=move || if short.get() { "bar caution" } else { "bar calm" }
                    role="meter"
                    aria-label=label
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=move || used().unwrap_or(0).to_string()
                >
                    <svg width="100%" height="100%" aria-hidden="true">
                        <rect class="track" width="100%" height="100%" />
                        <rect class="fill" width=width height="100%" />
                    </svg>
                </div>
            </Show>
            <div class=move || {
                if short.get() { "sub mt-0.5 whitespace-nowrap !text-caution font-medium" } else { "sub mt-0.5 whitespace-nowrap" }
            }>{text}</div>
        </div>
    }
}

/// The jobs there, as links.
#[component]
pub fn JobLinks(#[prop(into)] node: Signal<NodeSummary>) -> impl IntoView {
    let jobs = Memo::new(move |_| node.with(|node| node.jobs.clone()));
    view! {
        <Show
            when=move || jobs.with(|jobs| !jobs.is_empty())
            fallback=move || view! { <span class="text-muted">{t(words::NO_JOBS)}</span> }
        >
            <For each=move || jobs.get() key=|job| job.id let:job>
                <a class="cut block max-w-44 leading-[1.125rem] hover:underline" href=format!("/jobs/{}", job.id)>
                    {job.name.to_string()}
                </a>
            </For>
        </Show>
    }
}

/// A command ready to paste.
#[component]
pub fn Command(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="code">
            {text.clone()}
            <CopyButton text=Signal::stored(text) label=t(words::COPY) />
        </div>
    }
}

/// The same for a node that may be of several systems: each under its name.
#[component]
pub fn Commands(commands: Vec<(Option<System>, String)>) -> impl IntoView {
    let one = |(system, command): (Option<System>, String)| {
        let title = system.map(|system| view! { <p class="text-xs text-muted">{t(say::system(system))}</p> });
        view! {
            {title}
            <Command text=command />
        }
    };
    view! { <div class="grid gap-1.5">{commands.into_iter().map(one).collect_view()}</div> }
}
