//! What is planted in the sample of the city in this repository is found, through its data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chain::Scratch;
use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::{Change, Value};
use store::{Schema, Store};

use super::*;
use crate::pipeline::{Origin, Pipeline, Snapshot};
use crate::sample::{self, Recipe, Sheet, Wish};

const DAY: &str = "2020-03-06";
/// What the recipe calls the sheet of what it breaks.
const PLANTED: &str = "断点台账";

type Pairs = BTreeSet<(String, String)>;

/// A small sample city, and who lacks what in it as its recipe says.
fn city() -> (tempfile::TempDir, Pipeline, Pairs) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/xuchang"));
    let rules = rules::city::load(&folder).unwrap().ruleset;
    let home = tempfile::tempdir().unwrap();
    let db = format!("sqlite://{}", home.path().join("sample.db").display());
    let store = Store::open(&db, &Schema::of(&rules.kinds)).unwrap();
    let sizes = BTreeMap::from([("firms".to_owned(), 1800), ("households".to_owned(), 20)]);
    let wish = Wish { seed: 5, sizes, until: Some(day()) };
    let mut planted = Pairs::new();
    let chains = rules.chains.clone().unwrap();
    let mut take = |sheet: Sheet| {
        let source = sheet.event.summary["source"].as_str().unwrap_or_default().to_owned();
        for change in
            sheet.changes.iter().filter(|change| source.contains(PLANTED) && change.kind.as_str() == "supply")
        {
            let text = |fact: &str| change.facts[fact].as_ref().unwrap().to_string();
            // Some rows have the product by its name, as sheets do.
            let named = |product: &&model::chain::Product| {
                [&product.id, &product.label.zh].contains(&&text("product"))
            };
            let mut products = chains.products().map(|(_, _, product)| product);
            planted.insert((text("buyer"), products.find(named).unwrap().id.clone()));
        }
        sample::write(&store, sheet)
    };
    sample::follow(&rules, &Recipe::read(&folder).unwrap(), &wish, &mut take).unwrap();
    (home, Pipeline { rules: Arc::new(rules), store }, planted)
}

fn day() -> NaiveDate {
    DAY.parse().unwrap()
}

fn origin() -> Origin {
    Origin { actor: "test".to_owned(), at: "2020-03-06T08:00:00Z".parse().unwrap() }
}

/// Who lacks what, as the engine finds it.
fn found(pipeline: &Pipeline, snapshot: &Snapshot) -> Pairs {
    let network = pipeline.supply_network(snapshot).unwrap().unwrap();
    let chains = pipeline.rules.chains.as_ref().unwrap();
    let broken = network.broken(chains, &mut Scratch::new(&network.network));
    let pair = |one: &chain::breakpoint::Breakpoint| {
        let buyer = network.firm(one.buyer).unwrap().id.to_string();
        (buyer, network.network.sector(one.product).to_owned())
    };
    broken.iter().map(pair).collect()
}

fn change(pipeline: &Pipeline, kind: &str, id: &str, facts: &[(&str, Option<Value>)]) {
    let event = Event {
        event_type: EventType::Change,
        at: origin().at,
        on: day(),
        actor: "test".to_owned(),
        synthetic: true,
        summary: serde_json::json!({}),
    };
    let facts = facts.iter().map(|(fact, value)| ((*fact).into(), value.clone())).collect();
    let change = Change { kind: kind.into(), id: id.into(), on: day(), facts };
    pipeline.store.append(event, vec![change]).unwrap();
}

fn follow(pipeline: &Pipeline, snapshot: &mut Snapshot) -> Option<i64> {
    assert!(pipeline.catch_up(snapshot).unwrap());
    let seq = pipeline.follow_supplies(pipeline.supply_rows(snapshot).unwrap(), &origin()).unwrap();
    if !pipeline.catch_up(snapshot).unwrap() {
        *snapshot = pipeline.judge(day()).unwrap();
    }
    seq
}

fn fact(pipeline: &Pipeline, firm: &str, fact: &str) -> Option<serde_json::Value> {
    pipeline.store.record("firm", firm).unwrap().unwrap().facts.get(fact).cloned()
}

