//! What admins see and do.

pub mod audit;
pub mod people;
pub mod settings;
