//! What a deck holds: counts, elements by type, steps, materials, output, the files it needs, points to look at.

use super::form::Form;
use super::item::{Item, ItemId};
use super::missing::{Context, where_is};
use super::needs::{self, Need};
use super::sorting::Match;
use super::words::element;
use super::words::finding::said;
use super::{standing, use_voice, words};
use crate::i18n::sentence::{Voice, count};
use crate::i18n::t;
use crate::ui::{Glyph, Icon};
use deck::inp::{Count, Deck, Encoding, Finding, Severity, Step};
use leptos::prelude::*;
use std::sync::Arc;

/// Rows shown before the rest is folded.
const SHOWN: usize = 8;

/// The report that counts, whole.
fn report(item: &Item, items: &[Item]) -> Option<Arc<Deck>> {
    let deck = if needs::is_checked(item, items) { standing::authority(item)? } else { item.report()? };
    Some(Arc::new(deck.clone()))
}

/// Nodes or elements of the assembled model, where a deck has instances.
fn amount(own: Count, assembled: u64, deck: &Deck) -> Count {
    match (own, deck.instances.is_empty()) {
        (own, true) => own,
        (Count::Known(_), false) => Count::Known(assembled),
        (Count::Generated { .. }, false) => Count::Generated { at_least: assembled },
    }
}

fn in_words(voice: Voice, amount: Count) -> String {
    match amount {
        Count::Known(number) => count(number),
        Count::Generated { at_least: 0 } => words::UNKNOWN.in_locale(voice.locale).to_owned(),
        Count::Generated { at_least } => words::at_least(voice, at_least),
    }
}

fn nodes(deck: &Deck) -> Count {
    amount(deck.nodes, deck.assembled_nodes, deck)
}

fn elements(deck: &Deck) -> Count {
    amount(deck.elements, deck.assembled_elements, deck)
}

/// Unknowns as the most frequent element type has them; constraints are not counted off.
fn unknowns(deck: &Deck) -> Option<u64> {
    let (kind, _) = deck.elements_by_type.iter().max_by_key(|(_, number)| *number)?;
    Some(nodes(deck).known()? * element::unknowns(kind))
}

/// Everything about a deck that can be submitted.
#[component]
pub fn Model(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let deck = form.part(id, report);
    let needs = form.part(id, |item, items| report(item, items).map(|deck| needs::needs(&deck, item.id, items)));
    move || {
        let voice = voice();
        let deck = deck.get().flatten()?;
        let number = |label, testid, text: String| {
            view! {
                <div>
                    <div class="lbl">{t(label)}</div>
                    <div class="text-lg font-semibold" data-testid=testid>{text}</div>
                </div>
            }
        };
        let dof = unknowns(&deck).map_or_else(|| words::UNKNOWN.in_locale(voice.locale).to_owned(), count);
        let list = |all: &[String]| list(voice, all);
        Some(view! {
            <div class="grid gap-x-8 gap-y-4 p-4 lg:grid-cols-2">
                <div class="min-w-0">
                    <div class="mb-3 flex flex-wrap gap-x-8 gap-y-2">
                        {number(words::NODES, "deck-nodes", in_words(voice, nodes(&deck)))}
                        {number(words::ELEMENTS, "deck-elements", in_words(voice, elements(&deck)))}
                        {number(words::DOF, "deck-dof", dof)}
                    </div>
                    {by_type(voice, &deck)}
                </div>
                <div class="min-w-0">
                    <p class="lbl pb-1">{t(words::STEPS)}</p>
                    {steps(voice, &deck)}
                    <dl class="kv mt-3">
                        {assembly(voice, &deck)}
                        <dt>{t(words::MATERIALS)}</dt>
                        <dd>{list(&deck.materials)}</dd>
                        <dt>{t(words::OUTPUTS)}</dt>
                        <dd>{list(&deck.outputs)}</dd>
                        {files(voice, &needs.get().flatten().unwrap_or_default())}
                        {(deck.encoding != Encoding::Ascii)
                            .then(|| {
                                view! {
                                    <dt>{t(words::ENCODING)}</dt>
                                    <dd>{encoding(voice, deck.encoding)}</dd>
                                }
                            })}
                    </dl>
                </div>
            </div>
        })
    }
}

/// A few names, and how many more there are.
fn list(voice: Voice, all: &[String]) -> String {
    match all.len() {
        0 => words::NONE.in_locale(voice.locale).to_owned(),
        n if n > SHOWN => format!(
            "{} {}",
            all[..SHOWN].join(", "),
            voice.pick(format!("ほか{}件", n - SHOWN), format!("and {} more", n - SHOWN))
        ),
        _ => all.join(", "),
    }
}

