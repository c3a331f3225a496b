use std::collections::BTreeMap;

use model::duty::Basis;
use model::kind::Fact;
use model::value::CodeOption;
use model::{Area, Areas, FactType, Kind, Label, Lang};
use proptest::prelude::*;

use super::*;
use crate::expr::{Comparison, Const, Fold, Members, Node, Type};
use crate::parameter::{Dated, Parameter, Setting, Shape};

fn fact(id: &str, fact_type: FactType, unit: &str) -> Fact {
    Fact {
        id: id.into(),
        label: Label::new(id, id),
        also: vec![],
        fact_type,
        unit: (!unit.is_empty()).then(|| unit.parse().unwrap()),
        personal: false,
        question: None,
        derived: None,
    }
}

fn code(options: &[&str]) -> FactType {
    let option = |id: &&str| CodeOption { id: (*id).to_owned(), label: Label::new(*id, *id), also: vec![] };
    FactType::Code { options: options.iter().map(option).collect() }
}

fn kind(id: &str, facts: Vec<Fact>) -> Kind {
    Kind {
        id: id.into(),
        label: Label::new(id, id),
        key: vec![],
        also_key: vec![],
        name: None,
        area: None,
        facts,
    }
}

fn kinds() -> Vec<Kind> {
    let money = FactType::Decimal { scale: 2 };
    vec![
        kind(
            "firm",
            vec![
                fact("name", FactType::Text { format: None }, ""),
                fact("staff", FactType::Int, "person"),
                fact("staff_before", FactType::Int, "person"),
                fact("revenue", money.clone(), "CNY"),
                fact("founded", FactType::Date, ""),
                fact("stopped", FactType::Bool, ""),
                fact("size_class", code(&["micro", "small", "medium", "large"]), ""),
                fact("tier", code(&["low", "high"]), ""),
                fact("area", FactType::Area { to: None }, ""),
                fact("place", FactType::Point, ""),
            ],
        ),
        kind(
            "lease",
            vec![
                fact("tenant", FactType::Ref { to: "firm".into() }, ""),
                fact("lessor", FactType::Ref { to: "firm".into() }, ""),
                fact("waiver", FactType::Ref { to: "waiver".into() }, ""),
                fact("monthly_rent", money.clone(), "CNY/month"),
                fact("use", code(&["shop", "dwelling"]), ""),
                fact("signed_on", FactType::Date, ""),
                fact("months", FactType::Int, "month"),
            ],
        ),
        kind(
            "waiver",
            vec![
                fact("lease", FactType::Ref { to: "lease".into() }, ""),
                fact("months", FactType::Int, "month"),
                fact("amount", money, "CNY"),
                fact("granted_on", FactType::Date, ""),
                fact("paid", FactType::Bool, ""),
            ],
        ),
    ]
}

fn parameter(id: &str, (ty, unit): (Type, &str), shape: Shape, setting: Setting) -> Parameter {
    let basis = Basis { doc: "made up".into(), clause: None, title: None, confidence: None };
    let from = "2020-01-01".parse().unwrap();
    Parameter {
        id: id.into(),
        label: Label::new(id, id),
        ty,
        unit: (!unit.is_empty()).then(|| unit.parse().unwrap()),
        shape,
        values: vec![Dated { from, to: None, area: None, basis, setting }],
    }
}

fn parameters() -> Vec<Parameter> {
    let text = |text: &str| Const::Text(text.to_owned());
    let keyed = BTreeMap::from([("micro".to_owned(), Const::Int(10)), ("small".to_owned(), Const::Int(300))]);
    vec![
        parameter("waiver_months", (Type::Int, "month"), Shape::One, Setting::One(Const::Int(3))),
        parameter(
            "classes",
            (Type::Text, ""),
            Shape::List,
            Setting::List(vec![text("micro"), text("small")]),
        ),
        parameter("others", (Type::Text, ""), Shape::List, Setting::List(vec![text("huge")])),
        parameter("staff_by_class", (Type::Int, "person"), Shape::Keyed, Setting::Keyed(keyed)),
        parameter("share", (Type::Decimal { scale: 2 }, "1"), Shape::One, Setting::One(Const::Int(0))),
    ]
}

