//! `.msg` of Standard: every iteration, why attempts failed, and how it ended.

mod checks;
mod told;

pub use checks::{Check, ContactError, ContactErrorKind, Extreme, Field, MOST_CHECKS, MOST_ROWS, Outcome};
pub use told::{Cutback, Eigenvalues, Increment, Summary, UnderWay};

use super::{Ended, Ending, release};
use crate::iteration::Iteration;
use crate::lines::Lines;
use crate::message::{Closed, Messages, Scanner, Severity};
use crate::number::real;
use crate::text;
use checks::Checks;
use std::collections::VecDeque;

/// Cutbacks kept; all are counted.
pub const MOST_CUTBACKS: usize = 1000;

/// Reads a growing `.msg`.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    messages: Scanner,
    checks: Checks,
    release: Option<String>,
    step: u32,
    increment: u32,
    attempt: u32,
    increments: u64,
    last: Option<Increment>,
    reason: Option<(String, u64)>,
    cutbacks: VecDeque<Cutback>,
    cutback_count: u64,
    /// The running attempt is already among the cutbacks.
    failed: bool,
    eigenvalues: Option<Eigenvalues>,
    summary: Option<Summary>,
    step_ended: Option<Ended>,
    ended: Option<Ended>,
    crash: Option<Ended>,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(line.bytes));
    }

    /// The file is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(line.bytes));
        if let Some(closed) = state.messages.finish() {
            state.closed(closed);
        }
    }

    /// Its messages.
    pub fn messages(&self) -> &Messages {
        self.state.messages.found()
    }

    /// `2023.HF4`, `Student Edition 2018`.
    pub fn release(&self) -> Option<&str> {
        self.state.release.as_deref()
    }

    /// The newest iterations, at most [`MOST_ROWS`]; the last one may still be growing.
    pub fn iterations(&self) -> &[Iteration] {
        &self.state.checks.rows
    }

    /// The newest iterations with their places, at most [`MOST_CHECKS`].
    pub fn checks(&self) -> impl ExactSizeIterator<Item = &Check> {
        self.state.checks.checks.iter()
    }

    /// All iterations: the summary's count, or those seen.
    pub fn iteration_count(&self) -> u64 {
        self.state.summary.and_then(|summary| summary.iterations).unwrap_or(self.state.checks.count)
    }

    /// All increments begun: the summary's count, or those seen.
    pub fn increment_count(&self) -> u64 {
        self.state.summary.and_then(|summary| summary.increments).unwrap_or(self.state.increments)
    }

    /// All failed attempts: the summary's count, or those seen.
    pub fn cutback_count(&self) -> u64 {
        self.state.summary.and_then(|summary| summary.cutbacks).unwrap_or(self.state.cutback_count)
    }

    /// The newest failed attempts, at most [`MOST_CUTBACKS`].
    pub fn cutbacks(&self) -> impl ExactSizeIterator<Item = &Cutback> {
        self.state.cutbacks.iter()
    }

    /// The last increment that was solved.
    pub fn last(&self) -> Option<Increment> {
        self.state.last
    }

    /// The newest attempt; `None` before the first one, and in runs of Explicit.
    pub fn under_way(&self) -> Option<UnderWay> {
        let State { step, increment, attempt, checks, .. } = &self.state;
        let iterations = checks.in_attempt;
        (*attempt > 0).then(|| UnderWay { step: (*step).max(1), increment: *increment, attempt: *attempt, iterations })
    }

    /// The last search for eigenvalues.
    pub fn eigenvalues(&self) -> Option<Eigenvalues> {
        self.state.eigenvalues
    }

    /// Abaqus' own summary, once it is written.
    pub fn summary(&self) -> Option<Summary> {
        self.state.summary
    }

    /// The solver's crash, where a stack follows the text: `*** ERROR: standard.exe / rank 0 …`.
    pub fn crash(&self) -> Option<&Ended> {
        self.state.crash.as_ref()
    }

    /// How it ended. A step that ended by its number of increments (Riks) completes the run where the summary follows
    /// without an error.
    pub fn ended(&self) -> Option<&Ended> {
        let State { ended, step_ended, summary, .. } = &self.state;
        let clean = summary.is_some_and(|summary| summary.errors == Some(0));
        ended.as_ref().or(step_ended.as_ref().filter(|_| clean))
    }
}

