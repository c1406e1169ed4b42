//! What goes over the wire about coming in.

use domain::UserId;
use serde::{Deserialize, Serialize};

/// For whom a one-time link is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkFor {
    /// Somebody with an account.
    Person {
        /// Sign-in name.
        id: UserId,
        /// What the person is called.
        name: String,
    },
    /// Whoever is to be the first admin.
    FirstAdmin,
}

/// The first admin, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAdmin {
    /// Sign-in name.
    pub id: String,
    /// What the person is called.
    pub name: String,
}
