//! What admins see and do.

mod only;
pub mod people;
pub mod start;

pub use only::AdminOnly;
