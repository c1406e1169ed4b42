//! What the page knows, and how it stays true.

use super::api::OperationsView;
use super::calls::{begin_backup, test_webhook, verify_backup, view_operations};
use super::words;
use crate::AppError;
use crate::i18n::t;
use crate::live::{Reading, use_live};
use crate::ui::{Toasts, use_toasts};
use domain::Event;
use leptos::prelude::*;
use std::time::Duration;

/// While something is under way.
const CLOSELY: Duration = Duration::from_secs(1);
/// Numbers that no event tells of, in milliseconds.
const NOW_AND_THEN: u64 = 30_000;

/// By context of nobody: handed down.
#[derive(Clone, Copy)]
pub(super) struct Store {
    pub view: RwSignal<Option<OperationsView>>,
    pub error: RwSignal<Option<AppError>>,
    /// A click whose answer has not come.
    pub asking: RwSignal<bool>,
    reading: Reading,
    toasts: Toasts,
    failed: Signal<&'static str>,
}

impl Store {
    pub fn new(first: Result<OperationsView, AppError>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store {
            view: RwSignal::new(view),
            error: RwSignal::new(error),
            asking: RwSignal::new(false),
            reading: Reading::every(CLOSELY),
            toasts: use_toasts(),
            failed: Signal::derive(t(words::FAILED)),
        };
        use_live().on_event(move |event| match event {
            Event::Resync => store.read(),
            Event::NodeChanged(_) | Event::SettingsChanged | Event::AlertsChanged => store.read_soon(),
            _ => {}
        });
        #[cfg(feature = "hydrate")]
        let _ = leptos_use::use_interval_fn(move || store.read_soon(), NOW_AND_THEN);
        #[cfg(not(feature = "hydrate"))]
        let _ = NOW_AND_THEN;
        Effect::new(move |_| {
            if store.is_busy() || store.is_sending() {
                store.read_soon();
            }
        });
        store
    }

    /// A message is on its way: it is not known yet whether it was taken.
    fn is_sending(self) -> bool {
        let sending =
            |view: &OperationsView| view.health.webhook.as_ref().is_some_and(|of| of.waiting > 0 && of.error.is_none());
        self.view.with(|view| view.as_ref().is_some_and(sending))
    }

    /// Something is being done with backups.
    pub fn is_busy(self) -> bool {
        self.view.with(|view| view.as_ref().is_some_and(|view| view.backups.under_way.is_some()))
    }

    pub fn read(self) {
        self.reading.now(view_operations, move |answer| self.take(answer));
    }

    fn read_soon(self) {
        self.reading.soon(view_operations, move |answer| self.take(answer));
    }

    fn take(self, answer: Result<OperationsView, AppError>) {
        match answer {
            Ok(view) => {
                self.view.set(Some(view));
                self.error.set(None);
                if self.is_busy() || self.is_sending() {
                    self.read_soon();
                }
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    pub fn back_up(self) {
        self.ask(begin_backup);
    }

    pub fn verify(self, name: String) {
        self.ask(move || verify_backup(name));
    }

    pub fn test_webhook(self) {
        self.ask(test_webhook);
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
            if let Err(error) = answer {
                self.toasts.error(self.failed.get_untracked(), Some(error.message));
            }
            self.read();
        });
    }
}
