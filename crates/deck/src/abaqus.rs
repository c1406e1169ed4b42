//! What Abaqus writes.

pub mod dat;
pub mod msg;

use crate::text;
use serde::{Deserialize, Serialize};

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
