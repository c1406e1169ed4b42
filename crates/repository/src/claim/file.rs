//! A lock on a file beside the database's.

use super::{ClaimError, Holder, PAUSE, TRIES, make_private};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The lock's file.
fn beside(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(".lock");
    PathBuf::from(name)
}

/// Held until the file is closed.
pub(super) async fn take(database: &Path, holder: &Holder) -> Result<File, ClaimError> {
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
                tokio::time::sleep(PAUSE).await;
            }
            Err(TryLockError::WouldBlock) => return Err(ClaimError::Held(read(&mut file))),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    // who it is only helps people: a full disk must not keep the server from starting
    let mut note = || {
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(serde_json::to_string(holder).map_err(io::Error::other)?.as_bytes())
    };
    if let Err(error) = note() {
        tracing::warn!(%error, "who holds the database could not be noted");
    }
    Ok(file)
}

pub(super) fn holder(database: &Path) -> Option<Holder> {
    let mut file = File::open(beside(database)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read(&mut file),
        _ => None,
    }
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
