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
