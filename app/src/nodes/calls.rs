//! What the pages ask of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{HostKeyView, NodeAct, NodeView};
use crate::AppError;
use domain::{NodeDraft, NodeId};
use leptos::prelude::*;
use server_fn::codec::{Json, StreamingText, TextStream};

/// One node's page.
#[server(prefix = "/rpc", endpoint = "view_node", input = Json)]
pub async fn view_node(id: NodeId) -> Result<NodeView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::See)?;
    crate::backend::answer(backend.view_node(&id, &asking).await)
}

/// Adds a node, or changes the one that was read at this version.
#[server(prefix = "/rpc", endpoint = "save_node", input = Json)]
pub async fn save_node(draft: NodeDraft, version: Option<u64>) -> Result<NodeId, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.save_node(&draft, version, &asking).await)
}

/// The server's public key, to be let in by a node.
#[server(prefix = "/rpc", endpoint = "read_server_key", input = Json)]
pub async fn read_server_key() -> Result<String, AppError> {
    let (backend, _) = crate::backend::acting_to(domain::Act::Administer)?;
    Ok(backend.executor.public_key())
}

/// Whether it takes jobs, and whether it is one of ours.
#[server(prefix = "/rpc", endpoint = "act_on_node", input = Json)]
pub async fn act_on_node(id: NodeId, act: NodeAct) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.act_on_node(&id, act, &asking).await)
}

/// The key that the node shows now.
#[server(prefix = "/rpc", endpoint = "ask_host_key", input = Json)]
pub async fn ask_host_key(id: NodeId) -> Result<HostKeyView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.host_key(&id, &asking).await)
}

/// Accepts exactly the key of this fingerprint, or refuses it.
#[server(prefix = "/rpc", endpoint = "decide_host_key", input = Json)]
pub async fn decide_host_key(id: NodeId, fingerprint: String, accept: bool) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.decide_host_key(&id, &fingerprint, accept, &asking).await)
}

/// The node doctor: `domain::doctor::Told`, a line of JSON each, as it is found. It ends when nobody reads on.
#[server(prefix = "/rpc", endpoint = "test_node", input = Json, output = StreamingText)]
pub async fn test_node(id: NodeId) -> Result<TextStream<AppError>, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    let told = crate::backend::answer(backend.test_node(&id, &asking).await)?;
    crate::backend::send_as_it_comes();
    Ok(TextStream::new(told))
}
