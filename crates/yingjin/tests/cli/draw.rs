//! `yingjin draw`, and what the sample city plants for inspectors to find.

use serde_json::Value;

use super::{err, out, yingjin};

const CITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang");
/// The filings on paper that the recipe plants.
const PAPER: u64 = 23;

#[test]
fn draws_once_and_again_and_finds_what_was_filed_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    let db = format!("sqlite://{}", folder.path().join("sample.db").display());
    let run = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().chain(["--city", CITY, "--db", &db]).collect();
        let ran = yingjin(&words);
        assert_eq!(ran.status.code(), Some(0), "{line}: {}{}", out(&ran), err(&ran));
        out(&ran)
    };
    let made = yingjin(&[
        "sample",
        CITY,
        "--seed",
        "7",
        "--firms",
        "6000",
        "--households",
        "20",
        "--until",
        "2020-03-06",
        "--quiet",
        "--db",
        &db,
    ]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let first = run("draw day --on 2020-03-06");
    assert_eq!(run("draw day --on 2020-03-06"), first, "once");
    let listed: Value = serde_json::from_str(&run("draw list --json")).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let summary = &listed[0]["summary"];
    for area in summary["areas"].as_array().unwrap() {
        let lots = area["lots"].as_u64().unwrap();
        assert_eq!(area["drawn"], lots.div_ceil(10), "a tenth of every area: {area}");
    }
    let again: Value =
        serde_json::from_str(&run(&format!("draw again {} --json", listed[0]["seq"]))).unwrap();
    assert_eq!(again["same"], true);
    assert_eq!(again["lots"].as_array().unwrap().len() as u64, summary["lots"].as_u64().unwrap());

    let judged: Value =
        serde_json::from_str(&run("evaluate --on 2020-03-06 --json --duty visit-standing-meter")).unwrap();
    let duty = &judged["duties"][0];
    assert_eq!((&duty["should"], &duty["gap"], &duty["unknown"]), (&PAPER.into(), &PAPER.into(), &0.into()));
}
