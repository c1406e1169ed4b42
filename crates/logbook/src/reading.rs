//! A log read from its end, in blocks: neither memory nor the answer grows with it.

use crate::Log;
use crate::line::record;
use crate::shelf::{Leaf, each_line};
use domain::Timestamp;
use domain::log::{LogPart, LogPlace, LogQuery, LogRecord};
use std::collections::VecDeque;
use std::io;

/// Bytes of a plain file read at once.
const BLOCK: u64 = 256 * 1024;
/// Bytes looked at for one answer, where little fits: more is for the next question. A compressed file is looked through whole.
const LOOKED_AT: u64 = 32 * 1024 * 1024;
/// New bytes that are worth being read one after the other.
const NEW: u64 = 4 * 1024 * 1024;

/// What came since a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newer {
    /// These.
    Part(LogPart),
    /// The place is no more, or there is too much: begin at the end again.
    Anew,
}

/// The newest records that fit and are older than a place, at most `most`.
///
/// # Errors
/// Those of the disk. A log that is not there is empty, and so is what is damaged.
pub fn older(log: &Log, from: Option<LogPlace>, query: &LogQuery, most: usize) -> io::Result<LogPart> {
    let mut search = Search { query, most, found: VecDeque::new(), left: LOOKED_AT, older: None, back_to: None };
    let (mut from, mut newest, mut before) = (from, None, None);
    for leaf in log.leaves() {
        let mut leaf = leaf?;
        let end = match from {
            Some(place) if place.file != leaf.id => continue,
            Some(place) => leaf.end()?.min(place.offset),
            None => leaf.end()?,
        };
        if newest.is_none() && from.is_none() && before.is_none() {
            newest = Some(LogPlace { file: leaf.id, offset: end });
        }
        from = None;
        if search.is_over() {
            // there is more, behind the beginning of the file before
            search.older = before;
            break;
        }
        search.through(&mut leaf, end)?;
        if search.older.is_some() {
            break;
        }
        before = Some(LogPlace { file: leaf.id, offset: 0 });
    }
    let is_empty = search.found.is_empty();
    let looked_back_to = search.back_to.filter(|_| is_empty && search.older.is_some());
    Ok(LogPart { records: search.found.into(), older: search.older, newest, looked_back_to })
}

struct Search<'q> {
    query: &'q LogQuery,
    most: usize,
    /// In the order they were written.
    found: VecDeque<LogRecord>,
    /// Bytes that may be looked at yet.
    left: u64,
    /// Where the next question begins.
    older: Option<LogPlace>,
    /// When the oldest line was written that was looked at.
    back_to: Option<Timestamp>,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.found.len() >= self.most || self.left == 0
    }

    /// Goes through a file backwards from `end`.
    fn through(&mut self, leaf: &mut Leaf, mut end: u64) -> io::Result<()> {
        let file = leaf.id;
        if leaf.is_packed {
            // nobody can begin in its middle
            let mut kept = Kept::new(self, file);
            let looked = leaf.lines(0, end, &mut |offset, line| kept.take(offset, line))?;
            kept.end(looked);
            return Ok(());
        }
        while end > 0 {
            if self.is_over() {
                self.older = Some(LogPlace { file, offset: end });
                return Ok(());
            }
            let start = end.saturating_sub(BLOCK);
            let bytes = leaf.block(start, end)?;
            // a line begins behind the end of another; the last byte ends the last line
            let within = &bytes[..bytes.len().saturating_sub(1)];
            let first =
                if start == 0 { Some(0) } else { within.iter().position(|byte| *byte == b'\n').map(|at| at + 1) };
            // a line that is longer than a block is shown by its beginning, when that comes
            let Some(first) = first else {
                self.left = self.left.saturating_sub(end - start);
                end = start;
                continue;
            };
            let from = start + first as u64;
            let mut kept = Kept::new(self, file);
            each_line(&mut &bytes[first..], from, end, &mut |offset, line| kept.take(offset, line))?;
            kept.end(end - start);
            if self.older.is_some() {
                return Ok(());
            }
            end = from;
        }
        Ok(())
    }
}

/// The last records that fit of a part that is read forwards.
struct Kept<'s, 'q> {
    search: &'s mut Search<'q>,
    file: u64,
    room: usize,
    records: VecDeque<LogRecord>,
    has_more: bool,
    began: Option<Timestamp>,
}

impl<'s, 'q> Kept<'s, 'q> {
    fn new(search: &'s mut Search<'q>, file: u64) -> Kept<'s, 'q> {
        let room = search.most - search.found.len();
        Kept { search, file, room, records: VecDeque::new(), has_more: false, began: None }
    }

