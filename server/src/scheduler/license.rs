//! What the licence server says: asked now and then through the Abaqus of one node, by a task of its own, because an
//! answer can take a minute. A report narrows what is free; that there is none, or an old one, is said and changes nothing.

mod read;

use super::{Scheduler, now};
use domain::name::is_unseen;
use domain::settings::LicenseReportKind;
use domain::{Event, Fault, LicenseReport, NodeId, Settings, Solver};
use executor::{Asked, NodeAddress};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// So long the command may take.
const LIMIT: Duration = Duration::from_secs(90);
/// Most characters of what a command says in an answer that is none.
const SAID: usize = 200;

impl Scheduler {
    pub(super) async fn ask_license_until_stopped(self) {
        let stop = self.shared.stop.clone();
        let mut failing = false;
        let asking = async {
            loop {
                let mut events = self.shared.repository.subscribe();
                let settings = self.shared.repository.settings();
                let asked = match (&settings.license_report_node, settings.license_report) {
                    (None, _) | (_, LicenseReportKind::Off) => None,
                    (Some(node), _) => Some(self.report(node, &settings).await),
                };
                let told = match &asked {
                    None => Ok(()),
                    Some(Ok(report)) => self.shared.repository.license_reported(report.clone()).await,
                    Some(Err(fault)) => {
                        if !failing {
                            tracing::warn!(?fault, "the licence server did not answer");
                        }
                        self.shared.repository.license_not_reported(fault.clone().into()).await
                    }
                };
                failing = matches!(asked, Some(Err(_)));
                if let Err(error) = told {
                    tracing::warn!(%error, "what the licence server said could not be told");
                }
                let pause = Duration::from_secs(settings.license_report_interval.0.max(1));
                tokio::select! {
                    () = tokio::time::sleep(pause), if asked.is_some() => {}
                    () = changed(&mut events) => {}
                }
            }
        };
        stop.run_until_cancelled(asking).await;
    }

    async fn report(&self, id: &NodeId, settings: &Settings) -> Result<LicenseReport, Fault> {
        let repository = &self.shared.repository;
        let unread = |error| {
            tracing::error!(%error, "the database could not be read; trying again");
            Fault::ServerResults { said: "the database".to_owned() }
        };
        let node = repository.node(id).await.map_err(unread)?;
        let node = node.ok_or_else(|| Fault::Address { said: id.to_string() })?;
        let abaqus = node.solvers.iter().find(|(solver, _)| *solver == Solver::Abaqus);
        let Some((_, command)) = abaqus else {
            return Err(Fault::NoSolver { solver: Solver::Abaqus.title().to_owned() });
        };
        let question: &[&str] = match settings.license_report {
            LicenseReportKind::Dsls => &["licensing", "dslsstat", "-usage"],
            LicenseReportKind::Off | LicenseReportKind::Flexnet => &["licensing", "lmstat", "-a"],
        };
        let before = repository.checked_out().await.map_err(unread)?;
        let asked = self.shared.executor.ask(&NodeAddress::from(&node), command.as_str(), question, LIMIT).await;
        let asked = asked.map_err(|error| error.fault())?;
        if asked.exit.is_none() {
            return Err(Fault::NoAnswer { seconds: LIMIT.as_secs() });
        }
        if asked.cut {
            return Err(Fault::LicenseUnread { said: first_words(&asked) });
        }
        // counted on both sides of the answer, and the smaller taken: too much would hide what others use
        let ours = before.min(repository.checked_out().await.map_err(unread)?);
        let read = read::read(settings.license_report, &asked.output, &settings.license_feature);
        let read = read.map_err(|said| Fault::LicenseUnread { said: said.unwrap_or_else(|| first_words(&asked)) })?;
        Ok(LicenseReport {
            at: now(),
            total: read.total,
            in_use: read.in_use,
            ours,
            holders: read.holders,
            queue: read.queue,
            expires: read.expires,
        })
    }
}

/// The first words of an answer that is none.
fn first_words(asked: &Asked) -> String {
    let text = String::from_utf8_lossy(&asked.output);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control() && !is_unseen(*c)).take(SAID).collect()
}

/// Returns when a setting, or a node, may have become another.
async fn changed(events: &mut Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(Event::SettingsChanged | Event::Resync) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // the end of the server comes by another way
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
