//! What the two databases say differently, each in its own words; everything else of this crate is the same for both.
//!
//! | | SQLite | PostgreSQL |
//! | --- | --- | --- |
//! | one writer | `BEGIN IMMEDIATE` | a lock of ours that each transaction of a writer takes first |
//! | readers see one moment | transactions are | `REPEATABLE READ` |
//! | readers cannot write | `query_only` | `default_transaction_read_only` |
//! | what is committed stays | `synchronous = FULL` | `synchronous_commit = on` |
//! | has another program written | `PRAGMA data_version` | the server's snapshot: see `postgres::DATA_VERSION` |
//! | the last number given | `sqlite_sequence` | the column's sequence |
//! | are the tables whole | pages, indices, references; tables beside ours in memory | tables beside ours in a temporary schema |
//!
//! Text is compared by its bytes in both: the migrations make PostgreSQL's columns `COLLATE "C"`.

mod postgres;
mod sqlite;

use crate::address::{Address, Place};
use crate::optimize::Optimized;
use crate::schema::Use;
use crate::{RepositoryError, claim};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use postgres::{CLAIM, HERE, LOCKS, SERVER_SIDE, connect_as, held, is_held, put_away};
pub(crate) use sqlite::copy_file;

/// How long a statement waits for a lock that another program holds (a backup tool, a person at a shell).
pub(crate) const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Pages are read by so many at once; more would only queue at the disk.
const READERS: u32 = 8;

/// What a database answers is asked in its own words.
macro_rules! of {
    ($db:expr, $function:ident ( $($argument:expr),* )) => {
        match $db.get_database_backend() {
            DbBackend::Postgres => postgres::$function($($argument),*).await,
            _ => sqlite::$function($($argument),*).await,
        }
    };
}

/// Makes what must be there before a database can be opened.
pub(crate) fn make_room_for(address: &Address) -> Result<(), RepositoryError> {
    let Some(folder) = address.file().and_then(|path| path.parent()) else { return Ok(()) };
    claim::make_private(folder)
        .map_err(|source| RepositoryError::Folder { path: folder.to_owned(), source: Arc::new(source) })
}

/// The one connection that writes: what it has committed survives a power cut.
pub(crate) async fn writer(address: &Address, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    match &address.0 {
        Place::File(path) => sqlite::writer(path, patience).await,
        Place::Server(server) => postgres::writer(server, patience).await,
    }
}

/// One that writes, too, for work whose single steps may take long: no answer is waited for in vain, but for long.
pub(crate) async fn builder(address: &Address, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    match &address.0 {
        Place::File(path) => sqlite::writer(path, patience).await,
        Place::Server(server) => postgres::builder(server, patience).await,
    }
}

/// The same for a database that there must be already.
pub(crate) async fn builder_of_present(address: &Address) -> Result<DatabaseConnection, RepositoryError> {
    if address.file().is_some_and(|path| !path.exists()) {
        return Err(RepositoryError::Missing);
    }
    builder(address, LOCK_PATIENCE).await
}

/// Connections that read, and refuse to write.
pub(crate) async fn readers(address: &Address, patience: Duration) -> Result<DatabaseConnection, RepositoryError> {
    match &address.0 {
        Place::File(path) => sqlite::readers(path, patience).await,
        Place::Server(server) => postgres::readers(server, patience).await,
    }
}

/// Looks at a database and changes nothing of it.
pub(crate) async fn looking(address: &Address, used: Use) -> Result<DatabaseConnection, RepositoryError> {
    match (&address.0, used) {
        (Place::File(path), _) if !path.exists() => Err(RepositoryError::Missing),
        (Place::File(path), Use::Live) => sqlite::looking(path, LOCK_PATIENCE).await,
        (Place::File(path), Use::Still) => sqlite::still(path).await,
        (Place::Server(server), _) => postgres::looking(server, LOCK_PATIENCE).await,
    }
}

/// Begins a transaction beside which no other of a writer of ours goes on, in whatever program.
///
/// # Errors
/// `Busy` where one does for longer than is waited.
pub(crate) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, RepositoryError> {
    of!(db, begin(db))
}

/// Ends it: what was changed is on the disk, or an error is told.
pub(crate) async fn commit(transaction: DatabaseTransaction) -> Result<(), RepositoryError> {
    of!(transaction, commit(transaction))
}

