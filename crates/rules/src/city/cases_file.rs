//! `cases.toml`: clocks, kinds of case and where they go, words that answers begin with.

use model::casework::{CaseKind, Clock, Escalation, GAP, Route, Similar, Template};
use model::{Casework, Kind, Term};

use super::exemption_table::{self, ExemptionDraft};
use super::mistake;
use super::name;
use super::read::Table;
use super::source::{Log, Written};
use crate::ruleset::City;

/// What `cases.toml` says, and the names in it that something has to declare.
pub(super) struct CasesDraft {
    casework: Casework,
    clocks: Vec<Written>,
    kinds: Vec<Written>,
    departments: Vec<Written>,
    areas: Vec<Written>,
    address: Option<Written>,
    pub exemption: Option<ExemptionDraft>,
}

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<CasesDraft> {
    let mut departments = Vec::new();
    let mut areas = Vec::new();
    let mut used: Vec<Written> = Vec::new();
    let mut named: Vec<Written> = Vec::new();
    let unclear = table.need_text("unclear");
    departments.extend(unclear.clone());
    let silence = table.need_text("silence");
    used.extend(silence.clone());

    let mut clocks: Vec<Clock> = Vec::new();
    for table in table.tables("clock") {
        let id = name::id(log, table.need_text("id"));
        let (label, term, basis) = (table.need_label("label"), term(&table, log), table.need_basis());
        table.finish();
        let (Some(id), Some(label), Some(term), Some(basis)) = (id, label, term, basis) else { continue };
        if clocks.iter().any(|clock| clock.id == id.text) {
            log.error(&id.at, "twice", mistake::twice(("时限", "clock"), &id.text, "cases.toml"));
            continue;
        }
        clocks.push(Clock { id: id.text, label, term, basis });
    }

    let mut kinds: Vec<CaseKind> = Vec::new();
    for table in table.tables("kind") {
        let id = name::id(log, table.need_text("id"));
        let (label, clock, department) =
            (table.need_label("label"), table.need_text("clock"), table.text("department"));
        used.extend(clock.clone());
        departments.extend(department.clone());
        let public = table.label("public");
        let mut routes = Vec::new();
        for table in table.tables("route") {
            let (area, department) = (table.need_text("area"), table.need_text("department"));
            table.finish();
            let (Some(area), Some(department)) = (area, department) else { continue };
            routes
                .push(Route { area: area.text.as_str().into(), department: department.text.as_str().into() });
            areas.push(area);
            departments.push(department);
        }
        table.finish();
        let (Some(id), Some(label), Some(clock)) = (id, label, clock) else { continue };
        if id.text == GAP {
            log.error(&id.at, "gap-kind", mistake::gap_kind());
            continue;
        }
        if kinds.iter().any(|kind| kind.id.as_str() == id.text) {
            log.error(&id.at, "twice", mistake::twice(("事项种类", "kind of case"), &id.text, "cases.toml"));
            continue;
        }
        let department = department.map(|department| department.text.into());
        kinds.push(CaseKind { id: id.text.into(), label, clock: clock.text, department, routes, public });
    }

    let mut templates: Vec<Template> = Vec::new();
    for table in table.tables("template") {
        let id = name::id(log, table.need_text("id"));
        let (label, text) = (table.need_label("label"), table.need_label("text"));
        let of = table.texts("kinds");
        table.finish();
        let (Some(id), Some(label), Some(text)) = (id, label, text) else { continue };
        if templates.iter().any(|template| template.id == id.text) {
            log.error(&id.at, "twice", mistake::twice(("模板", "template"), &id.text, "cases.toml"));
            continue;
        }
        let kinds = of.iter().map(|kind| kind.text.as_str().into()).collect();
        named.extend(of);
        templates.push(Template { id: id.text, label, text, kinds });
    }

    let mut escalations: Vec<Escalation> = Vec::new();
    for table in table.tables("escalation") {
        let (of, by) = (table.texts("kinds"), table.texts("clocks"));
        let wait = |key| {
            let wait = table.get(key)?.table()?;
            let found = term(&wait, log);
            wait.finish();
            found
        };
        let (untaken, overdue) = (wait("untaken"), wait("overdue"));
        if table.get("untaken").is_none() && table.get("overdue").is_none() {
            log.error(&table.at, "no-wait", mistake::no_wait());
        }
        table.finish();
        escalations.push(Escalation {
            kinds: of.iter().map(|kind| kind.text.as_str().into()).collect(),
            clocks: by.iter().map(|clock| clock.text.clone()).collect(),
            untaken,
            overdue,
        });
        named.extend(of);
        used.extend(by);
    }

    let similar = table.get("similar").and_then(|cell| cell.table());
    let (similar, address) = similar.map(|table| similar_of(table, log)).unwrap_or_default();

    let exemption = table.get("exemption").and_then(|cell| cell.table());
    let exemption = exemption.and_then(|table| exemption_table::read(table, log));

    let casework = Casework {
        unclear: unclear?.text.into(),
        silence: silence?.text,
        clocks,
        kinds,
        templates,
        escalations,
        similar,
        exemption: exemption.as_ref().map(|draft| draft.exemptions.clone()),
    };
    Some(CasesDraft { casework, clocks: used, kinds: named, departments, areas, address, exemption })
}

