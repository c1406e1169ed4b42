//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::OperationsView;
use crate::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {crate::backend, domain::Act};

/// How everything stands now.
#[server(prefix = "/rpc", endpoint = "view_operations", input = Json)]
pub async fn view_operations() -> Result<OperationsView, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.operations(&asking).await)
}

/// Begins a backup.
#[server(prefix = "/rpc", endpoint = "begin_backup", input = Json)]
pub async fn begin_backup() -> Result<(), AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.begin_backup(&asking))
}

/// Sends the webhook a message that only says that it came.
#[server(prefix = "/rpc", endpoint = "test_webhook", input = Json)]
pub async fn test_webhook() -> Result<(), AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.test_webhook(&asking).await)
}

/// Begins to read a backup again.
#[server(prefix = "/rpc", endpoint = "verify_backup", input = Json)]
pub async fn verify_backup(name: String) -> Result<(), AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.begin_verify(&name, &asking).await)
}
