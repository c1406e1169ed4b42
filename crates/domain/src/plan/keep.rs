//! One pass over the queue: who starts, who is the head, and what is kept for it.

use super::lookup::Set;
use super::reason::ready;
use super::room::{Ask, Queued, Room, Spot, Wants};
use crate::{NodeState, Seconds, Solver, Timestamp};

/// When the pass happens and how long a head lets others pass.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub now: Timestamp,
    pub patience: Seconds,
}

/// After so many patiences at the head, room is kept on every node that could run the job, not only on the one that
/// will be free first: estimates may be wrong for ever, but then no small job can take the place of a big one.
const LAST_PATIENCE: u64 = 4;

/// What a pass found.
pub(super) struct Pass {
    /// Place in the queue and node.
    pub starts: Vec<(usize, usize)>,
    pub head: Option<Head>,
}

/// The first job that only waits for what running jobs will give back.
pub(super) struct Head {
    /// Place in the queue.
    pub at: usize,
    cores: u32,
    tokens: u32,
    user: usize,
    kept: Kept,
}

/// Where room is kept for the head.
enum Kept {
    /// Nowhere yet: others may pass.
    Nothing,
    /// On this node.
    Node(usize),
    /// On all of these, by place.
    Nodes(Vec<bool>),
}

/// Why a job cannot start in this pass.
pub(super) enum No {
    /// Only for want of what running jobs hold.
    Short,
    /// For another reason, or because it would take what is kept.
    Other,
}

/// Solver, cores and tokens.
type Shape = (Solver, u32, u32);

/// What was already looked for on all nodes in this pass, and need not be again: room only shrinks.
#[derive(Default)]
pub(super) struct Hopeless {
    /// Has no room now.
    now: Set<Shape>,
    /// No node that takes jobs could ever run it.
    ever: Set<Shape>,
}

/// Goes once through these places of the queue, in order; starts change the room.
pub(super) fn pass<'a>(
    room: &mut Room<'a>,
    queue: &[Queued<'a>],
    places: impl IntoIterator<Item = usize>,
    clock: Clock,
    head_since: impl Fn(usize) -> Option<Timestamp>,
) -> Pass {
    let mut starts = Vec::new();
    let mut head: Option<Head> = None;
    let mut hopeless = Hopeless::default();
    for at in places {
        let Queued { job, ask, .. } = &queue[at];
        match try_start(room, ask, clock.now, head.as_ref(), &mut hopeless) {
            Ok(node) => {
                room.start(&job.name, ask, node);
                starts.push((at, node));
            }
            Err(No::Short) if head.is_none() => head = Some(head_at(room, ask, at, head_since(at), clock)),
            Err(_) => {}
        }
    }
    Pass { starts, head }
}

pub(super) fn try_start(
    room: &Room<'_>,
    ask: &Ask,
    now: Timestamp,
    head: Option<&Head>,
    hopeless: &mut Hopeless,
) -> Result<usize, No> {
    let job = &ask.wants;
    let tokens = job.tokens.0;
    let shape = (job.solver, job.cpus.0, tokens);
    let user = &room.users[ask.user];
    let paused = ask.not_before.is_some_and(|until| until > now);
    let within_limits = user.allows_jobs(1) && (tokens == 0 || user.allows_tokens(u64::from(tokens)));
    if paused || !within_limits || tokens > room.capacity {
        return Err(No::Other);
    }
    let anywhere = ask.spot == Spot::Auto;
    if tokens > room.free_tokens() || (anywhere && hopeless.now.contains(&shape)) {
        return Err(short(room, ask, head, hopeless));
    }
    if head.is_some_and(|head| !head.spares_system(room, ask)) {
        return Err(No::Other);
    }
    let good = |at: usize| {
        let node = &room.nodes[at];
        node.fits(job) && head.is_none_or(|head| head.spares_node(room, at, job))
    };
    let found = match ask.spot {
        Spot::Nowhere => None,
        Spot::Node(at) => {
            let node = &room.nodes[at];
            (node.state == NodeState::Available && node.could(job) && good(at)).then_some(at)
        }
        // a node whose token limit can never hold the job never has room for it either
        Spot::Auto => room.roomy(job.solver, job.cpus.0).find(|&at| good(at)),
    };
    found.ok_or_else(|| {
        if anywhere {
            hopeless.now.insert(shape);
        }
        short(room, ask, head, hopeless)
    })
}

/// Whether only running jobs are in its way. Only the first of these is ever asked for.
fn short(room: &Room<'_>, ask: &Ask, head: Option<&Head>, hopeless: &mut Hopeless) -> No {
    let shape = (ask.wants.solver, ask.wants.cpus.0, ask.wants.tokens.0);
    let anywhere = ask.spot == Spot::Auto;
    if head.is_some() || (anywhere && hopeless.ever.contains(&shape)) {
        return No::Other;
    }
    if room.has_candidate(ask) {
        return No::Short;
    }
    if anywhere {
        hopeless.ever.insert(shape);
    }
    No::Other
}

pub(super) fn head_at(room: &Room<'_>, ask: &Ask, at: usize, since: Option<Timestamp>, clock: Clock) -> Head {
    let waited = clock.now.since(since.unwrap_or(clock.now));
    let kept = if waited < clock.patience {
        Kept::Nothing
    } else {
        let candidates = room.candidates(ask);
        if waited.0 >= clock.patience.0.saturating_mul(LAST_PATIENCE) {
            let mut nodes = vec![false; room.nodes.len()];
            for node in candidates {
                nodes[node] = true;
            }
            Kept::Nodes(nodes)
        } else {
            // the node that will have room first; unknown ends come last
            let first = candidates.into_iter().min_by_key(|&node| {
                let ready = ready(room, node, &ask.wants);
                (ready.at.is_none(), ready.at, ready.missing, node)
            });
            first.map_or(Kept::Nothing, Kept::Node)
        }
    };
    Head { at, cores: ask.wants.cpus.0, tokens: ask.wants.tokens.0, user: ask.user, kept }
}

impl Head {
    /// Whether the job leaves the head its owner's limits and, once they are kept, the system's tokens. Those are
    /// kept only while they are too few: a head that waits for cores on a busy node does not idle the licence.
    fn spares_system(&self, room: &Room<'_>, ask: &Ask) -> bool {
        let tokens = ask.wants.tokens.0;
        if ask.user == self.user {
            let user = &room.users[self.user];
            let both = u64::from(tokens) + u64::from(self.tokens);
            if !user.allows_jobs(2) || (tokens > 0 && !user.allows_tokens(both)) {
                return false;
            }
        }
        matches!(self.kept, Kept::Nothing) || tokens == 0 || room.free_tokens() >= self.tokens
    }

    /// Whether the job leaves the head what is kept on this node.
    fn spares_node(&self, room: &Room<'_>, at: usize, job: &Wants) -> bool {
        let kept = match &self.kept {
            Kept::Nothing => false,
            Kept::Node(node) => *node == at,
            Kept::Nodes(nodes) => nodes[at],
        };
        let node = &room.nodes[at];
        let enough = |free: u32, want: u32, kept: u32| want == 0 || free >= want.saturating_add(kept);
        !kept
            || (enough(node.free_cores(), job.cpus.0, self.cores)
                && enough(node.free_tokens(), job.tokens.0, self.tokens))
    }
}
