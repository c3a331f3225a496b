//! Cases: who has to do what by when, everything that happened, and what may be done next.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use model::calendar::{day_of, midnight};
use model::case::{Ending, Opening, RecordRef as PartyRef, Said, State as Stands, Step, Waited};
use model::{AreaCode, Case, DutyId, Lang};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, CaseMoves, Holder, StoredCase, StoredStep, Worklist};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::case_similar::{SimilarCase, similar};
use super::case_steps::{CaseActionName, actions, checked_words};
use super::casework::{CaseState, OfficeShape, ending_words, term_words};
use super::claims::ClaimedShape;
use super::etag::tagged;
use super::exemptions::{Claim, Exemption, Place as ExemptionPlace};
use super::extract::{Body, Path, Query};
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::paging::{MAX_LIMIT, Page, Paging, cursor};
use super::problem::{Kind, Problem};
use super::records::{FactLine, RecordLine};
use super::right::{ActOnCases, May, OpenCases, ReadCases, Right};
use super::scope::Scope;
use super::session::RecordRef;
use super::view::View;
use super::words::{Basis, Words};

/// Which cases.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseFilter {
    /// Only this area and what lies in it.
    pub area: Option<String>,
    /// Only this department.
    pub department: Option<String>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this duty.
    pub duty: Option<String>,
    /// Only those that stand there; live ones unless said.
    #[param(inline)]
    pub state: Option<CaseState>,
    /// Only those that I have.
    pub mine: Option<bool>,
    /// Only those that this person has; `-` for those that nobody has yet.
    pub officer: Option<String>,
    /// Only those whose office has to answer and whose time is over.
    pub overdue: Option<bool>,
    /// Only problems that I raised or handed on, wherever they are by now.
    pub followed: Option<bool>,
    /// Only those that went up.
    pub went_up: Option<bool>,
    /// Only those due on this day or later.
    pub due_from: Option<NaiveDate>,
    /// Only those due on this day or before.
    pub due_to: Option<NaiveDate>,
    /// Only those that concern this record: its kind and id with `/` between.
    pub record: Option<String>,
}

/// A case in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseLine {
    /// Its number.
    pub no: i64,
    /// Its kind.
    pub kind: String,
    /// What people call it: the duty, else the kind.
    pub title: Words,
    /// The duty whose gap it is.
    pub duty: Option<String>,
    /// The record it is about.
    pub about: Option<RecordLine>,
    /// Who must act, where that is not the office.
    pub bearer: Option<RecordLine>,
    /// Who leads.
    pub office: OfficeShape,
    /// The person who has it.
    pub officer: Option<String>,
    /// Where it stands.
    pub state: CaseState,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The first instant that is too late.
    pub due_at: DateTime<Utc>,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// Whether the time is over and nobody has answered.
    pub overdue: bool,
    /// Whether its clock stands still.
    pub paused: bool,
    /// Whether it went up, after a second refusal or too long a wait.
    pub escalated: bool,
}

/// One case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CasePage {
    /// The same as in a list.
    #[serde(flatten)]
    pub line: CaseLine,
    /// What was said by whoever raised it.
    pub words: Option<String>,
    /// Where it is, as a resident reported it.
    pub place: Option<PlaceShape>,
    /// Who is to be served.
    pub beneficiary: Option<RecordLine>,
    /// The filing that opened it.
    pub filing: Option<RecordLine>,
    /// What was attached to that filing.
    pub files: Vec<FactLine>,
    /// Where the filing asks for something of a duty: of which, and how that stands.
    pub claimed: Option<ClaimedShape>,
    /// Where the filing asks to be exempted from a duty: what it asks for.
    pub claim: Option<Claim>,
    /// Offices that help.
    pub helping: Vec<OfficeShape>,
    /// The time for an answer.
    pub term: Words,
    /// The document that makes it binding.
    pub basis: Option<Basis>,
    /// What the beneficiary said last.
    pub said: Option<SaidShape>,
    /// Whether this reader only follows it: they raised it or handed it on, and it is with an office of which they see
    /// nothing else. Then it says where it stands and with whom, and nothing about whom it concerns.
    pub followed: bool,
    /// Why it ended.
    pub ending: Option<Words>,
    /// For the gap of a duty: exemptions by hand that were ever given to its record, the last first.
    pub by_hand: Vec<Exemption>,
    /// Whether this reader may exempt its record by hand: where there is a gap, or it is not known that there is none.
    pub may_exempt: bool,
    /// Everything that happened, in order.
    pub steps: Vec<StepLine>,
    /// What this reader may do now.
    pub actions: Vec<CaseActionName>,
    /// People who could have it.
    pub officers: Vec<String>,
    /// Live cases of its kind, near in place and time, which may be the same; not of the gap of a duty, which is one by itself.
    pub similar: Vec<SimilarCase>,
}

