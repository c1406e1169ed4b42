//! The tables against the specification's own words.

use crate::lab::*;
use domain::RunToken;
use migration::{Migrator, MigratorTrait};
use repository::{JobQuery, Repository, RepositoryConfig};
use sea_orm::sqlx::{self, Connection, Row, SqliteConnection};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

/// `operations-deployment.ja.md`, database management, section 1.
const SPECIFICATION: &str = "
CREATE TABLE IF NOT EXISTS jobs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL UNIQUE,
    status          TEXT NOT NULL DEFAULT 'Waiting',
    user_id         TEXT NOT NULL,
    node_id         TEXT NOT NULL,
    cpu_count       INTEGER NOT NULL CHECK (cpu_count IN (2, 4, 8)),
    license_tokens  INTEGER NOT NULL,
    message         TEXT,
    inp_file_path   TEXT NOT NULL,
    execution_path  TEXT,
    result_path     TEXT,
    created_at      INTEGER DEFAULT (strftime('%s', 'now')),
    updated_at      INTEGER DEFAULT (strftime('%s', 'now')),
    priority        INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS nodes (
    id                  TEXT PRIMARY KEY,
    hostname            TEXT NOT NULL,
    ssh_host            TEXT NOT NULL,
    ssh_port            INTEGER DEFAULT 22,
    ssh_user            TEXT NOT NULL,
    status              TEXT DEFAULT 'Available',
    total_cpu_cores     INTEGER NOT NULL,
    max_license_tokens  INTEGER NOT NULL,
    created_at          INTEGER DEFAULT (strftime('%s', 'now'))
);
CREATE TABLE IF NOT EXISTS users (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    role            TEXT DEFAULT 'student',
    created_at      INTEGER DEFAULT (strftime('%s', 'now'))
);
CREATE TABLE IF NOT EXISTS system_config (
    key             TEXT PRIMARY KEY,
    value           TEXT NOT NULL,
    description     TEXT,
    updated_at      INTEGER DEFAULT (strftime('%s', 'now'))
);
INSERT OR REPLACE INTO system_config (key, value, description) VALUES
('total_license_tokens', '50', 'システム全体で利用可能なAbaqusライセンストークン数');
CREATE INDEX IF NOT EXISTS idx_jobs_status ON jobs(status);
CREATE INDEX IF NOT EXISTS idx_jobs_node_id ON jobs(node_id);
CREATE INDEX IF NOT EXISTS idx_jobs_created_at ON jobs(created_at);
";

const TABLES: [&str; 4] = ["jobs", "nodes", "users", "system_config"];

/// Every cell of each row as text, in the order of the columns.
async fn rows(db: &mut SqliteConnection, sql: String, cells: usize) -> Vec<Vec<Option<String>>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(db).await.unwrap();
    rows.iter().map(|row| (0..cells).map(|at| row.get(at)).collect()).collect()
}

async fn columns(db: &mut SqliteConnection, table: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!(
        "SELECT name, type, CAST(\"notnull\" AS TEXT), dflt_value, CAST(pk AS TEXT) FROM pragma_table_info('{table}')"
    );
    rows(db, sql, 5).await
}

async fn indices(db: &mut SqliteConnection, table: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!(
        "SELECT l.name, CAST(l.\"unique\" AS TEXT), l.origin, i.name FROM pragma_index_list('{table}') l, \
         pragma_index_info(l.name) i ORDER BY 1, 4"
    );
    rows(db, sql, 4).await
}

async fn specification() -> SqliteConnection {
    let mut db = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(SPECIFICATION).execute(&mut db).await.unwrap();
    db
}

async fn empty(folder: &tempfile::TempDir) -> (DatabaseConnection, SqliteConnection) {
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("jobs.db").display());
    (Database::connect(&url).await.unwrap(), SqliteConnection::connect(&url).await.unwrap())
}

#[tokio::test]
async fn the_first_change_makes_the_four_tables_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let (db, mut made) = empty(&folder).await;
    Migrator::up(&db, Some(1)).await.unwrap();
    let mut wanted = specification().await;
    for table in TABLES {
        assert_eq!(columns(&mut made, table).await, columns(&mut wanted, table).await, "{table}");
        assert_eq!(indices(&mut made, table).await, indices(&mut wanted, table).await, "{table}");
    }
    let first = "SELECT key, value, description FROM system_config".to_owned();
    assert_eq!(rows(&mut made, first.clone(), 3).await, rows(&mut wanted, first, 3).await);
}

