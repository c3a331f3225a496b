//! Exempting by hand: an official releases one record from one duty, with a reason of the city's and proof.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use model::case::{Asks, RecordRef as PartyRef};
use model::event::{EventType, Hash};
use model::exemption::{self, Exemptions, Span};
use model::file::{FileType, named};
use model::form::number;
use model::{Change, DutyId, FactId, RecordId, Value};
use rules::ruleset::{CompiledDuty, CompiledForm};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Account;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::case_steps::checked_words;
use super::claims::why_not;
use super::extract::{Body, Path, Query};
use super::files::FileShape;
use super::forms::AttachedShape;
use super::inspections::StateCount;
use super::list::{Book, Cell, Head, In, SheetLang};
use super::paging::{Page, Paging, cursor};
use super::problem::{Kind, Problem};
use super::records::{ChangedVerdict, RecordLine, checked_reason};
use super::right::{Exempt, May, ReadLists, ReadRecord, RevealFacts, Right};
use super::scope::Scope;
use super::session::RecordRef;
use super::view::View;
use super::words::{Basis, Words};

/// For what a record may be exempted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExemptionReason {
    /// `declined`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// The document that allows it.
    pub basis: Basis,
    /// The duties it is for; all where none is named.
    pub duties: Vec<String>,
}

/// How a record may be exempted by hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExemptionRules {
    /// For what.
    pub reasons: Vec<ExemptionReason>,
    /// What is taken as proof.
    pub proof: AttachedShape,
}

impl ExemptionRules {
    /// Files of every type that is kept at all, each at most so large.
    pub fn new(exemptions: &Exemptions, each_bytes: u64) -> Self {
        let accept = FileType::ALL.map(|taken| taken.media_type().to_owned()).to_vec();
        Self {
            reasons: exemptions.reasons.iter().map(ExemptionReason::from).collect(),
            proof: AttachedShape { accept, most: PROOF_MOST, each_bytes },
        }
    }
}

/// Where an exemption stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExemptionState {
    /// It holds.
    InForce,
    /// Its first day has not come.
    ToCome,
    /// Its last day is past.
    Over,
    /// It was withdrawn.
    Withdrawn,
}

impl ExemptionState {
    const ALL: [Self; 4] = [Self::InForce, Self::ToCome, Self::Over, Self::Withdrawn];

    fn id(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::ToCome => "to-come",
            Self::Over => "over",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn label(self) -> Words {
        match self {
            Self::InForce => Words::new("生效中", "in force"),
            Self::ToCome => Words::new("未到起始日期", "still to come"),
            Self::Over => Words::new("已到期", "over"),
            Self::Withdrawn => Words::new("已撤销", "withdrawn"),
        }
    }
}

/// An exemption by hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Exemption {
    /// Its number.
    pub number: String,
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The record that is released from it.
    pub record: RecordLine,
    /// Where it stands.
    pub state: ExemptionState,
    /// For what it was given: `declined`.
    pub reason: String,
    /// What people call the reason.
    pub label: Words,
    /// The document that allows it; none where the city has dropped the reason.
    pub basis: Option<Basis>,
    /// In the official's own words.
    pub note: String,
    /// The proof.
    pub proof: Vec<FileShape>,
    /// Whether the proof is about a person: it is read with a reason then.
    pub proof_personal: bool,
    /// Whether this reader may read the proof: what is about a person, whoever may read personal facts.
    pub may_read_proof: bool,
    /// The first day on which it holds.
    pub from: Option<NaiveDate>,
    /// The last day on which it holds; none if no end is set.
    pub until: Option<NaiveDate>,
    /// Who gave it.
    pub given_by: Option<String>,
    /// The day it was given.
    pub given_on: Option<NaiveDate>,
    /// The day from which it holds no more, because it was withdrawn.
    pub withdrawn_on: Option<NaiveDate>,
    /// Who withdrew it.
    pub withdrawn_by: Option<String>,
    /// Why it was withdrawn.
    pub withdrawn_why: Option<String>,
    /// Whether this reader may withdraw it.
    pub may_withdraw: bool,
}

