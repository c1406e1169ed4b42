//! Coming in: the first link, sessions in cookies, and how they end.

use crate::doors::carries_the_policy;
use crate::stack::Stack;
use futures::StreamExt;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use tokio_tungstenite::connect_async;

const PASSWORD: &str = "a long enough sentence";

async fn sign_in(stack: &Stack, id: &str, password: &str, cookie: Option<&str>) -> Response {
    let mut request = Client::new().post(stack.url("/rpc/sign_in")).form(&[("id", id), ("password", password)]);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.send().await.unwrap()
}

/// The session's `Set-Cookie`, whole.
fn set_cookie(answer: &Response) -> String {
    let all = answer.headers().get_all(SET_COOKIE);
    let session = all.iter().map(|cookie| cookie.to_str().unwrap()).find(|cookie| cookie.contains("ajm_session="));
    session.expect("a session").to_owned()
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

async fn status(stack: &Stack, path: &str, cookie: &str) -> u16 {
    Client::new().get(stack.url(path)).header(COOKIE, cookie).send().await.unwrap().status().as_u16()
}

/// Somebody with this password.
async fn person(stack: &Stack, id: &str, role: &str) {
    use std::io::Write;
    let mut command = stack.command();
    command.args(["user", "add", id, "--role", role, "--password-stdin"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_is_made_by_the_link_that_the_console_shows() {
    let stack = Stack::start().await;
    // `tester` has no password: nobody can sign in yet
    let said = stack.said();
    let link = said.split("/welcome/").nth(1).expect(&said).split_whitespace().next().unwrap().to_owned();
    let http = Client::new();
    let use_link = async |id: &str, password: &str| {
        let body = json!({ "link": link, "first": { "id": id, "name": "伊藤 健" }, "password": password });
        http.post(stack.url("/rpc/use_link")).json(&body).send().await.unwrap()
    };
    let short = use_link("ito", "short").await;
    assert_eq!(short.status(), 400);
    assert_eq!(short.json::<Value>().await.unwrap()["field"], "password");
    assert_eq!(use_link("Ito!", PASSWORD).await.json::<Value>().await.unwrap()["field"], "id");
    let made = use_link("ito", PASSWORD).await;
    assert_eq!(made.status(), 200);
    let cookie = pair(&set_cookie(&made));
    assert_eq!(status(&stack, "/api/v1/jobs", &cookie).await, 200);
    let people =
        http.post(stack.url("/rpc/view_people")).header(COOKIE, &cookie).json(&json!({})).send().await.unwrap();
    assert_eq!(people.status(), 200, "an admin");
    assert_eq!(use_link("second", PASSWORD).await.status(), 404, "it works once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_gives_a_new_session_each_time_and_the_old_one_ends() {
    let stack = Stack::start().await;
    person(&stack, "sato", "student").await;
    let first = sign_in(&stack, "SATO ", PASSWORD, None).await;
    assert_eq!(first.status(), 200);
    let cookie = set_cookie(&first);
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"), "{cookie}");
    let first = pair(&cookie);
    assert_eq!(status(&stack, "/api/v1/jobs", &first).await, 200);
    let second = pair(&set_cookie(&sign_in(&stack, "sato", PASSWORD, Some(&first)).await));
    assert_ne!(first, second);
    assert_eq!(status(&stack, "/api/v1/jobs", &first).await, 401);
    assert_eq!(status(&stack, "/api/v1/jobs", &second).await, 200);
    // a cookie that we did not sign, and one that is nobody's
    for wrong in ["ajm_session=abc", &second.replacen('.', "x.", 1)] {
        assert_eq!(status(&stack, "/api/v1/jobs", wrong).await, 401, "{wrong}");
    }
    let out = Client::new().post(stack.url("/rpc/sign_out")).header(COOKIE, &second).send().await.unwrap();
    assert!(set_cookie(&out).contains("Max-Age=0"));
    assert_eq!(status(&stack, "/api/v1/jobs", &second).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_person_are_answered_alike() {
    let stack = Stack::start().await;
    person(&stack, "sato", "student").await;
    let wrong = sign_in(&stack, "sato", "another sentence", None).await;
    let unknown = sign_in(&stack, "nobody", "another sentence", None).await;
    assert_eq!((wrong.status().as_u16(), unknown.status().as_u16()), (401, 401));
    assert_eq!(wrong.text().await.unwrap(), unknown.text().await.unwrap());
    for _ in 0..8 {
        assert_eq!(sign_in(&stack, "sato", "another sentence", None).await.status(), 401);
    }
    assert_eq!(sign_in(&stack, "sato", "another sentence", None).await.status(), 401);
    let late = sign_in(&stack, "sato", PASSWORD, None).await;
    assert_eq!(late.status(), 429, "the right one comes too late");
    assert!(late.json::<Value>().await.unwrap()["details"]["retry_after_seconds"].as_u64().unwrap() > 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shut_out_hears_nothing_more() {
    let stack = Stack::start().await;
    person(&stack, "boss", "admin").await;
    person(&stack, "sato", "student").await;
    let cookie = pair(&set_cookie(&sign_in(&stack, "sato", PASSWORD, None).await));
    let mut request = stack.socket_request();
    request.headers_mut().remove("authorization");
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let close = json!({ "id": "sato", "disabled": true });
    let closed = stack.http.post(stack.url("/rpc/disable_person")).json(&close).send().await.unwrap();
    assert_eq!(closed.status(), 200);
    assert_eq!(status(&stack, "/api/v1/jobs", &cookie).await, 401, "at once");
    let ended = async {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the socket is closed");
    assert_eq!(sign_in(&stack, "sato", PASSWORD, None).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_tls_cookies_and_headers_say_so() {
    let stack = Stack::start_with("/usr/bin/ccx", &[("PUBLIC_URL", "https://jobs.example.ac.jp/")]).await;
    person(&stack, "sato", "student").await;
    let answer = sign_in(&stack, "sato", PASSWORD, None).await;
    carries_the_policy(answer.headers(), "sign_in");
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let cookie = set_cookie(&answer);
    assert!(cookie.starts_with("__Host-ajm_session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(stack.said().contains("https://jobs.example.ac.jp/welcome/"), "{}", stack.said());
}

#[test]
fn without_a_secret_nothing_is_served() {
    let folder = tempfile::tempdir().unwrap();
    for secret in [None, Some("short"), Some("your-secret-key-here")] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_server"));
        command.current_dir(folder.path()).env_remove("SESSION_SECRET").env("PORT", "0").arg("serve");
        if let Some(secret) = secret {
            command.env("SESSION_SECRET", secret);
        }
        let out = command.output().unwrap();
        assert!(!out.status.success());
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(said.contains("SESSION_SECRET") && said.contains("openssl rand"), "{said}");
        assert!(!said.contains("short\n"), "{said}");
    }
}
