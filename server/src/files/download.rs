//! Files of a job, whole, in ranges, or their last bytes; while the run goes on, too.

use crate::extract::{Path, Query};
use crate::problem::Problem;
use app::backend::{Asking, Backend, fault, open_found, when_whole};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use domain::{FileName, JobId};
use serde::Deserialize;
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// `?tail=N`.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Part {
    /// Only the last so many bytes.
    tail: Option<u64>,
}

/// One file. `Range` is understood; `?tail=N` gives the last N bytes.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/files/{name}", params(Part), responses((status = 200), (status = 206), (status = 404, body = crate::api::wire::Problem)))]
pub async fn file(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path((id, name)): Path<(i64, String)>,
    Query(part): Query<Part>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let locale = asking.locale;
    let name = FileName::parse(&name).map_err(|_| fault::no_such_file(locale))?;
    let path = backend.path_of(JobId(id), &name, locale).await?;
    let mut answer = match part.tail {
        Some(bytes) => tail(&path, bytes).await.map_err(|error| fault::disk(locale, &error))?,
        None => serve(&path, request).await,
    };
    if answer.status() == StatusCode::NOT_FOUND {
        return Err(fault::no_such_file(locale).into());
    }
    let readable = app::jobs::files::is_readable(name.as_str());
    let kind = if readable { "text/plain" } else { "application/octet-stream" };
    let headers = answer.headers_mut();
    // never what a browser would run, whatever the file is called
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&attachment(name.as_str())) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(answer)
}

/// RFC 6266: a plain name for old clients and the true one in UTF-8.
pub fn attachment(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The file, or the range of it that is asked for; 404 where it is not there.
async fn serve(path: &std::path::Path, request: Request) -> Response<Body> {
    let send = async |path: &std::path::Path, request: Request| match ServeFile::new(path).oneshot(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(never) => match never {},
    };
    let mut again = Request::new(Body::empty());
    again.headers_mut().clone_from(request.headers());
    let answer = send(path, request).await;
    match when_whole(path) {
        // it became whole since it was found
        Some(whole) if answer.status() == StatusCode::NOT_FOUND => send(&whole, again).await,
        _ => answer,
    }
}

async fn tail(path: &std::path::Path, bytes: u64) -> std::io::Result<Response<Body>> {
    let mut file = File::from_std(open_found(path)?);
    let size = file.metadata().await?.len();
    let from = size.saturating_sub(bytes);
    file.seek(SeekFrom::Start(from)).await?;
    // the file may grow while it is sent: what was promised is what is sent
    let body = Body::from_stream(ReaderStream::new(file.take(size - from)));
    Ok((StatusCode::OK, body).into_response())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_japanese_name_survives_and_quotes_cannot_break_out() {
        assert_eq!(attachment("引\".dat"), "attachment; filename=\"__.dat\"; filename*=UTF-8''%E5%BC%95%22.dat");
    }

    #[tokio::test]
    async fn a_file_that_became_whole_since_it_was_found_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("beam.sta"), "COMPLETED").unwrap();
        let part = folder.path().join("beam.sta.part");
        let mut ranged = Request::new(Body::empty());
        ranged.headers_mut().insert("range", HeaderValue::from_static("bytes=0-3"));
        let answers = [serve(&part, ranged).await, tail(&part, 4).await.unwrap()];
        for (answer, (status, bytes)) in answers.into_iter().zip([(206, "COMP"), (200, "ETED")]) {
            assert_eq!(answer.status(), status);
            assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), bytes);
        }
        let gone = folder.path().join("gone.sta.part");
        assert_eq!(serve(&gone, Request::new(Body::empty())).await.status(), StatusCode::NOT_FOUND);
    }
}
