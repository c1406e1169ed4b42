//! The settings editor: every key of `system_config`, drawn from `domain::settings::SETTINGS`.

pub mod api;
pub mod calls;
mod control;
mod foot;
mod head;
mod history;
mod item;
mod page;
mod row;
mod store;
mod transfer;
mod words;

pub use page::SettingsPage;

/// Id of the form: the bar at the foot stands outside it.
const FORM: &str = "settings-form";
