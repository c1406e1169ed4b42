//! The part of a log that the page holds: at most [`MOST`] lines of a file of any size.

use crate::jobs::api::LogPart;
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines held at most.
pub const MOST: usize = 2_000;
/// An answer of so many bytes was cut off.
const CUT_BYTES: u64 = 512 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// Its text.
    pub text: Arc<str>,
}

/// Neighbouring lines of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// Changes with the file: lines of two files are never the same line.
    pub epoch: u32,
    /// In order.
    pub lines: VecDeque<Line>,
    /// Byte after the last line held; unknown once lines were dropped at the end.
    end: Option<u64>,
    /// Bytes of the file when last heard.
    pub size: u64,
    /// Lines of the file, where that is known.
    pub total: Option<u64>,
}

fn numbered(part: LogPart) -> impl Iterator<Item = Line> {
    (part.first_line..).zip(part.lines).map(|(number, text)| Line { number, text: text.into() })
}

impl Window {
    /// From one answer.
    pub fn of(epoch: u32, part: LogPart) -> Window {
        let (end, size, total) = (Some(part.end), part.size, part.total_lines);
        let mut window = Window { epoch, lines: numbered(part).collect(), end, size, total };
        window.drop_front();
        window.note_total();
        window
    }

    /// First line held.
    pub fn first(&self) -> Option<u64> {
        self.lines.front().map(|line| line.number)
    }

    /// Last line held.
    pub fn last(&self) -> Option<u64> {
        self.lines.back().map(|line| line.number)
    }

    /// Whether a line is held.
    pub fn has(&self, number: u64) -> bool {
        self.first().is_some_and(|first| first <= number) && self.last().is_some_and(|last| number <= last)
    }

    /// Whether the file goes on after what is held, as far as is known. The half line that a running solver has not
    /// ended yet counts as nothing.
    pub fn at_end(&self) -> bool {
        self.end.is_some_and(|end| end >= self.size) || (self.total.is_some() && self.total == self.last())
    }

    /// Byte and line where the next answer begins, where that is known.
    pub fn next(&self) -> Option<(u64, u64)> {
        self.end.map(|end| (end, self.last().map_or(1, |last| last + 1)))
    }

    /// Adds what follows; drops the first lines beyond [`MOST`]. Returns how many are new. An answer that begins
    /// elsewhere means the file was written anew: it takes the place of everything.
    pub fn append(&mut self, part: LogPart) -> u64 {
        let expected = self.last().map_or(1, |last| last + 1);
        if part.first_line > expected || (part.first_line < expected && self.end.is_some()) {
            *self = Window::of(self.epoch.wrapping_add(1), part);
            return u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        }
        let (end, size) = (part.end, part.size);
        // an answer to "after this byte" goes to the end of the file unless it was cut off; what may be left is a half line
        let whole = self.end.is_some_and(|from| part.lines.len() < MOST && end - from.min(end) < CUT_BYTES);
        let before = self.lines.len();
        self.lines.extend(numbered(part).filter(|line| line.number >= expected));
        let new = self.lines.len() - before;
        self.end = Some(end);
        self.size = size;
        self.drop_front();
        self.total = if whole { Some(self.last().unwrap_or(0)) } else { None };
        self.note_total();
        u64::try_from(new).unwrap_or(u64::MAX)
    }

    /// Adds what goes before; drops the last lines beyond [`MOST`].
    pub fn prepend(&mut self, part: LogPart) {
        let Some(first) = self.first() else { return };
        let before: Vec<Line> = numbered(part).filter(|line| line.number < first).collect();
        for line in before.into_iter().rev() {
            self.lines.push_front(line);
        }
        if self.lines.len() > MOST {
            self.lines.truncate(MOST);
            self.end = None;
        }
    }

    fn drop_front(&mut self) {
        let over = self.lines.len().saturating_sub(MOST);
        self.lines.drain(..over);
    }

    fn note_total(&mut self) {
        if self.end.is_some_and(|end| end >= self.size) && self.total.is_none() {
            self.total = Some(self.last().unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines `first..` of a file whose every line has 10 bytes and which has `of` lines.
    fn part(first: u64, count: u64, of: u64) -> LogPart {
        LogPart {
            first_line: first,
            lines: (first..first + count).map(|n| format!("line {n}")).collect(),
            end: (first + count - 1) * 10,
            size: of * 10,
            ..LogPart::default()
        }
    }

    #[test]
    fn following_keeps_the_last_lines() {
        let mut window = Window::of(0, part(1, 1_990, 1_990));
        assert!(window.at_end());
        assert_eq!(window.append(part(1_991, 25, 2_015)), 25);
        assert_eq!((window.first(), window.last(), window.lines.len()), (Some(16), Some(2_015), MOST));
        assert!(window.at_end());
        assert_eq!(window.next(), Some((20_150, 2_016)));
        assert_eq!(window.append(part(2_016, 0, 2_015)), 0);
        // a line that is not whole yet
        window.append(LogPart { first_line: 2_016, end: 20_150, size: 20_155, ..LogPart::default() });
        assert!(window.at_end());
    }

    #[test]
    fn reading_upwards_lets_go_of_the_end() {
        let mut window = Window::of(0, part(5_001, 1_500, 6_500));
        window.prepend(part(4_001, 1_100, 6_500));
        assert_eq!((window.first(), window.last()), (Some(4_001), Some(6_000)));
        assert!(!window.at_end() && window.next().is_none());
        // an answer around the end may overlap
        assert_eq!(window.append(part(5_990, 100, 6_500)), 89);
        assert_eq!(window.last(), Some(6_089));
        assert_eq!(window.next(), Some((60_890, 6_090)));
    }

    #[test]
    fn a_file_written_anew_replaces_everything() {
        let mut window = Window::of(3, part(101, 50, 150));
        window.append(part(1, 2, 2));
        assert_eq!((window.first(), window.last(), window.epoch), (Some(1), Some(2), 4));
    }

    #[test]
    fn nothing_is_held_of_an_empty_file() {
        let mut window = Window::of(0, LogPart { first_line: 1, ..LogPart::default() });
        assert!(window.at_end() && !window.has(1));
        assert_eq!(window.next(), Some((0, 1)));
        assert_eq!(window.append(part(1, 3, 3)), 3);
        assert!(window.has(3));
    }
}
