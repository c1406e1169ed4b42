//! What the readers find in one file, for scripts and terminals: one object per file.

mod console;
mod deck;
mod license;
mod messages;
mod status;

pub use console::LogReport;
pub use deck::{DeckReport, IncludeReport, StepReport};
pub use license::UsageReport;
pub use messages::{DatReport, MessageReport, MsgReport};
pub use status::{CvgReport, StaReport};

use crate::abaqus::{self, Said, dat, dsls, lmstat, msg};
use crate::calculix;
use crate::inp::{self, Files, Scanner};
use crate::lines;
use serde::Serialize;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 4096;

/// What one file is and says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Report {
    /// An input deck.
    Deck(Box<DeckReport>),
    /// A status file.
    Sta(StaReport),
    /// CalculiX' iterations.
    Cvg(CvgReport),
    /// A console text.
    Log(LogReport),
    /// Abaqus' messages.
    Msg(MsgReport),
    /// Abaqus' printed data.
    Dat(DatReport),
    /// What FlexNet says of its pool.
    Lmstat(UsageReport),
    /// What DSLS says of its pool.
    Dslsstat(UsageReport),
    /// None of these.
    Unknown {
        /// Name as given.
        file: String,
        /// Why it is not read.
        reason: String,
    },
}

/// A line and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Note {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub line: Option<u64>,
    pub text: String,
}

impl Report {
    /// Whether it was not read, or is a deck that cannot be run.
    pub fn is_bad(&self) -> bool {
        match self {
            Report::Unknown { .. } => true,
            Report::Deck(deck) => !deck.hard_errors.is_empty(),
            Report::Sta(_) | Report::Cvg(_) | Report::Log(_) | Report::Msg(_) | Report::Dat(_) => false,
            Report::Lmstat(_) | Report::Dslsstat(_) => false,
        }
    }
}

/// Reads one file in slices. `files` opens the files a deck includes, by the names the deck gives them.
///
/// # Errors
/// What reading the file said.
pub fn file<'f>(name: &str, mut from: impl Read, files: &'f Files<'f>) -> io::Result<Report> {
    let mut head = Vec::new();
    (&mut from).take(HEAD).read_to_end(&mut head)?;
    let has = |text: &str| memchr::memmem::find(&head, text.as_bytes()).is_some();
    let ending = name.rsplit('.').next().unwrap_or_default().split('~').next().unwrap_or_default().to_ascii_lowercase();
    let whole = Cursor::new(&head).chain(from);
    // what the readers of messages will take begins like a status file
    if (has("Abaqus/Standard") && has(calculix::sta::HEADER))
        || head.trim_ascii_start().starts_with(b"Abaqus/Explicit ")
    {
        let mut reader = abaqus::sta::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Sta(status::abaqus(name, reader)));
    }
    if has(calculix::sta::HEADER) && !has("Abaqus") {
        let mut reader = calculix::sta::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Sta(status::sta(name, reader)));
    }
    if has(calculix::cvg::HEADER) {
        let mut reader = calculix::cvg::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Cvg(status::cvg(name, reader)));
    }
    if has("CalculiX Version") && has("Guido Dhondt") {
        let mut reader = calculix::console::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Log(console::calculix(name, &reader)));
    }
    match messages::kind(&head, &ending) {
        Some(messages::Kind::Msg) => {
            let mut reader = msg::Reader::default();
            feed(whole, |bytes| reader.feed(bytes))?;
            return Ok(Report::Msg(messages::msg(name, reader)));
        }
        Some(messages::Kind::Dat) => {
            let mut reader = dat::Reader::default();
            feed(whole, |bytes| reader.feed(bytes))?;
            return Ok(Report::Dat(messages::dat(name, reader)));
        }
        None => {}
    }
    if has("Users of ") && has("Total of ") || has("lmutil - Copyright") || has("lmstat - Copyright") {
        let mut reader = lmstat::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        reader.finish();
        return Ok(license::report(name, reader.usage()).map_or_else(|why| unknown(name, why), Report::Lmstat));
    }
    if has(dsls::CSV_HEADER) || has("License Administration Tool") || (has("| Feature ") && has("InUse")) {
        let mut reader = dsls::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        reader.finish();
        return Ok(license::report(name, reader.usage()).map_or_else(|why| unknown(name, why), Report::Dslsstat));
    }
    if ["Abaqus JOB ", "Abaqus Error:", "Abaqus License Manager checked out", "SIMULIA established products"]
        .iter()
        .chain(&["license request queued for the License Server", "FlexNet Licensing error", "Begin Abaqus/"])
        .any(|words| has(words))
        && !matches!(ending.as_str(), "msg" | "dat" | "inp")
    {
        let mut reader = abaqus::console::Reader::default();
        feed(whole, |bytes| reader.feed(bytes))?;
        return Ok(Report::Log(console::abaqus(name, &reader)));
    }
    if matches!(ending.as_str(), "sta" | "msg" | "dat" | "log" | "com" | "prt" | "lck" | "cid" | "odb" | "frd") {
        return Ok(unknown(name, format!("nothing is read of .{ending}")));
    }
    let mut scanner = Scanner::with_files(files);
    feed(whole, |bytes| scanner.feed(bytes))?;
    let deck = scanner.finish();
    Ok(match deck.not_a_deck() {
        Some(inp::NotDeck::NoKeyword) if has("Abaqus") => unknown(name, "not read yet: an output of Abaqus".to_owned()),
        Some(why) => unknown(name, why.to_string()),
        None => Report::Deck(Box::new(deck::report(name, deck))),
    })
}

fn feed(from: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    lines::in_slices(from, |bytes| {
        take(bytes);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(())
}

fn verdict(completed: Option<bool>) -> &'static str {
    match completed {
        Some(true) => "completed",
        Some(false) => "not_completed",
        None => "none",
    }
}

impl From<&Said> for Note {
    fn from(said: &Said) -> Note {
        Note { file: None, line: Some(said.line), text: said.text.clone() }
    }
}

fn unknown(name: &str, reason: String) -> Report {
    Report::Unknown { file: name.to_owned(), reason }
}
