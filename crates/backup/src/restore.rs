//! Puts a backup back in its place.
//!
//! Everything is made ready beside its place first: the new database, and files that are missing or differ. Then only names
//! change, the database's last; where that fails they change back. What is replaced is kept, and so are uploads that the
//! restored database does not know. A database in PostgreSQL is filled from the new one in a transaction that is
//! committed last; a file that was the database until then goes out of its place.

mod moves;

use crate::{
    BackupError, DATABASE, Manifest, Places, Progress, RESULTS, Shelved, Step, Tell, UPLOADS, at, blocking, manifest,
    shelf, tree, verify,
};
use domain::{Actor, JobId, UploadId};
use moves::{Move, Moves, parent_of};
use repository::{
    Address, Claim, KnownJob, NotPlaced, Replacement, Repository, RepositoryConfig, Rights, Settled, Use,
};
use std::collections::HashMap;
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
    pub kept: Option<Kept>,
    /// Where the file is kept that was the database before the lab moved to a server's.
    pub left: Option<PathBuf>,
    /// Files that were put back.
    pub files: u64,
}

/// Where a database is kept that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A file and what belongs to it.
    Folder(PathBuf),
    /// A server's, in a schema of its own beside the new tables.
    Schema(String),
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kept::Folder(folder) => write!(f, "{}", folder.display()),
            Kept::Schema(name) => {
                write!(f, "the same database's schema {name} (DROP SCHEMA \"{name}\" CASCADE, later)")
            }
        }
    }
}

/// The database that a backup goes into. Nobody else uses it: the claims are the proof.
pub struct Target<'a> {
    /// Where it is.
    pub database: Address,
    /// Of it.
    pub claim: &'a Claim,
    /// A file beside a server's database: the one the lab used before it moved there. No server may begin with it again.
    pub left: Option<(PathBuf, &'a Claim)>,
}

/// Puts the backup of this name (or `latest`) back.
///
/// # Errors
/// Why not. Everything is as it was then, but where the error says otherwise.
pub async fn restore(
    target: Target<'_>,
    places: &Places,
    name: &str,
    actor: &Actor,
    tell: &Tell,
) -> Result<Restored, BackupError> {
    // nobody removes the backup meanwhile
    let _lock = shelf::lock(&places.backups)?;
    let shelved = shelf::find(&places.backups, name)?;
    let manifest = verify(&shelved.folder, tell).await?.manifest;
    let Target { database, claim, left } = target;
    let left = left.map(|(file, _)| file).filter(|file| database.file().is_none() && file.exists());
    // what has happened since the backup, and what was revoked, is known where the lab has worked until now
    let before = match &left {
        Some(file) if !repository::is_used(&database).await? => Address::from(file),
        _ => database.clone(),
    };
    let (lost, last_known) = lost(&before, &shelved).await?;
    let stamp = shelf::name_for(&places.backups, chrono::Utc::now().timestamp());
    let fresh = match database.file() {
        Some(file) => beside(file, &format!(".restoring-{stamp}")),
        // what a kill leaves of it the next backup sweeps away
        None => shelf::unfinished(&places.backups, &format!("restoring-{stamp}")),
    };
    let used = JobId(manifest.last_job.max(last_known).max(last_folder(&places.results)?));
    match ready(&before, &fresh, &shelved, places, used, &stamp, actor, tell).await {
        Ok((settled, mut moves)) => {
            let files = moves.of_the_backup();
            let left = left.map(|file| put_away(&file, &stamp, &mut moves));
            let kept = match database.file() {
                Some(file) => put_file(file.to_owned(), fresh, moves, stamp).await?,
                None => put_into_server(&database, claim, fresh, moves, &stamp).await?,
            };
            Ok(Restored { manifest, lost, settled, kept, left, files })
        }
        Err(error) => {
            remove_database(&fresh)?;
            Err(error)
        }
    }
}

