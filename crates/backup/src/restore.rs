//! Puts a backup back in its place.
//!
//! The new database is made ready beside the old one and takes its name last; what it replaces is kept. Files are only
//! added: what lies there and is the same stays, what differs is kept beside.

use crate::{
    BackupError, DATABASE, Manifest, Places, Progress, RESULTS, Shelved, Step, Tell, UPLOADS, at, blocking, manifest,
    shelf, tree, verify,
};
use domain::{Actor, JobId};
use repository::{Claim, KnownJob, Repository, RepositoryConfig, Settled, Use};
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the database that was replaced knew beyond the backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// There was none.
    Nothing,
    /// It could not be read: all that happened after the backup.
    Unknown,
    /// These.
    Known {
        /// Jobs submitted after the backup.
        jobs: Vec<KnownJob>,
        /// Jobs that went on after it: they stand where they stood then.
        changed: u64,
    },
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Of the backup.
    pub manifest: Manifest,
    /// What is lost.
    pub lost: Lost,
    /// What became of its jobs.
    pub settled: Settled,
    /// Where the database that was replaced is kept.
    pub kept: Option<PathBuf>,
    /// Files that were put back.
    pub files: u64,
}

/// Puts the backup of this name (or `latest`) back. Nobody else uses the database: the claim is the proof.
///
/// # Errors
/// Why not. Before the new database takes its name everything is as it was, but for files that were added.
pub async fn restore(
    database: &Path,
    _claim: &Claim,
    places: &Places,
    name: &str,
    actor: &Actor,
    tell: &Tell,
) -> Result<Restored, BackupError> {
    let shelved = shelf::find(&places.backups, name)?;
    let verified = verify(&shelved.folder, tell).await?;
    let manifest = verified.manifest;
    let (lost, last_known) = lost(database, &shelved).await?;
    let stamp = shelf::name_for(&places.backups, chrono::Utc::now().timestamp());
    let aside = format!(".before-restore-{stamp}");

    // the database, ready to use, beside its place
    let fresh = beside(database, &format!(".restoring-{stamp}"));
    remove_database(&fresh)?;
    if let Some(folder) = database.parent() {
        tree::private_folder(folder)?;
    }
    tree::copy(&shelved.folder.join(DATABASE), &fresh, &mut |_| {}).map_err(at(&fresh))?;
    let used = JobId(manifest.last_job.max(last_known).max(last_folder(&places.results)?));
    let settled = settle(&fresh, &shelved.name, used, actor).await;
    let settled = match settled {
        Ok(settled) => settled,
        Err(error) => {
            remove_database(&fresh)?;
            return Err(error);
        }
    };

    // the files
    let (of, from, to, tell) = (manifest.clone(), shelved.folder.clone(), places.clone(), tell.clone());
    let files = blocking(move || {
        let sums = manifest::read_sums(&from, &of)?;
        let mut progress = Progress { step: Step::Restore, of_bytes: of.bytes, ..Progress::default() };
        let mut put = 0;
        for (path, hash) in &sums {
            let place = match path.split_once('/') {
                Some((UPLOADS, below)) => Some((&to.uploads, below)),
                Some((RESULTS, below)) => Some((&to.results, below)),
                _ => None,
            };
            if let Some((root, below)) = place {
                let mut read = |bytes| {
                    progress.bytes += bytes;
                    tell(progress);
                };
                put += u64::from(put_back(&tree::below(&from, path), root, below, hash, &aside, &mut read)?);
                progress.files += 1;
            }
        }
        for root in [&to.uploads, &to.results] {
            tree::private_folder(root)?;
            tree::sync_disk(root)?;
        }
        Ok(put)
    })
    .await?;

    let kept = exchange(database, &fresh, &stamp)?;
    Ok(Restored { manifest, lost, settled, kept, files })
}

/// Brings the tables up to date and sets right what a backup cannot know.
async fn settle(fresh: &Path, backup: &str, used: JobId, actor: &Actor) -> Result<Settled, BackupError> {
    let config = RepositoryConfig { path: fresh.to_owned(), first_values: Vec::new() };
    let repository = Repository::open(&config).await?;
    let settled = repository.settle_restored(backup, used, actor).await;
    repository.close().await;
    Ok(settled?)
}

/// What the present database knows beyond the backup, and the largest number of a job it has.
async fn lost(database: &Path, shelved: &Shelved) -> Result<(Lost, i64), BackupError> {
    if !database.exists() {
        return Ok((Lost::Nothing, 0));
    }
    let Ok(present) = repository::jobs_in(database, Use::Live).await else { return Ok((Lost::Unknown, 0)) };
    let then = repository::jobs_in(&shelved.folder.join(DATABASE), Use::Still).await?;
    let then: HashMap<JobId, KnownJob> = then.into_iter().map(|job| (job.id, job)).collect();
    let last = present.last().map_or(0, |job| job.id.0);
    let (known, jobs): (Vec<_>, Vec<_>) = present.into_iter().partition(|job| then.contains_key(&job.id));
    let changed = known.iter().filter(|job| then.get(&job.id).is_some_and(|was| was.status != job.status)).count();
    Ok((Lost::Known { jobs, changed: changed as u64 }, last))
}

/// The largest number among the folders of results: a job of that number has been there.
fn last_folder(results: &Path) -> Result<i64, BackupError> {
    let entries = match fs::read_dir(results) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(at(results)(error)),
    };
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).max().unwrap_or(0))
}

/// Puts one file back; `false`: it is there.
fn put_back(
    from: &Path,
    root: &Path,
    below: &str,
    hash: &str,
    aside: &str,
    read: &mut dyn FnMut(u64),
) -> Result<bool, BackupError> {
    let target = tree::below(root, below);
    let folder_of = |path: &Path| path.parent().map(tree::private_folder).unwrap_or(Ok(()));
    match tree::hash(&target, read) {
        Ok(present) if present == hash => return Ok(false),
        Ok(_) => {
            let kept = tree::below(&root.join(aside), below);
            folder_of(&kept)?;
            fs::rename(&target, &kept).map_err(at(&kept))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(&target)(error)),
    }
    folder_of(&target)?;
    let part = beside(&target, ".part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&part)(error)),
        _ => {}
    }
    let written = tree::copy(from, &part, &mut |_| {}).map_err(at(&part))?;
    if written != hash {
        return Err(BackupError::changed(below));
    }
    fs::rename(&part, &target).map_err(at(&target))?;
    Ok(true)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// A database and what SQLite keeps beside it.
fn parts(database: &Path) -> [PathBuf; 3] {
    // the database first: a part of it must never be taken for the whole
    [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")]
}

fn remove_database(database: &Path) -> Result<(), BackupError> {
    for part in parts(database) {
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&part)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// The old database goes into a folder of its own, the new one takes its place.
fn exchange(database: &Path, fresh: &Path, stamp: &str) -> Result<Option<PathBuf>, BackupError> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tree::sync_disk(folder)?;
    let present: HashSet<PathBuf> = parts(database).into_iter().filter(|part| part.exists()).collect();
    let kept = (!present.is_empty()).then(|| folder.join(format!("before-restore-{stamp}")));
    if let Some(kept) = &kept {
        tree::private_folder(kept)?;
        // what belongs to the database only goes with it: it must never be read beside another
        for part in parts(database).into_iter().filter(|part| present.contains(part)) {
            let to = kept.join(part.file_name().unwrap_or_default());
            fs::rename(&part, &to).map_err(at(&to))?;
        }
        tree::sync_folder(kept)?;
    }
    fs::rename(fresh, database).map_err(at(database))?;
    tree::sync_folder(folder)?;
    Ok(kept)
}
