//! End a run for ever: the gate first, so that a launch still under way is refused; then its processes, asked and then
//! forced; then a last look. Only what was seen gone is called gone.

use crate::folder::{ProcessRecord, RunFolder, Work, while_doing};
use crate::journal::{Journal, Word};
use crate::launch::is_program;
use crate::os::{self, Identity};
use domain::RunToken;
use runner::protocol::{Fault, Polite, StopRequest, Stopped};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// So long a forced process may take to go: one that hangs in the kernel never does.
const FORCED: Duration = Duration::from_secs(5);
/// So long the wrapper may take to write how it ended. One that cannot is ended too: whoever wants the run stopped is
/// told that it is, and its exit counts as unknown.
const RECORDED: Duration = Duration::from_secs(3);

pub fn stop(work: &Work, request: StopRequest) -> Result<Stopped, Fault> {
    let run = work.run(&request.token);
    close_gate(work, &run, &request.token)?;
    let token = &request.token;
    // who is not found because a record cannot be read is not gone
    let look = || members(&run, token).map_err(while_doing("looking for the run's processes"));
    let mut seen: HashSet<Identity> = HashSet::new();
    let mut forced: HashSet<Identity> = HashSet::new();

    let grace = Duration::from_millis(request.grace_ms);
    let until = Instant::now() + grace;
    if let Some(polite) = &request.polite {
        // where nothing else can be asked, the time is the solver's own
        ask_politely(&run, token, polite, if os::CAN_ASK { grace / 2 } else { grace });
    }
    loop {
        let alive = look()?;
        // each is asked once; those that were born since are asked too
        alive.iter().filter(|process| seen.insert(**process)).for_each(|process| os::ask_to_end(*process));
        if alive.is_empty() || !os::CAN_ASK || Instant::now() >= until {
            break;
        }
        std::thread::sleep(PAUSE);
    }

    let limit = Instant::now() + FORCED;
    let mut left = look()?;
    while !left.is_empty() && Instant::now() < limit {
        os::force_all_to_end(token);
        for process in &left {
            os::force_to_end(*process);
            forced.insert(*process);
        }
        std::thread::sleep(PAUSE);
        left = look()?;
    }

    let wrapper = wrapper(&run).map_err(while_doing("looking for the run's wrapper"))?;
    let limit = Instant::now() + RECORDED;
    // one of which nothing can be told now is taken for there
    while left.is_empty() && wrapper.is_some_and(|wrapper| os::is_alive(wrapper).unwrap_or(true)) {
        if Instant::now() >= limit {
            wrapper.into_iter().for_each(os::force_to_end);
        }
        if Instant::now() >= limit + FORCED {
            left.extend(wrapper);
        }
        std::thread::sleep(PAUSE);
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Stopped { asked: count(seen.difference(&forced).count()), forced: count(forced.len()), left: count(left.len()) })
}

/// Has the solver end in its own way, so that it writes what it has and gives its licence back. Nothing depends on it:
/// returns when the run is gone, when the asking failed, or when its time is over.
fn ask_politely(run: &RunFolder, token: &RunToken, polite: &Polite, time: Duration) {
    let until = Instant::now() + time;
    // a relative path would be looked for in the run's folder, among what people sent
    let is_gone = || members(run, token).is_ok_and(|left| left.is_empty());
    if !is_program(&polite.program) || is_gone() {
        return;
    }
    let Ok(mut asking) = start_asking(run, polite) else { return };
    let mut answered = false;
    while Instant::now() < until && !is_gone() {
        match asking.child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => {
                // it was waited for: its number may be somebody else's now
                answered = true;
                if !status.success() {
                    break;
                }
            }
            Err(_) => break,
        }
        std::thread::sleep(PAUSE);
    }
    if !answered {
        // its group: a launcher's children would go on without it
        asking.end();
    }
}

fn start_asking(run: &RunFolder, polite: &Polite) -> io::Result<os::Apart> {
    let log = fs::OpenOptions::new().create(true).append(true).open(run.wrapper_log())?;
    let mut command = os::command(&polite.program)?;
    command.args(&polite.args).current_dir(run.root());
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    os::Apart::start(&mut command)
}

fn close_gate(work: &Work, run: &RunFolder, token: &RunToken) -> Result<(), Fault> {
    let close = || -> io::Result<()> {
        let mut journal = Journal::lock(work)?;
        if !journal.says(token, Word::Closed)
            && let Err(error) = journal.write(token, Word::Closed)
            // its launch alone refuses every later one; and a run that fills the disk must be one that can be stopped
            && !journal.says(token, Word::Launched)
        {
            return Err(error);
        }
        // a run that has ended by itself keeps its end as it is
        if run.is_there()? && run.exit_record()?.is_none() {
            // what was never launched is kept from it by the journal's line alone
            run.close().or_else(|error| if journal.says(token, Word::Launched) { Err(error) } else { Ok(()) })?;
        }
        Ok(())
    };
    close().map_err(while_doing("closing the gate"))
}

/// The record of its processes, where they are of this start of the machine.
fn processes(run: &RunFolder) -> io::Result<Option<ProcessRecord>> {
    Ok(match run.process_record()? {
        Some(record) if os::is_of_this_boot(&record.boot, &os::boot())? => Some(record),
        _ => None,
    })
}

fn wrapper(run: &RunFolder) -> io::Result<Option<Identity>> {
    Ok(processes(run)?.map(|record| record.wrapper))
}

fn members(run: &RunFolder, token: &RunToken) -> io::Result<Vec<Identity>> {
    let record = processes(run)?;
    os::members(token, record.as_ref().map(|record| record.wrapper), record.and_then(|record| record.solver))
}

/// The wrapper or any other process of the run. A wrapper that has written the end down is given the moment it takes to go.
pub fn is_alive(run: &RunFolder, token: &RunToken) -> io::Result<bool> {
    let until = Instant::now() + RECORDED;
    loop {
        let is_alive =
            matches!(wrapper(run)?, Some(wrapper) if os::is_alive(wrapper)?) || !members(run, token)?.is_empty();
        if !is_alive || run.exit_record()?.is_none() || Instant::now() >= until {
            return Ok(is_alive);
        }
        std::thread::sleep(PAUSE);
    }
}
