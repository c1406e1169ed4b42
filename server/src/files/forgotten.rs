//! Uploads of jobs that never came about go away: at the start, and once a day.

use app::backend::Backend;
use domain::cleanup::Heap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Until `stop` is cancelled.
pub async fn clear_until_stopped(backend: Backend, stop: CancellationToken) {
    loop {
        match stop.run_until_cancelled(cleanup::clear_uploads(&backend.repository, &backend.folders.uploads)).await {
            None => return,
            Some(Ok(Heap { count: 0, .. })) => {}
            Some(Ok(Heap { count, bytes })) => {
                tracing::info!(count, bytes, "uploads of jobs that never came about were removed");
            }
            Some(Err(error)) => tracing::warn!(%error, "uploads of jobs that never came about stay for now"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
