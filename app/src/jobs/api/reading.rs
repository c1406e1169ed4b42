//! What crosses the wire of what a run writes: increments, and parts of text files.

use serde::{Deserialize, Serialize};

/// The convergence of one run, from the solver's own files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// One row per attempt.
    pub attempts: Vec<AttemptView>,
    /// One row per iteration of the last attempts, at most 400.
    pub iterations: Vec<IterationView>,
    /// Force residual in percent below which an iteration counts as converged, where the solver has one.
    pub tolerance: Option<f64>,
    /// Attempts left out at the beginning so that at most 4,000 are sent.
    pub left_out: u64,
}

/// One attempt at an increment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptView {
    /// From 1.
    pub step: u32,
    /// Within the step.
    pub increment: u32,
    /// At this increment.
    pub attempt: u32,
    /// `false` is a cutback.
    pub converged: bool,
    /// Of the equation solver.
    pub iterations: u32,
    /// Time within the step after it.
    pub step_time: f64,
    /// What was tried: time, in a Riks step load factor.
    pub size: f64,
    /// In a Riks step, which has no time: the load factor reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lpf: Option<f64>,
}

/// One iteration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IterationView {
    /// From 1.
    pub step: u32,
    /// Within the step.
    pub increment: u32,
    /// At this increment.
    pub attempt: u32,
    /// Within the attempt.
    pub iteration: u32,
    /// Force residual in percent of the average force.
    pub residual: f64,
    /// Displacement correction in percent.
    pub correction: f64,
}

/// Which part of a text file is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "part")]
pub enum LogAsk {
    /// The last lines.
    Tail {
        /// How many.
        lines: u32,
    },
    /// What was added after this byte (the `end` of an earlier answer).
    After {
        /// Byte.
        byte: u64,
        /// The number of the first line there.
        line: u64,
    },
    /// Lines around one.
    Around {
        /// From 1.
        line: u64,
        /// How many in all.
        lines: u32,
    },
    /// The lines that hold a text: their numbers (at most 1,000) and how many there are.
    Search {
        /// What, without regard to case.
        text: String,
    },
}

/// A part of a text file, decoded (UTF-8, else CP932).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogPart {
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// The lines, without their ends.
    pub lines: Vec<String>,
    /// Byte after the last whole line given.
    pub end: u64,
    /// Bytes of the file now.
    pub size: u64,
    /// Lines of the whole file, where they were counted.
    pub total_lines: Option<u64>,
    /// For a search: the lines that hold the text.
    pub hits: Vec<u64>,
    /// For a search: how many there are in all.
    pub hit_count: u64,
}
