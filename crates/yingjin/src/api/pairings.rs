//! Officials paired with firms: whom they have, which visit is due, and what became of the problems of those they visit.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::case::Ending;
use model::{Lang, Pairings, Standing as Stands, Value};
use rules::evaluate::DutyPass;
use rules::ruleset::CompiledForm;
use serde::{Deserialize, Serialize};
use store::StoredCase;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::extract::Query;
use super::list::{Book, Cell, Head, In, SheetLang};
use super::problem::{Kind, Problem};
use super::records::RecordLine;
use super::right::{May, ReadLists};
use super::scope::Scope;
use super::view::View;
use super::words::{Standing, Words};

/// Where.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PairingsFilter {
    /// Only this area and what lies in it.
    pub area: Option<String>,
}

/// The pairings of whoever asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyPairings {
    /// The form by which a visit is written; the pairing files it.
    pub form: String,
    /// Each pairing, what is due first before the others.
    pub items: Vec<PairingLine>,
}

/// Somebody paired with a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PairingLine {
    /// The pairing.
    pub pairing: RecordLine,
    /// Whom the official visits.
    pub with: Option<RecordLine>,
    /// The scheme.
    pub scheme: Words,
    /// The official.
    pub official: Option<String>,
    /// The last visit; none where none is known.
    pub visited_on: Option<NaiveDate>,
    /// The last day for the next one.
    pub due_on: Option<NaiveDate>,
    /// Whether visits were made in time: a gap is overdue.
    pub standing: Standing,
    /// Problems of whom they visit.
    pub problems: ProblemCounts,
}

/// Problems that were raised about a record, by whoever did; those merged into others are not counted twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemCounts {
    /// Raised.
    pub raised: u64,
    /// Of them, those that are solved as the beneficiary says.
    pub solved: u64,
    /// Of them, those that went up to an office above.
    pub passed_up: u64,
    /// Of them, those that have not ended.
    pub open: u64,
}

/// A scheme in an area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SchemeLine {
    /// The scheme.
    pub scheme: Words,
    /// The area; none where it is not known.
    pub area: Option<String>,
    /// How many are paired.
    pub paired: u64,
    /// Of them, those visited in time.
    pub in_time: u64,
    /// Of them, those whose visit is overdue.
    pub overdue: u64,
    /// Of them, those of whom it is not known.
    pub unknown: u64,
    /// Visits written down.
    pub visits: u64,
    /// Problems of those who are paired.
    pub problems: ProblemCounts,
}

impl ProblemCounts {
    fn add(&mut self, stored: &StoredCase) {
        let case = &stored.case;
        if matches!(case.ending, Some(Ending::Merged { .. })) {
            return;
        }
        self.raised += 1;
        self.solved += u64::from(case.said.as_ref().is_some_and(|said| said.solved));
        self.passed_up += u64::from(case.escalated);
        self.open += u64::from(case.is_live());
    }

    fn join(&mut self, other: Self) {
        self.raised += other.raised;
        self.solved += other.solved;
        self.passed_up += other.passed_up;
        self.open += other.open;
    }
}

impl App {
    /// Where the register has the city's pairings. Errors: the city folder does not say.
    fn pairings(&self) -> Result<&Pairings, Problem> {
        self.rules().pairings.as_ref().ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "城市文件夹里没有 pairings.toml，本市没有挂钩联系。",
                "The city folder has no pairings.toml, so nobody is paired.",
            )
        })
    }
}

/// A pairing that goes on, with how many visits of it are known.
struct Paired {
    line: PairingLine,
    visits: u64,
    is_mine: bool,
}

/// Where the register has pairings on a day.
struct Register<'a> {
    view: View<'a>,
    pairings: &'a Pairings,
    kind: usize,
    declared: &'a model::Kind,
    form: &'a CompiledForm,
    judged: &'a DutyPass,
}

impl<'a> Register<'a> {
    /// None where no duty about them is in force. Errors: the city folder does not say.
    fn open(app: &'a App, view: View<'a>) -> Result<Option<Self>, Problem> {
        let pairings = app.pairings()?;
        let found = view.rules.kind(pairings.kind.as_str()).zip(view.snapshot.pass.duty(&pairings.duty));
        let form = app.form(pairings.form.as_str())?;
        Ok(found.map(|((kind, declared), judged)| Self { view, pairings, kind, declared, form, judged }))
    }

    /// How a pairing stands; none where it has ended.
    fn standing(&self, row: usize) -> Option<Stands> {
        let standing = self.judged.standing(row);
        (standing.is_owed() || standing == Stands::Unknown).then_some(standing)
    }

