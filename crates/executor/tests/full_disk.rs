//! An end that was seen is told, however long the node's disk was in the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, WAIT, eventually, on_both, sh, token};
use domain::ExitStatus;
use domain::lifecycle::{RunEnd, RunReport};
use executor::{ExecutorError, Launched};
use std::path::{Path, PathBuf};
use testbed::Disk;

on_both!(
    an_end_on_a_full_disk_is_told_at_once,
    a_run_on_a_full_disk_can_be_stopped,
    a_launch_for_which_there_is_no_room_is_one_that_never_was,
    files_for_which_there_is_no_room_go_on_when_there_is,
    a_program_for_which_there_is_no_room_leaves_nothing_and_is_put_there_later,
);

fn left_over(own: &Path) -> Vec<String> {
    let names = std::fs::read_dir(own).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp")).collect()
}

fn exited(code: i32) -> RunReport {
    RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(code), stopped: false })
}

#[tokio::test]
async fn an_end_that_cannot_be_written_is_written_later() {
    let node = Node::start();
    let token = node.script("until [ -e go ]; do sleep 0.02; done; exit 3").await;
    let folder = node.folder(&token);
    let own = folder.join(".run");
    let in_the_way = own.join("exit.json");
    std::fs::create_dir_all(in_the_way.join("in the way")).unwrap();
    std::fs::write(folder.join("go"), "").unwrap();
    let log = own.join("wrapper.log");
    let tried = || std::fs::read_to_string(&log).ok().filter(|text| text.contains("could not be written"));
    eventually("a try to write the end", tried).await;
    assert_eq!(node.poll(&token).await.report, RunReport::Alive, "the end is not known yet, but somebody knows it");
    std::fs::remove_dir_all(&in_the_way).unwrap();
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(3));
    assert_eq!(left_over(&own), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_whose_folder_is_gone_leaves_no_process_behind() {
    let node = Node::start();
    let token = node.script("until [ -e go ]; do sleep 0.02; done").await;
    let folder = node.folder(&token);
    let text = std::fs::read_to_string(folder.join(".run/process.json")).unwrap();
    let process: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wrapper = PathBuf::from(format!("/proc/{}", process["wrapper"]["pid"]));
    assert!(wrapper.exists());
    let away = node.here.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(away.join("go"), "").unwrap();
    eventually("the wrapper's end", || (!wrapper.exists()).then_some(())).await;
}

/// The node's work folder on a disk of its own, with the program there; `None` where this account may not mount one.
async fn with_disk(node: Node, options: &str) -> Option<(Node, Disk)> {
    let Some(disk) = Disk::mount(&node.sshd.work_dir(), options) else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return None;
    };
    node.executor.probe(&node.address).await.unwrap();
    Some((node, disk))
}

/// A run that has ended.
async fn ended(node: &Node) -> domain::RunToken {
    let token = node.run(&WAIT).await;
    std::fs::write(node.folder(&token).join("enough"), "").unwrap();
    node.until(&token, |run| run.report != RunReport::Alive).await;
    token
}

async fn an_end_on_a_full_disk_is_told_at_once(node: Node) {
    let Some((node, disk)) = with_disk(node, "size=64m").await else { return };
    let token = node.run(&WAIT).await;
    let ready = node.folder(&token).join("ready");
    eventually("the start", || ready.exists().then_some(())).await;
    disk.fill().unwrap();
    // a file without bytes takes no room
    std::fs::File::create(node.folder(&token).join("enough")).unwrap();
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(42));
    assert!(disk.is_full().unwrap());
}

async fn a_run_on_a_full_disk_can_be_stopped(node: Node) {
    let Some((node, disk)) = with_disk(node, "size=64m").await else { return };
    let token = node.run(&WAIT).await;
    disk.fill().unwrap();
    node.executor.stop(&node.address, &token, std::time::Duration::ZERO, None).await.unwrap();
    let report = node.poll(&token).await.report;
    assert!(matches!(report, RunReport::Ended(RunEnd::Exited { stopped: true, .. })), "{report:?}");
    let again = node.executor.launch(&node.address, &node.launch_of(&token, &WAIT)).await;
    assert!(!matches!(again, Ok(Launched { first: true, .. })), "{again:?}");
}

#[tokio::test]
async fn the_end_of_a_run_that_filled_the_disk_is_told_at_once() {
    let Some((node, disk)) = with_disk(Node::start(), "size=64m").await else { return };
    let token = node.script("cat /dev/zero > filled; exit 3").await;
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(3));
    assert!(disk.is_full().unwrap(), "the disk was not full");
    // and its room is given back
    node.executor.remove(&node.address, &token).await.unwrap();
    assert!(!disk.is_full().unwrap());
}

