//! What other web sites and strangers get: nothing.

use crate::stack::Stack;
use futures::{SinkExt, StreamExt};
use std::time::Duration;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_neither_act_nor_listen() {
    let stack = Stack::start().await;
    let post = |name: &'static str, value: &'static str| {
        stack.http.post(stack.url("/api/v1/jobs/1/cancel")).header(name, value).send()
    };
    assert_eq!(post("origin", "https://evil.example").await.unwrap().status(), 403);
    assert_eq!(post("sec-fetch-site", "cross-site").await.unwrap().status(), 403);
    assert_eq!(post("x-anything", "else").await.unwrap().status(), 404);
    let mut request = stack.socket_request();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert!(connect_async(request).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_policy() {
    let stack = Stack::start().await;
    for path in ["/", "/jobs/new", "/api/v1/nodes", "/api/v1/nothing", "/no-such-page", "/api/health/live"] {
        let answer = stack.http.get(stack.url(path)).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("style-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers()["cross-origin-resource-policy"], "same-origin", "{path}");
        if path == "/" {
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
            let page = answer.text().await.unwrap();
            assert!(page.contains(&format!("nonce=\"{nonce}\"")), "the page's scripts carry the nonce");
            assert!(!page.contains(" style=\""), "an inline style would be blocked");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_may_link_to_pages_and_read_nothing() {
    let stack = Stack::start().await;
    let status = async |path: &str, site: &str, mode: &str, dest: &str| {
        let request = stack.http.get(stack.url(path)).header("sec-fetch-site", site);
        let answer = request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest).send().await.unwrap();
        answer.status().as_u16()
    };
    for path in ["/", "/jobs/new", "/api/v1/nodes", "/api/v1/jobs/1/files.zip", "/api/health/live"] {
        for (mode, dest) in [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")] {
            assert_eq!(status(path, "cross-site", mode, dest).await, 403, "{path} {mode} {dest}");
        }
    }
    assert_eq!(status("/api/v1/jobs/1/files.zip", "cross-site", "navigate", "document").await, 403);
    assert_eq!(status("/jobs/new", "cross-site", "navigate", "document").await, 200);
    assert_eq!(status("/api/v1/nodes", "same-origin", "cors", "empty").await, 200);
    assert_eq!(status("/api/v1/nodes", "none", "navigate", "document").await, 200);
    let foreign = stack.http.get(stack.url("/api/v1/nodes")).header("origin", "https://evil.example").send().await;
    assert_eq!(foreign.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_takes_no_long_messages() {
    let stack = Stack::start().await;
    let (mut socket, _) = connect_async(stack.socket_request()).await.unwrap();
    socket.send(Message::text("x".repeat(5_000))).await.unwrap();
    // events may come before it ends
    let ended = async { while let Some(Ok(Message::Text(_))) = socket.next().await {} };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("the server hangs up");
}
