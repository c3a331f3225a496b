//! Whom a plan is of, what stands on it, and every way to spoil it.

use super::{city, found};

const PLAN: &str = r#"id = "plan"
label = { zh = "一企一策", en = "Plan" }
about = "plan"
of = "firm"

[[part]]
title = { zh = "企业", en = "The firm" }
facts = ["staff"]

[[part]]
title = { zh = "租赁", en = "Leases" }
latest = { kind = "lease", by = "tenant", on = "signed_on" }
facts = ["monthly_rent"]
"#;

#[test]
fn what_a_plan_names_is_looked_up() {
    let told = |from: &str, to: &str| {
        assert!(PLAN.contains(from), "{from}");
        let text = PLAN.replacen(from, to, 1);
        let folder = city(&[("letters/plan.toml", "", text.as_str()), ("letters/plan.typ", "", "#data")]);
        found(folder.path())
    };
    assert!(told("Plan", "Plan").iter().all(|told| !told.contains("letters/")));
    for (from, to, code) in [
        ("of = \"firm\"", "", "letter-plan"),
        ("about = \"plan\"", "about = \"owed\"", "letter-plan"),
        ("of = \"firm\"", "of = \"frim\"", "not-found"),
        ("[\"staff\"]", "[\"stuff\"]", "unknown-fact"),
        ("kind = \"lease\"", "kind = \"laese\"", "not-found"),
        ("by = \"tenant\"", "by = \"monthly_rent\"", "wrong-fact"),
        ("on = \"signed_on\"", "on = \"tenant\"", "wrong-fact"),
        ("[\"monthly_rent\"]", "[\"staff\"]", "unknown-fact"),
    ] {
        let found = told(from, to);
        assert!(found.iter().any(|told| told.starts_with(code)), "{from} -> {to}: {found:?}");
    }
}
