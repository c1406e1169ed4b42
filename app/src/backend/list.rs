//! The list and what the lab has left.

use super::{Asking, Backend, fault};
use crate::AppError;
use crate::jobs::api::{ListPage, ListQuery, Tab};
use crate::lab::{LabStatus, TabCounts};
use domain::{NodeId, UserId};
use repository::{JobQuery, Sort, SortKey};
use std::sync::Arc;

/// Rows of a page unless told.
const PAGE: u32 = 50;
/// Most rows of a page.
const MOST: u32 = 200;
/// Most characters searched for: no name is longer.
const MOST_SEARCH: usize = 200;

impl Backend {
    /// Tokens, nodes, counts and who is looking.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lab_status(&self, asking: &Asking) -> Result<LabStatus, AppError> {
        let fault = |error| fault::repository(asking.locale, error);
        Ok(LabStatus {
            license: self.repository.license_use().await.map_err(fault)?,
            nodes: self.repository.node_summaries().await.map_err(fault)?,
            counts: self.counts(asking).await?,
            actor: asking.actor.clone(),
            alerts: self.alerts_for(asking),
        })
    }

    async fn counts(&self, asking: &Asking) -> Result<TabCounts, AppError> {
        let viewer = &asking.actor.id;
        let counts = self.counts.ask(self.repository.commits(), viewer, || self.repository.counts(viewer)).await;
        let counts = counts.map_err(|error| fault::repository(asking.locale, error))?;
        Ok(TabCounts {
            today: counts.today,
            active: counts.active,
            mine: counts.mine,
            troubled: counts.troubled,
            all: counts.all,
        })
    }

    /// A page of the list.
    ///
    /// # Errors
    /// When the database cannot be read. A user or node that cannot be one finds nothing.
    pub async fn list_jobs(&self, query: &ListQuery, asking: &Asking) -> Result<ListPage, AppError> {
        let counts = self.counts(asking).await?;
        let mut asked = JobQuery::all(asking.actor.id.clone());
        asked.tab = match query.tab {
            Tab::Today => repository::Tab::Today,
            Tab::Active => repository::Tab::Active,
            Tab::Mine => repository::Tab::Mine(asking.actor.id.clone()),
            Tab::Troubled => repository::Tab::Troubled,
            Tab::All => repository::Tab::All,
        };
        asked.status = query.status.into_iter().collect();
        let nothing = ListPage { jobs: Vec::new(), total: 0, counts };
        if let Some(user) = &query.user {
            let Ok(user) = UserId::parse(user) else { return Ok(nothing) };
            asked.user = Some(user);
        }
        if let Some(node) = &query.node {
            let Ok(node) = NodeId::parse(node) else { return Ok(nothing) };
            asked.node = Some(node);
        }
        let search = query.search.as_deref().map(|text| text.trim().chars().take(MOST_SEARCH).collect::<String>());
        asked.search = search.filter(|text| !text.is_empty());
        asked.sort = sort(query.sort.as_deref().unwrap_or_default());
        asked.limit = if query.limit == 0 { PAGE } else { query.limit.min(MOST) };
        asked.offset = query.offset;
        let read = async || self.repository.jobs(&asked).await.map(Arc::new);
        let page = self.pages.ask(self.repository.commits(), &asked, read).await;
        let page = page.map_err(|error| fault::repository(asking.locale, error))?;
        Ok(ListPage { jobs: page.jobs.clone(), total: page.total, counts })
    }
}

/// The word of an address read as an order; newest first for anything else.
fn sort(word: &str) -> Sort {
    let (turned, word) = match word.strip_prefix('-') {
        Some(word) => (true, word),
        None => (false, word),
    };
    let (by, descending) = match word {
        "name" => (SortKey::Name, false),
        "status" => (SortKey::Status, false),
        "user" => (SortKey::User, false),
        "node" => (SortKey::Node, false),
        "cpus" => (SortKey::Cpus, true),
        "tokens" => (SortKey::Tokens, true),
        "priority" => (SortKey::Priority, true),
        "updated" => (SortKey::Updated, true),
        _ => (SortKey::Submitted, true),
    };
    Sort { by, descending: descending != turned }
}
