//! `GET /support-bundle`.

use super::{From, gather, name, write};
use crate::config::Config;
use crate::files::archive;
use crate::health;
use crate::problem::Problem;
use app::backend::{Asking, Backend, fault};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// One at a time: each asks every node.
static PLACES: Semaphore = Semaphore::const_new(1);

/// The whole of it, made while it is sent; that somebody took it is noted first.
pub async fn answer(
    State(backend): State<Backend>,
    State(config): State<Arc<Config>>,
    Extension(asking): Extension<Asking>,
    method: Method,
) -> Result<Response, Problem> {
    if method == Method::HEAD {
        return Ok(archive::head(&name()).into_response());
    }
    let place = PLACES.try_acquire().map_err(|_| fault::too_many_archives(asking.locale))?;
    backend.note_support_bundle(&asking).await?;
    let (_, health) = health::report(&backend, true).await;
    let content = gather(config, From::Server(backend.repository.clone()), health).await;
    let content = content.map_err(|error| {
        tracing::error!(%error, "the support bundle cannot be made");
        fault::internal(asking.locale)
    })?;
    Ok(archive::stream(&name(), place, move |slices| write(content, slices).map(drop)))
}
