//! What Windows' files do otherwise.

use super::{done, wide};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::time::Duration;
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::{
    LOCKFILE_EXCLUSIVE_LOCK, LockFileEx, MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH, MoveFileExW,
};

/// A lock keeps others from reading what it covers, so it covers one byte that no file ever has.
const FAR: u32 = 1 << 30;
/// Scanners open what is new for a moment; so often it is tried again …
const TRIES: u32 = 20;
/// … after so long.
const PAUSE: Duration = Duration::from_millis(25);

/// Waits until nobody else holds it; until the file is closed.
pub fn lock(file: &File) -> io::Result<()> {
    // SAFETY: all bits 0 is a value of this plain structure: no event, the beginning.
    let mut place: windows_sys::Win32::System::IO::OVERLAPPED = unsafe { zeroed() };
    place.Anonymous.Anonymous.OffsetHigh = FAR;
    // SAFETY: the handle is held by its owner and was not opened for overlapped work, so the call ends before it returns.
    done(unsafe { LockFileEx(file.as_raw_handle(), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &raw mut place) })
}

/// Under its new name at once, in place of what had it; on the disk when it returns. What somebody has open for a moment
/// is tried again.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (long(from)?, long(to)?);
    patiently(|| {
        // SAFETY: both paths end with 0 and live until the call returns.
        done(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) })
    })
}

/// Does it, and for a short while again where somebody has the file open.
pub fn patiently<T>(act: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let mut tries = 0;
    loop {
        match act() {
            Err(error) if is_held(&error) && tries < TRIES => tries += 1,
            other => return other,
        }
        std::thread::sleep(PAUSE);
    }
}

fn is_held(error: &io::Error) -> bool {
    let held = [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION];
    held.iter().any(|code| error.raw_os_error() == Some(code.cast_signed()))
}

/// An absolute path in the form that may be longer than 260 letters.
fn long(path: &Path) -> io::Result<Vec<u16>> {
    let path = std::path::absolute(path)?;
    let text = path.as_os_str();
    let text = match text.to_str() {
        Some(text) if text.starts_with(r"\\?\") => OsString::from(text),
        Some(text) if text.starts_with(r"\\") => OsString::from(format!(r"\\?\UNC\{}", text.trim_start_matches('\\'))),
        _ => [OsString::from(r"\\?\").as_os_str(), text].into_iter().collect(),
    };
    Ok(wide(text))
}

/// Not here: NTFS takes the room behind a file's end back when the file is closed.
pub fn keep_room_behind(_: &File, _: u64) {}
