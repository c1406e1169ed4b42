//! A look at everything, and the alarms that follow from it: raised once, said again only when they were over.

use crate::backend::{Asking, Backend, Webhook};
use domain::health::{
    Alert, BackupFailure, BackupHealth, DiskHealth, Health, MemoryHealth, News, NodeHealth, Place, Raised, Unknown,
    alerts,
};
use domain::{Act, Event, NodeSummary, Timestamp};
use repository::WebhookMessage;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// What the last look found.
#[derive(Clone, Default)]
pub struct Watch {
    seen: Arc<RwLock<Seen>>,
    /// One look after the other: an older one never replaces a newer.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The folders are being looked at.
    looking: Arc<AtomicBool>,
}

/// The folders are being looked at until this is dropped.
struct Looking(Arc<AtomicBool>);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Rings when it is dropped.
struct Bell<'a>(&'a Webhook);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.ring();
    }
}

/// For the folders to answer.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Seen {
    up_since: Option<Timestamp>,
    health: Option<Arc<Health>>,
    /// The alarms that last, by their key, and since when each.
    alerts: BTreeMap<String, Raised>,
    /// Those of an earlier start are among them.
    is_remembered: bool,
    /// Counts the changes of what lasts …
    changed: u64,
    /// … and which of them the database has.
    saved: u64,
    /// It did not take the last.
    is_refused: bool,
    /// What a webhook is still to be told and the database does not have.
    news: Vec<WebhookMessage>,
}

/// What the database does not have yet.
#[derive(Debug, PartialEq, Eq)]
struct Unsaved {
    changed: u64,
    lasting: Vec<Raised>,
    news: Vec<WebhookMessage>,
}

impl Watch {
    /// What lasts now, the worst first.
    pub fn alerts(&self) -> Vec<Raised> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Raised> = seen.alerts.values().cloned().collect();
        all.sort_by_key(|raised| (std::cmp::Reverse(raised.alert.level()), raised.since));
        all
    }

    /// What the last look found.
    pub fn health(&self) -> Option<Arc<Health>> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).health.clone()
    }

    fn is_remembered(&self) -> bool {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).is_remembered
    }

    /// Whether an alarm of this kind lasts.
    fn lasts(&self, alert: &Alert) -> bool {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).alerts.contains_key(&alert.key())
    }

    fn up_since(&self, now: Timestamp) -> Timestamp {
        *self.seen.write().unwrap_or_else(PoisonError::into_inner).up_since.get_or_insert(now)
    }

    /// Those that lasted when an earlier start looked last: they are not new.
    fn remember(&self, before: Vec<Raised>) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        for raised in before {
            let key = raised.alert.key();
            // nor has one of them ended: it lasts again, and ends when the next look does not find it
            seen.news.retain(|one| match &one.news {
                News::Raised(now) | News::Over(now) => now.alert.key() != key,
                News::Test { .. } => true,
            });
            seen.alerts.entry(key).and_modify(|now| now.since = raised.since).or_insert(raised);
        }
        seen.is_remembered = true;
    }

    /// Takes a look over; gives what is new and what is over.
    fn put(&self, health: Health, found: Vec<Alert>) -> (Vec<Alert>, Vec<Raised>) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let (now, mut lasting, mut fresh) = (health.at, BTreeMap::new(), Vec::new());
        for alert in found {
            let key = alert.key();
            let since = seen.alerts.remove(&key).map(|before| before.since);
            if since.is_none() {
                fresh.push(alert.clone());
            }
            lasting.insert(key, Raised { alert, since: since.unwrap_or(now) });
        }
        let (open, over): (Vec<Raised>, Vec<Raised>) =
            std::mem::take(&mut seen.alerts).into_values().partition(|raised| health.leaves_open(&raised.alert));
        lasting.extend(open.into_iter().map(|raised| (raised.alert.key(), raised)));
        seen.alerts = lasting;
        seen.health = Some(Arc::new(health));
        let begun = fresh.iter().map(|alert| News::Raised(Raised { alert: alert.clone(), since: now }));
        let news: Vec<_> = begun
            .chain(over.iter().cloned().map(News::Over))
            .filter(is_sent)
            .map(|news| WebhookMessage::new(now, news))
            .collect();
        seen.changed += u64::from(!(fresh.is_empty() && over.is_empty()));
        seen.news.extend(news);
        (fresh, over)
    }

    /// What the database does not have yet. It stays here until it has: whoever looks may go away at any moment.
    fn unsaved(&self) -> Option<Unsaved> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let (changed, lasting) = (seen.changed, seen.alerts.values().cloned().collect());
        (seen.is_remembered && seen.changed > seen.saved).then(|| Unsaved { changed, lasting, news: seen.news.clone() })
    }

    /// The database has it.
    fn saved(&self, kept: &Unsaved) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.saved = seen.saved.max(kept.changed);
        seen.is_refused = false;
        seen.news.retain(|message| !kept.news.contains(message));
    }

    /// It did not take it: the next look tries again. Until then what is to be told is told from here.
    fn refused(&self) {
        self.seen.write().unwrap_or_else(PoisonError::into_inner).is_refused = true;
    }

    /// What waits here to be told, and whether the database has refused it.
    pub(super) fn news(&self) -> (Vec<WebhookMessage>, bool) {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        (seen.news.clone(), seen.is_refused)
    }

    /// That was told; gives whether it waited here.
    pub(super) fn told(&self, message: &WebhookMessage) -> bool {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let before = seen.news.len();
        seen.news.retain(|other| other.id != message.id);
        seen.news.len() < before
    }
}

