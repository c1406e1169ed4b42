//! What of ours is on a node or waits for it, and why a change of it is refused.

use super::NodeField;
use crate::{NodeState, Timestamp};
use serde::{Deserialize, Serialize};

/// What depends on a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUse {
    /// Jobs that are Starting, Running or Collecting there.
    pub active: u64,
    /// Jobs that wait, or are held, for this node and no other.
    pub waiting: u64,
    /// Folders of runs that are over and not yet removed there.
    pub folders: u64,
    /// Reservations of its cores.
    pub reservations: u64,
    /// The licence server is asked through it.
    pub asks_license: bool,
}

impl NodeUse {
    /// Whether nothing would miss it.
    pub fn is_none(&self) -> bool {
        *self == NodeUse::default()
    }

    /// Whether something of a run lies there: it would not be found again under another account or in another folder.
    pub fn has_runs(&self) -> bool {
        self.active + self.folders > 0
    }
}

/// Why a node was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NodeRefusal {
    /// Another node has this id.
    Taken,
    /// Somebody changed it since it was read.
    Changed {
        /// Who did so last.
        by: String,
        /// When.
        at: Timestamp,
        /// What differs from what was read.
        fields: Vec<NodeField>,
        /// What to say that one has seen it all.
        version: u64,
    },
    /// It cannot be deleted.
    InUse(NodeUse),
    /// Account and work folder stay while something of a run lies there.
    HasRuns(NodeUse),
    /// Its state does not allow this.
    State {
        /// The state.
        state: NodeState,
    },
    /// The end of a drain is not in the future.
    Past,
    /// It shows another key than the one that was looked at.
    OtherKey {
        /// The one shown now.
        found: String,
    },
}
