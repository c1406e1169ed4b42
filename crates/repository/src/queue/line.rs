//! The queue in memory, beside the table: what the last commit left in it.
//!
//! The writer is told which jobs each group of changes touched; it reads them again inside the transaction and puts
//! them here after the commit, before anybody hears of it. Where that cannot be done the queue is forgotten, and read
//! anew when it is next asked for.

use super::waiting;
use crate::RepositoryError;
use domain::JobId;
use domain::plan::{Queue, WaitingJob};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many numbers in one question.
const AT_ONCE: usize = 500;

/// The queue, once it was read.
#[derive(Default)]
pub(crate) struct LineCell(Mutex<Option<Known>>);

struct Known {
    queue: Queue,
    /// The writing connection's [`crate::backend::data_version`] when the queue was read.
    version: i64,
}

/// What a group of changes does to the queue.
#[derive(Default)]
pub(crate) struct Follow {
    /// All of it was read in this group.
    read: Option<(Queue, i64)>,
    touched: BTreeSet<JobId>,
    /// Those of the touched that wait.
    waiting: Vec<WaitingJob>,
}

impl LineCell {
    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was read.
    pub(crate) fn is_known(&self) -> bool {
        self.lock().is_some()
    }

    /// Of the last reading.
    pub(crate) fn version(&self) -> Option<i64> {
        self.lock().as_ref().map(|known| known.version)
    }

    /// What `ask` says of the queue; `None` where it was not read.
    pub(crate) fn with<T>(&self, ask: impl FnOnce(&mut Queue) -> T) -> Option<T> {
        self.lock().as_mut().map(|known| ask(&mut known.queue))
    }

    /// It may be otherwise by now.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    /// Takes over what a commit has left.
    pub(crate) fn follow(&self, follow: Follow) {
        let mut line = self.lock();
        if let Some((queue, version)) = follow.read {
            *line = Some(Known { queue, version });
        }
        let Some(known) = line.as_mut() else { return };
        let mut gone = follow.touched;
        for job in follow.waiting {
            gone.remove(&job.id);
            known.queue.put(job);
        }
        for id in gone {
            known.queue.take(id);
        }
    }
}

impl Follow {
    /// Reads, inside the transaction, what the touched jobs are now; nothing where nobody has read the queue yet.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    pub(crate) async fn read(
        db: &impl ConnectionTrait,
        cell: &LineCell,
        read: Option<(Queue, i64)>,
        touched: BTreeSet<JobId>,
    ) -> Result<Follow, RepositoryError> {
        if read.is_none() && !cell.is_known() {
            return Ok(Follow::default());
        }
        let mut now = Vec::new();
        let ids: Vec<JobId> = touched.iter().copied().collect();
        for part in ids.chunks(AT_ONCE) {
            now.extend(waiting(db, Some(part)).await?);
        }
        Ok(Follow { read, touched, waiting: now })
    }
}
