//! A setting as it is saved, and a change of one as it is asked for.

use crate::{Role, Timestamp};
use serde::{Deserialize, Serialize};

/// One row of `system_config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSetting {
    /// The key.
    pub key: String,
    /// The text in the table. What does not parse there has its default in memory.
    pub value: String,
    /// How often it was changed: whoever saves says which one was read.
    pub version: u64,
    /// Who changed it last and when; `None` where nobody ever has.
    pub changed: Option<Changed>,
}

/// By whom and when something was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Sign-in name, or what acted in place of a person.
    pub by: String,
    /// What the person is called; the sign-in name where there is no such account.
    pub name: String,
    /// The account's role; `None` where there is no such account.
    pub role: Option<Role>,
    /// When.
    pub at: Timestamp,
}

/// A value that somebody wants saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The key.
    pub key: String,
    /// As typed.
    pub value: String,
    /// The version that was read before: another one now is somebody else's change, and nothing is saved.
    pub version: u64,
}
