//! Files in and out: limits while streaming, ranges, tails, the archive.

use crate::stack::{Stack, sample};
use reqwest::header::{CONTENT_RANGE, RANGE, RETRY_AFTER};
use serde_json::Value;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_past_the_limit_is_refused_and_leaves_nothing() {
    let stack = Stack::start_with("/usr/bin/ccx", &[("MAX_FILE_SIZE_MB", "1")]).await;
    // no length is told beforehand: the limit is counted while streaming
    let slices = futures::stream::iter((0..3).map(|_| Ok::<_, std::io::Error>(vec![b'*'; 512 * 1024])));
    let sent = stack
        .http
        .post(stack.url("/uploads?name=big.inp"))
        .body(reqwest::Body::wrap_stream(slices))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 413);
    let left = std::fs::read_dir(stack.folder.path().join("uploads/inp-files")).unwrap().count();
    assert_eq!(left, 0);
    let empty = stack.http.post(stack.url("/uploads?name=empty.inp")).send().await.unwrap();
    assert_eq!(empty.status(), 400);
    let evil = stack.http.post(stack.url("/uploads?name=..%2Fevil.inp")).body("*NODE").send().await.unwrap();
    assert_eq!(evil.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_served_whole_in_ranges_as_tails_and_as_one_archive() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    let whole = std::fs::read(stack.results(id).join("quick.frd")).unwrap();
    let url = stack.url(&format!("/api/v1/jobs/{id}/files/quick.frd"));
    let part = stack.http.get(&url).header(RANGE, "bytes=10-19").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()[CONTENT_RANGE], format!("bytes 10-19/{}", whole.len()));
    assert_eq!(part.bytes().await.unwrap(), whole[10..20]);
    let tail = stack.http.get(format!("{url}?tail=100")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(tail, whole[whole.len() - 100..]);
    let missing = stack.http.get(stack.url(&format!("/api/v1/jobs/{id}/files/nothing.dat"))).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    for outside in ["..%2F..%2Fdata%2Fjobs.db", "..%5Cx", "%2Fetc%2Fpasswd"] {
        let answer = stack.http.get(stack.url(&format!("/api/v1/jobs/{id}/files/{outside}"))).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{outside}");
    }
    let zip =
        stack.http.get(stack.url(&format!("/api/v1/jobs/{id}/files.zip"))).send().await.unwrap().bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut packed = Vec::new();
    archive.by_name("quick.frd").unwrap().read_to_end(&mut packed).unwrap();
    assert!(packed == whole);
    assert!(archive.by_name("quick.inp").is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_job_takes_its_files_along() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    let gone = stack.http.delete(stack.url(&format!("/api/v1/jobs/{id}"))).send().await.unwrap();
    assert_eq!(gone.status(), 200);
    assert!(!stack.results(id).exists());
    assert_eq!(std::fs::read_dir(stack.folder.path().join("uploads/inp-files")).unwrap().count(), 0);
    let again = stack.http.get(stack.url(&format!("/api/v1/jobs/{id}"))).send().await.unwrap();
    assert_eq!(again.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_nobody_takes_do_not_stop_the_rest() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    // more than the sockets on the way can hold, and nothing that could be packed smaller
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_le_bytes()[7]
    };
    let noise: Vec<u8> = (0..24 << 20).map(|_| noise()).collect();
    std::fs::write(stack.results(id).join("large.odb"), &noise).unwrap();
    let zip = async || stack.http.get(stack.url(&format!("/api/v1/jobs/{id}/files.zip"))).send().await.unwrap();
    let mut stalled = Vec::new();
    for _ in 0..8 {
        let answer = zip().await;
        assert_eq!(answer.status(), 200);
        stalled.push(answer);
    }
    let refused = zip().await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    assert_eq!(refused.json::<Value>().await.unwrap()["error"]["code"], "UNAVAILABLE");
    drop(stalled);
    let deadline = Instant::now() + Duration::from_secs(30);
    let whole = loop {
        let answer = zip().await;
        if answer.status() == 200 {
            break answer.bytes().await.unwrap();
        }
        assert!(Instant::now() < deadline, "those who left still hold their places");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(zip::ZipArchive::new(Cursor::new(whole)).unwrap().by_name("large.odb").is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_names_every_call() {
    let stack = Stack::start().await;
    let document: serde_json::Value =
        stack.http.get(stack.url("/api/v1/openapi.json")).send().await.unwrap().json().await.unwrap();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/api/v1/jobs",
        "/api/v1/jobs/{id}",
        "/api/v1/jobs/{id}/cancel",
        "/api/v1/jobs/{id}/files/{name}",
        "/api/v1/nodes",
        "/api/v1/license",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let nothing = stack.http.get(stack.url("/api/v1/nothing")).send().await.unwrap();
    assert_eq!(nothing.status(), 404);
    assert_eq!(nothing.json::<serde_json::Value>().await.unwrap()["error"]["code"], "NOT_FOUND");
}
