//! Who runs where, now: one pure function of a snapshot.
//!
//! The rules, in the order of the queue (priority, then submission, then number):
//! - a job starts when a node that takes jobs has its cores and tokens, the system has its tokens, and its owner's
//!   limits allow it; each start is seen by the jobs after it;
//! - the first job that only waits for what running jobs will give back is the *head*. Smaller jobs may pass it until
//!   it has been the head for `backfill_patience`; from then on what it waits for is kept for it;
//! - a job that waits for anything else (its owner's limit, a node that takes no jobs, a pause) keeps nothing;
//! - when a job may start is found by the same rules, applied to the moments at which running jobs and reservations
//!   will end.

mod forecast;
mod keep;
mod lookup;
mod queue;
mod reason;
mod room;
#[cfg(test)]
mod tests;

use crate::{
    Cores, JobId, JobName, Message, NodeId, NodeState, NodeWish, Priority, Seconds, Solver, Timestamp, Tokens, UserId,
};
pub use queue::{News, Queue, Starts};
use serde::{Deserialize, Serialize};

/// All that the decision looks at. Times are the server's; jobs may come in any order.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The moment of the decision.
    pub now: Timestamp,
    /// Jobs with status Waiting (not Held).
    pub waiting: Vec<WaitingJob>,
    /// Jobs with status Starting or Running: what they hold is in use.
    pub running: Vec<RunningJob>,
    /// All nodes, drained ones too, so that a reason can name them.
    pub nodes: Vec<NodeCapacity>,
    /// Limits of people who have any; a user who is not listed has none.
    pub users: Vec<UserLimits>,
    /// Tokens of the whole system.
    pub license: LicenseCapacity,
    /// When what people have reserved is given back: parts of `license.reserved` and of the nodes' `reserved`, for the
    /// forecast alone.
    pub lapses: Vec<Lapse>,
    /// After so long at the head of the queue a job keeps what it waits for reserved.
    pub backfill_patience: Seconds,
}

/// A job in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// Its number.
    pub id: JobId,
    /// Its name, for other jobs' reasons.
    pub name: JobName,
    /// Owner.
    pub user: UserId,
    /// Owner's name, for the reason.
    pub user_name: String,
    /// Where it may run.
    pub wish: NodeWish,
    /// What runs it.
    pub solver: Solver,
    /// Cores wanted.
    pub cpus: Cores,
    /// Tokens wanted.
    pub tokens: Tokens,
    /// Higher first.
    pub priority: Priority,
    /// Since when it has been first of those that could not start; `None` when it is not (kept by the caller from
    /// the last decision, see [`Plan::head`]).
    pub head_since: Option<Timestamp>,
    /// Not before this moment (a pause after an infrastructure fault).
    pub not_before: Option<Timestamp>,
}

/// A job that holds cores and tokens.
#[derive(Clone, Debug)]
pub struct RunningJob {
    /// Its number.
    pub id: JobId,
    /// Its name, for other jobs' reasons.
    pub name: JobName,
    /// Owner.
    pub user: UserId,
    /// Where.
    pub node: NodeId,
    /// Cores held.
    pub cpus: Cores,
    /// Tokens held.
    pub tokens: Tokens,
    /// When it may end, from its own progress; `None` when unknown.
    pub expected_end: Option<Timestamp>,
}

/// A node as the decision sees it.
#[derive(Clone, Debug)]
pub struct NodeCapacity {
    /// Which.
    pub id: NodeId,
    /// Only `Available` takes jobs.
    pub state: NodeState,
    /// Until when it takes none, where known.
    pub until: Option<Timestamp>,
    /// Why it takes none, where that was said.
    pub why: Option<Message>,
    /// All its cores.
    pub cores: Cores,
    /// Those that people have reserved: nothing starts on them.
    pub reserved: Cores,
    /// Tokens its jobs may hold at once.
    pub max_tokens: Tokens,
    /// What it can run.
    pub solvers: Vec<Solver>,
}

/// What one person's jobs may hold at once.
#[derive(Clone, Debug)]
pub struct UserLimits {
    /// Who.
    pub user: UserId,
    /// Jobs Starting or Running.
    pub max_running_jobs: Option<u32>,
    /// Tokens of those.
    pub max_tokens: Option<Tokens>,
}

