//! What goes on by itself: a look at everything twice a minute, a backup or a clean-up when the clock says so, and old log
//! files compressed.

use crate::logs;
use app::backend::Backend;
use domain::cleanup::{LEAP, LEAP_COUNTED, leapt};
use domain::{Seconds, Timestamp};
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

/// What the clock says, beside the time that passed since it was asked last.
struct Clock {
    said: Timestamp,
    asked: Instant,
    /// The time since then was counted here; else it is what was on record at the start.
    is_counted: bool,
}

impl Clock {
    /// Asks it. Where it leapt ahead or came back from there, what the clean-up takes is to be seen for a week again, by what
    /// the clock says now.
    /// `None`: that could not be noted, and what it says is not to be gone by.
    async fn ask(&mut self, backend: &Backend) -> Option<Timestamp> {
        let now = Timestamp(chrono::Utc::now().timestamp());
        let most = if self.is_counted { LEAP_COUNTED } else { LEAP };
        let is_back = self.said.since(now) >= LEAP_COUNTED;
        if is_back || leapt(self.said, Seconds(self.asked.elapsed().as_secs()), now, most) {
            tracing::warn!(before = self.said.0, now = now.0, "the clock leapt: the clean-up waits for a week");
            if let Err(error) = backend.repository.notice_cleanup_again(now, is_back.then_some(self.said)).await {
                tracing::error!(%error, "the clean-up could not be told to wait");
                // asked again as if nothing had been, and until then nothing is cleaned up
                return None;
            }
        }
        *self = Clock { said: now, asked: Instant::now(), is_counted: true };
        Some(now)
    }
}

/// Goes on until the server stops. A backup that is being made then is cut off, and leaves nothing that looks like one.
///
/// `newest` is the latest moment that was on record before anything of this start was.
pub async fn go_on_until_stopped(backend: Backend, newest: Option<Timestamp>, stop: CancellationToken) {
    // one that was due while no server ran is made now
    let mut looked_at = backend.last_backup().unwrap_or(Timestamp(chrono::Utc::now().timestamp()));
    let mut cleaned_at = Timestamp(chrono::Utc::now().timestamp().saturating_sub(CAUGHT_UP));
    let said = newest.unwrap_or(Timestamp(chrono::Utc::now().timestamp()));
    let mut clock = Clock { said, asked: Instant::now(), is_counted: false };
    let mut packing: Option<(Instant, JoinHandle<()>)> = None;
    loop {
        let work = async {
            backend.look().await;
            if let Some(now) = clock.ask(&backend).await {
                // while another one is made or read it stays due
                let settings = backend.repository.settings();
                if !is_due(settings.backup_schedule.as_deref(), looked_at, now) || backend.begin_due_backup() {
                    looked_at = now;
                }
                // the backup first, where both are: it has what goes then
                let schedule = settings.cleanup.schedule.as_deref();
                // of what was due at that moment: what people were told goes tomorrow goes tomorrow
                let due = schedule.and_then(|schedule| app::backend::last_before(schedule, now));
                match due.filter(|due| *due > cleaned_at) {
                    Some(due) if !backend.begin_due_cleanup(due) => {}
                    _ => cleaned_at = now,
                }
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
