//! The lowered SQL gives the same answers as our evaluators, on an engine that is not ours.

use std::path::Path;
use std::process::Command;

use model::{FactType, Truth, Value};
use rules::evaluate::pass;
use rules::number;
use rules::sql::{Dialect, column_type, lower};
use serde_json::{Value as Json, json};

use crate::random::{self, Random};
use crate::setting;

/// The Python that has the engines: YINGJIN_PYTHON, else the one on the path.
fn python() -> String {
    std::env::var("YINGJIN_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn has(module: &str) -> bool {
    let found = Command::new(python()).args(["-c", &format!("import {module}")]).output();
    found.is_ok_and(|found| found.status.success())
}

fn cell(value: Option<Value>) -> Json {
    match value {
        Some(Value::Point(point)) => json!(format!("{} {}", point.lon, point.lat)),
        Some(other) => json!(other),
        None => Json::Null,
    }
}

fn truth(truth: Truth) -> Json {
    match truth {
        Truth::Yes => json!(true),
        Truth::No => json!(false),
        Truth::Unknown => Json::Null,
    }
}

/// One random city, its register, the SQL of one kind and what we say ourselves.
fn case(seed: u64, kind: usize, dialect: Dialect) -> Json {
    let mut random = Random::small(seed);
    let rules = random::rules(&mut random);
    let register = random::register(&mut random, &rules, 12);
    let tables = random::tables(&rules, &register);
    let mut sheets = serde_json::Map::new();
    for (place, declared) in rules.kinds.iter().enumerate() {
        let told = || declared.facts.iter().enumerate().filter(|(_, fact)| fact.derived.is_none());
        let mut columns = vec![json!(["id", "VARCHAR(4000)"])];
        columns.extend(told().map(|(_, fact)| json!([fact.id, column_type(&fact.fact_type)])));
        let table = tables.table(place);
        let rows: Vec<Vec<Json>> = (0..table.len())
            .map(|row| {
                let cells = told().map(|(fact, _)| cell(table.value(row, fact)));
                std::iter::once(json!(table.ids()[row])).chain(cells).collect()
            })
            .collect();
        sheets.insert(declared.id.to_string(), json!({"columns": columns, "rows": rows}));
    }
    let found = pass(&rules, &tables, &setting());
    let mut expected = serde_json::Map::new();
    for (row, id) in tables.table(kind).ids().iter().enumerate() {
        let mut answers = serde_json::Map::new();
        for duty in found.duties.iter().filter(|duty| duty.kind == kind) {
            let figure = |numbers: &Option<rules::evaluate::Numbers>| {
                let value = numbers.as_ref().and_then(|numbers| numbers.get(row));
                value.map_or(Json::Null, |value| json!(value.normalize().to_string()))
            };
            let arises = duty.arises.as_ref().and_then(|dates| dates.get(row));
            for (part, value) in [
                ("should", truth(duty.should.get(row))),
                ("done", truth(duty.done.get(row))),
                ("exempt", truth(duty.exempt.get(row))),
                ("amount", figure(&duty.amount)),
                ("paid", figure(&duty.paid)),
                ("arises", json!(arises)),
            ] {
                answers.insert(format!("{}.{part}", duty.duty), value);
            }
        }
        expected.insert(id.to_string(), Json::Object(answers));
    }
    let sql = lower(&rules, kind, &setting(), dialect).unwrap();
    json!({"tables": sheets, "sql": sql, "expected": expected})
}

fn check(module: &str, engine: &str, cases: &[Json]) {
    if !has(module) {
        let message = format!("{module} is not installed for {}", python());
        assert!(
            std::env::var("CI").is_err_and(|_| true),
            "{message}: pip install {module}, or set YINGJIN_PYTHON"
        );
        eprintln!("skipped: {message}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    std::fs::write(&file, serde_json::to_string(cases).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/check.py");
    let output = Command::new(python()).arg(script).arg(engine).arg(&file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    eprintln!("{text}");
}

#[test]
fn duckdb_agrees() {
    let cases: Vec<Json> =
        (0..40).flat_map(|seed| [0, 1].map(|kind| case(seed, kind, Dialect::DuckDb))).collect();
    check("duckdb", "duckdb", &cases);
}

/// Not in every run: Spark and Java are large, and start slowly.
#[test]
#[ignore = "needs pyspark and Java and takes many minutes; run it with --ignored where YINGJIN_PYTHON has them"]
fn spark_agrees() {
    let cases: Vec<Json> =
        (0..6).flat_map(|seed| [0, 1].map(|kind| case(seed, kind, Dialect::Spark))).collect();
    check("pyspark", "spark", &cases);
}

/// A lowered number has the digits of its type.
#[test]
fn columns_hold_what_the_register_may() {
    assert_eq!(column_type(&FactType::Decimal { scale: 2 }), "DECIMAL(18, 2)");
    assert!(number::power_of_ten(18).unwrap() >= i128::from(model::value::MAX_UNSCALED));
}
