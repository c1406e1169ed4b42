//! What people used: of jobs in the list from their rows, of jobs that are gone from daily totals.

use crate::entities::{daily_usage, jobs};
use crate::{Repository, RepositoryError};
use chrono::{DateTime, Local};
use daily_usage::Column as D;
use domain::{JobId, JobStatus, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use std::collections::BTreeMap;

/// What a person's jobs used on a node on one day: that on which they ended, by the server's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOfUse {
    /// `2026-11-29`.
    pub day: String,
    /// Whose.
    pub user: String,
    /// Where; `auto` for jobs that never had a node.
    pub node: String,
    /// Jobs that ended.
    pub jobs: i64,
    /// From the launch to the end, of all of them.
    pub run_seconds: i64,
    /// The same times their cores.
    pub core_seconds: i64,
    /// The same times their licence tokens.
    pub token_seconds: i64,
}

#[derive(FromQueryResult)]
struct Used {
    user_id: String,
    node_id: String,
    cpu_count: i64,
    license_tokens: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

const CELLS: [jobs::Column; 6] = [
    jobs::Column::UserId,
    jobs::Column::NodeId,
    jobs::Column::CpuCount,
    jobs::Column::LicenseTokens,
    jobs::Column::StartedAt,
    jobs::Column::EndedAt,
];

impl Used {
    /// `None` while it has not ended.
    fn day(self) -> Option<DayOfUse> {
        let ended = self.ended_at?;
        let day = DateTime::from_timestamp(ended, 0)?.with_timezone(&Local).format("%Y-%m-%d").to_string();
        // a clock that was set back in between makes no negative use
        let span = self.started_at.map_or(0, |started| Timestamp(ended).since(Timestamp(started)).0);
        let run = i64::try_from(span).unwrap_or(i64::MAX);
        Some(DayOfUse {
            day,
            user: self.user_id,
            node: self.node_id,
            jobs: 1,
            run_seconds: run,
            core_seconds: run.saturating_mul(self.cpu_count),
            token_seconds: run.saturating_mul(self.license_tokens),
        })
    }
}

/// Adds what a job used to the total of its day, before its row goes.
pub(crate) async fn keep(db: &impl ConnectionTrait, id: JobId) -> Result<(), RepositoryError> {
    let used = jobs::Entity::find_by_id(id.0).select_only().columns(CELLS).into_model::<Used>().one(db).await?;
    let Some(day) = used.and_then(Used::day) else { return Ok(()) };
    let add = |column: D, more: i64| (column, Expr::col((daily_usage::Entity, column)).add(more));
    let row = daily_usage::ActiveModel {
        day: Set(day.day),
        user_id: Set(day.user),
        node_id: Set(day.node),
        jobs: Set(day.jobs),
        run_seconds: Set(day.run_seconds),
        core_seconds: Set(day.core_seconds),
        token_seconds: Set(day.token_seconds),
    };
    let on_conflict = OnConflict::columns([D::Day, D::UserId, D::NodeId])
        .values([
            add(D::Jobs, day.jobs),
            add(D::RunSeconds, day.run_seconds),
            add(D::CoreSeconds, day.core_seconds),
            add(D::TokenSeconds, day.token_seconds),
        ])
        .to_owned();
    daily_usage::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db).await?;
    Ok(())
}

impl Repository {
    /// What everybody used on each node on each day, by day, person and node: of all jobs that ended, gone or not.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn usage(&self) -> Result<Vec<DayOfUse>, RepositoryError> {
        let kept = daily_usage::Entity::find().all(self.db()).await?.into_iter().map(|row| DayOfUse {
            day: row.day,
            user: row.user_id,
            node: row.node_id,
            jobs: row.jobs,
            run_seconds: row.run_seconds,
            core_seconds: row.core_seconds,
            token_seconds: row.token_seconds,
        });
        let listed = jobs::Entity::find()
            .select_only()
            .columns(CELLS)
            .filter(
                jobs::Column::Status
                    .is_in(JobStatus::ALL.into_iter().filter(|of| of.is_ended()).map(JobStatus::as_str)),
            )
            .into_model::<Used>()
            .all(self.db())
            .await?;
        let mut days: BTreeMap<(String, String, String), DayOfUse> = BTreeMap::new();
        for more in kept.chain(listed.into_iter().filter_map(Used::day)) {
            match days.entry((more.day.clone(), more.user.clone(), more.node.clone())) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(more);
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    let day = place.get_mut();
                    day.jobs += more.jobs;
                    day.run_seconds += more.run_seconds;
                    day.core_seconds += more.core_seconds;
                    day.token_seconds += more.token_seconds;
                }
            }
        }
        Ok(days.into_values().collect())
    }
}