#[test]
fn every_planted_breakpoint_is_found_and_recorded() {
    let (_home, pipeline, planted) = city();
    assert_eq!(planted.len(), 20);
    let mut snapshot = pipeline.judge(day()).unwrap();
    assert_eq!(found(&pipeline, &snapshot), planted);

    // The facts say the same, and a second look finds nothing to say.
    let seq = follow(&pipeline, &mut snapshot).unwrap();
    let event = pipeline.store.event(seq).unwrap().unwrap().event;
    assert_eq!((event.event_type, event.synthetic), (EventType::Computed, true));
    assert_eq!(event.summary["broken"], 20);
    let by_buyer = planted.iter().fold(BTreeMap::<&str, u64>::new(), |mut sum, (buyer, _)| {
        *sum.entry(buyer).or_default() += 1;
        sum
    });
    for (buyer, count) in &by_buyer {
        assert_eq!(fact(&pipeline, buyer, "missing_essential_inputs").unwrap(), *count, "{buyer}");
        assert_ne!(fact(&pipeline, buyer, "output_at_risk").unwrap(), "0.00", "{buyer}");
    }
    assert_eq!(follow(&pipeline, &mut snapshot), None);

    // One supplier runs again: its breakpoint is gone, so that a missed one would be told from a found one.
    let (buyer, product) = planted.first().unwrap();
    let rows = pipeline.supply_rows(&snapshot).unwrap();
    let supply = rows.supplies.iter().find(|one| {
        rows.firms[&one.buyer].id.as_str() == buyer
            && one.product.as_ref() == Some(product)
            && rows.firms[&one.supplier].running == Some(false)
    });
    let supplier = rows.firms[&supply.unwrap().supplier].id.to_string();
    assert_ne!(fact(&pipeline, &supplier, "blocks_output").unwrap(), "0.00");
    let esri = fact(&pipeline, &supplier, "esri");
    let power = pipeline.store.record("firm", &supplier).unwrap().unwrap().facts["normal_kwh_day"].clone();
    let power = Value::Decimal(power.as_str().unwrap().parse().unwrap());
    change(&pipeline, "firm", &supplier, &[("kwh_day", Some(power))]);
    let seq = follow(&pipeline, &mut snapshot).unwrap();
    let mut left = planted.clone();
    assert!(left.remove(&(buyer.clone(), product.clone())));
    assert_eq!(found(&pipeline, &snapshot), left);
    assert_eq!(pipeline.store.event(seq).unwrap().unwrap().event.summary["broken"], 19);
    assert_eq!(fact(&pipeline, &supplier, "blocks_output").unwrap(), "0.00");
    // Who supplies whom is the same, so that what a firm is to the network is.
    assert_eq!(fact(&pipeline, &supplier, "esri"), esri);
    // Provenance: the program, on the day, from what was made up.
    let told = &pipeline.store.provenance("firm", &supplier).unwrap()["blocks_output"];
    assert_eq!((told.seq, told.on, told.synthetic), (seq, day(), true));

    // A supply that ends is none: whoever has no other supplier on record is unknown again.
    let rows = pipeline.supply_rows(&snapshot).unwrap();
    let mut bought: BTreeMap<usize, Vec<&SupplyRow>> = BTreeMap::new();
    rows.supplies.iter().for_each(|one| bought.entry(one.buyer).or_default().push(one));
    let (buyer, only) = bought.iter().find(|(_, supplies)| supplies.len() == 1).unwrap();
    let buyer = rows.firms[buyer].id.to_string();
    assert!(fact(&pipeline, &buyer, "missing_essential_inputs").is_some());
    change(&pipeline, "supply", only[0].id.as_str(), &[("value_year", None)]);
    assert!(follow(&pipeline, &mut snapshot).is_some());
    assert_eq!(fact(&pipeline, &buyer, "missing_essential_inputs"), None);
}

#[test]
fn what_is_computed_does_not_depend_on_the_order_of_rows() {
    let (_home, pipeline, _) = city();
    let snapshot = pipeline.judge(day()).unwrap();
    let chains = pipeline.rules.chains.as_ref().unwrap();
    let rows = pipeline.supply_rows(&snapshot).unwrap();
    let mut turned = rows.clone();
    turned.supplies.reverse();
    let [one, two] = [rows, turned].map(|rows| pipeline.network_of(rows).unwrap());
    assert_eq!(one.digest, two.digest);
    assert_eq!(one.figures(chains, false), two.figures(chains, false));
}
