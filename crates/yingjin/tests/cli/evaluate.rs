//! `yingjin evaluate`.

use super::{out, yingjin};

const CITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/city");

#[test]
fn money_that_went_to_those_not_owed_stands_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let db = format!("sqlite://{}", folder.path().join("register.db").display());
    let import = |kind: &str, text: &str| {
        let sheet = folder.path().join(format!("{kind}.csv"));
        std::fs::write(&sheet, text).unwrap();
        let sheet = sheet.to_str().unwrap();
        let done = yingjin(&["import", kind, sheet, "--on", "2020-02-01", "--city", CITY, "--db", &db]);
        assert!(done.status.success());
    };
    let large = model::uscc::complete("91990001MA0000002").unwrap();
    import(
        "firm",
        &format!(
            "uscc,name,area,staff,insured,ownership\n91990001MA0000001R,合成一厂,990001,12,10,private\n\
             {large},合成二厂,990002,900,800,private\n"
        ),
    );
    // The large firm is owed nothing, and was paid; the small one is owed, and was not.
    import("refund", &format!("返还编号,企业,返还金额,到账日期\nR1,{large},\"5,000\",2020-02-20\n"));
    let evaluate = |more: &[&str]| {
        let common = ["evaluate", "--on", "2020-03-06", "--duty", "job-refund", "--city", CITY, "--db", &db];
        out(&yingjin(&[&common, more].concat()))
    };
    let json: serde_json::Value = serde_json::from_str(&evaluate(&["--json"])).unwrap();
    let line = &json["duties"][0];
    assert_eq!(
        (&line["leak"], &line["leaked"], &line["paid"]),
        (&1.into(), &"5000.00".into(), &"0.00".into())
    );
    let page = evaluate(&["--lang", "en"]);
    assert!(page.contains("leaked") && page.contains("5000.00"), "{page}");
    assert!(evaluate(&["--csv"]).lines().next().unwrap().contains(",paid,leaked,"));
}
