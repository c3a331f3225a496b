//! Conditions of SQLite's own test suite with the rows that satisfy them: the language means what SQL means.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use model::{FactId, FactType, RecordId, Truth, Value};
use rules::evaluate::{self, Setting};
use rules::language::{Scope, Wanted, compile_as};
use rules::table::Tables;
use serde::Deserialize;

use crate::shared;

#[derive(Deserialize)]
struct Suite {
    columns: Vec<String>,
    types: Vec<String>,
    rows: Vec<Vec<serde_json::Value>>,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "where")]
    condition: String,
    ids: Option<Vec<String>>,
    n: Option<usize>,
    md5: Option<String>,
    sorted: bool,
}

impl Query {
    /// Whether these ids, in the order of rows, are the stored answer.
    fn agrees(&self, mut ids: Vec<String>) -> bool {
        if self.sorted {
            ids.sort();
        }
        if let Some(expected) = &self.ids {
            return ids == *expected;
        }
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let digest: String = Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        Some(ids.len()) == self.n && Some(digest) == self.md5
    }
}

fn fact_type(name: &str) -> FactType {
    match name {
        "int" => FactType::Int,
        "decimal" => FactType::Decimal { scale: 2 },
        "text" => FactType::Text { format: None },
        other => panic!("{other}?"),
    }
}

/// The value as it is written: a decimal is never a float on its way.
fn value(json: &serde_json::Value, ty: &FactType) -> Option<Value> {
    let text = match json {
        serde_json::Value::Null => return None,
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(match ty {
        FactType::Int => Value::Int(text.parse().unwrap()),
        FactType::Decimal { scale } => {
            let mut value: rust_decimal::Decimal = text.parse().unwrap();
            value.rescale(u32::from(*scale));
            Value::Decimal(value)
        }
        _ => Value::Text(text),
    })
}

fn check(file: &str) {
    let Some(text) = shared::data(file) else { return };
    let suite: Suite = serde_json::from_str(&text).unwrap();
    let types: Vec<FactType> = suite.types.iter().map(|name| fact_type(name)).collect();
    let facts = suite.columns.iter().zip(&types).map(|(name, ty)| shared::fact(name, ty.clone())).collect();
    let mut rules = shared::city(facts);
    for (number, query) in suite.queries.iter().enumerate() {
        let scope = Scope::new(&rules.kinds, &[], &rules.city.areas, 0);
        let condition = compile_as(&query.condition, &scope, Wanted::Condition);
        let condition = condition.unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}", query.condition));
        rules.duties.push(shared::duty(number, condition));
    }
    let mut builder = Tables::builder(&rules);
    let mut ids: Vec<RecordId> = Vec::new();
    for row in &suite.rows {
        let known: BTreeMap<FactId, Value> = suite
            .columns
            .iter()
            .zip(row.iter().zip(&types))
            .filter_map(|(name, (json, ty))| Some((name.as_str().into(), value(json, ty)?)))
            .collect();
        let id = RecordId::from(row[0].to_string());
        builder.push(&"row".into(), id.clone(), &known).unwrap();
        ids.push(id);
    }
    let tables = builder.finish();
    let setting = Setting::on("2020-03-01".parse().unwrap());
    let pass = evaluate::pass(&rules, &tables, &setting);
    assert_eq!(pass.duties.len(), suite.queries.len());
    for (duty, query) in pass.duties.iter().zip(&suite.queries) {
        let satisfied = |answer: &dyn Fn(usize) -> Truth| {
            let rows = (0..ids.len()).filter(|row| answer(*row) == Truth::Yes);
            rows.map(|row| ids[row].to_string()).collect::<Vec<_>>()
        };
        let columns = satisfied(&|row| duty.should.get(row));
        let condition = &rules.duties[duty.index].should[0];
        let one = satisfied(&|row| {
            evaluate::truth(&rules, &tables, (&"row".into(), &ids[row], condition), &setting).0
        });
        assert!(query.agrees(columns.clone()), "columns: {}\n{columns:?}", query.condition);
        assert!(query.agrees(one.clone()), "one: {}\n{one:?}", query.condition);
    }
    assert_eq!(suite.queries.len(), 300);
}

#[test]
fn between_agrees_with_sqlite() {
    check("rules/between.json");
}

#[test]
fn commute_agrees_with_sqlite() {
    check("rules/commute.json");
}
