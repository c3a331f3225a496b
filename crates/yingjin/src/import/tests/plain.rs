use super::*;

#[test]
fn a_sheet_becomes_records_and_the_same_sheet_nothing() {
    let desk = Desk::new();
    let sheet = format!(
        "企业名称,统一社会信用代码,成立日期,注册资本,职工人数,是否营业,县区,备注\n\
         甲一厂,{A},2020年2月6日,\"6,900(万)\",３００,√,甲川县,好\n\
         甲二厂,{B},20191231,N/A,—,否,丙山市,\n"
    );
    let report = desk.csv("firm", &sheet);
    assert_eq!((counts(&report), report.seq), ([2, 0, 0, 0, 0], Some(1)));
    assert_eq!(codes(&report), [""; 0]);
    let facts = desk.record("firm", A).facts;
    let expected = serde_json::json!({
        "uscc": A, "name": "甲一厂", "founded_on": "2020-02-06", "capital": "69000000.00", "staff": 300, "open": true,
        "area": "990001",
    });
    assert_eq!(serde_json::Value::Object(facts), expected);
    assert_eq!(desk.record("firm", B).facts.len(), 5, "what is not known is left out");

    let again = desk.csv("firm", &sheet);
    assert_eq!((counts(&again), again.seq), ([0, 0, 2, 0, 0], None));
    assert_eq!(desk.store.last_seq().unwrap(), 1, "the same file twice is one event");
}

#[test]
fn a_dry_run_and_a_cancelled_one_leave_nothing() {
    let desk = Desk::new();
    let file = desk.file("a.csv", format!("名称,代码\n甲一厂,{A}\n"));
    let dry = Request { dry_run: true, ..desk.request("firm", file.clone()) };
    let report = desk.run(&dry).unwrap();
    assert_eq!((counts(&report), report.seq), ([1, 0, 0, 0, 0], None));
    let request = desk.request("firm", file);
    for stop in [Progress::Reading, Progress::Matching(1), Progress::Writing] {
        let cancelled = import_file(&desk.city, &desk.store, &request, &mut |now| {
            if now == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(cancelled, Err(ImportError::Cancelled)), "{stop:?}");
    }
    assert_eq!((desk.store.count("firm").unwrap(), desk.store.last_seq().unwrap()), (0, 0));
    assert_eq!(counts(&desk.run(&request).unwrap()), [1, 0, 0, 0, 0]);
}

fn check_encoding(bytes: &[u8]) {
    let desk = Desk::new();
    let report = desk.run(&desk.request("firm", desk.file("a.txt", bytes))).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "name"), "甲一，厂");
    assert_eq!(desk.fact("firm", A, "capital"), "1234.50");
}

#[test]
fn text_in_any_encoding_and_delimiter() {
    for delimiter in [",", "\t", ";", "|"] {
        let capital = if delimiter == "," { "\"1,234.50\"" } else { "1,234.50" };
        let text = ["名称", "代码", "资本\n甲一，厂", A, capital]
            .join(delimiter)
            .replace(&format!("{delimiter}甲一"), "\n甲一");
        check_encoding(text.as_bytes());
        check_encoding(format!("\u{feff}{text}").as_bytes());
        check_encoding(&encoding_rs::GB18030.encode(&text).0);
        check_encoding(&encoding_rs::GBK.encode(&text.replace('\n', "\r\n")).0);
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        check_encoding(&wide);
    }
}

#[test]
fn headings_in_either_language_with_units_and_marks() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!(
            "*Name of the firm,Unified Social Credit Code,注册资本（万元）,职工人数（人）\n甲一厂,{A},5.5,3\n"
        ),
    );
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "capital"), "55000.00");
    assert_eq!(desk.fact("firm", A, "staff"), 3);
}

#[test]
fn a_unit_above_the_table_holds_for_its_numbers() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("企业名单,,,\n,,,单位：万元\n名称,代码,资本,职工人数\n甲一厂,{A},5.5,3\n甲二厂,{B},7元,4\n合计,,12.5,7\n"),
    );
    assert_eq!(counts(&report), [2, 0, 0, 0, 1]);
    let headings: Vec<&str> = report.columns.iter().map(|column| column.heading.as_str()).collect();
    assert_eq!(headings, ["名称", "代码", "资本", "职工人数"], "a title is no part of a heading");
    assert_eq!(codes(&report), ["total"]);
    assert_eq!(report.problems[0].row, 6);
    assert_eq!(desk.fact("firm", A, "capital"), "55000.00");
    assert_eq!(desk.fact("firm", A, "staff"), 3);
    assert_eq!(desk.fact("firm", B, "capital"), "7.00");
}

