//! What the lab has left, read once for the whole tab and kept up to date by events.

use crate::AppError;
use crate::lab::{LabStatus, read_lab_status};
use crate::live::{Reading, use_live};
use crate::loaded::{Loaded, load};
use domain::{Event, JobId, JobStatus};
use leptos::prelude::*;
use std::collections::HashMap;

/// While the connection is lost, milliseconds.
#[cfg(feature = "hydrate")]
const ASK_EVERY: u64 = 15_000;

/// The lab's state, by context.
#[derive(Clone, Copy)]
pub struct LabFeed {
    /// As it was in the server's HTML.
    first: Loaded<Result<LabStatus, AppError>>,
    /// What is known since.
    patch: RwSignal<Option<LabStatus>>,
    reading: Reading,
}

/// Reads the lab's state and listens. After [`crate::live::provide`].
pub fn provide() {
    let feed =
        LabFeed { first: load(|| (), |()| read_lab_status()), patch: RwSignal::new(None), reading: Reading::default() };
    provide_context(feed);
    #[cfg(feature = "hydrate")]
    find_out_why_lost(feed);
    let states = StoredValue::new(HashMap::<JobId, JobStatus>::new());
    use_live().on_event(move |event| match event {
        Event::JobChanged(job) => {
            let known = states.try_update_value(|states| states.insert(job.id, job.status)).flatten();
            // progress alone changes no count
            if known != Some(job.status) {
                feed.read_soon();
            }
        }
        Event::JobDeleted(id) => {
            let _ = states.try_update_value(|states| states.remove(id));
            feed.read_soon();
        }
        Event::NodeChanged(node) => {
            feed.change(|status| match status.nodes.binary_search_by(|other| other.id.cmp(&node.id)) {
                Ok(at) => status.nodes[at] = (**node).clone(),
                Err(at) => status.nodes.insert(at, (**node).clone()),
            })
        }
        Event::LicenseChanged(license) => feed.change(|status| status.license = *license),
        Event::JobCreated(_) | Event::SettingsChanged | Event::AlertsChanged | Event::Resync => feed.read_soon(),
    });
}

/// A connection is lost with the network, or because nobody is signed in any more: the answer to a question tells which.
#[cfg(feature = "hydrate")]
fn find_out_why_lost(feed: LabFeed) {
    use crate::live::Connection;
    let connection = use_live().connection;
    let ask = move || {
        if connection.get_untracked() == Connection::Lost {
            feed.read_soon();
        }
    };
    Effect::new(move |_| {
        connection.track();
        ask();
    });
    let _ = leptos_use::use_interval_fn(ask, ASK_EVERY);
}

/// The lab's state.
pub fn use_lab() -> LabFeed {
    expect_context()
}

impl LabFeed {
    /// The newest state; reactive. `None` while it is not read or cannot be. Inside a `Suspense` only.
    pub fn status(self) -> Option<LabStatus> {
        self.patch.get().or_else(|| self.first.get().and_then(Result::ok))
    }

    /// The first state, for pages that cannot be drawn without it.
    ///
    /// # Errors
    /// As the server function.
    pub async fn first(self) -> Result<LabStatus, AppError> {
        self.first.await
    }

    /// What is known beyond the first state; reactive, and usable outside a `Suspense`.
    pub fn newer(self) -> Option<LabStatus> {
        self.patch.get()
    }

    fn change(self, how: impl FnOnce(&mut LabStatus)) {
        let base = self.patch.get_untracked().or_else(|| self.first.get_untracked().and_then(Result::ok));
        if let Some(mut status) = base {
            how(&mut status);
            self.patch.set(Some(status));
        }
    }

    /// Reads it again soon; many calls are one.
    pub fn read_soon(self) {
        self.reading.soon(read_lab_status, move |answer| {
            // what cannot be read now stays as it was: the live state says that it is old
            if let Ok(status) = answer {
                self.patch.set(Some(status));
            }
        });
    }
}
