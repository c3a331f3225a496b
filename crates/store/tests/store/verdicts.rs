//! Verdicts turn by turn: once each, with the days they took.

use std::ops::ControlFlow;

use model::Standing::{Done, Exempt, Gap, Leak, Out, Unknown};
use model::event::EventType;
use model::{RecordId, Standing};
use serde_json::json;
use store::{Broken, DutyVerdicts, Milestone, Recorded, Store, StoreError, Verdict};

use crate::fixture::{Register, assert_sound, day, event, firm, tell};
use crate::on_both;

on_both! {
    arises_is_met_and_lapses,
    same_again_writes_nothing,
    listed_or_out,
    rule_tells_the_days,
    a_pass_over_many,
    no_verdict_on_nobody,
    trend_keeps_the_last_pass_of_a_day,
    verdict_altered,
}

fn begin(register: &Register, firms: usize) -> Store {
    let store = register.open();
    let changes = (0..firms).map(|number| firm(&format!("F{number}"), "2020-02-01", json!({"staff": 1})));
    tell(&store, "2020-02-01", changes.collect());
    store
}

fn verdict(record: &str, standing: Standing) -> Verdict {
    Verdict {
        record: record.into(),
        standing,
        arose_on: None,
        met_on: None,
        amount: Some("12000.00".to_owned()),
        paid: None,
    }
}

fn found(verdicts: Vec<Verdict>) -> DutyVerdicts {
    DutyVerdicts { duty: "rent-waiver".into(), kind: "firm".into(), complete: true, verdicts }
}

fn record(store: &Store, on: &str, verdicts: Vec<Verdict>) -> Recorded {
    store.record_verdicts(event(EventType::Verdicts, on), vec![found(verdicts)]).unwrap()
}

fn standing(store: &Store, id: &str) -> Option<(Standing, String)> {
    let standings = store.standings("firm", id).unwrap();
    standings.first().map(|verdict| (verdict.standing, verdict.since.to_string()))
}

fn arises_is_met_and_lapses(register: &Register) {
    let store = begin(register, 2);
    let first = record(&store, "2020-03-01", vec![verdict("F0", Gap), verdict("F1", Unknown)]);
    assert_eq!(first.seq, Some(2));
    assert_eq!(first.tally[&("rent-waiver".into(), Out, Gap)], 1);
    assert_eq!(first.changes[0].milestone(), Some(Milestone::Arose));
    assert_eq!(first.changes[1].milestone(), None, "unknown is no promise yet");
    assert_eq!(standing(&store, "F0"), Some((Gap, "2020-03-01".to_owned())));

    let second = record(&store, "2020-03-21", vec![verdict("F0", Done), verdict("F1", Gap)]);
    assert_eq!(second.changes[0].milestone(), Some(Milestone::Met));
    assert_eq!(second.changes[1].arose_on, Some(day("2020-03-21")));
    let times = store.times_to_done("rent-waiver", day("2020-03-01"), day("2020-03-31")).unwrap();
    assert_eq!(times.len(), 1);
    assert_eq!((times[0].record.as_str(), times[0].days), ("F0", 20));
    assert!(store.times_to_done("rent-waiver", day("2020-03-22"), day("2020-03-31")).unwrap().is_empty());

    let third = record(&store, "2020-04-01", vec![verdict("F0", Leak)]);
    assert_eq!(third.changes[0].milestone(), Some(Milestone::Leaked));
    assert_eq!((&third.changes[1].to, third.changes[1].milestone()), (&Out, Some(Milestone::Lapsed)));
    assert_eq!(standing(&store, "F1"), None);
    let history = store.verdict_history("firm", "F0").unwrap();
    let turns: Vec<_> = history.iter().map(|(_, change)| (change.from, change.to)).collect();
    assert_eq!(turns, [(Out, Gap), (Gap, Done), (Done, Leak)]);
    assert_eq!(store.times_to_done("rent-waiver", day("2020-03-01"), day("2020-03-31")).unwrap().len(), 1);
    assert_sound(&store);
}

fn same_again_writes_nothing(register: &Register) {
    let store = begin(register, 3);
    let pass = || vec![verdict("F0", Gap), verdict("F1", Done), verdict("F2", Exempt)];
    assert_eq!(record(&store, "2020-03-01", pass()).changes.len(), 3);
    assert_eq!(record(&store, "2020-03-02", pass()), Recorded::default());
    assert_eq!(store.last_seq().unwrap(), 2);
    // Another amount is a change, and no milestone.
    let mut more = pass();
    more[0].amount = Some("13000.00".to_owned());
    let recorded = record(&store, "2020-03-03", more);
    assert_eq!((recorded.changes.len(), recorded.changes[0].milestone()), (1, None));
    assert_eq!(standing(&store, "F0"), Some((Gap, "2020-03-01".to_owned())), "it stands there since then");
    assert_sound(&store);
}

fn listed_or_out(register: &Register) {
    let store = begin(register, 3);
    record(&store, "2020-03-01", vec![verdict("F0", Gap), verdict("F1", Gap)]);
    let some = DutyVerdicts { complete: false, ..found(vec![verdict("F1", Out), verdict("F2", Gap)]) };
    store.record_verdicts(event(EventType::Verdicts, "2020-03-02"), vec![some]).unwrap();
    let mut standings = Vec::new();
    store.each_standing("rent-waiver", |verdict| standings.push(verdict.record.to_string())).unwrap();
    assert_eq!(standings, ["F0", "F2"], "F0 was not judged and stays");
    assert_sound(&store);
}

