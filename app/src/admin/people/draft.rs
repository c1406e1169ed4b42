//! A person as typed into the form, or as a row of a file has it: read strictly, and everything wrong is said at once.

use super::api::NewPerson;
use super::day;
use chrono::FixedOffset;
use domain::account::{LARGEST_LIMIT, ProfileProblem};
use domain::name::narrow;
use domain::{Account, NameError, Profile, Role, Timestamp, Tokens, UserId};
use serde::{Deserialize, Serialize};

/// A field of the form, a column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Sign-in name.
    Id,
    /// What the person is called.
    Name,
    /// `student`, `faculty`, `admin`.
    Role,
    /// Jobs that may run at once.
    Jobs,
    /// Tokens those jobs may hold.
    Tokens,
    /// Last day of the account.
    Until,
}

impl Column {
    /// All, in the order of a file that we write.
    pub const ALL: [Column; 6] = [Column::Id, Column::Name, Column::Role, Column::Jobs, Column::Tokens, Column::Until];

    /// Its heading in a file.
    pub fn heading(self) -> &'static str {
        match self {
            Column::Id => "user_id",
            Column::Name => "name",
            Column::Role => "role",
            Column::Jobs => "max_running_jobs",
            Column::Tokens => "max_tokens",
            Column::Until => "expires_on",
        }
    }
}

/// What is wrong with one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// No sign-in name.
    NoId,
    /// Past 64 characters.
    LongId,
    /// Others than small letters, digits and `. - _`.
    BadId,
    /// No name, a longer one, or one with letters that nobody sees.
    Name {
        /// Characters it may have.
        most: usize,
    },
    /// No such role.
    Role,
    /// No whole number from 1 to 10,000.
    Limit,
    /// No date.
    Day,
    /// A day that is over.
    Past,
    /// Somebody has this sign-in name.
    Taken,
    /// Another row of the file has it too.
    Twice {
        /// The first row that has it, as the file counts its lines.
        line: u64,
    },
    /// The row has more cells than the file has headings.
    Spill,
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Sign-in name.
    pub id: String,
    /// Name.
    pub name: String,
    /// A word of a role; none is a student.
    pub role: String,
    /// Jobs; nothing is the system's own limit.
    pub jobs: String,
    /// Tokens; the same.
    pub tokens: String,
    /// Last day; nothing is none.
    pub until: String,
}

/// What is wrong and where.
pub type Flaws = Vec<(Column, Flaw)>;

fn role(text: &str) -> Option<Role> {
    match narrow(text.trim()).to_lowercase().as_str() {
        "" | "学生" => Some(Role::Student),
        "教員" => Some(Role::Faculty),
        "管理者" => Some(Role::Admin),
        word => Role::from_word(word),
    }
}

fn limit(text: &str) -> Result<Option<u32>, Flaw> {
    let plain = narrow(text.trim());
    if plain.is_empty() {
        return Ok(None);
    }
    let number = plain.parse().ok().filter(|number| (1..=LARGEST_LIMIT).contains(number));
    number.map(Some).ok_or(Flaw::Limit)
}

fn end(text: &str, offset: FixedOffset) -> Result<Option<Timestamp>, Flaw> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    day::read(text).and_then(|day| day::end_of(day, offset)).map(Some).ok_or(Flaw::Day)
}

/// The value, or its empty one with the flaw put down.
fn or_flaw<T: Default>(read: Result<T, Flaw>, column: Column, flaws: &mut Flaws) -> T {
    read.unwrap_or_else(|flaw| {
        flaws.push((column, flaw));
        T::default()
    })
}

impl Draft {
    /// As the form shows a person that is known.
    pub fn of(account: &Account, offset: FixedOffset) -> Draft {
        let user = &account.user;
        Draft {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: user.role.as_str().to_owned(),
            jobs: user.max_running_jobs.map(|limit| limit.to_string()).unwrap_or_default(),
            tokens: user.max_tokens.map(|limit| limit.to_string()).unwrap_or_default(),
            until: account.expires_at.map(|end| day::written(day::last_before(end, offset))).unwrap_or_default(),
        }
    }

    /// The text of a column.
    pub fn cell(&self, column: Column) -> &str {
        match column {
            Column::Id => &self.id,
            Column::Name => &self.name,
            Column::Role => &self.role,
            Column::Jobs => &self.jobs,
            Column::Tokens => &self.tokens,
            Column::Until => &self.until,
        }
    }

    /// The same, to be written to.
    pub fn cell_mut(&mut self, column: Column) -> &mut String {
        match column {
            Column::Id => &mut self.id,
            Column::Name => &mut self.name,
            Column::Role => &mut self.role,
            Column::Jobs => &mut self.jobs,
            Column::Tokens => &mut self.tokens,
            Column::Until => &mut self.until,
        }
    }

