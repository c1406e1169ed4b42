//! Full disks: the server's uploads, database and results, and the node's. Refused or waited for, in words; nothing half
//! stays, nothing else stops, and it goes on by itself when there is room.

use crate::node::{Gate, Solver, on_both};
use crate::stack::{Stack, sample};
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use testbed::{Disk, Sshd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

on_both!(
    results_without_room_are_fetched_when_there_is,
    a_node_without_room_is_waited_for_by_files_and_launches_alike,
    a_node_without_room_for_our_program_is_said_and_used_when_there_is,
);

const LANGUAGES: [(&str, &str); 2] = [("ja-JP,ja;q=0.9", "ajm_locale=ja"), ("en", "ajm_locale=en")];

/// `None` where this account may not mount one.
fn disk(at: &Path, options: &str) -> Option<Disk> {
    std::fs::create_dir_all(at).unwrap();
    let disk = Disk::mount(at, options);
    if disk.is_none() {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
    }
    disk
}

/// A deck with an include of so many bytes.
fn with_include(bytes: usize) -> [(String, Vec<u8>); 2] {
    let (name, mut include) = sample("steel.inc");
    include.extend(b"** a comment that is as long as it needs to be\n".repeat(bytes / 47));
    [sample("with_include.inp"), (name, include)]
}

/// No room, in the reader's language.
async fn is_refused(answer: reqwest::Response, language: &str) {
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((status.as_u16(), &problem["error"]["code"]), (507, &"INSUFFICIENT_STORAGE".into()), "{problem}");
    let words = if language == "en" {
        "The server's disk is full"
    } else {
        "サーバーのディスクに空きがありません"
    };
    assert!(problem["error"]["message"].as_str().unwrap().contains(words), "{problem}");
}

async fn eventually(stack: &Stack, what: &str, reached: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reached() {
        assert!(Instant::now() < deadline, "never {what}\n{}", stack.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn says(stack: &Stack, id: i64, ja: &str, en: &str) {
    for ((accept, locale), words) in LANGUAGES.into_iter().zip([ja, en]) {
        let ask = |path: &str| stack.http.get(stack.url(path)).header(ACCEPT_LANGUAGE, accept).header(COOKIE, locale);
        let job: Value = ask(&format!("/api/v1/jobs/{id}")).send().await.unwrap().json().await.unwrap();
        assert_eq!(job["message"], words, "{job}");
        let page = ask(&format!("/jobs/{id}")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&words.replace('\'', "&#x27;")) || page.contains(words), "{words} is not on the page");
    }
}

fn is_hindered(job: &Value) -> bool {
    ["Starting", "Collecting"].contains(&job["status"].as_str().unwrap()) && !job["message"].is_null()
}

/// As browsers do: all of the body first, and only then the answer.
async fn sent_whole(stack: &Stack, path: &str, body: &[u8]) -> String {
    let address = stack.url("").replace("http://", "");
    let mut line = TcpStream::connect(&address).await.unwrap();
    let who = stack.authorization();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{who}\r\nAccept-Language: en\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(body).await.expect("the server takes all of it");
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_room_is_refused_leaves_nothing_and_works_when_there_is() {
    let gate = Gate::closed();
    let stack = Stack::start_with(&gate.ccx(), &[]).await;
    let Some(disk) = disk(&stack.folder.path().join("uploads"), "size=8m") else { return };
    let other = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(other, "Running").await;
    let files = with_include(40_000_000);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in &files {
        let stored = zip::write::SimpleFileOptions::default();
        archive.start_file(name.as_str(), stored).unwrap();
        std::io::Write::write_all(&mut archive, bytes).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    assert!(archive.len() < 4_000_000, "it has room while it is packed");
    let refuse_all = async |files: &[(String, Vec<u8>)]| {
        for (language, _) in LANGUAGES {
            let post = |path: &str| stack.http.post(stack.url(path)).header(ACCEPT_LANGUAGE, language);
            let (name, bytes) = files.last().unwrap();
            is_refused(post(&format!("/uploads?name={name}")).body(bytes.clone()).send().await.unwrap(), language)
                .await;
            let packed = post("/uploads?name=all.zip").body(archive.clone()).send().await.unwrap();
            is_refused(packed, language).await;
            let mut form = reqwest::multipart::Form::new();
            for (name, bytes) in files {
                form = form.part("file", reqwest::multipart::Part::bytes(bytes.clone()).file_name(name.clone()));
            }
            is_refused(post("/api/v1/jobs").multipart(form).send().await.unwrap(), language).await;
        }
        eventually(&stack, "nothing left of the uploads", || stack.upload_folders() == 1).await;
        assert_eq!((stack.rows("uploads"), stack.rows("jobs")), (1, 1));
    };
    refuse_all(&files).await;
    let answer = sent_whole(&stack, "/uploads?name=steel.inc", &files[1].1).await;
    assert!(answer.starts_with("HTTP/1.1 507") && answer.contains("The server's disk is full"), "{answer}");
    disk.fill().unwrap();
    refuse_all(&[sample("quick.inp")]).await;
    // what has begun goes on meanwhile
    gate.open();
    stack.until_status(other, "Completed").await;
    disk.make_room().unwrap();
    let id = stack.submit(&with_include(1_000_000)).await;
    stack.until_status(id, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_room_loses_nothing_that_was_acknowledged_and_goes_on_when_there_is() {
    let gate = Gate::closed();
    let mut stack = Stack::start_with(&gate.ccx(), &[]).await;
    let Some(disk) = stack.database_on("size=32m").await else { return };
    let first: Value = stack.post_files(&[sample("quick.inp")], &[("cpus", "8")]).await.json().await.unwrap();
    let mut acknowledged = vec![first["id"].as_i64().unwrap()];
    stack.until_status(acknowledged[0], "Running").await;
    // for some more
    disk.fill_but(200).unwrap();
    let (_, deck) = sample("quick.inp");
    for (language, _) in LANGUAGES {
        loop {
            let part = reqwest::multipart::Part::bytes(deck.clone()).file_name("more.inp");
            let name = format!("more{}", acknowledged.len());
            let form = reqwest::multipart::Form::new().text("name", name).part("file", part);
            let post = stack.http.post(stack.url("/api/v1/jobs")).header(ACCEPT_LANGUAGE, language).multipart(form);
            let answer = post.send().await.unwrap();
            if answer.status() != 201 {
                is_refused(answer, language).await;
                break;
            }
            acknowledged.push(answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap());
            assert!(acknowledged.len() < 500, "it never filled up");
        }
    }
    println!("{} were taken before there was no room", acknowledged.len());
    assert!(acknowledged.len() > 1);
    disk.fill().unwrap();
    // reading goes on
    let page = stack.http.get(stack.url(&format!("/jobs/{}", acknowledged[0]))).send().await.unwrap();
    assert_eq!(page.status(), 200);
    // a run that ends meanwhile is neither finished nor lost before that is written
    gate.open();
    eventually(&stack, "a step that finds no room", || stack.log().contains("database's disk is full")).await;
    let job = stack.job(acknowledged[0]).await;
    assert!(["Running", "Collecting"].contains(&job["status"].as_str().unwrap()), "{job}");
    disk.make_room().unwrap();
    for id in &acknowledged {
        stack.until_status(*id, "Completed").await;
    }
    let last = stack.submit(&[("last.inp".to_owned(), deck.clone())]).await;
    stack.until_status(last, "Completed").await;
    acknowledged.push(last);
    assert_eq!((stack.rows("jobs"), stack.launches()), (acknowledged.len() as u64, acknowledged.len()));
    // started on a full disk it says so, and harms nothing
    stack.end_server().await;
    disk.fill().unwrap();
    let out = stack.command().arg("serve").output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(!out.status.success() && said.contains("the disk is full. Make room"), "{said}");
    disk.make_room().unwrap();
    stack.start_server();
    for id in &acknowledged {
        assert_eq!(stack.job(*id).await["status"], "Completed");
    }
}

async fn results_without_room_are_fetched_when_there_is(node: Sshd) {
    let solver = Solver::with_large_result(&node, 20_000_000);
    let stack = Stack::start_solver(node, solver, "8", &[]).await;
    let Some(disk) = disk(&stack.folder.path().join("results"), "size=32m") else { return };
    disk.fill_but(1000).unwrap();
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until(id, "hindered", is_hindered).await;
    let job = stack.until(id, "collecting", |job| job["status"] == "Collecting" && is_hindered(job)).await;
    assert!(job["verdict"].is_null(), "{job}");
    says(&stack, id, "サーバーのディスクに空きがありません", "The server's disk is full").await;
    disk.make_room().unwrap();
    let job = stack.until_status(id, "Completed").await;
    assert_eq!(job["verdict"]["cause"]["what"], "completed", "{job}");
    assert_eq!(std::fs::metadata(stack.results(id).join("big.bin")).unwrap().len(), 20_000_000);
}

/// With the work folder of the node on a small disk, mounted before anybody is logged in: an open session of a Windows node
/// does not see what is mounted later. The disk is gone before the stack is.
async fn on_small_disk(node: Sshd, solver: Solver, full: bool) -> Option<(Stack, Disk)> {
    let disk = disk(&node.work_dir(), "size=192m")?;
    if full {
        disk.fill().unwrap();
    }
    Some((Stack::start_solver(node, solver, "8", &[]).await, disk))
}

const NODE_FULL: (&str, &str) = ("ノードのディスクに空きがありません", "The node's disk is full");

async fn a_node_without_room_is_waited_for_by_files_and_launches_alike(node: Sshd) {
    let (gate, solver) = Gate::closed_on(&node);
    let Some((stack, disk)) = on_small_disk(node, solver, false).await else { return };
    let other = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(other, "Running").await;
    // for the deck and what is noted of it, but not for all that its launch writes
    let deck = sample("quick.inp").1;
    disk.fill_but(deck.len().div_ceil(4096) as u64 + 1 + 2).unwrap();
    let launched = stack.submit(&[("launched.inp".to_owned(), deck)]).await;
    stack.until(launched, "hindered", is_hindered).await;
    assert!(stack.log().contains("the launch was not answered well"), "{}", stack.log());
    says(&stack, launched, NODE_FULL.0, NODE_FULL.1).await;
    disk.fill().unwrap();
    let small = stack.submit(&[("small.inp".to_owned(), sample("quick.inp").1)]).await;
    let large = stack.submit(&with_include(4_000_000)).await;
    for id in [small, large] {
        let job = stack.until(id, "hindered", is_hindered).await;
        assert_eq!(job["status"], "Starting", "{job}");
        says(&stack, id, NODE_FULL.0, NODE_FULL.1).await;
    }
    let nodes: Value = stack.http.get(stack.url("/api/v1/nodes")).send().await.unwrap().json().await.unwrap();
    assert_eq!(nodes[0]["status"], "Available", "{nodes}");
    assert_eq!(stack.job(other).await["status"], "Running");
    assert_eq!(stack.launches(), 1);
    disk.make_room().unwrap();
    gate.open();
    for id in [other, launched, small, large] {
        let job = stack.until_status(id, "Completed").await;
        assert_ne!(job["message"], NODE_FULL.1, "{job}");
    }
    assert_eq!(stack.launches(), 4);
}

async fn a_node_without_room_for_our_program_is_said_and_used_when_there_is(node: Sshd) {
    // it is full before a server looks at it: one that has put its program there has a usable node
    let solver = Solver::of(&node);
    let Some((stack, disk)) = on_small_disk(node, solver, true).await else { return };
    let id = stack.submit(&[sample("quick.inp")]).await;
    let unusable = |nodes: &Value| nodes[0]["status"] == "Unavailable";
    let nodes = stack.until_answer("/api/v1/nodes", "unusable", unusable).await;
    assert_eq!(nodes[0]["reason"], NODE_FULL.0, "{nodes}");
    let job = stack.job(id).await;
    assert!(["Waiting", "Starting"].contains(&job["status"].as_str().unwrap()), "{job}");
    disk.make_room().unwrap();
    stack.until_status(id, "Completed").await;
    assert_eq!(stack.launches(), 1);
}
