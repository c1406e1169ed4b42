//! A look at a node, step by step, against a real sshd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, on_both};
use domain::doctor::System;
use domain::{ExitStatus, WorkFolder};
use executor::{ExecutorError, NodeAddress, one_line};
use runner::protocol::{program_name, windows_program_name};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use testbed::SessionJob;

const LIMIT: Duration = Duration::from_secs(10);

on_both!(those_who_put_the_program_there_at_once_all_have_it);

async fn those_who_put_the_program_there_at_once_all_have_it(node: Node) {
    let mut looks = Vec::new();
    for _ in 0..4 {
        let mut look = node.executor.examine(&node.address);
        look.name().await.unwrap();
        look.log_in().await.unwrap();
        look.work_folder().await.unwrap();
        looks.push(look);
    }
    // what somebody who was cut off has left
    let hash = |program: std::path::PathBuf| common::hash(&std::fs::read(program).unwrap());
    let name = match node.sshd.wine() {
        Some(_) => windows_program_name(&hash(testbed::windows_runner_binary().unwrap())),
        None => program_name(&hash(testbed::runner_binary().unwrap())),
    };
    std::fs::write(node.sshd.work_dir().join(format!("{name}.0.part")), "half").unwrap();
    let probes = futures::future::join_all(looks.iter().map(|look| look.program(LIMIT))).await;
    assert!(probes.iter().all(Result::is_ok), "{probes:?}");
    let left = std::fs::read_dir(node.sshd.work_dir()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.count(), 1, "nothing stays but the program");
}

#[tokio::test]
async fn a_node_that_is_well_answers_every_question() {
    let node = Node::start();
    let mut look = node.executor.examine(&node.address);
    assert_eq!(look.name().await.unwrap(), "127.0.0.1");
    look.port().await.unwrap();
    assert_eq!(look.host_key().await.unwrap().line, node.sshd.host_key().unwrap());
    look.log_in().await.unwrap();
    assert_eq!(look.shell().await.unwrap(), Ok(()));
    look.work_folder().await.unwrap();
    let probe = look.program(LIMIT).await.unwrap();
    assert!(probe.cores > 0 && probe.os.starts_with("linux"));
    let asked = look.ask("/usr/bin/ccx", &["-v"], LIMIT).await.unwrap();
    assert!(one_line(&asked.output).contains("Version"), "{asked:?}");
    let left = std::fs::read_dir(node.sshd.work_dir()).unwrap().count();
    assert_eq!(left, 1, "nothing stays but the program");
}

