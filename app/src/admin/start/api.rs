//! What goes over the wire.

use domain::{NodeId, Tokens};
use serde::{Deserialize, Serialize};

/// How far the lab's setting-up is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartView {
    /// Who is looking: this account has its password.
    pub admin: String,
    /// Nodes, and whether each has answered and takes jobs.
    pub nodes: Vec<(NodeId, bool)>,
    /// People beside the one who is looking.
    pub others: u64,
    /// Tokens of the licence, as they are set.
    pub tokens: Tokens,
    /// The server's public key, to be let in by a node.
    pub key: String,
}
