//! Properties of any snapshot at all, also of impossible ones (more in use than there is, names that nobody knows).

use super::*;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

fn any_wish() -> impl Strategy<Value = NodeWish> {
    prop_oneof![3 => Just(NodeWish::Auto), 2 => (0..6_usize).prop_map(|n| NodeWish::Node(node_id(n)))]
}

fn any_shape() -> impl Strategy<Value = (Solver, u32, u32)> {
    (any::<bool>(), prop::sample::select(vec![2_u32, 4, 8])).prop_map(|(abaqus, cpus)| {
        let solver = if abaqus { Solver::Abaqus } else { Solver::Calculix };
        (solver, cpus, solver.tokens(Cores(cpus), &crate::TokenRule::default()).0)
    })
}

prop_compose! {
    fn any_node()(
        n in 0..5_usize, cores in 0..20_u32, reserved in prop_oneof![2 => Just(0_u32), 1 => 0..25_u32], tokens in 0..40_u32,
        state in prop::sample::select(vec![NodeState::Available, NodeState::Available, NodeState::Available, NodeState::Draining, NodeState::Disabled]),
        until in prop::option::of(99_000..105_000_i64),
        solvers in prop::sample::select(vec![Solver::ALL.to_vec(), Solver::ALL.to_vec(), vec![Solver::Calculix], vec![]]),
    ) -> NodeCapacity {
        NodeCapacity {
            id: node_id(n), state, until: until.map(Timestamp), why: until.map(|_| "maintenance".into()), cores: Cores(cores), reserved: Cores(reserved), max_tokens: Tokens(tokens), solvers,
        }
    }
}

prop_compose! {
    pub(super) fn any_waiting()(
        shape in any_shape(), wish in any_wish(), user in 0..4_usize, priority in prop::sample::select(vec![-5, 0, 0, 0, 5, 10]),
        head_since in prop::option::of(95_000..100_000_i64), not_before in prop::option::weighted(0.1, 99_990..100_010_i64),
    ) -> WaitingJob {
        WaitingJob {
            user: user_id(user), user_name: format!("User {user}"), wish, solver: shape.0, cpus: Cores(shape.1), tokens: Tokens(shape.2),
            priority: Priority(priority), head_since: head_since.map(Timestamp),
            not_before: not_before.map(Timestamp), ..job(0, 2)
        }
    }
}

prop_compose! {
    fn any_running()(shape in any_shape(), on in 0..6_usize, user in 0..4_usize, end in prop::option::of(99_000..110_000_i64)) -> RunningJob {
        RunningJob {
            user: user_id(user), node: node_id(on), cpus: Cores(shape.1), tokens: Tokens(shape.2),
            expected_end: end.map(Timestamp), ..running(0, 0, 2, None)
        }
    }
}

prop_compose! {
    pub(super) fn any_snapshot()(
        nodes in prop::collection::vec(any_node(), 0..5), waiting in prop::collection::vec(any_waiting(), 0..16),
        running in prop::collection::vec(any_running(), 0..8),
        limits in prop::collection::vec((prop::option::of(0..4_u32), prop::option::of(0..30_u32)), 4),
        total in 0..70_u32, reserved in 0..10_u32, external in 0..10_u32, patience in prop::sample::select(vec![0_u64, 900, 4_000]),
        lapses in prop::collection::vec((99_000..110_000_i64, 0..8_u32, prop::option::of((0..6_usize, 0..9_u32))), 0..4),
    ) -> Snapshot {
        let mut snapshot = lab(nodes, running, waiting);
        // one node of a name, as the database has it
        snapshot.nodes.sort_by(|a, b| a.id.cmp(&b.id));
        snapshot.nodes.dedup_by(|a, b| a.id == b.id);
        for (at, job) in snapshot.waiting.iter_mut().enumerate() {
            job.id = JobId(at as i64 + 1);
            job.name = JobName::parse(&format!("job{}", at + 1)).unwrap();
        }
        for (at, job) in snapshot.running.iter_mut().enumerate() {
            job.id = JobId(at as i64 + 101);
            job.name = JobName::parse(&format!("run{}", at + 101)).unwrap();
        }
        snapshot.users = limits.into_iter().enumerate().map(|(at, (jobs, tokens))| UserLimits {
            user: user_id(at), max_running_jobs: jobs, max_tokens: tokens.map(Tokens),
        }).collect();
        snapshot.license = LicenseCapacity { total: Tokens(total), reserved: Tokens(reserved), external: Tokens(external) };
        snapshot.backfill_patience = Seconds(patience);
        snapshot.lapses = lapses.into_iter().map(|(at, tokens, cores)| Lapse {
            at: Timestamp(at), tokens: Tokens(tokens), cores: cores.map(|(on, cores)| (node_id(on), Cores(cores))),
        }).collect();
        snapshot
    }
}

