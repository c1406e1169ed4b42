//! Questions the list of jobs answers.

use domain::{JobStatus, JobSummary, NodeId, UserId};
use serde::{Deserialize, Serialize};

/// The tabs above the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// Not ended, or submitted or ended since the server's midnight.
    #[default]
    Today,
    /// Not ended.
    Active,
    /// Of this person.
    Mine(UserId),
    /// Needs a look: running in trouble, or Failed or Missing within a week with no job made from it since.
    Troubled,
    /// All there are.
    All,
}

/// What the list is ordered by, after the viewer's own jobs came first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// When it was submitted.
    #[default]
    Submitted,
    /// Last change.
    Updated,
    /// Name.
    Name,
    /// The order of a job's life.
    Status,
    /// Owner's name.
    User,
    /// Node.
    Node,
    /// Cores.
    Cpus,
    /// Tokens.
    Tokens,
    /// Place in the queue: priority, then submission.
    Priority,
}

/// Order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Largest, latest or last first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort { by: SortKey::Submitted, descending: true }
    }
}

/// One question. Filters narrow each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobQuery {
    /// The tab.
    pub tab: Tab,
    /// Any of these; empty is any.
    pub status: Vec<JobStatus>,
    /// Owner.
    pub user: Option<UserId>,
    /// The node it has been claimed for.
    pub node: Option<NodeId>,
    /// Part of the name, of the owner's name or id, or the number (`12` or `#12`).
    pub search: Option<String>,
    /// Order.
    pub sort: Sort,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
    /// Whose jobs come first.
    pub viewer: UserId,
}

impl JobQuery {
    /// Everything, newest first, a page of 50.
    pub fn all(viewer: UserId) -> JobQuery {
        JobQuery {
            tab: Tab::All,
            status: Vec::new(),
            user: None,
            node: None,
            search: None,
            sort: Sort::default(),
            limit: 50,
            offset: 0,
            viewer,
        }
    }
}

/// A page of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobPage {
    /// At most `limit`.
    pub jobs: Vec<JobSummary>,
    /// How many there are without the limit.
    pub total: u64,
}

/// How many jobs each tab has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabCounts {
    /// [`Tab::Today`].
    pub today: u64,
    /// [`Tab::Active`].
    pub active: u64,
    /// [`Tab::Mine`].
    pub mine: u64,
    /// [`Tab::Troubled`].
    pub troubled: u64,
    /// [`Tab::All`].
    pub all: u64,
}
