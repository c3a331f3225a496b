//! How the city works on cases: kinds, clocks, the words that answers begin with.

use axum::Json;
use axum::extract::State;
use model::case::{Ending, Office, State as CaseStateOf};
use model::casework::GAP;
use model::{Casework, Term};
use rules::ruleset::City;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::App;
use super::exemptions::ExemptionRules;
use super::problem::{Kind, Problem};
use super::right::{May, SignIn};
use super::words::{Basis, Words};

/// What the city folder says of cases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseworkShape {
    /// Kinds of case, the gap of a duty first.
    pub kinds: Vec<CaseKindShape>,
    /// Times for an answer.
    pub clocks: Vec<ClockShape>,
    /// Words that answers begin with.
    pub templates: Vec<TemplateShape>,
    /// How a record may be exempted by hand; none where nobody may.
    pub exemption: Option<ExemptionRules>,
}

/// A kind of case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseKindShape {
    /// `labour`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// Its clock; none for the gap of a duty, whose time the duty gives.
    pub clock: Option<String>,
}

/// The time for an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClockShape {
    /// `urgent`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// How long, in words.
    pub term: Words,
    /// The document that sets it.
    pub basis: Basis,
}

/// Words that an answer begins with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TemplateShape {
    /// `sent-on`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// The words.
    pub text: Words,
    /// The kinds of case it is for; all where none is named.
    pub kinds: Vec<String>,
}

/// A department of an area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfficeShape {
    /// The department.
    pub department: String,
    /// The area.
    pub area: String,
    /// What people call it.
    pub name: Words,
}

/// Where a case stands. Overdue is no state: it is a fact of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CaseState {
    /// With an office that has not taken it up.
    Open,
    /// Taken up.
    Accepted,
    /// Answered; the beneficiary is asked.
    Answered,
    /// The beneficiary says that it is solved.
    Confirmed,
    /// The beneficiary says that it is not.
    Disputed,
    /// Ended.
    Closed,
}

impl From<CaseStateOf> for CaseState {
    fn from(state: CaseStateOf) -> Self {
        match state {
            CaseStateOf::Open => Self::Open,
            CaseStateOf::Accepted => Self::Accepted,
            CaseStateOf::Answered => Self::Answered,
            CaseStateOf::Confirmed => Self::Confirmed,
            CaseStateOf::Disputed => Self::Disputed,
            CaseStateOf::Closed => Self::Closed,
        }
    }
}

impl From<CaseState> for CaseStateOf {
    fn from(state: CaseState) -> Self {
        match state {
            CaseState::Open => Self::Open,
            CaseState::Accepted => Self::Accepted,
            CaseState::Answered => Self::Answered,
            CaseState::Confirmed => Self::Confirmed,
            CaseState::Disputed => Self::Disputed,
            CaseState::Closed => Self::Closed,
        }
    }
}

impl OfficeShape {
    /// An office as people call it: within the city by its area and its own name there.
    pub fn new(city: &City, office: &Office) -> Self {
        let department = city.departments.iter().find(|department| department.id == office.department);
        let area = city.areas.get(office.area.as_str());
        let id = office.department.as_str();
        let name = match (department, area) {
            (None, _) => Words::new(id, id),
            (Some(department), Some(area)) if area.parent.is_some() => {
                let own = department.branch.as_ref().unwrap_or(&department.name);
                Words::new(format!("{}{}", area.name.zh, own.zh), format!("{}, {}", own.en, area.name.en))
            }
            (Some(department), _) => Words::from(&department.name),
        };
        Self { department: id.to_owned(), area: office.area.to_string(), name }
    }
}

/// A term in words.
pub fn term_words(term: Term) -> Words {
    match term {
        Term::Hours(hours) => Words::new(format!("{hours} 小时"), format!("{hours} hours")),
        Term::Days(days) => Words::new(format!("{days} 天"), format!("{days} days")),
        Term::WorkingDays(days) => Words::new(format!("{days} 个工作日"), format!("{days} working days")),
    }
}

/// Why a case ended, in words.
pub fn ending_words(ending: &Ending) -> Words {
    match ending {
        Ending::Met => Words::new("凭据显示已经落实", "evidence shows that it was done"),
        Ending::Exempt => Words::new("已登记免除理由", "an exemption is on record"),
        Ending::Granted => Words::new("申请事项已经办成", "what was asked for has come about"),
        Ending::Lapsed => Words::new("不再属于应尽事项", "it is owed no longer"),
        Ending::Confirmed => Words::new("受益人确认已解决", "the beneficiary says that it is solved"),
        Ending::Silent => Words::new("期满受益人未作答", "the beneficiary did not say in time"),
        Ending::Withdrawn => Words::new("提出人撤回", "whoever raised it took it back"),
        Ending::Merged { into } => {
            Words::new(format!("并入第 {into} 号事项"), format!("merged into case {into}"))
        }
    }
}

impl App {
    /// What the city says of cases. Errors: it says nothing of them.
    pub fn casework(&self) -> Result<&Casework, Problem> {
        self.rules().casework.as_ref().ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "城市文件夹里没有 cases.toml，本市不办理事项。",
                "The city folder has no cases.toml, so the city has no cases.",
            )
        })
    }
}

/// Kinds of case, times for an answer, words that answers begin with.
#[utoipa::path(get, path = "/api/casework", tag = "cases", responses((status = 200, body = CaseworkShape), Problem))]
pub async fn casework(State(app): State<App>, _account: May<SignIn>) -> Result<Json<CaseworkShape>, Problem> {
    let casework = app.casework()?;
    let gap = CaseKindShape { id: GAP.to_owned(), label: Words::from(&casework.label(GAP)), clock: None };
    let kinds = casework.kinds.iter().map(|kind| CaseKindShape {
        id: kind.id.to_string(),
        label: Words::from(&kind.label),
        clock: Some(kind.clock.clone()),
    });
    Ok(Json(CaseworkShape {
        kinds: std::iter::once(gap).chain(kinds).collect(),
        clocks: casework
            .clocks
            .iter()
            .map(|clock| ClockShape {
                id: clock.id.clone(),
                label: Words::from(&clock.label),
                term: term_words(clock.term),
                basis: Basis::from(&clock.basis),
            })
            .collect(),
        exemption: casework
            .exemption
            .as_ref()
            .map(|exemption| ExemptionRules::new(exemption, app.settings.file_bytes)),
        templates: casework
            .templates
            .iter()
            .map(|template| TemplateShape {
                id: template.id.clone(),
                label: Words::from(&template.label),
                text: Words::from(&template.text),
                kinds: template.kinds.iter().map(ToString::to_string).collect(),
            })
            .collect(),
    }))
}
