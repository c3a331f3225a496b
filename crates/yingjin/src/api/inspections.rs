//! Inspections: what became of filings afterwards, for the office of their area.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::case::{RecordRef as PartyRef, State as Stands};
use model::{Fact, FactId, Lang, Value};
use rules::evaluate::Setting;
use rules::ruleset::CompiledForm;
use serde::{Deserialize, Serialize};
use store::Worklist;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::cases::CaseLine;
use super::extract::Query;
use super::filings::FiledPage;
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::paging::{MAX_LIMIT, Page, Paging, cursor};
use super::problem::Problem;
use super::records::RecordLine;
use super::right::{May, ReadLists, ReadRecord};
use super::scope::Scope;
use super::view::View;
use super::words::Words;

/// Which inspections.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InspectionFilter {
    /// The form that was filed; the first one of the city that is drawn from unless said.
    pub form: Option<String>,
    /// Only within this area.
    pub area: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
}

/// A filing that was drawn, or inspected without it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionLine {
    /// The filing.
    pub filing: RecordLine,
    /// Who filed.
    pub by: RecordLine,
    /// The day it was filed.
    pub filed_on: Option<NaiveDate>,
    /// The day whose draw it was drawn in; none where nobody drew it.
    pub drawn_for: Option<NaiveDate>,
    /// How far it is: an option of the state.
    pub state: String,
    /// By when what was found has to be put right.
    pub due: Option<NaiveDate>,
    /// Those of the page's forms that are there for it today.
    pub forms: Vec<String>,
}

/// Inspections of an area, those first that wait longest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionPage {
    /// The form that was filed.
    pub form: String,
    /// What people call it.
    pub title: Words,
    /// The day.
    pub on: NaiveDate,
    /// Filings in the area, drawn or not: of how many.
    pub filed: u64,
    /// The states in their order, with how many are in each.
    pub states: Vec<StateCount>,
    /// What an officer fills in about such a filing.
    pub forms: Vec<OfficerForm>,
    /// The filings.
    #[serde(flatten)]
    pub page: Page<InspectionLine>,
}

/// A state, and how many are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCount {
    /// `correct`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// Filings in it.
    pub count: u64,
}

/// A form that an officer fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfficerForm {
    /// `inspect`
    pub id: String,
    /// What people call it.
    pub title: Words,
}

/// Whose filings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiledFilter {
    /// Who filed; a firm's own account need not say.
    pub by: Option<String>,
    /// The kind of who filed, where several kinds file.
    pub kind: Option<String>,
    /// Only the filing with this number.
    pub number: Option<String>,
}

/// What somebody filed, the latest first, and what became of it: drawn or not, inspected, put right. For who filed and
/// the offices of their area.
#[utoipa::path(get, path = "/api/filings", tag = "forms", params(FiledFilter),
    responses((status = 200, body = Vec<FiledPage>), Problem))]
pub async fn filed(
    State(app): State<App>,
    account: May<ReadRecord>,
    Query(filter): Query<FiledFilter>,
) -> Result<Json<Vec<FiledPage>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let number = filter.number.as_deref().and_then(model::form::read_number);
        app.read(app.today(), |view| {
            let mut pages = Vec::new();
            for form in app.rules().forms.iter().filter(|form| !form.form.officer) {
                let kind = view.kind(form.by);
                if filter.kind.as_deref().is_some_and(|wanted| wanted != kind.id.as_str()) {
                    continue;
                }
                let by = match (&number, scope.filer(kind, filter.by.as_deref())) {
                    (Some(number), _) => app.filer_of(form, number)?,
                    (None, by) => by,
                };
                let Some(by) = by else { continue };
                let Ok((_, who)) = scope.find(view.snapshot, kind.id.as_str(), &by) else { continue };
                let rows = view.filed_by(form, who);
                let pages_of_form = rows.into_iter().map(|row| FiledPage::new(view, (form, row)));
                pages.extend(pages_of_form.filter(|page| number.is_none() || page.number == number));
            }
            for page in &mut pages {
                app.tell_cases(view, &scope, page)?;
            }
            pages.sort_by_key(|page| std::cmp::Reverse(page.on));
            if pages.is_empty() && filter.kind.is_none() && (number.is_some() || filter.by.is_some()) {
                return Err(Problem::not_found(
                    number.as_deref().or(filter.by.as_deref()).unwrap_or_default(),
                ));
            }
            Ok(Json(pages))
        })
    })
    .await
}

