//! Accounts: made one by one or from a list, changed, closed, their jobs handed over.

pub mod api;
pub mod calls;
