//! Records: who it is, where it stands, how each fact became so.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use model::event::{Event, EventType};
use model::exemption;
use model::value::TextFormat;
use model::{Change, Fact, FactId, FactType, Kind, Lang, RecordId};
use rules::evaluate::Setting;
use rules::ruleset::RuleSet;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, HistoryEntry, Listing, Store, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::city::FactTypeName;
use super::extract::{Body, Path, Query};
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::paging::{Page, Paging, cursor};
use super::problem::{Kind as Problems, Problem};
use super::right::{ChangeRecord, May, ReadLists, ReadRecord, RevealFacts, Right};
use super::scope::Scope;
use super::session::RecordRef;
use super::view::View;
use super::words::{Standing, Words};
use crate::clock;
use crate::pipeline::Origin;

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
    pub record: Option<RecordRef>,
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
    /// The set before.
    pub from: Standing,
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
    pub record: RecordRef,
    /// The set before.
    pub from: Standing,
    /// The set since.
    pub to: Standing,
}

/// The place of a kind that the reader may see.
fn kind_seen(app: &App, scope: &Scope, kind: &str) -> Result<usize, Problem> {
    // Exemptions have a list of their own, by duty and record.
    let listed = scope.sees_kind(kind) && kind != exemption::KIND;
    let found = app.rules().kind(kind).filter(|_| listed);
    found.map(|(place, _)| place).ok_or_else(|| Problem::not_found(kind))
}

/// The rows of a kind in an area whose name or id has a text.
fn rows_found(view: View, kind: usize, area: Option<&str>, text: Option<&str>) -> Vec<usize> {
    let areas = &view.rules.city.areas;
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let within = |row: usize| {
        let code = view.snapshot.pass.area(kind, row);
        area.is_none_or(|area| code.is_some_and(|code| areas.within(code, area)))
    };
    (0..view.snapshot.tables.table(kind).len())
        .filter(|row| within(*row) && text.is_none_or(|text| view.has_text(kind, *row, text)))
        .collect()
}

/// Records of a kind, by text and area.
#[utoipa::path(get, path = "/api/records", tag = "records", params(RecordSearch, Paging),
    responses((status = 200, body = Page<RecordLine>), Problem))]
pub async fn records(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(search): Query<RecordSearch>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<RecordLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(search.area.as_deref())?;
        let kind = kind_seen(app, &scope, &search.kind)?;
        let after: Option<usize> = paging.after()?;
        app.read(app.today(), |view| {
            let rows = rows_found(view, kind, area.as_deref(), search.q.as_deref());
            let begin = after.map_or(0, |after| rows.partition_point(|row| *row <= after));
            let shown = &rows[begin..rows.len().min(begin + paging.limit())];
            let is_last = begin + shown.len() >= rows.len();
            Ok(Json(Page {
                items: shown.iter().map(|row| view.line(kind, *row)).collect(),
                next_cursor: shown.last().filter(|_| !is_last).and_then(cursor),
                total: Some(rows.len() as u64),
            }))
        })
    })
    .await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/records.xlsx", tag = "records", params(RecordSearch, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn records_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(search): Query<RecordSearch>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(search.area.as_deref())?;
        let kind = kind_seen(app, &scope, &search.kind)?;
        let book = app.read(app.today(), |view| {
            let rows = rows_found(view, kind, area.as_deref(), search.q.as_deref());
            let all = rows_found(view, kind, area.as_deref(), None).len();
            let shown = rows.len();
            let mut notes = vec![
                view.place_and_day(area.as_deref()),
                Words::new(
                    format!("本表 {shown} 条，共 {all} 条"),
                    format!("{shown} records in this list, of {all}"),
                ),
            ];
            notes.extend(view.made_up_note());
            let headings = [("编号", "id"), ("名称", "name"), ("区域", "area"), ("虚构", "made up")];
            let title = Words::from(&view.kind(kind).label);
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
            for row in rows {
                book.row(view.line(kind, row).cells(view, lang))?;
            }
            Ok(book)
        })?;
        book.response(&format!("{}-{}", search.kind, app.today()))
    })
    .await
}

