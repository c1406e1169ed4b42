//! `/cleanup`: what goes away by itself and when, before it does; everybody may look, and keep what is theirs.

mod api;
mod calls;
mod page;
mod store;
mod words;

pub use api::{CleanupView, GoingView, SHOWN, Waste};
pub use page::CleanupPage;
