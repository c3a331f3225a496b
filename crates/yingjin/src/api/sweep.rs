//! What a duty would cost over a whole range of one parameter. The register is not touched.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::{AreaCode, Lang};
use rules::evaluate::{Counts, Setting};
use rules::parameter::Shape;
use rules::sweep::{Point, Range, sweep, values_between};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Account;
use utoipa::ToSchema;

use super::app::App;
use super::extract::Body;
use super::list::{Book, Cell, Head, In, SheetLang, say, unit_word};
use super::problem::Problem;
use super::right::{May, ReadLists};
use super::rules::const_text;
use super::scope::Scope;
use super::view::View;
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
    app.blocking(move |app| swept(app, &account, &request).map(Json)).await
}

/// The same as a sheet.
#[utoipa::path(post, path = "/api/sweep.xlsx", tag = "rules", params(SheetLang), request_body = SweepRequest,
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn sweep_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    In(lang): In,
    Body(request): Body<SweepRequest>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let answer = swept(app, &account, &request)?;
        let book = app.read(answer.on, |view| sweep_book(view, &answer, lang))?;
        book.response(&format!("sweep-{}-{}", request.parameter, answer.on))
    })
    .await
}

fn sweep_book(view: View, answer: &SweepAnswer, lang: Lang) -> Result<Book, Problem> {
    let mut notes = vec![
        view.place_and_day(answer.area.as_deref()),
        Words::new(
            format!("试算，不是现行规定：“{}”取各个数值时", answer.label.zh),
            format!("A trial, not the law: '{}' at each of these values", answer.label.en),
        ),
    ];
    notes.extend(view.made_up_note());
    let headings = [
        ("责任", "duty"),
        ("数值", "value"),
        ("单位", "unit"),
        ("总数", "records"),
        ("应尽", "should"),
        ("比现在多", "more than now"),
        ("未知", "unknown"),
        ("应付", "owed"),
        ("其中金额未知（项）", "of unknown amount"),
        ("单位", "unit"),
    ];
    let title = Words::new("逐值试算", "One number over its range");
    let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
    let unit = answer.unit.as_deref().map(|unit| unit_word(unit, lang));
    for duty in &answer.duties {
        let now = (say(lang, "现行", "as it is").to_owned(), &duty.now);
        for (value, point) in [now].into_iter().chain(answer.values.iter().cloned().zip(&duty.points)) {
            let more = i64::try_from(point.should).ok().zip(i64::try_from(duty.now.should).ok());
            book.row([
                duty.title.get(lang).into(),
                value.parse::<Decimal>().map_or_else(|_| value.into(), Cell::from),
                Cell::maybe(unit),
                duty.records.into(),
                point.should.into(),
                Cell::maybe(more.map(|(then, now)| then - now)),
                point.unknown.into(),
                Cell::maybe(point.owed),
                point.amount_unknown.into(),
                Cell::maybe(duty.unit.as_deref().map(|unit| unit_word(unit, lang))),
            ])?;
        }
    }
    Ok(book)
}

fn swept(app: &App, account: &Account, request: &SweepRequest) -> Result<SweepAnswer, Problem> {
    let on = request.on.unwrap_or_else(|| app.today());
    let scope = Scope::of(account, app.rules());
    let area = scope.area(request.area.as_deref())?;
    let rules = app.rules();
    let found = rules.parameters.iter().find(|known| known.id.as_str() == request.parameter);
    let parameter = found.filter(|known| known.shape == Shape::One).ok_or_else(|| {
        Problem::field("parameter", "没有这个单值参数。", "There is no such parameter of one value.")
    })?;
    let number = |field: &str, text: &str| {
        text.trim().parse::<Decimal>().map_err(|_| Problem::field(field, "请填写数字。", "Give a number."))
    };
    let span = (number("from", &request.from)?, number("to", &request.to)?, number("step", &request.step)?);
    let values = values_between(parameter.ty, span).map_err(|why| Problem::field("step", why.zh, why.en))?;
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
        Ok(SweepAnswer {
            on,
            area: area.clone(),
            label: Words::from(&parameter.label),
            unit: parameter.unit.as_ref().map(ToString::to_string),
            values: values.iter().map(const_text).collect(),
            duties: duties.collect(),
        })
    })
}
