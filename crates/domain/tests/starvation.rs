//! A big job among an endless stream of small ones: it starts once it has been patient, whatever the estimates say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "simulation/random.rs"]
mod random;

use domain::plan::{LicenseCapacity, NodeCapacity, Outcome, RunningJob, Snapshot, WaitReason, WaitingJob, plan};
use domain::{
    Cores, JobId, JobName, NodeId, NodeState, NodeWish, Priority, Seconds, Solver, Timestamp, TokenRule, Tokens, UserId,
};
use random::Random;

const PATIENCE: u64 = 15 * 60;
const LONGEST: i64 = 40 * 60;
const TICK: i64 = 60;
/// Until room is kept on every node, then until what runs there has ended, then until tokens have come back.
const BOUND: i64 = 4 * PATIENCE as i64 + 2 * LONGEST + 2 * TICK;

struct Lab {
    random: Random,
    now: i64,
    nodes: Vec<NodeCapacity>,
    tokens: Tokens,
    waiting: Vec<WaitingJob>,
    /// With the true end.
    running: Vec<(RunningJob, i64)>,
    next: i64,
}

fn node(n: usize) -> NodeId {
    NodeId::parse(&format!("node-{n}")).unwrap()
}

impl Lab {
    fn new(seed: u64) -> Lab {
        let mut random = Random(seed);
        let nodes = (0..1 + random.below(3)).map(|n| NodeCapacity {
            id: node(n),
            state: NodeState::Available,
            until: None,
            why: None,
            cores: Cores(random.pick(&[8, 12, 16])),
            reserved: Cores::ZERO,
            max_tokens: Tokens(random.pick(&[12, 30])),
            solvers: Solver::ALL.to_vec(),
        });
        let nodes = nodes.collect();
        let tokens = Tokens(random.pick(&[14, 26, 50]));
        Lab { random, now: 1_000_000, nodes, tokens, waiting: vec![], running: vec![], next: 1 }
    }

    fn submit(&mut self, cpus: u32, solver: Solver, wish: NodeWish) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        let cpus = Cores(cpus);
        self.waiting.push(WaitingJob {
            id,
            name: JobName::parse(&format!("job{id}")).unwrap(),
            user: UserId::parse("sato").unwrap(),
            user_name: "佐藤".into(),
            wish,
            solver,
            cpus,
            tokens: solver.tokens(cpus, &TokenRule::default()),
            priority: Priority::NORMAL,
            head_since: None,
            not_before: None,
        });
        id
    }

    /// There are always more small jobs than could start.
    fn stream(&mut self) {
        while self.waiting.len() < 12 {
            let solver = self.random.pick(&Solver::ALL);
            let cpus = self.random.pick(&[2, 2, 4]);
            self.submit(cpus, solver, NodeWish::Auto);
        }
    }

    fn tick(&mut self, patience: u64) {
        self.now += TICK;
        let now = self.now;
        self.running.retain(|(_, end)| *end > now);
        self.stream();
        // estimates come, go, and are wrong
        for (job, end) in &mut self.running {
            job.expected_end = match self.random.below(3) {
                0 => None,
                1 => Some(Timestamp(*end)),
                _ => Some(Timestamp(now + self.random.below(10_000) as i64)),
            };
        }
        let plan = plan(&Snapshot {
            now: Timestamp(now),
            waiting: self.waiting.clone(),
            running: self.running.iter().map(|(job, _)| job.clone()).collect(),
            nodes: self.nodes.clone(),
            users: vec![],
            license: LicenseCapacity { total: self.tokens, ..LicenseCapacity::default() },
            lapses: vec![],
            backfill_patience: Seconds(patience),
        });
        for job in &mut self.waiting {
            job.head_since = (plan.head == Some(job.id)).then(|| job.head_since.unwrap_or(Timestamp(now)));
        }
        for decision in plan.decisions {
            match decision.outcome {
                Outcome::Start(on) => {
                    let at = self.waiting.iter().position(|job| job.id == decision.job).unwrap();
                    let job = self.waiting.remove(at);
                    let end = now + 5 * 60 + self.random.below(LONGEST as usize - 5 * 60) as i64;
                    let run = RunningJob {
                        id: job.id,
                        name: job.name,
                        user: job.user,
                        node: on,
                        cpus: job.cpus,
                        tokens: job.tokens,
                        expected_end: None,
                    };
                    self.running.push((run, end));
                }
                Outcome::Wait(waiting) => assert_ne!(waiting.reason, WaitReason::Queued),
            }
        }
    }

    /// Seconds until a job of eight cores started; `None` if it had not by the bound.
    fn big_job_waits(&mut self, patience: u64) -> Option<i64> {
        for _ in 0..30 {
            self.tick(patience);
        }
        let wish = if self.random.percent(50) {
            NodeWish::Auto
        } else {
            NodeWish::Node(node(self.random.below(self.nodes.len())))
        };
        let solver = self.random.pick(&Solver::ALL);
        let big = self.submit(8, solver, wish);
        let submitted = self.now;
        // the small jobs before it are few, and start or stand in nobody's way
        self.waiting.retain(|job| job.id == big);
        while self.waiting.iter().any(|job| job.id == big) {
            if self.now - submitted > BOUND {
                return None;
            }
            self.tick(patience);
        }
        Some(self.now - submitted)
    }
}

#[test]
fn a_big_job_starts_in_spite_of_an_endless_stream_of_small_ones() {
    for seed in 0..150 {
        let waited = Lab::new(seed).big_job_waits(PATIENCE);
        assert!(waited.is_some(), "seed {seed}: it still waits after {BOUND} s");
    }
}

#[test]
fn without_patience_s_end_it_would_starve() {
    let starved = (0..60).filter(|&seed| Lab::new(seed).big_job_waits(1_000_000).is_none()).count();
    assert!(starved > 20, "only {starved} of 60: the stream above proves little");
}
