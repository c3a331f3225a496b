//! `[[case]]`: as a file words it, and with its facts typed once the kinds are known.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::{Fact, FactType, Point, Standing, Truth, Value};
use toml::de::DeValue;

use super::mistake;
use super::parameter_file::decimal;
use super::read::{Cell, Table};
use super::source::{At, Log, Written};
use crate::expr::{KindIndex, Type};
use crate::language::Scope;
use crate::ruleset::{Case, Expectation};

/// A case before its facts have types.
pub(super) struct CaseDraft<'a> {
    pub name: Written,
    pub on: NaiveDate,
    pub on_at: At,
    pub area: Option<Written>,
    /// Of a kind's file: the derived fact.
    pub fact: Option<Written>,
    given: Facts<'a>,
    members: Vec<(Written, Vec<Facts<'a>>)>,
    expect: Cell<'a>,
}

type Facts<'a> = Vec<(Written, Cell<'a>)>;

/// A case with the places of what it expects.
pub(super) struct PlacedCase {
    pub case: Case,
    pub name_at: At,
    /// By field: `should`, `amount`, …; `value` for a derived fact.
    pub expect_at: BTreeMap<String, At>,
}

pub(super) fn read<'a>(table: Table<'a>) -> Option<CaseDraft<'a>> {
    let name = table.need_text("name");
    let on_cell = table.need("on");
    let area = table.text("area");
    let fact = table.text("fact");
    let given = table.get("given").and_then(|cell| cell.table()).map(|table| flat(&table));
    let members = table.get("members").and_then(|cell| cell.table()).map(|table| {
        let kinds = table.entries().into_iter();
        let list = |cell: &Cell<'a>| cell.list().unwrap_or_default();
        let facts = |cell: &Cell<'a>| cell.table().map(|table| flat(&table));
        kinds.map(|(kind, cell)| (kind, list(&cell).iter().filter_map(facts).collect())).collect()
    });
    let expect = table.need("expect");
    table.finish();
    let on_cell = on_cell?;
    Some(CaseDraft {
        name: name?,
        on: on_cell.day()?,
        on_at: on_cell.at,
        area,
        fact,
        given: given.unwrap_or_default(),
        members: members.unwrap_or_default(),
        expect: expect?,
    })
}

/// Facts by dotted path: `"tenant.staff" = 3` and `tenant.staff = 3` are the same.
fn flat<'a>(table: &Table<'a>) -> Facts<'a> {
    let mut facts = Vec::new();
    for (name, cell) in table.entries() {
        let inner = match cell.value {
            DeValue::Table(inner) if !inner.iter().any(|(key, _)| key.get_ref() == "lon") => cell.table(),
            _ => None,
        };
        let Some(inner) = inner else {
            facts.push((name, cell));
            continue;
        };
        for (rest, cell) in flat(&inner) {
            let text = format!("{}.{}", name.text, rest.text);
            facts.push((Written { text, at: name.at.clone() }, cell));
        }
    }
    facts
}

/// What a case is about.
pub(super) enum Subject<'a> {
    Duty,
    Fact(&'a Fact),
}

impl CaseDraft<'_> {
    /// Gives every fact its type. None if that fails, with what is wrong told.
    pub(super) fn typed(
        &self,
        scope: &Scope<'_>,
        pointing: &[KindIndex],
        subject: &Subject<'_>,
        log: &Log,
    ) -> Option<PlacedCase> {
        let given = typed_facts(&self.given, scope, scope.kind, log);
        let mut members = BTreeMap::new();
        let mut whole = true;
        for (kind, records) in &self.members {
            let Some(index) = scope.kinds.iter().position(|known| known.id.as_str() == kind.text) else {
                let names: Vec<&str> = scope.kinds.iter().map(|kind| kind.id.as_str()).collect();
                log.error(&kind.at, "not-found", mistake::not_found(("类别", "kind"), &kind.text, &names));
                whole = false;
                continue;
            };
            if !pointing.contains(&index) {
                log.error(&kind.at, "no-such-members", mistake::no_such_members(&kind.text));
                whole = false;
                continue;
            }
            let records: Vec<_> = records.iter().map(|facts| typed_facts(facts, scope, index, log)).collect();
            whole &= records.iter().all(Option::is_some);
            let records = records.into_iter().flatten().collect();
            members.insert(kind.text.clone(), records);
        }
        if let Some(area) = &self.area
            && scope.areas.get(&area.text).is_none()
        {
            let codes: Vec<&str> = scope.areas.iter().map(|area| area.code.as_str()).collect();
            log.error(&area.at, "not-an-area", mistake::not_found(("地区", "area"), &area.text, &codes));
            whole = false;
        }
        let (expect, expect_at) = match subject {
            Subject::Duty => self.of_duty(log)?,
            Subject::Fact(fact) => {
                let value = match self.expect.value {
                    DeValue::String(text) if text == "unknown" => "unknown".to_owned(),
                    _ => typed_value(&self.expect, fact, scope)?.to_string(),
                };
                let at = BTreeMap::from([("value".to_owned(), self.expect.at.clone())]);
                (Expectation { value: Some(value), ..Expectation::default() }, at)
            }
        };
        let case = Case {
            name: self.name.text.clone(),
            on: self.on,
            area: self.area.as_ref().map(|area| area.text.clone()),
            given: given?,
            members,
            expect,
        };
        whole.then(|| PlacedCase { case, name_at: self.name.at.clone(), expect_at })
    }

    fn of_duty(&self, log: &Log) -> Option<(Expectation, BTreeMap<String, At>)> {
        let table = self.expect.table()?;
        let mut places = BTreeMap::new();
        let mut cell = |key: &'static str| {
            let cell = table.get(key)?;
            places.insert(key.to_owned(), cell.at.clone());
            Some(cell)
        };
        let [should, done, exempt] =
            ["should", "done", "exempt"].map(|key| cell(key).map(|cell| truth(&cell)));
        let standing = cell("standing").map(|cell| standing(&cell));
        let amount = cell("amount").map(|cell| match cell.value {
            DeValue::String(text) if text == "unknown" => Some("unknown".to_owned()),
            _ => decimal(&cell, model::value::MAX_SCALE).map(|value| value.normalize().to_string()),
        });
        let ask = cell("ask").map(|cell| {
            let list = cell.list()?;
            list.iter().map(|cell| cell.text().map(|written| written.text)).collect::<Option<Vec<_>>>()
        });
        table.finish();
        if places.is_empty() {
            log.error(&self.expect.at, "nothing-expected", mistake::nothing_expected());
            return None;
        }
        // An outer option for "is it there", an inner one for "was it readable".
        fn read<T>(cell: Option<Option<T>>) -> Option<Option<T>> {
            match cell {
                None => Some(None),
                Some(None) => None,
                Some(value) => Some(value),
            }
        }
        let expect = Expectation {
            should: read(should)?,
            done: read(done)?,
            exempt: read(exempt)?,
            standing: read(standing)?,
            amount: read(amount)?,
            ask: read(ask)?,
            value: None,
        };
        Some((expect, places))
    }
}

