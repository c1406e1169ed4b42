//! The small plot of the list: sizes of the last increments, cutbacks as crosses.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Width and height of the box it is drawn in.
const BOX: (f64, f64) = (72.0, 24.0);
/// Room between the curve and the box.
const EDGE: (f64, f64) = (2.0, 4.0);

/// Path of the curve and of the crosses, for (size, converged) oldest first. Sizes differ by powers of ten: the
/// axis is logarithmic. Fewer than three points are no curve.
pub fn paths(points: &[(f64, bool)]) -> Option<(String, String)> {
    let points: Vec<(f64, bool)> =
        points.iter().filter(|(size, _)| size.is_finite() && *size > 0.0).map(|(s, c)| (s.ln(), *c)).collect();
    if points.len() < 3 {
        return None;
    }
    let low = points.iter().fold(f64::INFINITY, |low, (y, _)| low.min(*y));
    let high = points.iter().fold(f64::NEG_INFINITY, |high, (y, _)| high.max(*y));
    // a curve that hardly moves is drawn flat, not blown up
    let span = (high - low).max(1.0);
    let middle = f64::midpoint(high, low);
    #[allow(clippy::cast_precision_loss, reason = "at most some dozens of points")]
    let x = |at: usize| EDGE.0 + at as f64 * (BOX.0 - 2.0 * EDGE.0) / (points.len() - 1) as f64;
    let y = |value: f64| BOX.1 / 2.0 - (value - middle) / span * (BOX.1 - 2.0 * EDGE.1);
    let (mut line, mut crosses) = (String::new(), String::new());
    for (at, (value, converged)) in points.iter().enumerate() {
        let (px, py) = (x(at), y(*value));
        line.push_str(&format!("{}{px:.1} {py:.1}", if at == 0 { "M" } else { "L" }));
        if !converged {
            crosses.push_str(&format!("M{:.1} {:.1}l4 4m0-4l-4 4", px - 2.0, py - 2.0));
        }
    }
    Some((line, crosses))
}

/// The plot; nothing while there are fewer than three points.
#[component]
pub fn Spark(
    /// (size, converged), oldest first.
    #[prop(into)]
    points: Signal<Vec<(f64, bool)>>,
    /// Drawn amber.
    #[prop(into)]
    caution: Signal<bool>,
    /// What it shows, for screen readers.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let drawn = Memo::new(move |_| points.with(|points| paths(points)));
    view! {
        <svg
            class=move || if caution.get() { "spark caution" } else { "spark" }
            class:invisible=move || drawn.with(Option::is_none)
            viewBox="0 0 72 24"
            role="img"
            aria-label=move || label.get()
        >
            <path class="l" d=move || drawn.with(|d| d.as_ref().map(|(line, _)| line.clone()).unwrap_or_default()) />
            <path class="c" d=move || drawn.with(|d| d.as_ref().map(|(_, x)| x.clone()).unwrap_or_default()) />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_in_its_box_and_marks_cutbacks() {
        let points: Vec<(f64, bool)> = (0..20).map(|n| (0.5f64.powi(n), n % 5 != 4)).collect();
        let (line, crosses) = paths(&points).unwrap_or_default();
        assert!(line.starts_with("M2.0 4.0L"), "{line}");
        assert!(line.ends_with("70.0 20.0"), "{line}");
        assert_eq!(crosses.matches('M').count(), 4);
    }

    #[test]
    fn too_few_points_are_no_curve() {
        assert_eq!(paths(&[(0.1, true), (f64::NAN, true), (0.2, true)]), None);
    }
}
