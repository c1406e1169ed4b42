//! The plan: woken by every commit that may change it, with a timer as the safety net only.

use super::{Scheduler, now};
use domain::lifecycle::LifeEvent;
use domain::plan::LicenseUse;
use domain::{Event, JobStatus, NodeState, RunToken, Timestamp, Tokens};
use repository::HistoryFact;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// Looks without being woken: for pauses that end and for changes made by another program (a node added by the
/// command line).
const SAFETY: Duration = Duration::from_secs(5);

/// At most so long after a decision nobody decides.
const LONGEST_REST: Duration = Duration::from_millis(100);

impl Scheduler {
    pub(super) async fn plan_until_stopped(&self) {
        let mut events = self.shared.repository.subscribe();
        let mut others = None;
        let mut woken = false;
        loop {
            self.watch_nodes().await;
            let over = [self.end_lapsed().await, self.end_drains().await].into_iter().flatten().min();
            let took = self.plan_once(!woken).await;
            // where deciding takes long, what comes meanwhile is decided together
            tokio::time::sleep(took.min(LONGEST_REST)).await;
            woken = false;
            let pause = tokio::time::sleep(over.map_or(SAFETY, |at| until(at).min(SAFETY)));
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = self.shared.stop.cancelled() => return,
                    () = &mut pause => break,
                    event = events.recv() => match event {
                        Ok(event) => {
                            self.ring(&event);
                            if wakes(&event, &mut others) {
                                woken = true;
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
    /// look. Nor does a node that somebody has switched on, or whose key somebody has accepted.
    fn ring(&self, event: &Event) {
        if let Event::NodeChanged(node) = event
            && node.state == NodeState::Unavailable
        {
            self.bell(&node.id).look.notify_one();
        }
        if let Event::JobChanged(job) = event
            && job.cancel_asked
            && job.status.is_active()
            && let Some(node) = &job.node
        {
            self.bell(node).look.notify_one();
        }
    }

    /// What people had reserved until now is free; gives the moment at which the next reservation is over.
    async fn end_lapsed(&self) -> Option<Timestamp> {
        self.shared.repository.end_lapsed(now()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "reservations that are over could not be written down; trying again");
            None
        })
    }

    /// Nodes whose drain is over take jobs again; gives the moment at which the next one will be.
    async fn end_drains(&self) -> Option<Timestamp> {
        self.shared.repository.end_drains(now()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "drains that are over could not be ended; trying again");
            None
        })
    }

    /// Gives how long deciding took. `look`: nothing has woken us, so that another program may have written.
    async fn plan_once(&self, look: bool) -> Duration {
        let begun = Instant::now();
        let decided = match self.shared.repository.decide(now(), look).await {
            Ok(decided) => decided,
            Err(error) => {
                tracing::error!(%error, "no decision; trying again");
                return begun.elapsed();
            }
        };
        let took = begun.elapsed();
        for (job, node) in decided.starts {
            let token = uuid::Uuid::now_v7().to_string();
            let Ok(token) = RunToken::parse(&token) else { continue };
            let fact = HistoryFact::Claimed { node: node.clone(), token: token.clone() };
            let event = LifeEvent::Claimed { node, token };
            self.apply(job, None, event, fact).await;
        }
        if let Err(error) = self.shared.repository.record_decision(decided.head, now()).await {
            tracing::error!(%error, "the reasons could not be stored");
        }
        took
    }
}

/// From this very moment; at least a little, so that a clock that was set back does not make us spin.
fn until(at: Timestamp) -> Duration {
    let left = at.0.saturating_mul(1_000).saturating_sub(chrono::Utc::now().timestamp_millis());
    Duration::from_millis(u64::try_from(left).unwrap_or(0)).max(Duration::from_millis(10))
}

/// Of the tokens, what is not up to our own jobs.
fn of_others(usage: &LicenseUse) -> [Tokens; 3] {
    [usage.total, usage.external, usage.reserved]
}

/// Whether a commit may let a waiting job start, or give it another reason. `others`: what others held when this was
/// last asked.
fn wakes(event: &Event, others: &mut Option<[Tokens; 3]>) -> bool {
    match event {
        Event::JobChanged(job) => job.status == JobStatus::Waiting || !job.status.holds_resources(),
        Event::JobCreated(_) | Event::JobDeleted(_) | Event::NodeChanged(_) => true,
        Event::SettingsChanged | Event::Resync => true,
        Event::AlertsChanged => false,
        // our own starts and ends are told by their jobs
        Event::LicenseChanged(usage) => others.replace(of_others(usage)) != Some(of_others(usage)),
    }
}
