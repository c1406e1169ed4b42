//! The jobs a node is at work for, as the scheduler needs them.

use super::at_work;
use crate::entities::{job_files, jobs, uploads};
use crate::life::{self, LifeRow};
use crate::records::JobFile;
use crate::rows::Row;
use crate::summary::{self, SummaryRow};
use crate::{Repository, RepositoryError};
use domain::lifecycle::Life;
use domain::{
    Cores, FileName, JobId, JobName, NodeId, NodeWish, Progress, Solver, StepShape, Timestamp, Tokens, UserId,
};
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
    /// Owner.
    pub user: UserId,
    /// As stored; what `advance` expects.
    pub life: Life,
    /// Of the row.
    pub version: i64,
    /// Where it was claimed for; `None` in the queue.
    pub node: Option<NodeId>,
    /// Where it may run.
    pub wish: NodeWish,
    /// What runs it.
    pub solver: Solver,
    /// Cores.
    pub cpus: Cores,
    /// Tokens.
    pub tokens: Tokens,
    /// The deck.
    pub deck: JobFile,
    /// All its files, the deck first.
    pub files: Vec<JobFile>,
    /// Steps of the deck.
    pub steps: Vec<StepShape>,
    /// As last recorded.
    pub progress: Option<Progress>,
    /// Since when its node has not answered.
    pub no_contact_since: Option<Timestamp>,
    /// The run's folder on its node.
    pub execution_path: Option<String>,
    /// The folder of its results, relative to the result folder.
    pub result_path: Option<String>,
}

#[derive(FromQueryResult)]
struct FileRow {
    job_id: i64,
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
        .columns([job_files::Column::JobId, job_files::Column::Name, job_files::Column::IsDeck])
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
            name: row.take("name", FileName::parse(&file.name))?,
            size: row.bytes("size", file.size)?,
            sha256: file.sha256,
            path: file.path,
        });
    }
    Ok(files)
}

#[derive(FromQueryResult)]
struct MoreRow {
    id: i64,
    steps: String,
    execution_path: Option<String>,
    result_path: Option<String>,
}

impl Repository {
    /// The jobs with status Starting, Running or Collecting, by number: the same four queries, however many there are.
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
        // one moment for all four
        let db = self.db().begin().await?;
        let by_id = |query: sea_orm::Select<jobs::Entity>| query.filter(which.clone()).order_by_asc(C::Id);
        let summaries = by_id(summary::select()).into_model::<SummaryRow>().all(&db).await?;
        let lives = by_id(life::select()).into_model::<LifeRow>().all(&db).await?;
        let more = jobs::Entity::find().select_only().columns([C::Id, C::Steps, C::ExecutionPath, C::ResultPath]);
        let more = by_id(more).into_model::<MoreRow>().all(&db).await?;
        let mut files = files(&db, which).await?;
        db.commit().await?;
        let rows = summaries.into_iter().zip(lives).zip(more);
        rows.map(|((summary, life), more)| {
            let row = Row::new("jobs", more.id);
            let (summary, stored) = (summary.read()?, life.read()?);
            let files = files.remove(&summary.id).ok_or_else(|| row.corrupt("id", "has no files"))?;
            let deck = files.first().cloned().ok_or_else(|| row.corrupt("id", "has no files"))?;
            Ok(ActiveJob {
                id: summary.id,
                name: summary.name,
                user: summary.user_id,
                life: stored.life,
                version: stored.version,
                node: summary.node,
                wish: summary.wish,
                solver: summary.solver,
                cpus: summary.cpus,
                tokens: summary.tokens,
                deck,
                files,
                steps: row.json("steps", &more.steps)?,
                progress: summary.progress,
                no_contact_since: summary.no_contact_since,
                execution_path: more.execution_path,
                result_path: more.result_path,
            })
        })
        .collect()
    }
}
