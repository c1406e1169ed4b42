//! What a backup says of itself, and the list of its files in the form of `sha256sum`.

use crate::{BackupError, MANIFEST, SUMS, at};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The form of backups; a larger number is one that this program does not know.
pub const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the backup's folder.
    pub format: u32,
    /// When it was begun, seconds since the epoch: what was committed by then is in it.
    pub made_at: i64,
    /// Seconds it took.
    pub took: u64,
    /// The program's version.
    pub version: String,
    /// The last change of the tables.
    pub schema: String,
    /// Jobs in the database.
    pub jobs: u64,
    /// The largest number of a job, 0 where there is none.
    pub last_job: i64,
    /// Files of all kinds.
    pub files: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes that were written for it; the rest was in the backup before.
    pub new_bytes: u64,
    /// Files that went away while it was written: their jobs were deleted.
    pub gone: u64,
    /// SHA-256 of `SHA256SUMS`.
    pub sums: String,
}

/// The hash of each file by its path in the backup, `/` between folders.
pub type Sums = BTreeMap<String, String>;

impl Manifest {
    /// Of the backup in this folder.
    ///
    /// # Errors
    /// `Unusable`, `Io`.
    pub fn read(folder: &Path) -> Result<Manifest, BackupError> {
        let path = folder.join(MANIFEST);
        let text = fs::read(&path).map_err(at(&path))?;
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(|_| damaged(MANIFEST))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64).ok_or_else(|| damaged(MANIFEST))?;
        if format > u64::from(FORMAT) {
            let version = value.get("version").and_then(serde_json::Value::as_str).unwrap_or("?");
            return Err(BackupError::newer(version));
        }
        serde_json::from_value(value).map_err(|_| damaged(MANIFEST))
    }

    /// Writes it.
    ///
    /// # Errors
    /// `Io`.
    pub fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_vec_pretty(self).map_err(|error| at(&path)(error.into()))?;
        fs::write(&path, text).map_err(at(&path))
    }
}

fn damaged(what: &str) -> BackupError {
    BackupError::unreadable(what, "")
}

/// Writes the list of files; gives its own hash.
///
/// # Errors
/// `Io`.
pub fn write_sums(folder: &Path, sums: &Sums) -> Result<String, BackupError> {
    let mut text = String::new();
    for (path, hash) in sums {
        // a String takes everything
        let _ = writeln!(text, "{hash}  {path}");
    }
    let path = folder.join(SUMS);
    fs::write(&path, &text).map_err(at(&path))?;
    Ok(hex::encode(Sha256::digest(&text)))
}

/// Reads it, and holds it against its own hash.
///
/// # Errors
/// `Unusable`, `Io`.
pub fn read_sums(folder: &Path, manifest: &Manifest) -> Result<Sums, BackupError> {
    let path = folder.join(SUMS);
    let text = fs::read(&path).map_err(at(&path))?;
    if hex::encode(Sha256::digest(&text)) != manifest.sums {
        return Err(BackupError::changed(SUMS));
    }
    let text = String::from_utf8(text).map_err(|_| damaged(SUMS))?;
    text.lines()
        .map(|line| {
            let (hash, path) = line.split_once("  ").ok_or_else(|| damaged(SUMS))?;
            // only what lies in the backup
            let inside = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            if inside { Ok((path.to_owned(), hash.to_owned())) } else { Err(damaged(SUMS)) }
        })
        .collect()
}
