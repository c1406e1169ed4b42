//! The files of a log from the newest to the oldest, plain or compressed.

use crate::Log;
use flate2::read::GzDecoder;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::time::SystemTime;

/// Bytes of a first line by which a file is known again: it begins with a time in millionths of a second.
const KNOWN_BY: usize = 4 * 1024;
/// Bytes of a line that are kept of it.
const LONGEST: usize = 256 * 1024;
/// Bytes in which the last whole line's end is looked for.
const SEARCHED: u64 = 1024 * 1024;

/// One file, opened: it can be read whatever it is called by now.
pub(crate) struct Leaf {
    /// By what places name it.
    pub id: u64,
    /// Whether it is compressed.
    pub is_packed: bool,
    file: File,
}

impl Leaf {
    /// `None` where there is no whole line in it.
    fn new(mut file: File, is_packed: bool) -> io::Result<Option<Leaf>> {
        let mut first = Vec::new();
        let head = if is_packed {
            // one that cannot be read has no line
            GzDecoder::new(&mut file).take(KNOWN_BY as u64).read_to_end(&mut first).or(Ok(0))
        } else {
            (&mut file).take(KNOWN_BY as u64).read_to_end(&mut first)
        };
        head?;
        let line = match first.iter().position(|byte| *byte == b'\n') {
            Some(end) => &first[..end],
            None if first.len() == KNOWN_BY => &first[..],
            None => return Ok(None),
        };
        Ok(Some(Leaf { id: mark(line), is_packed, file }))
    }

    /// Where its last whole line ends. Of a compressed one all counts: nobody writes to it.
    pub fn end(&mut self) -> io::Result<u64> {
        if self.is_packed {
            return Ok(u64::MAX);
        }
        let length = self.file.metadata()?.len();
        let from = length.saturating_sub(SEARCHED);
        let mut tail = Vec::new();
        if length > 0 && self.block(length - 1, length)? == b"\n" {
            return Ok(length);
        }
        self.file.seek(SeekFrom::Start(from))?;
        (&mut self.file).take(length - from).read_to_end(&mut tail)?;
        Ok(tail.iter().rposition(|byte| *byte == b'\n').map_or(length, |at| from + at as u64 + 1))
    }

    /// These bytes of a plain one.
    pub fn block(&mut self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(start))?;
        (&mut self.file).take(end - start).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Goes through its lines between two offsets; gives where it has come to. What is damaged ends there.
    pub fn lines(
        &mut self,
        start: u64,
        end: u64,
        take: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<u64> {
        if !self.is_packed {
            self.file.seek(SeekFrom::Start(start))?;
            return each_line(&mut BufReader::new(&mut self.file), start, end, take);
        }
        self.file.rewind()?;
        let mut reader = BufReader::new(Sound(GzDecoder::new(BufReader::new(&mut self.file))));
        io::copy(&mut (&mut reader).take(start), &mut io::sink())?;
        each_line(&mut reader, start, end, take)
    }

    /// Bytes of it, uncompressed.
    fn length(&mut self) -> io::Result<u64> {
        if !self.is_packed {
            return Ok(self.file.metadata()?.len());
        }
        self.file.rewind()?;
        io::copy(&mut Sound(GzDecoder::new(BufReader::new(&mut self.file))), &mut io::sink())
    }
}

/// Ends where what it reads is damaged.
struct Sound<R>(R);

impl<R: Read> Read for Sound<R> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.read(block).unwrap_or(0))
    }
}

/// FNV-1a: the same in every build of this program, for it stands in addresses.
fn mark(line: &[u8]) -> u64 {
    line.iter().fold(0xcbf2_9ce4_8422_2325, |mark, byte| (mark ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The lines of a reader that stands at `start`, without their ends, each with its offset; of a very long one only its
/// beginning. The last one need not have an end. Gives where it has come to.
pub(crate) fn each_line(
    reader: &mut impl BufRead,
    start: u64,
    end: u64,
    take: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let (mut begins, mut at, mut line) = (start, start, Vec::new());
    while at < end {
        let bytes = reader.fill_buf()?;
        let within = bytes.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        if within == 0 {
            break;
        }
        let found = bytes[..within].iter().position(|byte| *byte == b'\n');
        let (used, text) = found.map_or((within, within), |end| (end + 1, end));
        let room = LONGEST.saturating_sub(line.len());
        line.extend_from_slice(&bytes[..text.min(room)]);
        reader.consume(used);
        at += used as u64;
        if found.is_some() {
            take(begins, &line)?;
            line.clear();
            begins = at;
        }
    }
    if !line.is_empty() {
        take(begins, &line)?;
    }
    Ok(at)
}

impl Log {
    /// Its files, the newest first, opened one by one. One that is moved on meanwhile is met once.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = io::Result<Leaf>> {
        let mut met = HashSet::new();
        (0..self.files).filter_map(move |number| match self.leaf(number).transpose()? {
            Ok(leaf) => met.insert(leaf.id).then_some(Ok(leaf)),
            Err(error) => Some(Err(error)),
        })
    }

    fn leaf(&self, number: u32) -> io::Result<Option<Leaf>> {
        let plain = if number == 0 { self.path.clone() } else { self.aside(number) };
        // a plain one beside a compressed one is the whole one
        match File::open(plain) {
            Ok(file) => return Leaf::new(file, false),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        match File::open(self.packed(number)) {
            Ok(file) => Leaf::new(file, true),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// The lines of a log's last `most` bytes, from the oldest of them on, across its files.
///
/// # Errors
/// Those of the disk, and of `take`.
pub fn each_line_of_the_end(log: &Log, most: u64, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let (mut left, mut leaves) = (most, Vec::new());
    for leaf in log.leaves() {
        let mut leaf = leaf?;
        let length = leaf.length()?;
        let from = length.saturating_sub(left);
        left -= length - from;
        leaves.push((leaf, from, length));
        if left == 0 {
            break;
        }
    }
    for (mut leaf, from, length) in leaves.into_iter().rev() {
        // the line in which the part would begin is left out
        let mut torn = from > 0;
        leaf.lines(from, length, &mut |_, line| if std::mem::take(&mut torn) { Ok(()) } else { take(line) })?;
    }
    Ok(())
}

/// The files that there are of a log: name, bytes, and when each was last written.
///
/// # Errors
/// Those of the disk.
pub fn sizes(log: &Log) -> io::Result<Vec<(String, u64, SystemTime)>> {
    let mut all = Vec::new();
    let asides = (1..log.files).flat_map(|number| [log.aside(number), log.packed(number)]);
    for path in std::iter::once(log.path.clone()).chain(asides) {
        match fs::metadata(&path) {
            Ok(is) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                all.push((name, is.len(), is.modified()?));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
    }
    Ok(all)
}
