//! The sample of the city in this repository, made small, and recipes that cannot be followed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::NaiveDate;
use model::uscc;
use rules::evaluate::{Counts, Setting, pass};
use rules::ruleset::RuleSet;
use rules::table::Tables;
use store::{Schema, Store};

use super::*;

const FIRMS: u64 = 1800;
const HOUSEHOLDS: u64 = 200;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang"))
}

static CITY: LazyLock<RuleSet> = LazyLock::new(|| rules::city::load(&folder()).unwrap().ruleset);
static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(|| sheets(1));

static SHEETS_EARLY: LazyLock<Vec<Sheet>> = LazyLock::new(|| follow_xuchang(1, Some("2020-02-20")));

fn followed(recipe: &Recipe, wish: &Wish) -> Result<Vec<Sheet>, SampleError> {
    let mut sheets = Vec::new();
    let mut take = |sheet| {
        sheets.push(sheet);
        Ok(())
    };
    follow(&CITY, recipe, wish, &mut take)?;
    Ok(sheets)
}

fn sheets(seed: u64) -> Vec<Sheet> {
    follow_xuchang(seed, None)
}

fn follow_xuchang(seed: u64, until: Option<&str>) -> Vec<Sheet> {
    let sizes = BTreeMap::from([("firms".to_owned(), FIRMS), ("households".to_owned(), HOUSEHOLDS)]);
    let until = until.map(|day| day.parse().unwrap());
    followed(&Recipe::read(&folder()).unwrap(), &Wish { seed, sizes, until }).unwrap()
}

/// The register as it was at the end of a day.
fn tables(day: NaiveDate) -> Tables {
    let mut tables = Tables::builder(&CITY).finish();
    for change in SHEETS.iter().filter(|sheet| sheet.event.on <= day).flat_map(|sheet| &sheet.changes) {
        let (kind, _) = CITY.kind(change.kind.as_str()).unwrap();
        let known = tables.row(kind, &change.id).map(|row| tables.record(kind, row).facts);
        let mut facts = known.unwrap_or_default();
        facts.extend(change.facts.iter().filter_map(|(fact, value)| Some((fact.clone(), value.clone()?))));
        tables.update(&change.kind, &change.id, &facts).unwrap();
    }
    tables
}

fn counts(duty: &str, day: &str) -> Counts {
    let day: NaiveDate = day.parse().unwrap();
    let mut rules = CITY.clone();
    rules.duties.retain(|compiled| compiled.duty.id.as_str() == duty);
    let pass = pass(&rules, &tables(day), &Setting::on(day));
    pass.counts(pass.duty(&duty.into()).unwrap())
}

#[test]
fn the_published_totals_of_resumption_are_kept() {
    let counts = counts("resume-work", "2020-03-06");
    assert_eq!((counts.should, counts.done, counts.exempt, counts.gap), (1495, 1431, 64, 0));
}

#[test]
fn relief_falls_short_as_the_surveys_found() {
    let automatic = counts("social-insurance-exempt", "2020-03-20");
    assert!((0.66..0.71).contains(&(automatic.done as f64 / automatic.should as f64)), "{automatic:?}");
    let rent = counts("rent-waiver", "2020-05-29");
    assert!((0.13..0.19).contains(&(rent.done as f64 / rent.should as f64)), "{rent:?}");
    assert!(rent.gap > 0 && rent.unknown > 0, "{rent:?}");
}

#[test]
fn the_parts_of_a_size_add_up_to_it() {
    let of = |kind: &str| {
        let ids: std::collections::BTreeSet<_> = SHEETS
            .iter()
            .flat_map(|sheet| &sheet.changes)
            .filter(|change| change.kind.as_str() == kind)
            .map(|change| change.id.clone())
            .collect();
        ids.len() as u64
    };
    assert_eq!((of("firm"), of("household")), (FIRMS, HOUSEHOLDS));
}

#[test]
fn the_same_seed_makes_the_same_city() {
    assert_eq!(sheets(1), *SHEETS);
    assert_ne!(follow_xuchang(2, Some("2020-02-20")), *SHEETS_EARLY);
}

#[test]
fn what_comes_later_changes_nothing_before() {
    let early: Vec<Sheet> = SHEETS.iter().take(SHEETS_EARLY.len()).cloned().collect();
    assert_eq!(*SHEETS_EARLY, early);
    let next = SHEETS[SHEETS_EARLY.len()].event.on;
    assert!(next > "2020-02-20".parse().unwrap(), "{next}");
}

#[test]
fn everything_says_that_it_is_made_up() {
    let mut codes = std::collections::BTreeSet::new();
    for sheet in SHEETS.iter() {
        assert!(sheet.event.synthetic);
        assert!(sheet.event.summary["source"].as_str().unwrap().contains("虚构"), "{:?}", sheet.event);
        for change in sheet.changes.iter().filter(|change| change.kind.as_str() == "firm") {
            let Some(Some(code)) = change.facts.get("uscc") else { continue };
            let code = code.to_string();
            assert_eq!(uscc::parse(&code), Ok(code.clone()));
            assert_eq!(&code[2..8], "000000", "{code} could be somebody's");
            let name = change.facts["name"].as_ref().unwrap().to_string();
            assert!(name.contains("虚构"), "{name}");
            codes.insert(code);
        }
    }
    assert_eq!(codes.len() as u64, FIRMS);
}

