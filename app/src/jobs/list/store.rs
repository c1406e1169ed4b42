//! The rows on screen: one signal per job, kept up to date by events without moving anything under the pointer.

use crate::AppError;
use crate::jobs::api::{ListPage, ListQuery};
use crate::jobs::calls::list_jobs;
use crate::lab::TabCounts;
use crate::live::{Reading, use_live};
use domain::{Event, JobId, JobStatus, JobSummary, UserId};
use leptos::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Many events that move rows are one reading.
const PAUSE: Duration = Duration::from_millis(400);

/// Rows and what is known about them.
#[derive(Clone, Copy)]
pub struct ListStore {
    rows: StoredValue<HashMap<JobId, ArcRwSignal<JobSummary>>>,
    order: RwSignal<Vec<JobId>>,
    viewer: StoredValue<Option<UserId>>,
    /// Owners seen so far, for the filter.
    pub owners: RwSignal<BTreeMap<String, String>>,
    /// Rows that the filter has in all.
    pub total: RwSignal<u64>,
    /// Numbers of the tabs.
    pub counts: RwSignal<TabCounts>,
    /// Why the last reading failed, while it is so.
    pub error: RwSignal<Option<AppError>>,
    /// The order on screen is not the order it should be.
    pub stale: RwSignal<bool>,
    /// The pointer or the focus is in the table.
    pub inside: RwSignal<bool>,
    /// What is shown; set by the page from its address.
    query: StoredValue<ListQuery>,
    reading: Reading,
    /// The order is to be shown as it is, whoever is in the table.
    reorder: StoredValue<bool>,
    /// Last state heard of jobs that are not on screen.
    elsewhere: StoredValue<HashMap<JobId, JobStatus>>,
}

impl ListStore {
    /// From the first page; listens from now on.
    pub fn new(first: Result<ListPage, AppError>, viewer: Option<UserId>, query: ListQuery) -> ListStore {
        let store = ListStore {
            rows: StoredValue::new(HashMap::new()),
            order: RwSignal::new(Vec::new()),
            viewer: StoredValue::new(viewer),
            owners: RwSignal::new(BTreeMap::new()),
            total: RwSignal::new(0),
            counts: RwSignal::new(TabCounts::default()),
            error: RwSignal::new(None),
            stale: RwSignal::new(false),
            inside: RwSignal::new(false),
            query: StoredValue::new(query),
            reading: Reading::every(PAUSE),
            reorder: StoredValue::new(false),
            elsewhere: StoredValue::new(HashMap::new()),
        };
        match first {
            Ok(page) => store.show(page, true),
            Err(error) => store.error.set(Some(error)),
        }
        use_live().on_event(move |event| store.hear(event));
        store
    }

    /// Ids on screen, in order.
    pub fn ids(self) -> Vec<JobId> {
        self.order.get()
    }

    /// The same, without tracking.
    pub fn ids_untracked(self) -> Vec<JobId> {
        self.order.get_untracked()
    }

    /// Rows of one group: the viewer's own, or everybody else's.
    pub fn group(self, own: bool) -> Vec<(JobId, ArcRwSignal<JobSummary>)> {
        let order = self.order.get();
        self.rows.with_value(|rows| {
            order
                .iter()
                .filter_map(|id| rows.get(id).map(|row| (*id, row.clone())))
                .filter(|(_, row)| row.with_untracked(|job| self.is_own(job)) == own)
                .collect()
        })
    }

    fn is_own(self, job: &JobSummary) -> bool {
        self.viewer.with_value(|viewer| viewer.as_ref() == Some(&job.user_id))
    }

    /// The present state of a row; reactive.
    pub fn job(self, id: JobId) -> Option<JobSummary> {
        self.rows.with_value(|rows| rows.get(&id).cloned()).map(|row| row.get())
    }

    /// The same, without tracking.
    #[cfg(feature = "hydrate")]
    pub fn job_untracked(self, id: JobId) -> Option<JobSummary> {
        self.rows.with_value(|rows| rows.get(&id).cloned()).map(|row| row.get_untracked())
    }

    /// Another address: read what it shows, whoever is in the table.
    pub fn turn_to(self, query: ListQuery) {
        self.query.set_value(query);
        self.read();
    }

    /// Reads again now and shows the order as it is.
    pub fn read(self) {
        self.reorder.set_value(true);
        self.reading.now(move || list_jobs(self.query.get_value()), move |answer| self.take(answer));
    }

    fn take(self, answer: Result<ListPage, AppError>) {
        let asked = self.reorder.try_update_value(std::mem::take) == Some(true);
        match answer {
            Ok(page) => {
                self.error.set(None);
                self.show(page, asked || !self.inside.get_untracked());
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Reads again soon, and not before a reading under way has ended; many calls are one. Nothing moves while
    /// somebody is in the table.
    pub fn read_soon(self) {
        self.reading.soon(move || list_jobs(self.query.get_value()), move |answer| self.take(answer));
    }

    /// The pointer or the focus came or went.
    pub fn set_inside(self, inside: bool) {
        if self.inside.get_untracked() != inside {
            self.inside.set(inside);
            if !inside && self.stale.get_untracked() {
                self.read_soon();
            }
        }
    }

    /// A newer state of a job, from an event or from an answer. Tells whether it may stand elsewhere now.
    pub fn renew(self, job: &JobSummary) -> bool {
        let row = self.rows.try_with_value(|rows| rows.get(&job.id).cloned()).flatten();
        let Some(row) = row else { return true };
        let (older, moved) = row.with_untracked(|old| {
            (old.version < job.version, old.status != job.status || old.priority != job.priority)
        });
        if older {
            row.set(job.clone());
        }
        older && moved
    }

    fn hear(self, event: &Event) {
        match event {
            Event::JobChanged(job) => {
                let known = self.rows.try_with_value(|rows| rows.contains_key(&job.id)) == Some(true);
                let moved = if known {
                    self.renew(job)
                } else {
                    // its progress changes nothing here, its state may bring it onto the page
                    let before = self.elsewhere.try_update_value(|heard| heard.insert(job.id, job.status)).flatten();
                    before != Some(job.status)
                };
                if moved {
                    self.read_soon();
                }
            }
            Event::JobCreated(_) | Event::JobDeleted(_) | Event::Resync => self.read_soon(),
            Event::NodeChanged(_) | Event::LicenseChanged(_) | Event::SettingsChanged | Event::AlertsChanged => {}
        }
    }

    /// Puts a page on screen; without `reorder` only what the rows say changes.
    fn show(self, page: ListPage, reorder: bool) {
        let ListPage { jobs, total, counts } = page;
        self.owners.update(|owners| {
            for job in &jobs {
                owners.insert(job.user_id.as_str().to_owned(), job.user_name.clone());
            }
        });
        self.counts.set(counts);
        let order: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        let same = self.order.with_untracked(|old| *old == order);
        let empty = self.order.with_untracked(Vec::is_empty);
        if !reorder && !same && !empty {
            for job in &jobs {
                self.renew(job);
            }
            self.stale.set(true);
            return;
        }
        for job in jobs {
            let known = self.rows.with_value(|rows| rows.contains_key(&job.id));
            if known {
                self.renew(&job);
            } else {
                self.rows.update_value(|rows| {
                    rows.insert(job.id, ArcRwSignal::new(job));
                });
            }
        }
        self.rows.update_value(|rows| rows.retain(|id, _| order.contains(id)));
        self.total.set(total);
        self.stale.set(false);
        if !same {
            self.order.set(order);
        }
    }
}
