//! What am I owed: a firm's own page, open to everybody.

use std::collections::BTreeMap;

use axum::Json;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::city::{FactTypeName, OptionShape};
use super::problem::Problem;
use super::words::{Basis, Mode, Span, Standing, Truth, Words};

/// Who asks: a code, or answers to questions, or both.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct OwedRequest {
    /// The firm's unified social credit code.
    pub uscc: Option<String>,
    /// Answers by fact: `{"staff": 12, "industry": "restaurant"}`; they count for this page only.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub answers: BTreeMap<String, serde_json::Value>,
    /// The day; today unless said.
    pub on: Option<NaiveDate>,
}

/// Every measure that concerns the firm.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Owed {
    /// The day.
    pub on: NaiveDate,
    /// The firm, where its code is in the register.
    pub firm: Option<OwedFirm>,
    /// What the answers told, as it was understood.
    pub known: Vec<KnownFact>,
    /// Measures, what is owed first.
    pub measures: Vec<Measure>,
    /// The few questions that matter, the one that settles most first.
    pub questions: Vec<Question>,
    /// Whether anything read was made up.
    pub synthetic: bool,
}

/// The firm of the code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwedFirm {
    /// Its name; all but its first and last characters hidden unless it is the signed-in firm's own.
    pub name: Option<String>,
    /// Whether the reader is signed in as this firm, so that what the register knows is used and shown.
    pub own: bool,
}

/// An answer as it was understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KnownFact {
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The value as people read it.
    pub display: Words,
}

/// One measure and the answer to "am I owed it?"
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Measure {
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The form of the promise.
    pub verb: String,
    /// What the firm gets and what to do.
    pub summary: Option<Words>,
    /// Whether it is owed.
    pub answer: Truth,
    /// Where the firm stands; only for the firm itself, signed in.
    pub standing: Option<Standing>,
    /// What is owed, as far as it is known.
    pub amount: Option<Decimal>,
    /// What has been paid; only for the firm itself, signed in.
    pub paid: Option<Decimal>,
    /// The unit of both.
    pub unit: Option<String>,
    /// Who has to move first.
    pub mode: Mode,
    /// The department that answers for it.
    pub owner: String,
    /// Who acts, in words.
    pub who_acts: Words,
    /// Working days in which it is due.
    pub days: u32,
    /// The last day for serving it; only for the firm itself, signed in.
    pub due_on: Option<NaiveDate>,
    /// The span it is in force for.
    pub valid: Span,
    /// The document that makes it binding.
    pub basis: Basis,
    /// Why, in a sentence.
    pub reason: Words,
}

/// A question worth asking.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Question {
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The question.
    pub question: Words,
    /// The type of the answer.
    #[serde(rename = "type")]
    pub fact_type: FactTypeName,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// The answers to choose from, for codes and areas.
    pub options: Vec<OptionShape>,
    /// How many open measures it bears on.
    pub settles: u32,
}

/// Answers yes, no or unknown for every measure that concerns a firm, and asks what matters.
#[utoipa::path(post, path = "/api/owed", tag = "owed", request_body = OwedRequest,
    responses((status = 200, body = Owed), Problem))]
pub async fn owed(Json(_request): Json<OwedRequest>) -> Result<Json<Owed>, Problem> {
    Err(Problem::not_built())
}