#[tokio::test]
async fn a_test_uses_no_connection_that_is_already_there() {
    let node = Node::start();
    node.executor.probe(&node.address).await.unwrap();
    let logins = || node.sshd.log().matches("Accepted publickey").count();
    let before = logins();
    node.executor.examine(&node.address).log_in().await.unwrap();
    assert_eq!(logins(), before + 1);
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_said_by_its_own_step() {
    let (mut node, other) = (Node::start(), Node::start());
    // another key of ours
    let mut look = other.executor.examine(&node.address);
    look.name().await.unwrap();
    look.host_key().await.unwrap();
    assert_eq!(look.log_in().await.unwrap_err(), ExecutorError::AuthRefused);

    // nobody has accepted its key: it is shown, and nobody logs in
    let stranger = NodeAddress { host_key: None, ..node.address.clone() };
    let logins = node.sshd.log().matches("Accepted publickey").count();
    let shown = node.executor.examine(&stranger).host_key().await.unwrap_err();
    assert!(matches!(shown, ExecutorError::HostKeyUnknown(_)), "{shown:?}");
    assert_eq!(node.sshd.log().matches("Accepted publickey").count(), logins);

    // a folder that nobody can make, whoever the account is
    let work_dir = WorkFolder::parse("/proc/ajm").unwrap();
    let mut look = node.executor.examine(&NodeAddress { work_dir, ..node.address.clone() });
    look.log_in().await.unwrap();
    let error = look.work_folder().await.unwrap_err();
    assert!(matches!(error, ExecutorError::Files { .. }), "{error:?}");

    // a command that is not there
    let mut look = node.executor.examine(&node.address);
    look.log_in().await.unwrap();
    let error = look.ask("no-such-solver", &["-v"], LIMIT).await.unwrap_err();
    assert!(matches!(error, ExecutorError::RunnerFailed { .. }), "{error:?}");

    // another host key than the accepted one
    node.sshd.change_host_key().unwrap();
    node.sshd.restart().unwrap();
    let changed = node.executor.examine(&node.address).host_key().await.unwrap_err();
    let ExecutorError::HostKeyChanged { found, .. } = changed else { panic!("{changed:?}") };
    assert_eq!(found.line, node.sshd.host_key().unwrap());

    // nothing listens
    node.sshd.kill();
    let mut look = node.executor.examine(&node.address);
    look.name().await.unwrap();
    assert!(matches!(look.port().await, Err(ExecutorError::Unreachable { .. })));
}

#[tokio::test]
async fn a_shell_that_does_something_else_is_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let shell = folder.path().join("shell");
    std::fs::write(&shell, "#!/bin/sh\necho 'This account is closed.'\n").unwrap();
    std::fs::set_permissions(&shell, std::fs::Permissions::from_mode(0o755)).unwrap();
    let node = Node::start_with(&[&format!("ForceCommand {}", shell.display())]);
    let mut look = node.executor.examine(&node.address);
    look.log_in().await.unwrap();
    assert_eq!(look.shell().await.unwrap(), Err("This account is closed.".to_owned()));
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_in_its_time() {
    let node = Node::start();
    let mut look = node.executor.examine(&node.address);
    look.log_in().await.unwrap();
    let asked = look.ask("sleep", &["600"], Duration::from_millis(300)).await.unwrap();
    assert_eq!(asked.exit, None);
    let asked = look.ask("true", &[], LIMIT).await.unwrap();
    assert_eq!(asked.exit, Some(ExitStatus::Code(0)), "others go on");
}

#[tokio::test]
async fn a_look_that_is_over_leaves_no_connection() {
    let node = Node::start();
    let mut look = node.executor.examine(&node.address);
    look.log_in().await.unwrap();
    look.work_folder().await.unwrap();
    look.program(LIMIT).await.unwrap();
    drop(look);
    common::eventually("the end of the session", || {
        let log = node.sshd.log();
        let (_, after) = log.split_once("Accepted publickey").unwrap();
        let ends = ["Disconnected from", "Received disconnect", "Connection closed by", "Connection reset by"];
        ends.iter().any(|words| after.contains(words)).then_some(())
    })
    .await;
}

/// Something in the background that holds the channel open for longer than a command may take.
#[tokio::test]
async fn a_shell_whose_start_up_files_leave_something_running_is_heard() {
    let line = "ForceCommand case \"$SSH_ORIGINAL_COMMAND\" in internal-sftp) exec /usr/lib/openssh/sftp-server;; esac; \
                sleep 25 & eval \"$SSH_ORIGINAL_COMMAND\"";
    let node = Node::start_with(&[line]);
    let begun = Instant::now();
    let mut look = node.executor.examine(&node.address);
    look.name().await.unwrap();
    look.log_in().await.unwrap();
    assert_eq!(look.shell().await.unwrap(), Ok(()));
    assert!(look.program(LIMIT).await.unwrap().os.starts_with("linux"));
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_shell_that_became_another_is_asked_anew() {
    let Some(mut node) = Node::windows() else { return };
    let script = node.sshd.wine().unwrap().prefix().join("shell.sh");
    let windows = std::fs::read_to_string(&script).unwrap();
    // the same account and folder as those of another system
    let sh = "case $SSH_ORIGINAL_COMMAND in *sftp*) ;; *) cd \"$WINEPREFIX/drive_c/$WINE_HOME\"; exec sh -c \
              \"$SSH_ORIGINAL_COMMAND\";; esac\n";
    let at = windows.find("home=").unwrap();
    std::fs::write(&script, format!("{}{sh}{}", &windows[..at], &windows[at..])).unwrap();
    assert!(node.executor.probe(&node.address).await.unwrap().os.starts_with("linux"));
    std::fs::write(&script, &windows).unwrap();
    node.sshd.kill_sessions();
    assert!(node.executor.probe(&node.address).await.unwrap().os.starts_with("windows"));
}

/// Its SSH server ends all of a connection with it, until somebody mends that.
#[tokio::test]
async fn a_node_that_lets_nothing_go_says_so_until_it_does() {
    let Some(mut node) = Node::windows() else { return };
    let script = node.sshd.wine().unwrap().prefix().join("shell.sh");
    let open = std::fs::read_to_string(&script).unwrap();
    let held = format!("session.exe {}", SessionJob::Held.word().unwrap());
    std::fs::write(&script, open.replace("session.exe", &held)).unwrap();
    let staged = node.executor.stage(&node.address, &common::token(), &[], &|_, _| {}).await;
    assert_eq!(staged, Err(ExecutorError::LetsNothingGo));
    assert!(!node.executor.poll(&node.address, &[]).await.unwrap().lets_go);
    let mut look = node.executor.examine(&node.address);
    look.name().await.unwrap();
    look.log_in().await.unwrap();
    look.shell().await.unwrap().unwrap();
    assert_eq!(look.system(), Some(System::Windows));
    let held_by = look.program(LIMIT).await.unwrap().held_by;
    assert!(held_by.is_some_and(|why| why.contains("BREAKAWAY")));
    std::fs::write(&script, &open).unwrap();
    node.sshd.kill_sessions();
    assert!(node.executor.poll(&node.address, &[]).await.unwrap().lets_go);
    node.stage(&common::token(), &[]).await;
}