#[tokio::test]
async fn later_changes_only_add() {
    let lab = Lab::new().await;
    let mut made = lab.raw().await;
    let mut wanted = specification().await;
    for table in TABLES {
        let (made_columns, wanted_columns) = (columns(&mut made, table).await, columns(&mut wanted, table).await);
        assert_eq!(made_columns[..wanted_columns.len()], wanted_columns, "{table}");
        let made_indices = indices(&mut made, table).await;
        for index in indices(&mut wanted, table).await {
            assert!(made_indices.contains(&index), "{index:?}");
        }
    }
    let description = "SELECT description FROM system_config WHERE key = 'total_license_tokens'".to_owned();
    assert_eq!(rows(&mut made, description.clone(), 1).await, rows(&mut wanted, description, 1).await);
}

#[tokio::test]
async fn the_tables_themselves_refuse_what_the_specification_forbids() {
    let lab = Lab::new().await;
    let mut db = lab.raw().await;
    let insert = |name: &str, cpus: u32| {
        sqlx::AssertSqlSafe(format!(
            "INSERT INTO jobs (name, user_id, node_id, cpu_count, license_tokens, inp_file_path) \
             VALUES ('{name}', 'sato', 'auto', {cpus}, 6, 'x')"
        ))
    };
    for cpus in [0, 1, 3, 6, 16] {
        let error = sqlx::query(insert("refused", cpus)).execute(&mut db).await.unwrap_err();
        assert!(error.into_database_error().unwrap().is_check_violation());
    }
    sqlx::query(insert("beam", 8)).execute(&mut db).await.unwrap();
    let twice = sqlx::query(insert("beam", 2)).execute(&mut db).await.unwrap_err();
    assert!(twice.into_database_error().unwrap().is_unique_violation());
    // a job written by hand, with the defaults alone, is a job the program can read
    let jobs = lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().jobs;
    let [job] = &jobs[..] else { panic!("{jobs:?}") };
    assert_eq!((job.status, job.version), (domain::JobStatus::Waiting, 1));
    // a number is never given twice
    sqlx::query("DELETE FROM jobs").execute(&mut db).await.unwrap();
    sqlx::query(insert("beam", 2)).execute(&mut db).await.unwrap();
    let ids = rows(&mut db, "SELECT CAST(id AS TEXT) FROM jobs".to_owned(), 1).await;
    assert_ne!(ids, [[Some(job.id.to_string())]]);
}

#[tokio::test]
async fn every_change_can_be_undone_and_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let (db, mut made) = empty(&folder).await;
    let shape = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
    let mut shapes = vec![rows(&mut made, shape.to_owned(), 3).await];
    let steps = Migrator::migrations().len();
    for _ in 0..steps {
        Migrator::up(&db, Some(1)).await.unwrap();
        shapes.push(rows(&mut made, shape.to_owned(), 3).await);
    }
    for at in (1..steps).rev() {
        Migrator::down(&db, Some(1)).await.unwrap();
        assert_eq!(rows(&mut made, shape.to_owned(), 3).await, shapes[at], "after undoing change {}", at + 1);
    }
    Migrator::down(&db, Some(1)).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(rows(&mut made, shape.to_owned(), 3).await, shapes[steps]);
    db.execute_unprepared("PRAGMA integrity_check").await.unwrap();
}

/// Before it was written down which folders stay on their node on purpose, they simply were not removed.
#[tokio::test]
async fn no_folder_of_an_older_run_is_removed_by_an_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let db = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    Migrator::up(&db, Some(7)).await.unwrap();
    for (id, name, status) in [(1, "kept", "Failed"), (2, "going_on", "Running")] {
        let job = format!(
            "INSERT INTO jobs (id, name, user_id, node_id, cpu_count, license_tokens, inp_file_path, status, run_token) \
             VALUES ({id}, '{name}', 'sato', 'node-01', 2, 6, 'x', '{status}', '{}')",
            token_text(id)
        );
        db.execute_unprepared(&job).await.unwrap();
        let run = format!(
            "INSERT INTO runs (token, job_id, node_id, attempt, stage) VALUES ('{}', {id}, 'node-01', 1, 'ended')",
            token_text(id)
        );
        db.execute_unprepared(&run).await.unwrap();
    }
    // an abandoned run of a job that goes on
    let earlier = format!(
        "INSERT INTO runs (token, job_id, node_id, attempt, stage) VALUES ('{}', 2, 'node-01', 1, 'claimed')",
        token_text(3)
    );
    db.execute_unprepared(&earlier).await.unwrap();
    db.close().await.unwrap();
    let repo = Repository::open(&RepositoryConfig { path, first_values: Vec::new() }).await.unwrap();
    let over = repo.folders_to_remove(&node_id("node-01"), None, 9).await.unwrap();
    assert_eq!(over, [RunToken::parse(&token_text(3)).unwrap()]);
    assert_eq!(repo.folders_to_remove(&node_id("node-01"), Some(&over[0]), 9).await.unwrap(), []);
}