/// Which exemptions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExemptionFilter {
    /// Only from this duty.
    pub duty: Option<String>,
    /// Only of records within this area.
    pub area: Option<String>,
    /// Only those that stand there; those in force unless said.
    #[param(inline)]
    pub state: Option<ExemptionState>,
}

/// Exemptions of an area, the last given first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExemptionPage {
    /// The day.
    pub on: NaiveDate,
    /// The states, with how many are in each.
    pub states: Vec<StateCount>,
    /// The exemptions.
    #[serde(flatten)]
    pub page: Page<Exemption>,
}

/// What somebody asks to be exempted from, by a filing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Claim {
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The record: who filed.
    pub record: RecordRef,
    /// For which of the city's reasons.
    pub reason: String,
    /// What the matter is.
    pub note: String,
    /// The proof, by the digests of its files.
    pub proof: Vec<String>,
}

impl Claim {
    /// What a filing asks for; none where its form asks for no exemption, or it names no duty.
    pub fn of(view: View<'_>, (form, row): (&CompiledForm, usize)) -> Option<Self> {
        let exempts = form.form.case.as_ref()?.exempts.as_ref()?;
        let told = |fact: &FactId| Some(view.told(form.kind, row, fact.as_str())?.to_string());
        let duty = view.duty(&told(&exempts.duty)?)?;
        let files = told(&exempts.proof).unwrap_or_default();
        Some(Self {
            duty: duty.duty.id.to_string(),
            title: Words::from(&duty.duty.title),
            record: RecordRef { kind: view.kind(form.by).id.to_string(), id: told(&form.form.by)? },
            reason: told(&exempts.reason).unwrap_or_default(),
            note: told(&exempts.note).unwrap_or_default(),
            proof: named(&files).unwrap_or_default().iter().map(Hash::to_string).collect(),
        })
    }
}

/// An exemption to give.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ExemptionRequest {
    /// The duty.
    pub duty: String,
    /// The record.
    pub record: RecordRef,
    /// For what: one of the city's reasons.
    pub reason: String,
    /// In the official's own words.
    pub note: String,
    /// The proof, by the digests of files that were sent before; one at least.
    pub proof: Vec<String>,
    /// The first day on which it holds; today unless said.
    pub from: Option<NaiveDate>,
    /// The last day on which it holds; no end unless said.
    pub until: Option<NaiveDate>,
}

/// Why an exemption is withdrawn.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// The reason, which is kept.
    pub why: String,
}

/// What giving or withdrawing an exemption did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Exempted {
    /// The event that keeps it.
    pub seq: i64,
    /// The exemption's number.
    pub number: String,
    /// The verdicts that changed.
    pub changed: Vec<ChangedVerdict>,
}

/// The most files of proof.
const PROOF_MOST: usize = 10;

impl From<&exemption::Reason> for ExemptionReason {
    fn from(reason: &exemption::Reason) -> Self {
        Self {
            id: reason.id.clone(),
            label: Words::from(&reason.label),
            basis: Basis::from(&reason.basis),
            duties: reason.duties.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A duty and a record of its kind.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The duty, in any of its versions.
    pub duty: &'a CompiledDuty,
    /// The record's kind.
    pub kind: usize,
    /// Its row.
    pub row: usize,
}

/// A row of the kind of exemptions.
struct Given<'a> {
    view: View<'a>,
    kind: usize,
    row: usize,
}

impl<'a> Given<'a> {
    fn text(&self, fact: &str) -> Option<String> {
        self.view.told(self.kind, self.row, fact).map(|value| value.to_string())
    }

    fn day(&self, fact: &str) -> Option<NaiveDate> {
        match self.view.told(self.kind, self.row, fact) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        }
    }

    fn span(&self) -> Option<Span> {
        Span::of(|fact| self.view.told(self.kind, self.row, fact))
    }

    fn state(&self) -> ExemptionState {
        let on = self.view.snapshot.on;
        match self.span() {
            _ if self.day(exemption::WITHDRAWN_ON).is_some_and(|day| day <= on) => ExemptionState::Withdrawn,
            Some(span) if span.holds(on) => ExemptionState::InForce,
            Some(span) if span.from > on => ExemptionState::ToCome,
            _ => ExemptionState::Over,
        }
    }

