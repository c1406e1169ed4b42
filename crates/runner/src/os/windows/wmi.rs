//! The way out for administrators where sshd's job lets nothing go: Windows' own management service starts the process, as
//! a child of its own. (Ansible goes it too where it may not leave the job.)

use super::process::{self, Started};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, DETACHED_PROCESS,
};

/// A service that does not answer is not waited for any longer: whoever polls waits with us.
const PATIENCE: Duration = Duration::from_secs(20);

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
pub fn start(program: &Path, args: &[&str], folder: &Path) -> io::Result<Started> {
    create(program, args, folder, DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP)
}

/// Whether this account may, and whether what is started so is in no job: the service has one too, with limits for what it
/// does itself. A process is started, and ended before it has begun.
pub fn may_start(program: &Path) -> io::Result<bool> {
    let folder = program.parent().unwrap_or(program);
    // where it begins in spite of all it ends by itself: no run has that name
    let process = create(program, &["wrap", "-"], folder, DETACHED_PROCESS | CREATE_SUSPENDED)?;
    process.unbegun().is_free()
}

/// On a thread of its own, because a call to the service has no time limit, and because of what COM keeps with a thread.
fn create(program: &Path, args: &[&str], folder: &Path, flags: u32) -> io::Result<Started> {
    let text =
        |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| io::Error::other("a path that is no Unicode"));
    let request = Create {
        CommandLine: process::line(&text(program)?, args),
        CurrentDirectory: text(folder)?,
        ProcessStartupInformation: Win32_ProcessStartup { CreateFlags: CREATE_BREAKAWAY_FROM_JOB | flags },
    };
    let (answer, answered) = mpsc::sync_channel(1);
    std::thread::Builder::new().spawn(move || answer.send(call(&request)))?;
    answered.recv_timeout(PATIENCE).map_err(|_| io::Error::other("WMI does not answer"))?
}

fn call(request: &Create) -> io::Result<Started> {
    let failed = |error: wmi::WMIError| io::Error::other(format!("WMI: {error}"));
    let service = wmi::WMIConnection::new().map_err(failed)?;
    let created: Created = service.exec_class_method::<Win32_Process, _>("Create", request).map_err(failed)?;
    match created {
        Created { ReturnValue: 0, ProcessId: Some(pid) } => Started::of(pid),
        // 2: access denied, 3: insufficient privilege, 8: unknown failure, 9: path not found, 21: invalid parameter
        Created { ReturnValue, .. } => Err(io::Error::other(format!("WMI: Win32_Process.Create says {ReturnValue}"))),
    }
}
