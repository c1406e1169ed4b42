//! Writes one.

use crate::manifest::{FORMAT, Sums};
use crate::shelf::{self, Attempt, Lock};
use crate::tree::{self, Found};
use crate::verify::verify_but;
use crate::{
    BackupError, DATABASE, Manifest, Places, Progress, RESULTS, Shelved, Step, Tell, UPLOADS, at, blocking, manifest,
};
use domain::Settings;
use repository::{Repository, Use};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// What goes in, and how many stay.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Results that changed within so long.
    pub results_of: Duration,
    /// So many backups stay, this one among them.
    pub keep: usize,
}

impl Rules {
    /// As the settings have them.
    pub fn of(settings: &Settings) -> Rules {
        Rules {
            results_of: Duration::from_secs(settings.backup_results.0),
            keep: usize::try_from(settings.backup_keep).unwrap_or(usize::MAX),
        }
    }
}

/// Room that stays free beside what is written.
const SPARE: u64 = 16 * 1024 * 1024;

/// Writes a backup and proves it, then removes the oldest beyond what is kept.
///
/// # Errors
/// Why there is none. Nothing is left of it, and those before are untouched.
pub async fn write(
    repository: &Repository,
    places: &Places,
    rules: Rules,
    tell: &Tell,
) -> Result<Shelved, BackupError> {
    let backups = &places.backups;
    let lock = Arc::new(shelf::lock(backups)?);
    let begun = now();
    let name = shelf::name_for(backups, begun);
    let made = attempt(repository, places, rules, &name, begun, tell, &lock).await;
    let noted = Attempt::of(&made);
    if made.is_err()
        && let Err(error) = swept(backups, &lock).await
    {
        tracing::warn!(%error, "what was written of a backup that failed stays");
    }
    shelf::note(backups, &noted);
    made
}

/// What attempts that were cut off have left may be large.
async fn swept(backups: &Path, lock: &Arc<Lock>) -> Result<(), BackupError> {
    let (backups, lock) = (backups.to_owned(), Arc::clone(lock));
    blocking(move || shelf::sweep(&backups, &lock)).await
}