impl RecordLine {
    /// Its id, name, area and whether it is made up, for a sheet.
    pub fn cells(&self, view: View, lang: Lang) -> [Cell; 4] {
        [
            self.id.as_str().into(),
            Cell::maybe(self.name.as_deref()),
            view.area_name(self.area.as_deref(), lang).into(),
            say(lang, "是", "yes").repeat(usize::from(self.synthetic)).into(),
        ]
    }
}

/// One record: its facts with their sources, every duty that touches it, what points to it.
#[utoipa::path(get, path = "/api/records/{kind}/{id}", tag = "records", params(("kind" = String, Path), ("id" = String, Path), Day),
    responses((status = 200, body = RecordPage), Problem))]
pub async fn record(
    State(app): State<App>,
    account: May<ReadRecord>,
    Path((kind, id)): Path<(String, String)>,
    Query(day): Query<Day>,
) -> Result<Json<RecordPage>, Problem> {
    let on = app.day(Some(&account), day.on)?;
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.read(on, |view| {
            let at = scope.find(view.snapshot, &kind, &id)?;
            let line = view.line(at.0, at.1);
            Ok(Json(RecordPage {
                on,
                kind: line.kind,
                id: line.id,
                name: line.name,
                area: line.area,
                synthetic: line.synthetic,
                may_change: ChangeRecord::ROLES.contains(&account.role) && kind != exemption::KIND,
                facts: facts(app, view, at)?,
                conflicts: conflicts(app, view, at)?,
                duties: duties(app, view, &scope, at)?,
                related: related(view, &scope, at),
            }))
        })
    })
    .await
}

/// Every fact of the kind, told or computed, with where it came from.
fn facts(app: &App, view: View, (kind, row): (usize, usize)) -> Result<Vec<FactLine>, Problem> {
    let (declared, id) = (view.kind(kind), view.id(kind, row));
    let told = app.store().provenance(declared.id.as_str(), id.as_str())?;
    let setting = Setting::on(view.snapshot.on);
    let lines = declared.facts.iter().map(|fact| {
        let key = (&declared.id, id, &fact.id);
        let value = rules::evaluate::fact(app.rules(), &view.snapshot.tables, key, &setting).0;
        let source = told.get(&fact.id);
        let mut line = FactLine::new(view, fact, value);
        if let Some(source) = source {
            line.on = Some(source.on);
            line.at = Some(source.at);
            line.source = source.source.clone();
            line.actor = Some(source.actor.clone());
            line.seq = Some(source.seq);
            line.synthetic = source.synthetic;
        }
        line
    });
    Ok(lines.collect())
}

impl FactLine {
    /// A fact with its value, masked where it is about a person; where it came from is not told yet.
    pub fn new(view: View, fact: &Fact, value: Option<model::Value>) -> Self {
        let masked = fact.personal && value.is_some();
        let shown = value.filter(|_| !masked);
        Self {
            id: fact.id.to_string(),
            label: Words::from(&fact.label),
            fact_type: FactTypeName::from(&fact.fact_type),
            unit: fact.unit.as_ref().map(ToString::to_string),
            display: shown.as_ref().and_then(|value| view.display(fact, value)),
            value: shown.map(|value| json!(value)),
            masked,
            personal: fact.personal,
            derived: fact.derived.is_some(),
            on: None,
            at: None,
            source: None,
            actor: None,
            seq: None,
            synthetic: false,
        }
    }
}

/// Conflicts looked through for one record.
const CONFLICTS_MAX: usize = 1000;

