//! The register as columns: one table a kind, one column a told fact.
//!
//! References are resolved to rows of the table they lead to, and back: from a row to those that point at it.

use std::collections::BTreeMap;

use model::{FactId, Kind, KindId, Label, Record, RecordId, Value};

use crate::column::{Column, ColumnBuilder, Texts};
use crate::evaluate::Facts;
use crate::evaluate::scalar::type_of;
use crate::expr::{FactIndex, KindIndex, Type};
use crate::places::Places;
use crate::ruleset::RuleSet;
use crate::stored::{self, Order};

/// No row.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Why a record has no place in the tables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The rules do not know the kind.
    #[error("records of kind '{0}' cannot be judged: the city folder has no such kind")]
    NoKind(KindId),
    /// A record that was already added; change it with [`Tables::update`].
    #[error("{0} '{1}' was added twice")]
    Twice(KindId, RecordId),
    /// A stored record that is no JSON object.
    #[error("what is stored of {0} '{1}' cannot be read: {2}")]
    Damaged(KindId, RecordId, String),
    /// More records of a kind than rows can be counted.
    #[error("there are more records of kind '{0}' than 4,294,967,294")]
    Full(KindId),
}

impl TableError {
    /// The same in both languages.
    pub fn label(&self) -> Label {
        let zh = match self {
            Self::NoKind(kind) => format!("无法判断“{kind}”类的记录：城市文件夹里没有这一类"),
            Self::Twice(kind, id) => format!("{kind} “{id}”出现了两次"),
            Self::Damaged(kind, id, why) => format!("{kind} “{id}”在库中的内容无法读取：{why}"),
            Self::Full(kind) => format!("“{kind}”类的记录超过 4,294,967,294 条"),
        };
        Label::new(zh, self.to_string())
    }
}

/// Every record, by kind. Derived facts are no part of it: they are computed for a day.
#[derive(Clone, Debug)]
pub struct Tables {
    kinds: Vec<Kind>,
    tables: Vec<Table>,
    /// Counts the updates that brought a new text or a larger number.
    growth: u64,
}

/// The records of one kind.
#[derive(Clone, Debug)]
pub struct Table {
    ids: Ids,
    types: Vec<Type>,
    columns: Vec<Option<Column>>,
    references: Vec<Option<Reference>>,
}

/// The ids of a table by row, and the rows by id.
#[derive(Clone, Debug, Default)]
struct Ids {
    list: Vec<RecordId>,
    places: Places,
}

impl Ids {
    fn row(&self, id: &str) -> Option<u32> {
        self.places.find(id, |row| self.list[row as usize].as_str())
    }

    /// Gives an id the next row.
    fn add(&mut self, kind: &KindId, id: &RecordId) -> Result<u32, TableError> {
        let row = u32::try_from(self.list.len()).ok().filter(|row| *row != NOBODY);
        let row = row.ok_or_else(|| TableError::Full(kind.clone()))?;
        let list = &self.list;
        if self.places.claim(id.as_str(), row, |row| list[row as usize].as_str()).is_some() {
            return Err(TableError::Twice(kind.clone(), id.clone()));
        }
        self.list.push(id.clone());
        Ok(row)
    }
}

/// A reference fact resolved. Lists of members run through `first` and `next`, so that a change moves one link.
#[derive(Clone, Debug)]
struct Reference {
    to: KindIndex,
    /// By key of the column's dictionary, the row it leads to.
    row_of_key: Vec<u32>,
    /// By row it leads to, the key.
    key_of_row: Vec<u32>,
    /// By key, the first row that points there.
    first: Vec<u32>,
    /// By row of this table, the next one that points to the same.
    next: Vec<u32>,
}

