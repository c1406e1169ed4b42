//! What an analysis obeys while it goes on: signals of its driver, and the mode its deck asks for.

use crate::console::Console;
use crate::settings::Modes;
use rustix::process::{Signal, getpid, getppid, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
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
    signals: Receiver<i32>,
    rows: u32,
}

impl Inside {
    pub fn listen(modes: Modes) -> io::Result<Inside> {
        let mut incoming = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGUSR1, SIGUSR2])?;
        let (sender, signals) = channel();
        std::thread::spawn(move || {
            for signal in incoming.forever() {
                if sender.send(signal).is_err() {
                    break;
                }
            }
        });
        Ok(Inside { modes, signals, rows: 0 })
    }

    fn wait(&self, time: Option<Duration>, solver: &dyn Fn(Signal)) -> Option<Outcome> {
        let mut until = time.map(|time| Instant::now() + time);
        let mut suspended = false;
        loop {
            let answer = match until.filter(|_| !suspended) {
                Some(until) => self.signals.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => self.signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match answer {
                Ok(SIGUSR1) => {
                    suspended = true;
                    solver(Signal::STOP);
                }
                Ok(SIGUSR2) => {
                    suspended = false;
                    solver(Signal::CONT);
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
    pub fn turn(&self, solver: impl Fn(Signal)) -> Option<Outcome> {
        self.wait(Some(Duration::from_millis(20)), &solver)
    }

    /// Between the two ends of an increment, so that a person can watch.
    pub fn pause(&self, solver: impl Fn(Signal)) -> Option<Outcome> {
        self.wait(Some(self.modes.increment_pause), &solver)
    }

    /// What happens once something can be seen.
    pub fn after_row(&mut self) -> Option<Outcome> {
        self.rows += 1;
        if self.modes.kill_leaving_lock {
            for pid in getppid().into_iter().chain([getpid()]) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        if self.modes.hang {
            return self.wait(None, &|_| {});
        }
        self.modes.crash.then_some(Outcome::Crashed)
    }

    /// So many bytes to the console and to `other`.
    pub fn flood(&self, mut other: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let line = format!(" user subroutine prints {}", "0123456789".repeat(97));
        let lines = line.clone() + "\n";
        let mut left = self.modes.flood_bytes;
        while left > 0 && self.signals.try_recv().is_err() {
            Console::default().say(&line);
            other(&lines)?;
            left = left.saturating_sub(lines.len() as u64);
        }
        Ok(())
    }
}
