//! Tokens: the pool, who holds and who waits, what the licence server says, and reservations.

pub mod api;
pub mod calls;
mod holders;
mod page;
mod pool;
mod report;
mod reservations;
mod store;
mod words;

pub use page::LicensesPage;