fn rule_tells_the_days(register: &Register) {
    let store = begin(register, 1);
    let told = Verdict { arose_on: Some(day("2020-02-01")), ..verdict("F0", Gap) };
    record(&store, "2020-03-01", vec![told.clone()]);
    let met = Verdict { standing: Done, met_on: Some(day("2020-02-11")), ..told };
    record(&store, "2020-03-01", vec![met]);
    let times = store.times_to_done("rent-waiver", day("2020-02-11"), day("2020-02-11")).unwrap();
    assert_eq!(times[0].days, 10);
    // Paid since before the promise: nobody waited.
    let early =
        Verdict { arose_on: Some(day("2020-02-20")), met_on: Some(day("2020-02-15")), ..verdict("F0", Done) };
    record(&store, "2020-03-02", vec![verdict("F0", Out)]);
    record(&store, "2020-03-02", vec![early]);
    let times = store.times_to_done("rent-waiver", day("2020-02-15"), day("2020-02-15")).unwrap();
    assert_eq!(times[0].days, 0);
    assert_sound(&store);
}

fn a_pass_over_many(register: &Register) {
    let store = begin(register, 3000);
    let all = |standing: Standing| (0..3000).map(|number| verdict(&format!("F{number}"), standing)).collect();
    for (standing, changes) in [(Gap, 3000), (Gap, 0), (Done, 3000)] {
        let mut pass = store.record_pass(event(EventType::Verdicts, "2020-03-01")).unwrap();
        pass.duty(&found(all(standing))).unwrap();
        let recorded = pass.commit(json!({"counts": {"rent-waiver": {"gap": 3000}}})).unwrap();
        assert_eq!(recorded.tally.values().sum::<u64>(), changes);
        assert_eq!(recorded.seq.is_some(), changes > 0);
    }
    let mut dropped = store.record_pass(event(EventType::Verdicts, "2020-03-02")).unwrap();
    dropped.duty(&found(vec![])).unwrap();
    drop(dropped);
    assert_eq!(standing(&store, "F2999"), Some((Done, "2020-03-01".to_owned())));
    let mut pass = store.record_pass(event(EventType::Verdicts, "2020-03-03")).unwrap();
    pass.duty(&found(vec![])).unwrap();
    assert_eq!(pass.commit(json!({})).unwrap().tally[&("rent-waiver".into(), Done, Out)], 3000);
    assert_sound(&store);
}

fn no_verdict_on_nobody(register: &Register) {
    let store = begin(register, 1);
    let nobody = vec![found(vec![verdict("F0", Gap), verdict("Z", Gap)])];
    let refused = store.record_verdicts(event(EventType::Verdicts, "2020-03-01"), nobody);
    assert!(matches!(refused, Err(StoreError::NotFound { what: "record", .. })), "{refused:?}");
    assert_eq!(standing(&store, "F0"), None);
    assert_sound(&store);
}

fn trend_keeps_the_last_pass_of_a_day(register: &Register) {
    let store = begin(register, 1);
    for (on, gap, standing) in [("2020-03-01", 5, Gap), ("2020-03-01", 6, Done), ("2020-03-02", 7, Gap)] {
        let summary = json!({"counts": {"rent-waiver": {"gap": gap}}});
        let pass = model::event::Event { summary, ..event(EventType::Verdicts, on) };
        store.record_verdicts(pass, vec![found(vec![verdict("F0", standing)])]).unwrap();
    }
    let trend = store.trend("rent-waiver").unwrap();
    let gaps: Vec<_> =
        trend.iter().map(|point| (point.on.to_string(), point.counts["gap"].clone())).collect();
    assert_eq!(gaps, [("2020-03-01".to_owned(), json!(6)), ("2020-03-02".to_owned(), json!(7))]);
    assert!(store.trend("another").unwrap().is_empty());
}

fn verdict_altered(register: &Register) {
    let store = begin(register, 2);
    record(&store, "2020-03-01", vec![verdict("F0", Gap), verdict("F1", Gap)]);
    let altered = |sql: &str| {
        register.tamper(sql);
        let broken = store.verify(|_| ControlFlow::Continue(())).unwrap().broken.unwrap();
        (broken.what, broken.record.map(|(_, id)| id), broken.seq)
    };
    let sql = "UPDATE verdict SET standing = 'done' WHERE record_no = 2";
    assert_eq!(altered(sql), (Broken::VerdictAltered, Some(RecordId::from("F1")), None));
    let sql =
        "UPDATE verdict SET standing = 'gap' WHERE record_no = 2; DELETE FROM verdict WHERE record_no = 1";
    assert_eq!(altered(sql), (Broken::VerdictAltered, Some(RecordId::from("F0")), None));
    register.unlock();
    let sql = "UPDATE verdict_change SET now = 'exempt' WHERE record_no = 1";
    assert_eq!(altered(sql), (Broken::BodyAltered, None, Some(2)));
}
