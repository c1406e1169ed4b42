//! Errors, warnings and notes of a solver, the same for all of them: each wording once, with how often it came, where
//! it came first and what stood around it.

mod place;
mod scan;

pub(crate) use place::labelled;
pub use place::{DeckLine, Place};
pub(crate) use scan::{Closed, Scanner, Style};

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Wordings kept of each severity, in the order of [`Severity::ALL`]: a flood of notes must not hide an error.
const MOST_KEPT: [usize; 3] = [80, 80, 40];
/// Errors whose surroundings are kept.
const MOST_CONTEXTS: usize = 20;
/// Characters of one line of the surroundings.
pub(crate) const LONGEST_LINE: usize = 160;

/// How bad it is, by the solver's own mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `***ERROR`, `*ERROR`.
    Error,
    /// `***WARNING`, `*WARNING`.
    Warning,
    /// `***NOTE`, `*INFO`.
    Note,
}

impl Severity {
    /// From the worst.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];
}

/// One wording, numbers and places aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its mark.
    pub severity: Severity,
    /// Its first text without the mark: continuation lines joined, blanks squeezed, cut to 500 characters.
    pub text: String,
    /// How often it came.
    pub count: u64,
    /// Where it came first, from 1.
    pub first_line: u64,
    /// Where it came last.
    pub last_line: u64,
    /// The node or element of the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The line of the deck that the first one names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deck: Option<DeckLine>,
    /// The data line that the solver shows with the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_image: Option<String>,
    /// What stood around the first one, for the first errors only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

/// Lines around a message: up to ten before it, itself, up to ten after its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Number of the first of them, from 1.
    pub first_line: u64,
    /// The lines, each cut to 160 characters.
    pub lines: Vec<String>,
}

/// All messages of one file so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    /// The wordings kept, in the order they came.
    pub list: Vec<Message>,
    /// All errors, repeated ones too.
    pub errors: u64,
    /// All warnings.
    pub warnings: u64,
    /// All notes.
    pub notes: u64,
    /// Messages whose wording is not kept because too many others came before.
    pub not_kept: u64,
}

impl Messages {
    /// The first error.
    pub fn first_error(&self) -> Option<&Message> {
        self.list.iter().find(|message| message.severity == Severity::Error)
    }

    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }
}

/// Puts equal wordings together.
#[derive(Clone, Debug, Default)]
struct Collector {
    found: Messages,
    by_wording: HashMap<(Severity, String), usize>,
    kept: [usize; 3],
    contexts: usize,
}

impl Collector {
    /// Takes one message; where its wording is new and its surroundings are kept, gives its index.
    fn take(&mut self, message: Message) -> Option<usize> {
        let severity = message.severity;
        let wording = (severity, place::wording(&message.text));
        if let Some(known) = self.by_wording.get(&wording).and_then(|at| self.found.list.get_mut(*at)) {
            known.count += 1;
            known.last_line = message.last_line;
            return None;
        }
        let kept = &mut self.kept[severity as usize];
        if *kept == MOST_KEPT[severity as usize] {
            self.found.not_kept += 1;
            return None;
        }
        *kept += 1;
        let index = self.found.list.len();
        let with_context = message.context.is_some();
        self.contexts += usize::from(with_context);
        self.by_wording.insert(wording, index);
        self.found.list.push(message);
        with_context.then_some(index)
    }

    fn wants_context(&self, severity: Severity) -> bool {
        severity == Severity::Error && self.contexts < MOST_CONTEXTS
    }
}
