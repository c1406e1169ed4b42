//! Results back from the node, and the verdict they give. A run has ended only when this says so, and this says so only
//! on what was read: whatever fails here is tried again, and the node keeps everything meanwhile.

use super::effects::{Counted, Outcome};
use super::faults::{About, about, own_disk};
use super::mirror::read_again;
use super::{Results, Scheduler, now};
use crate::metrics::{self, Way};
use domain::files::PART;
use domain::lifecycle::{Life, LifeEvent, RunEnd, judge};
use domain::verdict::ExitStatus;
use domain::{FileName, JobId, JobStatus, Node, Remark, RunToken, Timestamp, Verdict};
use executor::{Collected, CollectedFile, ExecutorError, NodeAddress};
use repository::{ActiveJob, HistoryFact, ResultFile, RunFolder};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A node that answers without the run's folder is asked so often, so that a disk that was away for a moment is no loss.
const FOLDER_TRIES: u32 = 3;
/// Between two such questions.
const FOLDER_PAUSE: Duration = Duration::from_secs(2);

impl Scheduler {
    pub(super) async fn collect(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> Outcome {
        let folder = self.results_of(job.id);
        let results = self.bell(&node.id).results(token);
        let mut mine = results.lock().await;
        *mine = Results::Fetched;
        let collected = match self.fetch(job, token, node, &folder).await {
            Ok(collected) => collected,
            Err(outcome) => return outcome,
        };
        let Collected { files, left_out } = collected;
        let missing = files.iter().filter(|file| file.error.is_some()).count() + left_out;
        let verdict = match self.verdict(job, &folder, missing).await {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the results could not be read");
                return Outcome::Hindered(own_disk(&error));
            }
        };
        let fetched = files.iter().filter(|file| file.error.is_none());
        let fact = HistoryFact::Collected {
            files: u32::try_from(fetched.clone().count()).unwrap_or(u32::MAX),
            bytes: fetched.map(|file| file.size).fold(0, u64::saturating_add),
        };
        let failed = matches!(verdict.status(), JobStatus::Failed | JobStatus::Missing);
        let keep = missing > 0 || (failed && self.shared.repository.settings().keep_failed_run_folders);
        let rows: Vec<ResultFile> = files.into_iter().filter_map(row).collect();
        let repository = &self.shared.repository;
        let stored = match repository.record_folders(std::slice::from_ref(token), keep.then_some(RunFolder::Kept)).await
        {
            Ok(()) => repository.record_results(job.id, rows, &job.id.to_string()).await,
            failed => failed,
        };
        if let Err(error) = stored {
            tracing::error!(job = %job.id, %error, "the results could not be stored");
            return Outcome::Again;
        }
        self.apply(job.id, Some(token), LifeEvent::Collected { verdict }, fact).await.into()
    }

    async fn fetch(&self, job: &ActiveJob, token: &RunToken, node: &Node, folder: &Path) -> Result<Collected, Outcome> {
        let kept = async |why: &str| match keep_parts(folder, why).await {
            Ok(files) => Ok(Collected { files, left_out: 0 }),
            Err(error) => Err(Outcome::Hindered(own_disk(&error))),
        };
        if job.life.run.as_ref().and_then(|run| run.end.as_ref()) == Some(&RunEnd::FolderGone) {
            return kept("the run's folder on the node is gone").await;
        }
        let mut tries = 0;
        loop {
            let (address, counted) = (NodeAddress::from(node), Counted::default());
            let tell = |done, total| counted.tell(done, total);
            let began = Instant::now();
            let work = self.shared.executor.collect(&address, token, folder, &tell);
            let error = match self.telling(job.id, &counted, work).await {
                Ok(collected) => {
                    metrics::transferred(Way::FromNode, began);
                    return Ok(collected);
                }
                Err(error) => error,
            };
            tries += 1;
            tracing::warn!(job = %job.id, node = %node.id, %error, tries, "collecting failed");
            match about(&error) {
                _ if error == ExecutorError::NoFolder && tries < FOLDER_TRIES => {
                    tokio::time::sleep(FOLDER_PAUSE).await;
                    continue;
                }
                _ if error == ExecutorError::NoFolder => return kept(&error.to_string()).await,
                // a person gives up what the node cannot give
                About::Run | About::NodeDisk if job.life.cancel.is_some() => return kept(&error.to_string()).await,
                About::Node => self.node_lost(node, &error).await,
                About::Run | About::NodeDisk | About::Server => {}
            }
            return Err(Outcome::Hindered(error.fault()));
        }
    }

