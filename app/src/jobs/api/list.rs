//! What crosses the wire for the list.

use crate::AppError;
use crate::lab::TabCounts;
use domain::{JobId, JobName, JobStatus, JobSummary, Priority, Seconds};
use serde::{Deserialize, Serialize};

/// The tabs of the list: saved filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    /// Not ended, or ended within the last day.
    #[default]
    Today,
    /// Not ended.
    Active,
    /// The viewer's own.
    Mine,
    /// Failed or missing.
    Troubled,
    /// All.
    All,
}

/// What the list shows; kept in the page's address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Saved filter.
    pub tab: Tab,
    /// Only this status.
    pub status: Option<JobStatus>,
    /// Only this owner's.
    pub user: Option<String>,
    /// Only on this node.
    pub node: Option<String>,
    /// Part of a name, an owner, or a number.
    pub search: Option<String>,
    /// `created` (newest first), `name`, `status`, `user`, `priority`; a leading `-` turns it round.
    pub sort: Option<String>,
    /// From 0.
    pub offset: u32,
    /// Rows of a page, 1 to 200; 50 unless told.
    pub limit: u32,
}

/// A page of the list: the viewer's own jobs first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListPage {
    /// Rows.
    pub jobs: Vec<JobSummary>,
    /// Rows that the filter has in all.
    pub total: u64,
    /// Numbers of the tabs.
    pub counts: TabCounts,
}

/// Whom a priority would delay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overtaken {
    /// So many waiting jobs.
    pub count: u64,
    /// The first of them: name and owner.
    pub first: Vec<(JobName, String)>,
    /// So long smaller ones of them may start first, while what is free is not enough for the job at the head.
    pub patience: Seconds,
}

/// What can be done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobAction {
    /// End it.
    Cancel,
    /// Keep it from starting.
    Hold,
    /// Let it start.
    Release,
    /// Remove an ended job with its files.
    Delete,
    /// Change its place in the queue.
    Priority(Priority),
    /// Keep it and its results from the clean-up.
    Keep,
    /// Leave it to the clean-up again.
    Unkeep,
}

/// What became of one job of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionResult {
    /// Which.
    pub id: JobId,
    /// The new row, or why not.
    pub outcome: Result<JobSummary, AppError>,
}
