//! `/ws`: every change after its commit, to every open tab.

use app::backend::{Backend, Visitor};
use app::live::Message;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use domain::{Event, JobStatus};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Most bytes of what a browser says: it has nothing to say.
const MOST: usize = 4096;
/// How often it is looked whether the listener is still signed in: a session that has ended hears no longer than so.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Answers the upgrade; the socket then lives until the browser leaves or the server stops.
pub fn upgrade(socket: WebSocketUpgrade, backend: Backend, visitor: Visitor, stop: CancellationToken) -> Response {
    // subscribed before the answer, so that nothing committed from here on is missed
    let events = backend.repository.subscribe();
    let socket = socket.max_message_size(MOST).max_frame_size(MOST);
    // the buffer is taken when the socket opens, and is 128 kB unless told: more than all else an open tab needs
    socket.read_buffer_size(MOST).on_upgrade(move |socket| serve(socket, events, Listener { backend, visitor }, stop))
}

fn word(event: &Event) -> &'static str {
    match event {
        Event::JobCreated(_) => "job:created",
        Event::JobChanged(job) => match job.status {
            JobStatus::Completed => "job:completed",
            JobStatus::Failed => "job:failed",
            JobStatus::Running => "job:progress",
            _ => "job:status",
        },
        Event::JobDeleted(_) => "job:status",
        Event::NodeChanged(_) => "node:status",
        Event::LicenseChanged(_) => "license:usage",
        Event::AlertsChanged => "alerts:changed",
        Event::SettingsChanged | Event::Resync => "resync",
    }
}

/// Who listens.
struct Listener {
    backend: Backend,
    visitor: Visitor,
}

impl Listener {
    /// Still signed in. A database that is busy for a moment shuts nobody out.
    async fn is_welcome(&self) -> bool {
        self.backend.is_welcome(&self.visitor).await.unwrap_or(true)
    }
}

async fn serve(
    mut socket: WebSocket,
    mut events: tokio::sync::broadcast::Receiver<Event>,
    listener: Listener,
    stop: CancellationToken,
) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => break,
            _ = look.tick() => {
                // boxed, or each open tab keeps the room that the question takes for a moment
                if Box::pin(listener.is_welcome()).await { continue } else { break }
            }
            // what a browser says is not needed; its leaving is
            said = socket.recv() => match said {
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => continue,
            },
            event = events.recv() => match event {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => Event::Resync,
                Err(RecvError::Closed) => break,
            },
        };
        let message = Message { event: word(&event).to_owned(), data: event };
        let Ok(text) = serde_json::to_string(&message) else { continue };
        if socket.send(Frame::text(text)).await.is_err() {
            break;
        }
    }
    // the browser may be gone already
    let _ = socket.send(Frame::Close(None)).await;
}
