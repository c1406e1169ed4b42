//! The audit log: every change by a person, filtered by address, with what changed in words.

pub mod api;
pub mod calls;
mod entry;
mod filters;
mod page;
mod query;
mod words;

pub use page::AuditPage;
pub(in crate::admin) use query::escape;
