//! `notices.toml`: who is told of what, in which words.

use model::notice::{Cause, NoticeRule, Receiver, Way, slots};
use model::{Label, Notices};

use super::mistake;
use super::name;
use super::read::{Cell, Table};
use super::source::{At, Log, Written};

/// The most working days by which somebody is told ahead.
const AHEAD_MAX: i64 = 60;

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<Notices> {
    let digest_hour = table.need("digest_hour").and_then(|cell| whole(&cell, ("digest_hour", 23), log));
    let mut rules: Vec<NoticeRule> = Vec::new();
    for table in table.tables("notice") {
        let at = table.at.clone();
        let Some(rule) = rule(table, log) else { continue };
        if rules.iter().any(|known| known.id == rule.id) {
            let what = ("通知种类", "kind of notice");
            log.error(&at, "twice", mistake::twice(what, &rule.id, "notices.toml"));
            continue;
        }
        rules.push(rule);
    }
    Some(Notices { digest_hour: digest_hour?, rules })
}

fn rule(table: Table<'_>, log: &Log) -> Option<NoticeRule> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("label");
    let on = named(&table, "on", &Cause::ALL, log);
    let to = named(&table, "to", &Receiver::ALL, log);
    let (one, many) = (label_at(&table, "one"), label_at(&table, "many"));
    let way = match table.text("way") {
        Some(written) => choice(&written, &Way::ALL, log),
        None => Some(Way::default()),
    };
    let ahead = table.get("working_days");
    let is_due = on.as_ref().is_some_and(|on| on.iter().any(|(cause, _)| cause.is_ahead()));
    let working_days = match &ahead {
        Some(cell) if on.is_some() && !is_due => {
            log.error(&cell.at, "only-due", mistake::only_due());
            None
        }
        Some(cell) => whole(cell, ("working_days", AHEAD_MAX), log),
        None if is_due => {
            log.error(&table.at, "missing-key", mistake::missing_key("working_days"));
            None
        }
        None => Some(0),
    };
    table.finish();
    let (on, to) = (on?, to?);
    let subject = on.first().map(|(cause, _)| cause.subject())?;
    let of_another = on.iter().map(|(cause, at)| (cause.subject(), at));
    let of_another = of_another.chain(to.iter().map(|(receiver, at)| (receiver.subject(), at)));
    let mut fits = true;
    for (_, at) in of_another.filter(|(found, _)| *found != subject) {
        log.error(at, "other-subject", mistake::other_subject());
        fits = false;
    }
    let (one, many) = (one?, many?);
    fits &= worded(&one, subject.slots(), log);
    fits &= worded(&many, &["count"], log);
    fits.then_some(())?;
    Some(NoticeRule {
        id: id?.text,
        label: label?,
        on: on.into_iter().map(|(cause, _)| cause).collect(),
        to: to.into_iter().map(|(receiver, _)| receiver).collect(),
        one: one.0,
        many: many.0,
        working_days: working_days?,
        way: way?,
    })
}

/// A label with its place.
fn label_at(table: &Table<'_>, key: &'static str) -> Option<(Label, At)> {
    let cell = table.need(key)?;
    Some((cell.label()?, cell.at))
}

/// Whether words name only what is known of one: several only say how many, and always say it.
fn worded((label, at): &(Label, At), known: &[&str], log: &Log) -> bool {
    let mut fits = true;
    for text in [&label.zh, &label.en] {
        let used = slots(text);
        for slot in used.iter().filter(|slot| !known.contains(slot)) {
            log.error(at, "unknown-choice", mistake::choice(slot, known));
            fits = false;
        }
        if known == ["count"] && used.is_empty() {
            log.error(at, "no-count", mistake::no_count());
            fits = false;
        }
    }
    fits
}

/// A list of names, of which there has to be one, each with its place.
fn named<T: Copy>(
    table: &Table<'_>,
    key: &'static str,
    all: &[(&str, T)],
    log: &Log,
) -> Option<Vec<(T, At)>> {
    let cell = table.need(key)?;
    let written = table.texts(key);
    if written.is_empty() {
        log.error(&cell.at, "empty", mistake::empty());
        return None;
    }
    written.iter().map(|one| Some((choice(one, all, log)?, one.at.clone()))).collect()
}

