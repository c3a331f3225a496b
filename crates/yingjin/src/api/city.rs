//! The city itself: its areas, offices and kinds of record.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use model::FactType;
use model::value::TextFormat;
use rules::ruleset::RuleSet;
use serde::Serialize;
use store::Store;
use utoipa::ToSchema;

use super::app::App;
use super::etag::tagged;
use super::problem::Problem;
use super::right::{May, ReadLists, Right, SignIn};
use super::words::Words;
use crate::account::{DEMO_PASSWORD, is_demo};

/// The city, and what its register holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct City {
    /// `xuchang`
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Its areas, the city itself first.
    pub areas: Vec<AreaShape>,
    /// Its offices.
    pub departments: Vec<DepartmentShape>,
    /// Its kinds of record.
    pub kinds: Vec<KindShape>,
    /// The day that pages open with.
    pub today: NaiveDate,
    /// The version of the rules in force: a digest of the city folder.
    pub version: String,
    /// What the register holds; only for those who may read lists.
    pub register: Option<Register>,
    /// Whether the register holds anything made up: every page says so.
    pub synthetic: bool,
    /// The sample accounts; only from a server that was told that it is a demonstration.
    pub demo: Option<Demo>,
}

/// Accounts for trying things out, whose password is no secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Demo {
    /// Their names.
    pub accounts: Vec<String>,
    /// The password of each.
    pub password: String,
}

/// An area of the city.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaShape {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// The area it lies in.
    pub parent: Option<String>,
    /// People who live there.
    pub population: Option<u64>,
}

/// An office of the city.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DepartmentShape {
    /// `hrss`
    pub id: String,
    /// Its name.
    pub name: Words,
}

/// A kind of record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KindShape {
    /// `firm`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// The facts that identify a record in a sheet.
    pub key: Vec<String>,
    /// The fact shown as a record's name.
    pub name: Option<String>,
    /// Its facts.
    pub facts: Vec<FactShape>,
    /// How many records the register holds, as of today; only for those who may read lists.
    pub count: Option<u64>,
}

/// A fact of a kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactShape {
    /// `staff`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// Its type.
    #[serde(rename = "type")]
    pub fact_type: FactTypeName,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// The values it may take, for codes.
    pub options: Vec<OptionShape>,
    /// The kind it refers to.
    pub to: Option<String>,
    /// Whether it is about a person.
    pub personal: bool,
    /// Whether it is computed.
    pub derived: bool,
    /// Whether the program alone fills it in, as a draw does: no sheet and nobody by hand.
    pub filled: bool,
    /// The question that asks its owner for it.
    pub question: Option<Words>,
}

/// The type of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactTypeName {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal, in JSON a string.
    Decimal,
    /// Text.
    Text,
    /// One of `options`.
    Code,
    /// A day, `2020-02-06`.
    Date,
    /// A position.
    Point,
    /// A record of kind `to`, by its id.
    Ref,
    /// An area, by its code.
    Area,
    /// Photographs and documents, by their digests with a space between; each is at `/api/files/{hash}`.
    Files,
}

/// One value of a code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OptionShape {
    /// As rules write it.
    pub id: String,
    /// As people read it.
    pub label: Words,
}

/// What the register holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Register {
    /// Records of all kinds, as of today.
    pub records: u64,
    /// The number of the last event.
    pub last_seq: i64,
    /// When it was written.
    pub last_event_at: Option<DateTime<Utc>>,
    /// The last day that any fact holds for.
    pub day: Option<NaiveDate>,
}

impl From<&FactType> for FactTypeName {
    fn from(fact_type: &FactType) -> Self {
        match fact_type {
            FactType::Bool => Self::Bool,
            FactType::Int => Self::Int,
            FactType::Decimal { .. } => Self::Decimal,
            FactType::Text { format: Some(TextFormat::Files) } => Self::Files,
            FactType::Text { .. } => Self::Text,
            FactType::Code { .. } => Self::Code,
            FactType::Date => Self::Date,
            FactType::Point => Self::Point,
            FactType::Ref { .. } => Self::Ref,
            FactType::Area { .. } => Self::Area,
        }
    }
}