impl Tables {
    /// An empty register.
    pub fn builder(rules: &RuleSet) -> Builder {
        let kinds = rules.kinds.clone();
        let tables = kinds
            .iter()
            .map(|kind| OpenTable {
                ids: Ids::default(),
                order: Order::new(&kind.facts),
                columns: kind
                    .facts
                    .iter()
                    .map(|fact| fact.derived.is_none().then(|| ColumnBuilder::new(type_of(&fact.fact_type))))
                    .collect(),
            })
            .collect();
        Builder { kinds, tables }
    }

    /// The table of a kind, by its place in [`RuleSet::kinds`].
    pub fn table(&self, kind: KindIndex) -> &Table {
        &self.tables[kind]
    }

    /// The place of a kind.
    pub fn kind(&self, kind: &KindId) -> Option<KindIndex> {
        self.kinds.iter().position(|known| known.id == *kind)
    }

    /// The row of a record.
    pub fn row(&self, kind: KindIndex, id: &RecordId) -> Option<usize> {
        self.tables[kind].row(id)
    }

    /// What is told of a row.
    pub fn record(&self, kind: KindIndex, row: usize) -> Record {
        let (declared, table) = (&self.kinds[kind], &self.tables[kind]);
        let facts = declared.facts.iter().enumerate();
        let told = facts.filter_map(|(fact, declared)| Some((declared.id.clone(), table.value(row, fact)?)));
        Record { kind: declared.id.clone(), id: table.ids.list[row].clone(), facts: told.collect() }
    }

    /// The row of the table that a reference of a row leads to; none if it is missing or leads to nobody.
    pub fn follow(&self, kind: KindIndex, fact: FactIndex, row: usize) -> Option<usize> {
        let table = &self.tables[kind];
        let Some(Column::Text(texts)) = &table.columns[fact] else { return None };
        let key = texts.keys.get(row)?;
        let to = *table.references[fact].as_ref()?.row_of_key.get(key as usize)?;
        (to != NOBODY).then_some(to as usize)
    }

