//! Who is asking, put into every request in one place. Until sign-in exists it is the built-in local user.

use app::backend::Asking;
use app::preferences;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::middleware::Next;
use axum::response::Response;
use domain::{Actor, Origin};
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
    let origin = if request.uri().path().starts_with("/api/") { Origin::Api } else { Origin::Web };
    let asking = Asking { actor: Actor { origin, ..Actor::clone(&actor) }, locale: locale(request.headers()) };
    request.extensions_mut().insert(asking);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::post;
    use axum::{Extension, Router, middleware};
    use tower::ServiceExt;

    #[tokio::test]
    async fn it_is_known_from_where_somebody_asks() {
        let said = post(async |Extension(asking): Extension<Asking>| asking.actor.origin.as_str());
        let routes = Router::new()
            .route("/uploads", said.clone())
            .route("/rpc/act_on_jobs", said.clone())
            .nest_service("/api/v1", Router::new().route("/jobs", said))
            .layer(middleware::from_fn_with_state(Arc::new(crate::local_user().unwrap()), identify));
        for (path, origin) in [("/uploads", "web"), ("/rpc/act_on_jobs", "web"), ("/api/v1/jobs", "api")] {
            let answer = routes.clone().oneshot(Request::post(path).body(Body::empty()).unwrap()).await.unwrap();
            let body = to_bytes(answer.into_body(), 100).await.unwrap();
            assert_eq!(body, origin, "{path}");
        }
    }
}
