//! One iteration of any solver, as the convergence plot takes it.

use crate::calculix::cvg;
use serde::{Deserialize, Serialize};

/// What was iterated for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IterationKind {
    /// Balance of forces.
    #[default]
    Equilibrium,
    /// Contact that opens and closes.
    SevereDiscontinuity,
}

/// How far a field is from convergence; `None` where the solver gave nothing to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Largest residual, percent of the average flux over time.
    pub residual: Option<f32>,
    /// Largest correction, percent of the largest increment.
    pub correction: Option<f32>,
}

/// One iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Iteration {
    /// Step, from 1.
    pub step: u32,
    /// Increment within the step, from 1.
    pub increment: u32,
    /// Attempt at that increment, from 1.
    pub attempt: u32,
    /// Iteration of that attempt, from 1, all kinds counted through.
    pub iteration: u32,
    /// What was iterated for.
    pub kind: IterationKind,
    /// Changes of contact in it, where the solver counts them.
    pub discontinuities: Option<u32>,
    /// Forces and displacements.
    pub force: Shares,
    /// Moments and rotations.
    pub moment: Shares,
    /// Heat flux and temperatures.
    pub heat: Shares,
    /// Any other field; the last one where there are more.
    pub other: Shares,
}

impl From<&cvg::Iteration> for Iteration {
    fn from(row: &cvg::Iteration) -> Self {
        // three digits are in the file
        #[allow(clippy::cast_possible_truncation)]
        let shares = |residual: f64, correction: f64| Shares {
            residual: Some(residual as f32),
            correction: Some(correction as f32),
        };
        Iteration {
            step: row.step,
            increment: row.increment,
            attempt: row.attempt,
            iteration: row.iteration,
            force: shares(row.residual_force, row.correction_disp),
            heat: shares(row.residual_flux, row.correction_temp),
            ..Iteration::default()
        }
    }
}
