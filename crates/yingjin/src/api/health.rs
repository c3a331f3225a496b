//! Whether the server answers.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The server answers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`
    pub status: String,
}

/// Whether the server answers.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok".to_owned() })
}
