//! Every route of the server and the layers around them.

use crate::asking::{Reached, identify};
use crate::compressed::{self, Compressed};
use crate::config::Config;
use crate::files::body::in_time;
use crate::files::rest::hear_out;
use crate::files::{archive, receive};
use crate::gate::{self, Gate};
use crate::{api, bundle, calls, health, metrics, policy, request_id, same_site, usage, ws};
use app::backend::{Asking, Backend, Visitor};
use app::{App, shell};
use axum::extract::{DefaultBodyLimit, FromRef, State, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

/// What handlers may ask for.
#[derive(Clone, FromRef)]
struct Shared {
    options: LeptosOptions,
    backend: Backend,
    config: Arc<Config>,
    stop: CancellationToken,
}

async fn socket(
    State(backend): State<Backend>,
    State(stop): State<CancellationToken>,
    Extension(visitor): Extension<Visitor>,
    socket: WebSocketUpgrade,
) -> Response {
    ws::upgrade(socket, backend, visitor, stop)
}

/// All of it.
pub fn router(options: LeptosOptions, backend: Backend, config: Arc<Config>, stop: CancellationToken) -> Router {
    let pages = generate_route_list(App);
    let for_pages = backend.clone();
    let context = move || {
        provide_context(for_pages.clone());
        policy::provide_nonce();
        let Some(parts) = use_context::<Parts>() else { return };
        if let Some(visitor) = parts.extensions.get::<Visitor>() {
            provide_context(visitor.clone());
        }
        if let Some(asking) = parts.extensions.get::<Asking>() {
            provide_context(asking.clone());
        }
    };
    let gate = Arc::new(Gate::new(Path::new(&*options.site_root)));
    let secure = backend.entrance.secure;
    let reached = Reached { backend: backend.clone(), behind_proxy: config.public_url.is_some() };
    let shared = Shared { options: options.clone(), backend, config, stop };
    let api = api::routes().fallback(api::not_found);
    let page_options = options.clone();
    let dynamic = Router::new()
        .leptos_routes_with_context(&shared, pages, context.clone(), move || shell(page_options.clone()))
        .fallback(leptos_axum::file_and_error_handler_with_context::<Shared, _>(context, shell))
        .layer(middleware::from_fn(calls::tell_status))
        .layer(middleware::from_fn(compressed::note))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(Compressed::default(), compressed::once))
        .layer(middleware::from_fn(in_time));
    Router::new()
        .route("/ws", get(socket))
        // the limit is counted while streaming, from the settings
        .route("/uploads", post(receive::upload).layer(DefaultBodyLimit::disable()))
        .route("/api/health", get(health::health))
        .route("/api/health/live", get(health::live))
        .route("/metrics", get(metrics::answer))
        .route("/backups/{name}", get(archive::backup))
        .route("/support-bundle", get(bundle::answer))
        .route("/usage.csv", get(usage::answer))
        .nest("/api/v1", api.with_state(shared.backend.clone()))
        .merge(dynamic)
        .layer(middleware::from_fn_with_state(gate, gate::ask))
        .layer(middleware::from_fn_with_state(reached, identify))
        .layer(middleware::from_fn(hear_out))
        .layer(middleware::from_fn(same_site::check))
        .layer(middleware::from_fn_with_state(secure, policy::protect))
        .layer(middleware::from_fn(request_id::give))
        .with_state(shared)
}
