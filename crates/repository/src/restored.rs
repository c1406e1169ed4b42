//! What must be set right in a database that was put back from a backup, before anybody uses it.

use crate::entities::{invitations, jobs, sessions};
use crate::records::HistoryFact;
use crate::{Repository, RepositoryError, audit, life};
use domain::lifecycle::{LifeEvent, step};
use domain::{Actor, JobId, JobStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

/// What became of the jobs of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// They were waiting then and may have run since: they wait for a person's word.
    pub held: Vec<JobId>,
    /// They were on their way to a node then.
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

    /// Keeps the jobs that were waiting from starting by themselves, for they may have run after the backup; ends all
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
                let now = crate::now();
                for id in in_status(db, JobStatus::Waiting).await? {
                    let stored = life::of(db, id).await?;
                    let event = LifeEvent::HoldAsked;
                    let (next, _) = step(&stored.life, &event, now, rules)
                        .map_err(|illegal| RepositoryError::Conflict { status: illegal.status })?;
                    let fact = HistoryFact::from(&event);
                    life::replace(change, id, &stored, &next, now, Some(&actor.id), &fact).await?;
                    settled.held.push(id);
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
