//! Importers who are limited to an area.

use super::*;

const HEAD: &str = "统一社会信用代码,企业名称,县区,职工人数";

/// An officer of 990001 imports a sheet.
fn officer(desk: &Desk, kind: &str, sheet: &str) -> Report {
    let request = desk.request(kind, desk.file("county.csv", sheet));
    let rejects = Some(desk.folder.path().join("mend.csv"));
    desk.run(&Request {
        area: Some("990001".to_owned()),
        rejects,
        source: Some("乙河".to_owned()),
        ..request
    })
    .unwrap()
}

/// `A` lies in 990001, `B` in 990002.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.csv("firm", &format!("{HEAD}\n{A},甲厂,乙河区,10\n{B},乙厂,丙山市,20\n"));
    desk
}

#[test]
fn only_rows_of_the_own_area_are_taken() {
    let desk = desk();
    let sheet = format!("{HEAD}\n{A},甲厂,乙河区,10\n{B},乙厂,,99\n{C},丙厂,丙山市,1\n");
    let report = officer(&desk, "firm", &sheet);
    assert_eq!(counts(&report), [0, 0, 1, 0, 2]);
    assert_eq!(codes(&report), ["outside-area", "outside-area"]);
    assert_eq!(report.seq, None, "nothing was new");
    assert_eq!(desk.fact("firm", B, "staff"), 20);
    assert_eq!(desk.store.record("firm", C).unwrap(), None);
    let [stored, told] = [&report.problems[0], &report.problems[1]];
    assert!(stored.reason.zh.contains("登记簿里这条记录不属于乙河区"), "{}", stored.reason.zh);
    assert!(told.reason.en.contains("would lie outside Yihe"), "{}", told.reason.en);
    assert_eq!((told.column.as_deref(), told.row), (Some("县区"), 4));
    let mend = std::fs::read_to_string(report.rejects.unwrap()).unwrap();
    assert!(mend.contains(B) && mend.contains(C) && !mend.contains(A), "{mend}");

    let own = officer(&desk, "firm", &format!("{HEAD}\n{C},丙厂,乙河区,1\n{A},甲厂,,11\n"));
    assert_eq!(own.counts.added, 1, "{own:?}");
    assert_eq!(desk.fact("firm", C, "area"), "990001");
}

#[test]
fn no_record_is_moved_into_or_out_of_the_area() {
    let desk = desk();
    let report = officer(&desk, "firm", &format!("{HEAD}\n{A},甲厂,丙山市,10\n{B},乙厂,乙河区,20\n"));
    assert_eq!(counts(&report), [0, 0, 0, 0, 2]);
    assert_eq!(desk.fact("firm", A, "area"), "990001");
    assert_eq!(desk.fact("firm", B, "area"), "990002");
    // Who has the whole city may.
    let city = desk.request("firm", desk.file("city.csv", format!("{HEAD}\n{B},乙厂,乙河区,20\n")));
    assert_eq!(counts(&desk.run(&city).unwrap()), [0, 1, 0, 0, 0]);
}

#[test]
fn a_record_without_an_area_is_nobodys_to_add_but_the_citys() {
    let desk = desk();
    let report = officer(&desk, "firm", &format!("{HEAD}\n{C},丙厂,,1\n"));
    assert_eq!((counts(&report), codes(&report)), ([0, 0, 0, 0, 1], vec!["outside-area"]));
    assert!(report.problems[0].reason.zh.contains("看不出记录在哪个区域"));
    desk.csv("firm", &format!("{HEAD}\n{C},丙厂,,1\n"));
    let report = officer(&desk, "firm", &format!("{HEAD}\n{C},丙厂,乙河区,1\n"));
    assert_eq!(counts(&report), [0, 0, 0, 0, 1], "the city's record is not claimed by naming the area");
}

#[test]
fn the_area_is_followed_through_references() {
    let desk = desk();
    let head = "合同编号,出租方,承租方,月租金";
    let report =
        officer(&desk, "lease", &format!("{head}\nL1,{A},{B},100\nL2,{B},{A},100\nL3,无此厂,{A},100\n"));
    assert_eq!(counts(&report), [1, 0, 0, 0, 2], "{:?}", report.problems);
    assert_eq!(desk.fact("lease", "L1", "tenant"), B, "what it refers to may lie anywhere");
    desk.csv("lease", &format!("{head}\nL4,{B},{A},100\n"));
    let report = officer(&desk, "lease", &format!("{head}\nL1,{B},,\nL4,{A},,\n"));
    assert_eq!(counts(&report), [0, 0, 0, 0, 2]);
    assert_eq!(report.problems[0].column.as_deref(), Some("出租方"));
    assert_eq!(
        (desk.fact("lease", "L1", "lessor"), desk.fact("lease", "L4", "lessor")),
        (A.into(), B.into())
    );
}

#[test]
fn records_elsewhere_are_not_named_in_reasons() {
    let desk = desk();
    desk.csv("firm", &format!("{HEAD}\n,丙山机械制造,丙山市,5\n,乙河机械制造,乙河区,5\n"));
    // Alike to one elsewhere, and to one at home.
    let report = officer(&desk, "firm", &format!("{HEAD}\n,丙山机械制造有限公司,乙河区,6\n"));
    assert_eq!((counts(&report), codes(&report)), ([0, 0, 0, 0, 1], vec!["outside-area"]));
    let report = officer(&desk, "firm", &format!("{HEAD}\n,乙河机械制造有限公司,乙河区,6\n"));
    assert_eq!((counts(&report), codes(&report)), ([0, 0, 0, 1, 0], vec!["similar"]));
    let lease = format!("合同编号,出租方,承租方名称\nL1,{A},丙山机械制造有限公司\n");
    let report = officer(&desk, "lease", &lease);
    assert_eq!(codes(&report), ["outside-area"], "{:?}", report.problems);
    assert!(!format!("{:?}", report.problems).contains("丙山机械制造、"));
}
