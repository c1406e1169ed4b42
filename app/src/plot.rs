//! Plots as SVG, drawn at the width they have: scales and ticks, axes, paths, the measured width, the cursor.
//!
//! Nothing here knows what is plotted. The server draws at a default width, so that a plot is in the HTML; the
//! browser measures and draws anew, and the letters keep their size.

pub mod axis;
pub mod cursor;
pub mod measure;
pub mod number;
pub mod path;
pub mod scale;

pub use axis::{Area, Axes};
pub use measure::{DEFAULT_WIDTH, use_width};
pub use scale::{Scale, Tick};
