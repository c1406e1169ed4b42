//! Never lost, never twice, whatever dies when. The node's own journal is the witness.

use crate::node::{Gate, Solver, launched_at, on_both};
use crate::stack::{Stack, sample};
use serde_json::Value;
use testbed::Sshd;

on_both!(
    the_server_dies_while_files_go_to_the_node,
    the_server_dies_while_the_solver_runs,
    the_solver_ends_while_the_server_is_dead,
    the_server_dies_while_results_come_back,
    sshd_and_every_session_die_under_a_running_job,
    a_job_waits_for_a_node_that_is_down_and_starts_by_itself,
    a_run_under_which_its_node_was_started_again_is_missing_and_is_not_started_again,
);

fn is_running(job: &Value) -> bool {
    job["status"] == "Running"
}

async fn the_server_dies_while_files_go_to_the_node(node: Sshd) {
    let solver = Solver::of(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[("MAX_FILE_SIZE_MB", "500")]).await;
    // a large file makes the journey long enough to die on
    let (name, deck) = sample("with_include.inp");
    let mut include = sample("steel.inc").1;
    include.extend(b"** a comment that is as long as it needs to be\n".repeat(3_000_000));
    let id = stack.submit(&[(name, deck), ("steel.inc".to_owned(), include)]).await;
    stack.until_status(id, "Starting").await;
    stack.kill_server();
    assert_eq!(stack.launches(), 0, "died too late");
    stack.start_server();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
}

async fn the_server_dies_while_the_solver_runs(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until(id, "running", is_running).await;
    stack.kill_server();
    assert!(!stack.alive_on_node().is_empty(), "the run goes on");
    stack.start_server();
    assert_eq!(stack.job(id).await["status"], "Running");
    gate.open();
    let job = stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
    assert_eq!(job["progress"]["share"], 1.0, "{job}");
}

async fn the_solver_ends_while_the_server_is_dead(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until(id, "running", is_running).await;
    let launched = launched_at(&stack.sshd);
    stack.kill_server();
    gate.open();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !stack.alive_on_node().is_empty() {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let ended = chrono::Utc::now().timestamp();
    // the time that nobody looked is no time of the solver's
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    stack.start_server();
    let job = stack.until_status(id, "Completed").await;
    let answered_late = job["started_at"].as_i64().unwrap() - launched;
    assert!(job["ended_at"].as_i64().unwrap() <= ended + 1 + answered_late, "{job}, launched at {launched}");
    assert_eq!(stack.launches(), 1);
}

async fn the_server_dies_while_results_come_back(node: Sshd) {
    let solver = Solver::with_large_result(&node, 300_000_000);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Collecting").await;
    stack.kill_server();
    assert!(!stack.results(id).join("big.bin").exists(), "died too late");
    stack.start_server();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
    assert_eq!(std::fs::metadata(stack.results(id).join("big.bin")).unwrap().len(), 300_000_000);
    assert!(!stack.results(id).join("big.bin.part").exists());
}

async fn sshd_and_every_session_die_under_a_running_job(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until(id, "running", is_running).await;
    stack.sshd.kill();
    stack.sshd.kill_sessions();
    let job = stack.until(id, "without contact", |job| !job["no_contact_since"].is_null()).await;
    assert_eq!(job["status"], "Running", "no contact changes no job: {job}");
    stack.sshd.restart().unwrap();
    gate.open();
    let job = stack.until_status(id, "Completed").await;
    assert!(job["no_contact_since"].is_null(), "{job}");
    assert_eq!(stack.launches(), 1);
}

async fn a_job_waits_for_a_node_that_is_down_and_starts_by_itself(node: Sshd) {
    let solver = Solver::of(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    stack.until_contact().await;
    stack.sshd.kill();
    stack.sshd.kill_sessions();
    let id = stack.submit(&[sample("quick.inp")]).await;
    let told = |job: &Value| {
        job["status"] == "Waiting" && job["waiting_reason"].to_string().contains("いま連絡がないか受付停止中です")
    };
    let job = stack.until(id, "told why it waits", told).await;
    assert!(job["ended_at"].is_null(), "{job}");
    stack.sshd.restart().unwrap();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
}

async fn a_run_under_which_its_node_was_started_again_is_missing_and_is_not_started_again(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Running").await;
    let console = stack.results(id).join("console.log.part");
    let seen = |_: &Value| std::fs::read_to_string(&console).is_ok_and(|text| text.contains("before the gate"));
    stack.until(id, "its console", seen).await;
    if let Err(error) = stack.sshd.reboot() {
        eprintln!("SKIPPED: another boot id needs an account that may mount: {error}");
        return;
    }
    gate.open();
    let job = stack.until_status(id, "Missing").await;
    assert_eq!(job["verdict"]["cause"]["what"], "node_rebooted", "{job}");
    for (language, words) in
        [("ja", "再起動し、終わり方を確認できません"), ("en", "rebooted; how the run ended cannot be known")]
    {
        let ask = stack.http.get(stack.url(&format!("/jobs/{id}"))).header("Cookie", format!("ajm_locale={language}"));
        let page = ask.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(words), "{language}");
    }
    // what there was is kept
    let kept = std::fs::read_to_string(stack.results(id).join("console.log")).unwrap();
    assert!(kept.contains("before the gate"), "{kept}");
    assert_eq!(stack.launches(), 1, "{:?}", stack.journal());
    // its place is free, and a person may have it computed again: in a run of its own
    let again: Value = stack.act(id, "resubmit").await.json().await.unwrap();
    stack.until_status(again["id"].as_i64().unwrap(), "Completed").await;
    assert_eq!(stack.launches(), 2, "{:?}", stack.journal());
    assert_eq!(stack.job(id).await["status"], "Missing");
}
