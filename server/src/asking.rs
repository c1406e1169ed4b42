//! Who is asking, put into every request in one place. Until sign-in exists it is the built-in local user.

use app::backend::Asking;
use app::preferences;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::middleware::Next;
use axum::response::Response;
use domain::Actor;
use std::sync::Arc;

/// The language of a request.
pub fn locale(headers: &HeaderMap) -> app::i18n::Locale {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    preferences::of_headers(header(COOKIE), header(ACCEPT_LANGUAGE)).locale
}

/// Puts [`Asking`] into the request's extensions.
pub async fn identify(
    axum::extract::State(actor): axum::extract::State<Arc<Actor>>,
    mut request: Request,
    next: Next,
) -> Response {
    let asking = Asking { actor: Actor::clone(&actor), locale: locale(request.headers()) };
    request.extensions_mut().insert(asking);
    next.run(request).await
}
