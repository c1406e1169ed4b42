//! Turns decisions into runs and runs into results. Web code writes intent; only what is here writes fact.
//!
//! One task plans ([`claim`]), one task per node polls ([`watch`]); what they start ([`effects`]) may be started
//! again without harm, so that after any crash the same loops simply go on. Every step of a job's life goes through
//! [`Scheduler::apply`]: `domain::lifecycle::step`, then compare-and-set, and only then the effect.

mod claim;
mod collect;
mod effects;
mod faults;
mod folders;
mod license;
mod mirror;
mod watch;

use app::backend::Folders;
use domain::lifecycle::{Effect, Life, LifeEvent, step};
use domain::{JobId, JobStatus, NodeId, RunToken, Timestamp};
use effects::Failures;
use executor::Executor;
use repository::{ActiveJob, HistoryFact, Repository, RepositoryError};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
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
    failures: Mutex<HashMap<(JobId, Effect), Failures>>,
    nodes: Mutex<HashMap<NodeId, Arc<NodeBell>>>,
    watched: Mutex<HashSet<NodeId>>,
}

/// What wakes a node's task, and what its files wait for: one job's files at a time.
#[derive(Default)]
struct NodeBell {
    look: Notify,
    /// The node answers again after a silence.
    back: Notify,
    files: tokio::sync::Mutex<()>,
    /// A run is over whose folder may still be on the node.
    folders: AtomicBool,
    /// Of the runs at work here.
    results: Mutex<HashMap<RunToken, Arc<tokio::sync::Mutex<Results>>>>,
}

/// Who writes a run's result files on this side; locked while somebody does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Results {
    /// The node's task adds what has grown.
    #[default]
    Growing,
    /// They are fetched whole: an answer to an older poll comes too late.
    Fetched,
}

impl NodeBell {
    fn results(&self, token: &RunToken) -> Arc<tokio::sync::Mutex<Results>> {
        Arc::clone(lock(&self.results).entry(token.clone()).or_default())
    }
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
                failures: Mutex::default(),
                nodes: Mutex::default(),
                watched: Mutex::default(),
            }),
        }
    }

    /// Plans and watches until the server stops. What is under way then goes on upon the nodes and is found again.
    pub async fn run(self) {
        self.shared.tasks.spawn(self.clone().ask_license_until_stopped());
        self.plan_until_stopped().await;
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    fn bell(&self, node: &NodeId) -> Arc<NodeBell> {
        Arc::clone(lock(&self.shared.nodes).entry(node.clone()).or_default())
    }

    /// Takes one step of a job's life and starts what follows from it. `about` is the run an answer is about; an
    /// answer about any other run is dropped.
    async fn apply(&self, id: JobId, about: Option<&RunToken>, event: LifeEvent, fact: HistoryFact) -> Applied {
        for _ in 0..RACES {
            let job = match self.shared.repository.active_job(id).await {
                Ok(job) => job,
                Err(error) => {
                    tracing::error!(job = %id, %error, "the job could not be read");
                    return Applied::NotStored;
                }
            };
            if about.is_some_and(|token| !job.life.has_run(token)) {
                return Applied::Stale;
            }
            match self.advance(&job, &event, now(), fact.clone()).await {
                Step::Taken(applied) => return applied,
                Step::Beaten => {}
            }
        }
        tracing::warn!(job = %id, "others kept changing the job; the next look goes on from there");
        Applied::NotStored
    }

    /// The same against a life that was read before: an answer to a question is judged against the life at the
    /// question, and dropped when the job has changed since. `at` is when it happened.
    async fn advance(&self, job: &ActiveJob, event: &LifeEvent, at: Timestamp, fact: HistoryFact) -> Step {
        let (next, effects) = match step(&job.life, event, now(), self.shared.repository.settings().life_rules()) {
            Ok(next) => next,
            Err(illegal) => {
                tracing::debug!(job = %job.id, %illegal, ?event, "dropped");
                return Step::Taken(Applied::Stale);
            }
        };
        if next != job.life {
            match self.shared.repository.advance(job.id, &job.life, &next, at, fact).await {
                Ok(true) => {
                    self.tell(job, &next);
                    self.let_go(job, &next);
                }
                Ok(false) => return Step::Beaten,
                Err(RepositoryError::Full) => {
                    tracing::error!(job = %job.id, "the database's disk is full; the job goes on when there is room");
                    return Step::Taken(Applied::NotStored);
                }
                Err(error) => {
                    tracing::error!(job = %job.id, %error, "the step could not be stored");
                    return Step::Taken(Applied::NotStored);
                }
            }
        }
        let job = ActiveJob { life: next, ..job.clone() };
        for effect in effects {
            self.start(effect, &job);
        }
        Step::Taken(Applied::Done)
    }

    /// The folder of a run that is over is of no more use on its node.
    fn let_go(&self, job: &ActiveJob, next: &Life) {
        if let Some(run) = &job.life.run
            && (next.status.is_ended() || !next.has_run(&run.token))
        {
            let bell = self.bell(&run.node);
            bell.folders.store(true, Ordering::Release);
            bell.look.notify_one();
        }
    }

    fn tell(&self, job: &ActiveJob, next: &Life) {
        let _of = effects::of_request(job).entered();
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

/// What became of an event.
enum Applied {
    /// The job's life went on, or is as it should be.
    Done,
    /// It is about something that is no more.
    Stale,
    /// The database did not take it.
    NotStored,
}

/// What became of one step.
enum Step {
    Taken(Applied),
    /// Somebody else changed the job first.
    Beaten,
}
