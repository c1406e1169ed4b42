//! What the page knows, kept up to date by events.

use super::api::LicensesView;
use super::calls::view_licenses;
use crate::AppError;
use crate::live::{Reading, use_live};
use domain::{Event, JobStatus, JobSummary, Tokens};
use leptos::prelude::*;

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    /// As last read.
    pub view: RwSignal<Option<LicensesView>>,
    /// Why it could not be read again.
    pub error: RwSignal<Option<AppError>>,
    reading: Reading,
}

/// Whether a job's new row is of one that holds or waits otherwise than before: then all is read again.
fn moves(view: &LicensesView, job: &JobSummary) -> bool {
    let mut rows = view.holding.iter().map(|row| &row.job).chain(&view.waiting);
    let counts = job.status == JobStatus::Waiting || job.status.holds_resources();
    rows.find(|known| known.id == job.id)
        .map_or(counts && job.tokens > Tokens::ZERO, |known| known.status != job.status)
}

/// Puts a job's newer row where its old one was; whether there was one.
fn renew(view: &mut LicensesView, job: &JobSummary) -> bool {
    let mut rows = view.holding.iter_mut().map(|row| &mut row.job).chain(&mut view.waiting);
    let older = rows.find(|known| known.id == job.id && known.version < job.version);
    older.map(|known| known.clone_from(job)).is_some()
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: Result<LicensesView, AppError>) -> Store {
        let (view, error) = match first {
            Ok(view) => (Some(view), None),
            Err(error) => (None, Some(error)),
        };
        let store = Store { view: RwSignal::new(view), error: RwSignal::new(error), reading: Reading::default() };
        use_live().on_event(move |event| match event {
            Event::JobCreated(job) | Event::JobChanged(job) => {
                if store.view.with_untracked(|view| view.as_ref().is_some_and(|view| moves(view, job))) {
                    store.read_soon();
                }
                store.view.maybe_update(|view| view.as_mut().is_some_and(|view| renew(view, job)));
            }
            Event::LicenseChanged(usage) => {
                store.view.update(|view| {
                    if let Some(view) = view {
                        view.standing.usage = *usage;
                    }
                });
                store.read_soon();
            }
            Event::JobDeleted(_) => {}
            // what is being read may not come back over a connection that was lost
            Event::Resync => store.read(),
            Event::NodeChanged(_) | Event::SettingsChanged => store.read_soon(),
            Event::AlertsChanged => {}
        });
        store
    }

    /// Something of what is known; reactive, and told only when it changes.
    pub fn of<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&LicensesView) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        Memo::new(move |_| self.view.with(|view| view.as_ref().map(&part)))
    }

    /// Reads it again soon; many calls are one.
    pub fn read_soon(self) {
        self.reading.soon(view_licenses, move |answer| self.take(answer));
    }

    /// Reads it again.
    pub fn read(self) {
        self.reading.now(view_licenses, move |answer| self.take(answer));
    }

    fn take(self, answer: Result<LicensesView, AppError>) {
        match answer {
            Ok(view) => {
                self.view.set(Some(view));
                self.error.set(None);
            }
            // what was read stays: it is said that it is old
            Err(error) => self.error.set(Some(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::api::TokenRow;
    use super::*;
    use domain::plan::LicenseUse;
    use domain::{
        Cores, JobId, JobName, LicenseAsking, LicenseStanding, NodeWish, Priority, Seconds, Solver, Timestamp, UserId,
    };

    fn job(id: i64, status: JobStatus, tokens: u32) -> JobSummary {
        JobSummary {
            id: JobId(id),
            name: JobName::parse("beam").unwrap(),
            status,
            version: 1,
            user_id: UserId::parse("sato").unwrap(),
            user_name: "佐藤".into(),
            node: None,
            wish: NodeWish::Auto,
            solver: Solver::Abaqus,
            cpus: Cores(2),
            tokens: Tokens(tokens),
            priority: Priority::NORMAL,
            message: None,
            waiting: None,
            progress: None,
            transfer: None,
            verdict: None,
            cancel_asked: false,
            no_contact_since: None,
            tries: 0,
            not_before: None,
            parent_id: None,
            created_at: Timestamp(0),
            started_at: None,
            ended_at: None,
            updated_at: Timestamp(0),
        }
    }

    #[test]
    fn progress_changes_a_row_and_a_new_holder_or_waiter_the_page() {
        let standing = LicenseStanding {
            is_asked: false,
            asking: LicenseAsking::default(),
            is_fresh: false,
            usage: LicenseUse::default(),
            expires: None,
        };
        let mut view = LicensesView {
            standing,
            holding: vec![TokenRow { job: job(1, JobStatus::Running, 6), ends: None }],
            waiting: vec![job(2, JobStatus::Waiting, 6)],
            reservations: vec![],
            rule: vec![],
            longest: Seconds(0),
            nodes: vec![],
        };
        let later = JobSummary { version: 2, message: Some("x".into()), ..job(1, JobStatus::Running, 6) };
        assert!(!moves(&view, &later) && renew(&mut view, &later));
        assert_eq!(view.holding[0].job, later);
        assert!(!renew(&mut view, &job(1, JobStatus::Running, 6)), "an older row comes too late");
        for (job, all) in [
            (job(1, JobStatus::Collecting, 6), true),
            (job(2, JobStatus::Held, 6), true),
            (job(3, JobStatus::Waiting, 6), true),
            (job(3, JobStatus::Waiting, 0), false),
            (job(3, JobStatus::Completed, 6), false),
        ] {
            assert_eq!(moves(&view, &job), all, "{job:?}");
        }
    }
}
