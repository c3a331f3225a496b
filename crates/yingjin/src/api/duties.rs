//! Duties: every promise with its denominator, and one promise with its five sets.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::paging::{Page, Paging};
use super::problem::Problem;
use super::words::{Ask, Basis, Counts, Mode, Span, Standing, Words};

/// A day and an area.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DayArea {
    /// The day it is judged on; today unless said.
    pub on: Option<NaiveDate>,
    /// Only records in this area; the whole city, or the account's own area, unless said.
    pub area: Option<String>,
}

/// Every duty in force on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duties {
    /// The day.
    pub on: NaiveDate,
    /// The area, if limited to one.
    pub area: Option<String>,
    /// One line a duty.
    pub duties: Vec<DutyLine>,
}

/// A duty with its numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyLine {
    /// `rent-waiver`
    pub id: String,
    /// The form of the promise: 应免尽免.
    pub verb: String,
    /// What people call it.
    pub title: Words,
    /// The kind of record it is owed to.
    pub kind: String,
    /// Who has to move first.
    pub mode: Mode,
    /// The department that answers for it.
    pub owner: String,
    /// The document that makes it binding.
    pub basis: Basis,
    /// The span it is in force for.
    pub valid: Span,
    /// How many stand where.
    pub counts: Counts,
    /// done ÷ should; none where nothing is owed.
    pub rate: Option<f64>,
    /// done ÷ (should − exempt): the exempt left out.
    pub rate_with_exempt: Option<f64>,
    /// What is owed, summed over those whose amount is known.
    pub owed: Option<Decimal>,
    /// What has been paid, summed over those whose payment is known.
    pub paid: Option<Decimal>,
    /// The unit of `owed` and `paid`.
    pub unit: Option<String>,
    /// Days from owed to done, the middle one.
    pub days_median: Option<i64>,
    /// Days from owed to done within which nine of ten were served.
    pub days_p90: Option<i64>,
    /// Gaps whose due day has passed.
    pub overdue: u64,
}

/// A duty with everything there is to say about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyPage {
    /// The day.
    pub on: NaiveDate,
    /// The area, if limited to one.
    pub area: Option<String>,
    /// The duty and its numbers.
    #[serde(flatten)]
    pub line: DutyLine,
    /// What the beneficiary gets and what to do.
    pub summary: Option<Words>,
    /// Working days from the day it arose to the day it is due.
    pub days: u32,
    /// What makes it owed: all of these.
    pub clauses: Vec<ClauseShape>,
    /// What releases from it: any of these.
    pub exemptions: Vec<ClauseShape>,
    /// What shows that it has been served.
    pub done: DoneShape,
    /// What is owed, an expression.
    pub amount: Option<String>,
    /// The parameters that its expressions read, as they hold on the day.
    pub parameters: Vec<ParameterOn>,
    /// The same by area: the parts of the area asked for.
    pub by_area: Vec<AreaLine>,
    /// The days on which a pass was recorded.
    pub trend: Vec<TrendPoint>,
    /// The missing facts that decide most open verdicts.
    pub ask: Vec<Ask>,
}

/// One condition, with the words people read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClauseShape {
    /// `state-lessor`
    pub id: String,
    /// What it says.
    pub label: Words,
    /// The condition, an expression.
    pub when: String,
}

/// What shows that a duty has been served.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DoneShape {
    /// The kind whose records are the evidence.
    pub from: Option<String>,
    /// How far along evidence may be; the last is done.
    pub states: Vec<String>,
    /// The condition, an expression.
    pub when: String,
}

/// A parameter as it holds on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParameterOn {
    /// `rent_waiver_months`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// The value as text; a list or values by code in one line; none if unset.
    pub value: Option<String>,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// The day it holds from.
    pub from: Option<NaiveDate>,
    /// The area it is set for; none for all.
    pub area: Option<String>,
    /// The document that set it.
    pub basis: Option<Basis>,
    /// Why its figure is not in hand.
    pub unset: Option<Words>,
}

/// The numbers of one area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaLine {
    /// The area's code; none for records whose area is not known.
    pub area: Option<String>,
    /// How many stand where.
    pub counts: Counts,
    /// done ÷ should.
    pub rate: Option<f64>,
    /// done ÷ (should − exempt).
    pub rate_with_exempt: Option<f64>,
    /// What is owed.
    pub owed: Option<Decimal>,
    /// What has been paid.
    pub paid: Option<Decimal>,
}

/// The numbers of an earlier pass.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrendPoint {
    /// The day it judged.
    pub on: NaiveDate,
    /// How many stood where.
    pub counts: Counts,
}

/// Which records of a duty.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordsFilter {
    /// The day it is judged on; today unless said.
    pub on: Option<NaiveDate>,
    /// Only this set.
    #[param(inline)]
    pub standing: Option<Standing>,
    /// Only records in this area.
    pub area: Option<String>,
    /// Only records whose name or id has this text.
    pub q: Option<String>,
    /// Only records for whose verdict this fact is missing.
    pub missing: Option<String>,
    /// Only records that fail one clause alone.
    pub near_miss: Option<bool>,
}

/// A record and where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingLine {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name; masked where it is about a person.
    pub name: Option<String>,
    /// Its area.
    pub area: Option<String>,
    /// The set it is in.
    pub standing: Standing,
    /// What is owed.
    pub amount: Option<Decimal>,
    /// What has been paid.
    pub paid: Option<Decimal>,
    /// The day the duty arose.
    pub arose_on: Option<NaiveDate>,
    /// The last day for serving it.
    pub due_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
    /// The missing facts that decide, by dotted path.
    pub missing: Vec<String>,
    /// The clauses it fails, where there is one alone.
    pub near_miss: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
}

/// Every duty in force on a day, with its denominator, rates, gap, unknown, money and speed.
#[utoipa::path(get, path = "/api/duties", tag = "duties", params(DayArea),
    responses((status = 200, body = Duties), (status = 304), Problem))]
pub async fn duties(Query(_query): Query<DayArea>) -> Result<Json<Duties>, Problem> {
    Err(Problem::not_built())
}

/// One duty: its basis and clauses, its numbers by area and by day, and which fact to ask for.
#[utoipa::path(get, path = "/api/duties/{id}", tag = "duties", params(("id" = String, Path), DayArea),
    responses((status = 200, body = DutyPage), (status = 304), Problem))]
pub async fn duty(Path(_id): Path<String>, Query(_query): Query<DayArea>) -> Result<Json<DutyPage>, Problem> {
    Err(Problem::not_built())
}

/// The records of one duty, by set, area, text, missing fact or near miss.
#[utoipa::path(get, path = "/api/duties/{id}/records", tag = "duties", params(("id" = String, Path), RecordsFilter, Paging),
    responses((status = 200, body = Page<StandingLine>), Problem))]
pub async fn duty_records(
    Path(_id): Path<String>,
    Query(_filter): Query<RecordsFilter>,
    Query(_paging): Query<Paging>,
) -> Result<Json<Page<StandingLine>>, Problem> {
    Err(Problem::not_built())
}

/// The same list as a sheet, with the day, the denominator and whether it is made up.
#[utoipa::path(get, path = "/api/duties/{id}/records.xlsx", tag = "duties", params(("id" = String, Path), RecordsFilter),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn duty_records_sheet(
    Path(_id): Path<String>,
    Query(_filter): Query<RecordsFilter>,
) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
