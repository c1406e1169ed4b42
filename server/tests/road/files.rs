//! Files in and out: limits while streaming, ranges, tails, the archive.

use crate::node::script;
use crate::stack::{Stack, sample};
use reqwest::header::{ALLOW, CONTENT_RANGE, CONTENT_TYPE, RANGE, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

/// Folders of uploads that are there.
fn uploads(stack: &Stack) -> usize {
    std::fs::read_dir(stack.folder.path().join("uploads/inp-files")).map_or(0, Iterator::count)
}

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
    assert_eq!(uploads(&stack), 0);
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
    // of today, not of 1980
    assert!(archive.by_index(0).unwrap().last_modified().is_some_and(|written| written.year() > 2020));
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
    assert_eq!(uploads(&stack), 0);
    let again = stack.http.get(stack.url(&format!("/api/v1/jobs/{id}"))).send().await.unwrap();
    assert_eq!(again.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_the_run_changed_is_one_file_everywhere() {
    let tools = tempfile::tempdir().unwrap();
    let text = "/usr/bin/ccx \"$@\"; status=$?; printf '** changed' >> steel.inc; exit $status";
    let stack = Stack::start_with(&script(tools.path(), "ccx", text), &[]).await;
    let id = stack.submit(&[sample("with_include.inp"), sample("steel.inc")]).await;
    stack.until_status(id, "Completed").await;
    let changed = [sample("steel.inc").1, b"** changed".to_vec()].concat();
    let get = async |path: &str| stack.http.get(stack.url(&format!("/api/v1/jobs/{id}{path}"))).send().await.unwrap();
    for files in [
        get("/files").await.json::<Value>().await.unwrap(),
        get("").await.json::<Value>().await.unwrap()["files"].clone(),
    ] {
        let named: Vec<&Value> = files.as_array().unwrap().iter().filter(|file| file["name"] == "steel.inc").collect();
        assert_eq!(named.len(), 1, "{files}");
        assert_eq!(named[0]["size"], changed.len());
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(get("/files.zip").await.bytes().await.unwrap())).unwrap();
    let mut packed = Vec::new();
    archive.by_name("steel.inc").unwrap().read_to_end(&mut packed).unwrap();
    assert!(packed == changed);
    // a file of an ended job is whole: its last line is shown although it has no end
    let ask = json!({ "id": id, "file": "steel.inc", "ask": { "part": "tail", "lines": 1 } });
    let part: Value =
        stack.http.post(stack.url("/rpc/read_log")).json(&ask).send().await.unwrap().json().await.unwrap();
    assert_eq!(part["lines"], json!(["** changed"]));
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
async fn a_submission_that_makes_no_job_leaves_no_files() {
    let stack = Stack::start().await;
    let refused = stack.post_files(&[sample("with_include.inp")], &[("cpus", "2")]).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(uploads(&stack), 0);
    let refused = stack.post_files(&[sample("quick.inp"), ("..".to_owned(), b"*NODE".to_vec())], &[]).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(uploads(&stack), 0);
    let post = async || {
        let (name, bytes) = sample("quick.inp");
        let form = Form::new().part("file", Part::bytes(bytes).file_name(name));
        let sent = stack.http.post(stack.url("/api/v1/jobs")).header("idempotency-key", "k1").multipart(form);
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
    };
    let id = post().await;
    assert_eq!(post().await, id);
    assert_eq!(uploads(&stack), 1);
    let deck = stack.http.get(stack.url(&format!("/api/v1/jobs/{id}/files/quick.inp"))).send().await.unwrap();
    assert!(deck.bytes().await.unwrap() == sample("quick.inp").1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_fields_is_not_read_for_ever() {
    let stack = Stack::start().await;
    for beginning in ["", "--x\r\nX-Anything: "] {
        let slices = (0..32).map(|_| Ok::<_, std::io::Error>(vec![b'*'; 64 * 1024]));
        let slices = std::iter::once(Ok(beginning.as_bytes().to_vec())).chain(slices);
        let sent = stack
            .http
            .post(stack.url("/api/v1/jobs"))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(reqwest::Body::wrap_stream(futures::stream::iter(slices)))
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 413, "{beginning}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_of_the_api_has_the_same_shape() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    let job = stack.url(&format!("/api/v1/jobs/{id}"));
    let jobs = stack.url("/api/v1/jobs");
    let http = &stack.http;
    let long = "k".repeat(201);
    let broken = || http.post(format!("{job}/resubmit")).header(CONTENT_TYPE, "application/json").body("{");
    for (what, request, status, code) in [
        ("a word for a number", http.get(format!("{jobs}/abc")), 400, "VALIDATION_ERROR"),
        ("a word for a number of files", http.get(format!("{jobs}/abc/files.zip")), 400, "VALIDATION_ERROR"),
        ("a limit", http.get(format!("{jobs}?limit=x")), 400, "VALIDATION_ERROR"),
        ("a tail", http.get(format!("{job}/files/quick.inp?tail=x")), 400, "VALIDATION_ERROR"),
        ("a priority", http.patch(&job).json(&json!({ "priority": "x" })), 400, "VALIDATION_ERROR"),
        ("half a body", broken(), 400, "VALIDATION_ERROR"),
        ("no JSON", http.patch(&job).body("x"), 400, "VALIDATION_ERROR"),
        ("no form", http.post(&jobs).body("x"), 400, "VALIDATION_ERROR"),
        ("no name", http.post(stack.url("/uploads")).body("x"), 400, "VALIDATION_ERROR"),
        ("no such method", http.put(&jobs), 405, "METHOD_NOT_ALLOWED"),
        ("a long key", http.post(format!("{job}/resubmit")).header("idempotency-key", long), 400, "VALIDATION_ERROR"),
        ("no text", http.get(format!("{jobs}/%FF")), 400, "VALIDATION_ERROR"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        assert_eq!(answer.headers().contains_key(ALLOW), status == 405, "{what}");
        let text = answer.text().await.unwrap();
        let problem: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {text}"));
        assert_eq!(problem["error"]["code"], code, "{what}");
        assert!(!problem["error"]["message"].as_str().unwrap().is_empty(), "{what}");
    }
    let endless = http.get(format!("{jobs}?q={}", "q".repeat(60_000))).send().await.unwrap();
    assert_eq!(endless.status(), 200);
    assert_eq!(endless.json::<Value>().await.unwrap()["total"], 0);
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
    let submit = &paths["/api/v1/jobs"]["post"];
    let form = &submit["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"];
    let form = document.pointer(form.as_str().unwrap().trim_start_matches('#')).unwrap();
    assert_eq!(form["properties"]["file"]["items"]["format"], "binary", "{form}");
    let takes = |operation: &serde_json::Value, name: &str| {
        operation["parameters"].as_array().unwrap().iter().any(|parameter| parameter["name"] == name)
    };
    assert!(takes(submit, "Idempotency-Key"), "{submit}");
    let file = &paths["/api/v1/jobs/{id}/files/{name}"]["get"];
    assert!(takes(file, "tail") && takes(file, "name") && takes(file, "id"), "{file}");
    let nothing = stack.http.get(stack.url("/api/v1/nothing")).send().await.unwrap();
    assert_eq!(nothing.status(), 404);
    assert_eq!(nothing.json::<serde_json::Value>().await.unwrap()["error"]["code"], "NOT_FOUND");
}

/// An archive of these files.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_becomes_the_files_in_it_and_a_job_runs_from_them() {
    let stack = Stack::start_with("/usr/bin/ccx", &[("MAX_FILE_SIZE_MB", "1")]).await;
    let send = async |zip: Vec<u8>| stack.http.post(stack.url("/uploads?name=all.zip")).body(zip).send().await.unwrap();
    let (deck, steel) = (sample("with_include.inp").1, sample("steel.inc").1);
    // a file that was taken before the one that is not goes with it
    for (zip, status) in [
        (b"no archive".to_vec(), 400),
        (packed(&[("with_include.inp", &deck), ("a;b.inc", b"x")]), 400),
        (packed(&[("with_include.inp", &deck), ("bomb.inc", &vec![0; 8 << 20])]), 413),
    ] {
        assert_eq!(send(zip).await.status(), status);
        assert_eq!(uploads(&stack), 0);
    }
    let zip = packed(&[("work/with_include.inp", &deck), ("work/steel.inc", &steel), ("work/old.odb", b"x")]);
    let sent = send(zip.clone()).await;
    assert_eq!(sent.status(), 201);
    let sent: Value = sent.json().await.unwrap();
    let name = |at: usize| sent["files"][at]["name"].as_str().unwrap();
    assert_eq!([name(0), name(1)], ["with_include.inp", "steel.inc"]);
    assert_eq!(sent["skipped"], json!(["work/old.odb"]));
    assert_eq!(uploads(&stack), 2);
    // a deck that spells it otherwise gets it under its own spelling, and another deck under another
    let rename = async |id: &Value, name: &str| {
        let asked = json!({ "id": id, "name": name });
        stack.http.post(stack.url("/rpc/name_upload")).json(&asked).send().await.unwrap()
    };
    let renamed: Value = rename(&sent["files"][1]["id"], "STEEL.inc").await.json().await.unwrap();
    assert_eq!((&renamed["name"], &renamed["sha256"]), (&json!("STEEL.inc"), &sent["files"][1]["sha256"]));
    assert_eq!(uploads(&stack), 3);
    assert_eq!(rename(&sent["files"][1]["id"], "Steel.inc").await.status(), 200);
    assert_eq!(rename(&renamed["id"], "../steel.inc").await.status(), 400);
    let nobody = json!("00000000-0000-7000-8000-000000000000");
    assert_eq!(rename(&nobody, "steel.inc").await.status(), 404);
    assert_eq!(uploads(&stack), 4);
    // of two decks it is not clear which to run
    let two = packed(&[("a.inp", &deck), ("b.inp", &deck)]);
    assert_eq!(stack.post_files(&[("two.zip".to_owned(), two)], &[]).await.status(), 400);
    assert_eq!(uploads(&stack), 4);
    let id = stack.submit(&[("all.zip".to_owned(), zip)]).await;
    stack.until_status(id, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_for_no_job_goes_away_after_a_week() {
    let mut stack = Stack::start().await;
    let job = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(job, "Completed").await;
    let send = async |name: &str| {
        let sent = stack.http.post(stack.url(&format!("/uploads?name={name}"))).body("*NODE\n").send().await.unwrap();
        sent.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (_forgotten, open) = (send("forgotten.inp").await, send("open.inp").await);
    stack.end_server().await;
    let folders = stack.folder.path().join("uploads/inp-files");
    // broken off by a crash: a folder that no row tells of
    let (torn, tearing) = ("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002");
    for (folder, age) in [(torn, "8 days ago"), (tearing, "6 days ago")] {
        std::fs::create_dir(folders.join(folder)).unwrap();
        std::fs::write(folders.join(folder).join("half.inp.part"), "*NO").unwrap();
        let touched = std::process::Command::new("touch")
            .args(["-d", age])
            .arg(folders.join(folder).join("half.inp.part"))
            .arg(folders.join(folder))
            .status();
        assert!(touched.unwrap().success());
    }
    let old = format!(
        "UPDATE uploads SET created_at = created_at - 8 * 86400 WHERE id <> '{open}'; \
         UPDATE system_config SET updated_at = updated_at - 8 * 86400 WHERE key LIKE 'cleanup_%'"
    );
    let database = stack.folder.path().join("data/jobs.db");
    let done = std::process::Command::new("sqlite3").arg(database).arg(old).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    stack.start_server();
    let deadline = Instant::now() + Duration::from_secs(60);
    while stack.upload_folders() > 3 {
        assert!(Instant::now() < deadline, "{} are left\n{}", stack.upload_folders(), stack.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // the job's own files, what a form may still name, and what may still be under way
    assert!(folders.join(open).exists() && folders.join(tearing).exists());
    assert_eq!((stack.rows("uploads"), stack.upload_folders()), (2, 3));
    assert!(stack.act(job, "resubmit").await.status().is_success());
}
