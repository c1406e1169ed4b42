//! What a licence server says of its pool.

use domain::Timestamp;
use serde::Serialize;

/// Holders and queued requests kept, of each.
pub(super) const MOST: usize = 10_000;
/// Features kept.
pub(super) const MOST_FEATURES: usize = 1_000;

/// One report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// What can be had.
    pub features: Vec<Feature>,
    /// Who has some.
    pub holders: Vec<Holder>,
    /// Who waits for some.
    pub queued: Vec<Queued>,
    /// Why there is nothing to say, in the tool's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One kind of licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// `abaqus`, `SRU`.
    pub name: String,
    /// All there are.
    pub issued: u64,
    /// Those taken.
    pub in_use: u64,
    /// The end of the last day of the first part of them to end, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// One checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Of which feature.
    pub feature: String,
    /// Whose.
    pub user: String,
    /// From where.
    pub host: String,
    /// How many.
    pub tokens: u64,
    /// Since when, as written there.
    pub since: Option<String>,
}

/// One request that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// For which feature.
    pub feature: String,
    /// Whose.
    pub user: String,
    /// From where.
    pub host: String,
    /// How many.
    pub tokens: u64,
}

impl Usage {
    pub(super) fn hold(&mut self, holder: Holder) {
        if self.holders.len() < MOST {
            self.holders.push(holder);
        }
    }

    pub(super) fn wait(&mut self, queued: Queued) {
        if self.queued.len() < MOST {
            self.queued.push(queued);
        }
    }

    /// Adds to a feature, or makes it.
    pub(super) fn add(&mut self, name: &str, issued: u64, in_use: u64) {
        if let Some(feature) = self.features.iter_mut().find(|feature| feature.name == name) {
            feature.issued = feature.issued.saturating_add(issued);
            feature.in_use = feature.in_use.saturating_add(in_use);
        } else if self.features.len() < MOST_FEATURES {
            self.features.push(Feature { name: name.to_owned(), issued, in_use, expires: None });
        }
    }

    /// Notes when a feature, or a part of it, ends.
    pub(super) fn expires(&mut self, name: &str, at: Timestamp) {
        if let Some(feature) = self.features.iter_mut().find(|feature| feature.name == name) {
            feature.expires = Some(feature.expires.map_or(at, |known| known.min(at)));
        }
    }
}
