//! Staging, launching, stopping and collecting: each a task of its own, at most one of a kind per job. Each may be
//! done again without harm, so a failed one is simply asked for again by the node's next look.

use super::faults::{About, about, own_disk};
use super::{Applied, Scheduler, lock, now};
use crate::metrics::{self, Way};
use domain::job::Transfer;
use domain::lifecycle::{Effect, Life, LifeEvent, Run, RunStage};
use domain::{Event, Fault, FileName, JobId, Node, RunToken};
use executor::{Command, ExecutorError, Launch, LocalFile, NodeAddress};
use repository::{ActiveJob, HistoryFact};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tracing::Instrument;

/// Pause after an effect that failed, before its next try may begin; doubles with each failure of the same …
const PAUSE: Duration = Duration::from_secs(2);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often a transfer's bytes are written down.
const TOLD_EVERY: Duration = Duration::from_millis(300);

/// What is done for a job is found in the log by the request it came by.
pub(super) fn of_request(job: &ActiveJob) -> tracing::Span {
    match &job.request {
        // a step that follows from another is of the same request, not of one within it
        Some(id) => tracing::error_span!(parent: None, "request", id),
        None => tracing::Span::none(),
    }
}

/// How an effect went.
pub(super) enum Outcome {
    /// Done, or no longer wanted.
    Settled,
    /// It is asked for again, after a pause.
    Again,
    /// Likewise, and the job's page says why.
    Hindered(Fault),
}

impl From<Applied> for Outcome {
    fn from(applied: Applied) -> Outcome {
        match applied {
            Applied::Done | Applied::Stale => Outcome::Settled,
            Applied::NotStored => Outcome::Again,
        }
    }
}

