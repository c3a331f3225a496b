//! The conditions of the sample city in words.

use std::path::Path;

use model::Label;
use rules::expr::Expr;
use rules::ruleset::RuleSet;
use rules::words;

fn city() -> RuleSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/xuchang");
    rules::city::load(&folder).unwrap().ruleset
}

fn said(rules: &RuleSet, expr: &Expr, wanted: bool) -> Label {
    words::condition(rules, expr, wanted, None)
}

/// Every condition of every duty.
fn conditions(rules: &RuleSet) -> impl Iterator<Item = (&str, &Expr)> {
    rules.duties.iter().flat_map(|duty| {
        let all = duty.should.iter().chain(&duty.exempt).chain([&duty.done]);
        all.map(|condition| (duty.duty.id.as_str(), condition))
    })
}

#[test]
fn no_condition_of_the_city_shows_the_ids_of_its_rules() {
    let rules = city();
    let ids: Vec<&str> = (rules.kinds.iter().flat_map(|kind| &kind.facts).map(|fact| fact.id.as_str()))
        .chain(rules.parameters.iter().map(|parameter| parameter.id.as_str()))
        .filter(|id| id.contains('_'))
        .collect();
    let mut seen = 0;
    for (duty, condition) in conditions(&rules) {
        for wanted in [true, false] {
            let Label { zh, en } = said(&rules, condition, wanted);
            for text in [&zh, &en] {
                assert!(!text.is_empty(), "{duty}");
                let raw = ids.iter().find(|id| text.contains(**id));
                assert_eq!(raw, None, "{duty}: {text}");
                assert!(!text.contains(" filter ") && !text.contains(">="), "{duty}: {text}");
            }
            assert!(!zh.contains(" and ") && !zh.contains(" or "), "{duty}: {zh}");
            assert!(!en.contains('“') && !en.contains('，'), "{duty}: {en}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_condition_reads_as_a_sentence_both_ways() {
    let rules = city();
    let done = |duty: &str| &rules.duties.iter().find(|found| found.duty.id.as_str() == duty).unwrap().done;
    let (yes, no) = (said(&rules, done("rent-waiver"), true), said(&rules, done("rent-waiver"), false));
    assert_eq!(
        yes.zh,
        "“租金减免”的免租月数合计（只算进展是“承租方已确认”，且减免起始月不早于2020-01-01）不小于“免租月数”"
    );
    assert!(no.zh.ends_with("小于“免租月数”") && !no.zh.contains("不小于"), "{}", no.zh);
    assert!(no.en.ends_with("is less than 'months of rent waived'"), "{}", no.en);
    let yes = said(&rules, done("loan-extend-inclusive"), true);
    assert_eq!(
        yes.en,
        "there is a 'loan extension' where state is 'signed' and (under which measure is 'extension of inclusive loans' \
         and no penalty interest is yes)"
    );
}
