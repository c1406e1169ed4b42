//! Processes: known by number and creation time, started outside of the caller's job, ended by a handle.

use super::job::{KILLED, size_of_u32};
use super::{Identity, done, wide};
use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, FILETIME, HANDLE, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE,
    SetHandleInformation, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Console::{GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::IsProcessInJob;
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, CreateProcessW, DETACHED_PROCESS,
    DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT, GetProcessTimes, InitializeProcThreadAttributeList,
    OpenProcess, OpenThread, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROCESS_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION,
    PROCESS_SYNCHRONIZE, PROCESS_TERMINATE, ResumeThread, STARTF_USESTDHANDLES, STARTUPINFOEXW, STARTUPINFOW,
    THREAD_SUSPEND_RESUME, TerminateProcess, UpdateProcThreadAttribute, WaitForSingleObject,
};

/// What it takes to know a process.
const KNOW: u32 = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;

fn open(pid: u32, rights: u32) -> io::Result<OwnedHandle> {
    // SAFETY: no memory is passed; the handle that comes back is ours alone.
    unsafe {
        let handle = OpenProcess(rights, 0, pid);
        if handle.is_null() { Err(io::Error::last_os_error()) } else { Ok(OwnedHandle::from_raw_handle(handle)) }
    }
}

/// When it was made, in units of 100 ns since 1601; `None` when it has ended: its number may be held by a handle still.
fn start(process: &OwnedHandle) -> io::Result<Option<u64>> {
    let mut times = [FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 }; 4];
    let [created, ended, kernel, user] = &mut times;
    // SAFETY: the handle is held, and four places for times live while the call lasts.
    done(unsafe { GetProcessTimes(process.as_raw_handle(), created, ended, kernel, user) })?;
    let created = (u64::from(created.dwHighDateTime) << 32) | u64::from(created.dwLowDateTime);
    // SAFETY: the handle is held and may be waited for; 0 only looks.
    let runs = unsafe { WaitForSingleObject(process.as_raw_handle(), 0) } == WAIT_TIMEOUT;
    Ok(runs.then_some(created))
}

/// The process with this number as it is now; `None` also where it is another account's.
pub fn identity(pid: u32) -> io::Result<Option<Identity>> {
    match open(pid, KNOW) {
        Ok(process) => Ok(start(&process)?.map(|start| Identity { pid, start })),
        Err(error) if is_error(&error, ERROR_INVALID_PARAMETER) || is_error(&error, ERROR_ACCESS_DENIED) => Ok(None),
        // for want of memory or the like: that says nothing of it
        Err(error) => Err(error),
    }
}

