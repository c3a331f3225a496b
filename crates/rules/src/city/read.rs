//! TOML values with their places: each is asked for by key and type, and what nobody asked for is a mistake.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use chrono::NaiveDate;
use model::Label;
use model::duty::{Basis, Confidence};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake;
use super::source::{At, Log, Written};

/// Most mistakes of form that are told of one file: what follows them is usually the first one again.
const MAX_FORM_MISTAKES: usize = 10;

/// A file's form; none if it is broken, with what is wrong told.
pub(super) fn parse(log: &Log, file: usize) -> Option<Spanned<DeTable<'_>>> {
    let text = &log.sources.get(file)?.text;
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors.iter().take(MAX_FORM_MISTAKES) {
        let at = At { file, span: error.span().unwrap_or(0..0) };
        log.error(&at, "toml", mistake::toml(error.message()));
    }
    errors.is_empty().then_some(document)
}

/// The top table of a file.
pub(super) fn top<'a>(document: &'a Spanned<DeTable<'a>>, file: usize, log: &'a Log) -> Table<'a> {
    Table::new(document.get_ref(), At { file, span: 0..0 }, log)
}

/// A table, and which of its keys have been asked for.
pub(super) struct Table<'a> {
    table: &'a DeTable<'a>,
    pub at: At,
    log: &'a Log,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A value at its place.
#[derive(Clone)]
pub(super) struct Cell<'a> {
    pub value: &'a DeValue<'a>,
    pub at: At,
    pub log: &'a Log,
}

impl<'a> Table<'a> {
    fn new(table: &'a DeTable<'a>, at: At, log: &'a Log) -> Self {
        Self { table, at, log, asked: RefCell::default() }
    }

    fn cell(&self, value: &'a Spanned<DeValue<'a>>) -> Cell<'a> {
        Cell { value: value.get_ref(), at: self.place(value.span()), log: self.log }
    }

    fn place(&self, span: Range<usize>) -> At {
        At { file: self.at.file, span }
    }

    /// The value of a key that may be there.
    pub(super) fn get(&self, key: &'static str) -> Option<Cell<'a>> {
        self.asked.borrow_mut().insert(key);
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.cell(value))
    }

    /// Keys that may be there, whether or not they are asked for later.
    pub(super) fn allow(&self, keys: &[&'static str]) {
        self.asked.borrow_mut().extend(keys);
    }

    /// The value of a key that has to be there.
    pub(super) fn need(&self, key: &'static str) -> Option<Cell<'a>> {
        let cell = self.get(key);
        if cell.is_none() {
            self.log.error(&self.at, "missing-key", mistake::missing_key(key));
        }
        cell
    }

    /// Every key with its place and value.
    pub(super) fn entries(&self) -> Vec<(Written, Cell<'a>)> {
        let entry = |(name, value): (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)| {
            let name = Written { text: name.get_ref().to_string(), at: self.place(name.span()) };
            (name, self.cell(value))
        };
        self.table.iter().map(entry).collect()
    }

    /// Tells of keys that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.into_inner();
        for (name, _) in self.table {
            if !asked.contains(name.get_ref().as_ref()) {
                let names: Vec<&str> = asked.iter().copied().collect();
                let at = At { file: self.at.file, span: name.span() };
                self.log.error(&at, "unknown-key", mistake::unknown_key(name.get_ref(), &names));
            }
        }
    }

    /// Text that has to be there.
    pub(super) fn need_text(&self, key: &'static str) -> Option<Written> {
        self.need(key)?.text()
    }

    /// Text that may be there.
    pub(super) fn text(&self, key: &'static str) -> Option<Written> {
        self.get(key)?.text()
    }

    /// A list of texts that may be there.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Written> {
        let list = self.get(key).and_then(|cell| cell.list()).unwrap_or_default();
        list.iter().filter_map(Cell::text).collect()
    }

    /// A list of tables that may be there.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let list = self.get(key).and_then(|cell| cell.list()).unwrap_or_default();
        list.iter().filter_map(Cell::table).collect()
    }

    /// A label that has to be there.
    pub(super) fn need_label(&self, key: &'static str) -> Option<Label> {
        self.need(key)?.label()
    }

    /// A label that may be there.
    pub(super) fn label(&self, key: &'static str) -> Option<Label> {
        self.get(key)?.label()
    }

    /// A day that has to be there.
    pub(super) fn need_day(&self, key: &'static str) -> Option<NaiveDate> {
        self.need(key)?.day()
    }

    /// A day that may be there.
    pub(super) fn day(&self, key: &'static str) -> Option<NaiveDate> {
        self.get(key)?.day()
    }

    /// A document that has to be named.
    pub(super) fn need_basis(&self) -> Option<Basis> {
        let table = self.need("basis")?.table()?;
        let doc = table.need_text("doc");
        let clause = table.text("clause");
        let title = table.text("title");
        let confidence = table.text("confidence");
        let confidence = confidence.map(|written| match written.text.as_str() {
            "S" => Some(Confidence::S),
            "P" => Some(Confidence::P),
            "M" => Some(Confidence::M),
            other => {
                self.log.error(&written.at, "unknown-choice", mistake::choice(other, &["S", "P", "M"]));
                None
            }
        });
        table.finish();
        Some(Basis {
            doc: doc?.text,
            clause: clause.map(|written| written.text),
            title: title.map(|written| written.text),
            confidence: confidence.flatten(),
        })
    }
}

