//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::LicensesView;
use crate::AppError;
use domain::{NewReservation, Reservation, ReservationId};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Everything the page shows.
#[server(prefix = "/rpc", endpoint = "view_licenses", input = Json)]
pub async fn view_licenses() -> Result<LicensesView, AppError> {
    let (backend, asking) = crate::backend::acting()?;
    crate::backend::answer(backend.licenses(&asking).await)
}

/// Keeps tokens and cores.
#[server(prefix = "/rpc", endpoint = "reserve", input = Json)]
pub async fn reserve(new: NewReservation) -> Result<Reservation, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.reserve(&new, &asking).await)
}

/// Gives back what a reservation holds.
#[server(prefix = "/rpc", endpoint = "end_reservation", input = Json)]
pub async fn end_reservation(id: ReservationId) -> Result<Reservation, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Submit)?;
    crate::backend::answer(backend.end_reservation(id, &asking).await)
}
