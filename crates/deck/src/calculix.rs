//! What CalculiX (ccx 2.20) writes while and after it runs: `.sta`, `.cvg` and the console text.
//!
//! All readers take bytes in slices of any size; a row is read when its line is complete.

pub mod console;
pub mod cvg;
pub mod rows;
pub mod sta;
mod verdict;

pub use verdict::verdict;
