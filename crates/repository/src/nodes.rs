//! Nodes as configured and as last seen, and what is in use.

mod save;
mod state;

use crate::entities::{jobs, nodes};
use crate::rows::{Row, json_text, message, stored_size};
use crate::{Repository, RepositoryError, reservations};
use domain::reservation::reserved_cores;
use domain::{
    AccountName, Cores, Fault, HostName, JobId, JobName, JobStatus, Node, NodeAnswer, NodeId, NodeJob, NodeState,
    NodeSummary, Solver, SolverCommand, Timestamp, Tokens, WorkFolder,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;

/// A contact younger than this is not worth a commit when nothing else changed.
const CONTACT_STEP: u64 = 10;

/// The words of the statuses that hold cores and tokens.
pub(crate) fn holding() -> impl Iterator<Item = &'static str> {
    JobStatus::ALL.into_iter().filter(|status| status.holds_resources()).map(JobStatus::as_str)
}

/// A node's row.
pub(crate) fn read(model: nodes::Model) -> Result<Node, RepositoryError> {
    let row = Row::new("nodes", &model.id);
    let state = model.status.as_deref().unwrap_or("Available");
    let disk = match (model.disk_free, model.disk_total) {
        (Some(free), Some(total)) => Some((row.bytes("disk_free", free)?, row.bytes("disk_total", total)?)),
        _ => None,
    };
    let commands: Vec<(Solver, String)> = row.json("solvers", &model.solvers)?;
    let command = |(solver, text): (Solver, String)| {
        Ok::<_, RepositoryError>((solver, row.take("solvers", SolverCommand::parse(text.trim()))?))
    };
    let solvers = commands.into_iter().map(command).collect::<Result<_, _>>()?;
    Ok(Node {
        id: row.take("id", NodeId::parse(&model.id))?,
        hostname: model.hostname,
        ssh_host: row.take("ssh_host", HostName::parse(&model.ssh_host))?,
        ssh_port: row.take("ssh_port", u16::try_from(model.ssh_port.unwrap_or(22)))?,
        ssh_user: row.take("ssh_user", AccountName::parse(&model.ssh_user))?,
        host_key: model.host_key,
        state: row.word("status", state, NodeState::from_word(state))?,
        state_reason: model.state_reason.map(message),
        state_until: model.state_until.map(Timestamp),
        cores: Cores(row.count("total_cpu_cores", model.total_cpu_cores)?),
        max_tokens: Tokens(row.count("max_license_tokens", model.max_license_tokens)?),
        solvers,
        work_dir: row.take("work_dir", WorkFolder::parse(&model.work_dir))?,
        last_contact: model.last_contact.map(Timestamp),
        disk,
        clock_ahead: model.clock_ahead,
        version: row.bytes("version", model.version)?,
    })
}

/// All nodes by name.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Node>, RepositoryError> {
    nodes::Entity::find().order_by_asc(nodes::Column::Id).all(db).await?.into_iter().map(read).collect()
}

#[derive(FromQueryResult)]
struct Load {
    id: i64,
    name: String,
    node_id: String,
    cpu_count: i64,
    license_tokens: i64,
}

/// All nodes with their load: three queries, however many there are.
pub(crate) async fn summaries(db: &impl ConnectionTrait) -> Result<Vec<NodeSummary>, RepositoryError> {
    let mut summaries: Vec<NodeSummary> = all(db)
        .await?
        .into_iter()
        .map(|node| NodeSummary {
            id: node.id,
            hostname: node.hostname,
            state: node.state,
            state_reason: node.state_reason,
            state_until: node.state_until,
            cores: node.cores,
            cores_used: Cores::ZERO,
            cores_reserved: Cores::ZERO,
            max_tokens: node.max_tokens,
            tokens_used: Tokens::ZERO,
            jobs: Vec::new(),
            solvers: node.solvers.into_iter().map(|(solver, _)| solver).collect(),
            last_contact: node.last_contact,
            disk: node.disk,
            clock_ahead: node.clock_ahead,
        })
        .collect();
    let at: HashMap<String, usize> = summaries.iter().enumerate().map(|(at, node)| (node.id.to_string(), at)).collect();
    use jobs::Column as C;
    let loads = jobs::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::NodeId, C::CpuCount, C::LicenseTokens])
        .filter(C::Status.is_in(holding()))
        .order_by_asc(C::Id)
        .into_model::<Load>()
        .all(db)
        .await?;
    for load in loads {
        // a job may outlive its node's row
        let Some(node) = at.get(&load.node_id).and_then(|at| summaries.get_mut(*at)) else { continue };
        let row = Row::new("jobs", load.id);
        node.cores_used = node.cores_used.plus(Cores(row.count("cpu_count", load.cpu_count)?));
        node.tokens_used = node.tokens_used.plus(Tokens(row.count("license_tokens", load.license_tokens)?));
        node.jobs.push(NodeJob { id: JobId(load.id), name: row.take("name", JobName::parse(&load.name))? });
    }
    let reserved = reservations::live(db, crate::now()).await?;
    for node in &mut summaries {
        node.cores_reserved = reserved_cores(&reserved, &node.id);
    }
    Ok(summaries)
}

