//! `/admin/logs`: what the server writes down, read from its end and followed; filters and pages are addresses.

pub mod api;
pub mod calls;
mod filters;
mod page;
mod pane;
mod query;
mod row;
mod store;
mod words;

pub use page::LogsPage;
