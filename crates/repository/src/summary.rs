//! A job's row as everybody sees it.

use crate::RepositoryError;
use crate::entities::{jobs, users};
use crate::rows::Row;
use domain::{
    Cores, JobId, JobName, JobStatus, JobSummary, NodeId, NodeWish, Priority, Solver, Timestamp, Tokens, UserId,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef, Select,
};

/// What `jobs.node_id` holds while a job has no node.
pub(crate) const NO_NODE: &str = "auto";

/// The cells of a summary: everything but the deck's own data, which is large and shown on one page only.
#[derive(Debug, FromQueryResult)]
pub(crate) struct SummaryRow {
    id: i64,
    name: String,
    status: String,
    version: i64,
    user_id: String,
    user_name: Option<String>,
    node_id: String,
    wish: String,
    solver: String,
    cpu_count: i64,
    license_tokens: i64,
    priority: Option<i64>,
    message: Option<String>,
    waiting: Option<String>,
    progress: Option<String>,
    transfer: Option<String>,
    verdict: Option<String>,
    cancel_by: Option<String>,
    no_contact_since: Option<i64>,
    tries: i64,
    not_before: Option<i64>,
    parent_id: Option<i64>,
    created_at: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    updated_at: Option<i64>,
}

/// `jobs.user_id` beside the person. No foreign key: the specification's table has none.
pub(crate) fn owner() -> RelationDef {
    jobs::Entity::belongs_to(users::Entity).from(jobs::Column::UserId).to(users::Column::Id).into()
}

/// The query all summaries come from.
pub(crate) fn select() -> Select<jobs::Entity> {
    use jobs::Column as C;
    jobs::Entity::find()
        .select_only()
        .columns([
            C::Id,
            C::Name,
            C::Status,
            C::Version,
            C::UserId,
            C::NodeId,
            C::Wish,
            C::Solver,
            C::CpuCount,
            C::LicenseTokens,
            C::Priority,
            C::Message,
            C::Waiting,
            C::Progress,
            C::Transfer,
            C::Verdict,
            C::CancelBy,
            C::NoContactSince,
            C::Tries,
            C::NotBefore,
            C::ParentId,
            C::CreatedAt,
            C::StartedAt,
            C::EndedAt,
            C::UpdatedAt,
        ])
        .column_as(users::Column::Name, "user_name")
        .join(JoinType::LeftJoin, owner())
}

impl SummaryRow {
    pub(crate) fn read(self) -> Result<JobSummary, RepositoryError> {
        let row = Row::new("jobs", self.id);
        let status: JobStatus = row.take("status", self.status.parse())?;
        let user_id = row.take("user_id", UserId::parse(&self.user_id))?;
        let created_at = self.created_at.ok_or_else(|| row.corrupt("created_at", "is empty"))?;
        Ok(JobSummary {
            id: JobId(self.id),
            name: row.take("name", JobName::parse(&self.name))?,
            status,
            version: self.version,
            user_name: self.user_name.unwrap_or_else(|| user_id.to_string()),
            user_id,
            node: node(&row, &self.node_id)?,
            wish: row.take("wish", NodeWish::try_from(self.wish))?,
            solver: row.word("solver", &self.solver, Solver::from_word(&self.solver))?,
            cpus: Cores(row.count("cpu_count", self.cpu_count)?),
            tokens: Tokens(row.count("license_tokens", self.license_tokens)?),
            priority: priority(&row, self.priority)?,
            message: self.message.map(crate::rows::message),
            waiting: row.json_or_none("waiting", self.waiting.as_ref())?,
            progress: row.json_or_none("progress", self.progress.as_ref())?,
            transfer: row.json_or_none("transfer", self.transfer.as_ref())?,
            verdict: row.json_or_none("verdict", self.verdict.as_ref())?,
            cancel_asked: self.cancel_by.is_some() && !status.is_ended(),
            no_contact_since: self.no_contact_since.map(Timestamp),
            tries: row.count("tries", self.tries)?,
            not_before: self.not_before.map(Timestamp),
            parent_id: self.parent_id.map(JobId),
            created_at: Timestamp(created_at),
            started_at: self.started_at.map(Timestamp),
            ended_at: self.ended_at.map(Timestamp),
            updated_at: Timestamp(self.updated_at.unwrap_or(created_at)),
        })
    }
}

/// `jobs.node_id`.
pub(crate) fn node(row: &Row, cell: &str) -> Result<Option<NodeId>, RepositoryError> {
    if cell == NO_NODE { Ok(None) } else { row.take("node_id", NodeId::parse(cell)).map(Some) }
}

/// `jobs.priority`, which the specification lets be empty.
pub(crate) fn priority(row: &Row, cell: Option<i64>) -> Result<Priority, RepositoryError> {
    row.take("priority", i32::try_from(cell.unwrap_or(0))).map(Priority)
}

/// These jobs, in the order of their numbers.
pub(crate) async fn of(db: &impl ConnectionTrait, ids: &[JobId]) -> Result<Vec<JobSummary>, RepositoryError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    select()
        .filter(jobs::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(jobs::Column::Id)
        .into_model::<SummaryRow>()
        .all(db)
        .await?
        .into_iter()
        .map(SummaryRow::read)
        .collect()
}

/// This job.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn one(db: &impl ConnectionTrait, id: JobId) -> Result<JobSummary, RepositoryError> {
    of(db, &[id]).await?.into_iter().next().ok_or_else(|| no_job(id))
}

/// There is no such job.
pub(crate) fn no_job(id: JobId) -> RepositoryError {
    RepositoryError::NotFound { what: "job", id: id.to_string() }
}
