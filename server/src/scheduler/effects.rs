//! Staging, launching, stopping and collecting: each a task of its own, at most one of a kind per job. Each may be
//! done again without harm, so a failed one is simply asked for again by the node's next look.

use super::mirror::{PART, read_again};
use super::{Scheduler, lock, now};
use domain::job::Transfer;
use domain::lifecycle::{Effect, Life, LifeEvent, RunEnd, RunStage, judge};
use domain::verdict::ExitStatus;
use domain::{FileName, JobId, JobStatus, Node, Remark, RunToken, Verdict};
use executor::{CollectedFile, Command, ExecutorError, Launch, LocalFile, NodeAddress};
use repository::{ActiveJob, HistoryFact, ResultFile};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Pause after an effect that failed, before its next try may begin.
const PAUSE: Duration = Duration::from_secs(2);
/// How often a transfer's bytes are written down.
const TOLD_EVERY: Duration = Duration::from_millis(300);
/// Tries to collect from a node that answers, but not with the files, before the rest is given up as not fetched.
const COLLECT_TRIES: u32 = 3;

/// Holds the place of an effect that is under way.
struct UnderWay {
    scheduler: Scheduler,
    key: (JobId, Effect),
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        lock(&self.scheduler.shared.under_way).remove(&self.key);
    }
}

impl Scheduler {
    /// Starts an effect unless the same is under way for this job.
    pub(super) fn start(&self, effect: Effect, job: &ActiveJob) {
        let key = (job.id, effect);
        if !lock(&self.shared.under_way).insert(key) {
            return;
        }
        let place = UnderWay { scheduler: self.clone(), key };
        self.shared.tasks.spawn(self.clone().see_through(effect, job.clone(), place));
    }

