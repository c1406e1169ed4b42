//! A job's status and the one table of legal transitions.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a job stands. The words are what the database and the API hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum JobStatus {
    /// In the queue.
    Waiting,
    /// In the queue, but not to be started until somebody releases it.
    Held,
    /// Node, cores and tokens are claimed; files go to the node.
    Starting,
    /// The solver is alive or presumed alive.
    Running,
    /// The solver has ended; cores and tokens are free again; results come back.
    Collecting,
    /// Ended well, on evidence.
    Completed,
    /// Ended badly, on evidence.
    Failed,
    /// Ended by a person.
    Cancelled,
    /// The end cannot be known: the node rebooted, or its files are gone.
    Missing,
}

/// Not one of the nine words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such status")]
pub struct NoSuchStatus;

impl JobStatus {
    /// All nine, in the order of a job's life.
    pub const ALL: [JobStatus; 9] = [
        JobStatus::Waiting,
        JobStatus::Held,
        JobStatus::Starting,
        JobStatus::Running,
        JobStatus::Collecting,
        JobStatus::Completed,
        JobStatus::Failed,
        JobStatus::Cancelled,
        JobStatus::Missing,
    ];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            JobStatus::Waiting => "Waiting",
            JobStatus::Held => "Held",
            JobStatus::Starting => "Starting",
            JobStatus::Running => "Running",
            JobStatus::Collecting => "Collecting",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
            JobStatus::Cancelled => "Cancelled",
            JobStatus::Missing => "Missing",
        }
    }

    /// The table. An ended job goes nowhere.
    pub fn may_become(self, next: JobStatus) -> bool {
        use JobStatus::*;
        matches!(
            (self, next),
            (Waiting, Held | Starting | Cancelled)
                | (Held, Waiting | Cancelled)
                // back to Waiting: an infrastructure fault before the solver started
                | (Starting, Running | Collecting | Waiting | Failed | Cancelled | Missing)
                | (Running, Collecting | Missing)
                | (Collecting, Completed | Failed | Cancelled | Missing)
        )
    }

    /// Completed, Failed, Cancelled or Missing: it never changes again.
    pub fn is_ended(self) -> bool {
        matches!(self, JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Missing)
    }

    /// Starting or Running: its cores and tokens are in use.
    pub fn holds_resources(self) -> bool {
        matches!(self, JobStatus::Starting | JobStatus::Running)
    }

    /// Starting, Running or Collecting: a node is at work for it.
    pub fn is_active(self) -> bool {
        self.holds_resources() || self == JobStatus::Collecting
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobStatus {
    type Err = NoSuchStatus;

    fn from_str(text: &str) -> Result<Self, NoSuchStatus> {
        JobStatus::ALL.into_iter().find(|status| status.as_str() == text).ok_or(NoSuchStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_is_ended() {
        for from in JobStatus::ALL {
            for to in JobStatus::ALL {
                if from.is_ended() || from == to {
                    assert!(!from.may_become(to), "{from} -> {to}");
                }
            }
        }
    }

    #[test]
    fn words_are_read_back() {
        for status in JobStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("running".parse::<JobStatus>(), Err(NoSuchStatus));
    }
}
