//! Measures a register of made-up firms: import, the same again, reading all, reading a past day, verifying.
//!
//! `cargo run --release -p store --example million -- sqlite:///tmp/million.db 1000000`

use std::ops::ControlFlow;
use std::time::Instant;

use model::event::{Event, EventType};
use model::{Change, FactId, KindId, RecordId, Value};
use serde_json::json;
use store::{Expected, Past, Schema, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "sqlite::memory:".to_owned());
    let rows: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let schema = Schema::default().found_by("firm", "uscc").found_by("firm", "name");
    let store = Store::open(&url, &schema)?;
    let event = Event {
        event_type: EventType::Import,
        at: chrono::DateTime::UNIX_EPOCH,
        on: chrono::NaiveDate::default(),
        actor: "example".to_owned(),
        synthetic: true,
        summary: json!({}),
    };
    let (kind, uscc, name) = (KindId::from("firm"), FactId::from("uscc"), FactId::from("name"));
    for round in ["first", "again"] {
        let start = Instant::now();
        let mut import = store.import(event.clone())?;
        let mut changed = 0;
        for number in 0..rows {
            if number % 512 == 0 {
                let coming = (number..rows.min(number + 512)).map(code);
                let texts = (number..rows.min(number + 512)).map(|number| (name.clone(), title(number)));
                let texts = texts.chain(coming.clone().map(|code| (uscc.clone(), code))).collect();
                import.expect(&Expected {
                    kind: kind.clone(),
                    ids: coming.map(RecordId::from).collect(),
                    texts,
                })?;
            }
            let change = firm(number);
            let code = change.id.to_string();
            if import.record(&kind, &RecordId::from(code.as_str()))?.is_none() {
                import.find(&kind, &uscc, &code)?;
                import.find(&kind, &name, &title(number))?;
                import.change(&change)?;
                changed += 1;
            }
        }
        import.commit(json!({"rows": rows}))?;
        report(&format!("import, {round}: {changed} changed"), start);
    }
    let start = Instant::now();
    let mut bytes = 0;
    store.each_record_text("firm", |record| bytes += record.facts.len())?;
    report(&format!("each_record_text, {bytes} bytes"), start);
    let start = Instant::now();
    let mut facts = 0;
    store.each_record("firm", |record| facts += record.facts.len())?;
    report(&format!("each_record, {facts} facts"), start);
    let start = Instant::now();
    let mut past = 0;
    store.each_record_on("firm", Past { on: event.on, known_at: None }, |_| past += 1)?;
    report(&format!("each_record_on, {past} records"), start);
    let start = Instant::now();
    let appends = 1000;
    for number in 0..appends {
        store.append(Event { event_type: EventType::Change, ..event.clone() }, vec![firm(number)])?;
    }
    report(&format!("{appends} appends, one after another"), start);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let (store, event) = (&store, &event);
            scope.spawn(move || {
                for number in 0..100 {
                    let event = Event { event_type: EventType::Change, ..event.clone() };
                    if let Err(error) = store.append(event, vec![firm(thread * 100 + number)]) {
                        eprintln!("{error}");
                    }
                }
            });
        }
    });
    report("6400 appends, 64 at once", start);
    let start = Instant::now();
    let found = store.verify(|_| ControlFlow::Continue(()))?;
    report(&format!("verify, {} lines, {:?}", found.lines, found.broken), start);
    Ok(())
}

/// Prints the time since `start`, the processor's time since the program began, and the highest memory.
fn report(what: &str, start: Instant) {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let ticks = |stat: &str| {
        stat.split(' ').skip(13).take(2).filter_map(|text| text.parse::<f64>().ok()).sum::<f64>()
    };
    let cpu_s = ticks(&read("/proc/self/stat")) / 100.0;
    let status = read("/proc/self/status");
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default().trim().to_owned();
    println!(
        "{:8.2} s  {what}  (processor {cpu_s:.1} s in all, memory {peak})",
        start.elapsed().as_secs_f64()
    );
}

fn code(number: u64) -> String {
    format!("91{:016X}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn title(number: u64) -> String {
    format!("许昌第{number}号有限公司")
}

/// A firm with 22 facts; codes come in no order.
fn firm(number: u64) -> Change {
    let code = code(number);
    let mut facts: std::collections::BTreeMap<FactId, Option<Value>> = (0..18)
        .map(|fact| {
            let value = match fact % 3 {
                0 => Value::Int(i64::try_from(number % 1000).unwrap_or(0) * fact),
                1 => Value::Text(format!("code{}", (number + fact.unsigned_abs()) % 16)),
                _ => Value::Bool(number.is_multiple_of(2)),
            };
            (FactId::from(format!("fact_{fact:02}")), Some(value))
        })
        .collect();
    facts.insert("uscc".into(), Some(Value::Text(code.clone())));
    facts.insert("name".into(), Some(Value::Text(title(number))));
    facts.insert("area".into(), Some(Value::Text(format!("41100{}", number % 6))));
    facts.insert("address".into(), Some(Value::Text(format!("河南省许昌市某某路{}号", number % 5000))));
    Change { kind: "firm".into(), id: code.into(), on: chrono::NaiveDate::default(), facts }
}
