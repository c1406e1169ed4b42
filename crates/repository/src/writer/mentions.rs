//! What a group of changes touched, and the events that tell of it: one per thing, as it is after all of them.

use crate::license::{self, LicenseCell};
use crate::queue::Follow;
use crate::writer::Known;
use crate::{RepositoryError, nodes, summary};
use domain::plan::Queue;
use domain::{Event, JobId, NodeId, Settings};
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// More jobs than this in one group, and listeners are told to read everything again instead.
const MOST_JOBS: usize = 256;

/// What was touched.
#[derive(Default)]
pub(crate) struct Mentions {
    /// New jobs.
    pub(crate) created: BTreeSet<JobId>,
    /// Jobs whose row changed.
    pub(crate) changed: BTreeSet<JobId>,
    /// Jobs that are gone.
    pub(crate) deleted: BTreeSet<JobId>,
    /// Nodes whose row or load changed.
    pub(crate) nodes: BTreeSet<NodeId>,
    /// Tokens in use changed.
    pub(crate) license: bool,
    /// All settings, as a change of one left them.
    pub(crate) settings: Option<Settings>,
    /// The whole queue as it was read, and the database's version then.
    pub(crate) line: Option<(Queue, i64)>,
    /// People's names changed.
    pub(crate) people: bool,
}

/// What to tell after the commit.
pub(crate) struct Told {
    pub(crate) events: Vec<Event>,
    pub(crate) settings: Option<Settings>,
    /// What happens to the queue in memory; `None` where that is not known.
    pub(crate) follow: Option<Follow>,
}

impl Mentions {
    pub(crate) fn add(&mut self, other: Mentions) {
        self.created.extend(other.created);
        self.changed.extend(other.changed);
        self.deleted.extend(other.deleted);
        self.nodes.extend(other.nodes);
        self.license |= other.license;
        // the later change has read what the earlier one wrote
        self.settings = other.settings.or(self.settings.take());
        self.line = other.line.or(self.line.take());
        self.people |= other.people;
    }

    /// Reads what the events carry. Cannot fail: where a row cannot be read, listeners are told to read for themselves.
    /// Changed settings are in force all the same.
    pub(crate) async fn read(mut self, db: &impl ConnectionTrait, known: &Known) -> Told {
        let settings = self.settings.take();
        // who there is and what they may is part of what is set: pages of admins show it
        let changed = (settings.is_some() || self.people).then_some(Event::SettingsChanged);
        self.license |= settings.is_some();
        let follow = self.follow(db, known).await;
        let cached = known.settings.get();
        let events =
            self.events(db, settings.as_ref().unwrap_or(&cached), &known.license).await.unwrap_or_else(|error| {
                tracing::error!(%error, "a change is saved but its event cannot be made");
                vec![Event::Resync]
            });
        Told { events: changed.into_iter().chain(events).collect(), settings, follow }
    }

    async fn follow(&mut self, db: &impl ConnectionTrait, known: &Known) -> Option<Follow> {
        if self.people {
            return None;
        }
        let touched = self.created.iter().chain(&self.changed).chain(&self.deleted).copied().collect();
        let follow = Follow::read(db, &known.line, self.line.take(), touched).await;
        follow.inspect_err(|error| tracing::error!(%error, "the queue is read again: a change could not be")).ok()
    }

    async fn events(
        self,
        db: &impl ConnectionTrait,
        settings: &Settings,
        license: &LicenseCell,
    ) -> Result<Vec<Event>, RepositoryError> {
        let mut events = Vec::new();
        let ids: Vec<JobId> = self.created.union(&self.changed).copied().collect();
        if ids.len() > MOST_JOBS {
            events.push(Event::Resync);
        } else {
            for job in summary::of(db, &ids).await? {
                let new = self.created.contains(&job.id);
                let job = Box::new(job);
                events.push(if new { Event::JobCreated(job) } else { Event::JobChanged(job) });
            }
        }
        events.extend(self.deleted.iter().map(|id| Event::JobDeleted(*id)));
        if !self.nodes.is_empty() {
            let all = nodes::summaries(db).await?;
            let touched: Vec<_> = all.into_iter().filter(|node| self.nodes.contains(&node.id)).collect();
            if touched.len() < self.nodes.len() {
                // one was deleted, which is rare: who listens reads what is left
                events.push(Event::Resync);
            }
            events.extend(touched.into_iter().map(|node| Event::NodeChanged(Box::new(node))));
        }
        if self.license {
            events.push(Event::LicenseChanged(license::usage(db, settings, license).await?));
        }
        Ok(events)
    }
}
