//! A run of Abaqus/Standard, played where there is no CalculiX: nothing is computed, the rows come as they would.

use crate::Fail;
use crate::analysis::{Inside, Outcome};
use crate::model::Model;
use crate::report::{Attempt, Report};

/// Increments of a step.
const INCREMENTS: u32 = 20;

/// How it ended, and why where it failed.
pub fn run(model: &Model, report: &mut Report, inside: &mut Inside) -> Result<(Outcome, Option<String>), Fail> {
    let mut before = 0.0;
    for (at, period) in model.periods().into_iter().enumerate() {
        let increments = if period.is_some() { INCREMENTS } else { 1 };
        // what advances no time is written with this
        let whole = period.unwrap_or(1e-36);
        let size = whole / f64::from(increments);
        for increment in 1..=increments {
            let time = size * f64::from(increment);
            let row = Attempt {
                step: at + 1 + model.steps_before,
                increment,
                attempt: 1,
                diverged: false,
                iterations: 2,
                total: before + period.map_or(0.0, |_| time),
                time,
                size,
            };
            report.starts(&row, period)?;
            if let Some(outcome) = inside.pause(|_| {}) {
                return Ok((outcome, None));
            }
            if increment > 1 && inside.diverges() {
                return Ok((Outcome::Failed, Some("TOO MANY ATTEMPTS MADE FOR THIS INCREMENT".to_owned())));
            }
            report.ends(&row, period, &[(1.0, 1.0), (0.1, 0.1)])?;
            if let Some(outcome) = inside.after_row() {
                return Ok((outcome, None));
            }
        }
        before += period.unwrap_or(0.0);
    }
    Ok((Outcome::Completed, None))
}
