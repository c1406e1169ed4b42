//! What travels between the page and the server.

use domain::settings::SavedSetting;
use domain::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsView {
    /// All, in the order of the definition.
    pub settings: Vec<SavedSetting>,
    /// Nodes to choose from.
    pub nodes: Vec<NodeId>,
}

/// One earlier change of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastChange {
    /// Its number in the audit log.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as people call them.
    pub name: String,
    /// What it was before; `None` where there was no row.
    pub before: Option<String>,
    /// What it was then.
    pub after: Option<String>,
}

/// One setting that a file would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileChange {
    /// As it is saved now.
    pub saved: SavedSetting,
    /// What the file wants.
    pub wanted: String,
}

/// One setting that cannot be saved, in an error's `details.problems`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The key.
    pub key: String,
    /// Why, in the language of the request.
    pub message: String,
}
