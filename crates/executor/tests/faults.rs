//! Whatever dies under a run, it is found again, and nothing is said of it that is not so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, WAIT, eventually, kill, on_both, processes};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{ExitStatus, RunToken};
use std::path::PathBuf;
use std::time::Duration;

fn record(node: &Node, token: &RunToken, name: &str) -> PathBuf {
    node.folder(token).join(".run").join(name)
}

/// Numbers of the wrapper and the solver, as the node has written them down.
fn numbers(node: &Node, token: &RunToken) -> (u32, u32) {
    let text = std::fs::read(record(node, token, "process.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let number = |who: &str| u32::try_from(json[who]["pid"].as_u64().unwrap()).unwrap();
    (number("wrapper"), number("solver"))
}

fn signal(signal: &str, pid: u32) {
    assert!(std::process::Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

on_both!(
    a_run_outlives_its_sshd,
    a_killed_session_is_replaced_within_the_call,
    a_run_killed_whole_is_lost_not_finished,
    a_node_that_was_started_again_tells_of_the_runs_that_it_interrupted,
    a_half_record_counts_as_none,
    a_solver_is_killed_and_the_console_stays,
);

const ENDED: fn(&executor::PolledRun) -> bool = |run| matches!(run.report, RunReport::Ended(_));

async fn a_run_outlives_its_sshd(mut node: Node) {
    let token = node.run(&WAIT).await;
    node.sshd.kill();
    node.sshd.kill_sessions();
    let lost = node.executor.poll(&node.address, &[]).await.unwrap_err();
    assert!(lost.is_transport(), "{lost:?}");
    node.sshd.restart().unwrap();
    // found again, without anybody's help
    let start = std::time::Instant::now();
    while let Err(error) = node.executor.poll(&node.address, &[]).await {
        assert!(error.is_transport() && start.elapsed() < common::DEADLINE, "{error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    assert!(!node.executor.launch(&node.address, &node.launch_of(&token, &WAIT)).await.unwrap().first);
    std::fs::write(node.folder(&token).join("enough"), "").unwrap();
    let run = node.until(&token, ENDED).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(42), stopped: false }));
}

async fn a_killed_session_is_replaced_within_the_call(mut node: Node) {
    let token = node.run(&WAIT).await;
    node.sshd.kill_sessions();
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
}

#[tokio::test]
async fn a_run_detaches_from_everything_of_its_caller() {
    let node = Node::start();
    let token = common::token();
    node.stage(&token, &[]).await;
    let launch = executor::Launch { program: "sleep".into(), args: vec!["600".into()], ..common::sh(&token, "") };
    node.executor.launch(&node.address, &launch).await.unwrap();
    let (wrapper, solver) = numbers(&node, &token);
    let open = |pid: u32| {
        let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        let mut open: Vec<String> =
            entries.filter_map(|e| Some(std::fs::read_link(e.path()).ok()?.display().to_string())).collect();
        open.sort();
        open
    };
    let console = node.folder(&token).join("console.log").display().to_string();
    let mut expected = vec![console.clone(), console, "/dev/null".to_owned()];
    expected.sort();
    // a program that begins has its libraries open for a moment
    eventually("the solver has open what it should and nothing else", || (open(solver) == expected).then_some(()))
        .await;
    assert!(open(wrapper).iter().all(|target| !target.starts_with("socket:")), "{:?}", open(wrapper));
    // a hang-up and a polite end for the wrapper's whole group are survived
    signal("-HUP", wrapper);
    signal("-TERM", wrapper);
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    signal("-KILL", solver);
    let run = node.until(&token, ENDED).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Signal(9), stopped: false }));
}

#[tokio::test]
async fn without_its_wrapper_a_run_is_still_alive_and_can_be_stopped() {
    let node = Node::start();
    let token = node.script("sleep 600").await;
    signal("-KILL", numbers(&node, &token).0);
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(RunEnd::ProcessGone));
}

async fn a_run_killed_whole_is_lost_not_finished(node: Node) {
    let token = node.run(&WAIT).await;
    if node.sshd.wine().is_some() {
        // its job, and with it the solver, goes with the wrapper
        processes(&format!("wrap {token}")).into_iter().for_each(kill);
    } else {
        let (wrapper, solver) = numbers(&node, &token);
        kill(wrapper);
        kill(solver);
    }
    let run = node.until(&token, ENDED).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::ProcessGone));
    // the same after the machine was started anew
    for name in ["process.json", "launch.json"] {
        let mut json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(record(&node, &token, name)).unwrap()).unwrap();
        json["boot"] = "an earlier one".into();
        std::fs::write(record(&node, &token, name), json.to_string()).unwrap();
    }
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(RunEnd::Rebooted));
}

