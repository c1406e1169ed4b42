//! Job objects: processes that belong together and end together.

use super::{done, wide};
use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, FromRawHandle, IntoRawHandle, OwnedHandle};
use std::process::Child;
use std::ptr;
use windows_sys::Win32::Foundation::{
    ERROR_ALREADY_EXISTS, ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, HANDLE, SetLastError,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation,
    OpenJobObjectW, QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// Exit code of what was ended in a job, as a shell counts a SIGKILL.
pub const KILLED: u32 = 137;

/// A job object; this is one handle to it.
pub struct Job(OwnedHandle);

impl Job {
    /// A new one that ends all in it when its last handle is closed.
    pub fn create(name: Option<&str>) -> io::Result<Job> {
        let name = name.map(wide);
        // SAFETY: the name is absent or ends with 0, and lives until the call returns. The handle is ours alone.
        let job = unsafe {
            SetLastError(0);
            let handle = CreateJobObjectW(ptr::null(), name.as_ref().map_or(ptr::null(), |name| name.as_ptr()));
            let error = io::Error::last_os_error();
            if handle.is_null() {
                return Err(error);
            }
            let job = Job(OwnedHandle::from_raw_handle(handle));
            if error.raw_os_error() == Some(ERROR_ALREADY_EXISTS.cast_signed()) {
                return Err(error);
            }
            job
        };
        // SAFETY: all bits 0 is a value of this plain structure: no limits.
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: the structure is the one that this class of information takes, with its size.
        done(unsafe {
            SetInformationJobObject(
                job.handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of_u32::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
            )
        })?;
        Ok(job)
    }

    /// One that others have made, for what these rights allow; `None` when there is none.
    pub fn open(name: &str, rights: u32) -> io::Result<Option<Job>> {
        let name = wide(name);
        // SAFETY: the name ends with 0 and lives until the call returns. The handle is ours alone.
        unsafe {
            let handle = OpenJobObjectW(rights, 0, name.as_ptr());
            if !handle.is_null() {
                return Ok(Some(Job(OwnedHandle::from_raw_handle(handle))));
            }
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() == Some(ERROR_FILE_NOT_FOUND.cast_signed()) { Ok(None) } else { Err(error) }
    }

    fn handle(&self) -> HANDLE {
        self.0.as_raw_handle()
    }

    /// This very process enters it.
    pub fn take_this_process(&self) -> io::Result<()> {
        // SAFETY: both handles are valid while the call lasts; the second is a constant of the system.
        done(unsafe { AssignProcessToJobObject(self.handle(), GetCurrentProcess()) })
    }

    /// A child that has not begun yet enters it.
    pub fn take(&self, child: &Child) -> io::Result<()> {
        // SAFETY: both handles are held by their owners while the call lasts.
        done(unsafe { AssignProcessToJobObject(self.handle(), child.as_raw_handle()) })
    }

    /// For as long as this process lives.
    pub fn keep_open(self) {
        let _ = self.0.into_raw_handle();
    }

    /// Ends all in it.
    pub fn end(&self) {
        // SAFETY: the handle is valid. A job without processes is what was wanted.
        unsafe { TerminateJobObject(self.handle(), KILLED) };
    }

    /// The numbers of the processes in it.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        let mut room = 64;
        loop {
            // JOBOBJECT_BASIC_PROCESS_ID_LIST: two u32 (how many there are, how many are told), then the numbers
            let mut list = vec![0_usize; room + 1];
            let bytes = u32::try_from(list.len() * size_of::<usize>()).map_err(io::Error::other)?;
            // SAFETY: the list is as long as is said, and aligned as the structure is.
            let outcome = done(unsafe {
                QueryInformationJobObject(
                    self.handle(),
                    JobObjectBasicProcessIdList,
                    list.as_mut_ptr().cast(),
                    bytes,
                    ptr::null_mut(),
                )
            });
            let told = list[0] >> 32;
            let all = list[0] & 0xffff_ffff;
            match outcome {
                Err(error) if error.raw_os_error() != Some(ERROR_MORE_DATA.cast_signed()) => return Err(error),
                Ok(()) if told >= all => {
                    return Ok(list.iter().skip(1).take(told).filter_map(|pid| u32::try_from(*pid).ok()).collect());
                }
                _ => room = room.max(all) * 2,
            }
        }
    }
}

/// As the system wants sizes; none of its structures is larger.
#[allow(clippy::cast_possible_truncation)]
pub const fn size_of_u32<T>() -> u32 {
    size_of::<T>() as u32
}
