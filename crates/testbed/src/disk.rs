//! A small disk of its own that a test can fill: a tmpfs.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What lies in it only to take its room.
const FILLER: &str = ".filler";
/// A tmpfs gives its room away in pages of this size.
const PAGE: u64 = 4096;

/// Mounted at a folder until it is dropped; what lay in the folder before is hidden meanwhile.
#[derive(Debug)]
pub struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Mounts one with these options (`size=8m`, `nr_inodes=100`). `None` where this account may not.
    pub fn mount(at: &Path, options: &str) -> Option<Disk> {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output().ok()?;
        done.status.success().then(|| Disk { at: at.to_owned() })
    }

    /// Takes all the room there is.
    ///
    /// # Errors
    /// What the file system says, but for a full disk.
    pub fn fill(&self) -> io::Result<()> {
        self.fill_but(0)
    }

    /// Takes all the room but for so many pages: each file that is not empty needs one at least.
    ///
    /// # Errors
    /// What the file system says, but for a full disk.
    pub fn fill_but(&self, pages: u64) -> io::Result<()> {
        let mut filler = OpenOptions::new().create(true).append(true).open(self.at.join(FILLER))?;
        let page = [1; PAGE as usize];
        let full = loop {
            if let Err(error) = filler.write_all(&page) {
                break error;
            }
        };
        if full.kind() != io::ErrorKind::StorageFull {
            return Err(full);
        }
        filler.set_len((filler.metadata()?.len() / PAGE).saturating_sub(pages) * PAGE)
    }

    /// Gives back what was taken to fill it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make_room(&self) -> io::Result<()> {
        match remove_file(self.at.join(FILLER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether not even one byte can be written.
    ///
    /// # Errors
    /// What the file system says, but for a full disk.
    pub fn is_full(&self) -> io::Result<bool> {
        let probe = self.at.join(".probe");
        let wrote = File::create(&probe).and_then(|mut file| file.write_all(b"1"));
        remove_file(probe)?;
        match wrote {
            Ok(()) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // whatever still has files open there
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}
