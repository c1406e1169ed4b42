//! What crosses the wire for the form.

use domain::options::{Double, Memory, MpMode, Scratch};
use domain::plan::Waiting;
use domain::{Cores, FileName, JobId, JobName, NodeWish, Priority, Solver, Tokens, UploadId};
use serde::{Deserialize, Serialize};

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
