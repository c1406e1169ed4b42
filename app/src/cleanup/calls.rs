//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::CleanupView;
use crate::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {crate::backend, domain::Act};

/// What goes within a week.
#[server(prefix = "/rpc", endpoint = "view_cleanup", input = Json)]
pub async fn view_cleanup() -> Result<CleanupView, AppError> {
    let (backend, asking) = backend::acting()?;
    backend::answer(backend.view_cleanup(&asking).await)
}

/// Begins a clean-up.
#[server(prefix = "/rpc", endpoint = "begin_cleanup", input = Json)]
pub async fn begin_cleanup() -> Result<(), AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.begin_cleanup(&asking))
}
