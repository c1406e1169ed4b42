//! `node add`: a node into the database, from the command line.

use clap::{Args, Subcommand};
use domain::{Actor, Cores, HostName, Node, NodeId, NodeState, Role, Solver, Tokens, UserId};
use server::config::Config;
use std::error::Error;

/// What can be done with nodes.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a node, or changes the one of this id.
    Add(Box<Add>),
}

/// A node.
#[derive(Args)]
pub struct Add {
    /// `node-01`.
    #[arg(long)]
    id: String,
    /// Where SSH reaches it.
    #[arg(long)]
    host: String,
    /// Port of its SSH server.
    #[arg(long, default_value_t = 22)]
    port: u16,
    /// The account runs belong to.
    #[arg(long)]
    user: String,
    /// Its host key as an OpenSSH public-key line (`ssh-ed25519 AAAA…`), taken from the node itself.
    #[arg(long)]
    host_key: String,
    /// Cores jobs may take.
    #[arg(long)]
    cores: u32,
    /// Tokens its jobs may hold at once.
    #[arg(long, default_value_t = 0)]
    max_tokens: u32,
    /// Folder for runs, relative to the account's home unless absolute.
    #[arg(long, default_value = ".ajm")]
    work_dir: String,
    /// Command of CalculiX there.
    #[arg(long)]
    calculix: Option<String>,
    /// Command of Abaqus there.
    #[arg(long)]
    abaqus: Option<String>,
    /// What people call the machine; the host unless told.
    #[arg(long)]
    hostname: Option<String>,
}

/// Does it.
pub async fn run(command: Command, config: &Config) -> Result<(), Box<dyn Error>> {
    let Command::Add(add) = command;
    let id = NodeId::parse(&add.id).map_err(|error| format!("--id {error}"))?;
    let repository = server::open_repository(config).await?;
    let known = repository.node(&id).await?;
    let solvers = [(Solver::Abaqus, add.abaqus), (Solver::Calculix, add.calculix)];
    let node = Node {
        ssh_host: HostName::parse(&add.host).map_err(|error| format!("--host {error}"))?,
        hostname: add.hostname.unwrap_or(add.host),
        ssh_port: add.port,
        ssh_user: add.user,
        host_key: Some(add.host_key),
        state: NodeState::Available,
        state_reason: None,
        state_until: None,
        cores: Cores(add.cores),
        max_tokens: Tokens(add.max_tokens),
        solvers: solvers.into_iter().filter_map(|(solver, command)| Some((solver, command?))).collect(),
        work_dir: add.work_dir,
        last_contact: known.as_ref().and_then(|node| node.last_contact),
        disk: known.and_then(|node| node.disk),
        id,
    };
    let actor = Actor { id: UserId::parse("command-line")?, name: "command line".to_owned(), role: Role::Admin };
    repository.save_node(&node, &actor).await?;
    repository.close().await;
    tracing::info!(node = %node.id, "stored");
    Ok(())
}
