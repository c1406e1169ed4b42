//! What crosses the wire between the job pages and the server.

mod list;
mod messages;
mod reading;
mod submit;
mod view;

pub use list::*;
pub use messages::*;
pub use reading::*;
pub use submit::*;
pub use view::*;
