//! Decks: what an Abaqus or CalculiX input file holds, counted and checked before it is run.
//!
//! Reads bytes, not text (CP932, UTF-8, a BOM, CRLF and mixtures are normal), in one pass and bounded memory. It does not
//! decide whether a solver will like the deck: unknown keywords are no finding.

mod bytes;
mod data;
mod element;
mod finding;
mod keyword;
mod keywords;
mod known;
mod labels;
mod procedure;
mod scanner;
mod scope;
mod state;

pub use finding::{Finding, FindingKind, NotDeck, Severity};
pub use scanner::Scanner;

use domain::{Solver, StepShape};
use serde::{Deserialize, Serialize};
use std::io::Read;

/// How many, where the deck's own lines tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Exactly so many.
    Known(u64),
    /// The solver makes some of them (`*NFILL`, `*NCOPY`, `*ELCOPY`, labels of a `*PARAMETER` …), or there are more, and
    /// more scattered ones, than are kept: only a lower bound.
    Generated {
        /// Those that the deck's lines name.
        at_least: u64,
    },
}

impl Count {
    /// The number, where it is one.
    pub fn known(self) -> Option<u64> {
        match self {
            Count::Known(number) => Some(number),
            Count::Generated { .. } => None,
        }
    }

    /// The number, or its lower bound.
    pub fn at_least(self) -> u64 {
        match self {
            Count::Known(number) => number,
            Count::Generated { at_least } => at_least,
        }
    }
}

/// One `*STEP`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `NAME=`; may be empty.
    pub name: String,
    /// `STATIC`, `DYNAMIC, EXPLICIT`, `STATIC, RIKS` …; empty where the step has none.
    pub procedure: String,
    /// The second number of the procedure's data line as written, 1 where it is left out; `None` where the procedure has
    /// no times, or where a parameter hides the number.
    pub period: Option<f64>,
    /// Whether the step advances analysis time by its period; Riks and perturbation steps do not.
    pub advances_time: bool,
    /// Smallest increment, where given.
    pub min_increment: Option<f64>,
    /// First increment, where given.
    pub initial_increment: Option<f64>,
    /// `NLGEOM` of the step; `None` where absent, which is not *no*: a later step inherits *yes*.
    pub nlgeom: Option<bool>,
    /// `*END STEP` was seen. CalculiX solves a step there, and leaves out a last one that lacks it.
    pub ended: bool,
    /// The included file the step is in; `None` for the deck itself.
    pub file: Option<String>,
    /// Line of `*STEP`, from 1.
    pub line: u64,
}

/// What a needed file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncludeKind {
    /// Part of the deck, to be sent with it (`*INCLUDE`, `INPUT=`).
    Text,
    /// Another run's results, often named without ending (`FILE=`).
    Results,
}

/// A file that the deck needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Include {
    /// As the deck names it, without quotes.
    pub name: String,
    /// Line of the keyword, from 1.
    pub line: u64,
    /// The keyword, upper case, without the asterisk.
    pub keyword: String,
    /// What it is.
    pub kind: IncludeKind,
    /// The included file that names it; `None` for the deck itself.
    pub file: Option<String>,
    /// Whether it was found; `None` where nobody looked, as for result files.
    pub present: Option<bool>,
    /// Up to three lines around the keyword with their numbers.
    pub context: Vec<(u64, String)>,
}

/// One `*INSTANCE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its name; may be empty.
    pub name: String,
    /// Name of its part; may be empty.
    pub part: String,
}

/// How the deck's letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// No byte above 127.
    Ascii,
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// Windows' Japanese code page: not UTF-8, and every byte has a meaning in it.
    Cp932,
    /// None of these.
    Unknown,
}

impl Encoding {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Ascii => "ascii",
            Encoding::Utf8 => "utf-8",
            Encoding::Utf8Bom => "utf-8-bom",
            Encoding::Cp932 => "cp932",
            Encoding::Unknown => "unknown",
        }
    }
}

/// How the deck's lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnding {
    /// `\n`, or no line end at all.
    Lf,
    /// `\r\n`.
    Crlf,
    /// Both.
    Mixed,
}

impl LineEnding {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            LineEnding::Lf => "LF",
            LineEnding::Crlf => "CRLF",
            LineEnding::Mixed => "mixed",
        }
    }
}

