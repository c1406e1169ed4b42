//! What the page shows, in one place, and what keeps it up to date.

use super::load::{Loaded, Wanted};
use super::log::Log;
use crate::frame::{LabFeed, use_lab};
use crate::i18n::Locale;
use crate::i18n::sentence::Voice;
use crate::jobs::api::{Convergence, JobAction, JobView};
use crate::jobs::calls::{act_on_jobs, read_convergence, view_job};
use crate::jobs::priority::Question;
use crate::live::{Connection, Turns, use_live};
use crate::ui::Toasts;
use domain::{Event, JobId, JobStatus, JobSummary, Progress};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Between two looks at a running job's files, milliseconds.
const LOOK_EVERY: u64 = 2_000;
/// So many looks between two readings of the whole view: sizes of growing files.
const VIEW_EVERY: u32 = 5;
/// Above so many attempts the plot is read again only every [`VIEW_EVERY`] looks.
const MANY_ATTEMPTS: usize = 800;

/// The job on this page; copied freely, by context.
#[derive(Clone, Copy)]
pub struct Page {
    /// Which.
    pub id: JobId,
    /// Everything beside plot and log.
    pub view: RwSignal<JobView>,
    /// Where it stands.
    pub status: Memo<JobStatus>,
    /// Its increments.
    pub convergence: RwSignal<Convergence>,
    /// Its log.
    pub log: Log,
    /// The dialog that asks before a run is ended.
    pub stop_dialog: RwSignal<bool>,
    /// The dialog that gives it another priority.
    pub priority: Question,
    /// An act is under way.
    pub acting: RwSignal<bool>,
    turns: StoredValue<Turns>,
    drawn: StoredValue<Option<Mark>>,
    toasts: Option<Toasts>,
    lab: LabFeed,
    locale: Signal<Locale>,
}

/// What of a progress the plot shows: as long as it is the same, the plot need not be read again.
type Mark = (u32, u32, u32, u32, u32, f64);

fn mark(progress: Option<&Progress>) -> Option<Mark> {
    progress.map(|progress| {
        let Progress { step, increment, attempt, iteration, cutbacks, step_time, .. } = progress;
        (*step, *increment, *attempt, *iteration, *cutbacks, *step_time)
    })
}

/// The page's job.
pub fn use_page() -> Page {
    expect_context()
}

/// What sentences of this page need beside their facts; reactive.
pub fn use_voice() -> Signal<Voice> {
    let (clock, locale) = (crate::clock::use_clock(), crate::preferences::use_locale());
    Signal::derive(move || clock.voice(locale.get()))
}

impl Page {
    /// From what was read.
    pub fn new(loaded: Loaded, wanted: &Wanted) -> Page {
        let Loaded { view, convergence, log } = loaded;
        let id = view.summary.id;
        let drawn = mark(view.summary.progress.as_ref());
        let follow = view.summary.status.is_active() && wanted.line.is_none();
        let view = RwSignal::new(view);
        Page {
            id,
            view,
            status: Memo::new(move |_| view.with(|view| view.summary.status)),
            convergence: RwSignal::new(convergence),
            log: Log::new(id, log, follow),
            stop_dialog: RwSignal::new(false),
            priority: Question::default(),
            acting: RwSignal::new(false),
            turns: StoredValue::new(Turns::default()),
            drawn: StoredValue::new(drawn),
            toasts: use_context(),
            lab: use_lab(),
            locale: crate::preferences::use_locale(),
        }
    }

