//! What reaching a node costs. Figures, not proofs, so only when asked for:
//! `cargo test -p executor --profile server-demo --test speed -- --ignored --nocapture`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, deck, local, sh, token};
use domain::lifecycle::RunReport;
use domain::{Cores, JobName, Solver};
use executor::{Launch, PollRun, command};
use std::time::{Duration, Instant};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "figures for people; needs a quiet machine"]
async fn what_a_tiny_job_costs() {
    let node = Node::start();
    let start = Instant::now();
    node.executor.probe(&node.address).await.unwrap();
    println!("first contact with upload: {:?}", start.elapsed());
    let solver = command(
        Solver::Calculix,
        "ccx",
        &JobName::parse("cantilever").unwrap(),
        Cores(2),
        &domain::RunOptions::default(),
    );
    let (mut stage, mut launch, mut poll, mut collect, mut remove) = (vec![], vec![], vec![], vec![], vec![]);
    for turn in 0..20 {
        let token = token();
        let into = node.here.path().join(turn.to_string());
        let mut lap = Instant::now();
        let mut timed = |times: &mut Vec<Duration>| times.push(std::mem::replace(&mut lap, Instant::now()).elapsed());
        node.stage(&token, &[local(deck("cantilever.inp"), "cantilever.inp")]).await;
        timed(&mut stage);
        let command = solver.clone();
        let (program, args, env) = (command.program, command.args, command.env);
        node.executor.launch(&node.address, &Launch { token: token.clone(), program, args, env }).await.unwrap();
        timed(&mut launch);
        node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
        timed(&mut vec![]);
        node.poll(&token).await;
        timed(&mut poll);
        node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
        timed(&mut collect);
        node.executor.remove(&node.address, &token).await.unwrap();
        timed(&mut remove);
    }
    let medians = [stage, launch, poll, collect, remove].map(median);
    println!("medians of stage, launch, poll, collect, remove: {medians:?}");
    let added: Duration = medians[1] + medians[2] + medians[3];
    println!("launch + poll + collect: {added:?}");
    assert!(added < Duration::from_millis(500), "{added:?}");

    let mut runs = Vec::new();
    for _ in 0..60 {
        runs.push(node.script("for i in 1 2 3; do echo $i > job.sta; done; sleep 60").await);
    }
    let want = vec!["console.log".to_owned(), "sta".to_owned(), "cvg".to_owned()];
    let ask: Vec<_> =
        runs.iter().map(|token| PollRun { token: token.clone(), offsets: vec![], want: want.clone() }).collect();
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        node.executor.poll(&node.address, &ask).await.unwrap();
        times.push(start.elapsed());
    }
    println!("one poll of 60 living runs: {:?}", median(times));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "figures for people; needs a quiet machine"]
async fn how_fast_files_go() {
    const MIB: usize = 1 << 20;
    let node = Node::start();
    let token = token();
    let bytes: Vec<u8> = (0..200 * MIB).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let file = node.file("deck.inp", &bytes);
    node.stage(&token, &[]).await;
    let start = Instant::now();
    node.stage(&token, &[file]).await;
    println!("sent 200 MiB, checked, in {:?}", start.elapsed());
    node.executor.launch(&node.address, &sh(&token, "mv deck.inp deck.odb")).await.unwrap();
    node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    let start = Instant::now();
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    println!("fetched 200 MiB, checked and on the disk, in {:?}", start.elapsed());
    assert!(collected.files.iter().all(|file| file.error.is_none()));

    let many = common::token();
    let files: Vec<_> = (0..300).map(|n| node.file(&format!("{n}.inc"), &bytes[..4096])).collect();
    let start = Instant::now();
    node.stage(&many, &files).await;
    println!("sent 300 files of 4 KiB in {:?}", start.elapsed());
}
