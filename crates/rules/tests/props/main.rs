//! Properties of the evaluators on random rules and random registers.

// What makes the tests' cities may fail like a test does.
#![allow(clippy::unwrap_used)]

mod random;
mod sql;

use std::collections::BTreeMap;

use model::{Record, Standing};
use proptest::prelude::*;
use random::Random;
use rules::evaluate::{Changed, Numbers, Pass, Setting, counts_within, one, pass, rejudge_all};
use rules::expr::Const;
use rules::ruleset::RuleSet;
use rules::sweep::{Point, Range, sweep};
use rules::table::Tables;
use rust_decimal::Decimal;

fn config() -> ProptestConfig {
    match std::env::var("PROPTEST_CASES") {
        Ok(_) => ProptestConfig::default(),
        Err(_) => ProptestConfig::with_cases(40),
    }
}

fn setting() -> Setting {
    Setting::on(random::day(random::DAY))
}

/// Every verdict of a pass, by duty and record.
fn verdicts(rules: &RuleSet, tables: &Tables, pass: &Pass) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for duty in &pass.duties {
        for (row, id) in tables.table(duty.kind).ids().iter().enumerate() {
            let numbers = [&duty.amount, &duty.paid]
                .map(|numbers| numbers.as_ref().and_then(|numbers| numbers.get(row)));
            let arises = duty.arises.as_ref().and_then(|dates| dates.get(row));
            let area = pass.area(duty.kind, row);
            let text = format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {numbers:?} {arises:?} {area:?}",
                duty.standing(row),
                duty.should.get(row),
                duty.done.get(row),
                duty.exempt.get(row),
                pass.clauses(duty, row),
                pass.exemptions(duty, row),
            );
            all.insert((rules.duties[duty.index].duty.id.to_string(), id.to_string()), text);
        }
    }
    all
}

fn check_one_is_columns(seed: u64, firms: usize) {
    let mut random = Random::new(seed);
    let rules = random::rules(&mut random);
    let register = random::register(&mut random, &rules, firms);
    let tables = random::tables(&rules, &register);
    let found = pass(&rules, &tables, &setting());
    check_money_is_of_those_owed(&found);
    for (kind, declared) in rules.kinds.iter().enumerate() {
        for (row, id) in tables.table(kind).ids().iter().enumerate() {
            let traced = found.row(&tables, kind, row);
            for verdict in &traced.duties {
                let duty = found.duty(&rules.duties[verdict.index].duty.id).unwrap();
                assert_eq!(traced.clauses(verdict), found.clauses(duty, row), "traced, seed {seed}");
                let truths = (duty.should.get(row), duty.done.get(row), duty.exempt.get(row));
                assert_eq!((verdict.should, verdict.done, verdict.exempt), truths, "traced, seed {seed}");
            }
            for judged in one(&rules, &tables, &declared.id, id, &setting()) {
                let duty = found.duty(&judged.duty).unwrap();
                let place = format!("seed {seed}, {} of {id}", judged.duty);
                let clauses = || {
                    rules.duties[judged.index].should.iter().map(|clause| rules::print::text(&rules, clause))
                };
                assert_eq!(
                    pass_clauses(&found, &judged.duty, row),
                    judged.clauses,
                    "clauses, {place}: {:#?}",
                    clauses().collect::<Vec<_>>()
                );
                assert_eq!(duty.should.get(row), judged.should, "should, {place}");
                assert_eq!(duty.exempt.get(row), judged.exempt, "exempt, {place}");
                assert_eq!(duty.done.get(row), judged.done, "done, {place}");
                assert_eq!(duty.standing(row), judged.standing, "standing, {place}");
                assert_eq!(duty.amount.as_ref().unwrap().get(row), judged.amount, "amount, {place}");
                assert_eq!(duty.paid.as_ref().unwrap().get(row), judged.paid, "paid, {place}");
                assert_eq!(duty.arises.as_ref().unwrap().get(row), judged.arises, "arises, {place}");
            }
        }
    }
}

