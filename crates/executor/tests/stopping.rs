//! Ended means seen to be gone: the whole tree, also what hides from its group or ignores being asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{DEADLINE, Node, eventually};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{ExitStatus, RunToken};
use executor::{Command, ExecutorError};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The living processes whose environment names the run, without its wrapper.
fn marked(token: &RunToken) -> Vec<String> {
    let mark = format!("AJM_RUN={token}");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let has_mark = std::fs::read(path.join("environ"))
            .is_ok_and(|text| text.split(|byte| *byte == 0).any(|pair| pair == mark.as_bytes()));
        let command = std::fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
        if has_mark && !command.is_empty() && !command.contains(" wrap ") {
            found.push(command);
        }
    }
    found
}

#[tokio::test]
async fn the_whole_tree_goes() {
    let node = Node::start();
    // a plain child, one in a session of its own, one that ignores TERM, one that has thrown its environment away
    let script = "sleep 600 & setsid sleep 601 & (trap '' TERM; while :; do sleep 0.05; done) & \
                  env -i setsid sh -c 'sleep 602; :' & touch ready; wait";
    let token = node.script(script).await;
    let ready = node.folder(&token).join("ready");
    let unmarked = || processes().values().any(|command| command.starts_with("sleep 602"));
    eventually("the tree", || (ready.exists() && marked(&token).len() >= 4 && unmarked()).then_some(())).await;
    let mut innocent = Innocent(std::process::Command::new("sleep").arg("600").spawn().unwrap());
    node.executor.stop(&node.address, &token, Duration::from_millis(300), None).await.unwrap();
    assert_eq!(marked(&token), Vec::<String>::new());
    let all = processes();
    assert!(!all.values().any(|command| command.starts_with("sleep 602")), "{all:?}");
    assert!(innocent.0.try_wait().unwrap().is_none(), "somebody else's process was hit");
    match node.poll(&token).await.report {
        RunReport::Ended(RunEnd::Exited { stopped, .. }) => assert!(stopped),
        other => panic!("{other:?}"),
    }
    // once more: nothing left to do
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
}

fn processes() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let command = std::fs::read_to_string(entry.path().join("cmdline")).ok()?.replace('\0', " ");
            Some((entry.file_name().into_string().ok()?, command))
        })
        .collect()
}

/// Ended with the test, however that ends.
struct Innocent(std::process::Child);

impl Drop for Innocent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn asking_is_enough_for_those_who_listen() {
    let node = Node::start();
    let token = node.script("trap 'echo tidied; exit 7' TERM; touch ready; while :; do sleep 0.05; done").await;
    let ready = node.folder(&token).join("ready");
    eventually("the trap", || ready.exists().then_some(())).await;
    let start = Instant::now();
    node.executor.stop(&node.address, &token, DEADLINE, None).await.unwrap();
    assert!(start.elapsed() < DEADLINE / 2, "the grace is a limit, not a pause");
    let run = node.poll(&token).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(7), stopped: true }));
    assert!(run.grown[0].bytes.ends_with(b"tidied\n"));
}

fn polite(script: &str) -> Option<Command> {
    Some(Command { program: "sh".into(), args: vec!["-c".into(), script.into()], env: Vec::new() })
}

#[tokio::test]
async fn the_solver_is_first_ended_in_its_own_way() {
    let node = Node::start();
    // hears no signal it could tidy up after, only the word in its folder
    let script = "trap '' TERM; touch ready; until [ -e asked ]; do sleep 0.02; done; echo tidied; exit 9";
    let token = node.script(script).await;
    let ready = node.folder(&token).join("ready");
    eventually("the script", || ready.exists().then_some(())).await;
    let start = Instant::now();
    node.executor.stop(&node.address, &token, DEADLINE, polite("touch asked")).await.unwrap();
    assert!(start.elapsed() < DEADLINE / 2, "the grace is a limit, not a pause");
    let run = node.poll(&token).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(9), stopped: true }));
    assert!(run.grown[0].bytes.ends_with(b"tidied\n"));
}

#[tokio::test]
async fn asking_that_fails_or_hangs_keeps_nothing_from_ending() {
    let node = Node::start();
    // deaf to the asking, to TERM too; the asking hangs with a child of its own
    for (asking, grace) in [("exit 1", DEADLINE), ("sleep 603 & wait", Duration::from_millis(600))] {
        let token = node.script("touch ready; sleep 600").await;
        let ready = node.folder(&token).join("ready");
        eventually("the script", || ready.exists().then_some(())).await;
        let start = Instant::now();
        node.executor.stop(&node.address, &token, grace, polite(asking)).await.unwrap();
        assert!(start.elapsed() < DEADLINE / 2, "{asking}");
        assert_eq!(marked(&token), Vec::<String>::new());
    }
    let all = processes();
    assert!(!all.values().any(|command| command.starts_with("sleep 603")), "{all:?}");
}

#[tokio::test]
async fn a_program_among_the_run_s_own_files_is_never_asked() {
    let node = Node::start();
    // as if somebody had sent it: it would leave a mark
    let script = "printf '#!/bin/sh\\ntouch marked\\n' > abaqus; chmod +x abaqus; touch ready; sleep 600";
    let token = node.script(script).await;
    let ready = node.folder(&token).join("ready");
    eventually("the script", || ready.exists().then_some(())).await;
    let own = Command { program: "./abaqus".into(), args: Vec::new(), env: Vec::new() };
    node.executor.stop(&node.address, &token, Duration::from_millis(300), Some(own)).await.unwrap();
    assert!(!node.folder(&token).join("marked").exists());
    assert_eq!(marked(&token), Vec::<String>::new());
}

#[tokio::test]
async fn what_ended_by_itself_keeps_its_end() {
    let node = Node::start();
    let token = node.script("exit 3").await;
    let ended = node.until(&token, |run| matches!(run.report, RunReport::Ended(_))).await;
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
    assert_eq!(node.poll(&token).await.report, ended.report);
}

#[tokio::test]
async fn a_living_run_is_not_removed() {
    let node = Node::start();
    let token = node.script("sleep 600").await;
    assert_eq!(node.executor.remove(&node.address, &token).await, Err(ExecutorError::StillAlive));
    node.executor.stop(&node.address, &token, Duration::ZERO, None).await.unwrap();
    node.executor.remove(&node.address, &token).await.unwrap();
    node.executor.remove(&node.address, &token).await.unwrap();
    assert!(!node.folder(&token).exists());
}

#[tokio::test]
async fn a_launcher_that_ends_first_does_not_end_the_run() {
    let node = Node::start();
    // what `abaqus` leaves when its front is killed: the solver computes on
    let token = node.script("setsid sh -c 'while [ ! -e enough ]; do sleep 0.02; done' & exit 5").await;
    eventually("the front's end", || (marked(&token).len() == 1).then_some(())).await;
    assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    std::fs::write(node.folder(&token).join("enough"), "").unwrap();
    let ended = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(ended.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(5), stopped: false }));
}