/// A number that no process has is a parameter that is wrong.
fn is_error(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

/// The same for one that is known to be in our job: what we may not open is there all the same.
pub fn identity_of_member(pid: u32) -> io::Result<Option<Identity>> {
    match open(pid, KNOW) {
        Ok(process) => Ok(start(&process)?.map(|start| Identity { pid, start })),
        Err(error) if is_error(&error, ERROR_ACCESS_DENIED) => Ok(Some(Identity { pid, start: 0 })),
        Err(error) if is_error(&error, ERROR_INVALID_PARAMETER) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Is it still that process, and does it run?
pub fn is_alive(process: Identity) -> io::Result<bool> {
    Ok(identity(process.pid)? == Some(process))
}

/// End it. Held by a handle, the number cannot pass to another process between the look and the end.
pub fn force_to_end(process: Identity) {
    let Ok(held) = open(process.pid, KNOW | PROCESS_TERMINATE) else { return };
    if start(&held).is_ok_and(|start| start == Some(process.start)) {
        // SAFETY: the handle is held and has the right. It may have ended just now; the caller looks again in any case.
        unsafe { TerminateProcess(held.as_raw_handle(), KILLED) };
    }
}

/// No child inherits what our caller gave us.
pub fn keep_handles_to_ourselves() {
    for which in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: no memory is passed. A handle that is not there is none that could be inherited.
        unsafe { SetHandleInformation(GetStdHandle(which), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// Lets a process that was started suspended begin.
pub fn resume(pid: u32) -> io::Result<()> {
    // SAFETY: no memory is passed; the handle that comes back is ours alone.
    let threads = unsafe {
        let handle = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        OwnedHandle::from_raw_handle(handle)
    };
    // SAFETY: all bits 0 is a value of this plain structure.
    let mut entry: THREADENTRY32 = unsafe { zeroed() };
    entry.dwSize = size_of_u32::<THREADENTRY32>();
    let mut resumed = Err(io::ErrorKind::NotFound.into());
    // SAFETY: the snapshot is held, and the entry says its own size.
    let mut more = unsafe { Thread32First(threads.as_raw_handle(), &raw mut entry) };
    while more != 0 {
        if entry.th32OwnerProcessID == pid {
            // SAFETY: no memory is passed; the handle that comes back is ours alone, and has the right that is used.
            let count = unsafe {
                let handle = OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID);
                if handle.is_null() {
                    return Err(io::Error::last_os_error());
                }
                ResumeThread(OwnedHandle::from_raw_handle(handle).as_raw_handle())
            };
            if count == u32::MAX {
                return Err(io::Error::last_os_error());
            }
            resumed = Ok(());
        }
        // SAFETY: as before.
        more = unsafe { Thread32Next(threads.as_raw_handle(), &raw mut entry) };
    }
    resumed
}

/// Starts a program outside of the job that this process is in, without a console. Of our handles it gets `stdout` and
/// `stderr` and nothing else: what else is open here, sshd's pipes above all, must close when we end. The arguments are
/// words that need no quotes.
pub fn start_outside(
    program: &Path,
    args: &[&str],
    folder: &Path,
    stdout: &io::PipeWriter,
    stderr: &File,
) -> io::Result<()> {
    let mut handles: [HANDLE; 2] = [stdout.as_raw_handle(), stderr.as_raw_handle()];
    let _alone = alone();
    let _lent = handles.map(Lent::of);
    let list = HandleList::of(&mut handles)?;
    // SAFETY: all bits 0 is a value of this plain structure.
    let mut info: STARTUPINFOEXW = unsafe { zeroed() };
    info.StartupInfo.cb = size_of_u32::<STARTUPINFOEXW>();
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdOutput = stdout.as_raw_handle();
    info.StartupInfo.hStdError = stderr.as_raw_handle();
    info.lpAttributeList = list.room.as_ptr().cast_mut().cast();
    let flags = CREATE_BREAKAWAY_FROM_JOB | DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT;
    // SAFETY: the list, what it points to and the handles live until the call returns, and the structure says its size.
    unsafe { create(program, args, Some(folder), (&raw const info).cast(), Inherit::OfTheList, flags) }.map(drop)
}

/// Held while something is started. The standard library lets a child inherit whatever may be inherited at that moment, so
/// a wrapper's pipe that is lent to it would go to another thread's child as well, and a launch would wait for its end.
pub fn alone() -> MutexGuard<'static, ()> {
    static STARTING: Mutex<()> = Mutex::new(());
    // it guards no value
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle that may be inherited for as long as this lives. Where that fails, so does the start.
struct Lent(HANDLE);

impl Lent {
    fn of(handle: HANDLE) -> Lent {
        // SAFETY: no memory is passed.
        unsafe { SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) };
        Lent(handle)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: no memory is passed; its owner holds it longer than this lives.
        unsafe { SetHandleInformation(self.0, HANDLE_FLAG_INHERIT, 0) };
    }
}

/// A process that was started, held by a handle: its number is nobody else's as long as this lives.
pub struct Started(OwnedHandle);

impl Started {
    /// One that somebody has just started for us.
    ///
    /// # Errors
    /// It has ended already, or may not be looked at.
    pub fn of(pid: u32) -> io::Result<Started> {
        open(pid, KNOW | PROCESS_TERMINATE).map(Started)
    }

    /// It was started suspended, and is to stay so.
    pub fn unbegun(self) -> Unbegun {
        Unbegun(self.0)
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> io::Result<bool> {
        Ok(start(&self.0)?.is_some())
    }
}

/// A process that has not begun, and never does.
pub struct Unbegun(OwnedHandle);

impl Unbegun {
    /// Whether it is in no job at all.
    pub fn is_free(&self) -> io::Result<bool> {
        let mut is_in_a_job = 0;
        // SAFETY: the handle is held; without a job it asks for any; the place lives while the call lasts.
        done(unsafe { IsProcessInJob(self.0.as_raw_handle(), ptr::null_mut(), &raw mut is_in_a_job) })?;
        Ok(is_in_a_job == 0)
    }
}

impl Drop for Unbegun {
    fn drop(&mut self) {
        // SAFETY: the handle is held, and that of a new process has every right; this one cannot have ended by itself.
        unsafe { TerminateProcess(self.0.as_raw_handle(), KILLED) };
    }
}

/// Whether a program can be started outside of the job that this process is in: one is, and ended before it has begun. The
/// job's limits would tell of the innermost job only, and so does a start that succeeds: the new process has left the jobs
/// that let it go, and stays in one around them that does not. It must be in none.
pub fn may_start_outside(program: &Path) -> io::Result<bool> {
    // SAFETY: all bits 0 is a value of this plain structure.
    let mut info: STARTUPINFOW = unsafe { zeroed() };
    info.cb = size_of_u32::<STARTUPINFOW>();
    let flags = CREATE_BREAKAWAY_FROM_JOB | DETACHED_PROCESS | CREATE_SUSPENDED;
    // SAFETY: the structure says its own size, and points to nothing.
    match unsafe { create(program, &[], None, &raw const info, Inherit::Nothing, flags) } {
        Ok(process) => Unbegun(process).is_free(),
        Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED.cast_signed()) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A command line of words that need no quotes, for a program whose path, as any, holds none.
pub fn line(program: &str, args: &[&str]) -> String {
    format!("\"{program}\" {}", args.join(" "))
}

enum Inherit {
    Nothing,
    OfTheList,
}

/// A new process.
///
/// # Safety
/// `info` must say its own size, and what it points to must live until this returns; with [`Inherit::OfTheList`] it must be
/// one with a list.
unsafe fn create(
    program: &Path,
    args: &[&str],
    folder: Option<&Path>,
    info: *const STARTUPINFOW,
    inherit: Inherit,
    flags: u32,
) -> io::Result<OwnedHandle> {
    // SAFETY: all bits 0 is a value of this plain structure.
    let mut made: PROCESS_INFORMATION = unsafe { zeroed() };
    let mut line = wide(line(&program.display().to_string(), args));
    let (program, folder) = (wide(program), folder.map(wide));
    // SAFETY: all texts end with 0 and live until the call returns, and the line may be written to. Our caller answers for
    // the rest.
    done(unsafe {
        CreateProcessW(
            program.as_ptr(),
            line.as_mut_ptr(),
            ptr::null(),
            ptr::null(),
            matches!(inherit, Inherit::OfTheList).into(),
            flags,
            ptr::null(),
            folder.as_ref().map_or(ptr::null(), |folder| folder.as_ptr()),
            info,
            &raw mut made,
        )
    })?;
    // SAFETY: both are ours alone.
    let (process, _) =
        unsafe { (OwnedHandle::from_raw_handle(made.hProcess), OwnedHandle::from_raw_handle(made.hThread)) };
    Ok(process)
}

/// The handles that a new process may inherit. It points to them, so it lives no longer than they do.
struct HandleList<'a> {
    room: Vec<usize>,
    _handles: &'a mut [HANDLE],
}

impl HandleList<'_> {
    fn of(handles: &mut [HANDLE]) -> io::Result<HandleList<'_>> {
        let mut bytes = 0;
        // SAFETY: without a list it only tells the size; that this counts as a failure is documented.
        unsafe { InitializeProcThreadAttributeList(ptr::null_mut(), 1, 0, &raw mut bytes) };
        let mut room = vec![0_usize; bytes.div_ceil(size_of::<usize>())];
        // SAFETY: the room is as large as was asked for.
        done(unsafe { InitializeProcThreadAttributeList(room.as_mut_ptr().cast(), 1, 0, &raw mut bytes) })?;
        let list = HandleList { room, _handles: handles };
        // SAFETY: the list was initialised; the handles it will point to are borrowed for as long as it lives.
        done(unsafe {
            UpdateProcThreadAttribute(
                list.room.as_ptr().cast_mut().cast(),
                0,
                PROC_THREAD_ATTRIBUTE_HANDLE_LIST as usize,
                list._handles.as_ptr().cast(),
                size_of_val(list._handles),
                ptr::null_mut(),
                ptr::null(),
            )
        })?;
        Ok(list)
    }
}

impl Drop for HandleList<'_> {
    fn drop(&mut self) {
        // SAFETY: it was initialised, and is not used again.
        unsafe { DeleteProcThreadAttributeList(self.room.as_mut_ptr().cast()) };
    }
}