    fn with(&self) -> Option<usize> {
        self.declared.facts.iter().position(|fact| fact.id == self.pairings.with)
    }

    fn to(&self) -> Option<&'a model::KindId> {
        self.declared.fact(self.pairings.with.as_str())?.fact_type.target()
    }

    /// The rows of its visits.
    fn visits(&self, row: usize) -> Vec<usize> {
        let facts = &self.view.kind(self.form.kind).facts;
        let by = facts.iter().position(|fact| fact.id == self.form.form.by);
        let members = |by| self.view.snapshot.tables.members(self.form.kind, by, row).collect();
        by.map(members).unwrap_or_default()
    }

    fn text(&self, row: usize, fact: &model::FactId) -> Option<String> {
        self.view.told(self.kind, row, fact.as_str()).map(|value| value.to_string())
    }

    /// A pairing, without the problems of whom it is with.
    fn line(&self, row: usize, standing: Stands) -> PairingLine {
        let (view, pairings) = (self.view, self.pairings);
        let filed_on = self.form.form.filled.filed_on.as_str();
        let day = |visit: &usize| match view.told(self.form.kind, *visit, filed_on) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        };
        let scheme = view.told(self.kind, row, pairings.scheme.as_str());
        let label = self.declared.fact(pairings.scheme.as_str()).zip(scheme.as_ref());
        let with = self.text(row, &pairings.with).zip(self.to());
        PairingLine {
            pairing: view.line(self.kind, row),
            problems: ProblemCounts::default(),
            with: with.map(|(id, to)| view.line_of(to.as_str(), &id)),
            scheme: label.and_then(|(fact, scheme)| view.display(fact, scheme)).unwrap_or_default(),
            official: self.text(row, &pairings.official),
            visited_on: self.visits(row).iter().filter_map(day).max(),
            due_on: view.day(self.kind, row, &pairings.due_on),
            standing: standing.into(),
        }
    }
}

/// The pairings that go on with a record, for whoever may see it; none where the city pairs nobody.
pub(super) fn paired_with(
    app: &App,
    view: View,
    (to, row): (usize, usize),
) -> Result<Vec<PairingLine>, Problem> {
    if view.rules.pairings.is_none() {
        return Ok(vec![]);
    }
    let Some(register) = Register::open(app, view)? else { return Ok(vec![]) };
    let with = register.with().filter(|_| register.to() == Some(&view.kind(to).id));
    let rows = with.map(|with| view.snapshot.tables.members(register.kind, with, row));
    let lines = rows.into_iter().flatten();
    Ok(lines.filter_map(|row| Some(register.line(row, register.standing(row)?))).collect())
}

/// The pairings that go on and that the reader may see.
fn paired(app: &App, view: View, (scope, name): (&Scope, &str)) -> Result<Vec<Paired>, Problem> {
    let Some(register) = Register::open(app, view)? else { return Ok(vec![]) };
    let mut problems: BTreeMap<String, ProblemCounts> = BTreeMap::new();
    if let Some(to) = register.to() {
        for stored in app.store().problems_about(to.as_str())? {
            let about = stored.case.opening.about.as_ref().map(|about| about.id.to_string());
            problems.entry(about.unwrap_or_default()).or_default().add(&stored);
        }
    }
    let mut all = Vec::new();
    for row in 0..register.judged.rows() {
        let Some(standing) = register.standing(row) else { continue };
        if !scope.sees_record(view.snapshot, register.kind, row) {
            continue;
        }
        let mut line = register.line(row, standing);
        let counted = line.with.as_ref().and_then(|with| problems.get(&with.id));
        line.problems = counted.copied().unwrap_or_default();
        all.push(Paired {
            is_mine: register.text(row, &register.pairings.account).as_deref() == Some(name),
            visits: register.visits(row).len() as u64,
            line,
        });
    }
    all.sort_by(|a, b| {
        (a.line.due_on.is_none(), a.line.due_on, &a.line.pairing.id).cmp(&(
            b.line.due_on.is_none(),
            b.line.due_on,
            &b.line.pairing.id,
        ))
    });
    Ok(all)
}

/// Those that lie in an area, or all.
fn within(app: &App, found: Vec<Paired>, area: Option<&str>) -> Vec<Paired> {
    let areas = &app.rules().city.areas;
    let lies = |paired: &Paired| match (area, &paired.line.pairing.area) {
        (None, _) => true,
        (Some(area), Some(own)) => areas.within(own, area),
        (Some(_), None) => false,
    };
    found.into_iter().filter(lies).collect()
}

