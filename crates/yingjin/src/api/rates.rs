//! The three rates of every office: answered in time, solved, satisfied; recomputed from the steps of cases.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{Duration, NaiveDate};
use model::calendar::midnight;
use model::case::Office;
use model::rate::{Rates, marks};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::casework::OfficeShape;
use super::extract::Query;
use super::list::{Book, Cell, Head, In, SheetLang};
use super::problem::Problem;
use super::right::{May, ReadRates};
use super::scope::Scope;
use super::words::Words;

/// Of which days, and where.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RatesFilter {
    /// The first day; that of the month of the last one unless said.
    pub from: Option<NaiveDate>,
    /// The last day; today unless said.
    pub to: Option<NaiveDate>,
    /// Only this area and what lies in it.
    pub area: Option<String>,
}

/// The rates of a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RatesPage {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Every office that had to answer or was spoken of.
    pub offices: Vec<OfficeRates>,
}

/// What counts of one office.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficeRates {
    /// The office.
    pub office: OfficeShape,
    /// Answered, or settled by evidence, in time.
    pub in_time: u64,
    /// Not answered in time. Response rate: `in_time` ÷ (`in_time` + `late`).
    pub late: u64,
    /// Late already when they became cases, so that no office had been asked in time: counted apart. Response rate
    /// with them: `in_time` ÷ (`in_time` + `late` + `late_before`).
    pub late_before: u64,
    /// Beneficiaries who said how it went.
    pub said: u64,
    /// Of them, those whom somebody answered.
    pub answered: u64,
    /// Of them, those for whom it is solved. Solution rate: `solved` ÷ `said`.
    pub solved: u64,
    /// Beneficiaries who said whether they are satisfied.
    pub rated: u64,
    /// Of them, those who are. Satisfaction rate: `satisfied` ÷ `rated`.
    pub satisfied: u64,
}

fn computed(app: &App, scope: &Scope, filter: &RatesFilter) -> Result<RatesPage, Problem> {
    let to = filter.to.unwrap_or_else(|| app.today());
    let from = filter.from.or_else(|| chrono::Datelike::with_day(&to, 1)).unwrap_or(to);
    if from > to {
        return Err(Problem::field("from", "开始日期晚于结束日期。", "The first day is after the last."));
    }
    let areas = &app.rules().city.areas;
    let area = scope.area(filter.area.as_deref())?;
    let counts = |office: &Office| {
        scope.sees_office(office) && area.as_ref().is_none_or(|area| areas.within(office.area.as_str(), area))
    };
    let begin = midnight(from);
    let until = (midnight(to) + Duration::days(1)).min(app.now());
    let mut rates: BTreeMap<Office, Rates> = BTreeMap::new();
    app.store().each_case_history(until, |_, steps| {
        // What is kept was checked when it was written.
        let marks = marks(steps, until).unwrap_or_default();
        for mark in marks.into_iter().filter(|mark| mark.at >= begin && counts(&mark.office)) {
            rates.entry(mark.office).or_default().add(&mark.what);
        }
    })?;
    let line = |(office, rates): (Office, Rates)| OfficeRates {
        office: OfficeShape::new(&app.rules().city, &office),
        in_time: rates.in_time,
        late: rates.late,
        late_before: rates.late_before,
        said: rates.said,
        answered: rates.answered,
        solved: rates.solved,
        rated: rates.rated,
        satisfied: rates.satisfied,
    };
    Ok(RatesPage { from, to, offices: rates.into_iter().map(line).collect() })
}

/// Response, solution and satisfaction rates of every office for a period.
#[utoipa::path(get, path = "/api/rates", tag = "cases", params(RatesFilter),
    responses((status = 200, body = RatesPage), Problem))]
pub async fn rates(
    State(app): State<App>,
    account: May<ReadRates>,
    Query(filter): Query<RatesFilter>,
) -> Result<Json<RatesPage>, Problem> {
    app.blocking(move |app| computed(app, &Scope::of(&account, app.rules()), &filter).map(Json)).await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/rates.xlsx", tag = "cases", params(RatesFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn rates_sheet(
    State(app): State<App>,
    account: May<ReadRates>,
    Query(filter): Query<RatesFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let page = computed(app, &Scope::of(&account, app.rules()), &filter)?;
        let (from, to, shown) = (page.from, page.to, page.offices.len());
        let notes = [Words::new(
            format!("{from} 至 {to}，{shown} 个单位"),
            format!("{from} to {to}, {shown} offices"),
        )];
        let title = Words::new("三率", "Three rates");
        let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
        let percent = |part: u64, whole: u64| {
            let share = (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(whole.into());
            Cell::maybe(share.map(|share| share.round_dp_with_strategy(2, RoundingStrategy::ToZero)))
        };
        for line in &page.offices {
            book.row([
                line.office.name.get(lang).into(),
                line.in_time.into(),
                line.late.into(),
                percent(line.in_time, line.in_time + line.late),
                line.late_before.into(),
                percent(line.in_time, line.in_time + line.late + line.late_before),
                line.said.into(),
                line.solved.into(),
                percent(line.solved, line.said),
                line.rated.into(),
                line.satisfied.into(),
                percent(line.satisfied, line.rated),
            ])?;
        }
        book.response(&format!("rates-{from}-{to}"))
    })
    .await
}

const HEADINGS: [(&str, &str); 12] = [
    ("单位", "office"),
    ("按时答复", "in time"),
    ("逾期", "late"),
    ("响应率（%）", "response (%)"),
    ("立项前已逾期", "late before it was a case"),
    ("含立项前逾期的响应率（%）", "response with those (%)"),
    ("已征询", "asked and said"),
    ("已解决", "solved"),
    ("解决率（%）", "solution (%)"),
    ("已评价", "rated"),
    ("满意", "satisfied"),
    ("满意率（%）", "satisfaction (%)"),
];
