//! What goes on by itself: a look at everything twice a minute, a backup or a clean-up when the clock says so, and old log
//! files compressed.

use crate::logs;
use app::backend::Backend;
use domain::Timestamp;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Between two looks. A change of the schedule is seen by then, too.
const LOOK: Duration = Duration::from_secs(30);

/// Between two looks for log files that have become old.
const PACKING: Duration = Duration::from_secs(3_600);

/// A clean-up that was due so long ago or less, while no server ran, is made at the start. There is no note of the last one:
/// to look again for what is old costs little and takes nothing that was not due.
const CAUGHT_UP: i64 = 7 * 24 * 3_600;

/// Goes on until the server stops. A backup that is being made then is cut off, and leaves nothing that looks like one.
pub async fn go_on_until_stopped(backend: Backend, stop: CancellationToken) {
    // one that was due while no server ran is made now
    let mut looked_at = backend.last_backup().unwrap_or(Timestamp(chrono::Utc::now().timestamp()));
    let mut cleaned_at = Timestamp(chrono::Utc::now().timestamp().saturating_sub(CAUGHT_UP));
    let mut packing: Option<(Instant, JoinHandle<()>)> = None;
    loop {
        let work = async {
            backend.look().await;
            let now = Timestamp(chrono::Utc::now().timestamp());
            // while another one is made or read it stays due
            let settings = backend.repository.settings();
            if !is_due(settings.backup_schedule.as_deref(), looked_at, now) || backend.begin_due_backup() {
                looked_at = now;
            }
            // the backup first, where both are: it has what goes then
            if !is_due(settings.cleanup.schedule.as_deref(), cleaned_at, now) || backend.begin_due_cleanup() {
                cleaned_at = now;
            }
            // a disk that does not answer holds up one of them only
            if packing.as_ref().is_none_or(|(began, work)| began.elapsed() >= PACKING && work.is_finished()) {
                packing = Some((Instant::now(), logs::begin_packing(backend.own.logs.clone())));
            }
            tokio::time::sleep(LOOK).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = work => {}
        }
    }
}

/// Whether the schedule has a moment in between. A clock that was set forward by a day makes one turn of it, one set back
/// none until it is there again.
fn is_due(schedule: Option<&str>, from: Timestamp, until: Timestamp) -> bool {
    let next = schedule.and_then(|schedule| app::backend::next_after(schedule, from));
    next.is_some_and(|next| next <= until)
}
