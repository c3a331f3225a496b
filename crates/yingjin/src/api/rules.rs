//! The rules in words, their parameters, and who would gain and lose if one were different.

use std::collections::BTreeMap;

use axum::Json;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::city::FactTypeName;
use super::duties::{ClauseShape, DoneShape};
use super::problem::Problem;
use super::records::RecordLine;
use super::words::{Basis, Mode, Span, Words};

/// Every duty in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rules {
    /// The version of the rules: a digest of the city folder.
    pub version: String,
    /// One entry a version of a duty.
    pub duties: Vec<Rule>,
}

/// A duty in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rule {
    /// `rent-waiver`; versions share it.
    pub id: String,
    /// The form of the promise.
    pub verb: String,
    /// What people call it.
    pub title: Words,
    /// What the beneficiary gets and what to do.
    pub summary: Option<Words>,
    /// The kind of record it is owed to.
    pub kind: String,
    /// Who has to move first.
    pub mode: Mode,
    /// The department that answers for it.
    pub owner: String,
    /// The reference to whoever must act, where that is not the department.
    pub bearer: Option<String>,
    /// The document that makes it binding.
    pub basis: Basis,
    /// The spans in which it holds.
    pub valid: Vec<Span>,
    /// Working days in which it is due.
    pub days: u32,
    /// What makes it owed: all of these.
    pub clauses: Vec<ClauseShape>,
    /// What releases from it: any of these.
    pub exemptions: Vec<ClauseShape>,
    /// What shows that it has been served.
    pub done: DoneShape,
    /// What is owed, an expression.
    pub amount: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// The parameters that its expressions read.
    pub parameters: Vec<String>,
    /// How many test cases its file has.
    pub cases: usize,
}

/// Every parameter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Parameters {
    /// One entry a parameter.
    pub parameters: Vec<ParameterShape>,
}

/// A parameter and all its values.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParameterShape {
    /// `rent_waiver_months`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// The type of one value.
    #[serde(rename = "type")]
    pub value_type: FactTypeName,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// Whether other values can be tried: it has one value, not a list.
    pub may_try: bool,
    /// Its values, by first day.
    pub values: Vec<ParameterValue>,
    /// The duties whose expressions read it.
    pub duties: Vec<String>,
}

/// What a parameter holds from a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParameterValue {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, where the document ends it.
    pub to: Option<NaiveDate>,
    /// The area; none for all.
    pub area: Option<String>,
    /// The value as text; a list or values by code in one line; none if unset.
    pub value: Option<String>,
    /// Why its figure is not in hand.
    pub unset: Option<Words>,
    /// The document that set it.
    pub basis: Basis,
}

/// Two days or two settings to compare.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CompareRequest {
    /// What is.
    pub a: Trial,
    /// What would be.
    pub b: Trial,
    /// Only this duty.
    pub duty: Option<String>,
    /// Only records in this area.
    pub area: Option<String>,
}

/// A day and values that are tried.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Trial {
    /// The day; today unless said.
    pub on: Option<NaiveDate>,
    /// Values by parameter, as text: `{"rent_waiver_months": "6"}`.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
}

/// Who would gain and lose. The register is not touched.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comparison {
    /// The first day.
    pub a_on: NaiveDate,
    /// The second day.
    pub b_on: NaiveDate,
    /// One line a duty that differs or was asked for.
    pub duties: Vec<DutyChange>,
}

/// How one duty would differ.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyChange {
    /// The duty.
    pub id: String,
    /// What people call it.
    pub title: Words,
    /// Records that would be owed and are not.
    pub newly_owed: u64,
    /// Records that are owed and would not be.
    pub no_longer_owed: u64,
    /// What is owed in the first.
    pub amount_a: Option<Decimal>,
    /// What would be owed in the second.
    pub amount_b: Option<Decimal>,
    /// The unit of both.
    pub unit: Option<String>,
    /// The same by area.
    pub by_area: Vec<AreaChange>,
    /// Some of the records, newly owed first.
    pub examples: Vec<ChangeExample>,
}

/// How one area would differ.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaChange {
    /// The area; none for records whose area is not known.
    pub area: Option<String>,
    /// Records that would be owed and are not.
    pub newly_owed: u64,
    /// Records that are owed and would not be.
    pub no_longer_owed: u64,
}

/// A record that would be owed or would no longer be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangeExample {
    /// The record.
    pub record: RecordLine,
    /// Whether it would be owed.
    pub owed: bool,
}

/// Every duty in words.
#[utoipa::path(get, path = "/api/rules", tag = "rules",
    responses((status = 200, body = Rules), (status = 304), Problem))]
pub async fn rules() -> Result<Json<Rules>, Problem> {
    Err(Problem::not_built())
}

/// Every parameter with its values and documents.
#[utoipa::path(get, path = "/api/parameters", tag = "rules",
    responses((status = 200, body = Parameters), (status = 304), Problem))]
pub async fn parameters() -> Result<Json<Parameters>, Problem> {
    Err(Problem::not_built())
}

/// Compares two days or two settings: newly owed, no longer owed, money, by area.
#[utoipa::path(post, path = "/api/compare", tag = "rules", request_body = CompareRequest,
    responses((status = 200, body = Comparison), Problem))]
pub async fn compare(Json(_request): Json<CompareRequest>) -> Result<Json<Comparison>, Problem> {
    Err(Problem::not_built())
}
