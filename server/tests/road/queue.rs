//! The queue: cores are never given twice, wishes are kept, one key makes one job.

use crate::node::Gate;
use crate::stack::{Stack, sample};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_beyond_the_cores_wait_with_a_reason_and_then_run() {
    let stack = Stack::start().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let name = format!("job-{n}");
        let answer = stack.post_files(&[sample("quick.inp")], &[("cpus", "8"), ("name", &name)]).await;
        assert_eq!(answer.status(), 201);
        let job: Value = answer.json().await.unwrap();
        ids.push(job["id"].as_i64().unwrap());
    }
    for id in &ids {
        let job = stack.until_status(*id, "Completed").await;
        assert!(job["started_at"].as_i64().is_some());
    }
    assert_eq!(stack.launches(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_job_is_told_with_which_cpus_it_would_start_now() {
    let gate = Gate::closed();
    let stack = Stack::start_with(&gate.ccx(), &[]).await;
    let first: Value = stack.post_files(&[sample("quick.inp")], &[("cpus", "4")]).await.json().await.unwrap();
    stack.until_status(first["id"].as_i64().unwrap(), "Running").await;
    let fields = [("cpus", "8"), ("name", "wide")];
    let wide: Value = stack.post_files(&[sample("quick.inp")], &fields).await.json().await.unwrap();
    let wide = wide["id"].as_i64().unwrap();
    stack.until(wide, "told why it waits", |job| job["waiting_reason"].as_str().is_some()).await;
    let ask = || async {
        let asked = stack.http.post(stack.url("/rpc/read_what_if")).json(&serde_json::json!({ "id": wide }));
        asked.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let told = ask().await;
    let cpus: Vec<u64> = told.as_array().unwrap().iter().map(|one| one["cpus"].as_u64().unwrap()).collect();
    assert_eq!(cpus, [4, 2], "{told}");
    assert!(told.as_array().unwrap().iter().all(|one| one["waiting"].is_null()), "both would start now: {told}");
    // with what is left reserved none would, and each says why
    let kept = serde_json::json!({ "node": "node-01", "cores": 4, "purpose": "CAE", "seconds": 3_600 });
    let kept: Value =
        stack.http.post(stack.url("/api/v1/reservations")).json(&kept).send().await.unwrap().json().await.unwrap();
    let told = ask().await;
    let why = |one: &Value| (one["cpus"].clone(), one["waiting"]["reason"]["why"].clone());
    let whys: Vec<_> = told.as_array().unwrap().iter().map(why).collect();
    assert_eq!(whys, [4, 2].map(|cpus| (Value::from(cpus), Value::from("cores"))), "{told}");
    let one = format!("/api/v1/reservations/{}", kept["id"]);
    assert_eq!(stack.http.delete(stack.url(&one)).send().await.unwrap().status(), 200);
    gate.open();
    stack.until_status(wide, "Completed").await;
    assert!(ask().await.is_null(), "it waits no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_job_starts_when_it_is_released() {
    let stack = Stack::start().await;
    // all cores taken, so that the second can be held before it starts
    let answer = stack.post_files(&[sample("cantilever.inp")], &[("cpus", "8")]).await;
    let first = answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    stack.until_status(first, "Running").await;
    let second = stack.submit(&[sample("quick.inp")]).await;
    let told = |job: &Value| job["waiting_reason"].as_str().is_some_and(|reason| reason.contains("node-01"));
    stack.until(second, "told why it waits", told).await;
    assert_eq!(stack.act(second, "hold").await.status(), 200);
    assert_eq!(stack.act(first, "cancel").await.status(), 200);
    stack.until_status(first, "Cancelled").await;
    assert_eq!(stack.job(second).await["status"], "Held");
    assert_eq!(stack.act(second, "release").await.status(), 200);
    stack.until_status(second, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_twice_is_one_job_and_a_taken_name_offers_the_next() {
    let stack = Stack::start().await;
    let send = || {
        let (name, bytes) = sample("quick.inp");
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name);
        let form = reqwest::multipart::Form::new().text("cpus", "2").part("file", part);
        stack.http.post(stack.url("/api/v1/jobs")).header("Idempotency-Key", "one").multipart(form).send()
    };
    let (first, second) = tokio::join!(send(), send());
    let first: Value = first.unwrap().json().await.unwrap();
    let second: Value = second.unwrap().json().await.unwrap();
    assert_eq!(first["id"], second["id"], "{first} {second}");
    let answer = stack.post_files(&[sample("quick.inp")], &[("cpus", "2")]).await;
    assert_eq!(answer.status(), 409);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["error"]["details"]["next_free_name"], "quick-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named() {
    let stack = Stack::start().await;
    for (field, value) in [
        ("cpus", "3"),
        ("cpus", "x"),
        ("node", "../x"),
        ("node", "node-99"),
        ("priority", "1e9"),
        ("name", "../../etc"),
        ("solver", "nastran"),
        ("wing", "1"),
    ] {
        let answer = stack.post_files(&[sample("quick.inp")], &[(field, value)]).await;
        assert_eq!(answer.status(), 400, "{field}={value}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["error"]["details"]["field"], field, "{problem}");
    }
    let answer = stack.post_files(&[("notes.txt".to_owned(), b"hello".to_vec())], &[]).await;
    assert_eq!(answer.status(), 400);
    let answer = stack.post_files(&[("../evil.inp".to_owned(), b"*NODE".to_vec())], &[]).await;
    assert_eq!(answer.status(), 400);
}

/// The page and the node agree on what is there: a Linux solver tells capitals apart and looks into no other folder.
#[tokio::test(flavor = "multi_thread")]
async fn an_include_under_another_spelling_or_under_the_decks_own_name_is_refused() {
    let stack = Stack::start().await;
    let (_, steel) = sample("steel.inc");
    let answer = stack.post_files(&[sample("with_include.inp"), ("STEEL.INC".to_owned(), steel.clone())], &[]).await;
    assert_eq!(answer.status(), 400);
    let files = [
        sample("with_include.inp"),
        sample("steel.inc"),
        ("Other.inc".to_owned(), steel.clone()),
        ("other.inc".to_owned(), steel),
    ];
    let answer = stack.post_files(&files, &[]).await;
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((status.as_u16(), &problem["error"]["details"]["field"]), (400, &Value::from("file")), "{problem}");
}
