//! What an analysis obeys while it goes on: words of its driver, and the mode its deck asks for.

use crate::console::Console;
use crate::settings::Modes;
use crate::system::{self, Word};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How an analysis ended: its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Completed = 0,
    Failed = 1,
    Terminated = 2,
    Crashed = 3,
}

pub struct Inside {
    modes: Modes,
    words: Receiver<Word>,
    rows: u32,
}

impl Inside {
    pub fn listen(modes: Modes) -> io::Result<Inside> {
        Ok(Inside { modes, words: system::listen()?, rows: 0 })
    }

    fn wait(&self, time: Option<Duration>, solver: &dyn Fn(Word)) -> Option<Outcome> {
        let mut until = time.map(|time| Instant::now() + time);
        let mut suspended = false;
        loop {
            let answer = match until.filter(|_| !suspended) {
                Some(until) => self.words.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => self.words.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match answer {
                Ok(Word::Suspend) => {
                    suspended = true;
                    solver(Word::Suspend);
                }
                Ok(Word::Resume) => {
                    suspended = false;
                    solver(Word::Resume);
                    until = time.map(|time| Instant::now() + time);
                }
                Ok(_) if self.modes.ignore_terminate => {}
                Ok(_) => return Some(Outcome::Terminated),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return Some(Outcome::Terminated),
            }
        }
    }

    /// Between two looks at the solver's files.
    #[cfg(unix)]
    pub fn turn(&self, solver: impl Fn(Word)) -> Option<Outcome> {
        self.wait(Some(Duration::from_millis(20)), &solver)
    }

    /// Between the two ends of an increment, so that a person can watch.
    pub fn pause(&self, solver: impl Fn(Word)) -> Option<Outcome> {
        self.wait(Some(self.modes.increment_pause), &solver)
    }

    /// What happens once something can be seen.
    pub fn after_row(&mut self) -> Option<Outcome> {
        self.rows += 1;
        if self.modes.kill_leaving_lock {
            system::die_with_parent();
        }
        if self.modes.hang {
            return self.wait(None, &|_| {});
        }
        self.modes.crash.then_some(Outcome::Crashed)
    }

    /// Whether a run that is played comes to nothing.
    pub fn diverges(&self) -> bool {
        self.modes.diverge
    }

    /// So many bytes to the console and to `other`.
    pub fn flood(&self, mut other: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let line = format!(" user subroutine prints {}", "0123456789".repeat(97));
        let lines = line.clone() + "\n";
        let mut left = self.modes.flood_bytes;
        while left > 0 && self.words.try_recv().is_err() {
            Console::default().say(&line);
            other(&lines)?;
            left = left.saturating_sub(lines.len() as u64);
        }
        Ok(())
    }
}
