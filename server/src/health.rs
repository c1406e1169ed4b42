//! `/api/health/live`: whether this process answers at all.

use axum::Json;
use serde_json::{Value, json};

/// 200 as long as the process runs.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "ok", "timestamp": chrono::Utc::now().to_rfc3339() }))
}
