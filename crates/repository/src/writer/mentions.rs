//! What a group of changes touched, and the events that tell of it: one per thing, as it is after all of them.

use crate::{RepositoryError, nodes, settings, settings::SettingsCache, summary};
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
    /// Some setting changed.
    pub(crate) settings: bool,
}

/// What to tell after the commit.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) events: Vec<Event>,
    pub(crate) settings: Option<Settings>,
}

impl Mentions {
    pub(crate) fn add(&mut self, other: Mentions) {
        self.created.extend(other.created);
        self.changed.extend(other.changed);
        self.deleted.extend(other.deleted);
        self.nodes.extend(other.nodes);
        self.license |= other.license;
        self.settings |= other.settings;
    }

    /// Reads what the events carry. Cannot fail: where a row cannot be read, listeners are told to read for themselves.
    pub(crate) async fn read(self, db: &impl ConnectionTrait, cache: &SettingsCache) -> Told {
        match self.try_read(db, cache).await {
            Ok(told) => told,
            Err(error) => {
                tracing::error!(%error, "a change is saved but its event cannot be made");
                Told { events: vec![Event::Resync], settings: None }
            }
        }
    }

    async fn try_read(self, db: &impl ConnectionTrait, cache: &SettingsCache) -> Result<Told, RepositoryError> {
        let mut told = Told::default();
        let settings = if self.settings {
            let fresh = settings::read(db).await?;
            told.events.push(Event::SettingsChanged);
            told.settings = Some(fresh.clone());
            fresh
        } else {
            Settings::clone(&cache.get())
        };
        let ids: Vec<JobId> = self.created.union(&self.changed).copied().collect();
        if ids.len() > MOST_JOBS {
            told.events.push(Event::Resync);
        } else {
            for job in summary::of(db, &ids).await? {
                let new = self.created.contains(&job.id);
                let job = Box::new(job);
                told.events.push(if new { Event::JobCreated(job) } else { Event::JobChanged(job) });
            }
        }
        told.events.extend(self.deleted.iter().map(|id| Event::JobDeleted(*id)));
        if !self.nodes.is_empty() {
            let all = nodes::summaries(db).await?;
            let touched = all.into_iter().filter(|node| self.nodes.contains(&node.id));
            told.events.extend(touched.map(|node| Event::NodeChanged(Box::new(node))));
        }
        if self.license || self.settings {
            told.events.push(Event::LicenseChanged(nodes::license_use(db, &settings).await?));
        }
        Ok(told)
    }
}
