//! At most once, whatever happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, sh, token};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{ExitStatus, RunToken};
use executor::ExecutorError;
use std::time::Duration;

fn lines(node: &Node, token: &RunToken, word: &str) -> usize {
    node.journal().lines().filter(|line| line.ends_with(&format!("{token} {word}"))).count()
}

#[tokio::test]
async fn a_second_launch_finds_the_first() {
    let node = Node::start();
    let token = node.script("echo once >> count; sleep 0.2").await;
    let again = node.executor.launch(&node.address, &sh(&token, "echo twice >> count")).await.unwrap();
    assert!(!again.first);
    node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    // and after its end
    assert!(!node.executor.launch(&node.address, &sh(&token, "echo thrice >> count")).await.unwrap().first);
    assert_eq!(std::fs::read_to_string(node.folder(&token).join("count")).unwrap(), "once\n");
    assert_eq!((lines(&node, &token, "launched"), lines(&node, &token, "refused")), (1, 2));
}

#[tokio::test]
async fn of_many_launches_at_once_one_counts() {
    let node = Node::start();
    let token = token();
    node.stage(&token, &[]).await;
    let launch = sh(&token, "echo once >> count");
    let all = (0..12).map(|_| node.executor.launch(&node.address, &launch));
    let outcomes = futures::future::join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().first).count(), 1);
    node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    assert_eq!(std::fs::read_to_string(node.folder(&token).join("count")).unwrap(), "once\n");
    assert_eq!(lines(&node, &token, "launched"), 1);
}

#[tokio::test]
async fn what_was_stopped_first_never_starts() {
    let node = Node::start();
    let token = token();
    node.stage(&token, &[]).await;
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
    let late = node.executor.launch(&node.address, &sh(&token, "touch started")).await;
    assert_eq!(late, Err(ExecutorError::Closed));
    assert!(!node.folder(&token).join("started").exists());
    let end = RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true };
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(end));
}

#[tokio::test]
async fn the_gate_outlives_the_folder() {
    let node = Node::start();
    let ran = node.script("exit 0").await;
    node.until(&ran, |run| matches!(run.report, RunReport::Ended(_))).await;
    let never_ran = token();
    node.executor.stop(&node.address, &never_ran, Duration::ZERO, None).await.unwrap();
    for token in [&ran, &never_ran] {
        node.executor.remove(&node.address, token).await.unwrap();
        let late = node.executor.stage(&node.address, token, &[], &|_, _| {}).await;
        assert_eq!(late, Err(ExecutorError::Started));
        // even if somebody made the folder again
        std::fs::create_dir(node.folder(token)).unwrap();
    }
    assert!(!node.executor.launch(&node.address, &sh(&ran, "touch again")).await.unwrap().first);
    let late = node.executor.launch(&node.address, &sh(&never_ran, "touch again")).await;
    assert_eq!(late, Err(ExecutorError::Closed));
    assert!(!node.folder(&ran).join("again").exists() && !node.folder(&never_ran).join("again").exists());
}

#[tokio::test]
async fn without_a_folder_there_is_no_launch() {
    let node = Node::start();
    let launch = sh(&token(), "true");
    assert_eq!(node.executor.launch(&node.address, &launch).await, Err(ExecutorError::NoFolder));
}

#[tokio::test]
async fn staged_is_not_started() {
    let node = Node::start();
    let token = token();
    node.stage(&token, &[]).await;
    assert_eq!(node.poll(&token).await.report, RunReport::NotStarted);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said() {
    let node = Node::start();
    let token = token();
    node.stage(&token, &[]).await;
    let launch = executor::Launch { program: "no-such-solver".into(), ..sh(&token, "") };
    assert!(node.executor.launch(&node.address, &launch).await.unwrap().first);
    match node.poll(&token).await.report {
        RunReport::Ended(RunEnd::CannotStart { reason }) => assert!(reason.contains("no-such-solver"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_started_run_keeps_its_input() {
    let node = Node::start();
    let token = token();
    let deck = node.file("deck.inp", b"*HEADING\n");
    node.stage(&token, std::slice::from_ref(&deck)).await;
    node.executor.launch(&node.address, &sh(&token, "sleep 5")).await.unwrap();
    // the same again is fine, because it is there
    node.stage(&token, std::slice::from_ref(&deck)).await;
    let other = node.file("deck.inp", b"*NODE\n");
    let staged = node.executor.stage(&node.address, &token, &[other], &|_, _| {}).await;
    assert_eq!(staged, Err(ExecutorError::Started));
    assert_eq!(std::fs::read(node.folder(&token).join("deck.inp")).unwrap(), b"*HEADING\n");
}
