//! What a person has to decide: facts told differently by two sources, and rows that match no one record.

use axum::Json;
use axum::extract::{Path, Query};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paging::{Page, Paging};
use super::problem::Problem;
use super::records::RecordLine;
use super::words::Words;

/// A fact that two sources tell differently for the same day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conflict {
    /// Its id.
    pub id: i64,
    /// The record.
    pub record: RecordLine,
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The day.
    pub on: NaiveDate,
    /// What was told first; it stays current until decided.
    pub first: Told,
    /// What was told second.
    pub second: Told,
}

/// What a source told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Told {
    /// The value; none if masked.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// The value as people read it.
    pub display: Option<Words>,
    /// Whether it is masked.
    pub masked: bool,
    /// Where it came from.
    pub source: Option<String>,
    /// The event that told it.
    pub seq: Option<i64>,
}

/// Which of the two holds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ConflictDecision {
    /// The first, the second, or another value.
    pub choose: Choice,
    /// The value, where another was chosen.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// Why; kept in the event.
    pub reason: String,
}

/// Which value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// What was told first.
    First,
    /// What was told second.
    Second,
    /// Another value.
    Value,
}

/// A row put aside.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Aside {
    /// Its id.
    pub id: i64,
    /// The kind.
    pub kind: String,
    /// The import it came with.
    pub import_seq: Option<i64>,
    /// Where it came from.
    pub source: Option<String>,
    /// The sheet; none for csv.
    pub sheet: Option<String>,
    /// The row as the sheet counts it.
    pub row: Option<u64>,
    /// Why it was put aside.
    pub reason: Words,
    /// What the row says; personal facts left out.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub facts: std::collections::BTreeMap<String, serde_json::Value>,
    /// The records it may mean.
    pub candidates: Vec<RecordLine>,
}

/// What a row put aside means.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AsideDecision {
    /// What to do with it.
    pub choose: AsideChoice,
    /// The record it means, where one was chosen.
    pub record: Option<String>,
    /// Why; kept in the event.
    pub reason: String,
}

/// What to do with a row put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AsideChoice {
    /// It is about `record`.
    Match,
    /// It is about a record not yet known.
    New,
    /// It is about nothing we keep.
    Drop,
}

/// A decision that was kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Decided {
    /// The event.
    pub seq: i64,
}

/// Conflicts not yet decided.
#[utoipa::path(get, path = "/api/conflicts", tag = "conflicts", params(Paging),
    responses((status = 200, body = Page<Conflict>), Problem))]
pub async fn conflicts(Query(_paging): Query<Paging>) -> Result<Json<Page<Conflict>>, Problem> {
    Err(Problem::not_built())
}

/// Decides a conflict.
#[utoipa::path(post, path = "/api/conflicts/{id}", tag = "conflicts", params(("id" = i64, Path)), request_body = ConflictDecision,
    responses((status = 200, body = Decided), Problem))]
pub async fn decide_conflict(
    Path(_id): Path<i64>,
    Json(_decision): Json<ConflictDecision>,
) -> Result<Json<Decided>, Problem> {
    Err(Problem::not_built())
}

/// Rows put aside, not yet decided.
#[utoipa::path(get, path = "/api/asides", tag = "conflicts", params(Paging),
    responses((status = 200, body = Page<Aside>), Problem))]
pub async fn asides(Query(_paging): Query<Paging>) -> Result<Json<Page<Aside>>, Problem> {
    Err(Problem::not_built())
}

/// Decides a row put aside.
#[utoipa::path(post, path = "/api/asides/{id}", tag = "conflicts", params(("id" = i64, Path)), request_body = AsideDecision,
    responses((status = 200, body = Decided), Problem))]
pub async fn decide_aside(
    Path(_id): Path<i64>,
    Json(_decision): Json<AsideDecision>,
) -> Result<Json<Decided>, Problem> {
    Err(Problem::not_built())
}
