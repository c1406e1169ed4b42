//! The whole life of a run, without any I/O: `step(life, event, now) -> (life, effects)`.
//!
//! How a caller stays safe, whatever crashes when:
//! - the next life is stored (compare-and-set on the one `step` was given) *before* an effect is carried out;
//! - a [`LifeEvent::Report`] is judged against the life as it was *when the question was asked*; when the job has
//!   changed since, the compare-and-set fails and the stale answer is dropped: the next poll tells again;
//! - `Staged`, `StageFault`, `Launched`, `LaunchLost`, `LaunchRefused` and `Stopped` are about one run: when
//!   [`Life::has_run`] no longer knows that token, they are dropped too;
//! - at most one effect of a kind is under way per job; what a report asks for while it is under way is already done;
//! - after a restart [`resume`] says what to do, and the next poll the rest.

mod judge;
mod step;
#[cfg(test)]
mod tests;

pub use judge::judge;
pub use step::{resume, step};

use crate::verdict::ExitStatus;
use crate::{JobStatus, NodeId, RunToken, Timestamp, UserId, Verdict};
use serde::{Deserialize, Serialize};

/// What is stored of a job's life; everything `step` needs and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Where the job stands.
    pub status: JobStatus,
    /// A person's wish to end it, until it has ended.
    pub cancel: Option<CancelWish>,
    /// Starts that failed for reasons of the infrastructure.
    pub tries: u32,
    /// Not to be started before this moment.
    pub not_before: Option<Timestamp>,
    /// The run under way; `None` while waiting and when no run was ever made.
    pub run: Option<Run>,
    /// How it ended, once it has.
    pub verdict: Option<Verdict>,
}

impl Life {
    /// A job just submitted.
    pub fn waiting() -> Life {
        Life { status: JobStatus::Waiting, cancel: None, tries: 0, not_before: None, run: None, verdict: None }
    }

    /// Whether the run under way is this one. An answer about any other is stale.
    pub fn has_run(&self, token: &RunToken) -> bool {
        self.run.as_ref().is_some_and(|run| &run.token == token)
    }

    /// How far its run is, where there is one.
    pub fn stage(&self) -> Option<RunStage> {
        self.run.as_ref().map(|run| run.stage)
    }
}

/// Who wants it ended, since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelWish {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// One attempt on one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its name on the node, stored before the launch is sent.
    pub token: RunToken,
    /// Where.
    pub node: NodeId,
    /// How far.
    pub stage: RunStage,
    /// The node's boot id at the launch; another one later means the node was restarted under the run.
    pub boot: Option<String>,
    /// When the solver was launched, by the server's clock.
    pub launched_at: Option<Timestamp>,
    /// How the run ended, once the node has said so.
    pub end: Option<RunEnd>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStage {
    /// Claimed; files may be under way. The launch has certainly not been sent.
    Claimed,
    /// The launch may have been sent. Only the node knows whether it arrived.
    LaunchSent,
    /// The node refused the launch. Its gate is being closed, so that the job can start anew elsewhere.
    Withdrawn,
    /// The gate was closed by our stop, and nothing is alive. Whether it ever ran, the next report tells.
    Closed,
    /// The node said it is alive.
    Alive,
    /// Ended on the node; results are to be collected.
    Ended,
}

impl RunStage {
    /// All six, in the order of a run's life.
    pub const ALL: [RunStage; 6] = [
        RunStage::Claimed,
        RunStage::LaunchSent,
        RunStage::Withdrawn,
        RunStage::Closed,
        RunStage::Alive,
        RunStage::Ended,
    ];

    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            RunStage::Claimed => "claimed",
            RunStage::LaunchSent => "launch_sent",
            RunStage::Withdrawn => "withdrawn",
            RunStage::Closed => "closed",
            RunStage::Alive => "alive",
            RunStage::Ended => "ended",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<RunStage> {
        RunStage::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

/// How a run ended on its node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum RunEnd {
    /// The process ended and the runner saw how.
    Exited {
        /// Code or signal.
        exit: ExitStatus,
        /// Our own stop ended it.
        stopped: bool,
    },
    /// The solver's program could not be started.
    CannotStart {
        /// The system's words.
        reason: String,
    },
    /// Another boot id.
    Rebooted,
    /// Neither process nor exit record.
    ProcessGone,
    /// The run's folder is gone.
    FolderGone,
}

/// What can happen to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LifeEvent {
    /// The plan gave it a node; the token is new.
    Claimed {
        /// Where.
        node: NodeId,
        /// The run's name.
        token: RunToken,
    },
    /// All files are on the node, checked.
    Staged,
    /// Staging failed, or the node was lost before the launch was sent.
    StageFault,
    /// The node has the run: it was launched now, or had been already.
    Launched {
        /// The node's boot id.
        boot: String,
    },
    /// The launch's answer was lost. Nothing is known.
    LaunchLost,
    /// The node answered that it could not launch the run (disk full, a file missing). An earlier launch of the same
    /// run may still be on its way.
    LaunchRefused,
    /// The node answered about the run.
    Report {
        /// The node's boot id at the answer.
        boot: String,
        /// What it says.
        report: RunReport,
    },
    /// The results are here (or what there was of them), and this is what they say.
    Collected {
        /// From the solver's files and the exit.
        verdict: Verdict,
    },
    /// The stop was verified: nothing of the run is alive, and it cannot be launched any more.
    Stopped,
    /// A person wants it ended.
    CancelAsked {
        /// Who.
        by: UserId,
    },
    /// A person wants it kept from starting.
    HoldAsked,
    /// A person lets it start again.
    ReleaseAsked,
}

/// What the node says about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunReport {
    /// The run's folder is there and nothing was ever launched in it: the gate is open, or our stop closed it first
    /// (a node may report that also as ended, stopped, with an unknown exit).
    NotStarted,
    /// Alive.
    Alive,
    /// Ended.
    Ended(RunEnd),
}

/// What is to be done next. Each may be done again without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Send the files.
    Stage,
    /// Send the launch.
    Launch,
    /// End the run on the node, close its gate, and verify.
    Stop,
    /// Fetch the results and judge them.
    Collect,
}

/// Numbers from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeRules {
    /// Infrastructure faults before a job fails (3).
    pub max_tries: u32,
    /// Pause after the first fault in seconds; doubles with each.
    pub first_pause: u64,
}

/// The event does not fit the state: a stale message, a lost race, or a mistake of the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {status} cannot take this event")]
pub struct Illegal {
    /// Where it stands.
    pub status: JobStatus,
}