    /// What it is about; none where the city has dropped the duty, or the record is not there.
    fn place(&self) -> Option<Place<'a>> {
        let duty = self.text(exemption::DUTY)?;
        let duty = self.view.duty(&duty)?;
        let by = reference_place(self.view, duty)?;
        let row = self.view.snapshot.tables.follow(self.kind, by, self.row)?;
        Some(Place { duty, kind: duty.kind, row })
    }

    fn shape(&self, app: &App, account: &Account, place: Place<'_>) -> Result<Exemption, Problem> {
        let exemptions = app.exemptions()?;
        let record = self.view.kind(place.kind);
        let reason = self.text(exemption::REASON).unwrap_or_default();
        let known = exemptions.reason(&reason);
        let label = known.map_or_else(|| Words::new(&*reason, &*reason), |known| Words::from(&known.label));
        let proof = [exemption::PROOF, exemption::PERSONAL_PROOF];
        let proof_personal = exemptions.proof(&record.id).as_str() == exemption::PERSONAL_PROOF;
        let files = proof.into_iter().filter_map(|fact| self.text(fact)).collect::<Vec<_>>().join(" ");
        let mut shown = Vec::new();
        for hash in named(&files).unwrap_or_default() {
            shown.extend(app.store().file_line(hash)?.map(FileShape::from));
        }
        let state = self.state();
        let live = matches!(state, ExemptionState::InForce | ExemptionState::ToCome);
        Ok(Exemption {
            number: self.text(exemption::NUMBER).unwrap_or_default(),
            duty: place.duty.duty.id.to_string(),
            title: Words::from(&place.duty.duty.title),
            record: self.view.line(place.kind, place.row),
            state,
            reason,
            label,
            basis: known.map(|known| Basis::from(&known.basis)),
            note: self.text(exemption::NOTE).unwrap_or_default(),
            proof: shown,
            proof_personal,
            may_read_proof: !proof_personal || RevealFacts::ROLES.contains(&account.role),
            from: self.day(exemption::FROM),
            until: self.day(exemption::UNTIL),
            given_by: self.text(exemption::GIVEN_BY),
            given_on: self.day(exemption::GIVEN_ON),
            withdrawn_on: self.day(exemption::WITHDRAWN_ON),
            withdrawn_by: self.text(exemption::WITHDRAWN_BY),
            withdrawn_why: self.text(exemption::WITHDRAWN_WHY),
            may_withdraw: live && app.may_exempt(account, self.view, place)?,
        })
    }
}

/// The reference by which exemptions point to the records of a duty, by its place in their kind.
fn reference_place(view: View<'_>, duty: &CompiledDuty) -> Option<usize> {
    let (_, kind) = view.rules.kind(exemption::KIND)?;
    let reference = exemption::reference(&duty.duty.kind);
    kind.facts.iter().position(|fact| fact.id == reference)
}

impl<'a> View<'a> {
    /// The last version of a duty.
    pub fn duty(&self, id: &str) -> Option<&'a CompiledDuty> {
        self.rules.duties.iter().rfind(|version| version.duty.id.as_str() == id)
    }

    /// For what the last exemption up to a day was given, and under which number.
    pub fn reason_given(self, place: Place<'_>, on: NaiveDate) -> Option<Words> {
        let before = |given: &Given<'_>| given.day(exemption::GIVEN_ON).is_some_and(|day| day <= on);
        let given = self.given(place).into_iter().rfind(before)?;
        let (reason, number) = (given.text(exemption::REASON)?, given.text(exemption::NUMBER)?);
        let known = self.rules.casework.as_ref()?.exemption.as_ref()?.reason(&reason);
        let label = known.map_or_else(|| Words::new(&*reason, &*reason), |known| Words::from(&known.label));
        Some(Words::new(
            format!("{}（免尽编号 {number}）", label.zh),
            format!("{} (exemption number {number})", label.en),
        ))
    }

    /// Every exemption from a duty that was ever given to a record, the first first.
    fn given(self, place: Place<'_>) -> Vec<Given<'a>> {
        let kind = self.rules.kind(exemption::KIND).map(|(kind, _)| kind);
        let Some((kind, by)) = kind.zip(reference_place(self, place.duty)) else { return vec![] };
        let mut rows: Vec<usize> = self.snapshot.tables.members(kind, by, place.row).collect();
        rows.sort_unstable();
        let given = rows.into_iter().map(|row| Given { view: self, kind, row });
        let id = place.duty.duty.id.as_str();
        given.filter(|given| given.text(exemption::DUTY).as_deref() == Some(id)).collect()
    }
}

