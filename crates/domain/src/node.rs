//! A node: a machine that runs solvers, reached over SSH.

use crate::{Cores, HostName, JobName, Message, NodeId, Solver, Timestamp, Tokens};
use serde::{Deserialize, Serialize};

/// What the `nodes.status` column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NodeState {
    /// Takes jobs.
    Available,
    /// Finishes what it has, takes nothing new.
    Draining,
    /// Does not answer, or answers with a fault.
    Unavailable,
    /// Switched off by an admin.
    Disabled,
}

impl NodeState {
    /// All four.
    pub const ALL: [NodeState; 4] =
        [NodeState::Available, NodeState::Draining, NodeState::Unavailable, NodeState::Disabled];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            NodeState::Available => "Available",
            NodeState::Draining => "Draining",
            NodeState::Unavailable => "Unavailable",
            NodeState::Disabled => "Disabled",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<NodeState> {
        NodeState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A node as it is configured and as it was last seen. Server only: it names the account used there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `node-01`.
    pub id: NodeId,
    /// What people call the machine.
    pub hostname: String,
    /// Where SSH reaches it.
    pub ssh_host: HostName,
    /// 22 unless told.
    pub ssh_port: u16,
    /// The account runs belong to.
    pub ssh_user: String,
    /// OpenSSH public-key line of the accepted host key; `None` until an admin accepts one.
    pub host_key: Option<String>,
    /// Takes jobs or not.
    pub state: NodeState,
    /// Why it drains or is unavailable, in words.
    pub state_reason: Option<Message>,
    /// When the draining ends, where known.
    pub state_until: Option<Timestamp>,
    /// Cores jobs may take.
    pub cores: Cores,
    /// Tokens its jobs may hold at once.
    pub max_tokens: Tokens,
    /// Command per solver it can run: (solver, command).
    pub solvers: Vec<(Solver, String)>,
    /// Folder for runs, relative to the account's home unless absolute.
    pub work_dir: String,
    /// Last answer.
    pub last_contact: Option<Timestamp>,
    /// Free and total bytes of the work folder's disk, at the last answer.
    pub disk: Option<(u64, u64)>,
}

/// A node as everybody may see it; also what events carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSummary {
    /// `node-01`.
    pub id: NodeId,
    /// What people call the machine.
    pub hostname: String,
    /// Takes jobs or not.
    pub state: NodeState,
    /// Why not, in words.
    pub state_reason: Option<Message>,
    /// Until when, where known.
    pub state_until: Option<Timestamp>,
    /// Cores jobs may take.
    pub cores: Cores,
    /// Cores of jobs Starting or Running there.
    pub cores_used: Cores,
    /// Cores that people have reserved there.
    #[serde(default)]
    pub cores_reserved: Cores,
    /// Tokens its jobs may hold at once.
    pub max_tokens: Tokens,
    /// Tokens its jobs hold.
    pub tokens_used: Tokens,
    /// Names of the jobs Starting or Running there.
    pub jobs: Vec<JobName>,
    /// What it can run.
    pub solvers: Vec<Solver>,
    /// Last answer.
    pub last_contact: Option<Timestamp>,
    /// Free and total bytes of the work folder's disk.
    pub disk: Option<(u64, u64)>,
}