impl State {
    fn line(&mut self, bytes: &[u8]) {
        if let Some(closed) = self.messages.line(bytes) {
            self.closed(closed);
        }
        let line = bytes.trim_ascii();
        let starts = |head: &str| line.starts_with(head.as_bytes());
        match line.first() {
            None => {}
            Some(b'I') if starts("INCREMENT ") => self.attempt_starts(line),
            Some(b'I') if starts("ITERATION SUMMARY") => self.checks.close(),
            Some(b'I') if starts("ITERATION ") => {
                if let Some(eigenvalues) = &mut self.eigenvalues {
                    eigenvalues.iterations += 1;
                }
            }
            Some(b'C') if starts("CONVERGENCE CHECKS FOR") => {
                let at = Iteration {
                    step: self.step.max(1),
                    increment: self.increment,
                    attempt: self.attempt,
                    ..Iteration::default()
                };
                self.checks.open(line, at, self.messages.lines());
            }
            Some(b'C') if starts("CURRENT LOAD PROPORTIONALITY FACTOR") => {
                self.solved().load_factor = last_number(line);
            }
            Some(b'T') if starts("TIME INCREMENT COMPLETED") => {
                let (size, fraction) = pair(line);
                let solved = self.solved();
                (solved.size, solved.fraction) = (size, fraction);
            }
            Some(b'S') if starts("STEP TIME COMPLETED") => {
                let times = pair(line);
                if let Some(last) = &mut self.last {
                    (last.step_time, last.total_time) = times;
                }
            }
            Some(b'T') if starts("TOTAL ARC LENGTH") => {
                let (arc_length, _) = pair(line);
                if let Some(last) = &mut self.last {
                    last.arc_length = arc_length;
                }
            }
            Some(b'T') if starts("THE ANALYSIS HAS BEEN COMPLETED") => self.end(Ending::Completed, line),
            Some(b'T') if starts("THE NUMBER OF INCS ON THE *STEP CARD HAS BEEN COMPLETED") => {
                self.step_ended = Some(self.ended_here(Ending::Completed, line));
            }
            Some(b'T') if starts("TOTAL OF ") => self.count(line),
            Some(b'0'..=b'9') if self.summary.is_some() => self.count(line),
            Some(b'0'..=b'9') => self.checks.discontinuities(line),
            Some(b'S') if starts("STEP ") => self.step_starts(line),
            Some(b'A') if starts("ANALYSIS SUMMARY:") => {
                self.checks.close();
                self.summary = Some(Summary::default());
            }
            Some(b'A') if self.release.is_none() && starts("Abaqus ") => self.release = release(line),
            Some(b'N') if starts("NUMBER OF EIGENVALUES CONVERGED") => {
                if let Some(eigenvalues) = &mut self.eigenvalues {
                    eigenvalues.converged = last_number(line).map_or(0, whole);
                }
            }
            Some(b'N') if starts("NUMBER OF EIGENVALUES ") => {
                let wanted = last_number(line).map(whole);
                self.eigenvalues = Some(Eigenvalues { wanted, ..Eigenvalues::default() });
            }
            Some(b'*') if starts("*** ERROR") && self.crash.is_none() => {
                self.crash = Some(self.ended_here(Ending::Failed, line));
            }
            Some(_) => self.checks.line(bytes),
        }
    }

    /// `  INCREMENT     1 STARTS. ATTEMPT NUMBER  1, TIME INCREMENT  0.100`; a summary of it begins alike.
    fn attempt_starts(&mut self, line: &[u8]) {
        let Some(at) = memchr::memmem::find(line, b" STARTS. ATTEMPT NUMBER") else { return };
        let digits = |bytes: &[u8]| {
            let bytes = bytes.trim_ascii_start();
            let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
            std::str::from_utf8(&bytes[..end]).ok()?.parse::<u32>().ok()
        };
        let increment = digits(&line[b"INCREMENT ".len()..]);
        let attempt = digits(&line[at + b" STARTS. ATTEMPT NUMBER".len()..]);
        let (Some(increment), Some(attempt)) = (increment, attempt) else { return };
        if attempt > 1 {
            self.cut_back();
        } else {
            self.increments += 1;
        }
        (self.increment, self.attempt, self.reason, self.failed) = (increment, attempt, None, false);
        self.checks.start();
    }