impl App {
    /// What the city says of exempting by hand. Errors: it says nothing of it.
    pub fn exemptions(&self) -> Result<&Exemptions, Problem> {
        let exemptions = self.rules().casework.as_ref().and_then(|casework| casework.exemption.as_ref());
        exemptions.ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "城市文件夹的 cases.toml 里没有 [exemption]，本市不办理人工免尽。",
                "The city folder has no [exemption] in cases.toml, so nobody is exempted by hand.",
            )
        })
    }

    /// Whether an account may exempt a record from a duty: the bureau that owns the duty, an office of the record's
    /// area, and whoever has the case of it.
    pub fn may_exempt(&self, account: &Account, view: View<'_>, place: Place<'_>) -> Result<bool, Problem> {
        if self.exemptions().is_err() || !Exempt::ROLES.contains(&account.role) {
            return Ok(false);
        }
        let scope = Scope::of(account, self.rules());
        let area = view.snapshot.pass.area(place.kind, place.row);
        if scope.sees_duty(&place.duty.duty) && scope.sees_area(area) {
            return Ok(true);
        }
        let about =
            PartyRef { kind: view.kind(place.kind).id.clone(), id: view.id(place.kind, place.row).clone() };
        let live = self.store().live_case(place.duty.duty.id.as_str(), &about)?;
        let case = live.map(|no| self.store().case(no)).transpose()?.flatten();
        Ok(case.is_some_and(|stored| scope.acts_on(&stored.case)))
    }

    /// The same, and whether there is anything to exempt on the day: a gap, or what is not known to be none.
    pub fn may_exempt_now(
        &self,
        account: &Account,
        view: View<'_>,
        place: Place<'_>,
    ) -> Result<bool, Problem> {
        let standing = view.standing(place.duty.duty.id.as_str(), place.row);
        Ok(why_not(Asks::Exemption, standing).is_none() && self.may_exempt(account, view, place)?)
    }

    /// Every exemption from a duty that was ever given to a record, the last first, for a reader who may see both.
    pub fn exemptions_of(
        &self,
        account: &Account,
        view: View<'_>,
        place: Place<'_>,
    ) -> Result<Vec<Exemption>, Problem> {
        if self.exemptions().is_err() {
            return Ok(vec![]);
        }
        view.given(place).iter().rev().map(|given| given.shape(self, account, place)).collect()
    }

    /// The place that a request is about. Errors: 404 alike for what is not there and what is not this reader's to see.
    fn place<'a>(
        &self,
        view: View<'a>,
        scope: &Scope<'_>,
        (duty, record): (&str, &RecordRef),
    ) -> Result<Place<'a>, Problem> {
        let found = view.duty(duty).filter(|duty| duty.duty.kind.as_str() == record.kind);
        let place = found.and_then(|duty| {
            let row = view.snapshot.row(duty.kind, &record.id)?;
            Some(Place { duty, kind: duty.kind, row })
        });
        let missing = || Problem::not_found(&format!("{duty} {} {}", record.kind, record.id));
        let place = place.ok_or_else(missing)?;
        if scope.sees_duty(&place.duty.duty) && scope.sees_record(view.snapshot, place.kind, place.row) {
            return Ok(place);
        }
        // Whoever has its case may have been sent it by another department.
        let about = PartyRef { kind: record.kind.as_str().into(), id: record.id.as_str().into() };
        let live = self.store().live_case(duty, &about)?;
        let case = live.map(|no| self.store().case(no)).transpose()?.flatten();
        if case.is_some_and(|stored| scope.acts_on(&stored.case)) { Ok(place) } else { Err(missing()) }
    }
}

