//! Signals, links and `/proc`.

use super::Word;
use rustix::process::{Pid, Signal, getpid, getppid, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A session of its own, for a run in the background.
pub fn leave_session() {
    let _ = rustix::process::setsid();
}

/// Calls this for every request of the system that the driver should end, as long as it says that it listens.
pub fn on_end(told: impl Fn() -> bool + Send + 'static) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if !told() {
                break;
            }
        }
    });
    Ok(())
}

/// This program under another name.
pub fn link(program: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(std::env::current_exe()?, program)
}

/// The way to the child.
pub struct Line(Option<Pid>);

/// Starts the child, and the way to it.
pub fn start(command: &mut Command) -> io::Result<(Child, Line)> {
    let child = command.stdin(Stdio::null()).spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    Ok((child, Line(pid)))
}

impl Line {
    /// A child that has ended hears nothing.
    pub fn tell(&mut self, word: Word) {
        let signal = match word {
            Word::End => Signal::TERM,
            Word::Suspend => Signal::USR1,
            Word::Resume => Signal::USR2,
        };
        if let Some(pid) = self.0 {
            let _ = kill_process(pid, signal);
        }
    }
}

/// The child's end of it.
pub fn listen() -> io::Result<Receiver<Word>> {
    let mut incoming = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGUSR1, SIGUSR2])?;
    let (sender, words) = channel();
    std::thread::spawn(move || {
        for signal in incoming.forever() {
            let word = match signal {
                SIGUSR1 => Word::Suspend,
                SIGUSR2 => Word::Resume,
                _ => Word::End,
            };
            if sender.send(word).is_err() {
                break;
            }
        }
    });
    Ok(words)
}

/// As by SIGKILL: the driver and its child at once.
pub fn die_with_parent() {
    for pid in getppid().into_iter().chain([getpid()]) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// What tells one account's files from another's.
pub fn account() -> String {
    rustix::process::getuid().as_raw().to_string()
}

/// This machine's name.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// That this process lives is told by the system.
#[derive(Debug)]
pub struct SignOfLife;

impl SignOfLife {
    pub fn give(_: &Path) -> io::Result<SignOfLife> {
        Ok(SignOfLife)
    }
}

/// Start time of a process in ticks since boot; `None` when it is gone or a zombie.
pub fn start_of(_: &Path, pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after) = text.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}
