//! `parameters/**/*.toml`: dated values with their documents.

use std::collections::BTreeMap;

use model::Unit;
use model::value::MAX_UNSCALED;
use rust_decimal::Decimal;
use toml::de::DeValue;

use super::kind_file::{scale, unit_of};
use super::mistake;
use super::name;
use super::read::{Cell, Table};
use super::source::{At, Log, Written};
use crate::expr::{Const, Type};
use crate::parameter::{Dated, Parameter, Setting, Shape};

/// A parameter, with the places of what has to be checked against other files.
pub(super) struct ParameterDraft {
    pub parameter: Parameter,
    pub at: At,
    /// The places of each value, in order.
    pub values: Vec<ValuePlaces>,
}

/// Where the parts of a value stand.
pub(super) struct ValuePlaces {
    pub at: At,
    pub area: Option<Written>,
    /// The codes that it holds: the keys of a keyed one, the texts of a list.
    pub codes: Vec<Written>,
}

/// All parameters of one file.
pub(super) fn read(table: &Table<'_>, log: &Log) -> Vec<ParameterDraft> {
    table.tables("parameter").into_iter().filter_map(|table| parameter(table, log)).collect()
}

fn parameter(table: Table<'_>, log: &Log) -> Option<ParameterDraft> {
    let id = name::word(log, table.need_text("id"));
    let label = table.need_label("label");
    let type_name = table.need_text("type");
    let unit = table.text("unit");
    let shape = table.text("shape");
    let values = table.tables("value");
    table.allow(&["scale"]);
    let ty = type_name.as_ref().and_then(|name| parameter_type(&table, name, log));
    let unit: Option<Unit> = unit_of(&table, unit, matches!(ty, Some(Type::Int | Type::Decimal { .. })), log);
    let shape = match shape.as_ref().map(|written| written.text.as_str()) {
        None | Some("one") => Some(Shape::One),
        Some("list") => Some(Shape::List),
        Some("keyed") => Some(Shape::Keyed),
        Some(other) => {
            let at = shape.as_ref().map_or(&table.at, |written| &written.at);
            log.error(at, "unknown-choice", mistake::choice(other, &["one", "list", "keyed"]));
            None
        }
    };
    if let (Some(Shape::List), Some(ty), Some(name)) = (shape, ty, &type_name)
        && ty != Type::Text
    {
        log.error(&name.at, "list-of-text", mistake::list_of_text());
    }
    if values.is_empty() {
        log.error(&table.at, "missing-key", mistake::missing_key("[[parameter.value]]"));
    }
    let (ty, shape) = (ty?, shape?);
    let mut dated: Vec<(Dated, ValuePlaces)> =
        values.into_iter().filter_map(|table| value(table, (ty, shape), log)).collect();
    dated.sort_by_key(|(value, _)| value.from);
    for (index, (value, places)) in dated.iter().enumerate() {
        let mut others = dated[..index].iter().filter(|(other, _)| other.area == value.area).map(|(o, _)| o);
        if others.any(|other| other.from == value.from) {
            log.error(&places.at, "same-day-twice", mistake::same_day_twice());
        }
        let next =
            dated[index..].iter().map(|(o, _)| o).find(|o| o.area == value.area && o.from > value.from);
        if let Some(next) = next {
            runs_past(value, next, &places.at, log);
        }
    }
    table.finish();
    let (id, label) = (id?, label?);
    let (values, places) = dated.into_iter().unzip();
    let parameter = Parameter { id: id.text.as_str().into(), label, ty, unit, shape, values };
    Some(ParameterDraft { parameter, at: id.at, values: places })
}

/// Tells of a value that is said to hold on when the next one of its area has begun.
fn runs_past(value: &Dated, next: &Dated, at: &At, log: &Log) {
    let Some(to) = value.to.filter(|to| *to >= next.from) else { return };
    let next_from = next.from.to_string();
    match next.to.filter(|next_to| *next_to < to) {
        // Whether the first one comes back, no two readers would agree on.
        Some(next_to) => {
            log.error(at, "overlap", mistake::outlives_next(&next_from, &next_to.to_string()));
        }
        None => log.notice(at, "overlap", mistake::replaced_by_next(&next_from)),
    }
}

fn parameter_type(table: &Table<'_>, name: &Written, log: &Log) -> Option<Type> {
    if name.text != "decimal"
        && let Some(cell) = table.get("scale")
    {
        log.error(&cell.at, "no-effect", mistake::not_for_type("scale", &name.text));
    }
    match name.text.as_str() {
        "bool" => Some(Type::Bool),
        "int" => Some(Type::Int),
        "decimal" => Some(Type::Decimal { scale: scale(table, log)? }),
        "text" => Some(Type::Text),
        "date" => Some(Type::Date),
        other => {
            let types = ["bool", "int", "decimal", "text", "date"];
            log.error(&name.at, "unknown-choice", mistake::choice(other, &types));
            None
        }
    }
}

