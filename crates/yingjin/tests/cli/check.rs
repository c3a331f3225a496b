use std::fs;

use tempfile::TempDir;

use super::{out, yingjin};

const CITY: &str = "id = \"x\"\nname = { zh = \"某市\", en = \"X\" }\n";

fn city(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("city.toml"), text).unwrap();
    folder
}

#[test]
fn a_sound_city_is_well() {
    let folder = city(CITY);
    let output = yingjin(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(
        out(&output),
        "errors: 0, notices: 0\nfiles: 1; kinds: 0, parameters: 0, duties: 0, forms: 0, letters: 0\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn mistakes_are_told_in_both_languages() {
    let folder = city(&format!("{CITY}colour = \"red\"\nnmae = 1\n"));
    let path = folder.path().to_str().unwrap();
    let output = yingjin(&["check", path]);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    assert!(text.starts_with("city.toml:3:1: error[unknown-key]: unknown key colour\n  why: "), "{text}");
    assert!(text.contains("city.toml:4:1: error[unknown-key]: unknown key nmae"), "{text}");
    assert!(text.contains("did you mean name?"), "{text}");
    assert!(text.ends_with("\nerrors: 2, notices: 0\n"), "{text}");
    let text = out(&yingjin(&["check", path, "--lang", "zh"]));
    assert!(text.contains("city.toml:4:1: 错误[unknown-key]: 不认识的键 nmae"), "{text}");
    assert!(text.ends_with("\n错误 2 处，提示 0 处\n"), "{text}");
}

#[test]
fn mistakes_are_told_as_json() {
    let folder = city(&format!("{CITY}nmae = 1\n"));
    let output = yingjin(&["check", folder.path().to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!((&report["errors"], &report["notices"]), (&1.into(), &0.into()));
    let found = &report["diagnostics"][0];
    assert_eq!(found["code"], "unknown-key");
    assert_eq!(found["place"]["line"], 3);
    assert_eq!(found["mend"]["en"], "did you mean name?");
}

#[test]
fn the_city_of_the_repository_is_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang");
    let output = yingjin(&["check", folder]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
}
