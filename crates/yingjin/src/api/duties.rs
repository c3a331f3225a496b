//! Duties: every promise with its denominator, and one promise with its five sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use model::{AreaCode, Duty, DutyId, Lang};
use rules::evaluate::DutyPass;
use rules::parameter::{Dated, Parameter};
use rules::reads::Reads;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::etag::tagged;
use super::extract::{Path, Query};
use super::list::{Book, Cell, Head, In, SheetLang, say, unit_word};
use super::paging::{Page, Paging, cursor};
use super::problem::{Kind, Problem};
use super::right::{May, ReadLists};
use super::rules::setting_text;
use super::scope::Scope;
use super::view::View;
use super::words::{Ask, Basis, Counts, Mode, Span, Standing, Words};
use crate::pipeline::{AreaFigures, Doubts, Figures};

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
    pub valid: Option<Span>,
    /// How many stand where.
    pub counts: Counts,
    /// done ÷ should; none where nothing is owed.
    pub rate: Option<f64>,
    /// (done + exempt) ÷ should.
    pub rate_with_exempt: Option<f64>,
    /// What is owed, summed over those whose amount is known; none where no amount is.
    pub owed: Option<Decimal>,
    /// What has been paid to those owed, as far as it is known.
    pub paid: Option<Decimal>,
    /// What has been paid to those it was not owed to; none where no amount of it is known.
    pub leaked: Option<Decimal>,
    /// The unit of `owed`, `paid` and `leaked`.
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
    /// (done + exempt) ÷ should.
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

impl From<&model::duty::Clause> for ClauseShape {
    fn from(clause: &model::duty::Clause) -> Self {
        Self { id: clause.id.to_string(), label: Words::from(&clause.label), when: clause.when.clone() }
    }
}

impl From<&model::duty::Done> for DoneShape {
    fn from(done: &model::duty::Done) -> Self {
        Self {
            from: done.from.as_ref().map(ToString::to_string),
            states: done.states.clone(),
            when: done.when.clone(),
        }
    }
}

impl From<&rules::evaluate::Counts> for Counts {
    fn from(counts: &rules::evaluate::Counts) -> Self {
        Self {
            records: counts.records,
            should: counts.should,
            done: counts.done,
            exempt: counts.exempt,
            gap: counts.gap,
            leak: counts.leak,
            unknown: counts.unknown,
        }
    }
}

/// A duty of a day with its numbers, within an area.
struct Judged<'a> {
    view: View<'a>,
    duty: &'a DutyPass,
    figures: Arc<Figures>,
    area: Option<&'a str>,
}

impl<'a> Judged<'a> {
    fn declared(&self) -> &'a Duty {
        &self.view.rules.duties[self.duty.index].duty
    }

    fn lies_within(&self, code: Option<&str>) -> bool {
        match self.area {
            None => true,
            Some(area) => code.is_some_and(|code| self.view.rules.city.areas.within(code, area)),
        }
    }

    fn sum(&self) -> AreaFigures {
        let mut sum = AreaFigures::default();
        let within = |code: &Option<AreaCode>| self.lies_within(code.as_ref().map(AreaCode::as_str));
        self.figures.by_area.iter().filter(|(code, _)| within(code)).for_each(|(_, part)| sum.add(part));
        sum
    }

    /// The money of some records, where the duty names any.
    fn money(&self, counts: &rules::evaluate::Counts) -> (Option<Decimal>, Option<Decimal>) {
        (
            self.duty.amount.as_ref().and_then(|_| counts.known_owed()),
            self.duty.paid.as_ref().map(|_| counts.paid),
        )
    }

    fn line(&self) -> DutyLine {
        let (declared, sum) = (self.declared(), self.sum());
        let counts = Counts::from(&sum.counts);
        let (owed, paid) = self.money(&sum.counts);
        let valid = declared.valid_on(self.view.snapshot.on).or_else(|| declared.valid.last());
        DutyLine {
            id: declared.id.to_string(),
            verb: declared.verb.clone(),
            title: Words::from(&declared.title),
            kind: declared.kind.to_string(),
            mode: Mode::from(declared.mode),
            owner: declared.owner.to_string(),
            basis: Basis::from(&declared.basis),
            valid: valid.map(Span::from),
            rate: counts.rate(),
            rate_with_exempt: counts.rate_with_exempt(),
            counts,
            owed,
            paid,
            leaked: self.duty.paid.as_ref().and_then(|_| sum.counts.known_leaked()),
            unit: declared.amount.as_ref().map(|amount| amount.unit.clone()),
            days_median: sum.days_percentile(50),
            days_p90: sum.days_percentile(90),
            overdue: sum.overdue,
        }
    }

    /// The areas directly within the area looked at, each with all that lies in it; then what lies in no one of them.
    fn by_area(&self) -> Vec<AreaLine> {
        let areas = &self.view.rules.city.areas;
        let parts = parts_of(self.view, self.area);
        let mut sums: BTreeMap<Option<&str>, rules::evaluate::Counts> = BTreeMap::new();
        for (code, figures) in &self.figures.by_area {
            let code = code.as_ref().map(AreaCode::as_str);
            if self.lies_within(code) {
                let part = code.and_then(|code| parts.iter().find(|part| areas.within(code, part)).copied());
                let own = part.or(code.filter(|code| areas.get(code).is_some()));
                *sums.entry(own).or_default() += &figures.counts;
            }
        }
        sums.into_iter()
            .map(|(area, sum)| {
                let (counts, (owed, paid)) = (Counts::from(&sum), self.money(&sum));
                AreaLine {
                    area: area.map(str::to_owned),
                    rate: counts.rate(),
                    rate_with_exempt: counts.rate_with_exempt(),
                    counts,
                    owed,
                    paid,
                }
            })
            .collect()
    }
}

