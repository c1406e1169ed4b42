//! What the page knows, kept up to date by events and by its own changes.

use super::api::{PeopleView, PersonRow};
use super::calls::view_people;
use crate::AppError;
use crate::live::use_live;
use domain::{Account, Event, UserId};
use leptos::prelude::*;
use std::time::Duration;

/// Read again at most this often, however many events come.
const PAUSE: Duration = Duration::from_millis(700);

/// What stands beside or above the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// Nothing.
    #[default]
    Closed,
    /// The form of one new person.
    Add,
    /// A file of many.
    Import,
    /// One person.
    Edit(UserId),
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    /// As last read.
    pub view: RwSignal<Option<PeopleView>>,
    /// Why it could not be read again.
    pub error: RwSignal<Option<AppError>>,
    /// What is open.
    pub panel: RwSignal<Panel>,
    /// Who is looking.
    pub me: StoredValue<Option<UserId>>,
    asked: StoredValue<bool>,
}

/// Puts an account where its older state was.
fn put(view: &mut PeopleView, account: &Account) {
    if let Ok(at) = view.people.binary_search_by(|row| row.account.user.id.cmp(&account.user.id)) {
        view.people[at].account = account.clone();
    }
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: Result<PeopleView, AppError>, me: Option<UserId>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store {
            view: RwSignal::new(view),
            error: RwSignal::new(error),
            panel: RwSignal::new(Panel::Closed),
            me: StoredValue::new(me),
            asked: StoredValue::new(false),
        };
        use_live().on_event(move |event| match event {
            Event::SettingsChanged | Event::Resync | Event::JobCreated(_) | Event::JobDeleted(_) => store.read_soon(),
            // progress alone changes nobody's count
            Event::JobChanged(job) if job.ended_at.is_some() => store.read_soon(),
            Event::JobChanged(_) | Event::NodeChanged(_) | Event::LicenseChanged(_) => {}
        });
        store
    }

    /// Something of what is known; reactive, and told only when it changes.
    pub fn of<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&PeopleView) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        Memo::new(move |_| self.view.with(|view| view.as_ref().map(&part)))
    }

    /// One person's row; reactive.
    pub fn row(self, id: UserId) -> Memo<Option<PersonRow>> {
        Memo::new(move |_| {
            self.view.with(|view| {
                let people = &view.as_ref()?.people;
                // the server sends them by their sign-in names
                let at = people.binary_search_by(|row| row.account.user.id.cmp(&id)).ok()?;
                Some(people[at].clone())
            })
        })
    }

    /// Whether this is who is looking.
    pub fn is_me(self, id: &UserId) -> bool {
        self.me.with_value(|me| me.as_ref() == Some(id))
    }

    /// Shows an own change at once, and reads the rest.
    pub fn changed(self, account: &Account) {
        self.view.update(|view| {
            if let Some(view) = view {
                put(view, account);
            }
        });
        self.read();
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
            match view_people().await {
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