#[tokio::test]
async fn a_run_that_fills_the_disk_can_be_stopped() {
    let Some((node, disk)) = with_disk(Node::start(), "size=64m").await else { return };
    let text = "trap 'exit 7' TERM; cat /dev/zero > filled; : > ready; while :; do sleep 0.02; done";
    let token = node.script(text).await;
    let folder = node.folder(&token);
    eventually("a full disk", || folder.join("ready").exists().then_some(())).await;
    assert!(disk.is_full().unwrap(), "the disk was not full");
    // the line of the stop finds no room in the journal either
    let journal = node.sshd.work_dir().join("journal");
    let mut text = std::fs::read(&journal).unwrap();
    std::fs::remove_file(folder.join("filled")).unwrap();
    text.resize(text.len().next_multiple_of(4096), b'\n');
    std::fs::write(&journal, &text).unwrap();
    disk.fill().unwrap();
    let grace = std::time::Duration::from_secs(10);
    node.executor.stop(&node.address, &token, grace, None).await.unwrap();
    assert!(disk.is_full().unwrap());
    assert_eq!(std::fs::read(&journal).unwrap(), text, "no half line is left");
    assert_eq!(
        node.poll(&token).await.report,
        RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(7), stopped: true })
    );
    // and can never be launched
    let again = node.executor.launch(&node.address, &sh(&token, "true")).await;
    assert!(!matches!(again, Ok(Launched { first: true, .. })), "{again:?}");
}

async fn a_launch_for_which_there_is_no_room_is_one_that_never_was(node: Node) {
    let Some((node, disk)) = with_disk(node, "size=64m").await else { return };
    let before = ended(&node).await;
    assert_eq!(node.poll(&before).await.report, exited(42));
    // from no room at all to the last page that is missing
    let mut token = token();
    for pages in 0..3 {
        token = common::token();
        node.stage(&token, &[]).await;
        disk.fill_but(pages).unwrap();
        let refused = node.executor.launch(&node.address, &node.launch_of(&token, &WAIT)).await;
        assert_eq!(refused, Err(ExecutorError::NodeDiskFull), "{pages} pages");
        assert_eq!(node.poll(&token).await.report, RunReport::NotStarted, "{pages} pages");
        disk.make_room().unwrap();
    }
    assert!(node.executor.launch(&node.address, &node.launch_of(&token, &WAIT)).await.unwrap().first);
    std::fs::write(node.folder(&token).join("enough"), "").unwrap();
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(42));
    assert_eq!(node.journal().matches(&format!("{token} launched")).count(), 1, "{}", node.journal());
}

#[tokio::test]
async fn a_launch_whose_line_finds_no_room_in_the_journal_is_one_that_never_was() {
    let Some((node, disk)) = with_disk(Node::start(), "size=64m").await else { return };
    let token = token();
    node.stage(&token, &[]).await;
    let journal = node.sshd.work_dir().join("journal");
    std::fs::write(&journal, [b'\n'; 4096]).unwrap();
    // for the records of the launch, and nothing more
    disk.fill_but(3).unwrap();
    let launch = sh(&token, "exit 5");
    assert_eq!(node.executor.launch(&node.address, &launch).await, Err(ExecutorError::NodeDiskFull));
    assert!(disk.is_full().unwrap(), "the journal was not what had no room");
    assert_eq!(std::fs::metadata(&journal).unwrap().len(), 4096);
    assert_eq!(node.poll(&token).await.report, RunReport::NotStarted);
    disk.make_room().unwrap();
    assert!(node.executor.launch(&node.address, &launch).await.unwrap().first);
    node.until(&token, |run| run.report == exited(5)).await;
}

#[tokio::test]
async fn a_run_launched_into_the_last_room_runs() {
    let Some((node, disk)) = with_disk(Node::start(), "size=64m").await else { return };
    let before = node.script("true").await;
    node.until(&before, |run| run.report == exited(0)).await;
    let token = token();
    node.stage(&token, &[]).await;
    disk.fill_but(3).unwrap();
    assert!(node.executor.launch(&node.address, &sh(&token, "exit 6")).await.unwrap().first);
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(6));
    assert!(disk.is_full().unwrap());
}

async fn files_for_which_there_is_no_room_go_on_when_there_is(node: Node) {
    let Some((node, disk)) = with_disk(node, "size=64m").await else { return };
    let (small, large) = (node.file("small.inp", b"*STEP\n"), node.file("large.inc", &vec![b'x'; 4 << 20]));
    let token = token();
    // the small one comes along, the large one is sent by itself
    for pages in [0, 64, 256] {
        disk.make_room().unwrap();
        disk.fill_but(pages).unwrap();
        let files = [small.clone(), large.clone()];
        let refused = node.executor.stage(&node.address, &token, &files, &|_, _| {}).await;
        assert_eq!(refused, Err(ExecutorError::NodeDiskFull), "{pages} pages");
        assert!(!node.folder(&token).join("large.inc").exists());
    }
    disk.make_room().unwrap();
    node.stage(&token, &[small, large]).await;
    assert_eq!(std::fs::metadata(node.folder(&token).join("large.inc")).unwrap().len(), 4 << 20);
}

