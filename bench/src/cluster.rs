//! A thousand runs on a hundred nodes: what one look at all of them takes, and what it opens.

use crate::Result;
use crate::figures::Series;
use crate::nodes::{Master, address, executor, shell, token};
use crate::report::{Aim, Row};
use crate::stack::output;
use executor::{Executor, NodeAddress, PollRun};
use futures::future::try_join_all;
use std::time::Instant;
use testbed::Sshd;

const NODES: usize = 100;
const RUNS: usize = 10;
const LOOKS: usize = 20;

/// What the sshd has let in and started so far.
fn opened(sshd: &Sshd) -> (usize, usize) {
    let log = sshd.log();
    let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    (count("Accepted publickey"), count("Starting session:"))
}

async fn begin(executor: &Executor, node: &NodeAddress) -> Result<Vec<PollRun>> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let token = token()?;
        executor.stage(node, &token, &[], &|_, _| {}).await?;
        executor.launch(node, &shell(&token, "echo 1 > job.sta; exec sleep 3600")).await?;
        runs.push(PollRun { token, offsets: Vec::new(), want: vec!["console.log".into(), "sta".into()] });
    }
    Ok(runs)
}

pub async fn bench() -> Result<Vec<Row>> {
    // one sshd stands for all the nodes: each has a connection and a work folder of its own
    let sshd = Sshd::start_with(&["MaxStartups 1000"])?;
    let here = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let executor = executor(&sshd)?;
    let mut nodes = Vec::new();
    for n in 0..NODES {
        let work = sshd.work_dir().join(n.to_string());
        std::fs::create_dir(&work)?;
        let node = address(&sshd, &format!("node-{n:03}"), &work)?;
        let runs = begin(&executor, &node).await?;
        nodes.push((node, runs));
    }
    let before = opened(&sshd);
    let mut looks = Series::default();
    for _ in 0..LOOKS {
        let begun = Instant::now();
        let polled = try_join_all(nodes.iter().map(|(node, runs)| executor.poll(node, runs))).await?;
        looks.push_ms(begun.elapsed());
        if polled.iter().any(|polled| polled.runs.len() != RUNS) {
            return Err("a poll left a run out".into());
        }
    }
    let after = opened(&sshd);
    let (connections, commands) = (after.0 - before.0, after.1 - before.1);
    let master = Master::start(&sshd, here.path())?;
    let mut rival = Series::default();
    for _ in 0..100 {
        let begun = Instant::now();
        output(master.command().arg("true"))?;
        rival.push_ms(begun.elapsed());
    }
    let count = LOOKS * NODES;
    Ok(vec![
        Row::new(
            "1,000 runs on 100 nodes, 20 looks: new connections and commands",
            Aim::AtMost(0.0, "beyond one round trip a node"),
            (connections + commands) as f64,
            format!("{connections} connections, {commands} commands in {count} round trips"),
            "20,000 commands where each run is asked with `ssh`",
        ),
        Row::new(
            "1,000 runs on 100 nodes, one look at all",
            Aim::None,
            looks.median(),
            looks.told("ms"),
            format!("1,000 × `ssh -S … true` would be {:.1} s ({} each)", rival.median(), rival.told("ms")),
        ),
    ])
}