impl<'a> Cell<'a> {
    fn wrong<T>(&self, wanted: (&str, &str)) -> Option<T> {
        self.log.error(&self.at, "wrong-toml-type", mistake::toml_type(wanted, type_name(self.value)));
        None
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    pub(super) fn text(&self) -> Option<Written> {
        match self.value {
            DeValue::String(text) if !text.trim().is_empty() => {
                Some(Written { text: text.to_string(), at: self.at.clone() })
            }
            DeValue::String(_) => {
                self.log.error(&self.at, "empty", mistake::empty());
                None
            }
            _ => self.wrong(("引号里的文字", "text in quotes")),
        }
    }

    pub(super) fn int(&self) -> Option<i64> {
        let DeValue::Integer(value) = self.value else { return self.wrong(("整数", "a whole number")) };
        let parsed = i64::from_str_radix(value.as_str(), value.radix()).ok();
        parsed.or_else(|| self.wrong(("64 位以内的整数", "a whole number of 64 bits")))
    }

    pub(super) fn bool(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong(("true 或 false", "true or false")),
        }
    }

    pub(super) fn day(&self) -> Option<NaiveDate> {
        let wanted = ("日期，如 2020-02-06（不加引号）", "a day, as 2020-02-06, without quotes");
        let DeValue::Datetime(value) = self.value else { return self.wrong(wanted) };
        match (value.date, value.time, value.offset) {
            (Some(date), None, None) => {
                let day = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into());
                day.or_else(|| self.wrong(wanted))
            }
            _ => self.wrong(wanted),
        }
    }

    pub(super) fn list(&self) -> Option<Vec<Cell<'a>>> {
        let DeValue::Array(list) = self.value else {
            return self.wrong(("列表 [ … ]", "a list [ … ]"));
        };
        let cell = |value: &'a Spanned<DeValue<'a>>| Cell {
            value: value.get_ref(),
            at: At { file: self.at.file, span: value.span() },
            log: self.log,
        };
        Some(list.iter().map(cell).collect())
    }

    pub(super) fn table(&self) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(table) => Some(Table::new(table, self.at.clone(), self.log)),
            _ => self.wrong(("表 { … }", "a table { … }")),
        }
    }

    pub(super) fn label(&self) -> Option<Label> {
        let table = self.table()?;
        let (zh, en) = (table.need_text("zh"), table.need_text("en"));
        table.finish();
        Some(Label { zh: zh?.text, en: en?.text })
    }
}

fn type_name(value: &DeValue<'_>) -> (&'static str, &'static str) {
    match value {
        DeValue::String(_) => ("文字", "text"),
        DeValue::Integer(_) => ("整数", "a whole number"),
        DeValue::Float(_) => ("小数", "a number with a point"),
        DeValue::Boolean(_) => ("true/false", "true or false"),
        DeValue::Datetime(_) => ("日期", "a day"),
        DeValue::Array(_) => ("列表", "a list"),
        DeValue::Table(_) => ("表", "a table"),
    }
}