/// One that says that messages do not arrive does not arrive.
fn is_sent(news: &News) -> bool {
    match news {
        News::Raised(raised) | News::Over(raised) => raised.alert.is_sent(),
        News::Test { .. } => true,
    }
}

impl Backend {
    /// What lasts, for those whose business it is.
    pub(in crate::backend) fn alerts_for(&self, asking: &Asking) -> Vec<Alert> {
        if !asking.actor.may(Act::Administer) {
            return Vec::new();
        }
        self.watch.alerts().into_iter().map(|raised| raised.alert).collect()
    }

    /// Looks at everything, and says in the log what is new and what is over.
    pub async fn look(&self) -> Arc<Health> {
        let _turn = self.watch.turn.lock().await;
        self.look_in_turn().await
    }

    /// What the last look found, or the first look where there was none: those who ask meanwhile share it.
    pub async fn first_look(&self) -> Arc<Health> {
        let _turn = self.watch.turn.lock().await;
        match self.watch.health() {
            Some(health) => health,
            None => self.look_in_turn().await,
        }
    }

    async fn look_in_turn(&self) -> Arc<Health> {
        if !self.watch.is_remembered() {
            match self.repository.lasting_alerts().await {
                Ok(before) => self.watch.remember(before),
                Err(error) => tracing::error!(%error, "the alarms of before could not be read"),
            }
        }
        let health = self.gather().await;
        let found = alerts(&health, &self.repository.settings());
        let shown = Arc::new(health.clone());
        let (fresh, over) = self.watch.put(health, found);
        if !(fresh.is_empty() && over.is_empty()) {
            self.repository.announce(Event::AlertsChanged);
        }
        for alert in fresh {
            let words =
                crate::i18n::sentence::alert::words(crate::clock::server_voice(crate::i18n::Locale::En), &alert);
            tracing::warn!(alert = alert.key(), "{}", words.line(crate::i18n::Locale::En));
        }
        for raised in over {
            tracing::info!(alert = raised.alert.key(), since = raised.since.0, "over");
        }
        self.keep_alerts().await;
        shown
    }

    /// Over a restart, and for the webhook.
    async fn keep_alerts(&self) {
        let Some(unsaved) = self.watch.unsaved() else { return };
        let told = self.webhook.as_ref().filter(|_| !unsaved.news.is_empty());
        // also where whoever looks has gone meanwhile
        let _bell = told.map(Bell);
        let news = if self.webhook.is_some() { unsaved.news.clone() } else { Vec::new() };
        match self.repository.keep_alerts(unsaved.lasting.clone(), news).await {
            Ok(()) => self.watch.saved(&unsaved),
            Err(error) => {
                tracing::error!(%error, "the alarms could not be kept");
                self.watch.refused();
            }
        }
    }

