//! What the plan looks at, and what it decided.

mod line;

use crate::entities::{jobs, users};
use crate::rows::{Row, json_text};
use crate::{Repository, RepositoryError, backend, nodes, reservations, settings, summary};
use domain::plan::{
    Giver, Lapse, LicenseCapacity, News, NodeCapacity, Queue, RunningJob, Snapshot, Starts, UserLimits, WaitReason,
    Waiting, WaitingJob,
};
use domain::reservation::{reserved_cores, reserved_tokens};
use domain::{Cores, JobId, JobName, JobStatus, NodeId, NodeWish, Progress, Solver, Timestamp, Tokens, UserId};
pub(crate) use line::{Follow, LineCell};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait,
};
use std::collections::{HashMap, HashSet};

/// So many rows change in one transaction: nobody waits long behind a plan that moved everybody one place.
const ROWS_AT_ONCE: usize = 500;
/// So often something may have changed while it was read.
const ROUNDS: usize = 8;

#[derive(FromQueryResult)]
struct WaitingRow {
    id: i64,
    name: String,
    user_id: String,
    user_name: Option<String>,
    wish: String,
    solver: String,
    cpu_count: i64,
    license_tokens: i64,
    priority: Option<i64>,
    head_since: Option<i64>,
    not_before: Option<i64>,
}

#[derive(FromQueryResult)]
struct RunningRow {
    id: i64,
    name: String,
    user_id: String,
    node_id: String,
    cpu_count: i64,
    license_tokens: i64,
    progress: Option<String>,
    updated_at: Option<i64>,
}

/// All waiting jobs, or those of these.
pub(crate) async fn waiting(
    db: &impl ConnectionTrait,
    of: Option<&[JobId]>,
) -> Result<Vec<WaitingJob>, RepositoryError> {
    use jobs::Column as C;
    let mut query = jobs::Entity::find();
    if let Some(of) = of {
        query = query.filter(C::Id.is_in(of.iter().map(|id| id.0)));
    }
    query
        .select_only()
        .columns([C::Id, C::Name, C::UserId, C::Wish, C::Solver, C::CpuCount, C::LicenseTokens, C::Priority])
        .columns([C::HeadSince, C::NotBefore])
        .column_as(users::Column::Name, "user_name")
        .join(JoinType::LeftJoin, summary::owner())
        .filter(C::Status.eq(JobStatus::Waiting.as_str()))
        .into_model::<WaitingRow>()
        .all(db)
        .await?
        .into_iter()
        .map(|job| {
            let row = Row::new("jobs", job.id);
            let user = row.take("user_id", UserId::parse(&job.user_id))?;
            Ok(WaitingJob {
                id: JobId(job.id),
                name: row.take("name", JobName::parse(&job.name))?,
                user_name: job.user_name.unwrap_or_else(|| user.to_string()),
                user,
                wish: row.take("wish", NodeWish::try_from(job.wish))?,
                solver: row.word("solver", &job.solver, Solver::from_word(&job.solver))?,
                cpus: Cores(row.count("cpu_count", job.cpu_count)?),
                tokens: Tokens(row.count("license_tokens", job.license_tokens)?),
                priority: summary::priority(&row, job.priority)?,
                head_since: job.head_since.map(Timestamp),
                not_before: job.not_before.map(Timestamp),
            })
        })
        .collect()
}

async fn running(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<RunningJob>, RepositoryError> {
    use jobs::Column as C;
    jobs::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::UserId, C::NodeId, C::CpuCount, C::LicenseTokens, C::Progress, C::UpdatedAt])
        .filter(C::Status.is_in(nodes::holding()))
        .order_by_asc(C::Id)
        .into_model::<RunningRow>()
        .all(db)
        .await?
        .into_iter()
        .map(|job| {
            let row = Row::new("jobs", job.id);
            let progress: Option<Progress> = row.json_or_none("progress", job.progress.as_ref())?;
            let expected_end = progress.and_then(|progress| {
                let said = progress.last_growth.or(job.updated_at.map(Timestamp))?;
                Some(said.plus(domain::Seconds(progress.seconds_left?)).max(now))
            });
            Ok(RunningJob {
                id: JobId(job.id),
                name: row.take("name", JobName::parse(&job.name))?,
                user: row.take("user_id", UserId::parse(&job.user_id))?,
                node: row.take("node_id", NodeId::parse(&job.node_id))?,
                cpus: Cores(row.count("cpu_count", job.cpu_count)?),
                tokens: Tokens(row.count("license_tokens", job.license_tokens)?),
                expected_end,
            })
        })
        .collect()
}

/// A forecast that moved by less than this is the same to a reader, who sees "about 14:20". Forecasts follow the
/// running jobs' own, which move with every increment: without this every increment would rewrite the whole queue.
const SAME_MOMENT: u64 = 30;

