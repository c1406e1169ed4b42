//! What a look at the database's own state asks.

use crate::entities::jobs;
use crate::{Repository, RepositoryError};
use domain::health::{DatabaseHealth, QueueHealth};
use domain::{JobStatus, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Instant;

impl Repository {
    /// Whether it answers, how quickly, and how large it is.
    ///
    /// # Errors
    /// When it does not.
    pub async fn database_health(&self) -> Result<DatabaseHealth, RepositoryError> {
        let clock = Instant::now();
        // a page of the file itself, unlike `SELECT 1`
        let asked = Statement::from_string(DbBackend::Sqlite, "SELECT count(*) FROM system_config");
        self.db().query_one_raw(asked).await?;
        let answer_us = u64::try_from(clock.elapsed().as_micros()).unwrap_or(u64::MAX);
        let size = |path: OsString| std::fs::metadata(path).map_or(0, |of| of.len());
        let path = OsString::from(&self.shared.path);
        let mut wal = path.clone();
        wal.push("-wal");
        Ok(DatabaseHealth { answer_us, bytes: size(path), wal_bytes: size(wal) })
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
