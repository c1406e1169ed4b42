//! The clean-up: what goes and when, begun by the clock or by an admin; and how long a job is kept.

use super::backups::Work;
use crate::AppError;
use crate::admin::operations::api::BackupStep;
use crate::backend::{Asking, Backend, fault};
use crate::cleanup::{CleanupView, GoingView, SHOWN, Waste};
use crate::clock;
use crate::jobs::api::Keeping;
use cleanup::{By, CleanupError, Plan};
use domain::cleanup::{Cleaned, Ended, Going, GoingJob, NOTICE};
use domain::{Act, JobSummary, Timestamp};

impl Backend {
    /// Begins the one that is due, of what is past its days at that moment; `false` while a backup or another one is under way.
    pub fn begin_due_cleanup(&self, due: Timestamp) -> bool {
        let Ok(turn) = self.backup_work.begin(Work::CleanUp) else { return false };
        let backend = self.clone();
        tokio::spawn(async move {
            drop(backend.clean_up(due, By::Clock).await);
            drop(turn);
            backend.repository.announce(domain::Event::AlertsChanged);
        });
        true
    }

    /// Begins one for an admin, who need not wait for it: what is past its days and was shown for a week goes.
    ///
    /// # Errors
    /// `CONFLICT` while a backup or another one is under way.
    pub fn begin_cleanup(&self, asking: &Asking) -> Result<(), AppError> {
        let turn = self.backup_work.begin(Work::CleanUp).map_err(|_| fault::backup_under_way(asking.locale))?;
        let (backend, actor) = (self.clone(), asking.actor.clone());
        tokio::spawn(async move {
            if let Ok(cleaned) = backend.clean_up(clock::server_now(), By::Person).await
                && let Err(error) = backend.repository.note_cleanup(cleaned, &actor).await
            {
                tracing::error!(%error, "who cleaned up could not be noted");
            }
            drop(turn);
            // pages that show what goes
            backend.repository.announce(domain::Event::AlertsChanged);
        });
        Ok(())
    }

    async fn clean_up(&self, until: Timestamp, by: By) -> Result<Cleaned, CleanupError> {
        let heard = |job: &GoingJob| {
            tracing::info!(job = job.id.0, name = %job.name, what = ?job.what, bytes = job.bytes, "the clean-up takes");
        };
        let done = cleanup::clean_up(&self.repository, &self.kept_places(), until, by, &heard).await;
        match &done {
            Ok(cleaned) if *cleaned == Cleaned::default() => tracing::debug!("there was nothing to clean up"),
            Ok(cleaned) => tracing::info!(
                results = cleaned.results,
                jobs = cleaned.jobs,
                uploads = cleaned.uploads,
                strays = cleaned.strays,
                bytes = cleaned.bytes,
                "cleaned up"
            ),
            Err(error) => tracing::error!(%error, "the clean-up stopped half way"),
        }
        done
    }

    /// What goes within a week, and what has gone missing.
    ///
    /// # Errors
    /// When the database or a disk does not answer.
    pub async fn view_cleanup(&self, asking: &Asking) -> Result<CleanupView, AppError> {
        let rules = self.repository.settings().cleanup.clone();
        let now = clock::server_now();
        let next = rules.schedule.as_deref().and_then(|schedule| super::next_after(schedule, now));
        let until = next.unwrap_or(now).max(now.plus(NOTICE));
        let places = self.kept_places();
        let faulty = |error| not_read(asking, error);
        let plan = cleanup::plan(&self.repository, &places, until).await.map_err(faulty)?;
        let may_run = asking.actor.may(Act::Administer);
        // each file is looked at: for those who can do something about it
        let missing = match may_run {
            true => cleanup::missing(&self.repository, &places).await.map_err(faulty)?,
            false => Vec::new(),
        };
        let at_once = waste(plan.jobs.iter().filter(|job| job.at <= now), &plan);
        let waste = waste(plan.jobs.iter(), &plan);
        let more_missing = missing.len().saturating_sub(SHOWN);
        let mut view = CleanupView {
            now,
            next,
            rules,
            jobs: Vec::new(),
            waste,
            missing: missing.into_iter().take(SHOWN).collect(),
            more_missing,
            kept: plan.kept,
            under_way: self.backup_work.under_way().is_some_and(|doing| doing.step == BackupStep::CleanUp),
            may_run,
            at_once,
        };
        let going = plan.jobs.into_iter().take(SHOWN);
        view.jobs =
            going.map(|job| GoingView { may_keep: asking.actor.may(Act::ChangeJobOf(&job.user)), job }).collect();
        Ok(view)
    }

    /// How long a job and its results are kept.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(in crate::backend) async fn keeping(
        &self,
        job: &JobSummary,
        pinned: bool,
        went_at: Option<Timestamp>,
        has_results: bool,
        asking: &Asking,
    ) -> Result<Keeping, AppError> {
        if pinned {
            return Ok(Keeping::Kept);
        }
        let rules = self.repository.settings().cleanup.clone();
        let went = went_at.map_or(Keeping::Open, |at| Keeping::ResultsWent { at });
        let (Some(at), true) = (job.ended_at, rules.schedule.is_some() && job.status.is_ended()) else {
            return Ok(went);
        };
        let since = self.repository.cleanup_rules_since().await;
        let since = since.map_err(|error| fault::repository(asking.locale, error))?;
        Ok(match rules.next(Ended { status: job.status, at, settled_at: job.updated_at, has_results }, since) {
            Some((Going::Results, at)) => Keeping::ResultsGo { at },
            Some((Going::Job, at)) => Keeping::JobGoes { at, with_results: has_results },
            None => went,
        })
    }

    /// What everybody used on each node on each day, as a table with a line of headings.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usage_csv(&self, asking: &Asking) -> Result<String, AppError> {
        let days = self.repository.usage().await.map_err(|error| fault::repository(asking.locale, error))?;
        let failed = |error: csv::Error| {
            tracing::error!(%error, "the table of usage could not be written");
            fault::internal(asking.locale)
        };
        let mut table = csv::Writer::from_writer(Vec::new());
        table
            .write_record(["day", "user", "node", "jobs", "run_seconds", "core_seconds", "token_seconds"])
            .map_err(failed)?;
        for day in days {
            let numbers = [day.jobs, day.run_seconds, day.core_seconds, day.token_seconds];
            let cells = [day.day, day.user, day.node].into_iter().chain(numbers.map(|number| number.to_string()));
            table.write_record(cells).map_err(failed)?;
        }
        let bytes = table.into_inner().map_err(|_| fault::internal(asking.locale))?;
        String::from_utf8(bytes).map_err(|_| fault::internal(asking.locale))
    }
}

fn not_read(asking: &Asking, error: CleanupError) -> AppError {
    match error {
        CleanupError::Repository(error) => fault::repository(asking.locale, error),
        CleanupError::Io { path, error } => {
            tracing::error!(%error, path = %path.display(), "what is old could not be listed");
            fault::disk(asking.locale, &error)
        }
    }
}

/// These jobs, and what belongs to none.
fn waste<'a>(jobs: impl Iterator<Item = &'a GoingJob>, plan: &Plan) -> Waste {
    let mut waste = Waste { uploads: plan.uploads, strays: plan.strays, ..Waste::default() };
    for job in jobs {
        match job.what {
            Going::Results => waste.results.add(job.bytes),
            Going::Job => waste.jobs.add(job.bytes),
        }
    }
    waste
}
