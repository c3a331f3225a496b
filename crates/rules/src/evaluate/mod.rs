//! Rules over facts become verdicts.
//!
//! Two evaluators: [`one`] walks the expressions for a single record and says all it read; `columns` judges a
//! whole kind at once. Property tests hold them to each other.

pub mod columns;
mod family;
mod missing;
pub mod one;
pub(crate) mod pass;
pub(crate) mod program;
mod rejudge;
pub mod scalar;
pub(crate) mod vector;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::{AreaCode, DutyId, FactId, KindId, ParameterId, Record, RecordId, Standing, Truth};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::expr::{Const, FactIndex, KindIndex, ParameterIndex, Path};
use crate::parameter::{self, Dated};
use crate::ruleset::RuleSet;

pub use columns::{RowTrace, RowVerdict, condition, pass};
pub use missing::MissingCount;
pub use one::{fact, judge, one, truth, value};
pub use pass::{Counts, Dates, DutyPass, Numbers, Pass, counts_within};
pub use rejudge::{Changed, Rejudged, rejudge, rejudge_all};

/// What a pass is asked under: the day, and parameters that are tried at other values than the law's.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The day. Facts are those of the register given; duties and parameters are those in force on it.
    pub on: NaiveDate,
    /// Parameters of one value (not lists or values by code) held at another, in every area.
    pub overrides: BTreeMap<ParameterId, Const>,
}

impl Setting {
    /// A day, under the law as it is.
    pub fn on(day: NaiveDate) -> Self {
        Self { on: day, overrides: BTreeMap::new() }
    }

    /// The same with one parameter held at a value.
    #[must_use]
    pub fn with(mut self, parameter: impl Into<ParameterId>, value: Const) -> Self {
        self.overrides.insert(parameter.into(), value);
        self
    }
}

/// Where facts come from when single records are judged: tables, a store, a test case.
pub trait Facts {
    /// What is known of a record. A derived fact that stands in it is taken as given and not computed.
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record>;
    /// The records of `kind` whose reference `by` is `id`, in any order.
    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record>;
    /// Whether a record is still being told of, as by somebody who answers questions. What it lacks may yet be told:
    /// then `is null` is unknown, and so is whatever is made of the records that point to it.
    fn is_open(&self, _kind: &KindId, _id: &RecordId) -> bool {
        false
    }
}

/// One duty judged for one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// Its place in [`RuleSet::duties`].
    #[serde(skip)]
    pub index: usize,
    /// The duty.
    pub duty: DutyId,
    /// Whether it is owed.
    pub should: Truth,
    /// Whether it has been served, by evidence.
    pub done: Truth,
    /// Whether a reason on record releases from it.
    pub exempt: Truth,
    /// The set.
    pub standing: Standing,
    /// `should`, clause by clause, in the duty's order.
    pub clauses: Vec<Truth>,
    /// `exempt`, clause by clause, in the duty's order.
    pub exemptions: Vec<Truth>,
    /// What is owed; none if unknown or if the duty names no amount. Meaningful where the duty is owed.
    pub amount: Option<Decimal>,
    /// Money paid so far; none if unknown or not told by the duty.
    pub paid: Option<Decimal>,
    /// The day it arose, where the duty says how to tell.
    pub arises: Option<NaiveDate>,
    /// The day it was served, where the duty says how to tell.
    pub done_on: Option<NaiveDate>,
    /// The missing facts for which `should` is unknown. Empty where it is known.
    pub missing: Vec<Missing>,
}

impl Judged {
    /// Exactly one clause is no, and all others are yes.
    pub fn near_miss(&self) -> bool {
        near_miss(&self.clauses)
    }
}

/// Exactly one is no, and all others are yes.
pub(crate) fn near_miss(clauses: &[Truth]) -> bool {
    clauses.iter().filter(|truth| **truth == Truth::No).count() == 1 && !clauses.contains(&Truth::Unknown)
}

/// A fact that is not known and that a verdict turns on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Missing {
    /// The way to it from the record judged: `tenant.staff`.
    pub path: String,
    /// The kind of the record it belongs to.
    pub kind: KindId,
    /// That record.
    pub record: RecordId,
    /// The fact.
    pub fact: FactId,
    /// The derived facts that could not be computed for want of it, outermost first, as paths.
    pub via: Vec<String>,
}

/// Positions of things that are looked up for every record.
pub(crate) struct Index {
    /// Per kind and fact, the place in [`RuleSet::derived`] of a derived fact.
    pub derived: Vec<Vec<Option<usize>>>,
    /// Per kind, the way to a record's area.
    pub areas: Vec<Option<Path>>,
}

impl Index {
    pub fn new(rules: &RuleSet) -> Self {
        let mut derived: Vec<Vec<_>> = rules.kinds.iter().map(|kind| vec![None; kind.facts.len()]).collect();
        for (place, fact) in rules.derived.iter().enumerate() {
            derived[fact.kind][fact.fact] = Some(place);
        }
        let areas = (0..rules.kinds.len()).map(|kind| area_path(rules, kind)).collect();
        Self { derived, areas }
    }
}

/// The way to the area of a kind's records; none if the kind names none.
fn area_path(rules: &RuleSet, start: KindIndex) -> Option<Path> {
    let text = rules.kinds[start].area.as_ref()?;
    let place = |kind: KindIndex, id: &str| -> Option<FactIndex> {
        rules.kinds[kind].facts.iter().position(|fact| fact.id.as_str() == id)
    };
    let names: Vec<&str> = text.split('.').collect();
    let (last, through) = names.split_last()?;
    let mut kind = start;
    let mut steps = Vec::new();
    for name in through {
        let fact = place(kind, name)?;
        kind = rules.kind(rules.kinds[kind].facts[fact].fact_type.target()?.as_str())?.0;
        steps.push((fact, kind));
    }
    Some(Path { kind: start, steps, fact: place(kind, last)?, text: text.clone() })
}

/// What a parameter is under a setting.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held<'a> {
    /// Held at another value than the law's.
    Override(&'a Const),
    /// What a document set.
    Dated(&'a Dated),
    /// Nothing was set for that day.
    Nothing,
}

/// What holds in an area; `None` is what holds where no area has its own value.
pub(crate) fn held<'a>(
    rules: &'a RuleSet,
    setting: &'a Setting,
    parameter: ParameterIndex,
    area: Option<&str>,
) -> Held<'a> {
    let parameter = &rules.parameters[parameter];
    match setting.overrides.get(&parameter.id) {
        Some(value) if parameter.shape == parameter::Shape::One => Held::Override(value),
        _ => parameter.on(setting.on, area, &rules.city.areas).map_or(Held::Nothing, Held::Dated),
    }
}

/// Whether areas differ in a parameter on the day; then a record whose area is missing does not know it.
pub(crate) fn differs_by_area(rules: &RuleSet, setting: &Setting, index: ParameterIndex) -> bool {
    let parameter = &rules.parameters[index];
    if setting.overrides.contains_key(&parameter.id) && parameter.shape == parameter::Shape::One {
        return false;
    }
    let on = |area: Option<&AreaCode>| {
        parameter.on(setting.on, area.map(AreaCode::as_str), &rules.city.areas).map(|dated| &dated.setting)
    };
    parameter
        .values
        .iter()
        .filter(|value| value.area.is_some())
        .any(|value| on(value.area.as_ref()) != on(None))
}
