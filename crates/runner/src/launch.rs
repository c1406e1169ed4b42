//! Start the solver at most once, and answer only when it no longer needs the caller.

use crate::folder::{ExitRecord, LaunchRecord, RunFolder, Work, fault, now, while_doing};
use crate::journal::{Journal, Word};
use crate::os::{self, Wrapper};
use domain::ExitStatus;
use domain::lifecycle::RunEnd;
use runner::protocol::{Fault, FaultKind, LaunchOutcome, LaunchRequest, Launched, MARK};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
#[cfg(windows)]
use std::time::{Duration, Instant};

/// Between two looks at the records of a wrapper that cannot speak, and how long they are waited for.
#[cfg(windows)]
const LOOK_AGAIN: Duration = Duration::from_millis(20);
#[cfg(windows)]
const HEARD_BY: Duration = Duration::from_secs(8);

pub fn launch(work: &Work, request: LaunchRequest) -> Result<Launched, Fault> {
    check(&request)?;
    // before the gate, so that nothing is lost: a run that ended with the connection would be none
    check_letting_go(work)?;
    let boot = os::boot();
    let outcome = pass_gate(work, &request, &boot)?;
    if outcome == LaunchOutcome::Launched {
        start_wrapper(work, &request)?;
    }
    Ok(Launched { outcome, boot })
}

/// Whether what is started here can outlive the caller.
pub fn check_letting_go(work: &Work) -> Result<(), Fault> {
    match os::held_by(work.program()).map_err(while_doing("leaving the connection's processes"))? {
        None => Ok(()),
        Some(message) => Err(Fault { kind: FaultKind::Held, message }),
    }
}

/// A bare name or an absolute path.
pub fn is_program(text: &str) -> bool {
    let program = Path::new(text);
    !text.is_empty() && (program.is_absolute() || program.components().count() == 1)
}

fn check(request: &LaunchRequest) -> Result<(), Fault> {
    let bad = |message: &str| Err(Fault { kind: FaultKind::BadRequest, message: message.to_owned() });
    if !is_program(&request.program) {
        return bad("the program must be a bare name or an absolute path");
    }
    if request.env.iter().any(|(name, _)| name.is_empty() || name.contains('=') || name == MARK) {
        return bad("a variable's name is not one");
    }
    let texts = request.env.iter().flat_map(|(name, value)| [name, value]).chain(&request.args);
    if texts.chain([&request.program]).any(|text| text.contains('\0')) {
        return bad("a text holds a NUL");
    }
    Ok(())
}

/// Under the journal's lock: whoever gets `Launched` here is the only one ever.
fn pass_gate(work: &Work, request: &LaunchRequest, boot: &str) -> Result<LaunchOutcome, Fault> {
    let token = &request.token;
    let run = work.run(token);
    let mut journal = Journal::lock(work).map_err(while_doing("opening the journal"))?;
    let is_there = |path: PathBuf| path.try_exists().map_err(while_doing("looking at the gate"));
    let before = if is_there(run.started())? || journal.says(token, Word::Launched) {
        Some(LaunchOutcome::Already)
    } else if is_there(run.closed())? || journal.says(token, Word::Closed) {
        Some(LaunchOutcome::Closed)
    } else {
        None
    };
    if let Some(outcome) = before {
        journal.write(token, Word::Refused).map_err(while_doing("writing the journal"))?;
        return Ok(outcome);
    }
    if !run.is_there().map_err(while_doing("looking for the run's folder"))? {
        return Err(Fault { kind: FaultKind::NoFolder, message: "the run has no folder here".to_owned() });
    }
    let pass = || -> io::Result<()> {
        fs::create_dir_all(run.own())?;
        run.write_launch_record(&LaunchRecord { boot: boot.to_owned(), at: now(), request: request.clone() })?;
        run.keep_room()?;
        // anybody may still fail here without harm; from the next line on it counts as launched
        fs::create_dir(run.started())
    };
    pass().map_err(|error| fault(&error, "passing the gate"))?;
    journal.write(token, Word::Launched).map_err(|error| {
        // nothing was started, and nobody else can have passed meanwhile: the gate is open again, for a later launch.
        // Where the line stays in spite of all, it counts.
        if Journal::peek(work).is_ok_and(|journal| !journal.says(token, Word::Launched)) {
            drop(fs::remove_dir(run.started()));
        }
        fault(&error, "writing the journal")
    })?;
    Ok(LaunchOutcome::Launched)
}

fn start_wrapper(work: &Work, request: &LaunchRequest) -> Result<(), Fault> {
    let run = work.run(&request.token);
    let start = || {
        let log = OpenOptions::new().create(true).append(true).open(run.wrapper_log())?;
        os::let_go(work.program(), &request.token, run.root(), log)
    };
    let wrapper = match start() {
        Ok(wrapper) => wrapper,
        // the gate is passed, and nobody starts it any more: it was never begun, and may be again as another run
        Err(error) => {
            let end = RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true };
            // where this cannot be written it counts as lost, and what was wrong is told all the same
            let _ = run.write_exit_record(&ExitRecord { end, at: now() });
            return Err(while_doing("starting the wrapper")(error));
        }
    };
    if is_on_its_own(&run, wrapper).map_err(while_doing("starting the wrapper"))? {
        return Ok(());
    }
    Err(Fault { kind: FaultKind::System, message: "the wrapper ended before it had begun".to_owned() })
}

/// Waits until the wrapper has written down who it is, or how the run has ended; `false` where it has ended without a word.
fn is_on_its_own(run: &RunFolder, wrapper: Wrapper) -> io::Result<bool> {
    match wrapper {
        Wrapper::Speaks(said) => {
            let mut line = String::new();
            BufReader::new(said).read_line(&mut line)?;
            Ok(!line.is_empty() || run.exit_record()?.is_some())
        }
        #[cfg(windows)]
        Wrapper::Mute(process) => {
            let begun = Instant::now();
            loop {
                // before the look at its records: whoever has ended writes none after it
                let ended = match &process {
                    Some(process) => !process.is_alive()?,
                    None => false,
                };
                // what is not known in time is told by polls: it begins soon, or never (`wrap::LATEST`)
                if run.process_record()?.is_some() || run.exit_record()?.is_some() || begun.elapsed() > HEARD_BY {
                    return Ok(true);
                }
                if ended {
                    return Ok(false);
                }
                std::thread::sleep(LOOK_AGAIN);
            }
        }
    }
}
