//! A run of Abaqus/Explicit, played: nothing is computed, the files grow as they would.

use crate::Fail;
use crate::analysis::{Inside, Outcome};
use crate::console::Console;
use crate::model::Model;
use crate::report::put;
use std::fs::File;

const ROWS: u32 = 20;

/// Three digits and an exponent of two: `1.119E-05`.
fn e(value: f64) -> String {
    let written = format!("{value:.3E}");
    let (number, exponent) = written.split_once('E').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{number}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

pub fn run(job: &str, console: Console, model: &Model, inside: &mut Inside) -> Result<Outcome, Fail> {
    let mut sta = File::create(format!("{job}.sta"))?;
    let mut msg = File::create(format!("{job}.msg"))?;
    let mut write = |text: &[u8]| put(&mut sta, text, console.windows);
    let rule = "-".repeat(79);
    write(console.status_heading("Abaqus/Explicit 2023").trim_ascii_start())?;
    write(
        format!(
            "{rule}\n MODEL INFORMATION (IN GLOBAL X-Y COORDINATES)\n{rule}\n\n   Total mass in model = 78.000\n\n\
             {rule}\n STABLE TIME INCREMENT INFORMATION\n{rule}\n\n   Initial time increment = 4.28601E-06\n\n"
        )
        .as_bytes(),
    )?;
    put(&mut msg, b" STEP 1  ORIGIN 0.0000\n", console.windows)?;
    inside.flood(|line| put(&mut msg, line.as_bytes(), console.windows))?;
    let mut origin = 0.0;
    for (at, period) in model.periods().into_iter().enumerate() {
        let period = period.unwrap_or(1.0);
        write(
            format!(
                "{rule}\n SOLUTION PROGRESS\n{rule}\n\n STEP {}  ORIGIN {origin:.4}\n\n\
                 \x20 Total memory used for step {} is approximately 6.8 megabytes.\n\
                 \x20 Global time estimation algorithm will be used.\n\
                 \x20             STEP     TOTAL      WALL      STABLE    CRITICAL    KINETIC      TOTAL\n\
                 INCREMENT     TIME      TIME      TIME   INCREMENT     ELEMENT     ENERGY     ENERGY\n",
                at + 1,
                at + 1
            )
            .as_bytes(),
        )?;
        for row in 0..=ROWS {
            let time = period * f64::from(row) / f64::from(ROWS);
            write(
                format!(
                    "{:>9} {:>10}{:>10}  00:00:00 {} {:>11}  {}  {}\n",
                    row * 100,
                    e(time),
                    e(origin + time),
                    e(period / f64::from(ROWS) / 100.0),
                    1,
                    e(4.5e-5 * f64::from(row)),
                    e(-1.9e-6 * f64::from(row)),
                )
                .as_bytes(),
            )?;
            if let Some(outcome) = inside.pause(|_| {}).or_else(|| inside.after_row()) {
                if outcome != Outcome::Crashed {
                    write(b"\n  THE ANALYSIS HAS NOT BEEN COMPLETED\n\n")?;
                }
                return Ok(outcome);
            }
        }
        origin += period;
    }
    write(
        format!(
            "\n{rule}\n  EXPLICIT EXECUTABLE TIME SUMMARY\n{rule}\n\n  THE ANALYSIS HAS COMPLETED SUCCESSFULLY\n\n"
        )
        .as_bytes(),
    )?;
    Ok(Outcome::Completed)
}
