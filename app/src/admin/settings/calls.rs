//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{FileChange, PastChange, SettingsView};
use crate::AppError;
use domain::settings::{SavedSetting, SettingChange};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {crate::backend, domain::Act};

/// Everything the page shows.
#[server(prefix = "/rpc", endpoint = "view_settings", input = Json)]
pub async fn view_settings() -> Result<SettingsView, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend.settings(&asking).await
}

/// Saves several at once or none: a `CONFLICT` has what somebody else saved meanwhile in `details.conflicts`, a
/// `VALIDATION_ERROR` what is wrong in `details.problems`.
#[server(prefix = "/rpc", endpoint = "save_settings", input = Json)]
pub async fn save_settings(changes: Vec<SettingChange>) -> Result<Vec<SavedSetting>, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.save_settings(&changes, &asking).await)
}

/// Earlier changes of one setting, newest first.
#[server(prefix = "/rpc", endpoint = "setting_history", input = Json)]
pub async fn setting_history(key: String) -> Result<Vec<PastChange>, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.setting_history(&key, &asking).await)
}

/// All settings as TOML.
#[server(prefix = "/rpc", endpoint = "export_settings", input = Json)]
pub async fn export_settings() -> Result<String, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend.export_settings(&asking).await
}

/// What a TOML file would change. Nothing is saved: that is for [`save_settings`], with the versions given here.
#[server(prefix = "/rpc", endpoint = "preview_settings", input = Json)]
pub async fn preview_settings(text: String) -> Result<Vec<FileChange>, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.preview_settings(&text, &asking).await)
}
