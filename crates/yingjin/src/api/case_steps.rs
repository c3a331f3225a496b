//! Acting on cases: which steps an account may take, one by one or in bulk, and the link that asks the beneficiary.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::case::{Said, State as Stands, Step};
use model::event::EventType;
use model::{Case, Lang};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, CaseMoves, Role, StoredCase, StoredStep};
use utoipa::ToSchema;

use super::app::App;
use super::cases::{CasePage, SaidShape, due_on, officers, page, seen};
use super::extract::{Body, Path};
use super::problem::{Kind, Problem};
use super::records::checked_reason;
use super::right::{ActOnCases, May, ReadCases, Right};
use super::scope::Scope;
use super::words::Words;

/// What may be done to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CaseActionName {
    /// Take it up and have it.
    Take,
    /// Give it to a person, or to nobody in particular.
    Assign,
    /// Say what was done; the beneficiary is asked.
    Answer,
    /// Say no to what a claim asks for, and why; the beneficiary is asked.
    Refuse,
    /// Say that it is not ours: to the area's office the first time, up the second.
    HandBack,
    /// Send it on to another department.
    Route,
    /// Let another department help.
    Join,
    /// Stop the clock.
    Pause,
    /// Let the clock go on.
    Resume,
    /// Leave a word.
    Note,
    /// End it: the beneficiary was asked and did not say in time.
    Close,
    /// End it: it is the same as another.
    Merge,
    /// Take it back, by whoever raised it.
    Withdraw,
    /// Say how it went, by the beneficiary.
    Say,
}

/// Something to be done to a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseAction {
    /// What.
    pub action: CaseActionName,
    /// The reason, the answer, the words.
    #[serde(default)]
    pub words: Option<String>,
    /// To whom, for `assign`; nobody in particular where it is left out.
    #[serde(default)]
    pub officer: Option<String>,
    /// To which department, for `route` and `join`.
    #[serde(default)]
    pub department: Option<String>,
    /// In which area, for `route` and `join`; that of the office unless said.
    #[serde(default)]
    pub area: Option<String>,
    /// Into which case, for `merge`.
    #[serde(default)]
    pub into: Option<i64>,
    /// How it went, for `say`.
    #[serde(default)]
    pub said: Option<SaidShape>,
}

/// Things to be done to cases, each by itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CaseActions {
    /// At most 500.
    pub items: Vec<CaseActionOn>,
}

/// Something to be done to one case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseActionOn {
    /// The case.
    pub no: i64,
    /// What.
    #[serde(flatten)]
    pub action: CaseAction,
}

/// What became of [`CaseActions`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseActionsDone {
    /// How many were done.
    pub done: u64,
    /// Those that were not, and why.
    pub refused: Vec<CaseRefusal>,
    /// What takes back those that can be taken back.
    pub undo: Vec<CaseActionOn>,
}

/// A case to which something could not be done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseRefusal {
    /// The case.
    pub no: i64,
    /// Why not.
    pub why: Words,
}

/// A link by which the beneficiary is asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseLink {
    /// The path of the page. Shown once: only a digest of it is kept.
    pub path: String,
}

/// The most cases of one bulk action.
const BULK_MAX: usize = 500;
/// The most characters of words.
const WORDS_MAX_CHARS: usize = 2_000;

/// What a reader may do to a case now.
pub fn actions(
    app: &App,
    account: &Account,
    stored: &StoredCase,
    steps: &[StoredStep],
) -> Vec<CaseActionName> {
    use CaseActionName::{
        Answer, Assign, Close, HandBack, Join, Merge, Note, Pause, Refuse, Resume, Route, Say, Take, Withdraw,
    };
    let case = &stored.case;
    let is_gap = case.opening.duty.is_some();
    let mut actions = Vec::new();
    if works_on(app, account, case) {
        let has_it = case.officer.as_deref() == Some(account.name.as_str());
        if case.state.waits_for_office() {
            if !has_it || case.state != Stands::Accepted {
                actions.push(Take);
            }
            actions.push(Answer);
            if case.opening.claims.is_some() {
                actions.push(Refuse);
            }
            actions.extend([HandBack, Route, Join]);
            actions.push(if case.paused_at.is_some() { Resume } else { Pause });
        }
        actions.push(Assign);
        actions.push(Note);
        if !is_gap {
            if case.state == Stands::Answered {
                actions.push(Close);
            }
            actions.push(Merge);
        }
    }
    let raised_by = steps.first().map(|step| step.actor.as_str());
    if case.is_live() && !is_gap && raised_by == Some(account.name.as_str()) {
        actions.push(Withdraw);
    }
    if case.state == Stands::Answered && account.role == Role::Firm && is_beneficiary(account, case) {
        actions.push(Say);
    }
    actions
}

