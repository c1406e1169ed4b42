//! The one writer. Changes queue up; those that arrive while a commit is under way share the next one.
//!
//! A change runs inside a savepoint of the shared transaction, so that one that fails takes nothing of the others
//! with it. Nobody is answered, and no event is sent, before the commit. The task belongs to nobody: a caller that
//! goes away (a browser that closes the connection) does not tear a change in two, and its events are sent all the same.

mod mentions;
#[cfg(test)]
mod tests;

use crate::claim::Fence;
use crate::{Address, RepositoryError, backend, license::LicenseCell, queue::LineCell, settings::SettingsCache};
use domain::Event;
pub(crate) use mentions::Mentions;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

/// At most so many changes share a commit: bounds how long the first of them waits.
const LARGEST_GROUP: usize = 64;
/// Callers beyond these wait at the door.
const QUEUE: usize = 256;
/// A connection that has failed is given so long to be closed in good order.
const CLOSING: Duration = Duration::from_secs(1);

/// A future that borrows the change.
pub(crate) type Doing<'c, T> = Pin<Box<dyn Future<Output = Result<T, RepositoryError>> + Send + 'c>>;

/// What a change works with.
pub(crate) struct Change {
    /// Its savepoint.
    pub(crate) db: DatabaseTransaction,
    mentions: Mutex<Mentions>,
}

impl Change {
    /// Notes what is to be told after the commit.
    pub(crate) fn mention<T>(&self, note: impl FnOnce(&mut Mentions) -> T) {
        note(&mut self.mentions.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// How a change went inside its savepoint, and whom to tell once the commit is through or has failed.
struct Ran {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), RepositoryError>) + Send>,
}

/// A change whose result type is forgotten, so that all kinds fit one queue.
trait Work: Send {
    fn run<'c>(self: Box<Self>, change: &'c Change) -> Pin<Box<dyn Future<Output = Ran> + Send + 'c>>;
    fn refuse(self: Box<Self>, why: RepositoryError);
}

struct Asked<F, T> {
    work: F,
    answer: oneshot::Sender<Result<T, RepositoryError>>,
}

impl<F, T> Work for Asked<F, T>
where
    F: for<'c> FnOnce(&'c Change) -> Doing<'c, T> + Send + 'static,
    T: Send + 'static,
{
    fn run<'c>(self: Box<Self>, change: &'c Change) -> Pin<Box<dyn Future<Output = Ran> + Send + 'c>> {
        let Asked { work, answer } = *self;
        Box::pin(async move {
            // a caller that went away (its oneshot is closed) has nobody to tell: not an error
            match work(change).await {
                Ok(value) => {
                    Ran { keep: true, answer: Box::new(move |committed| drop(answer.send(committed.map(|()| value)))) }
                }
                Err(why) => Ran { keep: false, answer: Box::new(move |_| drop(answer.send(Err(why)))) },
            }
        })
    }

    fn refuse(self: Box<Self>, why: RepositoryError) {
        drop(self.answer.send(Err(why)));
    }
}

/// What is kept in memory beside the tables, and told in events.
pub(crate) struct Known {
    pub(crate) settings: Arc<SettingsCache>,
    pub(crate) license: Arc<LicenseCell>,
    pub(crate) line: Arc<LineCell>,
    /// Counts what was committed, or may have been.
    pub(crate) commits: Arc<AtomicU64>,
}

/// The way into the writer's queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Work>>,
    stop: Arc<Notify>,
}

impl Writer {
    /// Starts the task; it ends after the changes already queued, when it is told to or the last `Writer` is dropped.
    pub(crate) fn start(
        db: DatabaseConnection,
        database: Address,
        patience: Duration,
        fence: Fence,
        events: broadcast::Sender<Event>,
        known: Known,
    ) -> (Writer, tokio::task::JoinHandle<()>) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let stop = Arc::new(Notify::new());
        let task = Task { db, is_open: true, database, patience, fence, events, known, queue, stop: Arc::clone(&stop) };
        (Writer { queue: sender, stop }, tokio::spawn(task.run()))
    }

    /// Takes no more changes; those already queued are done.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    /// Runs `work` in a transaction and answers after the commit.
    ///
    /// # Errors
    /// What `work` said (then nothing of it was kept), or why the commit failed.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, RepositoryError>
    where
        F: for<'c> FnOnce(&'c Change) -> Doing<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let asked: Box<dyn Work> = Box::new(Asked { work, answer });
        self.queue.send(asked).await.map_err(|_| RepositoryError::Closed)?;
        answered.await.map_err(|_| RepositoryError::Closed)?
    }
}

struct Task {
    db: DatabaseConnection,
    /// `db` can be used; else the database could not be opened again.
    is_open: bool,
    database: Address,
    patience: Duration,
    fence: Fence,
    events: broadcast::Sender<Event>,
    known: Known,
    queue: mpsc::Receiver<Box<dyn Work>>,
    stop: Arc<Notify>,
}

/// The connection is in a state nobody knows: a rollback or release failed.
struct Broken(RepositoryError);

