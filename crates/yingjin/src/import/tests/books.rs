//! Workbooks.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::*;

fn book(desk: &Desk, make: impl FnOnce(&mut Workbook)) -> PathBuf {
    let mut book = Workbook::new();
    make(&mut book);
    let path = desk.folder.path().join("book.xlsx");
    book.save(&path).unwrap();
    path
}

fn row(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells) {
        sheet.write_string(row, column, *cell).unwrap();
    }
}

#[test]
fn titles_merged_headers_dates_and_merged_cells() {
    let desk = Desk::new();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let path = book(&desk, |book| {
        let sheet = book.add_worksheet().set_name("企业").unwrap();
        sheet.merge_range(0, 0, 0, 5, "甲川市企业名单", &plain).unwrap();
        sheet.write_string(1, 4, "单位：万元").unwrap();
        // 名称 and 代码 span both header rows; 规模 spans two columns.
        sheet.merge_range(2, 0, 3, 0, "名称", &plain).unwrap();
        sheet.merge_range(2, 1, 3, 1, "代码", &plain).unwrap();
        sheet.merge_range(2, 2, 2, 3, "规模", &plain).unwrap();
        sheet.merge_range(2, 4, 3, 4, "成立日期", &plain).unwrap();
        sheet.merge_range(2, 5, 3, 5, "县区", &plain).unwrap();
        row(sheet, 3, &["", "", "注册资本", "职工人数"]);
        row(sheet, 4, &["甲一厂", A]);
        sheet.write_number(4, 2, 172.67).unwrap();
        sheet.merge_range(4, 3, 5, 3, "", &plain).unwrap();
        sheet.write_number(4, 3, 30.0).unwrap();
        sheet.write_number_with_format(4, 4, 43867.0, &date).unwrap();
        sheet.merge_range(4, 5, 5, 5, "乙河区", &plain).unwrap();
        row(sheet, 5, &["甲二厂", B]);
        sheet.write_number(5, 4, 43867.0).unwrap();
        row(sheet, 7, &["甲三厂", C, "5元", "6", "2020/2/6", "丙山市"]);
    });
    let report = desk.run(&desk.request("firm", path)).unwrap();
    assert_eq!(counts(&report), [3, 0, 0, 0, 0]);
    assert_eq!(codes(&report), ["merged-number", "merged-number"], "30 people of both, or of which?");
    assert_eq!(report.problems.iter().map(|problem| problem.row).collect::<Vec<_>>(), [5, 6]);
    for id in [A, B, C] {
        assert_eq!(desk.fact("firm", id, "founded_on"), "2020-02-06", "{id}");
    }
    assert_eq!(desk.fact("firm", A, "capital"), "1726700.00");
    assert_eq!(desk.fact("firm", C, "capital"), "5.00");
    assert_eq!([desk.fact("firm", A, "area"), desk.fact("firm", B, "area")], ["990001", "990001"]);
    assert_eq!(desk.fact("firm", C, "staff"), 6);
}