/// The areas directly within an area; within the city where none is said.
pub(super) fn parts_of<'a>(view: View<'a>, area: Option<&str>) -> Vec<&'a str> {
    let areas = &view.rules.city.areas;
    let root = || areas.iter().find(|area| area.parent.is_none()).map(|area| area.code.as_str());
    let parent = area.or_else(root);
    let parts = areas.iter().filter(|area| area.parent.as_ref().map(AreaCode::as_str) == parent);
    parts.map(|area| area.code.as_str()).collect()
}

/// Every duty in force on a day that the reader may see, with its numbers.
fn lines(app: &App, view: View, scope: &Scope, area: Option<&str>) -> Result<Vec<DutyLine>, Problem> {
    let seen = view.snapshot.pass.duties.iter();
    let seen = seen.filter(|duty| scope.sees_duty(&view.rules.duties[duty.index].duty));
    seen.map(|duty| {
        let figures = app.days.pipeline().figures(view.snapshot, duty)?;
        Ok(Judged { view, duty, figures, area }.line())
    })
    .collect()
}

/// Every duty in force on a day, with its denominator, rates, gap, unknown, money and speed.
#[utoipa::path(get, path = "/api/duties", tag = "duties", params(DayArea),
    responses((status = 200, body = Duties), (status = 304), Problem))]
pub async fn duties(
    State(app): State<App>,
    account: May<ReadLists>,
    headers: HeaderMap,
    Query(query): Query<DayArea>,
) -> Result<Response, Problem> {
    let on = query.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(query.area.as_deref())?;
        let duties = app.read(on, |view| lines(app, view, &scope, area.as_deref()))?;
        tagged(&headers, &Duties { on, area: area.clone(), duties })
    })
    .await
}

/// Which duties stand on a sheet.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DutiesFilter {
    /// Only promises of this form.
    pub verb: Option<String>,
    /// Only those in which this one moves first.
    #[param(inline)]
    pub mode: Option<Mode>,
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/duties.xlsx", tag = "duties", params(DayArea, DutiesFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn duties_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(query): Query<DayArea>,
    Query(filter): Query<DutiesFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    let on = query.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(query.area.as_deref())?;
        let book = app.read(on, |view| {
            let mut lines = lines(app, view, &scope, area.as_deref())?;
            let all = lines.len();
            lines.retain(|line| {
                filter.verb.as_ref().is_none_or(|verb| *verb == line.verb)
                    && filter.mode.is_none_or(|mode| mode == line.mode)
            });
            overview(view, area.as_deref(), (&lines, all), lang)
        })?;
        book.response(&format!("duties-{on}"))
    })
    .await
}

