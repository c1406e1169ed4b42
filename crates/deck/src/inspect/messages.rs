//! Abaqus' `.msg` and `.dat`.

use super::Note;
use crate::abaqus::{self, Ended, Ending, dat, msg};
use crate::message::{Message, Messages, Severity};
use serde::Serialize;

/// `.msg` of Standard.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct MsgReport {
    pub file: String,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub errors: u64,
    pub warnings: u64,
    pub first_error: Option<Note>,
    pub messages: Vec<MessageReport>,
    pub increments: u64,
    pub iterations: u64,
    pub cutbacks: u64,
}

/// `.dat`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct DatReport {
    pub file: String,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub errors: u64,
    pub warnings: u64,
    pub first_error: Option<Note>,
    pub messages: Vec<MessageReport>,
    /// Abaqus' own count of the model.
    pub size: Option<dat::ProblemSize>,
    pub memory: Option<dat::MemoryEstimate>,
}

/// One wording.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct MessageReport {
    pub severity: Severity,
    pub text: String,
    pub count: u64,
    pub first_line: u64,
}

/// What the first bytes of a file of Abaqus say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Msg,
    Dat,
}

/// Both begin with the same page head; `.dat` goes on with the deck, `.msg` with the first step. The name decides for
/// the pieces and empty ones.
pub(super) fn kind(head: &[u8], ending: &str) -> Option<Kind> {
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    let headed = head.split(|byte| *byte == b'\n').take(8).any(|line| abaqus::release(line).is_some());
    match ending {
        _ if headed && (has("PROCESSING PART, INSTANCE") || has("OPTIONS BEING PROCESSED")) => Some(Kind::Dat),
        _ if headed && has("S T E P ") => Some(Kind::Msg),
        "msg" => Some(Kind::Msg),
        // CalculiX writes results of that name
        "dat" if headed => Some(Kind::Dat),
        _ => None,
    }
}

pub(super) fn msg(name: &str, mut reader: msg::Reader) -> MsgReport {
    reader.finish();
    let messages = reader.messages();
    MsgReport {
        file: name.to_owned(),
        release: reader.release().map(str::to_owned),
        verdict: verdict(reader.ended()),
        errors: messages.errors,
        warnings: messages.warnings,
        first_error: first_error(messages),
        messages: messages.list.iter().map(MessageReport::from).collect(),
        increments: reader.increment_count(),
        iterations: reader.iteration_count(),
        cutbacks: reader.cutback_count(),
    }
}

pub(super) fn dat(name: &str, mut reader: dat::Reader) -> DatReport {
    reader.finish();
    let messages = reader.messages();
    DatReport {
        file: name.to_owned(),
        release: reader.release().map(str::to_owned),
        verdict: verdict(reader.ended()),
        errors: messages.errors,
        warnings: messages.warnings,
        first_error: first_error(messages),
        messages: messages.list.iter().map(MessageReport::from).collect(),
        size: reader.size(),
        memory: reader.memory(),
    }
}

fn verdict(ended: Option<&Ended>) -> &'static str {
    match ended.map(|ended| ended.ending) {
        Some(Ending::Completed) => "completed",
        Some(Ending::Cancelled | Ending::Failed) => "not_completed",
        None => "none",
    }
}

fn first_error(messages: &Messages) -> Option<Note> {
    let error = messages.first_error()?;
    Some(Note { file: None, line: Some(error.first_line), text: error.text.clone() })
}

impl From<&Message> for MessageReport {
    fn from(message: &Message) -> Self {
        let Message { severity, text, count, first_line, .. } = message;
        MessageReport { severity: *severity, text: text.clone(), count: *count, first_line: *first_line }
    }
}