#[test]
fn some_facts_are_missing_and_some_served_were_not_owed() {
    let refund = counts("unemployment-refund", "2020-05-31");
    assert!(refund.unknown > 0 && refund.leak > 0 && refund.gap > 0, "{refund:?}");
    let living = counts("minimum-living-rural", "2020-05-31");
    assert_eq!(living.records, HOUSEHOLDS);
    assert!(living.done > 0, "{living:?}");
}

#[test]
fn a_register_takes_it_once() {
    let store = Store::open("sqlite::memory:", &Schema::of(&CITY.kinds)).unwrap();
    let few: Vec<Sheet> = SHEETS.iter().take(3).cloned().collect();
    check_empty(&store).unwrap();
    for sheet in few.clone() {
        write(&store, sheet).unwrap();
    }
    assert_eq!(store.last_seq().unwrap(), 3);
    assert!(store.verify(|_| ControlFlow::Continue(())).unwrap().broken.is_none());
    let first = &few[0].changes[0];
    let record = store.record(first.kind.as_str(), first.id.as_str()).unwrap().unwrap();
    assert!(record.synthetic);
    assert!(matches!(check_empty(&store), Err(SampleError::NotEmpty)));
}

fn refused(recipe: &str, sizes: &[(&str, u64)]) -> SampleError {
    let recipe = format!("note = {{ zh = '虚构', en = 'made up' }}\n{recipe}");
    let recipe = toml::from_str(&recipe).unwrap();
    let sizes = sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
    followed(&recipe, &Wish { seed: 1, sizes, until: None }).unwrap_err()
}

#[test]
fn a_recipe_that_cannot_be_followed_says_why() {
    let of = |facts: &str| {
        refused(
            &format!(
                "size = {{}}\n[[population]]\nname='a'\nkind='firm'\nsource='s'\non=2020-01-31\ncount=1\n\
                 facts.uscc={{uscc='91000000XA'}}\n{facts}"
            ),
            &[],
        )
    };
    let cases = [
        (of("facts.stuff = 1"), "in a: there is no fact 'stuff'"),
        (of("facts.staff = 'many'"), "in a: staff: the value is of another type"),
        (
            of("facts.legal_form = { pick = { nothing = 1 } }"),
            "in a: legal_form: 'nothing' is of another type",
        ),
        (of("facts.staff = { of = 'staff', from = 1 }"), "in a: staff: it is drawn from itself"),
        (of("facts.staff = { from = 'few', to = 3 }"), "in a: staff: nothing says how to draw it"),
        (of("like = ['x']"), "in a: there is no template 'x'"),
        (of("facts.size_class = 'micro'"), "in a: there is no fact 'size_class'"),
        (refused("size = {}", &[("firms", 3)]), "in sample.toml: there is no size 'firms'"),
        (
            refused(
                "size = { firms = 5 }\n[[population]]\nname='a'\nkind='firm'\nsource='s'\non=2020-01-31\ncount=3\n\
                 part_of='firms'",
                &[("firms", 2)],
            ),
            "'firms' cannot be 2: the recipe fixes 3 of them",
        ),
        (
            refused(
                "size = {}\n[[evidence]]\nduty='nothing'\nsource='s'\nreached=[{on=2020-03-06, count=1}]",
                &[],
            ),
            "in evidence: there is no duty 'nothing'",
        ),
        (
            refused(
                "size = {}\n[[evidence]]\nduty='rent-waiver'\nsource='s'\nreached=[{on=2019-03-06, count=1}]",
                &[],
            ),
            "in evidence rent-waiver: the duty is not in force on 2019-03-06",
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(error.to_string(), expected);
        assert!(!error.message(model::Lang::Zh).is_ascii(), "{error}");
    }
}

#[test]
fn a_recipe_out_of_form_says_where() {
    let of = |staff: &str| {
        let recipe = format!(
            "note = {{ zh = '', en = '' }}\nsize = {{}}\n[[population]]\nname='a'\nkind='firm'\nsource='s'\n\
             facts.staff = {staff}"
        );
        toml::from_str::<Recipe>(&recipe).unwrap_err().to_string()
    };
    let two = of("{ pick = { 1 = 1 }, from = 1 }");
    assert!(two.contains("line 7") && two.contains("it is drawn in two ways: pick, from"), "{two}");
    let none = of("{ missing = 0.1 }");
    assert!(none.contains("nothing says how to draw it"), "{none}");
    let misspelt = of("{ form = 1 }");
    assert!(misspelt.contains("unknown field `form`"), "{misspelt}");
}

#[test]
fn those_reached_first_are_those_owed() {
    let counts = counts("resume-work", "2020-02-20");
    assert_eq!((counts.done, counts.leak), (412, 0));
}
