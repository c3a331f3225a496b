use store::Listing;

use super::*;

fn from(desk: &Desk, source: &str, on: &str, capital: &str) -> Report {
    let file = desk.file(&format!("{source}.csv"), format!("名称,代码,资本\n甲一厂,{A},{capital}\n"));
    let request = Request { source: Some(source.to_owned()), on: day(on), ..desk.request("firm", file) };
    desk.run(&request).unwrap()
}

#[test]
fn two_sources_that_disagree_are_both_kept() {
    let desk = Desk::new();
    from(&desk, "工商", "2020-01-01", "100");
    let second = from(&desk, "税务", "2020-01-01", "200");
    assert_eq!((counts(&second), second.conflicts), ([0, 0, 0, 1, 0], 1));
    assert_eq!(codes(&second), ["conflict"]);
    assert!(second.problems[0].reason.zh.contains("工商"));
    assert_eq!(desk.fact("firm", A, "capital"), "100.00", "the first stays until a person decides");
    let listed = desk.store.conflicts(&Listing::default()).unwrap();
    assert_eq!(listed.len(), 1);
    let conflict = &listed[0].conflict;
    assert_eq!(
        (conflict.first.source.as_deref(), conflict.second.source.as_deref()),
        (Some("工商"), Some("税务"))
    );
    assert_eq!((&conflict.first.value, &conflict.second.value), (&"100.00".into(), &"200.00".into()));

    // Either file again is nothing new.
    for (source, capital) in [("税务", "200"), ("工商", "100")] {
        let again = from(&desk, source, "2020-01-01", capital);
        assert_eq!((counts(&again), again.conflicts, again.seq), ([0, 0, 1, 0, 0], 0, None), "{source}");
    }
    assert_eq!(desk.store.conflicts(&Listing::default()).unwrap().len(), 1);
}

#[test]
fn a_decision_outlives_the_files_that_led_to_it() {
    let desk = Desk::new();
    from(&desk, "工商", "2020-01-01", "100");
    from(&desk, "税务", "2020-01-01", "200");
    let listed = desk.store.conflicts(&Listing::default()).unwrap();
    let change = model::Change {
        kind: "firm".into(),
        id: A.into(),
        on: day("2020-01-01"),
        facts: [("capital".into(), Some(model::Value::Decimal("200.00".parse().unwrap())))].into(),
    };
    let event = model::event::Event {
        event_type: model::event::EventType::Decision,
        at: "2020-03-07T00:00:00Z".parse().unwrap(),
        on: day("2020-01-01"),
        actor: "tester".to_owned(),
        synthetic: true,
        summary: serde_json::json!({ "source": "核对" }),
    };
    desk.store.decide_conflict(listed[0].id, &serde_json::json!("second"), event, vec![change]).unwrap();
    for (source, capital) in [("工商", "100"), ("税务", "200")] {
        let again = from(&desk, source, "2020-01-01", capital);
        assert_eq!((counts(&again), again.seq), ([0, 0, 1, 0, 0], None), "{source}");
    }
    assert_eq!(desk.fact("firm", A, "capital"), "200.00");
}

#[test]
fn a_source_corrects_itself() {
    let desk = Desk::new();
    from(&desk, "工商", "2020-01-01", "100");
    let corrected = from(&desk, "工商", "2020-01-01", "150");
    assert_eq!(counts(&corrected), [0, 1, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "capital"), "150.00");
    let back = from(&desk, "工商", "2020-01-01", "100");
    assert_eq!((counts(&back), desk.fact("firm", A, "capital")), ([0, 1, 0, 0, 0], "100.00".into()));
}

