//! How one value is read and written.

use crate::name::narrow;
use serde::{Deserialize, Serialize};

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number.
    Whole {
        /// Least.
        min: u64,
        /// Most.
        max: u64,
    },
    /// A whole number, or nothing for no limit.
    WholeOrNone {
        /// Least.
        min: u64,
        /// Most.
        max: u64,
    },
    /// A number.
    Decimal {
        /// Least.
        min: f64,
        /// Most.
        max: f64,
    },
    /// `true` or `false`.
    Flag,
    /// One of a few words.
    Choice {
        /// Which.
        words: &'static [&'static str],
    },
    /// Three whole numbers with commas, none smaller than the one before it; or nothing.
    Table {
        /// Most.
        max: u64,
    },
    /// A node's id, or nothing.
    NodeOrNone,
    /// One word of ASCII letters, digits, `-`, `_` and `.`; at most 64.
    Word,
    /// Five fields as cron has them, or nothing for never.
    ScheduleOrNone,
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No limit, no table.
    None,
    /// A whole number.
    Whole(u64),
    /// A number.
    Decimal(f64),
    /// Yes or no.
    Flag(bool),
    /// One of the words.
    Word(&'static str),
    /// A name.
    Text(String),
    /// Three whole numbers.
    Three([u64; 3]),
}

/// What is wrong with a value: a message key with its numbers; screens make the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum SettingFault {
    /// There is no such key.
    #[error("there is no such setting")]
    NoSuchKey,
    /// Not a whole number.
    #[error("is not a whole number")]
    NotWhole,
    /// Not a number.
    #[error("is not a number")]
    NotNumber,
    /// Too small or too large.
    #[error("is not between {min} and {max}")]
    OutOfRange {
        /// Least.
        min: String,
        /// Most.
        max: String,
    },
    /// Neither `true` nor `false`.
    #[error("is neither true nor false")]
    NotFlag,
    /// None of the words.
    #[error("is none of: {}", .words.join(", "))]
    NotChoice {
        /// What it may be.
        words: Vec<String>,
    },
    /// Not a node's id.
    #[error("is not a node's id")]
    NotNode,
    /// Not one word.
    #[error("is not one word of letters, digits, -, _ and .")]
    NotWord,
    /// Not the five fields of a schedule.
    #[error("is no schedule of five fields: minute, hour, day of the month, month, day of the week")]
    NotSchedule,
    /// Not three whole numbers that grow.
    #[error("is not three whole numbers, for 2, 4 and 8 CPUs, none smaller than the one before it")]
    NotTable,
}

/// A value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{key}: {value:?} {fault}")]
pub struct SettingProblem {
    /// The key.
    pub key: String,
    /// What was given.
    pub value: String,
    /// What is wrong with it.
    pub fault: SettingFault,
}

/// Most characters of a word.
const LONGEST_WORD: usize = 64;

/// Full-width digits and signs, as a Japanese keyboard types them, become plain ones; blanks around go.
fn plain(text: &str) -> String {
    narrow(text.trim()).replace('、', ",")
}

fn whole(text: &str) -> Result<u64, SettingFault> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SettingFault::NotWhole);
    }
    // more digits than a u64 has is a number out of every range
    Ok(text.parse().unwrap_or(u64::MAX))
}

fn within<T: PartialOrd + ToString>(number: T, min: T, max: T) -> Result<T, SettingFault> {
    if number >= min && number <= max {
        Ok(number)
    } else {
        Err(SettingFault::OutOfRange { min: min.to_string(), max: max.to_string() })
    }
}

impl Kind {
    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, text: &str) -> Result<Value, SettingFault> {
        let text = plain(text);
        match *self {
            Kind::WholeOrNone { .. } | Kind::Table { .. } | Kind::NodeOrNone | Kind::ScheduleOrNone
                if text.is_empty() =>
            {
                Ok(Value::None)
            }
            Kind::Whole { min, max } | Kind::WholeOrNone { min, max } => {
                within(whole(&text)?, min, max).map(Value::Whole)
            }
            Kind::Decimal { min, max } => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                let number: f64 = text.parse().map_err(|_| SettingFault::NotNumber)?;
                if !digits && !text.starts_with('-') {
                    return Err(SettingFault::NotNumber);
                }
                within(number, min, max).map(Value::Decimal)
            }
            Kind::Flag => match text.to_ascii_lowercase().as_str() {
                "true" => Ok(Value::Flag(true)),
                "false" => Ok(Value::Flag(false)),
                _ => Err(SettingFault::NotFlag),
            },
            Kind::Choice { words } => {
                let word = words.iter().find(|word| text.eq_ignore_ascii_case(word));
                let unknown = || SettingFault::NotChoice { words: words.iter().map(ToString::to_string).collect() };
                word.map(|word| Value::Word(word)).ok_or_else(unknown)
            }
            Kind::NodeOrNone => match crate::NodeId::parse(&text) {
                Ok(node) => Ok(Value::Text(node.to_string())),
                Err(_) => Err(SettingFault::NotNode),
            },
            Kind::Word => {
                let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                let fits = !text.is_empty() && text.len() <= LONGEST_WORD && text.chars().all(is_word);
                if fits { Ok(Value::Text(text)) } else { Err(SettingFault::NotWord) }
            }
            Kind::ScheduleOrNone => super::schedule::normal(&text).map(Value::Text).ok_or(SettingFault::NotSchedule),
            Kind::Table { max } => {
                let numbers: Result<Vec<u64>, _> = text.split(',').map(|part| whole(part.trim())).collect();
                match numbers.ok().as_deref() {
                    Some(&[two, four, eight]) if two <= four && four <= eight => {
                        within(eight, 0, max).map(|_| Value::Three([two, four, eight]))
                    }
                    _ => Err(SettingFault::NotTable),
                }
            }
        }
    }
}

impl Value {
    /// As it is stored.
    pub fn text(&self) -> String {
        match self {
            Value::None => String::new(),
            Value::Whole(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Word(word) => (*word).to_owned(),
            Value::Text(text) => text.clone(),
            Value::Three([two, four, eight]) => format!("{two},{four},{eight}"),
        }
    }

    /// The whole number, 0 where it is none.
    pub(super) fn whole(&self) -> u64 {
        if let Value::Whole(number) = self { *number } else { 0 }
    }

    /// The whole number as far as 32 bits go. The table's ranges end far below.
    pub(super) fn small(&self) -> u32 {
        u32::try_from(self.whole()).unwrap_or(u32::MAX)
    }

    /// The whole number, where there is one.
    pub(super) fn small_or_none(&self) -> Option<u32> {
        (*self != Value::None).then(|| self.small())
    }

    /// The text, where there is one.
    pub(super) fn text_or_none(&self) -> Option<String> {
        if let Value::Text(text) = self { Some(text.clone()) } else { None }
    }

    /// A limit or none.
    pub(super) fn of_limit(limit: Option<u32>) -> Value {
        limit.map_or(Value::None, |number| Value::Whole(u64::from(number)))
    }
}
