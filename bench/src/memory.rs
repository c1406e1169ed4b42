//! Memory at rest and after load, and how soon a server with 100,000 jobs answers.

use crate::figures::Series;
use crate::report::{Aim, Row};
use crate::stack::{PATIENCE, Server, output};
use crate::{Result, list, seed};
use std::process::Command;
use std::time::{Duration, Instant};

const TURNS: usize = 3;
const STARTS: usize = 8;
/// The least a program with an answer about these jobs can be.
const RIVAL: &str =
    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT COUNT(*) FROM jobs').fetchone())";

pub async fn bench() -> Result<Vec<Row>> {
    let mut idle = Series::default();
    for _ in 0..TURNS {
        let mut server = Server::new(None)?;
        server.start().await?;
        server.settle().await?;
        idle.push(server.memory_kb("VmRSS")? / 1e3);
    }
    let server = list::server().await?;
    let (mut loaded, mut most) = (Series::default(), Series::default());
    for _ in 0..TURNS {
        list::load(&server, 32, "br").await?;
        loaded.push(server.memory_kb("VmRSS")? / 1e3);
        most.push(server.memory_kb("VmHWM")? / 1e3);
    }
    drop(server);
    let (mut cold, mut first, mut count) = <(Series, Series, Series)>::default();
    let mut server = Server::new(None)?;
    std::fs::create_dir_all(server.folder.path().join("data"))?;
    seed::jobs(&server.database(), 100_000, 0).await?;
    seed::end(&server.database(), 99_000)?;
    seed::spread(&server.database())?;
    // the first start writes down why the jobs wait
    server.start().await?;
    server.settle().await?;
    let full = server.memory_kb("VmHWM")? / 1e3;
    for _ in 0..STARTS {
        server.kill();
        let begun = Instant::now();
        server.spawn()?;
        answered(&server, begun).await?;
        cold.push_ms(begun.elapsed());
        list::fetch(&server.client()?, &server, "br").send().await?.error_for_status()?.bytes().await?;
        first.push_ms(begun.elapsed());
        let begun = Instant::now();
        output(Command::new("python3").args(["-c", RIVAL]).arg(server.database()))?;
        count.push_ms(begun.elapsed());
        server.settle().await?;
    }
    let beside = format!(
        "the first 200 rows after {}; a Python program that starts and counts the jobs {}",
        first.told("ms"),
        count.told("ms")
    );
    Ok(vec![
        Row::new("resident memory at rest", Aim::AtMost(25.0, "MB"), idle.median(), idle.told("MB"), "–"),
        Row::new(
            "resident memory after 3 s of the list through 32 connections, 10,000 jobs",
            Aim::AtMost(60.0, "MB"),
            loaded.median(),
            loaded.told("MB"),
            format!("most it ever had {}; with 100,000 jobs, 1,000 waiting, {full:.0} MB", most.told("MB")),
        ),
        Row::new(
            "start to the first answer, 100,000 jobs stored",
            Aim::AtMost(50.0, "ms"),
            cold.median(),
            cold.told("ms"),
            beside,
        ),
    ])
}

/// Asks until somebody answers; `begun` is when the process was started.
async fn answered(server: &Server, begun: Instant) -> Result<()> {
    let client = server.client()?;
    while client.get(server.url("/api/health/live")).send().await.is_err() {
        if begun.elapsed() > PATIENCE {
            return Err("the server does not answer".into());
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    Ok(())
}
