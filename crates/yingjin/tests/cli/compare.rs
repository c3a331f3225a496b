//! `yingjin compare`.

use std::path::Path;

use super::{err, out, yingjin};

const CITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/city");

/// Two made-up firms that paid their insurance, of which one alone is small by the law of that city.
const SHEET: &str = "\
uscc,name,area,staff,insured,ownership
91990001MA0000001R,合成一厂,990001,12,10,private
91990001MA0000002Q,合成二厂,990002,900,800,private
";

fn compare(folder: &Path, more: &[&str]) -> std::process::Output {
    let db = format!("sqlite://{}", folder.join("register.db").display());
    yingjin(&[&["compare", "--on", "2020-03-06", "--city", CITY, "--db", &db], more].concat())
}

fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sheet = folder.path().join("firms.csv");
    let uscc = |first: &str| {
        let last = |last: char| format!("{first}{last}");
        "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .chars()
            .map(last)
            .find(|code| model::uscc::parse(code).is_ok())
            .unwrap()
    };
    std::fs::write(&sheet, SHEET.replace("91990001MA0000002Q", &uscc("91990001MA0000002"))).unwrap();
    let db = format!("sqlite://{}", folder.path().join("register.db").display());
    let sheet = sheet.to_str().unwrap();
    let done =
        yingjin(&["import", "firm", sheet, "--on", "2020-02-01", "--city", CITY, "--db", &db, "--json"]);
    let report: serde_json::Value =
        serde_json::from_str(&out(&done)).unwrap_or_else(|_| panic!("{}", err(&done)));
    assert_eq!(report["added"], 2, "{report:#}");
    folder
}

#[test]
fn money_by_area_beside_the_law() {
    let folder = filled();
    let text = out(&compare(folder.path(), &["--set", "small_staff=1000", "--duty", "job-refund"]));
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(lines.iter().any(|line| *line == ["West", "1", "0", "0.00", "240000.00", "240000.00"]), "{text}");
    assert!(!text.contains("  East"), "nothing differs there: {text}");
}

#[test]
fn a_number_over_its_range() {
    let folder = filled();
    let swept = compare(folder.path(), &["--sweep", "small_staff=5..905..300", "--json"]);
    let found: serde_json::Value =
        serde_json::from_str(&out(&swept)).unwrap_or_else(|_| panic!("{}", err(&swept)));
    let refund =
        found["duties"].as_array().unwrap().iter().find(|duty| duty["duty"] == "job-refund").unwrap();
    let should: Vec<_> = refund["points"].as_array().unwrap().iter().map(|point| &point["should"]).collect();
    assert_eq!(should, [0, 1, 1, 2]);
    let text = out(&compare(folder.path(), &["--sweep", "small_staff=5..905..300", "--duty", "job-refund"]));
    let last: Vec<&str> = text.trim_end().lines().last().unwrap().split_whitespace().collect();
    assert_eq!(last, ["905", "2", "+1", "243000.00", "0", "0"], "{text}");
}

#[test]
fn a_range_that_cannot_be_swept_says_why() {
    let folder = filled();
    for (range, why) in [
        ("small_staff=1..1000..1", "at most 60 values"),
        ("small_staff=1..10", "from..to..step"),
        ("small_staff=1..many..1", "'many' is no number"),
        ("nothing=1..2..1", "no parameter named nothing"),
    ] {
        let refused = compare(folder.path(), &["--sweep", range]);
        assert_ne!(refused.status.code(), Some(0));
        assert!(err(&refused).contains(why), "{range}: {}", err(&refused));
    }
}
