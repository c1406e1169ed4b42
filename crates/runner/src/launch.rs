//! Start the solver at most once, and answer only when it no longer needs the caller.

use crate::folder::{LaunchRecord, Work, fault, now, while_doing};
use crate::journal::{Journal, Word};
use crate::os::{self, Wrapper};
use runner::protocol::{Fault, FaultKind, LaunchOutcome, LaunchRequest, Launched, MARK};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Between two looks at the records of a wrapper that cannot speak.
#[cfg(windows)]
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

pub fn launch(work: &Work, request: LaunchRequest) -> Result<Launched, Fault> {
    check(&request)?;
    // before the gate, so that nothing is lost: a run that ended with the connection would be none
    check_letting_go(work)?;
    let boot = os::boot();
    let outcome = pass_gate(work, &request, &boot)?;
    if outcome == LaunchOutcome::Launched {
        let told = start_wrapper(work, &request).map_err(while_doing("starting the wrapper"))?;
        let ended = || work.run(&request.token).exit_record().map_err(while_doing("reading how the run ended"));
        if !told && ended()?.is_none() {
            return Err(Fault { kind: FaultKind::System, message: "the wrapper ended before it had begun".to_owned() });
        }
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

/// Whether the wrapper has told that it is on its own and has written down who it is.
fn start_wrapper(work: &Work, request: &LaunchRequest) -> io::Result<bool> {
    let run = work.run(&request.token);
    let log = OpenOptions::new().create(true).append(true).open(run.wrapper_log())?;
    match os::let_go(work.program(), &request.token, run.root(), log)? {
        Wrapper::Speaks(said) => {
            let mut line = String::new();
            BufReader::new(said).read_line(&mut line)?;
            Ok(!line.is_empty())
        }
        #[cfg(windows)]
        Wrapper::Mute(process) => loop {
            // before the look at its records: whoever has ended writes none after it
            let ended = !process.is_alive()?;
            if run.process_record()?.is_some() || ended {
                return Ok(!ended);
            }
            std::thread::sleep(LOOK_AGAIN);
        },
    }
}
