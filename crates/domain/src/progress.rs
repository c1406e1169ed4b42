//! How far a run is, as far as its own files say.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One step of the deck, as its progress bar needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepShape {
    /// From the deck; may be empty.
    pub name: String,
    /// `STATIC`, `DYNAMIC`, `FREQUENCY`, … upper case, without the asterisk.
    pub procedure: String,
    /// Seconds of analysis time; `None` where the procedure advances no time (frequency, buckle, Riks …).
    pub period: Option<f64>,
    /// Smallest increment allowed, where the deck says.
    pub min_increment: Option<f64>,
}

/// What is known of a running job's advance. Numbers come from the solver's own files, never from the clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// 0 to 1 over the whole deck; `None` where it cannot be known, and then no percent is shown.
    pub share: Option<f64>,
    /// Weight of each step in the bar (all 1 where steps have no time); sums to anything.
    pub segments: Vec<f64>,
    /// Name of the step under way; may be empty.
    pub step_name: String,
    /// Step under way, from 1.
    pub step: u32,
    /// Steps in the deck.
    pub steps: u32,
    /// Increment within the step.
    pub increment: u32,
    /// Attempt at that increment.
    pub attempt: u32,
    /// Iteration of that attempt; 0 where nothing tells.
    #[serde(default)]
    pub iteration: u32,
    /// Attempts that did not converge, over the whole run.
    pub cutbacks: u32,
    /// Analysis time since the run's beginning.
    pub total_time: f64,
    /// Analysis time within the step.
    pub step_time: f64,
    /// Size of the last increment.
    pub increment_size: f64,
    /// Estimated wall seconds to the end; `None` while increments are not steady.
    pub seconds_left: Option<u64>,
    /// Sizes of the last increments, oldest first, at most 32: the small plot of the list.
    pub recent: Vec<RecentIncrement>,
    /// Set when something should worry its owner. It only warns.
    pub trouble: Option<Trouble>,
    /// When the status file last grew, by the server's clock.
    pub last_growth: Option<Timestamp>,
    /// Set while the run waits at the licence server: nothing is computed, and that is no trouble.
    #[serde(default)]
    pub license_queue: Option<LicenseQueue>,
}

/// A wait at the licence server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseQueue {
    /// Seconds so far, as the solver said last; it says so about every 30.
    pub seconds: u64,
}

/// One row of the status file, for the small plot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecentIncrement {
    /// Increment size tried.
    pub size: f64,
    /// Whether it converged; `false` is a cutback.
    pub converged: bool,
}

/// A running job that may not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// What it is.
    pub kind: TroubleKind,
    /// Since when.
    pub since: Timestamp,
    /// The numbers in words, in English, for the API; screens make their own from `kind`.
    pub text: String,
}

/// What can be wrong while a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum TroubleKind {
    /// Several cutbacks within few minutes.
    Cutbacks {
        /// How many.
        count: u32,
        /// Within how many minutes.
        minutes: u32,
    },
    /// The increment is near the smallest one allowed.
    NearMinimum,
    /// The status file has not grown for long.
    NoGrowth {
        /// For how many minutes.
        minutes: u32,
    },
}
