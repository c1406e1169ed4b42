//! A run's whole way on a node, on Linux and as a Windows program alike.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, TOKEN, Talk, assert_gone, eventually, grown, on_both, processes};
use serde_json::{Value, json};
use std::process::Command;
use testbed::SessionJob;

on_both!(
    it_starts_is_followed_and_ends_with_its_code,
    only_the_first_launch_counts,
    it_goes_on_when_the_caller_goes_away,
    a_stop_ends_the_whole_tree,
    a_killed_wrapper_leaves_nothing_that_a_stop_cannot_end,
    a_tail_is_read_while_the_solver_has_it_open,
    names_with_blanks_and_japanese_are_names,
    a_solver_that_is_not_there_is_said,
    a_question_that_hangs_is_ended_with_all_it_started,
    the_solver_is_first_ended_in_its_own_way,
    what_cannot_be_read_now_is_no_end,
    a_run_that_cannot_be_begun_is_over_and_was_none,
    a_run_that_was_never_begun_is_begun_by_no_later_wrapper,
    a_wrapper_that_is_there_too_late_starts_nothing,
);

/// Goes on until the run's folder holds `enough`.
const WAIT_SH: &str = "until [ -e enough ]; do sleep 0.05; done";
const WAIT_BAT: &str = ":again\nif exist enough goto over\nping -n 2 127.0.0.1 >nul\ngoto again\n:over";

fn it_starts_is_followed_and_ends_with_its_code(node: &Node) {
    let solver = node.solver("echo \"$@\"; exit 42", "echo %*\nexit /b 42");
    let mut talk = node.talk();
    talk.stage();
    assert_eq!(talk.poll(&[])["state"], "not_started");
    let launched = talk.ask("launch", &node.launch(&solver, &["job=beam", "a b"]));
    assert_eq!(launched["answer"]["outcome"], "launched", "{launched}");
    assert_eq!(talk.ended(), json!({ "how": "exited", "exit": { "code": 42 }, "stopped": false }));
    let console = String::from_utf8(grown(&talk.poll(&["console.log"]), "console.log").unwrap()).unwrap();
    // batch files see the quotes, programs behind them do not
    assert_eq!(console.replace('"', "").trim_end(), "job=beam a b");
    talk.end();
}

fn only_the_first_launch_counts(node: &Node) {
    let solver = node.solver("echo once >>count", "echo once>>count");
    let mut talk = node.talk();
    talk.stage();
    let launch = node.launch(&solver, &[]);
    let outcomes: Vec<Value> = (0..3).map(|_| talk.ask("launch", &launch)["answer"]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["launched", "already", "already"]);
    talk.ended();
    assert_eq!(talk.ask("launch", &launch)["answer"]["outcome"], "already");
    assert_eq!(std::fs::read_to_string(node.run_file("count")).unwrap().trim_end(), "once");
    let journal = std::fs::read_to_string(node.path("journal")).unwrap();
    assert_eq!(journal.lines().filter(|line| line.ends_with(" launched")).count(), 1, "{journal}");
    // nor after the folder is gone
    assert_eq!(talk.ask("remove", &json!({ "token": TOKEN }))["answer"]["was_there"], true);
    assert_eq!(talk.ask("launch", &launch)["answer"]["outcome"], "already");
    talk.end();
}

/// Its wrapper does not start, and the gate is passed: that end gives its work to another run.
fn a_run_that_cannot_be_begun_is_over_and_was_none(node: &Node) {
    let solver = node.solver("echo ran >ran", "echo ran>ran");
    let mut talk = node.talk();
    // it knows by now that what it starts is let go
    assert!(talk.ask("probe", &json!({}))["answer"]["held_by"].is_null());
    talk.stage();
    let program = std::fs::read(node.program()).unwrap();
    node.replace_program(b"no program");
    let launch = node.launch(&solver, &[]);
    let refused = talk.ask("launch", &launch);
    assert_eq!(refused["fault"]["kind"], "system", "{refused}");
    assert_eq!(talk.ended(), json!({ "how": "exited", "exit": "unknown", "stopped": true }));
    // nor later, when it could be
    node.replace_program(&program);
    assert_eq!(talk.ask("launch", &launch)["answer"]["outcome"], "already");
    assert!(!node.run_file("ran").exists());
    talk.end();
}

