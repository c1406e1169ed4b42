//! How far a run is: from the status file's rows, what the message file adds to them and the deck's steps, never from
//! the clock. The clock only says how fast the rows come.

use crate::abaqus::msg::{Increment, UnderWay};
use crate::attempt::{Attempt, Table};
use domain::progress::RecentIncrement;
use domain::{Progress, Settings, StepShape, Timestamp, Trouble, TroubleKind};

/// Rows shown in the small plot.
const RECENT: usize = 32;
/// Looks at the clock that are kept.
const MOST_STAMPS: usize = 256;
/// Increments this much above the smallest one allowed are near it.
const NEAR: f64 = 2.0;

/// From when on something is trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// So many cutbacks …
    pub cutbacks: u32,
    /// … within so many minutes.
    pub cutback_minutes: u32,
    /// The run's files have not grown for so many minutes.
    pub no_growth_minutes: u32,
}

impl From<&Settings> for Thresholds {
    fn from(settings: &Settings) -> Self {
        Thresholds {
            cutbacks: settings.trouble_cutbacks,
            cutback_minutes: settings.trouble_cutback_minutes,
            no_growth_minutes: settings.trouble_no_growth_minutes,
        }
    }
}

/// When rows were first seen, by the server's clock. Rows that were there at the first look have no known time: after
/// a restart of the server a night's rows arrive at once.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    first_look: Option<Timestamp>,
    old_rows: usize,
    /// Rows up to here were there at this time; growing.
    stamps: Vec<(usize, Timestamp)>,
    last_growth: Option<Timestamp>,
    /// When something grew that shows life but has no rows.
    last_life: Option<Timestamp>,
}

impl Watch {
    /// A look at the clock: so many rows are there, and other files of the run have grown since the last look or not.
    pub fn look(&mut self, rows: usize, other_growth: bool, now: Timestamp) {
        if self.first_look.is_none() {
            self.first_look = Some(now);
            self.old_rows = rows;
            if rows > 0 {
                self.last_growth = Some(now);
                self.stamps.push((rows, now));
            }
        } else if self.stamps.last().map_or(0, |(seen, _)| *seen) < rows {
            self.last_growth = Some(now);
            if self.stamps.len() == MOST_STAMPS {
                // every second look is enough for the past
                let mut keep = false;
                self.stamps.retain(|_| {
                    keep = !keep;
                    keep
                });
            }
            self.stamps.push((rows, now));
        }
        if other_growth {
            self.last_life = Some(now);
        }
    }

    /// When the row (from 0) was first seen, where that is known.
    fn seen(&self, row: usize) -> Option<Timestamp> {
        if row < self.old_rows {
            return None;
        }
        self.stamps.iter().find(|(rows, _)| *rows > row).map(|(_, at)| *at)
    }
}

/// What a message file knows beyond the status file. The rows there have three digits of a time, which is nothing in the
/// small increments of a long step, and none of them is of the increment that is being solved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Finer {
    /// The last increment that was solved.
    pub solved: Option<Increment>,
    /// The attempt that is being made.
    pub under_way: Option<UnderWay>,
}

impl Finer {
    /// Leaves out what the rows have gone past: the files are not read in the same moment.
    fn newer_than(self, attempts: &[Attempt]) -> Finer {
        let solved = attempts.iter().rev().find(|row| row.converged).map(|row| (row.step, row.increment));
        let tried = attempts.last().map(|row| (row.step, row.increment, row.attempt));
        Finer {
            solved: self.solved.filter(|last| Some((last.step, last.increment)) >= solved),
            under_way: self.under_way.filter(|now| Some((now.step, now.increment, now.attempt)) > tried),
        }
    }

    /// Moves what the rows say on to what is solved and under way here.
    fn refine(self, progress: &mut Progress, shapes: &[StepShape]) {
        if let Some(now) = self.under_way {
            if now.step > progress.step {
                progress.step_time = 0.0;
            }
            progress.step_name = shape_of(shapes, now.step).map(|shape| shape.name.clone()).unwrap_or_default();
            (progress.step, progress.increment, progress.attempt) = (now.step, now.increment, now.attempt);
            progress.iteration = now.iterations;
        }
        let Some(solved) = self.solved.filter(|solved| solved.step == progress.step) else {
            // a new step has begun: those before it are done
            if let Some(begun) = self.under_way.and_then(|now| share_at(shapes, now.step, 0.0)) {
                progress.share = Some(progress.share.map_or(begun, |share| share.max(begun)));
            }
            return;
        };
        progress.step_time = solved.step_time.unwrap_or(progress.step_time);
        progress.total_time = solved.total_time.unwrap_or(progress.total_time);
        // a fraction is of the step's time: Riks writes none, and what an eigenvalue step writes is no progress
        if let Some(fraction) = solved.fraction {
            progress.share = share_at(shapes, solved.step, fraction).or(progress.share);
        }
    }
}

