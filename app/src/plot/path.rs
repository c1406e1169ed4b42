//! The `d` of an SVG path.

use std::fmt::Write;

/// Through all points.
pub fn line(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (x, y) in points {
        let pen = if d.is_empty() { 'M' } else { 'L' };
        // writing to a String cannot fail
        let _ = write!(d, "{pen}{x:.1} {y:.1}");
    }
    d
}

/// As steps: each piece runs level from its beginning to its end, and the pieces are joined by uprights.
/// Pieces are (from, to, height), from left to right.
pub fn steps(pieces: impl IntoIterator<Item = (f64, f64, f64)>) -> String {
    let mut d = String::new();
    for (from, to, height) in pieces {
        let _ =
            if d.is_empty() { write!(d, "M{from:.1} {height:.1}H{to:.1}") } else { write!(d, "V{height:.1}H{to:.1}") };
    }
    d
}

/// A cross of 7 pixels at each point.
pub fn crosses(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (x, y) in points {
        let _ = write!(d, "M{:.1} {:.1}l7 7m0-7l-7 7", x - 3.5, y - 3.5);
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_svg_reads() {
        assert_eq!(line([(0.0, 1.0), (2.25, 3.0)]), "M0.0 1.0L2.2 3.0");
        assert_eq!(steps([(0.0, 5.0, 9.0), (5.0, 7.0, 4.0)]), "M0.0 9.0H5.0V4.0H7.0");
        assert_eq!(crosses([(10.0, 10.0)]), "M6.5 6.5l7 7m0-7l-7 7");
        assert_eq!(line([]), "");
    }
}
