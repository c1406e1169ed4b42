//! The list of jobs as a tab fetches it: 200 rows of 10,000 jobs.

use crate::figures::Series;
use crate::report::{Aim, Row, short};
use crate::stack::{Server, output};
use crate::{Result, seed};
use std::process::Command;
use std::time::{Duration, Instant};

const JOBS: usize = 10_000;
/// The rest waits.
const ENDED: usize = 9_950;
const TURNS: usize = 5;
const LENGTH: Duration = Duration::from_secs(3);
/// Processor milliseconds of the smallest program that could answer.
const RIVAL: &str = include_str!("list/rival.py");

const QUERY: &str =
    r#"{"query":{"tab":"all","status":null,"user":null,"node":null,"search":null,"sort":null,"offset":0,"limit":200}}"#;

/// What a tab sends when it fetches rows.
pub fn fetch(client: &reqwest::Client, server: &Server, encoding: &str) -> reqwest::RequestBuilder {
    let request = client.post(server.url("/rpc/list_jobs")).header("Content-Type", "application/json");
    request.header("Accept", "application/json").header("Accept-Encoding", encoding).body(QUERY)
}

/// A server with 10,000 jobs, most of them ended, that has nothing left to do.
pub async fn server() -> Result<Server> {
    let mut server = Server::new(None)?;
    std::fs::create_dir_all(server.folder.path().join("data"))?;
    seed::jobs(&server.database(), JOBS, ENDED).await?;
    seed::spread(&server.database())?;
    server.start().await?;
    server.settle().await?;
    Ok(server)
}

/// Requests a second through so many connections, and processor milliseconds of the server for each.
pub async fn load(server: &Server, connections: usize, encoding: &'static str) -> Result<(f64, f64)> {
    let before = server.cpu_seconds()?;
    let begun = Instant::now();
    let lanes = (0..connections).map(|_| async move {
        let client = server.client()?;
        let mut count = 0.0;
        while begun.elapsed() < LENGTH {
            fetch(&client, server, encoding).send().await?.error_for_status()?.bytes().await?;
            count += 1.0;
        }
        Ok::<f64, Box<dyn std::error::Error + Send + Sync>>(count)
    });
    let counts = futures::future::try_join_all(lanes).await?;
    let count: f64 = counts.iter().sum();
    Ok((count / begun.elapsed().as_secs_f64(), (server.cpu_seconds()? - before) * 1e3 / count))
}

pub async fn bench() -> Result<Vec<Row>> {
    let server = server().await?;
    let client = server.client()?;
    let body = async |encoding: &'static str| -> Result<usize> {
        Ok(fetch(&client, &server, encoding).send().await?.error_for_status()?.bytes().await?.len())
    };
    let page = async |encoding: &'static str| -> Result<usize> {
        let url = server.url("/?tab=all&limit=200");
        let request = client.get(url).header("Accept", "text/html").header("Accept-Encoding", encoding);
        Ok(request.send().await?.error_for_status()?.bytes().await?.len())
    };
    let kb = |bytes: usize| bytes as f64 / 1e3;
    let (raw, small) = (kb(body("identity").await?), kb(body("br").await?));
    let (page_raw, page_small) = (kb(page("identity").await?), kb(page("br").await?));
    let cases = [(2, "br"), (32, "br"), (2, "identity"), (32, "identity")];
    let mut figures: Vec<(Series, Series)> = vec![Default::default(); cases.len()];
    let mut rival = Series::default();
    for _ in 0..TURNS {
        for ((connections, encoding), (rates, cpus)) in cases.into_iter().zip(&mut figures) {
            let (rate, cpu) = load(&server, connections, encoding).await?;
            rates.push(rate);
            cpus.push(cpu);
        }
        rival.push(output(Command::new("python3").args(["-c", RIVAL]).arg(server.database()))?.trim().parse()?);
    }
    let mut rows: Vec<Row> = Vec::new();
    for ((connections, encoding), (rates, cpus)) in cases.into_iter().zip(&figures) {
        let what = format!("200 rows of 10,000 jobs, {connections} connections, {encoding}: processor time a request");
        let beside = format!("{}; bare SQLite and JSON in Python {}", rates.told("requests/s"), rival.told("ms"));
        rows.push(Row::new(&what, Aim::AtMost(1.0, "ms"), cpus.median(), cpus.told("ms"), beside));
    }
    let told = |bytes: f64, raw: f64| (format!("{} kB", short(bytes)), format!("uncompressed {} kB", short(raw)));
    let (measured, beside) = told(small, raw);
    rows.push(Row::new("what a tab fetches of 200 rows, brotli", Aim::AtMost(6.0, "kB"), small, measured, beside));
    let (measured, beside) = told(page_small, page_raw);
    rows.push(Row::new("the page of the list, brotli", Aim::None, page_small, measured, beside));
    Ok(rows)
}
