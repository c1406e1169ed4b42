//! `/api/v1`: for scripts, macros and the command line. The same acts as the pages', with words instead of forms.

mod jobs;
mod lab;
mod multipart;
mod reservations;
pub(crate) mod wire;

use crate::files::body::in_time;
use crate::files::{archive, download};
use crate::problem::Problem;
use app::backend::{Asking, Backend};
use app::{AppError, ErrorCode};
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Router};
use utoipa::OpenApi;

/// The document at `/api/v1/openapi.json`.
#[derive(OpenApi)]
#[openapi(
    info(title = "Abaqus Job Manager", description = "Jobs, nodes and licence of the lab."),
    paths(
        jobs::submit,
        jobs::list,
        jobs::one,
        jobs::change,
        jobs::cancel,
        jobs::hold,
        jobs::release,
        jobs::resubmit,
        jobs::delete,
        jobs::files,
        download::file,
        archive::zip,
        lab::nodes,
        lab::license,
        reservations::list,
        reservations::make,
        reservations::one,
        reservations::heartbeat,
        reservations::end,
    ),
    components(schemas(
        wire::Job,
        wire::JobFile,
        wire::JobPage,
        wire::Node,
        wire::License,
        wire::LicenseReport,
        wire::LicenseHolder,
        wire::Reservation,
        reservations::Wanted,
        wire::Problem,
        multipart::Sent
    ))
)]
struct Document;

/// What `/api/v1` serves, as the program itself says it.
pub fn description() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

async fn document() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(description())
}

/// Every route of `/api/v1`.
pub fn routes() -> Router<Backend> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/jobs/{id}", get(jobs::one).patch(jobs::change).delete(jobs::delete))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
        .route("/jobs/{id}/hold", post(jobs::hold))
        .route("/jobs/{id}/release", post(jobs::release))
        .route("/jobs/{id}/resubmit", post(jobs::resubmit))
        .route("/jobs/{id}/files", get(jobs::files))
        .route("/jobs/{id}/files/{name}", get(download::file))
        .route("/jobs/{id}/files.zip", get(archive::zip))
        .route("/nodes", get(lab::nodes))
        .route("/license", get(lab::license))
        .route("/reservations", get(reservations::list).post(reservations::make))
        .route("/reservations/{id}", get(reservations::one).delete(reservations::end))
        .route("/reservations/{id}/heartbeat", post(reservations::heartbeat))
        .layer(middleware::from_fn(in_time))
        // the limit is counted while streaming, per file, from the settings
        .route("/jobs", post(jobs::submit).layer(DefaultBodyLimit::disable()).get(jobs::list))
}

/// No such call.
pub async fn not_found(Extension(asking): Extension<Asking>) -> Problem {
    let message = asking.locale.pick("この呼び出しはありません。", "There is no such call.");
    AppError::new(ErrorCode::NotFound, message).into()
}
