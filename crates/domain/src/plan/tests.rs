#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const NOW: Timestamp = Timestamp(100_000);

fn node_id(n: usize) -> NodeId {
    NodeId::parse(&format!("node-{n:02}")).unwrap()
}

fn user_id(n: usize) -> UserId {
    UserId::parse(&format!("user{n}")).unwrap()
}

fn node(n: usize, cores: u32) -> NodeCapacity {
    NodeCapacity {
        id: node_id(n),
        state: NodeState::Available,
        until: None,
        cores: Cores(cores),
        max_tokens: Tokens(50),
        solvers: Solver::ALL.to_vec(),
    }
}

/// An Abaqus job with the usual tokens, submitted in the order of its number.
fn job(id: i64, cpus: u32) -> WaitingJob {
    WaitingJob {
        id: JobId(id),
        name: JobName::parse(&format!("job{id}")).unwrap(),
        user: user_id(1),
        user_name: "佐藤".into(),
        wish: NodeWish::Auto,
        solver: Solver::Abaqus,
        cpus: Cores(cpus),
        tokens: crate::TokenRule::default().tokens(Cores(cpus)),
        priority: Priority::NORMAL,
        submitted: Timestamp(1_000 + id),
        head_since: None,
        not_before: None,
    }
}

fn running(id: i64, on: usize, cpus: u32, end: Option<i64>) -> RunningJob {
    let like = job(id, cpus);
    RunningJob {
        id: like.id,
        name: JobName::parse(&format!("run{id}")).unwrap(),
        user: user_id(2),
        node: node_id(on),
        cpus: like.cpus,
        tokens: like.tokens,
        expected_end: end.map(Timestamp),
    }
}

fn lab(nodes: Vec<NodeCapacity>, running: Vec<RunningJob>, waiting: Vec<WaitingJob>) -> Snapshot {
    Snapshot {
        now: NOW,
        waiting,
        running,
        nodes,
        users: vec![],
        license: LicenseCapacity { total: Tokens(50), ..LicenseCapacity::default() },
        backfill_patience: Seconds(900),
    }
}

fn outcome(plan: &Plan, id: i64) -> &Outcome {
    &plan.decisions.iter().find(|decision| decision.job == JobId(id)).unwrap().outcome
}

fn waiting(plan: &Plan, id: i64) -> &Waiting {
    match outcome(plan, id) {
        Outcome::Wait(waiting) => waiting,
        Outcome::Start(node) => panic!("job {id} starts on {node}"),
    }
}

fn giver(run: i64, amount: u32, at: Option<i64>) -> Option<Giver> {
    Some(Giver { job: JobName::parse(&format!("run{run}")).unwrap(), amount, at: at.map(Timestamp) })
}

#[test]
fn auto_takes_the_node_with_the_most_free_cores_and_the_first_of_equals() {
    let snapshot = lab(vec![node(3, 16), node(1, 8), node(2, 16)], vec![], vec![job(1, 8), job(2, 8), job(3, 8)]);
    let plan = plan(&snapshot);
    let nodes: Vec<_> = (1..=3).map(|id| outcome(&plan, id).clone()).collect();
    assert_eq!(nodes, [2, 3, 1].map(|n| Outcome::Start(node_id(n))));
}

#[test]
fn priority_then_submission_then_number() {
    let mut queue = vec![job(1, 2), job(2, 2), job(3, 2), job(4, 2)];
    queue[3].priority = Priority::HIGH;
    queue[2].submitted = Timestamp(0);
    queue[1].submitted = queue[0].submitted;
    let plan = plan(&lab(vec![], vec![], queue));
    let order: Vec<i64> = plan.decisions.iter().map(|decision| decision.job.0).collect();
    assert_eq!(order, [4, 3, 1, 2]);
    let positions: Vec<u32> = [4, 3, 1, 2].map(|id| waiting(&plan, id).position).into();
    assert_eq!(positions, [1, 2, 3, 4]);
}