pub(crate) async fn find(db: &impl ConnectionTrait, id: &NodeId) -> Result<Option<Node>, RepositoryError> {
    nodes::Entity::find_by_id(id.to_string()).one(db).await?.map(read).transpose()
}

impl Repository {
    /// All nodes, by id.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn nodes(&self) -> Result<Vec<Node>, RepositoryError> {
        all(self.db()).await
    }

    /// This node, if there is one.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn node(&self, id: &NodeId) -> Result<Option<Node>, RepositoryError> {
        find(self.db(), id).await
    }

    /// All nodes as everybody may see them, with their load.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn node_summaries(&self) -> Result<Vec<NodeSummary>, RepositoryError> {
        summaries(self.db()).await
    }

    /// The node answered. One that was Unavailable is Available again; Draining and Disabled stay.
    /// What it did not say of itself stays as it was. An answer within ten seconds of the last one that changes
    /// nothing else is not written.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn node_contact(&self, id: &NodeId, at: Timestamp, answer: NodeAnswer) -> Result<(), RepositoryError> {
        let known = find(self.db(), id).await?.ok_or_else(|| no_node(id))?;
        let recent = known.last_contact.is_some_and(|last| at.since(last).0 < CONTACT_STEP);
        if recent && known.state != NodeState::Unavailable && (answer.disk.is_none() || known.disk.is_some()) {
            return Ok(());
        }
        let disk = answer.disk.or(known.disk);
        let clock_ahead = answer.clock_ahead.or(known.clock_ahead);
        let free = disk.map(|(free, _)| stored_size("disk", free)).transpose()?;
        let total = disk.map(|(_, total)| stored_size("disk", total)).transpose()?;
        let id = id.clone();
        self.write(move |change| {
            Box::pin(async move {
                use nodes::Column as C;
                let db = &change.db;
                let this = || nodes::Entity::update_many().filter(C::Id.eq(id.as_str()));
                if !answer.takes_nothing {
                    let back = this()
                        .col_expr(C::Status, Expr::value(NodeState::Available.as_str()))
                        .col_expr(C::StateReason, Expr::value(None::<String>))
                        .col_expr(C::StateUntil, Expr::value(None::<i64>))
                        .filter(C::Status.eq(NodeState::Unavailable.as_str()));
                    back.exec(db).await?;
                }
                this()
                    .col_expr(C::LastContact, Expr::value(at.0))
                    .col_expr(C::DiskFree, Expr::value(free))
                    .col_expr(C::DiskTotal, Expr::value(total))
                    .col_expr(C::ClockAhead, Expr::value(clock_ahead))
                    .exec(db)
                    .await?;
                change.mention(|mentions| mentions.nodes.insert(id));
                Ok(())
            })
        })
        .await
    }

    /// The node does not answer, or answers with a fault. Available becomes Unavailable; every other state stays.
    /// Unavailable keeps its first reason, unless it had none or the new one is about who the node is: that only an admin
    /// ends, and must be seen.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn node_lost(&self, id: &NodeId, since: Timestamp, fault: &Fault) -> Result<(), RepositoryError> {
        let known = find(self.db(), id).await?.ok_or_else(|| no_node(id))?;
        let reason = json_text("state_reason", fault)?;
        let tells = match known.state {
            NodeState::Available => true,
            NodeState::Unavailable => {
                known.state_reason.is_none()
                    || (fault.is_about_identity() || *fault == Fault::LetsNothingGo)
                        && known.state_reason != Some(fault.clone().into())
            }
            NodeState::Draining | NodeState::Disabled => false,
        };
        if !tells {
            return Ok(());
        }
        let (id, of, before) = (id.clone(), known.state, known.version);
        self.write(move |change| {
            Box::pin(async move {
                use nodes::Column as C;
                let lost = nodes::Entity::update_many()
                    .col_expr(C::Status, Expr::value(NodeState::Unavailable.as_str()))
                    .col_expr(C::StateReason, Expr::value(Some(reason)))
                    .filter(C::Id.eq(id.as_str()))
                    .filter(C::Status.eq(of.as_str()))
                    // what an admin has done since wins: the answer is to what was configured before
                    .filter(C::Version.eq(stored_size("version", before)?))
                    // an answer that came after the silence began wins
                    .filter(Condition::any().add(C::LastContact.is_null()).add(C::LastContact.lte(since.0)))
                    .exec(&change.db)
                    .await?;
                if lost.rows_affected > 0 {
                    change.mention(|mentions| mentions.nodes.insert(id));
                }
                Ok(())
            })
        })
        .await
    }
}

/// There is no such node.
pub(crate) fn no_node(id: &NodeId) -> RepositoryError {
    RepositoryError::NotFound { what: "node", id: id.to_string() }
}

/// `nodes.work_dir` beside a run's token: the run's folder on its node.
pub(crate) async fn run_folder(
    db: &impl ConnectionTrait,
    node: &NodeId,
    token: &domain::RunToken,
) -> Result<Option<String>, RepositoryError> {
    let work_dir: Option<String> = nodes::Entity::find_by_id(node.to_string())
        .select_only()
        .column(nodes::Column::WorkDir)
        .into_tuple()
        .one(db)
        .await?;
    Ok(work_dir.map(|work_dir| format!("{work_dir}/runs/{token}")))
}