/// A launch as it is noted, so long ago.
fn note_launch(node: &Node, solver: &str, seconds_ago: u64) {
    std::fs::create_dir_all(node.run_file(".run/started")).unwrap();
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() - seconds_ago;
    let record = json!({ "boot": "", "at": at, "request": node.launch(solver, &[]) });
    std::fs::write(node.run_file(".run/launch.json"), record.to_string()).unwrap();
}

/// Whose wrapper could not be started after the gate, and whose work is another run's by now.
fn a_run_that_was_never_begun_is_begun_by_no_later_wrapper(node: &Node) {
    let solver = node.solver("echo ran >ran", "echo ran>ran");
    let mut talk = node.talk();
    talk.stage();
    note_launch(node, &solver, 1);
    let end = json!({ "how": "exited", "exit": "unknown", "stopped": true });
    std::fs::write(node.run_file(".run/exit.json"), json!({ "end": end, "at": 1 }).to_string()).unwrap();
    assert_eq!(talk.ended(), end);
    assert!(!node.runner(&["wrap", TOKEN]).status().unwrap().success());
    assert!(!node.run_file("ran").exists());
    assert_eq!(talk.ask("launch", &node.launch(&solver, &[]))["answer"]["outcome"], "already");
    talk.end();
}

/// By then a poll may have said that it never came.
fn a_wrapper_that_is_there_too_late_starts_nothing(node: &Node) {
    let solver = node.solver("echo ran >ran", "echo ran>ran");
    let mut talk = node.talk();
    talk.stage();
    note_launch(node, &solver, 25);
    assert_eq!(talk.poll(&[])["state"], "alive");
    node.runner(&["wrap", TOKEN]).status().unwrap();
    let end = talk.ended();
    assert_eq!(end["how"], "cannot_start", "{end}");
    assert!(!node.run_file("ran").exists());
    talk.end();
}

fn it_goes_on_when_the_caller_goes_away(node: &Node) {
    let solver = node.solver(&format!("{WAIT_SH}\nexit 3"), &format!("{WAIT_BAT}\nexit /b 3"));
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &[]));
    talk.end();
    let mut talk = node.talk();
    assert_eq!(talk.poll(&[])["state"], "alive");
    std::fs::write(node.run_file("enough"), "").unwrap();
    assert_eq!(talk.ended()["exit"], json!({ "code": 3 }));
    talk.end();
}

/// A solver with a child that its end would not end. Their command lines hold the word; when they run, `one` and `two` are
/// there. (A process of Wine that is only being born outlives its job.)
fn family(node: &Node, word: &str) -> String {
    node.solver(
        &format!("setsid sh -c 'touch one; sleep 600; : {word}' &\nsh -c 'touch two; sleep 600; : {word}'"),
        &format!("start /b linger.exe one {word}\nlinger.exe two {word}"),
    )
}

fn family_runs(node: &Node) {
    eventually("the tree", || ["one", "two"].iter().all(|name| node.run_file(name).exists()).then_some(()));
}

/// A word of this test process and its run alone.
fn word(of: &str) -> String {
    format!("ajm-{of}-{}", std::process::id())
}

fn a_stop_ends_the_whole_tree(node: &Node) {
    let word = word("tree");
    let solver = family(node, &word);
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &[]));
    family_runs(node);
    assert!(processes(&word).len() >= 2);
    assert_eq!(talk.ask("remove", &json!({ "token": TOKEN }))["fault"]["kind"], "alive");
    let stopped = talk.ask("stop", &json!({ "token": TOKEN, "grace_ms": 300 }));
    assert_eq!(stopped["answer"]["left"], 0, "{stopped}");
    assert_gone(node, &word);
    let state = talk.poll(&[])["state"].clone();
    assert_eq!(state["ended"]["stopped"], true, "{state}");
    assert_eq!(talk.ask("remove", &json!({ "token": TOKEN }))["answer"]["was_there"], true);
    talk.end();
}

