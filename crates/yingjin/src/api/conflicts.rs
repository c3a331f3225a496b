//! What a person has to decide: facts told differently by two sources, and rows that match no one record.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::record::read_facts;
use model::{Change, FactId, Lang, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Listing, StoreError, StoredAside, StoredConflict};
use utoipa::ToSchema;

use super::app::App;
use super::extract::{Body, Path, Query};
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::paging::{Page, Paging, cursor};
use super::problem::{Kind as ProblemKind, Problem};
use super::records::{Patched, RecordLine, checked_facts, checked_reason};
use super::right::{ChangeRecord, May, ReadDecisions};
use super::scope::Scope;
use super::view::View;
use super::words::Words;
use crate::import::matching::id_of_name;

/// A fact that two sources tell differently for the same day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conflict {
    /// Its id.
    pub id: i64,
    /// The record.
    pub record: RecordLine,
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The day.
    pub on: NaiveDate,
    /// What was told first; it stays current until decided.
    pub first: Told,
    /// What was told second.
    pub second: Told,
}

/// What a source told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Told {
    /// The value; none if masked.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// The value as people read it.
    pub display: Option<Words>,
    /// Whether it is masked.
    pub masked: bool,
    /// Where it came from.
    pub source: Option<String>,
    /// The sheet and the row there.
    pub place: Option<String>,
    /// The event that told it.
    pub seq: Option<i64>,
}

/// Which of the two holds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ConflictDecision {
    /// The first, the second, or another value.
    pub choose: Choice,
    /// The value, where another was chosen.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// Why; kept in the event.
    pub reason: String,
}

/// Which value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// What was told first.
    First,
    /// What was told second.
    Second,
    /// Another value.
    Value,
}

/// A row put aside.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Aside {
    /// Its id.
    pub id: i64,
    /// The kind.
    pub kind: String,
    /// The import it came with, by its event.
    pub import_seq: i64,
    /// The day its facts hold for.
    pub on: NaiveDate,
    /// Where it came from.
    pub source: Option<String>,
    /// The sheet and the row there.
    pub place: Option<String>,
    /// Why it was put aside.
    pub reason: Words,
    /// What the row says; personal facts left out.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// The records it may mean.
    pub candidates: Vec<RecordLine>,
}

/// What a row put aside means.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AsideDecision {
    /// What to do with it.
    pub choose: AsideChoice,
    /// The record it means, where one was chosen.
    pub record: Option<String>,
    /// Why; kept in the event.
    pub reason: String,
}

/// What to do with a row put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AsideChoice {
    /// It is about `record`.
    Match,
    /// It is about a record not yet known.
    New,
    /// It is about nothing we keep.
    Drop,
}

/// What is looked through for one page, so that a narrow scope cannot make a page take long.
const LOOKED_THROUGH_MAX: usize = 5000;

/// What waits for a decision: a conflict or a row put aside, by its number.
trait Waiting {
    fn id(&self) -> i64;
}

impl Waiting for StoredConflict {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Waiting for StoredAside {
    fn id(&self) -> i64 {
        self.id
    }
}

/// The page of what `sees` lets through of a list. A page ends early where much was looked through.
fn page<T: Waiting, Line>(
    paging: &Paging,
    stored: &[T],
    sees: impl Fn(&T) -> bool,
    line: impl Fn(&T) -> Line,
) -> Page<Line> {
    let is_all = stored.len() < LOOKED_THROUGH_MAX;
    let mut shown: Vec<&T> = stored.iter().filter(|one| sees(one)).take(paging.limit() + 1).collect();
    let has_more = shown.len() > paging.limit();
    shown.truncate(paging.limit());
    let last = if has_more { shown.last().copied() } else { stored.last().filter(|_| !is_all) };
    let next_cursor = last.and_then(|last| cursor(&last.id()));
    Page { items: shown.into_iter().map(line).collect(), next_cursor, total: None }
}

/// Everything open, read in batches.
fn all_open<T: Waiting>(list: impl Fn(&Listing) -> Result<Vec<T>, StoreError>) -> Result<Vec<T>, StoreError> {
    let mut all: Vec<T> = Vec::new();
    loop {
        let after = all.last().map_or(0, Waiting::id);
        let batch = list(&Listing { open: true, after, limit: LOOKED_THROUGH_MAX })?;
        let is_last = batch.len() < LOOKED_THROUGH_MAX;
        all.extend(batch);
        if is_last {
            return Ok(all);
        }
    }
}

fn sees_conflict(scope: &Scope, view: View, conflict: &store::Conflict) -> bool {
    scope.find(view.snapshot, conflict.kind.as_str(), conflict.id.as_str()).is_ok()
}

/// Conflicts not yet decided.
#[utoipa::path(get, path = "/api/conflicts", tag = "conflicts", params(Paging),
    responses((status = 200, body = Page<Conflict>), Problem))]
