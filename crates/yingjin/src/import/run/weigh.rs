//! What of a row is new: its facts beside what is known of the record for that day, and by whom.

use std::collections::BTreeMap;

use model::value::TextFormat;
use model::{Areas, Change, Fact, FactId, FactType, Kind, RecordId, Value};
use serde_json::{Map, json};
use store::{Conflict, HistoryEntry, StoredRecord, normalise};

use super::{Became, Run, own_value, place_text};
use crate::import::error::ImportError;
use crate::import::mapping::Told;
use crate::import::matching;
use crate::import::plan::SheetPlan;
use crate::import::reason::Reason;
use crate::import::report::Remark;
use crate::import::sheet::Row;

/// What is known for a day, and by whom.
struct Standing {
    value: Value,
    source: Option<String>,
    seq: i64,
}

/// A value as a reason says it, an area or a code by its name; what is about a person is not repeated there, since
/// reasons are not masked.
fn said(value: &Value, fact: &Fact, areas: &Areas) -> String {
    let text = value.to_string();
    let named = match &fact.fact_type {
        FactType::Area { .. } => areas.get(&text).map(|area| &area.name),
        FactType::Code { options } => {
            options.iter().find(|option| option.id == text).map(|option| &option.label)
        }
        _ => None,
    };
    if fact.personal { "***".to_owned() } else { named.map_or(text, |label| label.zh.clone()) }
}

/// What a value is beside what is known for its day.
enum Weight {
    /// It says the same, or what its source was overruled in.
    Known,
    /// Nothing was known, or only for days before.
    New,
    /// The same source said otherwise for the same day.
    Correction(Standing),
    /// Another source says otherwise for the same day.
    Dispute(Standing),
}

