//! What one node's page knows, kept up to date by events.

use super::api::{AdminView, NodeView};
use super::calls::view_node;
use crate::AppError;
use crate::live::{Reading, use_live};
use domain::{Event, NodeId};
use leptos::prelude::*;

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    id: StoredValue<NodeId>,
    /// As last read.
    pub view: RwSignal<NodeView>,
    /// Why it could not be read again.
    pub error: RwSignal<Option<AppError>>,
    reading: Reading,
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: NodeView) -> Store {
        let id = first.summary.id.clone();
        let store = Store {
            id: StoredValue::new(id.clone()),
            view: RwSignal::new(first),
            error: RwSignal::new(None),
            reading: Reading::default(),
        };
        use_live().on_event(move |event| match event {
            Event::NodeChanged(node) if node.id == id => {
                store.view.update(|view| view.summary = (**node).clone());
                // the settings may have changed with it, and what depends on it
                store.read_soon();
            }
            // what is being read may not come back over a connection that was lost
            Event::Resync => store.read(),
            _ => {}
        });
        store
    }

    /// Which node.
    pub fn id(self) -> NodeId {
        self.id.get_value()
    }

    /// What an admin sees; reactive, and told only when it changes.
    pub fn of_admin<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&AdminView) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        Memo::new(move |_| self.view.with(|view| view.admin.as_ref().map(&part)))
    }

    /// Reads it again soon; many calls are one.
    pub fn read_soon(self) {
        self.reading.soon(move || view_node(self.id()), move |answer| self.take(answer));
    }

    /// Reads it again.
    pub fn read(self) {
        self.reading.now(move || view_node(self.id()), move |answer| self.take(answer));
    }

    fn take(self, answer: Result<NodeView, AppError>) {
        match answer {
            Ok(view) => {
                self.view.set(view);
                self.error.set(None);
            }
            // what was read stays: it is said that it is old
            Err(error) => self.error.set(Some(error)),
        }
    }
}