/// Where something is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaceShape {
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// In words.
    pub address: Option<String>,
}

/// What the beneficiary says when asked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SaidShape {
    /// Whether anybody answered.
    pub answered: bool,
    /// Whether it is solved.
    pub solved: bool,
    /// Whether they are satisfied; none where they do not say.
    pub satisfied: Option<bool>,
    /// In their own words.
    pub words: Option<String>,
}

/// Something that happened to a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepLine {
    /// Its event.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: String,
    /// What happened.
    pub what: Words,
    /// The reason, the answer, the words.
    pub words: Option<String>,
}

/// A problem that somebody raises.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CaseReport {
    /// The kind of case.
    pub kind: String,
    /// The area; that of the record unless said.
    pub area: Option<String>,
    /// The record it is about, whose owner is asked in the end; a firm's own unless said.
    pub about: Option<RecordRef>,
    /// What the matter is.
    pub words: String,
    /// Another clock than the kind's own.
    pub clock: Option<String>,
}

/// How many cases are due on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DueDay {
    /// The last day on which they are in time.
    pub on: NaiveDate,
    /// How many.
    pub count: u64,
}

/// In a filter: that nobody has a case yet. No account is called so.
const NOBODY: &str = "-";

/// The last day on which something due at an instant is in time.
pub fn due_on(due_at: DateTime<Utc>) -> NaiveDate {
    day_of(due_at - Duration::microseconds(1))
}

impl CaseFilter {
    fn holder(&self, account: &Account) -> Option<Holder> {
        match self.officer.as_deref().filter(|officer| !officer.is_empty()) {
            _ if self.mine.unwrap_or(false) => Some(Holder::Person(account.name.clone())),
            Some(NOBODY) => Some(Holder::Nobody),
            officer => officer.map(|name| Holder::Person(name.to_owned())),
        }
    }

    /// The list as the register reads it, within what the reader may see.
    pub(super) fn worklist(&self, app: &App, account: &Account) -> Result<Worklist, Problem> {
        let scope = Scope::of(account, app.rules());
        let areas = &app.rules().city.areas;
        let followed = self.followed.unwrap_or(false);
        let asked = self.area.as_deref().filter(|area| !area.is_empty());
        // What one follows may be anywhere.
        let area = if followed && asked.is_none() { None } else { scope.area(asked)? };
        // The whole city is no condition; a case always lies in it.
        let within = area.filter(|area| areas.get(area).is_some_and(|area| area.parent.is_some()));
        let inner = |outer: String| {
            let inner = areas.iter().filter(|area| areas.within(area.code.as_str(), &outer));
            inner.map(|area| area.code.clone()).collect()
        };
        let asked = self.record.as_deref().filter(|record| !record.is_empty());
        let asked = asked.and_then(|record| record.split_once('/'));
        let asked = asked.map(|(kind, id)| PartyRef { kind: kind.into(), id: id.into() });
        let own = account.record.as_ref().map(|(kind, id)| PartyRef { kind: kind.clone(), id: id.clone() });
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let department = scope.office_department().filter(|_| !followed).map(|id| id.as_str().to_owned());
        Ok(Worklist {
            areas: within.map(inner).unwrap_or_default(),
            department: department.or_else(|| text(&self.department)).map(Into::into),
            holder: self.holder(account),
            kind: text(&self.kind).map(Into::into),
            duty: text(&self.duty).map(Into::into),
            party: if scope.own_only() { own } else { asked },
            followed_by: followed.then(|| account.name.clone()),
            state: self.state.map(Into::into),
            escalated: self.went_up.unwrap_or(false),
            overdue_at: self.overdue.unwrap_or(false).then(|| app.now()),
            due_from: self.due_from.map(|day| midnight(day) + Duration::microseconds(1)),
            due_before: self.due_to.map(|day| midnight(day) + Duration::days(1) + Duration::microseconds(1)),
            after: None,
            limit: 0,
        })
    }
}

