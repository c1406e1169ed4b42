//! The first steps of a lab's admin: what is done, and the one that is next.

pub mod api;
pub mod calls;
mod page;
mod step;
mod words;

pub use page::StartPage;
