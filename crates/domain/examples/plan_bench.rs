//! Times the decision about 100,000 waiting jobs on 1,000 nodes: `cargo run -p domain --release --example plan_bench`.

use domain::plan::{LicenseCapacity, NodeCapacity, Outcome, RunningJob, Snapshot, UserLimits, WaitingJob};
use domain::{
    Cores, JobId, JobName, NameError, NodeId, NodeState, NodeWish, Priority, Seconds, Solver, Timestamp, TokenRule,
    Tokens, UserId,
};
use std::time::Instant;

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
fn snapshot(jobs: u64, nodes: u64, busy: u64, tokens: u32, seed: u64) -> Result<Snapshot, NameError> {
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
            submitted: Timestamp(NOW - random.below(86_400) as i64),
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

fn main() -> Result<(), NameError> {
    let cases = [("empty cluster", 0, 10_000), ("half full", 50, 2_000), ("full", 100, 50), ("no tokens left", 80, 0)];
    for (title, busy, tokens) in cases {
        let snapshot = snapshot(100_000, 1_000, busy, tokens, 7)?;
        let (mut best, mut starts, mut head) = (f64::MAX, 0, None);
        for _ in 0..5 {
            let begin = Instant::now();
            let plan = domain::plan::plan(&snapshot);
            best = best.min(begin.elapsed().as_secs_f64());
            starts = plan.decisions.iter().filter(|d| matches!(d.outcome, Outcome::Start(_))).count();
            head = plan.head;
        }
        let one = &snapshot.waiting[99_999];
        let begin = Instant::now();
        let answer = domain::plan::what_if(&snapshot, &WaitingJob { id: JobId(0), ..one.clone() });
        let asked = begin.elapsed().as_secs_f64();
        println!(
            "{title:>15}: {} running, {starts} start, head {}; plan {:.0} ms (best of 5), what if {:.0} ms ({})",
            snapshot.running.len(),
            head.map_or("none".to_owned(), |id| id.to_string()),
            best * 1e3,
            asked * 1e3,
            if matches!(answer, Outcome::Start(_)) { "starts" } else { "waits" },
        );
    }
    Ok(())
}
