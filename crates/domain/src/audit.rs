//! The record of what people changed.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One change by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Sign-in name, or what acted in place of a person.
    pub actor: String,
    /// What the person is called; the sign-in name where there is no such account.
    pub name: String,
    /// What was done: `change_setting`.
    pub action: String,
    /// To what: `job 12`, `setting poll_interval_seconds`.
    pub subject: String,
    /// JSON; `None` where there was nothing.
    pub before: Option<String>,
    /// JSON; `None` where there is nothing any more.
    pub after: Option<String>,
    /// The way: `web`, `api`, `command_line`.
    pub origin: Option<String>,
    /// The network address, where one is known.
    pub address: Option<String>,
}

impl AuditEntry {
    /// Its place in the order.
    pub fn place(&self) -> AuditPlace {
        AuditPlace { at: self.at, id: self.id }
    }

    /// Kind and name of what was changed: `job` and `12`.
    pub fn about(&self) -> (&str, &str) {
        self.subject.split_once(' ').unwrap_or((&self.subject, ""))
    }
}

/// A place in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditPlace {
    /// When.
    pub at: Timestamp,
    /// Which, of those of the same second.
    pub id: i64,
}

/// What is looked for; everything that is said must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Sign-in name.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Found anywhere in the subject, small and capital letters alike.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only what is older than this place: the next page.
    pub older_than: Option<AuditPlace>,
}
