//! The jobs a node is at work for, as the scheduler needs them.

use super::at_work;
use crate::entities::{job_files, jobs, uploads};
use crate::life::{self, LifeRow};
use crate::records::JobFile;
use crate::rows::Row;
use crate::summary;
use crate::{Repository, RepositoryError};
use domain::lifecycle::Life;
use domain::{Cores, FileName, JobId, JobName, RunOptions, Solver, StepShape, Timestamp, UploadId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, TransactionTrait,
};
use std::collections::HashMap;

/// Everything that staging, launching, watching and collecting a job's run needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveJob {
    /// Its number.
    pub id: JobId,
    /// Its name: the stem of the deck on the node.
    pub name: JobName,
    /// As stored; what `advance` expects.
    pub life: Life,
    /// What runs it.
    pub solver: Solver,
    /// Cores.
    pub cpus: Cores,
    /// What else was asked of Abaqus.
    pub options: RunOptions,
    /// The deck.
    pub deck: JobFile,
    /// All its files, the deck first.
    pub files: Vec<JobFile>,
    /// Steps of the deck.
    pub steps: Vec<StepShape>,
    /// Since when its node has not answered.
    pub no_contact_since: Option<Timestamp>,
    /// The request it came by, for the log.
    pub request: Option<String>,
}

#[derive(FromQueryResult)]
struct FileRow {
    job_id: i64,
    upload_id: String,
    name: String,
    is_deck: i64,
    size: i64,
    sha256: String,
    path: String,
}

/// The files of these jobs, the deck first.
pub(crate) async fn files(
    db: &impl ConnectionTrait,
    of: Condition,
) -> Result<HashMap<JobId, Vec<JobFile>>, RepositoryError> {
    let upload: RelationDef =
        job_files::Entity::belongs_to(uploads::Entity).from(job_files::Column::UploadId).to(uploads::Column::Id).into();
    let job: RelationDef =
        job_files::Entity::belongs_to(jobs::Entity).from(job_files::Column::JobId).to(jobs::Column::Id).into();
    let rows = job_files::Entity::find()
        .select_only()
        .columns([
            job_files::Column::JobId,
            job_files::Column::UploadId,
            job_files::Column::Name,
            job_files::Column::IsDeck,
        ])
        .columns([uploads::Column::Size, uploads::Column::Sha256, uploads::Column::Path])
        .join(JoinType::InnerJoin, upload)
        .join(JoinType::InnerJoin, job)
        .filter(of)
        .order_by_desc(job_files::Column::IsDeck)
        .order_by_asc(job_files::Column::Name)
        .into_model::<FileRow>()
        .all(db)
        .await?;
    let mut files: HashMap<JobId, Vec<JobFile>> = HashMap::new();
    for file in rows {
        let row = Row::new("job_files", format_args!("{} {}", file.job_id, file.name));
        let of_job = files.entry(JobId(file.job_id)).or_default();
        if of_job.is_empty() && file.is_deck == 0 {
            return Err(row.corrupt("is_deck", "of no file of the job is set"));
        }
        of_job.push(JobFile {
            upload: row.take("upload_id", UploadId::parse(&file.upload_id))?,
            name: row.take("name", FileName::parse(&file.name))?,
            size: row.bytes("size", file.size)?,
            sha256: file.sha256,
            path: file.path,
        });
    }
    Ok(files)
}

#[derive(FromQueryResult)]
struct ActiveRow {
    id: i64,
    name: String,
    solver: String,
    cpu_count: i64,
    options: String,
    steps: String,
    no_contact_since: Option<i64>,
    request_id: Option<String>,
}

impl Repository {
    /// The jobs with status Starting, Running or Collecting, by number: the same three queries, however many there
    /// are.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn active(&self) -> Result<Vec<ActiveJob>, RepositoryError> {
        self.jobs_at_work(Condition::all().add(jobs::Column::Status.is_in(at_work()))).await
    }

    /// This job, whatever its status: also how the scheduler reads the life of a job it is about to claim.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt`, `Busy`, `Database`.
    pub async fn active_job(&self, id: JobId) -> Result<ActiveJob, RepositoryError> {
        let found = self.jobs_at_work(Condition::all().add(jobs::Column::Id.eq(id.0))).await?;
        found.into_iter().next().ok_or_else(|| summary::no_job(id))
    }

    async fn jobs_at_work(&self, which: Condition) -> Result<Vec<ActiveJob>, RepositoryError> {
        use jobs::Column as C;
        // one moment for all three
        let db = self.db().begin().await?;
        let by_id = |query: sea_orm::Select<jobs::Entity>| query.filter(which.clone()).order_by_asc(C::Id);
        let columns = [C::Id, C::Name, C::Solver, C::CpuCount, C::Options, C::Steps, C::NoContactSince, C::RequestId];
        let rows = jobs::Entity::find().select_only().columns(columns);
        let rows = by_id(rows).into_model::<ActiveRow>().all(&db).await?;
        let lives = by_id(life::select()).into_model::<LifeRow>().all(&db).await?;
        let mut files = files(&db, which).await?;
        db.commit().await?;
        rows.into_iter()
            .zip(lives)
            .map(|(job, life)| {
                let (id, row) = (JobId(job.id), Row::new("jobs", job.id));
                let files = files.remove(&id).ok_or_else(|| row.corrupt("id", "has no files"))?;
                let deck = files.first().cloned().ok_or_else(|| row.corrupt("id", "has no files"))?;
                Ok(ActiveJob {
                    id,
                    name: row.take("name", JobName::parse(&job.name))?,
                    life: life.read()?.life,
                    solver: row.word("solver", &job.solver, Solver::from_word(&job.solver))?,
                    cpus: Cores(row.count("cpu_count", job.cpu_count)?),
                    options: row.json("options", &job.options)?,
                    deck,
                    files,
                    steps: row.json("steps", &job.steps)?,
                    no_contact_since: job.no_contact_since.map(Timestamp),
                    request: job.request_id,
                })
            })
            .collect()
    }
}
