//! What the product knows of a file by its name alone.

/// Endings of files that are text and worth reading in the page.
const READABLE: [&str; 12] = ["inp", "inc", "sta", "msg", "dat", "log", "cvg", "com", "f", "for", "txt", "out"];

/// Whether the file is text.
pub fn is_readable(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| READABLE.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::is_readable;

    #[test]
    fn text_is_told_by_its_ending() {
        assert!(is_readable("beam.STA") && is_readable("console.log") && is_readable("材料.inc"));
        assert!(!is_readable("beam.odb") && !is_readable("beam") && !is_readable("beam.frd"));
    }
}