/// The exemptions of a list, with how many stand where.
struct Found<'a> {
    lines: Vec<(Given<'a>, Place<'a>)>,
    counts: Vec<StateCount>,
}

impl<'a> Found<'a> {
    fn look(view: View<'a>, scope: &Scope<'_>, filter: &ExemptionFilter) -> Result<Self, Problem> {
        let area = scope.area(filter.area.as_deref())?;
        let areas = &view.rules.city.areas;
        let duty = filter.duty.as_deref().filter(|duty| !duty.is_empty());
        let wanted = filter.state.unwrap_or(ExemptionState::InForce);
        let kind = view.rules.kind(exemption::KIND).map(|(kind, _)| kind);
        let rows = kind.map_or(0, |kind| view.snapshot.tables.table(kind).len());
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut lines = Vec::new();
        for row in 0..rows {
            let given = Given { view, kind: kind.unwrap_or(0), row };
            let Some(place) = given.place() else { continue };
            let lies = view.snapshot.pass.area(place.kind, place.row);
            let within = area.as_ref().is_none_or(|area| lies.is_some_and(|lies| areas.within(lies, area)));
            let is_seen =
                scope.sees_duty(&place.duty.duty) && scope.sees_record(view.snapshot, place.kind, place.row);
            if !within || !is_seen || duty.is_some_and(|duty| place.duty.duty.id.as_str() != duty) {
                continue;
            }
            let state = given.state();
            *counts.entry(state.id()).or_default() += 1;
            if state == wanted {
                lines.push((given, place));
            }
        }
        lines.sort_by_key(|(given, _)| (std::cmp::Reverse(given.day(exemption::GIVEN_ON)), given.row));
        let count = |state: ExemptionState| StateCount {
            id: state.id().to_owned(),
            label: state.label(),
            count: counts.get(state.id()).copied().unwrap_or(0),
        };
        Ok(Self { lines, counts: ExemptionState::ALL.map(count).to_vec() })
    }
}

/// Exemptions by hand, of a duty or an area.
#[utoipa::path(get, path = "/api/exemptions", tag = "exemptions", params(ExemptionFilter, Paging),
    responses((status = 200, body = ExemptionPage), Problem))]
pub async fn exemptions(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<ExemptionFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<ExemptionPage>, Problem> {
    app.blocking(move |app| {
        app.exemptions()?;
        let scope = Scope::of(&account, app.rules());
        let after: usize = paging.after()?.unwrap_or(0);
        app.read(app.today(), |view| {
            let found = Found::look(view, &scope, &filter)?;
            let shown = found.lines.iter().skip(after).take(paging.limit());
            let items: Vec<Exemption> =
                shown.map(|(given, place)| given.shape(app, &account, *place)).collect::<Result<_, _>>()?;
            let next = after + items.len();
            let is_last = next >= found.lines.len();
            Ok(Json(ExemptionPage {
                on: view.snapshot.on,
                states: found.counts,
                page: Page {
                    items,
                    next_cursor: (!is_last).then(|| cursor(&next)).flatten(),
                    total: Some(found.lines.len() as u64),
                },
            }))
        })
    })
    .await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/exemptions.xlsx", tag = "exemptions", params(ExemptionFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn exemptions_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Query(filter): Query<ExemptionFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        app.exemptions()?;
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let book = app.read(app.today(), |view| {
            let found = Found::look(view, &scope, &filter)?;
            let all: u64 = found.counts.iter().map(|state| state.count).sum();
            let shown = found.lines.len();
            let mut notes = vec![
                view.place_and_day(area.as_deref()),
                Words::new(
                    format!("本表 {shown} 件，历来登记共 {all} 件"),
                    format!("{shown} exemptions in this list, of {all} ever given"),
                ),
            ];
            notes.extend(view.made_up_note());
            let title = Words::new("人工免尽清单", "Exemptions by hand");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
            for (given, place) in &found.lines {
                book.row(given.shape(app, &account, *place)?.cells(view, lang))?;
            }
            Ok(book)
        })?;
        book.response(&format!("exemptions-{}", app.today()))
    })
    .await
}

