//! How an [`AppError`] looks as a response of `/api/v1`: `{"error":{code,message,details}}`.

use app::{AppError, ErrorCode};
use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// When to come back to what is busy now, in seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// An error on its way out.
#[derive(Debug)]
pub struct Problem(pub AppError);

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        Problem(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(error) = self;
        let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut details = error.details.unwrap_or_else(|| json!({}));
        if let (Some(field), Some(object)) = (&error.field, details.as_object_mut()) {
            object.insert("field".to_owned(), json!(field));
        }
        let body = json!({ "error": { "code": error.code, "message": error.message, "details": details } });
        let mut response = (status, Json(body)).into_response();
        if error.code == ErrorCode::Unavailable {
            response.headers_mut().insert(RETRY_AFTER, AGAIN);
        }
        response
    }
}
