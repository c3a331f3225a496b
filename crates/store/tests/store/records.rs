//! What is told is what is known: now, on a past day, as known at an event.

use model::event::EventType;
use serde_json::{Value as Json, json};
use store::{Listing, Page, Past};

use crate::fixture::{Register, assert_sound, day, event, facts, firm, tell, told};
use crate::on_both;

on_both! {
    later_tells_more,
    late_arrival_leaves_later_values,
    facts_are_taken_back,
    past_day_and_past_knowledge,
    found_by_any_name_it_ever_had,
    members_follow_the_link,
    pages_and_counts,
    history_and_provenance,
    import_is_one_event,
    dropped_import_leaves_nothing,
    reading_ahead_changes_no_answer,
    readers_work_during_an_import,
    same_conflict_is_one,
    row_put_aside_is_decided_once,
    other_indexes_after_the_city_changed,
}

fn later_tells_more(register: &Register) {
    let store = register.open();
    assert_eq!(store.last_seq().unwrap(), 0);
    assert_eq!(store.registry_day().unwrap(), None);
    let seq =
        tell(&store, "2020-02-01", vec![firm("A", "2020-02-01", json!({"name": "甲公司", "staff": 3}))]);
    assert_eq!(seq, 1);
    tell(&store, "2020-02-02", vec![firm("A", "2020-02-02", json!({"staff": 4}))]);
    assert_eq!(facts(&store, "firm", "A"), json!({"name": "甲公司", "staff": 4}));
    assert_eq!(store.registry_day().unwrap(), Some(day("2020-02-02")));
    assert_eq!(store.record("firm", "B").unwrap(), None);
    let events = store.events(0, 10).unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].previous, events[0].hash);
    assert_eq!(events[0].event.at.timestamp_subsec_nanos(), 123_456_000, "kept to the microsecond");
    drop(store);
    assert_sound(&register.open());
}

fn late_arrival_leaves_later_values(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 30, "name": "甲"}))]);
    tell(&store, "2020-03-02", vec![firm("A", "2020-02-01", json!({"staff": 20, "revenue": 5}))]);
    assert_eq!(facts(&store, "firm", "A"), json!({"name": "甲", "revenue": 5, "staff": 30}));
    assert_eq!(store.record("firm", "A").unwrap().unwrap().last_on, day("2020-03-01"));
    // Within one event too, and more than once.
    let late = |on: &str, staff: i64| firm("B", on, json!({"staff": staff}));
    tell(&store, "2020-03-03", vec![late("2020-03-03", 3), late("2020-03-01", 1), late("2020-03-02", 2)]);
    assert_eq!(facts(&store, "firm", "B"), json!({"staff": 3}));
    assert_sound(&store);
}

fn facts_are_taken_back(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 30, "name": "甲"}))]);
    tell(&store, "2020-03-02", vec![firm("A", "2020-03-02", json!({"staff": null}))]);
    assert_eq!(facts(&store, "firm", "A"), json!({"name": "甲"}));
    tell(&store, "2020-03-02", vec![firm("B", "2020-03-02", json!({"staff": null, "name": "乙"}))]);
    assert_eq!(facts(&store, "firm", "B"), json!({"name": "乙"}));
    // Told for a day before it was taken back: it stays taken back.
    tell(&store, "2020-03-03", vec![firm("A", "2020-02-01", json!({"staff": 1}))]);
    assert_eq!(facts(&store, "firm", "A"), json!({"name": "甲"}));
    assert!(!store.provenance("firm", "A").unwrap().contains_key("staff"));
    assert_sound(&store);
}

fn past_day_and_past_knowledge(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 30}))]);
    tell(&store, "2020-03-05", vec![firm("A", "2020-03-05", json!({"staff": 50}))]);
    let third = tell(&store, "2020-03-09", vec![firm("A", "2020-03-03", json!({"staff": 40}))]);
    let on = |on: &str, known_at: Option<i64>| {
        let mut all = Vec::new();
        let past = Past { on: day(on), known_at };
        store.each_record_on("firm", past, |record| all.push(record)).unwrap();
        assert_eq!(store.record_on("firm", "A", past).unwrap().as_ref(), all.first());
        all.first().map_or(Json::Null, |record| record.facts["staff"].clone())
    };
    assert_eq!(on("2020-02-28", None), Json::Null);
    assert_eq!(on("2020-03-01", None), 30);
    assert_eq!(on("2020-03-04", None), 40);
    assert_eq!(on("2020-03-04", Some(third - 1)), 30, "then we did not know better");
    assert_eq!(on("2020-03-09", None), 50);
}