    async fn gather(&self) -> Health {
        let now = Timestamp(chrono::Utc::now().timestamp());
        let failed = |error: repository::RepositoryError| tracing::error!(%error, "a look at the database failed");
        let database = self.repository.database_health().await.map_err(failed).ok();
        // a database that does not answer says nothing of the rest: what was seen before is not over
        let before = self.watch.health();
        let mut tables_answer = true;
        let nodes = match self.repository.node_summaries().await.map_err(failed) {
            Ok(nodes) => nodes.into_iter().map(seen).collect(),
            Err(()) => {
                tables_answer = false;
                before.as_ref().map(|before| before.nodes.clone()).unwrap_or_default()
            }
        };
        let tokens = self.repository.license_use().await.map_err(failed);
        tables_answer &= tokens.is_ok();
        let tokens = tokens.unwrap_or_else(|()| before.as_ref().map(|before| before.tokens).unwrap_or_default());
        let queue = self.repository.queue_health().await.map_err(failed);
        tables_answer &= queue.is_ok();
        let queue = queue.unwrap_or_else(|()| before.as_ref().map(|before| before.queue).unwrap_or_default());
        let mut folders: Vec<_> = self.own.database.iter().map(|file| (Place::Database, file.clone())).collect();
        folders.extend([
            (Place::Uploads, self.folders.uploads.clone()),
            (Place::Results, self.folders.results.clone()),
            (Place::Logs, self.own.logs.clone()),
            (Place::Backups, self.own.backups.clone()),
        ]);
        let (work, backups, up_since) = (self.backup_work.clone(), self.own.backups.clone(), self.watch.up_since(now));
        let was_late = self.watch.lasts(&Alert::BackupLate { last: None });
        let is_scheduled = self.repository.settings().backup_schedule.is_some();
        // file systems may be slow, and one on a network may never answer: one look at a time, and not for ever
        let looking = Arc::clone(&self.watch.looking);
        let looked = if looking.swap(true, Ordering::AcqRel) {
            None
        } else {
            let work = tokio::task::spawn_blocking(move || {
                // over however it ends
                let _looking = Looking(looking);
                let memory = machine::memory().ok();
                let memory = memory.map(|of| MemoryHealth { total: of.total, available: of.available, own: of.own });
                let backup = of_backups(&backups, work.last_attempt(&backups), is_scheduled, up_since);
                let backup = BackupHealth { was_late, ..backup };
                (disks(&folders), memory, backup)
            });
            tokio::time::timeout(PATIENCE, work).await.ok().and_then(Result::ok)
        };
        let disks_answer = looked.is_some();
        let (disks, memory, backup) = looked.unwrap_or_else(|| match &before {
            Some(before) => (before.disks.clone(), before.memory, before.backup.clone()),
            None => (Vec::new(), None, BackupHealth { up_since, ..BackupHealth::default() }),
        });
        let webhook = self.webhook_health(before.as_ref().and_then(|before| before.webhook.as_ref())).await;
        let before = before.map(|before| before.unknown);
        let unknown = Unknown {
            tables: still_unknown(tables_answer, before.map(|before| before.tables)),
            folders: still_unknown(disks_answer, before.map(|before| before.folders)),
            tokens: !self.repository.license_is_known(),
        };
        Health { at: now, database, nodes, disks, disks_answer, memory, queue, tokens, backup, webhook, unknown }
    }
}

/// What does not answer is as an earlier look of this start found it; unknown, where none did.
fn still_unknown(answers: bool, before: Option<bool>) -> bool {
    !answers && before.unwrap_or(true)
}

fn seen(node: NodeSummary) -> NodeHealth {
    NodeHealth {
        id: node.id,
        state: node.state,
        last_contact: node.last_contact,
        disk: node.disk,
        clock_ahead: node.clock_ahead,
    }
}

/// Each disk once, with what lies on it.
fn disks(folders: &[(Place, std::path::PathBuf)]) -> Vec<DiskHealth> {
    let mut found: Vec<(u64, DiskHealth)> = Vec::new();
    for (place, folder) in folders {
        let Ok(disk) = machine::disk(folder) else { continue };
        match found.iter_mut().find(|(id, _)| *id == disk.id) {
            Some((_, known)) => known.places.push(*place),
            None => found.push((disk.id, DiskHealth { places: vec![*place], free: disk.free, size: disk.size })),
        }
    }
    found.into_iter().map(|(_, disk)| disk).collect()
}

