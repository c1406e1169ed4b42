//! Windows: a job object holds a run's processes and ends them, creation times tell one process from the next.
//!
//! Nobody can be asked to end here: what can is the solver, by its own command. What a run has started is in the run's
//! job object, whose name anybody of this account can look it up by, and which ends all of it when its last handle is
//! closed. Only the wrapper keeps one.

mod access;
mod files;
mod job;
mod machine;
mod process;
mod program;
mod wmi;

pub use access::keep_folder_to_ourselves;
pub use files::{keep_room_behind, lock, patiently, rename};
pub use machine::{boot, disk, locale, memory};
pub use process::{Started, force_to_end, identity, is_alive};

use super::{Identity, Wrapper};
use domain::RunToken;
use job::Job;
use std::fs::File;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use windows_sys::Win32::System::SystemServices::{JOB_OBJECT_QUERY, JOB_OBJECT_TERMINATE};
use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED};

/// There is no signal that a program without a window could hear.
pub const CAN_ASK: bool = false;

/// No window on a desktop that somebody may look at, and no Ctrl-C of ours.
const UNSEEN: u32 = CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW;

/// Whether the program at this path is still there and may be started.
pub fn can_be_started(program: &Path) -> bool {
    program.is_file()
}

/// What our caller gave us is handed to nobody: a child with sshd's pipe would keep the channel open.
pub fn keep_to_ourselves() {
    process::keep_handles_to_ourselves();
}

/// The way in which what is started here outlives the caller: sshd keeps the processes of a connection in a job object and
/// ends them with it.
#[derive(Clone, Copy)]
enum WayOut {
    /// The job allows to leave it.
    Breakaway,
    /// Windows' management service starts it: for administrators.
    Wmi,
}

/// What was found out last. A "no" is asked again: whoever has mended the server need not wait for anybody's memory.
enum Tried {
    Found(WayOut),
    /// Why the management service does not, and since when that is known.
    Neither(String, Instant),
}

/// The management service notes in its log whom it has refused, and is slow; who was made an administrator may wait.
const ASKED_AGAIN: Duration = Duration::from_secs(60);

static TRIED: Mutex<Option<Tried>> = Mutex::new(None);

fn way_out(program: &Path) -> io::Result<Result<WayOut, String>> {
    // whoever panicked has left what was known before
    let mut tried = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(Tried::Found(way)) = *tried {
        return Ok(Ok(way));
    }
    if process::may_start_outside(program)? {
        *tried = Some(Tried::Found(WayOut::Breakaway));
        return Ok(Ok(WayOut::Breakaway));
    }
    if let Some(Tried::Neither(why, since)) = &*tried
        && since.elapsed() < ASKED_AGAIN
    {
        return Ok(Err(why.clone()));
    }
    let why = match wmi::may_start(program) {
        Ok(true) => {
            *tried = Some(Tried::Found(WayOut::Wmi));
            return Ok(Ok(WayOut::Wmi));
        }
        Ok(false) => "WMI: what it starts is in a job too".to_owned(),
        Err(error) => error.to_string(),
    };
    *tried = Some(Tried::Neither(why.clone(), Instant::now()));
    Ok(Err(why))
}

/// Why what is started here would end with its caller; `None` where it outlives it.
pub fn held_by(program: &Path) -> io::Result<Option<String>> {
    Ok(way_out(program)?.err().map(|why| {
        format!(
            "this SSH server ends all that was started over a connection with it (its job object has no \
             JOB_OBJECT_LIMIT_BREAKAWAY_OK, or lies in another that has none), and the way around it is closed: {why}"
        )
    }))
}

