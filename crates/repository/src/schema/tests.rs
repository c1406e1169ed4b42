#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::fresh::{Fresh, is_postgres};
use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

/// Set for the child of the test below: its database, and where it dies: `statement 7`, `operation 1200`.
const CHILD: (&str, &str) = ("SCHEMA_TEST_DATABASE", "SCHEMA_TEST_DIES_AT");

async fn connect(url: &str, dies_at_operation: Option<i64>) -> DatabaseConnection {
    let trace = "trace".parse().unwrap();
    if url.starts_with("postgres") {
        let options: PgConnectOptions = url.parse().unwrap();
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options.log_statements(trace)).await;
        return pool.unwrap().into();
    }
    let options: SqliteConnectOptions = url.parse().unwrap();
    let options = options.journal_mode(SqliteJournalMode::Wal).foreign_keys(true).log_statements(trace);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    if let Some(left) = dies_at_operation {
        let mut connection = pool.acquire().await.unwrap();
        let mut left = left;
        connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
            left -= 1;
            if left == 0 {
                std::process::abort();
            }
            true
        });
    }
    pool.into()
}

/// Hears of each statement that sqlx has carried out, and ends the process after some.
struct Dying(AtomicI64);

impl tracing::Subscriber for Dying {
    fn enabled(&self, of: &tracing::Metadata<'_>) -> bool {
        of.target().starts_with("sqlx")
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().target() == "sqlx::query" && self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// Not a test of its own: what the next one starts in another process.
#[test]
#[ignore = "runs as the child of a_change_of_the_tables_that_is_killed_anywhere_leaves_the_old_or_the_new_ones"]
fn changes_the_tables_until_it_dies() {
    let url = std::env::var(CHILD.0).unwrap();
    let dies = std::env::var(CHILD.1).unwrap();
    let (unit, at) = dies.split_once(' ').unwrap();
    let at: i64 = at.parse().unwrap();
    if unit == "statement" {
        tracing::subscriber::set_global_default(Dying(AtomicI64::new(at))).unwrap();
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = connect(&url, (unit == "operation").then_some(at)).await;
        bring_up(&db, &Fence::default()).await.unwrap();
        db.close().await.unwrap();
    });
}

/// The first version's tables with a job, a node and a person in them.
async fn first_version() -> Fresh {
    let fresh = Fresh::new().await;
    // makes its folder
    fresh.raw().await.close().await;
    let db = connect(&fresh.url(), None).await;
    Migrator::up(&db, Some(1)).await.unwrap();
    for sql in [
        "INSERT INTO users (id, name, role) VALUES ('sato', '佐藤', 'student')",
        "INSERT INTO nodes (id, hostname, ssh_host, ssh_user, total_cpu_cores, max_license_tokens) \
         VALUES ('node-01', 'node-01', 'node-01.local', 'abaqus', 8, 50)",
        "INSERT INTO jobs (name, user_id, node_id, cpu_count, license_tokens, inp_file_path) \
         VALUES ('beam', 'sato', 'auto', 2, 6, 'x')",
    ] {
        db.execute_unprepared(sql).await.unwrap();
    }
    db.close().await.unwrap();
    fresh
}

/// Dies there; `false`: it came through.
fn dies(at_database: &Fresh, at: &str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "schema::tests::changes_the_tables_until_it_dies", "--ignored"]);
    child.env(CHILD.0, at_database.url()).env(CHILD.1, at).stdout(Stdio::null()).stderr(Stdio::null());
    !child.status().unwrap().success()
}

/// What stands in a database whose change of the tables was cut off: all of the old, or all of the new.
async fn is_old_or_new(fresh: &Fresh, at: &str) -> bool {
    let schema = examine(fresh.address(), Use::Live).await.unwrap_or_else(|error| panic!("{at}: {error}"));
    let all = Migrator::migrations().len();
    assert!([0, all - 1].contains(&schema.pending), "{at}: {schema:?}");
    let jobs = jobs_in(fresh.address(), Use::Live).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].name.as_str(), jobs[0].status.as_str()), (1, "beam", "Waiting"), "{at}");
    schema.pending > 0
}

#[tokio::test]
async fn a_change_of_the_tables_that_is_killed_anywhere_leaves_the_old_or_the_new_ones() {
    let (mut statements, mut old) = (0, 0);
    // a server makes a database anew in a second: not after each, but evenly
    let each = if is_postgres("") { 7 } else { 1 };
    loop {
        let fresh = first_version().await;
        let at = format!("statement {}", statements + each);
        if !dies(&fresh, &at) {
            break;
        }
        statements += each;
        old += u32::from(is_old_or_new(&fresh, &at).await);
        // and it is done by whoever comes next
        let db = connect(&fresh.url(), None).await;
        bring_up(&db, &Fence::default()).await.unwrap();
        db.close().await.unwrap();
        assert!(!is_old_or_new(&fresh, &at).await, "{at}");
    }
    println!("killed after each of {statements} statements (every {each}.): {old} times the old tables, else the new");
    assert!(statements > 50 && old * each > 50, "{statements} {old}");
    if is_postgres("what it does within a statement is its own") {
        return;
    }
    // in the middle of statements
    let mut within = 0;
    let mut operation = 1;
    loop {
        let fresh = first_version().await;
        let at = format!("operation {operation}");
        if !dies(&fresh, &at) {
            break;
        }
        within += 1;
        is_old_or_new(&fresh, &at).await;
        operation += 1 + operation / 12;
    }
    println!("and at {within} places within them, up to operation {operation}");
    assert!(within > 20, "{within}");
}

#[tokio::test]
async fn the_version_before_finds_its_own_tables_again() {
    let fresh = first_version().await;
    let before = examine(fresh.address(), Use::Live).await.unwrap();
    let db = connect(&fresh.url(), None).await;
    bring_up(&db, &Fence::default()).await.unwrap();
    db.close().await.unwrap();
    let claim = Claim::take(fresh.address(), "migrate").await.unwrap();
    assert!(matches!(
        go_back(&claim, fresh.address(), "m9999_of_tomorrow").await,
        Err(RepositoryError::NotFound { .. })
    ));
    go_back(&claim, fresh.address(), &before.version).await.unwrap();
    assert_eq!(examine(fresh.address(), Use::Live).await.unwrap(), before);
    assert!(is_old_or_new(&fresh, "gone back").await);
}