fn value(table: Table<'_>, (ty, shape): (Type, Shape), log: &Log) -> Option<(Dated, ValuePlaces)> {
    let area = table.text("area");
    let from = table.need_day("from");
    let to = table.day("to");
    let value = table.get("value");
    let unset = table.label("unset");
    let basis = table.need_basis();
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        log.error(&table.at, "ends-before-start", mistake::ends_before_start());
    }
    let codes = value.as_ref().map(|cell| codes(cell, shape)).unwrap_or_default();
    let setting = match (value, unset) {
        (Some(cell), None) => setting(&cell, ty, shape),
        (None, Some(reason)) => Some(Setting::Unset(reason)),
        _ => {
            log.error(&table.at, "value-or-unset", mistake::value_or_unset());
            None
        }
    };
    let at = table.at.clone();
    table.finish();
    let dated = Dated {
        from: from?,
        to,
        area: area.as_ref().map(|area| area.text.as_str().into()),
        basis: basis?,
        setting: setting?,
    };
    Some((dated, ValuePlaces { at, area, codes }))
}

fn codes(cell: &Cell<'_>, shape: Shape) -> Vec<Written> {
    match (shape, cell.value) {
        (Shape::Keyed, DeValue::Table(_)) => {
            let entries = cell.table().map(|table| table.entries()).unwrap_or_default();
            entries.into_iter().map(|(key, _)| key).collect()
        }
        (Shape::List, DeValue::Array(_)) => {
            let texts = cell.list().unwrap_or_default().into_iter();
            let texts =
                texts.filter(|cell| matches!(cell.value, DeValue::String(text) if !text.trim().is_empty()));
            texts.filter_map(|cell| cell.text()).collect()
        }
        _ => vec![],
    }
}

fn setting(cell: &Cell<'_>, ty: Type, shape: Shape) -> Option<Setting> {
    match shape {
        Shape::One => constant(cell, ty).map(Setting::One),
        Shape::List => {
            let cells = cell.list()?;
            let values: Vec<Const> = cells.iter().filter_map(|cell| constant(cell, ty)).collect();
            (values.len() == cells.len()).then_some(Setting::List(values))
        }
        Shape::Keyed => {
            let entries = cell.table()?.entries();
            let known = entries.len();
            let values: BTreeMap<String, Const> = entries
                .into_iter()
                .filter_map(|(key, cell)| Some((key.text, constant(&cell, ty)?)))
                .collect();
            (values.len() == known).then_some(Setting::Keyed(values))
        }
    }
}

/// A value of that type, or a mistake.
pub(super) fn constant(cell: &Cell<'_>, ty: Type) -> Option<Const> {
    match ty {
        Type::Bool => cell.bool().map(Const::Bool),
        Type::Int => {
            let value = cell.int()?;
            if value.unsigned_abs() >= MAX_UNSCALED.unsigned_abs() {
                return wrong_number(cell, 0);
            }
            Some(Const::Int(value))
        }
        Type::Decimal { scale } => decimal(cell, scale).map(Const::Decimal),
        Type::Text => cell.text().map(|written| Const::Text(written.text)),
        Type::Date => cell.day().map(Const::Date),
        Type::Point => None,
    }
}

/// A decimal from `"12.50"`, `12.50` or `12`. The digits are taken as they are written: no float is made of them.
pub(super) fn decimal(cell: &Cell<'_>, scale: u8) -> Option<Decimal> {
    let text = match cell.value {
        DeValue::String(text) => text.to_string(),
        DeValue::Float(value) => value.as_str().to_owned(),
        DeValue::Integer(_) => cell.int()?.to_string(),
        _ => return wrong_number(cell, scale),
    };
    let plain = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let plain = plain.starts_with(|ch: char| ch.is_ascii_digit())
        && plain.chars().all(|ch| ch.is_ascii_digit() || ch == '.');
    let value = plain.then(|| text.trim_start_matches('+').parse::<Decimal>().ok()).flatten();
    let value = value.filter(|value| value.normalize().scale() <= u32::from(scale)).map(|mut value| {
        value.rescale(u32::from(scale));
        value
    });
    match value.filter(|value| value.mantissa().abs() < i128::from(MAX_UNSCALED)) {
        Some(value) => Some(value),
        None => wrong_number(cell, scale),
    }
}

fn wrong_number<T>(cell: &Cell<'_>, scale: u8) -> Option<T> {
    let (zh, en) =
        (format!("至多 {scale} 位小数的数"), format!("a number with at most {scale} digits after the point"));
    let got = match cell.value {
        DeValue::String(text) => text.to_string(),
        DeValue::Float(value) => value.as_str().to_owned(),
        DeValue::Integer(value) => value.as_str().to_owned(),
        _ => "value".to_owned(),
    };
    cell.log.error(&cell.at, "wrong-value", mistake::value_type((&zh, &en), &got));
    None
}