fn choice<T: Copy>(written: &Written, all: &[(&str, T)], log: &Log) -> Option<T> {
    let found = all.iter().find(|(name, _)| *name == written.text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        log.error(&written.at, "unknown-choice", mistake::choice(&written.text, &names));
    }
    found
}

/// A whole number from 0 to `most`.
fn whole(cell: &Cell<'_>, (key, most): (&str, i64), log: &Log) -> Option<u32> {
    let found = cell.int()?;
    if !(0..=most).contains(&found) {
        log.error(&cell.at, "out-of-range", mistake::out_of_range(key, most));
        return None;
    }
    u32::try_from(found).ok()
}

#[cfg(test)]
mod tests {
    use crate::city::load;

    const CITY: &str = r#"id = "x"
name = { zh = "某市", en = "X" }
[[area]]
code = "1"
name = { zh = "某市", en = "X" }
"#;

    const NOTICES: &str = r#"digest_hour = 8

[[notice]]
id = "came"
label = { zh = "新事项", en = "came" }
on = ["opened", "routed"]
to = ["holder"]
one = { zh = "{what}（第 {no} 号）", en = "{what} (no. {no})" }
many = { zh = "{count} 件", en = "{count} cases" }

[[notice]]
id = "due"
label = { zh = "快到期", en = "due" }
on = ["due"]
to = ["holder"]
working_days = 1
way = "once"
one = { zh = "{due} 到期", en = "due on {due}" }
many = { zh = "{count} 件", en = "{count} cases" }
"#;

    /// What is told of a city of two files after one edit of notices.toml: each code with the line it stands in.
    fn told(from: &str, to: &str) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(NOTICES.contains(from), "{from}");
        let notices = NOTICES.replacen(from, to, 1);
        std::fs::write(folder.path().join("city.toml"), CITY).unwrap();
        std::fs::write(folder.path().join("notices.toml"), &notices).unwrap();
        let line = |number: usize| notices.lines().nth(number - 1).unwrap_or_default().to_owned();
        match load(folder.path()) {
            Ok(loaded) => {
                assert_eq!(loaded.ruleset.notices.unwrap().rules.len(), 2);
                vec![]
            }
            Err(found) => {
                found.iter().map(|found| format!("{} {}", found.code, line(found.place.line))).collect()
            }
        }
    }

    #[test]
    fn a_sound_file_loads() {
        assert_eq!(told("digest_hour = 8", "digest_hour = 23"), Vec::<String>::new());
    }

    #[test]
    fn tells_of_mistakes_at_their_places() {
        let many = "many = { zh = \"{count} 件\", en = \"{count} cases\" }";
        for (from, to, found) in [
            ("digest_hour = 8", "digest_hour = 24", "out-of-range digest_hour = 24"),
            ("id = \"due\"", "id = \"came\"", "twice [[notice]]"),
            ("\"routed\"]", "\"routd\"]", "unknown-choice on = [\"opened\", \"routd\"]"),
            ("\"routed\"]", "\"drawn\"]", "other-subject on = [\"opened\", \"drawn\"]"),
            ("to = [\"holder\"]", "to = [\"filer\"]", "other-subject to = [\"filer\"]"),
            ("to = [\"holder\"]", "to = []", "empty to = []"),
            ("working_days = 1", "", "missing-key [[notice]]"),
            ("to = [\"holder\"]", "to = [\"holder\"]\nworking_days = 2", "only-due working_days = 2"),
            ("way = \"once\"", "way = \"letter\"", "unknown-choice way = \"letter\""),
            (
                "one = { zh = \"{due}",
                "one = { zh = \"{day}",
                "unknown-choice one = { zh = \"{day} 到期\", en = \"due on {due}\" }",
            ),
            (
                many,
                "many = { zh = \"几件\", en = \"{count}\" }",
                "no-count many = { zh = \"几件\", en = \"{count}\" }",
            ),
        ] {
            assert!(told(from, to).iter().any(|told| told == found), "{from} -> {to}: {:?}", told(from, to));
        }
    }
}
