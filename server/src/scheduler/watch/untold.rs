//! Runs of which their node cannot tell now whether they are alive: a record that it cannot read. Nothing is concluded from
//! that; after a while it is said where the job is looked at, because somebody has to look at the node.

use super::NodeWatch;
use domain::Fault;
use domain::lifecycle::RunStage;
use executor::UntoldRun;
use repository::ActiveJob;
use std::time::{Duration, Instant};

/// What passes by itself in this time is not worth a word on a page.
const PASSES: Duration = Duration::from_secs(20);

/// What a node has told of a run, as far as this process knows.
#[derive(Debug)]
pub(super) enum Told {
    /// How it stands.
    State,
    /// That it cannot tell.
    Nothing {
        /// The first time.
        since: Instant,
        /// The job's page says so.
        shown: bool,
    },
}

impl NodeWatch {
    pub(super) async fn untold(&mut self, job: &ActiveJob, run: UntoldRun) {
        let (since, shown) = match self.told.get(&run.token) {
            Some(Told::Nothing { since, shown }) => (*since, *shown),
            Some(Told::State) | None => {
                tracing::warn!(job = %job.id, run = %run.token, reason = run.reason, "the node cannot tell how the run stands");
                (Instant::now(), false)
            }
        };
        let mut now_shown = shown;
        if !shown && since.elapsed() >= PASSES {
            let fault = Fault::RunUnread { said: run.reason };
            match self.scheduler.shared.repository.record_hindrance(job.id, &fault).await {
                Ok(()) => now_shown = true,
                Err(error) => tracing::warn!(job = %job.id, %error, "what hinders the job could not be stored"),
            }
        }
        self.told.insert(run.token, Told::Nothing { since, shown: now_shown });
    }

    /// The node tells how the run stands. What an earlier life of this server said of it is not so any more, either.
    pub(super) async fn told(&mut self, job: &ActiveJob) {
        let Some(run) = &job.life.run else { return };
        let is_new = match self.told.get(&run.token) {
            Some(Told::State) => return,
            Some(Told::Nothing { shown, .. }) => {
                tracing::info!(job = %job.id, run = %run.token, "the node tells again how the run stands");
                *shown
            }
            None => true,
        };
        // at other stages the message is of what is being done there
        if is_new
            && job.life.stage() == Some(RunStage::Alive)
            && let Err(error) = self.scheduler.shared.repository.record_told_again(job.id).await
        {
            return tracing::warn!(job = %job.id, %error, "that nothing hinders the job could not be stored");
        }
        self.told.insert(run.token.clone(), Told::State);
    }
}
