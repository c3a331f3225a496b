use store::Listing;

use super::*;

#[test]
fn a_firm_known_by_name_gets_its_code_later() {
    let desk = Desk::new();
    let first = desk.csv("firm", "名称,职工人数\n甲一机械厂（普通合伙）,5\n");
    assert_eq!(counts(&first), [1, 0, 0, 0, 0]);
    let id = desk.store.find("firm", "name", "甲一机械厂(普通合伙)").unwrap().remove(0);
    let second = desk.csv("firm", &format!("名称,代码\n甲一机械厂(普通合伙),{A}\n"));
    assert_eq!(counts(&second), [0, 1, 0, 0, 0]);
    assert_eq!(codes(&second), ["code-attached"]);
    assert_eq!(second.problems[0].outcome, Outcome::Matched);
    assert_eq!((desk.store.count("firm").unwrap(), desk.fact("firm", id.as_str(), "uscc")), (1, A.into()));
    // From now on the code alone will do.
    let third = desk.csv("firm", &format!("代码,职工人数\n{A},5\n"));
    assert_eq!(counts(&third), [0, 0, 1, 0, 0]);
}

#[test]
fn a_row_without_a_code_is_matched_by_name() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲一机械厂,{A}\n"));
    let report = desk.csv("firm", "名称,职工人数\n 甲一 机械厂,7\n");
    assert_eq!((counts(&report), codes(&report)), ([0, 1, 0, 0, 0], vec!["by-name"]));
    assert_eq!(desk.fact("firm", A, "staff"), 7);
}

#[test]
fn a_name_of_several_or_one_merely_similar_is_put_aside() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲川市华美纺织有限公司,{A}\n同名商店,{B}\n同名商店,{C}\n"));
    let report = desk.csv("firm", "名称,职工人数\n华美纺织有限责任公司,7\n同名商店,8\n毫不相干厂,9\n");
    assert_eq!((counts(&report), codes(&report)), ([1, 0, 0, 2, 0], vec!["similar", "several"]));
    let asides = desk.store.asides(&Listing::default()).unwrap();
    assert_eq!(asides.len(), 2);
    assert_eq!(asides[0].aside.candidates, [model::RecordId::from(A)]);
    assert_eq!(asides[0].aside.facts["staff"], 7);
    assert_eq!(asides[0].aside.place.as_deref(), Some("sheet.csv!2"));
    let again = desk.csv("firm", "名称,职工人数\n华美纺织有限责任公司,7\n同名商店,8\n毫不相干厂,9\n");
    assert_eq!((counts(&again), again.seq), ([0, 0, 1, 2, 0], None), "they still wait, and are listed once");
}

#[test]
fn two_checked_codes_with_one_name_are_two_firms_and_it_is_said() {
    let desk = Desk::new();
    let report = desk.csv("firm", &format!("名称,代码\n同名商店,{B}\n同名商店,{C}\n"));
    assert_eq!((counts(&report), codes(&report)), ([2, 0, 0, 0, 0], vec!["name-has-other-code"]));
}

#[test]
fn a_wrong_code_is_never_stored() {
    let desk = Desk::new();
    let wrong = A.replace('R', "8");
    desk.csv("firm", &format!("名称,代码\n甲一厂,{A}\n"));
    let report = desk.csv(
        "firm",
        &format!("名称,代码,职工人数\n甲一厂,{wrong},1\n没有的厂,{wrong},2\n,{wrong},3\n又一厂,9199,4\n"),
    );
    assert_eq!(counts(&report), [0, 1, 0, 3, 0]);
    assert_eq!(codes(&report), ["by-name", "bad-code", "unchecked-code", "unchecked-code", "unchecked-code"]);
    assert!(report.problems[1].reason.zh.contains("校验位应为 R"));
    assert_eq!((desk.fact("firm", A, "staff"), desk.fact("firm", A, "uscc")), (1.into(), A.into()));
    assert_eq!(desk.store.asides(&Listing::default()).unwrap().len(), 3);
}

#[test]
fn a_code_of_the_former_county_is_the_same_firm() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲一厂,{A_FORMER}\n甲二厂,{B}\n"));
    let report = desk.csv("firm", &format!("名称,代码,职工人数\n甲一厂,{A},1\n甲二厂,{B_FORMER},2\n"));
    assert_eq!(
        (counts(&report), codes(&report)),
        ([0, 2, 0, 0, 0], vec!["by-former-area", "by-former-area"])
    );
    assert_eq!(
        desk.fact("firm", A_FORMER, "uscc"),
        A,
        "the code of today replaces that of the former county"
    );
    assert_eq!(desk.fact("firm", B, "uscc"), B, "and not the other way about");
    let by_code = desk.csv("firm", &format!("代码,职工人数\n{A_FORMER},1\n{B_FORMER},2\n"));
    assert_eq!(counts(&by_code), [0, 0, 2, 0, 0], "either code will do without a name");
    let other = desk.csv("firm", &format!("名称,代码\n换了名的厂,{B_FORMER}\n"));
    assert_eq!((counts(&other), codes(&other)), ([0, 0, 0, 1, 0], vec!["code-has-other-name"]));
}

