//! Nodes added, changed and deleted by people.

use super::{find, no_node};
use crate::entities::{audit_log, jobs, nodes, reservations, runs, users};
use crate::rows::{json_text, message_text, stored_size};
use crate::writer::Change;
use crate::{Repository, RepositoryError, audit, now};
use domain::node::NodeField;
use domain::{Actor, JobStatus, Node, NodeConfig, NodeId, NodeRefusal, NodeState, NodeUse, Settings, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

/// Most changes that are looked through for what differs from what somebody had read.
const LOOKED_THROUGH: u64 = 200;

fn subject(id: &NodeId) -> String {
    format!("node {id}")
}

fn refused(why: NodeRefusal) -> RepositoryError {
    RepositoryError::Node(why)
}

/// Writes the row as a person wants it, and who did so. What the node itself last said (contact, disk, clock) is not touched in
/// a row that exists.
pub(super) async fn put(
    change: &Change,
    actor: &Actor,
    action: &str,
    before: Option<Node>,
    mut node: Node,
) -> Result<Node, RepositoryError> {
    use nodes::Column as C;
    let db = &change.db;
    node.version = before.as_ref().map_or(0, |before| before.version.saturating_add(1));
    let (free, total) = node.disk.unzip();
    let row = nodes::ActiveModel {
        id: Set(node.id.to_string()),
        hostname: Set(node.hostname.clone()),
        ssh_host: Set(node.ssh_host.to_string()),
        ssh_port: Set(Some(i64::from(node.ssh_port))),
        ssh_user: Set(node.ssh_user.to_string()),
        status: Set(Some(node.state.as_str().to_owned())),
        total_cpu_cores: Set(i64::from(node.cores.0)),
        max_license_tokens: Set(i64::from(node.max_tokens.0)),
        created_at: Set(Some(now().0)),
        host_key: Set(node.host_key.clone()),
        state_reason: Set(node.state_reason.as_ref().map(message_text).transpose()?),
        state_until: Set(node.state_until.map(|at| at.0)),
        solvers: Set(json_text("solvers", &node.solvers)?),
        work_dir: Set(node.work_dir.to_string()),
        last_contact: Set(node.last_contact.map(|at| at.0)),
        disk_free: Set(free.map(|bytes| stored_size("disk", bytes)).transpose()?),
        disk_total: Set(total.map(|bytes| stored_size("disk", bytes)).transpose()?),
        clock_ahead: Set(node.clock_ahead),
        version: Set(stored_size("version", node.version)?),
    };
    let on_conflict = OnConflict::column(C::Id)
        .update_columns([
            C::Hostname,
            C::SshHost,
            C::SshPort,
            C::SshUser,
            C::Status,
            C::TotalCpuCores,
            C::MaxLicenseTokens,
            C::HostKey,
            C::StateReason,
            C::StateUntil,
            C::Solvers,
            C::WorkDir,
            C::Version,
        ])
        .to_owned();
    nodes::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db).await?;
    audit::write(db, actor, action, subject(&node.id), &before, &Some(node.clone())).await?;
    let id = node.id.clone();
    change.mention(|mentions| mentions.nodes.insert(id));
    Ok(node)
}

/// What depends on this node.
pub(super) async fn usage(
    db: &impl ConnectionTrait,
    id: &NodeId,
    settings: &Settings,
) -> Result<NodeUse, RepositoryError> {
    let words = |fits: fn(JobStatus) -> bool| {
        JobStatus::ALL.into_iter().filter(move |status| fits(*status)).map(JobStatus::as_str)
    };
    let of = |statuses: Vec<&'static str>| jobs::Entity::find().filter(jobs::Column::Status.is_in(statuses));
    let active = of(words(JobStatus::is_active).collect()).filter(jobs::Column::NodeId.eq(id.as_str()));
    let waits = |status: JobStatus| !status.is_active() && !status.is_ended();
    let waiting = of(words(waits).collect()).filter(jobs::Column::Wish.eq(id.as_str()));
    // of an active job's run, too: that it is alive is counted above, and its folder will be looked for later
    let folders =
        runs::Entity::find().filter(runs::Column::NodeId.eq(id.as_str())).filter(runs::Column::Folder.is_null());
    let reserved = reservations::Entity::find()
        .filter(reservations::Column::NodeId.eq(id.as_str()))
        .filter(reservations::Column::EndedAt.is_null());
    let active = active.count(db).await?;
    Ok(NodeUse {
        active,
        waiting: waiting.count(db).await?,
        folders: folders.count(db).await?.saturating_sub(active),
        reservations: reserved.count(db).await?,
        asks_license: settings.license_report_node.as_ref() == Some(id),
    })
}

