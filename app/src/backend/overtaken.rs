//! Whom a higher priority would delay.

use super::{Asking, Backend, fault};
use crate::AppError;
use crate::jobs::api::Overtaken;
use domain::{JobId, Priority};

/// So many are named.
const NAMED: u64 = 3;

impl Backend {
    /// The waiting jobs that these would overtake with this priority.
    ///
    /// # Errors
    /// As the database.
    pub async fn overtaken(&self, ids: &[JobId], priority: Priority, asking: &Asking) -> Result<Overtaken, AppError> {
        let found = self.repository.overtaken(ids, priority, NAMED).await;
        let (count, first) = found.map_err(|error| fault::repository(asking.locale, error))?;
        let first = first.into_iter().map(|job| (job.name, job.user_name)).collect();
        Ok(Overtaken { count, first, patience: self.repository.settings().backfill_patience })
    }
}
