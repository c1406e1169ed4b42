//! A growing table: one row a line, headers and all else passed over.

use crate::lines::Lines;

/// What one line of a table can be.
pub trait Row: Sized {
    /// The row, or `None` for headers and anything else.
    fn read(line: &[u8]) -> Option<Self>;
}

/// Rows kept; of a longer table the oldest are dropped, and all are counted.
pub const MOST_ROWS: usize = 20_000;

/// Reads a growing table.
#[derive(Clone, Debug)]
pub struct Reader<R> {
    lines: Lines,
    kept: Kept<R>,
}

#[derive(Clone, Debug)]
struct Kept<R> {
    rows: Vec<R>,
    dropped: usize,
}

impl<R: Row> Kept<R> {
    fn take(&mut self, line: &[u8]) {
        let Some(row) = R::read(line) else { return };
        // half at a time: dropping one by one would move all the others each time
        if self.rows.len() == MOST_ROWS {
            self.rows.drain(..MOST_ROWS / 2);
            self.dropped += MOST_ROWS / 2;
        }
        self.rows.push(row);
    }
}

impl<R> Default for Reader<R> {
    fn default() -> Self {
        Reader { lines: Lines::default(), kept: Kept { rows: Vec::new(), dropped: 0 } }
    }
}

impl<R: Row> Reader<R> {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let kept = &mut self.kept;
        self.lines.feed(bytes, |line| kept.take(line.bytes));
    }

    /// The file is complete: a last row without line end counts too.
    pub fn finish(&mut self) {
        let kept = &mut self.kept;
        self.lines.finish(|line| kept.take(line.bytes));
    }

    /// The rows kept, oldest first.
    pub fn rows(&self) -> &[R] {
        &self.kept.rows
    }

    /// All rows so far.
    pub fn count(&self) -> usize {
        self.kept.dropped + self.kept.rows.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Number(usize);

    impl Row for Number {
        fn read(line: &[u8]) -> Option<Number> {
            std::str::from_utf8(line).ok()?.parse().ok().map(Number)
        }
    }

    #[test]
    fn a_long_table_keeps_its_last_rows_and_counts_all() {
        let all = MOST_ROWS * 3 + 7;
        let mut reader = Reader::<Number>::default();
        (0..all).for_each(|n| reader.feed(format!("{n}\n").as_bytes()));
        assert_eq!(reader.count(), all);
        assert!(reader.rows().len() <= MOST_ROWS);
        assert_eq!(reader.rows().last().unwrap().0, all - 1);
    }
}
