//! Reports of licence servers.

use crate::abaqus::usage::{Feature, Holder, Queued, Usage};
use serde::Serialize;

/// What a licence server said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct UsageReport {
    pub file: String,
    pub features: Vec<Feature>,
    pub holders: Vec<Holder>,
    pub queued: Vec<Queued>,
}

/// `Err` with the tool's own words where it had nothing to report.
pub(super) fn report(name: &str, usage: &Usage) -> Result<UsageReport, String> {
    match &usage.problem {
        Some(problem) if usage.features.is_empty() => Err(problem.clone()),
        _ => Ok(UsageReport {
            file: name.to_owned(),
            features: usage.features.clone(),
            holders: usage.holders.clone(),
            queued: usage.queued.clone(),
        }),
    }
}
