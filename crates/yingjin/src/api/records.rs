//! Records: who it is, where it stands, how each fact became so.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::city::FactTypeName;
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::words::{Standing, Words};

/// Which records.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordSearch {
    /// The kind.
    pub kind: String,
    /// Text in the name or the id.
    pub q: Option<String>,
    /// Only this area.
    pub area: Option<String>,
}

/// A record in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordLine {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name; masked where it is about a person.
    pub name: Option<String>,
    /// Its area.
    pub area: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
}

/// A day.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Day {
    /// The day it is judged on; today unless said.
    pub on: Option<NaiveDate>,
}

/// A record with its facts, its duties and what points to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordPage {
    /// The day.
    pub on: NaiveDate,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name; masked where it is about a person.
    pub name: Option<String>,
    /// Its area.
    pub area: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
    /// Whether this reader may change its facts.
    pub may_change: bool,
    /// What is known, in the order of the kind; facts not known have no value.
    pub facts: Vec<FactLine>,
    /// Facts that two sources tell differently, undecided.
    pub conflicts: Vec<FactConflict>,
    /// Every duty that touches it.
    pub duties: Vec<DutyStanding>,
    /// The records that point to it.
    pub related: Vec<Related>,
}

/// One fact of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactLine {
    /// `staff`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// Its type.
    #[serde(rename = "type")]
    pub fact_type: FactTypeName,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// The value; none if not known or masked.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// The value as people read it: an option's or an area's name, a reference's name.
    pub display: Option<Words>,
    /// Whether it is known but masked: reveal it with a reason.
    pub masked: bool,
    /// Whether it is about a person.
    pub personal: bool,
    /// Whether it is computed.
    pub derived: bool,
    /// The day it holds from.
    pub on: Option<NaiveDate>,
    /// When we learned it.
    pub at: Option<DateTime<Utc>>,
    /// Where it came from.
    pub source: Option<String>,
    /// Who told it.
    pub actor: Option<String>,
    /// The event that told it.
    pub seq: Option<i64>,
    /// Whether it is made up.
    pub synthetic: bool,
}

/// A fact that two sources tell differently.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactConflict {
    /// The conflict's id.
    pub id: i64,
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
}

/// Where a record stands for one duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyStanding {
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The form of the promise.
    pub verb: String,
    /// The record the verdict is about, where that is another: the firm's lease.
    pub record: Option<super::session::RecordRef>,
    /// The set it is in.
    pub standing: Standing,
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
}

/// Records of another kind that point here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Related {
    /// Their kind.
    pub kind: String,
    /// What people call it.
    pub label: Words,
    /// The reference by which they point.
    pub by: String,
    /// What people call the reference.
    pub by_label: Words,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<RecordLine>,
}

/// One event in a record's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryLine {
    /// The event's number.
    pub seq: i64,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// The day it holds from.
    pub on: NaiveDate,
    /// Who told it.
    pub actor: String,
    /// Where it came from.
    pub source: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
    /// What it told; personal facts masked.
    pub facts: Vec<FactLine>,
}

/// The history of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct History {
    /// From the first event to the last.
    pub items: Vec<HistoryLine>,
    /// What a pass found to have changed.
    pub verdicts: Vec<VerdictLine>,
}

/// A verdict that changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VerdictLine {
    /// The event's number.
    pub seq: i64,
    /// The day of the pass.
    pub on: NaiveDate,
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The set before; none if it was never judged.
    pub from: Option<Standing>,
    /// The set since.
    pub to: Standing,
}

/// Which personal facts to read, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Reveal {
    /// The facts.
    pub facts: Vec<String>,
    /// Why; kept in the event.
    pub reason: String,
}

/// Personal facts in clear.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revealed {
    /// The event that keeps who read them and why.
    pub seq: i64,
    /// Values by fact; a fact not known is left out.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub facts: BTreeMap<String, serde_json::Value>,
}

/// Facts of a record that become so.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Patch {
    /// The day they hold from; today unless said.
    pub on: Option<NaiveDate>,
    /// Values by fact; null takes a fact back.
    #[schema(value_type = BTreeMap<String, Option<Value>>)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// Where they come from.
    pub source: Option<String>,
}

/// What a change did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Patched {
    /// The event that keeps it.
    pub seq: i64,
    /// The verdicts that changed, this record's and those that read it.
    pub changed: Vec<ChangedVerdict>,
}

/// A verdict that a change moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangedVerdict {
    /// The duty.
    pub duty: String,
    /// The record.
    pub record: super::session::RecordRef,
    /// The set before; none if it was never judged.
    pub from: Option<Standing>,
    /// The set since.
    pub to: Standing,
}

/// Records of a kind, by text and area.
#[utoipa::path(get, path = "/api/records", tag = "records", params(RecordSearch, Paging),
    responses((status = 200, body = Page<RecordLine>), Problem))]
pub async fn records(
    Query(_search): Query<RecordSearch>,
    Query(_paging): Query<Paging>,
) -> Result<Json<Page<RecordLine>>, Problem> {
    Err(Problem::not_built())
}

/// One record: its facts with their sources, every duty that touches it, what points to it.
#[utoipa::path(get, path = "/api/records/{kind}/{id}", tag = "records", params(("kind" = String, Path), ("id" = String, Path), Day),
    responses((status = 200, body = RecordPage), Problem))]
pub async fn record(
    Path((_kind, _id)): Path<(String, String)>,
    Query(_day): Query<Day>,
) -> Result<Json<RecordPage>, Problem> {
    Err(Problem::not_built())
}

/// How each fact of a record became so.
#[utoipa::path(get, path = "/api/records/{kind}/{id}/history", tag = "records", params(("kind" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = History), Problem))]
pub async fn history(Path((_kind, _id)): Path<(String, String)>) -> Result<Json<History>, Problem> {
    Err(Problem::not_built())
}

/// Reads personal facts in clear; who read them and why is an event.
#[utoipa::path(post, path = "/api/records/{kind}/{id}/reveal", tag = "records", params(("kind" = String, Path), ("id" = String, Path)), request_body = Reveal,
    responses((status = 200, body = Revealed), Problem))]
pub async fn reveal(
    Path((_kind, _id)): Path<(String, String)>,
    Json(_reveal): Json<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    Err(Problem::not_built())
}

/// Changes facts of a record: one event; the verdicts it moves are judged again at once.
#[utoipa::path(patch, path = "/api/records/{kind}/{id}", tag = "records", params(("kind" = String, Path), ("id" = String, Path)), request_body = Patch,
    responses((status = 200, body = Patched), Problem))]
pub async fn change_record(
    Path((_kind, _id)): Path<(String, String)>,
    Json(_patch): Json<Patch>,
) -> Result<Json<Patched>, Problem> {
    Err(Problem::not_built())
}