/// Versions are counted from what the log already knows, so that nobody's earlier change looks like the first value.
#[tokio::test]
async fn who_changed_a_setting_last_is_known_after_an_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let db = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    Migrator::up(&db, Some(10)).await.unwrap();
    for (who, subject) in [
        ("sato", "setting total_license_tokens"),
        ("root", "setting total_license_tokens"),
        ("sato", "setting total_license_tokens_of_old"),
    ] {
        let sql = format!(
            "INSERT INTO audit_log (at, actor, action, subject) VALUES (1, '{who}', 'change_setting', '{subject}')"
        );
        db.execute_unprepared(&sql).await.unwrap();
    }
    db.close().await.unwrap();
    let repo = Repository::open(&RepositoryConfig { path, first_values: Vec::new() }).await.unwrap();
    let saved = repo.saved_settings().await.unwrap();
    let of = |key: &str| {
        let one = saved.iter().find(|saved| saved.key == key).unwrap();
        (one.version, one.changed.as_ref().map(|changed| changed.by.as_str()))
    };
    assert_eq!(of("total_license_tokens"), (2, Some("root")));
    assert_eq!(of("poll_interval_seconds"), (0, None));
}

/// A job that an earlier version took, with a name that no solver takes.
#[tokio::test]
async fn a_longer_name_of_an_older_job_stops_nobody() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "x.inp").await;
    let job = lab.repo.submit(&submission("beam", &deck), &student()).await.unwrap();
    let long = "鋼".repeat(60);
    let rename = sqlx::AssertSqlSafe(format!("UPDATE jobs SET name = '{long}'"));
    sqlx::query(rename).execute(&mut lab.raw().await).await.unwrap();
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().jobs[0].name.as_str(), long);
    assert_eq!(lab.repo.active_job(job.id).await.unwrap().name.as_str(), long);
    assert_eq!(lab.repo.snapshot(domain::Timestamp(0)).await.unwrap().waiting[0].name.as_str(), long);
}

fn token_text(number: u32) -> String {
    format!("01890000-0000-7000-8000-{number:012}")
}

#[tokio::test]
async fn who_was_seen_before_an_upgrade_was_seen_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let db = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    Migrator::up(&db, Some(13)).await.unwrap();
    for sql in [
        "INSERT INTO users (id, name, role) VALUES ('browser', 'A', 'student'), ('both', 'B', 'student'), \
         ('script', 'C', 'student'), ('unseen', 'D', 'student')",
        "INSERT INTO sessions (id, user_id, created_at, seen_at, address, agent) VALUES \
         ('1', 'browser', 1, 100, '', ''), ('2', 'browser', 1, 300, '', ''), ('3', 'both', 1, 100, '', '')",
        "INSERT INTO api_tokens (user_id, name, fingerprint, scope, created_at, used_at) VALUES \
         ('browser', 'x', 'a', 'all', 1, 200), ('both', 'x', 'b', 'all', 1, 200), ('script', 'x', 'c', 'all', 1, 50), \
         ('unseen', 'x', 'd', 'all', 1, NULL)",
    ] {
        db.execute_unprepared(sql).await.unwrap();
    }
    db.close().await.unwrap();
    let repo = Repository::open(&RepositoryConfig { path, first_values: Vec::new() }).await.unwrap();
    let people = repo.people().await.unwrap();
    let seen = |id: &str| {
        let person = people.iter().find(|person| person.account.user.id.as_str() == id).unwrap();
        person.seen_at.map(|at| at.0)
    };
    let found = ["browser", "both", "script", "unseen"].map(seen);
    assert_eq!(found, [Some(300), Some(200), Some(50), None]);
}