/// What is in use, counted the slow and plain way.
#[derive(Default)]
struct Ledger {
    cores: HashMap<NodeId, u32>,
    node_tokens: HashMap<NodeId, u32>,
    user_jobs: HashMap<UserId, u32>,
    user_tokens: HashMap<UserId, u32>,
    tokens: u32,
}

impl Ledger {
    fn take(&mut self, node: &NodeId, user: &UserId, cpus: Cores, tokens: Tokens) {
        *self.cores.entry(node.clone()).or_default() += cpus.0;
        *self.node_tokens.entry(node.clone()).or_default() += tokens.0;
        *self.user_jobs.entry(user.clone()).or_default() += 1;
        *self.user_tokens.entry(user.clone()).or_default() += tokens.0;
        self.tokens += tokens.0;
    }

    fn of(snapshot: &Snapshot) -> Ledger {
        let mut ledger = Ledger::default();
        for job in &snapshot.running {
            ledger.take(&job.node, &job.user, job.cpus, job.tokens);
        }
        ledger
    }

    /// The rules of §2.2, word for word, for a job that would start now on this node.
    fn allows(&self, snapshot: &Snapshot, job: &WaitingJob, node: &NodeCapacity) -> bool {
        let used = |map: &HashMap<NodeId, u32>| map.get(&node.id).copied().unwrap_or_default();
        let by_user = |map: &HashMap<UserId, u32>| map.get(&job.user).copied().unwrap_or_default();
        let limits = snapshot.users.iter().find(|limits| limits.user == job.user);
        let license = &snapshot.license;
        let takes_tokens = job.tokens > Tokens::ZERO;
        node.state == NodeState::Available
            && node.solvers.contains(&job.solver)
            && match &job.wish {
                NodeWish::Auto => true,
                NodeWish::Node(id) => *id == node.id,
            }
            && job.not_before.is_none_or(|until| until <= snapshot.now)
            && used(&self.cores) + node.reserved.0 + job.cpus.0 <= node.cores.0
            && (!takes_tokens || used(&self.node_tokens) + job.tokens.0 <= node.max_tokens.0)
            && (!takes_tokens
                || self.tokens + license.reserved.0 + license.external.0 + job.tokens.0 <= license.total.0)
            && limits.and_then(|limits| limits.max_running_jobs).is_none_or(|max| by_user(&self.user_jobs) < max)
            && limits
                .and_then(|limits| limits.max_tokens)
                .is_none_or(|max| !takes_tokens || by_user(&self.user_tokens) + job.tokens.0 <= max.0)
    }
}

/// Without anything kept, found by trying every job on every node.
fn plainly(snapshot: &Snapshot) -> Vec<(JobId, NodeId)> {
    let mut ledger = Ledger::of(snapshot);
    let mut queue: Vec<&WaitingJob> = snapshot.waiting.iter().collect();
    queue.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.id));
    let mut starts = vec![];
    for job in queue {
        let fitting = snapshot.nodes.iter().filter(|node| ledger.allows(snapshot, job, node));
        let best = fitting.min_by_key(|node| {
            let used = ledger.cores.get(&node.id).copied().unwrap_or_default();
            (std::cmp::Reverse(node.cores.0 - node.reserved.0 - used), node.id.clone())
        });
        if let Some(node) = best {
            ledger.take(&node.id, &job.user, job.cpus, job.tokens);
            starts.push((job.id, node.id.clone()));
        }
    }
    starts
}

