//! The server's own log: one record of it, and what is looked for in it.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// How much a record matters, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LogLevel {
    /// Each step.
    Trace,
    /// Each request.
    Debug,
    /// What happened.
    Info,
    /// Somebody should look.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// All five.
    pub const ALL: [LogLevel; 5] = [LogLevel::Trace, LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];

    /// The word that log files have.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Trace => "TRACE",
            LogLevel::Debug => "DEBUG",
            LogLevel::Info => "INFO",
            LogLevel::Warn => "WARN",
            LogLevel::Error => "ERROR",
        }
    }

    /// The word read back, in capitals or not.
    pub fn from_word(word: &str) -> Option<LogLevel> {
        LogLevel::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word))
    }
}

/// A place in the log that stays the same when files are moved aside or compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogPlace {
    /// By what a file is known again: its first line.
    pub file: u64,
    /// Bytes before it in that file, uncompressed.
    pub offset: u64,
}

impl LogPlace {
    /// As an address has it: `9f86d081884c7d65-1024`.
    pub fn text(self) -> String {
        format!("{:016x}-{}", self.file, self.offset)
    }

    /// The same, read back.
    pub fn parse(text: &str) -> Option<LogPlace> {
        let (file, offset) = text.split_once('-')?;
        Some(LogPlace { file: u64::from_str_radix(file, 16).ok()?, offset: offset.parse().ok()? })
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecord {
    /// Where it begins.
    pub place: LogPlace,
    /// When; `None` where the line does not say.
    pub at: Option<Timestamp>,
    /// Thousandths of that second.
    pub millis: u16,
    /// `None` where the line does not say.
    pub level: Option<LogLevel>,
    /// Which part of the program speaks.
    pub target: String,
    /// What it says; the line as it stands where it is no record.
    pub message: String,
    /// The request that caused it.
    pub request: Option<String>,
    /// What else it says, by name.
    pub fields: Vec<(String, String)>,
    /// Whether something was too long to be shown whole.
    pub is_cut: bool,
}

/// What is looked for; everything that is said must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    /// This or worse.
    pub level: Option<LogLevel>,
    /// Found anywhere in it, small and capital letters alike.
    pub text: Option<String>,
    /// Exactly this request.
    pub request: Option<String>,
}

/// A part of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPart {
    /// In the order they were written.
    pub records: Vec<LogRecord>,
    /// What is older begins before this place; `None` where there is nothing older.
    pub older: Option<LogPlace>,
    /// What is newer begins here.
    pub newest: Option<LogPlace>,
    /// When the oldest line was written that was looked at, where there is more before it and none that fits was found.
    pub looked_back_to: Option<Timestamp>,
}

impl LogQuery {
    /// Whether a record is what is looked for.
    pub fn takes(&self, record: &LogRecord) -> bool {
        let level = self.level.is_none_or(|least| record.level.is_some_and(|level| level >= least));
        let request = self.request.as_ref().is_none_or(|wanted| record.request.as_ref() == Some(wanted));
        level && request && self.text.as_deref().is_none_or(|text| has(record, text))
    }
}

fn has(record: &LogRecord, text: &str) -> bool {
    let wanted = text.trim().to_lowercase();
    let with = |part: &str| part.to_lowercase().contains(&wanted);
    // as the page shows a field, so that what is seen is found
    let with_field = |(name, value): &(String, String)| with(&format!("{name}={value}"));
    with(&record.message)
        || with(&record.target)
        || record.request.as_deref().is_some_and(with)
        || record.fields.iter().any(with_field)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn record(level: Option<LogLevel>) -> LogRecord {
        LogRecord {
            place: LogPlace { file: 1, offset: 0 },
            at: None,
            millis: 0,
            level,
            target: "server::upkeep".to_owned(),
            message: "バックアップ Failed".to_owned(),
            request: Some("cae-macro-17".to_owned()),
            fields: vec![("job".to_owned(), "12".to_owned())],
            is_cut: false,
        }
    }

    #[test]
    fn everything_that_is_said_must_fit() {
        let at = |level| LogQuery { level: Some(level), ..LogQuery::default() };
        assert!(at(LogLevel::Warn).takes(&record(Some(LogLevel::Error))));
        assert!(!at(LogLevel::Error).takes(&record(Some(LogLevel::Warn))));
        // what is no record has no level: it is among all of them only
        assert!(!at(LogLevel::Warn).takes(&record(None)) && LogQuery::default().takes(&record(None)));
        for text in ["failed", "バックアップ", "JOB=12", "upkeep", "macro"] {
            let query = LogQuery { text: Some(text.to_owned()), ..LogQuery::default() };
            assert!(query.takes(&record(None)), "{text}");
        }
        let of = |id: &str| LogQuery { request: Some(id.to_owned()), ..LogQuery::default() };
        assert!(of("cae-macro-17").takes(&record(None)) && !of("cae-macro-1").takes(&record(None)));
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = LogPlace { file: u64::MAX - 7, offset: 1_234 };
        assert_eq!(LogPlace::parse(&place.text()), Some(place));
        for wrong in ["", "1", "x-1", "1-x", "1-"] {
            assert_eq!(LogPlace::parse(wrong), None, "{wrong}");
        }
    }
}