/// A reservation as the forecast sees it.
#[derive(Clone, Debug)]
pub struct Lapse {
    /// Over at the latest. One that is kept alive by a heartbeat may end earlier.
    pub at: Timestamp,
    /// What it holds of the whole system's tokens.
    pub tokens: Tokens,
    /// What it holds of a node's cores.
    pub cores: Option<(NodeId, Cores)>,
}

/// Tokens of the whole system.
#[derive(Clone, Debug, Default)]
pub struct LicenseCapacity {
    /// `total_license_tokens`.
    pub total: Tokens,
    /// Held by people's reservations.
    pub reserved: Tokens,
    /// In use outside this system, as far as a fresh report says and policy counts it.
    pub external: Tokens,
}

/// Tokens in use, for the gauge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseUse {
    /// `total_license_tokens`.
    pub total: Tokens,
    /// By jobs Starting or Running.
    pub ours: Tokens,
    /// Outside this system.
    pub external: Tokens,
    /// Reserved by people.
    pub reserved: Tokens,
}

impl LicenseUse {
    /// What a new job could take.
    pub fn free(self) -> Tokens {
        self.total.minus(self.ours).minus(self.external).minus(self.reserved)
    }
}

/// The decision about every waiting job, in the order of the queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One entry per waiting job.
    pub decisions: Vec<Decision>,
    /// The first job that could not start though something could free it: the caller remembers since when.
    pub head: Option<JobId>,
}

/// What becomes of one waiting job.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Which.
    pub job: JobId,
    /// Start, or wait and why.
    pub outcome: Outcome,
}

/// Start here, or the reason it waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Claim this node now.
    Start(NodeId),
    /// Not now.
    Wait(Waiting),
}

/// Why a job waits, where it stands and when it may start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The one reason that keeps it.
    pub reason: WaitReason,
    /// Place among the waiting, from 1.
    pub position: u32,
    /// When it may start, earliest and latest; `None` when unknown.
    pub starts: Option<(Timestamp, Timestamp)>,
}

/// A running job that will give something back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Giver {
    /// Its name.
    pub job: JobName,
    /// Cores or tokens it gives.
    pub amount: u32,
    /// When, where known.
    pub at: Option<Timestamp>,
}

/// The reason a job waits, with its numbers: a message key; screens and API make the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum WaitReason {
    /// Nothing decided yet, or about to start in this very moment.
    Queued,
    /// No node at all can run this solver with so many cores.
    NoSuchNode {
        /// Wanted solver.
        solver: Solver,
        /// Wanted cores.
        cpus: Cores,
    },
    /// Every node that could run it takes no jobs now.
    NodesUnavailable {
        /// How many could run it if they took jobs.
        nodes: u32,
    },
    /// The chosen node takes no jobs now.
    NodeUnavailable {
        /// Which.
        node: NodeId,
        /// Draining, Unavailable or Disabled.
        state: NodeState,
        /// Until when, where known.
        until: Option<Timestamp>,
        /// Why, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Message>,
    },
    /// The chosen node can never run it (solver, cores or token limit).
    NodeCannot {
        /// Which.
        node: NodeId,
    },
    /// Not enough free cores (on the chosen node, or on any).
    Cores {
        /// The node: the chosen one, or the one with the most free cores.
        node: NodeId,
        /// Free there.
        free: Cores,
        /// Wanted.
        need: Cores,
        /// Reserved by people there.
        #[serde(default)]
        reserved: Cores,
        /// The next to give enough back.
        giver: Option<Giver>,
    },
    /// The node's own token limit.
    NodeTokens {
        /// Which node.
        node: NodeId,
        /// Free there.
        free: Tokens,
        /// Wanted.
        need: Tokens,
        /// The next to give enough back.
        giver: Option<Giver>,
    },
    /// Not enough free tokens in the whole system.
    Tokens {
        /// Free now.
        free: Tokens,
        /// Wanted.
        need: Tokens,
        /// Reserved by people.
        #[serde(default)]
        reserved: Tokens,
        /// In use outside this system.
        #[serde(default)]
        external: Tokens,
        /// The next to give enough back.
        giver: Option<Giver>,
    },
    /// More tokens than the system has.
    TokensNever {
        /// All there are.
        total: Tokens,
        /// Wanted.
        need: Tokens,
    },
    /// The owner's limit of running jobs.
    UserJobs {
        /// Owner's name.
        user: String,
        /// Running now.
        running: u32,
        /// Allowed.
        limit: u32,
        /// The next to make room.
        giver: Option<Giver>,
    },
    /// The owner's limit of tokens.
    UserTokens {
        /// Owner's name.
        user: String,
        /// In use now.
        used: Tokens,
        /// Wanted.
        need: Tokens,
        /// Allowed.
        limit: Tokens,
        /// The next to give enough back.
        giver: Option<Giver>,
    },
    /// What it wants is kept for a job that has waited longer.
    KeptFor {
        /// That job.
        job: JobName,
    },
    /// A pause after an infrastructure fault.
    Retry {
        /// Tried again at.
        at: Timestamp,
    },
}

