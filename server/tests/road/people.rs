//! The pages and server functions by which admins look after people, in a real server.

use crate::stack::Stack;
use reqwest::Client;
use serde_json::{Value, json};

async fn page(client: &Client, stack: &Stack, path: &str) -> (u16, String) {
    let answer = client.get(stack.url(path)).header("accept-language", "en").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn call(client: &Client, stack: &Stack, name: &str, args: Value) -> (u16, Value) {
    let answer = client.post(stack.url(&format!("/rpc/{name}"))).json(&args).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_admins_tell_others_nothing() {
    let stack = Stack::start().await;
    let student = Stack::client(&stack.add_user("sato", "student").await);
    let admin = Stack::client(&stack.add_user("boss", "admin").await);
    for (path, shown) in [("/admin/users", "person-sato"), ("/admin/start", "current-step")] {
        let (status, body) = page(&student, &stack, path).await;
        assert_eq!(status, 403, "{path}");
        assert!(body.contains("This page is for admins") && !body.contains(shown), "{path}: {body}");
        // nothing that is only for admins was even asked for
        assert!(!body.contains("link_days"), "{path}: {body}");
        let (status, body) = page(&admin, &stack, path).await;
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(shown) && !body.contains("This page is for admins"), "{path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_from_excel_becomes_people_with_a_link_each() {
    let stack = Stack::start().await;
    let admin = Stack::client(&stack.add_user("boss", "admin").await);
    // ユーザーID,氏名 / abe,阿部 in CP932, and somebody who is there already
    let mut bytes = hex::decode("8386815b8355815b49442c8e8196bc0d0a6162652c88a295940d0a").unwrap();
    bytes.extend(b"boss,Boss\r\n");
    let (status, file) = call(&admin, &stack, "check_people_csv", json!({ "bytes": bytes })).await;
    assert_eq!(status, 200, "{file}");
    assert_eq!(file["rows"][0]["draft"]["name"], "阿部");
    assert_eq!((&file["rows"][0]["flaws"], &file["rows"][1]["flaws"]), (&json!([]), &json!([["id", "taken"]])));

    let profile =
        json!({ "name": "阿部", "role": "student", "max_running_jobs": null, "max_tokens": null, "expires_at": null });
    let new = json!({ "new": [{ "id": "abe", "profile": profile }] });
    let (status, links) = call(&admin, &stack, "add_people", new).await;
    assert_eq!(status, 200, "{links}");
    let path = links[0]["path"].as_str().unwrap();
    assert_eq!(page(&Client::new(), &stack, path).await.0, 200);
    let (_, body) = page(&admin, &stack, "/admin/users").await;
    assert!(body.contains("person-abe") && body.contains("data-state=\"invited\""), "{body}");
    assert!(!body.contains(path), "a link is shown once");
}
