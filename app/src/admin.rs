//! What admins see and do.

pub mod people;
