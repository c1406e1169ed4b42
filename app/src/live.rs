//! What the server tells while a page is open: one WebSocket per tab, resumed after sleep.
//!
//! Pages subscribe with [`Live::on_event`]. They hear [`Event::Resync`] whenever something may have been missed: when
//! the connection opens (the first time too, because things happen between the HTML and the connection), and when the
//! machine slept. They answer by reading again; every other event carries the whole row with its version.

mod reading;
mod turns;

pub use reading::Reading;
pub use turns::Turns;

use domain::{Event, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// The live connection of this tab, by context.
#[derive(Clone, Copy)]
pub struct Live {
    /// How it stands.
    pub connection: RwSignal<Connection>,
    /// When the last message came, by the page's clock.
    pub last_event: RwSignal<Option<Timestamp>>,
    listeners: StoredValue<(u64, Vec<(u64, Listener)>)>,
}

/// Puts the connection into the context; opens it in the browser only. After [`crate::clock::provide`].
pub fn provide() {
    let live = Live {
        connection: RwSignal::new(Connection::Opening),
        last_event: RwSignal::new(None),
        listeners: StoredValue::new((0, Vec::new())),
    };
    provide_context(live);
    #[cfg(feature = "hydrate")]
    open(live);
}

/// The live connection of this tab.
pub fn use_live() -> Live {
    expect_context()
}

impl Live {
    /// Calls `listener` with every event until the present owner (a page, a component) is gone.
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) {
        let listener: Listener = Arc::new(listener);
        let id = self.listeners.try_update_value(|(next, all)| {
            *next += 1;
            all.push((*next, Arc::clone(&listener)));
            *next
        });
        #[cfg(feature = "hydrate")]
        self.make_up_for(listener);
        on_cleanup(move || {
            let _ = self.listeners.try_update_value(|(_, all)| all.retain(|(other, _)| Some(*other) != id));
        });
    }

    /// What the HTML brought is as old as the HTML. A page whose code came after the connection was open has not heard
    /// what was said meanwhile; one that is opened later reads anew by itself.
    #[cfg(feature = "hydrate")]
    fn make_up_for(self, listener: Listener) {
        let of_html = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
        if of_html && self.connection.get_untracked() != Connection::Opening {
            let owner = Owner::current();
            // after the page has been taken over as it came
            leptos::task::spawn_local(async move {
                match owner {
                    Some(owner) => owner.with(|| listener(&Event::Resync)),
                    None => listener(&Event::Resync),
                }
            });
        }
    }

    /// Hands an event to every listener. A listener may subscribe others or end itself.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    fn tell(self, event: &Event) {
        let listeners = self.listeners.try_with_value(|(_, all)| all.clone()).unwrap_or_default();
        for (_, listener) in listeners {
            listener(event);
        }
    }
}

/// A pause of the page's clock that means sleep, in seconds: hidden tabs tick once a minute at worst.
#[cfg(feature = "hydrate")]
const SLEPT: u64 = 90;

#[cfg(feature = "hydrate")]
fn open(live: Live) {
    use codee::string::FromToStringCodec;
    use leptos_use::{ReconnectLimit, UseWebSocketOptions, use_websocket_with_options};

    let clock = crate::clock::use_clock();
    let hear = move |event: &Event| {
        live.last_event.set(Some(untrack(|| clock.now())));
        live.tell(event);
    };
    let lost = move || {
        if live.connection.get_untracked() != Connection::Lost {
            live.connection.set(Connection::Lost);
        }
    };
    let options = UseWebSocketOptions::default()
        .reconnect_limit(ReconnectLimit::Infinite)
        .reconnect_interval(1000)
        .on_open(move |_| {
            live.connection.set(Connection::Live);
            hear(&Event::Resync);
        })
        .on_close(move |_| lost())
        .on_error(move |_| lost())
        // not the `message` signal: it may coalesce
        .on_message(move |text: &String| match serde_json::from_slice::<Message>(text.as_bytes()) {
            Ok(message) => hear(&message.data),
            // a newer server says something this page does not know: what it was is read again
            Err(_) => hear(&Event::Resync),
        });
    // The server does not read what comes; but a connection that died during sleep is found out by sending.
    let options = options.heartbeat::<String, FromToStringCodec>(15_000);
    let _ = use_websocket_with_options::<String, String, FromToStringCodec, _, _>("/ws", options);

    Effect::new(move |before: Option<Timestamp>| {
        let now = clock.now();
        if before.is_some_and(|before| now.since(before).0 > SLEPT) {
            live.tell(&Event::Resync);
        }
        now
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_listener_hears_until_its_owner_is_gone() {
        let page = Owner::new();
        page.with(|| {
            let live = Live {
                connection: RwSignal::new(Connection::Opening),
                last_event: RwSignal::new(None),
                listeners: StoredValue::new((0, Vec::new())),
            };
            let heard = Arc::new(AtomicU32::new(0));
            let component = page.child();
            component.with(|| {
                let heard = heard.clone();
                live.on_event(move |_| {
                    heard.fetch_add(1, Ordering::Relaxed);
                });
            });
            live.tell(&Event::Resync);
            component.cleanup();
            live.tell(&Event::Resync);
            assert_eq!(heard.load(Ordering::Relaxed), 1);
        });
    }
}
