//! Nothing that is said to the program makes it leave its folder or fall over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, TOKEN, on_both};
use runner::protocol::HELLO;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

on_both!(
    tokens_that_are_none_are_refused_by_every_verb,
    file_names_that_lead_elsewhere_are_refused,
    what_is_no_request_is_refused,
    programs_and_variables_that_are_none_are_refused,
    a_wrapper_is_only_started_by_a_launch,
    many_requests_are_answered_under_their_numbers,
    what_is_no_line_of_a_conversation_ends_it,
    what_was_asked_is_seen_through_when_the_caller_goes_away,
    what_cannot_be_removed_keeps_no_other_run_on_the_node,
);

fn refuses(talk: &mut common::Talk, verb: &str, request: &Value) -> Value {
    let reply = talk.ask(verb, request);
    assert_eq!(reply["fault"]["kind"], "bad_request", "{verb} {request} -> {reply}");
    reply
}

/// Everything below the node's folder, with sizes.
fn snapshot(node: &Node) -> Vec<(PathBuf, u64)> {
    fn walk(folder: &Path, all: &mut Vec<(PathBuf, u64)>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            all.push((entry.path(), entry.metadata().unwrap().len()));
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), all);
            }
        }
    }
    let mut all = Vec::new();
    walk(&node.folder, &mut all);
    all.sort();
    all
}

fn tokens_that_are_none_are_refused_by_every_verb(work: &Node) {
    let mut talk = work.talk();
    let before = snapshot(work);
    let long = "a".repeat(100_000);
    for token in
        ["", ".", "..", "../..", "/etc", "../../treasure", "01890000-0000-7000-8000-00000000000G", TOKEN_UPPER, &long]
    {
        for verb in ["stage", "verify", "launch", "poll", "stop", "list", "remove"] {
            let request = match verb {
                "poll" => json!({ "runs": [{ "token": token }], "max_file": 9, "max_all": 9 }),
                _ => json!({
                    "token": token, "files": [], "program": "true", "args": [], "env": [], "grace_ms": 0,
                    "except": [], "inline_file": 0, "inline_all": 0,
                }),
            };
            refuses(&mut talk, verb, &request);
        }
    }
    assert_eq!(snapshot(work), before);
}

const TOKEN_UPPER: &str = "01890000-0000-7000-8000-00000000000A";

fn file_names_that_lead_elsewhere_are_refused(work: &Node) {
    let mut talk = work.talk();
    let names = [
        "../treasure",
        "..",
        "/etc/passwd",
        "a/b",
        "a\\b",
        ".run",
        ".run/exit.json",
        "",
        "-rf",
        "a\0b",
        "a\nb",
        "C:x",
        "console.log",
        "Console.LOG",
        "nul",
        "evil\u{202e}pni",
    ];
    for name in names {
        for verb in ["stage", "verify"] {
            let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            let file = json!({ "name": name, "size": 0, "sha256": sha256, "bytes": "" });
            refuses(&mut talk, verb, &json!({ "token": TOKEN, "files": [file] }));
        }
    }
    assert_eq!(std::fs::read_to_string(work.folder.join("treasure")).unwrap(), "untouched");
    assert!(!work.path("runs").join(TOKEN).join("console.log").exists());
}

fn what_is_no_request_is_refused(work: &Node) {
    let mut talk = work.talk();
    for text in [&b""[..], b"{", b"null", b"[]", b"{\"token\":7}", b"\xff\xfe\x00", &[b'['; 100_000]] {
        for verb in ["stage", "launch", "poll", "stop", "list", "remove"] {
            let reply = talk.ask_raw(verb, text);
            assert_eq!(reply["fault"]["kind"], "bad_request", "{reply}");
        }
    }
    assert_eq!(talk.ask_raw("format-c", b"{}")["fault"]["kind"], "bad_request");
}

fn programs_and_variables_that_are_none_are_refused(work: &Node) {
    let mut talk = work.talk();
    talk.stage();
    let launch = |program: &str, env: Value| json!({ "token": TOKEN, "program": program, "args": [], "env": env });
    for program in ["", "./deck", "../x", "a/b", "x\0y"] {
        refuses(&mut talk, "launch", &launch(program, json!([])));
    }
    for name in ["", "A=B", "AJM_RUN", "A\0"] {
        refuses(&mut talk, "launch", &launch("true", json!([[name, "x"]])));
    }
    assert!(!work.path("runs").join(TOKEN).join(".run/started").exists(), "the gate is still open");
}