/// Starts this program's wrapper for a run outside of the caller's job. Its end is not awaited, because it lives on. After an
/// error nothing was started, and nothing will be.
pub fn let_go(program: &Path, token: &RunToken, folder: &Path, log: File) -> io::Result<Wrapper> {
    let started = match way_out(program)?.map_err(io::Error::other)? {
        WayOut::Breakaway => start_speaking(program, token, folder, &log),
        WayOut::Wmi => wmi::start(program, &["wrap", token.as_str()], folder).map(Wrapper::Mute),
    };
    if matches!(started, Err(_) | Ok(Wrapper::Mute(None))) {
        // the next launch finds out anew, before it has passed the gate
        *TRIED.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
    started
}

fn start_speaking(program: &Path, token: &RunToken, folder: &Path, log: &File) -> io::Result<Wrapper> {
    let (said, stdout) = io::pipe()?;
    process::start_outside(program, &["wrap", token.as_str()], folder, &stdout, log)?;
    Ok(Wrapper::Speaks(said))
}

/// The wrapper enters the run's own job, and all that it starts is born into it.
pub fn detach(token: &RunToken) -> io::Result<()> {
    let job = Job::create(Some(&job_name(token)))?;
    job.take_this_process()?;
    // the system closes it when this process ends, in whatever way, and that ends the rest
    job.keep_open();
    Ok(())
}

/// A command, its program found in `PATH` as a shell does.
pub fn command(program: &str) -> io::Result<Command> {
    let mut command = Command::new(program::find(program)?);
    command.creation_flags(UNSEEN);
    Ok(command)
}

/// Starts a run's solver, in a job within the run's own: that one could not be ended without the wrapper, which has to write
/// down how it ended.
pub fn start_solver(command: &mut Command, token: &RunToken) -> io::Result<Child> {
    let job = Job::create(Some(&solver_job_name(token)))?;
    // it can start nothing before it is in the job
    let mut child = command.creation_flags(UNSEEN | CREATE_SUSPENDED).spawn()?;
    let begun = job.take(&child).and_then(|()| process::resume(child.id()));
    if let Err(error) = begun {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    // as the run's own
    job.keep_open();
    Ok(child)
}

/// Ends all that the run's solver has started, at once: ended one by one, those that are left could go on starting others.
pub fn force_all_to_end(token: &RunToken) {
    // where it cannot be opened each is ended by itself
    if let Ok(Some(job)) = Job::open(&solver_job_name(token), JOB_OBJECT_TERMINATE) {
        job.end();
    }
}

/// A short command that can be ended with all that it has started.
pub struct Apart {
    pub child: Child,
    job: Job,
}

impl Apart {
    /// Starts what [`command`] has made.
    pub fn start(command: &mut Command) -> io::Result<Apart> {
        let job = Job::create(None)?;
        // it can start nothing before it is in the job
        let started = {
            let _alone = process::alone();
            command.creation_flags(UNSEEN | CREATE_SUSPENDED).spawn()
        };
        let child = started?;
        let mut apart = Apart { child, job };
        let begun = apart.job.take(&apart.child).and_then(|()| process::resume(apart.child.id()));
        if let Err(error) = begun {
            let _ = apart.child.kill();
            apart.end();
            return Err(error);
        }
        Ok(apart)
    }

    /// It and all that it has started.
    pub fn end(&mut self) {
        self.job.end();
        let _ = self.child.wait();
    }
}

/// There are no signals: a process that was ended by another has the code that was given to it.
pub fn ended(status: ExitStatus) -> domain::ExitStatus {
    status.code().map_or(domain::ExitStatus::Unknown, domain::ExitStatus::Code)
}

/// In every session alike: a wrapper may be asked about from another one than it was started in.
fn job_name(token: &RunToken) -> String {
    format!("Global\\ajm-run-{token}")
}

fn solver_job_name(token: &RunToken) -> String {
    format!("{}-solver", job_name(token))
}

/// The runs that have at least one living process.
pub struct Marked;

impl Marked {
    /// Each is looked up by its job's name when it is asked about.
    pub fn look() -> io::Result<Marked> {
        Ok(Marked)
    }

    /// Is this one of them?
    pub fn contains(&self, token: &RunToken) -> io::Result<bool> {
        Ok(!members(token, None, None)?.is_empty())
    }
}

/// Every living process of the run: in its job, or `known` to belong to it. Neither the wrapper itself nor this process
/// is counted.
pub fn members(token: &RunToken, wrapper: Option<Identity>, known: Option<Identity>) -> io::Result<Vec<Identity>> {
    let me = std::process::id();
    let living = |process: Option<Identity>| match process {
        Some(process) => Ok::<_, io::Error>(is_alive(process)?.then_some(process)),
        None => Ok(None),
    };
    let (wrapper, known) = (living(wrapper)?, living(known)?);
    let mut found = Vec::new();
    if let Some(job) = Job::open(&job_name(token), JOB_OBJECT_QUERY)? {
        for pid in job.processes()? {
            if pid != me && Some(pid) != wrapper.map(|wrapper| wrapper.pid) {
                found.extend(process::identity_of_member(pid)?);
            }
        }
    }
    found.extend(known.filter(|known| !found.contains(known)));
    Ok(found)
}

/// Not possible here ([`CAN_ASK`]).
pub fn ask_to_end(_: Identity) {}

/// As the system takes it: UTF-16 with its end.
fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt;
    text.as_ref().encode_wide().chain([0]).collect()
}

/// What a call says of itself: anything but 0 is success.
fn done(outcome: windows_sys::core::BOOL) -> io::Result<()> {
    if outcome == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
