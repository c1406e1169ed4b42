//! One line per attempt to launch and per gate closed: `TIME TOKEN WORD`. Only ever appended to.
//!
//! It is the second lock on the gate, and the one that stays when a run's folder is gone: a launch that arrives after
//! the run was removed, or after a stop that came first, is refused by it.

use crate::folder::{Work, now};
use crate::os;
use domain::RunToken;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Room for the next lines, a hundred or so.
const KEPT: u64 = 8192;

/// What the lines say.
#[derive(Clone, Copy)]
pub enum Word {
    /// It was launched by this attempt.
    Launched,
    /// This attempt was refused.
    Refused,
    /// A stop closed its gate.
    Closed,
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Word::Launched => "launched",
            Word::Refused => "refused",
            Word::Closed => "closed",
        }
    }
}

/// The journal's lines; where locked, then against every other attempt until it is dropped.
pub struct Journal {
    path: PathBuf,
    file: File,
    text: String,
}

impl Journal {
    /// Waits for the lock.
    pub fn lock(work: &Work) -> io::Result<Journal> {
        let path = work.journal();
        let file = os::patiently(|| OpenOptions::new().create(true).read(true).append(true).open(&path))?;
        os::lock(&file)?;
        Journal::read(path, file)
    }

    /// As it is at this moment, not locked and not to be written to.
    pub fn peek(work: &Work) -> io::Result<Journal> {
        let path = work.journal();
        let file = os::patiently(|| File::open(&path))?;
        Journal::read(path, file)
    }

    fn read(path: PathBuf, mut file: File) -> io::Result<Journal> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Journal { path, file, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// Was this ever written of the run?
    pub fn says(&self, token: &RunToken, word: Word) -> bool {
        let end = format!(" {token} {}", word.as_str());
        self.text.lines().any(|line| line.ends_with(&end))
    }

    /// Launched or stopped: nothing of it can begin any more.
    pub fn is_over(&self, token: &RunToken) -> bool {
        self.says(token, Word::Launched) || self.says(token, Word::Closed)
    }

    /// On the disk when this returns; what cannot be written whole is taken back.
    pub fn write(&mut self, token: &RunToken, word: Word) -> io::Result<()> {
        let before = self.file.metadata()?.len();
        let written = self.append(token, word);
        // by another handle: Windows shortens no file by one that may only append. The lock is ours until this returns
        let take_back = || OpenOptions::new().write(true).open(&self.path)?.set_len(before);
        written.inspect_err(|_| drop(take_back()))
    }

    fn append(&mut self, token: &RunToken, word: Word) -> io::Result<()> {
        // a line torn by a crash must not swallow the next one
        let start = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
        let line = format!("{start}{} {token} {}\n", now().0, word.as_str());
        self.file.write_all(line.as_bytes())?;
        // for whoever is stopped when others have filled the disk
        os::keep_room_behind(&self.file, KEPT);
        self.file.sync_data()?;
        self.text.push_str(&line);
        Ok(())
    }
}