    /// What an admin says of a person.
    ///
    /// # Errors
    /// Everything that is wrong, column by column.
    pub fn profile(&self, offset: FixedOffset) -> Result<Profile, Flaws> {
        let mut flaws = Flaws::new();
        let role = role(&self.role).unwrap_or_else(|| {
            flaws.push((Column::Role, Flaw::Role));
            Role::Student
        });
        let profile = Profile {
            name: self.name.trim().to_owned(),
            role,
            max_running_jobs: or_flaw(limit(&self.jobs), Column::Jobs, &mut flaws),
            max_tokens: or_flaw(limit(&self.tokens), Column::Tokens, &mut flaws).map(Tokens),
            expires_at: or_flaw(end(&self.until, offset), Column::Until, &mut flaws),
        };
        match profile.check() {
            Err(ProfileProblem::Name { most }) => flaws.push((Column::Name, Flaw::Name { most })),
            Err(ProfileProblem::Limit) => flaws.push((Column::Jobs, Flaw::Limit)),
            Ok(()) => {}
        }
        flaws.sort_by_key(|(column, _)| *column);
        if flaws.is_empty() { Ok(profile) } else { Err(flaws) }
    }

    /// Somebody new. An account that is over before it begins is a slip.
    ///
    /// # Errors
    /// Everything that is wrong, column by column.
    pub fn person(&self, now: Timestamp, offset: FixedOffset) -> Result<NewPerson, Flaws> {
        let id = self.id.trim();
        let mut flaws: Flaws = match UserId::parse(id) {
            Ok(_) => vec![],
            Err(NameError::Empty) => vec![(Column::Id, Flaw::NoId)],
            Err(NameError::TooLong) => vec![(Column::Id, Flaw::LongId)],
            Err(NameError::BadCharacter | NameError::BadEdge | NameError::Reserved) => {
                vec![(Column::Id, Flaw::BadId)]
            }
        };
        match self.profile(offset) {
            Ok(profile) if profile.expires_at.is_some_and(|end| end <= now) => flaws.push((Column::Until, Flaw::Past)),
            Ok(profile) if flaws.is_empty() => return Ok(NewPerson { id: id.to_owned(), profile }),
            Ok(_) => {}
            Err(more) => flaws.extend(more),
        }
        Err(flaws)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_495_320);

    fn draft(cells: [&str; 6]) -> Draft {
        let [id, name, role, jobs, tokens, until] = cells.map(str::to_owned);
        Draft { id, name, role, jobs, tokens, until }
    }

    fn read(cells: [&str; 6]) -> Result<NewPerson, Flaws> {
        draft(cells).person(NOW, FixedOffset::east_opt(9 * 3600).unwrap())
    }

    #[test]
    fn what_is_left_out_is_a_student_with_the_systems_limits() {
        let person = read(["sato", " 佐藤 花子 ", "", "", "", ""]).unwrap();
        let (profile, none) = (person.profile, (None, None, None));
        assert_eq!((person.id.as_str(), profile.name.as_str(), profile.role), ("sato", "佐藤 花子", Role::Student));
        assert_eq!((profile.max_running_jobs, profile.max_tokens, profile.expires_at), none);
    }

    #[test]
    fn roles_numbers_and_days_are_read_as_a_japanese_keyboard_types_them() {
        let profile = read(["sato", "佐藤", "教員", "３", "１２", "２０２７年３月３１日"]).unwrap().profile;
        assert_eq!((profile.role, profile.max_running_jobs), (Role::Faculty, Some(3)));
        assert_eq!((profile.max_tokens, profile.expires_at), (Some(Tokens(12)), Some(Timestamp(1_806_505_200))));
        assert_eq!(read(["ito", "伊藤", "Admin", "", "", ""]).unwrap().profile.role, Role::Admin);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let flaws = read(["Sato", "", "boss", "0", "many", "31 March"]).unwrap_err();
        let expected = [
            (Column::Id, Flaw::BadId),
            (Column::Name, Flaw::Name { most: 60 }),
            (Column::Role, Flaw::Role),
            (Column::Jobs, Flaw::Limit),
            (Column::Tokens, Flaw::Limit),
            (Column::Until, Flaw::Day),
        ];
        assert_eq!(flaws, expected);
        assert_eq!(
            read(["", "a", "", "", "", "2020-03-31"]),
            Err(vec![(Column::Id, Flaw::NoId), (Column::Until, Flaw::Past)])
        );
        assert_eq!(read(["a", "a", "", "-1", "", ""]), Err(vec![(Column::Jobs, Flaw::Limit)]));
    }

    #[test]
    fn a_known_person_comes_back_as_it_is_stored() {
        let offset = FixedOffset::east_opt(9 * 3600).unwrap();
        let person = read(["sato", "佐藤", "faculty", "3", "", "2027-03-31"]).unwrap();
        let Profile { name, role, max_running_jobs, max_tokens, expires_at } = person.profile.clone();
        let id = UserId::parse("sato").unwrap();
        let account = Account {
            user: domain::User { id, name, role, max_running_jobs, max_tokens, created_at: NOW },
            has_password: true,
            disabled_at: None,
            expires_at,
            wishes: domain::account::Wishes::default(),
        };
        assert_eq!(Draft::of(&account, offset).profile(offset), Ok(person.profile));
    }
}
