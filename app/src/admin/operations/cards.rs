//! How everything stands, at a glance.

use super::api::OperationsView;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::{Voice, alert, amount, node};
use crate::i18n::{Text, t};
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon, Tone};
use domain::NodeState;
use domain::health::{Alert, DiskHealth, Level, percent_used};
use leptos::prelude::*;

/// The six, by the names that tests find them by.
const CARDS: [(&str, Text); 6] = [
    ("database", words::DATABASE),
    ("nodes", words::NODES),
    ("disk", words::DISK),
    ("memory", words::MEMORY),
    ("queue", words::QUEUE),
    ("tokens", words::TOKENS),
];

/// What one of them says.
#[derive(Clone, Debug, PartialEq)]
struct Card {
    level: Option<Level>,
    value: String,
    unit: String,
    /// Hundredths, where a bar shows them.
    percent: Option<u32>,
    sub: String,
}

fn worst(view: &OperationsView, of: impl Fn(&Alert) -> bool) -> Option<Level> {
    view.alerts.iter().map(|raised| &raised.alert).filter(|alert| of(alert)).map(Alert::level).max()
}

fn fullest(disks: &[DiskHealth]) -> Option<&DiskHealth> {
    disks.iter().max_by_key(|disk| percent_used(disk.free, disk.size))
}

/// In the order of [`CARDS`].
fn cards(voice: Voice, view: &OperationsView) -> [Card; 6] {
    let health = &view.health;
    let word = |text: Text| text.in_locale(voice.locale).to_owned();
    let serving = health.nodes.iter().filter(|node| node.state == NodeState::Available).count();
    let off: Vec<String> = health
        .nodes
        .iter()
        .filter(|node| node.state != NodeState::Available)
        .map(|node| format!("{}: {}", node.id, node::state(node.state).in_locale(voice.locale)))
        .collect();
    let disk = fullest(&health.disks);
    let percent = |number: Option<u32>| number.map_or_else(|| word(words::UNKNOWN), |number| number.to_string());
    let full = disk.map(|disk| percent_used(disk.free, disk.size));
    let memory = health.memory.map(|memory| percent_used(memory.available, memory.total));
    let tokens = health.tokens;
    let used = tokens.total.minus(tokens.free());
    let of_tokens = (tokens.total.0 > 0).then(|| used.0 * 100 / tokens.total.0);
    [
        Card {
            level: worst(view, |alert| matches!(alert, Alert::Database)),
            value: health.database.map_or_else(
                || word(words::NO_ANSWER),
                |database| format!("{:.1}", f64::from(u32::try_from(database.answer_us).unwrap_or(u32::MAX)) / 1000.0),
            ),
            unit: if health.database.is_some() { "ms".to_owned() } else { String::new() },
            percent: None,
            sub: health.database.map(|database| amount::bytes(database.bytes + database.wal_bytes)).unwrap_or_default(),
        },
        Card {
            level: worst(view, |alert| {
                matches!(alert, Alert::NodeLost { .. } | Alert::NodeDisk { .. } | Alert::NodeClock { .. })
            }),
            value: format!("{serving} / {}", health.nodes.len()),
            unit: word(words::UNIT_NODES),
            percent: None,
            sub: off.join(voice.pick("、", ", ")),
        },
        Card {
            level: worst(view, |alert| matches!(alert, Alert::ServerDisk { .. } | Alert::DisksSilent)),
            value: percent(full),
            unit: if full.is_some() { "%".to_owned() } else { String::new() },
            percent: full,
            sub: disk
                .map(|disk| {
                    let free = words::free(voice, disk.free);
                    let several = health.disks.len() > 1;
                    let place = disk.places.first().filter(|_| several).map(|place| alert::place(voice, *place));
                    place.map_or_else(|| free.clone(), |place| format!("{place}: {free}"))
                })
                .unwrap_or_default(),
        },
        Card {
            level: worst(view, |alert| matches!(alert, Alert::Memory { .. })),
            value: percent(memory),
            unit: if memory.is_some() { "%".to_owned() } else { String::new() },
            percent: memory,
            sub: health
                .memory
                .map(|memory| amount::bytes_of(memory.total.saturating_sub(memory.available), memory.total))
                .unwrap_or_default(),
        },
        Card {
            level: worst(view, |alert| matches!(alert, Alert::Queue { .. })),
            value: amount::count(health.queue.waiting),
            unit: word(words::UNIT_JOBS),
            percent: None,
            sub: health.queue.oldest.map(|oldest| words::longest(voice, health.at.since(oldest))).unwrap_or_default(),
        },
        Card {
            level: worst(view, |alert| matches!(alert, Alert::Tokens { .. })),
            value: percent(of_tokens),
            unit: if of_tokens.is_some() { "%".to_owned() } else { String::new() },
            percent: of_tokens,
            sub: format!("{used} / {}", tokens.total),
        },
    ]
}

