//! What was acknowledged is there: after a restart, after a kill, whatever raced.

use crate::fresh::{Fresh, is_postgres};
use crate::lab::*;
use domain::*;
use repository::*;
use std::collections::HashSet;
use std::path::Path;
use testbed::Disk;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_are_all_there_after_reopening() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..200 {
        let (repo, new) = (lab.repo.clone(), submission(&format!("job{n}"), &deck));
        racing.spawn(async move { repo.submit(&new, &student()).await.unwrap() });
    }
    let acknowledged = racing.join_all().await;
    let lab = lab.reopen().await;
    let query = JobQuery { limit: 1000, ..JobQuery::all(student().id) };
    let page = lab.repo.jobs(&query).await.unwrap();
    let stored: HashSet<(JobId, String)> = page.jobs.iter().map(|job| (job.id, job.name.to_string())).collect();
    let told: HashSet<(JobId, String)> = acknowledged.iter().map(|job| (job.id, job.name.to_string())).collect();
    assert_eq!(stored, told);
    let names: HashSet<&JobName> = page.jobs.iter().map(|job| &job.name).collect();
    assert_eq!((names.len(), page.total), (200, 200));
}

/// Set for the child of the test below: the database it fills.
const CHILD: &str = "REPOSITORY_TEST_DATABASE";

/// Not a test of its own: what the next one starts in another process and kills.
#[test]
#[ignore = "runs as the child of a_killed_process_has_lost_nothing_it_acknowledged"]
fn submits_until_it_is_killed() {
    use std::io::Write;
    let at = std::env::var(CHILD).expect("started by its parent");
    let database = Address::parse_url(&at).unwrap_or_else(|_| Path::new(&at).into());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let repo = Repository::open(&config(database)).await.unwrap();
        let deck = upload(&repo, "beam.inp").await;
        let mut racing = tokio::task::JoinSet::new();
        for lane in 0..4 {
            let (repo, deck) = (repo.clone(), deck.clone());
            racing.spawn(async move {
                for n in 0.. {
                    let job = repo.submit(&submission(&format!("job-{lane}-x{n}"), &deck), &student()).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "saved {} {}", job.id, job.name).unwrap();
                    out.flush().unwrap();
                }
            });
        }
        racing.join_all().await;
    });
}

#[tokio::test]
async fn a_killed_process_has_lost_nothing_it_acknowledged() {
    use std::io::BufRead;
    for round in 1..=3 {
        let fresh = Fresh::new().await;
        let at = if is_postgres("") { fresh.url() } else { fresh.path().display().to_string() };
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::submits_until_it_is_killed", "--ignored", "--nocapture"])
            .env(CHILD, at)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let saved = |line: &String| line.find("saved ").map(|at| line[at..].to_owned());
        let mut told: HashSet<String> = lines.by_ref().filter_map(|line| saved(&line)).take(40 * round).collect();
        // SIGKILL, in the middle of whatever it is doing
        child.kill().unwrap();
        told.extend(lines.filter_map(|line| saved(&line)));
        child.wait().unwrap();
        let repo = open(&fresh).await;
        let page = repo.jobs(&JobQuery { limit: 100_000, ..JobQuery::all(student().id) }).await.unwrap();
        let stored: HashSet<String> = page.jobs.iter().map(|job| format!("saved {} {}", job.id, job.name)).collect();
        let lost: Vec<&String> = told.difference(&stored).collect();
        assert!(told.len() >= 40 * round && lost.is_empty(), "{lost:?} of {}", told.len());
        // and it goes on from there
        let deck = upload(&repo, "after.inp").await;
        repo.submit(&submission("after", &deck), &student()).await.unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_loses_nothing_and_is_no_matter_when_there_is_room() {
    if is_postgres("a server's disk is not ours to fill") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path(), "size=8m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    let config = config(folder.path().join("jobs.db"));
    let repo = Repository::open(&config).await.unwrap();
    let deck = upload(&repo, "beam.inp").await;
    let mut told = Vec::new();
    // how far the log had grown says where it finds no more room
    for pages in [0, 1, 5, 30] {
        disk.fill_but(pages).unwrap();
        loop {
            match repo.submit(&submission(&format!("job{}", told.len()), &deck), &student()).await {
                Ok(job) => told.push(job.id),
                Err(error) => {
                    assert!(matches!(error, RepositoryError::Full), "{error:?}");
                    break;
                }
            }
        }
        let query = || JobQuery { limit: 100_000, ..JobQuery::all(student().id) };
        let read = repo.jobs(&query()).await.unwrap();
        assert_eq!(read.total, told.len() as u64, "readers read on, and see what was acknowledged");
        disk.make_room().unwrap();
        told.push(repo.submit(&submission(&format!("job{}", told.len()), &deck), &student()).await.unwrap().id);
    }
    assert!(told.len() > 4, "something was taken between full and full");
    repo.close().await;
    // the first to open a database on a full disk
    for pages in 0..4 {
        disk.fill_but(pages).unwrap();
        let opened = Repository::open(&config).await.map(|_| ());
        assert!(matches!(opened, Err(RepositoryError::Full)), "{pages} pages: {opened:?}");
        disk.make_room().unwrap();
    }
    let repo = Repository::open(&config).await.unwrap();
    let page = repo.jobs(&JobQuery { limit: 100_000, ..JobQuery::all(student().id) }).await.unwrap();
    let stored: HashSet<JobId> = page.jobs.iter().map(|job| job.id).collect();
    assert_eq!(stored, told.into_iter().collect());
}
