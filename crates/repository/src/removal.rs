//! How jobs and results leave: by a person's word or by the clean-up; and how a person keeps them. Rows go first and the
//! bytes are the caller's to remove, so that a crash in between leaves files without a row, which a later clean-up finds,
//! and never a row that promises files.

use crate::entities::{audit_log, job_files, jobs, nodes, result_files, system_config, uploads, users};
use crate::intent::Seen;
use crate::records::{DeletedJob, HistoryFact};
use crate::rows::Row;
use crate::summary::owner;
use crate::uploads::remove_unused;
use crate::writer::Change;
use crate::{Repository, RepositoryError, audit, backend, history, now, summary, usage};
use domain::cleanup::Cleaned;
use domain::{Actor, JobId, JobName, JobStatus, JobSummary, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::{HashMap, HashSet};

/// The settings that say when something goes.
const RULES: [&str; 3] = ["cleanup_schedule", "cleanup_results_days", "cleanup_jobs_days"];
/// Numbers asked for in one question.
const AT_ONCE: usize = 500;

/// A job that has ended and that nobody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedJob {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
    /// Whose it is.
    pub user: UserId,
    /// What people call its owner.
    pub user_name: String,
    /// How it ended.
    pub status: JobStatus,
    /// When.
    pub ended_at: Timestamp,
    /// When the clean-up took its results away.
    pub results_removed_at: Option<Timestamp>,
    /// When its row changed last.
    pub updated_at: Timestamp,
    /// Whether results of it are noted, whatever the disk says just now; also of those that did not come.
    pub has_results: bool,
}

#[derive(FromQueryResult)]
struct EndedRow {
    id: i64,
    name: String,
    status: String,
    user_id: String,
    user_name: Option<String>,
    ended_at: Option<i64>,
    updated_at: Option<i64>,
    results_removed_at: Option<i64>,
}

/// Removes a job's rows, and those of its uploads that no other job needs; what it used is added to the day's total.
async fn remove(change: &Change, id: JobId) -> Result<DeletedJob, RepositoryError> {
    let db = &change.db;
    let found: Option<(String, Option<String>)> = jobs::Entity::find_by_id(id.0)
        .select_only()
        .columns([jobs::Column::Name, jobs::Column::ResultPath])
        .into_tuple()
        .one(db)
        .await?;
    let (name, result_path) = found.ok_or_else(|| summary::no_job(id))?;
    let name = Row::new("jobs", id).take("name", JobName::parse(&name))?;
    let sent: Vec<String> = job_files::Entity::find()
        .select_only()
        .column(job_files::Column::UploadId)
        .filter(job_files::Column::JobId.eq(id.0))
        .into_tuple()
        .all(db)
        .await?;
    usage::keep(db, id).await?;
    jobs::Entity::delete_by_id(id.0).exec(db).await?;
    let free = remove_unused(db, sent).await?;
    change.mention(|mentions| mentions.deleted.insert(id));
    Ok(DeletedJob { name, result_path, uploads: free })
}

/// What goes is to be seen anew for the whole notice, from this moment on.
pub(crate) async fn notice_again(db: &impl ConnectionTrait, from: Timestamp) -> Result<(), RepositoryError> {
    use system_config::Column as C;
    let again = system_config::Entity::update_many().col_expr(C::NoticedAt, Expr::value(from.0));
    again.filter(C::Key.is_in(RULES)).exec(db).await?;
    Ok(())
}

/// Whether the clean-up may have it still: somebody may have kept it since it was looked at.
async fn is_left_to_clean_up(change: &Change, id: JobId) -> Result<Option<JobStatus>, RepositoryError> {
    let found: Option<(String, i64)> = jobs::Entity::find_by_id(id.0)
        .select_only()
        .columns([jobs::Column::Status, jobs::Column::Pinned])
        .into_tuple()
        .one(&change.db)
        .await?;
    let Some((status, pinned)) = found else { return Ok(None) };
    let status: JobStatus = Row::new("jobs", id).take("status", status.parse())?;
    Ok(Some(status).filter(|status| pinned == 0 && status.is_ended()))
}

