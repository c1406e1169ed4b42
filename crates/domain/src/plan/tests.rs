#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod any;
mod kept;

use super::*;

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
        why: None,
        cores: Cores(cores),
        reserved: Cores::ZERO,
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
        lapses: vec![],
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

/// For a job of twelve tokens.
fn no_tokens(free: u32, (reserved, external): (u32, u32), giver: Option<Giver>) -> WaitReason {
    let [free, reserved, external] = [free, reserved, external].map(Tokens);
    WaitReason::Tokens { free, need: Tokens(12), reserved, external, giver }
}

/// For a job of eight cores on the first node.
fn no_cores(free: u32, reserved: u32, giver: Option<Giver>) -> WaitReason {
    WaitReason::Cores { node: node_id(1), free: Cores(free), need: Cores(8), reserved: Cores(reserved), giver }
}

#[test]
fn auto_takes_the_node_with_the_most_free_cores_and_the_first_of_equals() {
    let snapshot = lab(vec![node(3, 16), node(1, 8), node(2, 16)], vec![], vec![job(1, 8), job(2, 8), job(3, 8)]);
    let plan = plan(&snapshot);
    let nodes: Vec<_> = (1..=3).map(|id| outcome(&plan, id).clone()).collect();
    assert_eq!(nodes, [2, 3, 1].map(|n| Outcome::Start(node_id(n))));
}

#[test]
fn priority_then_number() {
    let mut queue = vec![job(1, 2), job(2, 2), job(3, 2), job(4, 2)];
    queue[3].priority = Priority::HIGH;
    queue.swap(0, 1);
    let plan = plan(&lab(vec![], vec![], queue));
    let order: Vec<i64> = plan.decisions.iter().map(|decision| decision.job.0).collect();
    assert_eq!(order, [4, 1, 2, 3]);
    let positions: Vec<u32> = [4, 1, 2, 3].map(|id| waiting(&plan, id).position).into();
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
        no_tokens(0, (0, 0), giver(4, 12, Some(NOW.0 + 5_000))),
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
    assert_eq!(wait.reason, no_cores(4, 0, giver(1, 4, None)));
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
    maintenance.why = Some("new memory".into());
    let mut snapshot = lab(vec![maintenance, node(3, 4)], vec![], vec![far, drained, small, job(4, 8)]);
    let first = plan(&snapshot);
    assert_eq!(waiting(&first, 1).reason, WaitReason::NodeCannot { node: node_id(9) });
    let unavailable = WaitReason::NodeUnavailable {
        node: node_id(2),
        state: NodeState::Draining,
        until: Some(Timestamp(NOW.0 + 500)),
        said: Some("new memory".into()),
    };
    assert_eq!(waiting(&first, 2).reason, unavailable);
    assert_eq!(waiting(&first, 2).starts, Some((Timestamp(NOW.0 + 500), Timestamp(NOW.0 + 500))));
    assert_eq!(waiting(&first, 3).reason, WaitReason::NodeCannot { node: node_id(3) });
    assert_eq!(waiting(&first, 4).reason, WaitReason::NodesUnavailable { nodes: 1 });
    assert_eq!(first.head, None, "nothing that runs could help any of them");
    snapshot.nodes[0].until = Some(NOW);
    assert_eq!(waiting(&plan(&snapshot), 2).starts, None, "a draining that should be over ends at no known time");
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
    assert_eq!(waiting(&plan, 10).reason, no_tokens(1, (13, 30), None));
    assert_eq!(outcome(&plan, 11), &Outcome::Start(node_id(1)));
    assert_eq!(plan.head, None, "no job of ours gives back what others hold");
}

#[test]
fn reserved_cores_are_nobody_s_to_start_on_and_keep_no_node_idle() {
    let mut kept = node(1, 8);
    kept.reserved = Cores(4);
    let mut head = job(10, 8);
    head.head_since = Some(Timestamp(0));
    let mut snapshot = lab(vec![kept], vec![], vec![head, job(11, 4), job(12, 2)]);
    let first = plan(&snapshot);
    assert_eq!(outcome(&first, 11), &Outcome::Start(node_id(1)), "what is not reserved is free");
    assert_eq!(waiting(&first, 10).reason, no_cores(0, 4, None));
    assert_eq!(waiting(&first, 10).starts, None, "no end of a job brings back what a person has reserved");
    assert!(matches!(waiting(&first, 12).reason, WaitReason::Cores { free: Cores(0), .. }));
    assert_eq!(first.head, Some(JobId(12)));
    // more is reserved than is free: what runs goes on, nothing starts
    snapshot.running = vec![running(1, 1, 8, None)];
    assert!(matches!(waiting(&plan(&snapshot), 12).reason, WaitReason::Cores { free: Cores(0), .. }));
    snapshot.running.clear();
    snapshot.nodes[0].reserved = Cores::ZERO;
    assert_eq!(outcome(&plan(&snapshot), 10), &Outcome::Start(node_id(1)));
}

#[test]
fn what_waits_for_a_reservation_starts_when_it_ends() {
    let lapse = |at: i64, tokens, cores: u32| Lapse {
        at: Timestamp(NOW.0 + at),
        tokens: Tokens(tokens),
        cores: (cores > 0).then(|| (node_id(1), Cores(cores))),
    };
    let at = |seconds: i64| Some((Timestamp(NOW.0 + seconds), Timestamp(NOW.0 + seconds)));
    let mut kept = node(1, 8);
    kept.reserved = Cores(8);
    let mut snapshot = lab(vec![kept], vec![], vec![job(10, 8)]);
    snapshot.lapses = vec![lapse(600, 0, 2), lapse(1_800, 5, 6)];
    let first = plan(&snapshot);
    assert_eq!(waiting(&first, 10).reason, no_cores(0, 8, None));
    assert_eq!(waiting(&first, 10).starts, at(1_800), "the first to end does not give enough back");
    // tokens alike; what is in use outside does not end with any reservation
    snapshot.nodes[0].reserved = Cores::ZERO;
    snapshot.license.reserved = Tokens(40);
    snapshot.lapses = vec![lapse(300, 1, 0), lapse(900, 39, 0)];
    assert_eq!(waiting(&plan(&snapshot), 10).starts, at(900));
    snapshot.license.external = Tokens(39);
    assert_eq!(waiting(&plan(&snapshot), 10).starts, None);
    // a running job's end and a reservation's, whichever is later
    snapshot.license.external = Tokens::ZERO;
    snapshot.running = vec![running(1, 1, 8, Some(NOW.0 + 2_000))];
    assert_eq!(waiting(&plan(&snapshot), 10).starts, at(2_000));
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
