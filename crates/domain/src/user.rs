//! People and what they may do.

use crate::{Timestamp, Tokens, UserId};
use serde::{Deserialize, Serialize};

/// Least first, so that `>=` means "at least".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts on own jobs.
    Student,
    /// Acts on all jobs and raises priorities.
    Faculty,
    /// Everything.
    Admin,
}

impl Role {
    /// All three.
    pub const ALL: [Role; 3] = [Role::Student, Role::Faculty, Role::Admin];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Student => "student",
            Role::Faculty => "faculty",
            Role::Admin => "admin",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// From where a person acts: the audit log keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The pages.
    Web,
    /// `/api/v1`.
    Api,
    /// A shell on the server's machine.
    CommandLine,
}

impl Origin {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Web => "web",
            Origin::Api => "api",
            Origin::CommandLine => "command_line",
        }
    }
}

/// A person with an account. `None` limits mean the system's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Sign-in name.
    pub id: UserId,
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Jobs that may run at once.
    pub max_running_jobs: Option<u32>,
    /// Tokens those jobs may hold together.
    pub max_tokens: Option<Tokens>,
    /// When the account was made.
    pub created_at: Timestamp,
}
