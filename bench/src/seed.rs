//! Data sets: rows written through the repository, which is how they would come about.

use crate::Result;
use domain::lifecycle::{Life, Run, RunStage};
use domain::verdict::{Cause, ExitStatus, Verdict};
use domain::{
    Actor, Cores, FileName, JobName, JobStatus, NodeId, NodeWish, Origin, Priority, Role, RunToken, Scope, Solver,
    Timestamp, UploadId, User, UserId,
};
use repository::{HistoryFact, NewUpload, Repository, RepositoryConfig, Submission};
use std::path::Path;
use std::process::Command;

/// People of the lab.
const USERS: usize = 20;
/// Changes under way at once: they share commits.
const LANES: usize = 64;

/// A database with so many jobs, of which the first `ended` have run to their end.
pub async fn jobs(path: &Path, jobs: usize, ended: usize) -> Result<()> {
    let repository = Repository::open(&RepositoryConfig { database: path.into(), first_values: Vec::new() }).await?;
    let mut people = Vec::new();
    for n in 0..USERS {
        let id = UserId::parse(&format!("user{n:02}"))?;
        let name = format!("User {n:02}");
        people.push((
            Actor {
                id: id.clone(),
                name: name.clone(),
                role: Role::Student,
                scope: Scope::All,
                origin: Origin::Web,
                address: None,
            },
            upload()?,
        ));
        let created_at = Timestamp(1_700_000_000);
        let user = User { id, name, role: Role::Student, max_running_jobs: None, max_tokens: None, created_at };
        repository.ensure_user(&user).await?;
    }
    for (actor, id) in &people {
        let upload = NewUpload {
            id: id.clone(),
            name: FileName::parse("beam.inp")?,
            size: 60_000,
            sha256: "0".repeat(64),
            path: "none".to_owned(),
            user: actor.id.clone(),
        };
        repository.add_upload(&upload).await?;
    }
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..LANES {
        let (repository, people) = (repository.clone(), people.clone());
        lanes.spawn(async move {
            for n in (lane..jobs).step_by(LANES) {
                let (actor, deck) = &people[n % USERS];
                one(&repository, n, actor, deck, n < ended).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    repository.close().await;
    Ok(())
}

/// A job every ten minutes instead of all of them today, which is no lab's list.
pub fn spread(path: &Path) -> Result<()> {
    const SPREAD: &str = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for column in ('created_at', 'started_at', 'ended_at', 'updated_at'):
    db.execute(f'UPDATE jobs SET {column} = {column} - 600 * ((SELECT MAX(id) FROM jobs) - id)')
db.commit()";
    crate::stack::output(Command::new("python3").args(["-c", SPREAD]).arg(path))?;
    Ok(())
}

/// Lets so many of the waiting jobs have ended; one by one that takes minutes.
pub fn end(path: &Path, jobs: usize) -> Result<()> {
    const END: &str = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute(\"UPDATE jobs SET status = 'Completed', ended_at = created_at WHERE id <= ?\", (int(sys.argv[2]),))
db.commit()";
    crate::stack::output(Command::new("python3").args(["-c", END]).arg(path).arg(jobs.to_string()))?;
    Ok(())
}

fn upload() -> Result<UploadId> {
    Ok(UploadId::parse(&uuid::Uuid::now_v7().to_string())?)
}

async fn one(repository: &Repository, n: usize, actor: &Actor, deck: &UploadId, ended: bool) -> Result<()> {
    let new = Submission {
        request: None,
        name: JobName::parse(&format!("bracket-{n:06}"))?,
        cpus: Cores::CHOICES[n % 3],
        wish: NodeWish::Auto,
        priority: Priority::NORMAL,
        solver: Solver::Abaqus,
        options: domain::RunOptions::default(),
        deck: deck.clone(),
        files: vec![deck.clone()],
        steps: Vec::new(),
        deck_report: serde_json::Value::Null,
        parent: None,
        idempotency_key: None,
    };
    let job = repository.submit(&new, actor).await?;
    if !ended {
        return Ok(());
    }
    let node = NodeId::parse(&format!("node-{:02}", n % 10))?;
    let token = RunToken::parse(&uuid::Uuid::now_v7().to_string())?;
    let mut life = repository.active_job(job.id).await?.life;
    let now = job.created_at;
    let fact = HistoryFact::Claimed { node: node.clone(), token: token.clone() };
    let run = Run { token, node, stage: RunStage::Ended, boot: None, launched_at: Some(now), end: None };
    let exit = ExitStatus::Code(0);
    let verdict = Verdict { cause: Cause::Completed, evidence: None, exit, remarks: Vec::new() };
    for (status, fact) in [
        (JobStatus::Starting, fact),
        (JobStatus::Running, HistoryFact::Launched),
        (JobStatus::Collecting, HistoryFact::Alive),
        (JobStatus::Completed, HistoryFact::Collected { files: 5, bytes: 1_000_000 }),
    ] {
        let verdict = (status == JobStatus::Completed).then(|| verdict.clone());
        let next = Life { status, run: Some(run.clone()), verdict, ..life.clone() };
        repository.advance(job.id, &life, &next, now, fact).await?;
        life = next;
    }
    Ok(())
}
