//! What the `.sta` of Explicit has between its header and its end: progress rows, and its errors.

use super::Said;
use crate::attempt::Attempt;
use crate::number::real;

/// Blanks before the continuation lines of a message, at least.
const INDENT: usize = 9;
/// Lines of one message.
const MOST_PARTS: usize = 6;

/// What was met so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Explicit {
    step: u32,
    /// All `***ERROR`s.
    pub errors: u64,
    /// All `***WARNING`s.
    pub warnings: u64,
    /// The first `***ERROR`, and how many lines it has so far; 0 when it is complete.
    pub first_error: Option<(Said, usize)>,
}

impl Explicit {
    /// Reads a line; a progress row is handed back.
    pub(super) fn line(&mut self, at: u64, line: &[u8]) -> Option<Attempt> {
        let trimmed = line.trim_ascii();
        let indent = line.len() - line.trim_ascii_start().len();
        if let Some((error, parts)) = self.first_error.as_mut().filter(|(_, parts)| *parts > 0) {
            if indent >= INDENT && !trimmed.is_empty() && *parts < MOST_PARTS {
                error.join(trimmed);
                *parts += 1;
                return None;
            }
            *parts = 0;
        }
        if trimmed.starts_with(b"***ERROR") {
            self.errors += 1;
            self.first_error.get_or_insert_with(|| (Said::new(at, trimmed), 1));
        } else if trimmed.starts_with(b"***WARNING") {
            self.warnings += 1;
        } else if let Some(step) = step(trimmed) {
            self.step = step;
        }
        row(self.step, trimmed)
    }
}

/// `STEP 1  ORIGIN 0.0000`. It stands before every page, of the same step too.
fn step(line: &[u8]) -> Option<u32> {
    let mut fields = std::str::from_utf8(line.strip_prefix(b"STEP ")?).ok()?.split_ascii_whitespace();
    let step = fields.next()?.parse().ok()?;
    (fields.next()? == "ORIGIN").then_some(step)
}

/// `5  1.119E-05 1.119E-05  00:00:00 2.237E-06  70 …`: the clock in the fourth column tells it from all else.
fn row(step: u32, line: &[u8]) -> Option<Attempt> {
    if step == 0 || !line.first()?.is_ascii_digit() {
        return None;
    }
    let mut fields = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let increment = fields.next()?.parse().ok()?;
    let step_time = real(fields.next()?.as_bytes())?;
    let total_time = real(fields.next()?.as_bytes())?;
    let clock = fields.next()?;
    if clock.split(':').count() != 3 || !clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
        return None;
    }
    Some(Attempt {
        step,
        increment,
        attempt: 1,
        converged: true,
        severe_iterations: 0,
        iterations: 0,
        total_time: Some(total_time),
        step_time,
        lpf: None,
        increment_size: real(fields.next()?.as_bytes())?,
    })
}
