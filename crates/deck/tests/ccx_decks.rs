//! Every test deck of CalculiX, against what `ccx` itself says about it. Without `ccx` and its decks nothing is read,
//! and the test says so.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::adapter::RunReader;
use deck::inp;
use domain::files::CONSOLE;
use domain::{Cause, ExitStatus, JobStatus, Solver};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where Debian's calculix-ccx-test puts them; another folder of decks can be named.
fn decks() -> Vec<PathBuf> {
    let folder =
        std::env::var_os("AJM_CCX_DECKS").unwrap_or_else(|| "/usr/share/doc/calculix-ccx-test/examples/test".into());
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut all: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "inp"))
        .collect();
    all.sort();
    all
}

#[derive(Default)]
struct Tally {
    read: usize,
    nodes: usize,
    nodes_below: usize,
    elements: usize,
    steps: usize,
    periods: usize,
    verdicts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

/// The number behind the first line that begins with the words.
fn number(console: &str, words: &str) -> Option<u64> {
    console.lines().find_map(|line| line.trim_start().strip_prefix(words)?.trim().parse().ok())
}

fn run(path: &Path, tally: &Mutex<Tally>) {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap();
    let folder = path.parent().unwrap();
    let deck =
        inp::read_with(&bytes, &|name: &str| Some(Box::new(File::open(folder.join(name)).ok()?) as Box<dyn Read>));

    let work = tempfile::tempdir().unwrap();
    fs::copy(path, work.path().join(format!("{stem}.inp"))).unwrap();
    for include in &deck.includes {
        let _ = fs::copy(folder.join(&include.name), work.path().join(&include.name));
    }
    let console = fs::File::create(work.path().join(CONSOLE)).unwrap();
    let status = Command::new("ccx")
        .args(["-i", &stem])
        .current_dir(work.path())
        .env("OMP_NUM_THREADS", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(console)
        .status()
        .unwrap();
    let exit = match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Code(code),
        (None, Some(signal)) => ExitStatus::Signal(signal),
        (None, None) => ExitStatus::Unknown,
    };
    let console = fs::read(work.path().join(CONSOLE)).unwrap();
    let text = String::from_utf8_lossy(&console);

    let mut reader = RunReader::new(Solver::Calculix, deck.shapes());
    for part in console.chunks(4099) {
        reader.feed(CONSOLE, part);
    }
    for ending in ["sta", "cvg"] {
        if let Ok(bytes) = fs::read(work.path().join(format!("{stem}.{ending}"))) {
            bytes.chunks(333).for_each(|part| reader.feed(ending, part));
        }
    }
    let verdict = reader.verdict(exit);

    let mut tally = tally.lock().unwrap();
    tally.read += 1;
    let mut wrong = Vec::new();
    // what ccx prints are upper bounds: the largest labels, and nodes it makes itself of beams, shells and these
    let deck_text = String::from_utf8_lossy(&bytes).to_ascii_uppercase();
    let makes = [
        "*RIGID BODY",
        "*RADIATE",
        "TYPE=NODE TO SURFACE",
        "*MPC",
        "COUPLING",
        "*PRE-TENSION",
        "*CYCLIC",
        "*DISTRIBUTING",
    ]
    .iter()
    .any(|word| deck_text.contains(word));
    let flat =
        ["one-dimensional elements:", "two-dimensional elements:"].map(|words| number(&text, words)) != [Some(0); 2];
    if let Some(nodes) = number(&text, "nodes:") {
        match deck.highest_node {
            Some(highest) if highest == nodes => tally.nodes += 1,
            Some(highest) if highest < nodes && (flat || makes) => tally.nodes_below += 1,
            highest => wrong.push(format!("largest node {nodes}, read {highest:?}")),
        }
    }
    if let Some(elements) = number(&text, "elements:") {
        match deck.highest_element == Some(elements) {
            true => tally.elements += 1,
            false => wrong.push(format!("largest element {elements}, read {:?}", deck.highest_element)),
        }
    }
    let finished = text.lines().any(|line| line.trim() == "Job finished");
    if finished {
        let steps = text.lines().filter_map(|line| line.trim_start().strip_prefix("STEP ")?.trim().parse().ok()).max();
        match steps == Some(deck.shapes().len()) {
            true => tally.steps += 1,
            false => wrong.push(format!("{steps:?} steps, read {}", deck.steps.len())),
        }
    }
    // a run that finished has advanced by all periods
    let one_clock = !deck_text.contains("TIME RESET");
    if let (true, Some(last)) = (finished && one_clock, reader.attempts().last()) {
        let sum: Option<f64> = deck.shapes().iter().map(|shape| shape.period).sum();
        if let Some(sum) = sum {
            let total_time = last.total_time.unwrap();
            match (total_time - sum).abs() <= 1e-4 * sum {
                true => tally.periods += 1,
                false => wrong.push(format!("ended at {total_time}, periods {sum}")),
            }
        }
    }
    let status_fits = match verdict.status() {
        JobStatus::Completed => finished && exit == ExitStatus::Code(0),
        JobStatus::Failed => !finished,
        _ => false,
    };
    if !status_fits
        || (verdict.evidence.is_none() && !matches!(verdict.cause, Cause::Killed { .. } | Cause::NoEndLine { .. }))
    {
        wrong.push(format!("verdict {verdict:?} at {exit:?}"));
    }
    if deck.not_a_deck().is_some() {
        wrong.push(format!("no deck: {:?}", deck.findings));
    }
    *tally.verdicts.entry(format!("{:?}", verdict.cause)).or_default() += 1;
    tally.wrong.extend(wrong.into_iter().map(|what| format!("{stem}: {what}")));
}

#[test]
fn every_deck_as_ccx_reads_it() {
    let decks = decks();
    let installed = Command::new("ccx").arg("-v").stdout(Stdio::null()).status().is_ok();
    if decks.is_empty() || !installed {
        println!("read 0 files: ccx or its decks are not installed");
        return;
    }
    let tally = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(path) = decks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(path, &tally);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    println!(
        "read {} decks: {} agree in nodes ({} more have nodes that ccx adds), {} in elements, {} in steps, {} in time; {:?}",
        tally.read, tally.nodes, tally.nodes_below, tally.elements, tally.steps, tally.periods, tally.verdicts
    );
    assert_eq!(tally.read, decks.len());
    assert!(tally.nodes > 0 && tally.elements > 0 && tally.steps > 0 && tally.periods > 0);
    assert!(tally.wrong.is_empty(), "{} disagree:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
}