/// Looks up every name that the file uses.
pub(super) fn check(draft: CasesDraft, (city, records): (&City, &[Kind]), log: &Log) -> Casework {
    let casework = draft.casework;
    let clocks: Vec<&str> = casework.clocks.iter().map(|clock| clock.id.as_str()).collect();
    declared(("时限", "clock"), &draft.clocks, &clocks, log);
    let kinds: Vec<&str> = casework.kinds.iter().map(|kind| kind.id.as_str()).chain([GAP]).collect();
    declared(("事项种类", "kind of case"), &draft.kinds, &kinds, log);
    let departments: Vec<&str> = city.departments.iter().map(|department| department.id.as_str()).collect();
    declared(("部门", "department"), &draft.departments, &departments, log);
    let codes: Vec<&str> = city.areas.iter().map(|area| area.code.as_str()).collect();
    for area in draft.areas.iter().filter(|area| !codes.contains(&area.text.as_str())) {
        log.error(&area.at, "not-an-area", mistake::not_found(("地区", "area"), &area.text, &codes));
    }
    let facts: Vec<&str> = records.iter().flat_map(|kind| &kind.facts).map(|fact| fact.id.as_str()).collect();
    let address: Vec<Written> = draft.address.into_iter().collect();
    declared(("事实", "fact"), &address, &facts, log);
    casework
}

/// What may be the same: what is not said is as it is everywhere.
fn similar_of(table: Table<'_>, log: &Log) -> (Similar, Option<Written>) {
    let usual = Similar::default();
    let number = |key, usual: u32, most: u32| {
        let Some(cell) = table.get(key) else { return usual };
        let Some(told) = cell.int() else { return usual };
        let read = u32::try_from(told).ok().filter(|told| (1..=most).contains(told));
        if read.is_none() {
            let (zh, en) = (format!("1 到 {most} 的整数"), format!("a whole number from 1 to {most}"));
            log.error(&cell.at, "wrong-value", mistake::value_type((&zh, &en), key));
        }
        read.unwrap_or(usual)
    };
    let (days, metres) = (number("days", usual.days, 366), number("metres", usual.metres, 100_000));
    let address = table.text("address");
    table.finish();
    (Similar { days, metres, address: address.as_ref().map(|fact| fact.text.as_str().into()) }, address)
}

fn declared(what: (&str, &str), names: &[Written], all: &[&str], log: &Log) {
    for name in names.iter().filter(|name| !all.contains(&name.text.as_str())) {
        log.error(&name.at, "not-found", mistake::not_found(what, &name.text, all));
    }
}

