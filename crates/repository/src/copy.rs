//! All rows of a database put into another one: a copy in a file, whichever database it is of, and the way back into a server.
//!
//! A copy of SQLite is SQLite's own. One of PostgreSQL is a SQLite file with the same tables and all their rows, of one moment:
//! it is read and proven without a server, and goes back into either database. What an admin added is not in it.

mod rows;

use crate::claim::{Claim, Fence};
use crate::{Address, Repository, RepositoryError, Use, backend, schema};
use migration::{Migrator, MigratorTrait};
use rows::{Rows, Table};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, TransactionTrait};
use std::path::Path;
use std::time::Duration;

impl Repository {
    /// Writes all that is committed now into a new SQLite file, packed and whole. The writer is not held up. The caller makes it
    /// durable.
    ///
    /// # Errors
    /// `Full`, `Damaged`, `Database`; also where there is such a file, and it is not empty.
    pub async fn copy_to(&self, path: &Path) -> Result<(), RepositoryError> {
        let database = &self.shared.database;
        match database.file() {
            Some(file) => backend::copy_file(file, path).await,
            None => copy_rows(database, path).await,
        }
    }
}

async fn copy_rows(from: &Address, into: &Path) -> Result<(), RepositoryError> {
    let source = backend::looking(from, Use::Live).await?;
    let copied = match backend::builder(&into.into(), backend::LOCK_PATIENCE).await {
        Ok(file) => {
            let copied = fill(&source, &file).await;
            drop(file.close().await);
            copied
        }
        Err(error) => Err(error),
    };
    drop(source.close().await);
    copied
}

async fn fill(source: &DatabaseConnection, file: &DatabaseConnection) -> Result<(), RepositoryError> {
    // of one moment, and older tables as they are
    let moment = source.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await?;
    let changes = u32::try_from(schema::applied(&moment).await?.len()).unwrap_or(u32::MAX);
    let into = backend::begin(file).await?;
    if backend::has_changes(&into).await? {
        return Err(RepositoryError::Occupied);
    }
    Migrator::up(&into, Some(changes)).await?;
    copy_all(&Table::all(&into).await?, &moment, &into).await?;
    backend::commit(into).await?;
    moment.rollback().await?;
    // a file alone, as it is to be kept
    file.execute_unprepared("PRAGMA journal_mode = DELETE").await?;
    Ok(())
}

/// Every row, and the last number that each table gave.
async fn copy_all(
    tables: &[Table],
    from: &DatabaseTransaction,
    into: &DatabaseTransaction,
) -> Result<(), RepositoryError> {
    // what the changes themselves put in
    for table in tables.iter().rev() {
        table.empty(into).await?;
    }
    for table in tables {
        let mut rows = Rows::of(from, table).await?;
        loop {
            let some = rows.next(from).await?;
            if some.is_empty() {
                break;
            }
            table.put(into, some).await?;
        }
        rows.close(from).await?;
        if table.is_counted() {
            let last = backend::last_number(from, &table.name).await?;
            backend::skip_numbers(into, &table.name, last).await?;
        }
    }
    Ok(())
}

/// A file's rows made ready in a server's database, in a transaction: nobody sees them before it is committed, and nothing is
/// changed where it is not.
pub struct Replacement {
    database: Address,
    db: DatabaseConnection,
    transaction: DatabaseTransaction,
    /// The server's number of the transaction, by which it knows later what became of it.
    number: String,
    kept: Option<String>,
    fence: Fence,
}

/// Why rows that were made ready are not in place, or may not be.
#[derive(Debug)]
pub enum NotPlaced {
    /// Nothing was changed.
    Refused(RepositoryError),
    /// The way to the server was lost while it was told, and it could not be asked since.
    Unknown(RepositoryError),
}

