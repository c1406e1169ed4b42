//! Turns decisions into runs and runs into results. Web code writes intent; only what is here writes fact.
//!
//! One task plans ([`claim`]), one task per node polls ([`watch`]); what they start ([`effects`]) may be started
//! again without harm, so that after any crash the same loops simply go on. Every step of a job's life goes through
//! [`Scheduler::apply`]: `domain::lifecycle::step`, then compare-and-set, and only then the effect.

mod claim;
mod effects;
mod mirror;
mod watch;

use app::backend::Folders;
use domain::lifecycle::{Effect, Life, LifeEvent, LifeRules, step};
use domain::{JobId, JobStatus, NodeId, RunToken, Timestamp};
use executor::Executor;
use repository::{ActiveJob, HistoryFact, Repository, RepositoryError};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Another writer may be faster this often before an event is given up (and told again by the next poll).
const RACES: usize = 8;

/// The scheduler; clones share it.
#[derive(Clone)]
pub struct Scheduler {
    shared: Arc<Shared>,
}

struct Shared {
    repository: Repository,
    executor: Executor,
    folders: Folders,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// At most one effect of a kind is under way per job.
    under_way: Mutex<HashSet<(JobId, Effect)>>,
    nodes: Mutex<HashMap<NodeId, Arc<NodeBell>>>,
}

/// What wakes a node's task, and what its files wait for: one job's files at a time.
#[derive(Default)]
struct NodeBell {
    look: Notify,
    files: tokio::sync::Mutex<()>,
}

/// The server's present second.
pub(crate) fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // the sets inside stay usable whatever a panicking holder did
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scheduler {
    /// A scheduler that has not begun.
    pub fn new(repository: Repository, executor: Executor, folders: Folders, stop: CancellationToken) -> Scheduler {
        Scheduler {
            shared: Arc::new(Shared {
                repository,
                executor,
                folders,
                stop,
                tasks: TaskTracker::new(),
                under_way: Mutex::default(),
                nodes: Mutex::default(),
            }),
        }
    }

    /// Plans and watches until the server stops. What is under way then goes on upon the nodes and is found again.
    pub async fn run(self) {
        self.plan_until_stopped().await;
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    fn rules(&self) -> LifeRules {
        let settings = self.shared.repository.settings();
        LifeRules { max_tries: settings.infrastructure_tries, first_pause: settings.retry_pause.0 }
    }

    fn bell(&self, node: &NodeId) -> Arc<NodeBell> {
        Arc::clone(lock(&self.shared.nodes).entry(node.clone()).or_default())
    }

    /// Takes one step of a job's life and starts what follows from it. `about` is the run an answer is about; an
    /// answer about any other run is dropped. Returns the job after the step, or `None` when nothing was done.
    async fn apply(
        &self,
        id: JobId,
        about: Option<&RunToken>,
        event: LifeEvent,
        fact: HistoryFact,
    ) -> Option<ActiveJob> {
        for _ in 0..RACES {
            let job = match self.shared.repository.active_job(id).await {
                Ok(job) => job,
                Err(error) => {
                    tracing::error!(job = %id, %error, "the job could not be read");
                    return None;
                }
            };
            if about.is_some_and(|token| !job.life.has_run(token)) {
                return None;
            }
            match self.advance(&job, &event, fact.clone()).await {
                Step::Done(job) => return Some(*job),
                Step::Nothing => return None,
                Step::Beaten => {}
            }
        }
        tracing::warn!(job = %id, "others kept changing the job; the next look goes on from there");
        None
    }

    /// The same against a life that was read before: an answer to a question is judged against the life at the
    /// question, and dropped when the job has changed since.
    async fn advance(&self, job: &ActiveJob, event: &LifeEvent, fact: HistoryFact) -> Step {
        let (next, effects) = match step(&job.life, event, now(), self.rules()) {
            Ok(next) => next,
            Err(illegal) => {
                tracing::debug!(job = %job.id, %illegal, ?event, "dropped");
                return Step::Nothing;
            }
        };
        if next != job.life {
            match self.shared.repository.advance(job.id, &job.life, &next, now(), fact).await {
                Ok(true) => self.tell(job, &next),
                Ok(false) => return Step::Beaten,
                Err(RepositoryError::Full) => {
                    tracing::error!(job = %job.id, "the database's disk is full; the job goes on when there is room");
                    return Step::Nothing;
                }
                Err(error) => {
                    tracing::error!(job = %job.id, %error, "the step could not be stored");
                    return Step::Nothing;
                }
            }
        }
        let job = ActiveJob { life: next, ..job.clone() };
        for effect in effects {
            self.start(effect, &job);
        }
        Step::Done(Box::new(job))
    }

    fn tell(&self, job: &ActiveJob, next: &Life) {
        if next.status != job.life.status {
            tracing::info!(job = %job.id, name = %job.name, from = %job.life.status, to = %next.status, "job");
        }
        if next.status == JobStatus::Failed
            && let Some(verdict) = &next.verdict
        {
            tracing::info!(job = %job.id, cause = ?verdict.cause, "verdict");
        }
    }
}

/// What became of one step.
enum Step {
    Done(Box<ActiveJob>),
    Nothing,
    Beaten,
}