/// Which filings go into a sheet.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingsFilter {
    /// Only of this form.
    pub form: Option<String>,
    /// Only within this area.
    pub area: Option<String>,
    /// Only what this record filed; a firm's own account reads its own alone.
    pub by: Option<String>,
}

/// Filings as a sheet, each form's in a sheet of its own, the latest first: all that the reader may see, or what one filed.
#[utoipa::path(get, path = "/api/filings.xlsx", tag = "forms", params(FilingsFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn filings_sheet(
    State(app): State<App>,
    account: May<ReadRecord>,
    Query(filter): Query<FilingsFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let wanted = filter.form.as_deref().filter(|form| !form.is_empty());
        let book = app.read(app.today(), |view| {
            let mut book: Option<Book> = None;
            let forms = app.rules().forms.iter().filter(|form| {
                !form.form.officer && wanted.is_none_or(|wanted| form.form.id.as_str() == wanted)
            });
            for form in forms {
                let Some(rows) = view.filings(&scope, (form, area.as_deref()), filter.by.as_deref()) else {
                    continue;
                };
                let head = view.head_of_filings((form, area.as_deref()), &rows, lang);
                match &mut book {
                    Some(book) => book.sheet(head)?,
                    None => book = Some(Book::begin(head)?),
                }
                for row in rows {
                    let Some(book) = &mut book else { continue };
                    book.row(view.cells_of_filing((form, row), lang))?;
                }
            }
            book.ok_or_else(|| Problem::not_found(wanted.or(filter.by.as_deref()).unwrap_or("filings")))
        })?;
        book.response(&format!("filings-{}", app.today()))
    })
    .await
}

const FILING_HEADINGS: [(&str, &str); 10] = [
    ("编号", "id"),
    ("名称", "name"),
    ("区域", "area"),
    ("虚构", "made up"),
    ("备案日期", "filed on"),
    ("回执编号", "receipt"),
    ("抽中", "drawn"),
    ("抽签所属日期", "draw of"),
    ("检查状态", "state"),
    ("整改期限", "put right by"),
];

