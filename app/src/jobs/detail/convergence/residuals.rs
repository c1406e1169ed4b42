//! The residual after each iteration: one line per attempt, red where it did not converge.

use super::panel::{Figure, HALO};
use super::words;
use crate::i18n::t;
use crate::jobs::api::{AttemptView, IterationView};
use crate::jobs::detail::page::use_voice;
use crate::plot::{Area, Axes, Scale, number, path};
use leptos::prelude::*;

/// Pixels between two iterations, at least.
const APART: f64 = 22.0;

/// The iterations of one attempt, and whether it converged (`None`: it is under way).
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Within the step.
    pub increment: u32,
    /// At this increment.
    pub attempt: u32,
    /// `None` while it is under way.
    pub converged: Option<bool>,
    /// Force residual per iteration, as a share of the average force.
    pub residuals: Vec<(u32, f64)>,
}

/// Groups a step's iterations by attempt, in order.
pub fn attempts(step: u32, iterations: &[IterationView], known: &[AttemptView]) -> Vec<Attempt> {
    let mut groups: Vec<Attempt> = Vec::new();
    for row in iterations.iter().filter(|row| row.step == step) {
        let same = |group: &Attempt| (group.increment, group.attempt) == (row.increment, row.attempt);
        if !groups.last().is_some_and(same) {
            let converged = known
                .iter()
                .rev()
                .find(|one| (one.step, one.increment, one.attempt) == (row.step, row.increment, row.attempt))
                .map(|one| one.converged);
            groups.push(Attempt { increment: row.increment, attempt: row.attempt, converged, residuals: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            // the solver's percent
            group.residuals.push((row.iteration, row.residual / 100.0));
        }
    }
    groups
}

/// The last attempts that have room on `width` pixels; at least one.
pub fn with_room(groups: &[Attempt], width: f64) -> &[Attempt] {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let most = (width / APART).max(1.0) as usize;
    let mut sum = 0;
    let shown = groups
        .iter()
        .rev()
        .take_while(|group| {
            sum += group.residuals.len();
            sum <= most
        })
        .count()
        .max(1);
    &groups[groups.len().saturating_sub(shown)..]
}

/// The plot.
#[component]
pub fn Residuals(groups: Memo<Vec<Attempt>>, tolerance: Memo<Option<f64>>, width: Memo<f64>) -> impl IntoView {
    let voice = use_voice();
    let (title, abscissa) = (t(words::RESIDUAL), t(words::ITERATION));
    let area = Memo::new(move |_| Area::of(width.get(), if width.get() < 480.0 { 180.0 } else { 190.0 }));
    let shown = Memo::new(move |_| {
        let area = area.get();
        groups.with(|groups| with_room(groups, area.right - area.left).to_vec())
    });
    let rows = Memo::new(move |_| {
        shown.with(|shown| {
            shown
                .iter()
                .flat_map(|group| group.residuals.iter().map(|(n, r)| (group.increment, group.attempt, *n, *r)))
                .collect::<Vec<_>>()
        })
    });
    let y = Memo::new(move |_| {
        let area = area.get();
        // far below the tolerance nothing is worth its room: such points stand on the axis
        let floor = tolerance.get().map_or(0.0, |tolerance| tolerance / 1_000.0);
        rows.with(|rows| Scale::decades(rows.iter().map(|row| row.3.max(floor)).chain(tolerance.get()), area.up()))
    });
    let points = Memo::new(move |_| {
        let (area, y) = (area.get(), y.get());
        rows.with(|rows| {
            let step = (area.right - area.left) / rows.len().max(1) as f64;
            let at = |n: usize| area.left + (n as f64 + 0.5) * step;
            rows.iter().enumerate().map(|(n, row)| (at(n), y.at(row.3))).collect::<Vec<_>>()
        })
    });
    let values = move |at: usize| {
        rows.with(|rows| rows.get(at).copied())
            .map(|(increment, attempt, n, r)| words::iteration(voice.get(), increment, attempt, n, &number::short(r)))
    };
    let body = move || {
        let (area, y, points) = (area.get(), y.get(), points.get());
        let step = (area.right - area.left) / points.len().max(1) as f64;
        let mut from = 0;
        let mut before: Option<u32> = None;
        let lines = shown
            .get()
            .into_iter()
            .map(|group| {
                let to = (from + group.residuals.len()).min(points.len());
                let own = points.get(from..to).unwrap_or_default().to_vec();
                let (left, right) = (area.left + from as f64 * step, area.left + to as f64 * step);
                let word = label(&group, before, right - left, area.narrow(), voice.get().locale);
                let wall = (from > 0).then(|| {
                    view! { <path class="g" d=format!("M{left:.1} {:.1}V{:.1}", area.top, area.bottom) /> }
                });
                before = Some(group.increment);
                from = to;
                let bad = group.converged == Some(false);
                let dot = if bad { "fill-[var(--fill-bad)]" } else { "fill-[var(--fill-accent)]" };
                view! {
                    {wall}
                    <path class=if bad { "l lb" } else { "l" } d=path::line(own.iter().copied()) />
                    {own
                        .iter()
                        .map(|(x, y)| {
                            view! { <circle class=dot cx=format!("{x:.1}") cy=format!("{y:.1}") r="2" /> }
                        })
                        .collect_view()}
                    <text
                        x=format!("{:.1}", (left + right) / 2.0)
                        y=format!("{:.1}", area.bottom + 16.0)
                        text-anchor="middle"
                    >
                        {word}
                    </text>
                }
            })
            .collect_view();
        let limit = tolerance.get().map(|tolerance| {
            let at = y.at(tolerance);
            let word = voice.get().pick("許容値", "Tolerance");
            view! {
                <path class="tol" d=format!("M{:.1} {at:.1}H{:.1}", area.left, area.right) />
                <text class=HALO x=format!("{:.1}", area.left + 4.0) y=format!("{:.1}", at + 13.0)>
                    {format!("{word} {}", number::short(tolerance))}
                </text>
            }
        });
        view! {
            <Axes area=area y=y title=title().to_owned() abscissa=abscissa().to_owned() />
            {lines}
            {limit}
        }
    };
    view! {
        <Figure
            area=area
            label=Signal::derive(move || title().to_owned())
            points=points
            values=Callback::new(values)
            testid="residual-plot"
        >
            {body}
        </Figure>
    }
}

/// The longest name of an attempt that has room; the increment is named once.
fn label(group: &Attempt, before: Option<u32>, room: f64, narrow: bool, locale: crate::i18n::Locale) -> String {
    let Attempt { increment, attempt, .. } = group;
    let short = format!("{increment}-{attempt}");
    let long = if before == Some(*increment) {
        locale.pick(format!("試行{attempt}"), format!("att. {attempt}"))
    } else {
        locale.pick(format!("Inc {increment} 試行{attempt}"), format!("Inc {increment}, att. {attempt}"))
    };
    // about 7 pixels a letter, 11 a kanji
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 6.5 } else { 11.0 }).sum::<f64>() + 4.0;
    [long, short].into_iter().find(|text| (!narrow || text.is_ascii()) && wide(text) <= room).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(increment: u32, attempt: u32, iteration: u32, residual: f64) -> IterationView {
        IterationView { step: 1, increment, attempt, iteration, residual, correction: 0.0 }
    }

    #[test]
    fn iterations_are_grouped_by_attempt() {
        let known = [AttemptView {
            step: 1,
            increment: 4,
            attempt: 1,
            converged: false,
            iterations: 2,
            step_time: 0.1,
            size: 0.1,
            lpf: None,
        }];
        let other = IterationView { step: 2, ..row(4, 1, 1, 9.0) };
        let rows = [row(4, 1, 1, 50.0), row(4, 1, 2, 70.0), row(4, 2, 1, 0.4), other];
        let groups = attempts(1, &rows, &known);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].converged, Some(false));
        assert_eq!(groups[0].residuals, [(1, 0.5), (2, 0.7)]);
        // its row is not written yet
        assert_eq!(groups[1].converged, None);
    }

    #[test]
    fn the_last_attempts_are_shown_as_far_as_there_is_room() {
        let rows: Vec<IterationView> = (1..=10).flat_map(|inc| (1..=4).map(move |n| row(inc, 1, n, 1.0))).collect();
        let groups = attempts(1, &rows, &[]);
        let shown = with_room(&groups, 10.0 * APART);
        assert_eq!(shown.iter().map(|group| group.increment).collect::<Vec<_>>(), [9, 10]);
        assert_eq!(with_room(&groups, 1.0).len(), 1);
        assert!(with_room(&[], 500.0).is_empty());
    }

    #[test]
    fn labels_fit() {
        use crate::i18n::Locale;
        let group = Attempt { increment: 118, attempt: 2, converged: None, residuals: Vec::new() };
        assert_eq!(label(&group, None, 200.0, false, Locale::Ja), "Inc 118 試行2");
        assert_eq!(label(&group, Some(118), 60.0, false, Locale::Ja), "試行2");
        assert_eq!(label(&group, None, 60.0, false, Locale::Ja), "118-2");
        assert_eq!(label(&group, None, 10.0, false, Locale::Ja), "");
    }
}
