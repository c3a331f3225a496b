//! Why a record stands where it stands for a duty, clause by clause.

use axum::Json;
use axum::extract::{Path, Query};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::duties::ParameterOn;
use super::problem::Problem;
use super::records::Day;
use super::session::RecordRef;
use super::words::{Basis, Standing, Truth, Words};

/// The reasons of one verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The day.
    pub on: NaiveDate,
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The version of the rules.
    pub version: String,
    /// The document that makes it binding.
    pub basis: Basis,
    /// The record.
    pub record: RecordRef,
    /// The set it is in.
    pub standing: Standing,
    /// Whether it is owed.
    pub should: Truth,
    /// Whether it has been served.
    pub done: Truth,
    /// Whether an exemption holds.
    pub exempt: Truth,
    /// What is owed.
    pub amount: Option<Decimal>,
    /// What has been paid.
    pub paid: Option<Decimal>,
    /// The unit of both.
    pub unit: Option<String>,
    /// The day it arose.
    pub arose_on: Option<NaiveDate>,
    /// The last day for serving it.
    pub due_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
    /// What makes it owed, clause by clause.
    pub clauses: Vec<ClauseReason>,
    /// What would release from it.
    pub exemptions: Vec<ClauseReason>,
    /// What shows that it has been served.
    pub evidence: ClauseReason,
    /// Whether it fails one clause alone.
    pub near_miss: bool,
    /// For an unknown: the facts to ask for, the one that settles most first.
    pub ask: Vec<AskFact>,
}

/// One clause and how it came out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClauseReason {
    /// `state-lessor`
    pub id: String,
    /// What it says.
    pub label: Words,
    /// The condition, an expression.
    pub when: String,
    /// How it came out.
    pub truth: Truth,
    /// The facts it read.
    pub facts: Vec<FactRead>,
    /// The parameters it read.
    pub parameters: Vec<ParameterOn>,
    /// For a no: what would have to be different.
    pub otherwise: Vec<Words>,
}

/// A fact that a clause read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactRead {
    /// The dotted path as the rule writes it.
    pub path: String,
    /// What people call it.
    pub label: Words,
    /// The record that holds it; none where the way to it is broken.
    pub record: Option<RecordRef>,
    /// The value; none if not known or masked.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// The value as people read it.
    pub display: Option<Words>,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// Whether it is known but masked.
    pub masked: bool,
    /// Whether it is computed.
    pub derived: bool,
    /// The day it holds from.
    pub on: Option<NaiveDate>,
    /// When we learned it.
    pub at: Option<DateTime<Utc>>,
    /// Where it came from.
    pub source: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
}

/// A fact to ask for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AskFact {
    /// The dotted path.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The question, if it may be asked.
    pub question: Option<Words>,
}

/// Why a record stands where it stands for a duty.
#[utoipa::path(get, path = "/api/records/{kind}/{id}/duties/{duty}", tag = "records",
    params(("kind" = String, Path), ("id" = String, Path), ("duty" = String, Path), Day),
    responses((status = 200, body = Explanation), Problem))]
pub async fn explanation(
    Path((_kind, _id, _duty)): Path<(String, String, String)>,
    Query(_day): Query<Day>,
) -> Result<Json<Explanation>, Problem> {
    Err(Problem::not_built())
}
