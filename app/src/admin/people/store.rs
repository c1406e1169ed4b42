//! What the page knows, kept up to date by events and by its own changes.

use super::api::{PeopleView, PersonRow, PersonalLink};
use super::calls::view_people;
use crate::AppError;
use crate::live::{Reading, use_live};
use domain::{Account, Event, UserId};
use leptos::prelude::*;
use std::cell::RefCell;

/// Links of an import, which are shown once.
#[derive(Clone)]
struct Links {
    /// Whose act it was: they are for nobody else's eyes.
    of: UserId,
    links: Vec<PersonalLink>,
    /// They have been copied or saved.
    taken: bool,
}

thread_local! {
    /// Who looks at another page meanwhile finds them where they were.
    static LINKS: RefCell<Option<Links>> = const { RefCell::new(None) };
}

/// Whether closing this tab would lose links that nobody has copied or saved.
pub fn has_untaken_links() -> bool {
    LINKS.with_borrow(|links| links.as_ref().is_some_and(|links| !links.taken))
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
    /// People are being added: what comes back are links, and nothing is closed before.
    pub adding: RwSignal<bool>,
    /// The question before they are lost.
    pub losing: RwSignal<bool>,
    next: StoredValue<Panel>,
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
    pub fn new(first: Result<PeopleView, AppError>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let links = view.as_ref().and_then(|view| {
            LINKS.with_borrow(|links| {
                links.as_ref().filter(|links| links.of == view.me).map(|known| known.links.clone())
            })
        });
        let panel = if links.is_some() { Panel::Import } else { Panel::Closed };
        let store = Store {
            view: RwSignal::new(view),
            error: RwSignal::new(error),
            panel: RwSignal::new(panel),
            links: RwSignal::new(links),
            adding: RwSignal::new(false),
            losing: RwSignal::new(false),
            next: StoredValue::new(Panel::Closed),
            reading: Reading::default(),
        };
        use_live().on_event(move |event| match event {
            // what is being read may not come back over a connection that was lost
            Event::Resync => store.read(),
            Event::SettingsChanged | Event::JobCreated(_) | Event::JobDeleted(_) => store.read_soon(),
            // progress alone changes nobody's count
            Event::JobChanged(job) if job.ended_at.is_some() => store.read_soon(),
            Event::JobChanged(_) | Event::NodeChanged(_) | Event::LicenseChanged(_) | Event::AlertsChanged => {}
        });
        store
    }

    /// Opens a panel, or closes what is open. Links that would be lost are asked about first.
    pub fn turn_to(self, panel: Panel) {
        if self.adding.get_untracked() {
            return;
        }
        if self.links.with_untracked(Option::is_some) && has_untaken_links() {
            self.next.set_value(panel);
            self.losing.set(true);
        } else {
            self.lose_links();
            self.panel.set(panel);
        }
    }

    /// Does it all the same.
    pub fn turn_all_the_same(self) {
        self.lose_links();
        self.losing.set(false);
        self.panel.set(self.next.get_value());
    }

    fn lose_links(self) {
        // others than those on screen may have come since: they are shown when the page is opened anew
        if self.links.with_untracked(Option::is_some) {
            LINKS.set(None);
            self.links.set(None);
        }
    }

    /// An import of this person has worked. Wherever they are by now, its links are kept and shown when they come back.
    pub fn added(self, of: UserId, links: Vec<PersonalLink>) {
        LINKS.set(Some(Links { of, links: links.clone(), taken: false }));
        // the page may be gone
        if self.links.try_set(Some(links)).is_none() {
            self.panel.set(Panel::Import);
            self.read();
        }
    }

    /// The links have been copied or saved.
    pub fn links_taken(self) {
        LINKS.with_borrow_mut(|links| links.iter_mut().for_each(|links| links.taken = true));
    }

    /// Who is looking, as the server says.
    pub fn me(self) -> Option<UserId> {
        self.view.with_untracked(|view| view.as_ref().map(|view| view.me.clone()))
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
        self.me().as_ref() == Some(id)
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
                // somebody else has signed in meanwhile, in another tab: what is on screen is not for them
                if self.me().is_some_and(|me| me != view.me) {
                    self.lose_links();
                    self.panel.set(Panel::Closed);
                }
                self.view.set(Some(view));
                self.error.set(None);
            }
            // what was read stays: it is said that it is old
            Err(error) => self.error.set(Some(error)),
        }
    }
}