impl View<'_> {
    /// The filings of a form that a reader may see, the latest first; none where they are not theirs to read.
    fn filings(
        &self,
        scope: &Scope,
        (form, area): (&CompiledForm, Option<&str>),
        by: Option<&str>,
    ) -> Option<Vec<usize>> {
        let filer = self.kind(form.by);
        let mut rows = match scope.filer(filer, by) {
            Some(by) => {
                let (_, who) = scope.find(self.snapshot, filer.id.as_str(), &by).ok()?;
                self.filed_by(form, who)
            }
            // A firm that files nothing of the kind has none; whoever reads lists has all.
            None if scope.own_only() || !scope.sees_kind(self.kind(form.kind).id.as_str()) => return None,
            None => (0..self.snapshot.tables.table(form.kind).len())
                .filter(|row| self.lies(form.kind, *row, area))
                .collect(),
        };
        let filed_on = |row: &usize| self.day(form.kind, *row, &form.form.filled.filed_on);
        rows.sort_by_cached_key(|row| (std::cmp::Reverse(filed_on(row)), self.id(form.kind, *row).clone()));
        Some(rows)
    }

    fn lies(&self, kind: usize, row: usize, area: Option<&str>) -> bool {
        let within = |area| {
            let lies = self.snapshot.pass.area(kind, row);
            lies.is_some_and(|lies| self.rules.city.areas.within(lies, area))
        };
        area.is_none_or(within)
    }

    /// Of which day and place the filings are, by how many of how many.
    fn head_of_filings(
        &self,
        (form, area): (&CompiledForm, Option<&str>),
        rows: &[usize],
        lang: Lang,
    ) -> Head {
        let filers: BTreeSet<String> = rows.iter().map(|row| self.filer_of(form, *row).id).collect();
        let known = self.snapshot.tables.table(form.by).len();
        let known = (0..known).filter(|row| self.lies(form.by, *row, area)).count();
        let (shown, filers, label) = (rows.len(), filers.len(), &self.kind(form.by).label);
        let mut notes = vec![
            self.place_and_day(area),
            Words::new(
                format!("本表 {shown} 份备案，由 {filers} 个{}提交，登记在册共 {known} 个", label.zh),
                format!(
                    "{shown} filings in this list, by {filers} of {known} records of kind {} on record",
                    label.en
                ),
            ),
        ];
        notes.extend(self.made_up_note());
        Head::new(lang, (&Words::from(&form.form.title), &notes), &FILING_HEADINGS)
    }

    fn cells_of_filing(&self, (form, row): (&CompiledForm, usize), lang: Lang) -> Vec<Cell> {
        let day = |fact: &FactId| self.day(form.kind, row, fact);
        let told = |fact: &FactId| self.told(form.kind, row, fact.as_str());
        let rule = form.form.draw.as_ref();
        let drawn = match rule.and_then(|rule| told(&rule.filled.drawn)) {
            Some(Value::Bool(true)) => Some(say(lang, "是", "yes")),
            Some(Value::Bool(false)) => Some(say(lang, "否", "no")),
            _ => None,
        };
        let state = rule.and_then(|rule| {
            let fact = self.kind(form.kind).fact(rule.state.as_str())?;
            self.display(fact, &self.value(form.kind, row, &fact.id)?)
        });
        let number = told(&form.form.filled.number).map(|number| number.to_string());
        let mut cells = Vec::from(self.filer_of(form, row).cells(*self, lang));
        cells.extend([
            Cell::maybe(day(&form.form.filled.filed_on)),
            Cell::maybe(number),
            Cell::maybe(drawn),
            Cell::maybe(rule.and_then(|rule| day(&rule.filled.drawn_for))),
            Cell::maybe(state.as_ref().map(|state| state.get(lang))),
            Cell::maybe(rule.and_then(|rule| rule.due.as_ref()).and_then(day)),
        ]);
        cells
    }
}

/// Filings that were drawn or inspected, of an area.
#[utoipa::path(get, path = "/api/inspections", tag = "draws", params(InspectionFilter, Paging),
    responses((status = 200, body = InspectionPage), Problem))]
pub async fn inspections(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<InspectionFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<InspectionPage>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let after: usize = paging.after()?.unwrap_or(0);
        app.read(app.today(), |view| {
            let found = Found::look(app, view, &scope, &filter)?;
            let shown: Vec<InspectionLine> =
                found.lines.iter().skip(after).take(paging.limit()).cloned().collect();
            let next = after + shown.len();
            let is_last = next >= found.lines.len();
            Ok(Json(InspectionPage {
                form: found.form.form.id.to_string(),
                title: Words::from(&found.form.form.title),
                on: view.snapshot.on,
                filed: found.filed,
                states: found.states,
                forms: app.officer_forms(found.form),
                page: Page {
                    items: shown,
                    next_cursor: (!is_last).then(|| cursor(&next)).flatten(),
                    total: Some(found.lines.len() as u64),
                },
            }))
        })
    })
    .await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/inspections.xlsx", tag = "draws", params(InspectionFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn inspections_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<InspectionFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let book = app.read(app.today(), |view| {
            let found = Found::look(app, view, &scope, &filter)?;
            let (shown, filed) = (found.lines.len(), found.filed);
            let mut notes = vec![
                view.place_and_day(area.as_deref()),
                Words::new(
                    format!("本表 {shown} 份，备案共 {filed} 份"),
                    format!("{shown} filings in this list, of {filed} filed"),
                ),
            ];
            notes.extend(view.made_up_note());
            let headings = [
                ("编号", "id"),
                ("名称", "name"),
                ("区域", "area"),
                ("虚构", "made up"),
                ("备案日期", "filed on"),
                ("抽签所属日期", "draw of"),
                ("检查状态", "state"),
                ("整改期限", "put right by"),
            ];
            let title = Words::new("事中检查", "Inspections");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
            for line in &found.lines {
                let state = found.states.iter().find(|state| state.id == line.state);
                let mut cells = Vec::from(line.by.cells(view, lang));
                cells.extend([Cell::maybe(line.filed_on), Cell::maybe(line.drawn_for)]);
                cells.extend([Cell::maybe(state.map(|state| state.label.get(lang))), Cell::maybe(line.due)]);
                book.row(cells)?;
            }
            Ok(book)
        })?;
        book.response(&format!("inspections-{}", app.today()))
    })
    .await
}

