//! Accounts: made one by one or from a list, changed, closed, their jobs handed over.

mod add;
pub mod api;
pub mod calls;
pub mod day;
pub mod draft;
mod edit;
mod fields;
mod import;
mod links;
mod page;
mod preview;
mod questions;
mod store;
mod table;
mod words;

pub use page::PeoplePage;
pub use store::has_untaken_links;
