//! Whom a higher priority would delay: the jobs that wait and would come after it.

use crate::entities::jobs;
use crate::summary;
use crate::{Repository, RepositoryError};
use domain::{JobId, JobStatus, JobSummary, Priority};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

/// So many jobs are moved at once at most for the answer to be made: it is an answer to a person in front of a dialog.
const MOST: usize = 50;

/// Before a job of this priority and number in the queue.
fn before(priority: i64, id: i64) -> Condition {
    use jobs::Column as C;
    let same = Condition::all().add(C::Priority.eq(priority)).add(C::Id.lt(id));
    Condition::any().add(C::Priority.gt(priority)).add(same)
}

impl Repository {
    /// Of the waiting jobs those that these would overtake with this priority: their number, and the first of them in the
    /// order of the queue.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn overtaken(
        &self,
        ids: &[JobId],
        priority: Priority,
        first: u64,
    ) -> Result<(u64, Vec<JobSummary>), RepositoryError> {
        use jobs::Column as C;
        let ids: Vec<i64> = ids.iter().take(MOST).map(|id| id.0).collect();
        let moved = jobs::Entity::find().filter(C::Id.is_in(ids.clone())).all(self.db()).await?;
        let mut passed = Condition::any();
        for job in &moved {
            let now = before(job.priority.unwrap_or(0), job.id);
            let then = before(i64::from(priority.0), job.id);
            passed = passed.add(Condition::all().add(now).add(then.not()));
        }
        if moved.is_empty() {
            return Ok((0, Vec::new()));
        }
        let waiting = jobs::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Status.eq(JobStatus::Waiting.as_str()))
            .filter(C::Id.is_not_in(ids))
            .filter(passed);
        let count = waiting.clone().count(self.db()).await?;
        let order = waiting.order_by_desc(C::Priority).order_by_asc(C::Id);
        let found: Vec<i64> = order.limit(first).into_tuple().all(self.db()).await?;
        let found: Vec<JobId> = found.into_iter().map(JobId).collect();
        Ok((count, summary::of(self.db(), &found).await?))
    }
}
