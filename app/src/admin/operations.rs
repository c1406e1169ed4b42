//! `/admin/operations`: how everything stands, what to do about it, and backups.

pub mod api;
mod backups;
pub mod calls;
mod cards;
mod page;
mod store;
mod webhook;
mod words;

pub use page::OperationsPage;