fn a_killed_wrapper_leaves_nothing_that_a_stop_cannot_end(node: &Node) {
    let word = word("orphan");
    let solver = family(node, &word);
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &[]));
    family_runs(node);
    assert!(processes(&word).len() >= 2);
    // by its folder too: other tests have runs of the same token
    let at = node.path("runs").join(TOKEN);
    let wrappers = processes(&format!("wrap {TOKEN}"));
    let here = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == at);
    let wrapper = wrappers.into_iter().find(here).unwrap();
    assert!(Command::new("kill").args(["-9", &wrapper.to_string()]).status().unwrap().success());
    if node.wine.is_some() {
        // the job's last handle is closed with it
        assert_eq!(talk.ended(), json!({ "how": "process_gone" }));
        assert_gone(node, &word);
    } else {
        assert_eq!(talk.poll(&[])["state"], "alive");
    }
    let stopped = talk.ask("stop", &json!({ "token": TOKEN, "grace_ms": 300 }));
    assert_eq!(stopped["answer"]["left"], 0, "{stopped}");
    assert_gone(node, &word);
    talk.end();
}

fn a_tail_is_read_while_the_solver_has_it_open(node: &Node) {
    let solver = node.solver(
        &format!("{{ echo one; {WAIT_SH}; echo two; }} >deck.sta"),
        // one redirection for all of it: the file stays open
        "call :rows >deck.sta\nexit /b 0\n:rows\necho one\n:again\nif exist enough goto over\nping -n 2 127.0.0.1 >nul\ngoto again\n:over\necho two\nexit /b 0",
    );
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &[]));
    let text = |run: &Value| grown(run, "deck.sta").map(|bytes| String::from_utf8(bytes).unwrap().replace('\r', ""));
    // a line and its end are two writes under Wine
    let run = talk.until(&["sta"], |run| text(run).is_some_and(|text| text.ends_with('\n')));
    assert_eq!((text(&run).as_deref(), &run["state"]), (Some("one\n"), &json!("alive")));
    std::fs::write(node.run_file("enough"), "").unwrap();
    talk.ended();
    assert_eq!(text(&talk.poll(&["sta"])).as_deref(), Some("one\ntwo\n"));
    talk.end();
}

fn names_with_blanks_and_japanese_are_names(node: &Node) {
    let (deck, result) = ("梁 1.inp", "結果 1.dat");
    let solver = node.solver("cp \"$1\" \"$2\"", "copy %1 %2 >nul");
    let mut talk = node.talk();
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let file = json!({ "name": deck, "size": 5, "sha256": sha256, "bytes": "aGVsbG8=" });
    let staged = talk.ask("stage", &json!({ "token": TOKEN, "files": [file] }));
    assert_eq!(staged["answer"]["files"], json!(["whole"]), "{staged}");
    let mut verify = file.clone();
    verify.as_object_mut().unwrap().remove("bytes");
    let verified = talk.ask("verify", &json!({ "token": TOKEN, "files": [verify] }));
    assert_eq!(verified["answer"]["files"], json!(["whole"]), "{verified}");
    talk.ask("launch", &node.launch(&solver, &[deck, result]));
    assert_eq!(talk.ended()["exit"], json!({ "code": 0 }));
    let listed = talk.ask("list", &json!({ "token": TOKEN, "except": [], "inline_file": 99, "inline_all": 99 }));
    let files = listed["answer"]["files"].as_array().unwrap();
    let found = files.iter().find(|file| file["name"] == result).unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(found["sha256"]["Ok"], sha256, "{listed}");
    assert!(!files.iter().any(|file| file["name"] == deck), "unchanged input is no result: {listed}");
    talk.end();
}

fn a_solver_that_is_not_there_is_said(node: &Node) {
    let mut talk = node.talk();
    talk.stage();
    // among the run's own files it is not looked for
    for name in ["no-such-solver", "no-such-solver.bat", "no-such-solver.exe"] {
        std::fs::write(node.run_file(name), "exit 0").unwrap();
    }
    let launch = json!({ "token": TOKEN, "program": "no-such-solver", "args": [], "env": [] });
    assert_eq!(talk.ask("launch", &launch)["answer"]["outcome"], "launched");
    let ended = talk.ended();
    assert_eq!(ended["how"], "cannot_start", "{ended}");
    assert!(ended["reason"].as_str().unwrap().contains("no-such-solver"), "{ended}");
    talk.end();
}

