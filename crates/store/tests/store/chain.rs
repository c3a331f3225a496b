//! The chain shows every tampering, and where.

use std::ops::ControlFlow;

use serde_json::json;
use store::{Break, Broken};

use crate::fixture::{Register, assert_sound, firm, schema, tell, told};
use crate::on_both;

on_both! {
    event_altered,
    event_removed,
    event_altered_and_hashed_anew,
    line_altered,
    line_removed,
    line_added,
    line_of_no_event,
    record_altered,
    record_renamed,
    index_altered,
    past_is_not_edited_by_accident,
    stopped_when_asked,
}

/// Three events, then somebody goes around the program; returns what is found.
fn after(register: &Register, sql: &str) -> Option<Break> {
    let store = register.open();
    for number in 1..=3 {
        let first = firm("A", "2020-03-01", json!({"staff": number}));
        let second = firm(&format!("F{number}"), "2020-03-01", json!({"staff": number}));
        tell(&store, "2020-03-01", vec![first, second]);
    }
    assert_sound(&store);
    register.unlock();
    register.tamper(sql);
    store.verify(|_| ControlFlow::Continue(())).unwrap().broken
}

fn check(register: &Register, sql: &str, seq: i64, what: Broken) {
    assert_eq!(after(register, sql), Some(Break { seq: Some(seq), record: None, what }), "{sql}");
}

fn event_altered(register: &Register) {
    check(register, "UPDATE event SET actor = 'somebody' WHERE seq = 2", 2, Broken::EventAltered);
}

fn event_removed(register: &Register) {
    check(register, "DELETE FROM event WHERE seq = 2", 3, Broken::EventMissing);
}

fn event_altered_and_hashed_anew(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    let stored = store.event(1).unwrap().unwrap();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 2}))]);
    let forged = model::event::Event { actor: "somebody".to_owned(), ..stored.event };
    let hash = forged.hash(1, stored.previous, stored.body);
    register.unlock();
    register.tamper(&format!("UPDATE event SET actor = 'somebody', hash = '{hash}' WHERE seq = 1"));
    let broken = store.verify(|_| ControlFlow::Continue(())).unwrap().broken;
    assert_eq!(broken, Some(Break { seq: Some(2), record: None, what: Broken::LinkBroken }));
}

fn line_altered(register: &Register) {
    let sql = r#"UPDATE change SET facts = '{"staff":9}' WHERE event_seq = 2 AND ordinal = 1"#;
    check(register, sql, 2, Broken::BodyAltered);
}

fn line_removed(register: &Register) {
    check(register, "DELETE FROM change WHERE event_seq = 3 AND ordinal = 0", 3, Broken::BodyMissing);
}

fn line_added(register: &Register) {
    let sql = "INSERT INTO change (event_seq, ordinal, record_no, on_day, facts)
               VALUES (2, 2, 1, '2020-03-01', '{}')";
    check(register, sql, 2, Broken::BodyExtra);
}

fn line_of_no_event(register: &Register) {
    let sql = "INSERT INTO change (event_seq, ordinal, record_no, on_day, facts)
               VALUES (4, 0, 1, '2020-03-01', '{}')";
    check(register, sql, 4, Broken::BodyExtra);
}

fn record_altered(register: &Register) {
    let sql = r#"UPDATE record SET facts = '{"staff":9}' WHERE id = 'F2'"#;
    let record = Some(("firm".into(), "F2".into()));
    assert_eq!(after(register, sql), Some(Break { seq: None, record, what: Broken::RecordAltered }));
}

fn index_altered(register: &Register) {
    let store = register.open();
    let named = |name: &str| firm("A", "2020-03-01", json!({"uscc": "A", "name": name, "staff": 1}));
    let lease = |tenant: &str| told("lease", "L", "2020-03-01", json!({"no": "L", "tenant": tenant}));
    tell(&store, "2020-03-01", vec![named("甲"), firm("B", "2020-03-01", json!({"uscc": "B"})), lease("A")]);
    // A former name stays, the former tenant does not; what is told twice is there once.
    tell(&store, "2020-03-01", vec![named("乙"), named("甲"), lease("B")]);
    assert!(store.verify(|_| ControlFlow::Continue(())).unwrap().indexes);
    assert_sound(&store);
    for (wrong, right, record) in [
        (
            "DELETE FROM link WHERE target = 'B'",
            "INSERT INTO link VALUES ('lease', 'tenant', 'B', (SELECT id_no FROM record WHERE id = 'L'))",
            Some(("lease", "L")),
        ),
        (
            "INSERT INTO identifier VALUES ('firm', 'name', '丙', (SELECT id_no FROM record WHERE id = 'B'))",
            "DELETE FROM identifier WHERE text = '丙'",
            Some(("firm", "B")),
        ),
        (
            "UPDATE identifier SET record_no = (SELECT id_no FROM record WHERE id = 'B') WHERE text = '乙'",
            "UPDATE identifier SET record_no = (SELECT id_no FROM record WHERE id = 'A') WHERE text = '乙'",
            Some(("firm", "A")),
        ),
        (
            "INSERT INTO link VALUES ('lease', 'tenant', 'A', 99)",
            "DELETE FROM link WHERE record_no = 99",
            None,
        ),
    ] {
        register.tamper(wrong);
        let record = record.map(|(kind, id)| (kind.into(), id.into()));
        let found = store.verify(|_| ControlFlow::Continue(())).unwrap().broken;
        assert_eq!(found, Some(Break { seq: None, record, what: Broken::IndexAltered }), "{wrong}");
        // Who does not know the kinds cannot compare, and says so.
        let looked = store::Store::inspect(&register.url).unwrap();
        let found = looked.verify(|_| ControlFlow::Continue(())).unwrap();
        assert_eq!((found.broken, found.indexes), (None, false));
        let found = looked.verify_by(&schema(), |_| ControlFlow::Continue(())).unwrap();
        assert!(found.broken.is_some() && found.indexes);
        register.tamper(right);
        assert_sound(&store);
    }
}

fn record_renamed(register: &Register) {
    check(register, "UPDATE record SET id = 'G2' WHERE id = 'F2'", 2, Broken::BodyAltered);
}

fn past_is_not_edited_by_accident(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    for sql in ["UPDATE event SET actor = 'x'", "DELETE FROM change", "DELETE FROM record"] {
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| register.tamper(sql)));
        assert!(tried.is_err(), "{sql}");
    }
    assert_sound(&store);
}

fn stopped_when_asked(register: &Register) {
    let store = register.open();
    let changes = (0..5000).map(|number| firm(&format!("F{number}"), "2020-03-01", json!({"staff": number})));
    tell(&store, "2020-03-01", changes.collect());
    let mut reports = 0;
    let found = store
        .verify(|progress| {
            reports += 1;
            assert!(progress.done <= progress.total);
            ControlFlow::Break(())
        })
        .unwrap();
    assert!(found.stopped && reports == 1);
    assert_sound(&store);
}
