//! What a launch leaves behind: a process on its own that starts the solver, waits, and writes how it ended.

use crate::folder::{ExitRecord, LaunchRecord, ProcessRecord, RunFolder, Work, now};
use crate::os;
use domain::lifecycle::RunEnd;
use domain::{ExitStatus, RunToken, Seconds};
use runner::protocol::{LaunchRequest, MARK};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::process::{Child, ExitCode, Stdio};
use std::time::Duration;

/// Whoever is there later than this after the launch may have been taken for one that never came (`poll::BIRTH`), and its
/// run been given up.
const LATEST: Seconds = Seconds(20);

/// Between two tries to write the end down: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub fn run(work: &Work, argument: &str) -> ExitCode {
    let Ok(token) = RunToken::parse(argument) else { return ExitCode::FAILURE };
    let run = work.run(&token);
    let record = match mine(&run) {
        Ok(Some(record)) => record,
        Ok(None) => return ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "what was launched cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    let end = match watch(&run, &record) {
        Ok(end) => end,
        Err(error) => RunEnd::CannotStart { reason: error.to_string() },
    };
    if record_end(&run, &ExitRecord { end, at: now() }) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What was launched; `None` for a launch that is not ours to make: only the holder of the gate starts a wrapper.
fn mine(run: &RunFolder) -> io::Result<Option<LaunchRecord>> {
    if !run.started().try_exists()? || run.process_record()?.is_some() || run.exit_record()?.is_some() {
        return Ok(None);
    }
    run.launch_record()
}

/// Nobody else has seen this end: a disk that is full is waited for, and until then the run counts as alive. `false`
/// only when the run's folder is gone and there is nothing left to write to.
fn record_end(run: &RunFolder, record: &ExitRecord) -> bool {
    let mut pause = FIRST_PAUSE;
    loop {
        let written = run.write_exit_record(record);
        // the launcher need not wait for the disk
        tell();
        let Err(error) = written else { return true };
        if pause == FIRST_PAUSE {
            let _ = writeln!(io::stderr(), "the end of the run could not be written yet: {error}");
        }
        if run.is_there().is_ok_and(|there| !there) {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// An error means that the solver was not started.
fn watch(run: &RunFolder, record: &LaunchRecord) -> io::Result<RunEnd> {
    let request = &record.request;
    os::detach(&request.token)?;
    let me = os::identity(std::process::id())?.ok_or(io::ErrorKind::NotFound)?;
    let boot = os::boot();
    run.write_process_record(&ProcessRecord { boot: boot.clone(), wrapper: me, solver: None })?;
    if run.closed().exists() {
        return Ok(RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true });
    }
    // only now, because from here on it is seen
    if now().since(record.at) > LATEST {
        return Err(io::Error::other("the machine was too slow to begin it in time"));
    }
    let mut solver = start(run, request)?;
    // it is found by its mark, too
    let known = os::identity(solver.id()).unwrap_or_default();
    if run.closed().exists() {
        // the stop may have looked for processes just before this one was there
        let members = os::members(&request.token, Some(me), known);
        members.unwrap_or_else(|_| known.into_iter().collect()).into_iter().for_each(os::force_to_end);
    }
    run.write_process_record(&ProcessRecord { boot, wrapper: me, solver: known }).unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "the solver's number could not be written: {error}");
    });
    tell();
    let exit = solver.wait().map_or(ExitStatus::Unknown, os::ended);
    // a launcher that ended may leave a solver that computes on: the run has ended when nothing of it is alive
    while os::members(&request.token, Some(me), None).map_or(true, |left| !left.is_empty()) {
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(RunEnd::Exited { exit, stopped: run.closed().exists() })
}

fn start(run: &RunFolder, request: &LaunchRequest) -> io::Result<Child> {
    let console = OpenOptions::new().create(true).append(true).open(run.console())?;
    let failed = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", request.program));
    let mut command = os::command(&request.program).map_err(failed)?;
    command
        .args(&request.args)
        .envs(request.env.iter().map(|(name, value)| (name, value)))
        .env(MARK, request.token.as_str())
        .current_dir(run.root())
        .stdin(Stdio::null())
        .stdout(console.try_clone()?)
        .stderr(console);
    os::start_solver(&mut command, &request.token).map_err(failed)
}

/// To the launcher, which waits for this line; nobody may be there any more.
fn tell() {
    let _ = io::stdout().write_all(b"on my own\n").and_then(|()| io::stdout().flush());
}
