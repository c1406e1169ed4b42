//! `/api/health`: whether everything works, for whoever watches from outside. `/api/health/live`: whether this process
//! answers at all.

use app::backend::{Asking, Backend};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::NodeState;
use domain::health::{Alert, Health, Level, alerts, percent_used};
use serde_json::{Value, json};

/// Looked at twice a minute: a look that is older than this has got stuck.
const STALE: domain::Seconds = domain::Seconds(150);

/// 200 as long as the process runs.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "ok", "timestamp": timestamp() }))
}

fn timestamp() -> String {
    chrono::Utc::now().to_rfc3339()
}

/// 200, or 503 when the database does not answer, a disk has no room, or no node does that should. The statuses are for
/// everybody, the numbers for admins.
pub async fn health(State(backend): State<Backend>, asking: Option<Extension<Asking>>) -> Response {
    let is_admin = asking.is_some_and(|Extension(asking)| asking.actor.may(domain::Act::Administer));
    let (is_well, answer) = report(&backend, is_admin).await;
    let status = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// Whether all is well, and what is told; numbers for admins only.
pub async fn report(backend: &Backend, is_admin: bool) -> (bool, Value) {
    let database = backend.repository.database_health().await.ok();
    // disks, memory and nodes as the last look found them: who asks each second does not cost a look each
    let last = match backend.watch.health() {
        Some(health) => health,
        None => backend.first_look().await,
    };
    let now = domain::Timestamp(chrono::Utc::now().timestamp());
    let disks_answer = last.disks_answer && now.since(last.at) <= STALE;
    let health = Health { database, disks_answer, ..(*last).clone() };
    let found = alerts(&health, &backend.repository.settings());
    body(&health, &found, is_admin)
}

/// The worst of some alarms as a status.
fn word(found: &[Alert], of: impl Fn(&Alert) -> bool) -> &'static str {
    match found.iter().filter(|alert| of(alert)).map(Alert::level).max() {
        None => "ok",
        Some(Level::Caution) => "warning",
        Some(Level::Bad) => "error",
    }
}

fn body(health: &Health, found: &[Alert], is_admin: bool) -> (bool, Value) {
    let wanted = |state: NodeState| !matches!(state, NodeState::Disabled);
    let serving = health.nodes.iter().filter(|node| node.state == NodeState::Available).count();
    let all = health.nodes.iter().filter(|node| wanted(node.state)).count();
    let any_lost = found.iter().any(|alert| matches!(alert, Alert::NodeLost { .. }));
    let nodes = match (any_lost, serving) {
        // one of several is the admin's trouble; when none is left nothing runs any more
        (true, 0) => "error",
        (true, _) => "warning",
        // nor is a full disk of one
        (false, _) if found.iter().any(|alert| matches!(alert, Alert::NodeDisk { .. })) => "warning",
        (false, _) => "ok",
    };
    let database = if health.database.is_some() { "ok" } else { "error" };
    let disk = word(found, |alert| matches!(alert, Alert::ServerDisk { .. } | Alert::DisksSilent));
    let memory = word(found, |alert| matches!(alert, Alert::Memory { .. }));
    let is_well = [database, nodes, disk, memory].iter().all(|status| *status != "error");
    let status = match (is_well, found.is_empty()) {
        (true, true) => "healthy",
        (true, false) => "degraded",
        (false, _) => "unhealthy",
    };
    let mut answer = json!({
        "status": status,
        "timestamp": timestamp(),
        "database": { "status": database },
        "nodes": { "status": nodes },
        "disk": { "status": disk },
        "memory": { "status": memory },
    });
    if let Some(milliseconds) = health.database.map(|database| database.answer_us / 1000) {
        answer["database"]["responseTime"] = json!(milliseconds);
    }
    if is_admin {
        answer["nodes"]["available"] = json!(serving);
        answer["nodes"]["total"] = json!(all);
        answer["disk"]["disks"] = json!(
            health
                .disks
                .iter()
                .map(|disk| json!({
                    "folders": disk.places,
                    "used_percent": percent_used(disk.free, disk.size),
                    "free_bytes": disk.free,
                }))
                .collect::<Vec<_>>()
        );
        if let Some(memory) = health.memory {
            answer["memory"]["used_percent"] = json!(percent_used(memory.available, memory.total));
            answer["memory"]["own_bytes"] = json!(memory.own);
        }
        answer["backup"] = json!({
            "last_good": health.backup.last_good.map(|at| at.0),
            "status": word(found, |alert| {
                matches!(alert, Alert::BackupFailed { .. } | Alert::BackupLate { .. } | Alert::BackupDamaged { .. })
            }),
        });
        answer["alerts"] = json!(found.iter().map(Alert::key).collect::<Vec<_>>());
    }
    (is_well, answer)
}
