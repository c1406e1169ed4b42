//! What goes over the wire.

use domain::Timestamp;
use domain::cleanup::{CleanupRules, GoingJob, Heap, MissingFile};
use serde::{Deserialize, Serialize};

/// Most rows of a list; the rest is counted.
pub const SHOWN: usize = 200;

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanupView {
    /// When this was looked at.
    pub now: Timestamp,
    /// When the next clean-up is; `None` is never.
    pub next: Option<Timestamp>,
    /// The rules.
    pub rules: CleanupRules,
    /// Jobs of which something goes within a week, the soonest first; at most [`SHOWN`].
    pub jobs: Vec<GoingView>,
    /// All that goes within a week.
    pub waste: Waste,
    /// Files that should be there and are not; at most [`SHOWN`], and only for admins.
    pub missing: Vec<MissingFile>,
    /// So many more.
    pub more_missing: usize,
    /// Jobs that somebody keeps.
    pub kept: u64,
    /// It is being done.
    pub under_way: bool,
    /// Whether who looks may begin it.
    pub may_run: bool,
    /// What goes if it is begun now; for who may.
    pub at_once: Waste,
}

/// A job of which something goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoingView {
    /// The job.
    pub job: GoingJob,
    /// Whether who looks may keep it.
    pub may_keep: bool,
}

/// How much goes, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waste {
    /// Results of jobs that stay.
    pub results: Heap,
    /// Jobs with all their files.
    pub jobs: Heap,
    /// Uploads of no job.
    pub uploads: Heap,
    /// Folders of results of no job.
    pub strays: Heap,
}

impl Waste {
    /// All four.
    pub fn all(&self) -> [Heap; 4] {
        [self.results, self.jobs, self.uploads, self.strays]
    }

    /// Bytes of all.
    pub fn bytes(&self) -> u64 {
        self.all().iter().map(|heap| heap.bytes).sum()
    }

    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        self.all().iter().all(|heap| heap.count == 0)
    }
}