/// A folder in place of a record is one that cannot be read, also by an account that may read everything.
fn what_cannot_be_read_now_is_no_end(node: &Node) {
    let solver = node.solver("exit 42", "exit /b 42");
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &[]));
    let end = talk.ended();
    let list = json!({ "token": TOKEN, "except": [], "inline_file": 99, "inline_all": 99 });
    let stop = json!({ "token": TOKEN, "grace_ms": 0 });
    for (name, told) in [("exit", false), ("process", true)] {
        let (record, aside) = (node.run_file(&format!(".run/{name}.json")), node.path("aside"));
        std::fs::rename(&record, &aside).unwrap();
        std::fs::create_dir(&record).unwrap();
        let state = talk.poll(&[])["state"].clone();
        assert_eq!(state["ended"] == end, told, "{name}: {state}");
        assert_eq!(state.get("unknown").is_some(), !told, "{name}: {state}");
        assert_eq!(talk.ask("stop", &stop)["fault"]["kind"], "system", "{name}");
        // who is not known may be alive in it; how it ended, the folder need not tell
        if name == "process" {
            assert_eq!(talk.ask("remove", &json!({ "token": TOKEN }))["fault"]["kind"], "system");
        }
        std::fs::remove_dir(&record).unwrap();
        std::fs::rename(&aside, &record).unwrap();
    }
    assert_eq!(talk.ended(), end, "asked again it is told");
    // what was put down is not told from what the run has left, so nothing is
    std::fs::create_dir(node.run_file(".run/inputs.json")).unwrap();
    assert_eq!(talk.ask("list", &list)["fault"]["kind"], "system");
    std::fs::remove_dir(node.run_file(".run/inputs.json")).unwrap();
    assert_eq!(talk.ask("list", &list)["answer"]["files"][0]["name"], "console.log");
    talk.end();
}

fn a_question_that_hangs_is_ended_with_all_it_started(node: &Node) {
    let word = word("asked");
    let solver = family(node, &word);
    let launch = node.launch(&solver, &[]);
    let mut talk = node.talk();
    let asked = talk.ask(
        "ask",
        &json!({ "program": launch["program"], "args": launch["args"], "limit_ms": 5000, "max_bytes": 999 }),
    );
    assert_eq!(asked["answer"]["exit"], Value::Null, "{asked}");
    if node.wine.is_some() {
        assert_gone(node, &word);
    }
    // on Linux one that has left its group is nobody's: it is only ended with the whole node
    for pid in processes(&word) {
        let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
    }
    talk.end();
}

fn the_solver_is_first_ended_in_its_own_way(node: &Node) {
    let solver = node.solver(
        &format!("if [ \"$1\" = terminate ]; then touch enough; exit 0; fi\n{WAIT_SH}\necho tidied\nexit 9"),
        &format!("if \"%~1\"==\"terminate\" (echo.>enough\nexit /b 0)\n{WAIT_BAT}\necho tidied\nexit /b 9"),
    );
    let mut talk = node.talk();
    talk.stage();
    talk.ask("launch", &node.launch(&solver, &["run"]));
    let terminate = node.launch(&solver, &["terminate"]);
    let polite = json!({ "program": terminate["program"], "args": terminate["args"] });
    // ... which on Linux needs the first half of the grace, as the second is for signals
    let stopped = talk.ask("stop", &json!({ "token": TOKEN, "grace_ms": 30_000, "polite": polite }));
    assert_eq!(stopped["answer"], json!({ "asked": 0, "forced": 0, "left": 0 }), "{stopped}");
    let run = talk.poll(&["console.log"]);
    assert_eq!(run["state"]["ended"], json!({ "how": "exited", "exit": { "code": 9 }, "stopped": true }));
    assert!(String::from_utf8(grown(&run, "console.log").unwrap()).unwrap().contains("tidied"));
    talk.end();
}

