//! The way out for administrators where sshd's job lets nothing go: Windows' own management service starts the process, as
//! a child of its own. (Ansible goes it too where it may not leave the job.)

use super::process::{self, Started};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, DETACHED_PROCESS,
};
use wmi::{WMIConnection, WMIError};

/// A service that does not answer is not waited for any longer: whoever polls waits with a trial, and a launch has to tell
/// what became of it while its wrapper may still begin.
const TRIAL: Duration = Duration::from_secs(5);
const START: Duration = Duration::from_secs(10);

/// The class whose method is called; its name is what counts.
#[derive(Deserialize)]
#[allow(non_camel_case_types)]
struct Win32_Process;

#[derive(Serialize)]
#[allow(non_camel_case_types, non_snake_case)]
struct Win32_ProcessStartup {
    CreateFlags: u32,
}

#[derive(Serialize)]
#[allow(non_snake_case)]
struct Create {
    CommandLine: String,
    CurrentDirectory: String,
    ProcessStartupInformation: Win32_ProcessStartup,
}

#[derive(Deserialize)]
#[allow(non_snake_case)]
struct Created {
    ReturnValue: u32,
    // absent where nothing was started
    ProcessId: Option<u32>,
}

/// Starts a program outside of the job that this process is in. It has no console, and none of our handles; its variables
/// are those of the account, not ours.
///
/// `None`: the service was asked and has not said what became of it.
///
/// # Errors
/// Nothing was started, and nothing will be.
pub fn start(program: &Path, args: &[&str], folder: &Path) -> io::Result<Option<Started>> {
    let request = request(program, args, folder, DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP)?;
    let asked = Arc::new(Asked::default());
    let (ours, (answer, answered)) = (Arc::clone(&asked), mpsc::sync_channel(1));
    std::thread::Builder::new().spawn(move || {
        let started = connect().map_err(Failed::Refused).and_then(|service| {
            // whoever waited may have given up meanwhile: then it is not called any more
            if ours.begin() { call(&service, &request) } else { Err(Failed::Refused(late())) }
        });
        // nobody may listen any more
        let _ = answer.send(started);
    })?;
    match answered.recv_timeout(START) {
        Ok(Ok(pid)) => Ok(Started::of(pid).ok()),
        Ok(Err(Failed::Refused(error))) => Err(error),
        Ok(Err(Failed::Lost(_))) => Ok(None),
        Err(_) if asked.give_up() => Err(late()),
        Err(_) => Ok(None),
    }
}

/// Whether this account may, and whether what is started so is in no job: the service has one too, with limits for what it
/// does itself. A process is started, and ended before it has begun.
pub fn may_start(program: &Path) -> io::Result<bool> {
    let folder = program.parent().unwrap_or(program);
    // where it begins in spite of all it ends by itself: no run has that name
    let request = request(program, &["wrap", "-"], folder, DETACHED_PROCESS | CREATE_SUSPENDED)?;
    // a service that hangs would have one more of us at each try
    let Some(turn) = Turn::take() else { return Err(late()) };
    let asked = Arc::new(Asked::default());
    let (ours, (answer, answered)) = (Arc::clone(&asked), mpsc::sync_channel(1));
    std::thread::Builder::new().spawn(move || {
        let _turn = turn;
        let tried = connect().and_then(|service| {
            if !ours.begin() {
                return Err(late());
            }
            match call(&service, &request) {
                Ok(pid) => Started::of(pid)?.unbegun().is_free(),
                Err(Failed::Refused(error) | Failed::Lost(error)) => Err(error),
            }
        });
        // an answer that comes too late has left nothing behind all the same
        let _ = answer.send(tried);
    })?;
    answered.recv_timeout(TRIAL).unwrap_or_else(|_| {
        asked.give_up();
        Err(late())
    })
}

/// Held by the one trial there may be at a time.
struct Turn;

static TAKEN: AtomicBool = AtomicBool::new(false);

impl Turn {
    fn take() -> Option<Turn> {
        (!TAKEN.swap(true, Ordering::SeqCst)).then_some(Turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::SeqCst);
    }
}

fn late() -> io::Error {
    io::Error::other("WMI does not answer")
}

/// Between whoever calls the service and whoever waits for it: either the call is made, or it never is.
#[derive(Default)]
struct Asked(AtomicU8);

impl Asked {
    const WAITING: u8 = 0;
    const CALLED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    /// `false`: nobody waits for it.
    fn begin(&self) -> bool {
        self.turn(Asked::CALLED)
    }

    /// `false`: it is too late for that.
    fn give_up(&self) -> bool {
        self.turn(Asked::GIVEN_UP)
    }

    fn turn(&self, to: u8) -> bool {
        self.0.compare_exchange(Asked::WAITING, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

fn request(program: &Path, args: &[&str], folder: &Path, flags: u32) -> io::Result<Create> {
    let text =
        |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| io::Error::other("a path that is no Unicode"));
    Ok(Create {
        CommandLine: process::line(&text(program)?, args),
        CurrentDirectory: text(folder)?,
        ProcessStartupInformation: Win32_ProcessStartup { CreateFlags: CREATE_BREAKAWAY_FROM_JOB | flags },
    })
}

fn connect() -> io::Result<WMIConnection> {
    WMIConnection::new().map_err(said)
}

fn said(error: WMIError) -> io::Error {
    io::Error::other(format!("WMI: {error}"))
}

/// Why a call has started nothing that is known of.
enum Failed {
    /// It says that nothing was started.
    Refused(io::Error),
    /// It broke: something may have been started.
    Lost(io::Error),
}

/// The number of what was started.
fn call(service: &WMIConnection, request: &Create) -> Result<u32, Failed> {
    match service.exec_class_method::<Win32_Process, Created>("Create", request) {
        Ok(Created { ReturnValue: 0, ProcessId: Some(pid) }) => Ok(pid),
        Ok(Created { ReturnValue: 0, .. }) => Err(Failed::Lost(io::Error::other("WMI: a process without a number"))),
        // 2: access denied, 3: insufficient privilege, 8: unknown failure, 9: path not found, 21: invalid parameter
        Ok(Created { ReturnValue, .. }) => {
            Err(Failed::Refused(io::Error::other(format!("WMI: Win32_Process.Create says {ReturnValue}"))))
        }
        Err(error) => Err(Failed::Lost(said(error))),
    }
}