    /// A part of the row; reactive, and quiet while that part stays the same.
    pub fn of_summary<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&JobSummary) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.view.with(|view| part(&view.summary)))
    }

    /// Listens to events; looks at a running job's files while somebody sees the page.
    pub fn keep_up_to_date(self) {
        use_live().on_event(move |event| match event {
            Event::JobChanged(summary) | Event::JobCreated(summary) if summary.id == self.id => self.take(summary),
            Event::Resync => self.read_all(),
            _ => {}
        });
        #[cfg(feature = "hydrate")]
        {
            let connection = use_live().connection;
            let visible = leptos_use::use_document_visibility();
            let looks = StoredValue::new(0_u32);
            let _ = leptos_use::use_interval_fn(
                move || {
                    let seen = visible.get_untracked() == leptos::web_sys::VisibilityState::Visible;
                    if !seen || !self.status.get_untracked().is_active() {
                        return;
                    }
                    let look = looks.with_value(|looks| *looks).wrapping_add(1);
                    looks.set_value(look);
                    let long = look.is_multiple_of(VIEW_EVERY);
                    // the view itself is read where no events come, and until the run has written its first file
                    let no_log = self.log.file.with_untracked(Option::is_none);
                    self.look(long || no_log || connection.get_untracked() != Connection::Live, long);
                },
                LOOK_EVERY,
            );
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (LOOK_EVERY, VIEW_EVERY, Connection::Live);
    }

    /// Takes a newer row; a new state means new files, history and plot.
    fn take(self, summary: &JobSummary) {
        let old = self.view.try_with_untracked(|view| (view.summary.version, view.summary.status));
        let Some((version, status)) = old else { return };
        if summary.version <= version {
            return;
        }
        self.view.update(|view| view.summary = summary.clone());
        if summary.status == status {
            self.draw_again(false);
        } else {
            self.read_all();
        }
    }

    /// Reads everything again.
    pub fn read_all(self) {
        self.drawn.set_value(None);
        self.look(true, true);
    }

    fn look(self, whole: bool, long: bool) {
        let Some(turn) = self.turns.try_update_value(|turns| turns.begin(whole)).flatten() else { return };
        spawn_local(async move {
            if whole && let Ok(fresh) = view_job(self.id).await {
                self.show(fresh);
            }
            self.draw_again(long);
            self.log.grow(self.view).await;
            if self.turns.try_update_value(|turns| turns.end(turn)) == Some(true) {
                self.look(true, true);
            }
        });
    }

    fn show(self, fresh: JobView) {
        let newer = self.view.try_with_untracked(|view| fresh.summary.version >= view.summary.version);
        if newer == Some(true) {
            self.view.set(fresh);
        }
    }

    /// Reads the increments where the solver has said something new.
    fn draw_again(self, long: bool) {
        let Some(now) = self.view.try_with_untracked(|view| mark(view.summary.progress.as_ref())) else { return };
        let same = self.drawn.with_value(|drawn| drawn.is_some() && *drawn == now);
        let many = self.convergence.with_untracked(|convergence| convergence.attempts.len() > MANY_ATTEMPTS);
        if same || (many && !long) {
            return;
        }
        self.drawn.set_value(now);
        spawn_local(async move {
            if let Ok(fresh) = read_convergence(self.id).await
                && self.convergence.try_with_untracked(|old| *old != fresh) == Some(true)
            {
                self.convergence.set(fresh);
            }
        });
    }

    /// Asks for another priority.
    pub fn ask_priority(self) {
        if self.acting.get_untracked() {
            return;
        }
        let actor = untrack(|| self.lab.status()).map(|status| status.actor);
        self.priority.ask(vec![self.view.with_untracked(|view| view.summary.clone())], actor);
    }

    /// Does something to the job. What came of it is on the page; only a refusal is a message.
    pub fn act(self, action: JobAction) {
        if self.acting.get_untracked() {
            return;
        }
        self.acting.set(true);
        spawn_local(async move {
            let outcome = act_on_jobs(vec![self.id], action).await;
            let _ = self.acting.try_set(false);
            let _ = self.stop_dialog.try_set(false);
            if matches!(action, JobAction::Priority(_)) {
                let _ = self.priority.open.try_set(false);
            }
            let outcome = outcome.and_then(|results| match results.into_iter().next() {
                Some(result) => result.outcome,
                None => Err(crate::AppError::new(crate::ErrorCode::NotFound, "")),
            });
            match outcome {
                Ok(summary) => {
                    self.take(&summary);
                    self.read_all();
                }
                Err(error) => {
                    if let Some(toasts) = self.toasts {
                        let title = super::words::NOT_DONE.in_locale(self.locale.get_untracked());
                        toasts.error(title, Some(error.message));
                    }
                    self.read_all();
                }
            }
        });
    }
}