/// Who changed it after this version was read, and what.
async fn changed_since(db: &impl ConnectionTrait, node: &Node, version: u64) -> Result<NodeRefusal, RepositoryError> {
    use audit_log::Column as A;
    let entries = audit_log::Entity::find().filter(A::Subject.eq(subject(&node.id))).order_by_desc(A::Id);
    let entries = entries.paginate(db, LOOKED_THROUGH).fetch_page(0).await?;
    let last = entries.first();
    // a line of the log that is not read as a node any more only costs what it would have said
    let told = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Node>(text).ok());
    let seen = entries.iter().filter_map(|entry| told(&entry.before)).find(|before| before.version == version);
    let fields = seen.map(|seen| NodeField::differing(&seen, node)).unwrap_or_default();
    let by = match last {
        Some(entry) => users::Entity::find_by_id(entry.actor.clone())
            .one(db)
            .await?
            .map_or_else(|| entry.actor.clone(), |user| user.name),
        None => String::new(),
    };
    let at = last.map_or_else(now, |entry| Timestamp(entry.at));
    Ok(NodeRefusal::Changed { by, at, fields, version: node.version })
}

impl Repository {
    /// Makes the node's row, or changes its configuration and state, whatever they are: for the command line. What the
    /// node itself last said (contact, disk, clock) is not touched in a row that exists.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn save_node(&self, node: &Node, actor: &Actor) -> Result<(), RepositoryError> {
        let (node, actor) = (node.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let before = find(&change.db, &node.id).await?;
                put(change, &actor, "save_node", before, node).await.map(|_| ())
            })
        })
        .await
    }

    /// A new node. It takes no jobs before somebody has accepted its host key and it has answered.
    ///
    /// # Errors
    /// `Node(Taken)`.
    pub async fn add_node(&self, id: &NodeId, config: &NodeConfig, actor: &Actor) -> Result<Node, RepositoryError> {
        let (id, config, actor) = (id.clone(), config.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                if find(&change.db, &id).await?.is_some() {
                    return Err(refused(NodeRefusal::Taken));
                }
                let node = Node {
                    id,
                    hostname: config.hostname,
                    ssh_host: config.ssh_host,
                    ssh_port: config.ssh_port,
                    ssh_user: config.ssh_user,
                    host_key: None,
                    state: NodeState::Unavailable,
                    state_reason: None,
                    state_until: None,
                    cores: config.cores,
                    max_tokens: config.max_tokens,
                    solvers: config.solvers,
                    work_dir: config.work_dir,
                    last_contact: None,
                    disk: None,
                    clock_ahead: None,
                    version: 0,
                };
                put(change, &actor, "add_node", None, node).await
            })
        })
        .await
    }

    /// Changes what is configured, for somebody who has read it at this version. Where the node is reached otherwise from
    /// now on, it has to answer first.
    ///
    /// # Errors
    /// `NotFound`; `Node(Changed)` when somebody was faster; `Node(HasRuns)` when runs would not be found again.
    pub async fn change_node(
        &self,
        id: &NodeId,
        config: &NodeConfig,
        version: u64,
        actor: &Actor,
    ) -> Result<Node, RepositoryError> {
        let (id, config, actor, settings) = (id.clone(), config.clone(), actor.clone(), self.settings());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let before = find(db, &id).await?.ok_or_else(|| no_node(&id))?;
                if before.version != version {
                    return Err(refused(changed_since(db, &before, version).await?));
                }
                if before.ssh_user != config.ssh_user || before.work_dir != config.work_dir {
                    let usage = usage(db, &id, &settings).await?;
                    if usage.has_runs() {
                        return Err(refused(NodeRefusal::HasRuns(usage)));
                    }
                }
                let moved = before.ssh_host != config.ssh_host
                    || before.ssh_port != config.ssh_port
                    || before.ssh_user != config.ssh_user
                    || before.work_dir != config.work_dir;
                let mut node = Node {
                    hostname: config.hostname,
                    ssh_host: config.ssh_host,
                    ssh_port: config.ssh_port,
                    ssh_user: config.ssh_user,
                    cores: config.cores,
                    max_tokens: config.max_tokens,
                    solvers: config.solvers,
                    work_dir: config.work_dir,
                    ..before.clone()
                };
                if moved && matches!(node.state, NodeState::Available | NodeState::Unavailable) {
                    (node.state, node.state_reason) = (NodeState::Unavailable, None);
                }
                put(change, &actor, "change_node", Some(before), node).await
            })
        })
        .await
    }

    /// What depends on this node.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn node_use(&self, id: &NodeId) -> Result<NodeUse, RepositoryError> {
        find(self.db(), id).await?.ok_or_else(|| no_node(id))?;
        usage(self.db(), id, &self.settings()).await
    }

    /// Takes a node away that nothing depends on. Ended jobs keep its name.
    ///
    /// # Errors
    /// `NotFound`; `Node(InUse)`.
    pub async fn delete_node(&self, id: &NodeId, actor: &Actor) -> Result<(), RepositoryError> {
        let (id, actor, settings) = (id.clone(), actor.clone(), self.settings());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let before = find(db, &id).await?.ok_or_else(|| no_node(&id))?;
                let usage = usage(db, &id, &settings).await?;
                if !usage.is_none() {
                    return Err(refused(NodeRefusal::InUse(usage)));
                }
                nodes::Entity::delete_by_id(id.to_string()).exec(db).await?;
                audit::write(db, &actor, "delete_node", subject(&id), &Some(before), &None::<Node>).await?;
                change.mention(|mentions| mentions.nodes.insert(id));
                Ok(())
            })
        })
        .await
    }
}
