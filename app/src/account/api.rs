//! What goes over the wire about the own account.

use domain::{Account, ApiToken, Session};
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountView {
    /// Who.
    pub account: Account,
    /// Browsers signed in, the last used first.
    pub sessions: Vec<OwnSession>,
    /// Tokens, the newest first.
    pub tokens: Vec<ApiToken>,
}

/// One of the own sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnSession {
    /// It.
    pub session: Session,
    /// That of the browser which asks.
    pub here: bool,
}

/// A token that was made just now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeToken {
    /// What is kept.
    pub token: ApiToken,
    /// What its owner sees once.
    pub secret: String,
}