const HEADINGS: [(&str, &str); 18] = [
    ("编号", "number"),
    ("责任事项", "duty"),
    ("对象编号", "record"),
    ("名称", "name"),
    ("区域", "area"),
    ("虚构", "made up"),
    ("状态", "state"),
    ("理由", "reason"),
    ("依据", "basis"),
    ("情况说明", "in the official's words"),
    ("证明材料", "proof"),
    ("起始日期", "from"),
    ("截止日期", "until"),
    ("登记人", "given by"),
    ("登记日期", "given on"),
    ("撤销日期", "withdrawn on"),
    ("撤销人", "withdrawn by"),
    ("撤销理由", "why it was withdrawn"),
];

impl Exemption {
    fn cells(&self, view: View<'_>, lang: model::Lang) -> Vec<Cell> {
        let proof: Vec<&str> = self.proof.iter().map(|file| file.hash.as_str()).collect();
        let mut cells: Vec<Cell> = vec![self.number.as_str().into(), self.title.get(lang).into()];
        cells.extend(self.record.cells(view, lang));
        cells.extend([
            self.state.label().get(lang).into(),
            self.label.get(lang).into(),
            Cell::maybe(self.basis.as_ref().map(|basis| basis.doc.as_str())),
            self.note.as_str().into(),
            proof.join("\n").into(),
            Cell::maybe(self.from),
            Cell::maybe(self.until),
            Cell::maybe(self.given_by.as_deref()),
            Cell::maybe(self.given_on),
            Cell::maybe(self.withdrawn_on),
            Cell::maybe(self.withdrawn_by.as_deref()),
            Cell::maybe(self.withdrawn_why.as_deref()),
        ]);
        cells
    }
}

/// Exempts a record from a duty: one event, with the reason and the proof; the gap is closed at once.
#[utoipa::path(post, path = "/api/exemptions", tag = "exemptions", request_body = ExemptionRequest,
    responses((status = 201, body = Exempted), Problem))]
pub async fn exempt(
    State(app): State<App>,
    account: May<Exempt>,
    Body(request): Body<ExemptionRequest>,
) -> Result<(StatusCode, Json<Exempted>), Problem> {
    app.blocking(move |app| {
        let exemptions = app.exemptions()?;
        let scope = Scope::of(&account, app.rules());
        let today = app.today();
        let from = request.from.unwrap_or(today);
        let (number, facts) = app.read(today, |view| {
            let place = app.place(view, &scope, (&request.duty, &request.record))?;
            if !app.may_exempt(&account, view, place)? {
                return Err(Problem::forbidden());
            }
            let answers = checked(app, &account, (exemptions, &request), from)?;
            let given = view.given(place);
            let span = Span { from, until: request.until };
            let meets = |given: &&Given<'_>| given.span().is_some_and(|known| known.meets(&span));
            if let Some(other) = given.iter().find(meets) {
                return Err(exempted_already(other.text(exemption::GIVEN_BY)));
            }
            if let Some(why) = why_not(Asks::Exemption, view.standing(&request.duty, place.row)) {
                return Err(Problem::new(Kind::Conflict, why.zh, why.en));
            }
            let id = view.id(place.kind, place.row);
            let nth = given.len() + 1;
            let key = format!("{}~{}~{nth}", request.duty, request.record.kind);
            let number = number(&exemption::KIND.into(), id, &key);
            Ok((number.clone(), answers.facts(exemptions, (&number, &account.name), (from, today))))
        })?;
        let change =
            Change { kind: exemption::KIND.into(), id: RecordId::from(number.clone()), on: today, facts };
        let reason = exemptions.reason(&request.reason).map(|reason| reason.label.clone());
        let summary = json!({
            "exemption": number, "duty": request.duty, "kind": request.record.kind, "record": request.record.id,
            "why": reason, "proof": request.proof, "from_on": from, "until_on": request.until,
        });
        let event = app.event(EventType::Exemption, &account, summary);
        let once = (FactId::from(exemption::NUMBER), number.clone());
        let mut was_there = false;
        let changed = app.change(&account, |store| {
            store.file(store::Filing { event, change, number: once, opens: None })?.ok_or_else(|| {
                was_there = true;
                store::StoreError::Taken { what: "exemption", name: number.clone() }
            })
        });
        if was_there {
            let stored = app.store().record(exemption::KIND, &number)?;
            let by = stored.and_then(|stored| Some(stored.facts.get(exemption::GIVEN_BY)?.as_str()?.to_owned()));
            return Err(exempted_already(by));
        }
        let patched = changed?;
        Ok((StatusCode::CREATED, Json(Exempted { seq: patched.seq, number, changed: patched.changed })))
    })
    .await
}

