//! What travels between the page and the server.

use domain::{Cores, JobSummary, LicenseStanding, NodeId, Reservation, Seconds, Timestamp, Tokens};
use serde::{Deserialize, Serialize};

/// A job that holds tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenRow {
    /// The job.
    pub job: JobSummary,
    /// When it may give them back, from its own progress.
    pub ends: Option<Timestamp>,
}

/// A reservation, and whether the viewer may end it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The reservation.
    pub one: Reservation,
    /// The viewer is its holder, faculty or an admin.
    pub may_end: bool,
}

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LicensesView {
    /// Our count, and what the licence server says.
    pub standing: LicenseStanding,
    /// Jobs that hold tokens.
    pub holding: Vec<TokenRow>,
    /// Jobs that wait and will take tokens, in the order of the queue.
    pub waiting: Vec<JobSummary>,
    /// In force, the next to end first.
    pub reservations: Vec<Held>,
    /// Tokens for each choice of CPUs.
    pub rule: Vec<(Cores, Tokens)>,
    /// The longest reservation.
    pub longest: Seconds,
    /// Nodes and their cores, for the form.
    pub nodes: Vec<(NodeId, Cores)>,
}