/// Exactly one of `hours`, `days`, `working_days`, and more than none of it.
fn term(table: &Table<'_>, log: &Log) -> Option<Term> {
    let keys = ["hours", "days", "working_days"];
    let given: Vec<_> = keys.into_iter().filter_map(|key| Some((key, table.get(key)?))).collect();
    let [(key, cell)] = given.as_slice() else {
        log.error(&table.at, "one-term", mistake::one_term());
        return None;
    };
    let count = u32::try_from(cell.int()?).ok().filter(|count| (1..=3660).contains(count));
    if count.is_none() {
        let wanted = ("1 到 3660 的整数", "a whole number from 1 to 3660");
        log.error(&cell.at, "wrong-value", mistake::value_type(wanted, key));
    }
    count.map(|count| match *key {
        "hours" => Term::Hours(count),
        "days" => Term::Days(count),
        _ => Term::WorkingDays(count),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::city::load;

    const CITY: &str = r#"id = "x"
name = { zh = "某市", en = "X" }
[[area]]
code = "1"
name = { zh = "某市", en = "X" }
[[department]]
id = "front"
name = { zh = "市办公室", en = "City Office" }
branch = { zh = "办公室", en = "Office" }
"#;

    const CASES: &str = r#"unclear = "front"
silence = "ordinary"

[[clock]]
id = "urgent"
label = { zh = "紧急", en = "urgent" }
hours = 2
basis = { doc = "made up" }

[[clock]]
id = "ordinary"
label = { zh = "一般", en = "ordinary" }
days = 7
basis = { doc = "made up" }

[[kind]]
id = "labour"
label = { zh = "用工", en = "labour" }
clock = "ordinary"
route = [{ area = "1", department = "front" }]

[[template]]
id = "sent"
label = { zh = "转办", en = "sent on" }
text = { zh = "已转办。", en = "Sent on." }
kinds = ["labour", "gap"]

[[escalation]]
kinds = ["labour"]
clocks = ["ordinary"]
untaken = { working_days = 2 }

[similar]
days = 7
metres = 300
"#;

    /// What is told of a city of two files after one edit of cases.toml: each code with the line it stands in.
    fn told(from: &str, to: &str) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(CASES.contains(from), "{from}");
        let cases = CASES.replacen(from, to, 1);
        fs::write(folder.path().join("city.toml"), CITY).unwrap();
        fs::write(folder.path().join("cases.toml"), &cases).unwrap();
        let line = |number: usize| cases.lines().nth(number - 1).unwrap_or_default().to_owned();
        match load(folder.path()) {
            Ok(loaded) => {
                let casework = loaded.ruleset.casework.unwrap();
                assert_eq!((casework.clocks.len(), casework.kinds.len()), (2, 1));
                vec![]
            }
            Err(found) => {
                found.iter().map(|found| format!("{} {}", found.code, line(found.place.line))).collect()
            }
        }
    }

    #[test]
    fn a_sound_file_loads() {
        assert_eq!(told("hours = 2", "hours = 3"), Vec::<String>::new());
    }

    #[test]
    fn tells_of_mistakes_at_their_places() {
        for (from, to, found) in [
            ("unclear = \"front\"", "unclear = \"frnt\"", "not-found unclear = \"frnt\""),
            ("clock = \"ordinary\"", "clock = \"ordinry\"", "not-found clock = \"ordinry\""),
            ("silence = \"ordinary\"", "silence = \"x\"", "not-found silence = \"x\""),
            ("id = \"urgent\"", "id = \"ordinary\"", "twice id = \"ordinary\""),
            ("hours = 2", "hours = 0", "wrong-value hours = 0"),
            ("hours = 2", "hours = 2\ndays = 1", "one-term [[clock]]"),
            ("id = \"labour\"", "id = \"gap\"", "gap-kind id = \"gap\""),
            ("kinds = [\"labour\"", "kinds = [\"labor\"", "not-found kinds = [\"labor\", \"gap\"]"),
            ("days = 7", "days = 7\nweeks = 1", "unknown-key weeks = 1"),
            ("untaken = { working_days = 2 }", "", "no-wait [[escalation]]"),
            ("clocks = [\"ordinary\"]", "clocks = [\"x\"]", "not-found clocks = [\"x\"]"),
            ("metres = 300", "metres = 0", "wrong-value metres = 0"),
            ("metres = 300", "address = \"adress\"", "not-found address = \"adress\""),
            ("metres = 300", "miles = 1", "unknown-key miles = 1"),
            ("{ working_days = 2 }", "{ weeks = 2 }", "one-term untaken = { weeks = 2 }"),
        ] {
            assert!(told(from, to).iter().any(|told| told == found), "{from} -> {to}: {:?}", told(from, to));
        }
        let area = told("{ area = \"1\"", "{ area = \"2\"");
        assert!(area.len() == 1 && area[0].starts_with("not-an-area"), "{area:?}");
    }
}
