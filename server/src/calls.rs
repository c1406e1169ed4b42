//! Server functions answer every error with status 500. It leaves with the status that its code says: a name that is taken
//! is no fault of the server.

use app::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

/// An error is some sentences long.
const LONGEST: usize = 64 * 1024;

/// Puts the right status on an error.
pub async fn tell_status(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/rpc/");
    let answer = next.run(request).await;
    if !is_call || answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return Response::from_parts(parts, Body::empty()) };
    if let Ok(error) = serde_json::from_slice::<AppError>(&body)
        && let Ok(status) = StatusCode::from_u16(error.code.status())
    {
        parts.status = status;
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}