/// Parts and instances, where a deck has them.
fn assembly(voice: Voice, deck: &Deck) -> Option<impl IntoView + use<>> {
    if deck.parts.is_empty() && deck.instances.is_empty() {
        return None;
    }
    let names: Vec<String> = deck.instances.iter().map(|instance| instance.name.clone()).collect();
    let told = |all: &[String]| format!("{} ({})", list(voice, all), words::how_many(voice, all.len()));
    let (parts, instances) = (told(&deck.parts), told(&names));
    Some(view! {
        <dt>{t(words::PARTS)}</dt>
        <dd data-testid="deck-parts">{parts}</dd>
        <dt>{t(words::INSTANCES)}</dt>
        <dd data-testid="deck-instances">{instances}</dd>
    })
}

fn encoding(voice: Voice, encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Ascii => "ASCII",
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf8Bom => "UTF-8 (BOM)",
        Encoding::Cp932 => "CP932",
        Encoding::Unknown => words::UNKNOWN.in_locale(voice.locale),
    }
}

/// Bars in true proportion: the longest is the most frequent type. An SVG, for its widths are numbers.
fn by_type(voice: Voice, deck: &Deck) -> impl IntoView + use<> {
    let mut all = deck.elements_by_type.clone();
    all.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let most = all.first().map_or(1, |(_, number)| (*number).max(1));
    let rest = all.split_off(all.len().min(SHOWN));
    let row = move |(kind, number): (String, u64)| {
        #[allow(clippy::cast_precision_loss)]
        let share = number as f64 / most as f64 * 100.0;
        let said = element::words(&kind, voice.locale);
        view! {
            <tr>
                <th scope="row" class="mono w-16 py-0.5 text-left font-normal">{kind}</th>
                <td class="py-0.5 pr-2">
                    <svg class="block h-1.5 w-full" aria-hidden="true">
                        <rect width="2" height="6" rx="1" fill="var(--fill-accent)" />
                        <rect width=format!("{share:.2}%") height="6" rx="2" fill="var(--fill-accent)" />
                    </svg>
                </td>
                <td class="w-16 py-0.5 text-right">{count(number)}</td>
                <td class="w-32 py-0.5 pl-3 text-xs text-muted max-md:hidden">{said}</td>
            </tr>
        }
    };
    (!all.is_empty()).then(|| {
        let more = rest.len();
        view! {
            <table class="w-full text-sm">
                <caption class="lbl pb-1 text-left">{t(words::BY_TYPE)}</caption>
                <tbody>{all.into_iter().map(row).collect_view()}</tbody>
            </table>
            {(more > 0)
                .then(|| {
                    view! {
                        <details class="text-sm">
                            <summary class="lbl cursor-pointer py-0.5">
                                {voice.pick(format!("ほか{more}種類"), format!("{more} more types"))}
                            </summary>
                            <table class="w-full text-sm">
                                <tbody>{rest.into_iter().map(row).collect_view()}</tbody>
                            </table>
                        </details>
                    }
                })}
        }
    })
}

/// `1.0`, `2.5E-3`: as short as it can be said exactly.
fn period(period: f64) -> String {
    if period != 0.0 && !(1e-3..1e6).contains(&period.abs()) { format!("{period:E}") } else { format!("{period:?}") }
}

fn steps(voice: Voice, deck: &Deck) -> impl IntoView + use<> {
    // a later step inherits nlgeom
    let large = deck.steps.iter().scan(false, |large, step| {
        *large = step.nlgeom.unwrap_or(*large);
        Some(*large)
    });
    let row = |(at, (step, large)): (usize, (&Step, bool))| {
        let length = step.period.filter(|_| step.advances_time).map(period).unwrap_or_else(|| "–".to_owned());
        // Abaqus' own name for a step without one
        let name = if step.name.is_empty() { format!("Step-{}", at + 1) } else { step.name.clone() };
        let keyword = if step.procedure.is_empty() { String::new() } else { format!("*{}", step.procedure) };
        view! {
            <tr class="border-b border-line last:border-0">
                <td class="w-6 py-0.5 text-muted">{at + 1}</td>
                <td class="py-0.5 pr-2">{name}</td>
                <td class="mono py-0.5 pr-2 text-xs">{keyword}</td>
                <td class="py-0.5 text-right">{length}</td>
                <td class="w-16 py-0.5 text-right text-xs text-muted">{large.then_some("nlgeom")}</td>
            </tr>
        }
    };
    let mut rows: Vec<_> = deck.steps.iter().zip(large).enumerate().map(row).collect();
    let rest = rows.split_off(rows.len().min(SHOWN));
    let more = rest.len();
    let none = rows.is_empty();
    view! {
        <table class="w-full text-sm">
            <tbody>{rows}</tbody>
        </table>
        {none.then(|| view! { <p class="text-sm">{t(words::NONE)}</p> })}
        {(more > 0)
            .then(|| {
                view! {
                    <details class="text-sm">
                        <summary class="lbl cursor-pointer py-0.5">
                            {voice.pick(format!("ほか{more}ステップ"), format!("{more} more steps"))}
                        </summary>
                        <table class="w-full text-sm">
                            <tbody>{rest}</tbody>
                        </table>
                    </details>
                }
            })}
    }
}

