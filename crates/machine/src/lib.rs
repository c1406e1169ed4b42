//! What the server's machine has left: disks and memory.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The disk that a folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The same number: the same disk.
    pub id: u64,
    /// Bytes that this account can still write.
    pub free: u64,
    /// Bytes of the whole that this account could have.
    pub size: u64,
}

/// Memory of the machine, and of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Bytes.
    pub total: u64,
    /// Bytes that programs can still have.
    pub available: u64,
    /// Bytes of this program.
    pub own: u64,
}

/// The disk below this folder, or below the first folder above it that is there.
///
/// # Errors
/// As the system.
pub fn disk(folder: &Path) -> io::Result<Disk> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    // a relative path ends in an empty one
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let of = rustix::fs::statvfs(there)?;
    let free = of.f_bavail.saturating_mul(of.f_frsize);
    // what only root may fill counts as full, as `df` has it
    let used = of.f_blocks.saturating_sub(of.f_bfree).saturating_mul(of.f_frsize);
    Ok(Disk { id: fs::metadata(there)?.dev(), free, size: used.saturating_add(free) })
}

/// Memory, as `/proc` has it.
///
/// # Errors
/// As the system; `InvalidData` where a line is missing.
pub fn memory() -> io::Result<Memory> {
    let machine = fs::read_to_string("/proc/meminfo")?;
    let own = fs::read_to_string("/proc/self/status")?;
    Ok(Memory {
        total: kilobytes(&machine, "MemTotal:")?,
        available: kilobytes(&machine, "MemAvailable:")?,
        own: kilobytes(&own, "VmRSS:")?,
    })
}

/// Bytes of a line such as `MemTotal:  8000000 kB`.
fn kilobytes(text: &str, name: &str) -> io::Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    number.map(|number| number.saturating_mul(1024)).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_disk_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let here = disk(folder.path()).unwrap();
        let later = disk(&folder.path().join("backups/of/tomorrow")).unwrap();
        assert_eq!((here.id, here.size > 0, here.free <= here.size), (later.id, true, true));
        assert!(disk(Path::new("not/there")).unwrap().size > 0);
    }

    #[test]
    fn this_program_has_some_of_the_memory() {
        let memory = memory().unwrap();
        assert!(memory.own > 0 && memory.own < memory.total && memory.available <= memory.total, "{memory:?}");
        assert!(kilobytes("MemFree: 1 kB\n", "MemTotal:").is_err());
    }
}
