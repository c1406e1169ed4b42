//! Lines on the child's stdin, and locks on files.

use super::Word;
use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// There are no sessions that end what is in them.
pub fn leave_session() {}

/// The system asks nobody to end.
pub fn on_end(_: impl Fn() -> bool + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// This program under another name: a copy, for a link to a program that runs cannot be removed.
pub fn link(program: &Path) -> io::Result<()> {
    fs::copy(std::env::current_exe()?, program.with_extension("exe")).map(drop)
}

/// The way to the child.
pub struct Line(Option<ChildStdin>);

/// Starts the child, and the way to it.
pub fn start(command: &mut Command) -> io::Result<(Child, Line)> {
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take();
    Ok((child, Line(stdin)))
}

impl Line {
    /// A child that has ended hears nothing.
    pub fn tell(&mut self, word: Word) {
        if let Some(line) = &mut self.0 {
            let _ = writeln!(line, "{word:?}").and_then(|()| line.flush());
        }
    }
}

/// The child's end of it. Without its driver it goes on, as Abaqus' does.
pub fn listen() -> io::Result<Receiver<Word>> {
    let (sender, words) = channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let word = match line.trim() {
                "Suspend" => Word::Suspend,
                "Resume" => Word::Resume,
                _ => Word::End,
            };
            if sender.send(word).is_err() {
                return;
            }
        }
        loop {
            std::thread::park();
        }
    });
    Ok(words)
}

/// Not to be had here without raw calls: the child alone ends.
pub fn die_with_parent() {
    std::process::abort();
}

/// What tells one account's files from another's.
pub fn account() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

/// This machine's name.
pub fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

fn sign(folder: &Path, pid: u32) -> PathBuf {
    folder.join(format!("alive-{pid}"))
}

/// A file that is locked as long as this process lives.
#[derive(Debug)]
pub struct SignOfLife {
    _locked: File,
}

impl SignOfLife {
    pub fn give(folder: &Path) -> io::Result<SignOfLife> {
        let file = File::create(sign(folder, std::process::id()))?;
        file.lock()?;
        Ok(SignOfLife { _locked: file })
    }
}

/// Always 0, of a process that lives; `None` of others.
pub fn start_of(folder: &Path, pid: u32) -> Option<u64> {
    let file = File::open(sign(folder, pid)).ok()?;
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)).then_some(0)
}
