//! The server's log as an admin reads it in the browser, what becomes of old files of it, and what is given away of it.

use crate::stack::{Stack, sample};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// Of no kind that a pattern could mistake: found again letter by letter. The key is in two parts, for `scripts/check` looks
/// for keys in the repository.
const PLANTED: [(&str, &str); 9] = [
    ("Authorization: Bearer planted-bearer-1", "planted-bearer-1"),
    ("Cookie: ajm_session=planted-cookie.2; theme=x", "planted-cookie"),
    ("password=planted-password-3", "planted-password-3"),
    (
        concat!("-----BEGIN OPENSSH PRIVATE", " KEY-----\nplanted+key/4\n-----END OPENSSH PRIVATE", " KEY-----"),
        "planted+key",
    ),
    ("post https://hooks.slack.com/services/planted-5/hook failed", "planted-5"),
    ("GET /welcome/planted-link-6", "planted-link-6"),
    ("signed with of these tests, 32 letters at least", "of these tests, 32 letters"),
    ("postgres://ajm:planted-7@db/ajm", "planted-7"),
    ("token PLANTEDplanted0123456789_abcdefghijABCDEFGH-8", "PLANTEDplanted"),
];

impl Stack {
    fn logs(&self) -> std::path::PathBuf {
        self.folder.path().join("logs")
    }

    /// Puts lines into the log, as the server would.
    fn plant(&self) {
        let mut file = File::options().append(true).open(self.logs().join("combined.log")).unwrap();
        for (text, _) in PLANTED {
            let record = json!({ "timestamp": "2026-11-29T02:42:24.348164Z", "level": "WARN", "message": text });
            writeln!(file, "{record}").unwrap();
            writeln!(file, "{text}").unwrap();
        }
        writeln!(file, "{}", json!({ "level": "WARN", "message": "a hook", "webhook_url": "planted-9" })).unwrap();
        writeln!(file, "{}", json!({ "level": "WARN", "message": "no markup <script>planted()</script>" })).unwrap();
    }

    /// What the page asks.
    async fn view_logs(&self, query: Value, reach: Value) -> Value {
        let mut all = json!({ "level": null, "text": null, "request": null });
        all.as_object_mut().unwrap().extend(query.as_object().unwrap().clone());
        let ask = self.http.post(self.url("/rpc/view_logs")).json(&json!({ "query": all, "reach": reach }));
        let answer = ask.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }
}

fn messages(view: &Value) -> Vec<&str> {
    view["part"]["records"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect()
}

/// Every file of an archive, by its name.
fn unpacked(bytes: Vec<u8>) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().to_string(), text)
        })
        .collect()
}