fn exempted_already(by: Option<String>) -> Problem {
    let (zh, en) = by.map_or_else(Default::default, |by| (format!("（{by} 登记）"), format!(", by {by}")));
    Problem::new(
        Kind::Conflict,
        format!("这段时间已经登记过免尽{zh}。要改，请先撤销原来的登记。"),
        format!("It is exempted for that time already{en}. To change that, withdraw it first."),
    )
}

/// What was sent, checked.
struct Answers<'a> {
    request: &'a ExemptionRequest,
    note: String,
}

/// Checks everything that was sent. Every mistake is told at once.
fn checked<'a>(
    app: &App,
    account: &Account,
    (exemptions, request): (&Exemptions, &'a ExemptionRequest),
    from: NaiveDate,
) -> Result<Answers<'a>, Problem> {
    let mut mistakes: Vec<(String, Words)> = Vec::new();
    let mut wrong = |field: &str, zh: &str, en: &str| mistakes.push((field.to_owned(), Words::new(zh, en)));
    if !exemptions.reasons(&request.duty).any(|reason| reason.id == request.reason) {
        wrong("reason", "请选择理由", "choose a reason that this duty takes");
    }
    let note = checked_words(&request.note).ok();
    if note.is_none() {
        wrong("note", "请写明情况（2000字以内）", "say what it is about, in at most 2,000 characters");
    }
    if request.until.is_some_and(|until| until < from) {
        wrong("until", "截止日期早于起始日期", "the last day is before the first");
    } else if request.until.is_some_and(|until| until < app.today()) {
        wrong("until", "截止日期已经过去", "the last day is past already");
    }
    let distinct: BTreeSet<&String> = request.proof.iter().collect();
    if request.proof.is_empty() {
        wrong("proof", "请附上证明材料", "proof is wanted: add a file at least");
    } else if request.proof.len() > PROOF_MOST {
        wrong("proof", "最多 10 个文件", "at most 10 files");
    } else if distinct.len() < request.proof.len() {
        wrong("proof", "同一个文件附了两次", "a file is there twice");
    }
    for file in distinct {
        let hash = Hash::from_hex(file);
        let kept = hash.map(|hash| {
            Ok::<_, Problem>(app.may_name(account, hash)? && app.store().file_line(hash)?.is_some())
        });
        if !kept.transpose()?.unwrap_or(false) {
            wrong("proof", "附件没有收到，请重新选择", "a file is not here: choose it again");
            break;
        }
    }
    match note {
        Some(note) if mistakes.is_empty() => Ok(Answers { request, note }),
        _ => Err(Problem::fields(mistakes)),
    }
}

impl Answers<'_> {
    fn facts(
        &self,
        exemptions: &Exemptions,
        (number, by): (&str, &str),
        (from, today): (NaiveDate, NaiveDate),
    ) -> BTreeMap<FactId, Option<Value>> {
        let kind = self.request.record.kind.as_str().into();
        let text = |text: &str| Value::Text(text.to_owned());
        let proof = self.request.proof.join(" ");
        let mut facts = vec![
            (FactId::from(exemption::NUMBER), text(number)),
            (exemption::DUTY.into(), text(&self.request.duty)),
            (exemption::reference(&kind), text(&self.request.record.id)),
            (exemption::REASON.into(), text(&self.request.reason)),
            (exemption::NOTE.into(), text(&self.note)),
            (exemptions.proof(&kind), Value::Text(proof)),
            (exemption::FROM.into(), Value::Date(from)),
            (exemption::GIVEN_ON.into(), Value::Date(today)),
            (exemption::GIVEN_BY.into(), text(by)),
        ];
        facts.extend(self.request.until.map(|until| (exemption::UNTIL.into(), Value::Date(until))));
        facts.into_iter().map(|(fact, value)| (fact, Some(value))).collect()
    }
}

