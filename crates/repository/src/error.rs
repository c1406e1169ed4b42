//! What can go wrong, by what the caller can do about it.

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
    /// The file is no whole database any more. Nothing was repaired.
    #[error("the database is damaged: {found}")]
    Damaged {
        /// What was found, in SQLite's words.
        found: String,
    },
    /// A newer version of this program has used the database.
    #[error("the database is of a newer version of this program: {schema} is not known here")]
    Newer {
        /// The change of the tables that this program does not know.
        schema: String,
    },
    /// There is no such file.
    #[error("the database is not there")]
    Missing,
    /// The file is a database, but not of this program.
    #[error("the file is no database of this program")]
    Strange,
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

/// SQLite's primary result codes; the extended ones have them in the lowest byte.
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;
/// An extended code: the memory that all connections share, a file beside the database, cannot be made as large as it must
/// be. That is what a full disk looks like when the first of them opens the database.
const SQLITE_IOERR_SHMSIZE: i32 = 4874;
/// An extended code: a CHECK of the tables refused. Only the number of cores has one.
const SQLITE_CONSTRAINT_CHECK: i32 = 275;

/// The code SQLite gave, where it was SQLite that refused.
fn sqlite_code(error: &DbErr) -> Option<i32> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(source))
        | DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => source.as_database_error()?.code()?.parse().ok(),
        _ => None,
    }
}

/// The column whose cell is of a kind the program never writes there (SQLite lets any cell hold anything).
fn undecodable(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(source)) | DbErr::Exec(RuntimeErr::SqlxError(source)) => match &**source {
            SqlxError::ColumnDecode { index, .. } => Some(index.trim_matches('"').to_owned()),
            _ => None,
        },
        _ => None,
    }
}

impl From<DbErr> for RepositoryError {
    fn from(error: DbErr) -> RepositoryError {
        let code = sqlite_code(&error);
        match code.map(|code| code & 0xff) {
            Some(SQLITE_BUSY | SQLITE_LOCKED) => return RepositoryError::Busy,
            Some(SQLITE_FULL) => return RepositoryError::Full,
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => {
                let found = match &error {
                    DbErr::Conn(RuntimeErr::SqlxError(source))
                    | DbErr::Exec(RuntimeErr::SqlxError(source))
                    | DbErr::Query(RuntimeErr::SqlxError(source)) => {
                        source.as_database_error().map(|error| error.message().to_owned())
                    }
                    _ => None,
                };
                return RepositoryError::Damaged { found: found.unwrap_or_default() };
            }
            _ if code == Some(SQLITE_IOERR_SHMSIZE) => return RepositoryError::Full,
            _ => {}
        }
        if code == Some(SQLITE_CONSTRAINT_CHECK) {
            return RepositoryError::Invalid { field: "cpus", problem: Contradiction::Cores };
        }
        // who holds the lock holds it longer than a connection is waited for
        if let DbErr::Conn(RuntimeErr::SqlxError(source)) = &error
            && matches!(**source, SqlxError::PoolTimedOut)
        {
            return RepositoryError::Busy;
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