/// Whether the stored reason tells a reader what the new one does.
fn says_the_same(stored: &str, new: &Waiting) -> bool {
    let Ok(mut old) = serde_json::from_str::<Waiting>(stored) else { return false };
    let near = |a: Timestamp, b: Timestamp| a.0.abs_diff(b.0) <= SAME_MOMENT;
    if let (Some(was), Some(is)) = (old.starts, new.starts)
        && near(was.0, is.0)
        && near(was.1, is.1)
    {
        old.starts = new.starts;
    }
    if let (Some(was), Some(is)) = (giver(&old.reason).and_then(|giver| giver.at), giver(&new.reason))
        && let Some(at) = is.at
        && near(was, at)
        && let WaitReason::Cores { giver: Some(giver), .. }
        | WaitReason::NodeTokens { giver: Some(giver), .. }
        | WaitReason::Tokens { giver: Some(giver), .. } = &mut old.reason
    {
        giver.at = Some(at);
    }
    old == *new
}

/// Who will give something back, where the reason names somebody.
fn giver(reason: &WaitReason) -> Option<&Giver> {
    match reason {
        WaitReason::Cores { giver, .. } | WaitReason::NodeTokens { giver, .. } | WaitReason::Tokens { giver, .. } => {
            giver.as_ref()
        }
        _ => None,
    }
}

/// What a waiting job has in its cells, to see what a plan changes.
#[derive(FromQueryResult)]
struct Kept {
    id: i64,
    waiting: Option<String>,
    head_since: Option<i64>,
}

/// One row a plan changes.
struct Update {
    job: JobId,
    waiting: Option<String>,
    head_since: Option<i64>,
}

