//! `yingjin sample`.

use super::{err, out, yingjin};

const CITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang");

#[test]
fn fills_an_empty_register_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = format!("sqlite://{}", folder.path().join("sample.db").display());
    let small =
        ["sample", CITY, "--seed", "7", "--firms", "1520", "--households", "20", "--until", "2020-02-05"];
    let made = yingjin(&[small.as_slice(), &["--db", &db]].concat());
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let text = out(&made);
    assert!(text.starts_with("All of this register is made up"), "{text}");
    assert!(text.contains("    1520  firm"), "{text}");
    assert!(text.contains("2020-01-31 – 2020-02-05"), "{text}");

    let again = yingjin(&[small.as_slice(), &["--db", &db]].concat());
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("the register is not empty"), "{}", err(&again));

    let sound = yingjin(&["audit", "verify", "--city", CITY, "--db", &db]);
    assert_eq!(sound.status.code(), Some(0), "{}{}", out(&sound), err(&sound));
}

#[test]
fn says_why_it_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = format!("sqlite://{}", folder.path().join("sample.db").display());
    let few = yingjin(&["sample", CITY, "--firms", "10", "--db", &db]);
    assert_eq!(few.status.code(), Some(2));
    assert!(err(&few).contains("'firms' cannot be 10"), "{}", err(&few));
    let zh = yingjin(&["--lang", "zh", "sample", CITY, "--firms", "10", "--db", &db]);
    assert!(err(&zh).contains("请把数量加大"), "{}", err(&zh));
}
