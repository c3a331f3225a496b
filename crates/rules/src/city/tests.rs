//! A small sound city, and every way to spoil it.

use std::fs;
use std::path::Path;

use model::{AreaCode, Lang};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::diagnostic::Severity;

mod exemptions;
mod forms;
mod letters;

const CITY: &str = r#"id = "x"
name = { zh = "某市", en = "X" }

[[area]]
code = "410000"
name = { zh = "某市", en = "X" }

[[area]]
code = "410001"
name = { zh = "东区", en = "East" }
parent = "410000"

[[department]]
id = "finance"
name = { zh = "财政局", en = "Finance Bureau" }

[[calendar]]
year = 2020
basis = { doc = "made up" }
holidays = [{ from = 2020-01-01, to = 2020-01-02, name = { zh = "元旦", en = "New Year" } }]
makeup = [2020-01-04]

[[calendar]]
year = 2020
basis = { doc = "made up, later" }
holidays = [{ from = 2020-01-04, to = 2020-01-04, name = { zh = "延长", en = "prolonged" } }]
working = [2020-01-02]
"#;

const FIRM: &str = r#"id = "firm"
label = { zh = "企业", en = "firm" }
key = ["code"]
also_key = ["old_code"]
name = "code"
area = "area"

[[fact]]
id = "code"
label = { zh = "代码", en = "code" }
type = "text"
format = "uscc"

[[fact]]
id = "old_code"
label = { zh = "旧代码", en = "old code" }
type = "text"

[[fact]]
id = "area"
label = { zh = "地区", en = "area" }
type = "area"

[[fact]]
id = "staff"
label = { zh = "职工人数", en = "staff" }
type = "int"
unit = "person"
question = { zh = "多少人？", en = "How many people?" }

[[fact]]
id = "ownership"
label = { zh = "性质", en = "ownership" }
type = "code"
options = [
  { id = "state", label = { zh = "国有", en = "state" } },
  { id = "private", label = { zh = "民营", en = "private" } },
]

[[fact]]
id = "size_class"
label = { zh = "规模", en = "size" }
type = "code"
options = [
  { id = "micro", label = { zh = "微型", en = "micro" } },
  { id = "large", label = { zh = "大型", en = "large" } },
]
value = "case when staff < :micro_staff then 'micro' else 'large' end"

[[fact]]
id = "rent"
label = { zh = "月租合计", en = "rent in all" }
type = "decimal"
unit = "CNY/month"
from = "lease"
by = "tenant"
value = "sum(monthly_rent)"

[[case]]
fact = "size_class"
name = "nine people are micro"
on = 2020-03-01
given = { staff = 9 }
expect = "micro"

[[case]]
fact = "size_class"
name = "nobody counted"
on = 2020-03-01
expect = "unknown"

[[case]]
fact = "rent"
name = "two leases"
on = 2020-03-01
members = { lease = [{ monthly_rent = "100.50" }, { monthly_rent = 99.5 }] }
expect = "200.00"
"#;

const LEASE: &str = r#"id = "lease"
label = { zh = "租约", en = "lease" }
key = ["number"]
area = "lessor.area"

[[fact]]
id = "number"
label = { zh = "编号", en = "number" }
type = "text"

[[fact]]
id = "tenant"
label = { zh = "承租方", en = "tenant" }
type = "ref"
to = "firm"

[[fact]]
id = "lessor"
label = { zh = "出租方", en = "lessor" }
type = "ref"
to = "firm"

[[fact]]
id = "monthly_rent"
label = { zh = "月租金", en = "monthly rent" }
type = "decimal"
unit = "CNY/month"

[[fact]]
id = "signed_on"
label = { zh = "签订日期", en = "signed on" }
type = "date"
"#;

const WAIVER: &str = r#"id = "waiver"
label = { zh = "减免", en = "waiver" }
key = ["lease"]

[[fact]]
id = "lease"
label = { zh = "租约", en = "lease" }
type = "ref"
to = "lease"

