//! What the job pages ask of the server. Each function: who is it, may they, is it valid, then one call below.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::*;
use crate::AppError;
use domain::{Cores, JobId, JobSummary, NodeWish, Priority, Solver, UploadId};
use leptos::prelude::*;
use server_fn::codec::Json;

/// A page of the list.
#[server(prefix = "/rpc", endpoint = "list_jobs", input = Json)]
pub async fn list_jobs(query: ListQuery) -> Result<ListPage, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.list_jobs(&query, &asking).await)
}

/// One job.
#[server(prefix = "/rpc", endpoint = "view_job", input = Json)]
pub async fn view_job(id: JobId) -> Result<JobView, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.view_job(id, &asking).await)
}

/// What the form offers for this solver and node.
#[server(prefix = "/rpc", endpoint = "read_form_options", input = Json)]
pub async fn read_form_options(
    solver: Option<Solver>,
    wish: NodeWish,
    priority: Priority,
    gpus: u32,
) -> Result<FormOptions, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.form_options(solver, wish, priority, gpus, &asking).await)
}

/// The runs that a restart can go on from.
#[server(prefix = "/rpc", endpoint = "restart_sources", input = Json)]
pub async fn restart_sources() -> Result<Vec<RestartSource>, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.restart_sources(&asking).await)
}

/// What the server finds in an uploaded deck.
#[server(prefix = "/rpc", endpoint = "check_deck", input = Json)]
pub async fn check_deck(deck: UploadId, includes: Vec<UploadId>) -> Result<DeckCheck, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.check_deck(&deck, &includes, &asking).await)
}

/// What keeps a job from being called so: asked while somebody types, so that submitting holds no surprise.
#[server(prefix = "/rpc", endpoint = "check_name", input = Json)]
pub async fn check_name(name: String) -> Result<Option<AppError>, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.check_name(&name, &asking).await)
}

/// An upload under another name: that of a deck's spelling. It has another number then.
#[server(prefix = "/rpc", endpoint = "name_upload", input = Json)]
pub async fn name_upload(id: UploadId, name: String) -> Result<UploadView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.name_upload(&id, &name, &asking).await)
}

/// Puts a job into the queue. It is durable when this returns.
#[server(prefix = "/rpc", endpoint = "submit_job", input = Json)]
pub async fn submit_job(request: SubmitRequest) -> Result<JobSummary, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.submit_job(request, &asking).await)
}

/// The same act on one or more jobs; each has its own outcome.
#[server(prefix = "/rpc", endpoint = "act_on_jobs", input = Json)]
pub async fn act_on_jobs(ids: Vec<JobId>, action: JobAction) -> Result<Vec<ActionResult>, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.act_on_jobs(&ids, action, &asking).await)
}

/// Whom these jobs would overtake with this priority.
#[server(prefix = "/rpc", endpoint = "read_overtaken", input = Json)]
pub async fn read_overtaken(ids: Vec<JobId>, priority: Priority) -> Result<Overtaken, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.overtaken(&ids, priority, &asking).await)
}

/// A new job from an old one's files, with other CPUs perhaps.
#[server(prefix = "/rpc", endpoint = "resubmit_job", input = Json)]
pub async fn resubmit_job(id: JobId, cpus: Option<Cores>, idempotency_key: String) -> Result<JobSummary, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.resubmit_job(id, cpus, idempotency_key, &asking).await)
}

/// The convergence of a job's run.
#[server(prefix = "/rpc", endpoint = "read_convergence", input = Json)]
pub async fn read_convergence(id: JobId) -> Result<Convergence, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.convergence(id, &asking).await)
}

/// With which other CPUs or node a waiting job would start now.
#[server(prefix = "/rpc", endpoint = "read_what_if", input = Json)]
pub async fn read_what_if(id: JobId) -> Result<Option<Vec<WhatIf>>, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.what_if(id, &asking).await)
}

/// What the solver said in all its files.
#[server(prefix = "/rpc", endpoint = "read_messages", input = Json)]
pub async fn read_messages(id: JobId) -> Result<MessagesView, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.messages(id, &asking).await)
}

/// A part of one of a job's text files.
#[server(prefix = "/rpc", endpoint = "read_log", input = Json)]
pub async fn read_log(id: JobId, file: String, ask: LogAsk) -> Result<LogPart, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.read_log(id, &file, &ask, &asking).await)
}
