//! One row of a status file, as both solvers write them, and a table of rows in bounded memory.

use serde::{Deserialize, Serialize};

/// Rows kept for plots; of a longer run the oldest are dropped, and all are counted.
pub const MOST_ROWS: usize = 100_000;

/// One attempt at one increment. Explicit has no attempts and no iterations: each of its rows is a converged first one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1; Explicit begins with 0 and passes over most.
    pub increment: u32,
    /// Attempt at that increment, from 1.
    pub attempt: u32,
    /// `false` where the row is marked `U`: the increment is tried again, smaller.
    pub converged: bool,
    /// Severe discontinuity iterations of the attempt; CalculiX has none.
    pub severe_iterations: u32,
    /// Equilibrium iterations of the attempt.
    pub iterations: u32,
    /// Analysis time since the run's beginning, unchanged by an attempt that failed; `None` in Riks rows, where it is
    /// blank.
    pub total_time: Option<f64>,
    /// Analysis time within the step, unchanged by an attempt that failed; 0 where none passes: in Riks rows and in
    /// eigenvalue steps.
    pub step_time: f64,
    /// Load proportionality factor: what a Riks row has instead of a time. It may fall and be negative.
    pub lpf: Option<f64>,
    /// Size tried: time, in Riks rows of the LPF, in Explicit the stable increment.
    pub increment_size: f64,
}

/// The last rows of a growing status file, and counts of all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    rows: Vec<Attempt>,
    dropped: usize,
    cutbacks: usize,
    steps: u32,
}

impl Table {
    pub(crate) fn push(&mut self, row: Attempt) {
        // half at a time: dropping one by one would move all the others each time
        if self.rows.len() == MOST_ROWS {
            self.rows.drain(..MOST_ROWS / 2);
            self.dropped += MOST_ROWS / 2;
        }
        self.cutbacks += usize::from(!row.converged);
        self.steps = self.steps.max(row.step);
        self.rows.push(row);
    }

    /// The rows kept, oldest first.
    pub fn rows(&self) -> &[Attempt] {
        &self.rows
    }

    /// How many came before the kept ones.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// All rows so far.
    pub fn count(&self) -> usize {
        self.dropped + self.rows.len()
    }

    /// Attempts that did not converge.
    pub fn cutbacks(&self) -> usize {
        self.cutbacks
    }

    /// The highest step met.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The newest row.
    pub fn last(&self) -> Option<&Attempt> {
        self.rows.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_its_last_rows_and_all_counts() {
        let mut table = Table::default();
        let row = Attempt {
            step: 1,
            increment: 0,
            attempt: 1,
            converged: true,
            severe_iterations: 0,
            iterations: 1,
            total_time: Some(0.0),
            step_time: 0.0,
            lpf: None,
            increment_size: 1.0,
        };
        for increment in 1..=250_000_u32 {
            table.push(Attempt { increment, converged: increment % 10 > 0, step: 1 + increment / 200_000, ..row });
        }
        assert_eq!((table.count(), table.cutbacks(), table.steps()), (250_000, 25_000, 2));
        assert!(table.rows().len() <= MOST_ROWS);
        assert_eq!(table.dropped() + 1, table.rows()[0].increment as usize);
        assert_eq!(table.last().map(|row| row.increment), Some(250_000));
    }
}
