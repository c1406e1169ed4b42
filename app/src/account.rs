//! The own account: password, keys, browsers signed in, tokens for programs.

pub mod api;
pub mod calls;
mod keyboard;
mod page;
mod password;
mod sessions;
mod tokens;
pub(crate) mod words;

pub use page::AccountPage;
