//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{LogReach, LogView};
use crate::AppError;
use domain::log::LogQuery;
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {crate::backend, domain::Act};

/// A part of the server's log.
#[server(prefix = "/rpc", endpoint = "view_logs", input = Json)]
pub async fn view_logs(query: LogQuery, reach: LogReach) -> Result<LogView, AppError> {
    let (backend, asking) = backend::acting_to(Act::Administer)?;
    backend::answer(backend.view_logs(query, reach, &asking).await)
}
