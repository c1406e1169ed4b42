//! The decision about 100,000 waiting jobs on 1,000 nodes by the kept queue after a submission, beside the same made anew
//! from a snapshot, and beside that queue merely sorted.

use crate::Result;
use crate::figures::Series;
use crate::report::{Aim, Row};
use domain::plan::{LicenseCapacity, NodeCapacity, Queue, RunningJob, Snapshot, UserLimits, WaitingJob};
use domain::{
    Cores, JobId, JobName, NodeId, NodeState, NodeWish, Priority, Seconds, Solver, Timestamp, TokenRule, Tokens, UserId,
};
use std::time::Instant;

const TURNS: usize = 21;
const NOW: i64 = 1_800_000_000;

/// splitmix64: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// How full the cluster is: `busy` percent of the cores are held, and how many tokens there are.
fn snapshot(jobs: u64, nodes: u64, busy: u64, tokens: u32, seed: u64) -> Result<Snapshot> {
    let mut random = Random(seed);
    let rule = TokenRule::default();
    let mut all = Snapshot {
        now: Timestamp(NOW),
        license: LicenseCapacity { total: Tokens(tokens), ..LicenseCapacity::default() },
        backfill_patience: Seconds(900),
        ..Snapshot::default()
    };
    for n in 0..nodes {
        let id = NodeId::parse(&format!("node-{n:04}"))?;
        let cores = 16 + 16 * random.below(3);
        let mut used = 0;
        while (used + 8) * 100 <= cores * busy {
            let run = all.running.len();
            all.running.push(RunningJob {
                id: JobId(1_000_000 + run as i64),
                name: JobName::parse(&format!("run-{run}"))?,
                user: UserId::parse(&format!("user{}", random.below(200)))?,
                node: id.clone(),
                cpus: Cores(8),
                tokens: Tokens::ZERO,
                expected_end: (random.below(3) > 0).then(|| Timestamp(NOW + random.below(86_400) as i64)),
            });
            used += 8;
        }
        all.nodes.push(NodeCapacity {
            id,
            state: if random.below(20) == 0 { NodeState::Draining } else { NodeState::Available },
            until: None,
            why: None,
            cores: Cores(cores as u32),
            reserved: Cores::ZERO,
            max_tokens: Tokens(60),
            solvers: if random.below(4) == 0 { vec![Solver::Calculix] } else { Solver::ALL.to_vec() },
        });
    }
    for n in 0..jobs {
        let solver = Solver::ALL[random.below(2) as usize];
        let cpus = Cores::CHOICES[random.below(3) as usize];
        let user = random.below(200);
        let wish = match random.below(3) {
            0 => NodeWish::Node(NodeId::parse(&format!("node-{:04}", random.below(nodes)))?),
            _ => NodeWish::Auto,
        };
        all.waiting.push(WaitingJob {
            id: JobId(n as i64 + 1),
            name: JobName::parse(&format!("job-{n}"))?,
            user: UserId::parse(&format!("user{user}"))?,
            user_name: format!("User {user}"),
            wish,
            solver,
            cpus,
            tokens: solver.tokens(cpus, &rule),
            priority: Priority(-5 + 5 * random.below(4) as i32),
            head_since: Some(Timestamp(NOW - 1_000)),
            not_before: None,
        });
    }
    for user in 0..50 {
        all.users.push(UserLimits {
            user: UserId::parse(&format!("user{user}"))?,
            max_running_jobs: Some(20),
            max_tokens: Some(Tokens(100)),
        });
    }
    Ok(all)
}

pub fn bench() -> Result<Vec<Row>> {
    let cases = [("empty cluster", 0, 10_000), ("half full", 50, 2_000), ("full", 100, 50), ("no tokens left", 80, 0)];
    let mut rows = Vec::new();
    for (title, busy, tokens) in cases {
        let mut snapshot = snapshot(100_000, 1_000, busy, tokens, 7)?;
        let (mut anew, mut sorted) = (Series::default(), Series::default());
        for _ in 0..TURNS {
            let begun = Instant::now();
            std::hint::black_box(domain::plan::plan(&snapshot));
            anew.push_ms(begun.elapsed());
            let begun = Instant::now();
            let mut queue: Vec<&WaitingJob> = snapshot.waiting.iter().collect();
            queue.sort_by_cached_key(|job| (std::cmp::Reverse(job.priority), job.id));
            sorted.push_ms(begun.elapsed());
            std::hint::black_box(queue);
        }
        let waiting = std::mem::take(&mut snapshot.waiting);
        let mut queue = Queue::new(waiting.iter().cloned());
        let (mut passes, mut starts) = (Series::default(), 0);
        for (turn, like) in waiting.iter().take(TURNS).enumerate() {
            // what a pass is for: somebody has submitted a job
            let new = WaitingJob { id: JobId(2_000_000 + turn as i64), ..like.clone() };
            let begun = Instant::now();
            queue.put(new);
            starts = queue.decide(&snapshot).starts.len();
            std::hint::black_box(queue.news(256));
            passes.push_ms(begun.elapsed());
        }
        let aim = Aim::AtMost(if starts == 0 { 1.0 } else { 10.0 }, "ms");
        let what = format!("one pass, {title}: {} running, {starts} start", snapshot.running.len());
        let beside = format!("decided anew {}; sorting that queue {}", anew.told("ms"), sorted.told("ms"));
        rows.push(Row::new(&what, aim, passes.median(), passes.told("ms"), beside));
    }
    Ok(rows)
}
