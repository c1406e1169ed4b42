//! The whole life of a run, without any I/O: `step(life, event, now) -> (life, effects)`.

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
    /// The node said it is alive.
    Alive,
    /// Ended on the node; results are to be collected.
    Ended,
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
    /// The node answered about the run.
    Report(RunReport),
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
    /// The gate is open and the run's folder there: the launch never arrived.
    NotStarted,
    /// Alive.
    Alive,
    /// Ended.
    Ended(RunEnd),
}

/// What is to be done next. Each may be done again without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The next life and what is to be done.
///
/// # Errors
/// [`Illegal`] when the event does not fit; the life is unchanged then.
pub fn step(life: &Life, event: &LifeEvent, now: Timestamp, rules: LifeRules) -> Result<(Life, Vec<Effect>), Illegal> {
    let _ = (event, now, rules);
    Err(Illegal { status: life.status })
}

/// What is to be done for a job that was found in this state at the server's start: the same as `step` asked last.
pub fn resume(life: &Life) -> Vec<Effect> {
    let _ = life;
    Vec::new()
}
