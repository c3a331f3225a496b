//! In which area a record lies, by what is told of it. The pass knows this for every record of a day it has judged;
//! here it is asked of one record that may not be in the register yet.

use std::collections::BTreeMap;

use model::{FactId, FactType, Kind, KindId, RecordId, Value};

/// The area in which a record of `kind` lies that has these facts: its kind's way to the area is followed, and
/// `record` gives the facts of those it refers to. None where that way ends in something that is not known, or in a
/// fact that is computed.
///
/// Errors: those of `record`.
pub fn area_of<E>(
    kinds: &[Kind],
    (kind, facts): (&Kind, &BTreeMap<FactId, Value>),
    mut record: impl FnMut(&KindId, &RecordId) -> Result<Option<BTreeMap<FactId, Value>>, E>,
) -> Result<Option<String>, E> {
    let Some(way) = &kind.area else { return Ok(None) };
    let mut at = (kind, facts.clone());
    for step in way.split('.') {
        let (Some(fact), Some(value)) = (at.0.fact(step), at.1.get(step)) else { return Ok(None) };
        if matches!(fact.fact_type, FactType::Area { .. }) {
            return Ok(Some(value.to_string()));
        }
        let target = fact.fact_type.target().and_then(|to| kinds.iter().find(|kind| kind.id == *to));
        let Some(target) = target else { return Ok(None) };
        let Some(next) = record(&target.id, &RecordId::from(value.to_string()))? else { return Ok(None) };
        at = (target, next);
    }
    Ok(None)
}

/// The first fact on a kind's way to its area: the column to look at when a record lies in the wrong one.
pub fn first_step(kind: &Kind) -> Option<&str> {
    kind.area.as_deref().and_then(|way| way.split('.').next())
}