/// Whom I am paired with, and which visit is due.
#[utoipa::path(get, path = "/api/pairings", tag = "pairings",
    responses((status = 200, body = MyPairings), Problem))]
pub async fn my_pairings(
    State(app): State<App>,
    account: May<ReadLists>,
) -> Result<Json<MyPairings>, Problem> {
    app.blocking(move |app| {
        let form = app.pairings()?.form.to_string();
        let scope = Scope::of(&account, app.rules());
        let found = app.read(app.today(), |view| paired(app, view, (&scope, &account.name)))?;
        let items = found.into_iter().filter(|paired| paired.is_mine).map(|paired| paired.line).collect();
        Ok(Json(MyPairings { form, items }))
    })
    .await
}

/// Every scheme in every area: who was visited in time, and what became of the problems.
#[utoipa::path(get, path = "/api/pairings/schemes", tag = "pairings", params(PairingsFilter),
    responses((status = 200, body = Vec<SchemeLine>), Problem))]
pub async fn schemes(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<PairingsFilter>,
) -> Result<Json<Vec<SchemeLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let found = app.read(app.today(), |view| paired(app, view, (&scope, &account.name)))?;
        let mut lines: Vec<SchemeLine> = Vec::new();
        for Paired { line, visits, .. } in within(app, found, area.as_deref()) {
            let same = |known: &SchemeLine| known.scheme == line.scheme && known.area == line.pairing.area;
            let place = lines.iter().position(same).unwrap_or_else(|| {
                let (scheme, area) = (line.scheme.clone(), line.pairing.area.clone());
                lines.push(SchemeLine {
                    scheme,
                    area,
                    paired: 0,
                    in_time: 0,
                    overdue: 0,
                    unknown: 0,
                    visits: 0,
                    problems: ProblemCounts::default(),
                });
                lines.len() - 1
            });
            let sum = &mut lines[place];
            sum.paired += 1;
            sum.in_time += u64::from(line.standing == Standing::Done);
            sum.overdue += u64::from(line.standing == Standing::Gap);
            sum.unknown += u64::from(line.standing == Standing::Unknown);
            sum.visits += visits;
            sum.problems.join(line.problems);
        }
        lines.sort_by(|a, b| (&a.scheme.zh, &a.area).cmp(&(&b.scheme.zh, &b.area)));
        Ok(Json(lines))
    })
    .await
}

/// Every pairing as a sheet.
#[utoipa::path(get, path = "/api/pairings.xlsx", tag = "pairings", params(PairingsFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn pairings_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<PairingsFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let book = app.read(app.today(), |view| {
            let found = within(app, paired(app, view, (&scope, &account.name))?, area.as_deref());
            let shown = found.len();
            let overdue = found.iter().filter(|paired| paired.line.standing == Standing::Gap).count();
            let mut notes = vec![
                view.place_and_day(area.as_deref()),
                Words::new(
                    format!("挂钩 {shown} 家，走访逾期 {overdue} 家"),
                    format!("{shown} paired, of them {overdue} whose visit is overdue"),
                ),
            ];
            notes.extend(view.made_up_note());
            let title = Words::new("挂钩联系台账", "Paired officials");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
            for paired in &found {
                book.row(paired.cells(view, lang))?;
            }
            Ok(book)
        })?;
        book.response(&format!("pairings-{}", app.today()))
    })
    .await
}

const HEADINGS: [(&str, &str); 12] = [
    ("方案", "scheme"),
    ("地区", "area"),
    ("编号", "id"),
    ("名称", "name"),
    ("联系人", "official"),
    ("走访次数", "visits"),
    ("最近一次", "last visit"),
    ("应走访日", "due on"),
    ("走访逾期", "overdue"),
    ("提出困难", "problems"),
    ("已解决", "solved"),
    ("已上报", "passed up"),
];

impl Paired {
    fn cells(&self, view: View, lang: Lang) -> [Cell; 12] {
        let line = &self.line;
        let with = line.with.as_ref();
        let yes = super::list::say(lang, "是", "yes");
        [
            line.scheme.get(lang).into(),
            view.area_name(line.pairing.area.as_deref(), lang).as_str().into(),
            Cell::maybe(with.map(|with| with.id.as_str())),
            Cell::maybe(with.and_then(|with| with.name.as_deref())),
            Cell::maybe(line.official.as_deref()),
            self.visits.into(),
            Cell::maybe(line.visited_on),
            Cell::maybe(line.due_on),
            Cell::maybe((line.standing == Standing::Gap).then_some(yes)),
            line.problems.raised.into(),
            line.problems.solved.into(),
            line.problems.passed_up.into(),
        ]
    }
}
