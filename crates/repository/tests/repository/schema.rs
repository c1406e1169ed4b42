//! The tables against the specification's own words.

use crate::fresh::{Fresh, Raw, is_postgres};
use crate::lab::*;
use domain::RunToken;
use migration::{Migrator, MigratorTrait};
use repository::{JobQuery, RepositoryError};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, SqlErr, Statement};

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
async fn rows(db: &Raw, sql: String, cells: usize) -> Vec<Vec<Option<String>>> {
    let rows = db.0.query_all_raw(Statement::from_string(db.0.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| (0..cells).map(|at| row.try_get_by_index(at).unwrap()).collect()).collect()
}

async fn columns(db: &Raw, table: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!(
        "SELECT name, type, CAST(\"notnull\" AS TEXT), dflt_value, CAST(pk AS TEXT) FROM pragma_table_info('{table}')"
    );
    rows(db, sql, 5).await
}

async fn indices(db: &Raw, table: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!(
        "SELECT l.name, CAST(l.\"unique\" AS TEXT), l.origin, i.name FROM pragma_index_list('{table}') l, \
         pragma_index_info(l.name) i ORDER BY 1, 4"
    );
    rows(db, sql, 4).await
}

async fn specification() -> Raw {
    let mut memory = ConnectOptions::new("sqlite::memory:");
    memory.max_connections(1);
    let db = Raw(Database::connect(memory).await.unwrap());
    db.execute(SPECIFICATION).await;
    db
}

/// Names, kinds and what may be empty, of a table in PostgreSQL, in SQLite's words.
async fn columns_at_server(db: &Raw, table: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!(
        "SELECT column_name::text, CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' ELSE data_type END, \
         is_nullable::text FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
    );
    rows(db, sql, 3).await
}

async fn same_columns(made: &Raw, wanted: &Raw, table: &str) {
    // a key is never empty, which SQLite does not say
    let wanted: Vec<Vec<Option<String>>> = columns(wanted, table)
        .await
        .into_iter()
        .map(|column| {
            let may_be_empty = column[2].as_deref() == Some("0") && column[4].as_deref() == Some("0");
            let is = if may_be_empty { "YES" } else { "NO" };
            vec![column[0].clone(), column[1].clone(), Some(is.to_owned())]
        })
        .collect();
    let made = columns_at_server(made, table).await;
    assert_eq!(made[..wanted.len()], wanted, "{table}");
}

#[tokio::test]
async fn the_first_change_makes_the_four_tables_exactly() {
    let fresh = Fresh::new().await;
    let made = fresh.raw().await;
    Migrator::up(&made.0, Some(1)).await.unwrap();
    let wanted = specification().await;
    for table in TABLES {
        if is_postgres("") {
            same_columns(&made, &wanted, table).await;
            continue;
        }
        assert_eq!(columns(&made, table).await, columns(&wanted, table).await, "{table}");
        assert_eq!(indices(&made, table).await, indices(&wanted, table).await, "{table}");
    }
    let first = "SELECT key, value, description FROM system_config".to_owned();
    assert_eq!(rows(&made, first.clone(), 3).await, rows(&wanted, first, 3).await);
}

#[tokio::test]
async fn later_changes_only_add() {
    let lab = Lab::new().await;
    let made = lab.raw().await;
    let wanted = specification().await;
    for table in TABLES {
        if is_postgres("") {
            same_columns(&made, &wanted, table).await;
            continue;
        }
        let (made_columns, wanted_columns) = (columns(&made, table).await, columns(&wanted, table).await);
        assert_eq!(made_columns[..wanted_columns.len()], wanted_columns, "{table}");
        let made_indices = indices(&made, table).await;
        for index in indices(&wanted, table).await {
            assert!(made_indices.contains(&index), "{index:?}");
        }
    }
    let description = "SELECT description FROM system_config WHERE key = 'total_license_tokens'".to_owned();
    assert_eq!(rows(&made, description.clone(), 1).await, rows(&wanted, description, 1).await);
}

#[tokio::test]
async fn the_tables_themselves_refuse_what_the_specification_forbids() {
    let lab = Lab::new().await;
    let db = lab.raw().await;
    let insert = |name: &str, cpus: u32| {
        format!(
            "INSERT INTO jobs (name, user_id, node_id, cpu_count, license_tokens, inp_file_path) \
             VALUES ('{name}', 'sato', 'auto', {cpus}, 6, 'x')"
        )
    };
    let refused = async |sql: String| RepositoryError::from(db.0.execute_unprepared(&sql).await.unwrap_err());
    for cpus in [0, 1, 3, 6, 16] {
        let error = refused(insert("refused", cpus)).await;
        assert!(matches!(&error, RepositoryError::Invalid { field: "cpus", .. }), "{error:?}");
    }
    db.execute(&insert("beam", 8)).await;
    let twice = db.0.execute_unprepared(&insert("beam", 2)).await.unwrap_err().sql_err();
    assert!(matches!(twice, Some(SqlErr::UniqueConstraintViolation(_))), "{twice:?}");
    // a job written by hand, with the defaults alone, is a job the program can read
    let jobs = lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().jobs;
    let [job] = &jobs[..] else { panic!("{jobs:?}") };
    assert_eq!((job.status, job.version), (domain::JobStatus::Waiting, 1));
    // a number is never given twice
    db.execute("DELETE FROM jobs").await;
    db.execute(&insert("beam", 2)).await;
    let ids = rows(&db, "SELECT CAST(id AS TEXT) FROM jobs".to_owned(), 1).await;
    assert_ne!(ids, [[Some(job.id.to_string())]]);
}

#[tokio::test]
async fn every_change_can_be_undone_and_done_again() {
    let fresh = Fresh::new().await;
    let made = fresh.raw().await;
    let db = &made.0;
    let at_server = "SELECT table_name::text, column_name::text, concat_ws(' ', data_type, is_nullable, column_default, \
                     collation_name) FROM information_schema.columns WHERE table_schema = 'public' UNION ALL \
                     SELECT tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' \
                     ORDER BY 1, 2";
    let in_file = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
    let shape = if is_postgres("") { at_server } else { in_file };
    let mut shapes = vec![rows(&made, shape.to_owned(), 3).await];
    let steps = Migrator::migrations().len();
    for _ in 0..steps {
        Migrator::up(db, Some(1)).await.unwrap();
        shapes.push(rows(&made, shape.to_owned(), 3).await);
    }
    for at in (1..steps).rev() {
        Migrator::down(db, Some(1)).await.unwrap();
        assert_eq!(rows(&made, shape.to_owned(), 3).await, shapes[at], "after undoing change {}", at + 1);
    }
    Migrator::down(db, Some(1)).await.unwrap();
    Migrator::up(db, None).await.unwrap();
    assert_eq!(rows(&made, shape.to_owned(), 3).await, shapes[steps]);
}

/// Before it was written down which folders stay on their node on purpose, they simply were not removed.
#[tokio::test]
async fn no_folder_of_an_older_run_is_removed_by_an_upgrade() {
    let fresh = Fresh::new().await;
    let db = fresh.raw().await;
    Migrator::up(&db.0, Some(7)).await.unwrap();
    for (id, name, status) in [(1, "kept", "Failed"), (2, "going_on", "Running")] {
        let job = format!(
            "INSERT INTO jobs (id, name, user_id, node_id, cpu_count, license_tokens, inp_file_path, status, run_token) \
             VALUES ({id}, '{name}', 'sato', 'node-01', 2, 6, 'x', '{status}', '{}')",
            token_text(id)
        );
        db.execute(&job).await;
        let run = format!(
            "INSERT INTO runs (token, job_id, node_id, attempt, stage) VALUES ('{}', {id}, 'node-01', 1, 'ended')",
            token_text(id)
        );
        db.execute(&run).await;
    }
    // an abandoned run of a job that goes on
    let earlier = format!(
        "INSERT INTO runs (token, job_id, node_id, attempt, stage) VALUES ('{}', 2, 'node-01', 1, 'claimed')",
        token_text(3)
    );
    db.execute(&earlier).await;
    db.close().await;
    let repo = open(&fresh).await;
    let over = repo.folders_to_remove(&node_id("node-01"), None, 9).await.unwrap();
    assert_eq!(over, [RunToken::parse(&token_text(3)).unwrap()]);
    assert_eq!(repo.folders_to_remove(&node_id("node-01"), Some(&over[0]), 9).await.unwrap(), []);
}

/// Versions are counted from what the log already knows, so that nobody's earlier change looks like the first value.
#[tokio::test]
async fn who_changed_a_setting_last_is_known_after_an_upgrade() {
    let fresh = Fresh::new().await;
    let db = fresh.raw().await;
    Migrator::up(&db.0, Some(10)).await.unwrap();
    for (who, subject) in [
        ("sato", "setting total_license_tokens"),
        ("root", "setting total_license_tokens"),
        ("sato", "setting total_license_tokens_of_old"),
    ] {
        let sql = format!(
            "INSERT INTO audit_log (at, actor, action, subject) VALUES (1, '{who}', 'change_setting', '{subject}')"
        );
        db.execute(&sql).await;
    }
    db.close().await;
    let repo = open(&fresh).await;
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
    lab.raw().await.execute(&format!("UPDATE jobs SET name = '{long}'")).await;
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().jobs[0].name.as_str(), long);
    assert_eq!(lab.repo.active_job(job.id).await.unwrap().name.as_str(), long);
    assert_eq!(lab.repo.snapshot(domain::Timestamp(0)).await.unwrap().waiting[0].name.as_str(), long);
}

