//! CalculiX computes, and what it tells are the rows of the run.

use crate::analysis::{Inside, Outcome};
use crate::model::Model;
use crate::options::Options;
use crate::report::{Attempt, Iteration, Report};
use crate::settings::Settings;
use crate::system::Word;
use crate::{Fail, GUARDED};
use rustix::process::{Pid, Signal};
use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// How it ended, and why where it failed.
pub fn run(
    settings: &Settings,
    options: &Options,
    scratch: &Path,
    model: &Model,
    report: &mut Report,
    inside: &mut Inside,
) -> Result<(Outcome, Option<String>), Fail> {
    let mut ccx = Ccx::start(settings, options, scratch)?;
    let outcome = follow(&mut ccx, model, scratch, report, inside, &options.job);
    ccx.end();
    let outcome = outcome?;
    Ok((outcome, (outcome == Outcome::Failed).then(|| reason(scratch, &options.job))))
}

/// In place of this program: CalculiX, which the system ends when its parent has ended.
pub fn become_guarded(command: &[String]) -> Fail {
    let Some((program, arguments)) = command.split_first() else { return Fail::said("stand-in: no command") };
    match rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
        Ok(()) => Fail::from(Command::new(program).args(arguments).exec()),
        Err(error) => Fail::said(error.to_string()),
    }
}

struct Ccx(Child);

impl Ccx {
    fn start(settings: &Settings, options: &Options, scratch: &Path) -> Result<Ccx, Fail> {
        let console = File::create(scratch.join("console"))?;
        let child = Command::new(std::env::current_exe()?)
            .args([GUARDED, &settings.ccx, "-i", &options.job])
            .env("OMP_NUM_THREADS", options.cpus.to_string())
            .current_dir(scratch)
            .stdin(Stdio::null())
            .stdout(console.try_clone()?)
            .stderr(console)
            .spawn()?;
        Ok(Ccx(child))
    }

    /// What its end is told by is its end itself.
    fn tell(&self, word: Word) {
        let signal = match word {
            Word::Suspend => Signal::STOP,
            Word::Resume => Signal::CONT,
            Word::End => return,
        };
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn follow(
    ccx: &mut Ccx,
    model: &Model,
    scratch: &Path,
    report: &mut Report,
    inside: &mut Inside,
    job: &str,
) -> Result<Outcome, Fail> {
    let periods = model.periods();
    let period = |step: usize| periods.get(step.saturating_sub(1 + model.steps_before)).copied().flatten();
    let mut shown = 0;
    let mut last: Option<Attempt> = None;
    loop {
        // in this order: rows that were written before the end are seen
        let ended = ccx.0.try_wait()?;
        let rows = attempts(&fs::read(scratch.join(format!("{job}.sta"))).unwrap_or_default());
        let details = iterations(&fs::read(scratch.join(format!("{job}.cvg"))).unwrap_or_default());
        for row in rows.iter().skip(shown) {
            shown += 1;
            if row.step <= model.steps_before {
                continue;
            }
            last = Some(*row);
            report.starts(row, period(row.step))?;
            if let Some(outcome) = inside.pause(|word| ccx.tell(word)) {
                return Ok(outcome);
            }
            let key = (row.step, row.increment, row.attempt);
            report.ends(row, period(row.step), details.get(&key).map_or(&[], Vec::as_slice))?;
            if let Some(outcome) = inside.after_row() {
                return Ok(outcome);
            }
        }
        if let Some(status) = ended {
            let said = fs::read_to_string(scratch.join("console")).unwrap_or_default();
            if !status.success() || !said.contains("Job finished") {
                return Ok(Outcome::Failed);
            }
            return linear(model, last, report, inside, ccx);
        }
        if let Some(outcome) = inside.turn(|word| ccx.tell(word)) {
            return Ok(outcome);
        }
    }
}

/// CalculiX writes no rows for steps that need no increments: they get the one that Abaqus writes.
fn linear(
    model: &Model,
    last: Option<Attempt>,
    report: &mut Report,
    inside: &mut Inside,
    ccx: &Ccx,
) -> Result<Outcome, Fail> {
    let mut total = last.map_or(0.0, |row| row.total);
    let seen = last.map_or(model.steps_before, |row| row.step);
    for (at, period) in model.periods().iter().enumerate() {
        let step = at + 1 + model.steps_before;
        if step <= seen {
            continue;
        }
        total += period.unwrap_or(0.0);
        let iterations = u32::from(period.is_some());
        let time = period.unwrap_or(1e-36);
        let row = Attempt { step, increment: 1, attempt: 1, diverged: false, iterations, total, time, size: time };
        report.starts(&row, *period)?;
        if let Some(outcome) = inside.pause(|word| ccx.tell(word)) {
            return Ok(outcome);
        }
        report.ends(&row, *period, &[(0.0, 0.0)])?;
        if let Some(outcome) = inside.after_row() {
            return Ok(outcome);
        }
    }
    Ok(Outcome::Completed)
}

/// Whole rows of CalculiX' `.sta`.
fn attempts(bytes: &[u8]) -> Vec<Attempt> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [step, increment, attempt, iterations, total, time, size] = fields.as_slice() else { return None };
        Some(Attempt {
            step: step.parse().ok()?,
            increment: increment.parse().ok()?,
            attempt: attempt.trim_end_matches('U').parse().ok()?,
            diverged: attempt.ends_with('U'),
            iterations: iterations.parse().ok()?,
            total: total.parse().ok()?,
            time: time.parse().ok()?,
            size: size.parse().ok()?,
        })
    };
    text.lines().filter_map(row).collect()
}

fn iterations(bytes: &[u8]) -> HashMap<(usize, u32, u32), Vec<Iteration>> {
    let mut found: HashMap<_, Vec<Iteration>> = HashMap::new();
    for line in String::from_utf8_lossy(bytes).lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [step, increment, attempt, _, _, residual, correction, ..] = fields.as_slice()
            && let (Ok(step), Ok(increment), Ok(attempt)) = (step.parse(), increment.parse(), attempt.parse())
        {
            let numbers = (residual.parse().unwrap_or(0.0), correction.parse().unwrap_or(0.0));
            found.entry((step, increment, attempt)).or_default().push(numbers);
        }
    }
    found
}

/// Why CalculiX ended early, as Abaqus would put it.
fn reason(scratch: &Path, job: &str) -> String {
    let said = fs::read(scratch.join("console")).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    // the rest of the sentence is on the next line
    let mut lines = said.lines().map(str::trim).skip_while(|line| !line.starts_with("*ERROR"));
    let first = lines.next().unwrap_or_default().trim_start_matches("*ERROR").trim_start_matches([':', ' ']);
    let first = format!("{first} {}", lines.next().unwrap_or_default());
    let rows = attempts(&fs::read(scratch.join(format!("{job}.sta"))).unwrap_or_default());
    if said.contains("smaller than minimum") {
        "TIME INCREMENT REQUIRED IS LESS THAN THE MINIMUM SPECIFIED".to_owned()
    } else if rows.last().is_some_and(|row| row.diverged) || said.contains("diverge") {
        "TOO MANY ATTEMPTS MADE FOR THIS INCREMENT".to_owned()
    } else {
        format!("CalculiX ended early: {}", first.trim())
    }
}
