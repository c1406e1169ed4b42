//! Old things go by the clock and by command, through the real program.

use crate::stack::{Stack, sample};
use std::process::Command;
use std::time::{Duration, Instant};

impl Stack {
    /// Beside the program, as time would have done it.
    pub fn sql(&self, statement: &str) {
        let database = self.folder.path().join("data/jobs.db");
        let done =
            Command::new("sqlite3").args(["-cmd", ".timeout 5000"]).arg(database).arg(statement).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn cleanup(&self, words: &[&str]) -> String {
        let done = self.command().arg("cleanup").args(words).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    async fn status_of(&self, path: &str) -> u16 {
        self.http.get(self.url(path)).send().await.unwrap().status().as_u16()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_things_go_by_the_clock_and_by_command_and_their_usage_stays() {
    let mut stack = Stack::start().await;
    let mut jobs = Vec::new();
    for name in ["first.inp", "second.inp", "fresh.inp"] {
        let id = stack.submit(&[(name.to_owned(), sample("quick.inp").1)]).await;
        stack.until_status(id, "Completed").await;
        jobs.push(id);
    }
    let [first, second, fresh] = jobs.try_into().unwrap();
    let usage =
        async |stack: &Stack| stack.http.get(stack.url("/usage.csv")).send().await.unwrap().text().await.unwrap();
    stack.sql(&format!(
        "UPDATE jobs SET ended_at = ended_at - 93 * 86400, updated_at = updated_at - 93 * 86400 WHERE id = {first}"
    ));
    let before = usage(&stack).await;
    assert!(before.starts_with("day,user,node,jobs,run_seconds,core_seconds,token_seconds\n"), "{before}");
    assert_eq!(before.lines().count(), 3, "{before}");

    stack.sql("UPDATE system_config SET updated_at = updated_at - 12 * 86400 WHERE key LIKE 'cleanup_%'");

    // by command, beside the server; the first time it only says so
    let said = stack.cleanup(&["--dry-run"]);
    assert!(said.contains(&format!("job {first} first (")) && said.contains("nothing was removed"), "{said}");
    assert_eq!(stack.status_of(&format!("/api/v1/jobs/{first}")).await, 200);
    let said = stack.cleanup(&[]);
    assert!(said.contains("1 completed jobs"), "{said}");
    assert_eq!(stack.status_of(&format!("/api/v1/jobs/{first}")).await, 404);
    assert!(!stack.results(first).exists());
    assert_eq!(usage(&stack).await, before, "what it used stays");

    // by the clock: also where the machine slept at four in the morning
    stack.sql(&format!(
        "UPDATE jobs SET ended_at = ended_at - 93 * 86400, updated_at = updated_at - 93 * 86400 WHERE id = {second}"
    ));
    stack.end_server().await;
    // but not where the clock may have leapt: all that is on record is of long ago
    for (table, column) in [("jobs", "updated_at"), ("nodes", "last_contact"), ("audit_log", "at")] {
        stack.sql(&format!("UPDATE {table} SET {column} = {column} - 11 * 86400"));
    }
    stack.start_server();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !(stack.said() + &stack.log()).contains("the clock leapt") {
        assert!(Instant::now() < deadline, "{}", stack.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stack.end_server().await;
    assert!(stack.results(second).exists());
    // a week later
    stack.sql("UPDATE system_config SET noticed_at = noticed_at - 8 * 86400 WHERE key LIKE 'cleanup_%'");
    stack.start_server();
    let deadline = Instant::now() + Duration::from_secs(60);
    while stack.results(second).exists() {
        assert!(Instant::now() < deadline, "{}", stack.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stack.status_of(&format!("/api/v1/jobs/{second}")).await, 404);
    assert_eq!(stack.status_of(&format!("/api/v1/jobs/{fresh}")).await, 200);
    assert!(stack.results(fresh).join("fresh.dat").exists());
}
