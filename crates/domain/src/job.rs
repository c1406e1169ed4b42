//! A job as people see it: who wants what run where, and how it stands.

use crate::plan::Waiting;
use crate::{
    Cores, JobId, JobName, JobStatus, Message, NameError, NodeId, Origin, Progress, Role, Scope, Timestamp, TokenRule,
    Tokens, UserId, Verdict,
};
use serde::{Deserialize, Serialize};

/// The programs that can run a deck. A closed list: each has one adapter in `deck` and one in `executor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solver {
    /// Dassault's Abaqus; takes licence tokens.
    Abaqus,
    /// CalculiX (`ccx`), which reads Abaqus-style decks; free.
    Calculix,
}

impl Solver {
    /// Both.
    pub const ALL: [Solver; 2] = [Solver::Abaqus, Solver::Calculix];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Solver::Abaqus => "abaqus",
            Solver::Calculix => "calculix",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<Solver> {
        Solver::ALL.into_iter().find(|solver| solver.as_str() == word)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Solver::Abaqus => "Abaqus",
            Solver::Calculix => "CalculiX",
        }
    }

    /// Tokens for a job of `cores`: CalculiX takes none.
    pub fn tokens(self, cores: Cores, rule: &TokenRule) -> Tokens {
        match self {
            Solver::Abaqus => rule.tokens(cores),
            Solver::Calculix => Tokens::ZERO,
        }
    }
}

/// Where the submitter wants it to run. Stored as `auto` or the node's id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum NodeWish {
    /// The fitting node with the most free cores.
    Auto,
    /// This one and no other.
    Node(NodeId),
}

impl From<NodeWish> for String {
    fn from(wish: NodeWish) -> String {
        match wish {
            NodeWish::Auto => "auto".to_owned(),
            NodeWish::Node(id) => id.as_str().to_owned(),
        }
    }
}

impl TryFrom<String> for NodeWish {
    type Error = crate::NameError;

    fn try_from(text: String) -> Result<NodeWish, crate::NameError> {
        if text == "auto" { Ok(NodeWish::Auto) } else { NodeId::parse(&text).map(NodeWish::Node) }
    }
}

/// Order in the queue: higher first. Shown as low −5, normal 0, high 5, urgent 10; above 0 only for faculty and admins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(pub i32);

impl Priority {
    /// −5.
    pub const LOW: Priority = Priority(-5);
    /// 0.
    pub const NORMAL: Priority = Priority(0);
    /// 5.
    pub const HIGH: Priority = Priority(5);
    /// 10.
    pub const URGENT: Priority = Priority(10);
    /// What the form offers.
    pub const CHOICES: [Priority; 4] = [Priority::LOW, Priority::NORMAL, Priority::HIGH, Priority::URGENT];
}

/// Who is acting, and from where: asked once per request, from one accessor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Sign-in name.
    pub id: UserId,
    /// What the person is called.
    pub name: String,
    /// What the person may do; [`Actor::may`] is the rule.
    pub role: Role,
    /// How much of that in this way of asking: all of it, or less for an API token.
    pub scope: Scope,
    /// From where.
    pub origin: Origin,
    /// The machine's address, where one is known.
    #[serde(default)]
    pub address: Option<String>,
}

impl Actor {
    /// Whoever has a shell on the server's machine.
    ///
    /// # Errors
    /// None: the name is a good one.
    pub fn at_the_shell() -> Result<Actor, NameError> {
        Ok(Actor {
            id: UserId::parse("command-line")?,
            name: "command line".to_owned(),
            role: Role::Admin,
            scope: Scope::All,
            origin: Origin::CommandLine,
            address: None,
        })
    }
}

/// One job as a row of the list; also what events carry, whole, so that receiving it twice is harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Its number.
    pub id: JobId,
    /// Its name, unique.
    pub name: JobName,
    /// Where it stands.
    pub status: JobStatus,
    /// Grows by one with every change of the row: an older summary never replaces a newer one on screen.
    pub version: i64,
    /// Owner.
    pub user_id: UserId,
    /// What the owner is called.
    pub user_name: String,
    /// The node it has been claimed for; `None` while it waits for any.
    pub node: Option<NodeId>,
    /// Where the submitter wanted it.
    pub wish: NodeWish,
    /// What runs it.
    pub solver: Solver,
    /// 2, 4 or 8.
    pub cpus: Cores,
    /// What the rule gave at submission.
    pub tokens: Tokens,
    /// Order in the queue.
    pub priority: Priority,
    /// The one line a person reads first, where there is one (a solver's own words, not translated).
    pub message: Option<Message>,
    /// Why it waits, while it waits.
    pub waiting: Option<Waiting>,
    /// How far it is, once the solver has said something.
    pub progress: Option<Progress>,
    /// Bytes moved and to move, while files go to the node or come back.
    pub transfer: Option<Transfer>,
    /// How it ended and on which evidence.
    pub verdict: Option<Verdict>,
    /// Somebody asked for its end and it has not ended yet.
    pub cancel_asked: bool,
    /// Since when its node has not answered, while it does not.
    pub no_contact_since: Option<Timestamp>,
    /// Starts that failed for reasons of the infrastructure.
    pub tries: u32,
    /// Not to be tried again before this moment.
    pub not_before: Option<Timestamp>,
    /// The job this one was made from by resubmitting.
    pub parent_id: Option<JobId>,
    /// Submitted.
    pub created_at: Timestamp,
    /// Solver launched.
    pub started_at: Option<Timestamp>,
    /// Solver ended, or the job was ended before it started.
    pub ended_at: Option<Timestamp>,
    /// Last change of the row.
    pub updated_at: Timestamp,
}

/// Files under way between server and node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Bytes moved.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}
