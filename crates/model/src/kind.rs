//! A kind of record and its facts, as the city folder declares them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{FactId, KindId, RecordId};
use crate::label::Label;
use crate::unit::Unit;
use crate::value::{FactType, Value};

/// A type of record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kind {
    /// `firm`
    pub id: KindId,
    /// What people call it.
    pub label: Label,
    /// The facts that together identify a record when a sheet is read.
    pub key: Vec<FactId>,
    /// Other facts by which a record may be recognized when its key is missing or another: earlier codes, former
    /// names. Texts, each indexed like a key.
    pub also_key: Vec<FactId>,
    /// The fact shown as a record's name.
    pub name: Option<FactId>,
    /// The path to the area a record lies in, `area` or `lessor.area`: who may see it, which parameter holds.
    pub area: Option<String>,
    /// Its facts, in the order people expect.
    pub facts: Vec<Fact>,
}

impl Kind {
    /// The fact of that name.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id.as_str() == id)
    }

    /// The id under which a record is first known: the values of its key facts, joined by `~`, which may stand in an
    /// address as it is. None if one is missing.
    pub fn id_of(&self, facts: &BTreeMap<FactId, Value>) -> Option<RecordId> {
        let values = self.key.iter().map(|fact| facts.get(fact).map(Value::to_string));
        Some(RecordId::from(values.collect::<Option<Vec<_>>>()?.join("~")))
    }
}

/// A typed column of a kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// `staff`
    pub id: FactId,
    /// What people call it; sheets are matched by it.
    pub label: Label,
    /// Other headings under which sheets carry it.
    pub also: Vec<String>,
    /// Its type.
    #[serde(flatten)]
    pub fact_type: FactType,
    /// Its unit, for numbers.
    pub unit: Option<Unit>,
    /// Whether it is about a person: masked, and every reading of it recorded.
    pub personal: bool,
    /// The question that asks its owner for it, if it may be asked.
    pub question: Option<Label>,
    /// How it is computed, if it is not told.
    pub derived: Option<Derived>,
}

/// How a derived fact is computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The expression, in the rules language.
    pub value: String,
    /// Where the expression aggregates: the kind whose records point here.
    #[serde(default)]
    pub from: Option<KindId>,
    /// Where the expression aggregates: the reference by which they point.
    #[serde(default)]
    pub by: Option<FactId>,
}
