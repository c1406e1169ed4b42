//! How the server, its disks and its nodes stand, and what of it somebody should know.
//!
//! [`alerts`] is the one place where a number becomes an alarm: pages, log, metrics and messages all go by it.

use crate::plan::LicenseUse;
use crate::{NodeId, NodeState, Seconds, Settings, Timestamp};
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

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It will be, if nobody does anything.
    Caution,
    /// Something does not work.
    Bad,
}

/// Something that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Alert {
    /// The database does not answer.
    Database,
    /// A node does not answer.
    NodeLost {
        /// Which.
        node: NodeId,
        /// Its last answer.
        since: Option<Timestamp>,
    },
    /// A node's disk fills up.
    NodeDisk {
        /// Which.
        node: NodeId,
        /// How full.
        percent: u32,
        /// Bytes left.
        free: u64,
    },
    /// A folder of the server does not answer: a network disk that hangs.
    DisksSilent,
    /// A disk of the server fills up.
    ServerDisk {
        /// What lies on it.
        places: Vec<Place>,
        /// How full.
        percent: u32,
        /// Bytes left.
        free: u64,
    },
    /// The server's memory.
    Memory {
        /// How full.
        percent: u32,
    },
    /// The queue is long.
    Queue {
        /// How many wait.
        waiting: u64,
    },
    /// Nearly all tokens are in use.
    Tokens {
        /// In use.
        used: u32,
        /// Of so many.
        total: u32,
    },
    /// The last attempt at a backup failed.
    BackupFailed {
        /// When.
        at: Option<Timestamp>,
        /// Why.
        failure: BackupFailure,
    },
    /// The last good backup is old.
    BackupLate {
        /// When it was made; `None`: there is none.
        last: Option<Timestamp>,
    },
    /// A backup is not what was written.
    BackupDamaged {
        /// Which.
        name: String,
    },
}

impl Alert {
    /// The same alarm as before, whatever its numbers have become.
    pub fn key(&self) -> String {
        match self {
            Alert::Database => "database".to_owned(),
            Alert::NodeLost { node, .. } => format!("node_lost {node}"),
            Alert::NodeDisk { node, .. } => format!("node_disk {node}"),
            Alert::DisksSilent => "disks_silent".to_owned(),
            Alert::ServerDisk { places, .. } => {
                let words: Vec<&str> = places.iter().map(|place| place.as_str()).collect();
                format!("server_disk {}", words.join("+"))
            }
            Alert::Memory { .. } => "memory".to_owned(),
            Alert::Queue { .. } => "queue".to_owned(),
            Alert::Tokens { .. } => "tokens".to_owned(),
            Alert::BackupFailed { .. } => "backup_failed".to_owned(),
            Alert::BackupLate { .. } => "backup_late".to_owned(),
            Alert::BackupDamaged { name } => format!("backup_damaged {name}"),
        }
    }

    /// How bad.
    pub fn level(&self) -> Level {
        match self {
            Alert::Database
            | Alert::DisksSilent
            | Alert::NodeLost { .. }
            | Alert::BackupFailed { .. }
            | Alert::BackupLate { .. }
            | Alert::BackupDamaged { .. } => Level::Bad,
            // nearly full is a caution, no room at all is worse
            Alert::NodeDisk { percent, .. } | Alert::ServerDisk { percent, .. } if *percent >= 98 => Level::Bad,
            Alert::NodeDisk { .. }
            | Alert::ServerDisk { .. }
            | Alert::Memory { .. }
            | Alert::Queue { .. }
            | Alert::Tokens { .. } => Level::Caution,
        }
    }
}

/// How much of the whole is used, rounded down: 89.9 is not yet 90.
pub fn percent_used(free: u64, size: u64) -> u32 {
    let used = u128::from(size.saturating_sub(free));
    let percent = (used * 100).checked_div(u128::from(size)).unwrap_or(0);
    u32::try_from(percent).unwrap_or(100)
}

/// What somebody should know, the worst first.
pub fn alerts(health: &Health, settings: &Settings) -> Vec<Alert> {
    let rules = &settings.alerts;
    let mut found = Vec::new();
    if health.database.is_none() {
        found.push(Alert::Database);
    }
    for node in &health.nodes {
        let silent = node.last_contact.is_none_or(|at| health.at.since(at) >= rules.node_lost_after);
        // one that was never reached is being set up
        if node.state == NodeState::Unavailable && silent && node.last_contact.is_some() {
            found.push(Alert::NodeLost { node: node.id.clone(), since: node.last_contact });
        }
        // what an unreachable or switched-off node said last is no news
        let is_there = matches!(node.state, NodeState::Available | NodeState::Draining);
        if let Some((free, size)) = node.disk.filter(|_| is_there) {
            let percent = percent_used(free, size);
            if percent >= rules.disk_percent {
                found.push(Alert::NodeDisk { node: node.id.clone(), percent, free });
            }
        }
    }
    if !health.disks_answer {
        found.push(Alert::DisksSilent);
    }
    for disk in &health.disks {
        let percent = percent_used(disk.free, disk.size);
        if disk.size > 0 && percent >= rules.disk_percent {
            found.push(Alert::ServerDisk { places: disk.places.clone(), percent, free: disk.free });
        }
    }
    if let Some(memory) = health.memory {
        let percent = percent_used(memory.available, memory.total);
        if percent >= rules.memory_percent {
            found.push(Alert::Memory { percent });
        }
    }
    if health.queue.waiting >= u64::from(rules.queue_length) {
        found.push(Alert::Queue { waiting: health.queue.waiting });
    }
    let tokens = health.tokens;
    let used = tokens.total.minus(tokens.free()).0;
    if tokens.total.0 > 0 && u64::from(used) * 100 >= u64::from(rules.token_percent) * u64::from(tokens.total.0) {
        found.push(Alert::Tokens { used, total: tokens.total.0 });
    }
    found.extend(of_backups(health, rules.backup_late_after));
    found.sort_by_key(|alert| std::cmp::Reverse(alert.level()));
    found
}