fn conflicts(app: &App, view: View, (kind, row): (usize, usize)) -> Result<Vec<FactConflict>, Problem> {
    let (declared, id) = (view.kind(kind), view.id(kind, row));
    let open = app.store().conflicts(&Listing { open: true, after: 0, limit: CONFLICTS_MAX })?;
    let own = open.into_iter().filter(|open| open.conflict.kind == declared.id && open.conflict.id == *id);
    Ok(own
        .map(|open| FactConflict {
            id: open.id,
            label: view.path_label(kind, open.conflict.fact.as_str()),
            fact: open.conflict.fact.to_string(),
        })
        .collect())
}

/// The verdicts about a record, then those about records that name it as whom they serve.
fn duties(
    app: &App,
    view: View,
    scope: &Scope,
    (kind, row): (usize, usize),
) -> Result<Vec<DutyStanding>, Problem> {
    let mut standings = Vec::new();
    for duty in &view.snapshot.pass.duties {
        let declared = &app.rules().duties[duty.index].duty;
        if !scope.sees_duty(declared) {
            continue;
        }
        let rows = match (duty.kind == kind, &declared.beneficiary) {
            (true, _) => vec![row],
            (false, Some(path)) => view.served_by(duty.kind, path, (kind, row)),
            (false, None) => vec![],
        };
        if rows.is_empty() {
            continue;
        }
        let gathered = app.days.pipeline().figures(view.snapshot, duty)?;
        for found in rows {
            let figures = view.verdict_figures(duty, found, &gathered);
            let record =
                RecordRef { kind: declared.kind.to_string(), id: view.id(duty.kind, found).to_string() };
            standings.push(DutyStanding {
                duty: declared.id.to_string(),
                title: Words::from(&declared.title),
                verb: declared.verb.clone(),
                record: (duty.kind != kind).then_some(record),
                standing: duty.standing(found).into(),
                amount: figures.amount,
                paid: figures.paid,
                unit: declared.amount.as_ref().map(|amount| amount.unit.clone()),
                arose_on: figures.arose_on,
                due_on: figures.due_on,
                met_on: figures.met_on,
            });
        }
    }
    Ok(standings)
}

/// Records shown of each kind that points here.
const RELATED_SHOWN: usize = 10;

/// The records that point here and that the reader may see, by kind and reference.
fn related(view: View, scope: &Scope, (kind, row): (usize, usize)) -> Vec<Related> {
    let here = &view.kind(kind).id;
    let mut related = Vec::new();
    let kinds = view.rules.kinds.iter().enumerate();
    for (other, declared) in kinds.filter(|(_, kind)| kind.id.as_str() != exemption::KIND) {
        for (by, fact) in
            declared.facts.iter().enumerate().filter(|(_, fact)| fact.fact_type.target() == Some(here))
        {
            let mut rows: Vec<usize> = view.snapshot.tables.members(other, by, row).collect();
            rows.retain(|row| scope.sees_record(view.snapshot, other, *row));
            rows.sort_unstable();
            if !rows.is_empty() {
                related.push(Related {
                    kind: declared.id.to_string(),
                    label: Words::from(&declared.label),
                    by: fact.id.to_string(),
                    by_label: Words::from(&fact.label),
                    count: rows.len() as u64,
                    first: rows.iter().take(RELATED_SHOWN).map(|row| view.line(other, *row)).collect(),
                });
            }
        }
    }
    related
}

/// How each fact of a record became so.
#[utoipa::path(get, path = "/api/records/{kind}/{id}/history", tag = "records", params(("kind" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = History), Problem))]
pub async fn history(
    State(app): State<App>,
    account: May<ReadRecord>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<History>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.read(app.today(), |view| {
            let at = scope.find(view.snapshot, &kind, &id)?;
            let items =
                app.store().history(&kind, &id)?.into_iter().map(|entry| HistoryLine::new(view, at.0, entry));
            let verdicts = app.store().verdict_history(&kind, &id)?.into_iter();
            let verdicts = verdicts.filter_map(|(seq, change)| {
                let version = app.rules().duties.iter().rfind(|version| version.duty.id == change.duty)?;
                scope.sees_duty(&version.duty).then(|| VerdictLine {
                    seq,
                    on: change.on,
                    duty: change.duty.to_string(),
                    title: Words::from(&version.duty.title),
                    from: change.from.into(),
                    to: change.to.into(),
                })
            });
            Ok(Json(History { items: items.collect(), verdicts: verdicts.collect() }))
        })
    })
    .await
}

