//! The same road with Abaqus: a stand-in for its command over the real ccx, with a licence server's tokens.

use crate::node::{on_both, script};
use crate::stack::Stack;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use testbed::{Sshd, Standin};

on_both!(
    a_deck_runs_with_progress_to_its_end,
    a_run_that_diverges_has_failed_with_its_message,
    a_cancelled_run_is_asked_in_abaqus_own_way_and_is_gone,
);

/// A small linear deck, one increment; `words` choose how the stand-in behaves.
fn deck(name: &str, words: &str) -> (String, Vec<u8>) {
    from_sample("quick.inp", name, words)
}

/// A deck of many increments.
fn long(name: &str, words: &str) -> (String, Vec<u8>) {
    from_sample("cantilever.inp", name, words)
}

fn from_sample(sample: &str, name: &str, words: &str) -> (String, Vec<u8>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../public/sample").join(sample);
    let text = std::fs::read_to_string(path).unwrap();
    (format!("{name}.inp"), format!("** standin: {words}\n{text}").into_bytes())
}

async fn start(standin: Standin) -> Stack {
    Stack::start_abaqus(standin).await
}

fn cause(job: &Value) -> &str {
    job["verdict"]["cause"]["what"].as_str().unwrap_or_default()
}

fn remarks(job: &Value) -> Vec<&str> {
    let all = job["verdict"]["remarks"].as_array().unwrap();
    all.iter().map(|remark| remark["what"].as_str().unwrap()).collect()
}

async fn submit(stack: &Stack, files: &[(String, Vec<u8>)], fields: &[(&str, &str)]) -> i64 {
    let answer = stack.post_files(files, fields).await;
    let status = answer.status();
    let job: Value = answer.json().await.unwrap();
    assert_eq!(status, 201, "{job}");
    job["id"].as_i64().unwrap()
}

async fn a_deck_runs_with_progress_to_its_end(node: Sshd) {
    let stack = Stack::start_abaqus_on(node, Standin::default()).await;
    let id = submit(&stack, &[long("beam", "increment-pause=150ms")], &[("cpus", "4")]).await;
    let seen = stack.until(id, "progress", |job| job["progress"]["increment"].as_u64().unwrap_or(0) > 0).await;
    assert_eq!(seen["license_tokens"], 8);
    assert_eq!(seen["status"], "Running");
    let job = stack.until_status(id, "Completed").await;
    assert_eq!((cause(&job), remarks(&job)), ("completed", vec![]));
    assert_eq!(job["progress"]["share"], 1.0, "{}", job["progress"]);
    let files: Vec<&str> = job["files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    for wanted in ["beam.sta", "beam.msg", "beam.dat", "beam.odb", "console.log"] {
        assert!(files.contains(&wanted), "{wanted} of {files:?}");
    }
    assert!(!files.contains(&"beam.lck"), "{files:?}");
}

