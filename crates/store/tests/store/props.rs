//! Replay of events = register, for any changes in any order, late arrivals and facts taken back among them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::event::EventType;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};
use store::{Past, Store};

use crate::fixture::{Register, assert_sound, day, event, firm};
use crate::on_both;

on_both! {
    replay_is_the_register,
}

/// One thing told: of which record, for which day of March, which fact, which value (none takes it back).
type Telling = (u8, u32, u8, Option<i64>);

fn tellings() -> impl Strategy<Value = Vec<Vec<Telling>>> {
    let telling = (0..3u8, 1..8u32, 0..4u8, proptest::option::weighted(0.8, 0..5i64));
    proptest::collection::vec(proptest::collection::vec(telling, 0..6), 1..8)
}

fn on(march: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 3, march).unwrap()
}

/// The rule in its plainest form: of what was told for that day or before, the latest day; of one day, the last told.
fn expected(events: &[Vec<Telling>], record: u8, past: NaiveDate) -> Option<Map<String, Json>> {
    let mut told: Vec<&Telling> = events.iter().flatten().filter(|telling| telling.0 == record).collect();
    told.retain(|telling| on(telling.1) <= past);
    told.sort_by_key(|telling| telling.1);
    let mut facts = BTreeMap::new();
    for telling in &told {
        facts.insert(format!("fact_{}", telling.2), telling.3);
    }
    let known = facts.into_iter().filter_map(|(fact, value)| Some((fact, json!(value?)))).collect();
    (!told.is_empty()).then_some(known)
}

fn check(store: &Store, events: &[Vec<Telling>], run: usize) {
    let id = |record: u8| format!("R{run}-{record}");
    let first = store.last_seq().unwrap();
    for (number, tellings) in events.iter().enumerate() {
        let changes = tellings.iter().map(|(record, march, fact, value)| {
            firm(&id(*record), &on(*march).to_string(), json!({format!("fact_{fact}"): value}))
        });
        // Both ways in must agree.
        if number % 2 == 0 {
            store.append(event(EventType::Change, "2020-03-09"), changes.collect()).unwrap();
        } else {
            let mut import = store.import(event(EventType::Import, "2020-03-09")).unwrap();
            changes.for_each(|change| import.change(&change).unwrap());
            import.commit(json!({})).unwrap();
        }
    }
    let facts = |record: Option<store::StoredRecord>| record.map(|record| record.facts);
    for record in 0..3 {
        let now = facts(store.record("firm", &id(record)).unwrap());
        assert_eq!(now, expected(events, record, day("2020-12-31")));
        for march in 1..8 {
            let past = Past { on: on(march), known_at: None };
            let then = facts(store.record_on("firm", &id(record), past).unwrap());
            assert_eq!(then, expected(events, record, on(march)));
        }
        for (known, seq) in (1..=events.len()).zip(first + 1..) {
            let past = Past { on: day("2020-12-31"), known_at: Some(seq) };
            let then = facts(store.record_on("firm", &id(record), past).unwrap());
            assert_eq!(then, expected(&events[..known], record, day("2020-12-31")));
        }
    }
}

fn replay_is_the_register(register: &Register) {
    let store = register.open();
    let run = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&tellings(), |events| {
            run.set(run.get() + 1);
            check(&store, &events, run.get());
            Ok(())
        })
        .unwrap();
    assert_sound(&store);
}