impl CaseLine {
    /// A case as its list shows it to a reader: who only follows it is not told about whom it is.
    pub(super) fn of(view: View, scope: &Scope<'_>, stored: &StoredCase, now: DateTime<Utc>) -> Self {
        let line = Self::new(view, stored, now);
        if scope.sees_case(&stored.case) { line } else { Self { about: None, bearer: None, ..line } }
    }

    /// A case as its list shows it to who may see it.
    pub(super) fn new(view: View, stored: &StoredCase, now: DateTime<Utc>) -> Self {
        let case = &stored.case;
        let opening = &case.opening;
        let line = |party: &PartyRef| view.line_of(party.kind.as_str(), party.id.as_str());
        Self {
            no: stored.no,
            kind: opening.kind.to_string(),
            title: title(view, opening),
            duty: opening.duty.as_ref().map(ToString::to_string),
            about: opening.about.as_ref().map(line),
            bearer: opening.bearer.as_ref().map(line),
            office: OfficeShape::new(&view.rules.city, &case.office),
            officer: case.officer.clone(),
            state: case.state.into(),
            opened_at: case.opened_at,
            due_at: case.due_at,
            due_on: due_on(case.due_at),
            overdue: case.is_overdue(now),
            paused: case.paused_at.is_some(),
            escalated: case.escalated,
        }
    }
}

/// What people call a case: the duty, else its kind.
pub fn title(view: View, opening: &Opening) -> Words {
    let of = |id: &DutyId| view.rules.duties.iter().rfind(|version| version.duty.id == *id);
    let duty = opening.duty.as_ref().and_then(of);
    match (duty, &view.rules.casework) {
        (Some(version), _) => Words::from(&version.duty.title),
        (None, Some(casework)) => Words::from(&casework.label(opening.kind.as_str())),
        (None, None) => Words::new(opening.kind.as_str(), opening.kind.as_str()),
    }
}

/// Cases by when they are due: a worklist.
#[utoipa::path(get, path = "/api/cases", tag = "cases", params(CaseFilter, Paging),
    responses((status = 200, body = Page<CaseLine>), (status = 304), Problem))]
pub async fn cases(
    State(app): State<App>,
    account: May<ReadCases>,
    headers: HeaderMap,
    Query(filter): Query<CaseFilter>,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let now = app.now();
        let list = filter.worklist(app, &account)?;
        let list = Worklist { after: paging.after()?, limit: paging.limit() + 1, ..list };
        // Counting a long list takes longer than reading a page of it: the first page says how many there are.
        let total = list.after.is_none().then(|| app.store().count_cases(&list)).transpose()?;
        let mut found = app.store().worklist(&list)?;
        let is_last = found.len() < list.limit;
        found.truncate(paging.limit());
        let next_cursor =
            found.last().filter(|_| !is_last).and_then(|last| cursor(&(last.case.due_at, last.no)));
        let scope = Scope::of(&account, app.rules());
        let items = app.read(app.today(), |view| {
            Ok(found.iter().map(|stored| CaseLine::of(view, &scope, stored, now)).collect::<Vec<_>>())
        })?;
        tagged(&headers, &Page { items, next_cursor, total })
    })
    .await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/cases.xlsx", tag = "cases", params(CaseFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn cases_sheet(
    State(app): State<App>,
    account: May<ReadCases>,
    Query(filter): Query<CaseFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let now = app.now();
        let scope = Scope::of(&account, app.rules());
        let area = scope.area(filter.area.as_deref())?;
        let mut list = Worklist { limit: MAX_LIMIT, ..filter.worklist(app, &account)? };
        let shown = app.store().count_cases(&list)?;
        let book = app.read(app.today(), |view| {
            let mut notes = vec![
                view.place_and_day(area.as_deref()),
                Words::new(format!("本表 {shown} 件"), format!("{shown} cases in this list")),
            ];
            notes.extend(view.made_up_note());
            let title = Words::new("事项清单", "Cases");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
            loop {
                let found = app.store().worklist(&list)?;
                for stored in &found {
                    book.row(CaseLine::of(view, &scope, stored, now).cells(lang))?;
                }
                match found.last().filter(|_| found.len() == list.limit) {
                    Some(last) => list.after = Some((last.case.due_at, last.no)),
                    None => return Ok(book),
                }
            }
        })?;
        book.response(&format!("cases-{}", app.today()))
    })
    .await
}

