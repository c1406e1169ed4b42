//! Places for admins.

pub mod audit;
pub mod settings;