#[test]
fn several_sheets_of_which_some_are_no_tables() {
    let desk = Desk::new();
    let path = book(&desk, |book| {
        let sheet = book.add_worksheet().set_name("说明").unwrap();
        row(sheet, 0, &["填表说明"]);
        row(sheet, 1, &["名称", "必填"]);
        row(sheet, 2, &["代码", "必填"]);
        row(book.add_worksheet().set_name("空").unwrap(), 0, &[]);
        let sheet = book.add_worksheet().set_name("一月").unwrap();
        row(sheet, 0, &["名称", "代码", "职工人数", "地址"]);
        row(sheet, 1, &["甲一厂", A, "1"]);
        let sheet = book.add_worksheet().set_name("二月").unwrap();
        row(sheet, 0, &["代码", "名称", "注册资本", "地址"]);
        row(sheet, 1, &[B, "甲二厂", "2"]);
        let sheet = book.add_worksheet().set_name("旧").unwrap();
        row(sheet, 0, &["名称", "代码", "职工人数", "地址"]);
        row(sheet, 1, &["不该读", C, "1"]);
        sheet.set_hidden(true);
    });
    let report = desk.run(&desk.request("firm", path.clone())).unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0, 0]);
    let notices: Vec<&str> = report.notices.iter().map(|notice| notice.zh.as_str()).collect();
    assert!(notices.iter().any(|notice| notice.contains("“旧”是隐藏的")), "{notices:?}");
    assert!(notices.iter().any(|notice| notice.contains("“说明”没有认得的表头")), "{notices:?}");
    assert_eq!((desk.fact("firm", A, "staff"), desk.fact("firm", B, "capital")), (1.into(), "2.00".into()));

    let only = Mapping { sheets: Some(vec!["旧".to_owned()]), ..Mapping::parse(&report.mapping).unwrap() };
    let report = desk.run(&Request { mapping: Some(only), ..desk.request("firm", path) }).unwrap();
    assert_eq!((counts(&report), desk.fact("firm", C, "name")), ([1, 0, 0, 0, 0], "不该读".into()));
}

#[test]
fn one_record_told_in_two_sheets() {
    let desk = Desk::new();
    let path = book(&desk, |book| {
        for (name, heading, value) in [("基本", "地址", "一路"), ("规模", "职工人数", "9")] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            row(sheet, 0, &["名称", "代码", heading]);
            row(sheet, 1, &["甲一厂", A, value]);
        }
    });
    let report = desk.run(&desk.request("firm", path)).unwrap();
    assert_eq!((counts(&report), codes(&report)), ([1, 1, 0, 0, 0], vec![]));
    assert_eq!((desk.fact("firm", A, "address"), desk.fact("firm", A, "staff")), ("一路".into(), 9.into()));
}

#[test]
fn codes_kept_as_numbers_have_lost_their_digits() {
    let desk = Desk::new();
    let path = book(&desk, |book| {
        let sheet = book.add_worksheet();
        row(sheet, 0, &["名称", "注册号", "代码"]);
        row(sheet, 1, &["甲一厂"]);
        sheet.write_number(1, 1, 411_000_000_000_001.0).unwrap();
        sheet.write_number(1, 2, 9.199_000_1e17).unwrap();
    });
    let report = desk.run(&desk.request("firm", path)).unwrap();
    assert_eq!((counts(&report), codes(&report)), ([0, 0, 0, 0, 1], vec!["lost-digits"]));
}

#[test]
fn formulas_that_failed() {
    let desk = Desk::new();
    let path = book(&desk, |book| {
        let sheet = book.add_worksheet();
        row(sheet, 0, &["名称", "代码", "注册资本", "职工人数"]);
        row(sheet, 1, &["甲一厂", A]);
        sheet.write_formula(1, 2, rust_xlsxwriter::Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_formula(1, 3, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
    });
    let report = desk.run(&desk.request("firm", path)).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
    assert_eq!(desk.fact("firm", A, "staff"), 2);
    assert!(!desk.record("firm", A).facts.contains_key("capital"));
    assert_eq!(report.problems_total, 1);
}

/// Made with xlwt 1.3: a title with a unit, cells merged downwards, days, a hidden sheet.
#[test]
fn an_old_workbook() {
    let desk = Desk::new();
    let path = desk.file("a.xls", include_bytes!("../fixtures/firms.xls"));
    let report = desk.run(&Request { synthetic: false, ..desk.request("firm", path) }).unwrap();
    assert_eq!((counts(&report), report.synthetic), ([2, 0, 0, 0, 0], true));
    assert_eq!(
        (desk.fact("firm", A, "capital"), desk.fact("firm", A, "founded_on")),
        ("125000.00".into(), "2020-02-06".into())
    );
    let id = desk.store.find("firm", "name", "甲二厂").unwrap().remove(0);
    assert_eq!(
        (desk.fact("firm", id.as_str(), "area"), desk.fact("firm", id.as_str(), "founded_on")),
        ("990001".into(), "2019-12-31".into())
    );
}
