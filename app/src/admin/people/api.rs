//! What goes over the wire about accounts.

use domain::{Account, Profile, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// All accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleView {
    /// By sign-in name.
    pub people: Vec<PersonRow>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    /// The account.
    pub account: Account,
    /// Its jobs that have not ended.
    pub open_jobs: u64,
    /// When its owner was last seen.
    pub seen_at: Option<Timestamp>,
}

/// Somebody to be added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Sign-in name, as typed.
    pub id: String,
    /// The rest.
    pub profile: Profile,
}

/// A one-time link for a person: shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalLink {
    /// Sign-in name.
    pub id: UserId,
    /// What the person is called.
    pub name: String,
    /// Below the address by which people reach this server.
    pub path: String,
}