[[fact]]
id = "months"
label = { zh = "月数", en = "months" }
type = "int"
unit = "month"

[[fact]]
id = "amount"
label = { zh = "金额", en = "amount" }
type = "decimal"
unit = "CNY"

[[fact]]
id = "state"
label = { zh = "状态", en = "state" }
type = "code"
options = [
  { id = "offered", label = { zh = "已提出", en = "offered" } },
  { id = "granted", label = { zh = "已批准", en = "granted" } },
]
"#;

const PARAMETERS: &str = r#"[[parameter]]
id = "waiver_months"
label = { zh = "免租月数", en = "months of rent waived" }
type = "int"
unit = "month"

[[parameter.value]]
from = 2020-01-01
value = 3
basis = { doc = "made up", clause = "三", confidence = "S" }

[[parameter.value]]
area = "410001"
from = 2020-07-01
to = 2020-09-30
value = 6
basis = { doc = "made up" }

[[parameter]]
id = "micro_staff"
label = { zh = "微型人数", en = "staff of a micro firm" }
type = "int"
unit = "person"

[[parameter.value]]
from = 2011-06-18
value = 10
basis = { doc = "made up" }
"#;

const DUTY: &str = r#"id = "rent-waiver"
verb = "应免尽免"
title = { zh = "租金减免", en = "Rent waiver" }
kind = "lease"
basis = { doc = "made up" }
valid = [
  { from = 2020-02-01, to = 2020-06-30 },
  { from = 2020-07-01, to = 2020-12-31, doc = "made up, later" },
]
mode = "third-party"
owner = "finance"
bearer = "lessor"
beneficiary = "tenant"
days = 20
arises = "greatest(signed_on, date '2020-02-01')"

[[should]]
id = "state-lessor"
label = { zh = "出租方为国有", en = "lessor is state-owned" }
when = "lessor.ownership = 'state'"

[[should]]
id = "small-tenant"
label = { zh = "承租方为微型企业", en = "tenant is micro" }
when = '''
  tenant.size_class = 'micro'
  and tenant.ownership <> 'state' '''

[done]
from = "waiver"
by = "lease"
states = ["offered", "granted"]
when = "sum(months) >= :waiver_months"
paid = "sum(amount)"

[amount]
value = "monthly_rent * :waiver_months"
unit = "CNY"

[[case]]
name = "waived"
on = 2020-03-01
given = { "lessor.ownership" = "state", tenant.size_class = "micro", tenant.ownership = "private", monthly_rent = "4000.00" }
members = { waiver = [{ months = 3, amount = "12000.00", state = "granted" }] }
expect = { should = true, done = true, standing = "done", amount = "12000.00" }

[[case]]
name = "six months in the east"
on = 2020-08-01
area = "410001"
given = { "lessor.ownership" = "state", "tenant.size_class" = "micro", "tenant.ownership" = "private", monthly_rent = "4000.00" }
members = { waiver = [{ months = 3, amount = "12000.00", state = "offered" }] }
expect = { should = true, done = false, standing = "gap", amount = "24000.00" }

[[case]]
name = "staff not known"
on = 2020-03-01
given = { "lessor.ownership" = "state", "tenant.ownership" = "private" }
expect = { should = "unknown", ask = ["tenant.staff"] }

[[case]]
name = "size not known"
on = 2020-03-01
given = { "lessor.ownership" = "state", "tenant.ownership" = "private" }
expect = { standing = "unknown", ask = ["tenant.size_class"] }
"#;

const FILES: [(&str, &str); 6] = [
    ("city.toml", CITY),
    ("kinds/firm.toml", FIRM),
    ("kinds/lease.toml", LEASE),
    ("kinds/waiver.toml", WAIVER),
    ("parameters/x/rent.toml", PARAMETERS),
    ("duties/x/rent-waiver.toml", DUTY),
];