#[test]
fn tokens_name_the_next_giver_and_the_time() {
    // 12 + 12 + 12 + 8 of 50 in use: 6 are free
    let runs = vec![
        running(1, 1, 8, Some(NOW.0 + 9_000)),
        running(2, 2, 4, Some(NOW.0 + 1_000)),
        running(3, 1, 8, None),
        running(4, 2, 8, Some(NOW.0 + 5_000)),
    ];
    let snapshot = lab(vec![node(1, 32), node(2, 32)], runs, vec![job(10, 8), job(11, 2)]);
    let plan = plan(&snapshot);
    let hood = waiting(&plan, 10);
    assert_eq!(
        hood.reason,
        WaitReason::Tokens { free: Tokens(0), need: Tokens(12), giver: giver(4, 12, Some(NOW.0 + 5_000)) },
        "the smaller job passed it and took the six"
    );
    assert_eq!(outcome(&plan, 11), &Outcome::Start(node_id(2)));
    assert_eq!(hood.starts, Some((Timestamp(NOW.0 + 5_000), Timestamp(NOW.0 + 5_000))));
    assert_eq!(plan.head, Some(JobId(10)));
}

#[test]
fn cores_name_the_node_and_a_giver_whose_end_is_unknown() {
    let plan = plan(&lab(vec![node(1, 8), node(2, 4)], vec![running(1, 1, 4, None)], vec![job(10, 8)]));
    let wait = waiting(&plan, 10);
    assert_eq!(
        wait.reason,
        WaitReason::Cores { node: node_id(1), free: Cores(4), need: Cores(8), giver: giver(1, 4, None) }
    );
    assert_eq!(wait.starts, None);
}

#[test]
fn what_comes_last_is_the_reason() {
    // tokens come back at +1000, cores at +2000
    let mut narrow = node(1, 8);
    narrow.max_tokens = Tokens(50);
    let runs = vec![running(1, 1, 8, Some(NOW.0 + 2_000)), running(2, 2, 8, Some(NOW.0 + 1_000))];
    let mut wants = job(10, 8);
    wants.wish = NodeWish::Node(node_id(1));
    let mut snapshot = lab(vec![narrow, node(2, 8)], runs, vec![wants]);
    snapshot.license.total = Tokens(24);
    let plan = plan(&snapshot);
    assert!(matches!(&waiting(&plan, 10).reason, WaitReason::Cores { free: Cores(0), .. }));
    assert_eq!(waiting(&plan, 10).starts, Some((Timestamp(NOW.0 + 2_000), Timestamp(NOW.0 + 2_000))));
}

#[test]
fn the_node_s_own_token_limit() {
    let mut limited = node(1, 32);
    limited.max_tokens = Tokens(20);
    let runs = vec![running(1, 1, 8, Some(NOW.0 + 60))];
    let plan = plan(&lab(vec![limited], runs, vec![job(10, 8)]));
    let reason = WaitReason::NodeTokens {
        node: node_id(1),
        free: Tokens(8),
        need: Tokens(12),
        giver: giver(1, 12, Some(NOW.0 + 60)),
    };
    assert_eq!(waiting(&plan, 10).reason, reason);
}

#[test]
fn what_can_never_start_says_so() {
    let mut far = job(1, 8);
    far.wish = NodeWish::Node(node_id(9));
    let mut drained = job(2, 2);
    drained.wish = NodeWish::Node(node_id(2));
    let mut small = job(3, 8);
    small.wish = NodeWish::Node(node_id(3));
    let mut maintenance = node(2, 16);
    maintenance.state = NodeState::Draining;
    maintenance.until = Some(Timestamp(NOW.0 + 500));
    let mut snapshot = lab(vec![maintenance, node(3, 4)], vec![], vec![far, drained, small, job(4, 8)]);
    let first = plan(&snapshot);
    assert_eq!(waiting(&first, 1).reason, WaitReason::NodeCannot { node: node_id(9) });
    let unavailable = WaitReason::NodeUnavailable {
        node: node_id(2),
        state: NodeState::Draining,
        until: Some(Timestamp(NOW.0 + 500)),
    };
    assert_eq!(waiting(&first, 2).reason, unavailable);
    assert_eq!(waiting(&first, 2).starts, Some((Timestamp(NOW.0 + 500), Timestamp(NOW.0 + 500))));
    assert_eq!(waiting(&first, 3).reason, WaitReason::NodeCannot { node: node_id(3) });
    assert_eq!(waiting(&first, 4).reason, WaitReason::NodesUnavailable { nodes: 1 });
    assert_eq!(first.head, None, "nothing that runs could help any of them");
    snapshot.nodes.remove(0);
    assert_eq!(waiting(&plan(&snapshot), 4).reason, WaitReason::NoSuchNode { solver: Solver::Abaqus, cpus: Cores(8) });
    snapshot.license.total = Tokens(5);
    snapshot.nodes[0].cores = Cores(64);
    let never = WaitReason::TokensNever { total: Tokens(5), need: Tokens(12) };
    assert_eq!(waiting(&plan(&snapshot), 4).reason, never);
}