/// The inspections that were asked for.
struct Found<'a> {
    form: &'a CompiledForm,
    filed: u64,
    states: Vec<StateCount>,
    lines: Vec<InspectionLine>,
}

impl<'a> Found<'a> {
    /// Errors: a form that nobody is drawn from, an area that is not the reader's to see.
    fn look(app: &'a App, view: View, scope: &Scope, filter: &InspectionFilter) -> Result<Self, Problem> {
        let area = scope.area(filter.area.as_deref())?;
        let wanted = filter.form.as_deref().filter(|form| !form.is_empty());
        let mut drawn_from =
            app.rules().forms.iter().filter_map(|form| Some((form, form.form.draw.as_ref()?)));
        let found = drawn_from.find(|(form, _)| wanted.is_none_or(|wanted| form.form.id.as_str() == wanted));
        let Some((form, rule)) = found.filter(|(form, _)| scope.sees_kind(view.kind(form.kind).id.as_str()))
        else {
            return Err(Problem::not_found(wanted.unwrap_or("draw")));
        };
        let declared = view.kind(form.kind);
        let state = declared.fact(rule.state.as_str());
        let options = state.map(Fact::options).unwrap_or_default();
        let (mut filed, mut counts, mut lines) = (0, BTreeMap::<String, u64>::new(), Vec::new());
        for row in 0..view.snapshot.tables.table(form.kind).len() {
            let lies = view.snapshot.pass.area(form.kind, row);
            let within = area
                .as_ref()
                .is_none_or(|area| lies.is_some_and(|lies| app.rules().city.areas.within(lies, area)));
            if !within {
                continue;
            }
            filed += 1;
            let state = view.value(form.kind, row, &rule.state).map(|value| value.to_string());
            let Some(state) = state else { continue };
            *counts.entry(state.clone()).or_default() += 1;
            // Of those who were not drawn and whom nobody visited there is nothing to do: the first option.
            let is_first = options.first().is_some_and(|(id, _)| *id == state);
            let asked = filter.state.as_deref().filter(|asked| !asked.is_empty());
            if asked.map_or(is_first, |asked| asked != state) {
                continue;
            }
            lines.push(InspectionLine::new(view, (form, row), state));
        }
        // What is late first, then what waits longest.
        lines.sort_by_key(|line| (line.due.is_none(), line.due, line.drawn_for, line.filing.id.clone()));
        let states = options.into_iter().map(|(id, label)| StateCount {
            count: counts.get(&id).copied().unwrap_or(0),
            id,
            label,
        });
        Ok(Self { form, filed, states: states.collect(), lines })
    }
}

trait Options {
    fn options(&self) -> Vec<(String, Words)>;
}

impl Options for Fact {
    /// The values it may take, for codes.
    fn options(&self) -> Vec<(String, Words)> {
        match &self.fact_type {
            model::FactType::Code { options } => {
                options.iter().map(|option| (option.id.clone(), Words::from(&option.label))).collect()
            }
            _ => vec![],
        }
    }
}

impl InspectionLine {
    fn new(view: View, (form, row): (&CompiledForm, usize), state: String) -> Self {
        let day = |fact: &FactId| view.day(form.kind, row, fact);
        let rule = form.form.draw.as_ref();
        let drawn = rule.and_then(|rule| view.told(form.kind, row, rule.filled.drawn.as_str()));
        let about = view.rules.forms.iter().filter(|about| about.form.officer && about.by == form.kind);
        let about = about.filter(|about| view.closed(about, row).is_none());
        let drawn_for = rule.filter(|_| drawn == Some(Value::Bool(true)));
        Self {
            filing: view.line(form.kind, row),
            by: view.filer_of(form, row),
            filed_on: day(&form.form.filled.filed_on),
            drawn_for: drawn_for.and_then(|rule| day(&rule.filled.drawn_for)),
            state,
            due: rule.and_then(|rule| rule.due.as_ref()).and_then(day),
            forms: about.map(|form| form.form.id.to_string()).collect(),
        }
    }
}

