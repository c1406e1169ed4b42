//! What the page knows, and how it stays true.

use super::api::CleanupView;
use super::calls::{begin_cleanup, view_cleanup};
use super::words;
use crate::AppError;
use crate::i18n::t;
use crate::jobs::api::JobAction;
use crate::jobs::calls::act_on_jobs;
use crate::live::{Reading, use_live};
use crate::ui::{Toasts, use_toasts};
use domain::{Event, JobId};
use leptos::prelude::*;
use std::time::Duration;

/// While a clean-up is under way, and after changes of jobs.
const CLOSELY: Duration = Duration::from_secs(1);

/// By context of nobody: handed down.
#[derive(Clone, Copy)]
pub(super) struct Store {
    pub view: RwSignal<Option<CleanupView>>,
    pub error: RwSignal<Option<AppError>>,
    /// A click whose answer has not come.
    pub asking: RwSignal<bool>,
    /// Asks before everything goes.
    pub dialog: RwSignal<bool>,
    reading: Reading,
    toasts: Toasts,
    failed: Signal<&'static str>,
}

impl Store {
    pub fn new(first: Result<CleanupView, AppError>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store {
            view: RwSignal::new(view),
            error: RwSignal::new(error),
            asking: RwSignal::new(false),
            dialog: RwSignal::new(false),
            reading: Reading::every(CLOSELY),
            toasts: use_toasts(),
            failed: Signal::derive(t(words::FAILED)),
        };
        use_live().on_event(move |event| match event {
            Event::Resync => store.read(),
            Event::SettingsChanged | Event::AlertsChanged => store.read_soon(),
            _ => {}
        });
        Effect::new(move |_| {
            if store.view.with(|view| view.as_ref().is_some_and(|view| view.under_way)) {
                store.read_soon();
            }
        });
        store
    }

    pub fn read(self) {
        self.reading.now(view_cleanup, move |answer| self.take(answer));
    }

    fn read_soon(self) {
        self.reading.soon(view_cleanup, move |answer| self.take(answer));
    }

    fn take(self, answer: Result<CleanupView, AppError>) {
        match answer {
            Ok(view) => {
                self.view.set(Some(view));
                self.error.set(None);
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Takes away at once what is past its days.
    pub fn run(self) {
        self.ask(begin_cleanup);
    }

    /// Keeps a job and its results.
    pub fn keep(self, job: JobId) {
        self.ask(move || async move {
            let results = act_on_jobs(vec![job], JobAction::Keep).await?;
            results.into_iter().try_for_each(|result| result.outcome.map(|_| ()))
        });
    }

    fn ask<F>(self, what: impl FnOnce() -> F + 'static)
    where
        F: Future<Output = Result<(), AppError>> + 'static,
    {
        self.asking.set(true);
        leptos::task::spawn_local(async move {
            let answer = what().await;
            if self.asking.try_set(false).is_some() {
                return;
            }
            self.dialog.set(false);
            if let Err(error) = answer {
                self.toasts.error(self.failed.get_untracked(), Some(error.message));
            }
            self.read();
        });
    }
}
