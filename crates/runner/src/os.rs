//! What differs between the systems: processes, how they are known again, and how they are let go and ended; and the few
//! things that files do not do alike. One file per system with the same functions; the rest of the program does not know
//! on which it runs.

use serde::{Deserialize, Serialize};
use std::io;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(windows)]
#[allow(unsafe_code)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// Whether a record was written since this machine was started last. Where either could not be told when it was written, the
/// processes themselves have to tell.
///
/// # Errors
/// That it cannot be told now, but could be then: to guess would make a living run one that a restart has ended.
pub fn is_of_this_boot(record: &str, boot: &str) -> io::Result<bool> {
    match (record.is_empty(), boot.is_empty()) {
        (true, _) => Ok(true),
        (false, true) => Err(io::Error::other("since when this machine runs cannot be told now")),
        (false, false) => Ok(record == boot),
    }
}

/// A run's wrapper that was just started, and how it tells that it is on its own.
pub enum Wrapper {
    /// By a line on its stdout.
    Speaks(io::PipeReader),
    /// By its records alone: whoever has started it for us gave it no pipe. `None`: not even its number is known, or whether it
    /// was started.
    #[cfg(windows)]
    Mute(Option<Started>),
}

/// A process that cannot be mistaken for a later one with the same number: meaningful within one boot only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Its number.
    pub pid: u32,
    /// When it started, in the system's own unit.
    pub start: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_start_of_the_machine_that_cannot_be_told_now_is_not_another_one() {
        assert!(is_of_this_boot("a", "a").unwrap() && !is_of_this_boot("a", "b").unwrap());
        assert!(is_of_this_boot("a", "").is_err());
        assert!(is_of_this_boot("", "").unwrap() && is_of_this_boot("", "b").unwrap());
    }
}
