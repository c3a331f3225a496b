//! Exemptions by hand of the small city: how they are judged, and every way to spoil what the folder says of them.

use std::collections::BTreeMap;

use model::exemption;
use model::{FactId, Standing, Value};
use proptest::prelude::*;

use super::{city, found};
use crate::city::load;
use crate::evaluate::{Setting, one, pass, rejudge};
use crate::ruleset::RuleSet;
use crate::table::Tables;

const CASES: &str = r#"unclear = "finance"
silence = "ordinary"

[[clock]]
id = "ordinary"
label = { zh = "一般", en = "ordinary" }
days = 7
basis = { doc = "made up" }

[exemption]
personal = ["lease"]

[[exemption.reason]]
id = "declined"
label = { zh = "放弃", en = "declined" }
basis = { doc = "made up" }
duties = ["rent-waiver"]
"#;

fn rules() -> RuleSet {
    load(city(&[("cases.toml", "", CASES)]).path()).unwrap().ruleset
}

fn told(edit: (&str, &str)) -> Vec<String> {
    assert!(CASES.contains(edit.0), "{}", edit.0);
    found(city(&[("cases.toml", "", &CASES.replacen(edit.0, edit.1, 1))]).path())
}

#[test]
fn a_kind_and_a_clause_of_every_duty() {
    let rules = rules();
    let (_, kind) = rules.kind(exemption::KIND).unwrap();
    assert_eq!(kind.fact("of_lease").unwrap().fact_type.target().unwrap().as_str(), "lease");
    assert!(kind.fact("of_firm").is_none(), "no duty is about firms");
    assert_eq!(kind.fact("area").unwrap().derived.as_ref().unwrap().value, "of_lease.lessor.area");
    assert!(kind.fact(exemption::PERSONAL_PROOF).unwrap().personal);
    let duty = &rules.duties[0].duty;
    assert_eq!(duty.exempt.last().unwrap().id.as_str(), exemption::CLAUSE);
    let without = load(city(&[]).path()).unwrap().ruleset;
    assert!(without.kind(exemption::KIND).is_none() && without.duties[0].duty.exempt.is_empty());
}

#[test]
fn every_mistake_has_its_place() {
    assert_eq!(told(("[\"lease\"]", "[\"frim\"]")), ["not-found cases.toml: \"frim\"]"]);
    assert_eq!(told(("[\"rent-waiver\"]", "[\"rent\"]")), ["not-found cases.toml: \"rent\"]"]);
    assert!(told(("basis = { doc = \"made up\" }\nduties", "duties"))[0].starts_with("missing-key"));
    let twice = format!(
        "{CASES}\n[[exemption.reason]]\nid = \"declined\"\nlabel = {{ zh = \"x\", en = \"x\" }}\nbasis = {{ doc = \"x\" }}\n"
    );
    let twice = found(city(&[("cases.toml", "", &twice)]).path());
    assert!(twice[0].starts_with("twice cases.toml"), "{twice:?}");
    let kind = "id = \"exemption\"\nlabel = { zh = \"x\", en = \"x\" }\nkey = [\"a\"]\n[[fact]]\nid = \"a\"\nlabel = { zh = \"x\", en = \"x\" }\ntype = \"text\"\n";
    let twice = found(city(&[("cases.toml", "", CASES), ("kinds/exemption.toml", "", kind)]).path());
    assert!(twice.iter().any(|told| told.starts_with("twice")), "{twice:?}");
}

type Facts = BTreeMap<FactId, Value>;

fn facts(facts: &[(&str, Option<Value>)]) -> Facts {
    facts.iter().filter_map(|(fact, value)| Some(((*fact).into(), value.clone()?))).collect()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

/// A day of March 2020.
fn day(day: u32) -> Option<Value> {
    chrono::NaiveDate::from_ymd_opt(2020, 3, day).map(Value::Date)
}

/// A lease that is owed a waiver.
fn books(rules: &RuleSet) -> Tables {
    let mut books = Tables::builder(rules);
    let firm =
        |ownership: &str, staff| facts(&[("ownership", text(ownership)), ("staff", Some(Value::Int(staff)))]);
    books.push(&"firm".into(), "landlord".into(), &firm("state", 900)).unwrap();
    books.push(&"firm".into(), "tenant".into(), &firm("private", 4)).unwrap();
    let lease = facts(&[("lessor", text("landlord")), ("tenant", text("tenant"))]);
    books.push(&"lease".into(), "l1".into(), &lease).unwrap();
    books.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However exemptions come and are withdrawn: judged again, in a full pass and one by one, all say the same, and it
    /// is what the days say.
    #[test]
    fn a_day_is_exempt_if_one_holds(
        today in 1u32..=31,
        given in proptest::collection::vec((1u32..=31, proptest::option::of(1u32..=31), proptest::option::of(1u32..=31), any::<bool>()), 0..5),
    ) {
        let rules = rules();
        let on = chrono::NaiveDate::from_ymd_opt(2020, 3, today).unwrap();
        let setting = Setting::on(on);
        let mut tables = books(&rules);
        let mut judged = pass(&rules, &tables, &setting);
        prop_assert_eq!(judged.duties[0].standing(0), Standing::Gap);
        let mut exempt = false;
        for (number, (from, until, withdrawn, is_it)) in given.into_iter().enumerate() {
            let told = facts(&[
                (exemption::NUMBER, text(&number.to_string())),
                (exemption::DUTY, text(if is_it { "rent-waiver" } else { "another" })),
                ("of_lease", text("l1")),
                (exemption::FROM, day(from)),
                (exemption::UNTIL, until.and_then(day)),
                (exemption::WITHDRAWN_ON, withdrawn.and_then(day)),
            ]);
            let changed = crate::evaluate::Changed {
                kind: &exemption::KIND.into(),
                id: &number.to_string().as_str().into(),
                facts: &told,
            };
            rejudge(&rules, &mut tables, &mut judged, changed).unwrap();
            let span = exemption::Span::of(|fact| told.get(fact).cloned());
            exempt |= is_it && span.is_some_and(|span| span.holds(on));
            let expected = if exempt { Standing::Exempt } else { Standing::Gap };
            let whole = pass(&rules, &tables, &setting);
            let single = one(&rules, &tables, &"lease".into(), &"l1".into(), &setting).remove(0);
            prop_assert_eq!(
                [judged.duties[0].standing(0), whole.duties[0].standing(0), single.standing],
                [expected; 3]
            );
        }
    }
}
