//! What the server tells while a page is open: one WebSocket per tab, resumed after sleep.

use domain::Event;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One message of `/ws`: `{event, data}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `job:created`, `job:status`, `job:progress`, `job:completed`, `job:failed`, `node:status`, `license:usage`, `resync`.
    pub event: String,
    /// The whole change.
    pub data: Event,
}

/// How the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not yet open.
    Opening,
    /// Open.
    Live,
    /// Lost; it is being tried again.
    Lost,
}

/// The live connection of this tab, by context.
#[derive(Clone, Copy)]
pub struct Live {
    /// How it stands.
    pub connection: RwSignal<Connection>,
    /// When the last message came, by the page's clock.
    pub last_event: RwSignal<Option<domain::Timestamp>>,
}

/// Puts the connection into the context; opens it in the browser only.
pub fn provide() {
    provide_context(Live { connection: RwSignal::new(Connection::Opening), last_event: RwSignal::new(None) });
}

/// The live connection of this tab.
pub fn use_live() -> Live {
    expect_context()
}
