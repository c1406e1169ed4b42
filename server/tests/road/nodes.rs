//! Nodes administered while jobs wait for them.

use crate::stack::{Stack, sample};
use serde_json::{Value, json};

async fn rpc(stack: &Stack, name: &str, body: Value) -> (u16, Value) {
    let answer = stack.http.post(stack.url(&format!("/rpc/{name}"))).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn act(stack: &Stack, act: Value) -> (u16, Value) {
    rpc(stack, "act_on_node", json!({ "id": "node-01", "act": act })).await
}

fn is(status: &'static str) -> impl Fn(&Value) -> bool {
    move |nodes| nodes[0]["status"] == status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_key_stops_the_node_until_exactly_that_key_is_accepted() {
    let mut stack = Stack::start().await;
    stack.until_contact().await;
    let before = stack.http.get(stack.url("/api/v1/nodes")).send().await.unwrap();
    assert_eq!(before.json::<Value>().await.unwrap()[0]["status"], "Available");
    stack.sshd.change_host_key().unwrap();
    stack.sshd.restart().unwrap();
    stack.sshd.kill_sessions();
    // nothing asks the node for half a minute unless somebody wants something of it
    let id = stack.submit(&[sample("quick.inp")]).await;
    let changed = |nodes: &Value| {
        nodes[0]["status"] == "Unavailable" && nodes[0]["reason"].as_str().is_some_and(|said| said.contains("SHA256:"))
    };
    let nodes = stack.until_answer("/api/v1/nodes", "unavailable for its key", changed).await;
    let logins = stack.sshd.log().matches("Accepted publickey").count();

    let (status, shown) = rpc(&stack, "ask_host_key", json!({ "id": "node-01" })).await;
    assert_eq!(status, 200, "{shown}");
    let found = shown["found"].as_str().unwrap().to_owned();
    assert!(nodes[0]["reason"].as_str().unwrap().contains(&found) && shown["accepted"] != shown["found"], "{shown}");
    let accepted = shown["accepted"].clone();
    let decide = |fingerprint: Value| json!({ "id": "node-01", "fingerprint": fingerprint, "accept": true });
    let (status, told) = rpc(&stack, "decide_host_key", decide(accepted)).await;
    assert_eq!((status, told["details"]["why"].as_str()), (409, Some("other_key")), "{told}");
    assert_eq!(stack.job(id).await["status"], "Waiting");
    assert_eq!(stack.sshd.log().matches("Accepted publickey").count(), logins, "nobody logged in meanwhile");

    let (status, told) = rpc(&stack, "decide_host_key", decide(Value::String(found))).await;
    assert_eq!(status, 200, "{told}");
    stack.until_status(id, "Completed").await;
    stack.until_answer("/api/v1/nodes", "in service again", is("Available")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_starts_nothing_until_its_time_passes() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    let until = chrono::Utc::now().timestamp() + 10;
    let drain = |until: i64| json!({ "act": "drain", "reason": "メモリー交換", "until": until });
    let (status, told) = act(&stack, drain(until)).await;
    assert_eq!(status, 200, "{told}");
    let nodes = stack.until_answer("/api/v1/nodes", "drained", is("Draining")).await;
    assert_eq!(nodes[0]["reason"], "メモリー交換");
    let id = stack.submit(&[sample("quick.inp")]).await;
    let job = stack.until(id, "said why it waits", |job| !job["waiting_reason"].is_null()).await;
    assert_eq!(job["status"], "Waiting");
    assert_eq!(stack.launches(), 0);
    stack.until_status(id, "Completed").await;
    assert!(chrono::Utc::now().timestamp() >= until);
    stack.until_answer("/api/v1/nodes", "in service again", is("Available")).await;

    let (status, told) = act(&stack, drain(until)).await;
    assert_eq!((status, told["field"].as_str()), (400, Some("until")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_added_accepted_tested_and_deleted() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    let draft = json!({
        "id": "node-02", "name": "二号機", "host": stack.sshd.host(), "port": stack.sshd.port().to_string(),
        "user": stack.sshd.user(), "work_dir": stack.sshd.work_dir().join("two"), "cores": "2", "max_tokens": "0",
        "abaqus": "", "calculix": "/usr/bin/ccx",
    });
    let wrong = json!({ "draft": with(&draft, "port", "99999"), "version": null });
    let (status, told) = rpc(&stack, "save_node", wrong).await;
    assert_eq!((status, told["field"].as_str()), (400, Some("port")), "{told}");
    let (status, told) = rpc(&stack, "save_node", json!({ "draft": draft, "version": null })).await;
    assert_eq!(status, 200, "{told}");
    let (status, told) = rpc(&stack, "save_node", json!({ "draft": draft, "version": null })).await;
    assert_eq!((status, told["field"].as_str()), (409, Some("id")), "{told}");

    let (_, shown) = rpc(&stack, "ask_host_key", json!({ "id": "node-02" })).await;
    assert_eq!(shown["accepted"], Value::Null);
    let accept = json!({ "id": "node-02", "fingerprint": shown["found"], "accept": true });
    assert_eq!(rpc(&stack, "decide_host_key", accept).await.0, 200);
    let two = |nodes: &Value| nodes[1]["status"] == "Available";
    stack.until_answer("/api/v1/nodes", "two in service", two).await;

    let answer = stack.http.post(stack.url("/rpc/test_node")).json(&json!({ "id": "node-02" })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&told[0]["told"], &told[told.len() - 1]["told"]), (&json!("steps"), &json!("end")), "{text}");
    assert!(told.iter().all(|one| one["report"]["outcome"]["outcome"] != "failed"), "{text}");

    let (_, view) = rpc(&stack, "view_node", json!({ "id": "node-02" })).await;
    let version = view["admin"]["version"].as_u64().unwrap();
    let more = |cores: &str| json!({ "draft": with(&draft, "cores", cores), "version": version });
    assert_eq!(rpc(&stack, "save_node", more("4")).await.0, 200);
    let (status, told) = rpc(&stack, "save_node", more("6")).await;
    assert_eq!((status, &told["details"]["fields"]), (409, &json!(["cores"])), "{told}");

    let delete = json!({ "id": "node-02", "act": { "act": "delete" } });
    let (status, told) = rpc(&stack, "act_on_node", delete).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(rpc(&stack, "view_node", json!({ "id": "node-02" })).await.0, 404);

    let printed = stack.command().args(["node", "test", "node-01"]).output().unwrap();
    let said = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.status.success() && said.contains("Host key") && !said.contains("FAILED"), "{said}");
}

/// The draft with another text in a field.
fn with(draft: &Value, field: &str, text: &str) -> Value {
    let mut draft = draft.clone();
    draft[field] = Value::String(text.to_owned());
    draft
}
