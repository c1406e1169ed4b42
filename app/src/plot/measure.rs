//! The width a plot has.

use leptos::html::Div;
use leptos::prelude::*;

/// What the server draws at, and the browser until it has measured.
pub const DEFAULT_WIDTH: f64 = 760.0;

/// The width of `element` in whole pixels, from 200 up; reactive.
pub fn use_width(element: NodeRef<Div>) -> Memo<f64> {
    let size = leptos_use::use_element_size(element);
    Memo::new(move |_| {
        let width = size.width.get().floor();
        if width < 1.0 { DEFAULT_WIDTH } else { width.max(200.0) }
    })
}