impl HistoryLine {
    fn new(view: View, kind: usize, entry: HistoryEntry) -> Self {
        let declared = view.kind(kind);
        let facts = entry.facts.iter().filter_map(|(id, told)| {
            let fact = declared.fact(id)?;
            let mut line = FactLine::new(view, fact, fact.fact_type.read_json(told));
            line.on = Some(entry.on);
            line.synthetic = entry.synthetic;
            Some(line)
        });
        Self {
            facts: facts.collect(),
            seq: entry.seq,
            at: entry.at,
            on: entry.on,
            actor: entry.actor,
            source: entry.source,
            synthetic: entry.synthetic,
        }
    }
}

/// The fewest characters of a reason.
const REASON_MIN_CHARS: usize = 4;
/// The most characters of a reason.
const REASON_MAX_CHARS: usize = 500;

/// A reason as it is kept. Errors: too short to say anything, or too long.
pub fn checked_reason(reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    if (REASON_MIN_CHARS..=REASON_MAX_CHARS).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    Err(Problem::field(
        "reason",
        "请写明理由（4至500个字），理由会留存备查。",
        "Say why, in 4 to 500 characters: the reason is kept.",
    ))
}

/// Reads personal facts in clear; who read them and why is an event.
#[utoipa::path(post, path = "/api/records/{kind}/{id}/reveal", tag = "records", params(("kind" = String, Path), ("id" = String, Path)), request_body = Reveal,
    responses((status = 200, body = Revealed), Problem))]
pub async fn reveal(
    State(app): State<App>,
    account: May<RevealFacts>,
    Path((kind, id)): Path<(String, String)>,
    Body(reveal): Body<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    let reason = checked_reason(&reveal.reason)?;
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let facts = app.read(app.today(), |view| {
            let (place, row) = scope.find(view.snapshot, &kind, &id)?;
            let mut facts = BTreeMap::new();
            for asked in &reveal.facts {
                let personal =
                    view.kind(place).fact(asked).filter(|fact| fact.personal && fact.derived.is_none());
                let Some(fact) = personal else {
                    return Err(Problem::field(
                        "facts",
                        format!("{asked} 不是需要申请查看的个人信息。"),
                        format!("{asked} is no personal fact that could be revealed."),
                    ));
                };
                if let Some(value) = view.told(place, row, asked) {
                    facts.insert(fact.id.to_string(), json!(value));
                }
            }
            Ok(facts)
        })?;
        // The event is durable before anything is shown.
        let summary = json!({"kind": kind, "record": id, "facts": reveal.facts, "reason": reason});
        let seq = app.store().append(app.event(EventType::Reveal, &account, summary), vec![])?;
        Ok(Json(Revealed { seq, facts }))
    })
    .await
}

/// Changes facts of a record: one event; the verdicts it moves are judged again at once.
#[utoipa::path(patch, path = "/api/records/{kind}/{id}", tag = "records", params(("kind" = String, Path), ("id" = String, Path)), request_body = Patch,
    responses((status = 200, body = Patched), Problem))]