impl From<&model::Fact> for FactShape {
    fn from(fact: &model::Fact) -> Self {
        Self {
            id: fact.id.to_string(),
            label: Words::from(&fact.label),
            fact_type: FactTypeName::from(&fact.fact_type),
            unit: fact.unit.as_ref().map(ToString::to_string),
            options: options(&fact.fact_type),
            to: fact.fact_type.target().map(ToString::to_string),
            personal: fact.personal,
            derived: fact.derived.is_some(),
            filled: false,
            question: fact.question.as_ref().map(Words::from),
        }
    }
}

fn facts_of(rules: &RuleSet, kind: &model::Kind) -> Vec<FactShape> {
    let filled = rules.filled_facts(kind.id.as_str());
    let shape = |fact: &model::Fact| FactShape { filled: filled.contains(&fact.id), ..FactShape::from(fact) };
    kind.facts.iter().map(shape).collect()
}

/// The values that a code may take; none for other types.
pub fn options(fact_type: &FactType) -> Vec<OptionShape> {
    let FactType::Code { options } = fact_type else { return vec![] };
    options
        .iter()
        .map(|option| OptionShape { id: option.id.clone(), label: Words::from(&option.label) })
        .collect()
}

/// The city as its folder says, without what the register holds.
fn shape(rules: &RuleSet, today: NaiveDate) -> City {
    let city = &rules.city;
    City {
        id: city.id.clone(),
        name: Words::from(&city.name),
        areas: city
            .areas
            .iter()
            .map(|area| AreaShape {
                code: area.code.to_string(),
                name: Words::from(&area.name),
                parent: area.parent.as_ref().map(ToString::to_string),
                population: area.population,
            })
            .collect(),
        departments: city
            .departments
            .iter()
            .map(|department| DepartmentShape {
                id: department.id.to_string(),
                name: Words::from(&department.name),
            })
            .collect(),
        // Exemptions by hand have lists of their own. Their kind is the last, so that the others keep their places.
        kinds: rules
            .kinds
            .iter()
            .filter(|kind| kind.id.as_str() != model::exemption::KIND)
            .map(|kind| KindShape {
                id: kind.id.to_string(),
                label: Words::from(&kind.label),
                key: kind.key.iter().map(ToString::to_string).collect(),
                name: kind.name.as_ref().map(ToString::to_string),
                facts: facts_of(rules, kind),
                count: None,
            })
            .collect(),
        today,
        version: rules.version.clone(),
        register: None,
        synthetic: false,
        demo: None,
    }
}

/// The city: name, areas, offices, kinds; to those who may read lists, also what the register holds.
#[utoipa::path(get, path = "/api/city", tag = "city",
    responses((status = 200, body = City), (status = 304), Problem))]
pub async fn city(
    State(app): State<App>,
    account: Option<May<SignIn>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let mut city = shape(app.rules(), app.today());
        let may_read = account.is_some_and(|account| ReadLists::ROLES.contains(&account.role));
        app.read(app.today(), |view| {
            city.synthetic = view.snapshot.has_synthetic();
            if may_read {
                for (place, kind) in city.kinds.iter_mut().enumerate() {
                    kind.count = Some(view.snapshot.tables.table(place).len() as u64);
                }
                let records = city.kinds.iter().filter_map(|kind| kind.count).sum();
                city.register = Some(register(app.store(), records)?);
            }
            Ok(())
        })?;
        if app.settings.demo {
            city.demo = Some(demo(app.store())?);
        }
        tagged(&headers, &city)
    })
    .await
}

fn demo(store: &Store) -> Result<Demo, Problem> {
    let accounts = store.accounts()?.into_iter().filter(|account| is_demo(account) && !account.closed);
    Ok(Demo { accounts: accounts.map(|account| account.name).collect(), password: DEMO_PASSWORD.to_owned() })
}

fn register(store: &Store, records: u64) -> Result<Register, Problem> {
    let last_seq = store.last_seq()?;
    Ok(Register {
        records,
        last_seq,
        last_event_at: store.event(last_seq)?.map(|stored| stored.event.at),
        day: store.registry_day()?,
    })
}
