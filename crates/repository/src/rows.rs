//! From cells to the domain's types: what does not fit is reported with its place, never repaired, never a panic.

use crate::{Contradiction, RepositoryError};
use domain::Message;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// The row being read.
pub(crate) struct Row {
    table: &'static str,
    key: String,
}

impl Row {
    pub(crate) fn new(table: &'static str, key: impl Display) -> Row {
        Row { table, key: key.to_string() }
    }

    /// What is wrong with a cell.
    pub(crate) fn corrupt(&self, column: &str, problem: impl Display) -> RepositoryError {
        RepositoryError::Corrupt {
            table: self.table,
            row: self.key.clone(),
            column: column.to_owned(),
            problem: problem.to_string(),
        }
    }

    /// The value, or where it was.
    pub(crate) fn take<T, E: Display>(&self, column: &str, parsed: Result<T, E>) -> Result<T, RepositoryError> {
        parsed.map_err(|problem| self.corrupt(column, problem))
    }

    /// The word's meaning.
    pub(crate) fn word<T>(&self, column: &str, text: &str, meaning: Option<T>) -> Result<T, RepositoryError> {
        meaning.ok_or_else(|| self.corrupt(column, format_args!("is {text:?}, which is no word for it")))
    }

    /// A count.
    pub(crate) fn count(&self, column: &str, number: i64) -> Result<u32, RepositoryError> {
        u32::try_from(number).map_err(|_| self.corrupt(column, format_args!("is {number}, which is no count")))
    }

    /// A number of bytes.
    pub(crate) fn bytes(&self, column: &str, number: i64) -> Result<u64, RepositoryError> {
        u64::try_from(number).map_err(|_| self.corrupt(column, format_args!("is {number}, which is no size")))
    }

    /// JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str, text: &str) -> Result<T, RepositoryError> {
        self.take(column, serde_json::from_str(text))
    }

    /// JSON or nothing.
    pub(crate) fn json_or_none<T: DeserializeOwned>(
        &self,
        column: &str,
        text: Option<&String>,
    ) -> Result<Option<T>, RepositoryError> {
        text.map(|text| self.json(column, text)).transpose()
    }
}

/// JSON text of one of our own types.
pub(crate) fn json_text<T: serde::Serialize>(field: &'static str, value: &T) -> Result<String, RepositoryError> {
    serde_json::to_string(value)
        .map_err(|problem| RepositoryError::Invalid { field, problem: Contradiction::NotStorable(problem.to_string()) })
}

/// A size as the tables hold it.
pub(crate) fn stored_size(field: &'static str, bytes: u64) -> Result<i64, RepositoryError> {
    i64::try_from(bytes).map_err(|_| RepositoryError::Invalid { field, problem: Contradiction::TooLarge })
}

/// A message as the tables hold it: words as they are, a fault as JSON.
pub(crate) fn message_text(message: &Message) -> Result<String, RepositoryError> {
    match message {
        Message::Words(words) => Ok(words.clone()),
        Message::Fault(fault) => json_text("message", fault),
    }
}

/// What [`message_text`] wrote.
pub(crate) fn message(text: String) -> Message {
    match serde_json::from_str(&text) {
        Ok(fault) => Message::Fault(fault),
        Err(_) => Message::Words(text),
    }
}