pub async fn conflicts(
    State(app): State<App>,
    account: May<ReadDecisions>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Conflict>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let after = paging.after()?.unwrap_or(0);
        let stored = app.store().conflicts(&Listing { open: true, after, limit: LOOKED_THROUGH_MAX })?;
        app.read(app.today(), |view| {
            let sees = |stored: &StoredConflict| sees_conflict(&scope, view, &stored.conflict);
            Ok(Json(page(&paging, &stored, sees, |stored| Conflict::new(view, stored))))
        })
    })
    .await
}

/// The head of a sheet of what waits for a decision.
fn head(view: View, (title, count): (&Words, usize), headings: &[(&str, &str)], lang: Lang) -> Head {
    let place = view.place_and_day(None);
    let mut notes = vec![Words::new(
        format!("{}，待决定 {count} 条", place.zh),
        format!("{}, {count} to decide", place.en),
    )];
    notes.extend(view.made_up_note());
    Head::new(lang, (title, &notes), headings)
}

/// Conflicts not yet decided, as a sheet.
#[utoipa::path(get, path = "/api/conflicts.xlsx", tag = "conflicts", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn conflicts_sheet(
    State(app): State<App>,
    account: May<ReadDecisions>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let stored = all_open(|listing| app.store().conflicts(listing))?;
        let book = app.read(app.today(), |view| {
            let seen: Vec<_> =
                stored.iter().filter(|stored| sees_conflict(&scope, view, &stored.conflict)).collect();
            let headings = [
                ("编号", "id"),
                ("名称", "name"),
                ("区域", "area"),
                ("虚构", "made up"),
                ("信息", "fact"),
                ("日期", "day"),
                ("先到的（现用）", "told first (in use)"),
                ("来源", "source"),
                ("后到的", "told second"),
                ("来源", "source"),
                ("位置", "place"),
            ];
            let title = Words::new("来源不一致", "Sources that disagree");
            let mut book = Book::begin(head(view, (&title, seen.len()), &headings, lang))?;
            for stored in seen {
                let line = Conflict::new(view, stored);
                let mut cells = Vec::from(line.record.cells(view, lang));
                cells.extend([line.label.get(lang).into(), line.on.into()]);
                cells.extend([line.first.cell(lang), Cell::maybe(line.first.source)]);
                cells.extend([line.second.cell(lang), Cell::maybe(line.second.source)]);
                cells.push(Cell::maybe(line.second.place));
                book.row(cells)?;
            }
            Ok(book)
        })?;
        book.response(&format!("conflicts-{}", app.today()))
    })
    .await
}

/// A value as a sheet shows it.
fn value_cell(value: &serde_json::Value) -> Cell {
    match value {
        serde_json::Value::Null => Cell::Empty,
        serde_json::Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

impl Told {
    /// The value for a sheet, masked as the page masks it.
    fn cell(&self, lang: Lang) -> Cell {
        match (&self.display, &self.value) {
            _ if self.masked => say(lang, "已遮盖", "masked").into(),
            (Some(display), _) => display.get(lang).into(),
            (None, Some(value)) => value_cell(value),
            (None, None) => Cell::Empty,
        }
    }
}

impl Conflict {
    fn new(view: View, stored: &StoredConflict) -> Self {
        let conflict = &stored.conflict;
        let declared =
            view.rules.kind(conflict.kind.as_str()).and_then(|(_, kind)| kind.fact(conflict.fact.as_str()));
        let told = |told: &store::Told| Told {
            value: declared.filter(|fact| !fact.personal).map(|_| told.value.clone()),
            display: declared
                .filter(|fact| !fact.personal)
                .and_then(|fact| view.display(fact, &fact.fact_type.read_json(&told.value)?)),
            masked: declared.is_none_or(|fact| fact.personal),
            source: told.source.clone(),
            place: told.place.clone(),
            seq: told.seq,
        };
        Self {
            id: stored.id,
            record: view.line_of(conflict.kind.as_str(), conflict.id.as_str()),
            fact: conflict.fact.to_string(),
            label: declared.map(|fact| Words::from(&fact.label)).unwrap_or_default(),
            on: conflict.on,
            first: told(&conflict.first),
            second: told(&conflict.second),
        }
    }
}

/// Decides a conflict.
#[utoipa::path(post, path = "/api/conflicts/{id}", tag = "conflicts", params(("id" = i64, Path)), request_body = ConflictDecision,
    responses((status = 200, body = Patched), Problem))]
