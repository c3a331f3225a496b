//! Siting against every choice there is, on small cases.

use proptest::prelude::*;
use reach::siting::{Plan, Question, Ways, fewest, least_furthest, least_walking, most_covered};

fn any_ways() -> impl Strategy<Value = (Ways, Vec<f64>)> {
    (3usize..14, 2usize..9, any::<bool>()).prop_flat_map(|(places, sites, existing)| {
        let before = prop::collection::vec(
            prop::option::weighted(if existing { 0.8 } else { 0.05 }, 500u32..4000),
            places,
        );
        let all = prop::collection::vec(prop::collection::vec(100u32..3000, places), sites);
        let weights = prop::collection::vec((0u32..50).prop_map(f64::from), places);
        (before, all, weights).prop_map(|(before_mm, all, weights)| {
            let nearer = |site: Vec<u32>| {
                let ways = site.into_iter().zip(0..).map(|(way, place)| (place, way));
                ways.filter(|(place, way)| before_mm[*place as usize].is_none_or(|before| *way < before))
                    .collect()
            };
            let sites = all.into_iter().map(nearer).collect();
            (Ways { before_mm, sites }, weights)
        })
    })
}

/// Every choice of at most `count` sites.
fn choices(sites: usize, count: usize) -> impl Iterator<Item = Vec<usize>> {
    (0u32..1 << sites)
        .filter(move |chosen| chosen.count_ones() as usize <= count)
        .map(move |chosen| (0..sites).filter(|site| chosen >> site & 1 == 1).collect())
}

/// How far every place is under a choice.
fn walks(ways: &Ways, chosen: &[usize]) -> Vec<Option<u32>> {
    let mut walks = ways.before_mm.clone();
    for (place, way) in chosen.iter().flat_map(|site| &ways.sites[*site]) {
        let known = &mut walks[*place as usize];
        *known = Some(known.map_or(*way, |known| known.min(*way)));
    }
    walks
}

fn sum(weights: &[f64], each: impl Fn(usize) -> f64) -> f64 {
    weights.iter().enumerate().map(|(place, weight)| weight * each(place)).sum()
}

#[track_caller]
fn is_as_told(plan: &Plan, told: f64) {
    assert!((plan.value - told).abs() <= 1e-6 * told.abs().max(1.0), "{plan:?} comes to {told}");
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn most_covered_lies_between_the_best_and_its_bound((ways, weights) in any_ways(), count in 1usize..4, limit in 300u32..2500) {
        let question = Question { ways: &ways, weights: &weights, count, rounds: 300 };
        let newly = |chosen: &[usize]| {
            let (before, after) = (walks(&ways, &[]), walks(&ways, chosen));
            let within = |walk: Option<u32>| f64::from(u8::from(walk.is_some_and(|walk| walk <= limit)));
            sum(&weights, |place| within(after[place]) - within(before[place]))
        };
        let best = choices(ways.sites.len(), count).map(|chosen| newly(&chosen)).fold(0.0, f64::max);
        let plan = most_covered(question, limit);
        is_as_told(&plan, newly(&plan.sites));
        prop_assert!(plan.sites.len() <= count && plan.value <= best + 1e-9 && plan.bound >= best - 1e-6, "{plan:?} {best}");
        prop_assert!(plan.value >= best * 0.8, "{plan:?} {best}");
    }

    #[test]
    fn least_walking_lies_between_the_best_and_its_bound((ways, weights) in any_ways(), count in 1usize..4) {
        let question = Question { ways: &ways, weights: &weights, count, rounds: 300 };
        // Every place has a way to every site here, unless what there is is nearer.
        let walking = |chosen: &[usize]| {
            let after = walks(&ways, chosen);
            sum(&weights, |place| f64::from(after[place].unwrap_or(3_000_000)) / 1000.0)
        };
        let best = choices(ways.sites.len(), count).map(|chosen| walking(&chosen)).fold(f64::INFINITY, f64::min);
        let plan = least_walking(question);
        is_as_told(&plan, walking(&plan.sites));
        prop_assert!(plan.sites.len() <= count && plan.value >= best - 1e-6 && plan.bound <= best + 1e-6, "{plan:?} {best}");
        prop_assert!(plan.value <= best * 1.1 + 1e-9, "{plan:?} {best}");
    }

    #[test]
    fn least_furthest_lies_between_the_best_and_its_bound((ways, weights) in any_ways(), count in 1usize..4) {
        let question = Question { ways: &ways, weights: &weights, count, rounds: 300 };
        let longest = |chosen: &[usize]| {
            let after = walks(&ways, chosen);
            let counts = |place: &usize| weights[*place] > 0.0;
            (0..weights.len()).filter(counts).map(|place| after[place].map_or(f64::INFINITY, f64::from)).fold(0.0, f64::max) / 1000.0
        };
        let best = choices(ways.sites.len(), count).map(|chosen| longest(&chosen)).fold(f64::INFINITY, f64::min);
        let plan = least_furthest(question);
        is_as_told(&plan, longest(&plan.sites));
        prop_assert!(plan.value >= best - 1e-9 && plan.bound <= best + 1e-9, "{plan:?} {best}");
    }

    #[test]
    fn fewest_leaves_nobody_who_can_be_reached((ways, weights) in any_ways(), limit in 300u32..2500) {
        let question = Question { ways: &ways, weights: &weights, count: 0, rounds: 300 };
        let all: Vec<usize> = (0..ways.sites.len()).collect();
        let reachable = walks(&ways, &all);
        let within = |walk: Option<u32>| walk.is_some_and(|walk| walk <= limit);
        let covers = |chosen: &[usize]| {
            let after = walks(&ways, chosen);
            (0..weights.len()).all(|place| weights[place] == 0.0 || !within(reachable[place]) || within(after[place]))
        };
        let best = choices(all.len(), all.len()).filter(|chosen| covers(chosen)).map(|chosen| chosen.len()).min().unwrap() as f64;
        let plan = fewest(question, limit);
        prop_assert!(covers(&plan.sites) && plan.value == plan.sites.len() as f64);
        prop_assert!(plan.value >= best && plan.bound <= best, "{plan:?} {best}");
    }
}
