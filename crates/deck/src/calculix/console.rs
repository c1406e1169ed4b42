//! The console text of `ccx`. Two languages' buffers write it, so its lines need not be in order, and hundreds of
//! thousands of them are normal: only what counts is kept.

use crate::lines::Lines;
use crate::message::{Messages, Scanner, Style};
use crate::text;
use serde::{Deserialize, Serialize};

/// Errors kept; all are counted.
const MOST_ERRORS: usize = 50;
/// Lines of one error's text.
const MOST_PARTS: usize = 5;

/// One `*ERROR` with its indented following lines, blanks squeezed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleError {
    /// Its first line, from 1.
    pub line: u64,
    /// Its text.
    pub text: String,
}

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A file that could not be opened.
    MissingFile,
    /// The increments shrank to nothing or the iteration diverged.
    Diverged,
    /// The deck.
    Input,
    /// Anything else.
    Other,
}

/// How the warning begins after which a line is skipped; the rest of it is on the next line.
const SKIPPED: &[u8] = b"*WARNING in calinput. Card image cannot be inter";

/// What the console text says so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// `Job finished` was written, and where.
    pub finished: Option<u64>,
    /// The first errors.
    pub errors: Vec<ConsoleError>,
    /// All errors.
    pub error_count: u64,
    /// All `*WARNING`s.
    pub warnings: u64,
    /// Lines that the solver could not read: it went on without them.
    pub skipped: u64,
    /// The first error about a file that could not be opened.
    pub missing_file: Option<ConsoleError>,
    /// The last error about divergence: what ended the run.
    pub diverged: Option<ConsoleError>,
    /// `2.20`.
    pub release: Option<String>,
    /// Lines so far.
    pub lines: u64,
}

impl Summary {
    /// The first error.
    pub fn first_error(&self) -> Option<&ConsoleError> {
        self.errors.first()
    }

    fn take(&mut self, error: ConsoleError) {
        self.error_count += 1;
        match error.kind() {
            ErrorKind::MissingFile if self.missing_file.is_none() => self.missing_file = Some(error.clone()),
            ErrorKind::Diverged => self.diverged = Some(error.clone()),
            _ => {}
        }
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }
}

impl ConsoleError {
    /// Reads it off the text.
    pub fn kind(&self) -> ErrorKind {
        let text = self.text.to_ascii_lowercase();
        let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if any(&["cannot open", "can not open", "could not open", "could not be opened", "file does not exist"]) {
            return ErrorKind::MissingFile;
        }
        if any(&["too many cutbacks", "smaller than minimum", "diverge", "no convergence", "too many iterations"]) {
            return ErrorKind::Diverged;
        }
        let text = text.trim_start_matches('*');
        if text.starts_with("error reading") {
            return ErrorKind::Input;
        }
        // the routines that read and check the deck before any step is solved
        const CHECKS: [&str; 20] = [
            "allocation",
            "calinput",
            "cascade",
            "checkforhomnet",
            "checktime",
            "checktruecontact",
            "frdheader",
            "gen3delem",
            "gen3dforc",
            "gen3dmpc",
            "gen3dnor",
            "getnewline",
            "inputerror",
            "keystart",
            "nident",
            "preinitialnet",
            "readinput",
            "restartshort",
            "splitline",
            "tiefaccont",
        ];
        let routine = text.strip_prefix("error in ").and_then(|rest| rest.split([':', ' ', ',']).next());
        match routine {
            Some(routine) if CHECKS.contains(&routine) => ErrorKind::Input,
            _ => ErrorKind::Other,
        }
    }
}

/// Reads a growing console text.
#[derive(Clone, Debug)]
pub struct Reader {
    lines: Lines,
    state: State,
    messages: Scanner,
}

impl Default for Reader {
    fn default() -> Self {
        let messages = Scanner::new(Style::Calculix);
        Reader { lines: Lines::default(), state: State::default(), messages }
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    summary: Summary,
    open: Option<(ConsoleError, usize)>,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Reader { lines, state, messages } = self;
        lines.feed(bytes, |line| {
            messages.line(line.bytes);
            state.line(line.bytes);
        });
    }

    /// Errors, warnings and notes so far, equal ones together; an unfinished last line is not among them.
    pub fn messages(&self) -> Messages {
        let mut messages = self.messages.clone();
        messages.finish();
        messages.found().clone()
    }

    /// What was said so far, an unfinished last line included.
    pub fn summary(&self) -> Summary {
        let mut state = self.state.clone();
        self.lines.clone().finish(|line| state.line(line.bytes));
        if let Some((error, _)) = state.open.take() {
            state.summary.take(error);
        }
        state.summary
    }
}

impl State {
    fn line(&mut self, line: &[u8]) {
        self.summary.lines += 1;
        let trimmed = line.trim_ascii();
        if let Some((error, parts)) = &mut self.open {
            if super::goes_on(line) && !trimmed.is_empty() && *parts < MOST_PARTS {
                *parts += 1;
                error.text.push(' ');
                error.text.push_str(&squeezed(trimmed));
                return;
            }
            if let Some((error, _)) = self.open.take() {
                self.summary.take(error);
            }
        }
        match trimmed.first() {
            Some(b'*' | b'E') if is_error(trimmed) => {
                let error = ConsoleError { line: self.summary.lines, text: squeezed(trimmed) };
                self.open = Some((error, 1));
            }
            Some(b'*') if trimmed.starts_with(b"*WARNING") => {
                self.summary.warnings += 1;
                self.summary.skipped += u64::from(trimmed.starts_with(SKIPPED));
            }
            Some(b'J') if trimmed == b"Job finished" => self.summary.finished = Some(self.summary.lines),
            Some(b'C') if self.summary.release.is_none() => {
                if let Some(rest) = trimmed.strip_prefix(b"CalculiX Version ") {
                    let end = rest.iter().position(|b| *b == b',').unwrap_or(rest.len());
                    self.summary.release = Some(text::shown(&rest[..end], 20));
                }
            }
            _ => {}
        }
    }
}

/// ` *ERROR in readinput: …`, ` *ERROR: …`, and `ERROR in readfrd: …` without the asterisk.
fn is_error(line: &[u8]) -> bool {
    line.starts_with(b"*ERROR") || line.starts_with(b"ERROR in ") || line.starts_with(b"ERROR: ")
}

fn squeezed(line: &[u8]) -> String {
    text::shown(line, 200).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_sentence_belongs_to_its_error() {
        let mut reader = Reader::default();
        let name = format!("TOP{:80}", "");
        reader.feed(
            format!(" *ERROR reading *CLOAD: node set {name}\n   has not yet been defined. \n *ERROR b\n").as_bytes(),
        );
        reader.feed(b"   property cards:            0\n");
        let texts: Vec<String> = reader.summary().errors.into_iter().map(|error| error.text).collect();
        assert_eq!(texts, ["*ERROR reading *CLOAD: node set TOP has not yet been defined.", "*ERROR b"]);
    }
}