fn starts(plan: &Plan) -> Vec<(JobId, NodeId)> {
    let start = |decision: &Decision| match &decision.outcome {
        Outcome::Start(node) => Some((decision.job, node.clone())),
        Outcome::Wait(_) => None,
    };
    plan.decisions.iter().filter_map(start).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn never_more_than_there_is(snapshot in any_snapshot()) {
        let plan = plan(&snapshot);
        let mut ledger = Ledger::of(&snapshot);
        for (id, on) in starts(&plan) {
            let job = snapshot.waiting.iter().find(|job| job.id == id).unwrap();
            let node = snapshot.nodes.iter().find(|node| node.id == on).unwrap();
            prop_assert!(ledger.allows(&snapshot, job, node), "{id} on {on}");
            ledger.take(&on, &job.user, job.cpus, job.tokens);
        }
    }

    #[test]
    fn every_waiting_job_has_one_decision(snapshot in any_snapshot()) {
        let plan = plan(&snapshot);
        let ids: HashSet<JobId> = plan.decisions.iter().map(|decision| decision.job).collect();
        prop_assert_eq!(ids.len(), plan.decisions.len());
        prop_assert_eq!(ids, snapshot.waiting.iter().map(|job| job.id).collect::<HashSet<_>>());
        let positions = plan.decisions.iter().filter_map(|decision| match &decision.outcome {
            Outcome::Wait(waiting) => Some(waiting.position),
            Outcome::Start(_) => None,
        });
        prop_assert!(positions.eq(1..=(plan.decisions.len() - starts(&plan).len()) as u32));
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(snapshot in any_snapshot(), turn in 0..20_usize) {
        let mut other = snapshot.clone();
        other.waiting.reverse();
        let by = turn.min(other.waiting.len());
        other.waiting.rotate_left(by);
        other.running.reverse();
        other.nodes.reverse();
        other.users.reverse();
        other.lapses.reverse();
        prop_assert_eq!(plan(&snapshot), plan(&other));
    }

    /// While nothing is kept the starts are those of the plain rule.
    #[test]
    fn as_the_plain_rule_says(mut snapshot in any_snapshot()) {
        snapshot.backfill_patience = Seconds(1_000_000);
        // limits keep room for their owner's head, which the plain rule does not know
        snapshot.users.clear();
        prop_assert_eq!(starts(&plan(&snapshot)), plainly(&snapshot));
    }

    /// What waits could not start, by the plain rule, in what the decision left; or something is kept for the head.
    #[test]
    fn no_job_waits_without_a_reason(snapshot in any_snapshot()) {
        let plan = plan(&snapshot);
        let mut ledger = Ledger::of(&snapshot);
        for (id, on) in starts(&plan) {
            let job = snapshot.waiting.iter().find(|job| job.id == id).unwrap();
            ledger.take(&on, &job.user, job.cpus, job.tokens);
        }
        let mut behind_head = false;
        for decision in &plan.decisions {
            let Outcome::Wait(waiting) = &decision.outcome else { continue };
            let job = snapshot.waiting.iter().find(|job| job.id == decision.job).unwrap();
            let could = snapshot.nodes.iter().any(|node| ledger.allows(&snapshot, job, node));
            let kept = matches!(waiting.reason, WaitReason::KeptFor { .. });
            prop_assert_eq!(could, kept, "{:?}", waiting);
            prop_assert!(!kept || behind_head);
            prop_assert!(waiting.starts.is_none_or(|(early, late)| snapshot.now <= early && early <= late));
            match &waiting.reason {
                WaitReason::Cores { free, need, .. } => prop_assert!(free < need),
                WaitReason::NodeTokens { free, need, .. } | WaitReason::Tokens { free, need, .. } => prop_assert!(free < need),
                WaitReason::UserJobs { running, limit, .. } => prop_assert!(running >= limit),
                WaitReason::UserTokens { used, need, limit, .. } => prop_assert!(used.plus(*need) > *limit),
                WaitReason::Queued => prop_assert!(false, "nothing keeps it"),
                _ => {}
            }
            behind_head |= plan.head == Some(decision.job);
        }
    }

    #[test]
    fn what_if_is_the_same_rule(snapshot in any_snapshot(), extra in any_waiting()) {
        let extra = WaitingJob { id: JobId(500), ..extra };
        let alone = what_if(&snapshot, &extra);
        let mut with = snapshot.clone();
        with.waiting.push(extra);
        let whole = plan(&with);
        prop_assert_eq!(&alone, outcome(&whole, 500));
    }
}