    /// The rows of `kind` whose reference `by` leads to a row of the kind it refers to, in no order.
    pub fn members(&self, kind: KindIndex, by: FactIndex, row: usize) -> impl Iterator<Item = usize> + '_ {
        let reference = self.tables[kind].references[by].as_ref();
        let first = reference
            .and_then(|reference| {
                let key = *reference.key_of_row.get(row)?;
                reference.first.get(key as usize)
            })
            .copied();
        let next =
            move |row: &u32| reference.and_then(|reference| reference.next.get(*row as usize)).copied();
        std::iter::successors(first.filter(|row| *row != NOBODY), move |row| {
            next(row).filter(|row| *row != NOBODY)
        })
        .map(|row| row as usize)
    }

    /// Counts the updates after which what was decided once for a column is not complete any more.
    pub(crate) fn growth(&self) -> u64 {
        self.growth
    }

    /// By key of a reference column's dictionary, the row it leads to.
    pub(crate) fn rows_of_keys(&self, kind: KindIndex, fact: FactIndex) -> Option<&[u32]> {
        self.tables[kind].references[fact].as_ref().map(|reference| reference.row_of_key.as_slice())
    }

    /// The facts of a record that `facts` tells otherwise than the tables do; of a new one those it tells at all.
    pub(crate) fn changes(
        &self,
        kind: KindIndex,
        row: Option<usize>,
        facts: &BTreeMap<FactId, Value>,
    ) -> Vec<FactIndex> {
        let table = &self.tables[kind];
        let columns = table.columns.iter().zip(&self.kinds[kind].facts).enumerate();
        let differs = |(column, declared): (&Option<Column>, &model::Fact), fact: FactIndex| {
            let told = facts.get(&declared.id);
            match (column, row) {
                (None, _) => false,
                (Some(_), None) => told.is_some(),
                (Some(column), Some(row)) => !column.holds(row, told, table.types[fact]),
            }
        };
        columns.filter(|(fact, both)| differs(*both, *fact)).map(|(fact, _)| fact).collect()
    }

    /// Replaces all that is told of one record, or adds it, and returns its row. Facts that the kind does not declare,
    /// and derived facts, are left out.
    pub fn update(
        &mut self,
        kind: &KindId,
        id: &RecordId,
        facts: &BTreeMap<FactId, Value>,
    ) -> Result<usize, TableError> {
        let place = self.kind(kind).ok_or_else(|| TableError::NoKind(kind.clone()))?;
        let row = self.row(place, id);
        let changes = self.changes(place, row, facts);
        self.write((place, row), id, facts, &changes)
    }

    /// Writes some facts of a record, or adds it where it has no row, and returns its row.
    pub(crate) fn write(
        &mut self,
        (place, known): (KindIndex, Option<usize>),
        id: &RecordId,
        facts: &BTreeMap<FactId, Value>,
        changes: &[FactIndex],
    ) -> Result<usize, TableError> {
        let table = &mut self.tables[place];
        let row = match known {
            Some(row) => row,
            None => table.ids.add(&self.kinds[place].id, id)? as usize,
        };
        // A new row is one more in every column.
        let all: Vec<FactIndex> = (0..table.columns.len()).collect();
        for fact in if known.is_some() { changes } else { &all } {
            let (ty, value) = (table.types[*fact], facts.get(&self.kinds[place].facts[*fact].id));
            let Some(column) = &mut table.columns[*fact] else { continue };
            let (before, extent) = (key_at(column, row), column.extent());
            column.set(row, value, ty);
            self.growth += u64::from(column.extent() != extent);
            let after = key_at(column, row);
            if let Some(reference) = &mut table.references[*fact] {
                reference.unlink(before, row);
                reference.link(after, row);
            }
        }
        if known.is_none() {
            self.point_at(place, row);
        }
        self.resolve_new_keys(place);
        Ok(row)
    }

    /// References to a record that has just been added lead to it from now on.
    fn point_at(&mut self, kind: KindIndex, row: usize) {
        let id = self.tables[kind].ids.list[row].clone();
        for table in &mut self.tables {
            for (column, reference) in table.columns.iter().zip(&mut table.references) {
                let (Some(Column::Text(texts)), Some(reference)) = (column, reference) else { continue };
                if reference.to == kind {
                    let key = texts.dictionary.find(id.as_str());
                    reference.point(key, row);
                }
            }
        }
    }

    /// Texts that are new to a reference column's dictionary lead to their records.
    fn resolve_new_keys(&mut self, kind: KindIndex) {
        for fact in 0..self.tables[kind].columns.len() {
            let table = &self.tables[kind];
            let (Some(Column::Text(texts)), Some(reference)) =
                (&table.columns[fact], &table.references[fact])
            else {
                continue;
            };
            let known = reference.row_of_key.len();
            let target = &self.tables[reference.to];
            let keys = known..texts.dictionary.len();
            let rows: Vec<_> = keys
                .filter_map(|key| {
                    let key = u32::try_from(key).ok()?;
                    Some((key, target.ids.row(texts.dictionary.get(key))))
                })
                .collect();
            let Some(reference) = &mut self.tables[kind].references[fact] else { continue };
            for (key, row) in rows {
                reference.point(Some(key), row.map_or(usize::MAX, |row| row as usize));
            }
        }
    }
}

/// The key of a row of a text column.
fn key_at(column: &Column, row: usize) -> Option<u32> {
    match column {
        Column::Text(texts) => texts.keys.get(row),
        _ => None,
    }
}

/// Writes into a vector that grows with [`NOBODY`].
fn put(list: &mut Vec<u32>, at: usize, value: u32) {
    if list.len() <= at {
        list.resize(at + 1, NOBODY);
    }
    list[at] = value;
}

