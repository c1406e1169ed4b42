//! Why a job waits, with its numbers, in the room that the decision left.

use super::lookup::Map;
use super::room::{Holder, Queued, Room, Spot, Wants};
use super::{Giver, WaitReason, Waiting, WaitingJob};
use crate::{Cores, NodeState, Timestamp, Tokens};

/// What a wait depends on; many jobs of a queue share it.
type Shape = (Spot, crate::Solver, u32, u32);

/// Finds reasons, and remembers what it has found for jobs of the same shape.
pub(super) struct Reasons<'r, 'a> {
    room: &'r Room<'a>,
    now: Timestamp,
    /// All that was found; the maps hold places in it.
    parts: Vec<Option<Part>>,
    nodes: Map<Shape, usize>,
    tokens: Map<u32, usize>,
    users: Map<(usize, u32), usize>,
}

/// One thing that keeps a job, and when it will no longer, where known.
struct Part {
    reason: WaitReason,
    at: Option<Timestamp>,
    /// Nothing that runs here can change it.
    fixed: bool,
}

/// When a node will have room for a job.
pub(super) struct Ready {
    /// Now, if it has; `None` if unknown.
    pub at: Option<Timestamp>,
    /// Cores and tokens that are missing there now.
    pub missing: u64,
    /// Which holder's end makes the room.
    holder: Option<usize>,
}

/// When this node will have room, as its jobs end one after the other.
pub(super) fn ready(room: &Room<'_>, node: usize, job: &Wants) -> Ready {
    let node = &room.nodes[node];
    let mut cores = i64::from(job.cpus.0) - node.spare_cores();
    let mut tokens = if job.tokens.0 == 0 { 0 } else { i64::from(job.tokens.0) - i64::from(node.free_tokens()) };
    let missing = cores.max(0).unsigned_abs() + tokens.max(0).unsigned_abs();
    if missing == 0 {
        return Ready { at: Some(Timestamp(i64::MIN)), missing, holder: None };
    }
    for &at in &node.holders {
        let holder = &room.holders[at];
        cores -= i64::from(holder.cores);
        tokens -= i64::from(holder.tokens);
        if cores <= 0 && tokens <= 0 {
            return Ready { at: holder.end, missing, holder: Some(at) };
        }
    }
    Ready { at: None, missing, holder: None }
}

fn giver(holder: &Holder<'_>, amount: u32) -> Giver {
    Giver { job: holder.name.clone(), amount, at: holder.end }
}

impl<'r, 'a> Reasons<'r, 'a> {
    pub fn new(room: &'r Room<'a>, now: Timestamp) -> Reasons<'r, 'a> {
        let parts = Vec::new();
        Reasons { room, now, parts, nodes: Map::default(), tokens: Map::default(), users: Map::default() }
    }

    /// The reason of a job that does not start. `head` is the job before it for which something may be kept.
    pub fn waiting(
        &mut self,
        queued: &Queued<'a>,
        head: Option<&WaitingJob>,
        forecast: Option<Timestamp>,
        position: u32,
    ) -> Waiting {
        let job = &queued.wants;
        let room = self.room;
        let shape = (queued.spot, job.solver, job.cpus.0, job.tokens.0);
        let parts = &mut self.parts;
        let mut found = |part| {
            parts.push(part);
            parts.len() - 1
        };
        let node = match queued.spot {
            // its name is the job's own
            Spot::Nowhere => found(node_part(room, queued)),
            _ => *self.nodes.entry(shape).or_insert_with(|| found(node_part(room, queued))),
        };
        let tokens = *self.tokens.entry(job.tokens.0).or_insert_with(|| found(token_part(room, job.tokens)));
        let user_key = (queued.user, job.tokens.0);
        let user = *self.users.entry(user_key).or_insert_with(|| found(user_part(room, queued)));
        let [node, tokens, user] = [node, tokens, user].map(|at| self.parts[at].as_ref());
        let pause = queued.not_before.filter(|until| *until > self.now);
        let retry = pause.map(|at| Part { reason: WaitReason::Retry { at }, at: pause, fixed: false });
        let retry = retry.as_ref();

        // what cannot be waited for comes first, then what no running job gives back, then what comes last
        let is_fixed = |part: Option<&Part>| part.is_some_and(|part| part.fixed);
        let last = |part: Option<&Part>| part.map(|part| (part.at.is_none(), part.at));
        let order = if is_fixed(node) {
            [node, tokens, user, retry]
        } else if is_fixed(tokens) {
            [tokens, user, retry, node]
        } else if last(node) > last(tokens) {
            [user, retry, node, tokens]
        } else {
            [user, retry, tokens, node]
        };
        let mut parts = order.into_iter().flatten();
        let Some(first) = parts.next() else {
            let reason = head.map_or(WaitReason::Queued, |head| WaitReason::KeptFor { job: head.name.clone() });
            return Waiting { reason, position, starts: forecast.map(|at| (at, at)) };
        };
        let earliest = parts.fold(first.at, |latest, part| Some(latest?.max(part.at?)));
        // no running job gives enough back, and still it will start: when a reservation ends
        let starts = forecast.map(|latest| {
            let earliest = earliest.unwrap_or(latest);
            (earliest.max(self.now), latest.max(earliest))
        });
        Waiting { reason: first.reason.clone(), position, starts }
    }
}

