//! The rules in words, their parameters, and who would gain and lose if one were different.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use model::{AreaCode, Duty, Lang, RecordId};
use rules::compare::{AreaComparison, DutyComparison, Side, compare_rules};
use rules::evaluate::Counts;
use rules::expr::{Const, Type};
use rules::parameter::{Dated, Parameter, Setting, Shape};
use rules::reads::Reads;
use rules::ruleset::{CompiledDuty, RuleSet};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Account;
use utoipa::ToSchema;

use super::app::App;
use super::city::FactTypeName;
use super::duties::{ClauseShape, DoneShape};
use super::etag::tagged;
use super::extract::Body;
use super::list::{Book, Cell, Head, In, SheetLang, say, unit_word};
use super::problem::Problem;
use super::records::RecordLine;
use super::right::{May, ReadLists, SignIn};
use super::scope::Scope;
use super::view::View;
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
    /// Whether it holds today.
    pub phase: Phase,
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

/// Whether a version of a duty holds on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It does.
    InForce,
    /// It did.
    Past,
    /// It will, whether or not it did before.
    ToCome,
}

impl Phase {
    fn of(duty: &Duty, day: NaiveDate) -> Self {
        if duty.valid_on(day).is_some() {
            Self::InForce
        } else if duty.valid.iter().any(|span| span.from > day) {
            Self::ToCome
        } else {
            Self::Past
        }
    }
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
    /// What is owed in the first, as far as it is known; none where no amount is.
    pub amount_a: Option<Decimal>,
    /// What would be owed in the second.
    pub amount_b: Option<Decimal>,
    /// Records owed in the first whose amount is unknown.
    pub amount_unknown_a: u64,
    /// Records that would be owed in the second and whose amount is unknown.
    pub amount_unknown_b: u64,
    /// The unit of both.
    pub unit: Option<String>,
    /// The same by area: those in which anything differs.
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
    /// What is owed in the first, as far as it is known; none where no amount is.
    pub amount_a: Option<Decimal>,
    /// What would be owed in the second.
    pub amount_b: Option<Decimal>,
    /// Records owed in the first whose amount is unknown.
    pub amount_unknown_a: u64,
    /// Records that would be owed in the second and whose amount is unknown.
    pub amount_unknown_b: u64,
}

/// A record that would be owed or would no longer be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangeExample {
    /// The record.
    pub record: RecordLine,
    /// Whether it would be owed.
    pub owed: bool,
}

/// Every duty as the folder words it.
fn in_words(rules: &RuleSet, today: NaiveDate) -> Rules {
    Rules {
        version: rules.version.clone(),
        duties: rules.duties.iter().map(|duty| rule(rules, duty, today)).collect(),
    }
}

fn rule(rules: &RuleSet, compiled: &CompiledDuty, today: NaiveDate) -> Rule {
    let duty = &compiled.duty;
    Rule {
        id: duty.id.to_string(),
        verb: duty.verb.clone(),
        title: Words::from(&duty.title),
        summary: duty.summary.as_ref().map(Words::from),
        kind: duty.kind.to_string(),
        mode: Mode::from(duty.mode),
        owner: duty.owner.to_string(),
        bearer: duty.bearer.as_ref().map(ToString::to_string),
        basis: Basis::from(&duty.basis),
        valid: duty.valid.iter().map(Span::from).collect(),
        phase: Phase::of(duty, today),
        days: duty.days,
        clauses: duty.should.iter().map(ClauseShape::from).collect(),
        exemptions: duty.exempt.iter().map(ClauseShape::from).collect(),
        done: DoneShape::from(&duty.done),
        amount: duty.amount.as_ref().map(|amount| amount.value.clone()),
        unit: duty.amount.as_ref().map(|amount| amount.unit.clone()),
        parameters: parameters_read(rules, compiled),
        cases: compiled.cases.len(),
    }
}

fn parameters_read(rules: &RuleSet, duty: &CompiledDuty) -> Vec<String> {
    let reads = Reads::of_duty(rules, duty);
    reads.parameters.iter().map(|index| rules.parameters[*index].id.to_string()).collect()
}

/// Every parameter with its values.
fn parameter_shapes(rules: &RuleSet) -> Parameters {
    let reads: Vec<_> = rules.duties.iter().map(|duty| (duty, Reads::of_duty(rules, duty))).collect();
    let shape = |(index, parameter): (usize, &Parameter)| ParameterShape {
        id: parameter.id.to_string(),
        label: Words::from(&parameter.label),
        value_type: type_name(parameter.ty),
        unit: parameter.unit.as_ref().map(ToString::to_string),
        may_try: parameter.shape == Shape::One,
        values: parameter.values.iter().map(ParameterValue::from).collect(),
        duties: reads
            .iter()
            .filter(|(_, reads)| reads.parameters.contains(&index))
            .map(|(duty, _)| duty.duty.id.to_string())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    };
    Parameters { parameters: rules.parameters.iter().enumerate().map(shape).collect() }
}

