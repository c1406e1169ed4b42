//! The whole way of a run, on a node of either system.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, Script, WAIT, eventually, on_both, processes, token};
use domain::ExitStatus;
use domain::lifecycle::{RunEnd, RunReport};
use executor::{Command, Launch};
use std::time::Duration;

on_both!(
    it_is_sent_started_followed_and_collected,
    a_stop_ends_the_whole_tree,
    the_solver_is_first_ended_in_its_own_way,
    of_many_launches_at_once_one_counts,
    the_program_is_put_there_again_when_it_is_gone_or_broken,
    an_examination_finds_everything_in_order,
);

const ENDED: fn(&executor::PolledRun) -> bool = |run| matches!(run.report, RunReport::Ended(_));

/// "acceptance" in CP932, as a Japanese solver may write it.
const CP932: &[u8] = b"\x8e\xf3\x95t\r\n";

async fn it_is_sent_started_followed_and_collected(node: Node) {
    let probe = node.executor.probe(&node.address).await.unwrap();
    let system = if node.sshd.wine().is_some() { "windows x86_64" } else { "linux x86_64" };
    assert_eq!(probe.os, system);
    assert!(probe.cores > 0 && probe.memory.is_some() && probe.disk.is_some() && !probe.boot.is_empty());
    let token = token();
    // one that travels in the request, and one that goes by SFTP
    let big: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    let files = [node.file("梁 1.inp", CP932), node.file("網 目.inc", &big)];
    node.stage(&token, &files).await;
    let script = Script {
        sh: "cat \"$1\"; cp \"$2\" \"結果 1.odb\"; touch ready; until [ -e enough ]; do sleep 0.02; done; exit 7",
        bat: "type %1\ncopy %2 %3 >nul\necho.>ready\n:again\nif exist enough exit /b 7\nping -n 2 127.0.0.1 >nul\ngoto again",
    };
    let names = ["梁 1.inp", "網 目.inc", "結果 1.odb"].map(str::to_owned);
    let mut launch: Launch = node.launch_of(&token, &script);
    if node.sshd.wine().is_none() {
        launch.args.push("sh".to_owned());
    }
    launch.args.extend(names);
    assert!(node.executor.launch(&node.address, &launch).await.unwrap().first);
    let ready = node.folder(&token).join("ready");
    eventually("the solver's files", || ready.exists().then_some(())).await;
    let run = node.poll(&token).await;
    assert_eq!(run.report, RunReport::Alive);
    assert_eq!(run.grown[0].bytes, CP932, "a console's bytes are carried as they are");
    assert!(!node.executor.launch(&node.address, &launch).await.unwrap().first);
    std::fs::write(node.folder(&token).join("enough"), "").unwrap();
    let run = node.until(&token, ENDED).await;
    assert_eq!(run.report, RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(7), stopped: false }));
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    assert!(collected.files.iter().all(|file| file.error.is_none()), "{collected:?}");
    assert!(std::fs::read(into.join("結果 1.odb")).unwrap() == big);
    assert_eq!(std::fs::read(into.join("console.log")).unwrap(), CP932);
    assert!(!into.join("梁 1.inp").exists(), "unchanged input is no result");
    node.executor.remove(&node.address, &token).await.unwrap();
    assert!(!node.folder(&token).exists());
    assert_eq!(node.journal().lines().filter(|line| line.ends_with("launched")).count(), 1);
}

