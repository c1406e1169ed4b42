//! What the readers find in one file, for scripts and terminals: one object per file.

use crate::calculix::{console, cvg, sta};
use crate::inp::{self, Count, Deck, Files, IncludeKind, Scanner, Severity};
use crate::lines;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 4096;

/// What one file is and says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Report {
    /// An input deck.
    Deck(Box<DeckReport>),
    /// A status file.
    Sta(StaReport),
    /// CalculiX' iterations.
    Cvg(CvgReport),
    /// A console text.
    Log(LogReport),
    /// None of these.
    Unknown {
        /// Name as given.
        file: String,
        /// Why it is not read.
        reason: String,
    },
}

/// A deck. `nodes` and `elements` are `null` where the solver generates some: then `generated_by` says how and the
/// lower bounds are beside them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct DeckReport {
    pub file: String,
    pub nodes: Option<u64>,
    pub elements: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes_at_least: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements_at_least: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generated_by: Vec<String>,
    pub elements_by_type: BTreeMap<String, u64>,
    pub nodes_assembled: u64,
    pub elements_assembled: u64,
    pub parts: usize,
    pub instances: usize,
    pub steps: Vec<StepReport>,
    pub includes: Vec<IncludeReport>,
    pub materials: Vec<String>,
    pub outputs: Vec<String>,
    pub restart_write: bool,
    pub restart_read: bool,
    pub subroutine_hints: Vec<String>,
    pub encoding: &'static str,
    pub line_ending: &'static str,
    pub bytes: u64,
    pub lines: u64,
    pub hard_errors: Vec<Note>,
    pub warnings: Vec<Note>,
}

/// One step of a deck.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct StepReport {
    pub name: String,
    pub procedure: String,
    pub period: Option<f64>,
    pub nlgeom: Option<bool>,
}

/// A file that a deck needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct IncludeReport {
    pub name: String,
    /// `null` for result files: they are not looked for.
    pub present: Option<bool>,
    pub keyword: String,
    pub results: bool,
}

/// A line and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Note {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub line: Option<u64>,
    pub text: String,
}

/// CalculiX' status file. It has no end line, so it knows no verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct StaReport {
    pub file: String,
    pub product: &'static str,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub steps: u32,
    pub increments: usize,
    pub cutbacks: usize,
    pub last: Option<sta::Attempt>,
}

/// CalculiX' iterations.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct CvgReport {
    pub file: String,
    pub rows: usize,
    pub last: Option<cvg::Iteration>,
}

/// A console text. CalculiX names no phases and takes no tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct LogReport {
    pub file: String,
    pub product: &'static str,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub phases: Vec<String>,
    pub tokens: Option<u32>,
    pub queued_seconds: Option<u64>,
    pub errors: u64,
    pub warnings: u64,
    pub first_error: Option<Note>,
}

impl Report {
    /// Whether it was not read, or is a deck that cannot be run.
    pub fn is_bad(&self) -> bool {
        match self {
            Report::Unknown { .. } => true,
            Report::Deck(deck) => !deck.hard_errors.is_empty(),
            Report::Sta(_) | Report::Cvg(_) | Report::Log(_) => false,
        }
    }
}

/// Reads one file in slices. `files` opens the files a deck includes, by the names the deck gives them.
///
/// # Errors
/// What reading the file said.
pub fn file<'f>(name: &str, mut from: impl Read, files: &'f Files<'f>) -> io::Result<Report> {
    let mut head = Vec::new();
    (&mut from).take(HEAD).read_to_end(&mut head)?;
    let has = |text: &str| memchr::memmem::find(&head, text.as_bytes()).is_some();
    let whole = Cursor::new(&head).chain(from);
    if has(sta::HEADER) && !has("Abaqus") {
        let mut reader = sta::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Sta(sta_report(name, reader)));
    }
    if has(cvg::HEADER) {
        let mut reader = cvg::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Cvg(cvg_report(name, reader)));
    }
    if has("CalculiX Version") && has("Guido Dhondt") {
        let mut reader = console::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Log(log_report(name, &reader)));
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let ending = ending.split('~').next().unwrap_or_default();
    if matches!(ending, "sta" | "msg" | "dat" | "log" | "com" | "prt" | "lck" | "cid" | "odb" | "frd") {
        return Ok(unknown(name, format!("not read yet: .{ending}")));
    }
    let mut scanner = Scanner::with_files(files);
    feed(whole, |bytes| scanner.feed(bytes))?;
    let deck = scanner.finish();
    Ok(match deck.not_a_deck() {
        Some(inp::NotDeck::NoKeyword) if has("Abaqus") => unknown(name, "not read yet: an output of Abaqus".to_owned()),
        Some(why) => unknown(name, why.to_string()),
        None => Report::Deck(Box::new(deck_report(name, deck))),
    })
}

