//! The transitions. Everything that is not written here is [`Illegal`].

use super::{CancelWish, Effect, Illegal, Life, LifeEvent, LifeRules, Run, RunEnd, RunReport, RunStage};
use crate::verdict::{Cause, ExitStatus, Verdict};
use crate::{JobStatus, Seconds, Timestamp};

type Next = Result<(Life, Vec<Effect>), Illegal>;

/// The next life and what is to be done.
///
/// # Errors
/// [`Illegal`] when the event does not fit; the life is unchanged then.
pub fn step(life: &Life, event: &LifeEvent, now: Timestamp, rules: LifeRules) -> Next {
    let illegal = Err(Illegal { status: life.status });
    match life.status {
        JobStatus::Waiting | JobStatus::Held => in_queue(life, event),
        JobStatus::Starting | JobStatus::Running | JobStatus::Collecting => {
            let Some(run) = &life.run else { return illegal };
            match event {
                LifeEvent::CancelAsked { by } => {
                    let cancel = life.cancel.clone().or_else(|| Some(CancelWish { by: by.clone(), at: now }));
                    let next = Life { cancel, ..life.clone() };
                    let effects = resume(&next);
                    Ok((next, effects))
                }
                LifeEvent::Claimed { .. } | LifeEvent::HoldAsked | LifeEvent::ReleaseAsked => illegal,
                _ => match run.stage {
                    RunStage::Claimed => claimed(life, run, event, now, rules),
                    RunStage::LaunchSent => launch_sent(life, run, event, now),
                    RunStage::Withdrawn | RunStage::Closed => given_up(life, run, event, now, rules),
                    RunStage::Alive => alive(life, run, event, now),
                    RunStage::Ended => run_ended(life, run, event),
                },
            }
        }
        JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Missing => illegal,
    }
}

/// What is to be done for a job that was found in this state at the server's start: the same as `step` asked last.
/// Where nothing is, the next poll tells.
pub fn resume(life: &Life) -> Vec<Effect> {
    let cancelled = life.cancel.is_some();
    match life.stage() {
        _ if !life.status.is_active() => vec![],
        None | Some(RunStage::Closed) => vec![],
        Some(RunStage::Ended) => vec![Effect::Collect],
        Some(RunStage::Withdrawn) => vec![Effect::Stop],
        Some(_) if cancelled => vec![Effect::Stop],
        Some(RunStage::Claimed) => vec![Effect::Stage],
        // sent or not, arrived or not: only the node knows, and is asked before anything is sent again
        Some(RunStage::LaunchSent | RunStage::Alive) => vec![],
    }
}

fn in_queue(life: &Life, event: &LifeEvent) -> Next {
    let become_ = |status| Ok((Life { status, ..life.clone() }, vec![]));
    match (life.status, event) {
        (JobStatus::Waiting, LifeEvent::Claimed { node, token }) => {
            let run = Run {
                token: token.clone(),
                node: node.clone(),
                stage: RunStage::Claimed,
                boot: None,
                launched_at: None,
                end: None,
            };
            let next = Life { status: JobStatus::Starting, not_before: None, run: Some(run), ..life.clone() };
            Ok((next, vec![Effect::Stage]))
        }
        (JobStatus::Waiting, LifeEvent::HoldAsked) => become_(JobStatus::Held),
        (JobStatus::Held, LifeEvent::ReleaseAsked) => become_(JobStatus::Waiting),
        (_, LifeEvent::CancelAsked { .. }) => Ok((ended(life, never_ran(Cause::Cancelled)), vec![])),
        _ => Err(Illegal { status: life.status }),
    }
}

