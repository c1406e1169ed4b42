//! What is free, while the decision is made.

use super::lookup::Map;
use super::{Lapse, NodeCapacity, Snapshot, WaitingJob};
use crate::{Cores, JobId, JobName, Message, NodeId, NodeState, NodeWish, Solver, Timestamp, Tokens, UserId};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What a job takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Wants {
    pub solver: Solver,
    pub cpus: Cores,
    pub tokens: Tokens,
}

/// What a waiting job asks for, its names looked up. Jobs that ask for the same have the same fate.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub wants: Wants,
    pub not_before: Option<Timestamp>,
    pub spot: Spot,
    pub user: usize,
}

/// A waiting job. What is looked at for each is copied: in the order of the queue the jobs themselves lie all over the
/// memory, and going there was most of a decision's time.
#[derive(Clone, Copy)]
pub(super) struct Queued<'a> {
    pub job: &'a WaitingJob,
    pub id: JobId,
    pub ask: Ask,
}

/// Where it may run.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// Anywhere.
    Auto,
    /// On this node.
    Node(usize),
    /// On a node that is no more.
    Nowhere,
}

/// A job that holds something: a running one, or one that starts in this decision.
#[derive(Clone, Copy)]
pub(super) struct Holder<'a> {
    pub name: &'a JobName,
    pub user: usize,
    /// `None` when its node is no more.
    pub node: Option<usize>,
    pub cores: u32,
    pub tokens: u32,
    /// Never before now.
    pub end: Option<Timestamp>,
}

/// One node.
#[derive(Clone)]
pub(super) struct NodeRoom<'a> {
    pub id: &'a NodeId,
    pub state: NodeState,
    /// Until when it takes no jobs; a moment that has passed tells nothing.
    pub until: Option<Timestamp>,
    pub why: Option<&'a Message>,
    pub cores: u32,
    /// Of those, what people have reserved.
    pub reserved: u32,
    pub max_tokens: u32,
    solvers: &'a [Solver],
    used_cores: u64,
    used_tokens: u64,
    /// Places in [`Room::holders`], the first to end first, unknown ends last.
    pub holders: Vec<usize>,
}

impl NodeRoom<'_> {
    pub fn free_cores(&self) -> u32 {
        left(self.cores, self.used_cores + u64::from(self.reserved))
    }

    /// The same, below nothing where more is reserved than running jobs leave.
    pub fn spare_cores(&self) -> i64 {
        let taken = self.used_cores + u64::from(self.reserved);
        i64::from(self.cores) - i64::try_from(taken).unwrap_or(i64::MAX)
    }

    pub fn free_tokens(&self) -> u32 {
        left(self.max_tokens, self.used_tokens)
    }

    /// Whether it could run the job if nothing else ran on it and it took jobs.
    pub fn could(&self, job: &Wants) -> bool {
        self.cores >= job.cpus.0 && self.max_tokens >= job.tokens.0 && self.solvers.contains(&job.solver)
    }

    /// The same beside what people have reserved: whether running jobs will ever give enough back.
    fn could_beside(&self, job: &Wants) -> bool {
        self.could(job) && self.cores.saturating_sub(self.reserved) >= job.cpus.0
    }

    /// Whether cores and tokens are there now.
    pub fn fits(&self, job: &Wants) -> bool {
        self.free_cores() >= job.cpus.0 && (job.tokens.0 == 0 || self.free_tokens() >= job.tokens.0)
    }
}

/// One person.
#[derive(Clone, Default)]
pub(super) struct UserRoom {
    pub jobs: u32,
    pub tokens: u64,
    pub max_jobs: Option<u32>,
    pub max_tokens: Option<u32>,
    /// As for nodes.
    pub holders: Vec<usize>,
}

impl UserRoom {
    /// Whether so many more jobs are within the limit.
    pub fn allows_jobs(&self, more: u32) -> bool {
        self.max_jobs.is_none_or(|max| self.jobs.saturating_add(more) <= max)
    }

    /// Whether so many more tokens are within the limit.
    pub fn allows_tokens(&self, more: u64) -> bool {
        self.max_tokens.is_none_or(|max| self.tokens + more <= u64::from(max))
    }
}

/// Everything that is free or held.
#[derive(Clone)]
pub(super) struct Room<'a> {
    pub nodes: Vec<NodeRoom<'a>>,
    pub users: Vec<UserRoom>,
    pub holders: Vec<Holder<'a>>,
    /// Tokens our jobs may hold together.
    pub capacity: u32,
    /// Tokens there are, for what can never start.
    pub total: u32,
    /// Tokens that people have reserved, and that are in use outside, for reasons.
    pub reserved: u32,
    pub external: u32,
    used_tokens: u64,
    /// Places in `holders` of those with tokens, as for nodes.
    pub token_holders: Vec<usize>,
    /// Per solver the nodes that take jobs, most free cores first, then by id (nodes are sorted by id).
    by_free: Map<Solver, BTreeSet<(Reverse<u32>, usize)>>,
}

