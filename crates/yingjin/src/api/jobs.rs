//! Long work: its progress, its end, and how to stop it.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use super::words::Words;

/// How far long work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Rows, events or duties done.
    pub done: u64,
    /// Of how many, where that is known.
    pub total: Option<u64>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobType {
    /// Reads a sheet in.
    Import,
    /// Judges every record and keeps what changed.
    Pass,
    /// Walks the chain of events.
    Verify,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// A job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does.
    #[serde(rename = "type")]
    pub job_type: JobType,
    /// How it stands.
    pub state: JobState,
    /// How far it is.
    pub progress: Progress,
    /// Who began it.
    pub actor: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub failure: Option<Words>,
    /// What a pass found.
    pub pass: Option<PassResult>,
    /// What the walk along the chain found.
    pub verification: Option<VerificationResult>,
}

/// What a recorded pass found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PassResult {
    /// The day it judged.
    pub on: NaiveDate,
    /// The event that keeps it; none where nothing changed.
    pub seq: Option<i64>,
    /// Records judged.
    pub records: u64,
    /// Verdicts that differ from before.
    pub changed: u64,
    /// Duties that came to be owed.
    pub arose: u64,
    /// Duties that were served.
    pub met: u64,
    /// Duties that are owed no longer.
    pub lapsed: u64,
    /// Records that are served and not owed.
    pub leaked: u64,
}

/// What the walk along the chain found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VerificationResult {
    /// Events walked.
    pub events: u64,
    /// Where the chain breaks; none if it holds.
    pub broken: Option<ChainBreak>,
}

/// Where the chain of events breaks.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChainBreak {
    /// The event.
    pub seq: i64,
    /// What is wrong with it.
    pub what: Words,
}

/// Which day to judge.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct PassRequest {
    /// The day; today unless said.
    pub on: Option<NaiveDate>,
}

/// Judges every record on a day and keeps what changed as an event.
#[utoipa::path(post, path = "/api/passes", tag = "jobs", request_body = PassRequest,
    responses((status = 202, body = Job), Problem))]
pub async fn begin_pass(Json(_request): Json<PassRequest>) -> Result<(StatusCode, Json<Job>), Problem> {
    Err(Problem::not_built())
}

/// How a job stands.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job), Problem))]
pub async fn job(Path(_id): Path<String>) -> Result<Json<Job>, Problem> {
    Err(Problem::not_built())
}

/// Stops a job that is under way; nothing of it stays.
#[utoipa::path(delete, path = "/api/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 204), Problem))]
pub async fn cancel_job(Path(_id): Path<String>) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
