//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{AuditAsk, AuditFile, AuditView};
use crate::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {crate::backend, domain::Act};

/// A page of the log.
#[server(prefix = "/rpc", endpoint = "view_audit", input = Json)]
pub async fn view_audit(ask: AuditAsk) -> Result<AuditView, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.view_audit(&ask, &asking).await)
}

/// Everything that fits, as CSV, up to a bound.
#[server(prefix = "/rpc", endpoint = "export_audit", input = Json)]
pub async fn export_audit(ask: AuditAsk) -> Result<AuditFile, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.export_audit(&ask, &asking).await)
}
