//! Nodes and licence, as everybody may see them.

use super::wire::{License, Node};
use crate::problem::Problem;
use app::backend::{Asking, Backend};
use axum::extract::State;
use axum::{Extension, Json};

/// All nodes.
#[utoipa::path(get, path = "/api/v1/nodes", responses((status = 200, body = Vec<Node>)))]
pub async fn nodes(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
) -> Result<Json<Vec<Node>>, Problem> {
    let status = backend.lab_status(&asking).await?;
    Ok(Json(status.nodes.into_iter().map(|node| Node::new(node, asking.locale)).collect()))
}

/// Tokens of the whole system.
#[utoipa::path(get, path = "/api/v1/license", responses((status = 200, body = License)))]
pub async fn license(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
) -> Result<Json<License>, Problem> {
    Ok(Json(License::new(backend.license_standing(&asking).await?, asking.locale)))
}
