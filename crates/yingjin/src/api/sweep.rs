//! What a duty would cost over a whole range of one parameter. The register is not touched.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use model::AreaCode;
use rules::evaluate::{Counts, Setting};
use rules::parameter::Shape;
use rules::sweep::{Point, Range, sweep, values_between};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::App;
use super::extract::Body;
use super::problem::Problem;
use super::right::{May, ReadLists};
use super::rules::const_text;
use super::scope::Scope;
use super::words::Words;

/// A range of one parameter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SweepRequest {
    /// The parameter, one that is a number; it is held at each value in every area.
    pub parameter: String,
    /// The first value.
    pub from: String,
    /// The last value.
    pub to: String,
    /// How far values are apart; at most 60 values in all.
    pub step: String,
    /// The day; today unless said.
    pub on: Option<NaiveDate>,
    /// Only this duty.
    pub duty: Option<String>,
    /// Only records in this area.
    pub area: Option<String>,
}

/// Every duty that turns on the parameter, at each value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SweepAnswer {
    /// The day.
    pub on: NaiveDate,
    /// The area, if limited to one.
    pub area: Option<String>,
    /// What people call the parameter.
    pub label: Words,
    /// Its unit.
    pub unit: Option<String>,
    /// The values, as text.
    pub values: Vec<String>,
    /// One entry a duty in force that turns on it.
    pub duties: Vec<SweptDuty>,
}

/// One duty at each value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SweptDuty {
    /// The duty.
    pub id: String,
    /// What people call it.
    pub title: Words,
    /// Records looked at: the denominator.
    pub records: u64,
    /// The unit of what is owed; none where the duty names no amount.
    pub unit: Option<String>,
    /// As the law is.
    pub now: SweepPoint,
    /// As many as values, in their order.
    pub points: Vec<SweepPoint>,
}

/// A duty at one value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SweepPoint {
    /// Records it is owed to.
    pub should: u64,
    /// Records for which that is unknown.
    pub unknown: u64,
    /// What is owed, as far as it is known; none where no amount is.
    pub owed: Option<Decimal>,
    /// Records owed whose amount is unknown.
    pub amount_unknown: u64,
}

/// What a duty would cost at each value of a range.
#[utoipa::path(post, path = "/api/sweep", tag = "rules", request_body = SweepRequest,
    responses((status = 200, body = SweepAnswer), Problem))]
pub async fn sweep_parameter(
    State(app): State<App>,
    account: May<ReadLists>,
    Body(request): Body<SweepRequest>,
) -> Result<Json<SweepAnswer>, Problem> {
    let on = request.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(request.area.as_deref())?;
        let rules = app.rules();
        let found = rules.parameters.iter().find(|known| known.id.as_str() == request.parameter);
        let parameter = found.filter(|known| known.shape == Shape::One).ok_or_else(|| {
            Problem::field("parameter", "没有这个单值参数。", "There is no such parameter of one value.")
        })?;
        let number = |field: &str, text: &str| {
            text.trim()
                .parse::<Decimal>()
                .map_err(|_| Problem::field(field, "请填写数字。", "Give a number."))
        };
        let span =
            (number("from", &request.from)?, number("to", &request.to)?, number("step", &request.step)?);
        let values =
            values_between(parameter.ty, span).map_err(|why| Problem::field("step", why.zh, why.en))?;
        app.read(on, |view| {
            let range = Range { parameter: &parameter.id, values: &values, area: area.as_deref() };
            let swept = sweep(rules, &view.snapshot.tables, &Setting::on(on), range);
            let duties = swept.duties.into_iter().filter_map(|swept| {
                let pass = view.snapshot.pass.duty(&swept.duty)?;
                let declared = &rules.duties[pass.index].duty;
                let is_wanted = request.duty.as_ref().is_none_or(|duty| duty == declared.id.as_str());
                if !is_wanted || !scope.sees_duty(declared) {
                    return None;
                }
                let unit = declared.amount.as_ref().map(|amount| amount.unit.clone());
                let mut now = Counts::default();
                for (code, part) in view.snapshot.pass.counts_by_area(pass) {
                    let code = code.as_ref().map(AreaCode::as_str);
                    if area
                        .as_ref()
                        .is_none_or(|area| code.is_some_and(|code| rules.city.areas.within(code, area)))
                    {
                        now += &part;
                    }
                }
                let shown = |point: &Point| SweepPoint {
                    should: point.should,
                    unknown: point.unknown,
                    owed: unit.as_ref().and_then(|_| point.known_owed()),
                    amount_unknown: point.amount_unknown,
                };
                Some(SweptDuty {
                    id: declared.id.to_string(),
                    title: Words::from(&declared.title),
                    records: now.records,
                    now: shown(&Point::from(&now)),
                    points: swept.points.iter().map(shown).collect(),
                    unit,
                })
            });
            Ok(Json(SweepAnswer {
                on,
                area: area.clone(),
                label: Words::from(&parameter.label),
                unit: parameter.unit.as_ref().map(ToString::to_string),
                values: values.iter().map(const_text).collect(),
                duties: duties.collect(),
            }))
        })
    })
    .await
}