#[test]
fn older_numbers_and_names() {
    let desk = Desk::new();
    desk.csv(
        "firm",
        &format!("名称,代码,注册号,原代码,曾用名\n甲一厂,{A},411000000000001,,老一厂\n甲二厂,{B},,{C},\n"),
    );
    let report = desk.csv(
        "firm",
        &format!("名称,代码,职工人数\n改名的厂,411000000000001,1\n老一厂,,2\n甲二厂,{C},3\n只有号的厂,411000000000009,4\n"),
    );
    assert_eq!(counts(&report), [1, 2, 0, 1, 0]);
    assert_eq!(
        codes(&report),
        ["by-fact", "old-number", "by-fact", "rows-disagree", "by-fact", "old-number"],
        "the first and the second row are one firm, and tell its staff differently"
    );
    assert_eq!(desk.fact("firm", B, "uscc"), B);
    assert_eq!(desk.fact("firm", A, "staff"), 1);
    let only = desk.csv("firm", "注册号,职工人数\n411000000000001,1\n411000000000002,1\n");
    assert_eq!((counts(&only), codes(&only)), ([0, 0, 1, 1, 0], vec!["by-fact", "only-other-key"]));
}

#[test]
fn people_are_never_matched_by_name() {
    let desk = Desk::new();
    desk.csv("person", "人员编号,姓名\n1,张三\n");
    let report = desk.csv("person", "人员编号,姓名\n,张三\n2,张三\n");
    assert_eq!((counts(&report), desk.store.count("person").unwrap()), ([1, 0, 0, 0, 1], 2));
    let none = desk.run(&desk.request("person", desk.file("b.csv", "姓名\n张三\n"))).unwrap_err();
    assert_eq!(none.code(), "no-key");
}

#[test]
fn references_by_code_by_name_and_not_at_all() {
    let desk = Desk::new();
    desk.csv(
        "firm",
        &format!(
            "名称,代码\n甲川市华美纺织有限公司,{A}\n甲二厂,{B}\n同名商店,{C}\n同名商店,91990002MA0000002B\n"
        ),
    );
    let report = desk.csv(
        "refund",
        &format!(
            "企业名称,统一社会信用代码,所属月份,金额\n甲川市华美纺织有限公司,{A},202002,100\n甲二厂,,202002,200\n\
             华美纺织有限公司,,202002,300\n同名商店,,202002,400\n无此厂,,202002,500\n甲川市华美纺织有限公司,{A},202003,100\n"
        ),
    );
    assert_eq!(counts(&report), [3, 0, 0, 0, 3]);
    assert_eq!(codes(&report), ["by-name", "key-unresolved", "key-unresolved", "key-unresolved"]);
    let reasons: Vec<&str> = report.problems.iter().map(|problem| problem.reason.zh.as_str()).collect();
    assert!(
        reasons[1].contains("相近") && reasons[2].contains("几条") && reasons[3].contains("没有这条"),
        "{reasons:?}"
    );
    assert_eq!(desk.fact("refund", &format!("{A}~2020-02-01"), "amount"), "100.00");
    assert_eq!(desk.fact("refund", &format!("{B}~2020-02-01"), "firm"), B);
    assert_eq!(desk.store.members("refund", "firm", A).unwrap().len(), 2);
}

#[test]
fn a_reference_column_may_hold_codes_and_names() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲一厂,{A}\n甲二厂,{B}\n"));
    let report = desk.csv(
        "lease",
        &format!("合同编号,出租方,承租方名称,承租方统一社会信用代码,月租金(元/月)\n1,{A},甲二厂,,100\n2,甲一厂,甲二厂,{B},200\n3,甲九厂,甲二厂,{C},300\n"),
    );
    assert_eq!(counts(&report), [3, 0, 0, 0, 0]);
    assert_eq!(codes(&report), ["by-name", "by-name", "no-such-record", "name-has-other-code"]);
    assert_eq!((desk.fact("lease", "1", "lessor"), desk.fact("lease", "1", "tenant")), (A.into(), B.into()));
    assert_eq!((desk.fact("lease", "2", "lessor"), desk.fact("lease", "2", "tenant")), (A.into(), B.into()));
    assert_eq!(desk.record("lease", "3").facts.len(), 2, "what nobody can tell stays unknown");
    assert_eq!(desk.fact("lease", "1", "monthly_rent"), "100.00");
}

#[test]
fn a_record_under_another_id_is_known_by_its_key() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲一厂,{A}\n"));
    let text = |text: &str| Some(model::Value::Text(text.to_owned()));
    let change = model::Change {
        kind: "refund".into(),
        id: "r-1".into(),
        on: day("2020-01-01"),
        facts: [("firm".into(), text(A)), ("month".into(), Some(model::Value::Date(day("2020-02-01"))))]
            .into(),
    };
    let setting = model::event::Event {
        event_type: model::event::EventType::Change,
        at: "2020-03-06T00:00:00Z".parse().unwrap(),
        on: day("2020-01-01"),
        actor: "tester".to_owned(),
        synthetic: true,
        summary: serde_json::json!({}),
    };
    desk.store.append(setting, vec![change]).unwrap();
    let report = desk.csv("refund", &format!("统一社会信用代码,所属月份,金额\n{A},2020-02-01,5\n"));
    assert_eq!(counts(&report), [0, 1, 0, 0, 0]);
    assert_eq!(desk.fact("refund", "r-1", "amount"), "5.00");
}
