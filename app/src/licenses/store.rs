//! What the page knows, kept up to date by events.

use super::api::LicensesView;
use super::calls::view_licenses;
use crate::AppError;
use crate::live::use_live;
use domain::{Event, JobSummary, Tokens};
use leptos::prelude::*;
use std::time::Duration;

/// Read again at most this often, however many events come.
const PAUSE: Duration = Duration::from_millis(700);

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    /// As last read.
    pub view: RwSignal<Option<LicensesView>>,
    /// Why it could not be read again.
    pub error: RwSignal<Option<AppError>>,
    asked: StoredValue<bool>,
}

/// Puts a job's new row where its old one was; `false`: it holds or waits in another way than before.
fn renew(view: &mut LicensesView, job: &JobSummary) -> bool {
    let held = view.holding.iter_mut().map(|row| &mut row.job);
    match held.chain(&mut view.waiting).find(|known| known.id == job.id) {
        Some(known) if known.status == job.status => {
            if known.version < job.version {
                known.clone_from(job);
            }
            true
        }
        Some(_) => false,
        None => job.tokens == Tokens::ZERO,
    }
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: Result<LicensesView, AppError>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store { view: RwSignal::new(view), error: RwSignal::new(error), asked: StoredValue::new(false) };
        use_live().on_event(move |event| match event {
            Event::JobCreated(job) | Event::JobChanged(job) => {
                let known =
                    store.view.with_untracked(|view| view.as_ref().is_some_and(|view| renew(&mut view.clone(), job)));
                if !known {
                    store.read_soon();
                } else if job.tokens > Tokens::ZERO {
                    store.view.update(|view| {
                        if let Some(view) = view {
                            renew(view, job);
                        }
                    });
                }
            }
            Event::LicenseChanged(usage) => {
                store.view.update(|view| {
                    if let Some(view) = view {
                        view.standing.usage = *usage;
                    }
                });
                store.read_soon();
            }
            Event::JobDeleted(_) => {}
            Event::NodeChanged(_) | Event::SettingsChanged | Event::Resync => store.read_soon(),
        });
        store
    }

    /// Something of what is known; reactive, and told only when it changes.
    pub fn of<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&LicensesView) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        Memo::new(move |_| self.view.with(|view| view.as_ref().map(&part)))
    }

    /// Reads it again soon; many calls are one.
    pub fn read_soon(self) {
        if self.asked.try_get_value() != Some(false) {
            return;
        }
        self.asked.set_value(true);
        set_timeout(
            move || {
                // the page may be gone
                if self.asked.try_set_value(false).is_none() {
                    self.read();
                }
            },
            PAUSE,
        );
    }

    /// Reads it again.
    pub fn read(self) {
        leptos::task::spawn_local(async move {
            match view_licenses().await {
                Ok(view) => {
                    let _ = self.view.try_set(Some(view));
                    let _ = self.error.try_set(None);
                }
                // what was read stays: it is said that it is old
                Err(error) => {
                    let _ = self.error.try_set(Some(error));
                }
            }
        });
    }
}
