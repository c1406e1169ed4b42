//! What differs between the systems: processes, how they are known again, and how they are let go and ended; and the few
//! things that files do not do alike. One file per system with the same functions; the rest of the program does not know
//! on which it runs.

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(windows)]
#[allow(unsafe_code)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// A process that cannot be mistaken for a later one with the same number: meaningful within one boot only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Its number.
    pub pid: u32,
    /// When it started, in the system's own unit.
    pub start: u64,
}
