//! Decks and files that would keep the reader, or the solver, busy with what is not theirs.

use crate::stack::{PATIENCE, Stack, sample};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tokio::task::JoinHandle;

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A deck on the server whose reading goes on for as long as a test wants: its bytes come through a pipe.
async fn slow_deck(stack: &Stack, name: &str) -> (String, PathBuf) {
    let (_, text) = sample("quick.inp");
    let sent = stack.http.post(stack.url(&format!("/uploads?name={name}"))).body(text).send().await.unwrap();
    let id = sent.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = stack.folder.path().join("uploads/inp-files").join(&id).join(name);
    std::fs::remove_file(&path).unwrap();
    make_pipe(&path);
    (id, path)
}

fn check(stack: &Stack, id: &str) -> JoinHandle<Result<reqwest::Response, reqwest::Error>> {
    let asked = stack.http.post(stack.url("/rpc/check_deck")).json(&json!({ "deck": id, "includes": [] }));
    tokio::spawn(asked.send())
}

/// Says so when the server has opened a pipe to read it; it reads until what is said is dropped.
fn opened(paths: Vec<PathBuf>) -> Receiver<File> {
    let (say, hear) = channel();
    for path in paths {
        let say = say.clone();
        std::thread::spawn(move || say.send(File::options().write(true).open(path).unwrap()));
    }
    hear
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decks_are_read_at_once_and_the_third_waits() {
    let stack = Stack::start().await;
    let (mut pipes, mut answers) = (Vec::new(), Vec::new());
    for name in ["a.inp", "b.inp", "c.inp"] {
        let (id, pipe) = slow_deck(&stack, name).await;
        pipes.push(pipe);
        answers.push(check(&stack, &id));
    }
    let readers = opened(pipes);
    let first = readers.recv_timeout(PATIENCE).unwrap();
    let second = readers.recv_timeout(PATIENCE).unwrap();
    // nothing tells that it never comes: all three were asked for together
    assert_eq!(readers.recv_timeout(Duration::from_millis(500)).map(|_| ()), Err(RecvTimeoutError::Timeout));
    drop(first);
    let third = readers.recv_timeout(PATIENCE).unwrap();
    drop((second, third));
    for answer in answers {
        assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_that_is_being_read_does_not_keep_the_server() {
    let mut stack = Stack::start().await;
    let (id, pipe) = slow_deck(&stack, "a.inp").await;
    let _answer = check(&stack, &id);
    let _reading = opened(vec![pipe]).recv_timeout(PATIENCE).unwrap();
    stack.end_server().await;
}

/// CalculiX opens the very name; a run that would end with a missing file is not taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_calculix_does_not_find_is_refused() {
    let stack = Stack::start().await;
    let (_, deck) = sample("with_include.inp");
    let (_, steel) = sample("steel.inc");
    let deck = String::from_utf8(deck).unwrap();
    assert!(deck.contains("steel.inc"));
    for (names, there) in [("STEEL", "STEEL.inp"), ("../steel.inc", "steel.inc"), ("/etc/passwd", "steel.inc")] {
        let files = [("beam.inp".to_owned(), deck.replace("steel.inc", names).into_bytes())];
        let files = files.into_iter().chain([(there.to_owned(), steel.clone())]).collect::<Vec<_>>();
        let answer = stack.post_files(&files, &[("solver", "calculix")]).await;
        let status = answer.status();
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(status, 400, "{problem}");
        let findings = problem["error"]["details"]["findings"].as_array().unwrap_or_else(|| panic!("{problem}"));
        assert!(findings.iter().any(|finding| finding["line"].is_u64()), "{problem}");
    }
}

/// `inspect FILE` in its own process.
fn inspect(file: &Path) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    let mut child = command.arg("inspect").arg(file).stdout(Stdio::piped()).spawn().unwrap();
    let (say, hear) = channel();
    let out = child.stdout.take().unwrap();
    std::thread::spawn(move || say.send(std::io::read_to_string(out).unwrap()));
    let Ok(said) = hear.recv_timeout(PATIENCE) else {
        child.kill().unwrap();
        panic!("inspect does not end");
    };
    (child.wait().unwrap().code(), serde_json::from_str(&said).unwrap())
}

#[test]
fn inspect_reads_regular_files_only() {
    let folder = tempfile::tempdir().unwrap();
    make_pipe(&folder.path().join("pipe"));
    let deck = folder.path().join("deck.inp");
    let text = "*ELEMENT, TYPE=MASS\n1, 1\n*INCLUDE, INPUT=pipe\n*STEP\n*STATIC\n*END STEP\n";
    std::fs::write(&deck, text).unwrap();
    let (code, said) = inspect(&deck);
    assert_eq!((code, &said["hard_errors"][0]["line"]), (Some(1), &json!(3)), "{said}");
    std::fs::write(&deck, text.replace("pipe", "/dev/zero")).unwrap();
    let (code, said) = inspect(&deck);
    assert_eq!((code, &said["hard_errors"][0]["line"]), (Some(1), &json!(3)), "{said}");
    let (code, said) = inspect(Path::new("/dev/zero"));
    assert_eq!((code, &said["kind"]), (Some(1), &json!("unknown")), "{said}");
}
