//! What the lab has left: tokens, cores, and the counts beside the places of the side bar.

use crate::AppError;
use domain::health::Alert;
use domain::plan::LicenseUse;
use domain::{Actor, NodeSummary};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Numbers of the tabs of the job list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabCounts {
    /// Submitted or ended today, or not ended.
    pub today: u64,
    /// Not ended.
    pub active: u64,
    /// The viewer's own.
    pub mine: u64,
    /// Failed or missing.
    pub troubled: u64,
    /// All.
    pub all: u64,
}

/// What the frame and the strip show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabStatus {
    /// Who is looking.
    pub actor: Actor,
    /// Tokens.
    pub license: LicenseUse,
    /// Nodes in the order of their ids.
    pub nodes: Vec<NodeSummary>,
    /// Jobs.
    pub counts: TabCounts,
    /// What lasts and should be put right, the worst first; for admins only.
    pub alerts: Vec<Alert>,
}

/// The lab's present state.
#[server(prefix = "/rpc", endpoint = "read_lab_status")]
pub async fn read_lab_status() -> Result<LabStatus, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.lab_status(&asking).await)
}
