//! Who may do what: the one place where roles, ownership and a token's scope are decided.
//!
//! Every route and server function is behind an [`Act`] that its gate asks (`server::gate`); where the answer depends on
//! whose job or reservation it is, the function below asks again with the owner.

use crate::{Actor, Priority, Role, UserId};
use serde::{Deserialize, Serialize};

/// How much an API token may do of what its owner may. Least first. Somebody signed in with a password has all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Looking, and fetching results.
    #[default]
    Read,
    /// That, and jobs and reservations: submit, change, end.
    Submit,
    /// Everything its owner may.
    All,
}

impl Scope {
    /// All three.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Submit, Scope::All];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Submit => "submit",
            Scope::All => "all",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// What somebody is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// Look at jobs, results, nodes and licences: a lab is transparent.
    See,
    /// Submit a job, send its files, reserve tokens.
    Submit,
    /// Give a job this priority.
    Prioritise(Priority),
    /// Cancel, hold, release, delete or resubmit a job of this person.
    ChangeJobOf(&'a UserId),
    /// End or renew a reservation of this person.
    EndReservationOf(&'a UserId),
    /// Change one's own password, language, sessions and tokens.
    ChangeOwnAccount,
    /// Nodes, people, settings, the audit log.
    Administer,
}

impl Actor {
    /// Whether this person, asking in this way, may.
    pub fn may(&self, act: Act<'_>) -> bool {
        let role = self.role;
        let (allowed, needs) = match act {
            Act::See => (true, Scope::Read),
            Act::Submit => (true, Scope::Submit),
            Act::Prioritise(priority) => (priority <= Priority::NORMAL || role >= Role::Faculty, Scope::Submit),
            Act::ChangeJobOf(owner) | Act::EndReservationOf(owner) => {
                (role >= Role::Faculty || &self.id == owner, Scope::Submit)
            }
            Act::ChangeOwnAccount => (true, Scope::All),
            Act::Administer => (role == Role::Admin, Scope::All),
        };
        allowed && self.scope >= needs
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Origin;

    fn actor(role: Role, scope: Scope) -> Actor {
        let id = UserId::parse("sato").unwrap();
        Actor { id, name: "佐藤".to_owned(), role, scope, origin: Origin::Web, address: None }
    }

    #[test]
    fn students_act_on_their_own_faculty_on_all_and_admins_everywhere() {
        let (own, other) = (UserId::parse("sato").unwrap(), UserId::parse("suzuki").unwrap());
        let table: [(Act<'_>, [bool; 3]); 10] = [
            (Act::See, [true, true, true]),
            (Act::Submit, [true, true, true]),
            (Act::Prioritise(Priority::NORMAL), [true, true, true]),
            (Act::Prioritise(Priority::HIGH), [false, true, true]),
            (Act::ChangeJobOf(&own), [true, true, true]),
            (Act::ChangeJobOf(&other), [false, true, true]),
            (Act::EndReservationOf(&own), [true, true, true]),
            (Act::EndReservationOf(&other), [false, true, true]),
            (Act::ChangeOwnAccount, [true, true, true]),
            (Act::Administer, [false, false, true]),
        ];
        for (act, allowed) in table {
            assert_eq!(Role::ALL.map(|role| actor(role, Scope::All).may(act)), allowed, "{act:?}");
        }
    }

    #[test]
    fn a_token_may_no_more_than_its_scope() {
        let own = UserId::parse("sato").unwrap();
        let table: [(Act<'_>, [bool; 3]); 5] = [
            (Act::See, [true, true, true]),
            (Act::Submit, [false, true, true]),
            (Act::ChangeJobOf(&own), [false, true, true]),
            (Act::ChangeOwnAccount, [false, false, true]),
            (Act::Administer, [false, false, true]),
        ];
        for (act, allowed) in table {
            assert_eq!(Scope::ALL.map(|scope| actor(Role::Admin, scope).may(act)), allowed, "{act:?}");
        }
    }
}
