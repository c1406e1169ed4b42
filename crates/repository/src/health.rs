//! What a look at the database's own state asks.

use crate::entities::jobs;
use crate::{Repository, RepositoryError, backend};
use domain::health::{DatabaseHealth, QueueHealth};
use domain::{JobStatus, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeMap;
use std::time::Instant;

impl Repository {
    /// Whether it answers, how quickly, and how large it is.
    ///
    /// # Errors
    /// When it does not.
    pub async fn database_health(&self) -> Result<DatabaseHealth, RepositoryError> {
        let clock = Instant::now();
        // a page of the database itself, unlike `SELECT 1`
        backend::number(self.db(), "SELECT count(*) FROM system_config").await?;
        let answer_us = u64::try_from(clock.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (bytes, wal_bytes) = backend::size(self.db(), &self.shared.database).await?;
        Ok(DatabaseHealth { answer_us, bytes, wal_bytes })
    }

    /// How many jobs wait, and since when.
    ///
    /// # Errors
    /// `Busy`, `Damaged`, `Database`.
    pub async fn queue_health(&self) -> Result<QueueHealth, RepositoryError> {
        use jobs::Column as C;
        let found: Option<(i64, Option<i64>)> = jobs::Entity::find()
            .select_only()
            .column_as(C::Id.count(), "waiting")
            .column_as(C::CreatedAt.min(), "oldest")
            .filter(C::Status.eq(JobStatus::Waiting.as_str()))
            .into_tuple()
            .one(self.db())
            .await?;
        let (waiting, oldest) = found.unwrap_or((0, None));
        Ok(QueueHealth { waiting: u64::try_from(waiting).unwrap_or(0), oldest: oldest.map(Timestamp) })
    }

    /// How many jobs stand where; statuses without any are missing.
    ///
    /// # Errors
    /// `Busy`, `Damaged`, `Database`.
    pub async fn jobs_by_status(&self) -> Result<BTreeMap<String, u64>, RepositoryError> {
        let found: Vec<(String, i64)> = jobs::Entity::find()
            .select_only()
            .column(jobs::Column::Status)
            .column_as(jobs::Column::Id.count(), "number")
            .group_by(jobs::Column::Status)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(found.into_iter().map(|(status, number)| (status, u64::try_from(number).unwrap_or(0))).collect())
    }
}
