//! How the server, its disks and its nodes stand, and what of it somebody should know.

mod alert;

pub use alert::{Alert, Level, alerts, percent_used};

use crate::plan::LicenseUse;
use crate::{NodeId, NodeState, Timestamp};
use serde::{Deserialize, Serialize};

/// All of it at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// When it was looked at.
    pub at: Timestamp,
    /// The database; `None` when it does not answer.
    pub database: Option<DatabaseHealth>,
    /// The nodes.
    pub nodes: Vec<NodeHealth>,
    /// Disks of the server's folders.
    pub disks: Vec<DiskHealth>,
    /// Whether they answered; else what stands here is of an earlier look.
    pub disks_answer: bool,
    /// Memory of the server's machine.
    pub memory: Option<MemoryHealth>,
    /// Jobs that wait.
    pub queue: QueueHealth,
    /// Tokens.
    pub tokens: LicenseUse,
    /// Backups.
    pub backup: BackupHealth,
    /// Messages to a webhook; `None` where there is none.
    pub webhook: Option<WebhookHealth>,
    /// What this look, right after a start, says nothing of.
    #[serde(default)]
    pub unknown: Unknown,
}

/// What was not to be learnt, neither now nor by an earlier look of this start: an alarm of it that lasted before is not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// What is in the database: nodes, the queue.
    pub tables: bool,
    /// What the server's folders and machine say: disks, memory, backups.
    pub folders: bool,
    /// What others have taken of the tokens.
    pub tokens: bool,
}

impl Health {
    /// Whether this says neither that such an alarm lasts nor that it is over.
    pub fn leaves_open(&self, alert: &Alert) -> bool {
        match alert {
            Alert::Database | Alert::DisksSilent => false,
            Alert::NodeLost { .. } | Alert::NodeDisk { .. } | Alert::NodeClock { .. } | Alert::Queue { .. } => {
                self.unknown.tables
            }
            Alert::Tokens { .. } => self.unknown.tables || self.unknown.tokens,
            Alert::ServerDisk { .. }
            | Alert::Memory { .. }
            | Alert::BackupFailed { .. }
            | Alert::BackupLate { .. }
            | Alert::BackupDamaged { .. } => self.unknown.folders,
            // or nothing was tried yet
            Alert::WebhookSilent { .. } => {
                let untried = |of: &WebhookHealth| of.waiting > 0 && of.delivered.is_none() && of.error.is_none();
                self.unknown.tables || self.webhook.as_ref().is_some_and(untried)
            }
        }
    }
}

/// The database.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatabaseHealth {
    /// How long the simplest question takes, microseconds.
    pub answer_us: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes that are not yet folded into it.
    pub wal_bytes: u64,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeHealth {
    /// Which.
    pub id: NodeId,
    /// Takes jobs or not.
    pub state: NodeState,
    /// Its last answer.
    pub last_contact: Option<Timestamp>,
    /// Free and total bytes of its disk.
    pub disk: Option<(u64, u64)>,
    /// Seconds by which its clock is ahead of ours; negative: behind.
    pub clock_ahead: Option<i64>,
}

/// One of the server's folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The database's.
    Database,
    /// What people sent.
    Uploads,
    /// What runs brought back.
    Results,
    /// Log files.
    Logs,
    /// Backups.
    Backups,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 5] = [Place::Database, Place::Uploads, Place::Results, Place::Logs, Place::Backups];

    /// The word in metrics and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Database => "database",
            Place::Uploads => "uploads",
            Place::Results => "results",
            Place::Logs => "logs",
            Place::Backups => "backups",
        }
    }
}

/// A disk, and which of the server's folders lie on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskHealth {
    /// The folders.
    pub places: Vec<Place>,
    /// Bytes that can still be written.
    pub free: u64,
    /// Bytes of the whole.
    pub size: u64,
}

/// Memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryHealth {
    /// Bytes of the machine.
    pub total: u64,
    /// Bytes that programs can still have.
    pub available: u64,
    /// Bytes of this program.
    pub own: u64,
}

/// Jobs that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueHealth {
    /// How many.
    pub waiting: u64,
    /// When the one was submitted that waits longest.
    pub oldest: Option<Timestamp>,
}

/// Backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupHealth {
    /// When the last good one was begun.
    pub last_good: Option<Timestamp>,
    /// Bytes of it.
    pub bytes: Option<u64>,
    /// When the last attempt ended.
    pub attempted: Option<Timestamp>,
    /// Why the last attempt made nothing; `None` where it made one.
    pub failed: Option<BackupFailure>,
    /// The newest that was read again and is not what was written: its name.
    pub damaged: Option<String>,
    /// Whether one is made by itself.
    pub is_scheduled: bool,
    /// Since when this server could have made one.
    pub up_since: Timestamp,
    /// Whether the last one was called late by the look before, perhaps before this start.
    pub was_late: bool,
}

/// An alarm that lasts, or lasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// What.
    pub alert: Alert,
    /// Since when.
    pub since: Timestamp,
}

/// What a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum News {
    /// An alarm has begun.
    Raised(Raised),
    /// It is over.
    Over(Raised),
    /// Somebody wants to see whether messages arrive.
    Test {
        /// Their name.
        by: String,
    },
}

/// Messages that go to a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookHealth {
    /// Where they go: the host alone, for the rest of the address may be a secret.
    pub host: String,
    /// When the last one was taken there.
    pub delivered: Option<Timestamp>,
    /// How many wait.
    pub waiting: u64,
    /// When the one that waits longest was written.
    pub oldest: Option<Timestamp>,
    /// Why the last attempt failed; `None` where it did not.
    pub error: Option<String>,
}

/// What is wrong with a backup that was read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum BackupProblem {
    /// A file is not what was written.
    #[error("{file} has changed since it was written")]
    Changed {
        /// Its path in the backup.
        file: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read: {error}")]
    Unreadable {
        /// Its path in the backup.
        file: String,
        /// The system's words; empty where it is not what it should be.
        error: String,
    },
    /// The database in it.
    #[error("its database: {found}")]
    Database {
        /// What was found.
        found: String,
    },
    /// It was made by a newer version of this program.
    #[error("it is of a newer version of this program ({version})")]
    Newer {
        /// Which.
        version: String,
    },
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFailure {
    /// The program's own words.
    pub error: String,
    /// For want of room.
    pub full: bool,
    /// Bytes that were to be written, and that could be, where that was known before.
    pub room: Option<(u64, u64)>,
}
