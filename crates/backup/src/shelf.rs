//! The folder of all backups: what is there, what was tried last, what is too old.

use crate::{BackupError, Manifest, at, tree};
use chrono::{Local, TimeZone};
use domain::health::BackupProblem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

/// Leads to the newest.
const LATEST: &str = "latest";
const LOCK: &str = ".lock";
const ATTEMPT: &str = ".last-attempt.json";
const CHECKS: &str = ".checks.json";
/// What is being written is called so.
const UNFINISHED: &str = ".unfinished-";

/// One backup in its place.
#[derive(Debug)]
pub struct Shelved {
    /// Its folder's name: when it was begun, in local time.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself, where that can be read.
    pub manifest: Result<Manifest, BackupError>,
    /// When it was read again last, beside the reading right after it was written.
    pub check: Option<Check>,
}

impl Shelved {
    /// Nothing is known to be wrong with it. One of a newer version is good, if not for this one.
    pub fn is_good(&self) -> bool {
        let problem = match (&self.manifest, &self.check) {
            (Err(error), _) => Some(error.problem()),
            (Ok(_), Some(check)) => check.problem.clone(),
            (Ok(_), None) => None,
        };
        problem.is_none_or(|problem| matches!(problem, BackupProblem::Newer { .. }))
    }
}

/// A backup that was read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// When, seconds since the epoch.
    pub at: i64,
    /// What is wrong with it.
    pub problem: Option<BackupProblem>,
}

/// How the last attempt at a backup went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, seconds since the epoch.
    pub at: i64,
    /// What it made.
    pub name: Option<String>,
    /// Why it made nothing.
    pub error: Option<String>,
    /// For want of room.
    #[serde(default)]
    pub full: bool,
    /// Bytes that were to be written, and that could be, where that was known before.
    #[serde(default)]
    pub room: Option<(u64, u64)>,
}

/// Held while a backup is written or old ones are removed.
pub struct Lock {
    _file: File,
}

/// Takes the folder for writing; it is made where it is missing.
///
/// # Errors
/// `UnderWay`, `Io`.
pub fn lock(backups: &Path) -> Result<Lock, BackupError> {
    tree::private_folder(backups)?;
    let path = backups.join(LOCK);
    let open = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = open.map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(BackupError::UnderWay),
        Err(TryLockError::Error(error)) => Err(at(&path)(error)),
    }
}

/// All backups, the newest first. A folder that is not there has none.
///
/// # Errors
/// `Io`.
pub fn list(backups: &Path) -> Result<Vec<Shelved>, BackupError> {
    let entries = match fs::read_dir(backups) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(backups)(error)),
    };
    let mut checks: BTreeMap<String, Check> = stored(&backups.join(CHECKS)).unwrap_or_default();
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(at(backups))?;
        let Some(name) = entry.file_name().to_str().filter(|name| is_name(name)).map(str::to_owned) else { continue };
        let folder = entry.path();
        let check = checks.remove(&name);
        found.push(Shelved { name, manifest: Manifest::read(&folder), folder, check });
    }
    found.sort_by_cached_key(|shelved| std::cmp::Reverse(place(&shelved.name)));
    Ok(found)
}

/// The backup of this name, or the one made last for `latest`.
///
/// # Errors
/// `NotFound`, `Io`.
pub fn find(backups: &Path, name: &str) -> Result<Shelved, BackupError> {
    // by the link first: it is right even where the clock was set back
    let led = fs::read_link(backups.join(LATEST)).ok().filter(|_| name == LATEST);
    let led = led.and_then(|to| to.to_str().map(str::to_owned));
    let all = list(backups)?;
    let known = led.filter(|led| all.iter().any(|shelved| shelved.name == *led));
    let wanted = known.as_deref().unwrap_or(name);
    let found = all.into_iter().find(|shelved| shelved.name == wanted || wanted == LATEST);
    found.ok_or_else(|| BackupError::NotFound(name.to_owned()))
}

/// All files of a backup: the path in it, and where it is.
///
/// # Errors
/// `Io`.
pub fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let found = tree::files(folder, &|_| true)?;
    Ok(found.into_iter().map(|file| (file.path.clone(), tree::below(folder, &file.path))).collect())
}

/// Its place in time, by its name: the second, and which of that second.
fn place(name: &str) -> (String, u64) {
    let (stamp, count) = name.split_once('-').unwrap_or((name, "1"));
    (stamp.to_owned(), count.parse().unwrap_or(u64::MAX))
}

