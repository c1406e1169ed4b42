//! What must be set right in a database that was put back from a backup, before anybody uses it.

use crate::entities::{alerts, api_tokens, invitations, jobs, sessions, users, webhook_messages};
use crate::records::HistoryFact;
use crate::writer::Change;
use crate::{Address, Repository, RepositoryError, Use, audit, backend, life, removal};
use domain::lifecycle::{LifeEvent, LifeRules, RunStage, step};
use domain::{Actor, JobId, JobStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashSet;

/// Who may what in the database that a backup replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Fingerprints of the API tokens that work.
    tokens: HashSet<String>,
    /// Accounts that are closed.
    closed: HashSet<String>,
}

/// Reads them, without bringing the tables up to date.
///
/// # Errors
/// As `jobs_in`; also where the tables are older than accounts.
pub async fn rights_in(database: impl Into<Address>, used: Use) -> Result<Rights, RepositoryError> {
    let db = backend::looking(&database.into(), used).await?;
    let read = async {
        let tokens: Vec<String> = api_tokens::Entity::find()
            .select_only()
            .column(api_tokens::Column::Fingerprint)
            .into_tuple()
            .all(&db)
            .await?;
        let closed: Vec<String> = users::Entity::find()
            .select_only()
            .column(users::Column::Id)
            .filter(users::Column::DisabledAt.is_not_null())
            .into_tuple()
            .all(&db)
            .await?;
        Ok(Rights { tokens: tokens.into_iter().collect(), closed: closed.into_iter().collect() })
    };
    let read = read.await;
    drop(db.close().await);
    read
}

/// What became of the jobs of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// They were waiting then and may have run since: they wait for a person's word.
    pub held: Vec<JobId>,
    /// They were on their way to a node then: only the node knows what became of them.
    pub starting: Vec<JobId>,
    /// API tokens that do not work any more: they were revoked since, or nobody knows whether they were.
    pub revoked: u64,
    /// Accounts that were closed since and are closed again.
    pub closed: Vec<String>,
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
    pub async fn settle_restored(
        &self,
        backup: &str,
        used: JobId,
        rights: Option<Rights>,
        actor: &Actor,
    ) -> Result<Settled, RepositoryError> {
        let (actor, rules, backup) = (actor.clone(), self.settings().life_rules(), backup.to_owned());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let mut settled = Settled { starting: in_status(db, JobStatus::Starting).await?, ..Settled::default() };
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
                // where nobody knows what was revoked since, everything is
                (settled.revoked, settled.closed) = take_rights(db, &rights.unwrap_or_default()).await?;
                sessions::Entity::delete_many().exec(db).await?;
                invitations::Entity::delete_many().exec(db).await?;
                // how everything stood then is no news
                alerts::Entity::delete_many().exec(db).await?;
                webhook_messages::Entity::delete_many().exec(db).await?;
                backend::skip_numbers(db, "jobs", used.0).await?;
                // what somebody kept since is not kept here: it is to be seen before it goes
                removal::notice_again(db, crate::now()).await?;
                let held: Vec<i64> = settled.held.iter().map(|id| id.0).collect();
                let after = serde_json::json!({
                    "held_jobs": held, "revoked_tokens": settled.revoked, "closed_accounts": settled.closed,
                });
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

/// Revokes and closes what was revoked and closed since.
async fn take_rights(db: &impl ConnectionTrait, rights: &Rights) -> Result<(u64, Vec<String>), RepositoryError> {
    let then: Vec<(i64, String)> = api_tokens::Entity::find()
        .select_only()
        .columns([api_tokens::Column::Id, api_tokens::Column::Fingerprint])
        .into_tuple()
        .all(db)
        .await?;
    let gone: Vec<i64> =
        then.into_iter().filter(|(_, print)| !rights.tokens.contains(print)).map(|(id, _)| id).collect();
    let revoked = u64::try_from(gone.len()).unwrap_or(u64::MAX);
    api_tokens::Entity::delete_many().filter(api_tokens::Column::Id.is_in(gone)).exec(db).await?;
    let open: Vec<String> = users::Entity::find()
        .select_only()
        .column(users::Column::Id)
        .filter(users::Column::DisabledAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let closed: Vec<String> = open.into_iter().filter(|id| rights.closed.contains(id)).collect();
    users::Entity::update_many()
        .col_expr(users::Column::DisabledAt, Expr::value(crate::now().0))
        .filter(users::Column::Id.is_in(closed.clone()))
        .exec(db)
        .await?;
    Ok((revoked, closed))
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
