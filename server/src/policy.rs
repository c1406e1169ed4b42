//! What browsers may do with our pages: a strict content security policy with a nonce per response, and no guessing.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};

/// Other sites may not embed what is ours.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// No other window of this browser gets hold of ours.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// Of what a browser can do for pages, ours need none of these.
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Whether this is a file of the site that is called by what is in it: `/pkg/app.0123456789abcdef.wasm`.
fn is_named_by_content(path: &str) -> bool {
    path.strip_prefix("/pkg/").is_some_and(|name| !name.contains('/') && name.split('.').count() == 3)
}

#[derive(Clone)]
struct ResponseNonce(Nonce);

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; \
         connect-src 'self'; worker-src 'self'"
    )
}

/// What is somebody's: not for a cache, and not for whoever presses "back" after a sign-out.
fn is_somebody_s(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ["text/html", "application/json"].iter().any(|own| kind.starts_with(own))
}

/// Puts the headers on every response, files and errors included. `secure`: people reach us by TLS.
pub async fn protect(State(secure): State<bool>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(ResponseNonce(nonce.clone()));
    let lasting = is_named_by_content(request.uri().path());
    let mut response = next.run(request).await;
    let found = response.status().is_success();
    let headers = response.headers_mut();
    set(headers, &nonce);
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(CACHE_CONTROL) && is_somebody_s(headers) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    if lasting && found {
        // another content would have another name
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    response
}

fn set(headers: &mut HeaderMap, nonce: &Nonce) {
    if let Ok(policy) = HeaderValue::from_str(&policy(nonce.as_inner())) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
}

/// Gives pages the nonce of the response they are part of. leptos_axum provides one of its own first; ours wins.
pub fn provide_nonce() {
    let parts = use_context::<Parts>();
    if let Some(ResponseNonce(nonce)) = parts.and_then(|parts| parts.extensions.get::<ResponseNonce>().cloned()) {
        provide_context(nonce);
    }
}

#[cfg(test)]
mod tests {
    use super::is_named_by_content;

    #[test]
    fn only_what_has_its_content_in_its_name_is_kept_for_good() {
        for path in ["/pkg/app.0123456789abcdef.wasm", "/pkg/__wasm_split.XvNXY48r-LTdQOFCvMPtrw.js"] {
            assert!(is_named_by_content(path), "{path}");
        }
        for path in ["/pkg/app.wasm", "/pkg/snippets/a.b.js", "/preflight-worker.js", "/uploads/a.b.c"] {
            assert!(!is_named_by_content(path), "{path}");
        }
    }
}
