//! Clocks that are wrong: the server's is set by a day while it works, a node's goes a day off from the start.

use crate::node::Gate;
use crate::operations::eventually;
use crate::stack::{Stack, sample};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use testbed::Sshd;

/// libfaketime, for programs with threads.
fn library() -> Option<PathBuf> {
    let places = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
    let place = |name| Path::new("/usr/lib").join(name).join("faketime/libfaketimeMT.so.1");
    let found = places.into_iter().map(place).find(|path| path.exists());
    if found.is_none() {
        eprintln!("SKIPPED: libfaketime is not installed");
    }
    found
}

/// A clock that a file sets, for a program and all it starts. Timers go on as they would: they count, they are not set.
struct Clock {
    folder: tempfile::TempDir,
    library: String,
}

impl Clock {
    fn new(offset: &str) -> Option<Clock> {
        let clock = Clock { folder: tempfile::tempdir().unwrap(), library: library()?.display().to_string() };
        clock.set(offset);
        Some(clock)
    }

    fn file(&self) -> String {
        self.folder.path().join("offset").display().to_string()
    }

    fn set(&self, offset: &str) {
        // whole or not at all: it is read with each question
        let beside = self.folder.path().join("beside");
        std::fs::write(&beside, offset).unwrap();
        std::fs::rename(beside, self.file()).unwrap();
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }
}

impl Stack {
    /// Nothing of a job went backwards, and nobody thinks it took long.
    async fn has_sound_times(&self, id: i64) {
        let job = self.job(id).await;
        let at = |field: &str| job[field].as_i64().unwrap_or_else(|| panic!("{field} of {job}"));
        let (submitted, started, ended) = (at("created_at"), at("started_at"), at("ended_at"));
        assert!(submitted <= started && started <= ended, "{job}");
        let usage = self.http.get(self.url("/usage.csv")).send().await.unwrap().text().await.unwrap();
        assert!(!usage.contains(",-"), "{usage}");
    }

    fn nothing_went_wrong(&self) {
        let log = self.log();
        assert!(!log.contains(" ERROR ") && !log.contains("no contact"), "{log}");
        assert_eq!(self.errors(), "", "the server's own words");
    }
}

