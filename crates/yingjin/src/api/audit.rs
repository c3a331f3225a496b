//! What happened, event by event, and whether the chain holds.

use axum::Json;
use axum::extract::Query;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::jobs::Job;
use super::paging::{Page, Paging};
use super::problem::Problem;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// A sheet was read in.
    Import,
    /// A person changed facts of a record.
    Change,
    /// A person decided a conflict or a row put aside.
    Decision,
    /// A pass found verdicts that differ from before.
    Verdicts,
    /// A person read personal facts.
    Reveal,
    /// An account was made, changed or closed.
    Account,
    /// Somebody signed in or out, or failed to.
    SignIn,
}

/// Which events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Only this type.
    #[serde(rename = "type")]
    #[param(inline)]
    pub event_type: Option<EventType>,
}

/// An event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventLine {
    /// Its number.
    pub seq: i64,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// The day it holds for.
    pub on: NaiveDate,
    /// Who did it.
    pub actor: String,
    /// Whether it is made up.
    pub synthetic: bool,
    /// What to show of it: file name, digest, counts.
    #[schema(value_type = Value)]
    pub summary: serde_json::Value,
    /// Its hash, over itself and the one before.
    pub hash: String,
}

/// Events, the last first.
#[utoipa::path(get, path = "/api/audit/events", tag = "audit", params(EventFilter, Paging),
    responses((status = 200, body = Page<EventLine>), Problem))]
pub async fn events(
    Query(_filter): Query<EventFilter>,
    Query(_paging): Query<Paging>,
) -> Result<Json<Page<EventLine>>, Problem> {
    Err(Problem::not_built())
}

/// Walks the chain of events and says where it breaks.
#[utoipa::path(post, path = "/api/audit/verify", tag = "audit",
    responses((status = 202, body = Job), Problem))]
pub async fn verify_chain() -> Result<(StatusCode, Json<Job>), Problem> {
    Err(Problem::not_built())
}
