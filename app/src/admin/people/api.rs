//! What goes over the wire about accounts.

use super::draft::{Draft, Flaws};
use domain::{Account, Profile, Timestamp, Tokens, UserId};
use serde::{Deserialize, Serialize};

/// Bytes of a file of people that is read at all: 500 rows have some 50 KB.
pub const MOST_BYTES: usize = 400_000;

/// All accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleView {
    /// Who is looking.
    pub me: UserId,
    /// By sign-in name.
    pub people: Vec<PersonRow>,
    /// Days for which a one-time link works.
    pub link_days: u64,
    /// Jobs at once of those who have no limit of their own; `None` is no limit.
    pub jobs_of_all: Option<u32>,
    /// Tokens of those who have no limit of their own; `None` is no limit.
    pub tokens_of_all: Option<Tokens>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    /// The account.
    pub account: Account,
    /// Its jobs that have not ended.
    pub open_jobs: u64,
    /// When its owner or a program of theirs last asked for something.
    pub seen_at: Option<Timestamp>,
    /// Until when its one-time link works, where one is out.
    pub link_until: Option<Timestamp>,
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

/// A file of people, read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckedFile {
    /// Its rows, at least one.
    pub rows: Vec<CheckedRow>,
    /// Headings that mean nothing to us: said, so that a misspelt one is seen.
    pub unused: Vec<String>,
}

/// One of its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckedRow {
    /// As the file counts its lines, from 1.
    pub line: u64,
    /// As it stands there.
    pub draft: Draft,
    /// What is wrong with it.
    pub flaws: Flaws,
}