pub async fn decide_conflict(
    State(app): State<App>,
    account: May<ChangeRecord>,
    Path(id): Path<i64>,
    Body(decision): Body<ConflictDecision>,
) -> Result<Json<Patched>, Problem> {
    let reason = checked_reason(&decision.reason)?;
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let found = app.store().conflicts(&Listing { open: true, after: id - 1, limit: 1 })?;
        let found = found.into_iter().find(|stored| stored.id == id);
        let conflict = found.ok_or_else(|| Problem::not_found(&format!("conflict {id}")))?.conflict;
        let record = (conflict.kind.as_str(), conflict.id.as_str());
        app.read(app.today(), |view| scope.find(view.snapshot, record.0, record.1).map(drop))?;
        let (_, declared) = app.rules().kind(record.0).ok_or_else(|| Problem::not_found(record.0))?;
        let chosen = match (decision.choose, decision.value) {
            (Choice::First, _) => conflict.first.value.clone(),
            (Choice::Second, _) => conflict.second.value.clone(),
            (Choice::Value, Some(value)) => value,
            (Choice::Value, None) => {
                return Err(Problem::field("value", "请填写正确的值。", "Give the value."));
            }
        };
        let sent = BTreeMap::from([(conflict.fact.to_string(), chosen)]);
        let change = Change {
            kind: conflict.kind.clone(),
            id: conflict.id.clone(),
            on: conflict.on,
            facts: checked_facts(app.rules(), declared, &sent)?,
        };
        scope.keeps(app.store(), &change)?;
        let summary = json!({"conflict": id, "kind": record.0, "record": record.1, "fact": conflict.fact,
            "choose": decision.choose, "reason": reason});
        let event = Event { on: conflict.on, ..app.event(EventType::Decision, &account, summary.clone()) };
        app.change(&account, |store| store.decide_conflict(id, &summary, event, vec![change])).map(Json)
    })
    .await
}

/// Rows put aside, not yet decided.
#[utoipa::path(get, path = "/api/asides", tag = "conflicts", params(Paging),
    responses((status = 200, body = Page<Aside>), Problem))]
pub async fn asides(
    State(app): State<App>,
    account: May<ReadDecisions>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Aside>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let after = paging.after()?.unwrap_or(0);
        let stored = app.store().asides(&Listing { open: true, after, limit: LOOKED_THROUGH_MAX })?;
        app.read(app.today(), |view| {
            let sees = |stored: &StoredAside| sees_aside(&scope, (app.store(), view), &stored.aside);
            Ok(Json(page(&paging, &stored, sees, |stored| Aside::new(&scope, view, stored))))
        })
    })
    .await
}

/// Rows put aside, not yet decided, as a sheet.
#[utoipa::path(get, path = "/api/asides.xlsx", tag = "conflicts", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn asides_sheet(
    State(app): State<App>,
    account: May<ReadDecisions>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let stored = all_open(|listing| app.store().asides(listing))?;
        let book = app.read(app.today(), |view| {
            let seen: Vec<_> = stored
                .iter()
                .filter(|stored| sees_aside(&scope, (app.store(), view), &stored.aside))
                .collect();
            let headings = [
                ("类别", "kind"),
                ("日期", "day"),
                ("来源", "source"),
                ("位置", "place"),
                ("原因", "why"),
                ("这一行写的是", "what the row says"),
                ("可能是", "it may mean"),
            ];
            let title = Words::new("放在一边的行", "Rows put aside");
            let mut book = Book::begin(head(view, (&title, seen.len()), &headings, lang))?;
            for stored in seen {
                let line = Aside::new(&scope, view, stored);
                let kind = view.rules.kind(&line.kind);
                let facts = line.facts.iter().map(|(fact, value)| {
                    let label = kind.map_or_else(
                        || Words::new(fact.clone(), fact.clone()),
                        |(place, _)| view.path_label(place, fact),
                    );
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    format!("{} {value}", label.get(lang))
                });
                let candidates = line.candidates.iter().map(|record| {
                    let name = record.name.as_deref().unwrap_or_default();
                    format!("{name} {}", record.id).trim().to_owned()
                });
                let joint = say(lang, "；", "; ");
                book.row([
                    kind.map_or(line.kind.as_str(), |(_, kind)| kind.label.get(lang)).into(),
                    line.on.into(),
                    Cell::maybe(line.source),
                    Cell::maybe(line.place),
                    line.reason.get(lang).into(),
                    facts.collect::<Vec<_>>().join(joint).into(),
                    candidates.collect::<Vec<_>>().join(joint).into(),
                ])?;
            }
            Ok(book)
        })?;
        book.response(&format!("asides-{}", app.today()))
    })
    .await
}

