//! Statistics for the questions that are asked, and room that deleted rows have left.

use crate::{Address, RepositoryError, backend};
use sea_orm::DatabaseConnection;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Optimized {
    /// Bytes of the database before.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// Bytes within it that hold nothing, before; 0 where that cannot be known.
    pub free: u64,
    /// It was written anew without them.
    pub packed: bool,
}

/// Brings the statistics up to date; and where it pays and nobody else is at work (`alone`), writes the file anew without the room
/// that nothing is in. What is committed stays as it is, whatever happens meanwhile. PostgreSQL does the second by itself.
///
/// # Errors
/// `Missing`, `Busy`, `Full`, `Damaged`, `Database`.
pub async fn optimize(database: impl Into<Address>, alone: bool) -> Result<Optimized, RepositoryError> {
    let database = database.into();
    let db = backend::builder_of_present(&database).await?;
    let done = work(&db, &database, alone).await;
    drop(db.close().await);
    done
}

async fn work(db: &DatabaseConnection, database: &Address, alone: bool) -> Result<Optimized, RepositoryError> {
    if crate::schema::applied(db).await?.is_empty() {
        return Err(RepositoryError::Strange);
    }
    backend::optimize(db, database, alone).await
}
