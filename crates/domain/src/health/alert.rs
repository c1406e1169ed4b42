//! What of it somebody should know: [`alerts`] is the one place where a number becomes an alarm. Pages, log, metrics and
//! messages all go by it.

use super::{BackupFailure, Health, Place};
use crate::{NodeId, NodeState, Seconds, Settings, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// A node's clock does not go as ours.
    NodeClock {
        /// Which.
        node: NodeId,
        /// Seconds by which it is ahead; negative: behind.
        ahead: i64,
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
    /// Messages to the webhook do not arrive.
    WebhookSilent {
        /// Where they were to go.
        host: String,
        /// When the one was written that waits longest.
        since: Option<Timestamp>,
        /// Why.
        error: String,
    },
}

impl Alert {
    /// The same alarm as before, whatever its numbers have become.
    pub fn key(&self) -> String {
        match self {
            Alert::Database => "database".to_owned(),
            Alert::NodeLost { node, .. } => format!("node_lost {node}"),
            Alert::NodeDisk { node, .. } => format!("node_disk {node}"),
            Alert::NodeClock { node, .. } => format!("node_clock {node}"),
            Alert::DisksSilent => "disks_silent".to_owned(),
            // one folder tells the disk: another that goes to it or does not answer makes no other alarm of it
            Alert::ServerDisk { places, .. } => {
                format!("server_disk {}", places.iter().min().map_or("", |place| place.as_str()))
            }
            Alert::Memory { .. } => "memory".to_owned(),
            Alert::Queue { .. } => "queue".to_owned(),
            Alert::Tokens { .. } => "tokens".to_owned(),
            Alert::BackupFailed { .. } => "backup_failed".to_owned(),
            Alert::BackupLate { .. } => "backup_late".to_owned(),
            Alert::BackupDamaged { name } => format!("backup_damaged {name}"),
            Alert::WebhookSilent { .. } => "webhook_silent".to_owned(),
        }
    }

    /// Whether a message of it may help: one that says that messages do not arrive does not.
    pub fn is_sent(&self) -> bool {
        !matches!(self, Alert::WebhookSilent { .. })
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
            | Alert::NodeClock { .. }
            | Alert::ServerDisk { .. }
            | Alert::Memory { .. }
            | Alert::Queue { .. }
            | Alert::Tokens { .. }
            | Alert::WebhookSilent { .. } => Level::Caution,
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
        let silent = node
            .last_contact
            .is_none_or(|at| health.at.since(at) >= rules.node_lost_after || at.since(health.at) >= FUTURE);
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
        if let Some(ahead) = node.clock_ahead.filter(|ahead| is_there && ahead.unsigned_abs() >= rules.clock_off.0) {
            found.push(Alert::NodeClock { node: node.id.clone(), ahead });
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
    if let Some(webhook) = &health.webhook
        && let (Some(error), Some(oldest)) = (&webhook.error, webhook.oldest)
        && health.at.since(oldest) >= WEBHOOK_PATIENCE
    {
        found.push(Alert::WebhookSilent { host: webhook.host.clone(), since: Some(oldest), error: error.clone() });
    }
    found.sort_by_key(|alert| std::cmp::Reverse(alert.level()));
    found
}

/// A receiver that is being restarted is no alarm.
const WEBHOOK_PATIENCE: Seconds = Seconds(600);

/// What happened so far in the future was told by a clock that was set back since: how old it is nobody knows.
const FUTURE: Seconds = Seconds(300);

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
        Some(last) => {
            let is_old = health.at.since(last) >= late_after || last.since(health.at) >= FUTURE;
            is_old && (up >= TO_CATCH_UP || backup.was_late)
        }
        // installed today
        None => up >= late_after || backup.was_late,
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
    use crate::health::{
        BackupHealth, DatabaseHealth, DiskHealth, MemoryHealth, NodeHealth, QueueHealth, Unknown, WebhookHealth,
    };
    use crate::plan::LicenseUse;

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
                clock_ahead: Some(-59),
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
            webhook: Some(WebhookHealth {
                oldest: Some(ago(599)),
                error: Some("refused".to_owned()),
                waiting: 1,
                ..WebhookHealth::default()
            }),
            unknown: Unknown::default(),
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
        assert_eq!(keys(|h| h.nodes[0].clock_ahead = Some(60)), ["node_clock node-01"]);
        assert_eq!(keys(|h| h.nodes[0].clock_ahead = Some(-60)), ["node_clock node-01"]);
        assert_eq!(keys(|h| h.webhook.as_mut().unwrap().oldest = Some(ago(600))), ["webhook_silent"]);
        assert_eq!(keys(|h| h.memory = Some(MemoryHealth { total: 100, available: 15, own: 1 })), ["memory"]);
        assert_eq!(keys(|h| h.queue.waiting = 100), ["queue"]);
        assert_eq!(keys(|h| h.tokens.reserved = Tokens(5)), ["tokens"]);
        let lost = |h: &mut Health, seconds| {
            h.nodes[0].state = NodeState::Unavailable;
            h.nodes[0].last_contact = Some(ago(seconds));
        };
        assert_eq!(keys(|h| lost(h, 300)), ["node_lost node-01"]);
        assert_eq!(keys(|h| lost(h, 299)), [""; 0]);
        // a clock that was set back hides nothing
        assert_eq!(keys(|h| lost(h, -300)), ["node_lost node-01"]);
        assert_eq!(keys(|h| h.backup.last_good = Some(ago(-86_400))), ["backup_late"]);
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
                h.nodes[0].clock_ahead = Some(86_400);
            }),
            [""; 0]
        );
        // nothing was tried yet since the start
        assert_eq!(
            keys(|h| h.webhook = Some(WebhookHealth { oldest: Some(ago(9_999)), ..Default::default() })),
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
    fn a_backup_that_was_late_before_a_start_is_late_after_it() {
        let late = |h: &mut Health| (h.backup.last_good, h.backup.up_since) = (Some(ago(26 * 3_600)), ago(1));
        assert_eq!(keys(late), [""; 0]);
        assert_eq!(keys(|h| (late(h), h.backup.was_late = true).1), ["backup_late"]);
        assert_eq!(keys(|h| (late(h), (h.backup.was_late, h.backup.last_good) = (true, None)).1), ["backup_late"]);
        assert_eq!(keys(|h| h.backup.was_late = true), [""; 0]);
    }

    #[test]
    fn a_disk_is_the_same_whatever_else_lies_on_it() {
        let disk = |places: &[Place]| Alert::ServerDisk { places: places.to_vec(), percent: 95, free: 1 }.key();
        assert_eq!(disk(&[Place::Uploads, Place::Results]), disk(&[Place::Uploads]));
        assert_ne!(disk(&[Place::Uploads]), disk(&[Place::Results]));
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