fn found_by_any_name_it_ever_had(register: &Register) {
    let store = register.open();
    tell(
        &store,
        "2020-03-01",
        vec![firm("A", "2020-03-01", json!({"name": "许昌（甲）ＡＢ公司", "uscc": "X1"}))],
    );
    tell(&store, "2020-03-02", vec![firm("A", "2020-03-02", json!({"name": "许昌乙公司", "uscc": "Y2"}))]);
    tell(&store, "2020-03-02", vec![firm("B", "2020-03-02", json!({"name": "许昌 乙公司"}))]);
    let find = |fact: &str, text: &str| {
        let ids = store.find("firm", fact, text).unwrap();
        ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(find("name", "许昌(甲) ab公司"), ["A"]);
    assert_eq!(find("name", "许昌乙公司"), ["A", "B"]);
    assert_eq!(find("uscc", "x1"), ["A"]);
    assert_eq!(find("uscc", "Y2"), ["A"]);
    assert!(find("uscc", "Z").is_empty());
    assert!(find("staff", "Y2").is_empty());
}

fn members_follow_the_link(register: &Register) {
    let store = register.open();
    let lease = |id: &str, tenant: Json| told("lease", id, "2020-03-01", json!({"tenant": tenant}));
    tell(&store, "2020-03-01", vec![lease("1", json!("A")), lease("2", json!("A")), lease("3", json!("B"))]);
    let members = |id: &str| {
        let members = store.members("lease", "tenant", id).unwrap();
        members.iter().map(|record| record.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(members("A"), ["1", "2"]);
    tell(&store, "2020-03-02", vec![lease("1", json!("B")), lease("1", json!("A")), lease("1", json!("B"))]);
    tell(&store, "2020-03-02", vec![lease("2", Json::Null)]);
    assert!(members("A").is_empty());
    assert_eq!(members("B"), ["1", "3"]);
    // A link told late does not come back.
    tell(&store, "2020-03-03", vec![told("lease", "3", "2020-01-01", json!({"tenant": "A"}))]);
    assert_eq!(members("B"), ["1", "3"]);
    assert!(members("A").is_empty());
}

fn pages_and_counts(register: &Register) {
    let store = register.open();
    for number in 0..5 {
        let id = format!("F{number}");
        tell(&store, "2020-03-01", vec![firm(&id, "2020-03-01", json!({"name": format!("公司_{number}%")}))]);
    }
    let page = |after: i64, text: &str| {
        let page = store.page(&Page { kind: "firm", after, text, limit: 2 }).unwrap();
        page.into_iter().map(|(cursor, record)| (cursor, record.id.to_string())).collect::<Vec<_>>()
    };
    let first = page(0, "");
    assert_eq!(first[1].1, "F1");
    assert_eq!(page(first[1].0, "")[0].1, "F2");
    assert_eq!(page(0, "_3%")[0].1, "F3");
    assert!(page(0, "公司%0").is_empty(), "% is no wildcard");
    assert_eq!(store.count("firm").unwrap(), 5);
    assert_eq!(store.counts().unwrap()["firm"].records, 5);
    let mut seen = 0;
    store
        .each_record_text("firm", |record| {
            assert!(record.facts.starts_with('{') && !record.synthetic);
            seen += 1;
        })
        .unwrap();
    assert_eq!(seen, 5);
}

fn history_and_provenance(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 3, "name": "甲"}))]);
    let made_up = model::event::Event {
        synthetic: true,
        summary: json!({"source": "sample"}),
        ..event(EventType::Import, "2020-03-02")
    };
    store.append(made_up, vec![firm("A", "2020-03-02", json!({"staff": 4}))]).unwrap();
    let history = store.history("firm", "A").unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!((history[0].source.as_deref(), history[0].synthetic), (Some("a.csv"), false));
    assert_eq!((history[1].source.as_deref(), history[1].synthetic), (Some("sample"), true));
    let provenance = store.provenance("firm", "A").unwrap();
    assert_eq!((provenance["name"].seq, provenance["staff"].seq), (1, 2));
    assert!(store.record("firm", "A").unwrap().unwrap().synthetic);
    assert_eq!(store.changes(1, -1, 10).unwrap()[0].facts["staff"], 3);
}

