//! What is kept of a job beside its summary: its files, its results, and what happened to it.

use domain::lifecycle::{LifeEvent, RunEnd, RunReport};
use domain::{
    Fault, FileName, JobId, JobName, JobStatus, JobSummary, NodeId, Priority, RunOptions, RunToken, StepShape,
    Timestamp, UploadId, UserId, Verdict,
};
use serde::{Deserialize, Serialize};

/// One file a job needs; its bytes are in the upload folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFile {
    /// Under which number it was sent.
    pub upload: UploadId,
    /// The name it has on the node.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Relative to the upload folder.
    pub path: String,
}

/// One file a run left, fetched or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFile {
    /// Its name in the job's result folder.
    pub name: FileName,
    /// Bytes, as the node said.
    pub size: u64,
    /// SHA-256, 64 lower-case hexadecimal digits, once it is known.
    pub sha256: Option<String>,
    /// It is here, whole and checked.
    pub fetched: bool,
    /// Why not, where it is not.
    pub error: Option<String>,
}

/// One line of a job's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Where the job stood afterwards.
    pub status: JobStatus,
    /// What the person is called who did it; `None` for the system.
    pub actor: Option<String>,
    /// What happened.
    pub what: HistoryFact,
}

/// What happened to a job: a message key with its numbers; screens and API make the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum HistoryFact {
    /// Submitted, perhaps made from another job.
    Submitted {
        /// The job it was made from by resubmitting.
        parent: Option<JobId>,
    },
    /// A person keeps it from starting.
    Held,
    /// A person lets it start again.
    Released,
    /// A person changed its place in the queue.
    PriorityChanged {
        /// Before.
        from: Priority,
        /// After.
        to: Priority,
    },
    /// A person wants it ended.
    CancelAsked,
    /// A person keeps it and its results from the clean-up.
    Pinned,
    /// A person leaves it to the clean-up again.
    Unpinned,
    /// The clean-up took its results away.
    ResultsRemoved,
    /// It got a node.
    Claimed {
        /// Where.
        node: NodeId,
        /// The run's name there.
        token: RunToken,
    },
    /// All files are on the node, checked.
    Staged,
    /// Staging failed, or the node was lost before the launch was sent.
    StageFailed {
        /// What went wrong, where that is known.
        fault: Option<Fault>,
    },
    /// It cannot go on yet, and is tried again.
    Hindered {
        /// By what.
        fault: Fault,
    },
    /// The node launched it.
    Launched,
    /// The launch's answer was lost.
    LaunchLost,
    /// The node answered that it could not launch it.
    LaunchRefused {
        /// What went wrong, where that is known.
        fault: Option<Fault>,
    },
    /// The node says the launch never arrived.
    NotStarted,
    /// The node says it is alive.
    Alive,
    /// It ended on the node.
    Ended {
        /// How.
        end: RunEnd,
    },
    /// Our stop was verified.
    Stopped,
    /// The results are here and were judged.
    Collected {
        /// Files fetched.
        files: u32,
        /// Their bytes.
        bytes: u64,
    },
}

/// The plain fact; what the event does not carry (a reason, how much was collected) is empty and for the caller to say.
impl From<&LifeEvent> for HistoryFact {
    fn from(event: &LifeEvent) -> HistoryFact {
        match event {
            LifeEvent::Claimed { node, token } => HistoryFact::Claimed { node: node.clone(), token: token.clone() },
            LifeEvent::Staged => HistoryFact::Staged,
            LifeEvent::StageFault => HistoryFact::StageFailed { fault: None },
            LifeEvent::Launched { .. } => HistoryFact::Launched,
            LifeEvent::LaunchLost => HistoryFact::LaunchLost,
            LifeEvent::LaunchRefused => HistoryFact::LaunchRefused { fault: None },
            LifeEvent::Report { report: RunReport::NotStarted, .. } => HistoryFact::NotStarted,
            LifeEvent::Report { report: RunReport::Alive, .. } => HistoryFact::Alive,
            LifeEvent::Report { report: RunReport::Ended(end), .. } => HistoryFact::Ended { end: end.clone() },
            LifeEvent::Collected { .. } => HistoryFact::Collected { files: 0, bytes: 0 },
            LifeEvent::Stopped => HistoryFact::Stopped,
            LifeEvent::CancelAsked { .. } => HistoryFact::CancelAsked,
            LifeEvent::HoldAsked => HistoryFact::Held,
            LifeEvent::ReleaseAsked => HistoryFact::Released,
        }
    }
}

/// A file that a person sent, before its row is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    /// Made by the receiver of the bytes.
    pub id: UploadId,
    /// The name it was sent under.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Relative to the upload folder.
    pub path: String,
    /// Who sent it.
    pub user: UserId,
}

/// A file that a person sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// The name it was sent under.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Relative to the upload folder.
    pub path: String,
    /// Who sent it.
    pub user: UserId,
    /// When its row was written.
    pub created_at: Timestamp,
}

/// A job of the same lineage.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
    /// Where it stands.
    pub status: JobStatus,
    /// Submitted.
    pub created_at: Timestamp,
    /// How it ended, once it has.
    pub verdict: Option<Verdict>,
}

/// Everything about one job that its page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct JobDetail {
    /// As in the list.
    pub summary: JobSummary,
    /// Steps of the deck.
    pub steps: Vec<StepShape>,
    /// What else was asked of Abaqus.
    pub options: RunOptions,
    /// The job's files, the deck first.
    pub inputs: Vec<JobFile>,
    /// What the run left, by name.
    pub results: Vec<ResultFile>,
    /// Oldest first.
    pub history: Vec<HistoryEntry>,
    /// The run's folder on its node, once a node was claimed.
    pub execution_path: Option<String>,
    /// The folder of its results, relative to the result folder.
    pub result_path: Option<String>,
    /// Somebody keeps it and its results from the clean-up.
    pub pinned: bool,
    /// When the clean-up took its results away.
    pub results_removed_at: Option<Timestamp>,
    /// Ancestors and descendants by resubmission, oldest first, this one included.
    pub lineage: Vec<Kin>,
}

/// What is left to be removed from the disk after a job's row is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedJob {
    /// Its name.
    pub name: JobName,
    /// Relative to the result folder.
    pub result_path: Option<String>,
    /// Uploaded files that no other job needs; their rows are gone too. Relative to the upload folder.
    pub uploads: Vec<String>,
}