fn areas() -> Areas {
    let area = |code: &str, zh: &str, parent: Option<&str>| Area {
        code: code.into(),
        name: Label::new(zh, code),
        parent: parent.map(Into::into),
        also: vec!["411023".to_owned()],
        population: None,
    };
    Areas::new(vec![area("411000", "许昌市", None), area("411003", "建安区", Some("411000"))]).unwrap()
}

/// Compiles over `firm`, or over `lease` with the waivers that point to it where the text begins with "lease: ".
fn compiled(text: &str) -> Result<Expr, Vec<Mistake>> {
    let (kinds, parameters, areas) = (kinds(), parameters(), areas());
    let members = Members { kind: 2, by: 0 };
    match text.strip_prefix("lease: ") {
        Some(text) => compile(text, &Scope::new(&kinds, &parameters, &areas, 1).over(&members)),
        None => compile(text, &Scope::new(&kinds, &parameters, &areas, 0)),
    }
}

fn node(text: &str) -> Node {
    compiled(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:#?}")).node
}

/// The code of each mistake and the text it points at.
fn mistakes(text: &str) -> Vec<(&'static str, String)> {
    let source = text.strip_prefix("lease: ").unwrap_or(text);
    let mistakes = match compiled(text) {
        Ok(expr) => panic!("{text} is taken: {expr:?}"),
        Err(mistakes) => mistakes,
    };
    mistakes.into_iter().map(|mistake| (mistake.code, source[mistake.at].to_owned())).collect()
}

fn check(text: &str, code: &str, at: &str) {
    assert_eq!(mistakes(text), [(code, at.to_owned())], "{text}");
}

#[test]
fn reads_the_whole_language() {
    for text in [
        "staff < 300 and revenue <= 20000000",
        "not stopped or staff between 3 and 9 and staff not between 4 and 5.5",
        "size_class in ('small', 'micro') and size_class not in ('large')",
        "size_class in (:classes)",
        "name like '许昌%' and name not like '%旅游%' escape '\\'",
        "founded >= date '2020-02-06' and founded is not null",
        "case when staff < 10 then 'micro' when staff is null then null else 'large' end = size_class",
        "case size_class when 'micro' then 1 else 2 end > 1",
        "staff + staff_before * 2 - 1 >= 0.5",
        "staff * 100 <= staff_before * 5",
        "staff / nullif(staff_before, 0) >= 0.5 and staff / 4 > 2",
        "founded + 3 < today and today - founded > 30 and add_months(founded, 3) > today",
        "coalesce(staff, 0) > 3 and least(staff, staff_before) > 1 and greatest(founded, date '2020-01-01') < today",
        "abs(staff - staff_before) < 3 and round(revenue / 3, 2) = 1.25 and nullif(staff, 0) is null",
        "staff >= lookup(:staff_by_class, size_class)",
        "area = '411003' and area in ('411000')",
        "\"staff\" = 1 and stopped = true and stopped <> false and place is null",
        "lease: tenant.size_class = 'micro' and lessor.staff > 3 and tenant = lessor",
        "lease: sum(months) >= :waiver_months and sum(amount) filter (where paid) > 3",
        "lease: count(*) > 2 and count(paid) filter (where granted_on > date '2020-01-01') = 1",
        "lease: any(paid) and all(not paid and lease.tenant.stopped) and max(granted_on) > today",
        "lease: min(amount) < monthly_rent * :waiver_months",
        "-staff < -3.5",
        "NOT (staff IN (1, 2.5))",
        "lease: all(not paid)",
        "lease: all(not paid and lease.tenant.stopped)",
        "lease: any(paid) and all(not paid)",
    ] {
        node(text);
    }
}

#[test]
fn gives_types() {
    let check = |text: &str, ty: Type| assert_eq!(compiled(text).unwrap().ty, ty, "{text}");
    check("staff + 1", Type::Int);
    check("staff + 1.5", Type::Decimal { scale: 1 });
    check("revenue * 1.25", Type::Decimal { scale: 4 });
    check("revenue / 3", Type::Decimal { scale: 9 });
    check("round(revenue / 3, 2)", Type::Decimal { scale: 2 });
    check("round(revenue)", Type::Int);
    check("today - founded", Type::Int);
    check("coalesce(staff, 0.25)", Type::Decimal { scale: 2 });
    check("case when stopped then null else founded end", Type::Date);
    check("lease: sum(amount)", Type::Decimal { scale: 2 });
    check("lease: count(*)", Type::Int);
}

#[test]
fn lowers_to_few_forms() {
    assert!(
        matches!(node("staff = 1 and staff = 2 and (staff = 3 and staff = 4)"), Node::And(parts) if parts.len() == 4)
    );
    assert!(matches!(node("revenue in (1, 2.5)"), Node::InList(_, list)
        if list == [Const::Decimal(1.into()), Const::Decimal("2.5".parse().unwrap())]));
    assert!(matches!(node("staff in (staff_before, 1, 2)"), Node::Or(parts)
        if matches!(parts[0].node, Node::InList(..)) && matches!(parts[1].node, Node::Compare(Comparison::Equal, ..))));
    assert!(matches!(node("2 * 3 - 10"), Node::Const(Const::Int(-4))));
    assert!(matches!(node("round(revenue / 3, 2)"), Node::Divide(..)));
    let Node::Aggregate { fold: Fold::Sum, members, filter: Some(_), .. } =
        node("lease: sum(amount) filter (where paid)")
    else {
        panic!("no aggregate")
    };
    assert_eq!(members, Members { kind: 2, by: 0 });
    let Node::Compare(_, left, _) = node("lease: tenant.staff = 1") else { panic!("no comparison") };
    let Node::Fact(path) = left.node else { panic!("no fact") };
    assert_eq!((path.kind, path.steps, path.fact, path.text.as_str()), (1, vec![(0, 0)], 1, "tenant.staff"));
}

#[test]
fn every_aggregate_takes_the_condition_on_members() {
    let (kinds, parameters, areas) = (kinds(), parameters(), areas());
    let members = Members { kind: 2, by: 0 };
    let only = compile("paid", &Scope::new(&kinds, &parameters, &areas, 2)).unwrap();
    let scope = Scope { only: Some(&only), ..Scope::new(&kinds, &parameters, &areas, 1).over(&members) };
    let filter = |text: &str| match compile(text, &scope).unwrap().node {
        Node::Aggregate { filter, .. } => filter.unwrap().node,
        other => panic!("{other:?}"),
    };
    assert_eq!(filter("sum(amount)"), only.node);
    assert!(matches!(filter("sum(amount) filter (where months > 1)"), Node::And(parts) if parts[0] == only));
}

#[test]
fn refuses_text_compared_with_numbers() {
    check("name = 5", "text-with-number", "name = 5");
    check("5 in (name)", "text-with-number", "5 in (name");
    check("staff = '5'", "text-with-number", "staff = '5'");
    check("staff in (1, '2')", "text-with-number", "staff in (1, '2'");
    check("staff between '1' and 3", "text-with-number", "staff between '1'");
    check("name + 1 > 2", "text-with-number", "name");
}

#[test]
fn refuses_silent_casts() {
    check("founded >= '2020-02-01'", "text-with-day", "founded >= '2020-02-01'");
    check("stopped = 1", "wrong-type", "stopped = 1");
    check("staff and stopped", "wrong-type", "staff");
    check("founded + 1.5 > today", "wrong-type", "1.5");
    check("case when stopped then 1 else 'x' end = 1", "text-with-number", "1 else 'x'");
    check("coalesce(staff, 'none') = 1", "text-with-number", "staff, 'none'");
    check("staff like '1%'", "wrong-type", "staff");
    check("place = place", "wrong-type", "place");
    check("lookup(:staff_by_class, staff) > 1", "wrong-type", "staff");
    check("cast(staff as text) = '1'", "unsupported", "cast(staff as text) = '1'");
}

#[test]
fn a_derived_fact_holds_what_it_says() {
    let (kinds, parameters, areas) = (kinds(), parameters(), areas());
    let scope = Scope::new(&kinds, &parameters, &areas, 0);
    let check = |text: &str, to: &str, expected: Result<(), &str>| {
        let fact = kinds[0].fact(to).unwrap();
        let got = compile_as(text, &scope, Wanted::Fact(fact)).map(|_| ()).map_err(|all| all[0].code);
        assert_eq!(got, expected, "{to} = {text}");
    };
    check("case when staff < 10 then 'micro' else 'large' end", "size_class", Ok(()));
    check("case when staff < 10 then 'mikro' else 'large' end", "size_class", Err("not-an-option"));
    check("tier", "size_class", Err("not-an-option"));
    check("name", "size_class", Err("wrong-type"));
    check("size_class", "name", Ok(()));
    check("staff + 1", "staff_before", Ok(()));
    check("staff / 2", "staff_before", Err("silent-cast"));
    check("round(staff / 2)", "staff_before", Ok(()));
    check("revenue * 0.5", "revenue", Err("silent-cast"));
    check("round(revenue * 0.5, 2)", "revenue", Ok(()));
    check("staff", "revenue", Err("wrong-unit"));
    check("'411003'", "area", Ok(()));
    check("'411023'", "area", Err("not-an-area"));
    check("founded", "stopped", Err("wrong-type"));
    check("null", "staff", Err("bare-null"));
}

#[test]
fn refuses_what_is_no_date() {
    check("founded = date '2020-02-30'", "no-date", "'2020-02-30'");
    check("founded = date '2020-2-3'", "no-date", "'2020-2-3'");
    check("founded = date 'yesterday'", "no-date", "'yesterday'");
    check("founded > timestamp '2020-02-03'", "unsupported", "'2020-02-03'");
}

#[test]
fn refuses_division_that_may_be_by_zero() {
    check("staff / staff_before > 1", "division", "staff_before");
    check("staff / 0 > 1", "division", "0");
    check("staff / (2 - 2) > 1", "division", "2 - 2");
    check("staff / nullif(staff_before, 1) > 1", "division", "nullif");
    check("revenue / :share > 1", "division", ":share");
    node("staff / lookup(:staff_by_class, size_class) > 1");
    node("revenue / :waiver_months > 1");
}

#[test]
fn refuses_null_where_it_hides_something() {
    check("staff not in (1, null)", "null-in-list", "null");
    check("staff in (1, null)", "null-in-list", "null");
    check("staff = null", "compared-with-null", "staff = null");
    check("null", "bare-null", "null");
    check("coalesce(null, null) = 1", "bare-null", "coalesce");
}

#[test]
fn refuses_floats() {
    check("revenue > 1e3", "float", "1e3");
    check("revenue > 1.5E-3", "float", "1.5E-3");
    check("revenue > 0.1234567891", "out-of-range", "0.1234567891");
    check("staff > 1000000000000000000", "out-of-range", "1000000000000000000");
    check("revenue > 999999999 * 99999999999", "out-of-range", "999999999 * 99999999999");
}

#[test]
fn refuses_a_case_without_else() {
    check("case when stopped then 1 end = 1", "case-without-else", "case when stopped then 1 end");
}

#[test]
fn refuses_aggregates_without_members() {
    check("sum(staff) > 1", "no-members", "sum");
    check("lease: sum(count(*)) > 1", "nested-aggregate", "count");
    check("lease: sum(*) > 1", "arguments", "sum");
    check("lease: sum(distinct amount) > 1", "arguments", "sum");
    check("lease: count(amount) > 1", "wrong-type", "amount");
    check("lease: sum(monthly_rent) > 1", "unknown-fact", "monthly_rent");
}

#[test]
fn refuses_codes_that_are_not_there() {
    check("size_class = 'mikro'", "not-an-option", "'mikro'");
    check("size_class in ('small', 'hugh')", "not-an-option", "'hugh'");
    check("size_class in (:others)", "not-an-option", "size_class in (:others");
    check("size_class = tier", "not-an-option", "size_class = tier");
    check("size_class < 'small'", "no-order", "size_class < 'small'");
    check("area = '建安区'", "not-an-area", "'建安区'");
    check("case when stopped then 'mikro' else size_class end = 'small'", "not-an-option", "'mikro'");
}

#[test]
fn refuses_units_that_do_not_go_together() {
    check("staff > revenue", "wrong-unit", "staff > revenue");
    check("staff + :waiver_months > 1", "wrong-unit", "staff + :waiver_months");
    check("lease: monthly_rent > amount", "unknown-fact", "amount");
    check("lease: sum(amount) > monthly_rent", "wrong-unit", "sum(amount) > monthly_rent");
    check(
        "lease: sum(amount) * 3 > monthly_rent * months * months",
        "wrong-unit",
        "sum(amount) * 3 > monthly_rent * months * months",
    );
    check("lease: signed_on + months > today", "wrong-unit", "months");
    check("lease: add_months(signed_on, months) > today + months", "wrong-unit", "months");
    check(
        "lease: case when tenant.stopped then months else monthly_rent end > 1",
        "wrong-unit",
        "months else monthly_rent",
    );
}

#[test]
fn an_amount_has_its_unit() {
    let (kinds, parameters, areas) = (kinds(), parameters(), areas());
    let scope = Scope::new(&kinds, &parameters, &areas, 1);
    let money = "CNY".parse().unwrap();
    let check = |text: &str, expected: Result<(), &str>| {
        let got = compile_as(text, &scope, Wanted::Number(Some(&money)));
        assert_eq!(got.map(|_| ()).map_err(|all| all[0].code), expected, "{text}");
    };
    check("monthly_rent * :waiver_months", Ok(()));
    check("500", Ok(()));
    check("monthly_rent * 3", Err("wrong-unit"));
    check("signed_on", Err("wrong-type"));
    check("'500'", Err("text-with-number"));
}

#[test]
fn suggests_the_nearest_name() {
    let check = |text: &str, code: &str, suggestion: &str| {
        let mistake = compiled(text).unwrap_err().remove(0);
        assert_eq!(mistake.code, code, "{text}");
        assert!(mistake.says.mend.en.contains(suggestion), "{text}: {}", mistake.says.mend.en);
        assert!(mistake.says.mend.zh.contains(suggestion), "{text}: {}", mistake.says.mend.zh);
    };
    check("stuff > 1", "unknown-fact", "staff");
    check("Staff > 1", "unknown-fact", "staff");
    check("lease: tenant.size_clas = 'micro'", "unknown-fact", "size_class");
    check("lease: size_class = 'micro'", "unknown-fact", "tenant.size_class");
    check("lease: months > waiver_months", "unknown-fact", ":waiver_months");
    check("lease: months > :waver_months", "unknown-parameter", ":waiver_months");
    check("staff > :staff_before", "unknown-parameter", "staff_before");
    check("size_class = 'smal'", "not-an-option", "'small'");
    check("area = '建安区'", "not-an-area", "'411003'");
    check("size_class = \"small\"", "unknown-fact", "'small'");
    check("colaesce(staff, 0) > 1", "unknown-function", "coalesce");
    check("企业名称 = 'x'", "unknown-fact", "name, staff");
    check("lease: use.x = 1", "no-reference", "use");
}

#[test]
fn refuses_other_mistakes() {
    check("staff >", "syntax", "");
    check("staff > 1 staff", "syntax", "staff");
    check("(staff > 1", "syntax", "");
    check("name = 'x", "syntax", "'");
    check("staff in (select 1)", "unsupported", "staff in (select 1)");
    check("staff || 'x' = 'y'", "unsupported", "staff || 'x'");
    check("staff is true", "unsupported", "staff is true");
    check("size_class = :classes", "parameter-shape", ":classes");
    check("lookup(:waiver_months, size_class) = 1", "parameter-shape", ":waiver_months");
    check("round(revenue, 12) = 1", "arguments", "round");
    check("least(name, 'x') = 'x'", "no-order", "least");
    check("lease: tenant = waiver", "wrong-type", "tenant = waiver");
    check(
        "lease: waiver.lease.waiver.lease.waiver.lease.waiver.lease.waiver.lease.use = 'shop'",
        "path-too-long",
        "waiver.lease.waiver.lease.waiver.lease.waiver.lease.waiver.lease.use",
    );
}

#[test]
fn finds_all_mistakes_at_once() {
    assert_eq!(
        mistakes("stuff > 1 and size_class = 'smal'\n  or revenue > 1e3 and founded = date '2020-02-30'"),
        [
            ("unknown-fact", "stuff".to_owned()),
            ("not-an-option", "'smal'".to_owned()),
            ("float", "1e3".to_owned()),
            ("no-date", "'2020-02-30'".to_owned()),
        ]
    );
}

#[test]
fn bounds_depth() {
    let nested = |n: usize| format!("{}stopped{}", "(".repeat(n), ")".repeat(n));
    node(&nested(40));
    let deep = nested(1_500);
    check(&deep, "too-deep", &deep);
}

#[test]
fn bounds_depth_of_words() {
    let not = format!("{} stopped", "not ".repeat(3_000));
    check(&not, "too-deep", &not);
    let case = format!("{} stopped", "case (".repeat(1_000));
    check(&case, "too-deep", &case);
}

#[test]
fn bounds_depth_of_chains() {
    let sum = format!("1{}", " + staff".repeat(1_900));
    for text in [format!("{sum} > 0"), format!("abs({sum}) > 0"), format!("({sum}) is null")] {
        check(&text, "too-deep", &text);
    }
    assert_eq!(mistakes(&format!("cast({sum} as int) > 0"))[0].0, "unsupported");
}

#[test]
fn bounds_length() {
    let nested = format!("{}stopped{}", "(".repeat(100_000), ")".repeat(100_000));
    check(&nested, "too-long", &nested);
    // A long row of conditions is wide, not deep.
    let row = vec!["staff = 1"; 900].join(" or ");
    assert!(matches!(node(&row), Node::Or(parts) if parts.len() == 900));
}

#[test]
fn names_are_words_that_the_parser_leaves_alone() {
    for word in ["use", "state", "months", "name", "on", "type", "value", "area", "amount"] {
        assert!(is_name(word), "{word}");
    }
    for word in ["case", "not", "null", "today", "and", "9lives", "a-b", "", "a b"] {
        assert!(!is_name(word), "{word}");
    }
}

/// Every mistake there is, in both languages, as people read it.
#[test]
fn says_it_in_both_languages() {
    let mut texts = String::new();
    for text in [
        "staff >",
        "stuff > 1",
        "企业名称 = 'x'",
        "size_class = \"small\"",
        "staff > :waver_months",
        "colaesce(staff, 0) > 1",
        "lease: use.x = 1",
        "name = 5",
        "staff = '5'",
        "founded >= '2020-02-01'",
        "staff and stopped",
        "stopped = 1",
        "staff > revenue",
        "founded = date '2020-02-30'",
        "revenue > 1e3",
        "staff > 1000000000000000000",
        "staff / staff_before > 1",
        "staff / 0 > 1",
        "staff not in (1, null)",
        "staff = null",
        "null",
        "case when stopped then 1 end = 1",
        "sum(staff) > 1",
        "lease: sum(count(*)) > 1",
        "size_class = 'mikro'",
        "area = '411032'",
        "size_class = tier",
        "size_class < 'small'",
        "size_class = :classes",
        "round(revenue, 12) = 1",
        "staff in (select 1)",
        "lease: tenant = waiver",
    ] {
        texts.push_str(&format!("{text}\n"));
        for mistake in compiled(text).unwrap_err() {
            for lang in [Lang::Zh, Lang::En] {
                let (what, why, mend) =
                    (mistake.says.what.get(lang), mistake.says.why.get(lang), mistake.says.mend.get(lang));
                texts.push_str(&format!("  [{}] {what} | {why} | {mend}\n", mistake.code));
            }
        }
    }
    insta::assert_snapshot!(texts);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
        let _ = compiled(&text);
    }

    #[test]
    fn arbitrary_words_never_panic(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "staff", "name", "size_class", "founded", "stopped", ":waiver_months", ":classes", "(", ")", ",", ".",
            "and", "or", "not", "in", "between", "like", "is", "null", "case", "when", "then", "else", "end",
            "=", "<>", "<", "+", "-", "*", "/", "1", "2.50", "'small'", "date '2020-01-01'", "sum", "count", "filter",
            "where", "lookup", "round", "\n", "许昌", "today",
        ]), 0..24)) {
        let text = words.join(" ");
        if let Err(mistakes) = compiled(&text) {
            prop_assert!(!mistakes.is_empty());
            for mistake in mistakes {
                prop_assert!(text.get(mistake.at.clone()).is_some(), "{:?} of {text:?}", mistake.at);
            }
        }
    }
}