const HEADINGS: [(&str, &str); 11] = [
    ("编号", "no"),
    ("事项", "case"),
    ("对象编号", "record"),
    ("对象", "name"),
    ("须办理的一方", "who has to act"),
    ("承办单位", "office"),
    ("承办人", "officer"),
    ("状态", "state"),
    ("应办结日期", "due on"),
    ("超期", "overdue"),
    ("暂停计时", "clock stopped"),
];

impl CaseLine {
    fn cells(&self, lang: Lang) -> [Cell; 11] {
        let named = |line: &RecordLine| line.name.clone().unwrap_or_else(|| line.id.clone());
        let yes = |so: bool| Cell::from(say(lang, "是", "yes").repeat(usize::from(so)));
        let about = self.about.as_ref();
        [
            self.no.into(),
            self.title.get(lang).into(),
            Cell::maybe(about.map(|line| line.id.as_str())),
            Cell::maybe(about.and_then(|line| line.name.as_deref())),
            Cell::maybe(self.bearer.as_ref().map(named)),
            self.office.name.get(lang).into(),
            Cell::maybe(self.officer.as_deref()),
            Stands::from(self.state).label().get(lang).into(),
            self.due_on.into(),
            yes(self.overdue),
            yes(self.paused),
        ]
    }
}

/// On which days how many cases of a list are due.
#[utoipa::path(get, path = "/api/cases/due", tag = "cases", params(CaseFilter),
    responses((status = 200, body = Vec<DueDay>), Problem))]
pub async fn cases_due(
    State(app): State<App>,
    account: May<ReadCases>,
    Query(filter): Query<CaseFilter>,
) -> Result<Json<Vec<DueDay>>, Problem> {
    app.blocking(move |app| {
        let counts = app.store().due_counts(&filter.worklist(app, &account)?)?;
        let mut days: Vec<DueDay> = Vec::new();
        for (due_at, count) in counts {
            let on = due_on(due_at);
            match days.last_mut().filter(|last| last.on == on) {
                Some(last) => last.count += count,
                None => days.push(DueDay { on, count }),
            }
        }
        Ok(Json(days))
    })
    .await
}

/// A case that the reader may see. Errors: 404 alike for one that is not there and for one that is not theirs.
pub fn seen(app: &App, account: &Account, no: i64) -> Result<StoredCase, Problem> {
    let scope = Scope::of(account, app.rules());
    let found = app.store().case(no)?.filter(|stored| scope.sees_case(&stored.case));
    found.ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            format!("没有第 {no} 号事项，或者您无权查看。"),
            format!("There is no case {no}, or it is not yours to see."),
        )
    })
}

/// A case that the reader may see or, having raised it or handed it on, follow. Errors: 404 alike as in [`seen`].
fn seen_or_followed(app: &App, account: &Account, no: i64) -> Result<StoredCase, Problem> {
    let found = seen(app, account, no);
    let is_official = !Scope::of(account, app.rules()).own_only();
    if found.is_err() && is_official && app.store().follows(&account.name, no)? {
        return app.store().case(no)?.map_or(found, Ok);
    }
    found
}

/// What is shown of a case to who only follows it: where it stands, with whom, by when, and what happened; in words only
/// what they wrote themselves.
fn followed_page(app: &App, account: &Account, stored: &StoredCase) -> Result<CasePage, Problem> {
    let (case, scope) = (&stored.case, Scope::of(account, app.rules()));
    let mut steps = app.store().case_steps(stored.no)?;
    let is_own = |step: &StoredStep| step.actor == account.name;
    let raised = steps.first().is_some_and(is_own);
    // What the offices say among themselves stays with them.
    steps.retain(|step| is_own(step) || !matches!(step.step, Step::Noted { .. }));
    let lines = steps.iter().map(|step| {
        let line = StepLine::new(app, step);
        if is_own(step) { line } else { StepLine { words: None, ..line } }
    });
    app.read(app.today(), |view| {
        Ok(CasePage {
            line: CaseLine::of(view, &scope, stored, app.now()),
            words: case.opening.words.clone().filter(|_| raised),
            place: None,
            beneficiary: None,
            filing: None,
            files: vec![],
            claimed: None,
            claim: None,
            helping: case.helping.iter().map(|office| OfficeShape::new(&app.rules().city, office)).collect(),
            term: term_words(case.opening.term),
            basis: None,
            said: None,
            followed: true,
            ending: case.ending.as_ref().map(ending_words),
            by_hand: vec![],
            may_exempt: false,
            steps: lines.clone().collect(),
            actions: vec![],
            officers: vec![],
            similar: vec![],
        })
    })
}

