//! Other web sites may not act here with a visitor's browser: one layer before everything.
//!
//! Nothing may come from another site (`Sec-Fetch-Site`, `Origin`): neither what changes something, nor a WebSocket, which
//! browsers open across sites without asking, nor what merely reads, which can be costly and tells by its success what there
//! is. Following a link to one of our pages is all that is left. A foreign name that leads to this machine (DNS rebinding)
//! brings no cookie of ours, so that whoever comes by it is a stranger at the gate.

use crate::problem::Problem;
use app::{AppError, ErrorCode};
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn comes_from_elsewhere(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return true;
    }
    // no browser, or an old one's plain navigation: nobody's cookies are misused
    let Some(origin) = text(headers, ORIGIN.as_str()) else { return false };
    origin.split_once("://").is_none_or(|(_, name)| name != host)
}

/// Somebody followed a link to a page: it opens in a place of its own, where the other site sees nothing of it.
fn is_link_to_page(request: &Request) -> bool {
    let headers = request.headers();
    let path = request.uri().path();
    *request.method() == Method::GET
        && !headers.contains_key(UPGRADE)
        && text(headers, "sec-fetch-mode") == Some("navigate")
        && text(headers, "sec-fetch-dest") == Some("document")
        && !["/api/", "/rpc/", "/uploads", "/ws", "/backups/", "/metrics"]
            .iter()
            .any(|beginning| path.starts_with(beginning))
}

/// Lets a request through, or answers 403.
pub async fn check(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    if comes_from_elsewhere(headers, host) && !is_link_to_page(&request) {
        let locale = crate::asking::locale(headers);
        let message =
            locale.pick("別のサイトからの操作は受け付けません。", "Requests from other sites are not accepted.");
        return Problem(AppError::new(ErrorCode::Forbidden, message)).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap_or(HOST), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn other_sites_and_null_origins_are_elsewhere() {
        let elsewhere = |pairs: &[_]| comes_from_elsewhere(&headers(pairs), "127.0.0.1:3000");
        assert!(!elsewhere(&[]));
        assert!(!elsewhere(&[("origin", "http://127.0.0.1:3000")]));
        assert!(elsewhere(&[("origin", "http://127.0.0.1:3001")]));
        assert!(elsewhere(&[("origin", "null")]));
        assert!(elsewhere(&[("sec-fetch-site", "cross-site")]));
        assert!(elsewhere(&[("sec-fetch-site", "same-site")]));
    }
}