#[test]
fn the_owner_s_limits_keep_only_the_owner() {
    let mut other = job(11, 8);
    other.user = user_id(2);
    let mut run = running(1, 1, 2, Some(NOW.0 + 700));
    run.user = user_id(1);
    let mut snapshot = lab(vec![node(1, 32)], vec![run], vec![job(10, 8), other]);
    snapshot.users = vec![UserLimits { user: user_id(1), max_running_jobs: None, max_tokens: Some(Tokens(16)) }];
    let first = plan(&snapshot);
    assert_eq!(
        waiting(&first, 10).reason,
        WaitReason::UserTokens {
            user: "佐藤".into(),
            used: Tokens(6),
            need: Tokens(12),
            limit: Tokens(16),
            giver: giver(1, 6, Some(NOW.0 + 700)),
        }
    );
    assert_eq!(waiting(&first, 10).starts, Some((Timestamp(NOW.0 + 700), Timestamp(NOW.0 + 700))));
    assert_eq!(outcome(&first, 11), &Outcome::Start(node_id(1)));
    assert_eq!(first.head, None);
    snapshot.users[0].max_running_jobs = Some(1);
    let reason =
        WaitReason::UserJobs { user: "佐藤".into(), running: 1, limit: 1, giver: giver(1, 1, Some(NOW.0 + 700)) };
    assert_eq!(waiting(&plan(&snapshot), 10).reason, reason);
}

#[test]
fn a_pause_keeps_nothing() {
    let mut paused = job(1, 8);
    paused.not_before = Some(Timestamp(NOW.0 + 10));
    let plan = plan(&lab(vec![node(1, 8)], vec![], vec![paused, job(2, 8)]));
    assert_eq!(waiting(&plan, 1).reason, WaitReason::Retry { at: Timestamp(NOW.0 + 10) });
    assert_eq!(outcome(&plan, 2), &Outcome::Start(node_id(1)));
}

#[test]
fn smaller_jobs_pass_until_patience_ends() {
    let runs = vec![running(1, 1, 4, Some(NOW.0 + 3_600))];
    let mut head = job(10, 8);
    head.head_since = Some(Timestamp(NOW.0 - 899));
    let mut snapshot = lab(vec![node(1, 8), node(2, 2)], runs, vec![head, job(11, 2), job(12, 2)]);
    let early = plan(&snapshot);
    assert_eq!(outcome(&early, 11), &Outcome::Start(node_id(1)));
    snapshot.waiting[0].head_since = Some(Timestamp(NOW.0 - 900));
    let late = plan(&snapshot);
    assert_eq!(outcome(&late, 11), &Outcome::Start(node_id(2)), "what is kept is on node 1 alone");
    assert_eq!(waiting(&late, 12).reason, WaitReason::KeptFor { job: JobName::parse("job10").unwrap() });
    assert_eq!(waiting(&late, 10).starts, Some((Timestamp(NOW.0 + 3_600), Timestamp(NOW.0 + 3_600))));
    assert_eq!(late.head, Some(JobId(10)));
}

#[test]
fn tokens_that_are_too_few_are_kept_and_free_software_passes() {
    let runs = vec![running(1, 1, 8, None), running(2, 1, 8, None), running(3, 1, 8, None)];
    let mut head = job(10, 8);
    head.head_since = Some(Timestamp(0));
    let mut free = job(12, 2);
    free.solver = Solver::Calculix;
    free.tokens = Tokens::ZERO;
    let mut snapshot = lab(vec![node(1, 64)], runs, vec![head, job(11, 2), free]);
    snapshot.license.total = Tokens(46);
    let plan = plan(&snapshot);
    assert!(matches!(waiting(&plan, 10).reason, WaitReason::Tokens { free: Tokens(10), .. }));
    assert_eq!(waiting(&plan, 11).reason, WaitReason::KeptFor { job: JobName::parse("job10").unwrap() });
    assert_eq!(outcome(&plan, 12), &Outcome::Start(node_id(1)));
}

#[test]
fn the_head_s_owner_does_not_block_it_with_a_smaller_job() {
    let mut snapshot = lab(vec![node(1, 8)], vec![running(1, 1, 4, None)], vec![job(10, 8), job(11, 2)]);
    snapshot.users = vec![UserLimits { user: user_id(1), max_running_jobs: Some(1), max_tokens: None }];
    let plan = plan(&snapshot);
    assert_eq!(waiting(&plan, 11).reason, WaitReason::KeptFor { job: JobName::parse("job10").unwrap() });
}