    async fn see_through(self, effect: Effect, job: ActiveJob, place: UnderWay) {
        let stop = self.shared.stop.clone();
        let done = stop.run_until_cancelled(self.carry_out(effect, &job)).await;
        if done == Some(false) {
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
        drop(place);
        if let Some(run) = &job.life.run {
            self.bell(&run.node).look.notify_one();
        }
    }

    /// `false` when it failed and will be asked for again.
    async fn carry_out(&self, effect: Effect, job: &ActiveJob) -> bool {
        let Some(run) = &job.life.run else { return true };
        // asked for on what was read before: the same effect may have been carried out since
        let job = &match self.shared.repository.active_job(job.id).await {
            Ok(now) if now.life.has_run(&run.token) && is_due(effect, &now.life) => now,
            Ok(_) => return true,
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the job could not be read");
                return false;
            }
        };
        let node = match self.shared.repository.node(&run.node).await {
            Ok(Some(node)) => node,
            Ok(None) => {
                tracing::error!(job = %job.id, node = %run.node, "the node of a run is not configured any more");
                return false;
            }
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the node could not be read");
                return false;
            }
        };
        match effect {
            Effect::Stage => self.stage(job, &run.token, &node).await,
            Effect::Launch => self.launch(job, &run.token, &node).await,
            Effect::Stop => self.stop_run(job, &run.token, &node).await,
            Effect::Collect => self.collect(job, &run.token, &node).await,
        }
    }

    async fn stage(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> bool {
        let uploads = &self.shared.folders.uploads;
        let deck = FileName::parse(&format!("{}.inp", job.name));
        let files: Vec<LocalFile> = job
            .files
            .iter()
            .map(|file| LocalFile {
                path: uploads.join(&file.path),
                // the deck is called as the job is: the solver names its own files after it
                name: match &deck {
                    Ok(deck) if file.path == job.deck.path => deck.clone(),
                    _ => file.name.clone(),
                },
                size: file.size,
                sha256: file.sha256.clone(),
            })
            .collect();
        let bell = self.bell(&node.id);
        let staged = {
            let _one_at_a_time = bell.files.lock().await;
            let (address, counted) = (NodeAddress::from(node), Counted::default());
            let tell = |done, total| counted.tell(done, total);
            let work = self.shared.executor.stage(&address, token, &files, &tell);
            self.telling(job.id, &counted, work).await
        };
        match staged {
            Ok(()) => {
                self.apply(job.id, Some(token), LifeEvent::Staged, HistoryFact::Staged).await;
                true
            }
            Err(error) => {
                tracing::warn!(job = %job.id, node = %node.id, %error, "staging failed");
                if !answered(&error)
                    && let Err(error) = self.shared.repository.node_lost(&node.id, now(), &error.to_string()).await
                {
                    tracing::warn!(%error, "the loss of contact could not be stored");
                }
                let fact = HistoryFact::StageFailed { reason: error.to_string() };
                self.apply(job.id, Some(token), LifeEvent::StageFault, fact).await;
                true
            }
        }
    }

    async fn launch(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> bool {
        let Some((_, configured)) = node.solvers.iter().find(|(solver, _)| *solver == job.solver) else {
            let fact = HistoryFact::LaunchRefused { reason: format!("{} has no {}", node.id, job.solver.title()) };
            self.apply(job.id, Some(token), LifeEvent::LaunchRefused, fact).await;
            return true;
        };
        let Command { program, args, env } = executor::command(job.solver, configured, &job.name, job.cpus);
        let launch = Launch { token: token.clone(), program, args, env };
        match self.shared.executor.launch(&NodeAddress::from(node), &launch).await {
            Ok(launched) => {
                let event = LifeEvent::Launched { boot: launched.boot };
                self.apply(job.id, Some(token), event, HistoryFact::Launched).await;
                true
            }
            Err(error) => {
                tracing::warn!(job = %job.id, node = %node.id, %error, "the launch was not answered well");
                let (event, fact) = if answered(&error) {
                    (LifeEvent::LaunchRefused, HistoryFact::LaunchRefused { reason: error.to_string() })
                } else {
                    (LifeEvent::LaunchLost, HistoryFact::LaunchLost)
                };
                self.apply(job.id, Some(token), event, fact).await;
                false
            }
        }
    }

    async fn stop_run(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> bool {
        let grace = Duration::from_secs(self.shared.repository.settings().stop_grace.0);
        match self.shared.executor.stop(&NodeAddress::from(node), token, grace).await {
            Ok(()) => {
                self.apply(job.id, Some(token), LifeEvent::Stopped, HistoryFact::Stopped).await;
                true
            }
            Err(error) => {
                tracing::warn!(job = %job.id, node = %node.id, %error, "not verified as stopped; trying again");
                false
            }
        }
    }

    async fn collect(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> bool {
        let folder = self.shared.folders.results.join(job.id.to_string());
        let end = job.life.run.as_ref().and_then(|run| run.end.clone());
        let mut tries = 0;
        let files = loop {
            if end == Some(RunEnd::FolderGone) {
                break keep_parts(&folder, "the run's folder on the node is gone").await;
            }
            let (address, counted) = (NodeAddress::from(node), Counted::default());
            let tell = |done, total| counted.tell(done, total);
            let work = self.shared.executor.collect(&address, token, &folder, &tell);
            let collected = self.telling(job.id, &counted, work).await;
            match collected {
                Ok(collected) => break collected.files,
                Err(error) => {
                    tries += 1;
                    tracing::warn!(job = %job.id, node = %node.id, %error, tries, "collecting failed");
                    if !answered(&error) {
                        // the way there or our own disk: the node keeps everything meanwhile
                        return false;
                    }
                    if tries == COLLECT_TRIES {
                        break keep_parts(&folder, &error.to_string()).await;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        let verdict = self.verdict(job, &folder, &files).await;
        let fetched = files.iter().filter(|file| file.error.is_none());
        let fact = HistoryFact::Collected {
            files: u32::try_from(fetched.clone().count()).unwrap_or(u32::MAX),
            bytes: fetched.map(|file| file.size).sum(),
        };
        let whole = files.iter().all(|file| file.error.is_none());
        let rows: Vec<ResultFile> = files.into_iter().filter_map(row).collect();
        if let Err(error) = self.shared.repository.record_results(job.id, rows, &job.id.to_string()).await {
            tracing::error!(job = %job.id, %error, "the results could not be stored");
            return false;
        }
        let failed = matches!(verdict.status(), JobStatus::Failed | JobStatus::Missing);
        let event = LifeEvent::Collected { verdict };
        let ended = self.apply(job.id, Some(token), event, fact).await;
        let keep = self.shared.repository.settings().keep_failed_run_folders && failed;
        if ended.is_some()
            && whole
            && !keep
            && let Err(error) = self.shared.executor.remove(&NodeAddress::from(node), token).await
        {
            tracing::warn!(job = %job.id, node = %node.id, %error, "the run's folder stays on the node");
        }
        ended.is_some()
    }

    /// What the files say together with the exit and the wishes.
    async fn verdict(&self, job: &ActiveJob, folder: &Path, files: &[CollectedFile]) -> Verdict {
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
            Ok::<_, std::io::Error>((reader.verdict(exit), reader.progress(now(), (&*settings).into())))
        });
        let said = match read.await {
            Ok(Ok((verdict, progress))) => {
                // the last rows may have come after the last poll
                if let Err(error) = self.shared.repository.record_progress(job.id, &progress).await {
                    tracing::warn!(job = %job.id, %error, "progress could not be stored");
                }
                Some(verdict)
            }
            Ok(Err(error)) => {
                tracing::error!(job = %job.id, %error, "the results could not be read");
                None
            }
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the results could not be read");
                None
            }
        };
        let mut verdict = judge(&life, said);
        let missing = files.iter().filter(|file| file.error.is_some()).count();
        if missing > 0 {
            let count = u32::try_from(missing).unwrap_or(u32::MAX);
            verdict.remarks.push(Remark::FilesNotFetched { count });
        }
        verdict
    }

    /// Sees a transfer through and writes its bytes down now and then, and that it is over at the end.
    async fn telling<T>(&self, id: JobId, counted: &Counted, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let mut told = None;
        loop {
            tokio::select! {
                result = &mut work => {
                    if told.is_some()
                        && let Err(error) = self.shared.repository.record_transfer(id, None).await
                    {
                        tracing::warn!(job = %id, %error, "the transfer's end could not be stored");
                    }
                    return result;
                }
                () = tokio::time::sleep(TOLD_EVERY) => {
                    let transfer = counted.transfer();
                    if told != Some(transfer) {
                        told = Some(transfer);
                        if let Err(error) = self.shared.repository.record_transfer(id, Some(transfer)).await {
                            tracing::warn!(job = %id, %error, "the transfer could not be stored");
                        }
                    }
                }
            }
        }
    }
}

/// Bytes of a transfer so far. Files travel side by side, so what is told may come out of order: it never goes back.
#[derive(Default)]
struct Counted {
    done: AtomicU64,
    total: AtomicU64,
}

impl Counted {
    fn tell(&self, done: u64, total: u64) {
        self.done.fetch_max(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn transfer(&self) -> Transfer {
        Transfer { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

/// Whether a life is where this effect belongs.
fn is_due(effect: Effect, life: &Life) -> bool {
    let stage = life.stage();
    life.status.is_active()
        && match effect {
            Effect::Stage => stage == Some(RunStage::Claimed),
            Effect::Launch => stage == Some(RunStage::LaunchSent),
            Effect::Stop => stage != Some(RunStage::Ended),
            Effect::Collect => stage == Some(RunStage::Ended),
        }
}

/// Whether the node itself answered, about this run: everything else is about the way there, the node as a whole, or
/// this server, and says nothing of the run.
fn answered(error: &ExecutorError) -> bool {
    match error {
        ExecutorError::RunnerFailed { .. }
        | ExecutorError::Files { .. }
        | ExecutorError::NoFolder
        | ExecutorError::Started
        | ExecutorError::Closed
        | ExecutorError::StillAlive
        | ExecutorError::NotStopped { .. }
        | ExecutorError::NodeDiskFull
        | ExecutorError::Verify { .. } => true,
        ExecutorError::Unreachable { .. }
        | ExecutorError::ConnectionLost { .. }
        | ExecutorError::Timeout { .. }
        | ExecutorError::HostKeyUnknown(_)
        | ExecutorError::HostKeyChanged { .. }
        | ExecutorError::AuthRefused
        | ExecutorError::PrivateKey { .. }
        | ExecutorError::Address { .. }
        | ExecutorError::Program { .. }
        | ExecutorError::LocalDiskFull
        | ExecutorError::LocalFile { .. } => false,
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

/// What had come before the rest was lost: it stays readable, and its row says that it is not whole.
async fn keep_parts(folder: &Path, why: &str) -> Vec<CollectedFile> {
    let folder: PathBuf = folder.to_owned();
    let found = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<(String, u64)>> {
        let mut parts = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            parts.push((name.strip_suffix(PART).unwrap_or(name).to_owned(), entry.metadata()?.len()));
        }
        Ok(parts)
    })
    .await;
    let found = found.ok().and_then(Result::ok).unwrap_or_default();
    let file = |(name, size)| CollectedFile { name, size, sha256: String::new(), error: Some(why.to_owned()) };
    found.into_iter().map(file).collect()
}
