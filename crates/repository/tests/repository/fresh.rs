//! A new, empty database for one test: a SQLite file in a folder of its own, or, where `TEST_DATABASE` names a PostgreSQL
//! server (`postgres://user@host/postgres`), a database of its own there. Both are gone after the test.

use repository::Address;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, TryGetable, TryGetableMany};
use std::path::PathBuf;
use tempfile::TempDir;

/// The server's address, or nothing.
const SERVER: &str = "TEST_DATABASE";

pub struct Fresh {
    folder: TempDir,
    server: Option<(PgConnectOptions, String)>,
}

/// What a person at `sqlite3` or `psql` would have.
pub struct Raw(pub DatabaseConnection);

fn server() -> Option<PgConnectOptions> {
    let url = std::env::var(SERVER).ok().filter(|url| !url.is_empty())?;
    Some(url.parse().expect("TEST_DATABASE is postgres://…"))
}

/// The tests run on PostgreSQL. One that is about SQLite's file says so, and ends.
pub fn is_postgres(why_skipped: &str) -> bool {
    let is_postgres = server().is_some();
    if is_postgres && !why_skipped.is_empty() {
        eprintln!("SKIPPED on PostgreSQL: {why_skipped}");
    }
    is_postgres
}

async fn at_server(server: &PgConnectOptions, sql: String) {
    let options = server.clone().disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await.expect("the server of TEST_DATABASE answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

impl Fresh {
    pub async fn new() -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        let Some(server) = server() else { return Fresh { folder, server: None } };
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        at_server(&server, format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")).await;
        Fresh { folder, server: Some((server, name)) }
    }

    /// The SQLite file, there or not.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("data").join("jobs.db")
    }

    pub fn address(&self) -> Address {
        match &self.server {
            Some(_) => Address::parse_url(&self.url()).unwrap(),
            None => self.path().into(),
        }
    }

    /// As drivers take it.
    pub fn url(&self) -> String {
        match &self.server {
            Some((server, name)) => server.clone().database(name).to_url_lossy().to_string(),
            None => format!("sqlite:{}?mode=rwc", self.path().display()),
        }
    }

    pub async fn raw(&self) -> Raw {
        std::fs::create_dir_all(self.path().parent().unwrap()).unwrap();
        Raw(Database::connect(self.url()).await.unwrap())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else { return };
        // the test's own runtime may be the one that is ending
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(at_server(&server, format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        if dropping.join().is_err() {
            eprintln!("a test's database stays");
        }
    }
}

impl Raw {
    pub async fn close(self) {
        self.0.close().await.unwrap();
    }

    pub async fn execute(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap();
    }

    /// The first cell of the only row.
    pub async fn one<T: TryGetable>(&self, sql: &str) -> T {
        let asked = Statement::from_string(self.0.get_database_backend(), sql);
        self.0.query_one_raw(asked).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// All rows, as tuples of their cells.
    pub async fn rows<T: TryGetableMany>(&self, sql: &str) -> Vec<T> {
        let asked = Statement::from_string(self.0.get_database_backend(), sql);
        let rows = self.0.query_all_raw(asked).await.unwrap();
        rows.iter().map(|row| T::try_get_many_by_index(row).unwrap()).collect()
    }

    /// Rows were put in with numbers up to this one of their own. SQLite sees that by itself.
    pub async fn skip(&self, table: &str, number: i64) {
        if is_postgres("") {
            self.execute(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id')::regclass, {number})")).await;
        }
    }
}
