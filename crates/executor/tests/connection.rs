//! Reaching a node: who it is, who we are, and what happens when it does not answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, executor, token};
use executor::{ExecutorError, NodeAddress};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_stranger_is_shown_to_the_admin_first() {
    let node = Node::start();
    let stranger = NodeAddress { host_key: None, ..node.address.clone() };
    let shown = node.executor.host_key(&stranger).await.unwrap();
    assert_eq!(shown.line, node.sshd.host_key().unwrap());
    assert!(shown.fingerprint.starts_with("SHA256:"));
    assert_eq!(node.executor.probe(&stranger).await, Err(ExecutorError::HostKeyUnknown(shown.clone())));
    let known = NodeAddress { host_key: Some(format!("{} root@node", shown.line)), ..stranger };
    let probe = node.executor.probe(&known).await.unwrap();
    assert!(probe.os.starts_with("linux") && probe.cores > 0 && probe.disk.is_some(), "{probe:?}");
    assert!(
        !node.sshd.log().contains("Accepted publickey") || node.sshd.log().matches("Accepted publickey").count() == 1
    );
}

#[tokio::test]
async fn a_changed_key_is_refused() {
    let mut node = Node::start();
    node.executor.probe(&node.address).await.unwrap();
    let accepted = node.executor.host_key(&node.address).await.unwrap();
    node.sshd.change_host_key().unwrap();
    node.sshd.restart().unwrap();
    node.sshd.kill_sessions();
    node.executor.forget(&node.address.id).await;
    let logins = node.sshd.log().matches("Accepted publickey").count();
    for error in [
        node.executor.probe(&node.address).await.unwrap_err(),
        node.executor.host_key(&node.address).await.unwrap_err(),
    ] {
        let ExecutorError::HostKeyChanged { accepted: was, found } = error else { panic!("{error:?}") };
        assert_eq!(was, accepted.fingerprint);
        assert_eq!(found.line, node.sshd.host_key().unwrap());
    }
    assert_eq!(node.sshd.log().matches("Accepted publickey").count(), logins, "nobody logged in");
}

#[tokio::test]
async fn another_account_or_key_is_refused_by_the_node() {
    let node = Node::start();
    let other = Node::start();
    let error = other.executor.probe(&node.address).await.unwrap_err();
    assert_eq!(error, ExecutorError::AuthRefused);
    assert!(!error.is_transport());
}