fn type_name(ty: Type) -> FactTypeName {
    match ty {
        Type::Bool => FactTypeName::Bool,
        Type::Int => FactTypeName::Int,
        Type::Decimal { .. } => FactTypeName::Decimal,
        Type::Text => FactTypeName::Text,
        Type::Date => FactTypeName::Date,
        Type::Point => FactTypeName::Point,
    }
}

impl From<&Dated> for ParameterValue {
    fn from(dated: &Dated) -> Self {
        let (value, unset) = setting_text(&dated.setting);
        Self {
            from: dated.from,
            to: dated.to,
            area: dated.area.as_ref().map(ToString::to_string),
            value,
            unset,
            basis: Basis::from(&dated.basis),
        }
    }
}

/// A parameter's value on one line, or why there is none.
pub fn setting_text(setting: &Setting) -> (Option<String>, Option<Words>) {
    match setting {
        Setting::One(value) => (Some(const_text(value)), None),
        Setting::List(values) => (Some(values.iter().map(const_text).collect::<Vec<_>>().join(", ")), None),
        Setting::Keyed(values) => {
            let pair = |(code, value): (&String, &Const)| format!("{code} = {}", const_text(value));
            (Some(values.iter().map(pair).collect::<Vec<_>>().join(", ")), None)
        }
        Setting::Unset(why) => (None, Some(Words::from(why))),
    }
}

/// A known value as text.
pub fn const_text(value: &Const) -> String {
    match value {
        Const::Bool(value) => value.to_string(),
        Const::Int(value) => value.to_string(),
        Const::Decimal(value) => value.to_string(),
        Const::Text(value) => value.clone(),
        Const::Date(value) => value.to_string(),
    }
}

/// Reads a value to be tried for a parameter. None if it has another form than the parameter's type.
pub fn read_const(ty: Type, text: &str) -> Option<Const> {
    match ty {
        Type::Bool => text.parse().ok().map(Const::Bool),
        Type::Int => text.parse().ok().map(Const::Int),
        Type::Decimal { scale } => {
            text.parse::<Decimal>().ok().filter(|value| value.scale() <= u32::from(scale)).map(Const::Decimal)
        }
        Type::Text => Some(Const::Text(text.to_owned())),
        Type::Date => text.parse().ok().map(Const::Date),
        Type::Point => None,
    }
}

/// Every duty in words.
#[utoipa::path(get, path = "/api/rules", tag = "rules",
    responses((status = 200, body = Rules), (status = 304), Problem))]
pub async fn rules(
    State(app): State<App>,
    _account: May<SignIn>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    tagged(&headers, &in_words(app.rules(), app.today()))
}

/// Every parameter with its values and documents.
#[utoipa::path(get, path = "/api/parameters", tag = "rules",
    responses((status = 200, body = Parameters), (status = 304), Problem))]
pub async fn parameters(
    State(app): State<App>,
    _account: May<SignIn>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    tagged(&headers, &parameter_shapes(app.rules()))
}

/// Compares two days or two settings: newly owed, no longer owed, money, by area.
#[utoipa::path(post, path = "/api/compare", tag = "rules", request_body = CompareRequest,
    responses((status = 200, body = Comparison), Problem))]
pub async fn compare(
    State(app): State<App>,
    account: May<ReadLists>,
    Body(request): Body<CompareRequest>,
) -> Result<Json<Comparison>, Problem> {
    app.blocking(move |app| differences(app, &account, &request, EXAMPLES).map(Json)).await
}

/// Who would gain and lose, naming at most `examples` records a duty.
fn differences(
    app: &App,
    account: &Account,
    request: &CompareRequest,
    examples: usize,
) -> Result<Comparison, Problem> {
    let scope = Scope::of(account, app.rules());
    let area = scope.area(request.area.as_deref())?;
    let a = setting_of(app, &request.a, "a")?;
    let b = setting_of(app, &request.b, "b")?;
    let difference =
        Difference { scope: &scope, area: area.as_deref(), duty: request.duty.as_deref(), examples };
    app.read_two((a.on, b.on), |view_a, view_b| {
        let found = compare_rules(
            Side { rules: app.rules(), tables: &view_a.snapshot.tables, setting: &a },
            Side { rules: app.rules(), tables: &view_b.snapshot.tables, setting: &b },
        );
        let duties = found.duties.iter().filter_map(|duty| difference.of((view_a, view_b), duty)).collect();
        Ok(Comparison { a_on: a.on, b_on: b.on, duties })
    })
}

