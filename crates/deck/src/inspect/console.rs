//! Console texts.

use super::Note;
use crate::abaqus::console as abaqus;
use crate::calculix::console::Reader;
use serde::Serialize;

/// A console text. CalculiX names no phases and takes no tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct LogReport {
    pub file: String,
    pub product: &'static str,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub phases: Vec<String>,
    pub tokens: Option<u32>,
    pub queued_seconds: Option<u64>,
    pub errors: u64,
    pub warnings: u64,
    pub first_error: Option<Note>,
}

pub(super) fn calculix(name: &str, reader: &Reader) -> LogReport {
    let summary = reader.summary();
    LogReport {
        file: name.to_owned(),
        product: "calculix",
        verdict: match (summary.finished, summary.error_count) {
            (Some(_), _) => "completed",
            (None, 0) => "none",
            (None, _) => "not_completed",
        },
        phases: Vec::new(),
        tokens: None,
        queued_seconds: None,
        errors: summary.error_count,
        warnings: summary.warnings,
        first_error: summary.first_error().map(|error| Note {
            file: None,
            line: Some(error.line),
            text: error.text.clone(),
        }),
        release: summary.release,
    }
}

pub(super) fn abaqus(name: &str, reader: &abaqus::Reader) -> LogReport {
    let summary = reader.summary();
    LogReport {
        file: name.to_owned(),
        product: "abaqus",
        verdict: super::verdict(summary.ended()),
        phases: summary.phases,
        tokens: summary.tokens,
        queued_seconds: summary.queue.map(|queue| queue.seconds),
        errors: summary.errors,
        warnings: summary.warnings,
        first_error: summary.first_error.as_ref().map(Note::from),
        release: summary.release,
    }
}
