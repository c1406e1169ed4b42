//! Load factor over the increments of a Riks step, which has no time: the load of the step times this factor is on the
//! model. It may fall, and be negative, where the structure snaps through.

use super::panel::Figure;
use super::words;
use crate::i18n::t;
use crate::jobs::api::AttemptView;
use crate::jobs::detail::page::use_voice;
use crate::plot::scale::nice_end;
use crate::plot::{Area, Axes, Scale, number, path};
use leptos::prelude::*;

/// A path in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Abscissa: increments.
    pub x: Scale,
    /// Ordinate: load factor.
    pub y: Scale,
    /// Through the converged increments, from the unloaded state on.
    pub curve: String,
    /// Cutbacks, where they wanted to go.
    pub crosses: String,
    /// One point per attempt.
    pub points: Vec<(f64, f64)>,
    /// The last converged increment and its factor.
    pub end: Option<(f64, f64, f64)>,
    /// The pixel of no load, where the curve goes below it.
    pub zero: Option<f64>,
}

/// The factor after an attempt, or where it would have gone; `None` in a step that has a time.
fn factor(attempt: &AttemptView) -> Option<f64> {
    let reached = attempt.lpf?;
    Some(if attempt.converged { reached } else { reached + attempt.size })
}

/// Lays the attempts of a Riks step out on an area.
pub fn draw(attempts: &[AttemptView], area: &Area) -> Drawing {
    let known = || attempts.iter().filter_map(|attempt| Some((attempt, factor(attempt)?)));
    let reached = || known().filter(|(attempt, _)| attempt.converged);
    let last = known().map(|(attempt, _)| attempt.increment).max().unwrap_or(1);
    let x = Scale::linear((0.0, f64::from(last)), area.across());
    // a cutback may have tried to go far beyond everything: it stands at the edge
    let (low, high) = reached().fold((0.0, 0.0), |(low, high), (_, at)| (at.min(low), at.max(high)));
    let span = |value: f64| if value > 0.0 { nice_end(value, 4.0) } else { 0.0 };
    let (low, high) = (-span(-low), span(high));
    let y = Scale::linear((low, if high > low { high } else { low + 1.0 }), area.up());
    let point = |(attempt, at): (&AttemptView, f64)| (x.at(f64::from(attempt.increment)), y.at(at));
    // the rows of a long run are the last ones only: then the curve does not begin at nothing
    let begins = known().next().is_some_and(|(attempt, _)| attempt.increment <= 1);
    let start = begins.then(|| (x.at(0.0), y.at(0.0)));
    Drawing {
        curve: path::line(start.into_iter().chain(reached().map(point))),
        crosses: path::crosses(known().filter(|(attempt, _)| !attempt.converged).map(point)),
        points: known().map(point).collect(),
        end: reached().next_back().map(|one| {
            let (x, y) = point(one);
            (x, y, one.1)
        }),
        zero: (low < 0.0).then(|| y.at(0.0)),
        x,
        y,
    }
}

/// The plot.
#[component]
pub fn LoadFactor(attempts: Memo<Vec<AttemptView>>, live: Memo<bool>, width: Memo<f64>) -> impl IntoView {
    let voice = use_voice();
    let (title, abscissa) = (t(words::LPF), t(words::INCREMENT));
    let area = Memo::new(move |_| Area::of(width.get(), if width.get() < 480.0 { 200.0 } else { 210.0 }));
    let drawing = Memo::new(move |_| attempts.with(|attempts| draw(attempts, &area.get())));
    let points = Memo::new(move |_| drawing.with(|drawing| drawing.points.clone()));
    let values = move |at: usize| {
        attempts.with(|attempts| attempts.get(at).copied()).map(|attempt| words::riks_attempt(voice.get(), &attempt))
    };
    let body = move || {
        let (area, drawing) = (area.get(), drawing.get());
        let zero = drawing
            .zero
            .map(|at| view! { <path class="l2" d=format!("M{:.1} {at:.1}H{:.1}", area.left, area.right) /> });
        let end = drawing.end.map(|(x, y, factor)| {
            let word = voice.get().pick("現在", "now");
            let below = y < area.top + 24.0;
            let label = (live.get() && !area.narrow()).then(|| {
                view! {
                    <text
                        class=format!("fill-ink font-semibold {}", super::panel::HALO)
                        x=format!("{:.1}", x - 8.0)
                        y=format!("{:.1}", if below { y + 16.0 } else { y - 8.0 })
                        text-anchor="end"
                    >
                        {format!("{word} {}", number::short(factor))}
                    </text>
                }
            });
            view! {
                <circle class="d" cx=format!("{x:.1}") cy=format!("{y:.1}") r="3.5" />
                {label}
            }
        });
        view! {
            <Axes
                area=area
                x=Some(drawing.x)
                y=drawing.y
                title=title().to_owned()
                abscissa=abscissa().to_owned()
            />
            {zero}
            <path class="l" d=drawing.curve />
            <path class="c" d=drawing.crosses />
            {end}
        }
    };
    view! {
        <Figure
            area=area
            label=Signal::derive(move || title().to_owned())
            points=points
            values=Callback::new(values)
            testid="load-factor-plot"
        >
            {body}
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(increment: u32, converged: bool, lpf: f64, size: f64) -> AttemptView {
        let lpf = Some(lpf);
        AttemptView { step: 1, increment, attempt: 1, converged, iterations: 3, step_time: 0.0, size, lpf }
    }

    #[test]
    fn the_factor_rises_falls_below_nothing_and_a_cutback_stands_where_it_wanted_to_go() {
        let area = Area::of(760.0, 210.0);
        let attempts = [
            attempt(1, true, 0.5, 0.5),
            attempt(2, true, 0.9, 0.4),
            attempt(3, false, 0.9, -0.4),
            attempt(3, true, -0.6, -1.5),
        ];
        let drawing = draw(&attempts, &area);
        let (low, high) = drawing.y.values();
        assert!(low <= -0.6 && high >= 0.9, "{low} {high}");
        let at = |increment: f64, factor: f64| (drawing.x.at(increment), drawing.y.at(factor));
        assert_eq!(drawing.points, [at(1.0, 0.5), at(2.0, 0.9), at(3.0, 0.5), at(3.0, -0.6)]);
        assert!(
            drawing.curve.starts_with(&format!("M{:.1} {:.1}L", area.left, drawing.y.at(0.0))),
            "{}",
            drawing.curve
        );
        assert_eq!(drawing.curve.matches('L').count(), 3);
        assert_eq!(drawing.crosses.matches('M').count(), 1);
        assert_eq!(drawing.zero, Some(drawing.y.at(0.0)));
        assert_eq!(drawing.end.map(|(.., factor)| factor), Some(-0.6));
    }

    #[test]
    fn without_a_fall_the_axis_begins_at_no_load_and_the_last_rows_alone_do_not() {
        let area = Area::of(760.0, 210.0);
        let drawing = draw(&[attempt(100, true, 1.2, 0.1), attempt(101, true, 1.3, 0.1)], &area);
        assert_eq!((drawing.y.values().0, drawing.zero), (0.0, None));
        assert_eq!(drawing.curve.matches('L').count(), 1);
        let none = draw(&[], &area);
        assert!(none.points.is_empty() && none.end.is_none() && none.curve.is_empty());
    }
}