/// What an effect that failed has told so far.
#[derive(Default)]
pub(super) struct Failures {
    count: u32,
    told: Option<Fault>,
}

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
        let work = self.clone().see_through(effect, job.clone(), place);
        self.shared.tasks.spawn(work.instrument(of_request(job)));
    }

    async fn see_through(self, effect: Effect, job: ActiveJob, place: UnderWay) {
        let stop = self.shared.stop.clone();
        let Some(run) = &job.life.run else { return };
        let bell = self.bell(&run.node);
        let reason = match stop.run_until_cancelled(self.carry_out(effect, &job, run)).await {
            None => return,
            Some(Outcome::Settled) => {
                lock(&self.shared.failures).remove(&place.key);
                drop(place);
                return bell.look.notify_one();
            }
            Some(Outcome::Again) => None,
            Some(Outcome::Hindered(reason)) => Some(reason),
        };
        let pause = self.failed(place.key, reason).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell.back.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        drop(place);
        bell.look.notify_one();
    }

    /// Counts a failure and tells its reason, where that is a new one; how long to pause.
    async fn failed(&self, key: (JobId, Effect), reason: Option<Fault>) -> Duration {
        let (count, new) = {
            let mut failures = lock(&self.shared.failures);
            let before = failures.entry(key).or_default();
            before.count += 1;
            (before.count, reason.filter(|reason| before.told.as_ref() != Some(reason)))
        };
        if let Some(reason) = new {
            match self.shared.repository.record_hindrance(key.0, &reason).await {
                Ok(()) => lock(&self.shared.failures).entry(key).or_default().told = Some(reason),
                // told with the next failure
                Err(error) => tracing::warn!(job = %key.0, %error, "what hinders the job could not be stored"),
            }
        }
        PAUSE.saturating_mul(1 << (count - 1).min(8)).min(LONGEST_PAUSE)
    }

    async fn carry_out(&self, effect: Effect, job: &ActiveJob, run: &Run) -> Outcome {
        // asked for on what was read before: the same effect may have been carried out since
        let job = &match self.due(effect, job.id, &run.token).await {
            Ok(Some(job)) => job,
            Ok(None) => return Outcome::Settled,
            Err(outcome) => return outcome,
        };
        let node = match self.shared.repository.node(&run.node).await {
            Ok(Some(node)) => node,
            Ok(None) => {
                tracing::error!(job = %job.id, node = %run.node, "the node of a run is not configured any more");
                return Outcome::Again;
            }
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the node could not be read");
                return Outcome::Again;
            }
        };
        match effect {
            Effect::Stage => self.stage(job, &run.token, &node).await,
            Effect::Launch => self.launch(job, &run.token, &node).await,
            Effect::Stop => self.stop_run(job, &run.token, &node).await,
            Effect::Collect => self.collect(job, &run.token, &node).await,
        }
    }

    /// The job as it is now, if this effect still belongs to it.
    async fn due(&self, effect: Effect, id: JobId, token: &RunToken) -> Result<Option<ActiveJob>, Outcome> {
        match self.shared.repository.active_job(id).await {
            Ok(now) => Ok(Some(now).filter(|now| now.life.has_run(token) && is_due(effect, &now.life))),
            Err(error) => {
                tracing::error!(job = %id, %error, "the job could not be read");
                Err(Outcome::Again)
            }
        }
    }

    async fn no_longer_due(&self, effect: Effect, id: JobId, token: &RunToken) {
        let mut events = self.shared.repository.subscribe();
        loop {
            if let Ok(None) = self.due(effect, id, token).await {
                return;
            }
            loop {
                match events.recv().await {
                    Ok(Event::JobChanged(job)) if job.id == id => break,
                    Ok(Event::Resync) | Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    // the repository is closing: so is the scheduler
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        }
    }

    async fn stage(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> Outcome {
        let uploads = &self.shared.folders.uploads;
        let deck = FileName::parse(&format!("{}.inp", job.name));
        let mut files: Vec<LocalFile> = job
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
        match self.settings_file(job).await {
            Ok(file) => files.extend(file),
            Err(error) => {
                tracing::error!(job = %job.id, %error, "the solver's settings file");
                return Outcome::Hindered(own_disk(&error));
            }
        }
        // what an earlier run of the job left half-way is not this one's
        if let Err(error) = self.clear_results(job.id).await {
            tracing::error!(job = %job.id, %error, "the job's result folder");
            return Outcome::Hindered(own_disk(&error));
        }
        let bell = self.bell(&node.id);
        let sending = async {
            let _one_at_a_time = bell.files.lock().await;
            let (address, counted) = (NodeAddress::from(node), Counted::default());
            let tell = |done, total| counted.tell(done, total);
            let began = Instant::now();
            let work = self.shared.executor.stage(&address, token, &files, &tell);
            let staged = self.telling(job.id, &counted, work).await;
            if staged.is_ok() {
                metrics::transferred(Way::ToNode, began);
            }
            staged
        };
        let staged = tokio::select! {
            staged = sending => staged,
            // nobody waits for files of a run that will not be
            () = self.no_longer_due(Effect::Stage, job.id, token) => return Outcome::Settled,
        };
        let Err(error) = staged else {
            return self.apply(job.id, Some(token), LifeEvent::Staged, HistoryFact::Staged).await.into();
        };
        tracing::warn!(job = %job.id, node = %node.id, %error, "staging failed");
        match about(&error) {
            // no other node would do better, and the run has not failed
            About::Server | About::NodeDisk => Outcome::Hindered(error.fault()),
            of @ (About::Node | About::Run) => {
                if of == About::Node {
                    self.node_lost(node, &error).await;
                }
                let fact = HistoryFact::StageFailed { fault: Some(error.fault()) };
                self.apply(job.id, Some(token), LifeEvent::StageFault, fact).await.into()
            }
        }
    }

    /// The solver's settings file for this job, written where it is sent from; one for all jobs of the same text.
    async fn settings_file(&self, job: &ActiveJob) -> std::io::Result<Option<LocalFile>> {
        let minutes = self.shared.repository.settings().license_wait_minutes;
        let Some((name, text)) = executor::settings_file(job.solver, minutes) else { return Ok(None) };
        let Ok(name) = FileName::parse(name) else { return Ok(None) };
        let folder = self.shared.folders.uploads.join("solver-settings").join(minutes.to_string());
        let path = folder.join(name.as_str());
        tokio::task::spawn_blocking(move || {
            // written once, for another run may be sending it
            if !path.exists() {
                std::fs::create_dir_all(&folder)?;
                let fresh = tempfile::NamedTempFile::new_in(&folder)?;
                std::fs::write(fresh.path(), &text)?;
                fresh.persist(&path).map_err(|error| error.error)?;
            }
            let sha256 = executor::sha256(&path)?;
            Ok(Some(LocalFile { path, name, size: text.len() as u64, sha256 }))
        })
        .await
        .map_err(std::io::Error::other)?
    }

    async fn launch(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> Outcome {
        let Some((_, configured)) = node.solvers.iter().find(|(solver, _)| *solver == job.solver) else {
            let fact =
                HistoryFact::LaunchRefused { fault: Some(Fault::NoSolver { solver: job.solver.title().to_owned() }) };
            return self.apply(job.id, Some(token), LifeEvent::LaunchRefused, fact).await.into();
        };
        let Command { program, args, env } =
            executor::command(job.solver, configured.as_str(), &job.name, job.cpus, &job.options);
        let launch = Launch { token: token.clone(), program, args, env };
        match self.shared.executor.launch(&NodeAddress::from(node), &launch).await {
            Ok(launched) => {
                let event = LifeEvent::Launched { boot: launched.boot };
                self.apply(job.id, Some(token), event, HistoryFact::Launched).await.into()
            }
            Err(error) => {
                tracing::warn!(job = %job.id, node = %node.id, %error, "the launch was not answered well");
                let (event, fact) = match about(&error) {
                    // nothing was launched; the run keeps its place, and is launched when the node has room
                    About::NodeDisk => return Outcome::Hindered(error.fault()),
                    About::Node if error == ExecutorError::LetsNothingGo => {
                        self.node_lost(node, &error).await;
                        return Outcome::Hindered(error.fault());
                    }
                    About::Run => (LifeEvent::LaunchRefused, HistoryFact::LaunchRefused { fault: Some(error.fault()) }),
                    About::Node | About::Server => (LifeEvent::LaunchLost, HistoryFact::LaunchLost),
                };
                self.apply(job.id, Some(token), event, fact).await;
                Outcome::Again
            }
        }
    }

    async fn stop_run(&self, job: &ActiveJob, token: &RunToken, node: &Node) -> Outcome {
        let grace = Duration::from_secs(self.shared.repository.settings().stop_grace.0);
        let configured = node.solvers.iter().find(|(solver, _)| *solver == job.solver);
        let polite = configured.and_then(|(solver, command)| executor::terminate(*solver, command.as_str(), &job.name));
        match self.shared.executor.stop(&NodeAddress::from(node), token, grace, polite).await {
            Ok(()) => self.apply(job.id, Some(token), LifeEvent::Stopped, HistoryFact::Stopped).await.into(),
            Err(error) => {
                tracing::warn!(job = %job.id, node = %node.id, %error, "not verified as stopped; trying again");
                Outcome::Hindered(error.fault())
            }
        }
    }

    /// A node that could not be reached, or could not be used at all.
    pub(super) async fn node_lost(&self, node: &Node, error: &ExecutorError) {
        if let Err(error) = self.shared.repository.node_lost(&node.id, now(), &error.fault()).await {
            tracing::warn!(%error, "the loss of contact could not be stored");
        }
    }

    /// Sees a transfer through and writes its bytes down now and then, and that it is over at the end.
    pub(super) async fn telling<T>(&self, id: JobId, counted: &Counted, work: impl Future<Output = T>) -> T {
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
pub(super) struct Counted {
    done: AtomicU64,
    total: AtomicU64,
}

impl Counted {
    pub(super) fn tell(&self, done: u64, total: u64) {
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
            Effect::Stage => stage == Some(RunStage::Claimed) && life.cancel.is_none(),
            Effect::Launch => stage == Some(RunStage::LaunchSent),
            Effect::Stop => stage != Some(RunStage::Ended),
            Effect::Collect => stage == Some(RunStage::Ended),
        }
}
