//! The two pools of one database file: one connection that writes, several that read.

use crate::RepositoryError;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions as _, Error as SqlxError};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a statement waits for a lock that another process holds (a backup tool, a person's `sqlite3`).
pub(crate) const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Pages are read by so many at once; more would only queue at the disk.
const READERS: u32 = 8;

/// Pragmas of every connection, per the operations specification.
fn options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .locking_mode(SqliteLockingMode::Normal)
        .foreign_keys(true)
        .busy_timeout(patience)
        .pragma("cache_size", "10000")
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

fn failed(error: SqlxError) -> RepositoryError {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))).into()
}

/// The one connection that writes: what it has committed survives a power cut.
pub(crate) async fn writer(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    let options = options(path, patience).create_if_missing(true).synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
        .map_err(failed)?;
    Ok(pool.into())
}

/// Connections that read, and refuse to write.
pub(crate) async fn readers(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    let options = options(path, patience).synchronous(SqliteSynchronous::Normal).pragma("query_only", "ON");
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(LOCK_PATIENCE)
        .connect_with(options)
        .await
        .map_err(failed)?;
    Ok(pool.into())
}

/// A connection of its own that may write another file from this one.
pub(crate) async fn copier(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    let options = options(path, patience).synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    Ok(pool.into())
}

/// Looks at a file that others may be writing, and changes nothing of it, not even how it is written.
pub(crate) async fn looking(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    let options =
        SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(patience).disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(patience.saturating_mul(2))
        .connect_with(options)
        .await
        .map_err(failed)?;
    Ok(pool.into())
}

/// Reads a file that nobody writes, and leaves nothing beside it.
pub(crate) async fn still(path: &Path) -> Result<DatabaseConnection, RepositoryError> {
    let options =
        SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    Ok(pool.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sea_orm::sqlx;

    async fn pragma(connection: &mut sqlx::SqliteConnection, name: &str) -> String {
        let sql = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
        sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
    }

    /// `synchronous` has no table-valued form.
    async fn synchronous(connection: &mut sqlx::SqliteConnection) -> i64 {
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(connection).await.unwrap()
    }

    async fn has_the_pragmas_of_the_specification(connection: &mut sqlx::SqliteConnection) {
        for (name, value) in [("journal_mode", "wal"), ("foreign_keys", "1"), ("cache_size", "10000")] {
            assert_eq!(pragma(connection, name).await, value, "{name}");
        }
        let temp_store: i64 = sqlx::query_scalar("PRAGMA temp_store").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(temp_store, 2, "memory");
        let patience: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(patience, 5000);
    }

    #[tokio::test]
    async fn every_connection_is_asked_for_its_pragmas() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let writing = writer(&path, LOCK_PATIENCE).await.unwrap();
        let pool = writing.get_sqlite_connection_pool();
        let mut connection = pool.acquire().await.unwrap();
        assert_eq!(pool.options().get_max_connections(), 1);
        has_the_pragmas_of_the_specification(&mut connection).await;
        assert_eq!(synchronous(&mut connection).await, 2, "FULL");
        drop(connection);

        let reading = readers(&path, LOCK_PATIENCE).await.unwrap();
        let pool = reading.get_sqlite_connection_pool();
        let mut held = Vec::new();
        for _ in 0..READERS {
            held.push(pool.acquire().await.unwrap());
        }
        for connection in &mut held {
            has_the_pragmas_of_the_specification(connection).await;
            assert_eq!(synchronous(connection).await, 1, "NORMAL");
            let refused = sqlx::query("CREATE TABLE written (id)").execute(&mut **connection).await;
            assert!(refused.unwrap_err().to_string().contains("readonly"));
        }
    }
}
