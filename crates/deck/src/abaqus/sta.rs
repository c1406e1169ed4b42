//! `.sta` of Standard and of Explicit: how far a run is, and its end line.

use super::Said;
use super::explicit::Explicit;
use crate::attempt::{Attempt, Table};
use crate::lines::Lines;
use crate::number::real;
use serde::Serialize;

/// Times below this are none: eigenvalue steps write 1e-36.
const NO_TIME: f64 = 1e-30;

/// Which solver of Abaqus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Abaqus/Standard.
    Standard,
    /// Abaqus/Explicit.
    Explicit,
}

/// The end line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `COMPLETED SUCCESSFULLY`; else `NOT BEEN COMPLETED`, which is what a cancel leaves too.
    pub completed: bool,
    /// The line.
    pub said: Said,
}

/// Reads a growing `.sta`.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    line: u64,
    product: Option<Product>,
    release: Option<String>,
    end: Option<End>,
    table: Table,
    explicit: Explicit,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(line.bytes));
    }

    /// The file is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(line.bytes));
    }

    /// From the header.
    pub fn product(&self) -> Option<Product> {
        self.state.product
    }

    /// `2023.HF4`, `Student Edition 2021`; from the header.
    pub fn release(&self) -> Option<&str> {
        self.state.release.as_deref()
    }

    /// The end line; `None` while it runs, and after a hard kill.
    pub fn end(&self) -> Option<&End> {
        self.state.end.as_ref()
    }

    /// The rows so far and their counts.
    pub fn table(&self) -> &Table {
        &self.state.table
    }

    /// Increments done: converged rows; Explicit passes over most, there it is the last one's number.
    pub fn increments(&self) -> u64 {
        let table = &self.state.table;
        match self.state.product {
            Some(Product::Explicit) => table.last().map_or(0, |row| u64::from(row.increment)),
            _ => (table.count() - table.cutbacks()) as u64,
        }
    }

    /// `***ERROR`s; only Explicit writes them here.
    pub fn errors(&self) -> u64 {
        self.state.explicit.errors
    }

    /// `***WARNING`s; only Explicit writes them here.
    pub fn warnings(&self) -> u64 {
        self.state.explicit.warnings
    }

    /// The first `***ERROR`.
    pub fn first_error(&self) -> Option<&Said> {
        self.state.explicit.first_error.as_ref().map(|(said, _)| said)
    }
}

impl State {
    fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let trimmed = line.trim_ascii();
        if trimmed.starts_with(b"Abaqus/") {
            self.header(trimmed);
        }
        let end = match trimmed {
            b"THE ANALYSIS HAS COMPLETED SUCCESSFULLY" => Some(true),
            b"THE ANALYSIS HAS NOT BEEN COMPLETED" => Some(false),
            _ => None,
        };
        if let Some(completed) = end {
            self.end = Some(End { completed, said: Said::new(self.line, trimmed) });
        }
        let row = match self.product {
            Some(Product::Explicit) => self.explicit.line(self.line, line),
            _ => row(line),
        };
        if let Some(row) = row {
            self.table.push(row);
        }
    }

    /// `Abaqus/Standard 2025.HF3     DATE 13-Jun-2026 TIME 05:18:08`. The month is in the machine's language.
    fn header(&mut self, line: &[u8]) {
        let Some(date) = memchr::memmem::find(line, b" DATE ") else { return };
        let (product, rest) = match line[..date].strip_prefix(b"Abaqus/Standard ") {
            Some(rest) => (Product::Standard, rest),
            None => match line[..date].strip_prefix(b"Abaqus/Explicit ") {
                Some(rest) => (Product::Explicit, rest),
                None => return,
            },
        };
        self.product.get_or_insert(product);
        self.release.get_or_insert_with(|| super::squeezed(rest));
    }
}

