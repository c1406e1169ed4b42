//! How far a lab's setting-up is.

use super::{Asking, Backend, fault};
use crate::AppError;
use crate::admin::start::api::StartView;
use domain::{NodeState, NodeSummary};

impl Backend {
    /// What is done of the first steps.
    ///
    /// # Errors
    /// As the database.
    pub async fn start(&self, asking: &Asking) -> Result<StartView, AppError> {
        let faulty = |error| fault::repository(asking.locale, error);
        let people = self.repository.people().await.map_err(faulty)?;
        let nodes = self.repository.node_summaries().await.map_err(faulty)?;
        let works = |node: &NodeSummary| node.last_contact.is_some() && node.state == NodeState::Available;
        let others = people.iter().filter(|person| person.account.user.id != asking.actor.id).count();
        Ok(StartView {
            admin: asking.actor.name.clone(),
            nodes: nodes.iter().map(|node| (node.id.clone(), works(node))).collect(),
            others: u64::try_from(others).unwrap_or(u64::MAX),
            tokens: self.repository.settings().total_license_tokens,
            key: self.executor.public_key(),
        })
    }
}
