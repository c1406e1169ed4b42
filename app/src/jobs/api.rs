//! What crosses the wire between the job pages and the server.

use crate::AppError;
use crate::lab::TabCounts;
use deck::message::{Context, DeckLine, Place, Severity};
use domain::options::{Double, Memory, MpMode, RunOptions, Scratch};
use domain::plan::Waiting;
use domain::{
    Cores, Fault, FileName, JobId, JobName, JobStatus, JobSummary, NodeId, NodeWish, Priority, Solver, StepShape,
    Timestamp, Tokens, UploadId, Verdict,
};
use serde::{Deserialize, Serialize};

/// The tabs of the list: saved filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    /// Not ended, or ended within the last day.
    #[default]
    Today,
    /// Not ended.
    Active,
    /// The viewer's own.
    Mine,
    /// Failed or missing.
    Troubled,
    /// All.
    All,
}

/// What the list shows; kept in the page's address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Saved filter.
    pub tab: Tab,
    /// Only this status.
    pub status: Option<JobStatus>,
    /// Only this owner's.
    pub user: Option<String>,
    /// Only on this node.
    pub node: Option<String>,
    /// Part of a name, an owner, or a number.
    pub search: Option<String>,
    /// `created` (newest first), `name`, `status`, `user`, `priority`; a leading `-` turns it round.
    pub sort: Option<String>,
    /// From 0.
    pub offset: u32,
    /// Rows of a page, 1 to 200; 50 unless told.
    pub limit: u32,
}

/// A page of the list: the viewer's own jobs first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListPage {
    /// Rows.
    pub jobs: Vec<JobSummary>,
    /// Rows that the filter has in all.
    pub total: u64,
    /// Numbers of the tabs.
    pub counts: TabCounts,
}

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

/// One job to be submitted, its files already sent to `/uploads`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubmitRequest {
    /// Its name.
    pub name: String,
    /// 2, 4 or 8.
    pub cpus: Cores,
    /// Where.
    pub wish: NodeWish,
    /// Order.
    pub priority: Priority,
    /// What runs it.
    pub solver: Solver,
    /// What else is asked of Abaqus.
    #[serde(default)]
    pub options: OptionsWish,
    /// The deck.
    pub deck: UploadId,
    /// The files it includes.
    pub includes: Vec<UploadId>,
    /// The job it was made from.
    pub parent: Option<JobId>,
    /// Made once per form: sending it twice makes one job.
    pub idempotency_key: String,
}

/// What a person asks of Abaqus beside CPUs; see [`domain::RunOptions`] for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OptionsWish {
    /// Accelerators beside the CPUs.
    pub gpus: u32,
    /// The most memory it may take.
    pub memory: Option<Memory>,
    /// Where temporary files go.
    pub scratch: Option<Scratch>,
    /// Precision of Abaqus/Explicit.
    pub double: Option<Double>,
    /// How the CPUs work together.
    pub mp_mode: Option<MpMode>,
    /// Check the deck only.
    pub datacheck: bool,
    /// The file with user subroutines: one of the job's files.
    pub user: Option<UploadId>,
    /// The job to go on from.
    pub oldjob: Option<JobId>,
}

impl OptionsWish {
    /// The first field that is not as it is without a choice.
    pub fn first_set(&self) -> Option<&'static str> {
        let set = [
            ("gpus", self.gpus > 0),
            ("memory", self.memory.is_some()),
            ("scratch", self.scratch.is_some()),
            ("double", self.double.is_some()),
            ("mp_mode", self.mp_mode.is_some()),
            ("datacheck", self.datacheck),
            ("user", self.user.is_some()),
            ("oldjob", self.oldjob.is_some()),
        ];
        set.into_iter().find(|(_, set)| *set).map(|(field, _)| field)
    }
}

/// A run that left what a restart reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartSource {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
}

