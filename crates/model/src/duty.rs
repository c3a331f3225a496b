//! A duty: one promise, as the city folder words it. Its expressions are source text here; `rules` types them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{ClauseId, DepartmentId, DutyId, FactId, KindId};
use crate::label::Label;

/// One promise, in one version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duty {
    /// `rent-waiver`; versions by date share it.
    pub id: DutyId,
    /// The form of the promise: 应免尽免.
    pub verb: String,
    /// What people call it.
    pub title: Label,
    /// What the beneficiary gets and what to do about it, in plain words.
    pub summary: Option<Label>,
    /// The document that makes it binding.
    pub basis: Basis,
    /// The kind of record it is owed to, or about.
    pub kind: KindId,
    /// The spans of days in which it holds, in order and apart. An extension is one more.
    pub valid: Vec<Validity>,
    /// Who has to move first.
    pub mode: Mode,
    /// The office that answers for it.
    pub owner: DepartmentId,
    /// The reference to whoever must act, where that is not the office: `lessor`.
    pub bearer: Option<FactId>,
    /// The path to who is served, where that is not the record itself: `tenant` of a lease.
    pub beneficiary: Option<String>,
    /// Working days from the day it arose to the day it is due.
    pub days: u32,
    /// What makes it owed: all of these.
    pub should: Vec<Clause>,
    /// What releases from it: any of these.
    pub exempt: Vec<Clause>,
    /// What shows that it has been served.
    pub done: Done,
    /// What is owed, in money or in kind.
    pub amount: Option<Amount>,
    /// The day on which it arose for a record, an expression; the day a pass first finds it where absent.
    pub arises: Option<String>,
}

/// A document and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Its number: 发改投资规〔2020〕734号.
    pub doc: String,
    /// Article or item.
    #[serde(default)]
    pub clause: Option<String>,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
    /// How far the reading of it can be trusted: S the page was read, P in part, M from general knowledge.
    #[serde(default)]
    pub confidence: Option<Confidence>,
}

/// How far a fact about a document can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confidence {
    /// A public page that states it was read.
    S,
    /// Read in part.
    P,
    /// General knowledge, to be checked against the document.
    M,
}

/// A span of days in which a duty holds, both ends included, and the document that set it where that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// First day.
    pub from: NaiveDate,
    /// Last day; none if no end is set.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// The document that set this span.
    #[serde(default)]
    pub doc: Option<String>,
}

impl Validity {
    /// Whether the span has that day.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Who has to move first for the promise to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The office, from its own books.
    Automatic,
    /// The beneficiary, who claims it.
    Claim,
    /// Somebody else: a landlord, a bank.
    ThirdParty,
    /// An officer, on the spot.
    Visit,
}

/// One condition, with the words people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// `state-lessor`
    pub id: ClauseId,
    /// What it says.
    pub label: Label,
    /// The condition, an expression.
    pub when: String,
}

/// Evidence that the duty has been served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The kind whose records are the evidence; the record itself where absent.
    #[serde(default)]
    pub from: Option<KindId>,
    /// The reference by which evidence points to the record.
    #[serde(default)]
    pub by: Option<FactId>,
    /// How far along evidence may be, a code in its `state`; only the last is done.
    #[serde(default)]
    pub states: Vec<String>,
    /// The condition, an expression; aggregates go over the evidence.
    pub when: String,
    /// Money paid so far, an expression.
    #[serde(default)]
    pub paid: Option<String>,
    /// The day on which it was served, an expression; the day a pass first finds it where absent.
    #[serde(default)]
    pub on: Option<String>,
}

/// What is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// An expression.
    pub value: String,
    /// Its unit.
    pub unit: String,
}

impl Duty {
    /// The span that holds on that day.
    pub fn valid_on(&self, day: NaiveDate) -> Option<&Validity> {
        self.valid.iter().find(|span| span.contains(day))
    }
}
