//! A changed setting is in force at the very next decision, in the server that runs.

use crate::node::script;
use crate::stack::{Stack, sample};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn rpc(stack: &Stack, name: &str, body: &Value) -> (u16, Value) {
    let answer = stack.http.post(stack.url(&format!("/rpc/{name}"))).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn saved(stack: &Stack, key: &str) -> Value {
    let (_, view) = rpc(stack, "view_settings", &json!({})).await;
    let all = view["settings"].as_array().unwrap();
    all.iter().find(|saved| saved["key"] == key).unwrap().clone()
}

async fn save(stack: &Stack, key: &str, value: &str) -> (u16, Value) {
    let version = saved(stack, key).await["version"].clone();
    let changes = json!({ "changes": [{ "key": key, "value": value, "version": version }] });
    rpc(stack, "save_settings", &changes).await
}

async fn submit(stack: &Stack, name: &str) -> i64 {
    let fields = [("cpus", "2"), ("solver", "abaqus"), ("name", name)];
    let answer: Value = stack.post_files(&[sample("quick.inp")], &fields).await.json().await.unwrap();
    answer["id"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

/// A server whose node has an Abaqus that ends at once, and 5 tokens where a job of 2 CPUs takes 6.
async fn without_enough() -> (Stack, tempfile::TempDir) {
    let lab = tempfile::tempdir().unwrap();
    let abaqus = script(lab.path(), "abaqus", "echo 'Abaqus JOB x COMPLETED'");
    let node = [("--abaqus", abaqus.as_str()), ("--cores", "8")];
    let stack = Stack::start_node(&node, &[("TOTAL_LICENSE_TOKENS", "5")]).await;
    stack.until_contact().await;
    (stack, lab)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_tokens_starts_when_the_total_is_raised() {
    let (stack, _lab) = without_enough().await;
    // thrice: a look that comes by itself every few seconds would hardly be in time each time
    for round in 0..3 {
        let job = submit(&stack, &format!("round-{round}")).await;
        stack.until(job, "told that it waits", |job| job["waiting_reason"].is_string()).await;
        assert_eq!(stack.job(job).await["status"], "Waiting");
        let (status, answer) = save(&stack, "total_license_tokens", "6").await;
        let since = Instant::now();
        assert_eq!(status, 200, "{answer}");
        stack.until(job, "started", |job| job["status"] != "Waiting").await;
        assert!(since.elapsed() < Duration::from_millis(1_500), "{:?}", since.elapsed());
        stack.until(job, "over", |job| !job["ended_at"].is_null()).await;
        assert_eq!(save(&stack, "total_license_tokens", "5").await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_line_sets_is_taken_over_by_the_server_that_runs() {
    let (stack, _lab) = without_enough().await;
    let job = submit(&stack, "waits").await;
    stack.until(job, "told that it waits", |job| job["waiting_reason"].is_string()).await;
    let set = stack.command().args(["settings", "set", "total_license_tokens", "6"]).output().unwrap();
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    stack.until(job, "started", |job| job["status"] != "Waiting").await;
    let row = saved(&stack, "total_license_tokens").await;
    assert_eq!(
        (&row["value"], &row["version"], &row["changed"]["by"]),
        (&json!("6"), &json!(1), &json!("command-line"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_saved_is_said_and_nothing_is() {
    let stack = Stack::start().await;
    let change = |key: &str, value: &str, version: u64| json!({ "key": key, "value": value, "version": version });
    let good = change("total_license_tokens", "60", 0);
    let wrong = json!({ "changes": [good, change("poll_interval_seconds", "0", 0), change("no_such", "1", 0)] });
    let (status, error) = rpc(&stack, "save_settings", &wrong).await;
    assert_eq!((status, &error["code"]), (400, &json!("VALIDATION_ERROR")), "{error}");
    let said = error["message"].as_str().unwrap();
    assert!(
        said.contains("poll_interval_seconds") && said.contains("1〜60の整数") && said.contains("no_such"),
        "{said}"
    );
    assert_eq!(error["details"]["problems"][0]["key"], "poll_interval_seconds");

    assert_eq!(rpc(&stack, "save_settings", &json!({ "changes": [good] })).await.0, 200);
    let late = json!({ "changes": [change("total_license_tokens", "70", 0), change("user_max_tokens", "9", 0)] });
    let (status, error) = rpc(&stack, "save_settings", &late).await;
    assert_eq!((status, &error["code"]), (409, &json!("CONFLICT")), "{error}");
    let theirs = &error["details"]["conflicts"][0];
    assert_eq!((&theirs["key"], &theirs["value"]), (&json!("total_license_tokens"), &json!("60")));
    assert_eq!((&theirs["changed"]["by"], theirs["changed"]["at"].is_i64()), (&json!("tester"), true));
    assert_eq!(saved(&stack, "user_max_tokens").await["value"], "", "nothing of it was saved");

    // the server's HTML has it all, before any script runs
    let page = stack.http.get(stack.url("/admin/settings")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("data-testid=\"setting-total_license_tokens\"") && !page.contains(" style=\""), "{page}");
    let log = "/admin/audit?subject=total_license&actor=tester";
    let page = stack.http.get(stack.url(log)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("50個 → 60個") && !page.contains(" style=\""), "{page}");
    let (_, file) = rpc(&stack, "export_audit", &json!({ "ask": { "subject": "total_license" } })).await;
    let text = file["text"].as_str().unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains("設定 トークンの総数,50個,60個"), "{text}");
    assert_eq!((&file["rows"], &file["is_cut"]), (&json!(1), &json!(false)));
    let (_, toml) = rpc(&stack, "export_settings", &json!({})).await;
    let asked =
        json!({ "text": toml.as_str().unwrap().replace("total_license_tokens = 60", "total_license_tokens = 80") });
    let (status, preview) = rpc(&stack, "preview_settings", &asked).await;
    assert_eq!((status, &preview[0]["wanted"], &preview[0]["saved"]["value"]), (200, &json!("80"), &json!("60")));
    assert_eq!(saved(&stack, "total_license_tokens").await["value"], "60", "a preview saves nothing");
}