impl Replacement {
    /// Makes them ready. The tables that are there now go into the schema `keep_in`, whatever state they are in. The file's
    /// tables must be up to date. `claim`: nobody else has the database, until it is committed.
    ///
    /// # Errors
    /// `Unreachable` where the claim is lost; `NoServer` where `database` is a file, which is replaced by its name; as every change.
    pub async fn prepare(
        database: &Address,
        claim: &Claim,
        file: &Path,
        keep_in: &str,
    ) -> Result<Replacement, RepositoryError> {
        if database.file().is_some() {
            return Err(RepositoryError::NoServer);
        }
        let source = backend::looking(&file.into(), Use::Still).await?;
        let db = backend::builder(database, backend::LOCK_PATIENCE).await?;
        let fence = claim.fence();
        let prepared = prepare(&source, &db, &fence, keep_in).await;
        drop(source.close().await);
        let (transaction, number, kept) = prepared?;
        Ok(Replacement { database: database.clone(), db, transaction, number, kept, fence })
    }

    /// Nobody else has the database still: for a look before what cannot be taken back in a moment.
    ///
    /// # Errors
    /// `Unreachable` where that cannot be proven.
    pub async fn prove(&self) -> Result<(), RepositoryError> {
        self.fence.prove(&self.transaction).await
    }

    /// Puts them in place of what was there; gives the schema in which that is kept, where there was anything.
    ///
    /// A server that is gone while it is told is asked for a while what became of it.
    ///
    /// # Errors
    /// Whether anything was changed, where that is known.
    pub async fn commit(self) -> Result<Option<String>, NotPlaced> {
        let silent = || RepositoryError::Unreachable { why: "it does not answer".to_owned() };
        // what is not told to begin has changed nothing
        let proven = tokio::time::timeout(COMMIT, self.prove()).await.unwrap_or_else(|_| Err(silent()));
        proven.map_err(NotPlaced::Refused)?;
        let Replacement { database, db, transaction, number, kept, fence: _ } = self;
        let committed = match tokio::time::timeout(COMMIT, backend::commit(transaction)).await {
            Ok(committed) => committed,
            Err(_) => Err(silent()),
        };
        // one whose way is lost is not waited for
        drop(tokio::time::timeout(backend::LOCK_PATIENCE, db.close()).await);
        let Err(error) = committed else { return Ok(kept) };
        for _ in 0..ASKED {
            let asked = tokio::time::timeout(COMMIT, what_became_of(&database, &number)).await;
            match asked.unwrap_or_else(|_| Err(silent())) {
                Ok(Some(true)) => return Ok(kept),
                Ok(Some(false)) => return Err(NotPlaced::Refused(error)),
                // the server has not seen yet that we are gone
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "what became of the restored tables cannot be asked yet"),
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Err(NotPlaced::Unknown(error))
    }
}

/// A server that has not said so long after it was told is asked over another connection.
const COMMIT: Duration = Duration::from_secs(30);
/// So often a server is asked what became of a transaction …
const ASKED: u32 = 60;
/// … with so long between.
const BETWEEN: Duration = Duration::from_secs(1);

/// Whether it was committed; `None` while it goes on.
async fn what_became_of(database: &Address, number: &str) -> Result<Option<bool>, RepositoryError> {
    let db = backend::looking(database, Use::Live).await?;
    let told = backend::texts(&db, &format!("SELECT pg_xact_status('{number}'::xid8)")).await;
    drop(db.close().await);
    Ok(match told?.first().map(String::as_str) {
        Some("committed") => Some(true),
        Some("aborted") => Some(false),
        _ => None,
    })
}

async fn prepare(
    source: &DatabaseConnection,
    db: &DatabaseConnection,
    fence: &Fence,
    keep_in: &str,
) -> Result<(DatabaseTransaction, String, Option<String>), RepositoryError> {
    let moment = source.begin().await?;
    let tables = Table::all(&moment).await?;
    let transaction = backend::begin(db).await?;
    fence.prove(&transaction).await?;
    // which tables a newer version made is not known here: then all go, an admin's own among them
    let all = backend::has_changes(&transaction).await? && schema::applied(&transaction).await.is_err();
    let ours = |name: &str| all || name == schema::CHANGES || tables.iter().any(|table| table.name == name);
    let is_kept = backend::put_away(&transaction, ours, keep_in).await?;
    Migrator::up(&transaction, None).await?;
    copy_all(&tables, &moment, &transaction).await?;
    moment.rollback().await?;
    let number = backend::texts(&transaction, "SELECT pg_current_xact_id()::text").await?.concat();
    Ok((transaction, number, is_kept.then(|| keep_in.to_owned())))
}