/// The whole picture from the deck's steps, the rows so far and when they were seen, and what a message file adds.
pub fn of(
    shapes: &[StepShape],
    table: &Table,
    finer: Finer,
    watch: &Watch,
    now: Timestamp,
    thresholds: Thresholds,
) -> Progress {
    let attempts = table.rows();
    let steps = u32::try_from(shapes.len()).unwrap_or(u32::MAX);
    let mut progress = Progress { segments: segments(shapes), steps, ..Progress::default() };
    progress.last_growth = watch.last_growth;
    if let Some(last) = attempts.last() {
        let shape = shape_of(shapes, last.step);
        progress.share = share(shapes, attempts);
        progress.step_name = shape.map(|shape| shape.name.clone()).unwrap_or_default();
        progress.step = last.step;
        progress.increment = last.increment;
        progress.attempt = last.attempt;
        progress.cutbacks = u32::try_from(table.cutbacks()).unwrap_or(u32::MAX);
        progress.total_time = attempts.iter().rev().find_map(|attempt| attempt.total_time).unwrap_or(0.0);
        progress.step_time = step_time(attempts);
        progress.increment_size = last.increment_size;
        progress.recent = attempts[attempts.len().saturating_sub(RECENT)..]
            .iter()
            .map(|attempt| RecentIncrement { size: attempt.increment_size, converged: attempt.converged })
            .collect();
        progress.seconds_left = seconds_left(shapes, table, watch, now);
    } else if let Some(shape) = shapes.first() {
        progress.step_name = shape.name.clone();
    }
    finer.newer_than(attempts).refine(&mut progress, shapes);
    progress.trouble = trouble(shapes, table, watch, now, thresholds);
    progress
}

fn shape_of(shapes: &[StepShape], step: u32) -> Option<&StepShape> {
    shapes.get(usize::try_from(step).ok()?.checked_sub(1)?)
}

/// Periods where every step has one; else each step counts as one.
fn segments(shapes: &[StepShape]) -> Vec<f64> {
    let periods: Option<Vec<f64>> = shapes.iter().map(|shape| shape.period).collect();
    periods.unwrap_or_else(|| vec![1.0; shapes.len()])
}

/// Time within the last row's step: a failed attempt has advanced nothing.
fn step_time(attempts: &[Attempt]) -> f64 {
    let Some(last) = attempts.last() else { return 0.0 };
    let done = attempts.iter().rev().take_while(|attempt| attempt.step == last.step).find(|attempt| attempt.converged);
    done.map_or(0.0, |attempt| attempt.step_time)
}

fn share(shapes: &[StepShape], attempts: &[Attempt]) -> Option<f64> {
    let last = attempts.last()?;
    let period = shape_of(shapes, last.step)?.period.unwrap_or(1.0);
    share_at(shapes, last.step, step_time(attempts) / period)
}

/// The share when so much of a step is done, as far as its time tells.
fn share_at(shapes: &[StepShape], step: u32, within: f64) -> Option<f64> {
    let at = usize::try_from(step).ok()?.checked_sub(1)?;
    let weights = segments(shapes);
    let total: f64 = weights.iter().sum();
    let within = match shapes.get(at)?.period {
        Some(period) if period > 0.0 => within.clamp(0.0, 1.0),
        // steps that are done are known; how far this one is, is not
        _ if at > 0 => 0.0,
        _ => return None,
    };
    let before: f64 = weights[..at].iter().sum();
    let share = (before + within * weights[at]) / total;
    share.is_finite().then(|| share.clamp(0.0, 1.0))
}

