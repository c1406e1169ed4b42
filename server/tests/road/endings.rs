//! Every run ends as it really ended, with the evidence.

use crate::node::script;
use crate::stack::{Stack, sample};
use serde_json::Value;

fn cause(job: &Value) -> &str {
    job["verdict"]["cause"]["what"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_runs_and_its_results_come_back() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    let job = stack.until_status(id, "Completed").await;
    assert_eq!(cause(&job), "completed");
    assert_eq!(job["verdict"]["exit"]["code"], 0);
    let files: Vec<&str> = job["files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert!(
        ["quick.inp", "quick.dat", "quick.frd", "quick.sta", "console.log"].iter().all(|f| files.contains(f)),
        "{files:?}"
    );
    // the bytes are the solver's own: the same deck by hand
    let by_hand = tempfile::tempdir().unwrap();
    std::fs::write(by_hand.path().join("quick.inp"), sample("quick.inp").1).unwrap();
    let ran = std::process::Command::new("/usr/bin/ccx")
        .args(["-i", "quick"])
        .env("OMP_NUM_THREADS", "2")
        .current_dir(by_hand.path())
        .output()
        .unwrap();
    assert!(ran.status.success());
    let url = stack.url(&format!("/api/v1/jobs/{id}/files/quick.dat"));
    let fetched = stack.http.get(url).send().await.unwrap().bytes().await.unwrap();
    let without_date = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().filter(|line| !line.contains("time")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_date(&fetched), without_date(&std::fs::read(by_hand.path().join("quick.dat")).unwrap()));
    // nothing is left on the node but our own program and journal
    let runs = stack.sshd.work_dir().join("runs");
    stack
        .until(id, "removed on the node", |_| std::fs::read_dir(&runs).is_ok_and(|mut left| left.next().is_none()))
        .await;
    assert_eq!(stack.launches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_deck_fails_with_the_solvers_own_line() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("broken.inp")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "input_error");
    assert!(job["message"].as_str().unwrap().contains("*ERROR"), "{job}");
    assert_eq!(job["verdict"]["evidence"]["file"], "console.log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diverging_deck_fails_as_diverged() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("diverges.inp")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "diverged", "{job}");
    assert!(job["progress"]["cutbacks"].as_u64().unwrap() > 0, "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_include_is_refused_before_it_runs() {
    let stack = Stack::start().await;
    let answer = stack.post_files(&[sample("missing_include.inp")], &[("cpus", "2")]).await;
    assert_eq!(answer.status(), 400);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["error"]["code"], "VALIDATION_ERROR");
    assert_eq!(problem["error"]["details"]["field"], "file");
}

/// ccx exits 0 when an include is missing: a deck whose file vanishes on the node must still fail.
#[tokio::test(flavor = "multi_thread")]
async fn an_include_that_is_missing_on_the_node_fails_although_ccx_exits_0() {
    let folder = tempfile::tempdir().unwrap();
    let ccx = script(folder.path(), "ccx", "rm -f steel.inc; exec /usr/bin/ccx \"$@\"");
    let stack = Stack::start_with(&ccx, &[]).await;
    let id = stack.submit(&[sample("with_include.inp"), sample("steel.inc")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "missing_file", "{job}");
    assert_eq!(job["verdict"]["exit"]["code"], 0);
    assert!(job["verdict"]["evidence"]["text"].as_str().unwrap().contains("steel.inc"), "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_include_travels_with_its_deck() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("with_include.inp"), sample("steel.inc")]).await;
    stack.until_status(id, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solver_killed_from_outside_is_said_to_be_killed() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("cantilever.inp")]).await;
    stack.until_status(id, "Running").await;
    let is_ccx = |pid: &&u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|c| c.trim() == "ccx");
    // launched is told before its own process has become the solver
    let deadline = std::time::Instant::now() + crate::stack::PATIENCE;
    let ccx = loop {
        if let Some(ccx) = stack.alive_on_node().iter().find(is_ccx).copied() {
            break ccx;
        }
        assert!(std::time::Instant::now() < deadline, "no solver\n{}", stack.log());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    assert!(std::process::Command::new("kill").args(["-9", &ccx.to_string()]).status().unwrap().success());
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "killed", "{job}");
    assert_eq!(job["verdict"]["cause"]["signal"], 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_kills_the_solver_and_says_cancelled() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("cantilever.inp")]).await;
    stack.until(id, "in the middle", |job| job["progress"]["increment"].as_u64().is_some_and(|n| n > 1)).await;
    assert_eq!(stack.act(id, "cancel").await.status(), 200);
    let job = stack.until_status(id, "Cancelled").await;
    assert_eq!(cause(&job), "cancelled", "{job}");
    assert!(stack.alive_on_node().is_empty());
    assert_eq!(stack.act(id, "cancel").await.status(), 409);
    // what it had written is there
    assert!(stack.results(id).join("cantilever.sta").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solver_that_cannot_be_started_fails_at_once() {
    let stack = Stack::start_with("/nonexistent/ccx", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "cannot_start", "{job}");
}