impl App {
    /// The cases that a filing opened, the live ones first, as far as the reader may see them.
    pub fn tell_cases(&self, view: View, scope: &Scope, page: &mut FiledPage) -> Result<(), Problem> {
        let filing = &page.filing;
        let opens = view.rules.forms.iter().filter(|form| form.form.case.is_some());
        if !opens.map(|form| &form.form.kind).any(|kind| kind.as_str() == filing.kind) {
            return Ok(());
        }
        let party = PartyRef { kind: filing.kind.as_str().into(), id: filing.id.as_str().into() };
        let live = Worklist { party: Some(party), limit: MAX_LIMIT, ..Worklist::default() };
        let closed = Worklist { state: Some(Stands::Closed), ..live.clone() };
        let mut found = self.store().worklist(&live)?;
        found.extend(self.store().worklist(&closed)?);
        found.retain(|stored| scope.sees_case(&stored.case));
        page.cases = found.iter().map(|stored| CaseLine::new(view, stored, self.now())).collect();
        for stored in found.iter().filter(|stored| stored.case.opening.claims.is_some()) {
            page.decision = self.decision(view, stored)?;
        }
        Ok(())
    }

    /// What officers fill in about filings of a form.
    pub fn officer_forms(&self, of: &CompiledForm) -> Vec<OfficerForm> {
        let about = self.rules().forms.iter().filter(|form| form.form.officer && form.by == of.kind);
        about
            .map(|form| OfficerForm { id: form.form.id.to_string(), title: Words::from(&form.form.title) })
            .collect()
    }

    /// Who filed a form under a number.
    fn filer_of(&self, form: &CompiledForm, number: &str) -> Result<Option<String>, Problem> {
        let kind = self.rules().kinds[form.kind].id.as_str();
        let fact = form.form.filled.number.as_str();
        let Some(id) = self.store().find(kind, fact, number)?.into_iter().next() else { return Ok(None) };
        let record = self.store().record(kind, id.as_str())?;
        let by = record.as_ref().and_then(|record| record.facts.get(form.form.by.as_str()));
        Ok(by.and_then(|by| by.as_str()).map(str::to_owned))
    }
}

impl View<'_> {
    /// A fact of a row, told or computed.
    pub fn value(&self, kind: usize, row: usize, fact: &FactId) -> Option<Value> {
        let key = (&self.kind(kind).id, self.id(kind, row), fact);
        rules::evaluate::fact(self.rules, &self.snapshot.tables, key, &Setting::on(self.snapshot.on)).0
    }

    /// A day of a row, told or computed.
    pub fn day(&self, kind: usize, row: usize, fact: &FactId) -> Option<NaiveDate> {
        match self.value(kind, row, fact) {
            Some(Value::Date(on)) => Some(on),
            _ => None,
        }
    }

    /// Who filed.
    pub fn filer_of(&self, form: &CompiledForm, row: usize) -> RecordLine {
        let by = self.told(form.kind, row, form.form.by.as_str());
        let by = by.map(|by| by.to_string()).unwrap_or_default();
        self.line_of(self.kind(form.by).id.as_str(), &by)
    }

    /// The rows of what somebody filed on a form.
    pub fn filed_by(&self, form: &CompiledForm, who: usize) -> Vec<usize> {
        let by = self.kind(form.kind).facts.iter().position(|fact| fact.id == form.form.by);
        let rows = by.map(|by| self.snapshot.tables.members(form.kind, by, who).collect());
        let mut rows: Vec<usize> = rows.unwrap_or_default();
        // Lists are sorted by day: of one day, what came last comes first.
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(*row));
        rows
    }
}