fn import_is_one_event(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("F7", "2020-03-01", json!({"name": "旧名", "staff": 1}))]);
    let mut import = store.import(event(EventType::Import, "2020-03-02")).unwrap();
    let (kind, name) = ("firm".into(), "name".into());
    for number in 0..3000 {
        let id = format!("F{number}");
        let change = firm(&id, "2020-03-02", json!({"name": format!("公司{number}"), "staff": number}));
        import.change(&change).unwrap();
    }
    // What this import told is seen by it, sent or not.
    for number in [0, 1500, 2999] {
        let id = format!("F{number}").as_str().into();
        assert_eq!(import.find(&kind, &name, &format!("公司 {number}")).unwrap(), [id]);
    }
    assert_eq!(import.find(&kind, &name, "旧名").unwrap(), ["F7".into()]);
    let record = import.record(&kind, &"F7".into()).unwrap().unwrap();
    assert_eq!(record.facts["staff"], 7);
    assert_eq!(import.provenance(&kind, &"F7".into()).unwrap()["staff"].seq, 2);
    import.change(&firm("F7", "2020-02-01", json!({"staff": 70, "city": "许昌"}))).unwrap();
    let row = store::ImportRow {
        sheet: "表1".to_owned(),
        row: 3,
        column: Some("人数".to_owned()),
        value: Some("三".to_owned()),
        outcome: "rejected".to_owned(),
        reason: model::Label::new("不是数", "not a number"),
        cells: [("人数".to_owned(), "三".to_owned())].into(),
    };
    import.row(&row).unwrap();
    assert_eq!(import.commit(json!({"file": "b.csv", "rows": 3000})).unwrap(), 2);
    assert_eq!(store.count("firm").unwrap(), 3000);
    assert_eq!(facts(&store, "firm", "F7"), json!({"city": "许昌", "name": "公司7", "staff": 7}));
    let stored = store.event(2).unwrap().unwrap();
    assert_eq!((stored.lines, stored.event.summary["file"].as_str()), (3001, Some("b.csv")));
    assert_eq!(store.import_rows(2, -1, 10).unwrap(), [(0, row)]);
    assert_sound(&store);
}

fn reading_ahead_changes_no_answer(register: &Register) {
    let store = register.open();
    let name = |number: i32| format!("公司{}", number % 500);
    let old = (0..600).map(|number| {
        firm(&format!("F{number}"), "2020-03-01", json!({"name": name(number), "staff": number}))
    });
    tell(&store, "2020-03-01", old.collect());
    let (kind, fact) = (model::KindId::from("firm"), model::FactId::from("name"));
    let ids = |numbers: std::ops::Range<i32>| numbers.map(|number| format!("F{number}").as_str().into());
    let mut answers = Vec::new();
    for ahead in [false, true] {
        let mut import = store.import(event(EventType::Import, "2020-03-02")).unwrap();
        let mut told = Vec::new();
        for first in (0..9000).step_by(300) {
            if ahead {
                let texts = (first..first + 300).map(|number| (fact.clone(), name(number))).collect();
                let expected =
                    store::Expected { kind: kind.clone(), ids: ids(first..first + 300).collect(), texts };
                import.expect(&expected).unwrap();
            }
            for (number, id) in (first..first + 300).zip(ids(first..first + 300)) {
                told.push((
                    import.record(&kind, &id).unwrap(),
                    import.find(&kind, &fact, &name(number)).unwrap(),
                ));
                if number % 3 == 0 {
                    let facts = json!({"name": name(number + 1), "staff": 0});
                    import.change(&firm(id.as_str(), "2020-03-02", facts)).unwrap();
                }
            }
        }
        answers.push(told);
        drop(import);
    }
    assert!(answers[0] == answers[1], "an answer differs");
    assert!(answers[0].iter().any(|(record, _)| record.is_none()));
    assert!(answers[0].iter().any(|(_, found)| found.len() > 2));
}

fn dropped_import_leaves_nothing(register: &Register) {
    let store = register.open();
    let mut import = store.import(event(EventType::Import, "2020-03-02")).unwrap();
    for number in 0..2000 {
        import.change(&firm(&format!("F{number}"), "2020-03-02", json!({"staff": number}))).unwrap();
    }
    drop(import);
    assert_eq!((store.count("firm").unwrap(), store.last_seq().unwrap()), (0, 0));
    assert_eq!(tell(&store, "2020-03-02", vec![firm("A", "2020-03-02", json!({"staff": 1}))]), 1);
    assert_sound(&store);
}

