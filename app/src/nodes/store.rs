//! What one node's page knows, kept up to date by events.

use super::api::{AdminView, NodeView};
use super::calls::view_node;
use crate::AppError;
use crate::live::use_live;
use domain::{Event, NodeId};
use leptos::prelude::*;
use std::time::Duration;

/// Read again at most this often, however many events come.
const PAUSE: Duration = Duration::from_millis(700);

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    id: StoredValue<NodeId>,
    /// As last read.
    pub view: RwSignal<NodeView>,
    /// Why it could not be read again.
    pub error: RwSignal<Option<AppError>>,
    asked: StoredValue<bool>,
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: NodeView) -> Store {
        let id = first.summary.id.clone();
        let store = Store {
            id: StoredValue::new(id.clone()),
            view: RwSignal::new(first),
            error: RwSignal::new(None),
            asked: StoredValue::new(false),
        };
        use_live().on_event(move |event| match event {
            Event::NodeChanged(node) if node.id == id => {
                store.view.update(|view| view.summary = (**node).clone());
                // the settings may have changed with it, and what depends on it
                store.read_soon();
            }
            Event::Resync => store.read_soon(),
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
        let Some(id) = self.id.try_get_value() else { return };
        leptos::task::spawn_local(async move {
            match view_node(id).await {
                Ok(view) => {
                    let _ = self.view.try_set(view);
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
