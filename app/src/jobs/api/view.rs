//! What crosses the wire for a job's own page.

use super::Explained;
use domain::options::RunOptions;
use domain::{Fault, JobId, JobName, JobStatus, JobSummary, NodeId, Priority, StepShape, Timestamp, UploadId, Verdict};
use serde::{Deserialize, Serialize};

/// Everything the job's own page shows beside live tails and plots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    /// As in the list.
    pub summary: JobSummary,
    /// Steps of the deck.
    pub steps: Vec<StepShape>,
    /// What else was asked of Abaqus.
    pub options: RunOptions,
    /// Files sent by the submitter; the deck first.
    pub inputs: Vec<FileView>,
    /// Files of the run: partial while it runs, checked after.
    pub results: Vec<FileView>,
    /// Oldest first.
    pub history: Vec<HistoryView>,
    /// Ancestors and descendants by resubmission, oldest first, this one included.
    pub lineage: Vec<LineageView>,
    /// What is known about why it failed.
    #[serde(default)]
    pub explained: Option<Explained>,
    /// Whether the viewer may cancel, hold, and so on.
    pub may_change: bool,
    /// How long it is kept.
    pub keeping: Keeping,
}

/// How long a job and its results are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "keeping")]
pub enum Keeping {
    /// Until somebody says otherwise, or nothing has been said of it: it has not ended, or nothing is cleaned up.
    Open,
    /// Somebody keeps it.
    Kept,
    /// Its results go.
    ResultsGo {
        /// At the next clean-up from then on.
        at: Timestamp,
    },
    /// It goes with all its files.
    JobGoes {
        /// At the next clean-up from then on.
        at: Timestamp,
        /// Whether results go with it.
        with_results: bool,
    },
    /// Its results went, and it stays.
    ResultsWent {
        /// When.
        at: Timestamp,
    },
}

/// One file of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Bytes on the server now.
    pub size: u64,
    /// Whole and checked; `false` while it is still growing.
    pub complete: bool,
    /// Text that can be read in the page.
    pub readable: bool,
    /// Why it could not be fetched.
    pub error: Option<String>,
    /// Of an input: what the form names it by when the job is submitted again.
    #[serde(default)]
    pub upload: Option<UploadId>,
}

impl FileView {
    /// Whether there is anything of it on the server; what could not be fetched whole may be here in part.
    pub fn is_here(&self) -> bool {
        self.complete || self.size > 0 || self.error.is_none()
    }
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    /// When.
    pub at: Timestamp,
    /// What it became.
    pub status: JobStatus,
    /// Who did it; `None` is the product itself.
    pub actor: Option<String>,
    /// More, as a fact that pages put into words.
    pub fact: Option<HistoryFact>,
}

/// What a line of the history can add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum HistoryFact {
    /// A node was claimed.
    Claimed {
        /// Which.
        node: NodeId,
    },
    /// The launch arrived.
    Launched,
    /// An infrastructure fault kept it from starting; it is tried again, or has failed after too many tries.
    SentBack {
        /// The fault, where it is known.
        fault: Option<Fault>,
    },
    /// It cannot go on yet; it is tried again by itself.
    Hindered {
        /// By what.
        fault: Fault,
    },
    /// The run ended on the node.
    RunEnded,
    /// Results are here.
    Collected {
        /// Files fetched.
        files: u32,
        /// Their bytes.
        bytes: u64,
    },
    /// Somebody asked for its end.
    CancelAsked,
    /// Somebody keeps it from the clean-up.
    Kept,
    /// It is left to the clean-up again.
    NotKept,
    /// The clean-up took its results away.
    ResultsRemoved,
    /// Priority changed.
    Priority {
        /// Before.
        from: Priority,
        /// After.
        to: Priority,
    },
}

/// A job of the same lineage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineageView {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
    /// Where it stands.
    pub status: JobStatus,
    /// Submitted.
    pub created_at: Timestamp,
    /// How it ended.
    pub verdict: Option<Verdict>,
}