pub async fn change_record(
    State(app): State<App>,
    account: May<ChangeRecord>,
    Path((kind, id)): Path<(String, String)>,
    Body(patch): Body<Patch>,
) -> Result<Json<Patched>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.read(app.today(), |view| scope.find(view.snapshot, &kind, &id).map(drop))?;
        let (_, declared) = app.rules().kind(&kind).ok_or_else(|| Problem::not_found(&kind))?;
        if kind == exemption::KIND {
            return Err(Problem::new(
                Problems::Conflict,
                "人工免尽只能登记和撤销，不能改动。",
                "An exemption by hand is given and withdrawn; nothing in it is changed.",
            ));
        }
        let change = Change {
            kind: declared.id.clone(),
            id: RecordId::from(id),
            on: patch.on.unwrap_or_else(|| app.today()),
            facts: checked_facts(app.rules(), declared, &patch.facts)?,
        };
        if change.facts.is_empty() {
            return Err(Problem::field("facts", "请至少填写一项事实。", "Give one fact at least."));
        }
        not_filled(app.rules(), &change)?;
        scope.keeps(app.store(), &change)?;
        let facts: Vec<_> = change.facts.keys().collect();
        let source = patch.source.as_deref().map(str::trim).filter(|source| !source.is_empty());
        let summary = json!({"kind": change.kind, "record": change.id, "facts": facts, "source": source});
        let event = Event { on: change.on, ..app.event(EventType::Change, &account, summary) };
        app.change(&account, |store| store.append(event, vec![change])).map(Json)
    })
    .await
}

/// Refuses to change by hand what only the program fills in.
fn not_filled(rules: &RuleSet, change: &Change) -> Result<(), Problem> {
    let filled = rules.filled_facts(change.kind.as_str());
    match filled.into_iter().find(|fact| change.facts.contains_key(*fact)) {
        None => Ok(()),
        Some(fact) => Err(Problem::field(
            fact.as_str(),
            "这一项由程序填写（抽签或产业链计算），不能手工改。",
            "The program fills this in, by a draw or from the supply network; it cannot be changed by hand.",
        )),
    }
}

impl App {
    /// Does something that changes records, and records the verdicts it moves on the day taken for today. Both are
    /// durable when this returns; but where an import came between, a pass records the verdicts a while later.
    ///
    /// Errors: nothing was changed; or, where the problem says so, the change is kept and its verdicts are not.
    pub fn change(
        &self,
        account: &Account,
        change: impl FnOnce(&Store) -> Result<i64, StoreError>,
    ) -> Result<Patched, Problem> {
        let (mut kept, server) = (None, self.origin(clock::now()));
        let origin = Origin { actor: account.name.clone(), ..server.clone() };
        let scope = Scope::of(account, self.rules());
        let written = self.days.write(self.today(), |snapshot| {
            let pipeline = self.days.pipeline();
            // What others moved before is not this account's doing.
            pipeline.record_waiting(snapshot, &server, self.now())?;
            let seq = change(&pipeline.store)?;
            kept = Some(seq);
            if !pipeline.catch_up(snapshot)? {
                // Too much came before it: all has to be judged anew, and nobody waits for that here.
                self.behind.mark();
                return Ok((seq, Vec::new()));
            }
            let recorded = pipeline.record_waiting(snapshot, &origin, self.now())?;
            let turned = recorded.changes.into_iter().filter(|change| change.from != change.to);
            // Somebody else's filing may have come with it.
            let seen = turned.filter_map(|change| {
                let kind = self.rules().duties.iter().find(|version| version.duty.id == change.duty);
                let kind = kind.map(|version| version.duty.kind.to_string())?;
                scope.find(snapshot, &kind, change.record.as_str()).ok()?;
                Some(ChangedVerdict {
                    duty: change.duty.to_string(),
                    record: RecordRef { kind, id: change.record.to_string() },
                    from: change.from.into(),
                    to: change.to.into(),
                })
            });
            Ok((seq, seen.collect()))
        });
        let (seq, changed) = written.map_err(|error| match kept {
            Some(seq) => {
                self.behind.mark();
                Problem::without_verdicts(seq, &error)
            }
            None => error.into(),
        })?;
        self.behind.written();
        Ok(Patched { seq, changed })
    }
}

