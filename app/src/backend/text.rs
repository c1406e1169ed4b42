//! Parts of text files of any size: the tail, what was added, the lines around one, a search. Bounded memory: one
//! slice and the lines asked for.

use super::files::open_found;
use crate::jobs::api::{LogAsk, LogPart};
use memchr::{memchr, memchr_iter, memmem};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Most lines given at once.
const MAX_LINES: u32 = 2_000;
/// Most bytes of one answer.
const MAX_BYTES: u64 = 512 * 1024;
/// Most bytes shown of one line.
const MAX_LINE: usize = 4_000;
/// Most line numbers of a search.
const MAX_HITS: usize = 1_000;
/// Bytes read at once.
const SLICE: usize = 256 * 1024;

/// The part asked for. Blocking. In a file that is `whole` the last line counts although it has no end; in one that
/// still grows it waits for its end.
///
/// # Errors
/// What the file system says.
pub fn part(path: &Path, ask: &LogAsk, whole: bool) -> io::Result<LogPart> {
    let file = open_found(path)?;
    // the file may grow meanwhile: everything below ends here
    let size = file.metadata()?.len();
    let log = Log { file, size, whole };
    match ask {
        LogAsk::Tail { lines } => log.tail((*lines).min(MAX_LINES)),
        LogAsk::After { byte, line } if *byte <= size => log.read_lines(*byte, *line, MAX_LINES, None),
        // it shrank (a new run of the same job): from the start
        LogAsk::After { .. } => log.read_lines(0, 1, MAX_LINES, None),
        LogAsk::Around { line, lines } => log.around(*line, (*lines).min(MAX_LINES)),
        LogAsk::Search { text } => log.search(text),
    }
}

/// A line as it is shown: UTF-8, else CP932 (Japanese Windows), without its end, cut where it is endless.
fn decode(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = &line[..line.len().min(MAX_LINE)];
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        // a line cut inside a letter is still UTF-8 up to there
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(&line[..error.valid_up_to()]).into_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling(line).0.into_owned(),
    }
}

/// Takes one line, and of an endless one keeps the beginning only: its bytes with the end, and whether it has one.
fn take_line(reader: &mut impl BufRead, kept: &mut Vec<u8>) -> io::Result<(u64, bool)> {
    kept.clear();
    let mut taken = 0;
    loop {
        let slice = reader.fill_buf()?;
        let newline = memchr(b'\n', slice);
        let piece = &slice[..newline.unwrap_or(slice.len())];
        kept.extend_from_slice(&piece[..piece.len().min(MAX_LINE - kept.len())]);
        let used = piece.len() + usize::from(newline.is_some());
        reader.consume(used);
        taken += used as u64;
        if newline.is_some() || used == 0 {
            return Ok((taken, newline.is_some()));
        }
    }
}

/// A file as it was when it was opened.
struct Log {
    file: File,
    size: u64,
    whole: bool,
}

impl Log {
    /// Up to `most` lines from byte `from`, which is where line `first_line` begins.
    fn read_lines(mut self, from: u64, first_line: u64, most: u32, total_lines: Option<u64>) -> io::Result<LogPart> {
        self.file.seek(SeekFrom::Start(from))?;
        let mut reader = BufReader::with_capacity(SLICE, self.file.take(self.size - from));
        let mut lines = Vec::new();
        let mut end = from;
        let mut line = Vec::new();
        while lines.len() < most as usize && end - from < MAX_BYTES {
            let (taken, ended) = take_line(&mut reader, &mut line)?;
            if taken == 0 || !(ended || self.whole) {
                break;
            }
            end += taken;
            lines.push(decode(&line));
        }
        Ok(LogPart { first_line, lines, end, size: self.size, total_lines, hits: Vec::new(), hit_count: 0 })
    }

