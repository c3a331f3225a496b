//! What a row tells: its cells as facts, and the records that its references mean.

use std::collections::BTreeMap;

use model::value::TextFormat;
use model::{FactId, FactType, Kind, Value};
use store::normalise;

use super::{Run, shown};
use crate::import::error::ImportError;
use crate::import::form;
use crate::import::mapping::Told;
use crate::import::matching::{self, Clues, Found};
use crate::import::plan::SheetPlan;
use crate::import::reason::Reason;
use crate::import::report::Remark;
use crate::import::sheet::{Cell, Row};
use crate::import::value::{self, Manner, Reading};

/// What a row tells.
#[derive(Default)]
pub(super) struct Telling {
    pub facts: BTreeMap<FactId, Value>,
    pub clues: Clues,
    pub remarks: Vec<Remark>,
    /// A key fact that could not be read, and why.
    pub broken_key: Option<Remark>,
}

/// References found in a run that are kept at most.
const MAX_FOUND: usize = 100_000;

impl<'a> Run<'a> {
    /// Takes what the cells of a row say, and finds what its references mean.
    pub(super) fn read(
        &mut self,
        plan: &SheetPlan<'a>,
        row: &Row,
        readings: Vec<Reading>,
    ) -> Result<Telling, ImportError> {
        let kind = self.setting.city.kind;
        let mut told = Telling::default();
        let mut references: BTreeMap<&str, (Clues, Remark)> = BTreeMap::new();
        let mut areas: Vec<(usize, String)> = Vec::new();
        for ((place, column), reading) in plan.columns.iter().enumerate().zip(readings) {
            let cell = row.cell(column.index);
            let fact = column.reader.fact();
            let remark = |reason: Reason| Remark {
                column: Some(column.heading.clone()),
                fact: Some(fact.id.clone()),
                personal: fact.personal,
                value: Some(shown(cell)),
                reason,
            };
            let value = match reading {
                Reading::Missing => continue,
                Reading::Known(value) => value,
                Reading::Doubtful(value, reason) => {
                    told.remarks.push(remark(reason));
                    value
                }
                Reading::Refused(Reason::BadCode(why)) if is_key_code(kind, &column.path) => {
                    told.clues.bad_code = Some((shown(cell), why));
                    continue;
                }
                Reading::Refused(reason) => {
                    match &column.path {
                        Told::Of(reference, Some(_)) => {
                            let (clues, _) = references
                                .entry(reference)
                                .or_insert_with(|| (Clues::default(), remark(reason.clone())));
                            if let Reason::BadCode(why) = &reason {
                                clues.bad_code = Some((shown(cell), why.clone()));
                            }
                            told.remarks.push(remark(reason));
                        }
                        Told::Own(own) if kind.key.iter().any(|key| key.as_str() == own) => {
                            told.broken_key = Some(remark(reason));
                        }
                        _ => told.remarks.push(remark(reason)),
                    }
                    continue;
                }
            };
            match &column.path {
                Told::Own(_) if matches!(fact.fact_type, FactType::Area { .. }) => {
                    areas.push((place, value.to_string()));
                }
                Told::Own(_) => {
                    let knows = kind.key.contains(&fact.id)
                        || kind.also_key.contains(&fact.id)
                        || kind.name.as_ref() == Some(&fact.id);
                    if knows && let Value::Text(text) = &value {
                        told.clues.texts.insert(fact.id.clone(), text.clone());
                    }
                    told.facts.insert(fact.id.clone(), value);
                }
                Told::Of(reference, known_by) => {
                    let target = kind.fact(reference).and_then(|fact| fact.fact_type.target());
                    let target =
                        target.and_then(|to| self.setting.city.kinds.iter().find(|kind| kind.id == *to));
                    let (clues, _) = references
                        .entry(reference)
                        .or_insert_with(|| (Clues::default(), remark(Reason::NotANumber)));
                    let text = value.to_string();
                    match (known_by, target) {
                        (Some(known_by), _) => {
                            clues.texts.insert(known_by.as_str().into(), text);
                        }
                        (None, Some(target)) => clues_of(target, &text, clues),
                        (None, None) => (),
                    }
                }
            }
        }
        self.areas(plan, row, (areas, &mut told))?;
        for (reference, (clues, remark)) in references {
            self.reference(reference, clues, (remark, &mut told))?;
        }
        Ok(told)
    }

    /// Settles on the area of each fact: that of the column, or the one within it that a text names.
    fn areas(
        &mut self,
        plan: &SheetPlan<'a>,
        row: &Row,
        (areas, told): (Vec<(usize, String)>, &mut Telling),
    ) -> Result<(), ImportError> {
        let all = self.setting.city.areas;
        for (place, code) in areas {
            let column = &plan.columns[place];
            let fact = &column.reader.fact().id;
            let other = told.facts.get(fact).map(Value::to_string);
            match other {
                None => {
                    told.facts.insert(fact.clone(), Value::Text(code));
                }
                Some(other) if all.within(&code, &other) => {
                    told.facts.insert(fact.clone(), Value::Text(code));
                }
                Some(other) if all.within(&other, &code) => (),
                Some(other) => {
                    told.facts.remove(fact);
                    let name = all.get(&other).map_or(other.clone(), |area| area.name.zh.clone());
                    told.remarks.push(Remark {
                        column: Some(column.heading.clone()),
                        fact: Some(fact.clone()),
                        personal: false,
                        value: Some(shown(row.cell(column.index))),
                        reason: Reason::AreasDisagree(name),
                    });
                }
            }
        }
        Ok(())
    }

