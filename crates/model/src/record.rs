//! A record of the register, and a change to one.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::id::{FactId, KindId, RecordId};
use crate::kind::Kind;
use crate::value::Value;

/// What is known of one thing on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Its kind.
    pub kind: KindId,
    /// Its id within the kind.
    pub id: RecordId,
    /// What is known. A fact that is not here is not known.
    pub facts: BTreeMap<FactId, Value>,
}

/// Facts of one record that become so on a day. `None` takes a fact back: it is unknown from that day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The record's kind.
    pub kind: KindId,
    /// The record's id.
    pub id: RecordId,
    /// The day the facts hold for.
    pub on: NaiveDate,
    /// What holds from that day.
    pub facts: BTreeMap<FactId, Option<Value>>,
}

/// Reads the facts of a record from stored JSON by the types of its kind. Facts that the kind no longer
/// declares, or whose stored shape is of another type, are left out: a city folder may change under a register.
pub fn read_facts(kind: &Kind, json: &serde_json::Map<String, serde_json::Value>) -> BTreeMap<FactId, Value> {
    kind.facts
        .iter()
        .filter_map(|fact| {
            let value = fact.fact_type.read_json(json.get(fact.id.as_str())?)?;
            Some((fact.id.clone(), value))
        })
        .collect()
}
