//! Tokens and cores that people keep for work outside this system.

use super::wire::{self, Reservation};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use app::backend::{Asking, Backend};
use app::{AppError, ErrorCode};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use domain::{Cores, NewReservation, NodeId, ReservationId, ReservedCores, Seconds, Tokens};
use serde::Deserialize;

/// What is to be kept.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Tokens of the whole system; none unless told.
    #[serde(default)]
    tokens: u32,
    /// Cores, together with `node`.
    cores: Option<u32>,
    /// Where the cores are.
    node: Option<String>,
    /// What for: one line of at most 200 characters.
    purpose: String,
    /// For so long; at most the setting `reservation_max_hours`.
    seconds: u64,
    /// It lapses when it is not renewed (`POST …/heartbeat`) for so long.
    heartbeat_seconds: Option<u64>,
}

/// Those in force, the next to end first.
#[utoipa::path(get, path = "/api/v1/reservations", responses((status = 200, body = Vec<Reservation>)))]
pub async fn list(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
) -> Result<Json<Vec<Reservation>>, Problem> {
    Ok(Json(backend.reservations(&asking).await?.into_iter().map(Reservation::from).collect()))
}

/// Keeps tokens and cores for the person who asks.
#[utoipa::path(
    post, path = "/api/v1/reservations", request_body = Wanted,
    responses((status = 201, body = Reservation), (status = 400, body = wire::Problem)),
)]
pub async fn make(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let wrong = |field: &str, ja: &str, en: &str| -> Problem {
        AppError::new(ErrorCode::ValidationError, asking.locale.pick(ja, en)).about(field).into()
    };
    let cores = match (wanted.node, wanted.cores) {
        (None, None) => None,
        (None, Some(_)) => return Err(wrong("node", "コアのあるノードも指定してください。", "Say on which node.")),
        (Some(_), None) => return Err(wrong("cores", "コアの数も指定してください。", "Say how many cores.")),
        (Some(node), Some(cores)) => {
            let Ok(node) = NodeId::parse(&node) else {
                return Err(wrong("node", "ノード名を指定してください。", "Give the id of a node."));
            };
            Some(ReservedCores { node, cores: Cores(cores) })
        }
    };
    let new = NewReservation {
        tokens: Tokens(wanted.tokens),
        cores,
        purpose: wanted.purpose,
        lasts: Seconds(wanted.seconds),
        heartbeat: wanted.heartbeat_seconds.map(Seconds),
    };
    let made = backend.reserve(&new, &asking).await?;
    let location = [(LOCATION, format!("/api/v1/reservations/{}", made.id))];
    Ok((StatusCode::CREATED, location, Json(Reservation::from(made))).into_response())
}

/// One in force.
#[utoipa::path(get, path = "/api/v1/reservations/{id}", responses((status = 200, body = Reservation), (status = 404, body = wire::Problem)))]
pub async fn one(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(backend.reservation(ReservationId(id), &asking).await?.into()))
}

/// Says that it is still wanted: it lapses `heartbeat_seconds` from now at the earliest.
#[utoipa::path(post, path = "/api/v1/reservations/{id}/heartbeat", responses((status = 200, body = Reservation), (status = 404, body = wire::Problem)))]
pub async fn heartbeat(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(backend.renew_reservation(ReservationId(id), &asking).await?.into()))
}

/// Gives back what it holds.
#[utoipa::path(delete, path = "/api/v1/reservations/{id}", responses((status = 200, body = Reservation), (status = 404, body = wire::Problem)))]
pub async fn end(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(backend.end_reservation(ReservationId(id), &asking).await?.into()))
}
