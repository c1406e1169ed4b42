//! The deck reader's front: bytes in slices of any size.

use super::state::State;
use super::{Deck, Files};
use crate::lines::Lines;

/// Reads a deck fed in slices. Memory is bounded by what is counted (see `labels`), not by the deck's size.
pub struct Scanner<'f> {
    lines: Lines,
    state: State<'f>,
}

impl Default for Scanner<'_> {
    fn default() -> Self {
        Scanner::new()
    }
}

impl<'f> Scanner<'f> {
    /// Does not look for the files the deck needs.
    pub fn new() -> Self {
        Scanner { lines: Lines::default(), state: State::new(None) }
    }

    /// Reads included files in their places.
    pub fn with_files(files: &'f Files<'f>) -> Self {
        Scanner { lines: Lines::default(), state: State::new(Some(files)) }
    }

    /// Takes the next bytes of the deck.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.state.bytes(bytes);
        self.lines.feed(bytes, |line| self.state.line(line));
    }

    /// The deck is at its end.
    pub fn finish(mut self) -> Deck {
        self.lines.finish(|line| self.state.line(line));
        self.state.finish()
    }
}
