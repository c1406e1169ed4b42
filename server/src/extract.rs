//! Parts of a request as handlers ask for them; one that is wrong is answered as every other error is.

use crate::asking;
use crate::problem::Problem;
use app::backend::fault;
use app::{AppError, ErrorCode};
use axum::extract::{FromRequest, FromRequestParts, Multipart, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

fn refused(headers: &HeaderMap, status: StatusCode, reason: &str, ja: &str, en: &str) -> Problem {
    let locale = asking::locale(headers);
    if status.is_server_error() {
        tracing::error!(reason, "a request could not be read");
        return fault::internal(locale).into();
    }
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PayloadTooLarge,
        _ => ErrorCode::ValidationError,
    };
    AppError::new(code, locale.pick(ja, en)).with(json!({ "reason": reason })).into()
}

/// Values of the address's path.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(error) => {
                let (ja, en) = ("アドレスに正しくない値があります。", "A value in the address is wrong.");
                Err(refused(&parts.headers, error.status(), &error.body_text(), ja, en))
            }
        }
    }
}

/// Values after the address's `?`.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(error) => {
                let ja = "アドレスの ? のあとに、足りない値か正しくない値があります。";
                let en = "A value after the ? of the address is missing or wrong.";
                Err(refused(&parts.headers, error.status(), &error.body_text(), ja, en))
            }
        }
    }
}

/// The body, of a request or of an answer.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        match <axum::Json<_> as FromRequest<S>>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Json(value)),
            Err(error) => {
                let ja = "本文を正しい JSON で、Content-Type: application/json を付けて送ってください。";
                let en = "Send the body as the JSON asked for, with Content-Type: application/json.";
                Err(refused(&headers, error.status(), &error.body_text(), ja, en))
            }
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        if !request.headers().contains_key(axum::http::header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

/// The body as a form with files.
///
/// # Errors
/// `VALIDATION_ERROR` when it is none.
pub async fn form(request: Request) -> Result<Multipart, Problem> {
    let headers = request.headers().clone();
    <Multipart as FromRequest<()>>::from_request(request, &()).await.map_err(|error| {
        let (ja, en) = ("multipart/form-data で送ってください。", "Send it as multipart/form-data.");
        refused(&headers, error.status(), &error.body_text(), ja, en)
    })
}
