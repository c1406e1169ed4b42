//! The plan: woken by every commit that may change it, with a timer as the safety net only.

use super::{Scheduler, now};
use domain::lifecycle::LifeEvent;
use domain::plan::{Outcome, plan};
use domain::{Event, JobStatus, RunToken};
use repository::HistoryFact;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// Looks without being woken: for pauses that end and for changes made by another program (a node added by the
/// command line).
const SAFETY: Duration = Duration::from_secs(5);

impl Scheduler {
    pub(super) async fn plan_until_stopped(&self) {
        let mut events = self.shared.repository.subscribe();
        loop {
            self.watch_nodes().await;
            self.plan_once().await;
            let pause = tokio::time::sleep(SAFETY);
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = self.shared.stop.cancelled() => return,
                    () = &mut pause => break,
                    event = events.recv() => match event {
                        Ok(event) => {
                            self.ring(&event);
                            if wakes(&event) {
                                break;
                            }
                        }
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return,
                    }
                }
            }
            // one decision for everything that has come meanwhile
            loop {
                match events.try_recv() {
                    Ok(event) => self.ring(&event),
                    Err(TryRecvError::Lagged(_)) => {}
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
        }
    }

    /// A wish to cancel is written by whoever heard it; the node's task carries it out, and need not wait for its next
    /// look.
    fn ring(&self, event: &Event) {
        if let Event::JobChanged(job) = event
            && job.cancel_asked
            && job.status.is_active()
            && let Some(node) = &job.node
        {
            self.bell(node).look.notify_one();
        }
    }

    async fn plan_once(&self) {
        let snapshot = match self.shared.repository.snapshot(now()).await {
            Ok(snapshot) => snapshot,
            Err(error) => {
                tracing::error!(%error, "no snapshot; trying again");
                return;
            }
        };
        if snapshot.waiting.is_empty() {
            return;
        }
        let plan = plan(&snapshot);
        for decision in &plan.decisions {
            let Outcome::Start(node) = &decision.outcome else { continue };
            let token = uuid::Uuid::now_v7().to_string();
            let Ok(token) = RunToken::parse(&token) else { continue };
            let fact = HistoryFact::Claimed { node: node.clone(), token: token.clone() };
            let event = LifeEvent::Claimed { node: node.clone(), token };
            self.apply(decision.job, None, event, fact).await;
        }
        if let Err(error) = self.shared.repository.record_plan(&plan, now()).await {
            tracing::error!(%error, "the reasons could not be stored");
        }
    }
}

/// Whether a commit may let a waiting job start, or give it another reason.
fn wakes(event: &Event) -> bool {
    match event {
        Event::JobChanged(job) => job.status == JobStatus::Waiting || !job.status.holds_resources(),
        Event::JobCreated(_) | Event::JobDeleted(_) | Event::NodeChanged(_) => true,
        Event::SettingsChanged | Event::Resync => true,
        Event::LicenseChanged(_) => false,
    }
}