fn state(level: Option<Level>) -> (Tone, Glyph, Text) {
    match level {
        None => (Tone::Good, Glyph::CircleCheck, words::GOOD),
        Some(Level::Caution) => (Tone::Caution, Glyph::Warning, words::CAUTION),
        Some(Level::Bad) => (Tone::Bad, Glyph::Alarm, words::BAD),
    }
}

/// The six.
#[component]
pub(super) fn Cards(view: Signal<OperationsView>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let all = Memo::new(move |_| view.with(|view| cards(clock.voice(locale.get()), view)));
    let one = move |(at, (name, title)): (usize, (&'static str, Text))| {
        let card = Memo::new(move |_| all.with(|all| all.get(at).cloned()));
        let part = move |of: fn(&Card) -> String| move || card.with(|card| card.as_ref().map(of).unwrap_or_default());
        let standing = Memo::new(move |_| card.with(|card| card.as_ref().and_then(|card| card.level)));
        let share = move || card.with(|card| card.as_ref().and_then(|card| card.percent));
        view! {
            <div
                class="min-w-0 border-line p-4 max-md:border-b md:[&:not(:first-child)]:border-l md:max-xl:[&:nth-child(3n+1)]:border-l-0 md:max-xl:[&:nth-child(n+4)]:border-t"
                data-testid=format!("health-{name}")
            >
                <div class="lbl flex items-center justify-between gap-2">
                    <span>{t(title)}</span>
                    {move || {
                        let (tone, glyph, word) = state(standing.get());
                        view! {
                            <span class=format!("st text-xs {}", tone.of_state())>
                                <Icon glyph=glyph class="!size-3.5" />
                                {t(word)}
                            </span>
                        }
                    }}
                </div>
                <div class="mt-1 text-lg font-semibold">
                    {part(|card| card.value.clone())} <span class="unit ml-1">{part(|card| card.unit.clone())}</span>
                </div>
                {move || {
                    share()
                        .map(|percent| {
                            let tone = standing.get().map_or(Tone::Calm, |level| state(Some(level)).0);
                            view! {
                                <div
                                    class=format!("bar mt-1.5 {}", tone.of_bar())
                                    role="meter"
                                    aria-label=t(title)
                                    aria-valuenow=percent
                                    aria-valuemin="0"
                                    aria-valuemax="100"
                                >
                                    <svg width="100%" height="100%" aria-hidden="true">
                                        <rect class="track" width="100%" height="100%" />
                                        <rect class="fill" width=format!("{percent}%") height="100%" />
                                    </svg>
                                </div>
                            }
                        })
                }}
                <div class="sub mt-1">{part(|card| card.sub.clone())}</div>
            </div>
        }
    };
    view! {
        <section
            class="panel mt-4 grid md:grid-cols-3 xl:grid-cols-6"
            aria-label=t(words::HEALTH)
            data-testid="health"
        >
            {CARDS.into_iter().enumerate().map(one).collect_view()}
        </section>
    }
}