fn token_text(number: u32) -> String {
    format!("01890000-0000-7000-8000-{number:012}")
}

#[tokio::test]
async fn who_was_seen_before_an_upgrade_was_seen_after_it() {
    let fresh = Fresh::new().await;
    let db = fresh.raw().await;
    Migrator::up(&db.0, Some(13)).await.unwrap();
    for sql in [
        "INSERT INTO users (id, name, role) VALUES ('browser', 'A', 'student'), ('both', 'B', 'student'), \
         ('script', 'C', 'student'), ('unseen', 'D', 'student')",
        "INSERT INTO sessions (id, user_id, created_at, seen_at, address, agent) VALUES \
         ('1', 'browser', 1, 100, '', ''), ('2', 'browser', 1, 300, '', ''), ('3', 'both', 1, 100, '', '')",
        "INSERT INTO api_tokens (user_id, name, fingerprint, scope, created_at, used_at) VALUES \
         ('browser', 'x', 'a', 'all', 1, 200), ('both', 'x', 'b', 'all', 1, 200), ('script', 'x', 'c', 'all', 1, 50), \
         ('unseen', 'x', 'd', 'all', 1, NULL)",
    ] {
        db.execute(sql).await;
    }
    db.close().await;
    let repo = open(&fresh).await;
    let people = repo.people().await.unwrap();
    let seen = |id: &str| {
        let person = people.iter().find(|person| person.account.user.id.as_str() == id).unwrap();
        person.seen_at.map(|at| at.0)
    };
    let found = ["browser", "both", "script", "unseen"].map(seen);
    assert_eq!(found, [Some(300), Some(200), Some(50), None]);
}