    /// Finds the record that a reference means.
    fn reference(
        &mut self,
        reference: &str,
        clues: Clues,
        (mut remark, told): (Remark, &mut Telling),
    ) -> Result<(), ImportError> {
        let kind = self.setting.city.kind;
        let Some(fact) = kind.fact(reference) else { return Ok(()) };
        let Some(target) = fact.fact_type.target() else { return Ok(()) };
        let Some(target) = self.setting.city.kinds.iter().find(|kind| kind.id == *target) else {
            return Ok(());
        };
        let memory = (fact.id.clone(), clues);
        let found = match self.found.get(&memory) {
            Some(found) => found.clone(),
            None => {
                // A record that refers to its own kind may mean one that this file adds further down.
                let found = self.finder.reference(&mut self.import, target, &memory.1)?;
                if target.id != kind.id && self.found.len() < MAX_FOUND {
                    self.found.insert(memory.clone(), found.clone());
                }
                found
            }
        };
        let (_, clues) = memory;
        let reason = match found {
            Found::One(id, reason) => {
                told.facts.insert(fact.id.clone(), Value::Text(id.to_string()));
                if let Some(reason) = reason {
                    remark.reason = reason;
                    told.remarks.push(remark);
                }
                return Ok(());
            }
            Found::None(_) => match clues.bad_code {
                Some((_, why)) => Reason::BadCode(why),
                None => Reason::NoSuchRecord(target.label.clone()),
            },
            Found::Unsure(reason, candidates) => self.unnamed(target, &candidates)?.unwrap_or(reason),
        };
        remark.fact = Some(fact.id.clone());
        if kind.key.contains(&fact.id) {
            remark.reason = Reason::KeyUnresolved(Box::new(reason));
            told.broken_key = Some(remark);
        } else {
            remark.reason = reason;
            told.remarks.push(remark);
        }
        Ok(())
    }
}

/// What a cell of a reference gives to know its record by, where the heading does not say.
fn clues_of(target: &Kind, text: &str, clues: &mut Clues) {
    let key = matching::single_key(target);
    let is_code =
        key.is_some_and(|key| matches!(key.fact_type, FactType::Text { format: Some(TextFormat::Uscc) }));
    let Some(key) = key.filter(|_| is_code) else {
        // Without a form to tell a code by, a text may be either.
        for fact in crate::import::header::known_by(target) {
            clues.texts.insert(fact.id.clone(), text.to_owned());
        }
        return;
    };
    match model::uscc::parse(text) {
        Ok(code) => {
            clues.texts.insert(key.id.clone(), code);
        }
        Err(why) => {
            let normal = normalise(text);
            let looks_like_code = normal.len() >= matching::OLD_NUMBER_DIGITS
                && normal.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if looks_like_code {
                clues.bad_code = Some((text.to_owned(), why));
            } else if let Some(name) = &target.name {
                clues.texts.insert(name.clone(), text.to_owned());
            }
        }
    }
}

fn is_key_code(kind: &Kind, told: &Told) -> bool {
    matches!(told, Told::Own(own) if matching::single_key(kind).is_some_and(|key| key.id.as_str() == own))
}

/// What lines of totals begin with.
const TOTALS: [&str; 7] = ["合计", "总计", "小计", "共计", "累计", "total", "subtotal"];

/// Whether a row is a line of totals: its first cell with something in it says so.
pub(super) fn is_total(plan: &SheetPlan<'_>, row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_blank());
    let Some(Cell::Text(text)) = first else { return false };
    let starts = |c: char| TOTALS.iter().any(|word| word.starts_with(c.to_ascii_lowercase()));
    if !text.trim_start().starts_with(starts) {
        return false;
    }
    let text = form::label(text);
    let is_named = TOTALS.iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "(),:家户人条笔".contains(c)))
    });
    // A code beside it makes it a record that is merely called so.
    is_named
        && plan.columns.iter().all(|column| {
            !matches!(column.reader.fact().fact_type, FactType::Text { format: Some(TextFormat::Uscc) })
                || column.reader.manner() != Manner::Value
                || value::is_missing(&row.cell(column.index).shown())
        })
}

/// Whether a row repeats the header, as on every printed page.
pub(super) fn is_header_again(plan: &SheetPlan<'_>, row: &Row) -> bool {
    let mut told = plan.columns.iter().filter(|column| !row.cell(column.index).is_blank()).peekable();
    told.peek().is_some()
        && told.all(|column| {
            let last = column.heading.rsplit('/').next().unwrap_or_default();
            let cell = row.cell(column.index);
            matches!(cell, Cell::Text(text) if form::is_same(text, last))
        })
}
