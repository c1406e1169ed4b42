//! What admins see and do.

pub mod audit;
mod only;
pub mod operations;
pub mod people;
pub mod settings;
pub mod start;

pub use only::AdminOnly;
