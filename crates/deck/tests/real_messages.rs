//! `.msg` and `.dat` of real runs against independent counts, where the folder is at hand: `AJM_REAL_DIR`, or
//! `shared/real` beside the project. Without it nothing is read, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::abaqus::{dat, msg};
use deck::inspect::{self, Report};
use std::collections::HashMap;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real");
    let folder = std::env::var_os("AJM_REAL_DIR").map_or_else(beside, PathBuf::from);
    folder.join("expected_outputs.tsv").exists().then_some(folder)
}

#[derive(Default)]
struct Held {
    agree: usize,
    wrong: Vec<String>,
    doubtful: Vec<String>,
}

impl Held {
    fn check<T: PartialEq + Debug>(&mut self, row: &HashMap<&str, &str>, what: &str, want: T, have: T) {
        if want == have {
            self.agree += 1;
            return;
        }
        let text = format!("{}: {what}: counted {want:?}, read {have:?}", row["file"]);
        if row["doubt"].is_empty() {
            self.wrong.push(text);
        } else {
            self.doubtful.push(text);
        }
    }
}

/// A number of the `extra` column.
fn extra(row: &HashMap<&str, &str>, key: &str) -> Option<u64> {
    let (_, value) = row["extra"].split("; ").filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key)?;
    value.parse().ok()
}

fn messages(held: &mut Held, row: &HashMap<&str, &str>, bytes: &[u8]) {
    let mut reader = msg::Reader::default();
    bytes.chunks(1000).for_each(|part| reader.feed(part));
    reader.finish();
    let summary = reader.summary().unwrap_or_default();
    held.check(row, "summary's errors", extra(row, "summary_errors"), summary.errors);
    held.check(row, "summary's warnings", extra(row, "summary_warn_analysis"), summary.warnings);
    held.check(row, "input warnings", extra(row, "summary_warn_input"), summary.input_warnings);
    if let Ok(increments) = row["increments"].parse() {
        held.check(row, "increments", increments, reader.increment_count());
    }
    if let Ok(cutbacks) = row["cutback_rows_U"].parse::<u64>() {
        held.check(row, "cutbacks", cutbacks, reader.cutback_count());
        held.check(row, "cutbacks seen", cutbacks, reader.cutbacks().len() as u64);
    }
    if let Some(time) = row["last_total_time"].parse::<f64>().ok().filter(|_| reader.last().is_some()) {
        held.check(row, "total time", Some(time), reader.last().and_then(|last| last.total_time));
    }
    // every iteration's numbers and places are read
    for check in reader.checks() {
        for field in &check.fields {
            let whole = field.residual.is_some() && field.increment.is_some() && field.correction.is_some();
            held.check(row, &format!("line {}: {} is whole", check.line, field.name), true, whole);
            held.check(row, &format!("line {}: outcome", check.line), true, field.outcome.is_some());
        }
    }
    assert!(reader.iterations().len() as u64 <= reader.iteration_count().max(reader.iterations().len() as u64));
}

fn data(held: &mut Held, row: &HashMap<&str, &str>, bytes: &[u8]) {
    let mut reader = dat::Reader::default();
    bytes.chunks(1000).for_each(|part| reader.feed(part));
    reader.finish();
    let size = reader.size().unwrap_or_default();
    held.check(row, "elements", extra(row, "dat_elements"), size.elements);
    held.check(row, "nodes", extra(row, "dat_nodes_user"), size.nodes);
    held.check(row, "variables", extra(row, "dat_variables"), size.variables);
    held.check(row, "fatal errors", extra(row, "fatal_errors"), reader.fatal_errors());
    held.check(row, "memory", extra(row, "mem_min_mb"), reader.memory().map(|memory| memory.minimum_mb as u64));
}

#[test]
fn messages_of_real_runs() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of real runs at hand");
        return;
    };
    let table = fs::read_to_string(folder.join("expected_outputs.tsv")).unwrap();
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let (mut held, mut files) = (Held::default(), 0);
    for line in lines {
        let row: HashMap<&str, &str> =
            names.iter().copied().zip(line.split('\t').map(|field| field.trim_matches('"'))).collect();
        if row["kind"] != "msg" && row["kind"] != "dat" {
            continue;
        }
        let bytes = fs::read(folder.join(row["file"])).unwrap();
        files += 1;
        let (kind, release, verdict, errors, warnings, first) =
            match inspect::file(row["file"], bytes.as_slice(), &|_| None).unwrap() {
                Report::Msg(of) => ("msg", of.release, of.verdict, of.errors, of.warnings, of.first_error),
                Report::Dat(of) => ("dat", of.release, of.verdict, of.errors, of.warnings, of.first_error),
                other => panic!("{}: {other:?}", row["file"]),
            };
        held.check(&row, "kind", row["kind"], kind);
        held.check(&row, "verdict", row["verdict"].replace(' ', "_").as_str(), verdict);
        held.check(&row, "release", row["release"], release.as_deref().unwrap_or_default());
        held.check(&row, "errors", row["errors"].parse().unwrap(), errors);
        held.check(&row, "warnings", row["warnings"].parse().unwrap(), warnings);
        let first = first.map(|first| first.text).unwrap_or_default();
        let want = row["first_error"].trim_start_matches("***ERROR:").split_whitespace().collect::<Vec<_>>().join(" ");
        let length = want.len().min(first.len()).min(70);
        held.check(&row, "first error", want.get(..length), first.get(..length));
        if kind == "msg" { messages(&mut held, &row, &bytes) } else { data(&mut held, &row, &bytes) }
    }
    println!(
        "read {files} files: {} facts agree, {} do not, {} doubtful do not",
        held.agree,
        held.wrong.len(),
        held.doubtful.len()
    );
    held.doubtful.iter().for_each(|text| println!("doubtful: {text}"));
    assert!(held.wrong.is_empty(), "{}", held.wrong.join("\n"));
}