/// Everything of a case that an account may see, and what it may do next.
pub fn page(app: &App, account: &Account, stored: &StoredCase) -> Result<CasePage, Problem> {
    let now = app.now();
    let scope = Scope::of(account, app.rules());
    if !scope.sees_case(&stored.case) {
        return followed_page(app, account, stored);
    }
    let steps = app.store().case_steps(stored.no)?;
    let actions = actions(app, account, stored, &steps);
    let officers =
        if actions.contains(&CaseActionName::Assign) { officers(app, &stored.case)? } else { vec![] };
    let (case, opening) = (&stored.case, &stored.case.opening);
    let city = &app.rules().city;
    let similar =
        if actions.contains(&CaseActionName::Merge) { similar(app, &scope, stored)? } else { vec![] };
    app.read(app.today(), |view| {
        let duty = opening.duty.as_ref();
        let version = duty.and_then(|id| view.rules.duties.iter().rfind(|version| version.duty.id == *id));
        let clock = view.rules.casework.as_ref().and_then(|casework| {
            casework.clocks.iter().find(|clock| duty.is_none() && clock.term == opening.term)
        });
        let basis = version.map(|version| &version.duty.basis).or_else(|| clock.map(|clock| &clock.basis));
        let place = version.zip(opening.about.as_ref()).and_then(|(duty, about)| {
            let row = view.snapshot.row(duty.kind, about.id.as_str())?;
            Some(ExemptionPlace { duty, kind: duty.kind, row })
        });
        let filed = opening.filing.as_ref().and_then(|filing| {
            let form = view.rules.forms.iter().find(|form| form.form.kind == filing.kind)?;
            Some((form, view.snapshot.row(form.kind, filing.id.as_str())?))
        });
        let claim = filed.and_then(|filed| Claim::of(view, filed));
        let claimed = claim.as_ref().and_then(|claim| {
            let duty = view.duty(&claim.duty)?;
            Some(ExemptionPlace {
                duty,
                kind: duty.kind,
                row: view.snapshot.row(duty.kind, &claim.record.id)?,
            })
        });
        let place = place.or(claimed);
        let (mut by_hand, mut may_exempt) = (vec![], false);
        // Whoever helps with a case, or is served by its duty, need not see what is said of its record.
        let sees = |place: &ExemptionPlace<'_>| {
            scope.acts_on(case) || scope.sees_record(view.snapshot, place.kind, place.row)
        };
        if let Some(place) = place.filter(sees) {
            by_hand = app.exemptions_of(account, view, place)?;
            may_exempt = case.is_live() && app.may_exempt_now(account, view, place)?;
        }
        // What the offices say among themselves is no firm's to read.
        let shown = steps.iter().filter(|step| {
            !scope.own_only() || !matches!(step.step, Step::Noted { .. } | Step::Assigned { .. })
        });
        Ok(CasePage {
            line: CaseLine::new(view, stored, now),
            words: opening.words.clone(),
            place: opening.place.as_ref().map(|place| PlaceShape {
                lon: place.point.map(|point| point.lon),
                lat: place.point.map(|point| point.lat),
                address: place.address.clone(),
            }),
            beneficiary: opening
                .beneficiary
                .as_ref()
                .map(|party| view.line_of(party.kind.as_str(), party.id.as_str())),
            filing: opening
                .filing
                .as_ref()
                .map(|filing| view.line_of(filing.kind.as_str(), filing.id.as_str())),
            files: filed.map(|filed| view.files_of(filed)).unwrap_or_default(),
            claimed: view.claimed(stored),
            claim,
            helping: case.helping.iter().map(|office| OfficeShape::new(city, office)).collect(),
            term: term_words(opening.term),
            basis: basis.map(Basis::from),
            said: case.said.as_ref().map(SaidShape::from),
            followed: false,
            ending: case.ending.as_ref().map(|ending| why_ended(ending, &steps, &by_hand)),
            by_hand,
            may_exempt,
            steps: shown.map(|step| StepLine::new(app, step)).collect(),
            actions: actions.clone(),
            officers: officers.clone(),
            similar: similar.clone(),
        })
    })
}

