//! Copies of the database, the uploads and the results, each proven; and the way back.
//!
//! A backup is a folder that can be read without this program:
//! ```text
//! BACKUP_DIR/20261129_020000/
//!   abaqus-jobs.db   the database, packed, as it was at one moment: a SQLite file, also of one in PostgreSQL
//!   uploads/         as UPLOAD_DIR
//!   results/         files of RESULTS_DIR that changed in the last days
//!   SHA256SUMS       of all of these: `sha256sum -c SHA256SUMS`
//!   manifest.json    when, by which version, how much; and the hash of SHA256SUMS
//! BACKUP_DIR/latest  the newest
//! ```
//! It is written under a name that begins with a dot and gets its own only when everything is on the disk and has been
//! read again. A file that the backup before has too is the same file there (a hard link), read and compared: thirty
//! nights cost hardly more room than one. The database goes first, so that every job in it has its files beside it.
//!
//! Secrets of the machine (`.env`, the key for the nodes) are in no backup.

mod manifest;
mod restore;
mod shelf;
mod tree;
mod verify;
mod write;

pub use manifest::Manifest;
pub use restore::{Kept, Lost, Restored, Target, restore};
pub use shelf::{Attempt, Check, Shelved, files, find, last_attempt, list};
pub use verify::{Verified, check, verify};
pub use write::{Rules, write};

use domain::health::BackupProblem;
use repository::RepositoryError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The database's name in a backup, whatever it is called in its place.
pub const DATABASE: &str = "abaqus-jobs.db";
const UPLOADS: &str = "uploads";
const RESULTS: &str = "results";
const SUMS: &str = "SHA256SUMS";
const MANIFEST: &str = "manifest.json";

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// What people sent.
    pub uploads: PathBuf,
    /// What runs brought back.
    pub results: PathBuf,
    /// Where backups go.
    pub backups: PathBuf,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Files that are done in this step.
    pub files: u64,
    /// Bytes that are done in this step.
    pub bytes: u64,
    /// Of so many; 0 where nobody knows.
    pub of_bytes: u64,
}

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The database is copied.
    #[default]
    Database,
    /// Files are copied, or found in the backup before.
    Files,
    /// What was written is read again.
    Verify,
    /// It is put back.
    Restore,
}

/// Hears of progress, often.
pub type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// Why there is no backup, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error("the database: {0}")]
    Repository(#[from] RepositoryError),
    /// The way to the database's server was lost at the very end.
    #[error(
        "{0}: whether the database is restored is not known. The files are those of the backup. Once the server answers, \
         restore the same backup again"
    )]
    Unknown(RepositoryError),
    /// Another backup is being written.
    #[error("another backup is being written")]
    UnderWay,
    /// There is not enough room. Nothing is left of it.
    #[error("the backup folder's disk has no room: {} MB are needed, {} MB are free", .needed.div_ceil(1_000_000), .free / 1_000_000)]
    NoRoom {
        /// Bytes that are to be written.
        needed: u64,
        /// Bytes that can be.
        free: u64,
    },
    /// There is no such backup.
    #[error("there is no backup {0}")]
    NotFound(String),
    /// It cannot be used.
    #[error("the backup cannot be used: {0}")]
    Unusable(BackupProblem),
    /// A file or folder.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

impl BackupError {
    /// For want of room on a disk.
    pub fn is_full(&self) -> bool {
        match self {
            BackupError::NoRoom { .. } | BackupError::Repository(RepositoryError::Full) => true,
            BackupError::Io { error, .. } => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}

impl BackupError {
    fn changed(file: &str) -> BackupError {
        BackupError::Unusable(BackupProblem::Changed { file: file.to_owned() })
    }

    fn unreadable(file: &str, error: impl ToString) -> BackupError {
        BackupError::Unusable(BackupProblem::Unreadable { file: file.to_owned(), error: error.to_string() })
    }

    fn newer(version: &str) -> BackupError {
        BackupError::Unusable(BackupProblem::Newer { version: version.to_owned() })
    }

    /// What is wrong with the backup itself.
    pub fn problem(&self) -> BackupProblem {
        match self {
            BackupError::Unusable(problem) => problem.clone(),
            BackupError::Io { path, error } => {
                BackupProblem::Unreadable { file: path.display().to_string(), error: error.to_string() }
            }
            other => BackupProblem::Database { found: other.to_string() },
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Io { path, error }
}

/// Work that reads and writes files all the time, off the threads that answer people.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(BackupError::Io { path: PathBuf::new(), error: io::Error::other(error) }),
    }
}
