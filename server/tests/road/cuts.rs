//! A line that is cut, a server that stands still: nothing half stays, and nothing is started twice.

use crate::node::{Gate, launched_at, on_both};
use crate::stack::{Stack, sample};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};
use testbed::Sshd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

on_both!(
    a_server_that_stood_still_while_a_run_ended_sees_it_end,
    a_line_that_breaks_between_a_launch_and_its_answer_launches_once,
    a_line_that_falls_silent_between_a_launch_and_its_answer_launches_once,
);

/// Waits for what no event tells.
async fn eventually(stack: &Stack, what: &str, reached: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reached() {
        assert!(Instant::now() < deadline, "never {what}\n{}", stack.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends the head and so many bytes of the body, then hangs up; returns when the server has hung up too.
async fn cut(stack: &Stack, head: &str, body: &[u8], sent: usize) {
    let address = stack.url("").replace("http://", "");
    let mut line = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST {head}\r\nHost: {address}\r\n{}\r\nContent-Length: {}\r\n\r\n",
        stack.authorization(),
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&body[..sent]).await.unwrap();
    line.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let hung_up = tokio::time::timeout(Duration::from_secs(30), line.read_to_end(&mut answer)).await;
    assert!(hung_up.is_ok(), "after {sent} bytes the server waits for more");
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "after {sent} bytes: {}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_anywhere_leaves_nothing() {
    let stack = Stack::start().await;
    let mut deck = sample("quick.inp").1;
    deck.resize(1024 * 1024, b'\n');
    let head = "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.inp\"\r\n\r\n";
    let form = [head.as_bytes(), &deck, b"\r\n--limit--\r\n"].concat();
    for at in (0..16).map(|part| part * 64 * 1024) {
        cut(&stack, "/uploads?name=cut.inp HTTP/1.1", &deck, at).await;
        let head = "/api/v1/jobs HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=limit";
        cut(&stack, head, &form, at).await;
    }
    // whole, but for the end of the form
    let head = "/api/v1/jobs HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=limit";
    cut(&stack, head, &form, form.len() - 13).await;
    eventually(&stack, "nothing left of the uploads", || stack.upload_folders() == 0).await;
    assert_eq!((stack.rows("uploads"), stack.rows("jobs")), (0, 0));
    let id = stack.submit(&[("cut.inp".to_owned(), deck)]).await;
    stack.until_status(id, "Completed").await;
}

async fn a_server_that_stood_still_while_a_run_ended_sees_it_end(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Running").await;
    let launched = launched_at(&stack.sshd);
    stack.signal("STOP");
    gate.open();
    let ended = || {
        let runs = std::fs::read_dir(stack.sshd.work_dir().join("runs")).unwrap().flatten();
        runs.into_iter().any(|run| run.path().join(".run/exit.json").exists())
    };
    eventually(&stack, "the run's end", ended).await;
    let at = chrono::Utc::now().timestamp();
    // the time that the server loses is what is tested
    tokio::time::sleep(Duration::from_secs(5)).await;
    stack.signal("CONT");
    let job = stack.until_status(id, "Completed").await;
    let answered_late = job["started_at"].as_i64().unwrap() - launched;
    assert!(job["ended_at"].as_i64().unwrap() <= at + 1 + answered_late, "{job}, launched at {launched}");
    assert_eq!(stack.launches(), 1);
}

const WHOLE: u8 = 0;
/// Cuts as soon as the node answers after its first launch.
const ARMED: u8 = 1;
const CUT: u8 = 2;

/// The line between server and node. An answer to a launch comes after its line in the node's journal: whatever comes
/// back from then on is the first that does not pass.
struct Line {
    port: u16,
    state: Arc<AtomicU8>,
}

impl Line {
    async fn to(node: u16, journal: PathBuf, silent: bool) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(AtomicU8::new(ARMED));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if shared.load(Ordering::SeqCst) != CUT {
                    let far = TcpStream::connect(("127.0.0.1", node)).await.unwrap();
                    tokio::spawn(carry(near, far, shared.clone(), journal.clone(), silent));
                }
            }
        });
        Line { port, state }
    }

    fn is_cut(&self) -> bool {
        self.state.load(Ordering::SeqCst) == CUT
    }

    fn mend(&self) {
        self.state.store(WHOLE, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, mut far: TcpStream, state: Arc<AtomicU8>, journal: PathBuf, silent: bool) {
    let (mut there, mut back) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        let passed = tokio::select! {
            read = near.read(&mut there) => match read {
                Ok(count) if count > 0 && state.load(Ordering::SeqCst) != CUT => far.write_all(&there[..count]).await,
                _ => break,
            },
            read = far.read(&mut back) => match read {
                Ok(count) if count > 0 => {
                    let launched = std::fs::read_to_string(&journal).unwrap_or_default().contains(" launched");
                    if launched && state.compare_exchange(ARMED, CUT, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                        break;
                    }
                    if state.load(Ordering::SeqCst) == CUT {
                        break;
                    }
                    near.write_all(&back[..count]).await
                }
                _ => break,
            },
        };
        if passed.is_err() {
            break;
        }
    }
    if silent && state.load(Ordering::SeqCst) == CUT {
        // as when a cable is pulled: neither side is told
        drop(far);
        let _never_answered = near.read_to_end(&mut Vec::new()).await;
    }
}

async fn cut_between_launch_and_answer(node: Sshd, silent: bool) {
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let line = Line::to(stack.sshd.port(), stack.sshd.work_dir().join("journal"), silent).await;
    stack.lead_through(line.port);
    let id = stack.submit(&[sample("quick.inp")]).await;
    eventually(&stack, "the cut", || line.is_cut()).await;
    let job = stack.job(id).await;
    assert_eq!(job["status"], "Starting", "nobody has told the server: {job}");
    assert_eq!(stack.launches(), 1);
    line.mend();
    let job = stack.until(id, "running", |job| job["status"] == "Running").await;
    assert!(job["no_contact_since"].is_null(), "{job}");
    gate.open();
    let job: Value = stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1, "{job} {:?}", stack.journal());
}

async fn a_line_that_breaks_between_a_launch_and_its_answer_launches_once(node: Sshd) {
    cut_between_launch_and_answer(node, false).await;
}

async fn a_line_that_falls_silent_between_a_launch_and_its_answer_launches_once(node: Sshd) {
    cut_between_launch_and_answer(node, true).await;
}