async fn put_file(
    database: PathBuf,
    fresh: PathBuf,
    mut moves: Moves,
    stamp: String,
) -> Result<Option<Kept>, BackupError> {
    blocking(move || {
        let kept = put_away(&database, &stamp, &mut moves);
        moves.add_last(Move { from: fresh.clone(), to: database.clone(), aside: None, is_new: false });
        let folder = folder_of(&database);
        if let Err(error) = tree::sync_disk(folder).and_then(|()| moves.make()) {
            drop(moves);
            remove_database(&fresh)?;
            return Err(error);
        }
        moves.done();
        for changed in [kept.as_path(), folder] {
            // it is in place: only a power cut in this moment could tell otherwise
            if changed.exists()
                && let Err(error) = tree::sync_folder(changed)
            {
                tracing::warn!(%error, "the new names may not be on the disk yet");
            }
        }
        Ok(kept.exists().then_some(Kept::Folder(kept)))
    })
    .await
}

/// What can fail of the database does before a file moves. Where its server is gone at the very end, the files move back if
/// it has not taken it.
async fn put_into_server(
    database: &Address,
    claim: &Claim,
    fresh: PathBuf,
    moves: Moves,
    stamp: &str,
) -> Result<Option<Kept>, BackupError> {
    let put = async {
        let ready = Replacement::prepare(database, claim, &fresh, &format!("before_restore_{stamp}")).await?;
        ready.prove().await?;
        let moves = blocking(move || {
            let mut moves = moves;
            moves.make()?;
            // the database is another machine's: a power cut here must not leave it restored beside files that are not
            moves.settle().map(|()| moves)
        })
        .await?;
        let committed = ready.commit().await;
        blocking(move || match committed {
            Ok(kept) => {
                moves.done();
                Ok(kept.map(Kept::Schema))
            }
            // they move back as they are dropped
            Err(NotPlaced::Refused(error)) => Err(error.into()),
            Err(NotPlaced::Unknown(error)) => {
                moves.done();
                Err(BackupError::Unknown(error))
            }
        })
        .await
    };
    let put = put.await;
    remove_database(&fresh)?;
    put
}

/// A database's file and what belongs to it go into a folder beside it.
fn put_away(database: &Path, stamp: &str, moves: &mut Moves) -> PathBuf {
    let kept = folder_of(database).join(format!("before-restore-{stamp}"));
    // what belongs to the database only goes with it: it must never be read beside another
    for part in parts(database).into_iter().filter(|part| part.exists()) {
        let to = kept.join(part.file_name().unwrap_or_default());
        moves.add(Move { from: part, to, aside: None, is_new: false });
    }
    kept
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The new database and all files beside their places. Nothing that is there is touched.
#[allow(clippy::too_many_arguments, reason = "one step of one function")]
async fn ready(
    before: &Address,
    fresh: &Path,
    shelved: &Shelved,
    places: &Places,
    used: JobId,
    stamp: &str,
    actor: &Actor,
    tell: &Tell,
) -> Result<(Settled, Moves), BackupError> {
    remove_database(fresh)?;
    parent_of(fresh)?;
    tree::copy(&shelved.folder.join(DATABASE), fresh, &mut |_| {}).map_err(at(fresh))?;
    // what was revoked since must not work again
    let rights = repository::rights_in(before, Use::Live).await.ok();
    let (settled, unknown) = settle(fresh, &shelved.name, used, rights, places, actor).await?;
    let (from, to, tell) = (shelved.folder.clone(), places.clone(), tell.clone());
    let aside = format!(".before-restore-{stamp}");
    let moves = blocking(move || {
        let manifest = Manifest::read(&from)?;
        let sums = manifest::read_sums(&from, &manifest)?;
        let mut moves = Moves::default();
        files(&from, &to, &sums, &aside, manifest.bytes, &tell, &mut moves)?;
        // uploads that the restored database does not know would be taken for forgotten, and removed
        for path in unknown {
            let (from, to) = (to.uploads.join(&path), to.uploads.join(&aside).join(&path));
            moves.add(Move { from, to, aside: None, is_new: false });
        }
        Ok(moves)
    })
    .await?;
    Ok((settled, moves))
}

/// Copies what is missing or differs to beside its place.
fn files(
    from: &Path,
    places: &Places,
    sums: &manifest::Sums,
    aside: &str,
    of_bytes: u64,
    tell: &Tell,
    moves: &mut Moves,
) -> Result<(), BackupError> {
    let mut progress = Progress { step: Step::Restore, of_bytes, ..Progress::default() };
    for (path, hash) in sums {
        let place = match path.split_once('/') {
            Some((UPLOADS, below)) => Some((&places.uploads, below)),
            Some((RESULTS, below)) => Some((&places.results, below)),
            _ => None,
        };
        let Some((root, below)) = place else { continue };
        let mut read = |bytes| {
            progress.bytes += bytes;
            tell(progress);
        };
        let target = tree::below(root, below);
        let kept = match tree::hash(&target, &mut read) {
            Ok(present) if present == *hash => {
                progress.files += 1;
                continue;
            }
            Ok(_) => Some(tree::below(&root.join(aside), below)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(at(&target)(error)),
        };
        parent_of(&target)?;
        // hidden: what is left by a kill is in no backup and on no page
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = target.with_file_name(format!(".restoring-{name}"));
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&part)(error)),
            _ => {}
        }
        moves.add(Move { from: part.clone(), to: target, aside: kept, is_new: true });
        let written = tree::copy(&tree::below(from, path), &part, &mut |_| {}).map_err(at(&part))?;
        if written != *hash {
            return Err(BackupError::changed(below));
        }
        progress.files += 1;
    }
    for root in [&places.uploads, &places.results] {
        tree::private_folder(root)?;
        tree::sync_disk(root)?;
    }
    Ok(())
}