/// Facts that somebody sends, each of its fact's type. Every mistake is told at once.
pub fn checked_facts(
    rules: &RuleSet,
    kind: &Kind,
    sent: &BTreeMap<String, serde_json::Value>,
) -> Result<BTreeMap<FactId, Option<model::Value>>, Problem> {
    let mut facts = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (id, value) in sent {
        match checked_fact(rules, kind, id, value) {
            Ok((fact, value)) => drop(facts.insert(fact, value)),
            Err(why) => mistakes.push((id.clone(), why)),
        }
    }
    if mistakes.is_empty() { Ok(facts) } else { Err(Problem::fields(mistakes)) }
}

fn checked_fact(
    rules: &RuleSet,
    kind: &Kind,
    id: &str,
    sent: &serde_json::Value,
) -> Result<(FactId, Option<model::Value>), Words> {
    let Some(fact) = kind.fact(id) else {
        return Err(Words::new("没有这项事实", "there is no such fact"));
    };
    if fact.derived.is_some() {
        return Err(Words::new("这项事实由系统计算，不能填写", "this fact is computed and cannot be told"));
    }
    if sent.is_null() {
        return Ok((fact.id.clone(), None));
    }
    if matches!(fact.fact_type, FactType::Text { format: Some(TextFormat::Files) }) {
        return Err(Words::new("附件只能随表单提交", "files come with a form"));
    }
    Ok((fact.id.clone(), Some(checked_value(rules, fact, sent)?)))
}

/// A value that somebody sends for a fact. Errors: what is wrong with it.
pub fn checked_value(rules: &RuleSet, fact: &Fact, sent: &serde_json::Value) -> Result<model::Value, Words> {
    let value = read_value(&fact.fact_type, sent);
    let value = value.ok_or_else(|| {
        let name = FactTypeName::from(&fact.fact_type);
        let name = json!(name);
        let name = name.as_str().unwrap_or_default();
        Words::new(format!("不是 {name} 类型的值"), format!("this is no {name}"))
    })?;
    match (&fact.fact_type, &value) {
        (FactType::Code { options }, model::Value::Text(code)) if !options.iter().any(|o| o.id == *code) => {
            Err(Words::new("不在可选值中", "this is none of its options"))
        }
        (FactType::Area { .. }, model::Value::Text(code)) if rules.city.areas.get(code).is_none() => {
            Err(Words::new("本市没有这个区域", "the city has no such area"))
        }
        (FactType::Text { format: Some(TextFormat::Files) }, model::Value::Text(named))
            if model::file::named(named).is_none() =>
        {
            Err(Words::new(
                "附件的名称不正确",
                "files are named by their SHA-256, each once, a space between",
            ))
        }
        (FactType::Text { format: Some(TextFormat::Uscc) }, model::Value::Text(code)) => {
            let code = model::uscc::parse(code)
                .map_err(|error| Words::new("统一社会信用代码不正确", error.to_string()))?;
            Ok(model::Value::Text(code))
        }
        (FactType::Decimal { scale }, model::Value::Decimal(value)) if value.scale() > u32::from(*scale) => {
            Err(Words::new(
                format!("小数位数不能超过 {scale}"),
                format!("it has at most {scale} digits after the point"),
            ))
        }
        _ => Ok(value),
    }
}

/// A value as the register writes it; whole numbers may also come as text, and decimals as whole numbers, as forms
/// send them.
fn read_value(fact_type: &FactType, sent: &serde_json::Value) -> Option<model::Value> {
    let within = |value: &rust_decimal::Decimal| {
        value.abs() < rust_decimal::Decimal::from(model::value::MAX_UNSCALED / 1_000_000_000)
    };
    match (fact_type, sent) {
        (FactType::Int, serde_json::Value::String(text)) => text.trim().parse().ok().map(model::Value::Int),
        (FactType::Decimal { .. }, serde_json::Value::Number(number)) => {
            number.as_i64().map(|number| model::Value::Decimal(number.into()))
        }
        _ => fact_type.read_json(sent),
    }
    .filter(|value| match value {
        model::Value::Int(value) => value.abs() < model::value::MAX_UNSCALED,
        model::Value::Decimal(value) => within(value),
        _ => true,
    })
}
