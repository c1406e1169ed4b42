//! What goes on by itself: a look at everything twice a minute, and a backup when the clock says so.

use app::backend::Backend;
use domain::Timestamp;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks. A change of the schedule is seen by then, too.
const LOOK: Duration = Duration::from_secs(30);

/// Goes on until the server stops. A backup that is being made then is cut off, and leaves nothing that looks like one.
pub async fn go_on_until_stopped(backend: Backend, stop: CancellationToken) {
    // one that was due while no server ran is made now
    let mut looked_at = backend.last_backup().unwrap_or(Timestamp(chrono::Utc::now().timestamp()));
    loop {
        let work = async {
            backend.look().await;
            let now = Timestamp(chrono::Utc::now().timestamp());
            // while another one is made or read it stays due
            if !is_due(&backend, looked_at, now) || backend.begin_due_backup() {
                looked_at = now;
            }
            tokio::time::sleep(LOOK).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = work => {}
        }
    }
}

/// Whether the schedule has a moment in between. A clock that was set forward by a day makes one backup of it, one set
/// back none until it is there again.
fn is_due(backend: &Backend, from: Timestamp, until: Timestamp) -> bool {
    let settings = backend.repository.settings();
    let next = settings.backup_schedule.as_deref().and_then(|schedule| app::backend::next_after(schedule, from));
    next.is_some_and(|next| next <= until)
}
