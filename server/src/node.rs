//! `node add`: a node into the database, from the command line.

use clap::{Args, Subcommand};
use domain::{Actor, Cores, HostName, Node, NodeId, NodeState, Origin, Role, Scope, Solver, Tokens, UserId};
use server::config::Config;
use std::error::Error;

/// What can be done with nodes.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a node, or changes the one of this id: what is not said stays as it is there, and so does its state.
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
    /// Port of its SSH server; 22 unless told.
    #[arg(long)]
    port: Option<u16>,
    /// The account runs belong to.
    #[arg(long)]
    user: String,
    /// Its host key as an OpenSSH public-key line (`ssh-ed25519 AAAA…`), taken from the node itself.
    #[arg(long)]
    host_key: String,
    /// Cores jobs may take.
    #[arg(long)]
    cores: u32,
    /// Tokens its jobs may hold at once; none unless told.
    #[arg(long)]
    max_tokens: Option<u32>,
    /// Folder for runs, relative to the account's home unless absolute; `.ajm` unless told.
    #[arg(long)]
    work_dir: Option<String>,
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
    let node = add.onto(repository.node(&id).await?, id)?;
    let actor = Actor {
        id: UserId::parse("command-line")?,
        name: "command line".to_owned(),
        role: Role::Admin,
        scope: Scope::All,
        origin: Origin::CommandLine,
    };
    repository.save_node(&node, &actor).await?;
    repository.close().await;
    tracing::info!(node = %node.id, "stored");
    Ok(())
}

impl Add {
    /// The node as it is to be. An admin's drain and the solvers that are not named stay.
    fn onto(self, known: Option<Node>, id: NodeId) -> Result<Node, String> {
        let ssh_host = HostName::parse(&self.host).map_err(|error| format!("--host {error}"))?;
        let mut node = known.unwrap_or_else(|| Node {
            id,
            hostname: self.host.clone(),
            ssh_host: ssh_host.clone(),
            ssh_port: 22,
            ssh_user: String::new(),
            host_key: None,
            state: NodeState::Available,
            state_reason: None,
            state_until: None,
            cores: Cores::ZERO,
            max_tokens: Tokens::ZERO,
            solvers: Vec::new(),
            work_dir: ".ajm".to_owned(),
            last_contact: None,
            disk: None,
        });
        node.ssh_host = ssh_host;
        node.ssh_user = self.user;
        node.host_key = Some(self.host_key);
        node.cores = Cores(self.cores);
        node.hostname = self.hostname.unwrap_or(node.hostname);
        node.ssh_port = self.port.unwrap_or(node.ssh_port);
        node.max_tokens = self.max_tokens.map_or(node.max_tokens, Tokens);
        node.work_dir = self.work_dir.unwrap_or(node.work_dir);
        let known =
            |solver| node.solvers.iter().find(|(known, _)| *known == solver).map(|(_, command)| command.clone());
        node.solvers = [(Solver::Abaqus, self.abaqus), (Solver::Calculix, self.calculix)]
            .into_iter()
            .filter_map(|(solver, command)| Some((solver, command.or_else(|| known(solver))?)))
            .collect();
        Ok(node)
    }
}
