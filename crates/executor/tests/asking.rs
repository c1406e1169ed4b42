//! A short command that belongs to no run: bounded in time and in words, and in nobody's way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{DEADLINE, Node, eventually};
use domain::ExitStatus;
use executor::{ASK_BYTES, Asked, ExecutorError};
use std::path::Path;
use std::time::Duration;

async fn ask(node: &Node, script: &str, limit: Duration) -> Asked {
    node.executor.ask(&node.address, "sh", &["-c", script], limit).await.unwrap()
}

fn alive(pid: &Path) -> Option<bool> {
    let number = std::fs::read_to_string(pid).ok()?.trim().parse::<u32>().ok()?;
    // a zombie that nobody has reaped yet has no command line any more
    Some(std::fs::read(format!("/proc/{number}/cmdline")).is_ok_and(|line| !line.is_empty()))
}

#[tokio::test]
async fn what_it_says_comes_back_with_its_end() {
    let node = Node::start();
    let asked = ask(&node, "echo 'Users of abaqus:'; echo oops >&2; exit 3", DEADLINE).await;
    let said = String::from_utf8(asked.output.clone()).unwrap();
    assert!(said.contains("Users of abaqus:\n") && said.contains("oops"), "{said}");
    assert_eq!((asked.exit, asked.cut), (Some(ExitStatus::Code(3)), false));
    let none = node.executor.ask(&node.address, "no-such-program-here", &[], DEADLINE).await;
    assert!(matches!(none, Err(ExecutorError::RunnerFailed { verb: "ask", .. })), "{none:?}");
    let path = node.executor.ask(&node.address, "../sh", &[], DEADLINE).await;
    assert!(matches!(path, Err(ExecutorError::RunnerFailed { verb: "ask", .. })), "{path:?}");
}

#[tokio::test]
async fn an_endless_talker_is_cut_and_ends() {
    let node = Node::start();
    let asked = ask(&node, "head -c 5000000 /dev/zero", DEADLINE).await;
    assert_eq!(asked.output.len() as u64, ASK_BYTES);
    assert!(asked.cut);
    assert_eq!(asked.exit, Some(ExitStatus::Code(0)));
}

#[tokio::test]
async fn one_that_hangs_is_ended_with_what_it_has_started() {
    let node = Node::start();
    let pid = node.here.path().join("pid");
    // the child ignores being asked and keeps the output open
    let script = format!(
        "echo before; sh -c 'trap \"\" TERM HUP; echo $$ > {}; while :; do sleep 1; done' & wait",
        pid.display()
    );
    let asked = ask(&node, &script, Duration::from_secs(3)).await;
    assert_eq!((asked.exit, asked.output.as_slice()), (None, b"before\n".as_slice()));
    eventually("the child is gone", || (alive(&pid) == Some(false)).then_some(())).await;
    // one that closes its output and goes on is none the better for it
    let asked = ask(&node, "exec >&- 2>&-; sleep 600", Duration::from_millis(300)).await;
    assert_eq!(asked.exit, None);
}

#[tokio::test]
async fn polls_go_on_while_one_is_asked() {
    let node = Node::start();
    let (here, open) = (node.here.path().join("here"), node.here.path().join("open"));
    let script = format!("touch {}; while [ ! -e {} ]; do sleep 0.02; done; echo done", here.display(), open.display());
    let polls = async {
        eventually("the command runs", || here.exists().then_some(())).await;
        for _ in 0..20 {
            node.executor.poll(&node.address, &[]).await.unwrap();
        }
        // only now may it end: the polls were answered before
        std::fs::write(&open, "").unwrap();
    };
    let (asked, ()) = tokio::join!(ask(&node, &script, DEADLINE), polls);
    assert_eq!((asked.exit, asked.output.as_slice()), (Some(ExitStatus::Code(0)), b"done\n".as_slice()));
}
