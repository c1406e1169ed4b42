//! Parts of text files of any size: the tail, what was added, the lines around one, a search. Bounded memory: one
//! slice and the lines asked for.

use crate::jobs::api::{LogAsk, LogPart};
use memchr::{memchr_iter, memmem};
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

/// The part asked for. Blocking.
///
/// # Errors
/// What the file system says.
pub fn part(path: &Path, ask: &LogAsk) -> io::Result<LogPart> {
    let file = File::open(path)?;
    // the file may grow meanwhile: everything below ends here
    let size = file.metadata()?.len();
    match ask {
        LogAsk::Tail { lines } => tail(file, size, (*lines).min(MAX_LINES)),
        LogAsk::After { byte, line } if *byte <= size => read_lines(file, *byte, size, *line, MAX_LINES, None),
        // it shrank (a new run of the same job): from the start
        LogAsk::After { .. } => read_lines(file, 0, size, 1, MAX_LINES, None),
        LogAsk::Around { line, lines } => around(file, size, *line, (*lines).min(MAX_LINES)),
        LogAsk::Search { text } => search(file, size, text),
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

/// Up to `most` whole lines from `from`; the last line counts although it has no end when the file is known to be
/// whole, and waits for its end otherwise.
fn read_lines(
    mut file: File,
    from: u64,
    size: u64,
    first_line: u64,
    most: u32,
    total_lines: Option<u64>,
) -> io::Result<LogPart> {
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::with_capacity(SLICE, file.take(size - from));
    let mut lines = Vec::new();
    let mut end = from;
    let mut line = Vec::new();
    while lines.len() < most as usize && end - from < MAX_BYTES {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)? as u64;
        if read == 0 || line.last() != Some(&b'\n') {
            break;
        }
        end += read;
        lines.push(decode(&line[..line.len() - 1]));
    }
    Ok(LogPart { first_line, lines, end, size, total_lines, hits: Vec::new(), hit_count: 0 })
}

/// Lines up to `until` bytes, and where the last `keep` of them begin.
fn tail(mut file: File, size: u64, keep: u32) -> io::Result<LogPart> {
    let mut starts = std::collections::VecDeque::from([0_u64]);
    let mut ends = 0_u64;
    let mut slice = vec![0; SLICE];
    let mut at = 0_u64;
    while at < size {
        let wanted = slice.len().min(usize::try_from(size - at).unwrap_or(usize::MAX));
        let read = file.read(&mut slice[..wanted])?;
        if read == 0 {
            break;
        }
        for newline in memchr_iter(b'\n', &slice[..read]) {
            ends += 1;
            starts.push_back(at + newline as u64 + 1);
            if starts.len() > keep as usize + 1 {
                starts.pop_front();
            }
        }
        at += read as u64;
    }
    let from = starts.front().copied().unwrap_or(0);
    // as many starts as lines kept, and the place after the last end
    let first_line = ends + 2 - starts.len() as u64;
    read_lines(file, from, size, first_line, keep, Some(ends))
}

fn around(file: File, size: u64, line: u64, lines: u32) -> io::Result<LogPart> {
    let wanted = line.saturating_sub(u64::from(lines) / 2).max(1);
    let mut reader = BufReader::with_capacity(SLICE, file.take(size));
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
    let file = reader.into_inner().into_inner();
    read_lines(file, at, size, number, lines, None)
}

fn search(file: File, size: u64, text: &str) -> io::Result<LogPart> {
    let needle = text.to_ascii_lowercase();
    let finder = memmem::Finder::new(needle.as_bytes());
    let mut found = LogPart { first_line: 1, size, ..LogPart::default() };
    if needle.is_empty() {
        return Ok(found);
    }
    let mut reader = BufReader::with_capacity(SLICE, file.take(size));
    let mut line = Vec::new();
    let mut number = 0;
    while reader.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        line.make_ascii_lowercase();
        if finder.find(&line).is_some() {
            found.hit_count += 1;
            if found.hits.len() < MAX_HITS {
                found.hits.push(number);
            }
        }
        line.clear();
    }
    found.total_lines = Some(number);
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn ask(bytes: &[u8], ask: &LogAsk) -> LogPart {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        part(file.path(), ask).unwrap()
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
