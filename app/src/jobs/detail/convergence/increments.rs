//! Increment size over step time: a step line on a logarithmic axis, cutbacks as crosses.

use super::panel::{Figure, HALO};
use super::words;
use crate::i18n::t;
use crate::jobs::api::AttemptView;
use crate::jobs::detail::page::use_voice;
use crate::plot::scale::nice_end;
use crate::plot::{Area, Axes, Scale, number, path};
use leptos::prelude::*;

/// What the curve of one step is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The step's attempts.
    pub attempts: Vec<AttemptView>,
    /// The smallest increment allowed, where the deck says.
    pub minimum: Option<f64>,
    /// The step's length, where it has one.
    pub period: Option<f64>,
    /// The solver is still at this step: the end point is where it is now.
    pub live: bool,
    /// It ended here without reaching the period.
    pub stopped: bool,
}

/// A course in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Abscissa.
    pub x: Scale,
    /// Ordinate.
    pub y: Scale,
    /// Converged increments.
    pub curve: String,
    /// Cutbacks.
    pub crosses: String,
    /// One point per attempt.
    pub points: Vec<(f64, f64)>,
    /// The last converged increment.
    pub end: Option<(f64, f64, f64)>,
    /// The pixel of the smallest increment allowed.
    pub minimum: Option<f64>,
}

/// When an attempt ends, or would have ended.
fn moment(attempt: &AttemptView) -> f64 {
    if attempt.converged { attempt.step_time } else { attempt.step_time + attempt.size }
}

/// Lays a course out on an area.
pub fn draw(course: &Course, area: &Area) -> Drawing {
    let attempts = &course.attempts;
    let reached = attempts.iter().map(|attempt| attempt.step_time).fold(0.0, f64::max);
    let end = match course.period {
        // while it runs, what has been reached fills the width: the trouble is at its end
        Some(period) if !course.live || reached > 0.8 * period => period.max(reached),
        _ => nice_end(reached, 5.0),
    };
    let x = Scale::linear((0.0, end), area.across());
    let sizes = attempts.iter().map(|attempt| attempt.size);
    // a minimum far below everything would squeeze the curve flat
    let low = attempts.iter().map(|attempt| attempt.size).filter(|size| *size > 0.0).fold(f64::INFINITY, f64::min);
    let minimum = course.minimum.filter(|minimum| *minimum > 0.0 && *minimum > low * 1e-5);
    let y = Scale::decades(sizes.chain(minimum), area.up());
    let point = |attempt: &AttemptView| (x.at(moment(attempt)), y.at(attempt.size));
    let pieces = attempts
        .iter()
        .filter(|attempt| attempt.converged)
        .map(|attempt| (x.at(attempt.step_time - attempt.size), x.at(attempt.step_time), y.at(attempt.size)));
    let last = attempts.iter().rev().find(|attempt| attempt.converged);
    Drawing {
        curve: path::steps(pieces),
        crosses: path::crosses(attempts.iter().filter(|attempt| !attempt.converged).map(point)),
        points: attempts.iter().map(point).collect(),
        end: last.map(|attempt| {
            let (x, y) = point(attempt);
            (x, y, attempt.size)
        }),
        minimum: minimum.map(|minimum| y.at(minimum)),
        x,
        y,
    }
}

