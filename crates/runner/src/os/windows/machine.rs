//! What this machine is, and since when it runs.

use super::job::size_of_u32;
use super::wide;
use std::mem::zeroed;
use std::path::Path;
use std::ptr;
use windows_sys::Wdk::System::SystemInformation::{NtQuerySystemInformation, SystemProcessInformation};
use windows_sys::Win32::Foundation::STATUS_INFO_LENGTH_MISMATCH;
use windows_sys::Win32::Globalization::{GetOEMCP, GetUserDefaultLocaleName};
use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};
use windows_sys::Win32::System::WindowsProgramming::SYSTEM_PROCESS_INFORMATION;

/// The service control manager: begun with the system, and Windows goes down with it.
const FIRST: &str = "services.exe";
/// Where `SYSTEM_PROCESS_INFORMATION` has the time of creation, in what Microsoft's documentation calls reserved
/// (`Reserved1`), and others describe (ntdoc.m417z.com, geoffchappell.com).
const CREATED: usize = 24;
/// `LOCALE_NAME_MAX_LENGTH`.
const LONGEST_LOCALE: i32 = 85;

/// Another value after every start of the machine: when its service control manager was made, in units of 100 ns since
/// 1601. Not the system's own boot time, which moves when the clock is set. Empty where it cannot be told.
pub fn boot() -> String {
    processes().map(|list| first_start(&list)).unwrap_or_default().map(|start| start.to_string()).unwrap_or_default()
}

/// The system's list of all processes: records of different lengths, each with the distance to the next.
fn processes() -> Option<Vec<u64>> {
    let mut bytes = 256 << 10;
    loop {
        let mut list = vec![0_u64; usize::try_from(bytes).ok()? / size_of::<u64>()];
        let mut needed = 0;
        // SAFETY: the list is as long as is said, and aligned as the records are.
        let status = unsafe {
            NtQuerySystemInformation(SystemProcessInformation, list.as_mut_ptr().cast(), bytes, &raw mut needed)
        };
        match status {
            STATUS_INFO_LENGTH_MISMATCH => bytes = needed.max(bytes).checked_mul(2)?,
            0.. => return Some(list),
            _ => return None,
        }
    }
}

fn first_start(list: &[u64]) -> Option<u64> {
    let bytes = size_of_val(list);
    let mut first = None;
    let mut at = 0;
    while at + size_of::<SYSTEM_PROCESS_INFORMATION>() <= bytes {
        // SAFETY: a whole record lies within the list here; any bits are a value of it.
        let record = unsafe { list.as_ptr().byte_add(at).cast::<SYSTEM_PROCESS_INFORMATION>().read_unaligned() };
        let name = &record.ImageName;
        let name = if name.Buffer.is_null() {
            String::new()
        } else {
            // SAFETY: the system has put the name, of this length, behind the record in the same list.
            let units = unsafe { std::slice::from_raw_parts(name.Buffer, usize::from(name.Length) / 2) };
            String::from_utf16_lossy(units)
        };
        if name.eq_ignore_ascii_case(FIRST) {
            let created = record.Reserved1.get(CREATED..CREATED + 8)?.try_into().ok().map(u64::from_le_bytes)?;
            first = Some(first.map_or(created, |before: u64| before.min(created)));
        }
        match usize::try_from(record.NextEntryOffset) {
            Ok(next) if next > 0 => at += next,
            _ => break,
        }
    }
    first
}

/// Bytes of memory.
pub fn memory() -> Option<u64> {
    // SAFETY: all bits 0 is a value of this plain structure.
    let mut facts: MEMORYSTATUSEX = unsafe { zeroed() };
    facts.dwLength = size_of_u32::<MEMORYSTATUSEX>();
    // SAFETY: the structure says its own size.
    let told = unsafe { GlobalMemoryStatusEx(&raw mut facts) };
    (told != 0).then_some(facts.ullTotalPhys)
}

/// Free (for this account) and total bytes of the disk that holds `path`.
pub fn disk(path: &Path) -> Option<(u64, u64)> {
    let path = wide(path);
    let (mut free, mut total) = (0, 0);
    // SAFETY: the path ends with 0, and both places live while the call lasts.
    let told = unsafe { GetDiskFreeSpaceExW(path.as_ptr(), &raw mut free, &raw mut total, ptr::null_mut()) };
    (told != 0).then_some((free, total))
}

/// The account's locale, and the code page in which its console programs write: `ja-JP.932`.
pub fn locale() -> String {
    let mut name = [0; LONGEST_LOCALE as usize];
    // SAFETY: the room is as long as is said.
    let (length, page) = unsafe { (GetUserDefaultLocaleName(name.as_mut_ptr(), LONGEST_LOCALE), GetOEMCP()) };
    let name = usize::try_from(length).ok().and_then(|length| name.get(..length.saturating_sub(1)));
    format!("{}.{page}", String::from_utf16_lossy(name.unwrap_or_default()))
}