/// Money is what those owed are owed and were paid; what was paid to others is in neither sum.
fn check_money_is_of_those_owed(found: &Pass) {
    for duty in &found.duties {
        let counts = found.counts(duty);
        let sum = |numbers: &Option<Numbers>| -> Decimal {
            let owed = (0..duty.rows()).filter(|row| duty.standing(*row).is_owed());
            owed.filter_map(|row| numbers.as_ref().and_then(|numbers| numbers.get(row))).sum()
        };
        assert_eq!((counts.owed, counts.paid), (sum(&duty.amount), sum(&duty.paid)), "{}", duty.duty);
        let none_known = counts.should > 0 && counts.amount_unknown == counts.should;
        assert_eq!(counts.known_owed().is_none(), none_known, "{}", duty.duty);
    }
}

fn pass_clauses(pass: &Pass, duty: &model::DutyId, row: usize) -> Vec<model::Truth> {
    pass.clauses(pass.duty(duty).unwrap(), row)
}

proptest! {
    // More with PROPTEST_CASES.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..config() })]

    #[test]
    fn one_equals_columns(seed: u64) {
        check_one_is_columns(seed, 20);
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(seed: u64) {
        let mut random = Random::new(seed);
        let rules = random::rules(&mut random);
        let mut register = random::register(&mut random, &rules, 15);
        let tables = random::tables(&rules, &register);
        let before = verdicts(&rules, &tables, &pass(&rules, &tables, &setting()));
        for at in (1..register.len()).rev() {
            register.swap(at, random.below(at + 1));
        }
        let tables = random::tables(&rules, &register);
        prop_assert_eq!(before, verdicts(&rules, &tables, &pass(&rules, &tables, &setting())));
    }

    #[test]
    fn changes_judged_again_equal_a_full_pass(seed: u64) {
        let mut random = Random::new(seed);
        let rules = random::rules(&mut random);
        let mut register = random::register(&mut random, &rules, 12);
        // Some records are not there at first, though others refer to them.
        let absent: random::Register =
            (0..4).map(|_| register.swap_remove(random.below(register.len()))).collect();
        let mut tables = random::tables(&rules, &register);
        let mut kept = pass(&rules, &tables, &setting());
        let mut absent = absent.iter();
        for _ in 0..8 {
            // Often one record, now and then several, and the same twice.
            let together: Vec<_> = (0..[1, 1, 2, 4][random.below(4)])
                .map(|_| {
                    let next = absent.next().filter(|_| random.below(2) > 0);
                    let (kind, id, _) = next.unwrap_or_else(|| random.pick(&register));
                    (*kind, id.clone(), random::facts(&mut random, &rules.kinds[*kind], 12))
                })
                .collect();
            let before = verdicts(&rules, &tables, &kept);
            let changes: Vec<Changed> = together
                .iter()
                .map(|(kind, id, facts)| Changed { kind: &rules.kinds[*kind].id, id, facts })
                .collect();
            let found = rejudge_all(&rules, &mut tables, &mut kept, &changes).unwrap();
            let after = verdicts(&rules, &tables, &kept);
            prop_assert_eq!(&after, &verdicts(&rules, &tables, &pass(&rules, &tables, &setting())));
            for change in &found {
                let duty = kept.duty(&change.duty).unwrap();
                let row = tables.row(change.kind, &change.record).unwrap();
                prop_assert_eq!(change.to, duty.standing(row));
                prop_assert_eq!(change.from.is_none(), !before.contains_key(&(change.duty.to_string(), change.record.to_string())));
            }
            let told = |duty: &str, id: &str| {
                found.iter().any(|change| change.duty.as_str() == duty && change.record.as_str() == id)
            };
            for ((duty, id), now) in &after {
                let was = before.get(&(duty.clone(), id.clone()));
                let standing = |text: &String| text.split(' ').next().unwrap().to_owned();
                prop_assert!(was.map(standing) == Some(standing(now)) || told(duty, id));
            }
        }
    }

    #[test]
    fn a_sweep_is_a_pass_for_each_value(seed: u64) {
        let mut random = Random::new(seed);
        let mut rules = random::rules(&mut random);
        random::draw_lines(&mut random, &mut rules);
        let register = random::register(&mut random, &rules, 25);
        let tables = random::tables(&rules, &register);
        let values: Vec<Const> = [3, -4, 0, 1, 900_000_000_000_000_000, 3, 7].map(Const::Int).to_vec();
        let parameter = "p_int".into();
        let range = |area| Range { parameter: &parameter, values: &values, area };
        let codes: Vec<&str> = rules.city.areas.iter().map(|area| area.code.as_str()).collect();
        let swept = sweep(&rules, &tables, &setting(), range(None));
        let parts: Vec<_> =
            codes.iter().map(|code| (*code, sweep(&rules, &tables, &setting(), range(Some(code))))).collect();
        for (at, value) in values.iter().enumerate() {
            let found = pass(&rules, &tables, &setting().with("p_int", value.clone()));
            for (place, duty) in swept.duties.iter().enumerate() {
                let judged = found.duty(&duty.duty).unwrap();
                prop_assert_eq!(&duty.points[at], &Point::from(&found.counts(judged)));
                for (code, part) in &parts {
                    let counts = counts_within(&found.counts_by_area(judged), &rules.city.areas, code);
                    prop_assert_eq!(&part.duties[place].points[at], &Point::from(&counts));
                }
            }
        }
        // Both ways are taken.
        prop_assert!(swept.duties.iter().any(|duty| !duty.by_passes));
    }

    #[test]
    fn should_is_done_and_exempt_and_gap(seed: u64) {
        let mut random = Random::new(seed);
        let rules = random::rules(&mut random);
        let register = random::register(&mut random, &rules, 30);
        let tables = random::tables(&rules, &register);
        let found = pass(&rules, &tables, &setting());
        for duty in &found.duties {
            let counts = found.counts(duty);
            let rows = |standing| duty.rows_in(standing).count() as u64;
            prop_assert_eq!(counts.should, duty.should.yes.count() as u64);
            prop_assert_eq!(counts.should, counts.done + counts.exempt + counts.gap);
            prop_assert_eq!(counts.records, counts.should + counts.leak + counts.unknown + counts.out);
            prop_assert_eq!(counts.gap, rows(Standing::Gap));
            prop_assert_eq!(counts.unknown, rows(Standing::Unknown));
            prop_assert_eq!(counts.leak, rows(Standing::Leak));
        }
    }
}

/// The pass says of a row what judging the record alone says of it: the same missing facts, and as many in the counts.
#[test]
fn a_pass_names_the_missing_facts_of_each_row() {
    let mut seen = 0;
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let rules = random::rules(&mut random);
        let register = random::register(&mut random, &rules, 30);
        let tables = random::tables(&rules, &register);
        let found = pass(&rules, &tables, &setting());
        for duty in &found.duties {
            let by_row = found.missing_by_row(&rules, &tables, duty);
            let rows: Vec<usize> = duty.rows_in(Standing::Unknown).collect();
            assert_eq!(by_row.keys().copied().collect::<Vec<_>>(), rows, "seed {seed}");
            for (row, paths) in &by_row {
                let id = &tables.table(duty.kind).ids()[*row];
                let judged = rules::evaluate::judge(&rules, &tables, duty.index, id, &setting()).unwrap();
                let alone: std::collections::BTreeSet<_> =
                    judged.missing.into_iter().map(|one| one.path).collect();
                assert!(alone.iter().eq(paths), "seed {seed}, {} {id}: {alone:?}, {paths:?}", duty.duty);
                seen += paths.len();
            }
            for fact in found.missing(&rules, &tables, duty) {
                let lacking = || by_row.values().filter(|paths| paths.contains(&fact.path));
                assert_eq!(fact.records, lacking().count() as u64);
                assert_eq!(fact.alone, lacking().filter(|paths| paths.len() == 1).count() as u64);
            }
        }
    }
    assert!(seen > 1000, "too few missing facts were met: {seen}");
}

/// A judged record names a missing fact for every unknown that has one, and never a known one.
#[test]
fn missing_facts_are_missing() {
    for seed in 0..100 {
        let mut random = Random::new(seed);
        let rules = random::rules(&mut random);
        let register = random::register(&mut random, &rules, 10);
        let tables = random::tables(&rules, &register);
        for (kind, id, _) in &register {
            for judged in one(&rules, &tables, &rules.kinds[*kind].id, id, &setting()) {
                for missing in &judged.missing {
                    let record: Option<Record> =
                        rules::evaluate::Facts::record(&tables, &missing.kind, &missing.record);
                    assert!(record.is_none_or(|record| !record.facts.contains_key(&missing.fact)));
                }
            }
        }
    }
}