/// Why a case ended; where that is an exemption by hand, for what it was given and by whom.
fn why_ended(ending: &Ending, steps: &[StoredStep], by_hand: &[Exemption]) -> Words {
    let words = ending_words(ending);
    let closed = steps.iter().rfind(|step| matches!(step.step, Step::Closed(_)));
    let Some(on) = closed.map(|step| day_of(step.at)).filter(|_| *ending == Ending::Exempt) else {
        return words;
    };
    let before = |given: &&Exemption| given.given_on.is_some_and(|given_on| given_on <= on);
    let Some(given) = by_hand.iter().find(before) else { return words };
    let (label, by) = (&given.label, given.given_by.as_deref().unwrap_or_default());
    Words::new(
        format!("{}：{}（{by} 登记，编号 {}）", words.zh, label.zh, given.number),
        format!("{}: {} (given by {by}, number {})", words.en, label.en, given.number),
    )
}

impl From<&Said> for SaidShape {
    fn from(said: &Said) -> Self {
        Self {
            answered: said.answered,
            solved: said.solved,
            satisfied: said.satisfied,
            words: said.words.clone(),
        }
    }
}

impl StepLine {
    fn new(app: &App, stored: &StoredStep) -> Self {
        let city = &app.rules().city;
        let name = |office| OfficeShape::new(city, office).name;
        let to = |zh: &str, en: &str, office| {
            let name = name(office);
            Words::new(format!("{zh}{}", name.zh), format!("{en} {}", name.en))
        };
        let (what, words) = match &stored.step {
            Step::Opened(opening) => (to("立项，交", "opened, with", &opening.office), opening.words.clone()),
            Step::Accepted => (Words::new("签收", "taken up"), None),
            Step::Assigned { officer: Some(officer) } => {
                (Words::new(format!("交 {officer} 办理"), format!("given to {officer}")), None)
            }
            Step::Assigned { officer: None } => {
                (Words::new("取消承办人", "given to nobody in particular"), None)
            }
            Step::HandedBack { why, to: office } => {
                (to("退回，交", "handed back, to", office), Some(why.clone()))
            }
            Step::Routed { why, to: office } => (to("转交", "sent on to", office), Some(why.clone())),
            Step::Escalated { why, to: office } => (to("上报", "sent up to", office), Some(why.clone())),
            Step::WentUp { waited, term, to: office } => {
                let (name, term) = (name(office), term_words(*term));
                let (zh, en) = match waited {
                    Waited::Untaken => ("无人签收，自动上报", "nobody took it within"),
                    Waited::Overdue => ("超期未答复，自动上报", "overdue for"),
                };
                let words = Words::new(
                    format!("{}{zh}{}", term.zh, name.zh),
                    format!("{en} {}: went up by itself to {}", term.en, name.en),
                );
                (words, None)
            }
            Step::Moved { to: office } => {
                (to("登记的区域已变更，转", "the record lies elsewhere now: moved to", office), None)
            }
            Step::Joined { office } => (to("协办：", "helped by", office), None),
            Step::Paused { why } => (Words::new("暂停计时", "clock stopped"), Some(why.clone())),
            Step::Resumed { due_at } => {
                let on = due_on(*due_at);
                (Words::new(format!("恢复计时，{on} 到期"), format!("clock goes on, due on {on}")), None)
            }
            Step::Refused { why } => (Words::new("不予同意", "refused"), Some(why.clone())),
            Step::Answered { words } => (Words::new("答复", "answered"), Some(words.clone())),
            Step::Said { said, .. } => (said_words(said), said.words.clone()),
            Step::Noted { words } => (Words::new("备注", "noted"), Some(words.clone())),
            Step::Closed(ending) => {
                let why = ending_words(ending);
                (Words::new(format!("办结：{}", why.zh), format!("closed: {}", why.en)), None)
            }
            Step::Reopened { why, .. } => (Words::new("重新办理", "reopened"), Some(why.clone())),
        };
        Self { seq: stored.seq, at: stored.at, actor: stored.actor.clone(), what, words }
    }
}

fn said_words(said: &Said) -> Words {
    let (zh, en) = if said.solved { ("已解决", "solved") } else { ("没有解决", "not solved") };
    let (zh_more, en_more) = match said.satisfied {
        None => ("", ""),
        Some(true) => ("，满意", ", satisfied"),
        Some(false) => ("，不满意", ", not satisfied"),
    };
    Words::new(format!("受益人：{zh}{zh_more}"), format!("the beneficiary: {en}{en_more}"))
}

