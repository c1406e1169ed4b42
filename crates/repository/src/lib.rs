//! The only code that names sea-orm: one writer, many readers, an Event after each commit.
//!
//! Web code writes *intent* (submit, cancel, hold, priority), the scheduler writes *fact* (`advance` and the
//! `record_…` functions). Both are transactions of the one writer; see `writer`. What a person may do is not
//! asked here: server functions ask before they call.

#[cfg(test)]
extern crate self as repository;

mod address;
mod alerts;
mod audit;
mod backend;
mod claim;
mod copy;
mod detail;
mod entities;
mod error;
mod facts;
#[cfg(test)]
#[path = "../tests/repository/fresh.rs"]
// those tests use more of it
#[allow(clippy::unwrap_used, clippy::expect_used, dead_code)]
mod fresh;
mod health;
mod history;
mod intent;
mod license;
mod life;
mod list;
mod nodes;
mod optimize;
mod people;
mod query;
mod queue;
mod records;
mod removal;
mod reservations;
mod restored;
mod rows;
mod schema;
mod settings;
mod submit;
mod summary;
mod uploads;
mod usage;
mod users;
mod writer;

pub use address::{Address, AddressError};
pub use alerts::{WaitingMessages, WebhookMessage};
pub use audit::ACTIONS;
pub use claim::{Claim, ClaimError, Holder};
pub use copy::{NotPlaced, Replacement};
pub use error::{Contradiction, RepositoryError};
pub use facts::{ActiveJob, RunFolder};
pub use optimize::{Optimized, optimize};
pub use people::{Person, SessionSpan};
pub use query::{JobPage, JobQuery, Sort, SortKey, Tab, TabCounts};
pub use records::{DeletedJob, HistoryEntry, HistoryFact, JobDetail, JobFile, Kin, NewUpload, ResultFile, Upload};
pub use removal::EndedJob;
pub use restored::{Rights, Settled, rights_in};
pub use schema::{KnownJob, Schema, Use, examine, go_back, is_blank, is_used, jobs_in, pending};
pub use submit::Submission;
pub use usage::DayOfUse;

use domain::{Event, Timestamp};
use license::LicenseCell;
use queue::LineCell;
use sea_orm::DatabaseConnection;
use settings::SettingsCache;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use writer::{Change, Doing, Known, Writer};

/// A listener that lags further behind than this is told so and reads everything again.
const EVENTS_KEPT: usize = 4096;

/// Where the database is and what a new one begins with.
#[derive(Clone, Debug)]
pub struct RepositoryConfig {
    /// A file's folder is made where it is missing; a server's database must be there.
    pub database: Address,
    /// First values of settings, from the environment: (key, value). They win in a new database only.
    pub first_values: Vec<(String, String)>,
}

/// The database. Clones share it; the writer ends with the last of them.
#[derive(Clone)]
pub struct Repository {
    shared: Arc<Shared>,
    writer: Writer,
}

struct Shared {
    database: Address,
    readers: DatabaseConnection,
    events: broadcast::Sender<Event>,
    settings: Arc<SettingsCache>,
    license: Arc<LicenseCell>,
    line: Arc<LineCell>,
    commits: Arc<AtomicU64>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Repository {
    /// Opens the database, makes it where there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// `Folder`, `Busy` (another program holds it), `Damaged`, `Newer`, `Setting` (a first value that cannot be),
    /// `Unreachable`, `Refused`, `Missing` and `Unfit` (of a server), `Database`.
    pub async fn open(config: &RepositoryConfig) -> Result<Repository, RepositoryError> {
        Repository::open_with(config, backend::LOCK_PATIENCE, claim::Fence::default()).await
    }

    /// The same for whoever has it alone: nothing is written any more once another program may have it.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_under(claim: &Claim, config: &RepositoryConfig) -> Result<Repository, RepositoryError> {
        Repository::open_with(config, backend::LOCK_PATIENCE, claim.fence()).await
    }

    async fn open_with(
        config: &RepositoryConfig,
        patience: Duration,
        fence: claim::Fence,
    ) -> Result<Repository, RepositoryError> {
        backend::make_room_for(&config.database)?;
        let db = backend::builder(&config.database, patience).await?;
        let brought_up = schema::bring_up(&db, &fence).await;
        drop(db.close().await);
        let fresh = brought_up?;
        let db = backend::writer(&config.database, patience).await?;
        let transaction = backend::begin(&db).await?;
        fence.prove(&transaction).await?;
        fence.mark(&transaction).await?;
        settings::seed(&transaction, fresh, &config.first_values).await?;
        backend::commit(transaction).await?;
        let settings = Arc::new(SettingsCache::new(settings::read(&db).await?));
        let readers = backend::readers(&config.database, patience).await?;
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let license = Arc::new(LicenseCell::default());
        let line = Arc::new(LineCell::default());
        let commits = Arc::new(AtomicU64::new(0));
        let known = Known {
            settings: Arc::clone(&settings),
            license: Arc::clone(&license),
            line: Arc::clone(&line),
            commits: Arc::clone(&commits),
        };
        let (writer, task) = Writer::start(db, config.database.clone(), patience, fence, events.clone(), known);
        let database = config.database.clone();
        let shared =
            Shared { database, readers, events, settings, license, line, commits, task: Mutex::new(Some(task)) };
        Ok(Repository { shared: Arc::new(shared), writer })
    }

    /// Hears of every change after its commit, beginning now.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Tells those who listen of something that is in no table.
    pub fn announce(&self, event: Event) {
        // nobody listening is no error
        drop(self.shared.events.send(event));
    }

    /// How often something was changed through this repository: what was read before the number grew may be old.
    pub fn commits(&self) -> u64 {
        self.shared.commits.load(Ordering::Acquire)
    }

    /// Finishes the changes already queued, then closes the file. Other clones answer `Closed` from then on.
    pub async fn close(&self) {
        self.writer.stop();
        let task = self.shared.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
        // last, so that the closing of the file folds the write-ahead log into it
        if let Err(error) = self.shared.readers.close_by_ref().await {
            tracing::warn!(%error, "the reading connections did not close cleanly");
        }
    }

    fn db(&self) -> &DatabaseConnection {
        &self.shared.readers
    }

    async fn write<T, F>(&self, work: F) -> Result<T, RepositoryError>
    where
        F: for<'c> FnOnce(&'c Change) -> Doing<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        self.writer.write(work).await
    }
}

/// The server's clock. Facts carry their own time; intents happen now.
fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
}
