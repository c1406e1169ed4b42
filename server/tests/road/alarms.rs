//! Alarms reach a webhook: once each, in order, until it takes them, over restarts.

use crate::node::Gate;
use crate::stack::{Stack, sample};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// The machine's own disks and memory may be short just now: no alarm of these tests.
fn is_the_machines(key: &str) -> bool {
    ["node_disk", "server_disk", "memory"].iter().any(|own| key.starts_with(own))
}

/// The alarms of a view that a test made.
fn made(view: &Value) -> Vec<Value> {
    let all = view["alerts"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|raised| !is_the_machines(raised["alert"]["what"].as_str().unwrap_or_default())).collect()
}

/// A chat that keeps what it is told.
#[derive(Clone, Default)]
struct Chat {
    heard: Arc<Mutex<Vec<Value>>>,
    /// It answers that it cannot, and how often it did.
    is_down: Arc<Mutex<Option<usize>>>,
    rung: Arc<Notify>,
}

impl Chat {
    /// Listens; gives the address, with a secret in it.
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/hooks/s3cret", post(Chat::hear)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://127.0.0.1:{port}/hooks/s3cret")
    }

    async fn hear(State(chat): State<Chat>, Json(said): Json<Value>) -> StatusCode {
        if is_the_machines(said["key"].as_str().unwrap_or_default()) {
            return StatusCode::OK;
        }
        let answer = match &mut *chat.is_down.lock().unwrap() {
            Some(tried) => {
                *tried += 1;
                StatusCode::SERVICE_UNAVAILABLE
            }
            None => {
                chat.heard.lock().unwrap().push(said);
                StatusCode::OK
            }
        };
        chat.rung.notify_one();
        answer
    }

    /// Waits until it was told as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&[Value], Option<usize>) -> bool) {
        let wait = async {
            loop {
                let rung = self.rung.notified();
                if wanted(&self.heard.lock().unwrap(), *self.is_down.lock().unwrap()) {
                    return;
                }
                rung.await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(60), wait).await;
        waited.unwrap_or_else(|_| panic!("never {what}: {:?}", self.heard.lock().unwrap()));
    }

    /// `event key` of each, in order.
    fn said(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        heard.iter().map(|said| format!("{} {}", word(&said["event"]), word(&said["key"])).trim().to_owned()).collect()
    }
}

impl Stack {
    async fn rpc(&self, name: &str) -> (u16, Value) {
        let answer = self.http.post(self.url(&format!("/rpc/{name}"))).json(&json!({})).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// Until the server knows of each message that it was taken: what it ends before it does is sent once more.
    async fn all_is_delivered(&self) {
        let wait = async {
            while self.rpc("view_operations").await.1["health"]["webhook"]["waiting"] != 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), wait).await.expect("each was taken");
    }

    /// Saves the queue's length from which on an alarm is raised; `version`: how often it was saved before.
    async fn alarm_at(&self, length: u32, version: u64) {
        let change = json!({ "key": "alert_queue_length", "value": length.to_string(), "version": version });
        let asked = self.http.post(self.url("/rpc/save_settings")).json(&json!({ "changes": [change] }));
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }
}

