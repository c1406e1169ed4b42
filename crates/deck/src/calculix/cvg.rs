//! `.cvg`: one row for each iteration.

use super::rows::Row;
use crate::number::real;
use serde::{Deserialize, Serialize};

/// The first line of every such file; CalculiX spells it with a zero.
pub const HEADER: &str = "SUMMARY OF C0NVERGENCE INFORMATION";

/// One iteration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Iteration {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1.
    pub increment: u32,
    /// Attempt at that increment, from 1.
    pub attempt: u32,
    /// Iteration of that attempt, from 1.
    pub iteration: u32,
    /// Contact elements in force.
    pub contact_elements: u64,
    /// Largest residual force, percent of the average force.
    pub residual_force: f64,
    /// Largest correction of displacement, percent of the largest increment of it.
    pub correction_disp: f64,
    /// Largest residual flux, percent.
    pub residual_flux: f64,
    /// Largest correction of temperature, percent.
    pub correction_temp: f64,
}

/// Reads a growing `.cvg`.
pub type Reader = super::rows::Reader<Iteration>;

impl Row for Iteration {
    fn read(line: &[u8]) -> Option<Iteration> {
        let line = std::str::from_utf8(line).ok()?;
        let mut fields = line.split_ascii_whitespace();
        let step = fields.next()?.parse().ok()?;
        let increment = fields.next()?.parse().ok()?;
        let attempt = fields.next()?.parse().ok()?;
        let iteration = fields.next()?.parse().ok()?;
        let contact_elements = fields.next()?.parse().ok()?;
        let mut percent = || fields.next().and_then(|field| real(field.as_bytes()));
        Some(Iteration {
            step,
            increment,
            attempt,
            iteration,
            contact_elements,
            residual_force: percent()?,
            correction_disp: percent()?,
            residual_flux: percent()?,
            correction_temp: percent()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_after_the_head() {
        let text = b"SUMMARY OF C0NVERGENCE INFORMATION
  STEP   INC  ATT   ITER     CONT.   RESID.        CORR.      RESID.      CORR.
                              EL.    FORCE         DISP       FLUX        TEMP.
                              (#)     (%)           (%)        (%)         (%)
     1     1     1     1        0  0.9399E+03  0.1000E+03  0.0000E+00  0.0000E+00
     1     1     1     2       12  0.1200E+01  0.3000E+02  0.0000E+00  0.0000E+00
";
        for slice in [1, 7, text.len()] {
            let mut reader = Reader::default();
            for part in text.chunks(slice) {
                reader.feed(part);
            }
            assert_eq!(reader.rows().len(), 2);
            assert_eq!(reader.rows()[1].contact_elements, 12);
            assert!((reader.rows()[0].residual_force - 939.9).abs() < 1e-9);
        }
    }
}
