//! What is not the job's fault does not end it: it waits, says why, and goes on by itself.

use crate::node::{Gate, Solver, on_both};
use crate::stack::{Stack, sample};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use testbed::Sshd;

on_both!(
    cancelling_while_files_go_to_the_node_does_not_wait_for_them,
    a_run_leaves_nothing_on_its_node_even_when_the_server_died_under_it,
    a_node_lost_while_results_come_back_is_said,
);

/// A deck with an include that is long enough under way to do something meanwhile.
fn large() -> [(String, Vec<u8>); 2] {
    let mut include = sample("steel.inc").1;
    include.extend(b"** a comment that is as long as it needs to be\n".repeat(6_000_000));
    [sample("with_include.inp"), ("steel.inc".to_owned(), include)]
}

fn runs_on_node(stack: &Stack) -> usize {
    std::fs::read_dir(stack.sshd.work_dir().join("runs")).map_or(0, Iterator::count)
}

/// Of files on their way.
fn bytes_on_node(stack: &Stack) -> u64 {
    let runs = std::fs::read_dir(stack.sshd.work_dir().join("runs")).into_iter().flatten().flatten();
    let parts = runs.flat_map(|run| std::fs::read_dir(run.path().join(".run/in")).into_iter().flatten().flatten());
    parts.filter_map(|part| Some(part.metadata().ok()?.len())).sum()
}

async fn until_no_folder_is_left(stack: &Stack) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while runs_on_node(stack) > 0 {
        assert!(Instant::now() < deadline, "{} folders are left\n{}", runs_on_node(stack), stack.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn nodes(stack: &Stack) -> Value {
    stack.http.get(stack.url("/api/v1/nodes")).send().await.unwrap().json().await.unwrap()
}

fn is_hindered(job: &Value) -> bool {
    ["Starting", "Collecting"].contains(&job["status"].as_str().unwrap()) && !job["message"].is_null()
}

async fn cancelling_while_files_go_to_the_node_does_not_wait_for_them(node: Sshd) {
    let solver = Solver::of(&node);
    let stack = Stack::start_solver(node, solver, "8", &[("MAX_FILE_SIZE_MB", "500")]).await;
    let id = stack.submit(&large()).await;
    stack.until_status(id, "Starting").await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while bytes_on_node(&stack) < 1_000_000 {
        assert!(Instant::now() < deadline, "nothing was sent\n{}", stack.log());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(stack.act(id, "cancel").await.status().is_success());
    let job = stack.until_status(id, "Cancelled").await;
    assert_eq!(stack.launches(), 0, "{job}");
    // the place where files are sent is free: the next job need not wait for the rest of a cancelled one
    let next = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(next, "Completed").await;
    until_no_folder_is_left(&stack).await;
}

async fn a_run_leaves_nothing_on_its_node_even_when_the_server_died_under_it(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Running").await;
    assert_eq!(runs_on_node(&stack), 1);
    stack.kill_server();
    gate.open();
    stack.start_server();
    stack.until_status(id, "Completed").await;
    until_no_folder_is_left(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_out_of_reach_are_waited_for_and_blame_no_node() {
    let gate = Gate::closed();
    let stack = Stack::start_with(&gate.ccx(), &[]).await;
    // while this one has all cores, the other's files can be taken away before they are sent
    let first: Value = stack.post_files(&[sample("quick.inp")], &[("cpus", "8")]).await.json().await.unwrap();
    let first = first["id"].as_i64().unwrap();
    stack.until_status(first, "Running").await;
    let (_, deck) = sample("quick.inp");
    let id = stack.submit(&[("other.inp".to_owned(), deck)]).await;
    let (uploads, away) = (stack.folder.path().join("uploads"), stack.folder.path().join("away"));
    std::fs::rename(&uploads, &away).unwrap();
    gate.open();
    let job = stack.until(id, "hindered", is_hindered).await;
    assert_eq!(job["status"], "Starting", "{job}");
    let nodes = nodes(&stack).await;
    assert_eq!(nodes[0]["status"], "Available", "{nodes}");
    std::fs::rename(&away, &uploads).unwrap();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 2);
}

fn block(path: &Path) {
    std::fs::create_dir_all(path.join("in the way")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_cannot_be_kept_here_are_fetched_again_and_judged_only_then() {
    let gate = Gate::closed();
    let stack = Stack::start_with(&gate.ccx(), &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Running").await;
    let place = stack.results(id).join("quick.dat");
    block(&place);
    gate.open();
    let job = stack.until(id, "hindered", is_hindered).await;
    assert_eq!(job["status"], "Collecting", "{job}");
    std::fs::remove_dir_all(&place).unwrap();
    let job = stack.until_status(id, "Completed").await;
    assert_eq!(job["verdict"]["cause"]["what"], "completed", "{job}");
    assert!(place.is_file());
}

async fn a_node_lost_while_results_come_back_is_said(node: Sshd) {
    let solver = Solver::with_large_result(&node, 300_000_000);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Collecting").await;
    stack.sshd.kill();
    stack.sshd.kill_sessions();
    let job = stack.until(id, "without contact", |job| !job["no_contact_since"].is_null()).await;
    assert_eq!(job["status"], "Collecting", "{job}");
    stack.sshd.restart().unwrap();
    let job = stack.until_status(id, "Completed").await;
    assert!(job["no_contact_since"].is_null(), "{job}");
    assert_eq!(std::fs::metadata(stack.results(id).join("big.bin")).unwrap().len(), 300_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_which_its_node_cannot_tell_how_it_stands_is_said_and_nothing_is_concluded() {
    let gate = Gate::closed();
    let mut stack = Stack::start_with(&gate.ccx(), &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Running").await;
    let runs = stack.sshd.work_dir().join("runs");
    let run = std::fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    let (record, aside) = (run.join(".run/process.json"), runs.join("aside"));
    std::fs::rename(&record, &aside).unwrap();
    std::fs::create_dir(&record).unwrap();
    let job = stack.until(id, "said to be unread", |job| !job["message"].is_null()).await;
    assert_eq!(job["status"], "Running", "{job}");
    let log = stack.log();
    assert_eq!(log.matches("the node cannot tell how the run stands").count(), 1, "once, not with each look\n{log}");
    for (language, words) in [("ja", "ノードで計算の状態を読み取れません"), ("en", "cannot read how the run stands")]
    {
        let ask = stack.http.get(stack.url("/")).header("Cookie", format!("ajm_locale={language}"));
        let page = ask.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(words), "{language}");
    }
    // by the next server, too, that has said nothing yet
    stack.kill_server();
    std::fs::remove_dir(&record).unwrap();
    std::fs::rename(&aside, &record).unwrap();
    stack.start_server();
    let job = stack.until(id, "told again", |job| job["message"].is_null()).await;
    assert_eq!(job["status"], "Running", "{job}");
    gate.open();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
}