/// The row of Standard's table, or `None` for anything else. Fixed columns: in Riks rows one of them is empty.
fn row(line: &[u8]) -> Option<Attempt> {
    let column = |from: usize, to: usize| line.get(from..to.min(line.len())).map(<[u8]>::trim_ascii);
    let whole = |from, to| -> Option<u32> { std::str::from_utf8(column(from, to)?).ok()?.parse().ok() };
    let (step, increment, attempt) = (whole(0, 4)?, whole(4, 10)?, whole(10, 14)?);
    let converged = match line.get(14)? {
        b' ' => true,
        b'U' => false,
        _ => return None,
    };
    let (severe_iterations, iterations) = (whole(15, 20)?, whole(20, 26)?);
    whole(26, 32)?;
    let time = |time: f64| if time.abs() < NO_TIME { 0.0 } else { time };
    let size = |from: usize, to: usize| {
        // what follows a number may be the monitored degree of freedom
        let text = column(from, to)?;
        real(text.split(u8::is_ascii_whitespace).next()?).map(time)
    };
    let at = size(44, 55)?;
    let increment_size = size(55, 67)?;
    let riks = line.trim_ascii_end().ends_with(b" R");
    let total_time = if riks { None } else { Some(size(32, 44)?) };
    let (step_time, lpf) = if riks { (0.0, Some(at)) } else { (at, None) };
    Some(Attempt {
        step,
        increment,
        attempt,
        converged,
        severe_iterations,
        iterations,
        total_time,
        step_time,
        lpf,
        increment_size,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    fn read(text: &str) -> Reader {
        let mut reader = Reader::default();
        reader.feed(text.as_bytes());
        reader.finish();
        reader
    }

    #[test]
    fn standard() {
        let text = "\
Abaqus/Standard 3DEXPERIENCE R2017x                  DATE 13-Jun-2026 TIME 05:18:08
 SUMMARY OF JOB INFORMATION:
 STEP  INC ATT SEVERE EQUIL TOTAL  TOTAL      STEP       INC OF       DOF    IF
               DISCON ITERS ITERS  TIME/    TIME/LPF    TIME/LPF    MONITOR RIKS
               ITERS               FREQ
   2    13   1     6     3     9  14.4       6.50       0.5000    
   2    14   1U    5     0     5  14.4       6.50       0.5000    
   2  1014  12     5     4     9  3.60e+08   6.62       0.1250    
                          
 THE ANALYSIS HAS NOT BEEN COMPLETED
";
        let reader = read(text);
        assert_eq!((reader.product(), reader.release()), (Some(Product::Standard), Some("3DEXPERIENCE R2017x")));
        let end = reader.end().unwrap();
        assert_eq!((end.completed, end.said.line), (false, 10));
        let table = reader.table();
        assert_eq!((table.count(), table.cutbacks(), table.steps(), reader.increments()), (3, 1, 2, 2));
        let last = table.last().unwrap();
        assert_eq!((last.increment, last.attempt, last.severe_iterations, last.iterations), (1014, 12, 5, 4));
        assert_eq!((last.total_time, last.step_time, last.increment_size), (Some(3.6e8), 6.62, 0.125));
    }

    #[test]
    fn riks_has_a_load_factor_and_eigenvalue_steps_have_no_time() {
        let reader = read(
            "   1    44   1U    0     4     4             4.18      -0.3760                R\n   \
             2     1   1     1     0     0  0.00       1.00e-36   1.000e-36\n",
        );
        let [riks, eigen] = reader.table().rows() else { unreachable!() };
        assert_eq!((riks.total_time, riks.step_time, riks.lpf), (None, 0.0, Some(4.18)));
        assert_eq!((riks.increment_size, riks.converged), (-0.376, false));
        assert_eq!((eigen.total_time, eigen.step_time, eigen.increment_size), (Some(0.0), 0.0, 0.0));
    }

    #[test]
    fn explicit() {
        let text = "\
Abaqus/Explicit 2022                             DATE 29-mei-2024  TIME 15:09:59
***WARNING: There are 7 warning messages in the data (.dat) file.  Please
            check the data file for possible errors in the input file.
           1          1       4.286014E-06      1.000000E+00
 STEP 1  ORIGIN 0.0000
              STEP     TOTAL      WALL      STABLE    CRITICAL    KINETIC      TOTAL     PERCENT
INCREMENT     TIME      TIME      TIME   INCREMENT     ELEMENT     ENERGY     ENERGY  CHNG MASS
        0  0.000E+00 0.000E+00  00:00:00 4.286E-06          10  6.019E+01  6.019E+01  5.000E+06
INSTANCE WITH CRITICAL ELEMENT: PART-1-1
 STEP 2  ORIGIN 1.0000
     4707  2.500E-01 1.250E+00  00:02:02 1.481E-05          10  6.019E+01 -6.019E+01  5.000E+06

***ERROR: Excessive distortion of element number 92 of instance
          BLOCK-2-LIN-1

***ERROR: Excessive distortion of element number 93 of instance
          BLOCK-2-LIN-1
Output Field Frame Number   1, of   20, at step time 2.500E-01
  THE ANALYSIS HAS COMPLETED SUCCESSFULLY

";
        let reader = read(text);
        assert_eq!((reader.product(), reader.release()), (Some(Product::Explicit), Some("2022")));
        assert_eq!((reader.table().count(), reader.table().steps(), reader.increments()), (2, 2, 4707));
        let last = reader.table().last().unwrap();
        assert_eq!((last.step_time, last.total_time, last.increment_size), (0.25, Some(1.25), 1.481e-5));
        assert_eq!((reader.errors(), reader.warnings()), (2, 1));
        let error = reader.first_error().unwrap();
        let text = "***ERROR: Excessive distortion of element number 92 of instance BLOCK-2-LIN-1";
        assert_eq!((error.line, error.text.as_str()), (13, text));
        assert!(reader.end().unwrap().completed);
    }
}
