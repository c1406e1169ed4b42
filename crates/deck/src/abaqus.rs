//! What Abaqus writes while and after it runs, and what its licence servers report.
//!
//! All readers take bytes in slices of any size; a line is read when it is complete.

pub mod console;
pub mod dat;
pub mod dsls;
mod expiry;
mod explicit;
pub mod lmstat;
pub mod msg;
pub mod sta;
pub mod usage;
mod verdict;

pub use verdict::{Told, verdict};

use crate::text;
use serde::{Deserialize, Serialize};

/// A line of a file and what it says, continuation lines joined to it, blanks squeezed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Its first line, from 1.
    pub line: u64,
    /// Its text.
    pub text: String,
}

impl Said {
    pub(crate) fn new(line: u64, bytes: &[u8]) -> Said {
        Said { line, text: squeezed(bytes) }
    }

    /// Adds a continuation line.
    pub(crate) fn join(&mut self, bytes: &[u8]) {
        self.text.push(' ');
        self.text.push_str(&squeezed(bytes));
    }
}

fn squeezed(bytes: &[u8]) -> String {
    text::shown(bytes, 300).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How a file says that the run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All was solved.
    Completed,
    /// Somebody ended it.
    Cancelled,
    /// Errors ended it.
    Failed,
}

/// An ending and the line that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub ending: Ending,
    /// The line, from 1.
    pub line: u64,
    /// What it says.
    pub text: String,
}

/// `   Abaqus Student Edition 2018        Date 20-Mar-2019   Time 10:49:46`: the release. The date's month is in the
/// machine's own language and encoding, so the line is looked at as bytes.
pub(crate) fn release(line: &[u8]) -> Option<String> {
    let rest = line.trim_ascii_start().strip_prefix(b"Abaqus ")?;
    let end = memchr::memmem::find(rest, b"Date ")?;
    memchr::memmem::find(&rest[end..], b"Time ")?;
    Some(text::shown(rest[..end].trim_ascii(), 80)).filter(|release| !release.is_empty())
}
