//! What a message file tells beside its messages and its iterations.

use serde::{Deserialize, Serialize};

/// The last increment that was solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Increment {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1.
    pub increment: u32,
    /// Its size in time.
    pub size: Option<f64>,
    /// How much of the step is done, 0 to 1.
    pub fraction: Option<f64>,
    /// Time within the step.
    pub step_time: Option<f64>,
    /// Time of the whole run.
    pub total_time: Option<f64>,
    /// Riks: load proportionality factor.
    pub load_factor: Option<f64>,
    /// Riks: length along the path.
    pub arc_length: Option<f64>,
}

/// The newest attempt; it may have ended in the meantime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1.
    pub increment: u32,
    /// Attempt at that increment, from 1.
    pub attempt: u32,
    /// Iterations of that attempt so far, of all kinds.
    pub iterations: u32,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutback {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1.
    pub increment: u32,
    /// The attempt that failed, from 1.
    pub attempt: u32,
    /// The last note of that attempt and its line.
    pub reason: Option<String>,
    /// Where the reason stands.
    pub line: Option<u64>,
}

/// `ANALYSIS SUMMARY`, as Abaqus counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Increments, the failed last one too.
    pub increments: Option<u64>,
    /// Attempts that failed.
    pub cutbacks: Option<u64>,
    /// Iterations of all kinds.
    pub iterations: Option<u64>,
    /// Warnings about the deck; they are in the `.dat`.
    pub input_warnings: Option<u64>,
    /// Warnings of the analysis.
    pub warnings: Option<u64>,
    /// Errors; may differ from the lines, both ways.
    pub errors: Option<u64>,
}

/// A search for eigenvalues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eigenvalues {
    /// Wanted.
    pub wanted: Option<u64>,
    /// Iterations so far.
    pub iterations: u64,
    /// Found so far.
    pub converged: u64,
}
