//! What travels between the pages and the server.

use domain::{NodeDraft, NodeSummary, NodeUse, Timestamp};
use serde::{Deserialize, Serialize};

/// One node's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// As everybody may see it.
    pub summary: NodeSummary,
    /// For those who administer it.
    pub admin: Option<AdminView>,
}

/// What only admins see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminView {
    /// The form as it is filled in.
    pub draft: NodeDraft,
    /// Of this reading: a change names it.
    pub version: u64,
    /// Fingerprint of the accepted host key.
    pub accepted: Option<String>,
    /// What depends on the node.
    pub usage: NodeUse,
}

/// A host key that a node shows now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostKeyView {
    /// `SHA256:…`.
    pub found: String,
    /// Fingerprint of the accepted one, where there is one.
    pub accepted: Option<String>,
}

impl HostKeyView {
    /// Whether somebody has to decide.
    pub fn is_open(&self) -> bool {
        self.accepted.as_ref() != Some(&self.found)
    }
}

/// What is done with a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum NodeAct {
    /// It takes nothing new.
    Drain {
        /// Why, for people.
        reason: String,
        /// Until when; `None`: until somebody ends it.
        until: Option<Timestamp>,
    },
    /// It takes jobs again.
    Resume,
    /// It is switched off.
    Disable {
        /// Why, for people.
        reason: String,
    },
    /// It is switched on.
    Enable,
    /// It is no more.
    Delete,
}