#[test]
fn a_column_of_another_unit_is_left_out_and_said() {
    let desk = Desk::new();
    let report = desk.csv("firm", &format!("名称,代码,注册资本(万美元)\n甲一厂,{A},5\n"));
    let column = report.columns.iter().find(|column| column.heading.contains("美元")).unwrap();
    assert_eq!((column.fact.as_deref(), &column.how), (None, &header::How::WrongUnit));
    assert!(
        report.notices.iter().any(|notice| notice.zh.contains("注册资本(万美元)")),
        "{:?}",
        report.notices
    );
    assert!(!desk.record("firm", A).facts.contains_key("capital"));
}

#[test]
fn a_doubtful_cell_stays_unknown_and_its_row_is_told() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("名称,代码,资本,成立,职工人数,县区\n甲一厂,{A},500(万美元),2020-02,约30,外省\n甲二厂,{B},1.005,,12.5人,丙山市\n"),
    );
    assert_eq!((counts(&report), report.doubtful), ([2, 0, 0, 0, 0], 2));
    assert_eq!(
        codes(&report),
        ["foreign-currency", "not-a-number", "not-an-area", "rounded", "not-whole"],
        "a column of months alone is read as months"
    );
    let problem = &report.problems[0];
    assert_eq!(
        (problem.row, problem.column.as_deref(), problem.value.as_deref()),
        (2, Some("资本"), Some("500(万美元)"))
    );
    assert_eq!(desk.record("firm", A).facts.len(), 3);
    assert_eq!(desk.fact("firm", B, "capital"), "1.01");
}

#[test]
fn months_are_days_only_where_the_mapping_says_so() {
    let desk = Desk::new();
    let mixed = desk.csv("firm", &format!("名称,代码,成立\n甲一厂,{A},2020-02\n甲二厂,{B},2020-03-01\n"));
    assert_eq!(codes(&mixed), ["month-only"]);
    let months = desk.csv("firm", &format!("名称,代码,成立\n甲一厂,{A},2020年2月\n"));
    assert_eq!(desk.fact("firm", A, "founded_on"), "2020-02-01");
    assert!(months.mapping.contains("read = \"month\""));
}

#[test]
fn what_is_computed_is_not_imported() {
    let desk = Desk::new();
    let report = desk.csv("firm", &format!("名称,代码,大型企业\n甲一厂,{A},是\n"));
    assert!(!desk.record("firm", A).facts.contains_key("is_large"));
    assert_eq!(report.columns[2].how, header::How::Computed);
    let mapping =
        Mapping::parse("kind = \"firm\"\n[[column]]\nheading = \"代码\"\nfact = \"is_large\"\n").unwrap();
    let request = Request {
        mapping: Some(mapping),
        ..desk.request("firm", desk.file("b.csv", format!("代码\n{A}\n")))
    };
    assert!(matches!(desk.run(&request), Err(ImportError::Mapping(_))));
}

#[test]
fn rows_that_are_no_records() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("名称,代码,职工人数\n甲一厂,{A},1\n,,9\n名称,代码,职工人数\n小计：,,1\n总计商贸行,{B},2\n"),
    );
    assert_eq!(counts(&report), [2, 0, 0, 0, 3]);
    assert_eq!(codes(&report), ["no-key", "header-again", "total"]);
    assert_eq!(report.problems[0].row, 3);
}

#[test]
fn a_sheet_that_says_it_is_made_up_is() {
    let desk = Desk::new();
    let file = desk.file("a.csv", format!("# 合成数据 synthetic\n名称,代码\n甲一厂,{A}\n"));
    let report = desk.run(&Request { synthetic: false, ..desk.request("firm", file) }).unwrap();
    assert!(report.synthetic && desk.record("firm", A).synthetic);
    let file = desk.file("b.csv", format!("名称,代码\n甲二厂,{B}\n"));
    let report = desk.run(&Request { synthetic: false, ..desk.request("firm", file) }).unwrap();
    assert!(!report.synthetic && !desk.record("firm", B).synthetic);
}

fn reads_areas(report: &Report) -> bool {
    Mapping::parse(&report.mapping)
        .unwrap()
        .columns
        .iter()
        .any(|column| column.read == Some(value::Manner::Area))
}

