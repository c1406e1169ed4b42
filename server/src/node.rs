//! `node add`: a node into the database, from the command line; `node test`: the node doctor.

use clap::{Args, Subcommand};
use domain::{AccountName, Actor, Cores, HostName, Node, NodeId, NodeState, Solver, SolverCommand, Tokens, WorkFolder};
use server::config::Config;
use server::doctor::examine_node;
use std::error::Error;

/// What can be done with nodes.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a node, or changes the one of this id: what is not said stays as it is there, and so does its state.
    Add(Box<Add>),
    /// Looks at a node from its name to its solvers, and says what to do about what is wrong.
    Test {
        /// `node-01`.
        id: String,
    },
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
    match command {
        Command::Add(add) => store(*add, config).await,
        Command::Test { id } => test(&id, config).await,
    }
}

/// Fails where something must be corrected, so that scripts can ask.
async fn test(id: &str, config: &Config) -> Result<(), Box<dyn Error>> {
    let id = NodeId::parse(id).map_err(|error| format!("ID {error}"))?;
    let repository = server::open_repository(config).await?;
    let (node, settings) = (repository.node(&id).await?, repository.settings());
    repository.close().await;
    let node = node.ok_or_else(|| format!("there is no node {id}"))?;
    let failed = examine_node(server::executor(config)?, node, settings, "", &mut |line| println!("{line}")).await;
    if failed == 0 { Ok(()) } else { Err(format!("{failed} must be corrected on {id}").into()) }
}

async fn store(add: Add, config: &Config) -> Result<(), Box<dyn Error>> {
    let id = NodeId::parse(&add.id).map_err(|error| format!("--id {error}"))?;
    let repository = server::open_repository(config).await?;
    let node = add.onto(repository.node(&id).await?, id)?;
    let actor = Actor::at_the_shell()?;
    repository.save_node(&node, &actor).await?;
    repository.close().await;
    tracing::info!(node = %node.id, "stored");
    Ok(())
}

impl Add {
    /// The node as it is to be. An admin's drain and the solvers that are not named stay.
    fn onto(self, known: Option<Node>, id: NodeId) -> Result<Node, String> {
        let ssh_host = HostName::parse(&self.host).map_err(|error| format!("--host {error}"))?;
        let ssh_user = AccountName::parse(&self.user).map_err(|error| format!("--user {error}"))?;
        let folder = self.work_dir.as_deref().map(WorkFolder::parse).transpose();
        let folder = folder.map_err(|error| format!("--work-dir {error}"))?;
        let command = |name: &str, text: Option<&str>| {
            text.map(|text| SolverCommand::parse(text.trim())).transpose().map_err(|error| format!("--{name} {error}"))
        };
        let abaqus = command("abaqus", self.abaqus.as_deref())?;
        let calculix = command("calculix", self.calculix.as_deref())?;
        let work_dir = match (folder, &known) {
            (Some(folder), _) => folder,
            (None, Some(known)) => known.work_dir.clone(),
            (None, None) => WorkFolder::parse(".ajm").map_err(|error| error.to_string())?,
        };
        let before = |solver| {
            let known = known.as_ref()?;
            known.solvers.iter().find(|(other, _)| *other == solver).map(|(_, command)| command.clone())
        };
        let solvers = [(Solver::Abaqus, abaqus), (Solver::Calculix, calculix)]
            .into_iter()
            .filter_map(|(solver, command)| Some((solver, command.or_else(|| before(solver))?)))
            .collect();
        let (port, max_tokens) = (self.port, self.max_tokens.map(Tokens));
        Ok(match known {
            Some(known) => Node {
                hostname: self.hostname.unwrap_or(known.hostname),
                ssh_host,
                ssh_port: port.unwrap_or(known.ssh_port),
                ssh_user,
                host_key: Some(self.host_key),
                cores: Cores(self.cores),
                max_tokens: max_tokens.unwrap_or(known.max_tokens),
                solvers,
                work_dir,
                ..known
            },
            None => Node {
                id,
                hostname: self.hostname.unwrap_or(self.host),
                ssh_host,
                ssh_port: port.unwrap_or(22),
                ssh_user,
                host_key: Some(self.host_key),
                state: NodeState::Available,
                state_reason: None,
                state_until: None,
                cores: Cores(self.cores),
                max_tokens: max_tokens.unwrap_or(Tokens::ZERO),
                solvers,
                work_dir,
                last_contact: None,
                disk: None,
                clock_ahead: None,
                version: 0,
            },
        })
    }
}
