//! An end that was seen is told, however long the node's disk was in the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, eventually};
use domain::ExitStatus;
use domain::lifecycle::{RunEnd, RunReport};
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// A disk of its own, a few MB large.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this account may not mount one.
    fn mount(at: PathBuf) -> Option<Disk> {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]).arg(&at).output().ok()?;
        done.status.success().then_some(Disk(at))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_solver_that_fills_the_disk_and_ends_is_no_process_that_vanished() {
    let node = Node::start();
    let Some(_disk) = Disk::mount(node.sshd.work_dir()) else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    let token = node.script("cat /dev/zero > filled; exit 3").await;
    let folder = node.folder(&token);
    let own = folder.join(".run");
    let solver = || {
        let process: serde_json::Value = serde_json::from_slice(&std::fs::read(own.join("process.json")).ok()?).ok()?;
        let pid = process["solver"]["pid"].as_u64()?;
        (!Path::new(&format!("/proc/{pid}")).exists()).then_some(())
    };
    eventually("the solver's end", solver).await;
    for _ in 0..5 {
        assert_eq!(node.poll(&token).await.report, RunReport::Alive);
    }
    assert!(!own.join("exit.json").exists(), "the disk was not full");
    std::fs::remove_file(folder.join("filled")).unwrap();
    let run = node.until(&token, |run| run.report != RunReport::Alive).await;
    assert_eq!(run.report, exited(3));
}