#[test]
fn addresses_tell_the_area_where_no_column_does_better() {
    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("名称,代码,地区,地址\n甲一厂,{A},甲川,甲川市乙河区一路\n甲二厂,{B},甲川,某镇二路\n甲三厂,{C},丙山市,乙河区三路\n"),
    );
    // 丙山市 lies below the city, so the column of areas is trusted alone.
    assert_eq!(desk.fact("firm", A, "area"), "990000");
    assert!(!reads_areas(&report));

    let desk = Desk::new();
    let report = desk.csv(
        "firm",
        &format!("名称,代码,地区,地址\n甲一厂,{A},甲川,甲川市乙河区一路\n甲二厂,{B},甲川,某镇二路\n甲三厂,{C},外市,丙山市三路\n"),
    );
    assert!(reads_areas(&report));
    assert_eq!(desk.fact("firm", A, "area"), "990001");
    assert_eq!(desk.fact("firm", B, "area"), "990000", "not named in the address, so as the column says");
    assert_eq!(desk.fact("firm", C, "area"), "990002");
    assert_eq!(codes(&report), ["not-an-area"]);
}

#[test]
fn a_mapping_can_be_mended_and_kept() {
    let desk = Desk::new();
    let file = desk.file("a.csv", format!("单位,码,本钱,类\n甲一厂,{A},5,x\n,{B},6,y\n"));
    let failed = desk.run(&desk.request("firm", file.clone())).unwrap_err();
    assert_eq!(failed.code(), "no-header");
    let text = r#"
kind = "firm"
[[column]]
heading = "单位"
fact = "name"
fill_down = true
[[column]]
heading = "码"
fact = "uscc"
[[column]]
heading = "本钱"
fact = "capital"
factor = "10000"
[[column]]
heading = "类"
ignore = true
"#;
    let mapping = Mapping::parse(text).unwrap();
    assert_eq!(Mapping::parse(&mapping.text()).unwrap(), mapping, "what is kept is read back");
    let report = desk.run(&Request { mapping: Some(mapping), ..desk.request("firm", file.clone()) }).unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "capital"), "50000.00");
    assert_eq!(desk.fact("firm", B, "name"), "甲一厂");

    let suggestion =
        suggest(&desk.city, "firm", (&desk.file("b.csv", format!("名称,代码,杂\n甲一厂,{A},1\n")), "b.csv"))
            .unwrap();
    assert_eq!(suggestion.rows, [vec!["名称", "代码", "杂"], vec!["甲一厂", A, "1"]]);
    assert!(
        suggestion.absent.contains(&"capital".to_owned())
            && !suggestion.absent.contains(&"is_large".to_owned())
    );
    let again = Mapping::parse(&suggestion.mapping.text()).unwrap();
    let facts: Vec<_> = again.columns.iter().map(|column| column.fact.as_deref()).collect();
    assert_eq!(facts, [Some("name"), Some("uscc"), None]);
}

#[test]
fn a_mapping_that_is_wrong_says_where() {
    let Err(ImportError::Mapping(label)) = Mapping::parse("kind = \"firm\"\n[[column]]\nheadin = \"x\"\n")
    else {
        panic!("taken")
    };
    assert!(label.en.starts_with("line 3, column 1"), "{}", label.en);
    let desk = Desk::new();
    let check = |text: &str, expected: &str| {
        let mapping = Some(Mapping::parse(text).unwrap());
        let file = desk.file("a.csv", format!("名称,代码\n甲一厂,{A}\n"));
        let error = desk.run(&Request { mapping, ..desk.request("firm", file) }).unwrap_err();
        assert!(error.label().en.contains(expected), "{}", error.label().en);
    };
    check("kind = \"lease\"", "for kind 'lease'");
    check("kind = \"firm\"\n[[column]]\nheading = \"名称\"\nfact = \"nmae\"", "did you mean 'name'");
    check(
        "kind = \"firm\"\n[[column]]\nheading = \"名称\"\nfact = \"capital\"",
        "no column that says which record",
    );
}