/// What a deck holds, the included files that were at hand counted in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deck {
    /// Node labels, each once per scope (part, instance, assembly, the deck itself).
    pub nodes: Count,
    /// Element labels, likewise.
    pub elements: Count,
    /// Elements that the deck's lines name, by type (upper case), in order of appearance.
    pub elements_by_type: Vec<(String, u64)>,
    /// Largest node label in any scope, of those counted.
    pub highest_node: Option<u64>,
    /// Largest element label in any scope, likewise.
    pub highest_element: Option<u64>,
    /// Nodes of the assembled model: each instance brings its part's again. A lower bound where `nodes` is one.
    pub assembled_nodes: u64,
    /// Elements of the assembled model, likewise.
    pub assembled_elements: u64,
    /// Names of the parts.
    pub parts: Vec<String>,
    /// The instances.
    pub instances: Vec<Instance>,
    /// Different node sets by name and scope.
    pub node_sets: u64,
    /// Different element sets by name and scope.
    pub element_sets: u64,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// The files the deck needs, in order.
    pub includes: Vec<Include>,
    /// Names of the materials.
    pub materials: Vec<String>,
    /// Output requests, each once: `FIELD`, `HISTORY`, `NODE FILE`, `EL PRINT` …
    pub outputs: Vec<String>,
    /// Whether something is written to restart from; `FREQUENCY=0` is not.
    pub restart_write: bool,
    /// Whether the run restarts from an earlier one.
    pub restart_read: bool,
    /// User subroutines that the deck calls for: `UMAT/VUMAT`, `UEL` …
    pub subroutine_hints: Vec<String>,
    /// Keywords whose effect on the counts is not known here, each once.
    pub generated_by: Vec<String>,
    /// Encoding of the deck itself.
    pub encoding: Encoding,
    /// Line ends of the deck itself.
    pub line_ending: LineEnding,
    /// Bytes of the deck itself.
    pub bytes: u64,
    /// Lines of the deck itself.
    pub lines: u64,
    /// What is wrong or odd: errors first.
    pub findings: Vec<Finding>,
}

/// Opens a file that a deck needs, by the name the deck gives it; `None` where it is not there. It is read in slices:
/// an included mesh may be as large as a deck.
/// `Sync`, so that a reader may wait for an upload's next bytes on another thread.
pub type Files<'a> = dyn Fn(&str) -> Option<Box<dyn Read + 'a>> + Sync + 'a;

/// Reads a deck without looking for the files it needs.
pub fn read(bytes: &[u8]) -> Deck {
    let mut scanner = Scanner::new();
    scanner.feed(bytes);
    scanner.finish()
}

/// Reads a deck and, in their places, the files it includes, several levels deep.
pub fn read_with<'f>(bytes: &[u8], files: &'f Files<'f>) -> Deck {
    let mut scanner = Scanner::with_files(files);
    scanner.feed(bytes);
    scanner.finish()
}

impl Deck {
    /// The steps as progress needs them: without a last `*STEP` that has neither procedure nor end.
    pub fn shapes(&self) -> Vec<StepShape> {
        self.steps
            .iter()
            .filter(|step| step.ended || !step.procedure.is_empty())
            .map(|step| StepShape {
                name: step.name.clone(),
                procedure: step.procedure.clone(),
                period: step.period.filter(|period| step.advances_time && *period > 0.0),
                min_increment: step.min_increment,
            })
            .collect()
    }

    /// Whether this solver cannot run it.
    pub fn is_refused(&self, solver: Solver) -> bool {
        self.findings.iter().any(|finding| finding.kind.blocks(solver))
    }

    /// Why the file is no deck at all, where it is none.
    pub fn not_a_deck(&self) -> Option<NotDeck> {
        self.findings.iter().find_map(|finding| match finding.kind {
            FindingKind::NotADeck { why } => Some(why),
            _ => None,
        })
    }
}

/// `./a\b` as `a/b`.
fn plain(name: &str) -> String {
    let name = name.replace('\\', "/");
    let mut rest = name.as_str();
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter;
    }
    rest.to_owned()
}

/// The names under which a needed file may be found: as written, and as Abaqus completes it.
fn candidates(name: &str) -> Vec<String> {
    let name = plain(name);
    let last = name.rsplit('/').next().unwrap_or(&name);
    if last.contains('.') {
        vec![name]
    } else {
        let with_ending = format!("{name}.inp");
        vec![name, with_ending]
    }
}

/// The name as CalculiX reads it: it drops blanks, even quoted ones.
fn without_blanks(name: &str) -> String {
    name.split_ascii_whitespace().collect()
}

/// Whether CalculiX, too, finds the file `found` that a deck means by `name`.
fn found_by_calculix(name: &str, found: &str) -> bool {
    let name = without_blanks(name);
    !name.contains('\\') && plain(&name) == found
}

/// Whether the name leads out of the run's folder: it is an absolute path, or has a part `..`.
fn is_outside(name: &str) -> bool {
    let name = without_blanks(name);
    let bytes = name.as_bytes();
    let is_absolute = matches!(bytes.first(), Some(b'/' | b'\\'))
        || (bytes.len() > 1 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic());
    is_absolute || name.split(['/', '\\']).any(|part| part == "..")
}