impl Reference {
    /// Everything resolved at once.
    fn new(to: KindIndex, texts: &Texts, rows: usize, target: &Ids) -> Self {
        let mut reference = Self {
            to,
            row_of_key: vec![NOBODY; texts.dictionary.len()],
            key_of_row: vec![NOBODY; target.list.len()],
            first: vec![NOBODY; texts.dictionary.len()],
            next: vec![NOBODY; rows],
        };
        for (key, id) in (0u32..).zip(texts.dictionary.iter()) {
            if let Some(row) = target.row(id) {
                reference.point(Some(key), row as usize);
            }
        }
        // From the last, so that lists run in the order of rows and members are read in the order of memory.
        for row in (0..rows).rev() {
            reference.link(texts.keys.get(row), row);
        }
        reference
    }

    /// A key leads to a row, or to nobody where the row is `usize::MAX`.
    fn point(&mut self, key: Option<u32>, row: usize) {
        let Some(key) = key else { return };
        let target = u32::try_from(row).unwrap_or(NOBODY);
        put(&mut self.row_of_key, key as usize, target);
        if target != NOBODY {
            put(&mut self.key_of_row, row, key);
        }
    }

    fn link(&mut self, key: Option<u32>, row: usize) {
        let Some(key) = key else { return };
        let head = self.first.get(key as usize).copied().unwrap_or(NOBODY);
        put(&mut self.next, row, head);
        put(&mut self.first, key as usize, u32::try_from(row).unwrap_or(NOBODY));
    }

    fn unlink(&mut self, key: Option<u32>, row: usize) {
        let Some(key) = key else { return };
        let after = self.next.get(row).copied().unwrap_or(NOBODY);
        let mut at = self.first.get(key as usize).copied().unwrap_or(NOBODY);
        if at as usize == row {
            put(&mut self.first, key as usize, after);
            return;
        }
        while at != NOBODY {
            let next = self.next.get(at as usize).copied().unwrap_or(NOBODY);
            if next as usize == row {
                put(&mut self.next, at as usize, after);
                return;
            }
            at = next;
        }
    }
}

impl Table {
    /// How many records.
    pub fn len(&self) -> usize {
        self.ids.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.list.is_empty()
    }

    /// The records by row.
    pub fn ids(&self) -> &[RecordId] {
        &self.ids.list
    }

    /// The row of a record.
    pub fn row(&self, id: &RecordId) -> Option<usize> {
        self.ids.row(id.as_str()).map(|row| row as usize)
    }

    /// The column of a told fact; none for a derived one.
    pub fn column(&self, fact: FactIndex) -> Option<&Column> {
        self.columns[fact].as_ref()
    }

    /// The value of a told fact; none if it is missing.
    pub fn value(&self, row: usize, fact: FactIndex) -> Option<Value> {
        self.columns[fact].as_ref()?.value(row, self.types[fact])
    }
}

impl Facts for Tables {
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
        let kind = self.kind(kind)?;
        Some(self.record(kind, self.row(kind, id)?))
    }

    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
        let found = self.kind(kind).and_then(|kind| {
            let by = self.kinds[kind].facts.iter().position(|fact| fact.id == *by)?;
            let to = self.tables[kind].references[by].as_ref()?.to;
            Some((kind, by, self.row(to, id)?))
        });
        let Some((kind, by, row)) = found else { return Vec::new() };
        self.members(kind, by, row).map(|row| self.record(kind, row)).collect()
    }
}

/// Tables as records come in.
#[derive(Debug)]
pub struct Builder {
    kinds: Vec<Kind>,
    tables: Vec<OpenTable>,
}

#[derive(Debug)]
struct OpenTable {
    ids: Ids,
    order: Order,
    columns: Vec<Option<ColumnBuilder>>,
}