/// Another number when another program has written since it was last asked; see there where it may be one for less.
pub(crate) async fn data_version(db: &impl ConnectionTrait) -> Result<i64, RepositoryError> {
    let asked = match db.get_database_backend() {
        DbBackend::Postgres => postgres::DATA_VERSION,
        _ => sqlite::DATA_VERSION,
    };
    Ok(number(db, asked).await?.unwrap_or_default())
}

/// The largest number that this table ever gave a row.
pub(crate) async fn last_number(db: &impl ConnectionTrait, table: &str) -> Result<i64, RepositoryError> {
    let asked = match db.get_database_backend() {
        DbBackend::Postgres => postgres::last_number(table),
        _ => sqlite::last_number(table),
    };
    Ok(number(db, &asked).await?.unwrap_or(0))
}

/// Gives no row of this table a number up to this one.
pub(crate) async fn skip_numbers(db: &impl ConnectionTrait, table: &str, up_to: i64) -> Result<(), RepositoryError> {
    let backend = db.get_database_backend();
    let statements = match backend {
        DbBackend::Postgres => postgres::skip_numbers(table),
        _ => sqlite::skip_numbers(table),
    };
    for sql in statements {
        db.execute_raw(Statement::from_sql_and_values(backend, sql, [up_to.into()])).await?;
    }
    Ok(())
}

/// Whether a program of ours has ever made tables here.
pub(crate) async fn has_changes(db: &impl ConnectionTrait) -> Result<bool, RepositoryError> {
    let asked = match db.get_database_backend() {
        DbBackend::Postgres => postgres::HAS_CHANGES,
        _ => sqlite::HAS_CHANGES,
    };
    Ok(number(db, asked).await?.is_some())
}

/// What a look at the pages, indices and references of all tables finds wrong.
pub(crate) async fn wrong(db: &DatabaseConnection) -> Result<Vec<String>, RepositoryError> {
    of!(db, wrong(db))
}

/// What the first `changes` changes make and this database does not have. What somebody added to it is left alone.
pub(crate) async fn missing(db: &DatabaseConnection, changes: usize) -> Result<Vec<String>, RepositoryError> {
    of!(db, missing(db, changes))
}

/// Statistics, and room given back; see [`crate::optimize`].
pub(crate) async fn optimize(
    db: &DatabaseConnection,
    address: &Address,
    alone: bool,
) -> Result<Optimized, RepositoryError> {
    match &address.0 {
        Place::File(path) => sqlite::optimize(db, path, alone).await,
        Place::Server(_) => postgres::optimize(db).await,
    }
}

/// Bytes of the database, and of SQLite's log beside it.
pub(crate) async fn size(db: &DatabaseConnection, address: &Address) -> Result<(u64, u64), RepositoryError> {
    match &address.0 {
        Place::File(path) => Ok(sqlite::size(path)),
        Place::Server(_) => Ok((postgres::size(db).await?, 0)),
    }
}

/// Whether there is nothing there: no file or an empty one, or a server's database without any table.
pub(crate) async fn is_blank(address: &Address) -> Result<bool, RepositoryError> {
    if let Some(path) = address.file() {
        return Ok(std::fs::metadata(path).map_or(0, |of| of.len()) == 0);
    }
    let db = looking(address, Use::Live).await?;
    let found = number(&db, postgres::HAS_TABLES).await;
    drop(db.close().await);
    Ok(found?.is_none())
}

/// The sum of a column of whole numbers as one itself: PostgreSQL's is of another kind, that never overflows.
pub(crate) fn sum(column: impl ColumnTrait) -> SimpleExpr {
    column.sum().cast_as("BIGINT")
}

/// What a database's own refusal means, where we know more of it than its words.
pub(crate) fn meaning(error: &SqlxError) -> Option<RepositoryError> {
    match error.as_database_error() {
        Some(said) if said.try_downcast_ref::<sea_orm::sqlx::postgres::PgDatabaseError>().is_some() => {
            postgres::meaning(said)
        }
        Some(said) => sqlite::meaning(said),
        None => None,
    }
}

pub(crate) fn failed(error: SqlxError) -> RepositoryError {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(Arc::new(error))).into()
}

/// The first row's first cell.
pub(crate) async fn number(db: &impl ConnectionTrait, sql: &str) -> Result<Option<i64>, RepositoryError> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten())
}

/// The rows' first cells.
pub(crate) async fn texts(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, RepositoryError> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
