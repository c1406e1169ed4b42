//! SQLite's own words: the two pools of one file, one connection that writes, several that read.

mod shape;

use super::{LOCK_PATIENCE, READERS, failed, number, texts};
use crate::RepositoryError;
use crate::error::Contradiction;
use crate::optimize::Optimized;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

pub(super) use shape::missing;

/// Another number when another connection than this one has written since it was last asked.
pub(super) const DATA_VERSION: &str = "PRAGMA data_version";
pub(super) const HAS_CHANGES: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'";

pub(super) fn last_number(table: &str) -> String {
    format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'")
}

/// A table that never had a row is not among them.
pub(super) fn skip_numbers(table: &str) -> Vec<String> {
    vec![
        format!("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = '{table}'"),
        format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', ? \
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{table}')"
        ),
    ]
}

/// Less free room than this is not worth writing everything anew: hundredths of the file, and bytes.
const WORTH_PERCENT: u64 = 20;
const WORTH_BYTES: u64 = 1024 * 1024;

/// Primary result codes; the extended ones have them in the lowest byte.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const NOTADB: i32 = 26;
/// An extended code: the memory that all connections share, a file beside the database, cannot be made as large as it must
/// be. That is what a full disk looks like when the first of them opens the database.
const IOERR_SHMSIZE: i32 = 4874;
/// An extended code: a CHECK of the tables refused. Only the number of cores has one.
const CONSTRAINT_CHECK: i32 = 275;

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

/// The one connection that writes: what it has committed survives a power cut.
pub(super) async fn writer(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
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
pub(super) async fn readers(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
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
async fn copier(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    let options = options(path, patience).synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    Ok(pool.into())
}

/// Looks at a file that others may be writing, and changes nothing of it, not even how it is written.
pub(super) async fn looking(path: &Path, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
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
pub(super) async fn still(path: &Path) -> Result<DatabaseConnection, RepositoryError> {
    let options =
        SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
    Ok(pool.into())
}

/// Takes the write lock at once.
pub(super) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, RepositoryError> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(db.begin_with_options(immediate).await?)
}

pub(super) async fn commit(transaction: DatabaseTransaction) -> Result<(), RepositoryError> {
    Ok(transaction.commit().await?)
}

/// SQLite's own proofs.
pub(super) async fn wrong(db: &DatabaseConnection) -> Result<Vec<String>, RepositoryError> {
    let mut found = texts(db, "PRAGMA integrity_check").await?;
    found.retain(|said| said != "ok");
    for row in db.query_all_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check")).await? {
        let (table, parent): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        found.push(format!("a row of {table} belongs to one of {parent} that is not there"));
    }
    Ok(found)
}

pub(super) async fn optimize(db: &DatabaseConnection, path: &Path, alone: bool) -> Result<Optimized, RepositoryError> {
    let size = || std::fs::metadata(path).map_or(0, |of| of.len());
    if !alone {
        // a sample: others wait for the lock meanwhile
        db.execute_unprepared("PRAGMA analysis_limit = 400").await?;
    }
    db.execute_unprepared("ANALYZE").await?;
    db.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    let before = size();
    let count = async |sql| Ok::<_, RepositoryError>(u64::try_from(number(db, sql).await?.unwrap_or(0)).unwrap_or(0));
    let free = count("PRAGMA freelist_count").await?.saturating_mul(count("PRAGMA page_size").await?);
    let packed = alone && free >= WORTH_BYTES && free.saturating_mul(100) >= before.saturating_mul(WORTH_PERCENT);
    if packed {
        db.execute_unprepared("VACUUM").await?;
        db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    Ok(Optimized { before, after: size(), free, packed })
}

/// Of the file, and of the log beside it.
pub(super) fn size(path: &Path) -> (u64, u64) {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |of| of.len());
    let mut wal = OsString::from(path);
    wal.push("-wal");
    (size(path), size(Path::new(&wal)))
}

/// A packed copy of a file beside its use.
pub(crate) async fn copy_file(path: &Path, into: &Path) -> Result<(), RepositoryError> {
    let db = copier(path, LOCK_PATIENCE).await?;
    let into = into.to_string_lossy().into_owned();
    let copied =
        db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [into.into()])).await;
    drop(db.close().await);
    copied?;
    Ok(())
}

pub(super) fn meaning(said: &dyn DatabaseError) -> Option<RepositoryError> {
    let code: i32 = said.code()?.parse().ok()?;
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) => Some(RepositoryError::Full),
        (CONSTRAINT_CHECK, _) => Some(RepositoryError::Invalid { field: "cpus", problem: Contradiction::Cores }),
        (_, BUSY | LOCKED) => Some(RepositoryError::Busy),
        (_, FULL) => Some(RepositoryError::Full),
        (_, CORRUPT | NOTADB) => Some(RepositoryError::Damaged { found: said.message().to_owned() }),
        _ => None,
    }
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