/// The launch has certainly not been sent, so nothing can be running, unless the database is older than the node
/// (restored from a backup): then what the node says wins.
fn claimed(life: &Life, run: &Run, event: &LifeEvent, now: Timestamp, rules: LifeRules) -> Next {
    match event {
        // the gate is being closed already; what was staged stays unused
        LifeEvent::Staged if life.cancel.is_some() => keep(life, vec![Effect::Stop]),
        LifeEvent::Staged => {
            let run = Run { stage: RunStage::LaunchSent, ..run.clone() };
            Ok((Life { run: Some(run), ..life.clone() }, vec![Effect::Launch]))
        }
        LifeEvent::StageFault | LifeEvent::Stopped => back_to_queue(life, now, rules),
        LifeEvent::Launched { boot } => lives(life, run, boot, now),
        LifeEvent::Report { boot, report } => match report {
            // no folder yet, or one without a launch: just what is expected while files are under way
            RunReport::NotStarted | RunReport::Ended(RunEnd::FolderGone) if life.cancel.is_none() => keep(life, vec![]),
            RunReport::NotStarted | RunReport::Ended(RunEnd::FolderGone) => keep(life, vec![Effect::Stop]),
            RunReport::Alive => lives(life, run, boot, now),
            RunReport::Ended(end) => collect(life, run, end.clone()),
        },
        _ => Err(Illegal { status: life.status }),
    }
}

/// A launch may be anywhere between here and there. There is no way back to the queue from here but through the
/// closed gate: a launch that is only late would make a second run.
fn launch_sent(life: &Life, run: &Run, event: &LifeEvent, now: Timestamp) -> Next {
    let stage = |stage| Life { run: Some(Run { stage, ..run.clone() }), ..life.clone() };
    match event {
        LifeEvent::Launched { boot } => lives(life, run, boot, now),
        LifeEvent::LaunchLost => keep(life, vec![]),
        LifeEvent::LaunchRefused if life.cancel.is_some() => keep(life, vec![Effect::Stop]),
        LifeEvent::LaunchRefused => Ok((stage(RunStage::Withdrawn), vec![Effect::Stop])),
        LifeEvent::Stopped => Ok((stage(RunStage::Closed), vec![])),
        LifeEvent::Report { boot, report } => match report {
            RunReport::NotStarted if life.cancel.is_some() => keep(life, vec![Effect::Stop]),
            // the gate lets only the first of several launches through
            RunReport::NotStarted => keep(life, vec![Effect::Launch]),
            RunReport::Alive => lives(life, run, boot, now),
            // a folder that is gone says nothing about whether a solver ran in it: never tried again, always Missing
            RunReport::Ended(end) => collect(life, run, end.clone()),
        },
        _ => Err(Illegal { status: life.status }),
    }
}

/// Withdrawn or Closed: the run will be no more, but it may have been.
fn given_up(life: &Life, run: &Run, event: &LifeEvent, now: Timestamp, rules: LifeRules) -> Next {
    let closed = run.stage == RunStage::Closed;
    match event {
        LifeEvent::Stopped => {
            let run = Run { stage: RunStage::Closed, ..run.clone() };
            Ok((Life { run: Some(run), ..life.clone() }, vec![]))
        }
        LifeEvent::LaunchLost | LifeEvent::LaunchRefused | LifeEvent::Launched { .. } => keep(life, resume(life)),
        LifeEvent::Report { report, .. } => match report {
            RunReport::NotStarted if closed => back_to_queue(life, now, rules),
            RunReport::NotStarted | RunReport::Alive => keep(life, vec![Effect::Stop]),
            // a launch came through after all, and our own closing of the gate ended it: it is dead and cannot be
            // started again, and nobody wanted it ended. With exit code 0 it may have completed before it felt it.
            RunReport::Ended(RunEnd::Exited { stopped: true, exit })
                if life.cancel.is_none() && *exit != ExitStatus::Code(0) =>
            {
                back_to_queue(life, now, rules)
            }
            RunReport::Ended(end) => collect(life, run, end.clone()),
        },
        _ => Err(Illegal { status: life.status }),
    }
}

