//! The progress bar: one segment per step, as wide as the step is long. An SVG, because its widths are numbers that
//! the content security policy lets through as attributes and not as styles.

use super::Tone;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// Place, width and filled part of one segment, in percent (of the bar; of the segment).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Left end, percent of the bar.
    pub left: f64,
    /// Width, percent of the bar.
    pub width: f64,
    /// Filled part, percent of the segment.
    pub filled: f64,
}

/// Cuts a bar into segments by weight and fills it up to `share` (0 to 1). No usable weight: one segment.
pub fn segments(weights: &[f64], share: f64) -> Vec<Segment> {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let usable = |w: &f64| w.is_finite() && *w > 0.0;
    let total: f64 = weights.iter().copied().filter(usable).sum();
    if !(total.is_finite() && total > 0.0) {
        return vec![Segment { left: 0.0, width: 100.0, filled: share * 100.0 }];
    }
    let mut before = 0.0;
    weights
        .iter()
        .copied()
        .filter(usable)
        .map(|weight| {
            let (left, width) = (before / total, weight / total);
            before += weight;
            let filled = ((share - left) / width).clamp(0.0, 1.0);
            Segment { left: left * 100.0, width: width * 100.0, filled: filled * 100.0 }
        })
        .collect()
}

/// The bar. Where the share is unknown nothing is drawn: no percent is made up.
#[component]
pub fn ProgressBar(
    /// What advances, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// 0 to 1, where known.
    #[prop(into)]
    share: Signal<Option<f64>>,
    /// Weight of each step; empty is one segment.
    #[prop(optional, into)]
    weights: Signal<Vec<f64>>,
    /// Accent computing, caution shrinking, calm transfer, good or bad ended.
    #[prop(into)]
    tone: Signal<Tone>,
    /// 10 px high instead of 6.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let percent = move || share.get().map(|share| format!("{:.0}", (share.clamp(0.0, 1.0) * 100.0).floor()));
    let parts = Memo::new(move |_| share.get().map(|share| weights.with(|weights| segments(weights, share))));
    view! {
        <div
            class=move || {
                format!("bar {} {}", tone.get().of_bar(), if large { "lg" } else { "" })
            }
            role="progressbar"
            aria-label=move || label.get()
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=percent
            data-testid="job-progress"
        >
            <svg width="100%" height="100%" aria-hidden="true">
                {move || {
                    parts
                        .get()
                        .unwrap_or_default()
                        .into_iter()
                        .enumerate()
                        .map(|(at, part)| {
                            // the gap stands at the left end of all but the first; the inner svg cuts off the right end
                            let gap = if at == 0 { "0" } else { "2" };
                            view! {
                                <svg
                                    x=format!("{:.2}%", part.left)
                                    width=format!("{:.2}%", part.width)
                                    height="100%"
                                >
                                    <rect class="track" x=gap width="100%" height="100%" />
                                    <rect class="fill" x=gap width=format!("{:.1}%", part.filled) height="100%" />
                                </svg>
                            }
                        })
                        .collect_view()
                }}
            </svg>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_as_wide_as_they_are_long() {
        let parts = segments(&[1.0, 2.0, 1.0], 0.62);
        let filled: Vec<f64> = parts.iter().map(|p| p.filled.round()).collect();
        assert_eq!(parts.iter().map(|p| p.width).collect::<Vec<_>>(), [25.0, 50.0, 25.0]);
        assert_eq!(filled, [100.0, 74.0, 0.0]);
    }

    #[test]
    fn nonsense_is_one_plain_segment() {
        for weights in [vec![], vec![0.0], vec![f64::NAN, -1.0], vec![f64::INFINITY]] {
            assert_eq!(segments(&weights, 2.0), [Segment { left: 0.0, width: 100.0, filled: 100.0 }]);
        }
        assert_eq!(segments(&[], f64::NAN)[0].filled, 0.0);
    }
}
