//! The way of one run: a real deck, a real solver, a real sshd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, deck, local, token};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{Cores, ExitStatus, JobName, Solver};
use executor::{Launch, PollRun, command};
use std::time::Instant;

#[tokio::test]
async fn a_deck_is_sent_run_watched_and_its_results_fetched() {
    let node = Node::start();
    let token = token();
    let mut timings = Vec::new();
    let mut lap = Instant::now();
    let mut timed = |what: &str| {
        timings.push(format!("{what} {:.1} ms", lap.elapsed().as_secs_f64() * 1e3));
        lap = Instant::now();
    };
    node.executor.probe(&node.address).await.unwrap();
    timed("connect+upload+probe");
    node.executor.probe(&node.address).await.unwrap();
    timed("probe");
    node.stage(&token, &[local(deck("cantilever.inp"), "cantilever.inp")]).await;
    timed("stage");
    let command = command(
        Solver::Calculix,
        "ccx",
        &JobName::parse("cantilever").unwrap(),
        Cores(2),
        &domain::RunOptions::default(),
    );
    let launch = Launch { token: token.clone(), program: command.program, args: command.args, env: command.env };
    let launched = node.executor.launch(&node.address, &launch).await.unwrap();
    assert!(launched.first);
    timed("launch");
    let ended = node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    timed("run");
    node.poll(&token).await;
    timed("poll");
    assert_eq!(ended.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(0), stopped: false }));
    let console = String::from_utf8(ended.grown[0].bytes.clone()).unwrap();
    assert!(console.contains("Job finished"), "{console}");
    assert!(console.contains("Using up to 2 cpu(s)"), "{console}");

    let into = node.here.path().join("results");
    timed("-");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    timed("collect");
    assert!(collected.files.iter().all(|file| file.error.is_none()), "{collected:?}");
    let names: Vec<&str> = collected.files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"cantilever.frd") && names.contains(&"cantilever.sta"), "{names:?}");
    assert!(!names.contains(&"cantilever.inp"), "an unchanged input is no result");
    let dat = std::fs::read_to_string(into.join("cantilever.dat")).unwrap();
    assert!(dat.contains("displacements"), "{dat}");
    for file in &collected.files {
        assert_eq!(common::hash(&std::fs::read(into.join(&file.name)).unwrap()), file.sha256);
    }

    node.executor.remove(&node.address, &token).await.unwrap();
    timed("remove");
    assert!(!node.folder(&token).exists());
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(RunEnd::FolderGone));
    eprintln!("{}", timings.join(", "));
}

#[tokio::test]
async fn only_what_is_new_is_polled() {
    let node = Node::start();
    let token = node.script("echo first; while [ ! -e more ]; do sleep 0.01; done; echo second").await;
    let has_text = |run: &executor::PolledRun| !run.grown.is_empty();
    assert_eq!(node.until(&token, has_text).await.grown[0].bytes, b"first\n");
    std::fs::write(node.folder(&token).join("more"), "").unwrap();
    node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    let ask = |offset| PollRun {
        token: token.clone(),
        offsets: vec![("console.log".into(), offset)],
        want: vec!["log".into()],
    };
    let polled = node.executor.poll(&node.address, &[ask(6), ask(13), ask(99)]).await.unwrap();
    assert_eq!((polled.runs[0].grown[0].offset, polled.runs[0].grown[0].bytes.as_slice()), (6, b"second\n".as_slice()));
    assert!(polled.runs[1].grown.is_empty());
    assert_eq!(polled.runs[2].grown[0].offset, 0, "shorter than before: from the beginning");
}