/// A clock that leaps by `offset` while one job runs and others wait: all end as they would, in their order.
async fn leaps(offset: &str) {
    let Some(clock) = Clock::new("+0d") else { return };
    let variables = clock.variables();
    let env: Vec<(&'static str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let gate = Gate::closed();
    let stack = Stack::start_node(&[("--calculix", &gate.ccx()), ("--cores", "2")], &env).await;
    let running = stack.submit(&[("a.inp".to_owned(), sample("quick.inp").1)]).await;
    stack.until_status(running, "Running").await;
    let before = stack.submit(&[("b.inp".to_owned(), sample("quick.inp").1)]).await;
    clock.set(offset);
    let after = stack.submit(&[("c.inp".to_owned(), sample("quick.inp").1)]).await;
    let apart = stack.job(after).await["created_at"].as_i64().unwrap()
        - stack.job(before).await["created_at"].as_i64().unwrap();
    assert!(apart.abs() >= 86_000, "the clock did not leap: {apart}");
    // somebody signed in looks on: a session is not over because of it
    let list: Value = stack.http.get(stack.url("/api/v1/jobs")).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["jobs"].as_array().map(Vec::len), Some(3), "{list}");
    assert_eq!(stack.job(running).await["status"], "Running");
    gate.open();
    for id in [running, before, after] {
        stack.until_status(id, "Completed").await;
        stack.has_sound_times(id).await;
    }
    let started: Vec<String> = stack.journal().into_iter().map(|(token, _)| token).collect();
    assert_eq!(started.len(), 3, "{started:?}");
    // as the log has it, which goes by what happened and not by any clock
    let of = |line: &str| [running, before, after].into_iter().find(|id| line.contains(&format!("job={id} ")));
    let order =
        || -> Vec<i64> { stack.log().lines().filter(|line| line.contains("to=Running")).filter_map(of).collect() };
    eventually("all starts in the log", async || order().len() == 3).await;
    assert_eq!(order(), [running, before, after], "{}", stack.log());
    stack.nothing_went_wrong();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_clock_leaps_a_day_ahead_goes_on() {
    leaps("+1d").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_clock_is_set_back_by_a_day_goes_on() {
    leaps("-1d").await;
}

/// A node whose clock is off: its runs are right, and admins are told.
async fn is_off(offset: &str, ahead: i64, way: &str) {
    let Some(clock) = Clock::new(offset) else { return };
    let home = tempfile::tempdir().unwrap();
    let variables = clock.variables().map(|(name, value)| format!("{name}={value}")).join(" ");
    let sshd = Sshd::start_with(&[&format!("SetEnv HOME={} {variables}", home.path().display())]).unwrap();
    let stack = Stack::start_on(sshd, &[("--calculix", "/usr/bin/ccx"), ("--cores", "2")], &[]).await;
    let deck = |name: &str| (format!("{name}.inp"), sample("quick.inp").1);
    for name in ["a", "b"] {
        let id = stack.submit(&[deck(name)]).await;
        stack.until_status(id, "Completed").await;
        stack.has_sound_times(id).await;
        let job = stack.job(id).await;
        let span = job["ended_at"].as_i64().unwrap() - job["created_at"].as_i64().unwrap();
        assert!(span < 600, "{job}");
    }
    assert_eq!(stack.launches(), 2);
    let asked = stack.http.post(stack.url("/rpc/view_operations")).json(&json!({})).send().await.unwrap();
    let view: Value = asked.json().await.unwrap();
    let is_clock = |raised: &&Value| raised["alert"]["what"] == "node_clock";
    let alert = view["alerts"].as_array().unwrap().iter().find(is_clock).unwrap_or_else(|| panic!("{view}"));
    let alert = &alert["alert"];
    assert_eq!(alert["node"], "node-01", "{view}");
    let off = alert["ahead"].as_i64().unwrap();
    assert!((off - ahead).abs() <= 5, "{off}");
    let page = stack.http.get(stack.url("/admin/operations")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("node-01 の時計が") && page.contains(way), "{page}");
    let metrics = stack.http.get(stack.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains(&format!("abaqus_node_clock_ahead_seconds{{node=\"node-01\"}} {off}")), "{metrics}");
    stack.nothing_went_wrong();
    // put right
    clock.set("+0d");
    let id = stack.submit(&[deck("c")]).await;
    stack.until_status(id, "Completed").await;
    eventually("over", async || {
        let asked = stack.http.post(stack.url("/rpc/view_operations")).json(&json!({})).send().await.unwrap();
        !asked.json::<Value>().await.unwrap()["alerts"].to_string().contains("node_clock")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_a_day_ahead_runs_jobs_and_is_spoken_of() {
    is_off("+1d", 86_400, "進んでいます").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_a_day_behind_runs_jobs_and_is_spoken_of() {
    is_off("-1d", -86_400, "遅れています").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_leapt_and_came_back_holds_up_the_clean_up_for_a_week_only() {
    let Some(clock) = Clock::new("+0d") else { return };
    let variables = clock.variables();
    let env: Vec<(&'static str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let stack = Stack::start_with("/usr/bin/ccx", &env).await;
    let noticed = || -> i64 {
        let sql = "SELECT coalesce(max(noticed_at), 0) FROM system_config";
        let database = stack.folder.path().join("data/jobs.db");
        let out = std::process::Command::new("sqlite3").args(["-cmd", ".timeout 5000"]).arg(database).arg(sql).output();
        String::from_utf8(out.unwrap().stdout).unwrap().trim().parse().unwrap()
    };
    let now = chrono::Utc::now().timestamp();
    clock.set("+30d");
    eventually("noticed", async || noticed() >= now + 29 * 86_400).await;
    clock.set("+0d");
    eventually("back", async || (now..now + 600).contains(&noticed())).await;
}
