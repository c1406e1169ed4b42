//! What people want of a job: end it, hold it, let it go, move it. Each is written to the audit log.

use crate::entities::jobs;
use crate::records::HistoryFact;
use crate::{Repository, RepositoryError, audit, history, life, summary};
use domain::lifecycle::{LifeEvent, step};
use domain::{Actor, JobId, JobStatus, JobSummary, Priority};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What the audit log keeps of a job before and after.
#[derive(serde::Serialize)]
pub(crate) struct Seen {
    name: String,
    status: JobStatus,
    priority: Priority,
    cancel_asked: bool,
}

impl From<&JobSummary> for Seen {
    fn from(job: &JobSummary) -> Seen {
        Seen { name: job.name.to_string(), status: job.status, priority: job.priority, cancel_asked: job.cancel_asked }
    }
}

impl Repository {
    /// Wants it ended. A job in the queue is Cancelled at once; one on a node keeps the wish until it has ended.
    /// Wanting it twice is no error and changes nothing.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it has ended.
    pub async fn ask_cancel(&self, id: JobId, actor: &Actor) -> Result<JobSummary, RepositoryError> {
        let event = LifeEvent::CancelAsked { by: actor.id.clone() };
        self.wish(id, actor, event, "cancel_job").await
    }

    /// Keeps a waiting job from starting.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` unless it is Waiting.
    pub async fn hold(&self, id: JobId, actor: &Actor) -> Result<JobSummary, RepositoryError> {
        self.wish(id, actor, LifeEvent::HoldAsked, "hold_job").await
    }

    /// Lets a held job start again.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` unless it is Held.
    pub async fn release(&self, id: JobId, actor: &Actor) -> Result<JobSummary, RepositoryError> {
        self.wish(id, actor, LifeEvent::ReleaseAsked, "release_job").await
    }

    async fn wish(
        &self,
        id: JobId,
        actor: &Actor,
        event: LifeEvent,
        action: &'static str,
    ) -> Result<JobSummary, RepositoryError> {
        let (actor, rules) = (actor.clone(), self.settings().life_rules());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let stored = life::of(db, id).await?;
                let now = crate::now();
                let (next, _) = step(&stored.life, &event, now, rules)
                    .map_err(|illegal| RepositoryError::Conflict { status: illegal.status })?;
                let before = summary::one(db, id).await?;
                if next == stored.life {
                    return Ok(before);
                }
                let fact = HistoryFact::from(&event);
                life::replace(change, id, &stored, &next, now, Some(&actor.id), &fact).await?;
                let after = summary::one(db, id).await?;
                let (was, is) = (Seen::from(&before), Seen::from(&after));
                audit::write(db, &actor, action, format!("job {id}"), &was, &is).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Changes its place in the queue. Whether the person may is the caller's question.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it has ended.
    pub async fn set_priority(
        &self,
        id: JobId,
        priority: Priority,
        actor: &Actor,
    ) -> Result<JobSummary, RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                use jobs::Column as C;
                let db = &change.db;
                let before = summary::one(db, id).await?;
                if before.status.is_ended() {
                    return Err(RepositoryError::Conflict { status: before.status });
                }
                if before.priority == priority {
                    return Ok(before);
                }
                jobs::Entity::update_many()
                    .col_expr(C::Priority, Expr::value(i64::from(priority.0)))
                    .col_expr(C::Version, Expr::col(C::Version).add(1))
                    .col_expr(C::UpdatedAt, Expr::value(crate::now().0))
                    .filter(C::Id.eq(id.0))
                    .exec(db)
                    .await?;
                let fact = HistoryFact::PriorityChanged { from: before.priority, to: priority };
                history::add(db, id, None, before.status, Some(&actor.id), &fact).await?;
                let after = summary::one(db, id).await?;
                let (was, is) = (Seen::from(&before), Seen::from(&after));
                audit::write(db, &actor, "set_priority", format!("job {id}"), &was, &is).await?;
                change.mention(|mentions| mentions.changed.insert(id));
                Ok(after)
            })
        })
        .await
    }
}
