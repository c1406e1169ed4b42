//! What goes away by itself: results of jobs that ended long ago, completed jobs that have none left, uploads of jobs that
//! never came about, and folders that belong to no job. [`plan`] says beforehand what goes and when, [`clean_up`] does
//! what is due. Active jobs and those that somebody keeps are never touched, and each is asked again when its turn comes.
//!
//! Rows go first: what a crash leaves is a folder without a row, which the next clean-up finds.

mod folders;
mod uploads;

pub use uploads::{UPLOAD_FOLDERS, clear_uploads, remove_uploads};

use domain::cleanup::{Cleaned, CleanupRules, Ended, Going, GoingJob, Heap, MissingFile};
use domain::{JobId, Timestamp};
use repository::{DeletedJob, EndedJob, Repository, RepositoryError};
use std::io;
use std::path::{Path, PathBuf};

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// What people sent.
    pub uploads: PathBuf,
    /// What runs brought back.
    pub results: PathBuf,
}

/// Who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The clock.
    Clock,
    /// A person who has seen what goes: also folders of no job, of which the clock cannot know why they are there.
    Person,
}

/// Why it stopped half way; what went before stays gone.
#[derive(Debug, thiserror::Error)]
pub enum CleanupError {
    /// The database.
    #[error("the database: {0}")]
    Repository(#[from] RepositoryError),
    /// A folder that could not be listed.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

/// What goes by some moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Jobs of which something goes, the soonest first.
    pub jobs: Vec<GoingJob>,
    /// Uploads of jobs that never came about; they go a week after they were sent.
    pub uploads: Heap,
    /// Folders of results that belong to no job.
    pub strays: Heap,
    /// Jobs that somebody keeps.
    pub kept: u64,
}

/// What goes until `until`, if nobody keeps it.
///
/// # Errors
/// The database's; a folder that cannot be listed.
pub async fn plan(repository: &Repository, places: &Places, until: Timestamp) -> Result<Plan, CleanupError> {
    let jobs = going(repository, places, until).await?;
    let strays = strays(repository, places, By::Person).await?;
    Ok(Plan {
        jobs,
        uploads: uploads::forgotten(repository, &places.uploads).await?,
        strays: blocking(move || Ok(heap(&strays))).await?,
        kept: repository.pinned_jobs().await?,
    })
}

/// Takes away what is due at `now`. `heard` hears of each job before it is touched.
///
/// # Errors
/// As [`plan`]; what went before stays gone, and the next clean-up goes on.
pub async fn clean_up(
    repository: &Repository,
    places: &Places,
    now: Timestamp,
    by: By,
    heard: &(dyn Fn(&GoingJob) + Sync),
) -> Result<Cleaned, CleanupError> {
    let mut cleaned = Cleaned::default();
    for job in going(repository, places, now).await? {
        heard(&job);
        match job.what {
            Going::Results => {
                if repository.let_results_go(job.id).await? {
                    remove_folder(places.results.join(job.id.to_string())).await;
                    cleaned.results += 1;
                    cleaned.bytes += job.bytes;
                }
            }
            Going::Job => {
                if let Some(deleted) = repository.let_job_go(job.id).await? {
                    remove_job(places, job.id, &deleted).await;
                    cleaned.jobs += 1;
                    cleaned.bytes += job.bytes;
                }
            }
        }
    }
    let uploads = clear_uploads(repository, &places.uploads).await?;
    cleaned.uploads += uploads.count;
    cleaned.bytes += uploads.bytes;
    for folder in strays(repository, places, by).await? {
        let path = folder.clone();
        let bytes = blocking(move || Ok(folders::size(&path))).await?;
        if remove_folder(folder).await {
            cleaned.strays += 1;
            cleaned.bytes += bytes;
        }
    }
    Ok(cleaned)
}

/// Removes what a deleted job left on the disk. What cannot be removed is found by a later clean-up.
pub async fn remove_job(places: &Places, id: JobId, deleted: &DeletedJob) {
    remove_folder(places.results.join(id.to_string())).await;
    remove_uploads(&places.uploads, &deleted.uploads).await;
}

async fn remove_folder(folder: PathBuf) -> bool {
    match tokio::fs::remove_dir_all(&folder).await {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "a folder of results stays on disk");
            false
        }
    }
}

