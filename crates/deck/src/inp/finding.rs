//! What is wrong or odd about a deck, as message keys with their numbers.

use domain::Solver;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether the deck can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot: the deck is not accepted.
    Error,
    /// It can; the owner should look. Never blocks.
    Warning,
}

/// Why a file is no deck at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotDeck {
    /// Nothing but blanks.
    Empty,
    /// Bytes that no text has.
    Binary,
    /// A git-LFS pointer: the real file was never fetched.
    LfsPointer,
    /// A script (`#!`).
    Script,
    /// No line is a keyword that a solver knows: a data fragment, another program's file, or comments alone.
    NoKeyword,
}

/// One kind of finding with its names and numbers; screens and API make the sentence, `Display` the English one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum FindingKind {
    /// The file is no deck.
    NotADeck {
        /// Why.
        why: NotDeck,
    },
    /// No `*STEP`.
    NoStep,
    /// No element, and nothing that could bring any.
    NoElements,
    /// A file the deck needs was looked for and is not there.
    MissingInclude {
        /// As the deck names it.
        name: String,
        /// The keyword that needs it.
        keyword: String,
    },
    /// A file that includes itself, directly or through others.
    IncludeCycle {
        /// As the deck names it.
        name: String,
    },
    /// Files included deeper, or more of them, than is read here. Nobody knows what those name, so it blocks.
    IncludeTooDeep {
        /// The first that was not read.
        name: String,
    },
    /// An included file that is no text.
    IncludeNotText {
        /// As the deck names it.
        name: String,
        /// What it is.
        why: NotDeck,
    },
    /// A file named by an absolute path or by one with `..`: a run reads its own folder only.
    OutsideFolder {
        /// As the deck names it.
        name: String,
        /// The keyword that needs it.
        keyword: String,
    },
    /// An included file that Abaqus finds and CalculiX does not: it adds no `.inp`, takes blanks out of the name, and
    /// knows no `\`. Blocks a run of CalculiX.
    OnlyAbaqusFinds {
        /// As the deck names it.
        name: String,
        /// The file that is there.
        found: String,
    },
    /// A line that CalculiX cuts in two: what follows is a line of its own for it, perhaps a keyword. Blocks a run of
    /// CalculiX.
    LongLine,
    /// The deck needs another run's result file (`*IMPERFECTION, FILE=`).
    NeedsResultFile {
        /// As the deck names it.
        name: String,
        /// The keyword that needs it.
        keyword: String,
    },
    /// `*RESTART, READ`: the run needs the files of an earlier one.
    NeedsRestartFiles,
    /// Nothing writes a restart file, so a run that fails late starts from the beginning.
    NoRestartWrite,
    /// The smallest increment is not smaller than the first one: no cutback is possible.
    NoRoomForCutbacks {
        /// The step, from 1.
        step: u32,
        /// First increment.
        initial: f64,
        /// Smallest increment.
        min: f64,
    },
    /// A step without a procedure.
    StepWithoutProcedure {
        /// The step, from 1.
        step: u32,
    },
    /// A step without `*END STEP`.
    StepWithoutEnd {
        /// The step, from 1.
        step: u32,
    },
    /// More steps than are kept.
    TooManySteps {
        /// How many are kept.
        kept: u32,
    },
}

impl FindingKind {
    /// Whether a deck with it is not accepted for this solver.
    pub fn blocks(&self, solver: Solver) -> bool {
        let only_calculix = matches!(self, FindingKind::OnlyAbaqusFinds { .. } | FindingKind::LongLine);
        self.severity() == Severity::Error || (solver == Solver::Calculix && only_calculix)
    }

    /// Errors are those that the solver cannot get past.
    pub fn severity(&self) -> Severity {
        match self {
            FindingKind::NotADeck { .. }
            | FindingKind::NoStep
            | FindingKind::NoElements
            | FindingKind::MissingInclude { .. }
            | FindingKind::IncludeCycle { .. }
            | FindingKind::IncludeTooDeep { .. }
            | FindingKind::IncludeNotText { .. }
            | FindingKind::OutsideFolder { .. } => Severity::Error,
            FindingKind::OnlyAbaqusFinds { .. }
            | FindingKind::LongLine
            | FindingKind::NeedsResultFile { .. }
            | FindingKind::NeedsRestartFiles
            | FindingKind::NoRestartWrite
            | FindingKind::NoRoomForCutbacks { .. }
            | FindingKind::StepWithoutProcedure { .. }
            | FindingKind::StepWithoutEnd { .. }
            | FindingKind::TooManySteps { .. } => Severity::Warning,
        }
    }
}

impl fmt::Display for NotDeck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotDeck::Empty => "empty",
            NotDeck::Binary => "not text",
            NotDeck::LfsPointer => "a git-LFS pointer, not the file itself",
            NotDeck::Script => "a script",
            NotDeck::NoKeyword => "no line is a keyword of a deck",
        })
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FindingKind::NotADeck { why } => write!(f, "not a deck: {why}"),
            FindingKind::NoStep => f.write_str("no *STEP"),
            FindingKind::NoElements => f.write_str("no elements"),
            FindingKind::MissingInclude { name, keyword } => write!(f, "*{keyword} needs {name}, which is missing"),
            FindingKind::IncludeCycle { name } => write!(f, "{name} includes itself"),
            FindingKind::IncludeTooDeep { name } => {
                write!(f, "{name} is not read: too many includes, or too deep")
            }
            FindingKind::IncludeNotText { name, why } => write!(f, "included file {name} is no text: {why}"),
            FindingKind::OutsideFolder { name, keyword } => {
                write!(f, "*{keyword} needs {name}, which is outside the run's folder")
            }
            FindingKind::OnlyAbaqusFinds { name, found } => {
                write!(f, "{name} is found as {found} by Abaqus, and not by CalculiX")
            }
            FindingKind::LongLine => f.write_str("a line that CalculiX cuts in two: it has more than 1319 bytes"),
            FindingKind::NeedsResultFile { name, keyword } => {
                write!(f, "*{keyword} needs the result file of another run: {name}")
            }
            FindingKind::NeedsRestartFiles => f.write_str("*RESTART, READ needs the files of an earlier run"),
            FindingKind::NoRestartWrite => f.write_str("no *RESTART, WRITE: a failed run starts from the beginning"),
            FindingKind::NoRoomForCutbacks { step, initial, min } => {
                write!(f, "step {step}: the smallest increment {min} is not smaller than the first {initial}")
            }
            FindingKind::StepWithoutProcedure { step } => write!(f, "step {step} has no procedure"),
            FindingKind::StepWithoutEnd { step } => write!(f, "step {step} has no *END STEP"),
            FindingKind::TooManySteps { kept } => write!(f, "only the first {kept} steps are listed"),
        }
    }
}

/// One finding and where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it blocks.
    pub severity: Severity,
    /// What it is.
    pub kind: FindingKind,
    /// The included file it is in, as the deck names it; `None` for the deck itself.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<u64>,
    /// Up to three lines around it with their numbers.
    pub context: Vec<(u64, String)>,
}

impl Finding {
    /// A finding about the deck as a whole.
    pub(super) fn of(kind: FindingKind) -> Finding {
        Finding { severity: kind.severity(), kind, file: None, line: None, context: Vec::new() }
    }
}