fn overview(
    view: View,
    area: Option<&str>,
    (lines, all): (&[DutyLine], usize),
    lang: Lang,
) -> Result<Book, Problem> {
    let mut notes = vec![
        view.place_and_day(area),
        Words::new(
            format!("本表 {} 项责任，当日有效 {all} 项", lines.len()),
            format!("{} duties in this list, of {all} in force on the day", lines.len()),
        ),
    ];
    notes.extend(view.made_up_note());
    let headings = [
        ("编号", "id"),
        ("承诺", "promise"),
        ("责任", "duty"),
        ("责任单位", "owner"),
        ("办理方式", "who moves first"),
        ("依据", "basis"),
        ("总数", "records"),
        ("应尽", "should"),
        ("已尽", "done"),
        ("免尽", "exempt"),
        ("未尽", "gap"),
        ("错享", "leak"),
        ("未知", "unknown"),
        ("落实率（%）", "done rate (%)"),
        ("含免尽（%）", "with exemptions (%)"),
        ("应付", "owed"),
        ("已付", "paid"),
        ("错付", "paid to those not owed"),
        ("单位", "unit"),
        ("用时中位（天）", "median days"),
        ("九成用时（天）", "days of 90%"),
        ("超期", "overdue"),
    ];
    let title = Words::new("责任总览", "Duties");
    let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
    let percent = |part: u64, whole: u64| {
        let share = (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(whole.into());
        Cell::maybe(share.map(|share| share.round_dp_with_strategy(2, RoundingStrategy::ToZero)))
    };
    for line in lines {
        let counts = line.counts;
        let department = view.rules.city.departments.iter().find(|known| known.id.as_str() == line.owner);
        let mut cells = vec![
            Cell::from(line.id.as_str()),
            line.verb.as_str().into(),
            line.title.get(lang).into(),
            department.map_or(line.owner.as_str(), |department| department.name.get(lang)).into(),
            line.mode.label(lang).into(),
            line.basis.doc.as_str().into(),
        ];
        cells.extend(
            [
                counts.records,
                counts.should,
                counts.done,
                counts.exempt,
                counts.gap,
                counts.leak,
                counts.unknown,
            ]
            .map(Cell::from),
        );
        cells.extend([
            percent(counts.done, counts.should),
            percent(counts.done + counts.exempt, counts.should),
        ]);
        cells.extend([line.owed, line.paid, line.leaked].map(Cell::maybe));
        cells.push(Cell::maybe(line.unit.as_deref().map(|unit| unit_word(unit, lang))));
        cells.extend([line.days_median, line.days_p90].map(Cell::maybe));
        cells.push(line.overdue.into());
        book.row(cells)?;
    }
    Ok(book)
}

/// Finds a duty in force that the reader may see.
fn find<'a>(view: View<'a>, scope: &Scope, id: &str) -> Result<&'a DutyPass, Problem> {
    let found = view.snapshot.pass.duty(&DutyId::from(id));
    found.filter(|duty| scope.sees_duty(&view.rules.duties[duty.index].duty)).ok_or_else(|| {
        let on = view.snapshot.on;
        Problem::new(
            Kind::NotFound,
            format!("{on} 没有编号为 {id} 的责任在有效期内，或者您无权查看。"),
            format!("No duty {id} is in force on {on}, or it is not yours to see."),
        )
    })
}

/// One duty: its basis and clauses, its numbers by area and by day, and which fact to ask for.
#[utoipa::path(get, path = "/api/duties/{id}", tag = "duties", params(("id" = String, Path), DayArea),
    responses((status = 200, body = DutyPage), (status = 304), Problem))]
pub async fn duty(
    State(app): State<App>,
    account: May<ReadLists>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<DayArea>,
) -> Result<Response, Problem> {
    let on = query.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(query.area.as_deref())?;
        let page = app.read(on, |view| {
            let duty = find(view, &scope, &id)?;
            let figures = app.days.pipeline().figures(view.snapshot, duty)?;
            let judged = Judged { view, duty, figures, area: area.as_deref() };
            page(app, &judged)
        })?;
        tagged(&headers, &page)
    })
    .await
}

fn page(app: &App, judged: &Judged) -> Result<DutyPage, Problem> {
    let (rules, declared) = (judged.view.rules, judged.declared());
    let on = judged.view.snapshot.on;
    let reads = Reads::of_duty(rules, &rules.duties[judged.duty.index]);
    let parameters = reads.parameters.iter().map(|index| {
        let parameter = &rules.parameters[*index];
        ParameterOn::new(parameter, parameter.on(on, judged.area, &rules.city.areas))
    });
    Ok(DutyPage {
        on,
        area: judged.area.map(str::to_owned),
        line: judged.line(),
        summary: declared.summary.as_ref().map(Words::from),
        days: declared.days,
        clauses: declared.should.iter().map(ClauseShape::from).collect(),
        exemptions: declared.exempt.iter().map(ClauseShape::from).collect(),
        done: DoneShape::from(&declared.done),
        amount: declared.amount.as_ref().map(|amount| amount.value.clone()),
        parameters: parameters.collect(),
        by_area: judged.by_area(),
        trend: trend(app, judged)?,
        ask: ask(app, judged)?,
    })
}

