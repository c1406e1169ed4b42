//! What travels between the page and the server.

use domain::log::{LogPart, LogPlace};
use serde::{Deserialize, Serialize};

/// Records of one answer.
pub const PAGE: usize = 200;

/// Which part of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogReach {
    /// Its end.
    #[default]
    End,
    /// What is older than this place.
    Before(LogPlace),
    /// What came since.
    After(LogPlace),
}

/// A part of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// The records.
    pub part: LogPart,
    /// What came since could not be told apart or is too much: this is the end, in place of what is shown.
    pub is_anew: bool,
}
