//! What the page knows, and how it goes on.

use super::api::{LogReach, LogView, PAGE};
use super::calls::view_logs;
use super::query::Asked;
use crate::AppError;
use domain::Timestamp;
use domain::log::{LogPlace, LogRecord};
use leptos::prelude::*;
use std::sync::Arc;

/// Between two looks while the page follows, in milliseconds.
const LOOK_EVERY: u64 = 2_000;
/// Records kept on the page; older ones can be read again.
const KEPT: usize = 25 * PAGE;

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shown {
    /// In the order they were written.
    pub records: Vec<Arc<LogRecord>>,
    /// What is older begins before this place.
    pub older: Option<LogPlace>,
    /// What is newer begins here.
    newest: Option<LogPlace>,
    /// So far nothing was found, and there is more.
    pub looked_back_to: Option<Timestamp>,
}

impl Shown {
    fn of(view: LogView) -> Shown {
        let part = view.part;
        Shown {
            records: part.records.into_iter().map(Arc::new).collect(),
            older: part.older,
            newest: part.newest,
            looked_back_to: part.looked_back_to,
        }
    }

    /// Puts older ones before them.
    fn put_before(&mut self, view: LogView) {
        let before = Shown::of(view);
        self.records.splice(0..0, before.records);
        self.older = before.older;
        let is_empty = self.records.is_empty();
        self.looked_back_to = before.looked_back_to.filter(|_| is_empty);
    }

    /// Puts newer ones behind them; so many stay that a page can bear it for a day.
    fn put_behind(&mut self, view: LogView) {
        let behind = Shown::of(view);
        if behind.records.is_empty() {
            self.newest = behind.newest.or(self.newest);
            return;
        }
        self.records.extend(behind.records);
        self.newest = behind.newest.or(self.newest);
        self.looked_back_to = None;
        if let Some(too_many) = self.records.len().checked_sub(KEPT).filter(|too_many| *too_many > 0) {
            self.records.drain(..too_many);
            self.older = self.records.first().map(|record| record.place);
        }
    }
}

/// By context of nobody: handed down.
#[derive(Clone, Copy)]
pub(super) struct Store {
    pub asked: Memo<Asked>,
    /// `None` until something was read.
    pub shown: RwSignal<Option<Shown>>,
    pub error: RwSignal<Option<AppError>>,
    /// Older ones are on their way.
    pub going_back: RwSignal<bool>,
    /// New lines are put at the end as they come.
    pub follow: RwSignal<bool>,
    /// New lines are on their way.
    looking: StoredValue<bool>,
}

impl Store {
    pub fn new(asked: Memo<Asked>, first: Result<LogView, AppError>) -> Store {
        let (shown, error) = match first {
            Ok(view) => (Some(Shown::of(view)), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store {
            asked,
            shown: RwSignal::new(shown),
            error: RwSignal::new(error),
            going_back: RwSignal::new(false),
            follow: RwSignal::new(asked.with_untracked(|asked| asked.older.is_none())),
            looking: StoredValue::new(false),
        };
        Effect::new(move |before: Option<Asked>| {
            let now = asked.get();
            if before.is_some_and(|before| before != now) {
                store.follow.set(now.older.is_none());
                store.read();
            }
            now
        });
        #[cfg(feature = "hydrate")]
        {
            let visible = leptos_use::use_document_visibility();
            let _ = leptos_use::use_interval_fn(
                move || {
                    let seen = visible.get_untracked() == leptos::web_sys::VisibilityState::Visible;
                    if seen && store.follow.get_untracked() && store.error.with_untracked(Option::is_none) {
                        store.look();
                    }
                },
                LOOK_EVERY,
            );
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = LOOK_EVERY;
        store
    }

    /// Asks, and hands the answer on unless the page is gone or asks for something else by then.
    fn ask(self, reach: LogReach, take: impl FnOnce(Result<LogView, AppError>) + 'static) {
        let asked = self.asked.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = view_logs(asked.query.clone(), reach).await;
            if self.asked.try_get_untracked() == Some(asked) {
                take(answer);
            }
        });
    }

    /// Reads what the address asks for, in place of what is shown.
    pub fn read(self) {
        self.going_back.set(false);
        self.looking.set_value(false);
        let older = self.asked.with_untracked(|asked| asked.older);
        self.ask(older.map_or(LogReach::End, LogReach::Before), move |answer| self.put(answer));
    }

    fn put(self, answer: Result<LogView, AppError>) {
        match answer {
            Ok(view) => {
                self.shown.set(Some(Shown::of(view)));
                self.error.set(None);
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Reads what is older than all that is shown.
    pub fn go_back(self) {
        let older = self.shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.older));
        let Some(older) = older.filter(|_| !self.going_back.get_untracked()) else { return };
        self.going_back.set(true);
        self.ask(LogReach::Before(older), move |answer| {
            self.going_back.set(false);
            match answer {
                // what was shown first may have been let go of meanwhile
                Ok(view) => self.shown.update(|shown| {
                    if let Some(shown) = shown.as_mut().filter(|shown| shown.older == Some(older)) {
                        shown.put_before(view);
                    }
                }),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// Reads what came since.
    fn look(self) {
        if self.looking.get_value() {
            return;
        }
        let newest = self.shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.newest));
        self.looking.set_value(true);
        self.ask(newest.map_or(LogReach::End, LogReach::After), move |answer| {
            self.looking.set_value(false);
            match answer {
                Ok(view) if view.is_anew || newest.is_none() => self.put(Ok(view)),
                Ok(view) if view.part.records.is_empty() && view.part.newest == newest => {}
                Ok(view) => self.shown.update(|shown| {
                    if let Some(shown) = shown.as_mut().filter(|shown| shown.newest == newest) {
                        shown.put_behind(view);
                    }
                }),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// Begins to follow, or stops.
    pub fn set_follow(self, follow: bool) {
        self.follow.set(follow);
        if follow {
            self.look();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::log::LogPart;

    fn view(offsets: std::ops::Range<u64>, older: Option<u64>) -> LogView {
        let place = |offset| LogPlace { file: 1, offset };
        let record = |offset| LogRecord {
            place: place(offset),
            at: None,
            millis: 0,
            level: None,
            target: String::new(),
            message: String::new(),
            request: None,
            fields: Vec::new(),
            is_cut: false,
        };
        let newest = Some(place(offsets.end));
        let part =
            LogPart { records: offsets.map(record).collect(), older: older.map(place), newest, looked_back_to: None };
        LogView { part, is_anew: false }
    }

    #[test]
    fn older_ones_come_before_newer_ones_behind_and_not_too_many_stay() {
        let mut shown = Shown::of(view(100..200, Some(100)));
        shown.put_before(view(50..100, Some(50)));
        shown.put_behind(view(200..210, None));
        let offsets: Vec<u64> = shown.records.iter().map(|record| record.place.offset).collect();
        assert_eq!(offsets, (50..210).collect::<Vec<_>>());
        assert_eq!((shown.older.unwrap().offset, shown.newest.unwrap().offset), (50, 210));
        shown.put_behind(view(210..210 + KEPT as u64, None));
        assert_eq!(shown.records.len(), KEPT);
        // what was let go of can be read again
        assert_eq!(shown.older.unwrap(), shown.records[0].place);
    }
}
