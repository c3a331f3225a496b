//! `kinds/*.toml`: a kind, its facts, the cases of its derived facts.

use model::kind::Derived;
use model::value::{CodeOption, MAX_SCALE, TextFormat};
use model::{Fact, FactType, Kind, Unit};

use super::case_file::{self, CaseDraft};
use super::mistake;
use super::name;
use super::read::{Cell, Table};
use super::source::{At, Log, Written};

/// A kind as its file words it, with the places of what has to be checked against other files.
pub(super) struct KindDraft<'a> {
    pub kind: Kind,
    pub at: At,
    /// Places of `key` and `also_key`, with the names.
    pub keys: Vec<Written>,
    pub also_keys: Vec<Written>,
    pub name: Option<Written>,
    pub area: Option<Written>,
    /// One for each fact, in order.
    pub facts: Vec<FactDraft>,
    pub cases: Vec<CaseDraft<'a>>,
}

/// Lists of the city folder that may be the options of a code.
pub(super) const DUTIES: &str = "duties";
pub(super) const REASONS: &str = "exemption-reasons";

/// Places of a fact's parts.
pub(super) struct FactDraft {
    pub at: At,
    /// The list of the city folder that its options are.
    pub listed: Option<Written>,
    pub to: Option<Written>,
    pub value: Option<Written>,
    pub from: Option<Written>,
    pub by: Option<Written>,
}

pub(super) fn read<'a>(table: &Table<'a>, log: &'a Log) -> Option<KindDraft<'a>> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("label");
    let keys = table.texts("key");
    let also_keys = table.texts("also_key");
    let name = table.text("name");
    let area = table.text("area");
    let facts: Vec<(Fact, FactDraft)> =
        table.tables("fact").into_iter().filter_map(|table| fact(table, log)).collect();
    let cases = table.tables("case").into_iter().filter_map(case_file::read).collect();
    let (facts, drafts): (Vec<Fact>, Vec<FactDraft>) = facts.into_iter().unzip();
    let id = id?;
    let kind = Kind {
        id: id.text.as_str().into(),
        label: label?,
        key: keys.iter().map(|key| key.text.as_str().into()).collect(),
        also_key: also_keys.iter().map(|key| key.text.as_str().into()).collect(),
        name: name.as_ref().map(|name| name.text.as_str().into()),
        area: area.as_ref().map(|area| area.text.clone()),
        facts,
    };
    Some(KindDraft { kind, at: id.at, keys, also_keys, name, area, facts: drafts, cases })
}

fn fact(table: Table<'_>, log: &Log) -> Option<(Fact, FactDraft)> {
    let id = name::word(log, table.need_text("id"));
    let label = table.need_label("label");
    let also = table.texts("also");
    let type_name = table.need_text("type");
    let unit = table.text("unit");
    let to = table.text("to");
    let personal = table.get("personal").and_then(|cell| cell.bool()).unwrap_or(false);
    let question = table.label("question");
    let value = table.text("value");
    let from = table.text("from");
    let by = table.text("by");
    let listed = table.get("options").filter(Cell::is_text).and_then(|cell| cell.text());
    table.allow(&["format", "options", "scale"]);
    let fact_type = type_name.as_ref().and_then(|name| fact_type(&table, name, to.as_ref(), log));
    let number = matches!(fact_type, Some(FactType::Int | FactType::Decimal { .. }));
    let unit = unit_of(&table, unit, number, log);
    for (key, written) in [("from", &from), ("by", &by)] {
        if let (None, Some(written)) = (&value, written) {
            log.error(&written.at, "no-effect", mistake::derived_and_asked(key));
        }
    }
    if from.is_some() != by.is_some() {
        log.error(&table.at, "from-without-by", mistake::from_without_by());
    }
    table.finish();
    let (id, fact_type) = (id?, fact_type?);
    let derived = value.as_ref().map(|value| Derived {
        value: value.text.clone(),
        from: from.as_ref().map(|from| from.text.as_str().into()),
        by: by.as_ref().map(|by| by.text.as_str().into()),
    });
    let fact = Fact {
        id: id.text.as_str().into(),
        label: label?,
        also: also.into_iter().map(|written| written.text).collect(),
        fact_type,
        unit,
        personal,
        question,
        derived,
    };
    Some((fact, FactDraft { at: id.at, listed, to, value, from, by }))
}