    /// ` STEP    1     INCREMENT     1     STEP TIME    0.00`
    fn step_starts(&mut self, line: &[u8]) {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(1);
        let number = words.next().and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
        if let Some(number) = number.filter(|_| words.next() == Some(b"INCREMENT")) {
            if number != self.step {
                // nothing is tried yet in the new step
                (self.increment, self.attempt) = (0, 0);
            }
            self.step = number;
        }
    }

    /// The increment that was solved now.
    fn solved(&mut self) -> &mut Increment {
        self.checks.close();
        let (step, increment) = (self.step.max(1), self.increment);
        self.reason = None;
        self.last.insert(Increment { step, increment, ..Increment::default() })
    }

    fn closed(&mut self, Closed { severity, text, line }: Closed) {
        if severity == Severity::Error {
            if text.starts_with("Process terminated by external request") {
                self.end(Ending::Cancelled, text.as_bytes());
            } else {
                if self.reason.is_some() {
                    self.cut_back();
                }
                if self.ended.is_none() && text.starts_with("THE ANALYSIS HAS BEEN TERMINATED") {
                    self.end(Ending::Failed, text.as_bytes());
                }
            }
            if let Some(ended) = &mut self.ended {
                ended.line = line.min(ended.line);
            }
        } else if (severity == Severity::Note && !text.contains("SUPPRESSED"))
            || text.starts_with("CONVERGENCE JUDGED UNLIKELY")
        {
            self.reason = Some((text, line));
        }
    }

    fn cut_back(&mut self) {
        if std::mem::replace(&mut self.failed, true) {
            return;
        }
        self.cutback_count += 1;
        if self.cutbacks.len() == MOST_CUTBACKS {
            self.cutbacks.pop_front();
        }
        let (reason, line) = self.reason.take().unzip();
        let (step, increment, attempt) = (self.step.max(1), self.increment, self.attempt);
        self.cutbacks.push_back(Cutback { step, increment, attempt, reason, line });
    }

    /// Lines of the summary; numbers stand before their names.
    fn count(&mut self, line: &[u8]) {
        let Some(summary) = &mut self.summary else { return };
        let line = line.strip_prefix(b"TOTAL OF").unwrap_or(line).trim_ascii_start();
        let end = line.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(line.len());
        let number = std::str::from_utf8(&line[..end]).ok().and_then(|digits| digits.parse().ok());
        let name = line[end..].trim_ascii();
        let is = |head: &str| name.starts_with(head.as_bytes());
        if is("INCREMENTS") {
            summary.increments = number;
        } else if is("CUTBACKS") {
            summary.cutbacks = number;
        } else if is("ITERATIONS") {
            summary.iterations = number;
        } else if is("WARNING MESSAGES DURING USER INPUT") {
            summary.input_warnings = number;
        } else if is("WARNING MESSAGES DURING ANALYSIS") {
            summary.warnings = number;
        } else if is("ERROR MESSAGES") {
            summary.errors = number;
            if self.ended.is_none() && number.is_some_and(|errors| errors > 0) {
                self.end(Ending::Failed, line);
            }
        }
    }

    fn end(&mut self, ending: Ending, text: &[u8]) {
        self.ended = Some(self.ended_here(ending, text));
    }

    fn ended_here(&self, ending: Ending, text: &[u8]) -> Ended {
        Ended { ending, line: self.messages.lines(), text: text::shown(text, 200) }
    }
}

/// `TIME INCREMENT COMPLETED  3.010E-02,  FRACTION OF STEP COMPLETED  4.788E-02`: both numbers.
fn pair(line: &[u8]) -> (Option<f64>, Option<f64>) {
    let comma = memchr::memchr(b',', line).unwrap_or(line.len());
    (last_number(&line[..comma]), last_number(&line[comma..]))
}

fn last_number(line: &[u8]) -> Option<f64> {
    real(line.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next()?)
}

/// Counts are small and positive.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> u64 {
    number as u64
}
