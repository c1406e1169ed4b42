//! One job with everything its page shows.

use crate::entities::{jobs, result_files};
use crate::records::{JobDetail, Kin, ResultFile};
use crate::rows::Row;
use crate::{Repository, RepositoryError, facts, history, summary};
use domain::{FileName, JobId, JobName, JobSummary, Timestamp};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, TransactionTrait,
};
use std::collections::BTreeMap;

/// A lineage longer than this is cut off: nobody reads it, and a damaged table must not loop.
const LONGEST_LINEAGE: usize = 200;

#[derive(FromQueryResult)]
struct MoreRow {
    steps: String,
    options: String,
    execution_path: Option<String>,
    result_path: Option<String>,
    pinned: i64,
    results_removed_at: Option<i64>,
}

#[derive(Clone, FromQueryResult)]
struct KinRow {
    id: i64,
    name: String,
    status: String,
    parent_id: Option<i64>,
    created_at: i64,
    verdict: Option<String>,
}

async fn results(db: &impl ConnectionTrait, id: JobId) -> Result<Vec<ResultFile>, RepositoryError> {
    result_files::Entity::find()
        .filter(result_files::Column::JobId.eq(id.0))
        .order_by_asc(result_files::Column::Name)
        .all(db)
        .await?
        .into_iter()
        .map(|file| {
            let row = Row::new("result_files", format_args!("{} {}", file.job_id, file.name));
            Ok(ResultFile {
                name: row.take("name", FileName::parse(&file.name))?,
                size: row.bytes("size", file.size)?,
                sha256: file.sha256,
                fetched: file.fetched != 0,
                error: file.error,
            })
        })
        .collect()
}

async fn kin(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<KinRow>, RepositoryError> {
    use jobs::Column as C;
    let rows = jobs::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::Status, C::ParentId, C::CreatedAt, C::Verdict])
        .filter(which);
    Ok(rows.order_by_asc(C::Id).into_model::<KinRow>().all(db).await?)
}

/// Up to the first ancestor that is still there, then down to all descendants, a generation at a time.
async fn lineage(db: &impl ConnectionTrait, id: JobId) -> Result<Vec<Kin>, RepositoryError> {
    use jobs::Column as C;
    let mut found: BTreeMap<i64, KinRow> = BTreeMap::new();
    let mut up = Some(id.0);
    while let Some(at) = up
        && found.len() < LONGEST_LINEAGE
        && !found.contains_key(&at)
    {
        let rows = kin(db, Condition::all().add(C::Id.eq(at))).await?;
        let Some(row) = rows.into_iter().next() else { break };
        up = row.parent_id;
        found.insert(row.id, row);
    }
    let mut generation: Vec<i64> = found.keys().copied().collect();
    while !generation.is_empty() && found.len() < LONGEST_LINEAGE {
        let children = kin(db, Condition::all().add(C::ParentId.is_in(generation))).await?;
        generation = children.iter().map(|child| child.id).filter(|child| !found.contains_key(child)).collect();
        found.extend(children.into_iter().map(|child| (child.id, child)));
    }
    found
        .into_values()
        .take(LONGEST_LINEAGE)
        .map(|kin| {
            let row = Row::new("jobs", kin.id);
            Ok(Kin {
                id: JobId(kin.id),
                name: row.take("name", JobName::parse(&kin.name))?,
                status: row.take("status", kin.status.parse())?,
                created_at: Timestamp(kin.created_at),
                verdict: row.json_or_none("verdict", kin.verdict.as_ref())?,
            })
        })
        .collect()
}

impl Repository {
    /// This job as a row of the list.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt`, `Busy`, `Database`.
    pub async fn summary(&self, id: JobId) -> Result<JobSummary, RepositoryError> {
        summary::one(self.db(), id).await
    }

    /// Number and name of the jobs that left a result called as the job is, with this ending (`.res`); the newest first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn jobs_with_result(&self, ending: &str, most: u64) -> Result<Vec<(JobId, JobName)>, RepositoryError> {
        let its_own = Expr::col((jobs::Entity, jobs::Column::Name)).binary(BinOper::Custom("||"), ending);
        let left = result_files::Entity::find()
            .select_only()
            .column(result_files::Column::JobId)
            .filter(result_files::Column::Fetched.eq(1))
            .filter(
                Expr::col((result_files::Entity, result_files::Column::JobId)).equals((jobs::Entity, jobs::Column::Id)),
            )
            .filter(Expr::col((result_files::Entity, result_files::Column::Name)).eq(its_own));
        let rows: Vec<(i64, String)> = jobs::Entity::find()
            .select_only()
            .columns([jobs::Column::Id, jobs::Column::Name])
            .filter(Expr::exists(left.into_query()))
            .order_by_desc(jobs::Column::Id)
            .limit(most)
            .into_tuple()
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|(id, name)| Ok((JobId(id), Row::new("jobs", id).take("name", JobName::parse(&name))?)))
            .collect()
    }

    /// This job with everything its page shows, of one moment; `None` when there is no such job.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn job(&self, id: JobId) -> Result<Option<JobDetail>, RepositoryError> {
        use jobs::Column as C;
        let db = self.db().begin().await?;
        let more = jobs::Entity::find_by_id(id.0)
            .select_only()
            .columns([C::Steps, C::Options, C::ExecutionPath, C::ResultPath, C::Pinned, C::ResultsRemovedAt])
            .into_model::<MoreRow>()
            .one(&db)
            .await?;
        let Some(more) = more else { return Ok(None) };
        let row = Row::new("jobs", id);
        let detail = JobDetail {
            summary: summary::one(&db, id).await?,
            steps: row.json("steps", &more.steps)?,
            options: row.json("options", &more.options)?,
            inputs: facts::files(&db, Condition::all().add(C::Id.eq(id.0))).await?.remove(&id).unwrap_or_default(),
            results: results(&db, id).await?,
            history: history::of(&db, id).await?,
            execution_path: more.execution_path,
            result_path: more.result_path,
            pinned: more.pinned != 0,
            results_removed_at: more.results_removed_at.map(Timestamp),
            lineage: lineage(&db, id).await?,
        };
        db.commit().await?;
        Ok(Some(detail))
    }
}