fn feed(from: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    lines::in_slices(from, |bytes| {
        take(bytes);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(())
}

fn unknown(name: &str, reason: String) -> Report {
    Report::Unknown { file: name.to_owned(), reason }
}

fn deck_report(name: &str, deck: Deck) -> DeckReport {
    let bound = |count: Count| count.known().is_none().then(|| count.at_least());
    let notes = |severity: Severity| {
        let of_severity = deck.findings.iter().filter(|finding| finding.severity == severity);
        of_severity
            .map(|finding| Note { file: finding.file.clone(), line: finding.line, text: finding.kind.to_string() })
            .collect()
    };
    DeckReport {
        file: name.to_owned(),
        nodes: deck.nodes.known(),
        elements: deck.elements.known(),
        nodes_at_least: bound(deck.nodes),
        elements_at_least: bound(deck.elements),
        nodes_assembled: deck.assembled_nodes,
        elements_assembled: deck.assembled_elements,
        parts: deck.parts.len(),
        instances: deck.instances.len(),
        steps: deck
            .steps
            .iter()
            .map(|step| StepReport {
                name: step.name.clone(),
                procedure: step.procedure.clone(),
                period: step.period,
                nlgeom: step.nlgeom,
            })
            .collect(),
        includes: deck
            .includes
            .iter()
            .map(|include| IncludeReport {
                name: include.name.clone(),
                present: include.present,
                keyword: include.keyword.clone(),
                results: include.kind == IncludeKind::Results,
            })
            .collect(),
        hard_errors: notes(Severity::Error),
        warnings: notes(Severity::Warning),
        encoding: deck.encoding.as_str(),
        line_ending: deck.line_ending.as_str(),
        bytes: deck.bytes,
        lines: deck.lines,
        restart_write: deck.restart_write,
        restart_read: deck.restart_read,
        elements_by_type: deck.elements_by_type.into_iter().collect(),
        generated_by: deck.generated_by,
        materials: deck.materials,
        outputs: deck.outputs,
        subroutine_hints: deck.subroutine_hints,
    }
}

fn sta_report(name: &str, mut reader: sta::Reader) -> StaReport {
    reader.finish();
    let rows = reader.rows();
    let cutbacks = rows.iter().filter(|row| !row.converged).count();
    StaReport {
        file: name.to_owned(),
        product: "calculix",
        release: None,
        verdict: "none",
        steps: rows.iter().map(|row| row.step).max().unwrap_or(0),
        increments: rows.len() - cutbacks,
        cutbacks,
        last: rows.last().copied(),
    }
}

fn cvg_report(name: &str, mut reader: cvg::Reader) -> CvgReport {
    reader.finish();
    CvgReport { file: name.to_owned(), rows: reader.rows().len(), last: reader.rows().last().copied() }
}

fn log_report(name: &str, reader: &console::Reader) -> LogReport {
    let summary = reader.summary();
    LogReport {
        file: name.to_owned(),
        product: "calculix",
        verdict: match (summary.finished, summary.error_count) {
            (Some(_), _) => "completed",
            (None, 0) => "none",
            (None, _) => "not_completed",
        },
        phases: Vec::new(),
        tokens: None,
        queued_seconds: None,
        errors: summary.error_count,
        warnings: summary.warnings,
        first_error: summary.first_error().map(|error| Note {
            file: None,
            line: Some(error.line),
            text: error.text.clone(),
        }),
        release: summary.release,
    }
}