/// A row put aside is seen by who sees its kind and, limited to an area, one of the records it may mean, or lies there
/// by what it says itself.
fn sees_aside(scope: &Scope, (store, view): (&store::Store, View), aside: &store::Aside) -> bool {
    let kind = aside.kind.as_str();
    let sees_candidate =
        || aside.candidates.iter().any(|id| scope.find(view.snapshot, kind, id.as_str()).is_ok());
    // Where the register cannot be asked, less is shown, never more.
    let sees_told = || {
        let declared = view.rules.kind(kind).map(|(_, declared)| declared);
        declared.is_some_and(|declared| {
            scope.sees_told(store, (declared, &read_facts(declared, &aside.facts))).unwrap_or(false)
        })
    };
    scope.sees_kind(kind) && (scope.sees_area(None) || sees_candidate() || sees_told())
}

impl Aside {
    fn new(scope: &Scope, view: View, stored: &StoredAside) -> Self {
        let aside = &stored.aside;
        let declared = view.rules.kind(aside.kind.as_str()).map(|(_, kind)| kind);
        let is_open = |id: &str| declared.and_then(|kind| kind.fact(id)).is_some_and(|fact| !fact.personal);
        Self {
            id: stored.id,
            kind: aside.kind.to_string(),
            import_seq: stored.seq,
            on: aside.on,
            source: aside.source.clone(),
            place: aside.place.clone(),
            reason: Words::from(&aside.reason),
            facts: aside
                .facts
                .iter()
                .filter(|(id, _)| is_open(id))
                .map(|(id, value)| (id.clone(), value.clone()))
                .collect(),
            candidates: aside
                .candidates
                .iter()
                .filter(|id| {
                    scope.sees_area(None)
                        || scope.find(view.snapshot, aside.kind.as_str(), id.as_str()).is_ok()
                })
                .map(|id| view.line_of(aside.kind.as_str(), id.as_str()))
                .collect(),
        }
    }
}

/// Decides a row put aside.
#[utoipa::path(post, path = "/api/asides/{id}", tag = "conflicts", params(("id" = i64, Path)), request_body = AsideDecision,
    responses((status = 200, body = Patched), Problem))]
pub async fn decide_aside(
    State(app): State<App>,
    account: May<ChangeRecord>,
    Path(id): Path<i64>,
    Body(decision): Body<AsideDecision>,
) -> Result<Json<Patched>, Problem> {
    let reason = checked_reason(&decision.reason)?;
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let found = app.store().asides(&Listing { open: true, after: id - 1, limit: 1 })?;
        let found = found.into_iter().find(|stored| stored.id == id);
        let aside = found.ok_or_else(|| Problem::not_found(&format!("aside {id}")))?.aside;
        let kind = aside.kind.as_str();
        let (_, declared) = app.rules().kind(kind).ok_or_else(|| Problem::not_found(kind))?;
        let facts = read_facts(declared, &aside.facts);
        let record = app.read(app.today(), |view| {
            if !sees_aside(&scope, (app.store(), view), &aside) {
                return Err(Problem::not_found(&format!("aside {id}")));
            }
            match decision.choose {
                AsideChoice::Drop => Ok(None),
                AsideChoice::Match => {
                    let chosen = decision.record.as_deref().unwrap_or_default();
                    let (place, row) = scope.find(view.snapshot, kind, chosen)?;
                    Ok(Some(view.id(place, row).clone()))
                }
                AsideChoice::New => new_id(declared, &facts).map(Some),
            }
        })?;
        if decision.choose == AsideChoice::New
            && let Some(record) = &record
            && app.store().record(kind, record.as_str())?.is_some()
        {
            return Err(Problem::new(
                ProblemKind::Conflict,
                format!("{record} 已在登记库中，请选择归入该记录。"),
                format!("{record} is in the register already: match the row with it."),
            ));
        }
        let change = record.clone().map(|record| Change {
            kind: aside.kind.clone(),
            id: record,
            on: aside.on,
            facts: facts.iter().map(|(id, value)| (id.clone(), Some(value.clone()))).collect(),
        });
        if let Some(change) = &change {
            scope.keeps(app.store(), change)?;
        }
        let summary =
            json!({"aside": id, "kind": kind, "record": record, "choose": decision.choose, "reason": reason});
        let changes = change.into_iter().collect();
        let event = Event { on: aside.on, ..app.event(EventType::Decision, &account, summary.clone()) };
        app.change(&account, |store| store.decide_aside(id, &summary, event, changes)).map(Json)
    })
    .await
}

/// The id of a record that the row is the first to tell of: its key, else its name.
fn new_id(kind: &model::Kind, facts: &BTreeMap<FactId, model::Value>) -> Result<RecordId, Problem> {
    let name = kind.name.as_ref().and_then(|name| facts.get(name)).map(ToString::to_string);
    let id = kind.id_of(facts).or_else(|| name.map(|name| id_of_name(kind, &name)));
    id.ok_or_else(|| {
        Problem::field(
            "choose",
            "这一行既没有编号也没有名称，不能作为新记录。",
            "The row has neither a key nor a name, so it cannot be a new record.",
        )
    })
}
