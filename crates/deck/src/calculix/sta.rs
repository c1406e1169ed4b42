//! `.sta`: one row for each attempt at an increment, flushed when the attempt ends.

use crate::attempt::{Attempt, Table};
use crate::lines::Lines;
use crate::number::real;

/// The first line of every such file.
pub const HEADER: &str = "SUMMARY OF JOB INFORMATION";

/// Reads a growing `.sta`.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    table: Table,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let table = &mut self.table;
        self.lines.feed(bytes, |line| row(line.bytes).into_iter().for_each(|row| table.push(row)));
    }

    /// The file is complete: a last row without line end counts too.
    pub fn finish(&mut self) {
        let table = &mut self.table;
        self.lines.finish(|line| row(line.bytes).into_iter().for_each(|row| table.push(row)));
    }

    /// The rows so far and their counts.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The rows kept.
    pub fn rows(&self) -> &[Attempt] {
        self.table.rows()
    }
}

/// The row, or `None` for headers and anything else.
fn row(line: &[u8]) -> Option<Attempt> {
    let line = std::str::from_utf8(line).ok()?;
    let mut fields = line.split_ascii_whitespace();
    let step = fields.next()?.parse().ok()?;
    let increment = fields.next()?.parse().ok()?;
    let attempt = fields.next()?;
    let (attempt, converged) = match attempt.strip_suffix('U') {
        Some(number) => (number.parse().ok()?, false),
        None => (attempt.parse().ok()?, true),
    };
    let iterations = fields.next()?.parse().ok()?;
    let mut time = || fields.next().and_then(|field| real(field.as_bytes()));
    Some(Attempt {
        step,
        increment,
        attempt,
        converged,
        severe_iterations: 0,
        iterations,
        total_time: Some(time()?),
        step_time: time()?,
        lpf: None,
        increment_size: time()?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "SUMMARY OF JOB INFORMATION
  STEP      INC     ATT  ITRS     TOT TIME     STEP TIME      INC TIME
     1          3     1     2  0.175000E+00  0.175000E+00  0.750000E-01
     1          4     1U    5  0.175000E+00  0.175000E+00  0.100000E+00
     1          4     2     3  0.200000E+00  0.200000E+00  0.250000E-01
";

    #[test]
    fn rows_in_any_slices() {
        for slice in 1..TEXT.len() {
            let mut reader = Reader::default();
            for part in TEXT.as_bytes().chunks(slice) {
                reader.feed(part);
            }
            assert_eq!(reader.rows().len(), 3);
            let failed = reader.rows()[1];
            assert!(!failed.converged && failed.attempt == 1 && failed.iterations == 5);
            assert!((failed.increment_size - 0.1).abs() < 1e-12);
            assert!((reader.rows().last().unwrap().total_time.unwrap() - 0.2).abs() < 1e-12);
        }
    }

    #[test]
    fn a_half_row_waits() {
        let mut reader = Reader::default();
        reader.feed(b"     1          1     1     2  0.175000E+00  0.175000E+00  0.75");
        assert!(reader.rows().is_empty());
        reader.feed(b"0000E-01\n");
        assert_eq!(reader.rows().len(), 1);
        reader.feed(b"     1          2     1     2  0.2E+00  0.2E+00  0.1E+00");
        reader.finish();
        assert_eq!(reader.rows().len(), 2);
    }
}
