//! What CalculiX (ccx 2.20) writes while and after it runs: `.sta`, `.cvg` and the console text.
//!
//! All readers take bytes in slices of any size; a row is read when its line is complete.

pub mod console;
pub mod cvg;
pub mod rows;
pub mod sta;
mod verdict;

pub use verdict::verdict;

/// Whether a line goes on with the message above it: it is indented by six or more, or it is the end of a sentence that a
/// name, written in its full width, has pushed to a line of its own: `   has not yet been defined.`
pub(crate) fn goes_on(line: &[u8]) -> bool {
    let (text, rest) = (line.trim_ascii(), line.trim_ascii_start());
    let indent = line.len() - rest.len();
    indent >= 6 || (indent >= 2 && text.first().is_some_and(u8::is_ascii_lowercase) && text.ends_with(b"."))
}
