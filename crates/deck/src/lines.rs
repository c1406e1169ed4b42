//! Reads files in slices, and cuts slices of any size into lines.

use std::io::{self, Read};
use std::ops::ControlFlow;

/// Bytes read at a time.
const SLICE: usize = 256 << 10;

/// Hands a file over in slices, all but the last one of the same length, until it ends or `take` has had enough.
pub(crate) fn in_slices<B>(
    mut from: impl Read,
    mut take: impl FnMut(&[u8]) -> ControlFlow<B>,
) -> io::Result<Option<B>> {
    let mut slice = vec![0; SLICE];
    loop {
        let mut filled = 0;
        while filled < SLICE {
            match from.read(&mut slice[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if filled == 0 {
            return Ok(None);
        }
        if let ControlFlow::Break(why) = take(&slice[..filled]) {
            return Ok(Some(why));
        }
    }
}

/// A longer line is cut here: no solver writes or reads one, and a file without line ends must not fill the memory.
pub(crate) const LONGEST: usize = 64 * 1024;

/// Keeps the half line at the end of a slice for the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    half: Vec<u8>,
    /// The half line is not empty, even where `half` is (it cannot be told apart otherwise after a cut).
    open: bool,
}

/// One line without its `\n`; a `\r` is left to the reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Its bytes, at most [`LONGEST`].
    pub bytes: &'a [u8],
    /// Whether a `\n` followed; the last line of a file may lack it.
    pub ended: bool,
}

impl Lines {
    /// Hands every complete line in `bytes` to `take`, the first one joined with the half line kept from before.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Line)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if self.open {
                self.keep(line);
                take(Line { bytes: &self.half, ended: true });
                self.half.clear();
                self.open = false;
            } else {
                take(Line { bytes: &line[..line.len().min(LONGEST)], ended: true });
            }
        }
        if !bytes.is_empty() {
            self.keep(bytes);
            self.open = true;
        }
    }

    /// The line that no `\n` ended, where there is one.
    pub(crate) fn finish(&mut self, take: impl FnOnce(Line)) {
        if std::mem::take(&mut self.open) {
            take(Line { bytes: &self.half, ended: false });
            self.half.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.half.len());
        self.half.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &[u8], slice: usize) -> Vec<(Vec<u8>, bool)> {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for part in text.chunks(slice) {
            lines.feed(part, |line| all.push((line.bytes.to_vec(), line.ended)));
        }
        lines.finish(|line| all.push((line.bytes.to_vec(), line.ended)));
        all
    }

    #[test]
    fn slices_do_not_matter() {
        let text = b"one\r\n\ntwo\nthree";
        let whole = lines_of(text, 100);
        assert_eq!(
            whole,
            [(b"one\r".to_vec(), true), (Vec::new(), true), (b"two".to_vec(), true), (b"three".to_vec(), false)]
        );
        for slice in 1..text.len() {
            assert_eq!(lines_of(text, slice), whole);
        }
    }

    #[test]
    fn an_endless_line_is_cut_the_same_in_any_slices() {
        let mut text = vec![b'x'; LONGEST + 10];
        text.extend_from_slice(b"\nend\n");
        for slice in [1000, LONGEST, LONGEST + 1, text.len()] {
            let all = lines_of(&text, slice);
            assert_eq!(all.len(), 2);
            assert_eq!(all[0].0.len(), LONGEST);
            assert_eq!(all[1].0, b"end");
        }
    }
}
