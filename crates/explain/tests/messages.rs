//! Messages as solvers write them: wrapped, in bulk, and such as nobody foresaw.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use domain::Solver;
use explain::{MOST_BYTES, all, find};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// As Abaqus does: at most 79 columns, the following lines indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = vec![" ".to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.len() + word.len() >= 79 && !line.trim().is_empty() {
            lines.push(format!("{}{word} ", " ".repeat(indent)));
        } else {
            line.push_str(word);
            line.push(' ');
        }
    }
    lines.join("\r\n")
}

#[test]
fn wrapped_lines_are_known_all_the_same() {
    for entry in all() {
        for (example, solver) in entry.examples.iter().flat_map(|e| entry.solvers.iter().map(move |s| (e, *s))) {
            for indent in [1, 6, 12] {
                // padded in front, the lines break elsewhere
                for padding in ["", "x", "x x x x x x x x x x", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] {
                    let text = wrapped(&format!("{padding} {example}"), indent);
                    assert_eq!(find(solver, &text).map(|e| &e.id), Some(&entry.id), "{text}");
                    assert_eq!(find(solver, &text.to_uppercase()).map(|e| &e.id), Some(&entry.id), "{text}");
                }
            }
        }
    }
}

#[test]
fn there_is_a_word_about_most_things() {
    assert!(all().len() >= 60, "{}", all().len());
    for solver in Solver::ALL {
        let count = all().iter().filter(|entry| entry.solvers.contains(&solver)).count();
        println!("{}: {count}", solver.title());
        assert!(count >= 20);
    }
}

#[test]
fn what_is_no_message_is_left_alone() {
    for text in
        ["", "\n", "Abaqus JOB beam COMPLETED", "THE ANALYSIS HAS BEEN COMPLETED", "Job finished", "Run standard.exe"]
    {
        for solver in Solver::ALL {
            assert_eq!(find(solver, text), None, "{text}");
        }
    }
}

#[test]
fn only_the_beginning_of_a_long_text_is_read() {
    let message = "***ERROR: TOO MANY ATTEMPTS MADE FOR THIS INCREMENT";
    assert!(find(Solver::Abaqus, &format!("{message}{}", "あ".repeat(1_000_000))).is_some());
    assert!(find(Solver::Abaqus, &format!("{}{message}", "x ".repeat(MOST_BYTES))).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_harms(words in prop::collection::vec("(\\PC{0,12}|\\*{1,3}ERROR[: ]|element|node |#|-?[0-9.]{1,8}|\n {0,12})", 0..600)) {
        let text = words.concat();
        let from = Instant::now();
        for solver in Solver::ALL {
            find(solver, &text);
        }
        // some milliseconds when optimised; what is ruled out is a search that explodes
        prop_assert!(from.elapsed() < Duration::from_secs(5));
    }
}

fn outputs() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real");
    let folder = std::env::var_os("AJM_REAL_DIR").map_or_else(beside, PathBuf::from).join("outputs");
    folder.exists().then_some(folder)
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), into);
        } else {
            into.push(entry.path());
        }
    }
}

/// The messages of a file, each with its indented following lines.
fn messages(text: &str) -> Vec<String> {
    const STARTS: [&str; 5] = ["***ERROR", "*** ERROR", "***WARNING", "Abaqus Error", "Abaqus Warning"];
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if indent <= 3 && STARTS.iter().any(|start| trimmed.starts_with(start)) {
            found.push(trimmed.to_owned());
            open = true;
        } else if open && indent >= 6 && !trimmed.is_empty() {
            let last = found.last_mut().unwrap();
            last.push(' ');
            last.push_str(trimmed);
        } else {
            open = false;
        }
    }
    found
}

/// The same message with other numbers and names counts once.
fn kind(text: &str) -> String {
    let plain = |word: &str| !word.chars().any(|c| c.is_ascii_digit() || c == '_') && word.len() < 20;
    text.split_whitespace().filter(|word| plain(word)).take(14).collect::<Vec<_>>().join(" ")
}

#[test]
fn most_errors_of_real_runs_are_explained() {
    let Some(folder) = outputs() else {
        println!("skipped: the folder of real outputs is not here");
        return;
    };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut kinds: BTreeMap<String, BTreeSet<Option<&str>>> = BTreeMap::new();
    for path in &paths {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        for message in messages(&text) {
            kinds
                .entry(kind(&message))
                .or_default()
                .insert(find(Solver::Abaqus, &message).map(|entry| entry.id.as_str()));
        }
    }
    for (word, least) in [("ERROR", 0.9), ("WARNING", 0.3)] {
        let of_kind: Vec<_> =
            kinds.iter().filter(|(k, _)| k.to_uppercase().split(':').next().unwrap().contains(word)).collect();
        let known = of_kind.iter().filter(|(_, ids)| !ids.contains(&None)).count();
        println!("{word}: {known} of {} explained", of_kind.len());
        for (kind, ids) in &of_kind {
            match ids.contains(&None) {
                true => println!("  - {kind}"),
                false => println!("  {ids:?} {kind}"),
            }
        }
        assert!(known as f64 >= least * of_kind.len() as f64, "{word}: {known} of {}", of_kind.len());
    }
}
