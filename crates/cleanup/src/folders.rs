//! Folders of results on the disk.

use crate::CleanupError;
use domain::JobId;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What belongs to nothing may be what somebody is about to look for: it stays for a week.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bytes of all files below; what cannot be read counts as nothing.
pub fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        // of a link its own, never what it points to
        Ok(facts) if facts.is_dir() => size(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    });
    bytes.sum()
}

/// Whether there is anything in it.
pub fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Folders called as a job's are.
///
/// # Errors
/// Where the root cannot be listed; one that is not there is empty.
pub fn of_jobs(root: &Path) -> Result<Vec<(JobId, PathBuf)>, CleanupError> {
    let failed = |error| CleanupError::Io { path: root.to_owned(), error };
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        // a link is none of ours, wherever it points
        if !entry.file_type().is_ok_and(|of| of.is_dir()) {
            continue;
        }
        let number = name.to_str().and_then(|name| name.parse::<i64>().ok());
        if let Some(number) = number.filter(|number| number.to_string().as_str() == name) {
            found.push((JobId(number), entry.path()));
        }
    }
    Ok(found)
}

/// Whether nothing in it has changed for a week.
pub fn is_old(folder: &Path) -> bool {
    let Some(since) = SystemTime::now().checked_sub(KEPT) else { return false };
    let old =
        |facts: io::Result<fs::Metadata>| facts.and_then(|facts| facts.modified()).is_ok_and(|changed| changed < since);
    let Ok(entries) = fs::read_dir(folder) else { return false };
    old(fs::metadata(folder)) && entries.into_iter().all(|entry| entry.is_ok_and(|entry| old(entry.metadata())))
}

/// Whether it is surely not there: a folder that cannot be asked says nothing.
pub fn is_gone(file: &Path) -> bool {
    matches!(fs::symlink_metadata(file), Err(error) if error.kind() == io::ErrorKind::NotFound)
}
