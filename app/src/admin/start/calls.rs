//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::StartView;
use crate::AppError;
use leptos::prelude::*;
use server_fn::codec::Json;

/// How far the lab's setting-up is.
#[server(prefix = "/rpc", endpoint = "view_start", input = Json)]
pub async fn view_start() -> Result<StartView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.start(&asking).await)
}