/// What sshd ends with the connection is told before anything is lost.
#[test]
fn where_nothing_may_leave_the_connection_nothing_is_launched() {
    let Some(node) = Node::windows() else { return };
    let wine = node.wine.as_ref().unwrap();
    let solver = node.solver("", "echo ran>ran");
    let staged = json!({ "token": TOKEN, "files": [] });
    let poll = json!({ "runs": [], "max_file": 0, "max_all": 0 });
    for job in [SessionJob::Held, SessionJob::Caged] {
        let mut session = wine.over_sshd(wine.name_of(&node.path("runner.exe")), job);
        session.arg("serve");
        let mut talk = Talk::begin(session);
        for (verb, request) in [("stage", &staged), ("launch", &node.launch(&solver, &[]))] {
            let refused = talk.ask(verb, request);
            assert_eq!(refused["fault"]["kind"], "held", "{job:?}: {refused}");
            let message = refused["fault"]["message"].as_str().unwrap();
            // the way around it was tried: Wine has it as far as the class of what a start looks like
            assert!(message.contains("BREAKAWAY") && message.contains("WMI"), "{refused}");
        }
        assert!(talk.ask("probe", &json!({}))["answer"]["held_by"].is_string(), "{job:?}");
        assert_eq!(talk.ask("poll", &poll)["answer"]["lets_go"], false, "{job:?}");
        talk.end();
    }
    // what was only started to see whether it may leave is not left behind
    let prefix = wine.prefix().display().to_string();
    let is_ours = |pid: &u32| {
        let variables = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&variables).contains(&prefix)
    };
    eventually("their end", || (!processes("runner.exe").iter().any(is_ours)).then_some(()));
    // and later, by a server that lets it, it is
    let mut talk = node.talk();
    talk.stage();
    assert!(talk.ask("probe", &json!({}))["answer"]["held_by"].is_null());
    assert_eq!(talk.ask("launch", &node.launch(&solver, &[]))["answer"]["outcome"], "launched");
    talk.ended();
    assert!(node.run_file("ran").exists());
    talk.end();
}

#[test]
fn a_windows_machine_that_was_started_again_says_so() {
    let Some(node) = Node::windows() else { return };
    let solver = node.solver("", WAIT_BAT);
    let mut talk = node.talk();
    talk.stage();
    let before = talk.ask("launch", &node.launch(&solver, &[]))["answer"]["boot"].clone();
    assert_eq!(talk.ask("probe", &json!({}))["answer"]["boot"], before, "the same as long as it runs");
    assert_eq!(talk.poll(&[])["state"], "alive");
    node.wine.as_ref().unwrap().cut_power().unwrap();
    let mut talk = node.talk();
    assert_ne!(talk.ask("probe", &json!({}))["answer"]["boot"], before);
    assert_eq!(talk.ended(), json!({ "how": "rebooted" }));
    talk.end();
}

/// Below a drive's root others could put another program in this one's place.
#[test]
fn a_windows_work_folder_is_written_by_nobody_else_after_its_first_start_and_then_as_it_was_set() {
    use std::os::unix::fs::PermissionsExt;
    let Some(node) = Node::windows() else { return };
    let work = node.path(".");
    // Wine shows and takes the right to write as Unix has it; what the folder above lets others read stays there
    let let_all_write = || std::fs::set_permissions(&work, std::fs::Permissions::from_mode(0o777)).unwrap();
    let others_write = || std::fs::metadata(&work).unwrap().permissions().mode() & 0o002 != 0;
    let_all_write();
    std::fs::write(node.path("shared.txt"), "of the lab's own").unwrap();
    let mut talk = node.talk();
    talk.ask("probe", &json!({}));
    assert!(others_write(), "what others have there stays theirs");
    talk.end();
    std::fs::remove_file(node.path("shared.txt")).unwrap();
    let mut talk = node.talk();
    talk.ask("probe", &json!({}));
    assert!(!others_write());
    talk.stage();
    talk.end();
    // an admin's choice
    let_all_write();
    let mut talk = node.talk();
    talk.ask("probe", &json!({}));
    assert!(others_write());
    talk.end();
}