fn left(all: u32, used: u64) -> u32 {
    u32::try_from(u64::from(all).saturating_sub(used)).unwrap_or(u32::MAX)
}

impl<'a> Room<'a> {
    /// The room now, and the queue with its names looked up.
    pub fn new(snapshot: &'a Snapshot, queue: &[&'a WaitingJob]) -> (Room<'a>, Vec<Queued<'a>>) {
        let mut places: Map<&UserId, usize> = Map::default();
        let mut place = |user: &'a UserId| {
            let next = places.len();
            *places.entry(user).or_insert(next)
        };
        let (mut room, nodes) = Room::around(snapshot, &mut place);
        let queued = queue.iter().map(|&job| {
            let spot = match &job.wish {
                NodeWish::Auto => Spot::Auto,
                NodeWish::Node(id) => nodes.get(id).map_or(Spot::Nowhere, |&at| Spot::Node(at)),
            };
            let wants = Wants { solver: job.solver, cpus: job.cpus, tokens: job.tokens };
            let ask = Ask { wants, not_before: job.not_before, spot, user: place(&job.user) };
            Queued { job, id: job.id, ask }
        });
        let queued = queued.collect();
        room.welcome(places.len());
        (room, queued)
    }

    /// The room now, whoever waits, and the places of its nodes. `place` gives each person a small number, the same
    /// one each time.
    pub fn around(
        snapshot: &'a Snapshot,
        mut place: impl FnMut(&'a UserId) -> usize,
    ) -> (Room<'a>, Map<&'a NodeId, usize>) {
        let mut capacities: Vec<&NodeCapacity> = snapshot.nodes.iter().collect();
        capacities.sort_by(|a, b| a.id.cmp(&b.id));
        capacities.dedup_by(|a, b| a.id == b.id);
        let mut room = Room {
            nodes: capacities.into_iter().map(|node| NodeRoom::new(node, snapshot.now)).collect(),
            users: Vec::new(),
            holders: Vec::with_capacity(snapshot.running.len()),
            capacity: snapshot.license.total.minus(snapshot.license.external).minus(snapshot.license.reserved).0,
            total: snapshot.license.total.0,
            reserved: snapshot.license.reserved.0,
            external: snapshot.license.external.0,
            used_tokens: 0,
            token_holders: Vec::new(),
            by_free: Map::default(),
        };
        let nodes: Map<&NodeId, usize> = room.nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        for limits in &snapshot.users {
            let at = place(&limits.user);
            room.welcome(at + 1);
            room.users[at].max_jobs = limits.max_running_jobs;
            room.users[at].max_tokens = limits.max_tokens.map(|tokens| tokens.0);
        }
        let mut running: Vec<_> = snapshot.running.iter().collect();
        running.sort_by_cached_key(|job| (job.expected_end.is_none(), job.expected_end, job.id));
        for job in running {
            let user = place(&job.user);
            room.welcome(user + 1);
            room.hold(Holder {
                name: &job.name,
                user,
                node: nodes.get(&job.node).copied(),
                cores: job.cpus.0,
                tokens: job.tokens.0,
                end: job.expected_end.map(|end| end.max(snapshot.now)),
            });
        }
        let mut by_free: Map<Solver, Vec<(Reverse<u32>, usize)>> = Map::default();
        for (at, node) in room.nodes.iter().enumerate().filter(|(_, node)| node.state == NodeState::Available) {
            for solver in node.solvers {
                by_free.entry(*solver).or_default().push((Reverse(node.free_cores()), at));
            }
        }
        room.by_free = by_free.into_iter().map(|(solver, nodes)| (solver, nodes.into_iter().collect())).collect();
        (room, nodes)
    }

    /// There is room for so many people at least.
    pub fn welcome(&mut self, people: usize) {
        if self.users.len() < people {
            self.users.resize_with(people, UserRoom::default);
        }
    }

    /// Tokens our jobs could take now.
    pub fn free_tokens(&self) -> u32 {
        left(self.capacity, self.used_tokens)
    }

    /// The nodes with this solver that take jobs and have so many free cores, most free first, then by id.
    pub fn roomy(&self, solver: Solver, cores: u32) -> impl Iterator<Item = usize> {
        let all = self.by_free.get(&solver).into_iter().flatten();
        all.take_while(move |(free, _)| free.0 >= cores).map(|&(_, at)| at)
    }

    /// Whether there is room for this now, whoever asks.
    pub fn has_room(&self, wants: &Wants, spot: Spot) -> bool {
        let fits = |node: &NodeRoom<'_>| node.fits(wants);
        wants.tokens.0 <= self.free_tokens()
            && match spot {
                Spot::Auto => self.roomy(wants.solver, wants.cpus.0).any(|at| fits(&self.nodes[at])),
                Spot::Node(at) => {
                    let node = &self.nodes[at];
                    node.state == NodeState::Available && node.could(wants) && fits(node)
                }
                Spot::Nowhere => false,
            }
    }

    /// Whether any node that takes jobs could run this one beside what people have reserved there.
    pub fn has_candidate(&self, ask: &Ask) -> bool {
        let able = |node: &NodeRoom<'_>| node.state == NodeState::Available && node.could_beside(&ask.wants);
        match ask.spot {
            Spot::Auto => self.nodes.iter().any(able),
            Spot::Node(at) => able(&self.nodes[at]),
            Spot::Nowhere => false,
        }
    }

    /// The nodes that take jobs and could run this one beside what people have reserved there: its own, or all.
    pub fn candidates(&self, ask: &Ask) -> Vec<usize> {
        self.serving(ask, NodeRoom::could_beside)
    }

    /// The same, were nothing reserved.
    pub fn able(&self, ask: &Ask) -> Vec<usize> {
        self.serving(ask, NodeRoom::could)
    }

    fn serving(&self, ask: &Ask, could: fn(&NodeRoom<'a>, &Wants) -> bool) -> Vec<usize> {
        let able = |at: &usize| self.nodes[*at].state == NodeState::Available && could(&self.nodes[*at], &ask.wants);
        match ask.spot {
            Spot::Auto => (0..self.nodes.len()).filter(able).collect(),
            Spot::Node(at) => Some(at).filter(able).into_iter().collect(),
            Spot::Nowhere => vec![],
        }
    }

    /// The job takes what it wants on this node.
    pub fn start(&mut self, name: &'a JobName, ask: &Ask, node: usize) {
        self.unindex(node);
        self.hold(Holder {
            name,
            user: ask.user,
            node: Some(node),
            cores: ask.wants.cpus.0,
            tokens: ask.wants.tokens.0,
            end: None,
        });
        self.index(node);
    }

    /// The holder gives everything back. It stays listed.
    pub fn release(&mut self, holder: usize) {
        let Holder { user, node, cores, tokens, .. } = self.holders[holder];
        if let Some(at) = node {
            self.unindex(at);
            self.nodes[at].used_cores -= u64::from(cores);
            self.nodes[at].used_tokens -= u64::from(tokens);
            self.nodes[at].holders.retain(|&other| other != holder);
            self.index(at);
        }
        self.users[user].jobs -= 1;
        self.users[user].tokens -= u64::from(tokens);
        self.used_tokens -= u64::from(tokens);
    }

    /// The node takes jobs from here on.
    pub fn open(&mut self, node: usize) {
        self.nodes[node].state = NodeState::Available;
        self.index(node);
    }

    /// A reservation gives back what it holds.
    pub fn lapse(&mut self, lapse: &Lapse) {
        self.reserved = self.reserved.saturating_sub(lapse.tokens.0);
        self.capacity = left(self.total, u64::from(self.external) + u64::from(self.reserved));
        let Some((node, cores)) = &lapse.cores else { return };
        // sorted by id
        if let Ok(at) = self.nodes.binary_search_by(|room| room.id.cmp(node)) {
            self.unindex(at);
            self.nodes[at].reserved = self.nodes[at].reserved.saturating_sub(cores.0);
            self.index(at);
        }
    }

    fn hold(&mut self, holder: Holder<'a>) {
        let at = self.holders.len();
        if let Some(node) = holder.node {
            self.nodes[node].used_cores += u64::from(holder.cores);
            self.nodes[node].used_tokens += u64::from(holder.tokens);
            self.nodes[node].holders.push(at);
        }
        let user = &mut self.users[holder.user];
        user.jobs += 1;
        user.tokens += u64::from(holder.tokens);
        user.holders.push(at);
        self.used_tokens += u64::from(holder.tokens);
        if holder.tokens > 0 {
            self.token_holders.push(at);
        }
        self.holders.push(holder);
    }

    fn index(&mut self, at: usize) {
        let node = &self.nodes[at];
        if node.state == NodeState::Available {
            for solver in node.solvers {
                self.by_free.entry(*solver).or_default().insert((Reverse(node.free_cores()), at));
            }
        }
    }

    fn unindex(&mut self, at: usize) {
        let node = &self.nodes[at];
        for solver in node.solvers {
            if let Some(nodes) = self.by_free.get_mut(solver) {
                nodes.remove(&(Reverse(node.free_cores()), at));
            }
        }
    }
}

impl<'a> NodeRoom<'a> {
    fn new(node: &'a NodeCapacity, now: Timestamp) -> NodeRoom<'a> {
        NodeRoom {
            id: &node.id,
            state: node.state,
            until: node.until.filter(|until| *until > now),
            why: node.why.as_ref(),
            cores: node.cores.0,
            reserved: node.reserved.0,
            max_tokens: node.max_tokens.0,
            solvers: &node.solvers,
            used_cores: 0,
            used_tokens: 0,
            holders: Vec::new(),
        }
    }
}
