//! Why a job waits, with its numbers, in the room that the decision left.

use super::lookup::Map;
use super::room::{Ask, Holder, Queued, Room, Spot, Wants};
use super::{Giver, WaitReason, Waiting};
use crate::{Cores, JobName, NodeId, NodeState, NodeWish, Timestamp, Tokens};

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
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub reason: WaitReason,
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
        head: Option<&JobName>,
        forecast: Option<Timestamp>,
        position: u32,
    ) -> Waiting {
        let ask = &queued.ask;
        let job = &ask.wants;
        let room = self.room;
        let shape = (ask.spot, job.solver, job.cpus.0, job.tokens.0);
        let parts = &mut self.parts;
        let mut found = |part| {
            parts.push(part);
            parts.len() - 1
        };
        let wish = match &queued.job.wish {
            NodeWish::Auto => None,
            NodeWish::Node(node) => Some(node),
        };
        let node = match ask.spot {
            // its name is the job's own
            Spot::Nowhere => found(node_part(room, ask, wish)),
            _ => *self.nodes.entry(shape).or_insert_with(|| found(node_part(room, ask, wish))),
        };
        let tokens = *self.tokens.entry(job.tokens.0).or_insert_with(|| found(token_part(room, job.tokens)));
        let name = &queued.job.user_name;
        let user_key = (ask.user, job.tokens.0);
        let user = *self.users.entry(user_key).or_insert_with(|| found(user_part(room, ask.user, job.tokens, name)));
        let [node, tokens, user] = [node, tokens, user].map(|at| self.parts[at].as_ref());
        let retry = retry_part(ask.not_before, self.now);
        Keepers::new(node, tokens, user, retry.as_ref()).waiting(head, forecast, position, self.now)
    }
}

/// What keeps one job, in the order in which it is told: the first is the reason.
pub(super) struct Keepers<'p>([Option<&'p Part>; 4]);

impl<'p> Keepers<'p> {
    /// What cannot be waited for comes first, then what no running job gives back, then what comes last.
    pub fn new(
        node: Option<&'p Part>,
        tokens: Option<&'p Part>,
        user: Option<&'p Part>,
        retry: Option<&'p Part>,
    ) -> Keepers<'p> {
        let is_fixed = |part: Option<&Part>| part.is_some_and(|part| part.fixed);
        let last = |part: Option<&Part>| part.map(|part| (part.at.is_none(), part.at));
        Keepers(if is_fixed(node) {
            [node, tokens, user, retry]
        } else if is_fixed(tokens) {
            [tokens, user, retry, node]
        } else if last(node) > last(tokens) {
            [user, retry, node, tokens]
        } else {
            [user, retry, tokens, node]
        })
    }

    /// The one that is told.
    pub fn first(&self) -> Option<&'p Part> {
        self.0.iter().copied().flatten().next()
    }

    /// In words. `head`: the job before it for which something may be kept.
    pub fn waiting(
        &self,
        head: Option<&JobName>,
        forecast: Option<Timestamp>,
        position: u32,
        now: Timestamp,
    ) -> Waiting {
        let mut parts = self.0.iter().copied().flatten();
        let Some(first) = parts.next() else {
            let reason = head.map_or(WaitReason::Queued, |head| WaitReason::KeptFor { job: head.clone() });
            return Waiting { reason, position, starts: forecast.map(|at| (at, at)) };
        };
        let earliest = parts.fold(first.at, |latest, part| Some(latest?.max(part.at?)));
        // no running job gives enough back, and still it will start: when a reservation ends
        let starts = forecast.map(|latest| {
            let earliest = earliest.unwrap_or(latest);
            (earliest.max(now), latest.max(earliest))
        });
        Waiting { reason: first.reason.clone(), position, starts }
    }
}

/// A pause that is not over.
pub(super) fn retry_part(not_before: Option<Timestamp>, now: Timestamp) -> Option<Part> {
    let pause = not_before.filter(|until| *until > now);
    pause.map(|at| Part { reason: WaitReason::Retry { at }, at: pause, fixed: false })
}

/// What keeps a job of this wish from the nodes.
pub(super) fn node_part(room: &Room<'_>, ask: &Ask, wish: Option<&NodeId>) -> Option<Part> {
    let job = &ask.wants;
    let fixed = |reason, at| Some(Part { reason, at, fixed: true });
    match ask.spot {
        Spot::Auto => {
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
        Spot::Node(at) => {
            let node = &room.nodes[at];
            if !node.could(job) {
                return fixed(WaitReason::NodeCannot { node: node.id.clone() }, None);
            }
            if node.state != NodeState::Available {
                let (state, until) = (node.state, node.until);
                let said = node.why.cloned();
                return fixed(WaitReason::NodeUnavailable { node: node.id.clone(), state, until, said }, until);
            }
        }
        Spot::Nowhere => return fixed(WaitReason::NodeCannot { node: wish?.clone() }, None),
    }
    let candidates = room.able(ask);
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

/// What keeps a job of so many tokens from the system's.
pub(super) fn token_part(room: &Room<'_>, need: Tokens) -> Option<Part> {
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

/// What keeps a job of this person and so many tokens within the person's limits.
pub(super) fn user_part(room: &Room<'_>, user: usize, tokens: Tokens, name: &str) -> Option<Part> {
    let user = &room.users[user];
    let name = || name.to_owned();
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
    let wants = u64::from(tokens.0);
    let limit = user.max_tokens.filter(|_| wants > 0 && !user.allows_tokens(wants))?;
    let mut left = user.tokens;
    let next = holders.find(|holder| {
        left -= u64::from(holder.tokens);
        left + wants <= u64::from(limit)
    });
    let reason = WaitReason::UserTokens {
        user: name(),
        used: Tokens(u32::try_from(user.tokens).unwrap_or(u32::MAX)),
        need: tokens,
        limit: Tokens(limit),
        giver: next.map(|holder| giver(holder, holder.tokens)),
    };
    Some(Part { reason, at: next.and_then(|holder| holder.end), fixed: false })
}
