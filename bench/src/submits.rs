//! Submissions a second, each on the disk before it is acknowledged: with an empty queue, behind 100,000 jobs, and over
//! PostgreSQL.

use crate::figures::Series;
use crate::jobs::form;
use crate::report::{Aim, Row};
use crate::stack::{Server, output};
use crate::{Result, seed};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const TURNS: usize = 5;
const SUBMITS: usize = 800;
const CONNECTIONS: usize = 32;
/// The rows a submission leaves, written again by a loop that does nothing else: one durable commit for each job.
const RIVAL: &str = include_str!("submits/rival.py");

/// Submits a second through so many connections.
async fn rate(server: &Server, turn: usize) -> Result<f64> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lanes = tokio::task::JoinSet::<Result<()>>::new();
    let begun = Instant::now();
    for _ in 0..CONNECTIONS {
        let (next, url) = (Arc::clone(&next), server.url("/api/v1/jobs"));
        let client = server.client()?;
        lanes.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= SUBMITS {
                    return Ok(());
                }
                let sent = client.post(&url).multipart(form(&format!("new-{turn}-{n}"))).send().await?;
                let status = sent.status();
                let said = sent.text().await?;
                if !status.is_success() {
                    return Err(format!("not taken: {said}").into());
                }
            }
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    Ok(SUBMITS as f64 / begun.elapsed().as_secs_f64())
}

pub async fn bench() -> Result<Vec<Row>> {
    let mut empty = Server::new(None)?;
    let mut full = Server::new(None)?;
    std::fs::create_dir_all(full.folder.path().join("data"))?;
    seed::jobs(&full.database(), 100_000, 0).await?;
    full.start().await?;
    full.settle().await?;
    full.signal("-STOP")?;
    empty.start().await?;
    empty.settle().await?;
    empty.signal("-STOP")?;
    let database = testbed::ServerDatabase::new().ok_or("TEST_DATABASE names no PostgreSQL server")?;
    let mut served = Server::new(None)?;
    served.set("DATABASE_URL", database.url());
    served.start().await?;
    served.settle().await?;
    served.signal("-STOP")?;
    empty.signal("-CONT")?;
    let (mut alone, mut behind, mut bare, mut cpus) = <(Series, Series, Series, Series)>::default();
    let mut over_postgres = Series::default();
    for turn in 0..TURNS {
        let before = empty.cpu_seconds()?;
        alone.push(rate(&empty, turn).await?);
        cpus.push((empty.cpu_seconds()? - before) * 1e3 / SUBMITS as f64);
        let copy = empty.folder.path().join("copy.db");
        let rival = output(
            Command::new("python3").args(["-c", RIVAL]).arg(empty.database()).arg(copy).arg(SUBMITS.to_string()),
        )?;
        bare.push(rival.trim().parse()?);
        empty.signal("-STOP")?;
        full.signal("-CONT")?;
        behind.push(rate(&full, turn).await?);
        full.signal("-STOP")?;
        served.signal("-CONT")?;
        over_postgres.push(rate(&served, turn).await?);
        served.signal("-STOP")?;
        empty.signal("-CONT")?;
    }
    full.signal("-CONT")?;
    served.signal("-CONT")?;
    let (by_bare, by_alone) = (alone.by(&bare), behind.by(&alone));
    let beside = format!(
        "the same rows in a bare SQLite loop, FULL: {}; ours by that {}; the server's processor time for each {}",
        bare.told("/s"),
        by_bare.told("×"),
        cpus.told("ms"),
    );
    let part = by_alone.median() * 100.0;
    Ok(vec![
        Row::new(
            "durable submits over HTTP, 32 connections",
            Aim::AtLeast(500.0, "/s"),
            alone.median(),
            alone.told("/s"),
            beside,
        ),
        Row::new(
            "the same behind 100,000 waiting jobs",
            Aim::AtLeast(90.0, "% of it"),
            part,
            format!("{part:.0} %; {}", behind.told("/s")),
            "as above",
        ),
        Row::new(
            "the same over PostgreSQL on this machine, which forces each commit to the disk",
            Aim::None,
            over_postgres.median(),
            over_postgres.told("/s"),
            format!("by that over SQLite {}", over_postgres.by(&alone).told("×")),
        ),
    ])
}
