//! What admins see and do.

pub mod audit;
pub mod logs;
mod only;
pub mod operations;
pub mod people;
pub mod settings;
pub mod start;

pub use only::AdminOnly;
