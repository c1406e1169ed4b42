//! How many jobs a second are saved (each on the disk before it is acknowledged), and how long the usual questions
//! take. `cargo run --release -p repository --example submit_rate [folder]`: the folder's disk is what is measured; or, with
//! `TEST_DATABASE=postgres://…`, an empty database there.
#![allow(clippy::unwrap_used)]

use domain::{
    Actor, Cores, FileName, JobName, NodeWish, Origin, Priority, Role, Scope, Solver, Timestamp, UploadId, UserId,
};
use repository::{Address, JobQuery, NewUpload, Repository, RepositoryConfig, Submission};
use std::time::{Duration, Instant};

const JOBS: u32 = 2000;

async fn submit(repo: &Repository, lanes: u32, deck: &UploadId, actor: &Actor) -> Duration {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for lane in 0..lanes {
        let (repo, deck, actor) = (repo.clone(), deck.clone(), actor.clone());
        tasks.spawn(async move {
            for n in 0..JOBS / lanes {
                let new = Submission {
                    request: None,
                    name: JobName::parse(&format!("job_{lanes}_{lane}_{n}")).unwrap(),
                    cpus: Cores(2),
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
                repo.submit(&new, &actor).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    begun.elapsed()
}

#[tokio::main]
async fn main() {
    let base = std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(base).unwrap();
    let database = match std::env::var("TEST_DATABASE") {
        Ok(url) => Address::parse_url(&url).unwrap(),
        Err(_) => folder.path().join("jobs.db").into(),
    };
    let repo = Repository::open(&RepositoryConfig { database, first_values: Vec::new() }).await.unwrap();
    let actor = Actor {
        id: UserId::parse("sato").unwrap(),
        name: "sato".into(),
        role: Role::Student,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    };
    let deck = UploadId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
    let upload = NewUpload {
        id: deck.clone(),
        name: FileName::parse("beam.inp").unwrap(),
        size: 1,
        sha256: "0".repeat(64),
        path: "x".into(),
        user: actor.id.clone(),
    };
    repo.add_upload(&upload).await.unwrap();
    for lanes in [1, 8, 64] {
        let took = submit(&repo, lanes, &deck, &actor).await;
        println!("{lanes:3} at once: {:.0} submits/s", f64::from(JOBS) / took.as_secs_f64());
    }
    let begun = Instant::now();
    let page = repo.jobs(&JobQuery::all(actor.id.clone())).await.unwrap();
    println!("page of 50 of {}: {:?}", page.total, begun.elapsed());
    let begun = Instant::now();
    repo.counts(&actor.id).await.unwrap();
    println!("counts: {:?}", begun.elapsed());
    let begun = Instant::now();
    let snapshot = repo.snapshot(Timestamp(1_800_000_000)).await.unwrap();
    println!("snapshot of {} waiting: {:?}", snapshot.waiting.len(), begun.elapsed());
    for round in ["first", "same"] {
        let begun = Instant::now();
        let head = repo.decide(Timestamp(1_800_000_000), false).await.unwrap().head;
        println!("decide, {round}: {:?}", begun.elapsed());
        let begun = Instant::now();
        repo.record_decision(head, Timestamp(1_800_000_000)).await.unwrap();
        println!("record_decision, {round}: {:?}", begun.elapsed());
    }
}