impl Repository {
    /// All that the plan looks at, of one moment.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn snapshot(&self, now: Timestamp) -> Result<Snapshot, RepositoryError> {
        let db = self.db().begin().await?;
        let waiting = waiting(&db, None).await?;
        let owners = waiting.iter().map(|job| job.user.clone()).collect();
        let around = self.around(&db, now, owners).await?;
        db.commit().await?;
        Ok(Snapshot { waiting, ..around })
    }

    /// The same without the waiting jobs. Nothing of `owners` is left out, whether or not they have a row.
    async fn around(
        &self,
        db: &impl ConnectionTrait,
        now: Timestamp,
        owners: HashSet<UserId>,
    ) -> Result<Snapshot, RepositoryError> {
        let settings = self.settings();
        let running = running(db, now).await?;
        let nodes = nodes::all(db).await?;
        let users = crate::users::all(db).await?;
        let reserved = reservations::live(db, now).await?;
        let nodes = nodes.into_iter().map(|node| NodeCapacity {
            reserved: reserved_cores(&reserved, &node.id),
            id: node.id,
            state: node.state,
            until: node.state_until,
            why: node.state_reason,
            cores: node.cores,
            max_tokens: node.max_tokens,
            solvers: node.solvers.into_iter().map(|(solver, _)| solver).collect(),
        });
        let mut limits: HashMap<UserId, UserLimits> = HashMap::new();
        for user in users {
            let (max_running_jobs, max_tokens) = (user.max_running_jobs, user.max_tokens);
            limits.insert(user.id.clone(), UserLimits { user: user.id, max_running_jobs, max_tokens });
        }
        for user in owners {
            // a job's owner need not have a row
            let none = UserLimits { user: user.clone(), max_running_jobs: None, max_tokens: None };
            limits.entry(user).or_insert(none);
        }
        let users = limits.into_values().map(|limit| UserLimits {
            max_running_jobs: limit.max_running_jobs.or(settings.user_max_running_jobs),
            max_tokens: limit.max_tokens.or(settings.user_max_tokens),
            ..limit
        });
        Ok(Snapshot {
            now,
            nodes: nodes.collect(),
            users: users.filter(|limit| limit.max_running_jobs.is_some() || limit.max_tokens.is_some()).collect(),
            waiting: Vec::new(),
            running,
            license: LicenseCapacity {
                total: settings.total_license_tokens,
                reserved: reserved_tokens(&reserved),
                external: self.external_tokens(&settings, now),
            },
            lapses: reserved
                .into_iter()
                .map(|one| Lapse {
                    at: one.expires_at,
                    tokens: one.tokens,
                    cores: one.cores.map(|kept| (kept.node, kept.cores)),
                })
                .collect(),
            backfill_patience: settings.backfill_patience,
        })
    }

    /// Decides about every waiting job. The queue is kept in memory, as the last commit left it; what is around it is
    /// read. `look`: whether another program has written is asked first, and then everything is read.
    ///
    /// Only who asks here may claim: then whatever a job has claimed before is in what is read.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn decide(&self, now: Timestamp, look: bool) -> Result<Starts, RepositoryError> {
        let line = &self.shared.line;
        if look || !line.is_known() {
            self.look_at_line().await?;
        }
        for _ in 0..ROUNDS {
            let Some(owners) = line.with(|queue| queue.owners().cloned().collect::<HashSet<_>>()) else {
                self.look_at_line().await?;
                continue;
            };
            if line.with(|queue| queue.is_empty()) == Some(true) {
                return Ok(Starts::default());
            }
            let people = owners.len();
            let db = self.db().begin().await?;
            let around = self.around(&db, now, owners).await?;
            db.commit().await?;
            // somebody new has come meanwhile: the system's limit holds for them too
            let decided = line.with(|queue| (queue.owners().count() == people).then(|| queue.decide(&around)));
            if let Some(Some(decided)) = decided {
                return Ok(decided);
            }
        }
        Err(RepositoryError::Busy)
    }

    /// Reads the whole queue, and the settings beside it, unless it is known and nobody but us has written.
    async fn look_at_line(&self) -> Result<(), RepositoryError> {
        let (known, cached) = (self.shared.line.version(), self.settings());
        self.write(move |change| {
            Box::pin(async move {
                let version = backend::data_version(&change.db).await?;
                if known != Some(version) {
                    let queue = Queue::new(waiting(&change.db, None).await?);
                    change.mention(|mentions| mentions.line = Some((queue, version)));
                    // what wrote may have been the command line with a setting
                    let read = settings::read(&change.db).await?;
                    if read != *cached {
                        change.mention(|mentions| mentions.settings = Some(read));
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// Stores what the last decision says of the jobs that wait: only what differs from what is stored (a forecast that
    /// moved by less than half a minute does not). A job that is to start keeps its old reason until it is claimed; the
    /// head of the queue keeps the time it became the head.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_decision(&self, head: Option<JobId>, now: Timestamp) -> Result<(), RepositoryError> {
        let line = &self.shared.line;
        let Some((ids, all)) = line.with(|queue| {
            let (mut ids, all) = match queue.news(ROWS_AT_ONCE) {
                News::Of(ids) => (ids, false),
                News::Many => (queue.ids().collect(), true),
            };
            ids.extend(head.into_iter().chain(queue.heads().map(|(id, _)| id)));
            (ids, all)
        }) else {
            return Ok(());
        };
        if ids.is_empty() {
            return Ok(());
        }
        let said = line.with(|queue| ids.iter().filter_map(|id| Some((*id, queue.waiting(*id)?))).collect());
        let stored = self.store(said.unwrap_or_default(), head, (!all).then_some(ids), now).await;
        if stored.is_err() {
            // what was news is news no more: everything is compared again
            line.forget();
        }
        stored
    }

    /// Of these jobs, or of all that wait.
    async fn store(
        &self,
        said: HashMap<JobId, Waiting>,
        head: Option<JobId>,
        of: Option<Vec<JobId>>,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        use jobs::Column as C;
        let mut query = jobs::Entity::find()
            .select_only()
            .columns([C::Id, C::Waiting, C::HeadSince])
            .filter(C::Status.eq(JobStatus::Waiting.as_str()))
            .order_by_asc(C::Id);
        if let Some(of) = of {
            query = query.filter(C::Id.is_in(of.iter().map(|id| id.0)));
        }
        let kept = query.into_model::<Kept>().all(self.db()).await?;
        let mut updates = Vec::new();
        for job in kept {
            let id = JobId(job.id);
            let waiting = match said.get(&id) {
                Some(new) if !job.waiting.as_deref().is_some_and(|old| says_the_same(old, new)) => {
                    Some(json_text("waiting", new)?)
                }
                _ => job.waiting.clone(),
            };
            let head_since = if head == Some(id) { job.head_since.or(Some(now.0)) } else { None };
            if waiting != job.waiting || head_since != job.head_since {
                updates.push(Update { job: id, waiting, head_since });
            }
        }
        while !updates.is_empty() {
            let rest = updates.split_off(updates.len().min(ROWS_AT_ONCE));
            let part = std::mem::replace(&mut updates, rest);
            self.write(move |change| {
                Box::pin(async move {
                    for update in part {
                        let done = jobs::Entity::update_many()
                            .col_expr(C::Waiting, Expr::value(update.waiting))
                            .col_expr(C::HeadSince, Expr::value(update.head_since))
                            .col_expr(C::Version, Expr::col(C::Version).add(1))
                            .filter(C::Id.eq(update.job.0))
                            // one that was claimed or held meanwhile has no reason to wait
                            .filter(C::Status.eq(JobStatus::Waiting.as_str()))
                            .exec(&change.db)
                            .await?;
                        if done.rows_affected > 0 {
                            change.mention(|mentions| mentions.changed.insert(update.job));
                        }
                    }
                    Ok(())
                })
            })
            .await?;
        }
        Ok(())
    }
}
