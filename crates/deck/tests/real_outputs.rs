//! Status files and console texts of real runs against independent counts, where the folder is at hand (see
//! `real_decks`). Without it nothing is read, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::inspect;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real");
    let folder = std::env::var_os("AJM_REAL_DIR").map_or_else(beside, PathBuf::from);
    folder.join("expected_outputs.tsv").exists().then_some(folder)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

#[test]
fn every_status_and_console_as_counted() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of real outputs at hand");
        return;
    };
    let text = fs::read_to_string(folder.join("expected_outputs.tsv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let (mut files, mut facts, mut wrong) = (0, 0, Vec::new());
    for line in lines {
        let row: HashMap<&str, &str> =
            names.iter().copied().zip(line.split('\t').map(|cell| cell.trim_matches('"'))).collect();
        let kind = row["kind"];
        if !matches!(kind, "sta" | "sta-explicit" | "log" | "console") {
            continue;
        }
        files += 1;
        let path = folder.join(row["file"]);
        let report = inspect::file(row["file"], File::open(&path).unwrap(), &|_| None).unwrap();
        let report = serde_json::to_value(&report).unwrap();
        let mut check = |what: &str, want: String, have: String| {
            facts += 1;
            if want != have {
                wrong.push(format!("{}: {what}: counted {want}, read {have}", row["file"]));
            }
        };
        let shown = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let read_as = if kind.starts_with("sta") { "sta" } else { "log" };
        check("kind", read_as.to_owned(), shown(&report["kind"]));
        check("verdict", row["verdict"].replace(' ', "_"), shown(&report["verdict"]));
        check("release", row["release"].to_owned(), shown(&report["release"]));
        if read_as == "sta" {
            let parse = |cell: &str| cell.parse::<f64>().ok();
            check(
                "increments",
                format!("{:?}", parse(row["increments"])),
                format!("{:?}", number(&report["increments"])),
            );
            if let Some(cutbacks) = parse(row["cutback_rows_U"]) {
                check("cutbacks", cutbacks.to_string(), format!("{}", report["cutbacks"]));
            }
            check(
                "time",
                format!("{:?}", parse(row["last_total_time"])),
                format!("{:?}", number(&report["last"]["total_time"])),
            );
        }
        if !row["errors"].is_empty() {
            check("errors", row["errors"].to_owned(), report["errors"].to_string());
        }
        if !row["first_error"].is_empty() {
            check("first error", row["first_error"].to_owned(), shown(&report["first_error"]["text"]));
        }
        if let Some(tokens) = row["extra"].split("; ").find_map(|pair| pair.strip_prefix("tokens=")) {
            check("tokens", tokens.to_owned(), report["tokens"].to_string());
        }
    }
    println!("read {files} files: {} of {facts} facts agree", facts - wrong.len());
    assert!(files > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