/// `20261129_020000`, and `20261129_020000-2` for a second one in that second.
fn is_name(name: &str) -> bool {
    let (stamp, count) = name.split_once('-').map_or((name, None), |(stamp, count)| (stamp, Some(count)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = stamp
        .split_once('_')
        .is_some_and(|(day, time)| day.len() == 8 && time.len() == 6 && digits(day) && digits(time));
    fits && count.is_none_or(digits)
}

/// A free name for a backup begun at this moment.
pub fn name_for(backups: &Path, at: i64) -> String {
    let stamp = Local.timestamp_opt(at, 0).single().unwrap_or_default().format("%Y%m%d_%H%M%S").to_string();
    let of_that_second = list(backups).unwrap_or_default();
    let last = of_that_second.iter().map(|shelved| place(&shelved.name)).filter(|(other, _)| *other == stamp).max();
    match last {
        Some((_, count)) => format!("{stamp}-{}", count.saturating_add(1)),
        None => stamp,
    }
}

/// Where a backup of this name is written.
pub fn unfinished(backups: &Path, name: &str) -> PathBuf {
    backups.join(format!("{UNFINISHED}{name}"))
}

/// Removes what attempts that were cut off have left.
///
/// # Errors
/// `Io`.
pub fn sweep(backups: &Path, _held: &Lock) -> Result<(), BackupError> {
    for entry in fs::read_dir(backups).map_err(at(backups))? {
        let entry = entry.map_err(at(backups))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            tree::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Gives a backup that is whole its name, and has `latest` lead to it.
///
/// # Errors
/// `Io`.
pub fn put(backups: &Path, name: &str, _held: &Lock) -> Result<PathBuf, BackupError> {
    let (from, to) = (unfinished(backups, name), backups.join(name));
    fs::rename(&from, &to).map_err(at(&to))?;
    let (latest, fresh) = (backups.join(LATEST), backups.join(format!("{UNFINISHED}{LATEST}")));
    let led = match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => symlink(name, &fresh).and_then(|()| fs::rename(&fresh, &latest)),
    };
    if let Err(error) = led {
        // some disks have no links; the program itself goes by the names
        tracing::warn!(%error, "`latest` does not lead to the new backup");
    }
    tree::sync_folder(backups)?;
    Ok(to)
}

/// Removes the oldest beyond `keep`, but never the one just `made`; gives their names. What is known to be damaged is not
/// counted as one that is kept, and stays for somebody to look at.
///
/// # Errors
/// `Io`.
pub fn expire(backups: &Path, keep: usize, made: &str, _held: &Lock) -> Result<Vec<String>, BackupError> {
    let mut removed = Vec::new();
    let others = list(backups)?.into_iter().filter(|shelved| shelved.is_good() && shelved.name != made);
    for old in others.skip(keep.saturating_sub(1)) {
        // renamed first: one that is half gone must not look like a backup
        let doomed = unfinished(backups, &old.name);
        fs::rename(&old.folder, &doomed).map_err(at(&old.folder))?;
        tree::remove(&doomed)?;
        removed.push(old.name);
    }
    Ok(removed)
}

/// How the last attempt went, by whomever it was made.
pub fn last_attempt(backups: &Path) -> Option<Attempt> {
    stored(&backups.join(ATTEMPT))
}

/// Notes it. That it cannot be noted changes nothing.
pub fn note(backups: &Path, attempt: &Attempt) {
    if let Err(error) = store(&backups.join(ATTEMPT), attempt) {
        tracing::warn!(%error, "how the backup went could not be noted in its folder");
    }
}

/// Notes how a backup was found when it was read again. What was noted of those that are gone goes too.
pub fn note_check(backups: &Path, name: &str, check: Check) {
    let path = backups.join(CHECKS);
    let mut checks: BTreeMap<String, Check> = stored(&path).unwrap_or_default();
    checks.retain(|name, _| backups.join(name).is_dir());
    checks.insert(name.to_owned(), check);
    if let Err(error) = store(&path, &checks) {
        tracing::warn!(%error, "how the backup was found could not be noted in its folder");
    }
}

fn stored<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn store(path: &Path, what: &impl Serialize) -> io::Result<()> {
    let fresh = path.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(what).map_err(io::Error::other)?)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_backups_are_backups() {
        for name in ["20261129_020000", "20261129_020000-2"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["latest", ".unfinished-20261129_020000", "20261129", "20261129_020000-", "20261129_0200000", "..", "mine"]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
