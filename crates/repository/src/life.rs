//! A job's `Life` in the tables: read, compare, change. The only place that writes `jobs.status`.

use crate::entities::{jobs, runs};
use crate::records::HistoryFact;
use crate::rows::{Row, json_text};
use crate::writer::Change;
use crate::{RepositoryError, history, nodes, summary};
use domain::lifecycle::{CancelWish, Life, Run, RunEnd, RunStage};
use domain::{JobId, JobStatus, NodeId, RunToken, Timestamp, UserId, Verdict};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QuerySelect, RelationDef, Select,
};

/// The cells a life is made of, the run's row beside the job's.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct LifeRow {
    pub(crate) id: i64,
    status: String,
    pub(crate) version: i64,
    node_id: String,
    cancel_by: Option<String>,
    cancel_at: Option<i64>,
    tries: i64,
    not_before: Option<i64>,
    verdict: Option<String>,
    run_token: Option<String>,
    ended_at: Option<i64>,
    run_node: Option<String>,
    run_stage: Option<String>,
    run_boot: Option<String>,
    run_launched_at: Option<i64>,
    run_end: Option<String>,
}

/// A life as stored, with what a change of it needs beside.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) life: Life,
    pub(crate) version: i64,
    /// Where it was last claimed for, as `jobs.node_id` has it.
    node: Option<NodeId>,
    ended_at: Option<i64>,
}

/// The query all lives come from.
pub(crate) fn select() -> Select<jobs::Entity> {
    use jobs::Column as C;
    let run: RelationDef = jobs::Entity::belongs_to(runs::Entity).from(C::RunToken).to(runs::Column::Token).into();
    jobs::Entity::find()
        .select_only()
        .columns([
            C::Id,
            C::Status,
            C::Version,
            C::NodeId,
            C::CancelBy,
            C::CancelAt,
            C::Tries,
            C::NotBefore,
            C::Verdict,
            C::RunToken,
            C::EndedAt,
        ])
        .column_as(runs::Column::NodeId, "run_node")
        .column_as(runs::Column::Stage, "run_stage")
        .column_as(runs::Column::Boot, "run_boot")
        .column_as(runs::Column::LaunchedAt, "run_launched_at")
        .column_as(runs::Column::End, "run_end")
        .join(JoinType::LeftJoin, run)
}

impl LifeRow {
    pub(crate) fn read(self) -> Result<Stored, RepositoryError> {
        let row = Row::new("jobs", self.id);
        let cancel = match (&self.cancel_by, self.cancel_at) {
            (Some(by), Some(at)) => {
                Some(CancelWish { by: row.take("cancel_by", UserId::parse(by))?, at: Timestamp(at) })
            }
            (None, None) => None,
            _ => return Err(row.corrupt("cancel_at", "and cancel_by do not go together")),
        };
        let run = match (&self.run_token, self.run_node, self.run_stage) {
            (None, ..) => None,
            (Some(token), Some(node), Some(stage)) => {
                let run = Row::new("runs", token);
                Some(Run {
                    token: run.take("token", RunToken::parse(token))?,
                    node: run.take("node_id", NodeId::parse(&node))?,
                    stage: run.word("stage", &stage, RunStage::from_word(&stage))?,
                    boot: self.run_boot,
                    launched_at: self.run_launched_at.map(Timestamp),
                    end: run.json_or_none::<RunEnd>("end", self.run_end.as_ref())?,
                })
            }
            (Some(token), ..) => return Err(row.corrupt("run_token", format_args!("is {token}, a run without a row"))),
        };
        let life = Life {
            status: row.take("status", self.status.parse())?,
            cancel,
            tries: row.count("tries", self.tries)?,
            not_before: self.not_before.map(Timestamp),
            run,
            verdict: row.json_or_none::<Verdict>("verdict", self.verdict.as_ref())?,
        };
        Ok(Stored { life, version: self.version, node: summary::node(&row, &self.node_id)?, ended_at: self.ended_at })
    }
}

/// The life of this job.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub(crate) async fn of(db: &impl ConnectionTrait, id: JobId) -> Result<Stored, RepositoryError> {
    let row = select().filter(jobs::Column::Id.eq(id.0)).into_model::<LifeRow>().one(db).await?;
    row.ok_or_else(|| summary::no_job(id))?.read()
}