/// The same as a sheet: one of areas, one of every record that would be owed or would no longer be.
#[utoipa::path(post, path = "/api/compare.xlsx", tag = "rules", params(SheetLang), request_body = CompareRequest,
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn compare_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    In(lang): In,
    Body(request): Body<CompareRequest>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let comparison = differences(app, &account, &request, usize::MAX)?;
        let area = request
            .area
            .as_deref()
            .filter(|area| !area.is_empty())
            .or(account.area.as_ref().map(AreaCode::as_str));
        let book =
            app.read(comparison.b_on, |view| change_book(view, (&comparison, &request), area, lang))?;
        book.response(&format!("compare-{}", comparison.b_on))
    })
    .await
}

fn change_book(
    view: View,
    (comparison, request): (&Comparison, &CompareRequest),
    area: Option<&str>,
    lang: Lang,
) -> Result<Book, Problem> {
    let set = |trial: &Trial| {
        let values = trial.set.iter().map(|(id, value)| format!("{id} = {value}"));
        values.collect::<Vec<_>>().join(", ")
    };
    let (a_on, b_on) = (comparison.a_on, comparison.b_on);
    let (a_set, b_set) = (set(&request.a), set(&request.b));
    let place = view.place_and_day(area);
    let mut notes = vec![
        place,
        Words::new(
            format!("试算，不是现行规定：{a_on} {a_set} 与 {b_on} {b_set} 相比"),
            format!("A trial, not the law: {a_on} {a_set} against {b_on} {b_set}"),
        ),
    ];
    notes.extend(view.made_up_note());
    let title = Words::new("试算：各县（市、区）", "Trial by area");
    let headings = [
        ("责任", "duty"),
        ("地区", "area"),
        ("新享", "newly owed"),
        ("不再享", "no longer owed"),
        ("现应付", "owed now"),
        ("其中金额未知（项）", "of unknown amount"),
        ("试算应付", "would be owed"),
        ("其中金额未知（项）", "of unknown amount"),
        ("差额", "difference"),
        ("单位", "unit"),
    ];
    let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
    for duty in &comparison.duties {
        let unit = duty.unit.as_deref().map(|unit| unit_word(unit, lang));
        let mut line = |place: String, moved: (u64, u64), money: [Option<Decimal>; 2], unknown: [u64; 2]| {
            let difference = money[0].zip(money[1]).map(|(a, b)| b - a);
            book.row([
                duty.title.get(lang).into(),
                place.into(),
                moved.0.into(),
                moved.1.into(),
                Cell::maybe(money[0]),
                unknown[0].into(),
                Cell::maybe(money[1]),
                unknown[1].into(),
                Cell::maybe(difference),
                Cell::maybe(unit),
            ])
        };
        let moved = (duty.newly_owed, duty.no_longer_owed);
        let unknown = [duty.amount_unknown_a, duty.amount_unknown_b];
        line(say(lang, "合计", "all").to_owned(), moved, [duty.amount_a, duty.amount_b], unknown)?;
        for part in &duty.by_area {
            let name = match &part.area {
                Some(code) => view.area_name(Some(code), lang),
                None => say(lang, "地区不明", "area not known").to_owned(),
            };
            let unknown = [part.amount_unknown_a, part.amount_unknown_b];
            line(name, (part.newly_owed, part.no_longer_owed), [part.amount_a, part.amount_b], unknown)?;
        }
    }
    let title = Words::new("试算：档案", "Trial by record");
    let headings = [
        ("责任", "duty"),
        ("编号", "id"),
        ("名称", "name"),
        ("区域", "area"),
        ("虚构", "made up"),
        ("变化", "change"),
    ];
    book.sheet(Head::new(lang, (&title, &notes), &headings))?;
    for duty in &comparison.duties {
        for example in &duty.examples {
            let change = if example.owed {
                say(lang, "新享", "newly owed")
            } else {
                say(lang, "不再享", "no longer owed")
            };
            let cells = [duty.title.get(lang).into()].into_iter().chain(example.record.cells(view, lang));
            book.row(cells.chain([change.into()]))?;
        }
    }
    Ok(book)
}

/// A day and values to be tried, each of its parameter's type. Every mistake is told at once.
fn setting_of(app: &App, trial: &Trial, side: &str) -> Result<rules::evaluate::Setting, Problem> {
    let mut setting = rules::evaluate::Setting::on(trial.on.unwrap_or_else(|| app.today()));
    let mut mistakes = Vec::new();
    for (id, text) in &trial.set {
        let parameter = app.rules().parameters.iter().find(|parameter| parameter.id.as_str() == id);
        let why = match parameter {
            None => Words::new("没有这个参数", "there is no such parameter"),
            Some(parameter) if parameter.shape != Shape::One => Words::new(
                "这个参数是列表或分类取值，不能试算",
                "this parameter is a list or has values by code",
            ),
            Some(parameter) => match read_const(parameter.ty, text.trim()) {
                Some(value) => {
                    setting = setting.with(parameter.id.clone(), value);
                    continue;
                }
                None => Words::new("数值的写法不对", "the value has another form than the parameter's"),
            },
        };
        mistakes.push((format!("{side}.set.{id}"), why));
    }
    if mistakes.is_empty() { Ok(setting) } else { Err(Problem::fields(mistakes)) }
}