/// What earlier passes found, up to the day. Passes count the whole city, so an area has no trend.
fn trend(app: &App, judged: &Judged) -> Result<Vec<TrendPoint>, Problem> {
    if judged.area.is_some() {
        return Ok(vec![]);
    }
    let points = app.store().trend(judged.declared().id.as_str())?.into_iter();
    let points = points.filter(|point| point.on <= judged.view.snapshot.on);
    Ok(points
        .map(|point| {
            let count = |name: &str| point.counts.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
            TrendPoint {
                on: point.on,
                counts: Counts {
                    records: count("records"),
                    should: count("should"),
                    done: count("done"),
                    exempt: count("exempt"),
                    gap: count("gap"),
                    leak: count("leak"),
                    unknown: count("unknown"),
                },
            }
        })
        .collect())
}

/// The missing facts that decide, those of most records first.
fn ask(app: &App, judged: &Judged) -> Result<Vec<Ask>, Problem> {
    let (snapshot, kind) = (judged.view.snapshot, judged.duty.kind);
    let doubts = app.days.pipeline().doubts(snapshot, judged.duty)?;
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (row, paths) in &doubts.missing {
        if judged.lies_within(snapshot.pass.area(kind, *row)) {
            paths.iter().for_each(|path| *counts.entry(path).or_default() += 1);
        }
    }
    let mut ask: Vec<Ask> = counts
        .into_iter()
        .map(|(path, count)| Ask { fact: path.to_owned(), label: judged.view.path_label(kind, path), count })
        .collect();
    ask.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.fact.cmp(&b.fact)));
    Ok(ask)
}

impl ParameterOn {
    /// A parameter with what holds, if anything does.
    pub fn new(parameter: &Parameter, dated: Option<&Dated>) -> Self {
        let (value, unset) = dated.map(|dated| setting_text(&dated.setting)).unwrap_or_default();
        Self {
            id: parameter.id.to_string(),
            label: Words::from(&parameter.label),
            value,
            unit: parameter.unit.as_ref().map(ToString::to_string),
            from: dated.map(|dated| dated.from),
            area: dated.and_then(|dated| dated.area.as_ref()).map(ToString::to_string),
            basis: dated.map(|dated| Basis::from(&dated.basis)),
            unset,
        }
    }
}

/// The rows of a duty that a filter keeps, in order.
fn rows(
    app: &App,
    judged: &Judged,
    scope: &Scope,
    filter: &RecordsFilter,
) -> Result<(Vec<usize>, Arc<Doubts>), Problem> {
    let needs_doubts = filter.missing.is_some() || filter.near_miss.is_some();
    let doubts = match needs_doubts || filter.standing == Some(Standing::Unknown) {
        true => app.days.pipeline().doubts(judged.view.snapshot, judged.duty)?,
        false => Arc::default(),
    };
    let (duty, kind) = (judged.duty, judged.duty.kind);
    let candidates: Vec<usize> = match filter.standing {
        Some(standing) => duty.rows_in(standing.into()).collect(),
        None => (0..duty.rows()).collect(),
    };
    let text = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let kept = candidates.into_iter().filter(|row| {
        let area = judged.view.snapshot.pass.area(kind, *row);
        let missing = |fact: &String| doubts.missing.get(row).is_some_and(|paths| paths.contains(fact));
        judged.lies_within(area)
            && scope.sees_area(area)
            && filter.missing.as_ref().is_none_or(missing)
            && filter.near_miss.is_none_or(|wanted| wanted == doubts.near_misses.contains_key(row))
            && text.is_none_or(|text| judged.view.has_text(kind, *row, text))
    });
    Ok((kept.collect(), doubts))
}

fn standing_line(judged: &Judged, doubts: &Doubts, row: usize) -> StandingLine {
    let (view, duty) = (judged.view, judged.duty);
    let shown = view.line(duty.kind, row);
    let figures = view.verdict_figures(duty, row, &judged.figures);
    let clauses = &judged.declared().should;
    StandingLine {
        kind: shown.kind,
        id: shown.id,
        name: shown.name,
        area: shown.area,
        standing: duty.standing(row).into(),
        amount: figures.amount,
        paid: figures.paid,
        arose_on: figures.arose_on,
        due_on: figures.due_on,
        met_on: figures.met_on,
        missing: doubts.missing.get(&row).cloned().unwrap_or_default(),
        near_miss: doubts.near_misses.get(&row).and_then(|at| clauses.get(*at)).map(|c| c.id.to_string()),
        synthetic: shown.synthetic,
    }
}

/// The records of one duty, by set, area, text, missing fact or near miss.
#[utoipa::path(get, path = "/api/duties/{id}/records", tag = "duties", params(("id" = String, Path), RecordsFilter, Paging),
    responses((status = 200, body = Page<StandingLine>), Problem))]