fn node_part(room: &Room<'_>, queued: &Queued<'_>) -> Option<Part> {
    let job = &queued.wants;
    let fixed = |reason, at| Some(Part { reason, at, fixed: true });
    match (queued.spot, &queued.job.wish) {
        (Spot::Auto, _) => {
            let able: Vec<_> = room.nodes.iter().filter(|node| node.could(job)).collect();
            if able.is_empty() {
                return fixed(WaitReason::NoSuchNode { solver: job.solver, cpus: job.cpus }, None);
            }
            if able.iter().all(|node| node.state != NodeState::Available) {
                let at = able.iter().filter_map(|node| node.until).min();
                let nodes = u32::try_from(able.len()).unwrap_or(u32::MAX);
                return fixed(WaitReason::NodesUnavailable { nodes }, at);
            }
        }
        (Spot::Node(at), _) => {
            let node = &room.nodes[at];
            if !node.could(job) {
                return fixed(WaitReason::NodeCannot { node: node.id.clone() }, None);
            }
            if node.state != NodeState::Available {
                let (state, until) = (node.state, node.until);
                return fixed(WaitReason::NodeUnavailable { node: node.id.clone(), state, until }, until);
            }
        }
        (Spot::Nowhere, crate::NodeWish::Node(node)) => {
            return fixed(WaitReason::NodeCannot { node: node.clone() }, None);
        }
        (Spot::Nowhere, crate::NodeWish::Auto) => return None,
    }
    let candidates = room.able(queued);
    if candidates.iter().any(|&at| room.nodes[at].fits(job)) {
        return None;
    }
    let first = candidates
        .iter()
        .map(|&at| (ready(room, at, job), at))
        .min_by_key(|(ready, at)| (ready.at.is_none(), ready.at, ready.missing, *at));
    let most = candidates.iter().copied().min_by_key(|&at| (std::cmp::Reverse(room.nodes[at].free_cores()), at))?;
    let node = &room.nodes[most];
    let (at, holder) = first.map_or((None, None), |(ready, _)| (ready.at, ready.holder));
    let holder = holder.map(|at| &room.holders[at]);
    let free = Cores(node.free_cores());
    let reason = if free < job.cpus {
        let giver = holder.map(|holder| giver(holder, holder.cores));
        WaitReason::Cores { node: node.id.clone(), free, need: job.cpus, reserved: Cores(node.reserved), giver }
    } else {
        let giver = holder.map(|holder| giver(holder, holder.tokens));
        WaitReason::NodeTokens { node: node.id.clone(), free: Tokens(node.free_tokens()), need: job.tokens, giver }
    };
    Some(Part { reason, at, fixed: false })
}

fn token_part(room: &Room<'_>, need: Tokens) -> Option<Part> {
    if need.0 > room.total {
        let reason = WaitReason::TokensNever { total: Tokens(room.total), need };
        return Some(Part { reason, at: None, fixed: true });
    }
    let free = Tokens(room.free_tokens());
    if need <= free || need == Tokens::ZERO {
        return None;
    }
    let mut missing = i64::from(need.0) - i64::from(free.0);
    // what others hold outside does not come back with our jobs
    let reachable = need.0 <= room.capacity;
    let next = room.token_holders.iter().map(|&at| &room.holders[at]).filter(|_| reachable).find(|holder| {
        missing -= i64::from(holder.tokens);
        missing <= 0
    });
    let (reserved, external) = (Tokens(room.reserved), Tokens(room.external));
    let giver = next.map(|holder| giver(holder, holder.tokens));
    let reason = WaitReason::Tokens { free, need, reserved, external, giver };
    Some(Part { reason, at: next.and_then(|holder| holder.end), fixed: false })
}

fn user_part(room: &Room<'_>, queued: &Queued<'_>) -> Option<Part> {
    let user = &room.users[queued.user];
    let job = &queued.wants;
    let name = || queued.job.user_name.clone();
    let mut holders = user.holders.iter().map(|&at| &room.holders[at]);
    if let Some(limit) = user.max_jobs.filter(|_| !user.allows_jobs(1)) {
        let mut over = i64::from(user.jobs) + 1 - i64::from(limit);
        let next = holders.find(|_| {
            over -= 1;
            over <= 0
        });
        let next = next.filter(|_| limit > 0);
        let giver = next.map(|holder| giver(holder, 1));
        let reason = WaitReason::UserJobs { user: name(), running: user.jobs, limit, giver };
        return Some(Part { reason, at: next.and_then(|holder| holder.end), fixed: false });
    }
    let wants = u64::from(job.tokens.0);
    let limit = user.max_tokens.filter(|_| wants > 0 && !user.allows_tokens(wants))?;
    let mut left = user.tokens;
    let next = holders.find(|holder| {
        left -= u64::from(holder.tokens);
        left + wants <= u64::from(limit)
    });
    let reason = WaitReason::UserTokens {
        user: name(),
        used: Tokens(u32::try_from(user.tokens).unwrap_or(u32::MAX)),
        need: job.tokens,
        limit: Tokens(limit),
        giver: next.map(|holder| giver(holder, holder.tokens)),
    };
    Some(Part { reason, at: next.and_then(|holder| holder.end), fixed: false })
}