/// Whether a life may follow another. `lifecycle::step` makes no other; this is the wall behind it.
fn check(from: &Life, to: &Life) -> Result<(), RepositoryError> {
    let same_status = from.status == to.status;
    let status_ok = if same_status { !from.status.is_ended() } else { from.status.may_become(to.status) };
    // one run per claim: a second token would be a second launch
    let run_ok = match (&from.run, &to.run) {
        (Some(old), Some(new)) => old.token == new.token || from.status == JobStatus::Waiting,
        (None, Some(_)) => from.status == JobStatus::Waiting,
        (_, None) => true,
    };
    // whatever a node is at work for has a run to ask it about
    if status_ok && run_ok && (to.run.is_some() || !to.status.is_active()) {
        Ok(())
    } else {
        Err(RepositoryError::Illegal { from: from.status, to: to.status })
    }
}

/// Replaces a life that was read in this transaction, with all that follows from it: the run's row, node, times,
/// message, history line, mentions.
pub(crate) async fn replace(
    change: &Change,
    id: JobId,
    stored: &Stored,
    next: &Life,
    now: Timestamp,
    actor: Option<&UserId>,
    fact: &HistoryFact,
) -> Result<(), RepositoryError> {
    use jobs::Column as C;
    let db = &change.db;
    let old = &stored.life;
    check(old, next)?;
    if let Some(run) = &next.run
        && old.run.as_ref() != Some(run)
    {
        put_run(db, id, run, now).await?;
    }
    let queued = matches!(next.status, JobStatus::Waiting | JobStatus::Held);
    let moved = old.status != next.status;
    let mut update = jobs::Entity::update_many()
        .col_expr(C::Status, Expr::value(next.status.as_str()))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .col_expr(C::UpdatedAt, Expr::value(now.0))
        .col_expr(C::CancelBy, Expr::value(next.cancel.as_ref().map(|wish| wish.by.to_string())))
        .col_expr(C::CancelAt, Expr::value(next.cancel.as_ref().map(|wish| wish.at.0)))
        .col_expr(C::Tries, Expr::value(i64::from(next.tries)))
        .col_expr(C::NotBefore, Expr::value(next.not_before.map(|at| at.0)))
        .col_expr(C::Verdict, Expr::value(next.verdict.as_ref().map(|v| json_text("verdict", v)).transpose()?))
        .col_expr(C::RunToken, Expr::value(next.run.as_ref().map(|run| run.token.to_string())));
    let node = match &next.run {
        Some(run) => Some(run.node.clone()),
        None if queued => None,
        // where it last was stays readable after its end
        None => stored.node.clone(),
    };
    let node_cell = node.as_ref().map_or(summary::NO_NODE, NodeId::as_str);
    update = update.col_expr(C::NodeId, Expr::value(node_cell));
    match &next.run {
        Some(run) => {
            let known = old.run.as_ref().filter(|known| known.token == run.token).and_then(|known| known.launched_at);
            if known != run.launched_at || run.launched_at.is_none() {
                let started = match run.launched_at {
                    Some(launched) => Some(no_earlier(db, id, launched).await?),
                    None => None,
                };
                update = update.col_expr(C::StartedAt, Expr::value(started));
            }
            if old.run.as_ref().map(|run| &run.token) != Some(&run.token) {
                let folder = nodes::run_folder(db, &run.node, &run.token).await?;
                update = update.col_expr(C::ExecutionPath, Expr::value(folder));
            }
        }
        None if queued => {
            update = update
                .col_expr(C::StartedAt, Expr::value(None::<i64>))
                .col_expr(C::ExecutionPath, Expr::value(None::<String>));
        }
        None => {}
    }
    if moved {
        update =
            update.col_expr(C::Waiting, Expr::value(None::<String>)).col_expr(C::Transfer, Expr::value(None::<String>));
        update = update.col_expr(C::HeadSince, Expr::value(None::<i64>));
        if queued {
            update = update.col_expr(C::Progress, Expr::value(None::<String>));
        }
        if queued || next.status.is_ended() {
            update =
                update.col_expr(C::NoContactSince, Expr::value(None::<i64>)).col_expr(C::InTrouble, Expr::value(0));
        }
        let ended = next.status == JobStatus::Collecting || next.status.is_ended();
        if ended && stored.ended_at.is_none() {
            update = update.col_expr(C::EndedAt, Expr::value(no_earlier(db, id, now).await?));
        } else if !ended && stored.ended_at.is_some() {
            update = update.col_expr(C::EndedAt, Expr::value(None::<i64>));
        }
    }
    if moved || old.verdict != next.verdict {
        update = update.col_expr(C::Message, Expr::value(message(next, fact)?));
    }
    let changed = update
        .filter(C::Id.eq(id.0))
        .filter(C::Status.eq(old.status.as_str()))
        .filter(C::Version.eq(stored.version))
        .exec(db)
        .await?;
    if changed.rows_affected != 1 {
        // read in this very transaction: only a row deleted or changed behind our back comes here
        return Err(RepositoryError::Conflict { status: old.status });
    }
    history::add(db, id, Some(now), next.status, actor, fact).await?;
    let load = old.status.holds_resources() != next.status.holds_resources();
    change.mention(|mentions| {
        mentions.changed.insert(id);
        if load {
            mentions.license = true;
            mentions.nodes.extend(stored.node.clone());
            mentions.nodes.extend(node);
        }
    });
    Ok(())
}

