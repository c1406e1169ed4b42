//! Decks of real users against independent counts, where the folder is at hand: `AJM_REAL_DIR`, or `shared/real`
//! beside the project. Without it nothing is read, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::inp::{self, Deck, Encoding, IncludeKind, LineEnding};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real");
    let folder = std::env::var_os("AJM_REAL_DIR").map_or_else(beside, PathBuf::from);
    folder.join("expected.tsv").exists().then_some(folder)
}

type Row = HashMap<String, String>;

fn rows(folder: &Path) -> Vec<Row> {
    let text = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            names.iter().zip(line.split('\t')).map(|(k, v)| ((*k).to_owned(), v.trim_matches('"').to_owned())).collect()
        })
        .collect()
}

fn read(path: &Path) -> Deck {
    let folder = path.parent().unwrap().to_owned();
    inp::read_with(&fs::read(path).unwrap(), &|name: &str| {
        Some(Box::new(File::open(folder.join(name)).ok()?) as Box<dyn Read>)
    })
}

#[derive(Default)]
struct Held {
    agree: usize,
    wrong: Vec<String>,
}

impl Held {
    fn check<T: PartialEq + std::fmt::Debug>(&mut self, file: &str, what: &str, want: T, have: T) {
        if want == have {
            self.agree += 1;
        } else {
            self.wrong.push(format!("{file}: {what}: counted {want:?}, read {have:?}"));
        }
    }
}

fn counts(held: &mut Held, file: &str, row: &Row, deck: &Deck) {
    let number = |key: &str| row[key].parse::<u64>().unwrap();
    held.check(file, "nodes", Some(number("nodes")), deck.nodes.known());
    held.check(file, "elements", Some(number("elements")), deck.elements.known());
    held.check(file, "assembled nodes", number("nodes_assembled"), deck.assembled_nodes);
    held.check(file, "assembled elements", number("elements_assembled"), deck.assembled_elements);
    let want: BTreeMap<String, u64> = row["elements_by_type"]
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(kind, count)| (kind.to_owned(), count.parse().unwrap()))
        .collect();
    held.check(file, "types", want, deck.elements_by_type.iter().cloned().collect());
    held.check(file, "parts", number("parts"), deck.parts.len() as u64);
    held.check(file, "instances", number("instances"), deck.instances.len() as u64);
    held.check(file, "materials", number("materials"), deck.materials.len() as u64);
}

fn steps(held: &mut Held, file: &str, row: &Row, deck: &Deck) {
    held.check(file, "steps", row["n_steps"].parse().unwrap(), deck.steps.len());
    for (want, step) in row["steps"].split(" | ").zip(&deck.steps) {
        let mut parts = want.split("; ");
        let (head, period, nlgeom) =
            (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let mut head = head.splitn(3, ':').skip(1);
        held.check(file, "step name", head.next().unwrap_or(""), &step.name);
        let procedure = head.next().unwrap_or("").split(',').next().unwrap_or("").trim().to_owned();
        held.check(file, "procedure", procedure, step.procedure.split(',').next().unwrap_or("").to_owned());
        match period.trim_start_matches("period=") {
            "default" => held.check(file, "period", Some(1.0), step.period),
            "-" => held.check(file, "period", None, step.period),
            // a parameter may be known here
            text if text.starts_with('<') => {}
            text => {
                let text = text.trim_end_matches('.');
                held.check(file, "period", text.parse().ok(), step.period);
            }
        }
        let nlgeom = match nlgeom.trim_start_matches("nlgeom=") {
            "YES" => Some(true),
            "NO" => Some(false),
            _ => None,
        };
        held.check(file, "nlgeom", nlgeom, step.nlgeom);
    }
}

fn rest(held: &mut Held, file: &str, row: &Row, deck: &Deck) {
    let writes = row["restart"].contains("write") && !row["restart"].contains("frequency=0");
    held.check(file, "restart", writes, deck.restart_write);
    let encoding = match row["encoding"].as_str() {
        "ascii" => Encoding::Ascii,
        "utf-8" => Encoding::Utf8,
        _ => Encoding::Cp932,
    };
    held.check(file, "encoding", encoding, deck.encoding);
    let ending = match row["line_ending"].as_str() {
        "LF" => LineEnding::Lf,
        "CRLF" => LineEnding::Crlf,
        _ => LineEnding::Mixed,
    };
    held.check(file, "line ending", ending, deck.line_ending);
    held.check(file, "bytes", row["bytes"].parse().unwrap(), deck.bytes);
    let want = row["includes"].split("; ").filter(|name| !name.is_empty());
    let want: Vec<(String, bool)> = want
        .map(|name| {
            (name.split(" [").next().unwrap().split(" (*").next().unwrap().to_owned(), name.contains("[missing]"))
        })
        .collect();
    let have = deck
        .includes
        .iter()
        .map(|include| (include.name.clone(), include.kind == IncludeKind::Text && include.present == Some(false)));
    held.check(file, "includes", want, have.collect());
}

#[test]
fn every_deck_as_counted() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of real decks at hand");
        return;
    };
    let (mut read_files, mut doubtful, mut none) = (0, 0, 0);
    let mut held = Held::default();
    for row in rows(&folder) {
        let file = &row["file"];
        if row["kind"] == "include" {
            continue;
        }
        let deck = read(&folder.join(file));
        read_files += 1;
        if row["kind"] != "deck" {
            none += 1;
            held.check(file, "is no deck", true, deck.not_a_deck().is_some());
            continue;
        }
        held.check(file, "is a deck", None, deck.not_a_deck());
        if row["doubt"].is_empty() {
            counts(&mut held, file, &row, &deck);
        } else {
            doubtful += 1;
        }
        steps(&mut held, file, &row, &deck);
        rest(&mut held, file, &row, &deck);
    }
    println!(
        "read {read_files} files ({none} no decks, {doubtful} with doubtful counts): {} facts agree, {} do not",
        held.agree,
        held.wrong.len()
    );
    assert!(read_files > 0);
    assert!(held.wrong.is_empty(), "{}", held.wrong.join("\n"));
}

#[test]
fn truncated_decks_in_any_slices() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of real decks at hand");
        return;
    };
    let decks: Vec<Vec<u8>> = rows(&folder)
        .iter()
        .map(|row| fs::read(folder.join(&row["file"])).unwrap())
        .filter(|d| d.len() < 40_000)
        .collect();
    let at = |share: f64, len: usize| ((share * len as f64) as usize).min(len);
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(which in 0..decks.len(), from in 0.0..0.3_f64, to in 0.0..1.0_f64, slice in 1_usize..5000, flip in any::<(u16, u8)>())| {
        let deck = &decks[which];
        let (from, to) = (at(from, deck.len()), at(to, deck.len()));
        let mut cut = deck[from.min(to)..to.max(from)].to_vec();
        if !cut.is_empty() {
            let place = usize::from(flip.0) % cut.len();
            cut[place] = flip.1;
        }
        let whole = inp::read(&cut);
        let mut scanner = inp::Scanner::new();
        cut.chunks(slice).for_each(|part| scanner.feed(part));
        prop_assert_eq!(scanner.finish(), whole);
    });
}
