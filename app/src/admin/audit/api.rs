//! What travels between the page and the server.

use domain::{AuditEntry, AuditPlace};
use serde::{Deserialize, Serialize};

/// Most rows of a file; the page says so.
pub const MOST_ROWS: usize = 50_000;

/// What is looked for, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAsk {
    /// Sign-in name.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Text of the subject.
    pub subject: Option<String>,
    /// First day, `2026-11-24`, in the lab's time.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// The next page begins behind this place.
    pub older_than: Option<AuditPlace>,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditView {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<AuditPlace>,
    /// Everybody in the log: sign-in name and what each is called.
    pub actors: Vec<(String, String)>,
    /// Everything that was ever done, as the log calls it.
    pub actions: Vec<String>,
}

/// The log as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditFile {
    /// CSV, with the mark by which Excel knows UTF-8.
    pub text: String,
    /// Rows in it.
    pub rows: usize,
    /// Whether there is more than a file may hold.
    pub is_cut: bool,
}