#[test]
fn rows_to_mend_come_back_mended() {
    let desk = Desk::new();
    let sheet = format!("名称,代码,资本,备注\n甲一厂,{A},500(万美元),a\n甲二厂,{B},1,b\n,,3,c\n");
    for name in ["mend.csv", "mend.xlsx"] {
        let desk = Desk::new();
        let path = desk.folder.path().join(name);
        let request =
            Request { rejects: Some(path.clone()), ..desk.request("firm", desk.file("a.csv", &sheet)) };
        assert_eq!(desk.run(&request).unwrap().rejects.as_deref(), Some(path.as_path()));
        // As it stands it is read again, and still has the same two rows to mend.
        let again = Request { rejects: None, ..desk.request("firm", path) };
        let report = desk.run(&again).unwrap();
        assert_eq!((counts(&report), report.counts.read), ([0, 0, 1, 0, 1], 2));
        assert_eq!(codes(&report), ["foreign-currency", "no-key"]);
    }
    let path = desk.folder.path().join("mend.csv");
    let request = Request { rejects: Some(path.clone()), ..desk.request("firm", desk.file("a.csv", &sheet)) };
    desk.run(&request).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("外币") && text.contains("sheet") | text.contains("a.csv!2"), "{text}");
    let mended = text.replace("500(万美元)", "3500万元").replace(",,3,c", "甲三厂,,3,c");
    let report = desk.run(&desk.request("firm", desk.file("mended.csv", mended))).unwrap();
    assert_eq!(counts(&report), [1, 1, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "capital"), "35000000.00");

    let clean = Request {
        rejects: Some(desk.folder.path().join("none.xlsx")),
        ..desk.request("firm", desk.file("c.csv", format!("名称,代码\n甲一厂,{A}\n")))
    };
    assert_eq!(desk.run(&clean).unwrap().rejects, None, "a file without rows is not made");
}

#[test]
fn the_register_keeps_what_rows_became() {
    let desk = Desk::new();
    let report = desk.csv("firm", &format!("名称,代码,资本\n甲一厂,{A},500(万美元)\n,,3\n"));
    let rows = desk.store.import_rows(report.seq.unwrap(), -1, 10).unwrap();
    let outcomes: Vec<&str> = rows.iter().map(|(_, row)| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["doubtful", "rejected"]);
    assert_eq!(rows[0].1.cells["资本"], "500(万美元)");
    let event = desk.store.event(report.seq.unwrap()).unwrap().unwrap().event;
    assert_eq!(event.summary["rejected"], 1);
    assert_eq!(event.summary["digest"], report.digest);
    assert_eq!(event.actor, "tester");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    /// Whatever stands in a sheet, every row is accounted for, and importing it again adds and changes nothing.
    #[test]
    fn every_row_is_accounted_for(rows in proptest::collection::vec(
        (0..4_usize, 0..4_usize, "[0-9万,.元\" 美-]{0,6}", "[一二厂 ]{0,3}"), 0..12)) {
        let desk = Desk::new();
        let codes = [A, B, "91990001MA00000009", ""];
        let names = ["甲一厂", "甲二厂", "", "合计"];
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["名称", "代码", "资本", "地址"]).unwrap();
        for (code, name, capital, address) in &rows {
            writer.write_record([names[*name], codes[*code], capital, address]).unwrap();
        }
        let file = desk.file("a.csv", writer.into_inner().unwrap());
        // `run` checks the sum.
        let report = desk.run(&desk.request("firm", file.clone())).unwrap();
        let blank = rows.iter().filter(|(code, name, capital, address)| codes[*code].is_empty()
            && names[*name].is_empty() && capital.trim().is_empty() && address.trim().is_empty()).count();
        proptest::prop_assert_eq!(report.counts.read, (rows.len() - blank) as u64);
        let again = desk.run(&desk.request("firm", file)).unwrap();
        proptest::prop_assert_eq!((again.counts.added, again.counts.changed, again.seq), (0, 0, None));
    }
}

#[test]
fn two_rows_of_headings() {
    let desk = Desk::new();
    desk.csv("firm", &format!("名称,代码\n甲一厂,{A}\n甲二厂,{B}\n"));
    let report = desk.csv(
        "lease",
        &format!(
            "租赁台账,,,,\n合同编号,承租方,,出租方,月租金(元/月)\n,名称,统一社会信用代码,,\n1,甲一厂,{A},甲二厂,100\n"
        ),
    );
    let facts: Vec<Option<&str>> = report.columns.iter().map(|column| column.fact.as_deref()).collect();
    let expected = ["contract_no", "tenant.name", "tenant.uscc", "lessor", "monthly_rent"];
    assert_eq!(facts, expected.map(Some));
    assert_eq!(report.columns[1].heading, "承租方/名称");
    assert_eq!((counts(&report), desk.fact("lease", "1", "tenant")), ([1, 0, 0, 0, 0], A.into()));
}