/// Brings the tables up to date and sets right what a backup cannot know; gives the folders of uploads that it does not know.
async fn settle(
    fresh: &Path,
    backup: &str,
    used: JobId,
    rights: Option<Rights>,
    places: &Places,
    actor: &Actor,
) -> Result<(Settled, Vec<PathBuf>), BackupError> {
    let config = RepositoryConfig { database: fresh.into(), first_values: Vec::new() };
    let repository = Repository::open(&config).await?;
    let done = async {
        let settled = repository.settle_restored(backup, used, rights, actor).await?;
        let mut unknown = Vec::new();
        for ids in upload_folders(&places.uploads)?.chunks(AT_ONCE) {
            let noted = repository.noted_uploads(ids).await?;
            let gone = ids.iter().filter(|id| !noted.contains(id));
            unknown.extend(gone.map(|id| Path::new(UPLOAD_FOLDERS).join(id.as_str())));
        }
        Ok::<_, BackupError>((settled, unknown))
    };
    let done = done.await;
    repository.close().await;
    let done = done?;
    // all of it is in the file itself: that alone takes the place
    let log = beside(fresh, "-wal");
    if fs::metadata(&log).is_ok_and(|of| of.len() > 0) {
        return Err(at(&log)(io::Error::other("could not be folded into the database; is its disk full?")));
    }
    repository::examine(fresh, Use::Still).await?;
    Ok(done)
}

/// Uploads looked up at once.
const AT_ONCE: usize = 500;
/// Below the folder of all uploads: a folder for each.
const UPLOAD_FOLDERS: &str = "inp-files";

fn upload_folders(uploads: &Path) -> Result<Vec<UploadId>, BackupError> {
    let folder = uploads.join(UPLOAD_FOLDERS);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(&folder)(error)),
    };
    Ok(entries.flatten().filter_map(|entry| UploadId::parse(entry.file_name().to_str()?).ok()).collect())
}

/// What the present database knows beyond the backup, and the largest number of a job it has.
async fn lost(database: &Address, shelved: &Shelved) -> Result<(Lost, i64), BackupError> {
    let is_there = match database.file() {
        Some(file) => file.exists(),
        None => repository::is_used(database).await?,
    };
    if !is_there {
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