#[test]
fn a_later_day_is_a_change_and_an_earlier_one_history() {
    let desk = Desk::new();
    from(&desk, "工商", "2020-03-01", "300");
    assert_eq!(counts(&from(&desk, "税务", "2020-04-01", "400")), [0, 1, 0, 0, 0]);
    let late = from(&desk, "税务", "2020-02-01", "200");
    assert_eq!((counts(&late), late.conflicts), ([0, 1, 0, 0, 0], 0));
    assert_eq!(desk.fact("firm", A, "capital"), "400.00", "what came late leaves what is later");
    let on = |on: &str| {
        let past = store::Past { on: day(on), known_at: None };
        desk.store.record_on("firm", A, past).unwrap().unwrap().facts["capital"].clone()
    };
    assert_eq!([on("2020-02-15"), on("2020-03-15"), on("2020-04-15")], ["200.00", "300.00", "400.00"]);
    assert_eq!(counts(&from(&desk, "税务", "2020-02-01", "200")), [0, 0, 1, 0, 0]);
    let other = from(&desk, "银行", "2020-03-01", "333");
    assert_eq!((counts(&other), other.conflicts), ([0, 0, 0, 1, 0], 1), "a conflict of a day gone by");
}

#[test]
fn an_empty_cell_takes_nothing_back() {
    let desk = Desk::new();
    from(&desk, "工商", "2020-01-01", "100");
    assert_eq!(counts(&from(&desk, "工商", "2020-02-01", "")), [0, 0, 1, 0, 0]);
    assert_eq!(desk.fact("firm", A, "capital"), "100.00");
}

#[test]
fn the_way_a_name_is_set_is_no_disagreement() {
    let desk = Desk::new();
    let import = |source: &str, name: &str| {
        let file = desk.file("a.csv", format!("名称,代码\n{name},{A}\n"));
        desk.run(&Request { source: Some(source.to_owned()), ..desk.request("firm", file) }).unwrap()
    };
    import("工商", "甲一厂（普通合伙）");
    assert_eq!(counts(&import("税务", "甲一厂(普通合伙)")), [0, 0, 1, 0, 0]);
}

#[test]
fn an_area_and_one_within_it_are_no_disagreement() {
    let desk = Desk::new();
    let import = |source: &str, area: &str| {
        let file = desk.file("a.csv", format!("名称,代码,地区\n甲一厂,{A},{area}\n"));
        desk.run(&Request { source: Some(source.to_owned()), ..desk.request("firm", file) }).unwrap()
    };
    import("工商", "甲川");
    assert_eq!(counts(&import("税务", "乙河区")), [0, 1, 0, 0, 0], "says where in the city");
    assert_eq!(counts(&import("工信", "甲川")), [0, 0, 1, 0, 0], "says less than is known");
    assert_eq!(desk.fact("firm", A, "area"), "990001");
    assert_eq!(import("统计", "丙山市").conflicts, 1);
}

#[test]
fn rows_of_one_file_that_disagree_are_put_aside() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("名称,代码,资本,职工人数\n甲一厂,{A},1,\n甲一厂,{A},1,5\n甲一厂,{A},2,6\n甲一厂,{A},1,5\n"),
    );
    assert_eq!(counts(&report), [1, 1, 1, 1, 0]);
    assert_eq!(codes(&report), ["rows-disagree"]);
    assert!(report.problems[0].reason.zh.contains("第 2 行"), "{}", report.problems[0].reason.zh);
    assert_eq!((desk.fact("firm", A, "capital"), desk.fact("firm", A, "staff")), ("1.00".into(), 5.into()));
    let asides = desk.store.asides(&Listing::default()).unwrap();
    assert_eq!(asides.len(), 1);
    assert_eq!(asides[0].aside.candidates, [model::RecordId::from(A)]);
}

/// Cells about people are masked by their mark; the reason beside them must not tell what they have.
#[test]
fn reasons_do_not_repeat_what_is_about_a_person() {
    let desk = Desk::new();
    let import = |source: &str, text: String| {
        let request = desk.request("firm", desk.file("a.csv", text));
        desk.run(&Request { source: Some(source.to_owned()), ..request }).unwrap()
    };
    import("工商", format!("代码,法定代表人\n{A},张三丰\n"));
    let other = import("税务", format!("代码,法定代表人\n{A},李四光\n"));
    let rows = import("工商", format!("代码,法定代表人\n{A},张三丰\n{A},王五\n"));
    assert_eq!((codes(&other), codes(&rows)), (vec!["conflict"], vec!["rows-disagree"]));
    for problem in other.problems.iter().chain(&rows.problems) {
        assert!(problem.personal && !problem.reason.zh.contains("张三丰"), "{}", problem.reason.zh);
    }
}