/// From the share's growth over the last looks; `None` unless it is steady.
fn seconds_left(shapes: &[StepShape], table: &Table, watch: &Watch, now: Timestamp) -> Option<u64> {
    let attempts = table.rows();
    if attempts.iter().rev().take(5).any(|attempt| !attempt.converged) {
        return None;
    }
    let known = &watch.stamps[watch.stamps.len().saturating_sub(16)..];
    let point = |(rows, at): (usize, Timestamp)| {
        Some((share(shapes, attempts.get(..rows.checked_sub(table.dropped())?)?)?, at))
    };
    let (first, middle, last) = (known.first()?, known.get(known.len() / 2)?, known.last()?);
    let ((s0, t0), (s1, t1), (s2, t2)) = (point(*first)?, point(*middle)?, point(*last)?);
    if known.len() < 4 || t2.since(t0).0 < 5 {
        return None;
    }
    let rate = |grown: f64, from: Timestamp, to: Timestamp| grown / (to.since(from).0.max(1)) as f64;
    let (early, late) = (rate(s1 - s0, t0, t1), rate(s2 - s1, t1, t2));
    if early <= 0.0 || late <= 0.0 || !(0.5..=2.0).contains(&(late / early)) {
        return None;
    }
    let left = (1.0 - s2) / rate(s2 - s0, t0, t2) - now.since(t2).0 as f64;
    // `as` saturates; the value is finite because the rate is positive
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    left.is_finite().then(|| left.max(0.0).ceil() as u64)
}

fn trouble(
    shapes: &[StepShape],
    table: &Table,
    watch: &Watch,
    now: Timestamp,
    thresholds: Thresholds,
) -> Option<Trouble> {
    near_minimum(shapes, table, watch, now)
        .or_else(|| cutbacks(table, watch, now, thresholds))
        .or_else(|| no_growth(watch, now, thresholds))
}

fn near_minimum(shapes: &[StepShape], table: &Table, watch: &Watch, now: Timestamp) -> Option<Trouble> {
    let attempts = table.rows();
    let last = attempts.last()?;
    let min = shape_of(shapes, last.step)?.min_increment.filter(|min| *min > 0.0)?;
    let near = |attempt: &Attempt| attempt.step == last.step && attempt.increment_size <= NEAR * min;
    if !near(last) {
        return None;
    }
    // small from the start is the owner's wish, and the rest of a step may be small: only what cutbacks made counts
    let tail = attempts.iter().rev().take(10);
    if !tail.clone().any(|attempt| attempt.step == last.step && !attempt.converged) {
        return None;
    }
    let first = table.count() - attempts.iter().rev().take_while(|attempt| near(attempt)).count();
    let text = format!("increment {:.3e} is near the smallest allowed {min:.3e}", last.increment_size);
    Some(Trouble { kind: TroubleKind::NearMinimum, since: watch.seen(first).unwrap_or(now), text })
}

fn cutbacks(table: &Table, watch: &Watch, now: Timestamp, thresholds: Thresholds) -> Option<Trouble> {
    let minutes = thresholds.cutback_minutes;
    let recent: Vec<Timestamp> = table
        .rows()
        .iter()
        .enumerate()
        .rev()
        .map(|(at, attempt)| (table.dropped() + at, attempt))
        .take_while(|(row, _)| *row >= watch.old_rows)
        .filter(|(_, attempt)| !attempt.converged)
        .map_while(|(row, _)| watch.seen(row))
        .take_while(|at| now.since(*at).0 <= u64::from(minutes) * 60)
        .collect();
    let count = u32::try_from(recent.len()).unwrap_or(u32::MAX);
    if thresholds.cutbacks == 0 || count < thresholds.cutbacks {
        return None;
    }
    let text = format!("{count} cutbacks within {minutes} minutes");
    let since = recent.last().copied().unwrap_or(now);
    Some(Trouble { kind: TroubleKind::Cutbacks { count, minutes }, since, text })
}

fn no_growth(watch: &Watch, now: Timestamp, thresholds: Thresholds) -> Option<Trouble> {
    let since = [watch.last_growth, watch.last_life].into_iter().flatten().max().or(watch.first_look)?;
    let minutes = now.since(since).0 / 60;
    if thresholds.no_growth_minutes == 0 || minutes < u64::from(thresholds.no_growth_minutes) {
        return None;
    }
    let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
    let text = format!("nothing written for {minutes} minutes");
    Some(Trouble { kind: TroubleKind::NoGrowth { minutes }, since, text })
}