/// The unit, which numbers have and nothing else.
pub(super) fn unit_of(table: &Table<'_>, unit: Option<Written>, number: bool, log: &Log) -> Option<Unit> {
    match unit {
        Some(written) if number => match written.text.parse() {
            Ok(unit) => Some(unit),
            Err(error) => {
                let error: String = error;
                log.error(&written.at, "bad-unit", mistake::bad_unit(&error));
                None
            }
        },
        Some(written) => {
            log.error(&written.at, "no-effect", mistake::not_for_type("unit", "…"));
            None
        }
        None if number => {
            log.error(&table.at, "missing-key", mistake::missing_key("unit"));
            None
        }
        None => None,
    }
}

fn fact_type(table: &Table<'_>, name: &Written, to: Option<&Written>, log: &Log) -> Option<FactType> {
    const TYPES: [&str; 9] = ["bool", "int", "decimal", "text", "code", "date", "point", "ref", "area"];
    if !TYPES.contains(&name.text.as_str()) {
        log.error(&name.at, "unknown-choice", mistake::choice(&name.text, &TYPES));
        return None;
    }
    let only = |key: &'static str, type_name: &str| {
        if name.text != type_name
            && let Some(cell) = table.get(key)
        {
            log.error(&cell.at, "no-effect", mistake::not_for_type(key, &name.text));
        }
    };
    only("scale", "decimal");
    only("options", "code");
    only("format", "text");
    if let Some(to) = to.filter(|_| !matches!(name.text.as_str(), "ref" | "area")) {
        log.error(&to.at, "no-effect", mistake::not_for_type("to", &name.text));
    }
    let fact_type = match name.text.as_str() {
        "bool" => FactType::Bool,
        "int" => FactType::Int,
        "decimal" => FactType::Decimal { scale: scale(table, log)? },
        "text" => FactType::Text { format: format(table, log) },
        "code" => FactType::Code { options: options(table, log)? },
        "date" => FactType::Date,
        "point" => FactType::Point,
        "ref" => match to {
            Some(to) => FactType::Ref { to: to.text.as_str().into() },
            None => {
                log.error(&name.at, "missing-key", mistake::missing_key("to"));
                return None;
            }
        },
        _ => FactType::Area { to: to.map(|to| to.text.as_str().into()) },
    };
    Some(fact_type)
}

/// Digits after the point: 2 unless said.
pub(super) fn scale(table: &Table<'_>, log: &Log) -> Option<u8> {
    let Some(cell) = table.get("scale") else { return Some(2) };
    let scale = u8::try_from(cell.int()?).ok().filter(|scale| *scale <= MAX_SCALE);
    if scale.is_none() {
        log.error(&cell.at, "bad-scale", mistake::scale(MAX_SCALE));
    }
    scale
}

fn format(table: &Table<'_>, log: &Log) -> Option<TextFormat> {
    let written = table.text("format")?;
    match written.text.as_str() {
        "uscc" => Some(TextFormat::Uscc),
        "files" => Some(TextFormat::Files),
        other => {
            log.error(&written.at, "unknown-choice", mistake::choice(other, &["uscc", "files"]));
            None
        }
    }
}

/// `options = "duties"`: the name of a list.
fn listed(cell: &Cell<'_>, log: &Log) -> Option<Written> {
    let written = cell.text()?;
    if [DUTIES, REASONS].contains(&written.text.as_str()) {
        return Some(written);
    }
    log.error(&written.at, "unknown-choice", mistake::choice(&written.text, &[DUTIES, REASONS]));
    None
}

fn options(table: &Table<'_>, log: &Log) -> Option<Vec<CodeOption>> {
    let mut options: Vec<CodeOption> = Vec::new();
    let cell = table.need("options")?;
    if cell.is_text() {
        // Known once everything is read.
        return listed(&cell, log).map(|_| options);
    }
    for table in cell.list()?.iter().filter_map(|cell| cell.table()) {
        let id = table.need_text("id");
        let label = table.need_label("label");
        let also = table.texts("also");
        table.finish();
        let (Some(id), Some(label)) = (id, label) else { continue };
        if options.iter().any(|option| option.id == id.text) {
            log.error(&id.at, "twice", mistake::twice(("代码", "code"), &id.text, "options"));
            continue;
        }
        let also = also.into_iter().map(|written| written.text).collect();
        options.push(CodeOption { id: id.text, label, also });
    }
    if options.is_empty() {
        log.error(&cell.at, "no-options", mistake::no_options());
        return None;
    }
    Some(options)
}
