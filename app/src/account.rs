//! The own account: password, language and look, browsers signed in, tokens for programs.

pub mod api;
pub mod calls;
mod page;
mod password;
mod sessions;
mod tokens;
mod words;

pub use page::AccountPage;