fn alive(life: &Life, run: &Run, event: &LifeEvent, now: Timestamp) -> Next {
    let outstanding = resume(life);
    match event {
        LifeEvent::Launched { boot } => lives(life, run, boot, now),
        LifeEvent::LaunchLost | LifeEvent::LaunchRefused => keep(life, outstanding),
        LifeEvent::Stopped if life.cancel.is_some() => {
            collect(life, run, RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true })
        }
        LifeEvent::Stopped => collect(life, run, RunEnd::ProcessGone),
        LifeEvent::Report { boot, report } => match report {
            RunReport::Alive => lives(life, run, boot, now),
            // it was alive, and the restarted node remembers nothing of it, or only that it began: whatever ran before
            // cannot run any more
            RunReport::NotStarted | RunReport::Ended(RunEnd::ProcessGone)
                if run.boot.as_ref().is_some_and(|known| known != boot) =>
            {
                collect(life, run, RunEnd::Rebooted)
            }
            RunReport::NotStarted => keep(life, outstanding),
            RunReport::Ended(end) => collect(life, run, end.clone()),
        },
        _ => Err(Illegal { status: life.status }),
    }
}

/// Nothing brings a job back from here: a report may only tell better how the run ended.
fn run_ended(life: &Life, run: &Run, event: &LifeEvent) -> Next {
    match event {
        LifeEvent::Collected { verdict } => Ok((ended(life, verdict.clone()), vec![])),
        LifeEvent::Report { report: RunReport::Ended(end), .. } if knows_more(end, run.end.as_ref()) => {
            collect(life, run, end.clone())
        }
        LifeEvent::Report { .. } => keep(life, vec![Effect::Collect]),
        LifeEvent::Launched { .. } | LifeEvent::LaunchLost | LifeEvent::LaunchRefused | LifeEvent::Stopped => {
            keep(life, vec![])
        }
        _ => Err(Illegal { status: life.status }),
    }
}

/// An exit that was seen is better than one that was not; everything else stays as first told.
fn knows_more(new: &RunEnd, old: Option<&RunEnd>) -> bool {
    let seen = |end: &RunEnd| match end {
        RunEnd::Exited { exit, .. } => *exit != ExitStatus::Unknown,
        RunEnd::CannotStart { .. } => true,
        RunEnd::Rebooted | RunEnd::ProcessGone | RunEnd::FolderGone => false,
    };
    seen(new) && !old.is_some_and(seen)
}

fn keep(life: &Life, effects: Vec<Effect>) -> Next {
    Ok((life.clone(), effects))
}

fn lives(life: &Life, run: &Run, boot: &str, now: Timestamp) -> Next {
    let run = Run {
        stage: RunStage::Alive,
        boot: run.boot.clone().or_else(|| Some(boot.to_owned())),
        launched_at: run.launched_at.or(Some(now)),
        ..run.clone()
    };
    let next = Life { status: JobStatus::Running, run: Some(run), ..life.clone() };
    let effects = resume(&next);
    Ok((next, effects))
}

fn collect(life: &Life, run: &Run, end: RunEnd) -> Next {
    let run = Run { stage: RunStage::Ended, end: Some(end), ..run.clone() };
    Ok((Life { status: JobStatus::Collecting, run: Some(run), ..life.clone() }, vec![Effect::Collect]))
}

/// The run never was, and can never be.
fn back_to_queue(life: &Life, now: Timestamp, rules: LifeRules) -> Next {
    if life.cancel.is_some() {
        return Ok((ended(life, never_ran(Cause::Cancelled)), vec![]));
    }
    let tries = life.tries.saturating_add(1);
    if tries >= rules.max_tries {
        let failed = Life { tries, ..life.clone() };
        return Ok((ended(&failed, never_ran(Cause::Infrastructure { tries })), vec![]));
    }
    let doublings = 1_u64.checked_shl(tries - 1).unwrap_or(u64::MAX);
    let pause = Seconds(rules.first_pause.saturating_mul(doublings));
    let next = Life { status: JobStatus::Waiting, tries, not_before: Some(now.plus(pause)), run: None, ..life.clone() };
    Ok((next, vec![]))
}

fn ended(life: &Life, verdict: Verdict) -> Life {
    Life { status: verdict.status(), cancel: None, not_before: None, verdict: Some(verdict), ..life.clone() }
}

fn never_ran(cause: Cause) -> Verdict {
    Verdict { cause, evidence: None, exit: ExitStatus::Unknown, remarks: vec![] }
}