async fn a_program_for_which_there_is_no_room_leaves_nothing_and_is_put_there_later(node: Node) {
    let Some(disk) = Disk::mount(&node.sshd.work_dir(), "size=64m") else { return };
    disk.fill_but(16).unwrap();
    assert_eq!(node.executor.probe(&node.address).await, Err(ExecutorError::NodeDiskFull));
    let names = std::fs::read_dir(node.sshd.work_dir()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), [".filler"]);
    disk.make_room().unwrap();
    node.executor.probe(&node.address).await.unwrap();
}

#[tokio::test]
async fn a_run_that_used_up_all_names_of_the_disk_goes_away() {
    let Some((node, _disk)) = with_disk(Node::start(), "size=64m,nr_inodes=300").await else { return };
    let token = node.script("n=0; while : > file$n; do n=$((n + 1)); done").await;
    node.until(&token, |run| run.report != RunReport::Alive).await;
    assert!(std::fs::File::create(node.sshd.work_dir().join("one more")).is_err(), "there are names left");
    node.executor.remove(&node.address, &token).await.unwrap();
    assert!(!node.folder(&token).exists());
}

#[tokio::test]
async fn a_run_that_used_up_all_names_of_the_disk_can_be_stopped() {
    let Some((node, _disk)) = with_disk(Node::start(), "size=64m,nr_inodes=300").await else { return };
    // it tries again: the look below takes a name for a moment, which may have been the last one
    let text = "trap 'exit 7' TERM; n=0; while :; do if true > file$n; then n=$((n + 1)); else sleep 0.02; fi; done";
    let token = node.script(text).await;
    let more = node.sshd.work_dir().join("one more");
    eventually("a disk without names", || match std::fs::File::create(&more) {
        Ok(_) => std::fs::remove_file(&more).ok().and(None),
        Err(_) => Some(()),
    })
    .await;
    let grace = std::time::Duration::from_secs(10);
    node.executor.stop(&node.address, &token, grace, None).await.unwrap();
    assert_eq!(
        node.poll(&token).await.report,
        RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Code(7), stopped: true })
    );
}

#[tokio::test]
async fn a_run_that_was_never_launched_can_be_stopped_on_a_full_disk() {
    let Some((node, disk)) = with_disk(Node::start(), "size=64m").await else { return };
    let before = node.script("true").await;
    node.until(&before, |run| run.report == exited(0)).await;
    let (with_folder, without) = (token(), token());
    node.stage(&with_folder, &[]).await;
    // the journal's last page is full, too
    let mut journal = std::fs::OpenOptions::new().append(true).open(node.sshd.work_dir().join("journal")).unwrap();
    let length = journal.metadata().unwrap().len();
    let rest = usize::try_from(length.next_multiple_of(4096) - length).unwrap();
    std::io::Write::write_all(&mut journal, &vec![b'\n'; rest]).unwrap();
    disk.fill().unwrap();
    for token in [with_folder, without] {
        let grace = std::time::Duration::from_secs(1);
        node.executor.stop(&node.address, &token, grace, None).await.unwrap();
        assert!(disk.is_full().unwrap());
        disk.make_room().unwrap();
        let again = node.executor.launch(&node.address, &sh(&token, "true")).await;
        assert!(!matches!(again, Ok(Launched { first: true, .. })), "{again:?}");
        disk.fill().unwrap();
    }
}

#[tokio::test]
async fn a_run_that_was_never_launched_can_be_stopped_when_all_names_are_used_up() {
    let Some((node, _disk)) = with_disk(Node::start(), "size=64m,nr_inodes=300").await else { return };
    let staged = token();
    node.stage(&staged, &[]).await;
    let filling = node.script("n=0; while : > file$n; do n=$((n + 1)); done").await;
    node.until(&filling, |run| run.report != RunReport::Alive).await;
    assert_eq!(node.executor.launch(&node.address, &sh(&staged, "true")).await, Err(ExecutorError::NodeDiskFull));
    let grace = std::time::Duration::from_secs(1);
    node.executor.stop(&node.address, &staged, grace, None).await.unwrap();
    assert_eq!(node.poll(&staged).await.report, RunReport::NotStarted);
    node.executor.remove(&node.address, &filling).await.unwrap();
    let again = node.executor.launch(&node.address, &sh(&staged, "true")).await;
    assert!(!matches!(again, Ok(Launched { first: true, .. })), "{again:?}");
}