/// Whether a reader may do what the office of a live case may do: take it, give it to somebody, leave a word.
pub fn works_on(app: &App, account: &Account, case: &Case) -> bool {
    let is_theirs = || Scope::of(account, app.rules()).acts_on(case);
    case.is_live() && ActOnCases::ROLES.contains(&account.role) && is_theirs()
}

fn is_beneficiary(account: &Account, case: &Case) -> bool {
    let own = account.record.as_ref();
    let served = case.opening.beneficiary.as_ref();
    own.zip(served).is_some_and(|((kind, id), served)| *kind == served.kind && *id == served.id)
}

/// Words as they are kept. Errors: none, or too many.
pub fn checked_words(words: &str) -> Result<String, Problem> {
    let words = words.trim();
    if (1..=WORDS_MAX_CHARS).contains(&words.chars().count()) {
        return Ok(words.to_owned());
    }
    Err(Problem::field(
        "words",
        "请写明情况（2000字以内）。",
        "Say what it is about, in at most 2,000 characters.",
    ))
}

/// Does something to a case.
#[utoipa::path(post, path = "/api/cases/{no}/steps", tag = "cases", params(("no" = i64, Path)), request_body = CaseAction,
    responses((status = 200, body = CasePage), Problem))]
pub async fn act_on_case(
    State(app): State<App>,
    account: May<ReadCases>,
    Path(no): Path<i64>,
    Body(action): Body<CaseAction>,
) -> Result<Json<CasePage>, Problem> {
    app.blocking(move |app| {
        act(app, &account, no, &action)?;
        // It may have gone to an office that this reader does not see: they may still see that it did.
        let stored = app.store().case(no)?.ok_or_else(|| Problem::not_found("case"))?;
        Ok(Json(page(app, &account, &stored)?))
    })
    .await
}

/// Does things to many cases, each by itself: what cannot be done to one does not stop the others.
#[utoipa::path(post, path = "/api/cases/steps", tag = "cases", request_body = CaseActions,
    responses((status = 200, body = CaseActionsDone), Problem))]
