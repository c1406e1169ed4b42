//! What server functions stand on: the repository, the executor and the folders, by context.

use crate::jobs::api::*;
use crate::lab::LabStatus;
use crate::{AppError, ErrorCode};
use domain::{Actor, Cores, JobId, JobSummary, NodeWish, Priority, Solver, UploadId};
use leptos::prelude::use_context;

/// Handed to every page, server function and `/api/v1` route.
#[derive(Clone)]
pub struct Backend {}

/// The backend of this request.
///
/// # Errors
/// `INTERNAL_ERROR` outside a request.
pub fn backend() -> Result<Backend, AppError> {
    use_context().ok_or_else(|| AppError::new(ErrorCode::InternalError, "no backend"))
}

/// Who is acting. Until sign-in exists this is the built-in local user, and the server listens on 127.0.0.1 only.
///
/// # Errors
/// `UNAUTHORIZED` when nobody is.
pub fn signed_in() -> Result<Actor, AppError> {
    use_context().ok_or_else(|| AppError::new(ErrorCode::Unauthorized, "nobody"))
}

/// Both.
///
/// # Errors
/// As the two.
pub fn acting() -> Result<(Backend, Actor), AppError> {
    Ok((backend()?, signed_in()?))
}

macro_rules! later {
    () => {
        Err(AppError::new(ErrorCode::Unavailable, "not connected yet"))
    };
}

#[allow(missing_docs, clippy::missing_errors_doc, clippy::unused_async)]
impl Backend {
    pub async fn lab_status(&self, _actor: Actor) -> Result<LabStatus, AppError> {
        later!()
    }
    pub async fn list_jobs(&self, _query: &ListQuery, _actor: &Actor) -> Result<ListPage, AppError> {
        later!()
    }
    pub async fn job_view(&self, _id: JobId, _actor: &Actor) -> Result<JobView, AppError> {
        later!()
    }
    pub async fn form_options(
        &self,
        _solver: Option<Solver>,
        _wish: NodeWish,
        _priority: Priority,
        _actor: &Actor,
    ) -> Result<FormOptions, AppError> {
        later!()
    }
    pub async fn check_deck(
        &self,
        _deck: &UploadId,
        _includes: &[UploadId],
        _actor: &Actor,
    ) -> Result<DeckCheck, AppError> {
        later!()
    }
    pub async fn submit_job(&self, _request: SubmitRequest, _actor: &Actor) -> Result<JobSummary, AppError> {
        later!()
    }
    pub async fn act_on_jobs(
        &self,
        _ids: &[JobId],
        _action: JobAction,
        _actor: &Actor,
    ) -> Result<Vec<ActionResult>, AppError> {
        later!()
    }
    pub async fn resubmit_job(
        &self,
        _id: JobId,
        _cpus: Option<Cores>,
        _key: String,
        _actor: &Actor,
    ) -> Result<JobSummary, AppError> {
        later!()
    }
    pub async fn convergence(&self, _id: JobId) -> Result<Convergence, AppError> {
        later!()
    }
    pub async fn read_log(&self, _id: JobId, _file: &str, _ask: &LogAsk) -> Result<LogPart, AppError> {
        later!()
    }
}
