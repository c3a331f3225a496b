//! chains.toml and chains/*.toml: what is wrong with them is told where it stands.

use std::fs;
use std::path::Path;

use rules::city::load;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.unwrap().path(), to.to_owned());
        let to = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            fs::copy(&entry, &to).unwrap();
        }
    }
}

fn city() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/xuchang"), folder.path());
    folder
}

/// Code, file and line of every error after one edit.
fn told(file: &str, from: &str, to: &str) -> Vec<(String, String, usize)> {
    let folder = city();
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let Err(found) = load(folder.path()) else { return vec![] };
    let told = |found: &rules::diagnostic::Diagnostic| {
        let place = (found.place.file.display().to_string(), found.place.line);
        (found.code.to_string(), place.0, place.1)
    };
    found
        .iter()
        .filter(|found| found.severity == rules::diagnostic::Severity::Error)
        .inspect(|found| {
            for message in [&found.what, &found.why, &found.mend] {
                assert!(!message.zh.is_empty() && !message.en.is_empty());
            }
        })
        .map(told)
        .collect()
}

#[test]
fn the_sample_city_is_sound_and_lists_what_has_no_sector() {
    let loaded = load(city().path()).unwrap();
    let chains = loaded.ruleset.chains.unwrap();
    assert_eq!(chains.chains.len(), 5);
    let chain = &chains.chains.iter().find(|chain| chain.leading.len() == 14).unwrap();
    assert!(chain.segments.len() >= 3);
    assert_eq!(chains.sector("C3823"), chains.sector("38"));
    assert_eq!(chains.sector("T9700"), None);
    let unmapped = loaded.notices.iter().find(|notice| notice.code == "unmapped").unwrap();
    assert!(unmapped.what.en.ends_with(" 97"), "{}", unmapped.what.en);
}

#[test]
fn mistakes_are_told_where_they_stand() {
    const CHAINS: &str = "chains.toml";
    const POWER: &str = "chains/power-equipment.toml";
    for (file, from, to, code) in [
        (CHAINS, "broken_below = \"0.5\"", "broken_below = \"1.5\"", "wrong-value"),
        (CHAINS, "headroom     = \"0.1\"", "headroom = \"-1\"", "wrong-value"),
        (CHAINS, "essential.csv\"\n\n[supply]", "esential.csv\"\n\n[supply]", "not-found"),
        (CHAINS, "supplier     = \"supplier\"", "supplier = \"product\"", "wrong-type"),
        (CHAINS, "value        = \"value_year\"", "value = \"valu\"", "unknown-fact"),
        (CHAINS, "missing = \"missing_essential_inputs\"", "missing = \"esri\"", "wrong-type"),
        (CHAINS, "blocks  = \"blocks_output\"", "blocks = \"income\"", "unknown-fact"),
        (CHAINS, "kind     = \"firm\"", "kind = \"frm\"", "not-found"),
        (CHAINS, "38 = \"2712\"", "38 = \"0000\"", "not-found"),
        (CHAINS, "38 = \"2712\"", "380 = \"2712\"", "wrong-value"),
        (CHAINS, "38 = \"2712\"", "", "unmapped"),
        (POWER, "office = \"industry\"", "office = \"industri\"", "not-found"),
        (POWER, "id = \"copper\"", "id = \"chips\"", "twice"),
        (POWER, "zh = \"铜材\"", "zh = \"芯片\"", "twice"),
        (POWER, "essential = [\"copper\"]", "essential = [\"coper\"]", "not-found"),
        (POWER, "essential = [\"copper\"]", "essential = [\"switchgear\"]", "flows-back"),
        (POWER, "classes = [\"C3251\"]", "classes = [\"3251\"]", "wrong-value"),
        (POWER, "classes = [\"C3251\"]", "classes = [\"T9700\"]", "unmapped"),
        (POWER, "product = \"relay\"", "product = \"lift\"", "not-found"),
        (POWER, "label = { zh = \"铜材\", en = \"copper\" }", "label = { zh = \"铜材\" }", "missing-key"),
        (POWER, "synthetic = true", "sinthetic = true", "unknown-key"),
        ("chains/essential.csv", "\n0111,", "\n0112,", "wrong-table"),
    ] {
        let found = told(file, from, to);
        let named = found.iter().any(|(found, ..)| found == code);
        assert!(named, "{file}: {from} -> {to}: {found:?}");
    }
    let found = told(POWER, "essential = [\"copper\"]", "essential = [\"coper\"]");
    let line = fs::read_to_string(city().path().join(POWER)).unwrap();
    let line = line.lines().position(|line| line == "essential = [\"copper\"]").unwrap() + 1;
    assert_eq!(found, [("not-found".to_owned(), POWER.to_owned(), line)]);
}

#[test]
fn chains_without_their_file_are_no_chains() {
    let folder = city();
    fs::remove_file(folder.path().join("chains.toml")).unwrap();
    let found = load(folder.path()).unwrap_err();
    assert!(found.iter().any(|found| found.code == "no-chains-file"), "{found:?}");
}
