//! What goes over the wire.

use domain::health::{BackupProblem, Health, Raised};
use domain::{AuditEntry, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationsView {
    /// How everything stands.
    pub health: Health,
    /// What lasts, the worst first.
    pub alerts: Vec<Raised>,
    /// Backups.
    pub backups: BackupsView,
    /// The last changes by people.
    pub changes: Vec<AuditEntry>,
}

/// All backups, and the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupsView {
    /// The newest first.
    pub all: Vec<BackupView>,
    /// When the next is made by itself.
    pub next: Option<Timestamp>,
    /// So many stay.
    pub keep: u32,
    /// What is being done just now.
    pub under_way: Option<UnderWay>,
    /// Where they are.
    pub folder: String,
    /// What puts the newest good one back, to copy; the server must not run.
    pub restore: Option<String>,
}

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// Its folder.
    pub name: String,
    /// What it says of itself; `None` where that cannot be read.
    pub facts: Option<BackupFacts>,
    /// When it was last read and compared.
    pub checked_at: Option<Timestamp>,
    /// What is wrong with it.
    pub problem: Option<BackupProblem>,
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFacts {
    /// When it was begun.
    pub made_at: Timestamp,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes that are in no backup before it.
    pub new_bytes: u64,
    /// Jobs in it.
    pub jobs: u64,
    /// The program's version.
    pub version: String,
}

/// What is being done with backups, or a clean-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Reading this one again; `None`: a new one is made.
    pub verifying: Option<String>,
    /// What of it.
    pub step: BackupStep,
    /// Hundredths of the step; `None` where nobody knows.
    pub percent: Option<u32>,
}

/// What of a backup is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupStep {
    /// The database is copied.
    Database,
    /// Files are copied.
    Files,
    /// What was written is read again.
    Verify,
    /// No backup, but a clean-up: one thing at a time.
    CleanUp,
}
