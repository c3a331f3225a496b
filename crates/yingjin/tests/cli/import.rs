//! `yingjin import`.

use std::path::Path;

use super::{err, out, yingjin};

const CITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang");

/// A made-up sheet with a firm, a doubt and a row without anything to know it by.
const SHEET: &str = "企业名称,统一社会信用代码,注册资金\n合成一厂,91990001MA0000001R,500(万美元)\n,,1\n";

fn import(folder: &Path, more: &[&str]) -> std::process::Output {
    let sheet = folder.join("sheet.csv");
    let db = format!("sqlite://{}", folder.join("register.db").display());
    let fixed =
        ["import", "firm", sheet.to_str().unwrap(), "--on", "2020-03-06", "--city", CITY, "--db", &db];
    yingjin(&[fixed.as_slice(), more].concat())
}

#[test]
fn accounts_for_every_row_and_keeps_the_mapping() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sheet.csv"), SHEET).unwrap();
    let report = |output: &std::process::Output| -> serde_json::Value {
        assert_eq!(output.status.code(), Some(0), "{}", err(output));
        serde_json::from_str(&out(output)).unwrap()
    };
    let counts = |report: &serde_json::Value| {
        ["read", "added", "changed", "unchanged", "put_aside", "rejected"]
            .map(|key| report[key].as_u64().unwrap())
    };
    let dry = report(&import(folder.path(), &["--json", "--dry-run"]));
    assert_eq!((counts(&dry), dry["seq"].is_null()), ([2, 1, 0, 0, 0, 1], true));
    let kept = std::fs::read_to_string(folder.path().join("sheet.csv.mapping.toml")).unwrap();
    assert!(kept.contains("fact = \"registered_capital\""), "{kept}");

    // Nothing of how it was written is left, and what a person made of it stays.
    let files = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(
        files().all(|name| !name.to_str().unwrap().starts_with(".mapping")),
        "{:?}",
        files().collect::<Vec<_>>()
    );
    let mended = format!("# mended\n{kept}");
    std::fs::write(folder.path().join("sheet.csv.mapping.toml"), &mended).unwrap();

    let rejects = folder.path().join("mend.csv");
    let first = report(&import(folder.path(), &["--json", "--rejects", rejects.to_str().unwrap()]));
    assert_eq!((counts(&first), first["seq"].as_i64()), ([2, 1, 0, 0, 0, 1], Some(1)));
    assert_eq!(first["problems"][0]["code"], "foreign-currency");
    assert_eq!(std::fs::read_to_string(rejects).unwrap().lines().count(), 3);
    let again = report(&import(folder.path(), &["--json"]));
    assert_eq!((counts(&again), again["seq"].is_null()), ([2, 0, 0, 1, 0, 1], true));

    let text = import(folder.path(), &[]);
    assert!(out(&text).contains("2 rows = 0 added + 0 changed + 1 unchanged"), "{}", out(&text));
    assert_eq!(std::fs::read_to_string(folder.path().join("sheet.csv.mapping.toml")).unwrap(), mended);
    let zh = import(folder.path(), &["--lang", "zh"]);
    assert!(out(&zh).contains("读 2 行 = 新增 0"), "{}", out(&zh));
}

#[test]
fn a_file_that_cannot_be_imported_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sheet.csv"), "甲,乙\n1,2\n").unwrap();
    let en = import(folder.path(), &[]);
    assert_eq!((en.status.code(), out(&en).as_str()), (Some(2), ""));
    assert!(err(&en).contains("no header"), "{}", err(&en));
    assert!(err(&import(folder.path(), &["--lang", "zh"])).contains("找不到表头"));
    std::fs::write(folder.path().join("sheet.csv.mapping.toml"), "kind = \"firm\"\nnone = 1\n").unwrap();
    let mapping = import(folder.path(), &[]);
    assert!(err(&mapping).contains("line 2, column 1"), "{}", err(&mapping));
}