async fn a_node_that_was_started_again_tells_of_the_runs_that_it_interrupted(mut node: Node) {
    let ended = node.run(&WAIT).await;
    std::fs::write(node.folder(&ended).join("enough"), "").unwrap();
    let report = RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(42), stopped: false });
    node.until(&ended, |run| run.report == report).await;
    let (interrupted, forgotten) = (node.run(&WAIT).await, node.run(&WAIT).await);
    assert_eq!(node.poll(&interrupted).await.report, RunReport::Alive);
    let before = node.executor.probe(&node.address).await.unwrap().boot;
    if let Err(error) = node.sshd.reboot() {
        eprintln!("SKIPPED: another boot id needs an account that may mount: {error}");
        return;
    }
    // whose records had not reached the disk when the power went
    for name in ["process.json", "launch.json"] {
        std::fs::write(record(&node, &forgotten, name), "").unwrap();
    }
    let start = std::time::Instant::now();
    while let Err(error) = node.executor.poll(&node.address, &[]).await {
        assert!(error.is_transport() && start.elapsed() < common::DEADLINE, "{error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_ne!(node.executor.probe(&node.address).await.unwrap().boot, before);
    assert_eq!(node.poll(&interrupted).await.report, RunReport::Ended(RunEnd::Rebooted));
    assert_eq!(node.poll(&forgotten).await.report, RunReport::Ended(RunEnd::ProcessGone));
    assert_eq!(node.poll(&ended).await.report, report);
    for token in [interrupted, forgotten, ended] {
        assert!(!node.executor.launch(&node.address, &node.launch_of(&token, &WAIT)).await.unwrap().first);
    }
}

#[tokio::test]
async fn a_reused_number_is_another_process() {
    let node = Node::start();
    let token = node.script("exec sleep 600").await;
    let (wrapper, solver) = numbers(&node, &token);
    signal("-KILL", wrapper);
    signal("-KILL", solver);
    node.until(&token, ENDED).await;
    // a number is told apart by its process's start, which the system counts in hundredths of a second
    tokio::time::sleep(Duration::from_millis(20)).await;
    let mut innocent = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(record(&node, &token, "process.json")).unwrap()).unwrap();
    json["wrapper"]["pid"] = innocent.id().into();
    json["solver"]["pid"] = innocent.id().into();
    std::fs::write(record(&node, &token, "process.json"), json.to_string()).unwrap();
    let report = node.poll(&token).await.report;
    let stopped = node.executor.stop(&node.address, &token, Duration::ZERO, None).await;
    let spared = innocent.try_wait().unwrap().is_none();
    innocent.kill().unwrap();
    innocent.wait().unwrap();
    assert_eq!(report, RunReport::Ended(RunEnd::ProcessGone));
    assert_eq!(stopped, Ok(()));
    assert!(spared, "the innocent process was hit");
}

#[tokio::test]
async fn a_folder_that_vanished_is_said() {
    let node = Node::start();
    let token = node.script("sleep 600").await;
    std::fs::remove_dir_all(node.folder(&token)).unwrap();
    // it still takes the cores
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(RunEnd::FolderGone));
}

async fn a_half_record_counts_as_none(node: Node) {
    let token = node.run(&WAIT).await;
    std::fs::write(record(&node, &token, "exit.json"), "{\"end\":{\"how\":\"exi").unwrap();
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
}

async fn a_solver_is_killed_and_the_console_stays(node: Node) {
    let token = node.run(&WAIT).await;
    let ready = node.folder(&token).join("ready");
    eventually("the start", || ready.exists().then_some(())).await;
    let solver = numbers(&node, &token).1;
    let exit = if let Some(wine) = node.sshd.wine() {
        let killed = wine.command("taskkill").args(["/f", "/pid", &solver.to_string()]).status().unwrap();
        assert!(killed.success());
        // no signals there: whoever ends a process gives it its code, and Wine's own command gives this one
        ExitStatus::Code(0)
    } else {
        kill(solver);
        ExitStatus::Signal(9)
    };
    let run = node.until(&token, ENDED).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit, stopped: false }));
    assert_eq!(run.grown[0].bytes.trim_ascii(), b"here");
}