/// Withdraws an exemption: from today on the duty is owed again.
#[utoipa::path(post, path = "/api/exemptions/{number}/withdrawal", tag = "exemptions",
    params(("number" = String, Path)), request_body = Withdrawal,
    responses((status = 200, body = Exempted), Problem))]
pub async fn withdraw_exemption(
    State(app): State<App>,
    account: May<Exempt>,
    Path(number): Path<String>,
    Body(withdrawal): Body<Withdrawal>,
) -> Result<Json<Exempted>, Problem> {
    app.blocking(move |app| {
        app.exemptions()?;
        let scope = Scope::of(&account, app.rules());
        let today = app.today();
        let (duty, record): (DutyId, RecordRef) = app.read(today, |view| {
            let found = view.rules.kind(exemption::KIND).and_then(|(kind, _)| {
                let given = Given { view, kind, row: view.snapshot.row(kind, &number)? };
                Some((given.place()?, given))
            });
            let (place, given) = found.ok_or_else(|| Problem::not_found(&number))?;
            let record = RecordRef {
                kind: view.kind(place.kind).id.to_string(),
                id: view.id(place.kind, place.row).to_string(),
            };
            let id = place.duty.duty.id.clone();
            app.place(view, &scope, (id.as_str(), &record)).map_err(|_| Problem::not_found(&number))?;
            if !app.may_exempt(&account, view, place)? {
                return Err(Problem::forbidden());
            }
            match given.state() {
                ExemptionState::InForce | ExemptionState::ToCome => Ok((id, record)),
                ExemptionState::Over => Err(Problem::new(
                    Kind::Conflict,
                    "它已经到期，不用撤销。",
                    "It is over by itself already.",
                )),
                ExemptionState::Withdrawn => Err(withdrawn_already()),
            }
        })?;
        let why = checked_reason(&withdrawal.why).map_err(|_| {
            Problem::field(
                "why",
                "请写明撤销的理由（4至500个字），理由会留存备查。",
                "Say why it is withdrawn, in 4 to 500 characters: the reason is kept.",
            )
        })?;
        let facts = [
            (exemption::WITHDRAWN_ON, Value::Date(today)),
            (exemption::WITHDRAWN_WHY, Value::Text(why)),
            (exemption::WITHDRAWN_BY, Value::Text(account.name.clone())),
        ];
        let facts = facts.into_iter().map(|(fact, value)| (fact.into(), Some(value))).collect();
        let change =
            Change { kind: exemption::KIND.into(), id: RecordId::from(number.clone()), on: today, facts };
        let summary = json!({"withdrawn": number, "duty": duty, "kind": record.kind, "record": record.id});
        let event = app.event(EventType::Exemption, &account, summary);
        let mut was_there = false;
        let changed = app.change(&account, |store| {
            store.change_once(event, change, exemption::WITHDRAWN_ON)?.ok_or_else(|| {
                was_there = true;
                store::StoreError::Taken { what: "withdrawal", name: number.clone() }
            })
        });
        if was_there {
            return Err(withdrawn_already());
        }
        let patched = changed?;
        Ok(Json(Exempted { seq: patched.seq, number, changed: patched.changed }))
    })
    .await
}

fn withdrawn_already() -> Problem {
    Problem::new(Kind::Conflict, "它已经撤销了。", "It was withdrawn already.")
}

/// One exemption, for who may see the record.
#[utoipa::path(get, path = "/api/exemptions/{number}", tag = "exemptions", params(("number" = String, Path)),
    responses((status = 200, body = Exemption), Problem))]
pub async fn exemption_of(
    State(app): State<App>,
    account: May<ReadRecord>,
    Path(number): Path<String>,
) -> Result<Json<Exemption>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.read(app.today(), |view| {
            let (kind, row) = scope.find(view.snapshot, exemption::KIND, &number)?;
            let given = Given { view, kind, row };
            let place = given.place().ok_or_else(|| Problem::not_found(&number))?;
            Ok(Json(given.shape(app, &account, place)?))
        })
    })
    .await
}