#[tokio::test]
async fn a_hung_command_ends_in_time_and_costs_no_other() {
    let node = Node::start();
    node.executor.probe(&node.address).await.unwrap();
    let quick = executor(&node.sshd, Duration::from_secs(5));
    let program = std::fs::read_dir(node.sshd.work_dir()).unwrap().next().unwrap().unwrap().path();
    let real = program.with_extension("real");
    std::fs::rename(&program, &real).unwrap();
    std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = Instant::now();
    let error = quick.probe(&node.address).await.unwrap_err();
    assert!(matches!(error, ExecutorError::Timeout { .. }) && error.is_transport(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    std::fs::rename(&real, &program).unwrap();
    quick.probe(&node.address).await.unwrap();
}

/// Those who wait for the one that hangs must not each hang after it.
#[tokio::test]
async fn a_hung_shell_is_noticed_by_all_who_wait_at_once() {
    let node = Node::start();
    let quick = executor(&node.sshd, Duration::from_secs(1));
    node.executor.probe(&node.address).await.unwrap();
    let program = std::fs::read_dir(node.sshd.work_dir()).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = Instant::now();
    let all = (0..12).map(|_| quick.poll(&node.address, &[]));
    for outcome in futures::future::join_all(all).await {
        assert!(outcome.as_ref().is_err_and(ExecutorError::is_transport), "{outcome:?}");
    }
    // one after the other it would be twelve limits
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_node_that_only_accepts_is_given_up_in_time() {
    let node = Node::start();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = NodeAddress { port: silent.local_addr().unwrap().port(), ..node.address.clone() };
    let config = executor::ExecutorConfig {
        private_key: node.sshd.private_key(),
        runners: executor::Runners { linux: testbed::runner_binary().unwrap(), windows: "no such program".into() },
        connect_timeout: Duration::from_millis(300),
        command_timeout: Duration::from_secs(1),
        keepalive: Duration::from_secs(15),
    };
    let error = executor::Executor::new(config).unwrap().probe(&address).await.unwrap_err();
    assert!(matches!(error, ExecutorError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_closed_port_is_said_at_once_and_to_all_who_wait() {
    let mut node = Node::start();
    node.sshd.kill();
    let all = (0..20).map(|_| node.executor.probe(&node.address));
    for outcome in futures::future::join_all(all).await {
        assert!(matches!(outcome, Err(ExecutorError::Unreachable { .. })), "{outcome:?}");
    }
}

/// A command over SSH costs the node a shell with all its start-up files, so there is one for all calls.
#[tokio::test]
async fn all_calls_share_one_command_whatever_the_shell_says_first() {
    let noisy = "ForceCommand case \"$SSH_ORIGINAL_COMMAND\" in internal-sftp) exec /usr/lib/openssh/sftp-server;; \
                 *) echo Welcome; echo 7 >&2; eval \"$SSH_ORIGINAL_COMMAND\";; esac";
    let node = Node::start_with(&[noisy]);
    node.executor.probe(&node.address).await.unwrap();
    let all = (0..50).map(|_| node.executor.poll(&node.address, &[]));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    let commands = node.sshd.log().matches("Starting session: forced-command").count();
    // asked once what reads its lines; the program was not there at first, and went there by SFTP
    assert_eq!(commands, 4, "{}", node.sshd.log());
}

/// Each call takes at least 200 ms, so that they would pile up.
async fn twelve_slow_calls(node: &Node) {
    let mut tokens = Vec::new();
    for _ in 0..12 {
        tokens.push(node.script("trap '' TERM; while :; do sleep 0.05; done").await);
    }
    let grace = Duration::from_millis(200);
    let all = tokens.iter().map(|token| node.executor.stop(&node.address, token, grace, None));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    assert_eq!(node.sshd.log().matches("Accepted publickey").count(), 1, "one connection for all");
}

#[tokio::test]
async fn twelve_calls_at_once_need_no_more_sessions() {
    let node = Node::start();
    twelve_slow_calls(&node).await;
    assert!(!node.sshd.log().contains("no more sessions"));
}

#[tokio::test]
async fn a_node_that_grants_few_sessions_is_used_with_patience() {
    let node = Node::start_with(&["MaxSessions 2"]);
    twelve_slow_calls(&node).await;
}

#[tokio::test]
async fn a_crowded_sshd_is_asked_again() {
    let node = Node::start_with(&["MaxStartups 1:60:4"]);
    let crowd: Vec<_> =
        (0..3).map(|_| std::net::TcpStream::connect(("127.0.0.1", node.sshd.port())).unwrap()).collect();
    let start = Instant::now();
    while let Err(error) = node.executor.probe(&node.address).await {
        assert!(error.is_transport() && start.elapsed() < common::DEADLINE, "{error:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(crowd);
}

#[tokio::test]
async fn the_program_is_put_there_once_and_again_when_it_is_gone_or_broken() {
    let node = Node::start();
    let all = (0..6).map(|_| node.executor.probe(&node.address));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    let entries = || std::fs::read_dir(node.sshd.work_dir()).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    let [program] = entries().try_into().unwrap();
    let mode = std::fs::metadata(&program).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    std::fs::remove_file(&program).unwrap();
    node.executor.probe(&node.address).await.unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o600)).unwrap();
    node.executor.probe(&node.address).await.unwrap();
}

#[tokio::test]
async fn another_address_is_another_connection() {
    let (one, two) = (Node::start(), Node::start());
    let token = token();
    // the node's row was edited: same id, another machine
    let moved = NodeAddress { port: two.address.port, host_key: two.address.host_key.clone(), ..one.address.clone() };
    let moved = NodeAddress { work_dir: two.address.work_dir.clone(), ..moved };
    std::fs::copy(one.sshd.private_key().with_extension("pub"), two.sshd.work_dir().join("../authorized_keys"))
        .unwrap();
    one.executor.probe(&one.address).await.unwrap();
    one.executor.stage(&moved, &token, &[], &|_, _| {}).await.unwrap();
    assert!(two.folder(&token).exists() && !one.folder(&token).exists());
}