    /// The last `keep` lines: counts all of them, and remembers where the last ones begin.
    fn tail(mut self, keep: u32) -> io::Result<LogPart> {
        let mut starts = VecDeque::from([0_u64]);
        let mut ends = 0_u64;
        let mut end = |at: u64| {
            ends += 1;
            starts.push_back(at);
            if starts.len() > keep as usize + 1 {
                starts.pop_front();
            }
        };
        let mut slice = vec![0; SLICE];
        let mut at = 0_u64;
        let mut open = false;
        while at < self.size {
            let wanted = slice.len().min(usize::try_from(self.size - at).unwrap_or(usize::MAX));
            let read = self.file.read(&mut slice[..wanted])?;
            if read == 0 {
                break;
            }
            memchr_iter(b'\n', &slice[..read]).for_each(|newline| end(at + newline as u64 + 1));
            open = slice[read - 1] != b'\n';
            at += read as u64;
        }
        if open && self.whole {
            end(at);
        }
        let from = starts.front().copied().unwrap_or(0);
        // as many starts as lines kept, and the place after the last end
        let first_line = ends + 2 - starts.len() as u64;
        self.read_lines(from, first_line, keep, Some(ends))
    }

    fn around(self, line: u64, lines: u32) -> io::Result<LogPart> {
        let wanted = line.saturating_sub(u64::from(lines) / 2).max(1);
        let mut reader = BufReader::with_capacity(SLICE, (&self.file).take(self.size));
        let mut number = 1;
        let mut at = 0_u64;
        while number < wanted {
            let slice = reader.fill_buf()?;
            if slice.is_empty() {
                break;
            }
            let mut used = slice.len();
            for newline in memchr_iter(b'\n', slice) {
                number += 1;
                if number == wanted {
                    used = newline + 1;
                    break;
                }
            }
            at += used as u64;
            reader.consume(used);
        }
        self.read_lines(at, number, lines, None)
    }

    fn search(self, text: &str) -> io::Result<LogPart> {
        let needle = text.to_ascii_lowercase();
        let finder = memmem::Finder::new(needle.as_bytes());
        let mut found = LogPart { first_line: 1, size: self.size, ..LogPart::default() };
        if needle.is_empty() {
            return Ok(found);
        }
        let mut reader = BufReader::with_capacity(SLICE, self.file.take(self.size));
        let mut lines = 0;
        let mut end = |hit: bool| {
            lines += 1;
            found.hit_count += u64::from(hit);
            if hit && found.hits.len() < MAX_HITS {
                found.hits.push(lines);
            }
        };
        let (mut open, mut hit) = (false, false);
        // what was read of this line last: a place may begin in one slice and end in the next
        let mut seen: Vec<u8> = Vec::new();
        loop {
            let slice = reader.fill_buf()?;
            if slice.is_empty() {
                break;
            }
            let newline = memchr(b'\n', slice);
            let piece = &slice[..newline.unwrap_or(slice.len())];
            if !hit {
                let before = seen.len();
                seen.extend_from_slice(piece);
                seen[before..].make_ascii_lowercase();
                hit = finder.find(&seen).is_some();
                seen.drain(..seen.len().saturating_sub(needle.len() - 1));
            }
            let used = piece.len() + usize::from(newline.is_some());
            reader.consume(used);
            open = newline.is_none();
            if !open {
                end(hit);
                hit = false;
                seen.clear();
            }
        }
        if open && self.whole {
            end(hit);
        }
        found.total_lines = Some(lines);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn read(bytes: &[u8], ask: &LogAsk, whole: bool) -> LogPart {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        part(file.path(), ask, whole).unwrap()
    }

    fn ask(bytes: &[u8], ask: &LogAsk) -> LogPart {
        read(bytes, ask, false)
    }

    #[test]
    fn the_tail_knows_its_line_numbers() {
        let tail = ask(b"a\nb\nc\nd\n", &LogAsk::Tail { lines: 2 });
        assert_eq!(
            (tail.first_line, tail.lines, tail.end, tail.total_lines),
            (3, vec!["c".into(), "d".into()], 8, Some(4))
        );
    }

    #[test]
    fn a_half_line_waits_for_its_end() {
        let tail = ask(b"a\nhal", &LogAsk::Tail { lines: 9 });
        assert_eq!((tail.lines, tail.end), (vec!["a".to_owned()], 2));
        let more = ask(b"a\nhalf\n", &LogAsk::After { byte: 2, line: 2 });
        assert_eq!((more.first_line, more.lines, more.end), (2, vec!["half".to_owned()], 7));
    }

    #[test]
    fn the_last_line_of_a_whole_file_needs_no_end() {
        let text = b"a\nb\nlast";
        let lines = |asked: LogAsk| {
            let part = read(text, &asked, true);
            (part.first_line, part.lines.join(" "), part.end, part.total_lines)
        };
        assert_eq!(lines(LogAsk::Tail { lines: 2 }), (2, "b last".to_owned(), 8, Some(3)));
        assert_eq!(lines(LogAsk::Tail { lines: 9 }), (1, "a b last".to_owned(), 8, Some(3)));
        assert_eq!(lines(LogAsk::After { byte: 4, line: 3 }), (3, "last".to_owned(), 8, None));
        assert_eq!(lines(LogAsk::Around { line: 3, lines: 2 }), (2, "b last".to_owned(), 8, None));
        let found = read(text, &LogAsk::Search { text: "last".into() }, true);
        assert_eq!((found.hits, found.total_lines), (vec![3], Some(3)));
        assert_eq!(read(b"a\n", &LogAsk::Tail { lines: 9 }, true).lines, ["a"]);
        assert_eq!(read(b"", &LogAsk::Tail { lines: 9 }, true).total_lines, Some(0));
    }

    #[test]
    fn a_half_line_is_not_found_before_its_end() {
        let found = ask(b"x\nerror", &LogAsk::Search { text: "error".into() });
        assert_eq!((found.hit_count, found.total_lines), (0, Some(1)));
    }

    #[test]
    fn a_search_finds_what_lies_across_two_slices() {
        let mut bytes = vec![b'.'; SLICE - 3];
        bytes.extend_from_slice(b"*Error\nnothing\n");
        bytes.extend(std::iter::repeat_n(b'.', 2 * SLICE));
        bytes.extend_from_slice(b"*ERROR *error\n*err\nor\n");
        let found = ask(&bytes, &LogAsk::Search { text: "*error".into() });
        assert_eq!((found.hits, found.hit_count, found.total_lines), (vec![1, 3], 2, Some(5)));
    }

    #[test]
    fn an_endless_line_is_shown_cut_and_the_next_one_whole() {
        let mut bytes = vec![b'x'; 3 * SLICE];
        bytes.extend_from_slice(b"\r\nnext\n");
        let after = ask(&bytes, &LogAsk::After { byte: 0, line: 1 });
        assert_eq!(after.lines[0], "x".repeat(MAX_LINE));
        let around = ask(&bytes, &LogAsk::Around { line: 2, lines: 1 });
        assert_eq!((around.first_line, around.lines, around.end), (2, vec!["next".to_owned()], bytes.len() as u64));
    }

    /// Most memory this process ever had, in bytes; each test has a process of its own.
    #[cfg(target_os = "linux")]
    fn peak() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_endless_line_is_never_in_memory_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(256 << 20).unwrap();
        let before = peak();
        for whole in [false, true] {
            part(file.path(), &LogAsk::Tail { lines: 10 }, whole).unwrap();
            part(file.path(), &LogAsk::Search { text: "error".into() }, whole).unwrap();
        }
        assert!(peak() - before < 64 << 20, "{} bytes more", peak() - before);
    }