    /// What the files say together with the exit and the wishes.
    async fn verdict(&self, job: &ActiveJob, folder: &Path, missing: usize) -> io::Result<Verdict> {
        // read again: a wish to cancel may have come meanwhile, and a report may have told better how it ended
        let life = match self.shared.repository.active_job(job.id).await {
            Ok(now) => now.life,
            Err(_) => job.life.clone(),
        };
        let exit = match life.run.as_ref().and_then(|run| run.end.as_ref()) {
            Some(RunEnd::Exited { exit, .. }) => *exit,
            _ => ExitStatus::Unknown,
        };
        let (folder, name, solver, steps) = (folder.to_owned(), job.name.to_string(), job.solver, job.steps.clone());
        let settings = self.shared.repository.settings();
        let read = tokio::task::spawn_blocking(move || {
            let mut reader = read_again(&folder, &name, solver, &steps)?;
            let said = (reader.verdict(exit), reader.license_days_left());
            Ok::<_, io::Error>((said, reader.progress(now(), (&*settings).into())))
        });
        let said = match read.await {
            Ok(read) => {
                let ((verdict, license_days), progress) = read?;
                if let Some(days) = license_days {
                    self.license_seen(&life, days).await;
                }
                // the last rows may have come after the last poll
                if let Err(error) = self.shared.repository.record_progress(job.id, &progress).await {
                    tracing::warn!(job = %job.id, %error, "progress could not be stored");
                }
                Some(verdict)
            }
            // a mistake of the reader's: it would be made again
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the results could not be read");
                None
            }
        };
        let mut verdict = judge(&life, said);
        if missing > 0 {
            let count = u32::try_from(missing).unwrap_or(u32::MAX);
            verdict.remarks.push(Remark::FilesNotFetched { count });
        }
        Ok(verdict)
    }

    /// What a run was told of the licence's end. A run that was told nothing got a newer one.
    async fn license_seen(&self, life: &Life, days: Option<u32>) {
        const DAY: i64 = 24 * 3_600;
        let began = life.run.as_ref().and_then(|run| run.launched_at).unwrap_or_else(now);
        // as reports name it: the end of a day, of which nobody has said an hour
        let ends = days.map(|days| Timestamp((began.0.div_euclid(DAY) + i64::from(days) + 1).saturating_mul(DAY)));
        if let Err(error) = self.shared.repository.license_warned(began, ends).await {
            tracing::warn!(%error, "the licence's end could not be told");
        }
    }

    pub(super) fn results_of(&self, id: JobId) -> PathBuf {
        self.shared.folders.results.join(id.to_string())
    }

    /// A run that begins has no results yet.
    pub(super) async fn clear_results(&self, id: JobId) -> io::Result<()> {
        match tokio::fs::remove_dir_all(self.results_of(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// `None` for a name that cannot be a file's here; such a file was not fetched either, and counts as missing.
fn row(file: CollectedFile) -> Option<ResultFile> {
    let fetched = file.error.is_none();
    Some(ResultFile {
        name: FileName::parse(&file.name).ok()?,
        size: file.size,
        sha256: Some(file.sha256).filter(|_| fetched),
        fetched,
        error: file.error,
    })
}

/// What had come before the rest was lost. What is whole has its name already; the rest stays readable, and its row says
/// that it is not whole.
async fn keep_parts(folder: &Path, why: &str) -> io::Result<Vec<CollectedFile>> {
    let (folder, why) = (folder.to_owned(), why.to_owned());
    let found = tokio::task::spawn_blocking(move || {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let (Some(name), size) = (name.to_str(), entry.metadata()?.len()) else { continue };
            match name.strip_suffix(PART) {
                Some(name) => {
                    let error = Some(why.clone());
                    parts.push(CollectedFile { name: name.to_owned(), size, sha256: String::new(), error });
                }
                None => {
                    let sha256 = executor::sha256(&entry.path())?;
                    whole.push(CollectedFile { name: name.to_owned(), size, sha256, error: None });
                }
            }
        }
        parts.retain(|part| whole.iter().all(|file: &CollectedFile| file.name != part.name));
        whole.append(&mut parts);
        Ok(whole)
    });
    found.await.map_err(io::Error::other)?
}