impl<'a> Run<'a> {
    /// What a row tells of a record that the register has.
    pub(super) fn known_record(
        &mut self,
        id: &RecordId,
        mut facts: BTreeMap<FactId, Value>,
        (plan, row): (&SheetPlan<'a>, &Row),
        remarks: &mut Vec<Remark>,
    ) -> Result<Became, ImportError> {
        let kind = self.setting.city.kind;
        let Some(record) = self.import.record(&kind.id, id)? else { return Ok(Became::Unchanged) };
        let earlier = self.touched.get(id);
        self.keep_current_code(kind, &record, &mut facts);
        let now = record.last_on <= self.setting.on;
        let differs = |(fact, value): &(&FactId, &Value)| {
            let own = kind.fact(fact.as_str()).and_then(|fact| own_value(fact, &record));
            !own.is_some_and(|own| is_same(&own, value))
        };
        // For a day before the last, the current value says nothing of what was known for that day.
        let open: Vec<FactId> =
            facts.iter().filter(|told| !now || differs(told)).map(|(fact, _)| fact.clone()).collect();
        if open.is_empty() {
            let place = self.place(row);
            self.touched.first(id, place);
            return Ok(Became::Unchanged);
        }
        let history = self.history(kind, id, earlier.is_some())?;
        let mut writes: BTreeMap<FactId, Option<Value>> = BTreeMap::new();
        let mut disputes: Vec<(FactId, Value, Standing)> = Vec::new();
        for fact in open {
            let (Some(value), Some(declared)) = (facts.remove(&fact), kind.fact(fact.as_str())) else {
                continue;
            };
            match self.weigh(declared, &value, &history) {
                Weight::Known => (),
                Weight::New => {
                    writes.insert(fact, Some(value));
                }
                Weight::Correction(standing) if earlier.is_some() => {
                    let (sheet, first) = earlier.unwrap_or_default();
                    let reason = Reason::RowsDisagree {
                        sheet: self.sheets.get(sheet as usize).cloned().unwrap_or_default(),
                        row: first,
                        has: said(&standing.value, declared, self.setting.city.areas),
                    };
                    let heading = self.heading_of(plan, &fact);
                    remarks.push(Remark {
                        column: heading,
                        personal: declared.personal,
                        fact: Some(fact.clone()),
                        value: Some(value.to_string()),
                        reason: reason.clone(),
                    });
                    facts.extend(writes.into_iter().filter_map(|(fact, value)| Some((fact, value?))));
                    facts.extend(disputes.into_iter().map(|(fact, value, _)| (fact, value)));
                    facts.insert(fact, value);
                    self.aside(facts, (plan, row), (reason, vec![id.clone()]))?;
                    return Ok(Became::PutAside);
                }
                Weight::Correction(_) => {
                    writes.insert(fact, Some(value));
                }
                Weight::Dispute(standing) => disputes.push((fact, value, standing)),
            }
        }
        let place = self.place(row);
        self.touched.first(id, place);
        let mut is_new_dispute = false;
        for (fact, value, standing) in disputes {
            is_new_dispute |= self.dispute((id, &fact, &value), (plan, row), (standing, remarks))?;
        }
        if !writes.is_empty() {
            self.finder.writes(kind, writes.keys());
            let change = Change { kind: kind.id.clone(), id: id.clone(), on: self.setting.on, facts: writes };
            self.import.change(&change)?;
            return Ok(Became::Changed);
        }
        Ok(if is_new_dispute { Became::PutAside } else { Became::Unchanged })
    }

    /// Notes a conflict. Returns whether it is new.
    fn dispute(
        &mut self,
        (id, fact, value): (&RecordId, &FactId, &Value),
        (plan, row): (&SheetPlan<'a>, &Row),
        (standing, remarks): (Standing, &mut Vec<Remark>),
    ) -> Result<bool, ImportError> {
        let kind = self.setting.city.kind;
        let source = standing.source.clone().unwrap_or_default();
        let declared = kind.fact(fact.as_str());
        let areas = self.setting.city.areas;
        let has = declared.map(|declared| said(&standing.value, declared, areas)).unwrap_or_default();
        let tells =
            declared.filter(|declared| !declared.personal).map(|declared| said(value, declared, areas));
        let new = self.import.conflict(&Conflict {
            kind: kind.id.clone(),
            id: id.clone(),
            fact: fact.clone(),
            on: self.setting.on,
            first: store::Told {
                value: json!(standing.value),
                source: standing.source,
                place: None,
                seq: Some(standing.seq),
            },
            second: store::Told {
                value: json!(value),
                source: Some(self.setting.source.clone()),
                place: Some(place_text(&plan.name, row.number)),
                seq: Some(self.import.seq()),
            },
        })?;
        self.tally.conflicts += u64::from(new);
        remarks.push(Remark {
            column: self.heading_of(plan, fact),
            personal: declared.is_some_and(|declared| declared.personal),
            fact: Some(fact.clone()),
            value: Some(tells.unwrap_or_else(|| value.to_string())),
            reason: Reason::Conflict { has, source },
        });
        Ok(new)
    }

    /// The heading of the column that tells a fact.
    pub(super) fn heading_of(&self, plan: &SheetPlan<'_>, fact: &FactId) -> Option<String> {
        let column = plan.columns.iter().find(|column| match &column.path {
            Told::Own(own) | Told::Of(own, _) => own == fact.as_str(),
        })?;
        Some(column.heading.clone())
    }

    /// A code that the record has had before, or that its area no longer bears, does not replace the one it has.
    fn keep_current_code(&self, kind: &Kind, record: &StoredRecord, facts: &mut BTreeMap<FactId, Value>) {
        let Some(key) = matching::single_key(kind) else { return };
        let (Some(has), Some(Value::Text(tells))) = (own_value(key, record), facts.get(&key.id)) else {
            return;
        };
        let has = has.to_string();
        if normalise(&has) == normalise(tells) {
            return;
        }
        let is_code = matches!(key.fact_type, FactType::Text { format: Some(TextFormat::Uscc) });
        let is_newer = is_code && self.finder.is_current(tells) && !self.finder.is_current(&has);
        if !is_newer {
            facts.remove(&key.id);
        }
    }

    /// Everything that was told of a record, this file's earlier rows last.
    fn history(
        &mut self,
        kind: &Kind,
        id: &RecordId,
        in_file: bool,
    ) -> Result<Vec<HistoryEntry>, ImportError> {
        let mut history = self.setting.store.history(kind.id.as_str(), id.as_str())?;
        if in_file {
            let seq = self.import.seq();
            let record = self.import.record(&kind.id, id)?;
            for (fact, from) in self.import.provenance(&kind.id, id)? {
                let value = record.as_ref().and_then(|record| record.facts.get(fact.as_str()));
                if let Some(value) = value.filter(|_| from.seq == seq) {
                    history.push(HistoryEntry {
                        seq,
                        at: from.at,
                        on: from.on,
                        actor: from.actor,
                        source: Some(self.setting.source.clone()),
                        synthetic: from.synthetic,
                        facts: Map::from_iter([(fact.to_string(), value.clone())]),
                    });
                }
            }
        }
        history.sort_by_key(|entry| (entry.on, entry.seq));
        Ok(history)
    }

    /// What a value that a row tells is beside what is known for that day.
    fn weigh(&self, fact: &Fact, value: &Value, history: &[HistoryEntry]) -> Weight {
        let (on, source) = (self.setting.on, Some(self.setting.source.as_str()));
        let told = |entry: &&HistoryEntry| entry.on <= on && entry.facts.contains_key(fact.id.as_str());
        let Some(last) = history.iter().rfind(told) else { return Weight::New };
        let Some(known) = last.facts.get(fact.id.as_str()).and_then(|json| fact.fact_type.read_json(json))
        else {
            return Weight::New;
        };
        if is_same(&known, value) {
            return Weight::Known;
        }
        if let (FactType::Area { .. }, Value::Text(known), Value::Text(told)) =
            (&fact.fact_type, &known, value)
        {
            // Who names the city says nothing against a county of it; who names the county says where in the city.
            let areas = self.setting.city.areas;
            if areas.within(known, told) {
                return Weight::Known;
            }
            if areas.within(told, known) {
                return Weight::New;
            }
        }
        if last.on < on {
            return Weight::New;
        }
        let standing = Standing { value: known, source: last.source.clone(), seq: last.seq };
        if last.source.as_deref() == source {
            return Weight::Correction(standing);
        }
        // Our source said so already and was overruled, by a person.
        let own = history.iter().rfind(|entry| {
            entry.on == on && entry.source.as_deref() == source && entry.facts.contains_key(fact.id.as_str())
        });
        let said = own.and_then(|entry| fact.fact_type.read_json(entry.facts.get(fact.id.as_str())?));
        if said.is_some_and(|said| is_same(&said, value)) { Weight::Known } else { Weight::Dispute(standing) }
    }
}

/// Whether two values say the same. Texts that differ in width, case or space alone do.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other || normalise(one) == normalise(other),
        (one, other) => one == other,
    }
}
