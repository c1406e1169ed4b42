//! What is still to come of a body when its refusal is known already: taken and thrown away. Browsers hear an answer only
//! when they have sent all, and one that is cut off before that tells its user of a lost connection, and tries again.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// Between two slices.
const PATIENCE: Duration = Duration::from_secs(10);
/// For all of it: the largest file, over a slow line.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// The same for who is not signed in, or no longer: their page sends it again when they are.
const STRANGERS: Duration = Duration::from_secs(30);

/// A body that the request and what comes after it read in turn.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}

/// Whether files come with it.
fn sends_files(request: &Request) -> bool {
    *request.method() == Method::POST && ["/uploads", "/api/v1/jobs"].contains(&request.uri().path())
}

/// Hears who sends files out after a refusal, by whomever; the answer is on its way meanwhile.
pub async fn hear_out(request: Request, next: Next) -> Response {
    if !sends_files(&request) {
        return next.run(request).await;
    }
    // who waits for a word before sending at all has heard the answer in its place
    let waits = request.headers().contains_key(EXPECT);
    let (parts, body) = request.into_parts();
    let mut body = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let answer = next.run(Request::from_parts(parts, Body::from_stream(body.clone()))).await;
    if !answer.status().is_success() && !waits {
        let longest = if answer.status() == StatusCode::UNAUTHORIZED { STRANGERS } else { LONGEST };
        tokio::spawn(tokio::time::timeout(longest, async move {
            while let Ok(Some(Ok(_))) = tokio::time::timeout(PATIENCE, body.next()).await {}
        }));
    }
    answer
}