    fn take(&mut self, offset: u64, line: &[u8]) -> io::Result<()> {
        let record = record(LogPlace { file: self.file, offset }, line);
        if self.began.is_none() {
            self.began = record.at;
        }
        if line.is_empty() || !self.search.query.takes(&record) {
            return Ok(());
        }
        if self.records.len() == self.room {
            self.records.pop_front();
            self.has_more = true;
        }
        self.records.push_back(record);
        Ok(())
    }

    /// Puts them before what was found so far.
    fn end(mut self, looked_at: u64) {
        self.search.left = self.search.left.saturating_sub(looked_at);
        self.search.back_to = self.began.or(self.search.back_to);
        if self.has_more {
            self.search.older = self.records.front().map(|record| record.place);
        }
        self.records.append(&mut self.search.found);
        self.search.found = self.records;
    }
}

/// The records that fit and were written from a place on, at most `most`.
///
/// # Errors
/// Those of the disk.
pub fn newer(log: &Log, from: LogPlace, query: &LogQuery, most: usize) -> io::Result<Newer> {
    let mut leaves = Vec::new();
    let mut is_there = false;
    for leaf in log.leaves() {
        let mut leaf = leaf?;
        if leaf.is_packed {
            break;
        }
        is_there = leaf.id == from.file;
        let (start, end) = (if is_there { from.offset } else { 0 }, leaf.end()?);
        leaves.push((leaf, start, end));
        if is_there {
            break;
        }
    }
    let new: u64 = leaves.iter().map(|(_, start, end)| end.saturating_sub(*start)).sum();
    if !is_there || new > NEW || leaves.last().is_some_and(|(_, start, end)| start > end) {
        return Ok(Newer::Anew);
    }
    let (mut records, mut newest) = (Vec::new(), from);
    for (mut leaf, start, end) in leaves.into_iter().rev() {
        let file = leaf.id;
        leaf.lines(start, end, &mut |offset, line| {
            let record = record(LogPlace { file, offset }, line);
            if !line.is_empty() && query.takes(&record) {
                records.push(record);
            }
            Ok(())
        })?;
        newest = LogPlace { file, offset: end };
    }
    if records.len() > most {
        return Ok(Newer::Anew);
    }
    Ok(Newer::Part(LogPart { records, newest: Some(newest), ..LogPart::default() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{PACKED_AFTER, Rotating, pack};
    use domain::log::LogLevel;
    use std::fs;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    fn lab(files: u32, largest: u64) -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log { path: folder.path().join("combined.log"), files, largest };
        (folder, log)
    }

    fn line(n: usize) -> String {
        let level = if n.is_multiple_of(10) { "ERROR" } else { "INFO" };
        format!(
            "{{\"timestamp\":\"2026-11-29T02:42:24.{n:06}Z\",\"level\":\"{level}\",\"message\":\"number {n}\",\"target\":\"t\"}}\n"
        )
    }

    fn write(rotating: &mut Rotating, lines: std::ops::Range<usize>) {
        for n in lines {
            rotating.write_all(line(n).as_bytes()).unwrap();
        }
    }

    fn said(part: &LogPart) -> Vec<String> {
        part.records.iter().map(|record| record.message.clone()).collect()
    }

    fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("number {n}")).collect()
    }

    /// Every page from the end on, put together.
    fn all_pages(log: &Log, query: &LogQuery, most: usize) -> Vec<String> {
        let (mut all, mut from) = (Vec::new(), None);
        for _ in 0..10_000 {
            let part = older(log, from, query, most).unwrap();
            assert!(part.records.len() <= most);
            all.splice(0..0, said(&part));
            from = part.older;
            if from.is_none() {
                return all;
            }
        }
        unreachable!("pages without an end")
    }

    #[test]
    fn pages_go_back_over_plain_and_compressed_files_and_miss_nothing() {
        let (_folder, log) = lab(6, 2_000);
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 0..60);
        pack(&log, SystemTime::now() + PACKED_AFTER + Duration::from_secs(60)).unwrap();
        write(&mut rotating, 60..90);
        assert!(log.packed(4).exists() && log.aside(1).exists(), "both kinds are there");
        for most in [1, 7, 30, 90, 1_000] {
            assert_eq!(all_pages(&log, &LogQuery::default(), most), numbers(0..90), "{most}");
        }
        let errors = LogQuery { level: Some(LogLevel::Warn), ..LogQuery::default() };
        let tens: Vec<String> = (0..9).map(|n| format!("number {}", n * 10)).collect();
        for most in [1, 2, 9, 50] {
            assert_eq!(all_pages(&log, &errors, most), tens, "{most}");
        }
        assert_eq!(older(&log, None, &LogQuery::default(), 90).unwrap().older, None, "exactly all of it");
    }

    #[test]
    fn a_place_stays_when_files_move_on_and_are_compressed() {
        let (_folder, log) = lab(8, 2_000);
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 0..40);
        let first = older(&log, None, &LogQuery::default(), 10).unwrap();
        assert_eq!(said(&first), numbers(30..40));
        write(&mut rotating, 40..60);
        pack(&log, SystemTime::now() + PACKED_AFTER + Duration::from_secs(60)).unwrap();
        let second = older(&log, first.older, &LogQuery::default(), 10).unwrap();
        assert_eq!(said(&second), numbers(20..30));
        // one that is in no file any more has nothing before it
        let gone = LogPlace { file: 1, offset: 5 };
        assert_eq!(older(&log, Some(gone), &LogQuery::default(), 10).unwrap(), LogPart::default());
    }

    #[test]
    fn what_is_new_follows_over_a_rotation() {
        let (_folder, log) = lab(8, 2_000);
        assert_eq!(older(&log, None, &LogQuery::default(), 10).unwrap(), LogPart::default(), "no log yet");
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 0..12);
        let mut at = older(&log, None, &LogQuery::default(), 10).unwrap().newest.unwrap();
        let mut all = Vec::new();
        for n in 12..60 {
            write(&mut rotating, n..n + 1);
            if n % 3 == 0 {
                let Newer::Part(part) = newer(&log, at, &LogQuery::default(), 500).unwrap() else { unreachable!() };
                all.extend(said(&part));
                at = part.newest.unwrap();
            }
        }
        assert_eq!(all, numbers(12..58));
        // half a line is none yet
        fs::OpenOptions::new().append(true).open(&log.path).unwrap().write_all(b"{\"half").unwrap();
        let Newer::Part(part) = newer(&log, at, &LogQuery::default(), 500).unwrap() else { unreachable!() };
        assert_eq!(said(&part), numbers(58..60));
        assert_eq!(newer(&log, at, &LogQuery::default(), 1).unwrap(), Newer::Anew, "more than were wanted");
        assert_eq!(newer(&log, LogPlace { file: 1, offset: 0 }, &LogQuery::default(), 9).unwrap(), Newer::Anew);
        // emptied in place by somebody
        let far = LogPlace { offset: at.offset + 1_000_000, ..at };
        assert_eq!(newer(&log, far, &LogQuery::default(), 9).unwrap(), Newer::Anew);
    }

    #[test]
    fn lines_longer_than_a_block_and_damaged_files_stop_nobody() {
        let (_folder, log) = lab(4, 4_000_000);
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 0..3);
        rotating.write_all(format!("{}\n", "x".repeat(700_000)).as_bytes()).unwrap();
        write(&mut rotating, 4..6);
        rotating.write_all(b"not a record <script>\n\n").unwrap();
        for most in [1, 2, 100] {
            let all = all_pages(&log, &LogQuery::default(), most);
            assert_eq!((&all[..3], &all[4..6]), (&numbers(0..3)[..], &numbers(4..6)[..]), "{most}");
            assert!(all[3].starts_with("xxx") && all[3].len() < 20_000 && all[6] == "not a record <script>", "{most}");
        }
        fs::write(log.packed(1), b"\x1f\x8b\x08 damaged").unwrap();
        assert_eq!(all_pages(&log, &LogQuery::default(), 100).len(), 7);
    }

    #[test]
    fn a_search_that_finds_nothing_says_how_far_it_looked() {
        let (_folder, log) = lab(8, 20_000_000);
        let mut rotating = Rotating::new(log.clone());
        let filler = "filler ".repeat(20_000);
        for n in 0..250 {
            rotating.write_all(line(n).replace("number", &filler).as_bytes()).unwrap();
        }
        let query = LogQuery { text: Some("needle".to_owned()), ..LogQuery::default() };
        let part = older(&log, None, &query, 100).unwrap();
        assert!(part.records.is_empty() && part.older.is_some() && part.looked_back_to.is_some(), "{part:?}");
        let rest = older(&log, part.older, &query, 100).unwrap();
        assert_eq!((rest.older, rest.looked_back_to), (None, None));
    }
}
