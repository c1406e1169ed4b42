//! `GET /usage.csv`: what everybody used on each node on each day, also of jobs that are gone.

use crate::problem::Problem;
use app::backend::{Asking, Backend};
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

/// The table, with a line of headings.
pub async fn answer(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
) -> Result<impl IntoResponse, Problem> {
    let table = backend.usage_csv(&asking).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, table))
}
