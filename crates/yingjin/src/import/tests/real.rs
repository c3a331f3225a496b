//! The 1,913 firms of ../shared/data/xuchang-firms.csv, as a register wrote them, against the sample city.

use std::path::Path;

use super::*;

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, to).unwrap();
        }
    }
}

/// Counted by hand in the file, with `csv` of Python: 1,913 rows, as many names and codes, all of which pass their
/// check; 767 without capital and 7 in dollars of two countries; 1,492 without a legal form;
/// one of another city, the only one without an area; one without a scope of business. Areas as their addresses name
/// them, 835 by the column that says the city alone.
#[test]
fn no_row_of_a_real_register_is_lost_without_a_reason() {
    let file = beside("../shared/data/xuchang-firms.csv");
    if !file.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", file.display());
        eprintln!("skipped: {} is not here", file.display());
        return;
    }
    // Kinds and areas are what an import goes by; the duties have tests of their own.
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city");
    for part in ["kinds", "parameters"] {
        copy(&beside("cities/xuchang").join(part), &city.join(part));
    }
    std::fs::copy(beside("cities/xuchang/city.toml"), city.join("city.toml")).unwrap();
    let desk = Desk::of(folder, &city);
    let request = Request { synthetic: false, ..desk.request("firm", file) };
    let report = desk.run(&request).unwrap();
    assert_eq!((report.counts.read, counts(&report)), (1913, [1913, 0, 0, 0, 0]));
    assert_eq!(report.doubtful, 8);
    let mut found = codes(&report);
    found.sort_unstable();
    let mut expected = vec!["foreign-currency"; 7];
    expected.push("not-an-area");
    assert_eq!(found, expected);

    let mut told: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let mut areas: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    desk.store
        .each_record("firm", |record| {
            for fact in record.facts.keys() {
                *told.entry(fact.clone()).or_default() += 1;
            }
            let area = record.facts.get("area").and_then(|area| area.as_str()).unwrap_or("none");
            *areas.entry(area.to_owned()).or_default() += 1;
        })
        .unwrap();
    let expected = [
        ("address", 1913),
        ("area", 1912),
        ("business_scope", 1912),
        ("legal_form", 1913 - 1492),
        ("name", 1913),
        ("registered_capital", 1913 - 767 - 7),
        ("registered_on", 1913),
        ("uscc", 1913),
    ];
    assert_eq!(told, expected.map(|(fact, count)| (fact.to_owned(), count)).into());
    let expected = [
        ("411000", 835),
        ("411002", 39),
        ("411003", 206),
        ("411024", 110),
        ("411025", 140),
        ("411071", 37),
        ("411081", 382),
        ("411082", 125),
        ("4110DC", 32),
        ("4110SF", 6),
        ("none", 1),
    ];
    assert_eq!(areas, expected.map(|(area, count)| (area.to_owned(), count)).into());
    // 172.6700(万元) in row 72 and "6,900(万)" in row 1188.
    assert_eq!(desk.fact("firm", "91411025172151710M", "registered_capital"), "1726700.00");
    assert_eq!(desk.fact("firm", "914110817338832697", "registered_capital"), "69000000.00");

    let again = desk.run(&request).unwrap();
    assert_eq!((counts(&again), again.seq), ([0, 0, 1913, 0, 0], None));
}
