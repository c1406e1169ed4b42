//! What can go wrong, by what the caller can do about it.

use crate::backend;
use domain::{FileName, JobName, JobStatus};
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use std::path::PathBuf;
use std::sync::Arc;

/// Why the repository did not do it. The texts hold no SQL and no path outside the data folder's own name.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// There is no such row.
    #[error("there is no {what} {id}")]
    NotFound {
        /// `job`, `node`, `upload`, `setting`, `reservation`, `account`, `session`, `token`, `link`.
        what: &'static str,
        /// Which was asked for.
        id: String,
    },
    /// Another job has the name.
    #[error("another job is called {name}; {next_free} is free")]
    NameTaken {
        /// The name wanted.
        name: JobName,
        /// One like it that was free a moment ago.
        next_free: JobName,
    },
    /// The job's state forbids it.
    #[error("a job that is {status} does not allow this")]
    Conflict {
        /// Where it stands.
        status: JobStatus,
    },
    /// The caller asked for a change no life has. A mistake in the program.
    #[error("a job cannot go from {from} to {to} this way")]
    Illegal {
        /// Where it stands.
        from: JobStatus,
        /// Where it was to go.
        to: JobStatus,
    },
    /// What was sent contradicts itself or a rule of the tables.
    #[error("{field} {problem}")]
    Invalid {
        /// The field it is about, as the API calls it.
        field: &'static str,
        /// What is wrong with it.
        problem: Contradiction,
    },
    /// Somebody has this sign-in name already.
    #[error("there is an account {id} already")]
    AccountExists {
        /// The name wanted.
        id: domain::UserId,
    },
    /// Somebody else has changed the account since it was read.
    #[error("the account has been changed meanwhile")]
    AccountChanged {
        /// As it is now.
        now: Box<domain::Profile>,
    },
    /// Nobody could administer any more.
    #[error("this is the last admin who can sign in")]
    LastAdmin,
    /// The setting does not exist or cannot have this value.
    #[error(transparent)]
    Setting(domain::settings::SettingProblem),
    /// The same of several that were to be saved together. Nothing was saved.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Settings(Vec<domain::settings::SettingProblem>),
    /// Somebody else has changed these since they were read. Nothing was saved.
    #[error("changed meanwhile: {}", .0.iter().map(|saved| saved.key.as_str()).collect::<Vec<_>>().join(", "))]
    SettingsChanged(Vec<domain::settings::SavedSetting>),
    /// What was to be reserved cannot be.
    #[error("it cannot be reserved: {0:?}")]
    Reservation(domain::ReservationProblem),
    /// The node was not changed.
    #[error("the node was not changed: {0:?}")]
    Node(domain::NodeRefusal),
    /// A row holds what the program never writes. Nothing was repaired.
    #[error("table {table}, row {row}: {column} {problem}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        row: String,
        /// Which column.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is no whole database any more. Nothing was repaired.
    #[error("the database is damaged: {found}")]
    Damaged {
        /// What was found, in the database's words.
        found: String,
    },
    /// A newer version of this program has used the database.
    #[error("the database is of a newer version of this program: {schema} is not known here")]
    Newer {
        /// The change of the tables that this program does not know.
        schema: String,
    },
    /// There is no such file, or the server has no such database.
    #[error("the database is not there")]
    Missing,
    /// It is a database, but not of this program.
    #[error("it is no database of this program")]
    Strange,
    /// The database server does not answer, or the way to it was lost. What was under way may or may not have been done.
    #[error("the database server cannot be reached: {why}")]
    Unreachable {
        /// The system's or the server's words.
        why: String,
    },
    /// The database server does not let us in.
    #[error("the database server does not let us in: {why}")]
    Refused {
        /// The server's words.
        why: String,
    },
    /// The database server or the database is not one that we can use.
    #[error("the database cannot be used: {why}")]
    Unfit {
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// The file that was to be written has something in it. Nothing was written over.
    #[error("there is such a file already")]
    Occupied,
    /// A file was named where a server's database is wanted. A mistake in the program.
    #[error("this is no database of a server")]
    NoServer,
    /// The database is locked by somebody else. Try again.
    #[error("the database is busy")]
    Busy,
    /// The disk is full. Nothing was changed.
    #[error("the disk is full")]
    Full,
    /// The repository has been closed.
    #[error("the database is closed")]
    Closed,
    /// The folder of the database cannot be made.
    #[error("the folder of the database cannot be made: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: Arc<std::io::Error>,
    },
    /// Something else failed in the database.
    #[error("the database failed")]
    Database(#[source] Arc<DbErr>),
}

/// What is wrong with what was sent; `Display` says it in English, screens and API in their own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A number of CPUs that cannot be chosen.
    #[error("must be 2, 4 or 8")]
    Cores,
    /// The deck is not among the files.
    #[error("must include the deck")]
    NoDeck,
    /// Two files have this name, capitals left aside.
    #[error("has {0} twice")]
    Twice(FileName),
    /// A size past what a table can hold.
    #[error("is too large")]
    TooLarge,
    /// It cannot be put into a table's text.
    #[error("cannot be stored: {0}")]
    NotStorable(String),
}

/// What the driver said.
fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(source))
        | DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => Some(source),
        _ => None,
    }
}

/// The column whose cell is of a kind the program never writes there (SQLite lets any cell hold anything).
fn undecodable(error: &DbErr) -> Option<String> {
    match sqlx_error(error)? {
        SqlxError::ColumnDecode { index, .. } => Some(index.trim_matches('"').to_owned()),
        _ => None,
    }
}

impl From<DbErr> for RepositoryError {
    fn from(error: DbErr) -> RepositoryError {
        if let Some(meaning) = sqlx_error(&error).and_then(backend::meaning) {
            return meaning;
        }
        // who holds the lock holds it longer than a connection is waited for
        match sqlx_error(&error) {
            Some(SqlxError::PoolTimedOut) => return RepositoryError::Busy,
            Some(SqlxError::Io(why)) => return RepositoryError::Unreachable { why: why.to_string() },
            Some(SqlxError::Tls(why)) => return RepositoryError::Unreachable { why: why.to_string() },
            _ => {}
        }
        if let Some(column) = undecodable(&error) {
            let problem = "holds a value of another kind".to_owned();
            return RepositoryError::Corrupt { table: "unknown", row: "unknown".to_owned(), column, problem };
        }
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => RepositoryError::Closed,
            DbErr::ConnectionAcquire(_) => RepositoryError::Busy,
            other => RepositoryError::Database(Arc::new(other)),
        }
    }
}