async fn a_run_that_diverges_has_failed_with_its_message(node: Sshd) {
    let stack = Stack::start_abaqus_on(node, Standin::default()).await;
    let id = submit(&stack, &[long("beam", "replay diverge")], &[]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "diverged", "{job}");
    assert!(job["message"].as_str().unwrap().contains("TOO MANY ATTEMPTS MADE FOR THIS INCREMENT"), "{job}");
    assert!(stack.results(id).join("beam.msg").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_of_twelve_tokens_and_a_licence_of_fewer() {
    // our own count knows 50: only the licence server has less
    let stack = start(Standin { tokens: 12, ..Standin::default() }).await;
    let first = submit(&stack, &[long("first", "increment-pause=150ms")], &[("cpus", "8")]).await;
    stack.until(first, "progress", |job| job["progress"]["increment"].as_u64().unwrap_or(0) > 0).await;
    let second = submit(&stack, &[deck("second", "")], &[("cpus", "8")]).await;
    let waits = stack.until(second, "the queue", |job| !job["progress"]["license_queue"].is_null()).await;
    assert_eq!(waits["status"], "Running");
    assert_eq!(waits["progress"]["trouble"], Value::Null);
    stack.until_status(first, "Completed").await;
    let job = stack.until_status(second, "Completed").await;
    assert!(job["progress"]["license_queue"].is_null(), "{}", job["progress"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_that_is_denied_tells_its_numbers_and_one_that_ends_soon_is_known() {
    let stack = start(Standin { tokens: 6, license_days: 22, ..Standin::default() }).await;
    let id = submit(&stack, &[deck("wide", "")], &[("cpus", "8")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!((cause(&job), remarks(&job)), ("no_license", vec!["license_denied"]));
    let told = ["requested", "total", "in_use", "available"].map(|what| &job["verdict"]["remarks"][0][what]);
    assert_eq!(told, [12, 6, 0, 6], "{job}");
    let page = stack.http.get(stack.url(&format!("/jobs/{id}"))).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("要求12個、全体6個、使用中0個"), "{page}");
    let ended = job["ended_at"].as_i64().unwrap();
    let license = stack.until_answer("/api/v1/license", "its end", |answer| answer["expires_at"].is_i64()).await;
    // the end of that day
    let ends = license["expires_at"].as_i64().unwrap();
    assert_eq!((ends % 86_400, (ends - ended) / 86_400), (0, 22), "{license}");
    let page = stack.http.get(stack.url("/licenses")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("license-expiry") && page.contains("日で切れます"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_that_disagrees_is_said() {
    let stack = start(Standin::default()).await;
    let crashed = submit(&stack, &[deck("late", "exit=134")], &[]).await;
    let job = stack.until_status(crashed, "Completed").await;
    assert_eq!(remarks(&job), ["exit_disagrees"]);
    let silent = submit(&stack, &[deck("silent", "no-end-line exit=0")], &[]).await;
    let job = stack.until_status(silent, "Failed").await;
    assert_eq!(cause(&job), "no_end_line");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subroutine_that_does_not_compile_has_failed_whatever_the_exit_code() {
    let stack = start(Standin::default()).await;
    let broken = ("umat.for".to_owned(), b"C standin: compile-error\n      SUBROUTINE UMAT(\n".to_vec());
    let files = [deck("user", "exit=0"), broken];
    let id = submit(&stack, &files, &[("user", "umat.for")]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!((cause(&job), remarks(&job)), ("subroutine_error", vec!["exit_zero_but_failed"]));
    // a file that is no subroutine is refused before anything runs
    let files = [deck("other", ""), ("mesh.inc".to_owned(), b"1\n".to_vec())];
    let answer: Value = stack.post_files(&files, &[("user", "mesh.inc")]).await.json().await.unwrap();
    assert_eq!(answer["error"]["details"]["field"], "user", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_with_errors_fails_with_the_line_of_its_dat() {
    let stack = start(Standin::default()).await;
    let (name, text) = deck("wrong", "");
    let text = String::from_utf8(text).unwrap().replacen("SECTION, ELSET=BEAM", "SECTION, ELSET=BEAN", 1).into_bytes();
    assert!(String::from_utf8_lossy(&text).contains("BEAN"));
    let id = submit(&stack, &[(name, text)], &[]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "input_error", "{job}");
    assert_eq!(job["verdict"]["evidence"]["file"], "wrong.dat", "{job}");
    // explained, in both languages, with the line of the deck
    let asked = stack.http.post(stack.url("/rpc/read_messages")).json(&serde_json::json!({ "id": id }));
    let said: Value = asked.send().await.unwrap().json().await.unwrap();
    let first = &said["list"][0];
    assert_eq!((said["errors"].as_u64(), &first["deck"]["file"]), (Some(2), &"wrong.inp".into()), "{said}");
    for language in ["ja", "en"] {
        assert!(!first["explained"][language]["tries"].as_array().unwrap().is_empty(), "{said}");
    }
}

async fn a_cancelled_run_is_asked_in_abaqus_own_way_and_is_gone(node: Sshd) {
    let stack = Stack::start_abaqus_on(node, Standin::default()).await;
    let id = submit(&stack, &[long("long", "increment-pause=1000ms")], &[]).await;
    stack.until(id, "progress", |job| job["progress"]["increment"].as_u64().unwrap_or(0) > 0).await;
    assert!(stack.act(id, "cancel").await.status().is_success());
    let job = stack.until_status(id, "Cancelled").await;
    assert_eq!(stack.alive_on_node(), Vec::<u32>::new());
    let said = std::fs::read_to_string(stack.results(id).join("long.msg")).unwrap();
    assert!(said.contains("Process terminated by external request"), "{job}");

    // deaf to that and to signals: forced, and none of its processes is left
    let deaf = submit(&stack, &[deck("deaf", "hang ignore-terminate")], &[]).await;
    let console = stack.results(deaf).join("console.log.part");
    let computes = |_: &Value| std::fs::read_to_string(&console).is_ok_and(|text| text.contains("Run standard"));
    stack.until(deaf, "computing", computes).await;
    let all = "its wrapper, Abaqus and what computes for it";
    crate::operations::eventually(all, async || stack.alive_on_node().len() >= 3).await;
    assert!(stack.act(deaf, "cancel").await.status().is_success());
    stack.until_status(deaf, "Cancelled").await;
    assert_eq!(stack.alive_on_node(), Vec::<u32>::new());
}

/// A job that wrote what a restart goes on from.
async fn completed_parent(stack: &Stack) -> i64 {
    let (name, text) = deck("parent", "");
    let text = String::from_utf8(text).unwrap();
    let writing = text.replacen("*STEP", "*RESTART, WRITE, FREQUENCY=1\n*STEP", 1).into_bytes();
    let parent = submit(stack, &[(name, writing)], &[]).await;
    stack.until_status(parent, "Completed").await;
    parent
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_from_its_parents_files() {
    let stack = start(Standin::default()).await;
    let parent = completed_parent(&stack).await;
    let restart =
        ("child.inp".to_owned(), b"*HEADING\n*RESTART, READ, STEP=1\n*STEP\n*STATIC\n0.5, 1.0\n*END STEP\n".to_vec());
    // without the job to go on from it is refused, naming the field
    let refused: Value = stack.post_files(std::slice::from_ref(&restart), &[]).await.json().await.unwrap();
    assert_eq!(refused["error"]["details"]["field"], "oldjob", "{refused}");
    let oldjob = parent.to_string();
    let send = || {
        let part = reqwest::multipart::Part::bytes(restart.1.clone()).file_name(restart.0.clone());
        let form = reqwest::multipart::Form::new().text("oldjob", oldjob.clone()).part("file", part);
        stack.http.post(stack.url("/api/v1/jobs")).header("Idempotency-Key", "one").multipart(form).send()
    };
    let child = send().await.unwrap().json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    // its files are its own: the parent may go
    let gone = stack.http.delete(stack.url(&format!("/api/v1/jobs/{parent}"))).send().await.unwrap();
    assert!(gone.status().is_success());
    let job = stack.until_status(child, "Completed").await;
    assert_eq!(cause(&job), "completed");
    // the same request again, its answer lost, is the same job although its parent is gone
    assert_eq!(send().await.unwrap().json::<Value>().await.unwrap()["id"].as_i64(), Some(child));
    // and so it can be submitted again
    let again: Value = stack.act(child, "resubmit").await.json().await.unwrap();
    let again = again["id"].as_i64().unwrap_or_else(|| panic!("{again}"));
    stack.until_status(again, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gpu_costs_and_where_options_do_not_belong() {
    let stack = start(Standin::default()).await;
    let id = submit(&stack, &[deck("gpu", "")], &[("cpus", "4"), ("gpus", "2"), ("memory", "80%")]).await;
    let job = stack.until_status(id, "Completed").await;
    // floor(5 * 6^0.422)
    assert_eq!(job["license_tokens"], 10);
    for (field, value) in [("gpus", "9"), ("memory", "16"), ("double", "yes"), ("oldjob", "999")] {
        let answer = stack.post_files(&[deck("no", "")], &[(field, value)]).await;
        assert!(answer.status().is_client_error(), "{field}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["details"]["field"], field, "{answer}");
    }
    let answer = stack.post_files(&[deck("both", "")], &[("gpus", "1"), ("datacheck", "true")]).await;
    assert_eq!(answer.status(), 400);
}

/// A node whose Abaqus is the stand-in, with something done in the run's folder before.
async fn start_after(folder: &std::path::Path, text: &str) -> Stack {
    let command = testbed::standin(folder, &Standin::default()).unwrap();
    let command = script(folder, "before", &format!("{text}\nexec '{}' \"$@\"", command.display()));
    Stack::start_node(&[("--abaqus", &command), ("--cores", "16")], &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_file_of_an_earlier_run_is_said_and_the_job_can_be_submitted_again() {
    // as when a run of that name was killed in this very folder
    let folder = tempfile::tempdir().unwrap();
    let once = folder.path().join("once");
    let text = format!("case $1 in job=*) mkdir '{}' 2>/dev/null && : > \"${{1#job=}}.lck\";; esac", once.display());
    let stack = start_after(folder.path(), &text).await;
    let id = submit(&stack, &[deck("beam", "")], &[]).await;
    let job = stack.until_status(id, "Failed").await;
    assert_eq!(cause(&job), "lock_file", "{job}");
    assert!(job["message"].as_str().unwrap().contains("Detected lock file beam.lck"), "{job}");
    let asked = stack.http.post(stack.url("/rpc/read_messages")).json(&serde_json::json!({ "id": id }));
    let said: Value = asked.send().await.unwrap().json().await.unwrap();
    for language in ["ja", "en"] {
        assert!(!said["list"][0]["explained"][language]["tries"].as_array().unwrap().is_empty(), "{said}");
    }
    let again: Value = stack.act(id, "resubmit").await.json().await.unwrap();
    stack.until_status(again["id"].as_i64().unwrap(), "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_run_meets_what_another_has_left() {
    let stack = start(Standin::default()).await;
    // it ends without its end line, and its lock stays
    let killed = submit(&stack, &[deck("beam", "kill-leaving-lck")], &[]).await;
    let job = stack.until(killed, "ended", |job| !job["verdict"].is_null()).await;
    assert_eq!(job["status"], "Failed", "{job}");
    let whole = submit(&stack, &[deck("beam", "")], &[("name", "beam-whole")]).await;
    stack.until_status(whole, "Completed").await;
    // the same job, name and all, where the first one was
    let gone = stack.http.delete(stack.url(&format!("/api/v1/jobs/{killed}"))).send().await.unwrap();
    assert!(gone.status().is_success());
    let anew = submit(&stack, &[deck("beam", "")], &[]).await;
    let job = stack.until_status(anew, "Completed").await;
    assert_eq!((&job["name"], cause(&job)), (&"beam".into(), "completed"));
    // and nobody can send what a run would take for its own
    for name in ["beam.lck", "beam.odb", "beam.sta"] {
        let files = [deck("beam", ""), (name.to_owned(), b"left".to_vec())];
        let answer = stack.post_files(&files, &[("name", "beam")]).await;
        let status = answer.status();
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((status.as_u16(), &problem["error"]["details"]["field"]), (400, &"file".into()), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_among_old_files_never_waits_for_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    // Abaqus asks whether it may overwrite these, unless it was told not to ask
    let text = "case $1 in job=*) for e in odb dat msg sta; do echo old > \"${1#job=}.$e\"; done;; esac";
    let stack = start_after(folder.path(), text).await;
    let id = submit(&stack, &[deck("beam", "")], &[]).await;
    let job = stack.until_status(id, "Completed").await;
    let console = std::fs::read_to_string(stack.results(id).join("console.log")).unwrap();
    assert!(!console.contains("Overwrite?"), "{console}");
    assert_eq!(cause(&job), "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parents_file_without_its_hash_is_no_file_to_go_on_from() {
    let stack = start(Standin::default()).await;
    let parent = completed_parent(&stack).await;
    let change = |sql: &str| {
        let database = stack.folder.path().join("data/jobs.db");
        let done = Command::new("sqlite3").args(["-cmd", ".timeout 5000"]).arg(database).arg(sql).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    change("UPDATE result_files SET sha256 = NULL WHERE name LIKE '%.odb'");
    let restart =
        ("child.inp".to_owned(), b"*HEADING\n*RESTART, READ, STEP=1\n*STEP\n*STATIC\n0.5, 1.0\n*END STEP\n".to_vec());
    let answer = stack.post_files(&[restart], &[("oldjob", &parent.to_string())]).await;
    assert_eq!(answer.status(), 500);
    // nothing of it is left: neither its own deck nor links to the parent's files
    assert_eq!((stack.rows("jobs"), stack.rows("uploads"), stack.upload_folders()), (1, 1, 1));
}