/// Jobs of which something goes until `until`, the soonest first.
///
/// # Errors
/// The database's.
pub async fn going(repository: &Repository, places: &Places, until: Timestamp) -> Result<Vec<GoingJob>, CleanupError> {
    let rules = repository.settings().cleanup.clone();
    let Some(newest_end) = rules.newest_end(until) else { return Ok(Vec::new()) };
    let ended = repository.ended_jobs(newest_end).await?;
    let since = repository.cleanup_rules_since().await?;
    let results = places.results.clone();
    blocking(move || {
        let mut going: Vec<GoingJob> =
            ended.into_iter().filter_map(|job| of_job(&rules, job, since, until, &results)).collect();
        going.sort_by_key(|job| (job.at, job.id));
        Ok(going)
    })
    .await
}

fn of_job(rules: &CleanupRules, job: EndedJob, since: Timestamp, until: Timestamp, results: &Path) -> Option<GoingJob> {
    let folder = results.join(job.id.to_string());
    let has_results = job.results_removed_at.is_none() && (job.has_results || folders::has_files(&folder));
    let (what, at) =
        rules.next(Ended { status: job.status, at: job.ended_at, settled_at: job.updated_at, has_results }, since)?;
    (at <= until).then(|| GoingJob {
        id: job.id,
        name: job.name,
        user: job.user,
        user_name: job.user_name,
        ended_at: job.ended_at,
        what,
        at,
        bytes: folders::size(&folder),
    })
}

/// Folders of results, a week after anything in them changed: those that the clean-up was about to remove and did not come
/// to; for a person also those of no job, where a job had that number once and the database is no newcomer beside them.
async fn strays(repository: &Repository, places: &Places, by: By) -> Result<Vec<PathBuf>, CleanupError> {
    let root = places.results.clone();
    let named = blocking(move || folders::of_jobs(&root)).await?;
    let ids: Vec<JobId> = named.iter().map(|(id, _)| *id).collect();
    let known = repository.known_jobs(&ids).await?;
    let largest = repository.largest_job().await?;
    let takes_unknown = by == By::Person && uploads::is_settled(repository).await?;
    blocking(move || {
        let stray = named.into_iter().filter(|(id, folder)| match known.get(id) {
            Some(left_behind) => *left_behind && folders::is_old(folder),
            None => takes_unknown && id.0 > 0 && *id <= largest && folders::is_old(folder),
        });
        Ok(stray.map(|(_, folder)| folder).collect())
    })
    .await
}

fn heap(folders: &[PathBuf]) -> Heap {
    let mut heap = Heap::default();
    folders.iter().for_each(|folder| heap.add(folders::size(folder)));
    heap
}

/// Files that are on record and not on the disk: a look at each. A clean-up changes nothing of it.
///
/// # Errors
/// The database's.
pub async fn missing(repository: &Repository, places: &Places) -> Result<Vec<MissingFile>, CleanupError> {
    let results = repository.fetched_results().await?;
    let uploads = repository.needed_uploads().await?;
    let places = places.clone();
    blocking(move || {
        let results = results
            .into_iter()
            .filter(|(id, name)| folders::is_gone(&places.results.join(id.to_string()).join(name)))
            .map(|(id, name)| MissingFile { job: Some(id), name });
        let uploads = uploads
            .into_iter()
            .filter(|(_, _, path)| folders::is_gone(&places.uploads.join(path)))
            .map(|(id, name, _)| MissingFile { job: Some(id), name });
        Ok(uploads.chain(results).collect())
    })
    .await
}

/// Work that asks the disk often, off the threads that answer people.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CleanupError> + Send + 'static,
) -> Result<T, CleanupError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(CleanupError::Io { path: PathBuf::new(), error: io::Error::other(error) }))
}
