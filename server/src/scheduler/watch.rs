//! One task per node: one poll for all its runs, what is outstanding started again, and whether it answers at all.

mod untold;

use super::mirror::{Mirror, wanted};
use super::{NodeBell, Results, Scheduler, lock, now};
use domain::lifecycle::{LifeEvent, RunStage, resume};
use domain::{Node, NodeAnswer, NodeId, NodeState, RunToken, Seconds, Timestamp};
use executor::{ExecutorError, NodeAddress, PollRun, Polled, PolledRun};
use repository::{ActiveJob, HistoryFact};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use untold::Told;

/// Shortest pause between two polls of one node.
const SHORTEST: Duration = Duration::from_millis(30);
/// A run of age t is polled about every t/8, so that short runs are not kept waiting and long ones not disturbed.
const AGE_SHARE: u32 = 8;
/// How often an idle node is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often a node that does not answer is tried.
const RETRY: Duration = Duration::from_secs(3);
/// How often a contact is written down.
const CONTACT: Duration = Duration::from_secs(10);
/// How often a job's progress is written down.
const PROGRESS: Duration = Duration::from_millis(500);

/// What the task knows of its node's runs; lost with the process and found again from the disk.
struct Watched {
    mirror: Mirror,
    since: Instant,
    told: Option<Instant>,
}

struct NodeWatch {
    scheduler: Scheduler,
    id: NodeId,
    bell: Arc<NodeBell>,
    runs: HashMap<RunToken, Watched>,
    told: HashMap<RunToken, Told>,
    contact_written: Option<Instant>,
    silent_since: Option<Timestamp>,
    asked: Option<Instant>,
    /// The folders of runs that are over, on their way out.
    sweeping: Option<JoinHandle<bool>>,
    /// When some of them could not be removed.
    swept: Option<Instant>,
}

impl Scheduler {
    /// Starts a task for every node that has none.
    pub(super) async fn watch_nodes(&self) {
        let nodes = match self.shared.repository.nodes().await {
            Ok(nodes) => nodes,
            Err(error) => {
                tracing::error!(%error, "the nodes could not be read; trying again");
                return;
            }
        };
        for node in nodes {
            if !lock(&self.shared.watched).insert(node.id.clone()) {
                continue;
            }
            let bell = self.bell(&node.id);
            // what an earlier life of this server left there
            bell.folders.store(true, Ordering::Release);
            let watch = NodeWatch {
                scheduler: self.clone(),
                bell,
                id: node.id,
                runs: HashMap::new(),
                told: HashMap::new(),
                contact_written: None,
                silent_since: None,
                asked: None,
                sweeping: None,
                swept: None,
            };
            self.shared.tasks.spawn(watch.until_stopped());
        }
    }
}

/// `sent`: when it was asked. The way there and back is no difference of clocks.
fn said_of_itself(answer: &Polled, sent: Timestamp) -> NodeAnswer {
    let nearest = answer.clock.0.clamp(sent.0, now().0.max(sent.0));
    let clock_ahead = Some(answer.clock.0.saturating_sub(nearest));
    NodeAnswer { disk: answer.disk, clock_ahead, takes_nothing: !answer.lets_go }
}

