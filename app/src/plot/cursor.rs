//! Which point of a plot is looked at: the one nearest to the pointer, or the next one by arrow key.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The point looked at, as an index into the plot's points; `None` when none is.
pub type Looked = RwSignal<Option<usize>>;

/// The index of the point nearest to a pixel.
pub fn nearest(points: &[(f64, f64)], x: f64, y: f64) -> Option<usize> {
    // across counts more than up and down: people point at a moment
    let distance = |point: &(f64, f64)| (point.0 - x).powi(2) + 0.1 * (point.1 - y).powi(2);
    points
        .iter()
        .enumerate()
        .min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)))
        .map(|(index, _)| index)
}

/// Where an arrow key, Home or End leads among `count` points; `None` for any other key.
pub fn by_key(key: &str, from: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowLeft" => Some(from.map_or(last, |at| at.min(last).saturating_sub(1))),
        "ArrowRight" => Some(from.map_or(0, |at| (at + 1).min(last))),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// Where on the SVG of `width` a pointer is, whatever the SVG is scaled to just now.
pub fn position(event: &leptos::ev::PointerEvent, width: f64) -> Option<(f64, f64)> {
    let element: leptos::web_sys::Element = event.current_target()?.dyn_into().ok()?;
    let frame = element.get_bounding_client_rect();
    let scale = if frame.width() > 0.0 { width / frame.width() } else { 1.0 };
    Some(((f64::from(event.client_x()) - frame.left()) * scale, (f64::from(event.client_y()) - frame.top()) * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_is_found() {
        let points = [(0.0, 0.0), (10.0, 0.0), (10.0, 50.0)];
        assert_eq!(nearest(&points, 3.0, 0.0), Some(0));
        assert_eq!(nearest(&points, 9.0, 45.0), Some(2));
        assert_eq!(nearest(&[], 1.0, 1.0), None);
    }

    #[test]
    fn arrows_stay_among_the_points() {
        assert_eq!(by_key("ArrowLeft", None, 3), Some(2));
        assert_eq!(by_key("ArrowLeft", Some(0), 3), Some(0));
        assert_eq!(by_key("ArrowRight", Some(2), 3), Some(2));
        assert_eq!(by_key("ArrowRight", None, 3), Some(0));
        assert_eq!(by_key("Home", Some(9), 3), Some(0));
        assert_eq!(by_key("End", None, 0), None);
        assert_eq!(by_key("x", Some(1), 3), None);
    }
}
