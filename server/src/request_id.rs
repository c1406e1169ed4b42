//! Each request has an id: the one its sender gave, or a new one. The log has it on every line that the request causes,
//! the answer tells it, and a job keeps it for what is done for it later.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Letters of an id that somebody else gave.
const LONGEST: usize = 64;

/// The id of a request, among its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// One that a log can hold: anything else would let a sender write into it.
fn given(request: &Request) -> Option<&str> {
    let id = request.headers().get(HEADER)?.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!id.is_empty() && id.len() <= LONGEST && id.bytes().all(fits)).then_some(id)
}

/// Gives the request its id, and the answer too.
pub async fn give(mut request: Request, next: Next) -> Response {
    let id: Arc<str> = match given(&request) {
        Some(id) => Arc::from(id),
        None => Arc::from(uuid::Uuid::now_v7().simple().to_string()),
    };
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    // at every level: the lines one looks for are the worst
    let span = tracing::error_span!("request", id = %id);
    let (method, path, began) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let answering = async {
        let answer = next.run(request).await;
        let (status, took_ms) = (answer.status().as_u16(), began.elapsed().as_millis());
        // what a link to set a password opens is a secret
        let path = if path.starts_with("/welcome/") { "/welcome/…" } else { &path };
        // health that is bad is told once as an alarm, however often somebody asks
        if answer.status().is_server_error() && !path.starts_with("/api/health") {
            tracing::warn!(%method, path, status, took_ms, "answered");
        } else {
            tracing::debug!(%method, path, status, took_ms, "answered");
        }
        answer
    };
    let mut answer = answering.instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(HEADER, value);
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_what_cannot_break_a_line_is_taken_over() {
        let with = |id: &str| Request::builder().header("x-request-id", id).body(Body::empty()).unwrap();
        assert_eq!(given(&with("cae-macro_17.3")), Some("cae-macro_17.3"));
        for id in ["", "two words", "a\tb", "{\"level\":\"ERROR\"}", &"x".repeat(65)] {
            assert_eq!(given(&with(id)), None, "{id}");
        }
    }
}
