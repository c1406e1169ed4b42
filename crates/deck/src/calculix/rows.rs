//! A growing table: one row a line, headers and all else passed over.

use crate::lines::Lines;

/// What one line of a table can be.
pub trait Row: Sized {
    /// The row, or `None` for headers and anything else.
    fn read(line: &[u8]) -> Option<Self>;
}

/// Reads a growing table.
#[derive(Clone, Debug)]
pub struct Reader<R> {
    lines: Lines,
    rows: Vec<R>,
}

impl<R> Default for Reader<R> {
    fn default() -> Self {
        Reader { lines: Lines::default(), rows: Vec::new() }
    }
}

impl<R: Row> Reader<R> {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let rows = &mut self.rows;
        self.lines.feed(bytes, |line| rows.extend(R::read(line.bytes)));
    }

    /// The file is complete: a last row without line end counts too.
    pub fn finish(&mut self) {
        let rows = &mut self.rows;
        self.lines.finish(|line| rows.extend(R::read(line.bytes)));
    }

    /// All rows so far.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }
}