fn of_backups(
    folder: &Path,
    attempt: Option<backup::Attempt>,
    is_scheduled: bool,
    up_since: Timestamp,
) -> BackupHealth {
    let all = backup::list(folder).unwrap_or_default();
    let good = all
        .iter()
        .find(|shelved| shelved.is_good() && shelved.manifest.is_ok())
        .and_then(|shelved| shelved.manifest.as_ref().ok());
    BackupHealth {
        last_good: good.map(|manifest| Timestamp(manifest.made_at)),
        bytes: good.map(|manifest| manifest.bytes),
        attempted: attempt.as_ref().map(|attempt| Timestamp(attempt.at)),
        failed: attempt
            .and_then(|attempt| Some(BackupFailure { error: attempt.error?, full: attempt.full, room: attempt.room })),
        // an older one matters no more than a newer that is good
        damaged: all.first().filter(|newest| !newest.is_good()).map(|newest| newest.name.clone()),
        is_scheduled,
        up_since,
        was_late: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn health(at: i64) -> Health {
        Health {
            at: Timestamp(at),
            database: None,
            nodes: vec![],
            disks: vec![],
            disks_answer: true,
            memory: None,
            queue: Default::default(),
            tokens: Default::default(),
            backup: BackupHealth::default(),
            webhook: None,
            unknown: Unknown::default(),
        }
    }

    #[test]
    fn what_is_not_known_yet_after_a_start_is_not_over() {
        let watch = Watch::default();
        let tokens = Raised { alert: Alert::Tokens { used: 50, total: 50 }, since: Timestamp(10) };
        let full = Alert::ServerDisk { places: vec![Place::Results], percent: 99, free: 1 };
        let full = Raised { alert: full, since: Timestamp(20) };
        watch.remember(vec![tokens.clone(), full.clone()]);
        let unknown = Unknown { folders: true, tokens: true, ..Unknown::default() };
        let (fresh, over) = watch.put(Health { unknown, ..health(100) }, vec![]);
        assert_eq!((fresh, over, watch.unsaved()), (vec![], vec![], None));
        let (_, over) = watch.put(Health { unknown: Unknown { folders: false, ..unknown }, ..health(130) }, vec![]);
        assert_eq!(over, [full]);
        let (_, over) = watch.put(health(160), vec![]);
        assert_eq!(over, [tokens]);
        // until it has answered once
        assert!(still_unknown(false, None) && still_unknown(false, Some(true)));
        assert!(!still_unknown(false, Some(false)) && !still_unknown(true, None));
    }

    #[test]
    fn an_alarm_is_new_once_keeps_its_beginning_and_is_over_once() {
        let watch = Watch::default();
        let memory = |percent| Alert::Memory { percent };
        let (fresh, over) = watch.put(health(10), vec![memory(90)]);
        assert_eq!((fresh.len(), over.len()), (1, 0));
        let (fresh, over) = watch.put(health(40), vec![memory(95), Alert::Queue { waiting: 100 }]);
        assert_eq!((fresh, over.len()), (vec![Alert::Queue { waiting: 100 }], 0));
        let lasting = watch.alerts();
        assert_eq!(lasting[0], Raised { alert: memory(95), since: Timestamp(10) });
        let (fresh, over) = watch.put(health(70), vec![]);
        assert_eq!((fresh.len(), over.len(), watch.alerts().len()), (0, 2, 0));
        let (fresh, _) = watch.put(health(99), vec![memory(90)]);
        assert_eq!((fresh.len(), watch.alerts()[0].since), (1, Timestamp(99)));
    }

    #[test]
    fn a_restart_neither_repeats_nor_forgets() {
        let (memory, queue) = (Alert::Memory { percent: 90 }, Alert::Queue { waiting: 100 });
        let raised = |alert: &Alert, since| Raised { alert: alert.clone(), since: Timestamp(since) };
        let watch = Watch::default();
        // the database does not answer at first: what is found meanwhile is put right afterwards
        watch.put(health(100), vec![memory.clone()]);
        assert_eq!(watch.unsaved(), None);
        watch.remember(vec![raised(&memory, 10), raised(&queue, 20)]);
        let (fresh, over) = watch.put(health(130), vec![memory.clone()]);
        assert_eq!((fresh, over), (vec![], vec![raised(&queue, 20)]));
        let first = watch.unsaved().unwrap();
        assert_eq!(first.lasting, [raised(&memory, 10)]);
        let [one] = &first.news[..] else { unreachable!("{:?}", first.news) };
        assert_eq!((one.at, &one.news), (Timestamp(130), &News::Over(raised(&queue, 20))));
        // whoever looked has gone before the database has answered: nothing is lost by that
        assert_eq!(watch.unsaved().as_ref(), Some(&first));
        assert_eq!(watch.news(), (first.news.clone(), false));
        // what it refuses is given again as the same, unless it was told meanwhile
        watch.refused();
        assert_eq!(watch.news(), (first.news.clone(), true));
        assert!(watch.told(&first.news[0]) && !watch.told(&first.news[0]), "once");
        let again = watch.unsaved().unwrap();
        assert_eq!((&again.lasting, again.news.len()), (&first.lasting, 0));
        // what is new since is not taken for kept
        watch.put(health(160), vec![]);
        watch.saved(&again);
        let last = watch.unsaved().unwrap();
        assert_eq!((last.lasting.len(), last.news.len()), (0, 1));
        watch.saved(&last);
        assert_eq!((watch.unsaved(), watch.news()), (None, (vec![], false)));
    }

    #[test]
    fn that_messages_do_not_arrive_is_no_message() {
        let watch = Watch::default();
        watch.remember(vec![]);
        let silent = Alert::WebhookSilent { host: "chat".to_owned(), since: None, error: "refused".to_owned() };
        watch.put(health(10), vec![silent]);
        let Unsaved { lasting, news, .. } = watch.unsaved().unwrap();
        assert_eq!((lasting.len(), news.len()), (1, 0));
    }

    #[test]
    fn folders_on_one_disk_are_one_disk() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let found = disks(&[(Place::Uploads, at("uploads")), (Place::Results, at("results"))]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].places, [Place::Uploads, Place::Results]);
    }
}