fn truth(cell: &Cell<'_>) -> Option<Truth> {
    match cell.value {
        DeValue::Boolean(value) => Some(Truth::from(*value)),
        DeValue::String(text) if text == "unknown" => Some(Truth::Unknown),
        _ => wrong(cell, ("true、false 或 \"unknown\"", "true, false or \"unknown\"")),
    }
}

fn standing(cell: &Cell<'_>) -> Option<Standing> {
    let written = cell.text()?;
    let all = [
        ("done", Standing::Done),
        ("exempt", Standing::Exempt),
        ("gap", Standing::Gap),
        ("leak", Standing::Leak),
        ("unknown", Standing::Unknown),
        ("out", Standing::Out),
    ];
    let found = all.iter().find(|(name, _)| *name == written.text).map(|(_, standing)| *standing);
    if found.is_none() {
        let names = all.map(|(name, _)| name);
        cell.log.error(&written.at, "unknown-choice", mistake::choice(&written.text, &names));
    }
    found
}

fn wrong<T>(cell: &Cell<'_>, wanted: (&str, &str)) -> Option<T> {
    let got = match cell.value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(value) => value.as_str().to_owned(),
        DeValue::Float(value) => value.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        _ => "value".to_owned(),
    };
    cell.log.error(&cell.at, "wrong-value", mistake::value_type(wanted, &got));
    None
}

fn typed_facts(
    facts: &[(Written, Cell<'_>)],
    scope: &Scope<'_>,
    kind: KindIndex,
    log: &Log,
) -> Option<BTreeMap<String, Value>> {
    let mut typed = BTreeMap::new();
    let mut whole = true;
    for (path, cell) in facts {
        let found = super::references::path(path, scope, kind, log);
        let value = found.and_then(|found| {
            let (end, fact) = found.end();
            typed_value(cell, &scope.kinds[end].facts[fact], scope)
        });
        match value {
            Some(value) => {
                typed.insert(path.text.clone(), value);
            }
            None => whole = false,
        }
    }
    whole.then_some(typed)
}

/// A value as the fact's type has it.
fn typed_value(cell: &Cell<'_>, fact: &Fact, scope: &Scope<'_>) -> Option<Value> {
    match &fact.fact_type {
        FactType::Bool => cell.bool().map(Value::Bool),
        FactType::Int => match super::parameter_file::constant(cell, Type::Int)? {
            crate::expr::Const::Int(value) => Some(Value::Int(value)),
            _ => None,
        },
        FactType::Decimal { scale } => decimal(cell, *scale).map(Value::Decimal),
        FactType::Date => cell.day().map(Value::Date),
        FactType::Text { .. } | FactType::Ref { .. } => cell.text().map(|written| Value::Text(written.text)),
        FactType::Code { options } => {
            let written = cell.text()?;
            if options.iter().any(|option| option.id == written.text) {
                return Some(Value::Text(written.text));
            }
            let names: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
            cell.log.error(&cell.at, "not-an-option", mistake::choice(&written.text, &names));
            None
        }
        FactType::Area { .. } => {
            let written = cell.text()?;
            if scope.areas.get(&written.text).is_some() {
                return Some(Value::Text(written.text));
            }
            let codes: Vec<&str> = scope.areas.iter().map(|area| area.code.as_str()).collect();
            let says = mistake::not_found(("地区", "area"), &written.text, &codes);
            cell.log.error(&cell.at, "not-an-area", says);
            None
        }
        FactType::Point => point(cell),
    }
}

/// `{ lon = 113.8, lat = 34.0 }`
fn point(cell: &Cell<'_>) -> Option<Value> {
    let table = cell.table()?;
    let number = |key| match table.need(key)?.value {
        DeValue::Float(value) => value.as_str().parse::<f64>().ok(),
        DeValue::Integer(value) => value.as_str().parse::<f64>().ok(),
        _ => None,
    };
    let (lon, lat) = (number("lon"), number("lat"));
    table.finish();
    match (lon, lat) {
        (Some(lon), Some(lat)) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => {
            Some(Value::Point(Point { lon, lat }))
        }
        _ => wrong(
            cell,
            ("{ lon = 113.8, lat = 34.0 } 这样的位置", "a position, as { lon = 113.8, lat = 34.0 }"),
        ),
    }
}