/// The files a deck needs: found or not.
fn files(voice: Voice, needs: &[Need]) -> impl IntoView + use<> {
    (!needs.is_empty()).then(|| {
        let files = needs
            .iter()
            .map(|need| {
                let (class, glyph) = match need.found {
                    Some(_) => ("st good !font-normal", Glyph::Check),
                    None => ("st bad !font-normal", Glyph::CircleCross),
                };
                let hint = need
                    .found
                    .as_ref()
                    .filter(|found| found.how == Match::OtherCase)
                    .map(|found| words::sent_as(voice, &found.sent_as));
                view! {
                    <span class=class>
                        <Icon glyph=glyph />
                        {need.name.clone()}
                    </span>
                    {hint.map(|hint| view! { <span class="sub basis-full">{hint}</span> })}
                }
            })
            .collect_view();
        view! {
            <dt>{t(words::NEEDED)}</dt>
            <dd>
                <span class="inline-flex flex-wrap items-center gap-x-3">{files}</span>
            </dd>
        }
    })
}

/// The few facts shown of a deck that cannot be submitted.
#[component]
pub fn Facts(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let deck = form.part(id, report);
    move || {
        let voice = voice();
        let deck = deck.get().flatten().filter(|deck| deck.not_a_deck().is_none())?;
        let types: Vec<&str> = deck.elements_by_type.iter().map(|(kind, _)| kind.as_str()).take(3).collect();
        let steps: Vec<String> = deck
            .steps
            .iter()
            .take(3)
            .map(|step| format!("*{}{}", step.procedure, if step.nlgeom == Some(true) { ", nlgeom" } else { "" }))
            .collect();
        let fact = |label, value: String, more: String| {
            view! {
                <span>
                    {t(label)} " " <b class="font-semibold text-ink">{value}</b>
                    {(!more.is_empty()).then(|| format!(" ({more})"))}
                </span>
            }
        };
        Some(view! {
            <div class="sec flex flex-wrap gap-x-8 gap-y-1 text-sm text-muted">
                {fact(words::NODES, in_words(voice, nodes(&deck)), String::new())}
                {fact(words::ELEMENTS, in_words(voice, elements(&deck)), types.join(", "))}
                {fact(words::STEPS, deck.steps.len().to_string(), steps.join("; "))}
                {fact(words::ENCODING, encoding(voice, deck.encoding).to_owned(), String::new())}
            </div>
        })
    }
}

/// Points to look at. They never block.
#[component]
pub fn Warnings(form: Form, id: ItemId) -> impl IntoView {
    let voice = use_voice();
    let warnings = form.part(id, |item, items| {
        let deck = report(item, items)?;
        Some(deck.findings.iter().filter(|f| f.severity == Severity::Warning).cloned().collect::<Vec<Finding>>())
    });
    move || {
        let warnings = warnings.get().flatten().filter(|warnings| !warnings.is_empty())?;
        let voice = voice();
        Some(view! {
            <div class="sec grid gap-2">
                <p class="lbl">{words::standing::warnings(voice, warnings.len())}</p>
                {warnings.into_iter().map(|finding| one_warning(voice, finding)).collect_view()}
            </div>
        })
    }
}

fn one_warning(voice: Voice, finding: Finding) -> impl IntoView {
    let words = said(voice, &finding);
    let place = where_is(&finding, voice);
    let more = words.code.is_some() || !finding.context.is_empty();
    let line = finding.line;
    let title = if words.code.is_some() { words::HOW_TO_WRITE } else { words::THE_LINES };
    view! {
        <div class="flex gap-2 text-sm">
            <Icon glyph=Glyph::Warning class="mt-0.5 text-caution" />
            <div class="phrase min-w-0 flex-1">
                <b class="font-semibold">{words.what}</b>
                " "
                {words.then}
                {place.map(|place| view! { " " <span class="sub nb">{place}</span> })}
                {more
                    .then(|| {
                        view! {
                            <details>
                                <summary class="link cursor-pointer">{t(title)}</summary>
                                {words.code.map(|code| view! { <div class="code mt-1 !pr-3">{code}</div> })}
                                {(!finding.context.is_empty())
                                    .then(|| view! { <Context lines=finding.context at=line /> })}
                            </details>
                        }
                    })}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_short() {
        assert_eq!([period(1.0), period(0.25), period(2.5e-7), period(0.0)], ["1.0", "0.25", "2.5E-7", "0.0"]);
    }
}
