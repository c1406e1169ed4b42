//! What the deck's own bytes are: encoding, line ends, and whether they are text at all.

use super::{Encoding, LineEnding, NotDeck};
use crate::lines::LONGEST;
use crate::text;

/// First bytes kept.
const HEAD: usize = 32;

/// Facts about the deck's own bytes.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    head: Vec<u8>,
    bom: bool,
    binary: bool,
    any: bool,
    not_ascii: bool,
    not_utf8: bool,
    not_cp932: bool,
    lf: bool,
    crlf: bool,
}

impl Bytes {
    /// Bytes as they come.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        if self.head.len() < HEAD {
            let room = HEAD - self.head.len();
            self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        self.binary |= has_nul(bytes);
    }

    /// The byte order mark.
    pub(super) fn see_mark(&mut self) {
        self.bom = true;
    }

    /// A line, without its end and the mark.
    pub(super) fn see_line(&mut self, bytes: &[u8], ended: bool, crlf: bool) {
        if ended {
            self.crlf |= crlf;
            self.lf |= !crlf;
        }
        self.any |= !bytes.trim_ascii_start().is_empty();
        // a line that was cut may end within a letter
        if !bytes.is_ascii() && bytes.len() < LONGEST - 1 {
            self.not_ascii = true;
            self.not_utf8 |= std::str::from_utf8(bytes).is_err();
            self.not_cp932 = self.not_cp932 || !text::is_cp932(bytes);
        }
    }

    pub(super) fn encoding(&self) -> Encoding {
        match self {
            Bytes { bom: true, not_utf8: false, .. } => Encoding::Utf8Bom,
            Bytes { not_ascii: false, .. } => Encoding::Ascii,
            Bytes { not_utf8: false, .. } => Encoding::Utf8,
            Bytes { not_cp932: false, .. } => Encoding::Cp932,
            _ => Encoding::Unknown,
        }
    }

    pub(super) fn line_ending(&self) -> LineEnding {
        match (self.lf, self.crlf) {
            (true, true) => LineEnding::Mixed,
            (false, true) => LineEnding::Crlf,
            _ => LineEnding::Lf,
        }
    }

    /// What the bytes alone say against their being a deck.
    pub(super) fn not_a_deck(&self) -> Option<NotDeck> {
        if self.binary {
            return Some(NotDeck::Binary);
        }
        not_text(&self.head).or_else(|| (!self.any).then_some(NotDeck::Empty))
    }
}

/// No text has one.
pub(super) fn has_nul(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some()
}

/// What a file's first bytes say against its being text of a deck. Looks for NUL only in what it is given.
pub(super) fn not_text(bytes: &[u8]) -> Option<NotDeck> {
    if bytes.starts_with(b"version https://git-lfs") {
        Some(NotDeck::LfsPointer)
    } else if bytes.starts_with(b"#!") {
        Some(NotDeck::Script)
    } else if has_nul(bytes) {
        Some(NotDeck::Binary)
    } else {
        None
    }
}