pub async fn act_on_cases(
    State(app): State<App>,
    account: May<ActOnCases>,
    Body(request): Body<CaseActions>,
) -> Result<Json<CaseActionsDone>, Problem> {
    if request.items.len() > BULK_MAX {
        return Err(Problem::field("items", "一次最多处理500件。", "At most 500 cases at once."));
    }
    app.blocking(move |app| {
        let mut result = CaseActionsDone { done: 0, refused: vec![], undo: vec![] };
        for CaseActionOn { no, action } in &request.items {
            match act(app, &account, *no, action) {
                Ok(before) => {
                    result.done += 1;
                    result.undo.extend(undo(action, &before).map(|action| CaseActionOn { no: *no, action }));
                }
                Err(problem) if problem.status().is_client_error() => {
                    let says = |lang| problem.document(lang).detail;
                    result
                        .refused
                        .push(CaseRefusal { no: *no, why: Words::new(says(Lang::Zh), says(Lang::En)) });
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(Json(result))
    })
    .await
}

/// What takes an action back, as far as it can be: what was said cannot.
fn undo(action: &CaseAction, before: &Case) -> Option<CaseAction> {
    let plain = |action| CaseAction {
        action,
        words: None,
        officer: None,
        department: None,
        area: None,
        into: None,
        said: None,
    };
    match action.action {
        CaseActionName::Take | CaseActionName::Assign => {
            Some(CaseAction { officer: before.officer.clone(), ..plain(CaseActionName::Assign) })
        }
        CaseActionName::Pause => Some(plain(CaseActionName::Resume)),
        _ => None,
    }
}

/// Does one thing to one case. Returns the case as it was before.
fn act(app: &App, account: &Account, no: i64, action: &CaseAction) -> Result<Case, Problem> {
    let stored = seen(app, account, no)?;
    let allowed = actions(app, account, &stored, &app.store().case_steps(no)?);
    if !allowed.contains(&action.action) {
        return Err(not_now(app, account, &stored.case));
    }
    let steps = steps(app, account, (no, &stored.case), action)?;
    let event = app.case_event(&account.name, json!({"case": no, "action": action.action}));
    let steps = steps.into_iter().map(|step| (no, step)).collect();
    app.store().move_cases(event, CaseMoves { steps, ..CaseMoves::default() })?;
    Ok(stored.case)
}

/// Why something cannot be done now: it is another's, or it stands elsewhere by now.
fn not_now(app: &App, account: &Account, case: &Case) -> Problem {
    if !Scope::of(account, app.rules()).acts_on(case) || !ActOnCases::ROLES.contains(&account.role) {
        return Problem::forbidden();
    }
    if case.opening.duty.is_some() && case.is_live() {
        return Problem::new(
            Kind::Conflict,
            "应尽未尽事项不能这样办理：登记落实凭据，或登记免尽并附证明，会自动办结。",
            "The gap of a duty does not go this way: it ends by itself when evidence or an exemption is on record.",
        );
    }
    let label = model::case::Refusal::State(case.state).label();
    Problem::new(Kind::Conflict, label.zh, label.en)
}

fn steps(
    app: &App,
    account: &Account,
    (no, case): (i64, &Case),
    action: &CaseAction,
) -> Result<Vec<Step>, Problem> {
    let casework = app.casework()?;
    let (city, now) = (&app.rules().city, app.now());
    let words = || checked_words(action.words.as_deref().unwrap_or_default());
    let reason = || checked_reason(action.words.as_deref().unwrap_or_default());
    Ok(match action.action {
        CaseActionName::Take => {
            let mut steps = Vec::new();
            if case.officer.as_deref() != Some(account.name.as_str()) {
                steps.push(Step::Assigned { officer: Some(account.name.clone()) });
            }
            if case.state != Stands::Accepted {
                steps.push(Step::Accepted);
            }
            steps
        }
        CaseActionName::Assign => {
            let officer = action.officer.clone().filter(|officer| !officer.is_empty());
            if let Some(officer) = &officer
                && !officers(app, case)?.contains(officer)
            {
                return Err(Problem::field(
                    "officer",
                    "此人不能办理这个单位的事项。",
                    "That person cannot have cases of this office.",
                ));
            }
            vec![Step::Assigned { officer }]
        }
        CaseActionName::Answer => vec![Step::Answered { words: words()? }],
        CaseActionName::Refuse => vec![Step::Refused { why: reason()? }],
        CaseActionName::HandBack => {
            let (area_office, above) =
                (casework.area_office(&case.office.area), casework.above(&case.office.area, &city.areas));
            // What the area's own office does not take goes up.
            let step = if case.office == area_office {
                Step::Escalated { why: reason()?, to: above }
            } else {
                case.refused(reason()?, area_office, above)
            };
            vec![step]
        }
        CaseActionName::Route => vec![Step::Routed { why: reason()?, to: department(app, case, action)? }],
        CaseActionName::Join => vec![Step::Joined { office: department(app, case, action)? }],
        CaseActionName::Pause => vec![Step::Paused { why: reason()? }],
        CaseActionName::Resume => {
            let stood = model::term::Standstill { from: case.paused_at.unwrap_or(now), to: now };
            vec![Step::Resumed { due_at: case.opening.term.moved(case.due_at, &stood, &city.calendar) }]
        }
        CaseActionName::Note => vec![Step::Noted { words: words()? }],
        CaseActionName::Close => {
            let silence = casework.clock(&casework.silence).map_or(case.opening.term, |clock| clock.term);
            let until = silence.ends_at(case.answered_at.unwrap_or(now), &city.calendar);
            if until > now {
                let on = due_on(until);
                return Err(Problem::new(
                    Kind::Conflict,
                    format!("受益人在 {on} 之前还可以作答，之后才能按未作答办结。"),
                    format!(
                        "The beneficiary has until {on} to say how it went; it can be closed after that."
                    ),
                ));
            }
            vec![Step::Closed(model::case::Ending::Silent)]
        }
        CaseActionName::Merge => {
            let into = action.into.filter(|into| *into != no).ok_or_else(|| {
                Problem::field("into", "请填写要并入的事项编号。", "Give the number of another case.")
            })?;
            let other = seen(app, account, into)?;
            if !other.case.is_live() || other.case.opening.duty.is_some() {
                return Err(Problem::field(
                    "into",
                    "要并入的事项已经办结，或是应尽未尽事项。",
                    "That case has ended, or it is the gap of a duty.",
                ));
            }
            vec![Step::Closed(model::case::Ending::Merged { into })]
        }
        CaseActionName::Withdraw => vec![Step::Closed(model::case::Ending::Withdrawn)],
        CaseActionName::Say => {
            let said = action
                .said
                .as_ref()
                .ok_or_else(|| Problem::field("said", "请回答三个问题。", "Answer the three questions."))?;
            said_steps(app, case, said)?
        }
    })
}

/// A department of the city, in the area of the case's office or in another.
fn department(app: &App, case: &Case, action: &CaseAction) -> Result<model::case::Office, Problem> {
    let asked = action.department.as_deref().unwrap_or_default();
    let found = app.rules().city.departments.iter().find(|department| department.id.as_str() == asked);
    let found = found
        .ok_or_else(|| Problem::field("department", "请选择部门。", "Choose a department of the city."))?;
    let area = match action.area.as_deref().filter(|area| !area.is_empty()) {
        None => case.office.area.clone(),
        Some(area) => match app.rules().city.areas.get(area) {
            Some(area) => area.code.clone(),
            None => return Err(Problem::field("area", "请选择区域。", "Choose an area of the city.")),
        },
    };
    Ok(model::case::Office { department: found.id.clone(), area })
}

/// The steps that follow from what the beneficiary says: a dispute gives the office its time anew; a problem that is
/// solved ends, while the gap of a duty waits for its evidence.
pub fn said_steps(app: &App, case: &Case, said: &SaidShape) -> Result<Vec<Step>, Problem> {
    let words = said.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let words = words.map(checked_words).transpose()?;
    let due_at = case.opening.term.ends_at(app.now(), &app.rules().city.calendar);
    let is_over = said.solved && case.opening.duty.is_none();
    let said = Said { answered: said.answered, solved: said.solved, satisfied: said.satisfied, words };
    let due_at = (!said.solved).then_some(due_at);
    let mut steps = vec![Step::Said { said, due_at }];
    if is_over {
        steps.push(Step::Closed(model::case::Ending::Confirmed));
    }
    Ok(steps)
}

/// Makes a link by which the beneficiary is asked without an account. That it was made, and by whom, is a step.
#[utoipa::path(post, path = "/api/cases/{no}/link", tag = "cases", params(("no" = i64, Path)),
    responses((status = 201, body = CaseLink), Problem))]
pub async fn link_case(
    State(app): State<App>,
    account: May<ActOnCases>,
    Path(no): Path<i64>,
) -> Result<(StatusCode, Json<CaseLink>), Problem> {
    app.blocking(move |app| {
        let stored = seen(app, &account, no)?;
        if !Scope::of(&account, app.rules()).acts_on(&stored.case) {
            return Err(Problem::forbidden());
        }
        if stored.case.state != Stands::Answered {
            return Err(Problem::new(
                Kind::Conflict,
                "答复之后才能征询受益人。",
                "The beneficiary is asked after an answer was given.",
            ));
        }
        let token = crate::account::new_token();
        let made = Step::Noted {
            words: "征询链接已生成 · a link to ask the beneficiary was made".to_owned(),
        };
        let event = app.case_event(&account.name, json!({"case": no, "action": "link"}));
        app.store().move_cases(event, CaseMoves { steps: vec![(no, made)], ..CaseMoves::default() })?;
        app.store().make_case_link(&crate::account::token_hash(&token), no, (&account.name, app.now()))?;
        Ok((StatusCode::CREATED, Json(CaseLink { path: format!("/ask/{token}") })))
    })
    .await
}

impl App {
    /// An event of cases, at the instant by which their clocks are read.
    pub fn case_event(&self, actor: &str, summary: serde_json::Value) -> model::event::Event {
        model::event::Event {
            event_type: EventType::Case,
            at: self.now(),
            on: self.today(),
            actor: actor.to_owned(),
            synthetic: false,
            summary,
        }
    }
}