/// A server whose alarms go to this address, with one job that runs and two that wait.
async fn with_two_waiting(gate: &Gate, env: &[(&'static str, &str)]) -> Stack {
    let stack = Stack::start_node(&[("--calculix", &gate.ccx()), ("--cores", "2")], env).await;
    let deck = |name: &str| (format!("{name}.inp"), sample("quick.inp").1);
    let running = stack.submit(&[deck("a")]).await;
    stack.until_status(running, "Running").await;
    for name in ["b", "c"] {
        stack.submit(&[deck(name)]).await;
    }
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_told_once_with_what_to_do_and_told_again_when_it_is_over() {
    let chat = Chat::default();
    let address = chat.open().await;
    let gate = Gate::closed();
    let mut stack = with_two_waiting(&gate, &[("WEBHOOK_URL", &address)]).await;
    stack.alarm_at(2, 0).await;
    assert_eq!(stack.rpc("view_operations").await.1["health"]["webhook"]["host"], "127.0.0.1");
    chat.until("told", |heard, _| !heard.is_empty()).await;
    let first = chat.heard.lock().unwrap()[0].clone();
    assert_eq!(
        (&first["event"], &first["key"], &first["level"]),
        (&json!("raised"), &json!("queue"), &json!("caution"))
    );
    assert_eq!(first["title"], json!({ "ja": "2件のジョブが待っています", "en": "2 jobs wait" }));
    assert!(first["remedy"]["ja"].as_str().unwrap().contains("待つ理由"), "{first}");
    assert!(first["text"].as_str().unwrap().contains("/admin/operations"), "{first}");
    // it lasts: looks and restarts do not repeat it
    stack.all_is_delivered().await;
    let (_, before) = stack.rpc("view_operations").await;
    stack.end_server().await;
    stack.start_server();
    let (_, now) = stack.rpc("view_operations").await;
    assert_eq!(made(&now), made(&before), "since the same moment");
    assert_eq!(stack.rpc("test_webhook").await.0, 200);
    chat.until("a test", |heard, _| heard.len() == 2).await;
    stack.all_is_delivered().await;
    // over while no server ran
    stack.end_server().await;
    let set = stack.command().args(["settings", "set", "alert_queue_length", "3"]).output().unwrap();
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    stack.start_server();
    chat.until("over", |heard, _| heard.len() == 3).await;
    assert_eq!(chat.said(), ["raised queue", "test", "over queue"]);
    let ids: Vec<Value> = chat.heard.lock().unwrap().iter().map(|said| said["id"].clone()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    // nobody is shown the address
    let (_, view) = stack.rpc("view_operations").await;
    let shown = format!("{}{}{view}", stack.log(), stack.errors());
    assert!(!shown.contains("s3cret"), "{shown}");
    let bundle = stack.folder.path().join("support.zip").display().to_string();
    let made = stack.command().args(["support-bundle", &bundle]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut archive = zip::ZipArchive::new(std::fs::File::open(bundle).unwrap()).unwrap();
    for at in 0..archive.len() {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(at).unwrap(), &mut text).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("s3cret"), "file {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_does_not_take_is_sent_again_in_order_after_a_restart_too() {
    let chat = Chat::default();
    let address = chat.open().await;
    *chat.is_down.lock().unwrap() = Some(0);
    let gate = Gate::closed();
    let mut stack = with_two_waiting(&gate, &[("WEBHOOK_URL", &address)]).await;
    stack.alarm_at(2, 0).await;
    stack.rpc("view_operations").await;
    chat.until("tried", |_, tried| tried >= Some(1)).await;
    stack.alarm_at(3, 1).await;
    stack.rpc("view_operations").await;
    chat.until("tried again", |_, tried| tried >= Some(2)).await;
    let (_, view) = stack.rpc("view_operations").await;
    let webhook = &view["health"]["webhook"];
    assert!(webhook["waiting"].as_u64() >= Some(2) && webhook["error"] == "HTTP 503", "{webhook}");
    let page = stack.http.get(stack.url("/admin/operations")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("届いていません") && page.contains("HTTP 503"), "{page}");
    stack.kill_server();
    stack.start_server();
    chat.until("tried after the restart", |_, tried| tried >= Some(3)).await;
    *chat.is_down.lock().unwrap() = None;
    // somebody presses the button: that tries what waits, too
    stack.rpc("test_webhook").await;
    chat.until("all told", |heard, _| heard.len() == 3).await;
    assert_eq!(chat.said(), ["raised queue", "over queue", "test"]);
    let (_, view) = stack.rpc("view_operations").await;
    assert_eq!(view["health"]["webhook"]["error"], Value::Null, "{view}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_webhook_nothing_is_kept_for_one_and_a_test_says_how_to_have_it() {
    let gate = Gate::closed();
    let stack = with_two_waiting(&gate, &[]).await;
    stack.alarm_at(2, 0).await;
    let (_, view) = stack.rpc("view_operations").await;
    assert_eq!((&view["health"]["webhook"], &made(&view)[0]["alert"]["what"]), (&Value::Null, &json!("queue")));
    assert_eq!(stack.rows("webhook_messages"), 0);
    assert!(stack.rows("alerts") >= 1);
    let (status, refused) = stack.rpc("test_webhook").await;
    assert_eq!(status, 404);
    assert!(refused.to_string().contains("WEBHOOK_URL"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_does_not_say_just_now_is_not_over() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    stack.sql("UPDATE nodes SET clock_ahead = -4000");
    let (_, before) = stack.rpc("view_operations").await;
    assert_eq!(made(&before)[0]["alert"]["what"], "node_clock", "{before}");
    stack.sql("ALTER TABLE nodes RENAME TO away");
    let (_, meanwhile) = stack.rpc("view_operations").await;
    assert_eq!(made(&meanwhile), made(&before));
    stack.sql("ALTER TABLE away RENAME TO nodes");
    assert_eq!(made(&stack.rpc("view_operations").await.1), made(&before));
    assert!(stack.log().contains("a look at the database failed"), "{}", stack.log());
}
