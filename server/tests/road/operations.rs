//! What an admin does at a shell and watches from outside: backups beside a server that runs, the way back, databases
//! that are not what they should be, health, metrics.

use crate::node::Gate;
use crate::stack::{Stack, sample};
use serde_json::Value;
use std::process::Output;
use std::time::{Duration, Instant};
use testbed::Disk;

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

impl Stack {
    /// Runs the program with these words.
    fn tool(&self, words: &[&str]) -> Output {
        self.command().args(words).output().unwrap()
    }

    /// The same, which must work.
    fn works(&self, words: &[&str]) -> String {
        let out = self.tool(words);
        assert!(out.status.success(), "{words:?}: {}", said(&out));
        said(&out)
    }

    /// The same, which must not.
    fn fails(&self, words: &[&str]) -> String {
        let out = self.tool(words);
        assert!(!out.status.success(), "{words:?}: {}", said(&out));
        said(&out)
    }

    fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("data/jobs.db")
    }

    async fn health(&self, http: &reqwest::Client) -> (u16, Value) {
        let answer = http.get(self.url("/api/health")).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

pub async fn eventually(what: &str, reached: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !reached().await {
        assert!(Instant::now() < deadline, "never {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_the_server_comes_back_whole_and_starts_nothing_twice() {
    let mut stack = Stack::start().await;
    let done = stack.submit(&[("done.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(done, "Completed").await;
    let leaver = Stack::client(&stack.add_user("sato", "student").await);
    let folder = stack.works(&["backup"]);
    assert!(folder.contains("backups/20") && folder.contains("verified"), "{folder}");
    assert!(stack.works(&["verify-backup", "all"]).contains("good: 1 jobs"));
    // restore refuses while the server runs, and names it
    let refused = stack.fails(&["restore", "latest"]);
    assert!(refused.contains("in use by another program (server, process"), "{refused}");
    let closing = serde_json::json!({ "id": "sato", "disabled": true });
    let closed = stack.http.post(stack.url("/rpc/disable_person")).json(&closing).send().await.unwrap();
    assert_eq!(closed.status(), 200);
    let later = stack.submit(&[("later.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(later, "Completed").await;
    assert_eq!(stack.launches(), 2);
    stack.end_server().await;
    let restored = stack.works(&["restore", "latest"]);
    assert!(
        restored.contains("1 jobs submitted since then are lost") && restored.contains("later of tester"),
        "{restored}"
    );
    stack.start_server();
    assert_eq!(stack.job(done).await["status"], "Completed");
    // who was shut out since then stays out
    assert!(restored.contains("Closed again, as they were before: sato"), "{restored}");
    assert_eq!(leaver.get(stack.url("/api/v1/jobs")).send().await.unwrap().status(), 401);
    let gone = stack.http.get(stack.url(&format!("/api/v1/jobs/{later}"))).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    // its number is nobody else's, and its results lie where they lay
    let next = stack.submit(&[("next.inp".to_owned(), sample("quick.inp").1)]).await;
    assert!(next > later, "{next}");
    stack.until_status(next, "Completed").await;
    assert!(stack.results(later).join("later.dat").exists());
    assert_eq!(stack.launches(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_after_the_backup_is_found_ended_and_not_started_again() {
    let gate = Gate::closed();
    let mut stack = Stack::start_with(&gate.ccx(), &[]).await;
    let running = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(running, "Running").await;
    stack.works(&["backup"]);
    gate.open();
    stack.until_status(running, "Completed").await;
    stack.end_server().await;
    stack.works(&["restore", "latest"]);
    stack.start_server();
    // its folder on the node is gone with its end: that is evidence, and nothing is started
    let is_over = |job: &Value| ["Missing", "Completed"].contains(&job["status"].as_str().unwrap());
    stack.until(running, "over", is_over).await;
    assert_eq!(stack.launches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_server_is_refused_and_told_who_has_the_database() {
    let stack = Stack::start().await;
    let started = Instant::now();
    let second = stack.fails(&["serve"]);
    assert!(second.contains("in use by another program (server, process"), "{second}");
    assert!(second.contains("One server serves one database"), "{second}");
    assert!(started.elapsed() < Duration::from_secs(20));
    // the first goes on
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_what_it_should_be_is_refused_with_the_command_that_helps() {
    let mut stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    stack.works(&["backup"]);
    stack.end_server().await;
    let database = stack.database();
    let whole = std::fs::read(&database).unwrap();

    // missing: never a new one in its place
    std::fs::remove_file(&database).unwrap();
    let told = stack.fails(&["serve"]);
    assert!(told.contains("it is not there") && told.contains("restore latest"), "{told}");
    assert!(!database.exists());

    // cut off to nothing: as good as missing, where results are that a new one would not know
    std::fs::write(&database, "").unwrap();
    let told = stack.fails(&["serve"]);
    assert!(told.contains("restore latest"), "{told}");
    assert_eq!(std::fs::metadata(&database).unwrap().len(), 0);

    // damaged
    let mut damaged = whole.clone();
    for byte in &mut damaged[4096..8192] {
        *byte = 0x5a;
    }
    std::fs::write(&database, &damaged).unwrap();
    let told = stack.fails(&["serve"]);
    assert!(told.contains("is damaged") && told.contains("restore latest"), "{told}");
    assert_eq!(std::fs::read(&database).unwrap(), damaged, "nothing was repaired");

    // newer
    std::fs::write(&database, &whole).unwrap();
    let insert = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    let done = std::process::Command::new("sqlite3").arg(&database).arg(insert).status().unwrap();
    assert!(done.success());
    let told = stack.fails(&["serve"]);
    assert!(told.contains("m9999_of_tomorrow") && told.contains("newer version"), "{told}");

    // locked by somebody else
    std::fs::write(&database, &whole).unwrap();
    let mut other = std::process::Command::new("sqlite3")
        .arg(&database)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    {
        use std::io::{BufRead, Write};
        let mut stdin = other.stdin.take().unwrap();
        stdin.write_all(b"PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'held';\n").unwrap();
        let mut line = String::new();
        let mut lines = std::io::BufReader::new(other.stdout.as_mut().unwrap());
        while !line.contains("held") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0);
        }
        let told = stack.fails(&["serve"]);
        assert!(told.contains("busy") && told.contains("fuser -v"), "{told}");
        drop(stdin);
    }
    other.wait().unwrap();

    // and the command that was named helps
    std::fs::write(&database, &damaged).unwrap();
    stack.works(&["restore", "latest"]);
    stack.start_server();
    assert_eq!(stack.job(id).await["status"], "Completed");
    // with nothing left of it nobody knows which tokens were revoked meanwhile
    stack.end_server().await;
    std::fs::write(&database, "not even a database").unwrap();
    assert!(stack.works(&["restore", "latest"]).contains("1 API tokens do not work any more"));
    stack.start_server();
    let refused = stack.http.get(stack.url("/api/v1/jobs")).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    stack.http = Stack::client(&stack.add_token("tester", "all"));
    assert_eq!(stack.job(id).await["status"], "Completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_go_forward_and_back_by_command() {
    let mut stack = Stack::start().await;
    assert!(stack.fails(&["migrate"]).contains("in use by another program"));
    stack.end_server().await;
    let newest = stack.works(&["migrate"]).trim().to_owned();
    let before = "m0013_node_version";
    assert_eq!(stack.works(&["migrate", "--to", before]).trim(), before);
    assert!(stack.fails(&["migrate", "--to", "m9999_of_tomorrow"]).contains("there is no change of the tables"));
    assert_eq!(stack.works(&["migrate"]).trim(), newest);
    stack.start_server();
}

#[tokio::test(flavor = "multi_thread")]
async fn optimizing_leaves_a_server_that_runs_alone() {
    let mut stack = Stack::start().await;
    assert!(stack.works(&["optimize"]).contains("not packed: it is in use by another program (server"));
    stack.end_server().await;
    assert!(stack.works(&["optimize"]).contains("packing does not pay"));
    stack.start_server();
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_to_everybody_whether_and_to_admins_how_much() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    let anybody = reqwest::Client::new();
    let (status, health) = stack.health(&anybody).await;
    assert_eq!((status, &health["status"]), (200, &"healthy".into()), "{health}");
    for part in ["database", "nodes", "disk", "memory"] {
        assert_eq!(health[part]["status"], "ok", "{health}");
    }
    assert!(health["database"]["responseTime"].is_u64() && health["timestamp"].is_string(), "{health}");
    assert!(health["alerts"].is_null() && health["disk"]["disks"].is_null(), "{health}");
    let (_, details) = stack.health(&stack.http).await;
    assert_eq!((&details["nodes"]["available"], &details["alerts"]), (&1.into(), &serde_json::json!([])), "{details}");
    assert!(details["disk"]["disks"][0]["free_bytes"].is_u64(), "{details}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_backup_disk_is_said_and_over_when_there_is_room() {
    let stack = Stack::start().await;
    stack.until_contact().await;
    let backups = stack.folder.path().join("backups");
    std::fs::create_dir_all(&backups).unwrap();
    let Some(disk) = Disk::mount(&backups, "size=64m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    disk.fill().unwrap();
    let begin = async || {
        let answer = stack.http.post(stack.url("/rpc/begin_backup")).json(&serde_json::json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    };
    let alerts = async || stack.health(&stack.http).await.1["alerts"].to_string();
    begin().await;
    eventually("a failed backup", async || alerts().await.contains("backup_failed")).await;
    assert!(alerts().await.contains("server_disk backups"));
    let (status, health) = stack.health(&stack.http).await;
    assert_eq!((status, &health["disk"]["status"]), (503, &"error".into()), "{health}");
    let page = stack.http.get(stack.url("/admin/operations")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("バックアップ先に空きがありません"), "{page}");
    // jobs go on meanwhile
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    disk.make_room().unwrap();
    begin().await;
    eventually("over", async || alerts().await == "[]").await;
    assert_eq!(stack.health(&stack.http).await.0, 200);
    let said = || stack.log().matches("alert=\"backup_failed\"").count();
    // the page knows a moment before the log
    eventually("said", async || stack.log().contains("over alert=\"backup_failed\"")).await;
    assert_eq!(said(), 2, "raised once, over once\n{}", stack.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_when_the_clock_says_so_checked_and_taken_away() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    // each minute
    stack.works(&["settings", "set", "backup_schedule", "* * * * *"]);
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(stack.folder.path().join("backups")).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.starts_with("20")).collect()
    };
    eventually("a backup", async || !names().is_empty()).await;
    let name = names()[0].clone();
    let answer = stack.http.get(stack.url(&format!("/backups/{name}"))).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let archive = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes().await.unwrap())).unwrap();
    let files: Vec<String> = archive.file_names().map(|name| name.unwrap().to_string()).collect();
    for file in ["abaqus-jobs.db", "SHA256SUMS", "manifest.json", &format!("results/{id}/quick.dat")] {
        assert!(files.contains(&format!("{name}/{file}")), "{file} is not among {files:?}");
    }
    // who took it away is on record
    let audit = stack.http.get(stack.url("/admin/audit")).send().await.unwrap().text().await.unwrap();
    assert!(audit.contains("バックアップをダウンロード"), "{audit}");
    let none = stack.http.get(stack.url("/backups/20200101_020000")).send().await.unwrap();
    assert_eq!(none.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_what_prometheus_reads_and_count_what_happened() {
    let stack = Stack::start().await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(id, "Completed").await;
    let metrics = async || stack.http.get(stack.url("/metrics")).send().await.unwrap();
    let answer = metrics().await;
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let anybody = reqwest::Client::new().get(stack.url("/metrics")).send().await.unwrap();
    assert_eq!(anybody.status(), 401);
    let is_counted = async || {
        let text = metrics().await.text().await.unwrap();
        text.contains("abaqus_jobs_ended_total{status=\"Completed\"} 1")
            && text.contains("abaqus_transfer_seconds_count{direction=\"from_node\"} 1")
            && text.contains("abaqus_run_seconds_count 1")
    };
    eventually("counted", is_counted).await;
    // of backups there is something to say after the first
    stack.works(&["backup"]);
    let look = stack.http.post(stack.url("/rpc/view_operations")).json(&serde_json::json!({})).send().await.unwrap();
    assert_eq!(look.status(), 200);
    let text = metrics().await.text().await.unwrap();
    for line in [
        "abaqus_jobs_total 1",
        "abaqus_jobs_running 0",
        "abaqus_jobs{status=\"Completed\"} 1",
        "abaqus_license_total 50",
        "abaqus_node_up{node=\"node-01\"} 1",
        "abaqus_node_cores_total{node=\"node-01\"} 8",
    ] {
        assert!(text.lines().any(|said| said == line), "{line} is not in\n{text}");
    }
    // everything that dashboards and rules may name is there, and nothing that they do not know
    let known = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/monitoring/metrics.txt");
    let known = std::fs::read_to_string(known).unwrap();
    let mut said: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    said.sort_unstable();
    said.dedup();
    let known: Vec<&str> = known.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(said, known);
    // the same in the file, whole at each moment
    let file = stack.folder.path().join("metrics/prometheus.txt");
    eventually("a file", async || file.exists()).await;
    assert!(std::fs::read_to_string(file).unwrap().contains("abaqus_license_total 50"));
    // Prometheus' own reader, where there is one
    match std::process::Command::new("promtool").args(["check", "metrics"]).stdin(std::process::Stdio::piped()).spawn()
    {
        Ok(mut promtool) => {
            use std::io::Write;
            promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            let status = promtool.wait().unwrap();
            // 3: only remarks on style
            assert!([Some(0), Some(3)].contains(&status.code()), "{status}");
        }
        Err(_) => eprintln!("SKIPPED: promtool is not here"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_is_wrong_with_the_command_that_mends_it_and_changes_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let stack = Stack::start().await;
    stack.until_contact().await;
    let well = stack.works(&["doctor"]);
    for line in ["ok     database: whole", "ok     in use by: server, process", "node-01", "  ok"] {
        assert!(well.contains(line), "{line} is not in {well}");
    }
    let uploads = stack.folder.path().join("uploads");
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&uploads, 0o777);
    let ill = stack.fails(&["doctor"]);
    assert!(ill.contains(&format!("$ chmod 750 {}", uploads.display())), "{ill}");
    let mode = std::fs::metadata(&uploads).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o777, "it only says so");
    set(&uploads, 0o750);
    let key = stack.sshd.private_key().to_owned();
    set(&key, 0o644);
    let ill = stack.fails(&["doctor"]);
    assert!(ill.contains("chmod 600"), "{ill}");
    set(&key, 0o600);
    let out = stack.command().arg("doctor").env("SESSION_SECRET", "short").output().unwrap();
    assert!(!out.status.success() && said(&out).contains("openssl rand -hex 32"), "{}", said(&out));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_what_it_causes_share_an_id_in_the_log() {
    let mut stack = Stack::start().await;
    let part = reqwest::multipart::Part::bytes(sample("quick.inp").1).file_name("quick.inp");
    let form = reqwest::multipart::Form::new().text("cpus", "2").part("file", part);
    let post = stack.http.post(stack.url("/api/v1/jobs")).header("x-request-id", "cae-macro-17").multipart(form);
    let answer = post.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "cae-macro-17");
    let id = answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    stack.until_status(id, "Completed").await;
    // one that could write into the log is not taken over
    let other = stack.http.get(stack.url("/api/health/live")).header("x-request-id", "two words").send().await.unwrap();
    assert_eq!(other.headers()["x-request-id"].len(), 32);
    stack.end_server().await;
    let log = std::fs::read_to_string(stack.folder.path().join("logs/combined.log")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_it: Vec<&Value> = lines.iter().filter(|line| line["span"]["id"] == "cae-macro-17").collect();
    for status in ["Starting", "Running", "Collecting", "Completed"] {
        assert!(of_it.iter().any(|line| line["to"] == status), "no {status} among {of_it:?}");
    }
    assert!(lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()));
    let errors = std::fs::read_to_string(stack.folder.path().join("logs/error.log")).unwrap_or_default();
    assert!(errors.lines().all(|line| line.contains("\"level\":\"ERROR\"")), "{errors}");
    let secret = stack.authorization().replace("Authorization: Bearer ", "");
    assert!(!log.contains(&secret), "a token is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_log_disk_stops_nothing_and_logging_goes_on_when_there_is_room() {
    let mut stack = Stack::start().await;
    stack.end_server().await;
    let logs = stack.folder.path().join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    let Some(disk) = Disk::mount(&logs, "size=1m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    disk.fill().unwrap();
    stack.start_server();
    let first = stack.submit(&[("first.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(first, "Completed").await;
    let (_, health) = stack.health(&stack.http).await;
    assert!(health["alerts"].to_string().contains("server_disk logs"), "{health}");
    disk.make_room().unwrap();
    let second = stack.submit(&[("second.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(second, "Completed").await;
    let log = logs.join("combined.log");
    let is_logged = async || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        text.contains("\"name\":\"second\"") && text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok())
    };
    eventually("logged again", is_logged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_on_its_way_at_the_backup_is_not_started_again() {
    let mut stack = Stack::start().await;
    let Some(disk) = Disk::mount(&stack.sshd.work_dir(), "size=192m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    let first = stack.submit(&[("first.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(first, "Completed").await;
    disk.fill().unwrap();
    let late = stack.submit(&[("late.inp".to_owned(), sample("quick.inp").1)]).await;
    let waits = |job: &Value| job["status"] == "Starting" && !job["message"].is_null();
    stack.until(late, "waiting for room", waits).await;
    stack.works(&["backup"]);
    disk.make_room().unwrap();
    stack.until_status(late, "Completed").await;
    let result = stack.results(late).join("late.dat");
    let bytes = std::fs::read(&result).unwrap();
    stack.end_server().await;
    let restored = stack.works(&["restore", "latest"]);
    assert!(restored.contains("Were starting, look at them first: 2"), "{restored}");
    stack.start_server();
    let is_over = |job: &Value| ["Missing", "Completed"].contains(&job["status"].as_str().unwrap());
    stack.until(late, "over", is_over).await;
    assert_eq!(stack.launches(), 2, "each once");
    assert_eq!(std::fs::read(&result).unwrap(), bytes, "what it brought back is there");
}
