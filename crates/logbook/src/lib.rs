//! The server's log files. One is written ([`Rotating`]), moved aside when it has grown (`combined.log.1`, `.2` and so on,
//! the oldest gone) and compressed when it is old ([`pack`]: `combined.log.3.gz`). They are read from their end
//! ([`older`], [`newer`]), whichever of the three they are just now, and given away without secrets ([`Veil`]).
//!
//! Nothing here is asynchronous: who answers others meanwhile calls it on a thread that may wait.

mod line;
mod packing;
mod reading;
mod rotating;
mod shelf;
mod veil;

pub use line::record;
pub use packing::{PACKED_AFTER, Packed, pack};
pub use reading::{Newer, newer, older};
pub use rotating::Rotating;
pub use shelf::{each_line_of_the_end, sizes};
pub use veil::{REMOVED, Veil};

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name and number of files of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Of the file that is written.
    pub name: &'static str,
    /// Files in all.
    pub files: u32,
}

/// Everything.
pub const COMBINED: Kind = Kind { name: "combined.log", files: 10 };
/// What went wrong.
pub const ERRORS: Kind = Kind { name: "error.log", files: 5 };

/// Bytes of one file at most, but for a longer line.
const LARGEST: u64 = 10 * 1024 * 1024;

/// One log: the file that is written, and those before it.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    files: u32,
    largest: u64,
}

impl Log {
    /// The log of this kind in a folder, which need not be there.
    pub fn of(folder: &Path, kind: Kind) -> Log {
        Log { path: folder.join(kind.name), files: kind.files, largest: LARGEST }
    }

    /// The file that was moved aside so many times.
    fn aside(&self, number: u32) -> PathBuf {
        self.named(&format!(".{number}"))
    }

    /// The same, compressed.
    fn packed(&self, number: u32) -> PathBuf {
        self.named(&format!(".{number}.gz"))
    }

    /// What is being compressed: hidden, and the same at each try, so that what a crash leaves is written over.
    fn unfinished(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.gz.part"))
    }

    fn named(&self, end: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(end);
        PathBuf::from(name)
    }
}

/// Whoever changes names of log files holds this: only one server writes to a folder.
static NAMES: Mutex<()> = Mutex::new(());

fn names() -> MutexGuard<'static, ()> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}
