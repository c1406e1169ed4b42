//! What the repository tells the rest of the program after each commit.

use crate::plan::LicenseUse;
use crate::{JobId, JobSummary, NodeSummary};
use serde::{Deserialize, Serialize};

/// A change that is durable. Carries whole summaries: receiving one twice, or out of order by version, is harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A job was submitted.
    JobCreated(Box<JobSummary>),
    /// A job's row changed.
    JobChanged(Box<JobSummary>),
    /// A job's row is gone.
    JobDeleted(JobId),
    /// A node's state, load or last contact changed.
    NodeChanged(Box<NodeSummary>),
    /// Tokens in use changed.
    LicenseChanged(LicenseUse),
    /// Some setting changed.
    SettingsChanged,
    /// An alarm was raised, or is over.
    AlertsChanged,
    /// Something was missed: read everything again.
    Resync,
}
