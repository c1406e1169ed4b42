//! Help: how to begin, the dictionary of errors, and where the API is described.

pub mod api;
pub mod calls;
mod page;
mod words;

pub use page::HelpPage;

/// Where the dictionary shows this entry alone.
pub fn address_of(id: &str) -> String {
    format!("/help?q={id}")
}
