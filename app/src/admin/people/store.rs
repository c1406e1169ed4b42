//! What the page knows, kept up to date by events and by its own changes.

use super::api::{PeopleView, PersonRow, PersonalLink};
use super::calls::view_people;
use crate::AppError;
use crate::live::{Reading, use_live};
use domain::{Account, Event, UserId};
use leptos::prelude::*;
use std::cell::RefCell;

thread_local! {
    /// The links of an import are shown once: who looks at another page meanwhile finds them where they were.
    static LINKS: RefCell<Option<Vec<PersonalLink>>> = const { RefCell::new(None) };
}

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
    /// What is open; changed by [`Store::turn_to`].
    pub panel: RwSignal<Panel>,
    /// The links of an import, as long as its panel is open.
    pub links: RwSignal<Option<Vec<PersonalLink>>>,
    /// They have neither been copied nor saved.
    pub unkept: RwSignal<bool>,
    /// The question before they are lost.
    pub losing: RwSignal<bool>,
    next: StoredValue<Panel>,
    /// Who is looking.
    pub me: StoredValue<Option<UserId>>,
    reading: Reading,
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
        let links = LINKS.with_borrow(Clone::clone);
        let panel = if links.is_some() { Panel::Import } else { Panel::Closed };
        let store = Store {
            view: RwSignal::new(view),
            error: RwSignal::new(error),
            panel: RwSignal::new(panel),
            links: RwSignal::new(links),
            unkept: RwSignal::new(false),
            losing: RwSignal::new(false),
            next: StoredValue::new(Panel::Closed),
            me: StoredValue::new(me),
            reading: Reading::default(),
        };
        use_live().on_event(move |event| match event {
            Event::SettingsChanged | Event::Resync | Event::JobCreated(_) | Event::JobDeleted(_) => store.read_soon(),
            // progress alone changes nobody's count
            Event::JobChanged(job) if job.ended_at.is_some() => store.read_soon(),
            Event::JobChanged(_) | Event::NodeChanged(_) | Event::LicenseChanged(_) => {}
        });
        store
    }

    /// Opens a panel, or closes what is open. Links that would be lost are asked about first.
    pub fn turn_to(self, panel: Panel) {
        if self.unkept.get_untracked() {
            self.next.set_value(panel);
            self.losing.set(true);
        } else {
            self.show_links(None);
            self.panel.set(panel);
        }
    }

    /// Does it all the same.
    pub fn lose_links(self) {
        self.unkept.set(false);
        self.losing.set(false);
        self.turn_to(self.next.get_value());
    }

    /// The links of an import that has worked; `None` when they have been dealt with.
    pub fn show_links(self, links: Option<Vec<PersonalLink>>) {
        LINKS.set(links.clone());
        if self.links.with_untracked(|shown| *shown != links) {
            self.links.set(links);
        }
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
        self.reading.soon(view_people, move |answer| self.take(answer));
    }

    /// Reads it again.
    pub fn read(self) {
        self.reading.now(view_people, move |answer| self.take(answer));
    }

    fn take(self, answer: Result<PeopleView, AppError>) {
        match answer {
            Ok(view) => {
                self.view.set(Some(view));
                self.error.set(None);
            }
            // what was read stays: it is said that it is old
            Err(error) => self.error.set(Some(error)),
        }
    }
}
