//! One job: everything its page shows, its convergence, and its text files.

use super::{Asking, Backend, fault, text};
use crate::AppError;
use crate::i18n::Locale;
use crate::jobs::api::{
    AttemptView, Convergence, HistoryFact, HistoryView, IterationView, JobView, LineageView, LogAsk, LogPart,
};
use deck::attempt::Attempt;
use deck::iteration::{Iteration, Shares};
use domain::{Act, FileName, JobId, JobStatus, Solver};
use repository::JobDetail;
use std::io;

/// Most attempts sent for a plot.
const MOST_ATTEMPTS: usize = 4_000;
/// Most iterations sent for a plot.
const MOST_ITERATIONS: usize = 400;
/// CalculiX' own tolerance: half a percent of the average force.
const CALCULIX_TOLERANCE: f64 = 0.5;
/// Abaqus' own: the largest residual is at most half a percent of the flux's average over time.
const ABAQUS_TOLERANCE: f64 = 0.5;

impl Backend {
    pub(super) async fn detail(&self, id: JobId, locale: Locale) -> Result<JobDetail, AppError> {
        let detail = self.repository.job(id).await.map_err(|error| fault::repository(locale, error))?;
        detail.ok_or_else(|| fault::no_such_job(locale))
    }

    /// Everything but tails and plots.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn view_job(&self, id: JobId, asking: &Asking) -> Result<JobView, AppError> {
        let detail = self.detail(id, asking.locale).await?;
        let (inputs, results) = self.files_of_detail(&detail).await;
        let mut history: Vec<HistoryView> = Vec::with_capacity(detail.history.len());
        for entry in detail.history {
            let line = HistoryView { at: entry.at, status: entry.status, actor: entry.actor, fact: fact(entry.what) };
            let before = history.last();
            // nothing new to a person: neither another state nor anything to read
            let silent = line.fact.is_none() || before.is_some_and(|before| before.fact == line.fact);
            if !(silent && before.is_some_and(|before| before.status == line.status)) {
                history.push(line);
            }
        }
        let lineage = detail.lineage.into_iter().map(|kin| LineageView {
            id: kin.id,
            name: kin.name,
            status: kin.status,
            created_at: kin.created_at,
            verdict: kin.verdict,
        });
        Ok(JobView {
            keeping: self
                .keeping(&detail.summary, detail.pinned, detail.results_removed_at, !results.is_empty(), asking)
                .await?,
            explained: self.explanation(&detail.summary, asking).await,
            may_change: asking.actor.may(Act::ChangeJobOf(&detail.summary.user_id)),
            summary: detail.summary,
            steps: detail.steps,
            options: detail.options,
            inputs,
            results,
            history,
            lineage: lineage.collect(),
        })
    }

    /// The convergence from the solver's own files, as far as they are here.
    ///
    /// # Errors
    /// `NOT_FOUND` for the job. Files that are not there yet give an empty answer.
    pub async fn convergence(&self, id: JobId, asking: &Asking) -> Result<Convergence, AppError> {
        let locale = asking.locale;
        let row = self.repository.summary(id).await.map_err(|error| fault::repository(locale, error))?;
        self.reading(&row, asking, |reader| convergence(reader.solver(), reader.attempts(), &reader.iterations())).await
    }

    /// A part of one of a job's text files.
    ///
    /// # Errors
    /// `NOT_FOUND` for the job or the file.
    pub async fn read_log(&self, id: JobId, file: &str, ask: &LogAsk, asking: &Asking) -> Result<LogPart, AppError> {
        let locale = asking.locale;
        let name = FileName::parse(file).map_err(|_| fault::no_such_file(locale))?;
        if !crate::jobs::files::is_readable(name.as_str()) {
            return Err(fault::no_such_file(locale));
        }
        let path = self.path_of(id, &name, locale).await?;
        let row = self.repository.summary(id).await.map_err(|error| fault::repository(locale, error))?;
        // what an ended job left half is all there will be of it
        let whole = is_final(row.status) || path != self.part_path(id, name.as_str());
        let ask = ask.clone();
        let turn = self.logs.clone().acquire_owned().await.map_err(|_| fault::internal(locale))?;
        let read = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            text::part(&path, &ask, whole)
        });
        match read.await {
            Ok(Ok(part)) => Ok(part),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(fault::no_such_file(locale)),
            Ok(Err(error)) => Err(fault::disk(locale, &error)),
            Err(_) => Err(fault::internal(locale)),
        }
    }
}

fn convergence(solver: Solver, attempts: &[Attempt], iterations: &[Iteration]) -> Convergence {
    let left_out = attempts.len().saturating_sub(MOST_ATTEMPTS);
    let attempt = |row: &Attempt| AttemptView {
        step: row.step,
        increment: row.increment,
        attempt: row.attempt,
        converged: row.converged,
        iterations: row.iterations + row.severe_iterations,
        step_time: row.step_time,
        size: row.increment_size,
        lpf: row.lpf,
    };
    let iteration = |row: &Iteration| IterationView {
        step: row.step,
        increment: row.increment,
        attempt: row.attempt,
        iteration: row.iteration,
        residual: worst(row, |shares| shares.residual),
        correction: worst(row, |shares| shares.correction),
    };
    let tolerance = match solver {
        Solver::Calculix => CALCULIX_TOLERANCE,
        Solver::Abaqus => ABAQUS_TOLERANCE,
    };
    Convergence {
        attempts: attempts[left_out..].iter().map(attempt).collect(),
        iterations: iterations[iterations.len().saturating_sub(MOST_ITERATIONS)..].iter().map(iteration).collect(),
        tolerance: Some(tolerance).filter(|_| !iterations.is_empty()),
        left_out: left_out as u64,
    }
}

/// Of all fields the one that is farthest from its end; 0 where the solver compares nothing.
fn worst(row: &Iteration, of: impl Fn(&Shares) -> Option<f32>) -> f64 {
    let fields = [row.force, row.moment, row.heat, row.other];
    f64::from(fields.iter().filter_map(of).fold(0.0, f32::max))
}

/// What people read of a fact; what only the scheduler needs is left out.
fn fact(what: repository::HistoryFact) -> Option<HistoryFact> {
    use repository::HistoryFact as Stored;
    match what {
        Stored::Claimed { node, .. } => Some(HistoryFact::Claimed { node }),
        Stored::Launched | Stored::Alive => Some(HistoryFact::Launched),
        Stored::StageFailed { fault } | Stored::LaunchRefused { fault } => Some(HistoryFact::SentBack { fault }),
        Stored::Hindered { fault } => Some(HistoryFact::Hindered { fault }),
        Stored::Ended { .. } => Some(HistoryFact::RunEnded),
        Stored::Collected { files, bytes } => Some(HistoryFact::Collected { files, bytes }),
        Stored::CancelAsked => Some(HistoryFact::CancelAsked),
        Stored::Pinned => Some(HistoryFact::Kept),
        Stored::Unpinned => Some(HistoryFact::NotKept),
        Stored::ResultsRemoved => Some(HistoryFact::ResultsRemoved),
        Stored::PriorityChanged { from, to } => Some(HistoryFact::Priority { from, to }),
        Stored::Submitted { .. }
        | Stored::Held
        | Stored::Released
        | Stored::Staged
        | Stored::LaunchLost
        | Stored::NotStarted
        | Stored::Stopped => None,
    }
}

/// Whether a job's results are all that will ever be.
pub(super) fn is_final(status: JobStatus) -> bool {
    status.is_ended()
}
