//! A job's history: one line per change of its status, and per act of a person.

use crate::entities::{job_history, users};
use crate::records::{HistoryEntry, HistoryFact};
use crate::rows::{Row, json_text};
use crate::{RepositoryError, now};
use domain::{JobId, JobStatus, Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};

/// Adds a line. `at` is the event's own time; `None` is now.
pub(crate) async fn add(
    db: &impl ConnectionTrait,
    job: JobId,
    at: Option<Timestamp>,
    status: JobStatus,
    actor: Option<&UserId>,
    fact: &HistoryFact,
) -> Result<(), RepositoryError> {
    let line = job_history::ActiveModel {
        job_id: Set(job.0),
        at: Set(at.unwrap_or_else(now).0),
        status: Set(status.as_str().to_owned()),
        actor: Set(actor.map(ToString::to_string)),
        fact: Set(json_text("fact", fact)?),
        ..Default::default()
    };
    job_history::Entity::insert(line).exec_without_returning(db).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Line {
    id: i64,
    at: i64,
    status: String,
    actor: Option<String>,
    fact: String,
    actor_name: Option<String>,
}

/// The whole history, oldest first.
pub(crate) async fn of(db: &impl ConnectionTrait, job: JobId) -> Result<Vec<HistoryEntry>, RepositoryError> {
    let actor: RelationDef =
        job_history::Entity::belongs_to(users::Entity).from(job_history::Column::Actor).to(users::Column::Id).into();
    job_history::Entity::find()
        .column_as(users::Column::Name, "actor_name")
        .join(JoinType::LeftJoin, actor)
        .filter(job_history::Column::JobId.eq(job.0))
        .order_by_asc(job_history::Column::Id)
        .into_model::<Line>()
        .all(db)
        .await?
        .into_iter()
        .map(|line| {
            let row = Row::new("job_history", line.id);
            Ok(HistoryEntry {
                at: Timestamp(line.at),
                status: row.take("status", line.status.parse())?,
                actor: line.actor_name.or(line.actor),
                what: row.json("fact", &line.fact)?,
            })
        })
        .collect()
}