/// The plot.
#[component]
pub fn Increments(course: Memo<Course>, width: Memo<f64>) -> impl IntoView {
    let voice = use_voice();
    let (title, abscissa) = (t(words::SIZE), t(words::STEP_TIME));
    let area = Memo::new(move |_| Area::of(width.get(), if width.get() < 480.0 { 200.0 } else { 210.0 }));
    let drawing = Memo::new(move |_| course.with(|course| draw(course, &area.get())));
    let points = Memo::new(move |_| drawing.with(|drawing| drawing.points.clone()));
    let values = move |at: usize| {
        course.with(|course| course.attempts.get(at).copied()).map(|attempt| {
            words::attempt(
                voice.get(),
                attempt.increment,
                attempt.attempt,
                &number::plain(attempt.step_time, 4),
                &number::short(attempt.size),
                attempt.iterations,
                attempt.converged,
            )
        })
    };
    let body = move || {
        let (area, drawing) = (area.get(), drawing.get());
        let course = course.get();
        let minimum = drawing.minimum.zip(course.minimum).map(|(at, minimum)| {
            let word = voice.get().pick("最小増分", "Minimum");
            view! {
                <path class="l2 stroke-[var(--fill-bad)]" d=format!("M{:.1} {at:.1}H{:.1}", area.left, area.right) />
                <text class=HALO x=format!("{:.1}", area.left + 4.0) y=format!("{:.1}", at - 5.0)>
                    {format!("{word} {}", number::power(minimum))}
                </text>
            }
        });
        let stop = drawing.end.filter(|_| course.stopped).map(|(x, ..)| {
            let at = course.attempts.iter().map(|attempt| attempt.step_time).fold(0.0, f64::max);
            let at = number::plain(at, 3);
            let word = voice.get().pick(format!("{at} で停止"), format!("stopped at {at}"));
            // beside the line, in the first place where no attempt stands
            let taken = |left: bool, y: f64| {
                drawing.points.iter().any(|(px, py)| {
                    let inside = if left { (x - 86.0..x - 2.0).contains(px) } else { (x + 2.0..x + 86.0).contains(px) };
                    inside && (py - (y - 4.0)).abs() < 11.0
                })
            };
            let rows = [10.0, 28.0, 46.0, 64.0, 82.0].map(|down| area.top + down);
            let fits = |left: bool| if left { x - 86.0 > area.left } else { x + 86.0 < area.right };
            let place = rows.iter().flat_map(|y| [(false, *y), (true, *y)]);
            let (left, y) =
                place.into_iter().find(|(left, y)| fits(*left) && !taken(*left, *y)).unwrap_or((false, rows[0]));
            view! {
                <path class="l2" d=format!("M{x:.1} {:.1}V{:.1}", area.top, area.bottom) />
                <text
                    class=HALO
                    x=format!("{:.1}", if left { x - 4.0 } else { x + 4.0 })
                    y=format!("{y:.1}")
                    text-anchor=if left { "end" } else { "start" }
                >
                    {word}
                </text>
            }
        });
        let end = drawing.end.map(|(x, y, size)| {
            let word = voice.get().pick("現在", "now");
            // beside the point, on the side that has room
            let left = x > area.left + 100.0;
            let below = y + 16.0 < area.bottom - 4.0;
            view! {
                <circle class="d" cx=format!("{x:.1}") cy=format!("{y:.1}") r="3.5" />
                {(course.live && !area.narrow())
                    .then(|| {
                        view! {
                            <text
                                class=format!("fill-ink font-semibold {HALO}")
                                x=format!("{:.1}", if left { x - 8.0 } else { x + 8.0 })
                                y=format!("{:.1}", if below { y + 16.0 } else { y - 8.0 })
                                text-anchor=if left { "end" } else { "start" }
                            >
                                {format!("{word} {}", number::short(size))}
                            </text>
                        }
                    })}
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
            <path class="l" d=drawing.curve />
            {minimum}
            {stop}
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
            testid="convergence-plot"
        >
            {body}
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(increment: u32, attempt: u32, converged: bool, step_time: f64, size: f64) -> AttemptView {
        AttemptView { step: 1, increment, attempt, converged, iterations: 3, step_time, size, lpf: None }
    }

    fn course() -> Course {
        Course {
            attempts: vec![
                attempt(1, 1, true, 0.1, 0.1),
                attempt(2, 1, false, 0.1, 0.15),
                attempt(2, 2, true, 0.1375, 0.0375),
            ],
            minimum: Some(1e-5),
            period: Some(1.0),
            live: false,
            stopped: true,
        }
    }

    #[test]
    fn an_increment_covers_the_time_it_took_and_a_cutback_stands_where_it_wanted_to_go() {
        let area = Area::of(760.0, 210.0);
        let drawing = draw(&course(), &area);
        let pixel = |time: f64| area.left + time * (area.right - area.left);
        assert!(drawing.curve.starts_with(&format!("M{:.1} ", pixel(0.0))), "{}", drawing.curve);
        assert!(drawing.curve.ends_with(&format!("H{:.1}", pixel(0.1375))), "{}", drawing.curve);
        assert_eq!(drawing.points.len(), 3);
        assert!((drawing.points[1].0 - pixel(0.25)).abs() < 0.1);
        assert_eq!(drawing.crosses.matches('M').count(), 1);
        assert!(drawing.minimum.is_some_and(|at| (at - area.bottom).abs() < 0.1));
    }

    #[test]
    fn a_running_step_fills_the_width_and_a_far_minimum_is_left_out() {
        let area = Area::of(760.0, 210.0);
        let running = Course { live: true, stopped: false, minimum: Some(1e-12), ..course() };
        let drawing = draw(&running, &area);
        let (_, end) = drawing.x.values();
        assert!((0.1375..0.3).contains(&end), "{end}");
        assert_eq!(drawing.minimum, None);
    }
}