impl Builder {
    /// Adds a record. Facts that the kind does not declare, and derived facts, are left out.
    pub fn push(
        &mut self,
        kind: &KindId,
        id: RecordId,
        facts: &BTreeMap<FactId, Value>,
    ) -> Result<(), TableError> {
        let place = self.kinds.iter().position(|known| known.id == *kind);
        let place = place.ok_or_else(|| TableError::NoKind(kind.clone()))?;
        let table = &mut self.tables[place];
        table.ids.add(kind, &id)?;
        for (column, declared) in table.columns.iter_mut().zip(&self.kinds[place].facts) {
            if let Some(column) = column {
                column.push(facts.get(&declared.id), type_of(&declared.fact_type));
            }
        }
        Ok(())
    }

    /// Adds a record as it is stored: `facts` is a JSON object, best with its keys sorted. Takes what
    /// [`model::record::read_facts`] and [`Builder::push`] would, in a third of the time.
    pub fn push_stored(&mut self, kind: &KindId, id: RecordId, facts: &str) -> Result<(), TableError> {
        let place = self.kinds.iter().position(|known| known.id == *kind);
        let place = place.ok_or_else(|| TableError::NoKind(kind.clone()))?;
        let (table, declared) = (&mut self.tables[place], &self.kinds[place].facts);
        let row = table.ids.add(kind, &id)? as usize;
        stored::read(facts, &table.order, declared, &mut table.columns, row)
            .map_err(|error| TableError::Damaged(kind.clone(), id, error.to_string()))
    }

    /// The tables, with references resolved.
    pub fn finish(self) -> Tables {
        let kinds = self.kinds;
        let mut tables: Vec<Table> = self
            .tables
            .into_iter()
            .zip(&kinds)
            .map(|(table, kind)| Table {
                ids: table.ids,
                types: kind.facts.iter().map(|fact| type_of(&fact.fact_type)).collect(),
                references: vec![None; table.columns.len()],
                columns: table.columns.into_iter().map(|column| column.map(ColumnBuilder::finish)).collect(),
            })
            .collect();
        for (place, kind) in kinds.iter().enumerate() {
            for (fact, declared) in kind.facts.iter().enumerate() {
                let Some(to) = declared.fact_type.target() else { continue };
                let Some(to) = kinds.iter().position(|kind| kind.id == *to) else { continue };
                let Some(Column::Text(texts)) = &tables[place].columns[fact] else { continue };
                let target = &tables[to];
                let rows = tables[place].len();
                let reference = Reference::new(to, texts, rows, &target.ids);
                tables[place].references[fact] = Some(reference);
            }
        }
        Tables { kinds, tables, growth: 0 }
    }
}

#[cfg(test)]
mod tests {
    use model::FactType;

    use super::*;
    use crate::sample;

