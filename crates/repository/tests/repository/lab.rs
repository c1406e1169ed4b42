//! A database of one's own, with what most tests want in it.

use crate::fresh::{Fresh, Raw};
use domain::lifecycle::{Life, Run, RunStage};
use domain::*;
use repository::*;
use std::path::PathBuf;

pub struct Lab {
    pub repo: Repository,
    fresh: Fresh,
}

pub fn actor(id: &str, role: Role) -> Actor {
    Actor {
        id: UserId::parse(id).unwrap(),
        name: format!("{id} さん"),
        role,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    }
}

pub fn student() -> Actor {
    actor("sato", Role::Student)
}

pub fn admin() -> Actor {
    actor("root", Role::Admin)
}

pub fn token() -> RunToken {
    RunToken::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

pub fn name(text: &str) -> JobName {
    JobName::parse(text).unwrap()
}

pub fn node_id(text: &str) -> NodeId {
    NodeId::parse(text).unwrap()
}

pub fn command(text: &str) -> SolverCommand {
    SolverCommand::parse(text).unwrap()
}

pub fn node(id: &str, cores: u32) -> Node {
    Node {
        id: node_id(id),
        hostname: id.to_owned(),
        ssh_host: HostName::parse("localhost").unwrap(),
        ssh_port: 22,
        ssh_user: AccountName::parse("abaqus").unwrap(),
        host_key: Some("ssh-ed25519 AAAA".to_owned()),
        state: NodeState::Available,
        state_reason: None,
        state_until: None,
        cores: Cores(cores),
        max_tokens: Tokens(50),
        solvers: vec![(Solver::Abaqus, command("abaqus")), (Solver::Calculix, command("ccx"))],
        work_dir: WorkFolder::parse(".ajm").unwrap(),
        last_contact: None,
        disk: None,
        clock_ahead: None,
        version: 0,
    }
}

pub async fn upload(repo: &Repository, file: &str) -> UploadId {
    let id = UploadId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
    let new = NewUpload {
        id: id.clone(),
        name: FileName::parse(file).unwrap(),
        size: 1234,
        sha256: "ab".repeat(32),
        path: format!("inp-files/{id}"),
        user: student().id,
    };
    repo.add_upload(&new).await.unwrap();
    id
}

/// An Abaqus job of two cores, `deck` being its only file.
pub fn submission(job: &str, deck: &UploadId) -> Submission {
    Submission {
        name: name(job),
        cpus: Cores(2),
        wish: NodeWish::Auto,
        priority: Priority::NORMAL,
        solver: Solver::Abaqus,
        options: domain::RunOptions::default(),
        deck: deck.clone(),
        files: vec![deck.clone()],
        steps: vec![StepShape {
            name: "Step-1".into(),
            procedure: "STATIC".into(),
            period: Some(1.0),
            min_increment: Some(1e-5),
        }],
        deck_report: serde_json::json!({"elements": 12}),
        parent: None,
        idempotency_key: None,
        request: None,
    }
}

pub fn claimed(life: &Life, node: &str) -> Life {
    let run =
        Run { token: token(), node: node_id(node), stage: RunStage::Claimed, boot: None, launched_at: None, end: None };
    Life { status: JobStatus::Starting, run: Some(run), ..life.clone() }
}

pub fn config(database: impl Into<Address>) -> RepositoryConfig {
    RepositoryConfig { database: database.into(), first_values: Vec::new() }
}

pub async fn open(fresh: &Fresh) -> Repository {
    Repository::open(&config(fresh.address())).await.unwrap()
}

impl Lab {
    /// A new database with two people and a node of eight cores.
    pub async fn new() -> Lab {
        let fresh = Fresh::new().await;
        let repo = open(&fresh).await;
        for who in [student(), admin()] {
            let user = User {
                id: who.id,
                name: who.name,
                role: who.role,
                max_running_jobs: None,
                max_tokens: None,
                created_at: Timestamp(1_700_000_000),
            };
            repo.ensure_user(&user).await.unwrap();
        }
        repo.save_node(&node("node-01", 8), &admin()).await.unwrap();
        Lab { repo, fresh }
    }

    /// SQLite's file.
    pub fn path(&self) -> PathBuf {
        self.fresh.path()
    }

    pub fn address(&self) -> Address {
        self.fresh.address()
    }

    /// A connection of its own, as a person at `sqlite3` or `psql` has.
    pub async fn raw(&self) -> Raw {
        self.fresh.raw().await
    }

    /// The same database, opened anew after everything of it was dropped.
    pub async fn reopen(self) -> Lab {
        let Lab { repo, fresh } = self;
        repo.close().await;
        drop(repo);
        let repo = open(&fresh).await;
        Lab { repo, fresh }
    }

    pub async fn submit(&self, job: &str) -> JobSummary {
        let deck = upload(&self.repo, &format!("{job}.inp")).await;
        self.repo.submit(&submission(job, &deck), &student()).await.unwrap()
    }

    pub async fn life(&self, id: JobId) -> Life {
        self.repo.active_job(id).await.unwrap().life
    }

    /// Claims a node for a waiting job.
    pub async fn claim(&self, id: JobId, node: &str) -> Life {
        let life = self.life(id).await;
        let next = claimed(&life, node);
        let fact = HistoryFact::Claimed { node: node_id(node), token: next.run.clone().unwrap().token };
        assert!(self.repo.advance(id, &life, &next, Timestamp(1_800_000_000), fact).await.unwrap());
        next
    }
}
