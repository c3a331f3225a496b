//! Who may know whom, where the clock is read, and how things are named. ARCHITECTURE.md says the same in words.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A crate, the crates of ours that it may import, and what it must never depend on.
struct Rule {
    name: &'static str,
    may_import: &'static [&'static str],
    never: &'static [&'static str],
}

const IO: [&str; 8] =
    ["tokio", "axum", "rusqlite", "postgres", "tracing", "reqwest", "arrow-array", "sqlparser"];

const RULES: &[Rule] = &[
    Rule { name: "model", may_import: &[], never: &IO },
    Rule { name: "chain", may_import: &[], never: &IO },
    Rule { name: "reach", may_import: &[], never: &IO },
    Rule {
        name: "letters",
        may_import: &["model"],
        never: &["tokio", "axum", "rusqlite", "postgres", "arrow-array"],
    },
    Rule { name: "rules", may_import: &["model"], never: &["tokio", "axum", "rusqlite", "postgres"] },
    Rule { name: "store", may_import: &["model"], never: &["axum", "sqlparser", "arrow-array"] },
    Rule {
        name: "yingjin",
        may_import: &["chain", "letters", "model", "reach", "rules", "store"],
        never: &[],
    },
    Rule { name: "xtask", may_import: &[], never: &[] },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifests() -> Vec<PathBuf> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    crates.map(|entry| entry.unwrap().path()).chain([root().join("xtask")]).collect()
}

fn dependencies(folder: &Path) -> (String, BTreeSet<String>) {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let name = manifest["package"]["name"].as_str().unwrap().to_owned();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    (name, table.keys().cloned().collect())
}

#[test]
fn crates_import_only_what_they_may() {
    let ours: BTreeSet<String> = manifests().iter().map(|folder| dependencies(folder).0).collect();
    assert_eq!(
        ours,
        RULES.iter().map(|rule| rule.name.to_owned()).collect(),
        "a crate has no rule, or a rule no crate"
    );
    for folder in manifests() {
        let (name, dependencies) = dependencies(&folder);
        let rule = RULES.iter().find(|rule| rule.name == name).unwrap();
        for dependency in &dependencies {
            let allowed = !ours.contains(dependency) || rule.may_import.contains(&dependency.as_str());
            assert!(allowed, "{name} imports {dependency}, which it may not know");
            assert!(!rule.never.contains(&dependency.as_str()), "{name} must never depend on {dependency}");
        }
    }
}

/// Every Rust source file of the crates, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = vec![];
    for folder in manifests() {
        walk(&folder.join("src"), &mut found);
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

#[test]
fn the_clock_is_read_in_one_place() {
    let mut readers: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| {
            ["Utc::now", "Local::now", "SystemTime::now"].iter().any(|call| text.contains(call))
        })
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    readers.sort();
    assert!(
        readers.iter().all(|file| file == "clock.rs") && readers.len() <= 1,
        "the clock is read in {readers:?}"
    );
}

#[test]
fn no_rust_source_names_a_city() {
    let list = std::fs::read_dir(root().join("cities")).unwrap();
    let cities: Vec<String> =
        list.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(!cities.is_empty());
    for (path, text) in sources() {
        let is_part = |name: &str| path.components().any(|part| part.as_os_str() == name);
        if is_part("xtask") || is_part("tests") || path.ends_with("tests.rs") {
            continue;
        }
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, line) in shipped.lines().enumerate() {
            // The default of --city is the sample city, so that the first command needs no argument.
            if line.trim_start().starts_with("//") || line.contains("default_value") {
                continue;
            }
            for city in &cities {
                assert!(!line.contains(city.as_str()), "{}:{} names {city}", path.display(), at + 1);
            }
            assert!(!line.contains("许昌"), "{}:{} names a city", path.display(), at + 1);
        }
    }
}

#[test]
fn files_have_names_that_say_something() {
    let banned = ["manager", "helper", "helpers", "util", "utils", "common", "misc", "entity", "info"];
    for (path, text) in sources() {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!banned.contains(&stem.as_str()), "{} has a name that says nothing", path.display());
        let lines = text.lines().count();
        assert!(lines <= 1000, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn architecture_page_has_every_crate_and_is_short() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for rule in RULES {
        assert!(
            page.contains(&format!("`{}`", rule.name)),
            "ARCHITECTURE.md does not say what {} is",
            rule.name
        );
    }
    assert!(page.lines().count() <= 250);
}