/// What `/uploads` answers for each file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadView {
    /// For [`SubmitRequest`].
    pub id: UploadId,
    /// Its name.
    pub name: FileName,
    /// Bytes received.
    pub size: u64,
    /// Of those bytes, hexadecimal.
    pub sha256: String,
}

/// What `/uploads` answers: for a `.zip` what was in it, for any other file that file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Received {
    /// One file.
    File(UploadView),
    /// The files of a `.zip`.
    Unpacked(Unpacked),
}

impl Received {
    /// The files that are on the server now.
    pub fn into_files(self) -> Vec<UploadView> {
        match self {
            Received::File(file) => vec![file],
            Received::Unpacked(unpacked) => unpacked.files,
        }
    }
}

/// What was in a `.zip`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unpacked {
    /// The files, each an upload of its own.
    pub files: Vec<UploadView>,
    /// The names of those that were left out: archives, results, and what is empty.
    pub skipped: Vec<String>,
}

/// What the server's reader finds in an uploaded deck together with its includes: the authority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeckCheck {
    /// The same report the browser makes.
    pub report: serde_json::Value,
    /// A name that is free.
    pub free_name: JobName,
}

/// What the New job page offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormOptions {
    /// Solvers that some node can run, the usual one first.
    pub solvers: Vec<Solver>,
    /// Largest file accepted, bytes.
    pub max_file_bytes: u64,
    /// Highest priority the viewer may ask for.
    pub max_priority: Priority,
    /// For each CPU choice with the chosen node and solver: tokens, and when it would start.
    pub forecasts: Vec<Forecast>,
}

/// When a job would start with so many CPUs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// 2, 4 or 8.
    pub cpus: Cores,
    /// What it takes.
    pub tokens: Tokens,
    /// `None`: now. Else why not, and when.
    pub waiting: Option<Waiting>,
}

/// What the solver said in all its files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessagesView {
    /// Errors, then warnings; equal ones together, at most 60.
    pub list: Vec<MessageView>,
    /// Errors in all.
    pub errors: u64,
    /// Warnings in all.
    pub warnings: u64,
}

/// One message of the solver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Error, warning or note.
    pub severity: Severity,
    /// The file it stands in.
    pub file: String,
    /// The solver's words.
    pub text: String,
    /// How often.
    pub count: u64,
    /// Where first, from 1.
    pub first_line: u64,
    /// The node or element of the first one.
    pub place: Option<Place>,
    /// The line of the deck that the first one names.
    pub deck: Option<DeckLine>,
    /// What it means, where that is known.
    pub explained: Option<Explained>,
    /// What stands around an error that nobody can explain.
    pub context: Option<Context>,
}

/// An entry of the error dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// Its name in the dictionary.
    pub id: String,
    /// In Japanese.
    pub ja: ExplainedIn,
    /// In English.
    pub en: ExplainedIn,
}

/// An explanation in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedIn {
    /// A few words.
    pub title: String,
    /// One or two sentences.
    pub meaning: String,
    /// Usual reasons, the likeliest first.
    pub causes: Vec<String>,
    /// What to try, the most promising first.
    pub tries: Vec<String>,
    /// What only costs time or hides it.
    pub avoid: Vec<String>,
}

/// What another choice would mean for a waiting job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// 2, 4 or 8.
    pub cpus: Cores,
    /// What it would take.
    pub tokens: Tokens,
    /// Where.
    pub wish: NodeWish,
    /// `None`: it would start now.
    pub waiting: Option<Waiting>,
}

/// What can be done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobAction {
    /// End it.
    Cancel,
    /// Keep it from starting.
    Hold,
    /// Let it start.
    Release,
    /// Remove an ended job with its files.
    Delete,
    /// Change its place in the queue.
    Priority(Priority),
}

/// What became of one job of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionResult {
    /// Which.
    pub id: JobId,
    /// The new row, or why not.
    pub outcome: Result<JobSummary, AppError>,
}

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