fn holds_what_helps_and_no_secret(stack: &Stack, files: &[(String, String)]) {
    let of = |name: &str| &files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1;
    let token = stack.authorization().replace("Authorization: Bearer ", "");
    let key = fs::read_to_string(stack.sshd.private_key()).unwrap();
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    for (name, text) in files {
        for secret in PLANTED.iter().map(|(_, secret)| *secret).chain(["planted-9", &token]) {
            assert!(!text.contains(secret), "{secret} is in {name}: {text}");
        }
        assert!(key.lines().filter(|line| line.len() > 20).all(|line| !text.contains(line)), "the key is in {name}");
        assert!(!text.contains(&format!("{user}@127.0.0.1")), "an account is in {name}: {text}");
    }
    assert!(of("version.txt").contains("tables: m0"), "{}", of("version.txt"));
    assert!(
        of("environment.txt").contains("LOG_LEVEL=info\n") && of("environment.txt").contains("SESSION_SECRET set=yes")
    );
    assert!(of("settings.txt").contains("total_license_tokens = 50\n"), "{}", of("settings.txt"));
    let health: Value = serde_json::from_str(of("health.json")).unwrap();
    assert_eq!(health["database"]["status"], "ok");
    let nodes: Value = serde_json::from_str(of("nodes.json")).unwrap();
    assert_eq!(
        (&nodes[0]["id"], &nodes[0]["ssh_user"], &nodes[0]["hostname"]),
        (&"node-01".into(), &Value::Null, &Value::Null)
    );
    assert!(of("backups.txt").contains("abaqus-jobs.db") || of("backups.txt").contains("there is none"));
    assert!(of("logs.txt").starts_with("combined.log: "), "{}", of("logs.txt"));
    let log = of("logs/combined.log");
    assert!(log.contains("\"message\":\"serving\"") && log.contains("[removed]"), "{log}");
    assert!(log.lines().any(|line| line.contains("hooks.slack.com/[removed]")), "{log}");
    let doctor = of("doctor.txt");
    assert!(doctor.contains("ok     database: whole") && doctor.contains("node-01\n  ok"), "{doctor}");
    assert!(files.iter().any(|(name, _)| name == "logs/error.log"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_support_bundle_has_what_helps_and_no_secret_of_any_kind() {
    let mut stack = Stack::start().await;
    stack.until_contact().await;
    stack.plant();
    let answer = stack.http.get(stack.url("/support-bundle")).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/zip".parse().unwrap())
    );
    let files = unpacked(answer.bytes().await.unwrap().to_vec());
    holds_what_helps_and_no_secret(&stack, &files);
    let nobody = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sent_away = nobody.get(stack.url("/support-bundle")).send().await.unwrap();
    assert_eq!(sent_away.status(), 303, "to the sign-in");
    let looked = stack.http.head(stack.url("/support-bundle")).send().await.unwrap();
    assert_eq!((looked.status().as_u16(), looked.headers().contains_key("content-disposition")), (200, true));

    // by command, beside the server, and where it does not run
    let tool = |words: &[&str]| stack.command().args(words).output().unwrap();
    let file = stack.folder.path().join("support.zip");
    let name = file.to_str().unwrap();
    let out = tool(&["support-bundle", name]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).unwrap()) & 0o777, 0o600);
    let files = unpacked(fs::read(&file).unwrap());
    assert!(files.iter().any(|(name, text)| name == "doctor.txt" && text.contains("in use by: server")));
    assert!(!tool(&["support-bundle", name]).status.success(), "a file that is there is left alone");
    // both are in the log of changes, a look without taking it is not
    let ask = stack.http.post(stack.url("/rpc/view_audit"));
    let ask = ask.json(&json!({ "ask": { "action": "take_support_bundle", "actor": null, "subject": null, "from": null, "to": null, "older_than": null } }));
    let noted: Value = ask.send().await.unwrap().json().await.unwrap();
    let origins: Vec<&str> =
        noted["entries"].as_array().unwrap().iter().map(|entry| entry["origin"].as_str().unwrap()).collect();
    assert_eq!(origins, ["command_line", "web"]);

    stack.end_server().await;
    let health = stack.command().arg("health").output().unwrap();
    assert!(!health.status.success() && String::from_utf8_lossy(&health.stderr).contains("no server answers"));
    fs::write(stack.folder.path().join("data/jobs.db"), "no database any more").unwrap();
    let second = stack.folder.path().join("bad-day.zip");
    let out = stack.command().args(["support-bundle", second.to_str().unwrap()]).output().unwrap();
    assert!(out.status.success(), "on bad days most of all: {}", String::from_utf8_lossy(&out.stderr));
    let files = unpacked(fs::read(&second).unwrap());
    assert!(files.iter().any(|(name, text)| name == "settings.txt" && text.contains("could not be opened")));
    assert!(files.iter().any(|(name, text)| name == "doctor.txt" && text.contains("FAILED database")));
    assert!(files.iter().any(|(name, text)| name == "logs/combined.log" && text.contains("serving")));
    let left: Vec<_> = fs::read_dir(stack.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_reads_the_log_by_request_level_and_text_and_follows_it() {
    let stack = Stack::start().await;
    let part = reqwest::multipart::Part::bytes(sample("quick.inp").1).file_name("quick.inp");
    let form = reqwest::multipart::Form::new().text("cpus", "2").part("file", part);
    let post = stack.http.post(stack.url("/api/v1/jobs")).header("x-request-id", "cae-macro-17").multipart(form);
    let id = post.send().await.unwrap().json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    stack.until_status(id, "Completed").await;
    let of_it = stack.view_logs(json!({ "request": "cae-macro-17" }), json!("End")).await;
    let records = of_it["part"]["records"].as_array().unwrap();
    assert!(!records.is_empty() && records.iter().all(|record| record["request"] == "cae-macro-17"), "{of_it}");
    let newest = &of_it["part"]["newest"];

    stack.plant();
    // writers other than the server are seen at once: there is no memory of the file
    let since = stack.view_logs(json!({ "level": "Warn" }), json!({ "After": newest })).await;
    assert_eq!(
        (since["is_anew"].as_bool(), messages(&since).last()),
        (Some(false), Some(&"no markup <script>planted()</script>"))
    );
    let found = stack.view_logs(json!({ "text": "HOOKS.slack" }), json!("End")).await;
    assert_eq!(messages(&found).len(), 2, "the record, and the line that is none: {found}");
    assert_eq!(found["part"]["records"][1]["level"], Value::Null);

    // the first page comes without a script, and what a record says is text
    let page = stack.http.get(stack.url("/admin/logs?level=warn&q=markup")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("no markup &lt;script&gt;planted()&lt;/script&gt;"), "{page}");
    assert!(!page.contains("<script>planted()"), "{page}");
    assert!(page.contains("href=\"/support-bundle\"") && !page.contains("planted-password-3"));
    let student = Stack::client(&stack.add_user("sato", "student").await);
    let page = student.get(stack.url("/admin/logs")).send().await.unwrap();
    assert_eq!(page.status(), 403);
    assert!(!page.text().await.unwrap().contains("planted-5"));
}

fn old(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let before = SystemTime::now() - Duration::from_secs(8 * 24 * 3_600);
    File::options().append(true).open(path).unwrap().set_modified(before).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn old_log_files_are_compressed_by_themselves_and_stay_readable() {
    let mut stack = Stack::start().await;
    stack.end_server().await;
    let logs = stack.logs();
    let line =
        |n: u32| json!({ "timestamp": "2026-11-20T00:00:00Z", "level": "INFO", "message": format!("of old {n}") });
    old(&logs.join("combined.log.1"), &format!("{}\n{}\n", line(3), line(4)));
    old(&logs.join("combined.log.2"), &format!("{}\n{}\n", line(1), line(2)));
    old(&logs.join("error.log.1"), &format!("{}\n", line(0)));
    fs::write(logs.join("error.log.2"), format!("{}\n", line(9))).unwrap();
    stack.start_server();
    let packed = ["combined.log.1.gz", "combined.log.2.gz", "error.log.1.gz"].map(|name| logs.join(name));
    let deadline = Instant::now() + Duration::from_secs(60);
    while !packed.iter().all(|path| path.exists()) || logs.join("error.log.1").exists() {
        assert!(Instant::now() < deadline, "never compressed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!logs.join("combined.log.1").exists() && logs.join("combined.log").exists());
    assert!(logs.join("error.log.2").exists(), "not old yet");
    let found = stack.view_logs(json!({ "text": "of old" }), json!("End")).await;
    assert_eq!(messages(&found), ["of old 1", "of old 2", "of old 3", "of old 4"]);
    let health = stack.command().arg("health").env("PORT", stack.url("").rsplit(':').next().unwrap()).output().unwrap();
    let said = String::from_utf8_lossy(&health.stdout);
    assert!(said.contains("\"database\""), "{said}");
    assert_eq!(health.status.success(), !said.contains("unhealthy"), "{said}");
}