/// Accounts that could have a case.
pub fn officers(app: &App, case: &Case) -> Result<Vec<String>, Problem> {
    let accounts = app.store().officers()?.into_iter().filter(|account| {
        !account.closed
            && ActOnCases::ROLES.contains(&account.role)
            && Scope::of(account, app.rules()).acts_on(case)
    });
    Ok(accounts.map(|account| account.name).collect())
}

/// One case: who has it, by when, everything that happened, and what may be done next.
#[utoipa::path(get, path = "/api/cases/{no}", tag = "cases", params(("no" = i64, Path)),
    responses((status = 200, body = CasePage), (status = 304), Problem))]
pub async fn case(
    State(app): State<App>,
    account: May<ReadCases>,
    headers: HeaderMap,
    Path(no): Path<i64>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let stored = seen_or_followed(app, &account, no)?;
        tagged(&headers, &page(app, &account, &stored)?)
    })
    .await
}

/// Raises a problem: it becomes a case with an owner and a deadline at once.
#[utoipa::path(post, path = "/api/cases", tag = "cases", request_body = CaseReport,
    responses((status = 201, body = CasePage), Problem))]
pub async fn open_case(
    State(app): State<App>,
    account: May<OpenCases>,
    Body(report): Body<CaseReport>,
) -> Result<(StatusCode, Json<CasePage>), Problem> {
    app.blocking(move |app| {
        let opening = opening(app, &account, &report)?;
        let event = app.case_event(&account.name, json!({"action": "raise"}));
        let moved =
            app.store().move_cases(event, CaseMoves { open: vec![opening], ..CaseMoves::default() })?;
        let no = moved.opened.first().copied().flatten();
        let no = no.ok_or_else(|| Problem::internal(&"a report was passed over"))?;
        let stored = app.store().case(no)?.ok_or_else(|| Problem::not_found("case"))?;
        Ok((StatusCode::CREATED, Json(page(app, &account, &stored)?)))
    })
    .await
}

fn opening(app: &App, account: &Account, report: &CaseReport) -> Result<Opening, Problem> {
    let casework = app.casework()?;
    let city = &app.rules().city;
    let scope = Scope::of(account, app.rules());
    let kind = casework
        .kind(&report.kind)
        .ok_or_else(|| Problem::field("kind", "没有这种事项。", "There is no such kind of case."))?;
    let clock = report.clock.as_deref().unwrap_or(&kind.clock);
    let clock = casework
        .clock(clock)
        .ok_or_else(|| Problem::field("clock", "没有这种时限。", "There is no such clock."))?;
    let words = checked_words(report.words.as_str())?;
    let own = account.record.as_ref().filter(|_| scope.own_only());
    let about = match (own, &report.about) {
        (Some((kind, id)), _) => Some(PartyRef { kind: kind.clone(), id: id.clone() }),
        (None, Some(about)) => {
            Some(PartyRef { kind: about.kind.as_str().into(), id: about.id.as_str().into() })
        }
        (None, None) => None,
    };
    let mut place = None;
    if let Some(about) = &about {
        place = app.read(app.today(), |view| {
            let (kind, row) = scope.find(view.snapshot, about.kind.as_str(), about.id.as_str())?;
            Ok(view.snapshot.pass.area(kind, row).map(str::to_owned))
        })?;
    }
    let area = match report.area.as_deref().filter(|_| own.is_none()).filter(|area| !area.is_empty()) {
        Some(asked) => scope.area(Some(asked))?,
        None => place.or(scope.area(None)?),
    };
    let area = area.filter(|code| city.areas.get(code).is_some()).map(AreaCode::from);
    let area = area.or_else(|| city.areas.iter().next().map(|area| area.code.clone()));
    let area = area.ok_or_else(|| Problem::field("area", "请选择区域。", "Choose an area."))?;
    Ok(Opening {
        filing: None,
        claims: None,
        kind: kind.id.clone(),
        duty: None,
        beneficiary: about.clone(),
        about,
        bearer: None,
        office: casework.office(kind.id.as_str(), &area, &city.areas),
        words: Some(words),
        place: None,
        term: clock.term,
        due_at: clock.term.ends_at(app.now(), &city.calendar),
    })
}
