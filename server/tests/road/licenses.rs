//! Tokens and cores that people keep, and what the licence server says, on the road of a job.

use crate::node::script;
use crate::stack::{Stack, sample};
use serde_json::{Value, json};
use std::path::Path;

async fn reserve(stack: &Stack, wanted: &Value) -> (u16, Value) {
    let answer = stack.http.post(stack.url("/api/v1/reservations")).json(wanted).send().await.unwrap();
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let body: Value = answer.json().await.unwrap();
    assert_eq!(location, (status == 201).then(|| format!("/api/v1/reservations/{}", body["id"])), "{body}");
    (status, body)
}

async fn get(stack: &Stack, path: &str) -> Value {
    stack.http.get(stack.url(path)).send().await.unwrap().json().await.unwrap()
}

fn waits_for_reserved(job: &Value) -> bool {
    job["waiting_reason"].as_str().is_some_and(|reason| reason.contains("予約8個"))
}

fn all_cores(seconds: u64) -> Value {
    json!({ "node": "node-01", "cores": 8, "purpose": "演習", "seconds": seconds })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_made_renewed_and_ended() {
    let stack = Stack::start().await;
    let wanted = json!({ "tokens": 5, "purpose": "CAE", "seconds": 3_600, "heartbeat_seconds": 600 });
    let (status, made) = reserve(&stack, &wanted).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!((&made["user_id"], &made["tokens"], &made["purpose"]), (&json!("tester"), &json!(5), &json!("CAE")));
    assert_eq!(made["over_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap(), 600);
    assert_eq!(get(&stack, "/api/v1/reservations").await, json!([made]));
    let license = get(&stack, "/api/v1/license").await;
    assert_eq!((&license["reserved"], &license["free"], &license["report"]), (&json!(5), &json!(45), &json!(null)));
    // the server's HTML has it all, before any script runs
    let page = stack.http.get(stack.url("/licenses")).send().await.unwrap().text().await.unwrap();
    let row = format!("data-testid=\"reservation-{}\"", made["id"]);
    assert!(page.contains(&row) && page.contains("トークン5個") && !page.contains(" style=\""), "{page}");
    let one = format!("/api/v1/reservations/{}", made["id"]);
    let renewed = stack.http.post(stack.url(&format!("{one}/heartbeat"))).send().await.unwrap();
    assert_eq!(renewed.status(), 200);
    assert!(renewed.json::<Value>().await.unwrap()["over_at"].as_i64() >= made["over_at"].as_i64());
    for (wanted, field) in [
        (json!({ "tokens": 46, "purpose": "x", "seconds": 60 }), "tokens"),
        (json!({ "purpose": "x", "seconds": 60 }), "tokens"),
        (json!({ "tokens": 1, "purpose": " ", "seconds": 60 }), "purpose"),
        (json!({ "tokens": 1, "purpose": "x", "seconds": 86_401 }), "seconds"),
        (json!({ "tokens": 1, "purpose": "x", "seconds": 60, "heartbeat_seconds": 61 }), "heartbeat_seconds"),
        (json!({ "cores": 2, "purpose": "x", "seconds": 60 }), "node"),
        (json!({ "node": "node-01", "purpose": "x", "seconds": 60 }), "cores"),
        (json!({ "node": "node-01", "cores": 9, "purpose": "x", "seconds": 60 }), "cores"),
        (json!({ "node": "node-02", "cores": 2, "purpose": "x", "seconds": 60 }), "node"),
    ] {
        let (status, problem) = reserve(&stack, &wanted).await;
        assert_eq!((status, &problem["error"]["code"]), (400, &json!("VALIDATION_ERROR")), "{wanted}: {problem}");
        assert_eq!(problem["error"]["details"]["field"], field, "{wanted}: {problem}");
    }
    assert_eq!(stack.http.delete(stack.url(&one)).send().await.unwrap().status(), 200);
    let again = stack.http.delete(stack.url(&one)).send().await.unwrap();
    assert_eq!(again.status(), 404);
    assert_eq!(again.json::<Value>().await.unwrap()["error"]["code"], "NOT_FOUND");
    assert_eq!(get(&stack, "/api/v1/license").await["reserved"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reserved_starts_nothing_until_the_very_moment_it_is_over() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    let (_, made) = reserve(&stack, &all_cores(12)).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until(id, "told of the reservation", waits_for_reserved).await;
    let job = stack.until_status(id, "Completed").await;
    let over = made["expires_at"].as_u64().unwrap();
    assert!(job["started_at"].as_u64().unwrap() >= over, "{job} {made}");
    // when it was decided: a busy node may take its time to start it
    let decided = format!("SELECT MIN(at) FROM job_history WHERE job_id = {id} AND status = 'Starting'");
    let late = stack.number(&decided).checked_sub(over).expect("not before");
    // the plan's own look, every 5 s, would come 3 s or 4 s after these 12
    assert!(late <= 2, "{late} s after {made}");
    assert_eq!(get(&stack, "/api/v1/reservations").await, json!([]));

    // one that nobody renews is over as well, and one that is ended at once
    let mut beating = all_cores(3_600);
    beating["heartbeat_seconds"] = json!(3);
    let (_, made) = reserve(&stack, &beating).await;
    let answer = stack.post_files(&[sample("quick.inp")], &[("cpus", "2"), ("name", "second")]).await;
    let second = answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    let second = stack.until_status(second, "Completed").await;
    assert!(second["started_at"].as_i64().unwrap() >= made["over_at"].as_i64().unwrap(), "{second}");
    let (_, made) = reserve(&stack, &all_cores(3_600)).await;
    let answer = stack.post_files(&[sample("quick.inp")], &[("cpus", "2"), ("name", "third")]).await;
    let third = answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    stack.until(third, "told of the reservation", waits_for_reserved).await;
    let one = stack.url(&format!("/api/v1/reservations/{}", made["id"]));
    assert_eq!(stack.http.delete(one).send().await.unwrap().status(), 200);
    stack.until_status(third, "Completed").await;
}

/// What `lmstat -a` says when somebody at a desk holds so many of 50.
fn says(folder: &Path, outside: u32) {
    let held = format!("    nakamura pc-12 pc-12 (v62.2) (lic/27000 102), start Tue 11/24 9:05, {outside} licenses\n");
    let rows = if outside > 0 { held } else { String::new() };
    let total = format!("Users of abaqus:  (Total of 50 licenses issued;  Total of {outside} licenses in use)\n\n");
    // whole at once: it may be read at any time
    let kind = "  \"abaqus\" v62.2, vendor: ABAQUSLM, expiry: 31-dec-2035\n  floating license\n\n";
    std::fs::write(folder.join("next"), total + kind + &rows).unwrap();
    std::fs::rename(folder.join("next"), folder.join("lmstat.txt")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_used_at_a_desk_are_seen_by_the_queue_and_no_answer_changes_nothing() {
    let mut stack = Stack::start().await;
    stack.end_server().await;
    let lab = tempfile::tempdir().unwrap();
    says(lab.path(), 46);
    let text = format!(
        "if [ \"$*\" = 'licensing lmstat -a' ]; then cat '{0}'; else echo 'Abaqus JOB x COMPLETED'; fi",
        lab.path().join("lmstat.txt").display()
    );
    stack.set_abaqus(&script(lab.path(), "abaqus", &text));
    stack
        .set(&[
            ("license_report_kind", "flexnet"),
            ("license_report_node", "node-01"),
            ("license_report_interval_seconds", "1"),
        ])
        .await;
    stack.start_server();
    let license = stack.until_answer("/api/v1/license", "a report", |answer| answer["external"] == 46).await;
    assert_eq!((&license["free"], &license["report"]["counts"]), (&json!(4), &json!(true)), "{license}");
    // the end of that day
    assert_eq!(license["expires_at"], 2_082_758_400, "{license}");
    let holder = &license["report"]["holders"][0];
    assert_eq!(
        (&holder["user"], &holder["host"], &holder["tokens"]),
        (&json!("nakamura"), &json!("pc-12"), &json!(46))
    );
    let answer = stack.post_files(&[sample("quick.inp")], &[("cpus", "2"), ("solver", "abaqus")]).await;
    let job = answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    let told = |job: &Value| job["waiting_reason"].as_str().is_some_and(|why| why.contains("外部で46個使用中"));
    stack.until(job, "told what blocks it", told).await;
    says(lab.path(), 0);
    stack.until(job, "started", |job| job["status"] != "Waiting").await;

    std::fs::write(lab.path().join("lmstat.txt"), "lmgrd is not running\n").unwrap();
    let license =
        stack.until_answer("/api/v1/license", "a problem", |answer| !answer["report_problem"].is_null()).await;
    assert!(license["report_problem"].as_str().unwrap().contains("lmgrd is not running"), "{license}");
    assert_eq!(license["report"]["counts"], true, "the last answer counts until it is too old: {license}");
}
