//! Nothing that is said to the program makes it leave its folder or fall over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use runner::protocol::HELLO;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TOKEN: &str = "01890000-0000-7000-8000-000000000001";

struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    fn new() -> Work {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        // not copied by this process: a descriptor that another test's child inherits would keep it from being run
        let program = folder.path().join("work/runner");
        assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_runner")).arg(program).status().unwrap().success());
        std::fs::write(folder.path().join("treasure"), "untouched").unwrap();
        Work { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    fn say(&self, verb: &str, request: &[u8]) -> Value {
        let line = [b"7 ", verb.as_bytes(), b" ", request, b"\n"].concat();
        let lines = self.serve(&line);
        let [hello, reply] = <[String; 2]>::try_from(lines).unwrap();
        assert_eq!(hello, HELLO);
        serde_json::from_str(reply.strip_prefix("7 ").unwrap()).unwrap()
    }

    /// The lines it says to this, until the caller goes away.
    fn serve(&self, said: &[u8]) -> Vec<String> {
        let mut child = Command::new(self.path("runner"))
            .arg("serve")
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // it may have ended before it has read all
        let _ = child.stdin.take().unwrap().write_all(said);
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    fn refuses(&self, verb: &str, request: &Value) -> Value {
        let reply = self.say(verb, request.to_string().as_bytes());
        assert_eq!(reply["fault"]["kind"], "bad_request", "{verb} {request} -> {reply}");
        reply
    }

    /// Everything below the folder, with the content of small files.
    fn snapshot(&self) -> Vec<(PathBuf, u64)> {
        fn walk(folder: &Path, all: &mut Vec<(PathBuf, u64)>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                all.push((entry.path(), entry.metadata().unwrap().len()));
                if entry.file_type().unwrap().is_dir() {
                    walk(&entry.path(), all);
                }
            }
        }
        let mut all = Vec::new();
        walk(self.folder.path(), &mut all);
        all.sort();
        all
    }
}

#[test]
fn tokens_that_are_none_are_refused_by_every_verb() {
    let work = Work::new();
    let before = work.snapshot();
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
            work.refuses(verb, &request);
        }
    }
    assert_eq!(work.snapshot(), before);
}

const TOKEN_UPPER: &str = "01890000-0000-7000-8000-00000000000A";

#[test]
fn file_names_that_lead_elsewhere_are_refused() {
    let work = Work::new();
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
            work.refuses(verb, &json!({ "token": TOKEN, "files": [file] }));
        }
    }
    assert_eq!(std::fs::read_to_string(work.folder.path().join("treasure")).unwrap(), "untouched");
    assert!(!work.path("runs").join(TOKEN).join("console.log").exists());
}

#[test]
fn what_is_no_request_is_refused() {
    let work = Work::new();
    for text in [&b""[..], b"{", b"null", b"[]", b"{\"token\":7}", b"\xff\xfe\x00", &[b'['; 100_000]] {
        for verb in ["stage", "launch", "poll", "stop", "list", "remove"] {
            let reply = work.say(verb, text);
            assert_eq!(reply["fault"]["kind"], "bad_request", "{reply}");
        }
    }
    assert_eq!(work.say("format-c", b"{}")["fault"]["kind"], "bad_request");
}

#[test]
fn programs_and_variables_that_are_none_are_refused() {
    let work = Work::new();
    work.say("stage", json!({ "token": TOKEN, "files": [] }).to_string().as_bytes());
    let launch = |program: &str, env: Value| json!({ "token": TOKEN, "program": program, "args": [], "env": env });
    for program in ["", "./deck", "../x", "a/b", "x\0y"] {
        work.refuses("launch", &launch(program, json!([])));
    }
    for name in ["", "A=B", "AJM_RUN", "A\0"] {
        work.refuses("launch", &launch("true", json!([[name, "x"]])));
    }
    assert!(!work.path("runs").join(TOKEN).join(".run/started").exists(), "the gate is still open");
}

#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let work = Work::new();
    let elsewhere = work.folder.path().join("elsewhere");
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

#[test]
fn a_wrapper_is_only_started_by_a_launch() {
    let work = Work::new();
    for argument in ["", "..", TOKEN] {
        let status = Command::new(work.path("runner")).args(["wrap", argument]).status().unwrap();
        assert!(!status.success());
    }
    assert!(!work.path("runs").exists());
}

#[test]
fn many_requests_are_answered_under_their_numbers() {
    let work = Work::new();
    let said: String = (0..200).map(|number| format!("{number} probe {{}}\n")).collect();
    let mut numbers: Vec<u32> = work.serve(said.as_bytes())[1..]
        .iter()
        .map(|line| line.split_once(" {\"answer\":").unwrap().0.parse().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

#[test]
fn what_is_no_line_of_a_conversation_ends_it() {
    let work = Work::new();
    for said in
        [&b"probe {}\n"[..], b"-1 probe {}\n", b"x\n", b"\xff probe {}\n", b"\n", b"3\n", b"3 probe\n", b"3 probe {}"]
    {
        assert_eq!(work.serve(said), [HELLO], "{said:?}");
    }
}

/// The caller's process died while a stop was going on, with a solver that does not want to end.
#[test]
fn what_was_asked_is_seen_through_when_the_caller_goes_away() {
    let work = Work::new();
    work.say("stage", json!({ "token": TOKEN, "files": [] }).to_string().as_bytes());
    let script = "trap '' TERM; while :; do sleep 0.05; done";
    let launch = json!({ "token": TOKEN, "program": "sh", "args": ["-c", script], "env": [] });
    assert_eq!(work.say("launch", launch.to_string().as_bytes())["answer"]["outcome"], "launched");
    let mut child =
        Command::new(work.path("runner")).arg("serve").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let line = format!("1 stop {}\n", json!({ "token": TOKEN, "grace_ms": 300 }));
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let poll = json!({ "runs": [{ "token": TOKEN }], "max_file": 9, "max_all": 9 });
    let polled = work.say("poll", poll.to_string().as_bytes());
    assert_eq!(polled["answer"]["runs"][0]["state"]["ended"]["stopped"], true, "{polled}");
}

#[test]
fn what_cannot_be_removed_keeps_no_other_run_on_the_node() {
    let work = Work::new();
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
