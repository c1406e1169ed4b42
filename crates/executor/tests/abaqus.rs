//! Abaqus, as far as its stand-in is one, on a node of either system: by the command lines that jobs are started with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, on_both, token};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{Cores, ExitStatus, JobName, RunOptions, RunToken, Solver};
use executor::{Launch, PollRun};
use std::time::{Duration, Instant};
use testbed::{Standin, standin, windows_standin};

on_both!(a_run_goes_on_to_its_end, a_run_that_diverges_says_so, a_run_is_terminated_in_its_own_way);

/// How the node calls it.
fn abaqus(node: &Node) -> String {
    let options = Standin { modes: "replay".to_owned(), ..Standin::default() };
    match node.sshd.wine() {
        Some(wine) => windows_standin(wine, &options).unwrap(),
        None => standin(node.here.path(), &options).unwrap().display().to_string(),
    }
}

/// A run of the sample deck in this mode, launched.
async fn start(node: &Node, abaqus: &str, mode: &str) -> (RunToken, JobName) {
    let (token, name) = (token(), JobName::parse("梁").unwrap());
    let deck = std::fs::read(common::deck("cantilever.inp")).unwrap();
    let deck = [format!("** standin: {mode}\n").into_bytes(), deck].concat();
    node.stage(&token, &[node.file("梁.inp", &deck)]).await;
    let command = executor::command(Solver::Abaqus, abaqus, &name, Cores(1), &RunOptions::default());
    let launch = Launch { token: token.clone(), program: command.program, args: command.args, env: command.env };
    assert!(node.executor.launch(&node.address, &launch).await.unwrap().first);
    (token, name)
}

/// The console, and the status file as far as it goes.
async fn read(node: &Node, token: &RunToken) -> (RunReport, Vec<u8>, String) {
    let run = PollRun { token: token.clone(), offsets: vec![], want: vec!["console.log".into(), "sta".into()] };
    let run = node.executor.poll(&node.address, &[run]).await.unwrap().runs.pop().unwrap();
    let of = |ending: &str| {
        let grown = run.grown.iter().find(|grown| grown.name.ends_with(ending));
        grown.map(|grown| grown.bytes.clone()).unwrap_or_default()
    };
    (run.report.clone(), of("console.log"), String::from_utf8_lossy(&of("sta")).replace('\r', ""))
}

async fn until_ended(node: &Node, token: &RunToken) -> (RunReport, String, String) {
    node.until(token, |run| run.report != RunReport::Alive).await;
    let (report, console, sta) = read(node, token).await;
    (report, String::from_utf8_lossy(&console).into_owned(), sta)
}

fn exited(code: i32, stopped: bool) -> RunReport {
    RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(code), stopped })
}

fn rows(sta: &str) -> usize {
    sta.lines()
        .filter(|line| line.split_whitespace().count() >= 9 && line.trim_start().starts_with(char::is_numeric))
        .count()
}

async fn a_run_goes_on_to_its_end(node: Node) {
    let abaqus = abaqus(&node);
    let mode = if node.sshd.wine().is_some() { "cp932 increment-pause=200ms" } else { "increment-pause=200ms" };
    let (token, _) = start(&node, &abaqus, mode).await;
    // its rows are seen while it goes on
    let began = Instant::now();
    loop {
        let (report, _, sta) = read(&node, &token).await;
        if rows(&sta) >= 3 {
            assert_eq!(report, RunReport::Alive);
            break;
        }
        assert!(began.elapsed() < common::DEADLINE, "{report:?} {sta}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (report, console, sta) = until_ended(&node, &token).await;
    assert_eq!(report, exited(0, false), "{console}");
    assert!(sta.trim_end().ends_with("THE ANALYSIS HAS COMPLETED SUCCESSFULLY"), "{sta}");
    assert!(console.contains("COMPLETED"), "{console}");
    if node.sshd.wine().is_some() {
        assert!(console.contains("Run standard.exe\r\n"), "{console}");
    }
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    assert!(collected.files.iter().all(|file| file.error.is_none()), "{collected:?}");
    for name in ["梁.odb", "梁.sta", "梁.msg", "梁.dat"] {
        assert!(into.join(name).exists(), "{name}: {collected:?}");
    }
    assert!(!node.folder(&token).join("梁.lck").exists());
}

async fn a_run_that_diverges_says_so(node: Node) {
    let abaqus = abaqus(&node);
    let (token, _) = start(&node, &abaqus, "diverge").await;
    let (report, console, sta) = until_ended(&node, &token).await;
    assert_eq!(report, exited(1, false), "{console}");
    assert!(sta.contains("THE ANALYSIS HAS NOT BEEN COMPLETED"), "{sta}");
    assert!(console.contains("Abaqus/Analysis exited with errors"), "{console}");
}

async fn a_run_is_terminated_in_its_own_way(node: Node) {
    let abaqus = abaqus(&node);
    let (token, name) = start(&node, &abaqus, "hang").await;
    let began = Instant::now();
    while rows(&read(&node, &token).await.2) == 0 {
        assert!(began.elapsed() < common::DEADLINE, "no row");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let polite = executor::terminate(Solver::Abaqus, &abaqus, &name);
    node.executor.stop(&node.address, &token, Duration::from_secs(25), polite).await.unwrap();
    let (report, console, sta) = until_ended(&node, &token).await;
    // it has had the time to write what it knows
    assert_eq!(report, exited(1, true), "{console}");
    assert!(sta.contains("THE ANALYSIS HAS NOT BEEN COMPLETED"), "{sta}");
    assert!(!node.folder(&token).join("梁.lck").exists());
}
