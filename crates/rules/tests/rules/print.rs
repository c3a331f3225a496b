//! What is printed for people reads back as the same expression.

use model::FactType;
use model::value::CodeOption;
use proptest::prelude::*;
use rules::expr::Expr;
use rules::language::{Mistake, Scope, compile};
use rules::ruleset::RuleSet;

use crate::shared;

/// The columns of the 120 rules for speed, and their types.
fn firms() -> RuleSet {
    let money = FactType::Decimal { scale: 2 };
    let text = FactType::Text { format: None };
    let option = |id: &str| CodeOption { id: id.into(), label: model::Label::new(id, id), also: vec![] };
    let size = FactType::Code { options: ["micro", "small", "medium", "large"].map(option).to_vec() };
    let columns = [
        ("arrears", money.clone()),
        ("assets", money.clone()),
        ("county", text.clone()),
        ("employees", FactType::Int),
        ("employees_before", FactType::Int),
        ("founded", FactType::Date),
        ("insured", FactType::Int),
        ("landlord", text.clone()),
        ("last_tax_date", FactType::Date),
        ("layoffs_12m", FactType::Int),
        ("monthly_rent", money.clone()),
        ("name", text.clone()),
        ("rd_ratio", FactType::Decimal { scale: 4 }),
        ("revenue", money),
        ("risk_tier", text.clone()),
        ("sector", text.clone()),
        ("size_class", size),
        ("tax_grade", text),
        ("is_exporter", FactType::Bool),
        ("is_hightech", FactType::Bool),
        ("blacklisted", FactType::Bool),
    ];
    shared::city(columns.into_iter().map(|(id, ty)| shared::fact(id, ty)).collect())
}

fn read(rules: &RuleSet, text: &str) -> Result<Expr, Vec<Mistake>> {
    compile(text, &Scope::new(&rules.kinds, &[], &rules.city.areas, 0))
}

fn check(rules: &RuleSet, text: &str) {
    let expr = read(rules, text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"));
    let printed = rules::print::text(rules, &expr);
    let again = read(rules, &printed).unwrap_or_else(|mistakes| panic!("{printed}: {mistakes:?}"));
    assert_eq!(again, expr, "{text}\nis printed as\n{printed}");
}

#[test]
fn the_120_rules_read_back() {
    let Some(text) = shared::data("rules/rules120.txt") else { return };
    let rules = firms();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 120);
    for line in lines {
        check(&rules, line);
    }
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        proptest::sample::select(vec!["employees", "insured", "revenue", "rd_ratio"]).prop_map(str::to_owned),
        (0..2000i64).prop_map(|value| value.to_string()),
        (0..2000i64).prop_map(|value| format!("{}.{:02}", value / 100, value % 100)),
        Just("(last_tax_date - founded)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} - {b})")),
            (inner.clone(), 0..9i64).prop_map(|(a, b)| format!("({a} * {b})")),
            (inner.clone(), 1..9i64).prop_map(|(a, b)| format!("round({a} / {b}, 2)")),
            pair.clone().prop_map(|(a, b)| format!("round({a} / nullif({b}, 0), 1)")),
            pair.clone().prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            pair.clone().prop_map(|(a, b)| format!("least({a}, {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("round({a})")),
            pair.prop_map(|(a, b)| format!(
                "case when is_exporter then {a} when {b} > 3 then null else {b} end"
            )),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let comparison = proptest::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        (number(), comparison, number()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (number(), number(), number()).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        number().prop_map(|a| format!("{a} is not null")),
        (0..9i64, 0..900i64).prop_map(|(a, b)| format!("revenue in ({a}, {b}.5)")),
        (-90..90i64).prop_map(|days| format!("founded + {days} < today")),
        (-90..90i64).prop_map(|months| format!("add_months(founded, {months}) <= date '2020-02-29'")),
        proptest::sample::select(vec![
            "is_exporter",
            "size_class in ('micro', 'small')",
            "size_class not in ('large')",
            "name like '许昌%'",
            "name not like '%''s'",
            "size_class = case when blacklisted then 'micro' else size_class end",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_condition_reads_back(text in condition()) {
        let rules = firms();
        // A few are mistakes: a product with too many digits, a number too large.
        if read(&rules, &text).is_ok() {
            check(&rules, &text);
        }
    }
}