/// Records shown of those that would be owed or would no longer be.
const EXAMPLES: usize = 20;

/// What of a comparison is shown.
struct Difference<'a> {
    scope: &'a Scope<'a>,
    area: Option<&'a str>,
    duty: Option<&'a str>,
    examples: usize,
}

impl Difference<'_> {
    fn lies_within(&self, view: View, code: Option<&str>) -> bool {
        let areas = &view.rules.city.areas;
        self.area.is_none_or(|area| code.is_some_and(|code| areas.within(code, area)))
    }

    /// A duty that differs or was asked for; none otherwise, or where it is not the reader's to see.
    fn of(&self, (a, b): (View, View), found: &DutyComparison) -> Option<DutyChange> {
        if self.duty.is_some_and(|duty| duty != found.duty.as_str()) {
            return None;
        }
        let version = b.rules.duties.iter().find(|version| version.duty.id == found.duty)?;
        if !self.scope.sees_duty(&version.duty) {
            return None;
        }
        let within = |line: &&AreaComparison| self.lies_within(b, line.area.as_ref().map(AreaCode::as_str));
        let parts: Vec<&AreaComparison> = found.by_area.iter().filter(within).collect();
        let amount = |counts: &Counts| version.amount.as_ref().and_then(|_| counts.known_owed());
        let (mut a_sum, mut b_sum) = (Counts::default(), Counts::default());
        for part in &parts {
            a_sum += &part.a;
            b_sum += &part.b;
        }
        let change = DutyChange {
            id: found.duty.to_string(),
            title: Words::from(&found.title),
            newly_owed: parts.iter().map(|part| part.newly_owed).sum(),
            no_longer_owed: parts.iter().map(|part| part.no_longer_owed).sum(),
            amount_a: amount(&a_sum),
            amount_b: amount(&b_sum),
            amount_unknown_a: a_sum.amount_unknown,
            amount_unknown_b: b_sum.amount_unknown,
            unit: version.duty.amount.as_ref().map(|amount| amount.unit.clone()),
            by_area: parts
                .iter()
                .filter(|part| part.differs())
                .map(|part| AreaChange {
                    area: part.area.as_ref().map(ToString::to_string),
                    newly_owed: part.newly_owed,
                    no_longer_owed: part.no_longer_owed,
                    amount_a: amount(&part.a),
                    amount_b: amount(&part.b),
                    amount_unknown_a: part.a.amount_unknown,
                    amount_unknown_b: part.b.amount_unknown,
                })
                .collect(),
            examples: self
                .examples((version.kind, b), &found.newly_owed, true)
                .chain(self.examples((version.kind, a), &found.no_longer_owed, false))
                .take(self.examples)
                .collect(),
        };
        let differs = change.newly_owed + change.no_longer_owed > 0 || change.amount_a != change.amount_b;
        (differs || self.duty.is_some()).then_some(change)
    }

    fn examples<'b>(
        &'b self,
        (kind, view): (usize, View<'b>),
        records: &'b [RecordId],
        owed: bool,
    ) -> impl Iterator<Item = ChangeExample> + 'b {
        records.iter().filter_map(move |id| {
            let row = view.snapshot.tables.row(kind, id)?;
            let is_within = self.lies_within(view, view.snapshot.pass.area(kind, row));
            is_within.then(|| ChangeExample { record: view.line(kind, row), owed })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_version_is_in_force_past_or_to_come() {
        let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/city");
        let rules = rules::city::load(&city).unwrap().ruleset;
        let mut duty = rules.duties[0].duty.clone();
        let span = |from: &str, to: &str| model::duty::Validity {
            from: from.parse().unwrap(),
            to: Some(to.parse().unwrap()),
            ..duty.valid[0].clone()
        };
        duty.valid = vec![span("2020-02-01", "2020-03-31"), span("2020-06-01", "2020-06-30")];
        for (day, phase) in [
            ("2020-01-31", Phase::ToCome),
            ("2020-02-01", Phase::InForce),
            ("2020-04-15", Phase::ToCome),
            ("2020-06-30", Phase::InForce),
            ("2020-07-01", Phase::Past),
        ] {
            assert_eq!(Phase::of(&duty, day.parse().unwrap()), phase, "{day}");
        }
    }
}
