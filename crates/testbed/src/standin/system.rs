//! What the stand-in needs of its system: how its two halves hear of each other, and who is alive.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// What the driver tells its child `standard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    End,
    Suspend,
    Resume,
}
