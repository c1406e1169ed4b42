//! Jobs: the list, the form, the job's own page, and the server functions they call.

pub mod api;
pub mod calls;
pub mod detail;
pub mod files;
pub mod list;
mod priority;
pub mod status_badge;
pub mod submit;
