//! What many tabs ask for at the same moment is compressed once. After a change every open list asks for the same rows,
//! and compressing them takes longer than all else that the answer needs.

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of an answer for which it pays: less is done as fast as found, more is asked for by few.
const PAYS: std::ops::RangeInclusive<usize> = 4_000..=300_000;
/// Answers that are kept. An answer is found by all of its bytes, so that nobody is given another's.
const KEPT: usize = 16;

/// An answer before it is compressed.
#[derive(Clone)]
struct Whole(Bytes);

struct Entry {
    encoding: HeaderValue,
    whole: Bytes,
    small: Bytes,
}

/// The answers that were compressed last.
#[derive(Clone, Default)]
pub struct Compressed(Arc<Mutex<VecDeque<Entry>>>);

impl Compressed {
    fn find(&self, encoding: &HeaderValue, whole: &Bytes) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|entry| entry.encoding == *encoding && entry.whole == *whole);
        found.map(|entry| entry.small.clone())
    }

    fn keep(&self, encoding: HeaderValue, whole: Bytes, small: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // another made it meanwhile
        if kept.iter().any(|entry| entry.encoding == encoding && entry.whole == whole) {
            return;
        }
        kept.truncate(KEPT - 1);
        kept.push_front(Entry { encoding, whole, small });
    }
}

/// Within the layer that compresses: notes the answer of a server function as it is.
pub async fn note(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/rpc/");
    let answer = next.run(request).await;
    let size = answer.body().size_hint().exact().and_then(|size| usize::try_from(size).ok());
    if !is_call || !size.is_some_and(|size| PAYS.contains(&size)) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let whole = match to_bytes(body, *PAYS.end()).await {
        Ok(whole) => whole,
        Err(error) => return broken(&error),
    };
    parts.extensions.insert(Whole(whole.clone()));
    Response::from_parts(parts, Body::from(whole))
}

/// Around the layer that compresses, which begins only when its answer is read: in its place what it made of the same bytes
/// before.
pub async fn once(State(compressed): State<Compressed>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let Some(Whole(whole)) = answer.extensions_mut().remove() else { return answer };
    // it is for that layer to say whether, and how, this browser wants it
    let Some(encoding) = answer.headers().get(CONTENT_ENCODING).cloned() else { return answer };
    let (parts, body) = answer.into_parts();
    let small = match compressed.find(&encoding, &whole) {
        Some(small) => small,
        None => {
            let small = match to_bytes(body, usize::MAX).await {
                Ok(small) => small,
                Err(error) => return broken(&error),
            };
            compressed.keep(encoding, whole, small.clone());
            small
        }
    };
    Response::from_parts(parts, Body::from(small))
}

/// Bytes in memory that cannot be read.
fn broken(error: &axum::Error) -> Response {
    tracing::error!(%error, "an answer could not be compressed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::Router;
    use axum::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, VARY};
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::compression::CompressionLayer;

    fn router(compressed: &Compressed) -> Router {
        let rows = |letter: &str| letter.repeat(50_000);
        Router::new()
            .route("/rpc/rows", get(move || async move { rows("a") }))
            .route("/rpc/others", get(move || async move { rows("b") }))
            .route("/rpc/few", get(|| async { "few ".repeat(100) }))
            .route("/page", get(move || async move { rows("a") }))
            .layer(from_fn(note))
            .layer(CompressionLayer::new())
            .layer(from_fn_with_state(compressed.clone(), once))
    }

    async fn asked(router: &Router, path: &str, encodings: &str) -> (Option<String>, Bytes) {
        let request = Request::get(path).header(ACCEPT_ENCODING, encodings).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers().contains_key(VARY), "{:?}", answer.headers());
        let encoding = answer.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        let length =
            answer.headers().get(CONTENT_LENGTH).map(|value| value.to_str().unwrap().parse::<usize>().unwrap());
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(length.is_none_or(|length| length == body.len()));
        (encoding, body)
    }

    fn count(compressed: &Compressed) -> usize {
        compressed.0.lock().unwrap().len()
    }

    #[tokio::test]
    async fn the_same_rows_are_compressed_once_for_each_encoding_and_no_others_are_given() {
        let compressed = Compressed::default();
        let router = router(&compressed);
        let (encoding, first) = asked(&router, "/rpc/rows", "br").await;
        assert_eq!(encoding.as_deref(), Some("br"));
        assert!(first.len() < 1_000);
        let again = asked(&router, "/rpc/rows", "gzip;q=0.5, br").await;
        assert_eq!(again, (Some("br".to_owned()), first.clone()));
        // not made once more, but the same bytes in memory
        assert_eq!((again.1.as_ptr(), count(&compressed)), (first.as_ptr(), 1));

        let (encoding, zipped) = asked(&router, "/rpc/rows", "gzip, br;q=0").await;
        assert_eq!(encoding.as_deref(), Some("gzip"));
        assert_eq!(zipped[..2], [0x1f, 0x8b]);
        let (_, others) = asked(&router, "/rpc/others", "br").await;
        assert_ne!(others, first);
        assert_eq!(count(&compressed), 3);
    }

    #[tokio::test]
    async fn what_is_small_or_wanted_as_it_is_or_no_server_function_s_is_not_kept() {
        let compressed = Compressed::default();
        let router = router(&compressed);
        let (encoding, whole) = asked(&router, "/rpc/rows", "identity").await;
        assert_eq!((encoding, whole), (None, Bytes::from("a".repeat(50_000))));
        assert_eq!(asked(&router, "/rpc/few", "br").await.0.as_deref(), Some("br"));
        assert_eq!(asked(&router, "/page", "br").await.0.as_deref(), Some("br"));
        assert_eq!(count(&compressed), 0);
    }

    #[test]
    fn the_oldest_go_when_there_are_many() {
        let compressed = Compressed::default();
        let br = HeaderValue::from_static("br");
        let whole = |n: usize| Bytes::from(n.to_string());
        for n in 0..=KEPT {
            compressed.keep(br.clone(), whole(n), whole(n));
            compressed.keep(br.clone(), whole(n), whole(n));
        }
        assert_eq!(count(&compressed), KEPT);
        assert_eq!(compressed.find(&br, &whole(0)), None);
        assert_eq!(compressed.find(&br, &whole(KEPT)), Some(whole(KEPT)));
        assert_eq!(compressed.find(&HeaderValue::from_static("gzip"), &whole(KEPT)), None);
    }
}