async fn attempt(
    repository: &Repository,
    places: &Places,
    rules: Rules,
    name: &str,
    begun: i64,
    tell: &Tell,
    lock: &Arc<Lock>,
) -> Result<Shelved, BackupError> {
    let clock = Instant::now();
    let backups = &places.backups;
    swept(backups, lock).await?;
    let folder = shelf::unfinished(backups, name);
    tree::private_folder(&folder)?;
    tell(Progress::default());
    let database = folder.join(DATABASE);
    // SQLite takes a file that is empty, and this one is nobody else's
    drop(tree::private_file(&database).map_err(at(&database))?);
    repository.copy_to(&database).await?;
    let jobs = repository::jobs_in(&database, Use::Still).await?;
    let schema = repository::examine(&database, Use::Still).await?;
    let work = Work {
        places: places.clone(),
        folder: folder.clone(),
        before: shelf::list(backups)?.into_iter().find(|shelved| shelved.manifest.is_ok()),
        since: SystemTime::now().checked_sub(rules.results_of).unwrap_or(SystemTime::UNIX_EPOCH),
        tell: tell.clone(),
    };
    let linked = blocking(move || {
        let mut copied = work.copy()?;
        let sums = manifest::write_sums(&work.folder, &copied.sums)?;
        let manifest = Manifest {
            format: FORMAT,
            made_at: begun,
            took: clock.elapsed().as_secs(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            schema: schema.version,
            jobs: jobs.len() as u64,
            last_job: jobs.last().map_or(0, |job| job.id.0),
            files: copied.sums.len() as u64,
            bytes: copied.bytes,
            new_bytes: copied.new_bytes,
            gone: copied.gone,
            sums,
        };
        manifest.write(&work.folder)?;
        tree::sync_disk(&work.folder)?;
        Ok(std::mem::take(&mut copied.linked))
    })
    .await?;
    let verified = verify_but(&folder, linked, tell).await?;
    let (lock, name, root) = (Arc::clone(lock), name.to_owned(), backups.clone());
    let (name, folder) = blocking(move || {
        let folder = shelf::put(&root, &name, &lock)?;
        match shelf::expire(&root, rules.keep, &name, &lock) {
            Ok(removed) if !removed.is_empty() => tracing::info!(backups = removed.join(" "), "old backups removed"),
            Ok(_) => {}
            // the new one is there and good
            Err(error) => tracing::warn!(%error, "old backups could not be removed"),
        }
        Ok((name, folder))
    })
    .await?;
    Ok(Shelved { name, folder, manifest: Ok(verified.manifest), check: None })
}

impl Attempt {
    /// How one that ended just now went.
    pub fn of(made: &Result<Shelved, BackupError>) -> Attempt {
        let (name, error) = match made {
            Ok(made) => (Some(made.name.clone()), None),
            Err(error) => (None, Some(error)),
        };
        let room = match error {
            Some(BackupError::NoRoom { needed, free }) => Some((*needed, *free)),
            _ => None,
        };
        let full = error.is_some_and(BackupError::is_full);
        Attempt { at: now(), name, error: error.map(ToString::to_string), full, room }
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// The part that is all files.
struct Work {
    places: Places,
    folder: PathBuf,
    before: Option<Shelved>,
    since: SystemTime,
    tell: Tell,
}

#[derive(Default)]
struct Copied {
    sums: Sums,
    /// They are in the backup before, where they were read and compared.
    linked: HashSet<String>,
    bytes: u64,
    new_bytes: u64,
    gone: u64,
}

impl Work {
    fn copy(&self) -> Result<Copied, BackupError> {
        let mut done = Copied::default();
        let database = self.folder.join(DATABASE);
        let size = fs::metadata(&database).map_err(at(&database))?.len();
        let hash = tree::hash(&database, &mut |_| {}).map_err(at(&database))?;
        done.sums.insert(DATABASE.to_owned(), hash);
        (done.bytes, done.new_bytes) = (size, size);

        let uploads = tree::files(&self.places.uploads, &|_| true)?;
        let results = tree::files(&self.places.results, &|file| file.modified >= self.since)?;
        let before = self.before.as_ref().and_then(|shelved| {
            let sums = manifest::read_sums(&shelved.folder, shelved.manifest.as_ref().ok()?).ok()?;
            Some((shelved.folder.as_path(), sums))
        });
        let trees = [(UPLOADS, &self.places.uploads, &uploads), (RESULTS, &self.places.results, &results)];
        let mut progress = Progress { step: Step::Files, ..Progress::default() };
        let mut needed: u64 = 0;
        for (kind, _, files) in &trees {
            for file in *files {
                progress.of_bytes += file.size;
                let path = format!("{kind}/{}", file.path);
                if !before.as_ref().is_some_and(|(folder, _)| is_same(&tree::below(folder, &path), file)) {
                    needed += file.size;
                }
            }
        }
        let free = tree::free(&self.folder)?;
        if needed.saturating_add(SPARE) > free {
            return Err(BackupError::NoRoom { needed: needed + SPARE, free });
        }
        for (kind, root, files) in trees {
            tree::private_folder(&self.folder.join(kind))?;
            let mut made = String::new();
            for file in files {
                let path = format!("{kind}/{}", file.path);
                let target = tree::below(&self.folder, &path);
                let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                if parent != made {
                    tree::private_folder(&tree::below(&self.folder, parent))?;
                    made = parent.to_owned();
                }
                let mut read = |bytes| {
                    progress.bytes += bytes;
                    (self.tell)(progress);
                };
                let linked = before.as_ref().and_then(|(folder, sums)| {
                    link(&tree::below(folder, &path), sums.get(&path)?, file, &target, &mut read)
                });
                if let Some(hash) = linked {
                    done.linked.insert(path.clone());
                    done.bytes += file.size;
                    done.sums.insert(path, hash);
                } else {
                    match tree::copy(&tree::below(root, &file.path), &target, &mut read) {
                        Ok(hash) => {
                            let size = fs::metadata(&target).map_err(at(&target))?.len();
                            done.bytes += size;
                            done.new_bytes += size;
                            done.sums.insert(path, hash);
                        }
                        // its job was deleted meanwhile
                        Err(error) if error.kind() == io::ErrorKind::NotFound => done.gone += 1,
                        Err(error) => return Err(at(&target)(error)),
                    }
                }
                progress.files += 1;
                (self.tell)(progress);
            }
        }
        Ok(done)
    }
}

/// As big and as old as the file in its place.
fn is_same(earlier: &Path, file: &Found) -> bool {
    fs::symlink_metadata(earlier)
        .is_ok_and(|of| of.is_file() && of.len() == file.size && of.modified().is_ok_and(|at| at == file.modified))
}

/// Takes a file over from the backup before, where it is the same and still what it was; gives its hash.
fn link(earlier: &Path, wanted: &str, file: &Found, target: &Path, read: &mut dyn FnMut(u64)) -> Option<String> {
    if !is_same(earlier, file) {
        return None;
    }
    let hash = tree::hash(earlier, read).ok().filter(|hash| hash == wanted)?;
    // a disk without hard links gets a copy
    fs::hard_link(earlier, target).ok()?;
    Some(hash)
}