/// After a start, for the backup that was due before it.
const TO_CATCH_UP: Seconds = Seconds(3_600);

fn of_backups(health: &Health, late_after: Seconds) -> Vec<Alert> {
    let backup = &health.backup;
    let mut found = Vec::new();
    if let Some(failure) = &backup.failed {
        found.push(Alert::BackupFailed { at: backup.attempted, failure: failure.clone() });
    }
    if let Some(name) = &backup.damaged {
        found.push(Alert::BackupDamaged { name: name.clone() });
    }
    let up = health.at.since(backup.up_since);
    let is_late = match backup.last_good {
        // one that was due while no server ran is made at the start
        Some(last) => health.at.since(last) >= late_after && up >= TO_CATCH_UP,
        // installed today
        None => up >= late_after,
    };
    if backup.is_scheduled && backup.failed.is_none() && is_late {
        found.push(Alert::BackupLate { last: backup.last_good });
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Tokens;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn ago(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 - seconds)
    }

    fn well() -> Health {
        Health {
            at: NOW,
            database: Some(DatabaseHealth { answer_us: 100, bytes: 1_000_000, wal_bytes: 0 }),
            nodes: vec![NodeHealth {
                id: NodeId::parse("node-01").unwrap(),
                state: NodeState::Available,
                last_contact: Some(ago(10)),
                disk: Some((50, 100)),
            }],
            disks: vec![DiskHealth { places: vec![Place::Results], free: 11, size: 100 }],
            disks_answer: true,
            memory: Some(MemoryHealth { total: 100, available: 16, own: 1 }),
            queue: QueueHealth { waiting: 99, oldest: Some(ago(60)) },
            tokens: LicenseUse { total: Tokens(50), ours: Tokens(30), external: Tokens(10), reserved: Tokens(4) },
            backup: BackupHealth {
                last_good: Some(ago(3_600)),
                is_scheduled: true,
                up_since: ago(1_000_000),
                ..BackupHealth::default()
            },
        }
    }

    fn keys(change: impl FnOnce(&mut Health)) -> Vec<String> {
        let mut health = well();
        change(&mut health);
        alerts(&health, &Settings::default()).iter().map(Alert::key).collect()
    }

    #[test]
    fn just_below_each_threshold_nothing_is_said() {
        assert_eq!(keys(|_| {}), [""; 0]);
    }

    #[test]
    fn at_each_threshold_its_alarm_and_no_other_is_raised() {
        assert_eq!(keys(|h| h.database = None), ["database"]);
        assert_eq!(keys(|h| h.disks[0].free = 10), ["server_disk results"]);
        assert_eq!(keys(|h| h.disks_answer = false), ["disks_silent"]);
        assert_eq!(keys(|h| h.nodes[0].disk = Some((10, 100))), ["node_disk node-01"]);
        assert_eq!(keys(|h| h.memory = Some(MemoryHealth { total: 100, available: 15, own: 1 })), ["memory"]);
        assert_eq!(keys(|h| h.queue.waiting = 100), ["queue"]);
        assert_eq!(keys(|h| h.tokens.reserved = Tokens(5)), ["tokens"]);
        let lost = |h: &mut Health, seconds| {
            h.nodes[0].state = NodeState::Unavailable;
            h.nodes[0].last_contact = Some(ago(seconds));
        };
        assert_eq!(keys(|h| lost(h, 300)), ["node_lost node-01"]);
        assert_eq!(keys(|h| lost(h, 299)), [""; 0]);
        let failure = BackupFailure { error: "no room".to_owned(), full: true, room: None };
        assert_eq!(keys(|h| h.backup.failed = Some(failure)), ["backup_failed"]);
        assert_eq!(keys(|h| h.backup.damaged = Some("20261129_020000".to_owned())), ["backup_damaged 20261129_020000"]);
        assert_eq!(keys(|h| h.backup.last_good = Some(ago(26 * 3_600))), ["backup_late"]);
    }

    #[test]
    fn what_nobody_expects_to_work_is_no_alarm() {
        for state in [NodeState::Disabled, NodeState::Draining] {
            let silent = |h: &mut Health| {
                h.nodes[0].state = state;
                h.nodes[0].last_contact = Some(ago(9_999));
            };
            assert_eq!(keys(silent), [""; 0]);
        }
        assert_eq!(
            keys(|h| {
                h.nodes[0].state = NodeState::Unavailable;
                h.nodes[0].last_contact = None;
            }),
            [""; 0]
        );
        assert_eq!(keys(|h| (h.backup.last_good, h.backup.is_scheduled) = (None, false)), [""; 0]);
        // started lately
        assert_eq!(keys(|h| (h.backup.last_good, h.backup.up_since) = (None, ago(3_600))), [""; 0]);
        assert_eq!(keys(|h| (h.backup.last_good, h.backup.up_since) = (Some(ago(999_999)), ago(3_599))), [""; 0]);
        assert_eq!(
            keys(|h| (h.backup.last_good, h.backup.up_since) = (Some(ago(999_999)), ago(3_600))),
            ["backup_late"]
        );
    }

    #[test]
    fn the_worst_comes_first_and_no_room_is_worse_than_little() {
        let found = keys(|h| {
            h.queue.waiting = 1_000;
            h.disks[0].free = 0;
        });
        assert_eq!(found, ["server_disk results", "queue"]);
        assert_eq!((percent_used(1, 1_000), percent_used(0, 0), percent_used(9, 3)), (99, 0, 0));
    }
}
