//! What other web sites and strangers get: nothing.

use crate::stack::Stack;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_neither_act_nor_listen() {
    let stack = Stack::start().await;
    let post = |name: &'static str, value: &'static str| {
        stack.http.post(stack.url("/api/v1/jobs/1/cancel")).header(name, value).send()
    };
    assert_eq!(post("origin", "https://evil.example").await.unwrap().status(), 403);
    assert_eq!(post("sec-fetch-site", "cross-site").await.unwrap().status(), 403);
    assert_eq!(post("host", "evil.example").await.unwrap().status(), 403);
    assert_eq!(post("x-anything", "else").await.unwrap().status(), 404);
    let mut request = stack.url("/ws").replace("http://", "ws://").into_client_request().unwrap();
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
        if path == "/" {
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
            let page = answer.text().await.unwrap();
            assert!(page.contains(&format!("nonce=\"{nonce}\"")), "the page's scripts carry the nonce");
            assert!(!page.contains(" style=\""), "an inline style would be blocked");
        }
    }
}