/// The sound city with some text of a file replaced, its first occurrence only.
fn city(edits: &[(&str, &str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        let mut text = text.to_owned();
        for (_, from, to) in edits.iter().filter(|(file, _, _)| *file == name) {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replacen(from, to, 1);
        }
        write(folder.path(), name, &text);
    }
    for (name, _, text) in edits.iter().filter(|(file, _, _)| FILES.iter().all(|(name, _)| name != file)) {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn told(folder: &Path) -> Vec<Diagnostic> {
    match load(folder) {
        Ok(loaded) => loaded.notices,
        Err(diagnostics) => diagnostics,
    }
}

/// The codes, each with the file and the text that stands at its place.
fn found(folder: &Path) -> Vec<String> {
    let at = |diagnostic: &Diagnostic| {
        let file = fs::read_to_string(folder.join(&diagnostic.place.file)).unwrap_or_default();
        let line = file.lines().nth(diagnostic.place.line - 1).unwrap_or_default();
        let rest: String = line.chars().skip(diagnostic.place.column - 1).take(28).collect();
        format!("{} {}: {}", diagnostic.code, diagnostic.place.file.display(), rest)
    };
    told(folder).iter().map(at).collect()
}

/// One edit, one diagnostic, at the text that begins so.
fn check(edit: (&str, &str, &str), code: &str, at: &str) {
    let found = found(city(&[edit]).path());
    assert_eq!(found.len(), 1, "{edit:?}: {found:#?}");
    assert!(found[0].starts_with(&format!("{code} {}: {at}", edit.0)), "{edit:?}: {found:#?}");
}

/// One edit, one diagnostic, and others that follow from it.
fn check_among(edit: (&str, &str, &str), code: &str, at: &str) {
    let found = found(city(&[edit]).path());
    let expected = format!("{code} {}: {at}", edit.0);
    assert!(found.iter().any(|found| found.starts_with(&expected)), "{edit:?}: {found:#?}");
}

const DUTY_FILE: &str = "duties/x/rent-waiver.toml";
const PARAMETER_FILE: &str = "parameters/x/rent.toml";

#[test]
fn a_sound_city_loads() {
    let folder = city(&[]);
    let loaded = load(folder.path()).unwrap_or_else(|diagnostics| {
        panic!("{}", diagnostics.iter().map(|found| found.display(Lang::En).to_string()).collect::<String>())
    });
    assert_eq!(loaded.notices, []);
    let rules = loaded.ruleset;
    assert_eq!(rules.city.id, "x");
    assert_eq!(rules.kinds.len(), 3);
    assert_eq!(rules.derived.iter().map(|fact| fact.id.as_str()).collect::<Vec<_>>(), ["size_class", "rent"]);
    assert_eq!(rules.duties[0].cases.len(), 4);
    assert_eq!(rules.parameters[0].values[1].area, Some(AreaCode::from("410001")));
    let day = |text: &str| text.parse().unwrap();
    let calendar = &rules.city.calendar;
    assert!(!calendar.is_working(day("2020-01-01")));
    // What a later notice says wins.
    assert!(calendar.is_working(day("2020-01-02")));
    assert!(!calendar.is_working(day("2020-01-04")));
    assert_eq!(rules.version.len(), 64);
}

#[test]
fn the_version_is_that_of_every_byte() {
    let version = |edits: &[(&str, &str, &str)]| load(city(edits).path()).unwrap().ruleset.version;
    assert_eq!(version(&[]), version(&[]));
    assert_ne!(version(&[]), version(&[(PARAMETER_FILE, "value = 3", "value = 3 ")]));
}

#[test]
fn tells_of_misspelt_names() {
    check((DUTY_FILE, "lessor.ownership = 'state'", "lessor.ownershp = 'state'"), "unknown-fact", "ownershp");
    check((DUTY_FILE, ">= :waiver_months", ">= :waver_months"), "unknown-parameter", ":waver_months");
    check((DUTY_FILE, "= 'state'", "= 'stat'"), "not-an-option", "'stat'");
    check((DUTY_FILE, "owner = \"finance\"", "owner = \"finanse\""), "not-found", "\"finanse\"");
    check((DUTY_FILE, "kind = \"lease\"", "kind = \"leas\""), "not-found", "\"leas\"");
    check((DUTY_FILE, "from = \"waiver\"", "from = \"waver\""), "not-found", "\"waver\"");
    check((DUTY_FILE, "by = \"lease\"", "by = \"leas\""), "unknown-fact", "\"leas\"");
    check((DUTY_FILE, "bearer = \"lessor\"", "bearer = \"lesor\""), "unknown-fact", "\"lesor\"");
    check((DUTY_FILE, "mode = \"third-party\"", "mode = \"third\""), "unknown-choice", "\"third\"");
    check((DUTY_FILE, "days = 20", "dais = 20\ndays = 20"), "unknown-key", "dais");
    check(("kinds/lease.toml", "to = \"firm\"", "to = \"frim\""), "not-found", "\"frim\"");
    check(("kinds/lease.toml", "key = [\"number\"]", "key = [\"nummer\"]"), "unknown-fact", "\"nummer\"");
    check(("kinds/lease.toml", "area = \"lessor.area\"", "area = \"lessor.aera\""), "unknown-fact", "aera");
    check((PARAMETER_FILE, "area = \"410001\"", "area = \"410010\""), "not-an-area", "\"410010\"");
}

#[test]
fn points_into_strings_of_several_lines() {
    check(
        (DUTY_FILE, "and tenant.ownership <>", "and tenant.ownershp <>"),
        "unknown-fact",
        "ownershp <> 'state' '''",
    );
}

#[test]
fn tells_of_types_and_units() {
    check(
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.staff = 'state'"),
        "text-with-number",
        "lessor.staff = 'state'",
    );
    check((DUTY_FILE, "sum(months) >=", "sum(amount) >="), "wrong-unit", "sum(amount)");
    check_among((DUTY_FILE, "unit = \"CNY\"", "unit = \"CNY/month\""), "wrong-unit", "monthly_rent");
    check((DUTY_FILE, "date '2020-02-01'", "'2020-02-01'"), "text-with-day", "signed_on");
    check((DUTY_FILE, "date '2020-02-01'", "date '2020-02-30'"), "no-date", "'2020-02-30'");
}

#[test]
fn tells_of_a_parameter_without_a_value() {
    let says = |edit: (&str, &str, &str)| {
        let told = told(city(&[edit]).path());
        told.into_iter().map(|found| format!("{} {}", found.code, found.what.en)).collect::<Vec<_>>()
    };
    let late = (PARAMETER_FILE, "from = 2020-01-01", "from = 2020-02-02");
    assert_eq!(found(city(&[late]).path()), [format!("no-value {DUTY_FILE}: {{ from = 2020-02-01, to = 20")]);
    assert_eq!(
        says((PARAMETER_FILE, "from = 2020-01-01\n", "from = 2020-01-01\nto = 2020-11-30\n")),
        ["no-value parameter :waiver_months has no value from 2020-12-01"]
    );
    // The east has a value of its own until the end of September.
    assert_eq!(
        says((PARAMETER_FILE, "from = 2020-01-01\n", "from = 2020-01-01\nto = 2020-07-31\n")),
        ["no-value parameter :waiver_months has no value from 2020-08-01 in 410000"]
    );
    // A derived fact's parameter too.
    assert_eq!(
        says((PARAMETER_FILE, "from = 2011-06-18", "from = 2020-02-02")),
        ["no-value parameter :micro_staff has no value from 2020-02-01"]
    );
}

#[test]
fn tells_of_a_value_that_runs_past_the_next() {
    let second = "area = \"410001\"\nfrom = 2020-07-01\nto = 2020-09-30\nvalue = 6";
    let past = |to: &str, second_to: &str| {
        let first = format!("from = 2020-01-01\nto = {to}\n");
        let other = format!("from = 2020-07-01\n{second_to}value = 6");
        let folder = city(&[
            (PARAMETER_FILE, "from = 2020-01-01\n", &first),
            (PARAMETER_FILE, second, &other),
            // Only the values are looked at here: the second case counts on those of the east.
            (DUTY_FILE, "area = \"410001\"\n", ""),
        ]);
        let told = told(folder.path()).into_iter().filter(|found| found.code == "overlap");
        told.map(|found| (found.place.line, found.severity)).collect::<Vec<_>>()
    };
    assert_eq!(past("2020-06-30", ""), []);
    // The later document takes the place of the earlier: one more line.
    assert_eq!(past("2020-07-01", ""), [(7, Severity::Notice)]);
    assert_eq!(past("2020-09-30", "to = 2020-09-30\n"), [(7, Severity::Notice)]);
    assert_eq!(past("2020-10-01", "to = 2020-09-30\n"), [(7, Severity::Error)]);
    // Values of other areas do not meet.
    let elsewhere = (PARAMETER_FILE, "from = 2020-01-01\n", "from = 2020-01-01\nto = 2020-12-31\n");
    assert_eq!(found(city(&[elsewhere]).path()), Vec::<String>::new());
}

#[test]
fn tells_of_codes_that_nothing_is_looked_up_by() {
    let parameters = "\n[[parameter]]\nid = \"by_size\"\nlabel = { zh = \"按规模\", en = \"by size\" }\n\
        type = \"int\"\nunit = \"person\"\nshape = \"keyed\"\n[[parameter.value]]\nfrom = 2011-06-18\n\
        value = { micro = 10, lrage = 20 }\nbasis = { doc = \"made up\" }\n\
        \n[[parameter]]\nid = \"owners\"\nlabel = { zh = \"性质\", en = \"owners\" }\ntype = \"text\"\n\
        shape = \"list\"\n[[parameter.value]]\nfrom = 2011-06-18\nvalue = [\"state\", \"stat\"]\n\
        basis = { doc = \"made up\" }\n";
    let clause = |when: &str| {
        let folder = city(&[
            ("parameters/x/more.toml", "", parameters),
            (DUTY_FILE, "lessor.ownership = 'state'", when),
        ]);
        let found = found(folder.path()).into_iter().filter(|found| found.starts_with("not-an-option"));
        found.map(|found| found.rsplit_once(": ").unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(clause("lessor.ownership = 'state'"), Vec::<String>::new());
    assert_eq!(clause("lessor.staff < lookup(:by_size, lessor.size_class)"), ["lrage = 20 }"]);
    assert_eq!(clause("lessor.ownership in (:owners)"), ["\"stat\"]"]);
    // What else is asked for is not known: a text may say anything.
    assert_eq!(clause("lessor.code in (:owners) or lessor.ownership in (:owners)"), Vec::<String>::new());
}

#[test]
fn an_unset_parameter_is_a_notice() {
    let unset = "unset = { zh = \"没有全文\", en = \"no text in hand\" }";
    let folder = city(&[(PARAMETER_FILE, "value = 6", unset)]);
    let cases = "given = { \"lessor.ownership\" = \"state\", \"tenant.size_class\" = \"micro\"";
    assert!(DUTY.contains(cases));
    let told = told(folder.path());
    let unset: Vec<_> = told.iter().filter(|found| found.code == "unset").collect();
    assert_eq!(unset.len(), 1);
    assert_eq!(unset[0].severity, Severity::Notice);
    assert!(unset[0].what.zh.contains("没有全文") && unset[0].what.en.contains("no text in hand"));
    // The case that counts on six months says so.
    assert!(told.iter().any(|found| found.code == "case-differs" && found.what.en.contains("unknown")));
}

#[test]
fn names_the_circle_of_derived_facts() {
    let fact = |id: &str, value: &str| {
        format!(
            "[[fact]]\nid = \"{id}\"\nlabel = {{ zh = \"甲\", en = \"a\" }}\ntype = \"int\"\nunit = \"person\"\nvalue = \"{value}\"\n\n"
        )
    };
    let facts = fact("turns", "rounds + 1") + &fact("rounds", "turns + staff");
    let folder = city(&[("kinds/firm.toml", "[[case]]", &format!("{facts}[[case]]"))]);
    let told = told(folder.path());
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].code, "cycle");
    assert!(told[0].what.en.contains("firm.turns → firm.rounds → firm.turns"), "{}", told[0].what.en);
}

#[test]
fn tells_of_clauses_that_tell_nobody_apart() {
    check_among(
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.staff < 10 and lessor.staff > 20"),
        "never-true",
        "\"lessor.staff < 10",
    );
    check_among(
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.ownership in ('state', 'private')"),
        "never-false",
        "\"lessor.ownership in",
    );
    // By the parameter's value while the duty holds.
    check_among(
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.staff < :micro_staff and lessor.staff >= 10"),
        "never-true",
        "\"lessor.staff <",
    );
    // Two clauses that cannot hold together.
    check_among(
        (DUTY_FILE, "lessor.ownership = 'state'", "tenant.ownership = 'state'"),
        "never-owed",
        "\"rent-waiver\"",
    );
}

#[test]
fn a_duty_needs_cases_clauses_and_days() {
    let cases = DUTY.find("[[case]]").unwrap();
    check((DUTY_FILE, &DUTY[cases..], ""), "no-cases", "\"rent-waiver\"");
    let (should, done) = (DUTY.find("[[should]]").unwrap(), DUTY.find("[done]").unwrap());
    let found = found(city(&[(DUTY_FILE, &DUTY[should..done], "")]).path());
    assert!(found.iter().any(|found| found.starts_with("no-should")), "{found:#?}");
    check((DUTY_FILE, "days = 20\n", ""), "missing-key", "id");
    check((DUTY_FILE, "days = 20", "days = -1"), "wrong-value", "-1");
    check_among(
        (DUTY_FILE, "to = 2020-06-30", "to = 2020-01-30"),
        "ends-before-start",
        "{ from = 2020-02-01",
    );
    check((DUTY_FILE, "to = 2020-06-30", "to = 2020-07-01"), "overlap", "{ from = 2020-07-01");
}

#[test]
fn versions_of_a_duty_do_not_overlap() {
    let other = DUTY
        .replace("from = 2020-02-01, to = 2020-06-30", "from = 2019-01-01, to = 2020-02-01")
        .replace("  { from = 2020-07-01, to = 2020-12-31, doc = \"made up, later\" },\n", "");
    let folder = city(&[("duties/x/before.toml", "", &other)]);
    let found = found(folder.path());
    assert!(found.iter().any(|found| found.starts_with("overlap")), "{found:#?}");
}

#[test]
fn years_without_a_calendar_are_a_notice() {
    let folder = city(&[(DUTY_FILE, "to = 2020-12-31", "to = 2021-12-31")]);
    let loaded = load(folder.path()).unwrap();
    assert_eq!(loaded.notices.len(), 1);
    assert_eq!((loaded.notices[0].code, loaded.notices[0].severity), ("no-calendar", Severity::Notice));
}

#[test]
fn shows_both_answers_of_a_case() {
    let folder = city(&[(
        DUTY_FILE,
        "standing = \"done\", amount = \"12000.00\"",
        "standing = \"gap\", amount = 12001",
    )]);
    let told: Vec<_> = told(folder.path()).into_iter().map(|found| found.what.en).collect();
    assert_eq!(
        told,
        [
            "case \"waived\": standing is expected to be gap and came out as done",
            "case \"waived\": amount is expected to be 12001 and came out as 12000",
        ]
    );
    check(
        (DUTY_FILE, "ask = [\"tenant.staff\"]", "ask = [\"monthly_rent\"]"),
        "case-differs",
        "[\"monthly_rent\"]",
    );
    check(("kinds/firm.toml", "expect = \"micro\"", "expect = \"large\""), "case-differs", "\"large\"");
    check(("kinds/firm.toml", "expect = \"200.00\"", "expect = \"unknown\""), "case-differs", "\"unknown\"");
    check((DUTY_FILE, "on = 2020-03-01", "on = 2021-03-01"), "not-in-force", "2021-03-01");
    check((DUTY_FILE, "{ should = \"unknown\", ask", "{ shuld = \"unknown\", ask"), "unknown-key", "shuld");
    check(
        (DUTY_FILE, "monthly_rent = \"4000.00\"", "monthly_rent = \"4000.005\""),
        "wrong-value",
        "\"4000.005\"",
    );
    check((DUTY_FILE, "months = 3, amount", "moths = 3, amount"), "unknown-fact", "moths");
    check((DUTY_FILE, "members = { waiver", "members = { firm"), "no-such-members", "firm");
}

#[test]
fn tells_of_form() {
    check(("city.toml", "id = \"x\"", "id = \"X city\""), "bad-name", "\"X city\"");
    check(("city.toml", "parent = \"410000\"", "parent = \"410009\""), "areas", "\"410001\"");
    check(("city.toml", "makeup = [2020-01-04]", "makeup = [2021-01-04]"), "calendar-year", "2021-01-04");
    check(("city.toml", "year = 2020", "year = \"2020\""), "wrong-toml-type", "\"2020\"");
    check(("kinds/firm.toml", "unit = \"person\"", "unit = \"per person\""), "bad-unit", "\"per person\"");
    check(("kinds/firm.toml", "unit = \"person\"\n", ""), "missing-key", "[[fact]]");
    check(("kinds/firm.toml", "type = \"area\"", "type = \"area\"\nscale = 3"), "no-effect", "3");
    check(("kinds/firm.toml", "id = \"ownership\"", "id = \"case\""), "bad-name", "\"case\"");
    check_among(("kinds/firm.toml", "type = \"code\"", "type = \"cod\""), "unknown-choice", "\"cod\"");
    check(("kinds/firm.toml", "by = \"tenant\"", "by = \"number\""), "wrong-reference", "\"number\"");
    check(("kinds/firm.toml", "by = \"tenant\"\n", ""), "from-without-by", "[[fact]]");
    check_among(("kinds/waiver.toml", "id = \"months\"", "id = \"amount\""), "twice", "\"amount\"");
    check((PARAMETER_FILE, "value = 10", "value = 10.5"), "wrong-toml-type", "10.5");
    check((PARAMETER_FILE, "value = 10\n", ""), "value-or-unset", "[[parameter.value]]");
    check((PARAMETER_FILE, "from = 2020-07-01\nto", "from = 2020-07-01\ntill"), "unknown-key", "till");
    check(
        (PARAMETER_FILE, "area = \"410001\"\nfrom = 2020-07-01\nto = 2020-09-30", "from = 2020-01-01"),
        "same-day-twice",
        "[[parameter.value]]",
    );
    check_among(
        (DUTY_FILE, "states = [\"offered\", \"granted\"]", "states = [\"offered\", \"given\"]"),
        "not-an-option",
        "\"given\"",
    );
    check((DUTY_FILE, "title = {", "title {"), "toml", "");
}

#[test]
fn tells_everything_at_once() {
    let mut edits = vec![
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.ownershp = 'state' and tenant.staff > 1e3"),
        (DUTY_FILE, "owner = \"finance\"", "owner = \"finanse\""),
        ("kinds/lease.toml", "key = [\"number\"]", "key = [\"nummer\"]"),
    ];
    let codes = |edits: &[(&str, &str, &str)]| {
        told(city(edits).path()).iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&edits), ["not-found", "unknown-fact", "float", "unknown-fact"]);
    // Where a file of parameters is not whole, a name that is not found may be in it.
    edits.push((PARAMETER_FILE, "basis = { doc = \"made up\" }", "basis = { document = \"made up\" }"));
    assert_eq!(codes(&edits), ["float", "missing-key", "unknown-key"]);
}

#[test]
fn a_broken_duty_hides_no_other() {
    let folder = city(&[
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.ownershp = 'state'"),
        ("duties/x/broken.toml", "", "id = "),
    ]);
    let codes: Vec<_> = told(folder.path()).iter().map(|found| found.code).collect();
    assert_eq!(codes, ["toml", "unknown-fact"]);
}

#[test]
fn survives_files_that_are_none() {
    let broken = |name: &str, bytes: &[u8]| {
        let folder = city(&[]);
        write(folder.path(), name, bytes);
        let told = told(folder.path());
        assert!(told.iter().any(|found| found.place.file == Path::new(name)), "{name}: {told:#?}");
        assert!(told.len() < 30, "{}", told.len());
        told[0].code
    };
    let nested = |open: &str, close: &str| format!("x = {}{}", open.repeat(100_000), close.repeat(100_000));
    assert_eq!(broken("kinds/a.toml", nested("[", "]").as_bytes()), "toml");
    assert_eq!(broken("kinds/a.toml", nested("{ x = ", " }").as_bytes()), "toml");
    assert_eq!(broken("kinds/a.toml", format!("{} = 1", vec!["x"; 100_000].join(".")).as_bytes()), "toml");
    assert_eq!(broken("kinds/a.toml", format!("[{}]", vec!["x"; 100_000].join(".")).as_bytes()), "toml");
    assert_eq!(broken("kinds/a.toml", &[0xff, 0xfe, 0x00]), "unreadable");
    assert_eq!(broken("kinds/a.toml", " ".repeat(2_000_000).as_bytes()), "unreadable");
    let missing = TempDir::new().unwrap();
    assert_eq!(told(missing.path())[0].code, "unreadable");
    assert_eq!(told(&missing.path().join("nowhere"))[0].code, "unreadable");
}

/// Every diagnostic of a folder, in both languages, as people read it.
#[test]
fn says_it_in_both_languages() {
    let edits: [(&str, &str, &str); 12] = [
        ("city.toml", "parent = \"410000\"", "parent = \"410009\""),
        ("kinds/firm.toml", "unit = \"person\"", "unit = \"per person\""),
        ("kinds/lease.toml", "to = \"firm\"", "to = \"frim\""),
        (PARAMETER_FILE, "value = 10\n", ""),
        (PARAMETER_FILE, "from = 2020-01-01\n", "from = 2020-01-01\nto = 2020-11-30\n"),
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.ownershp = 'state'"),
        (DUTY_FILE, "lessor.ownership = 'state'", "lessor.staff < 10 and lessor.staff > 20"),
        (DUTY_FILE, "days = 20", "dais = 20\ndays = 20"),
        (DUTY_FILE, "to = 2020-06-30", "to = 2020-07-01"),
        (DUTY_FILE, "to = 2020-12-31", "to = 2021-12-31"),
        (DUTY_FILE, "standing = \"done\"", "standing = \"gap\""),
        (DUTY_FILE, "title = {", "title {"),
    ];
    let mut texts = String::new();
    for edit in edits {
        for found in told(city(&[edit]).path()) {
            for lang in [Lang::Zh, Lang::En] {
                texts.push_str(&format!("{}\n", found.display(lang)));
            }
        }
    }
    insta::assert_snapshot!(texts);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in a file, there is an answer.
    #[test]
    fn arbitrary_files_never_panic(at in 0..DUTY.len(), text in "\\PC{0,20}", cut in 0..40usize) {
        let at = (0..=at).rev().find(|at| DUTY.is_char_boundary(*at)).unwrap();
        let end = ((at + cut).min(DUTY.len())..=DUTY.len()).find(|end| DUTY.is_char_boundary(*end)).unwrap();
        let folder = city(&[]);
        write(folder.path(), DUTY_FILE, format!("{}{text}{}", &DUTY[..at], &DUTY[end..]));
        for found in told(folder.path()) {
            prop_assert!(found.place.line >= 1 && found.place.column >= 1);
        }
    }
}
