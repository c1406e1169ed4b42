//! Nodes: the list for everybody; for admins their settings, host keys, whether they take jobs, and the node doctor.

mod acts;
pub mod api;
pub mod calls;
mod doctor;
mod form;
mod host_key;
mod list;
mod page;
mod parts;
mod store;
mod words;

pub use list::NodesPage;
pub use page::NodePage;
