//! A node: a machine that runs solvers, reached over SSH.

mod draft;
mod usage;

pub use draft::{LONGEST_NAME, MOST_CORES, MOST_TOKENS, NodeConfig, NodeDraft, NodeField, NodeMistake, NodeProblem};
pub use usage::{NodeRefusal, NodeUse};

use crate::{
    AccountName, Cores, HostName, JobId, JobName, Message, NodeId, Seconds, Solver, SolverCommand, Timestamp, Tokens,
    WorkFolder,
};
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
    pub ssh_user: AccountName,
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
    pub solvers: Vec<(Solver, SolverCommand)>,
    /// Folder for runs, relative to the account's home unless absolute.
    pub work_dir: WorkFolder,
    /// Last answer.
    pub last_contact: Option<Timestamp>,
    /// Free and total bytes of the work folder's disk, at the last answer.
    pub disk: Option<(u64, u64)>,
    /// Seconds by which its clock was ahead of the server's at the last answer; negative: behind.
    #[serde(default)]
    pub clock_ahead: Option<i64>,
    /// Raised by every change that a person makes, so that one does not undo another's unseen.
    #[serde(default)]
    pub version: u64,
}

/// An answer younger than this counts for a node that takes jobs again: asked every half minute, it has answered lately.
const LATELY: Seconds = Seconds(90);

impl Node {
    /// The state of a node that is to take jobs again: not before it has answered, and never without an accepted key.
    pub fn back_in_service(&self, now: Timestamp) -> NodeState {
        let lately = self.last_contact.is_some_and(|at| now.since(at) <= LATELY);
        if lately && self.host_key.is_some() { NodeState::Available } else { NodeState::Unavailable }
    }

    /// Whether its draining has come to its end.
    pub fn drain_is_over(&self, now: Timestamp) -> bool {
        self.state == NodeState::Draining && self.state_until.is_some_and(|until| until <= now)
    }

    /// What people configure of it.
    pub fn config(&self) -> NodeConfig {
        NodeConfig {
            hostname: self.hostname.clone(),
            ssh_host: self.ssh_host.clone(),
            ssh_port: self.ssh_port,
            ssh_user: self.ssh_user.clone(),
            cores: self.cores,
            max_tokens: self.max_tokens,
            solvers: self.solvers.clone(),
            work_dir: self.work_dir.clone(),
        }
    }
}

/// A job that is Starting or Running on a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeJob {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
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
    /// The jobs Starting or Running there.
    pub jobs: Vec<NodeJob>,
    /// What it can run.
    pub solvers: Vec<Solver>,
    /// Last answer.
    pub last_contact: Option<Timestamp>,
    /// Free and total bytes of the work folder's disk.
    pub disk: Option<(u64, u64)>,
    /// Seconds by which its clock was ahead of the server's at the last answer; negative: behind.
    pub clock_ahead: Option<i64>,
}

/// What a node said of itself when it answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeAnswer {
    /// Free and total bytes of the work folder's disk.
    pub disk: Option<(u64, u64)>,
    /// Seconds by which its clock is ahead of the server's; negative: behind.
    pub clock_ahead: Option<i64>,
    /// It answers, and no run would go on there: it is not available by that.
    pub takes_nothing: bool,
}
