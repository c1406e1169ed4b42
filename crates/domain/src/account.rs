//! A person's account as admins see and change it, and what a password must be.

use crate::name::is_unseen;
use crate::{Role, Scope, Timestamp, Tokens, User, UserId};
use serde::{Deserialize, Serialize};

/// Characters of a person's name.
const LONGEST_NAME: usize = 60;
/// Characters of a password: long enough that guessing at the allowed pace is hopeless.
pub const SHORTEST_PASSWORD: usize = 10;
/// Characters of a password: enough for a sentence, and little to hash.
pub const LONGEST_PASSWORD: usize = 200;
/// What is tried first by whoever guesses, among those that are long enough.
const COMMON: [&str; 22] = [
    "1234567890",
    "0123456789",
    "12345678901",
    "123456789012",
    "qwertyuiop",
    "password12",
    "password123",
    "passw0rd123",
    "1q2w3e4r5t",
    "qwerty1234",
    "qwerty12345",
    "abaqusabaqus",
    "abaqus1234",
    "abaqus12345",
    "iloveyou12",
    "administrator",
    "adminadmin",
    "admin12345",
    "letmein123",
    "welcome123",
    "changeme123",
    "simulation",
];

/// Whether somebody may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Yes.
    Active,
    /// A link to set the first password is out.
    Invited,
    /// An admin has closed the account.
    Disabled,
    /// Its last day is over.
    Expired,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub user: User,
    /// A password has been set.
    pub has_password: bool,
    /// Closed by an admin, when.
    pub disabled_at: Option<Timestamp>,
    /// From then on it is closed: students leave in March.
    pub expires_at: Option<Timestamp>,
    /// What the person has chosen for every browser.
    pub wishes: Wishes,
}

/// How a person wants the pages, as far as they have said so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// `ja` or `en`.
    pub language: Option<String>,
    /// Name of a theme.
    pub theme: Option<String>,
    /// `on` or `off`: whether keys of one letter do anything.
    pub single_keys: Option<String>,
}

impl Account {
    /// Whether its owner may come in at this moment.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.disabled_at.is_some() {
            Standing::Disabled
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Standing::Expired
        } else if self.has_password {
            Standing::Active
        } else {
            Standing::Invited
        }
    }

    /// What an admin says of the person.
    pub fn profile(&self) -> Profile {
        Profile {
            name: self.user.name.clone(),
            role: self.user.role,
            max_running_jobs: self.user.max_running_jobs,
            max_tokens: self.user.max_tokens,
            expires_at: self.expires_at,
        }
    }

    /// Neither closed nor over: sessions and tokens of such an account are good.
    pub fn is_open(&self, now: Timestamp) -> bool {
        matches!(self.standing(now), Standing::Active | Standing::Invited)
    }
}

/// What an admin says of a person, new or known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Jobs that may run at once; the system's own limit unless told.
    pub max_running_jobs: Option<u32>,
    /// Tokens those jobs may hold together.
    pub max_tokens: Option<Tokens>,
    /// From then on the account is closed.
    pub expires_at: Option<Timestamp>,
}

/// What is wrong with a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileProblem {
    /// No name, a longer one, or one with letters that nobody sees.
    Name {
        /// Characters it may have.
        most: usize,
    },
    /// A limit of none, or past what can be stored.
    Limit,
}

/// Largest limit of jobs or tokens.
pub const LARGEST_LIMIT: u32 = 10_000;

impl Profile {
    /// Whether it can be.
    ///
    /// # Errors
    /// The first problem.
    pub fn check(&self) -> Result<(), ProfileProblem> {
        let name = self.name.trim();
        let letters = name.chars().count();
        if letters == 0 || letters > LONGEST_NAME || name.chars().any(|c| c.is_control() || is_unseen(c)) {
            return Err(ProfileProblem::Name { most: LONGEST_NAME });
        }
        let limits = [self.max_running_jobs, self.max_tokens.map(|tokens| tokens.0)];
        if limits.into_iter().flatten().any(|limit| limit == 0 || limit > LARGEST_LIMIT) {
            return Err(ProfileProblem::Limit);
        }
        Ok(())
    }
}