#[test]
fn tokens_used_outside_and_reserved_ones_are_not_ours() {
    let mut snapshot = lab(vec![node(1, 64)], vec![], vec![job(10, 8), job(11, 2)]);
    snapshot.license.external = Tokens(30);
    snapshot.license.reserved = Tokens(13);
    let plan = plan(&snapshot);
    assert_eq!(waiting(&plan, 10).reason, WaitReason::Tokens { free: Tokens(1), need: Tokens(12), giver: None });
    assert_eq!(outcome(&plan, 11), &Outcome::Start(node_id(1)));
    assert_eq!(plan.head, None, "no job of ours gives back what others hold");
}

#[test]
fn what_if_answers_for_new_jobs_and_for_changes() {
    let runs = vec![running(1, 1, 8, Some(NOW.0 + 3_600))];
    let snapshot = lab(vec![node(1, 10)], runs, vec![job(10, 8)]);
    assert_eq!(what_if(&snapshot, &job(99, 2)), Outcome::Start(node_id(1)));
    let Outcome::Wait(wait) = what_if(&snapshot, &job(99, 4)) else { panic!("there is no room for four") };
    assert_eq!(wait.position, 2);
    // the same job with fewer cores
    assert_eq!(what_if(&snapshot, &job(10, 2)), Outcome::Start(node_id(1)));
    let mut urgent = job(98, 8);
    urgent.priority = Priority::URGENT;
    let Outcome::Wait(wait) = what_if(&snapshot, &urgent) else { panic!("there is no room for eight") };
    assert_eq!((wait.position, wait.starts), (1, Some((Timestamp(NOW.0 + 3_600), Timestamp(NOW.0 + 3_600)))));
    let whole =
        plan(&Snapshot { waiting: [snapshot.waiting.clone(), vec![urgent.clone()]].concat(), ..snapshot.clone() });
    assert_eq!(&what_if(&snapshot, &urgent), outcome(&whole, 98));
}

// Any snapshot at all, also impossible ones (more in use than there is, names that nobody knows).

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
        n in 0..5_usize, cores in 0..20_u32, tokens in 0..40_u32,
        state in prop::sample::select(vec![NodeState::Available, NodeState::Available, NodeState::Available, NodeState::Draining, NodeState::Disabled]),
        until in prop::option::of(99_000..105_000_i64),
        solvers in prop::sample::select(vec![Solver::ALL.to_vec(), Solver::ALL.to_vec(), vec![Solver::Calculix], vec![]]),
    ) -> NodeCapacity {
        NodeCapacity {
            id: node_id(n), state, until: until.map(Timestamp), cores: Cores(cores), max_tokens: Tokens(tokens), solvers,
        }
    }
}

prop_compose! {
    fn any_waiting()(
        shape in any_shape(), wish in any_wish(), user in 0..4_usize, priority in prop::sample::select(vec![-5, 0, 0, 0, 5, 10]),
        submitted in 0..10_i64, head_since in prop::option::of(95_000..100_000_i64), not_before in prop::option::weighted(0.1, 99_990..100_010_i64),
    ) -> WaitingJob {
        WaitingJob {
            user: user_id(user), user_name: format!("User {user}"), wish, solver: shape.0, cpus: Cores(shape.1), tokens: Tokens(shape.2),
            priority: Priority(priority), submitted: Timestamp(submitted), head_since: head_since.map(Timestamp),
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
    fn any_snapshot()(
        nodes in prop::collection::vec(any_node(), 0..5), waiting in prop::collection::vec(any_waiting(), 0..16),
        running in prop::collection::vec(any_running(), 0..8),
        limits in prop::collection::vec((prop::option::of(0..4_u32), prop::option::of(0..30_u32)), 4),
        total in 0..70_u32, reserved in 0..10_u32, external in 0..10_u32, patience in prop::sample::select(vec![0_u64, 900, 4_000]),
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
            && used(&self.cores) + job.cpus.0 <= node.cores.0
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
    queue.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.submitted, job.id));
    let mut starts = vec![];
    for job in queue {
        let fitting = snapshot.nodes.iter().filter(|node| ledger.allows(snapshot, job, node));
        let best = fitting.min_by_key(|node| {
            let used = ledger.cores.get(&node.id).copied().unwrap_or_default();
            (std::cmp::Reverse(node.cores.0 - used), node.id.clone())
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
