//! How a run ended, and what says so.

use serde::{Deserialize, Serialize};

/// How the solver's process ended, as the node's runner saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitStatus {
    /// It returned this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// Nobody saw it end.
    Unknown,
}

/// The line of a file that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The file's name.
    pub file: String,
    /// Its line, from 1; `None` where the line cannot be told (a file read in pieces).
    pub line: Option<u64>,
    /// The line itself, trimmed.
    pub text: String,
}

/// Why a run ended as it did: a message key with its numbers; screens and API make the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Cause {
    /// The solver's own end lines say completed.
    Completed,
    /// The solver names an error in its input; the evidence has the line.
    InputError,
    /// A file the deck includes is missing on the node.
    MissingFile,
    /// The increments shrank to nothing or the iteration diverged.
    Diverged,
    /// No licence was got: denied, or waited for too long.
    NoLicense,
    /// A user subroutine could not be compiled or linked.
    SubroutineError,
    /// The lock of an earlier run lies in the folder.
    LockFile,
    /// Some other error line of the solver.
    SolverError,
    /// A signal that nobody here sent ended the solver.
    Killed {
        /// Its number.
        signal: i32,
    },
    /// It ended without the lines that mean success.
    NoEndLine {
        /// The exit code, where there is one.
        code: Option<i32>,
    },
    /// The solver's program could not be started on the node.
    CannotStart,
    /// A person ended it.
    Cancelled,
    /// The node was restarted under it.
    NodeRebooted,
    /// Its process vanished without leaving how it ended.
    ProcessGone,
    /// Its folder on the node is gone.
    FolderGone,
    /// The infrastructure failed too often before the solver could start.
    Infrastructure {
        /// Tries made.
        tries: u32,
    },
}

/// Something beside the verdict that a careful person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Remark {
    /// End lines say completed, the exit code says otherwise.
    ExitDisagrees {
        /// How the process ended.
        exit: ExitStatus,
    },
    /// The end lines of two files disagree; the run counts as not completed.
    EndLinesDisagree,
    /// End lines or the lack of them say failed, the exit code says 0.
    ExitZeroButFailed,
    /// Some result files could not be fetched.
    FilesNotFetched {
        /// How many.
        count: u32,
    },
    /// The solver could not read some lines of the deck and went on without them: perhaps another model was solved.
    LinesSkipped {
        /// How often.
        count: u32,
    },
    /// The licence server's numbers beside its refusal.
    LicenseDenied {
        /// Tokens asked for.
        requested: u64,
        /// All there are.
        total: u64,
        /// Taken at that moment.
        in_use: u64,
        /// Left by what it reserves and limits, as it says.
        available: u64,
    },
    /// The run had ended by itself before the wish to end it arrived.
    EndedBeforeCancel,
}

/// The end of a run with its evidence. The job's final status follows from `cause`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Why.
    pub cause: Cause,
    /// Which line of which file decided, where one did.
    pub evidence: Option<Evidence>,
    /// How the process ended.
    pub exit: ExitStatus,
    /// What else should be known.
    pub remarks: Vec<Remark>,
}

impl Verdict {
    /// The status a job with this verdict ends in.
    pub fn status(&self) -> crate::JobStatus {
        use crate::JobStatus;
        match self.cause {
            Cause::Completed => JobStatus::Completed,
            Cause::Cancelled => JobStatus::Cancelled,
            Cause::NodeRebooted | Cause::ProcessGone | Cause::FolderGone => JobStatus::Missing,
            Cause::InputError
            | Cause::MissingFile
            | Cause::Diverged
            | Cause::NoLicense
            | Cause::SubroutineError
            | Cause::LockFile
            | Cause::SolverError
            | Cause::Killed { .. }
            | Cause::NoEndLine { .. }
            | Cause::CannotStart
            | Cause::Infrastructure { .. } => JobStatus::Failed,
        }
    }
}