    fn facts(facts: &[(&str, Value)]) -> BTreeMap<FactId, Value> {
        facts.iter().map(|(id, value)| ((*id).into(), value.clone())).collect()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn a_stored_record_becomes_the_same_row_as_its_facts() {
        let facts = [
            ("staff", FactType::Int),
            ("open", FactType::Bool),
            ("name", FactType::Text { format: None }),
            ("rent", FactType::Decimal { scale: 2 }),
            ("since", FactType::Date),
            ("at", FactType::Point),
        ];
        let kind =
            sample::kind("shop", None, facts.map(|(id, fact_type)| sample::told(id, fact_type)).to_vec());
        let rules = RuleSet { kinds: vec![kind.clone()], ..sample::rules() };
        let (mut by_facts, mut stored) = (Tables::builder(&rules), Tables::builder(&rules));
        let texts = [
            r#"{"at":{"lat":34.0,"lon":113.8},"name":"一\n\"店\"","open":true,"rent":"12.30","since":"2020-02-06","staff":3}"#,
            r#"{"at":[113.8,34.0],"since":"2020-2-6","staff":-3,"name":""}"#,
            // Other shapes than the types, facts that are not declared, a number that is too large.
            r#"{"at":"here","gone":{"a":[1,null]},"name":4,"open":"yes","rent":1.5,"since":20200206,"staff":"3"}"#,
            r#"{"at":{"lat":1},"name":null,"rent":"1,000","since":"2020-02-30","staff":18446744073709551615}"#,
            r#"{"rent":"9999999999999999999.99","since":"+12020-01-01","staff":3.5}"#,
            r#"{"rent":"-0.5","since":"2020-13-01"}"#,
            r#"{"rent":"007"}"#,
            r#"{"rent":"1.005"}"#,
            r#"{"rent":"12."}"#,
            r#"{"rent":".5"}"#,
            r#"{"rent":"+3"}"#,
            r#"{"rent":"1_0"}"#,
            r#"{"rent":"-"}"#,
            r#"{"rent":"１２"}"#,
            r#"{"rent":"9999999999999999.99"}"#,
            r#"{"rent":"10000000000000000"}"#,
            "{}",
        ];
        for (number, text) in texts.iter().enumerate() {
            let id: RecordId = number.to_string().into();
            let json = serde_json::from_str(text).unwrap();
            by_facts.push(&kind.id, id.clone(), &model::record::read_facts(&kind, &json)).unwrap();
            stored.push_stored(&kind.id, id, text).unwrap();
        }
        let (by_facts, stored) = (by_facts.finish(), stored.finish());
        for (row, text) in texts.iter().enumerate() {
            assert_eq!(stored.record(0, row), by_facts.record(0, row), "{text}");
        }
        assert_eq!(stored.record(0, 0).facts.len(), 6);
        let mut broken = Tables::builder(&rules);
        for text in ["", "[]", r#"{"staff":3"#, r#"{"staff":3} {}"#] {
            let result = broken.push_stored(&kind.id, text.into(), text);
            assert!(matches!(result, Err(TableError::Damaged(..))), "{text}");
        }
    }

    #[test]
    fn references_lead_there_and_back() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        builder.push(&"firm".into(), "f1".into(), &facts(&[("staff", Value::Int(3))])).unwrap();
        for (id, tenant) in [("l1", "f1"), ("l2", "f2"), ("l3", "f1")] {
            builder.push(&"lease".into(), id.into(), &facts(&[("tenant", text(tenant))])).unwrap();
        }
        let twice = builder.push(&"firm".into(), "f1".into(), &BTreeMap::new());
        assert_eq!(twice, Err(TableError::Twice("firm".into(), "f1".into())));
        let mut tables = builder.finish();
        let members = |tables: &Tables, row| {
            let mut rows: Vec<usize> = tables.members(1, 0, row).collect();
            rows.sort_unstable();
            rows
        };
        assert_eq!(members(&tables, 0), [0, 2]);
        assert_eq!([0, 1, 2].map(|row| tables.follow(1, 0, row)), [Some(0), None, Some(0)]);
        // A lease changes hands, and the tenant that nobody knew arrives.
        tables.update(&"lease".into(), &"l1".into(), &facts(&[("tenant", text("f2"))])).unwrap();
        tables.update(&"firm".into(), &"f2".into(), &facts(&[])).unwrap();
        assert_eq!((members(&tables, 0), members(&tables, 1)), (vec![2], vec![0, 1]));
        assert_eq!([0, 1, 2].map(|row| tables.follow(1, 0, row)), [Some(1), Some(1), Some(0)]);
        // A new lease of a firm that comes later still.
        tables.update(&"lease".into(), &"l4".into(), &facts(&[("tenant", text("f3"))])).unwrap();
        assert_eq!(tables.follow(1, 0, 3), None);
        tables.update(&"firm".into(), &"f3".into(), &facts(&[("staff", Value::Int(1))])).unwrap();
        assert_eq!(tables.follow(1, 0, 3), Some(2));
        tables.update(&"lease".into(), &"l4".into(), &facts(&[])).unwrap();
        assert_eq!((tables.follow(1, 0, 3), members(&tables, 2)), (None, vec![]));
        assert_eq!(tables.record(0, 2).facts, facts(&[("staff", Value::Int(1))]));
    }
}
