//! One server for one database: a lock beside the file, or in the database's server, that lasts as long as the process does.

mod file;
mod session;

use crate::address::{Address, Place};
use crate::{RepositoryError, backend};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A lock that is held is tried so often before it is believed …
const TRIES: u32 = 10;
/// … with so long between.
const PAUSE: Duration = Duration::from_millis(50);

/// Who has a database for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What it is doing: `server`, `restore`.
    pub work: String,
    /// Its machine.
    pub host: String,
    /// Its process there.
    pub pid: u32,
    /// When it began, RFC 3339.
    pub since: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, process {} on {}, since {}", self.work, self.pid, self.host, self.since)
    }
}

/// Why the database cannot be had alone.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Somebody else has it.
    #[error("it is in use by another program ({})", .0.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string))]
    Held(Option<Holder>),
    /// The lock cannot be made.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// The database's server.
    #[error("{0}")]
    Database(RepositoryError),
}

impl Holder {
    /// It is a program on this machine.
    pub fn is_here(&self) -> bool {
        self.host == host()
    }
}

/// Held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Claim(Held);

/// Proves in a transaction that its program still has the database for itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fence(Option<session::Process>);

impl Fence {
    /// What is written is nobody's mistake: no other program can have begun meanwhile.
    ///
    /// # Errors
    /// `Unreachable` where it cannot be proven, until the connection that holds the database is there again.
    pub(crate) async fn prove(&self, transaction: &impl ConnectionTrait) -> Result<(), RepositoryError> {
        let Some(process) = &self.0 else { return Ok(()) };
        match process.number() {
            Some(number) if backend::is_held(transaction, number).await? => Ok(()),
            _ => Err(RepositoryError::Unreachable {
                why: "the connection that holds the database for this program was lost".to_owned(),
            }),
        }
    }

    /// In the first transaction of whoever keeps in memory what is in the tables: with it, one that has them after us is
    /// noticed, also when it has let go of them before we come back.
    pub(crate) async fn mark(&self, transaction: &impl ConnectionTrait) -> Result<(), RepositoryError> {
        match &self.0 {
            Some(process) => process.mark(transaction).await,
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
enum Held {
    File { _lock: File },
    Session(session::Session),
}

impl Claim {
    /// Takes the database for `work`. A file's folder is made where it is missing.
    ///
    /// # Errors
    /// `Held`, `Io`, `Database`.
    pub async fn take(database: impl Into<Address>, work: &str) -> Result<Claim, ClaimError> {
        let holder = Holder {
            work: work.to_owned(),
            host: host(),
            pid: std::process::id(),
            since: chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        };
        Ok(Claim(match database.into().0 {
            Place::File(path) => Held::File { _lock: file::take(&path, &holder).await? },
            Place::Server(server) => Held::Session(session::take(&server, &holder).await?),
        }))
    }

    /// Who has the database for itself, where somebody has and that can be seen.
    pub async fn holder(database: impl Into<Address>) -> Option<Holder> {
        match database.into().0 {
            Place::File(path) => file::holder(&path),
            // why nothing can be seen is told by whoever opens it
            Place::Server(server) => session::holder(&server).await.ok().flatten(),
        }
    }

    /// For the transactions of whoever writes under this claim. A file's lock cannot be lost.
    pub(crate) fn fence(&self) -> Fence {
        match &self.0 {
            Held::File { .. } => Fence::default(),
            Held::Session(session) => Fence(Some(session.process())),
        }
    }

    /// Returns when another program has the database by now, or had it meanwhile, because the connection to its server was lost for a while.
    /// A file is never lost.
    pub async fn lost(&self) {
        match &self.0 {
            Held::File { .. } => std::future::pending().await,
            Held::Session(session) => session.lost().await,
        }
    }
}

/// Makes a folder that others cannot read.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
}

/// This machine's name.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fresh::Fresh;

    #[tokio::test]
    async fn the_second_is_told_who_the_first_is_and_takes_over_after_it() {
        let fresh = Fresh::new().await;
        let database = fresh.address();
        assert_eq!(Claim::holder(&database).await, None);
        let first = Claim::take(&database, "server").await.unwrap();
        let ClaimError::Held(Some(holder)) = Claim::take(&database, "restore").await.unwrap_err() else {
            unreachable!()
        };
        assert_eq!((holder.work.as_str(), holder.pid), ("server", std::process::id()));
        assert!(holder.is_here());
        assert_eq!(Claim::holder(&database).await, Some(holder));
        drop(first);
        let second = Claim::take(&database, "restore").await.unwrap();
        assert_eq!(Claim::holder(&database).await.unwrap().work, "restore");
        drop(second);
    }
}