impl Repository {
    /// Removes an ended job's rows, and those of its uploads that no other job needs.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` unless it has ended.
    pub async fn delete_job(&self, id: JobId, actor: &Actor) -> Result<DeletedJob, RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                let before = summary::one(&change.db, id).await?;
                if !before.status.is_ended() {
                    return Err(RepositoryError::Conflict { status: before.status });
                }
                let deleted = remove(change, id).await?;
                let before = Some(Seen::from(&before));
                audit::write(&change.db, &actor, "delete_job", format!("job {id}"), &before, &None).await?;
                Ok(deleted)
            })
        })
        .await
    }

    /// The same for the clean-up: `None` where the job is no longer one that completed and that nobody keeps.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Corrupt`, `Database`.
    pub async fn let_job_go(&self, id: JobId) -> Result<Option<DeletedJob>, RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                match is_left_to_clean_up(change, id).await? {
                    Some(JobStatus::Completed) => remove(change, id).await.map(Some),
                    _ => Ok(None),
                }
            })
        })
        .await
    }

    /// Notes that an ended job's results are gone; `false` where somebody keeps them since.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Corrupt`, `Database`.
    pub async fn let_results_go(&self, id: JobId) -> Result<bool, RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                use jobs::Column as C;
                let Some(status) = is_left_to_clean_up(change, id).await? else { return Ok(false) };
                let db = &change.db;
                let at = now();
                result_files::Entity::delete_many().filter(result_files::Column::JobId.eq(id.0)).exec(db).await?;
                jobs::Entity::update_many()
                    .col_expr(C::ResultsRemovedAt, Expr::value(at.0))
                    .col_expr(C::Version, Expr::col(C::Version).add(1))
                    .filter(C::Id.eq(id.0))
                    .exec(db)
                    .await?;
                history::add(db, id, Some(at), status, None, &HistoryFact::ResultsRemoved).await?;
                change.mention(|mentions| mentions.changed.insert(id));
                Ok(true)
            })
        })
        .await
    }

    /// Keeps a job and its results from the clean-up, or leaves them to it again.
    ///
    /// # Errors
    /// `NotFound`; as every change.
    pub async fn pin(&self, id: JobId, pinned: bool, actor: &Actor) -> Result<JobSummary, RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                use jobs::Column as C;
                let db = &change.db;
                let before = summary::one(db, id).await?;
                let done = jobs::Entity::update_many()
                    .col_expr(C::Pinned, Expr::value(i64::from(pinned)))
                    .col_expr(C::Version, Expr::col(C::Version).add(1))
                    .filter(C::Id.eq(id.0))
                    .filter(C::Pinned.ne(i64::from(pinned)))
                    .exec(db)
                    .await?;
                if done.rows_affected == 0 {
                    return Ok(before);
                }
                let (fact, action) = match pinned {
                    true => (HistoryFact::Pinned, "keep_job"),
                    false => (HistoryFact::Unpinned, "unkeep_job"),
                };
                history::add(db, id, None, before.status, Some(&actor.id), &fact).await?;
                let name = Some(before.name.to_string());
                audit::write(db, &actor, action, format!("job {id}"), &None, &name).await?;
                change.mention(|mentions| mentions.changed.insert(id));
                summary::one(db, id).await
            })
        })
        .await
    }

    /// Jobs that ended no later than this and that nobody keeps, the oldest end first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn ended_jobs(&self, newest_end: Timestamp) -> Result<Vec<EndedJob>, RepositoryError> {
        use jobs::Column as C;
        let rows = jobs::Entity::find()
            .select_only()
            .columns([C::Id, C::Name, C::Status, C::UserId, C::EndedAt, C::UpdatedAt, C::ResultsRemovedAt])
            .column_as(users::Column::Name, "user_name")
            .join(JoinType::LeftJoin, owner())
            .filter(C::EndedAt.lte(newest_end.0))
            .filter(C::Pinned.eq(0))
            .order_by_asc(C::EndedAt)
            .order_by_asc(C::Id)
            .into_model::<EndedRow>()
            .all(self.db())
            .await?;
        let with_results: Vec<i64> = result_files::Entity::find()
            .select_only()
            .column(result_files::Column::JobId)
            .distinct()
            .into_tuple()
            .all(self.db())
            .await?;
        let with_results: HashSet<i64> = with_results.into_iter().collect();
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let of = Row::new("jobs", row.id);
            let status: JobStatus = of.take("status", row.status.parse())?;
            let Some(ended_at) = row.ended_at.filter(|_| status.is_ended()) else { continue };
            found.push(EndedJob {
                id: JobId(row.id),
                name: of.take("name", JobName::parse(&row.name))?,
                user: of.take("user_id", UserId::parse(&row.user_id))?,
                user_name: row.user_name.unwrap_or(row.user_id),
                status,
                ended_at: Timestamp(ended_at),
                updated_at: Timestamp(row.updated_at.unwrap_or(ended_at)),
                results_removed_at: row.results_removed_at.map(Timestamp),
                has_results: with_results.contains(&row.id),
            });
        }
        Ok(found)
    }

    /// How many jobs somebody keeps.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn pinned_jobs(&self) -> Result<u64, RepositoryError> {
        Ok(jobs::Entity::find().filter(jobs::Column::Pinned.ne(0)).count(self.db()).await?)
    }

    /// Those of these jobs that there are, and whether the clean-up took their results and nobody keeps the job since.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn known_jobs(&self, ids: &[JobId]) -> Result<HashMap<JobId, bool>, RepositoryError> {
        let mut known = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            let rows: Vec<(i64, Option<i64>, i64)> = jobs::Entity::find()
                .select_only()
                .columns([jobs::Column::Id, jobs::Column::ResultsRemovedAt, jobs::Column::Pinned])
                .filter(jobs::Column::Id.is_in(ids.iter().map(|id| id.0)))
                .into_tuple()
                .all(self.db())
                .await?;
            known.extend(rows.into_iter().map(|(id, removed, pinned)| (JobId(id), removed.is_some() && pinned == 0)));
        }
        Ok(known)
    }

    /// Every result that is noted as here: job and name.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn fetched_results(&self) -> Result<Vec<(JobId, String)>, RepositoryError> {
        use result_files::Column as C;
        let rows: Vec<(i64, String)> = result_files::Entity::find()
            .select_only()
            .columns([C::JobId, C::Name])
            .filter(C::Fetched.eq(1))
            .order_by_asc(C::JobId)
            .order_by_asc(C::Name)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(|(id, name)| (JobId(id), name)).collect())
    }

    /// Every upload that a job needs: one of the jobs, the name, and the path relative to the upload folder.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn needed_uploads(&self) -> Result<Vec<(JobId, String, String)>, RepositoryError> {
        let upload =
            job_files::Entity::belongs_to(uploads::Entity).from(job_files::Column::UploadId).to(uploads::Column::Id);
        let rows: Vec<(i64, String, String)> = job_files::Entity::find()
            .select_only()
            .column_as(job_files::Column::JobId.min(), "job")
            .column(uploads::Column::Name)
            .column(uploads::Column::Path)
            .join(JoinType::InnerJoin, upload.into())
            .group_by(uploads::Column::Name)
            .group_by(uploads::Column::Path)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(|(id, name, path)| (JobId(id), name, path)).collect())
    }

    /// Since when the rules of the clean-up could be seen: since their last change, or since the clock was doubted.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn cleanup_rules_since(&self) -> Result<Timestamp, RepositoryError> {
        use system_config::Column as C;
        let at: Option<(Option<i64>, Option<i64>)> = system_config::Entity::find()
            .select_only()
            .column_as(C::UpdatedAt.max(), "changed")
            .column_as(C::NoticedAt.max(), "noticed")
            .filter(C::Key.is_in(RULES))
            .into_tuple()
            .one(self.db())
            .await?;
        let (changed, noticed) = at.unwrap_or_default();
        Ok(Timestamp(changed.into_iter().chain(noticed).max().unwrap_or(0)))
    }

    /// The clock cannot be trusted to have come here by itself: what goes is to be seen anew for the whole notice.
    /// `doubted`: what was on record and is in the future now.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn notice_cleanup_again(
        &self,
        from: Timestamp,
        doubted: Option<Timestamp>,
    ) -> Result<(), RepositoryError> {
        use system_config::Column as C;
        self.write(move |change| {
            Box::pin(async move {
                notice_again(&change.db, from).await?;
                if let Some(doubted) = doubted {
                    let noted = system_config::Entity::update_many().col_expr(C::Doubted, Expr::value(doubted.0));
                    noted.filter(C::Key.is_in(RULES)).exec(&change.db).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The largest number that was ever given to a job here: a folder with a larger one is none of ours.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn largest_job(&self) -> Result<JobId, RepositoryError> {
        Ok(JobId(backend::last_number(self.db(), "jobs").await?))
    }

    /// The latest moment that is on record: what a node, a job or a person did last, or when the clock was doubted. One in
    /// the future for which it was doubted already is left out: it stays on record until the clock gets there, and says
    /// nothing new.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn newest_moment(&self, now: Timestamp) -> Result<Option<Timestamp>, RepositoryError> {
        let newest = self.newest_until(None).await?;
        let is_known = newest > Some(now) && newest <= self.doubted().await?;
        if is_known { self.newest_until(Some(now)).await } else { Ok(newest) }
    }

    /// The latest moment for which the clock was doubted.
    async fn doubted(&self) -> Result<Option<Timestamp>, RepositoryError> {
        use system_config::Column as C;
        let asked = system_config::Entity::find().select_only().column_as(C::Doubted.max(), "at");
        let at: Option<Option<i64>> = asked.filter(C::Key.is_in(RULES)).into_tuple().one(self.db()).await?;
        Ok(at.flatten().map(Timestamp))
    }

    async fn newest_until(&self, until: Option<Timestamp>) -> Result<Option<Timestamp>, RepositoryError> {
        let (db, until) = (self.db(), until.map_or(i64::MAX, |until| until.0));
        let latest = |found: Option<Option<i64>>| found.flatten();
        let job = jobs::Entity::find().filter(jobs::Column::UpdatedAt.lte(until));
        let job = job.select_only().column_as(jobs::Column::UpdatedAt.max(), "at");
        let node = nodes::Entity::find().filter(nodes::Column::LastContact.lte(until));
        let node = node.select_only().column_as(nodes::Column::LastContact.max(), "at");
        let change = audit_log::Entity::find().filter(audit_log::Column::At.lte(until));
        let change = change.select_only().column_as(audit_log::Column::At.max(), "at");
        let found = [
            latest(job.into_tuple().one(db).await?),
            latest(node.into_tuple().one(db).await?),
            latest(change.into_tuple().one(db).await?),
            Some(self.cleanup_rules_since().await?.0).filter(|at| *at <= until),
        ];
        Ok(found.into_iter().flatten().max().map(Timestamp))
    }

    /// Notes for the log of changes what a person's clean-up took away.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn note_cleanup(&self, cleaned: Cleaned, actor: &Actor) -> Result<(), RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                audit::write(&change.db, &actor, "clean_up", "cleanup".to_owned(), &None, &Some(cleaned)).await
            })
        })
        .await
    }
}