impl NodeWatch {
    async fn until_stopped(mut self) {
        let stop = self.scheduler.shared.stop.clone();
        loop {
            let pause = tokio::select! {
                () = stop.cancelled() => return,
                pause = self.look() => pause,
            };
            let Some(pause) = pause else {
                tracing::info!(node = %self.id, "the node was deleted");
                self.scheduler.shared.executor.forget(&self.id).await;
                lock(&self.scheduler.shared.watched).remove(&self.id);
                return;
            };
            let bell = Arc::clone(&self.bell);
            tokio::select! {
                () = stop.cancelled() => return,
                () = bell.look.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One look: returns how long to pause; `None` where there is no such node any more.
    async fn look(&mut self) -> Option<Duration> {
        let repository = &self.scheduler.shared.repository;
        let (node, jobs) = match (repository.node(&self.id).await, repository.active().await) {
            (Ok(Some(node)), Ok(jobs)) => (node, jobs),
            (Ok(None), _) => return None,
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(node = %self.id, %error, "the database could not be read; trying again");
                return Some(RETRY);
            }
        };
        let here = |job: &ActiveJob| job.life.run.as_ref().is_some_and(|run| run.node == node.id);
        let jobs: Vec<ActiveJob> = jobs.into_iter().filter(here).collect();
        let is_here = |token: &RunToken| jobs.iter().any(|job| job.life.has_run(token));
        self.runs.retain(|token, _| is_here(token));
        self.told.retain(|token, _| is_here(token));
        lock(&self.bell.results).retain(|token, _| is_here(token));
        for job in &jobs {
            for effect in resume(&job.life) {
                self.scheduler.start(effect, job);
            }
        }
        let asked = |job: &&ActiveJob| {
            let stages = [RunStage::LaunchSent, RunStage::Withdrawn, RunStage::Closed, RunStage::Alive];
            job.life.stage().is_some_and(|stage| stages.contains(&stage))
        };
        let polled: Vec<&ActiveJob> = jobs.iter().filter(asked).collect();
        let pause = if polled.is_empty() {
            self.heartbeat(&node, &jobs).await
        } else {
            match self.poll(&node, &polled, &jobs).await {
                Ok(true) => SHORTEST,
                Ok(false) => self.pause(),
                Err(error) => {
                    self.lost(&jobs, &error).await;
                    RETRY
                }
            }
        };
        self.sweep(node).await;
        Some(pause)
    }

    /// Beside everything else, because a folder of many gigabytes takes its time; not while the node is silent, and not
    /// on one that is switched off.
    async fn sweep(&mut self, node: Node) {
        let busy = self.sweeping.as_ref().is_some_and(|task| !task.is_finished());
        if busy || self.silent_since.is_some() || node.state == NodeState::Disabled {
            return;
        }
        if let Some(task) = self.sweeping.take()
            && let Ok(false) = task.await
        {
            // what could not be removed is tried again, but not at once: by the next heartbeat
            self.swept = Some(Instant::now());
        }
        let due = self.bell.folders.load(Ordering::Acquire) || self.swept.is_some_and(|at| at.elapsed() >= HEARTBEAT);
        if due {
            self.swept = None;
            self.bell.folders.store(true, Ordering::Release);
            let (scheduler, stop) = (self.scheduler.clone(), self.scheduler.shared.stop.clone());
            let work = async move { stop.run_until_cancelled(scheduler.remove_folders(&node)).await != Some(false) };
            self.sweeping = Some(self.scheduler.shared.tasks.spawn(work));
        }
    }

    /// An idle node is asked now and then; one that does not answer, more often.
    async fn heartbeat(&mut self, node: &Node, jobs: &[ActiveJob]) -> Duration {
        if node.state == NodeState::Disabled {
            return HEARTBEAT;
        }
        let rhythm =
            if self.silent_since.is_some() || node.state == NodeState::Unavailable { RETRY } else { HEARTBEAT };
        if let Some(before) = self.asked
            && before.elapsed() < rhythm
        {
            return rhythm - before.elapsed();
        }
        self.asked = Some(Instant::now());
        let sent = now();
        match self.scheduler.shared.executor.poll(&NodeAddress::from(node), &[]).await {
            Ok(answer) => {
                self.contact(node, &answer, sent, jobs).await;
                if answer.lets_go { HEARTBEAT } else { RETRY }
            }
            Err(error) => {
                self.lost(jobs, &error).await;
                RETRY
            }
        }
    }

    /// `true`: a file has more than one answer carries.
    async fn poll(&mut self, node: &Node, polled: &[&ActiveJob], jobs: &[ActiveJob]) -> Result<bool, ExecutorError> {
        let mut asked = Vec::with_capacity(polled.len());
        for job in polled {
            let Some(run) = &job.life.run else { continue };
            let offsets = match self.watched(job, &run.token).await {
                Some(watched) => watched.mirror.offsets(),
                None => Vec::new(),
            };
            asked.push(PollRun {
                token: run.token.clone(),
                offsets,
                want: wanted(job.name.as_ref(), job.solver).collect(),
            });
        }
        let sent = now();
        let answer = self.scheduler.shared.executor.poll(&NodeAddress::from(node), &asked).await?;
        self.contact(node, &answer, sent, jobs).await;
        let mut all_kept = true;
        for run in answer.runs {
            let Some(job) = polled.iter().find(|job| job.life.has_run(&run.token)) else { continue };
            self.told(job).await;
            all_kept &= self.take(job, run, &answer.boot).await;
        }
        for run in answer.untold {
            if let Some(job) = polled.iter().find(|job| job.life.has_run(&run.token)) {
                self.untold(job, run).await;
            }
        }
        // what could not be kept would only come again
        Ok(answer.cut && all_kept)
    }

    /// What is known of the run; from the disk when this process has not seen it yet.
    async fn watched(&mut self, job: &ActiveJob, token: &RunToken) -> Option<&mut Watched> {
        if !self.runs.contains_key(token) {
            let folder = self.scheduler.shared.folders.results.join(job.id.to_string());
            let (name, solver, steps) = (job.name.to_string(), job.solver, job.steps.clone());
            let opened = tokio::task::spawn_blocking(move || Mirror::open(folder, &name, solver, &steps)).await;
            match opened {
                Ok(Ok(mirror)) => {
                    self.runs.insert(token.clone(), Watched { mirror, since: Instant::now(), told: None });
                }
                Ok(Err(error)) => tracing::error!(job = %job.id, %error, "the job's result folder"),
                Err(error) => tracing::error!(job = %job.id, %error, "the job's result folder"),
            }
        }
        self.runs.get_mut(token)
    }

    /// What the node said of one run: its bytes first, then its state. `false`: its bytes could not be kept.
    async fn take(&mut self, job: &ActiveJob, run: PolledRun, boot: &str) -> bool {
        let settings = self.scheduler.shared.repository.settings();
        // whoever fetches the results owns the files from then on: an answer that was under way meanwhile comes too late
        let results = self.bell.results(&run.token);
        let Ok(mine) = results.try_lock() else { return true };
        if *mine == Results::Fetched {
            return true;
        }
        let mut kept = false;
        if let Some(mut watched) = self.runs.remove(&run.token) {
            let grew = !run.grown.is_empty();
            let ended = matches!(run.report, domain::lifecycle::RunReport::Ended(_));
            let grown = run.grown;
            let written = tokio::task::spawn_blocking(move || {
                let fault =
                    grown.iter().find_map(|part| watched.mirror.add(&part.name, part.offset, &part.bytes).err());
                (watched, fault)
            })
            .await;
            if let Ok((mut watched, fault)) = written {
                kept = fault.is_none();
                if let Some(error) = fault {
                    // nothing is lost: the node keeps the files until they are collected
                    tracing::error!(job = %job.id, %error, "what the run wrote could not be kept");
                }
                let due = watched.told.is_none_or(|told| told.elapsed() >= PROGRESS);
                if (grew && due) || ended || watched.told.is_none_or(|told| told.elapsed() > CONTACT) {
                    watched.told = Some(Instant::now());
                    let progress = watched.mirror.reader().progress(now(), (&*settings).into());
                    if let Err(error) = self.scheduler.shared.repository.record_progress(job.id, &progress).await {
                        tracing::warn!(job = %job.id, %error, "progress could not be stored");
                    }
                }
                self.runs.insert(run.token, watched);
            }
        }
        // while nobody could ask, the run may long have ended: its end is told by how long it ran
        let launched = job.life.run.as_ref().and_then(|known| known.launched_at);
        let at = match (launched, run.ran) {
            (Some(launched), Some(ran)) => launched.plus(Seconds(ran)).min(now()),
            _ => now(),
        };
        let event = LifeEvent::Report { boot: boot.to_owned(), report: run.report };
        let fact = HistoryFact::from(&event);
        // judged against the life at the question; a stale answer is dropped and asked again
        let _ = self.scheduler.advance(job, &event, at, fact).await;
        kept
    }

    async fn contact(&mut self, node: &Node, answer: &Polled, sent: Timestamp, jobs: &[ActiveJob]) {
        let repository = &self.scheduler.shared.repository;
        let returned = self.silent_since.take();
        if returned.is_some() {
            tracing::info!(node = %self.id, "the node answers again");
            self.bell.back.notify_waiters();
        }
        let ids: Vec<_> = jobs.iter().filter(|job| job.no_contact_since.is_some()).map(|job| job.id).collect();
        if !ids.is_empty()
            && let Err(error) = repository.record_contact_lost(&ids, None).await
        {
            tracing::warn!(%error, "the contact could not be stored");
        }
        let due = self.contact_written.is_none_or(|before| before.elapsed() >= CONTACT);
        // whoever called it lost (a transfer that failed, perhaps), it answers now
        let changes = if answer.lets_go { NodeState::Unavailable } else { NodeState::Available };
        if returned.is_some() || due || node.state == changes {
            self.contact_written = Some(Instant::now());
            if let Err(error) = repository.node_contact(&self.id, now(), said_of_itself(answer, sent)).await {
                tracing::warn!(%error, "the contact could not be stored");
            }
            // its runs are followed, and it takes no other
            if !answer.lets_go {
                self.scheduler.node_lost(node, &ExecutorError::LetsNothingGo).await;
            }
        }
    }

    /// A node that cannot be reached changes no job: it is shown, and tried again.
    async fn lost(&mut self, jobs: &[ActiveJob], error: &ExecutorError) {
        let repository = &self.scheduler.shared.repository;
        if self.silent_since.is_none() {
            tracing::warn!(node = %self.id, %error, "no contact");
        }
        let since = *self.silent_since.get_or_insert_with(now);
        if let Err(error) = repository.node_lost(&self.id, since, &error.fault()).await {
            tracing::warn!(%error, "the loss of contact could not be stored");
        }
        let ids: Vec<_> = jobs.iter().filter(|job| job.no_contact_since.is_none()).map(|job| job.id).collect();
        if !ids.is_empty()
            && let Err(error) = repository.record_contact_lost(&ids, Some(since)).await
        {
            tracing::warn!(%error, "the loss of contact could not be stored");
        }
    }

    fn pause(&self) -> Duration {
        let longest = Duration::from_secs(self.scheduler.shared.repository.settings().poll_interval.0.max(1));
        let youngest = self.runs.values().map(|watched| watched.since.elapsed()).min().unwrap_or(longest);
        (youngest / AGE_SHARE).clamp(SHORTEST, longest)
    }
}
