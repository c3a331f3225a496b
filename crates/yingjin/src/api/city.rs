//! The city itself: its areas, offices and kinds of record.

use axum::Json;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::words::Words;

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
    /// What the register holds; only for those who have signed in.
    pub register: Option<Register>,
    /// Whether the register holds anything made up: every page says so.
    pub synthetic: bool,
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
    /// How many records the register holds; only for those who have signed in.
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
    /// Records of all kinds.
    pub records: u64,
    /// The number of the last event.
    pub last_seq: i64,
    /// When it was written.
    pub last_event_at: Option<DateTime<Utc>>,
    /// The last day that any fact holds for.
    pub day: Option<NaiveDate>,
}

/// The city: name, areas, offices, kinds; to those who have signed in, also what the register holds.
#[utoipa::path(get, path = "/api/city", tag = "city",
    responses((status = 200, body = City), (status = 304), Problem))]
pub async fn city() -> Result<Json<City>, Problem> {
    Err(Problem::not_built())
}
