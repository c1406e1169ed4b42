//! What the scheduler found out: lives, progress, transfers, results.

mod active;
mod folders;

pub use active::ActiveJob;
pub(crate) use active::files;
pub use folders::RunFolder;

use crate::entities::{jobs, result_files};
use crate::records::{HistoryFact, ResultFile};
use crate::rows::{json_text, stored_size};
use crate::writer::Change;
use crate::{Repository, RepositoryError, history, life, now, summary};
use domain::job::Transfer;
use domain::lifecycle::Life;
use domain::{Fault, JobId, JobStatus, Progress, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, UpdateMany,
};

/// The statuses in which a node is at work for a job.
fn at_work() -> impl Iterator<Item = &'static str> {
    JobStatus::ALL.into_iter().filter(|status| status.is_active()).map(JobStatus::as_str)
}

/// A change of some cells of a job's row that leaves its life alone.
fn touch() -> UpdateMany<jobs::Entity> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::Version, Expr::col(jobs::Column::Version).add(1))
        .col_expr(jobs::Column::UpdatedAt, Expr::value(now().0))
}

/// Runs `update` on the job and mentions it when something changed.
async fn apply(change: &Change, id: JobId, update: UpdateMany<jobs::Entity>) -> Result<(), RepositoryError> {
    let done = update.filter(jobs::Column::Id.eq(id.0)).exec(&change.db).await?;
    if done.rows_affected > 0 {
        change.mention(|mentions| mentions.changed.insert(id));
    }
    Ok(())
}

impl Repository {
    /// Replaces the job's life, if it is still `expected`: compare-and-set inside one transaction, with history, the
    /// run's row (so the token is stored before any launch is sent), times, node, message and verdict. `false`: somebody
    /// was faster, read again. Two equal lives write nothing and answer whether it still is that life.
    ///
    /// # Errors
    /// `NotFound`; `Illegal` for a change no life has: nothing is changed then.
    pub async fn advance(
        &self,
        id: JobId,
        expected: &Life,
        next: &Life,
        now: Timestamp,
        fact: HistoryFact,
    ) -> Result<bool, RepositoryError> {
        if expected == next {
            return Ok(life::of(self.db(), id).await?.life == *expected);
        }
        let (expected, next) = (expected.clone(), next.clone());
        self.write(move |change| {
            Box::pin(async move {
                let stored = life::of(&change.db, id).await?;
                if stored.life != expected {
                    return Ok(false);
                }
                let actor = match fact {
                    HistoryFact::CancelAsked => next.cancel.as_ref().map(|wish| wish.by.clone()),
                    _ => None,
                };
                life::replace(change, id, &stored, &next, now, actor.as_ref(), &fact).await?;
                Ok(true)
            })
        })
        .await
    }

    /// How far the solver is. Written only where it differs, and only while a node is at work for the job.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_progress(&self, id: JobId, progress: &Progress) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let text = json_text("progress", progress)?;
        let update = touch()
            .col_expr(C::Progress, Expr::value(text.as_str()))
            .col_expr(C::InTrouble, Expr::value(i32::from(progress.trouble.is_some())))
            .filter(C::Status.is_in(at_work()))
            .filter(C::Progress.is_null().or(C::Progress.ne(text)));
        self.write(move |change| Box::pin(apply(change, id, update))).await
    }

    /// Bytes under way; `None` when nothing is. Call it a few times a second at most: each is a commit.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_transfer(&self, id: JobId, transfer: Option<Transfer>) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let text = transfer.map(|transfer| json_text("transfer", &transfer)).transpose()?;
        let differs = match &text {
            Some(text) => C::Transfer.is_null().or(C::Transfer.ne(text.as_str())),
            None => C::Transfer.is_not_null(),
        };
        let update =
            touch().col_expr(C::Transfer, Expr::value(text)).filter(C::Status.is_in(at_work())).filter(differs);
        self.write(move |change| Box::pin(apply(change, id, update))).await
    }

    /// What keeps a job at work from going on: a line in its history, and its message until it moves on.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_hindrance(&self, id: JobId, fault: &Fault) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let (fault, text) = (fault.clone(), json_text("message", fault)?);
        self.write(move |change| {
            Box::pin(async move {
                let status = summary::one(&change.db, id).await?.status;
                if !status.is_active() {
                    return Ok(());
                }
                let update = touch().col_expr(C::Message, Expr::value(text));
                apply(change, id, update).await?;
                let fact = HistoryFact::Hindered { fault };
                history::add(&change.db, id, None, status, None, &fact).await
            })
        })
        .await
    }

    /// What kept a running job's state from being known is over: it has no message any more.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_told_again(&self, id: JobId) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let is_said = Condition::all().add(C::Status.eq(JobStatus::Running.as_str())).add(C::Message.is_not_null());
        // mostly nothing is said: ask the readers before the writer
        if jobs::Entity::find_by_id(id.0).filter(is_said.clone()).count(self.db()).await? == 0 {
            return Ok(());
        }
        let update = touch().col_expr(C::Message, Expr::value(None::<String>)).filter(is_said);
        self.write(move |change| Box::pin(apply(change, id, update))).await
    }

    /// Since when the node of these jobs has not answered; `None` when it answers again. A later `since` does not
    /// replace an earlier one. Changes no job's status.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_contact_lost(&self, jobs: &[JobId], since: Option<Timestamp>) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let differs = match since {
            Some(_) => C::NoContactSince.is_null(),
            None => C::NoContactSince.is_not_null(),
        };
        // mostly nothing has changed: ask the readers before the writer
        let ids: Vec<i64> = jobs::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Id.is_in(jobs.iter().map(|id| id.0)))
            .filter(C::Status.is_in(at_work()))
            .filter(differs.clone())
            .into_tuple()
            .all(self.db())
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        self.write(move |change| {
            Box::pin(async move {
                for id in ids {
                    let update = touch()
                        .col_expr(C::NoContactSince, Expr::value(since.map(|at| at.0)))
                        .filter(C::Status.is_in(at_work()))
                        .filter(differs.clone());
                    apply(change, JobId(id), update).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// What the run left, replacing what was known before, and the folder it is in (relative to the result folder).
    ///
    /// # Errors
    /// `NotFound`; `Conflict` while the job is in the queue.
    pub async fn record_results(
        &self,
        id: JobId,
        files: Vec<ResultFile>,
        result_path: &str,
    ) -> Result<(), RepositoryError> {
        let result_path = result_path.to_owned();
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let status = summary::one(db, id).await?.status;
                if matches!(status, JobStatus::Waiting | JobStatus::Held) {
                    return Err(RepositoryError::Conflict { status });
                }
                result_files::Entity::delete_many().filter(result_files::Column::JobId.eq(id.0)).exec(db).await?;
                // a statement takes some thousand values, and a run may leave more files than that
                for part in files.chunks(500) {
                    let rows: Vec<result_files::ActiveModel> = part
                        .iter()
                        .map(|file| {
                            Ok(result_files::ActiveModel {
                                job_id: Set(id.0),
                                name: Set(file.name.to_string()),
                                size: Set(stored_size("size", file.size)?),
                                sha256: Set(file.sha256.clone()),
                                fetched: Set(i64::from(file.fetched)),
                                error: Set(file.error.clone()),
                            })
                        })
                        .collect::<Result<_, RepositoryError>>()?;
                    result_files::Entity::insert_many(rows).exec_without_returning(db).await?;
                }
                let update = touch().col_expr(jobs::Column::ResultPath, Expr::value(result_path));
                apply(change, id, update).await
            })
        })
        .await
    }
}
