//! Statistics for the questions that are asked, and room that deleted rows have left.

use crate::{RepositoryError, connection};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::path::Path;

/// Less free room than this is not worth writing everything anew: hundredths of the file, and bytes.
const WORTH_PERCENT: u64 = 20;
const WORTH_BYTES: u64 = 1024 * 1024;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Optimized {
    /// Bytes of the file before.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// Bytes within it that hold nothing, before.
    pub free: u64,
    /// It was written anew without them.
    pub packed: bool,
}

/// Brings the statistics up to date; and where it pays and nobody else is at work (`alone`), writes the file anew without the room
/// that nothing is in. What is committed stays as it is, whatever happens meanwhile.
///
/// # Errors
/// `Missing`, `Busy`, `Full`, `Damaged`, `Database`.
pub async fn optimize(path: &Path, alone: bool) -> Result<Optimized, RepositoryError> {
    if !path.exists() {
        return Err(RepositoryError::Missing);
    }
    let db = connection::writer(path, connection::LOCK_PATIENCE).await?;
    let done = work(&db, path, alone).await;
    drop(db.close().await);
    done
}

async fn work(db: &DatabaseConnection, path: &Path, alone: bool) -> Result<Optimized, RepositoryError> {
    let size = || std::fs::metadata(path).map_or(0, |of| of.len());
    if crate::schema::applied(db).await?.is_empty() {
        return Err(RepositoryError::Strange);
    }
    if !alone {
        // a sample: others wait for the lock meanwhile
        db.execute_unprepared("PRAGMA analysis_limit = 400").await?;
    }
    db.execute_unprepared("ANALYZE").await?;
    db.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    let before = size();
    let free = number(db, "PRAGMA freelist_count").await?.saturating_mul(number(db, "PRAGMA page_size").await?);
    let packed = alone && free >= WORTH_BYTES && free.saturating_mul(100) >= before.saturating_mul(WORTH_PERCENT);
    if packed {
        db.execute_unprepared("VACUUM").await?;
        db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    Ok(Optimized { before, after: size(), free, packed })
}

async fn number(db: &DatabaseConnection, sql: &str) -> Result<u64, RepositoryError> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    let number: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(u64::try_from(number).unwrap_or(0))
}