impl WaitReason {
    /// Who will give something back, where the reason names somebody.
    pub fn giver(&self) -> Option<&Giver> {
        match self {
            WaitReason::Cores { giver, .. }
            | WaitReason::NodeTokens { giver, .. }
            | WaitReason::Tokens { giver, .. }
            | WaitReason::UserJobs { giver, .. }
            | WaitReason::UserTokens { giver, .. } => giver.as_ref(),
            _ => None,
        }
    }

    fn giver_mut(&mut self) -> Option<&mut Giver> {
        match self {
            WaitReason::Cores { giver, .. }
            | WaitReason::NodeTokens { giver, .. }
            | WaitReason::Tokens { giver, .. }
            | WaitReason::UserJobs { giver, .. }
            | WaitReason::UserTokens { giver, .. } => giver.as_mut(),
            _ => None,
        }
    }
}

/// Decides about every waiting job: the rule. A [`Queue`] decides the same without beginning anew.
pub fn plan(snapshot: &Snapshot) -> Plan {
    decide(snapshot, snapshot.waiting.iter().collect(), None)
}

/// What would become of this job if it were in the queue now: start, or wait, why and how long. A job of the same
/// number that is in the queue is left out, so that both a new job and a change of one (other cores, other node,
/// other priority) can be asked about. A new one takes any number that no job has and `now` as its submission.
pub fn what_if(snapshot: &Snapshot, job: &WaitingJob) -> Outcome {
    let others = snapshot.waiting.iter().filter(|other| other.id != job.id);
    let plan = decide(snapshot, others.chain([job]).collect(), Some(job.id));
    plan.decisions.into_iter().next().map(|decision| decision.outcome).unwrap_or(Outcome::Wait(Waiting {
        reason: WaitReason::Queued,
        position: 1,
        starts: None,
    }))
}

/// Decides about all, and tells about all or about one.
fn decide(snapshot: &Snapshot, queue: Vec<&WaitingJob>, only: Option<JobId>) -> Plan {
    // names are looked up in the order they lie in memory: in the queue's order each would wait for it
    let (mut room, mut queue) = room::Room::new(snapshot, &queue);
    queue.sort_by_cached_key(|queued| (std::cmp::Reverse(queued.job.priority), queued.job.id));
    let pass = keep::pass(
        &mut room,
        &queue,
        0..queue.len(),
        keep::Clock { now: snapshot.now, patience: snapshot.backfill_patience },
        |at| queue[at].job.head_since,
    );
    let mut starts: Vec<Option<usize>> = vec![None; queue.len()];
    for &(at, node) in &pass.starts {
        starts[at] = Some(node);
    }
    let head = pass.head.as_ref().map(|head| head.at);
    let first: Vec<usize> = (0..queue.len()).filter(|&at| starts[at].is_none()).take(forecast::JOBS).collect();
    let first_jobs: Vec<room::Queued<'_>> = first.iter().map(|&at| queue[at]).collect();
    let forecast = forecast::forecast(&room, &first_jobs, snapshot, first.iter().position(|at| Some(*at) == head));
    let mut reasons = reason::Reasons::new(&room, snapshot.now);
    let mut position = 0;
    let mut decisions = Vec::with_capacity(if only.is_some() { 1 } else { queue.len() });
    for (at, queued) in queue.iter().enumerate() {
        position += u32::from(starts[at].is_none());
        if only.is_some_and(|only| only != queued.id) {
            continue;
        }
        let outcome = match starts[at] {
            Some(node) => Outcome::Start(room.nodes[node].id.clone()),
            None => {
                let head = head.filter(|head| *head < at).map(|head| &queue[head].job.name);
                let moment = first.binary_search(&at).ok().and_then(|place| forecast.get(&place));
                Outcome::Wait(reasons.waiting(queued, head, moment.copied(), position))
            }
        };
        decisions.push(Decision { job: queued.id, outcome });
    }
    Plan { decisions, head: head.map(|head| queue[head].job.id) }
}
