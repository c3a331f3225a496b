//! The chain shows every tampering, and where.

use std::ops::ControlFlow;

use serde_json::json;
use store::{Break, Broken};

use crate::fixture::{Register, assert_sound, firm, tell};
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