impl Task {
    async fn run(mut self) {
        let stop = Arc::clone(&self.stop);
        loop {
            let first = tokio::select! {
                first = self.queue.recv() => first,
                () = stop.notified() => {
                    self.queue.close();
                    continue;
                }
            };
            let Some(first) = first else { break };
            if let Err(Broken(error)) = self.group(first).await {
                tracing::error!(%error, "a group of changes was lost, the writer takes a fresh connection");
                if self.is_open {
                    self.reconnect().await;
                }
                if !self.is_open {
                    // each would wait as long as this one for the same answer, and those behind it for all of them
                    while let Ok(waiting) = self.queue.try_recv() {
                        waiting.refuse(error.clone());
                    }
                }
            }
        }
        if let Err(error) = self.db.close_by_ref().await {
            tracing::warn!(%error, "the writing connection did not close cleanly");
        }
    }

    /// One transaction: the first change and those already waiting behind it.
    async fn group(&mut self, first: Box<dyn Work>) -> Result<(), Broken> {
        let transaction = match self.begin().await {
            Ok(transaction) => transaction,
            Err(error) => {
                first.refuse(error.clone());
                // busy is an answer, everything else a reason for a fresh connection
                return if matches!(error, RepositoryError::Busy) { Ok(()) } else { Err(Broken(error)) };
            }
        };
        let mut answers = Vec::new();
        let mut mentions = Mentions::default();
        let mut next = Some(first);
        let mut broken = None;
        while let Some(work) = next.take() {
            match savepoint(&transaction, work, &mut mentions).await {
                Ok(ran) if ran.keep => answers.push(ran.answer),
                Ok(ran) => (ran.answer)(Ok(())),
                Err(Broken(error)) => {
                    broken = Some(error);
                    break;
                }
            }
            if answers.len() < LARGEST_GROUP {
                next = self.queue.try_recv().ok();
            }
        }
        if answers.is_empty() && broken.is_none() {
            return transaction.rollback().await.map_err(|error| Broken(error.into()));
        }
        let told = match broken {
            Some(error) => Err(error),
            None => {
                // read inside the transaction: exactly what a reader sees after it
                let told = mentions.read(&transaction, &self.known).await;
                backend::commit(transaction).await.map(|()| told)
            }
        };
        // before anybody hears of it: who reads then reads anew
        self.known.commits.fetch_add(1, Ordering::Release);
        match told {
            Ok(told) => {
                if let Some(settings) = told.settings {
                    self.known.settings.put(settings);
                }
                // before anybody hears of it: who decides next decides about this
                match told.follow {
                    Some(follow) => self.known.line.follow(follow),
                    None => self.known.line.forget(),
                }
                for event in told.events {
                    // nobody listening is no error
                    drop(self.events.send(event));
                }
                for answer in answers {
                    answer(Ok(()));
                }
                Ok(())
            }
            Err(error) => {
                self.known.line.forget();
                for answer in answers {
                    answer(Err(error.clone()));
                }
                Err(Broken(error))
            }
        }
    }

    /// A database that could not be opened when its connection was lost is tried again before anybody is refused.
    async fn begin(&mut self) -> Result<DatabaseTransaction, RepositoryError> {
        if !self.is_open {
            self.db = backend::writer(&self.database, self.patience).await?;
            self.is_open = true;
        }
        let transaction = backend::begin(&self.db).await?;
        self.fence.prove(&transaction).await?;
        Ok(transaction)
    }

    /// A fresh connection instead of one whose transaction state is unknown.
    async fn reconnect(&mut self) {
        // one whose server does not answer is waited for by nobody
        drop(tokio::time::timeout(CLOSING, self.db.close_by_ref()).await);
        // another connection counts the writings of others otherwise
        self.known.line.forget();
        self.is_open = false;
        match backend::writer(&self.database, self.patience).await {
            Ok(db) => (self.db, self.is_open) = (db, true),
            // the next change tries again
            Err(error) => tracing::error!(%error, "the database cannot be opened for writing"),
        }
    }
}

async fn savepoint(
    transaction: &DatabaseTransaction,
    work: Box<dyn Work>,
    mentions: &mut Mentions,
) -> Result<Ran, Broken> {
    let db = match transaction.begin().await {
        Ok(db) => db,
        Err(error) => {
            let error = RepositoryError::from(error);
            work.refuse(error.clone());
            return Err(Broken(error));
        }
    };
    let change = Change { db, mentions: Mutex::default() };
    // the writer outlives a mistake in one change; its asker hears `Closed`, because its answer went with the panic
    let Some(ran) = unless_it_panics(work.run(&change)).await else {
        return Err(Broken(RepositoryError::Closed));
    };
    let Change { db, mentions: noted } = change;
    let settled = if ran.keep { db.commit().await } else { db.rollback().await };
    match settled {
        Ok(()) => {
            if ran.keep {
                mentions.add(noted.into_inner().unwrap_or_else(PoisonError::into_inner));
            }
            Ok(ran)
        }
        Err(error) => {
            let error = RepositoryError::from(error);
            (ran.answer)(Err(error.clone()));
            Err(Broken(error))
        }
    }
}

/// The future's value; `None` when it panicked.
async fn unless_it_panics<T>(mut doing: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Option<T> {
    // nothing of the change is looked at after a panic: its connection is thrown away
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| doing.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