fn readers_work_during_an_import(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    let mut import = store.import(event(EventType::Import, "2020-03-02")).unwrap();
    for number in 0..2000 {
        import.change(&firm(&format!("F{number}"), "2020-03-02", json!({"staff": number}))).unwrap();
    }
    assert_eq!(store.count("firm").unwrap(), 1);
    assert_eq!(facts(&store, "firm", "A"), json!({"staff": 1}));
    // Who writes waits for its end.
    let other = store.clone();
    let waiting = std::thread::spawn(move || {
        tell(&other, "2020-03-03", vec![firm("A", "2020-03-03", json!({"staff": 2}))])
    });
    assert_eq!(import.commit(json!({})).unwrap(), 2);
    assert_eq!(waiting.join().unwrap(), 3);
    assert_sound(&store);
}

fn same_conflict_is_one(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 3}))]);
    let said = |value: i64, source: &str| store::Told {
        value: json!(value),
        source: Some(source.to_owned()),
        place: Some("表1 第3行".to_owned()),
        seq: None,
    };
    let conflict = store::Conflict {
        kind: "firm".into(),
        id: "A".into(),
        fact: "staff".into(),
        on: day("2020-03-01"),
        first: said(3, "a.csv"),
        second: said(5, "b.csv"),
    };
    for new in [true, false] {
        let mut import = store.import(event(EventType::Import, "2020-03-01")).unwrap();
        assert_eq!(import.conflict(&conflict).unwrap(), new);
        assert!(!import.conflict(&conflict).unwrap());
        import.commit(json!({"file": "b.csv"})).unwrap();
    }
    let open = store.conflicts(&Listing::default()).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].seq, &open[0].conflict), (2, &conflict));
    let decide = |value: i64| {
        let changes = vec![firm("A", "2020-03-01", json!({"staff": value}))];
        store.decide_conflict(open[0].id, &json!("second"), event(EventType::Decision, "2020-03-01"), changes)
    };
    let seq = decide(5).unwrap();
    assert_eq!(facts(&store, "firm", "A"), json!({"staff": 5}));
    assert!(matches!(decide(6), Err(store::StoreError::NotFound { .. })));
    assert_eq!(facts(&store, "firm", "A"), json!({"staff": 5}), "a refused decision changes nothing");
    assert!(store.conflicts(&Listing::default()).unwrap().is_empty());
    let all = store.conflicts(&Listing { open: false, ..Listing::default() }).unwrap();
    assert_eq!(all[0].decided.as_ref().unwrap().seq, seq);
    assert_sound(&store);
}

fn row_put_aside_is_decided_once(register: &Register) {
    let store = register.open();
    let aside = store::Aside {
        kind: "firm".into(),
        on: day("2020-03-01"),
        facts: json!({"name": "甲公司"}).as_object().unwrap().clone(),
        candidates: vec!["A".into(), "B".into()],
        reason: model::Label::new("同名两家", "two of that name"),
        source: Some("a.csv".to_owned()),
        place: None,
    };
    let mut import = store.import(event(EventType::Import, "2020-03-01")).unwrap();
    assert!(import.aside(&aside).unwrap());
    import.commit(json!({})).unwrap();
    let open = store.asides(&Listing::default()).unwrap();
    assert_eq!(open[0].aside, aside);
    let decide = || {
        let changes = vec![firm("A", "2020-03-01", json!({"name": "甲公司"}))];
        store.decide_aside(
            open[0].id,
            &json!({"match": "A"}),
            event(EventType::Decision, "2020-03-01"),
            changes,
        )
    };
    assert_eq!(decide().unwrap(), 2);
    assert!(decide().is_err());
    assert!(store.asides(&Listing::default()).unwrap().is_empty());
    assert_sound(&store);
}

fn other_indexes_after_the_city_changed(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"old_code": "411023X", "name": "甲"}))]);
    tell(&store, "2020-03-02", vec![firm("A", "2020-03-02", json!({"old_code": "411003Y"}))]);
    tell(&store, "2020-03-02", vec![told("lease", "1", "2020-03-02", json!({"tenant": "A"}))]);
    assert!(store.find("firm", "old_code", "411023x").unwrap().is_empty());
    drop(store);
    let schema = crate::fixture::schema().found_by("firm", "old_code");
    let store = store::Store::open(&register.url, &schema).unwrap();
    assert_eq!(store.find("firm", "old_code", "411023x").unwrap(), ["A".into()]);
    assert_eq!(store.find("firm", "name", "甲").unwrap(), ["A".into()]);
    assert_eq!(store.members("lease", "tenant", "A").unwrap().len(), 1);
}