/// What is wrong with a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordProblem {
    /// Fewer than 10 characters.
    TooShort,
    /// More than 200.
    TooLong,
    /// One of those that are tried first, the person's own name, or one character again and again.
    Common,
}

/// Whether this may be somebody's password.
///
/// # Errors
/// The first problem.
pub fn check_password(id: &UserId, password: &str) -> Result<(), PasswordProblem> {
    let letters = password.chars().count();
    if letters < SHORTEST_PASSWORD {
        return Err(PasswordProblem::TooShort);
    }
    if letters > LONGEST_PASSWORD {
        return Err(PasswordProblem::TooLong);
    }
    let small = password.to_lowercase();
    let first = small.chars().next();
    let one_letter = small.chars().all(|c| Some(c) == first);
    // the name alone, or with a digit or two more
    let of_name = small.trim_end_matches(|c: char| c.is_ascii_digit()) == id.as_str();
    if one_letter || of_name || COMMON.contains(&small.as_str()) {
        return Err(PasswordProblem::Common);
    }
    Ok(())
}

/// A browser that somebody is signed in with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// What is stored of its secret.
    pub id: String,
    /// Whose.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, within a few minutes.
    pub seen_at: Timestamp,
    /// From where.
    pub address: String,
    /// The browser, in its own words.
    pub agent: String,
}

/// A token by which a program asks in somebody's name. Its secret is shown once and not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// How much it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, within a few minutes.
    pub used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn account() -> Account {
        Account {
            user: User {
                id: UserId::parse("sato").unwrap(),
                name: "佐藤".to_owned(),
                role: Role::Student,
                max_running_jobs: None,
                max_tokens: None,
                created_at: Timestamp(0),
            },
            has_password: true,
            disabled_at: None,
            expires_at: None,
            wishes: Wishes::default(),
        }
    }

    #[test]
    fn an_account_is_closed_by_an_admin_or_by_its_day() {
        let now = Timestamp(1_000);
        assert_eq!(account().standing(now), Standing::Active);
        assert_eq!(Account { has_password: false, ..account() }.standing(now), Standing::Invited);
        assert_eq!(Account { expires_at: Some(Timestamp(1_001)), ..account() }.standing(now), Standing::Active);
        assert_eq!(Account { expires_at: Some(now), ..account() }.standing(now), Standing::Expired);
        let closed = Account { disabled_at: Some(Timestamp(5)), ..account() };
        assert_eq!(closed.standing(now), Standing::Disabled);
        assert!(!closed.is_open(now));
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        let id = UserId::parse("takahashi1").unwrap();
        let check = |password: &str| check_password(&id, password);
        assert_eq!(check("short"), Err(PasswordProblem::TooShort));
        assert_eq!(check(&"長".repeat(201)), Err(PasswordProblem::TooLong));
        for common in ["Password123", "aaaaaaaaaaaa", "1234567890", "ABAQUS1234"] {
            assert_eq!(check(common), Err(PasswordProblem::Common), "{common}");
        }
        let sato = UserId::parse("sato.hanako").unwrap();
        assert_eq!(check_password(&sato, "Sato.Hanako99"), Err(PasswordProblem::Common));
        assert_eq!(check("梁のたわみは三乗で効く"), Ok(()));
        assert_eq!(check("correct horse battery"), Ok(()));
    }

    #[test]
    fn a_profile_needs_a_name_that_can_be_read() {
        let profile = |name: &str| Profile {
            name: name.to_owned(),
            role: Role::Student,
            max_running_jobs: None,
            max_tokens: None,
            expires_at: None,
        };
        assert_eq!(profile("佐藤 花子").check(), Ok(()));
        for name in ["", "  ", "a\u{202e}b", "a\nb", &"あ".repeat(61)] {
            assert_eq!(profile(name).check(), Err(ProfileProblem::Name { most: 60 }), "{name:?}");
        }
        assert_eq!(Profile { max_running_jobs: Some(0), ..profile("a") }.check(), Err(ProfileProblem::Limit));
    }
}
