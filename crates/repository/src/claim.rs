//! One server for one database: a lock beside the file that lasts as long as the process does.

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
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
}

/// Held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Claim {
    _file: File,
}

/// The lock's file.
fn beside(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(".lock");
    PathBuf::from(name)
}

impl Claim {
    /// Takes the database for `work`. Its folder is made where it is missing.
    ///
    /// # Errors
    /// `Held`, `Io`.
    pub fn take(database: &Path, work: &str) -> Result<Claim, ClaimError> {
        let path = beside(database);
        let failed = |error: io::Error| ClaimError::Io { path: path.clone(), error };
        if let Some(folder) = path.parent() {
            make_private(folder).map_err(failed)?;
        }
        // never removed: a lock on a name that was removed and made anew would be two locks
        let mut file = OpenOptions::new()
            .mode(0o600)
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // who only looks whether somebody has it is gone in a moment
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(ClaimError::Held(read(&mut file))),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let holder = Holder {
            work: work.to_owned(),
            host: host(),
            pid: std::process::id(),
            since: chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        };
        // who it is only helps people: a full disk must not keep the server from starting
        let mut note = || {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(serde_json::to_string(&holder).map_err(io::Error::other)?.as_bytes())
        };
        if let Err(error) = note() {
            tracing::warn!(%error, "who holds the database could not be noted");
        }
        Ok(Claim { _file: file })
    }

    /// Who has the database for itself, where somebody has.
    pub fn holder(database: &Path) -> Option<Holder> {
        let mut file = File::open(beside(database)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => read(&mut file),
            _ => None,
        }
    }
}

/// Makes a folder that others cannot read.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
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

    #[test]
    fn the_second_is_told_who_the_first_is_and_takes_over_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data/jobs.db");
        assert_eq!(Claim::holder(&database), None);
        let first = Claim::take(&database, "server").unwrap();
        let ClaimError::Held(Some(holder)) = Claim::take(&database, "restore").unwrap_err() else { unreachable!() };
        assert_eq!((holder.work.as_str(), holder.pid), ("server", std::process::id()));
        assert_eq!(Claim::holder(&database), Some(holder));
        drop(first);
        assert_eq!(Claim::holder(&database), None);
        Claim::take(&database, "restore").unwrap();
    }
}
