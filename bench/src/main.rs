//! Measures the product beside its rivals. Run by `scripts/bench`; figures, never pass or fail.
//!
//! `bench RESULTS.md NAME…` runs those benches and puts their rows into the table of the file.

mod browser;
mod cluster;
mod decks;
mod figures;
mod jobs;
mod list;
mod memory;
mod nodes;
mod plan;
mod report;
mod seed;
mod site;
mod sockets;
mod stack;
mod submits;

use report::Row;
use std::error::Error;
use std::path::Path;

/// A bench fails only when it cannot measure.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// In the order of the table.
const NAMES: [&str; 12] =
    ["plan", "start", "submits", "files", "polls", "cluster", "list", "site", "memory", "sockets", "decks", "browser"];

async fn run(name: &str) -> Result<Vec<Row>> {
    match name {
        "plan" => plan::bench(),
        "start" => jobs::bench().await,
        "submits" => submits::bench().await,
        "files" => nodes::files().await,
        "polls" => nodes::polls().await,
        "cluster" => cluster::bench().await,
        "list" => list::bench().await,
        "site" => site::bench(),
        "memory" => memory::bench().await,
        "sockets" => sockets::bench().await,
        "decks" => decks::bench(),
        "browser" => browser::bench().await,
        _ => Err(format!("there is no bench {name}; there are: {}", NAMES.join(" ")).into()),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let results = arguments.next().ok_or("bench RESULTS.md NAME…")?;
    let asked: Vec<String> = arguments.collect();
    let names: Vec<&str> = if asked.is_empty() { NAMES.to_vec() } else { asked.iter().map(String::as_str).collect() };
    for name in names {
        report::say(&format!("{name} …"));
        match run(name).await {
            Ok(rows) => {
                rows.iter().for_each(|row| report::say(&row.line(name)));
                report::keep(Path::new(&results), name, &rows, &NAMES)?;
            }
            // what else was asked for is measured all the same
            Err(error) => report::say(&format!("{name} could not be measured: {error}")),
        }
    }
    Ok(())
}