async fn a_stop_ends_the_whole_tree(node: Node) {
    let token = token();
    node.stage(&token, &[]).await;
    let script = Script {
        sh: "setsid sh -c \"sleep 600; : tree-of-$0\" & sh -c \"sleep 600; : tree-of-$0\"",
        bat: "start /b cmd /c \"ping -n 600 127.0.0.1 >nul & rem tree-of-%1\"\n\
              cmd /c \"ping -n 600 127.0.0.1 >nul & rem tree-of-%1\"",
    };
    let mut launch = node.launch_of(&token, &script);
    launch.args.push(token.to_string());
    node.executor.launch(&node.address, &launch).await.unwrap();
    let tree = format!("rem tree-of-{token}").replace("rem ", if node.sshd.wine().is_some() { "rem " } else { ": " });
    eventually("the tree", || (processes(&tree).len() >= 2).then_some(())).await;
    node.executor.stop(&node.address, &token, Duration::from_millis(300), None).await.unwrap();
    if node.sshd.wine().is_some() {
        // Wine counts a process as gone a moment before this machine does
        eventually("the tree's end", || processes(&tree).is_empty().then_some(())).await;
    }
    assert_eq!(processes(&tree), Vec::<u32>::new());
    let report = node.poll(&token).await.report;
    assert!(matches!(report, RunReport::Ended(RunEnd::Exited { stopped: true, .. })), "{report:?}");
}

async fn the_solver_is_first_ended_in_its_own_way(node: Node) {
    let token = node.run(&WAIT).await;
    let ready = node.folder(&token).join("ready");
    eventually("the start", || ready.exists().then_some(())).await;
    let asking = node.launch_of(&common::token(), &Script { sh: "touch enough", bat: "echo.>enough" });
    let polite = Command { program: asking.program, args: asking.args, env: Vec::new() };
    node.executor.stop(&node.address, &token, Duration::from_secs(20), Some(polite)).await.unwrap();
    let end = RunEnd::Exited { exit: ExitStatus::Code(42), stopped: true };
    assert_eq!(node.poll(&token).await.report, RunReport::Ended(end));
}

async fn of_many_launches_at_once_one_counts(node: Node) {
    let token = token();
    node.stage(&token, &[]).await;
    let launch = node.launch_of(&token, &Script { sh: "echo once >>count", bat: "echo once>>count" });
    let all = (0..12).map(|_| node.executor.launch(&node.address, &launch));
    let outcomes = futures::future::join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().first).count(), 1);
    node.until(&token, ENDED).await;
    assert_eq!(std::fs::read_to_string(node.folder(&token).join("count")).unwrap().trim_end(), "once");
}

async fn the_program_is_put_there_again_when_it_is_gone_or_broken(mut node: Node) {
    node.executor.probe(&node.address).await.unwrap();
    let entries = std::fs::read_dir(node.sshd.work_dir()).unwrap().map(|entry| entry.unwrap().path());
    let program = entries.into_iter().find(|path| path.display().to_string().contains("runner-")).unwrap();
    for is_gone in [true, false] {
        node.sshd.kill_sessions();
        // written to only under another name: a running program's file cannot be
        std::fs::rename(&program, program.with_extension("old")).unwrap();
        std::fs::copy(program.with_extension("old"), &program).unwrap();
        let spoiled = if is_gone { std::fs::remove_file(&program) } else { std::fs::write(&program, "half") };
        spoiled.unwrap();
        node.executor.probe(&node.address).await.unwrap();
    }
}

async fn an_examination_finds_everything_in_order(node: Node) {
    let mut look = node.executor.examine(&node.address);
    look.name().await.unwrap();
    look.port().await.unwrap();
    look.host_key().await.unwrap();
    look.log_in().await.unwrap();
    assert_eq!(look.shell().await.unwrap(), Ok(()));
    look.work_folder().await.unwrap();
    look.program(Duration::from_secs(20)).await.unwrap();
    let asked = look.ask(if node.sshd.wine().is_some() { "hostname" } else { "echo" }, &[], Duration::from_secs(20));
    assert_eq!(asked.await.unwrap().exit, Some(ExitStatus::Code(0)));
}

/// PowerShell cannot be had here: what is tried is that its answer, with all it writes beside, leads to a line that starts
/// the program in both of Windows' shells.
#[tokio::test]
async fn a_node_that_answers_as_power_shell_does_is_a_windows_too() {
    let Some(node) = Node::windows_with_power_shell() else { return };
    assert_eq!(node.executor.probe(&node.address).await.unwrap().os, "windows x86_64");
}