/// This moment, or the latest one the job has: a clock that was set back in between makes no time before another.
async fn no_earlier(db: &impl ConnectionTrait, id: JobId, at: Timestamp) -> Result<i64, RepositoryError> {
    let mut latest = at.0;
    for column in [jobs::Column::CreatedAt, jobs::Column::StartedAt] {
        let cell =
            jobs::Entity::find_by_id(id.0).select_only().column(column).into_tuple::<Option<i64>>().one(db).await;
        match cell.map_err(RepositoryError::from) {
            Ok(cell) => latest = Ord::max(latest, cell.flatten().unwrap_or(latest)),
            // a run goes on whatever a cell holds that it can do without
            Err(RepositoryError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(latest)
}

/// The one line a person reads first: the system's or the solver's own words, where there are any.
fn message(life: &Life, fact: &HistoryFact) -> Result<Option<String>, RepositoryError> {
    let evidence = life.verdict.as_ref().and_then(|verdict| verdict.evidence.as_ref()).map(|found| found.text.clone());
    let cannot_start = life.run.as_ref().and_then(|run| match &run.end {
        Some(RunEnd::CannotStart { reason }) => Some(reason.clone()),
        _ => None,
    });
    let fault = match fact {
        HistoryFact::StageFailed { fault } | HistoryFact::LaunchRefused { fault } => fault.as_ref(),
        _ => None,
    };
    match evidence.or(cannot_start) {
        // a line of a file may hold anything, and no text of PostgreSQL a NUL
        Some(words) => Ok(Some(words.replace('\0', ""))),
        None => fault.map(|fault| json_text("message", fault)).transpose(),
    }
}

/// Writes the run's row, new or changed.
async fn put_run(db: &impl ConnectionTrait, job: JobId, run: &Run, now: Timestamp) -> Result<(), RepositoryError> {
    use runs::Column as C;
    let end = run.end.as_ref().map(|end| json_text("end", end)).transpose()?;
    let stage = run.stage.as_str();
    let known = runs::Entity::update_many()
        .col_expr(C::Stage, Expr::value(stage))
        .col_expr(C::Boot, Expr::value(run.boot.clone()))
        .col_expr(C::LaunchedAt, Expr::value(run.launched_at.map(|at| at.0)))
        .col_expr(C::End, Expr::value(end.clone()))
        .filter(C::Token.eq(run.token.as_str()))
        .filter(C::JobId.eq(job.0))
        .filter(C::NodeId.eq(run.node.as_str()))
        .exec(db)
        .await?;
    if known.rows_affected == 1 {
        return Ok(());
    }
    let earlier = runs::Entity::find().filter(C::JobId.eq(job.0)).count(db).await?;
    let row = runs::ActiveModel {
        token: Set(run.token.to_string()),
        job_id: Set(job.0),
        node_id: Set(run.node.to_string()),
        attempt: Set(i64::try_from(earlier).unwrap_or(i64::MAX).saturating_add(1)),
        stage: Set(stage.to_owned()),
        boot: Set(run.boot.clone()),
        launched_at: Set(run.launched_at.map(|at| at.0)),
        end: Set(end),
        created_at: Set(Some(now.0)),
        folder: Set(None),
    };
    // a token that another job or node already has is refused by the primary key
    runs::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