    #[test]
    fn japanese_windows_text_is_read() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("部品を締結\r\n");
        assert_eq!(ask(&bytes, &LogAsk::Tail { lines: 1 }).lines, ["部品を締結"]);
    }

    #[test]
    fn a_search_counts_without_regard_to_case() {
        let found = ask(b"x\n *ERROR in y\nz\n*error again\n", &LogAsk::Search { text: "*Error".into() });
        assert_eq!((found.hits, found.hit_count, found.total_lines), (vec![2, 4], 2, Some(4)));
    }

    proptest! {
        #[test]
        fn every_way_gives_the_same_lines(lines in prop::collection::vec("[a-z]{0,6}", 1..60), keep in 1_u32..70, at in 1_u64..70) {
            let bytes = lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes();
            let tail = ask(&bytes, &LogAsk::Tail { lines: keep });
            let first = usize::try_from(tail.first_line).unwrap() - 1;
            prop_assert_eq!(&tail.lines[..], &lines[first..]);
            prop_assert_eq!(tail.lines.len(), lines.len().min(keep as usize));
            let part = ask(&bytes, &LogAsk::Around { line: at, lines: keep });
            let first = usize::try_from(part.first_line).unwrap() - 1;
            if at <= lines.len() as u64 {
                let wanted = &lines[first..lines.len().min(first + keep as usize)];
                prop_assert_eq!(&part.lines[..], wanted);
                prop_assert!(part.first_line <= at && at < part.first_line + u64::from(keep).max(1));
            }
        }
    }
}
