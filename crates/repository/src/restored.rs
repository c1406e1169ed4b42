//! What must be set right in a database that was put back from a backup, before anybody uses it.

use crate::entities::{invitations, jobs, sessions};
use crate::records::HistoryFact;
use crate::writer::Change;
use crate::{Repository, RepositoryError, audit, life};
use domain::lifecycle::{LifeEvent, LifeRules, RunStage, step};
use domain::{Actor, JobId, JobStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

/// What became of the jobs of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// They were waiting then and may have run since: they wait for a person's word.
    pub held: Vec<JobId>,
    /// They were on their way to a node then: only the node knows what became of them.
    pub starting: Vec<JobId>,
}

impl Repository {
    /// Notes that a person made or took away a backup: `make_backup`, `download_backup`.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn note_backup(&self, action: &'static str, backup: &str, actor: &Actor) -> Result<(), RepositoryError> {
        let (actor, subject) = (actor.clone(), format!("backup {backup}"));
        self.write(move |change| {
            Box::pin(async move { audit::write(&change.db, &actor, action, subject, &(), &()).await })
        })
        .await
    }

    /// Keeps the jobs that were waiting from starting by themselves, for they may have run after the backup, and has those
    /// that were on their way asked for at their node before anything is sent there; ends all
    /// sessions and one-time links, for they may have been ended or used since; and gives no job a number up to `used`,
    /// whose files may lie there.
    ///
    /// # Errors
    /// As every change: `Corrupt`, `Busy`, `Full`, `Database`.
    pub async fn settle_restored(&self, backup: &str, used: JobId, actor: &Actor) -> Result<Settled, RepositoryError> {
        let (actor, rules, backup) = (actor.clone(), self.settings().life_rules(), backup.to_owned());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let mut settled = Settled { held: Vec::new(), starting: in_status(db, JobStatus::Starting).await? };
                for id in in_status(db, JobStatus::Waiting).await? {
                    take_step(change, id, &LifeEvent::HoldAsked, &actor, rules).await?;
                    settled.held.push(id);
                }
                for id in &settled.starting {
                    // as if its launch had been sent, which it may have been: a run that is gone is then Missing, and
                    // nothing is staged over what it has left
                    let is_claimed = life::of(db, *id).await?.life.stage() == Some(RunStage::Claimed);
                    if is_claimed {
                        take_step(change, *id, &LifeEvent::Staged, &actor, rules).await?;
                    }
                }
                sessions::Entity::delete_many().exec(db).await?;
                invitations::Entity::delete_many().exec(db).await?;
                // a table that never had a row is not among them
                for sql in [
                    "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'jobs'",
                    "INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', ? \
                     WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs')",
                ] {
                    db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [used.0.into()])).await?;
                }
                let held: Vec<i64> = settled.held.iter().map(|id| id.0).collect();
                let after = serde_json::json!({ "held_jobs": held });
                audit::write(
                    db,
                    &actor,
                    "restore_backup",
                    format!("backup {backup}"),
                    &serde_json::Value::Null,
                    &after,
                )
                .await?;
                Ok(settled)
            })
        })
        .await
    }
}

/// One step of a job's life, without what follows from it: nobody is at work yet.
async fn take_step(
    change: &Change,
    id: JobId,
    event: &LifeEvent,
    actor: &Actor,
    rules: LifeRules,
) -> Result<(), RepositoryError> {
    let (stored, now) = (life::of(&change.db, id).await?, crate::now());
    let (next, _) = step(&stored.life, event, now, rules)
        .map_err(|illegal| RepositoryError::Conflict { status: illegal.status })?;
    life::replace(change, id, &stored, &next, now, Some(&actor.id), &HistoryFact::from(event)).await
}

async fn in_status(db: &impl ConnectionTrait, status: JobStatus) -> Result<Vec<JobId>, RepositoryError> {
    let ids: Vec<i64> = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Id)
        .filter(jobs::Column::Status.eq(status.as_str()))
        .order_by_asc(jobs::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(JobId).collect())
}