pub async fn duty_records(
    State(app): State<App>,
    account: May<ReadLists>,
    Path(id): Path<String>,
    Query(filter): Query<RecordsFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<StandingLine>>, Problem> {
    let on = filter.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let after: Option<usize> = paging.after()?;
        app.read(on, |view| {
            let duty = find(view, &scope, &id)?;
            let figures = app.days.pipeline().figures(view.snapshot, duty)?;
            let judged = Judged { view, duty, figures, area: area.as_deref() };
            let (rows, doubts) = rows(app, &judged, &scope, &filter)?;
            let total = rows.len() as u64;
            let begin = after.map_or(0, |after| rows.partition_point(|row| *row <= after));
            let shown = &rows[begin..rows.len().min(begin + paging.limit())];
            let is_last = begin + shown.len() >= rows.len();
            Ok(Json(Page {
                items: shown.iter().map(|row| standing_line(&judged, &doubts, *row)).collect(),
                next_cursor: shown.last().filter(|_| !is_last).and_then(cursor),
                total: Some(total),
            }))
        })
    })
    .await
}

/// The same list as a sheet, with the day, the denominator and whether it is made up.
#[utoipa::path(get, path = "/api/duties/{id}/records.xlsx", tag = "duties", params(("id" = String, Path), RecordsFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn duty_records_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Path(id): Path<String>,
    Query(filter): Query<RecordsFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    let on = filter.on.unwrap_or_else(|| app.today());
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let book = app.read(on, |view| {
            let duty = find(view, &scope, &id)?;
            let figures = app.days.pipeline().figures(view.snapshot, duty)?;
            let judged = Judged { view, duty, figures, area: area.as_deref() };
            let (rows, doubts) = rows(app, &judged, &scope, &filter)?;
            let lines = rows.iter().map(|row| standing_line(&judged, &doubts, *row)).collect::<Vec<_>>();
            sheet_of(&judged, &lines, lang)
        })?;
        book.response(&format!("{id}-{on}"))
    })
    .await
}

/// The list as a sheet: what it is, of which day and of how many, then one line a record.
fn sheet_of(judged: &Judged, lines: &[StandingLine], lang: Lang) -> Result<Book, Problem> {
    let (view, declared, line) = (judged.view, judged.declared(), judged.line());
    let place = view.place_and_day(judged.area);
    let (shown, counts) = (lines.len(), line.counts);
    let Counts { records, should, done, exempt, gap, leak, unknown } = counts;
    let mut notes = vec![
        Words::new(
            format!("{}，本表 {shown} 条", place.zh),
            format!("{}, {shown} records in this list", place.en),
        ),
        Words::new(
            format!(
                "全部 {records} 条中：应尽 {should}，已尽 {done}，免尽 {exempt}，未尽 {gap}，错享 {leak}，未知 {unknown}"
            ),
            format!(
                "Of all {records} records: should {should}, done {done}, exempt {exempt}, gap {gap}, leak {leak}, \
                 unknown {unknown}"
            ),
        ),
    ];
    if lines.iter().any(|line| line.synthetic) {
        notes.extend(view.made_up_note());
    }
    let headings = [
        ("编号", "id"),
        ("名称", "name"),
        ("区域", "area"),
        ("状态", "standing"),
        ("应付", "owed"),
        ("已付", "paid"),
        ("单位", "unit"),
        ("产生日期", "arose on"),
        ("应办结日期", "due on"),
        ("办结日期", "met on"),
        ("缺少的事实", "missing facts"),
        ("虚构", "made up"),
    ];
    let title = Words::new(
        format!("{} {}", declared.verb, declared.title.zh),
        format!("{} {}", declared.verb, declared.title.en),
    );
    let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
    let unit = line.unit.as_deref().map(|unit| unit_word(unit, lang));
    for line in lines {
        let missing =
            line.missing.iter().map(|path| view.path_label(judged.duty.kind, path).get(lang).to_owned());
        book.row([
            line.id.as_str().into(),
            Cell::maybe(line.name.as_deref()),
            view.area_name(line.area.as_deref(), lang).into(),
            line.standing.label(lang).into(),
            Cell::maybe(line.amount),
            Cell::maybe(line.paid),
            Cell::maybe(unit.filter(|_| line.amount.is_some() || line.paid.is_some())),
            Cell::maybe(line.arose_on),
            Cell::maybe(line.due_on),
            Cell::maybe(line.met_on),
            missing.collect::<Vec<_>>().join(say(lang, "、", ", ")).into(),
            say(lang, "是", "yes").repeat(usize::from(line.synthetic)).into(),
        ])?;
    }
    Ok(book)
}
