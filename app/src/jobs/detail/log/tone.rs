//! Which lines of a log deserve a look.

/// What a line says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineTone {
    /// Nothing.
    Plain,
    /// A warning, or an attempt that did not converge.
    Warning,
    /// An error.
    Error,
}

impl LineTone {
    /// The class of the line.
    pub fn class(self) -> &'static str {
        match self {
            LineTone::Plain => "",
            LineTone::Warning => "w",
            LineTone::Error => "e",
        }
    }
}

/// The tone of a line of a file of this kind (`sta`, `console`, …).
pub fn of(kind: &str, line: &str) -> LineTone {
    if kind == "sta" && unconverged(line) {
        return LineTone::Warning;
    }
    let start = line.trim_start();
    let says = |word: &str| start.strip_prefix(word).is_some();
    if says("*ERROR") || says("***ERROR") || says("Abaqus Error:") || says("ERROR in ") || says("ERROR: ") {
        LineTone::Error
    } else if says("*WARNING") || says("***WARNING") {
        LineTone::Warning
    } else {
        LineTone::Plain
    }
}

/// A row of the status file whose attempt has a `U`.
fn unconverged(line: &str) -> bool {
    let mut cells = line.split_ascii_whitespace();
    let number = |cell: Option<&str>| cell.is_some_and(|cell| cell.bytes().all(|b| b.is_ascii_digit()));
    number(cells.next())
        && number(cells.next())
        && cells.next().and_then(|cell| cell.strip_suffix('U')).is_some_and(|cell| number(Some(cell)))
}

/// A line cut where it holds `needle`, without regard to ASCII case: pieces with whether they match.
pub fn cut<'a>(line: &'a str, needle: &str) -> Vec<(&'a str, bool)> {
    if needle.is_empty() {
        return vec![(line, false)];
    }
    let (low, needle) = (line.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let mut pieces = Vec::new();
    let mut from = 0;
    // lower case of ASCII keeps every byte's place
    for (at, found) in low.match_indices(&needle) {
        if at > from {
            pieces.push((&line[from..at], false));
        }
        from = at + found.len();
        pieces.push((&line[at..from], true));
    }
    if from < line.len() || pieces.is_empty() {
        pieces.push((&line[from..], false));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_told_by_the_solver_s_own_marks() {
        assert_eq!(of("console", " *ERROR: solution seems to diverge"), LineTone::Error);
        assert_eq!(of("msg", " ***WARNING: THE SYSTEM MATRIX HAS 1 NEGATIVE EIGENVALUES."), LineTone::Warning);
        assert_eq!(of("console", " no error in here, *ERROR is only named"), LineTone::Plain);
        assert_eq!(of("sta", "     1          4     1U    5  0.175000E+00"), LineTone::Warning);
        assert_eq!(of("sta", "     1          4     1     5  0.175000E+00"), LineTone::Plain);
        assert_eq!(of("sta", "  STEP      INC     ATT  ITRS"), LineTone::Plain);
        assert_eq!(of("dat", "     1          4     1U    5"), LineTone::Plain);
    }

    #[test]
    fn matches_are_cut_out_in_any_case() {
        assert_eq!(cut("2 117 2U", "u"), [("2 117 2", false), ("U", true)]);
        assert_eq!(cut("応力 Error 応力", "ERROR"), [("応力 ", false), ("Error", true), (" 応力", false)]);
        assert_eq!(cut("abc", ""), [("abc", false)]);
        assert_eq!(cut("", "x"), [("", false)]);
        assert_eq!(cut("aa", "a"), [("a", true), ("a", true)]);
    }
}