/// Wine shows a link of this machine as the folder behind it, so this is for Linux only.
#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let work = Node::linux();
    let elsewhere = work.folder.join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::write(elsewhere.join("result.dat"), "theirs").unwrap();
    std::fs::create_dir(work.path("runs")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, work.path("runs").join(TOKEN)).unwrap();
    let list = json!({ "token": TOKEN, "except": [], "inline_file": 99, "inline_all": 99 });
    assert_eq!(work.say("list", list.to_string().as_bytes())["fault"]["kind"], "no_folder");
    let staged = work.say("stage", json!({ "token": TOKEN, "files": [] }).to_string().as_bytes());
    assert_eq!(staged["fault"]["kind"], "system", "{staged}");
    let launch = json!({ "token": TOKEN, "program": "true", "args": [], "env": [] });
    assert_eq!(work.say("launch", launch.to_string().as_bytes())["fault"]["kind"], "no_folder");
    work.say("remove", json!({ "token": TOKEN }).to_string().as_bytes());
    assert_eq!(std::fs::read_to_string(elsewhere.join("result.dat")).unwrap(), "theirs");
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 1);
}

fn a_wrapper_is_only_started_by_a_launch(work: &Node) {
    for argument in ["", "..", TOKEN] {
        let status = work.runner(&["wrap", argument]).status().unwrap();
        assert!(!status.success());
    }
    assert!(!work.path("runs").exists());
}

fn many_requests_are_answered_under_their_numbers(work: &Node) {
    let said: String = (0..200).map(|number| format!("{number} probe {{}}\n")).collect();
    let mut numbers: Vec<u32> = work.serve(said.as_bytes())[1..]
        .iter()
        .map(|line| line.split_once(" {\"answer\":").unwrap().0.parse().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

fn what_is_no_line_of_a_conversation_ends_it(work: &Node) {
    for said in
        [&b"probe {}\n"[..], b"-1 probe {}\n", b"x\n", b"\xff probe {}\n", b"\n", b"3\n", b"3 probe\n", b"3 probe {}"]
    {
        assert_eq!(work.serve(said), [HELLO], "{said:?}");
    }
}

/// The caller's process died while a stop was going on, with a solver that does not want to end.
fn what_was_asked_is_seen_through_when_the_caller_goes_away(work: &Node) {
    work.say("stage", json!({ "token": TOKEN, "files": [] }).to_string().as_bytes());
    let solver =
        work.solver("trap '' TERM; while :; do sleep 0.05; done", ":again\nping -n 2 127.0.0.1 >nul\ngoto again");
    let launch = work.launch(&solver, &[]);
    assert_eq!(work.say("launch", launch.to_string().as_bytes())["answer"]["outcome"], "launched");
    let mut child = work.runner(&["serve"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let line = format!("1 stop {}\n", json!({ "token": TOKEN, "grace_ms": 300 }));
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let poll = json!({ "runs": [{ "token": TOKEN }], "max_file": 9, "max_all": 9 });
    let polled = work.say("poll", poll.to_string().as_bytes());
    assert_eq!(polled["answer"]["runs"][0]["state"]["ended"]["stopped"], true, "{polled}");
}

fn what_cannot_be_removed_keeps_no_other_run_on_the_node(work: &Node) {
    work.say("stage", json!({ "token": TOKEN, "files": [] }).to_string().as_bytes());
    // no folder, so that it cannot be removed as one, whoever we are
    let other = "01890000-0000-7000-8000-000000000002";
    std::fs::write(work.path("trash").join(other), "").unwrap();
    let removed = work.say("remove", json!({ "token": TOKEN }).to_string().as_bytes());
    assert_eq!(removed["answer"]["was_there"], true, "{removed}");
    assert!(!work.path("runs").join(TOKEN).exists() && !work.path("trash").join(TOKEN).exists());
    // and of itself it says so
    let stays = work.say("remove", json!({ "token": other }).to_string().as_bytes());
    assert_eq!(stays["fault"]["kind"], "system", "{stays}");
}
