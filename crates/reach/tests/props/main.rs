//! What holds for any streets: a chain made one edge changes no way; ways obey the triangle inequality; another facility
//! never makes a way longer; the order of rows does not matter.

// What makes the tests' networks may fail like a test does.
#![allow(clippy::unwrap_used)]

mod siting;
mod streets;
mod whatif;

use proptest::prelude::*;
use reach::search::{Field, Search, Source};
use reach::{Heading, Index, Nearest, Network, Snap, Snapped, distance_m};

use streets::any_streets;

fn config() -> ProptestConfig {
    match std::env::var("PROPTEST_CASES") {
        Ok(_) => ProptestConfig::default(),
        Err(_) => ProptestConfig { cases: 128, ..ProptestConfig::default() },
    }
}

/// The cost of a way from one place to another.
fn cost(network: &Network, from: &Snapped, to: &Snapped) -> Option<u32> {
    let source = Source { spot: to.spot, leg_mm: 0, owner: 0 };
    Field::new(network, &[source], Search::NEAREST).at(from.spot).map(|hit| hit.cost_mm)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn ways_are_those_of_the_plain_graph(streets in any_streets()) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let plain = streets.plain();
        let nodes: Vec<(usize, Snapped)> = (0..streets.places.len())
            .filter_map(|node| Some((node, index.snap(streets.point(node), Snap::Node, 0.001)?)))
            .collect();
        prop_assert_eq!(nodes.len(), network.street_nodes());
        for (to, target) in &nodes {
            let source = Source { spot: target.spot, leg_mm: 0, owner: 0 };
            let towards = Field::new(&network, &[source], Search::NEAREST);
            let from = Field::new(&network, &[source], Search { heading: Heading::From, ..Search::NEAREST });
            for (other, place) in &nodes {
                prop_assert_eq!(towards.at(place.spot).map(|hit| hit.cost_mm), plain[*other][*to]);
                prop_assert_eq!(from.at(place.spot).map(|hit| hit.cost_mm), plain[*to][*other]);
            }
        }
    }

    #[test]
    fn places_on_edges_obey_the_triangle_inequality(streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 3)) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let places: Vec<Snapped> =
            at.iter().map(|at| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY).unwrap()).collect();
        let way = |from: usize, to: usize| cost(&network, &places[from], &places[to]).unwrap();
        for [a, b, c] in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
            prop_assert!(way(a, c) <= way(a, b) + way(b, c) + 2);
            prop_assert!(way(a, a) == 0);
        }
        if streets.two_way() {
            prop_assert!(way(0, 1).abs_diff(way(1, 0)) <= 2);
            // Snapping moves a place by less than it is away from the street; between snapped points no way beats the straight one.
            let straight = distance_m(places[0].at, places[1].at);
            prop_assert!(f64::from(way(0, 1)) / 1000.0 >= straight - 0.1, "{} {straight}", way(0, 1));
        }
    }

    #[test]
    fn the_nearest_k_are_those_of_single_ways(
        streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 2..7), nearest in 1usize..5,
    ) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let places: Vec<Option<Snapped>> =
            at.iter().map(|at| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY)).collect();
        let (facilities, home) = (&places[1..], places[0].unwrap());
        let mut single: Vec<(u32, u32)> = facilities
            .iter()
            .zip(0..)
            .map(|(one, owner)| {
                let one = one.unwrap();
                (cost(&network, &home, &one).unwrap() + one.leg_mm + home.leg_mm, owner)
            })
            .collect();
        single.sort_unstable();
        single.truncate(nearest);
        let found = Nearest::new(&network, facilities, nearest).of(&home);
        let found: Vec<(u32, u32)> = found.iter().map(|near| (near.door_to_door_mm, near.facility)).collect();
        prop_assert_eq!(found, single);
    }

    #[test]
    fn another_facility_never_makes_a_way_longer(
        streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 3..8),
    ) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let places: Vec<Option<Snapped>> =
            at.iter().map(|at| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY)).collect();
        let (before, after) = (Nearest::new(&network, &places[2..], 1), Nearest::new(&network, &places[1..], 1));
        for place in places.iter().flatten() {
            let (before, after) = (before.of(place)[0], after.of(place)[0]);
            prop_assert!(after.network_mm <= before.network_mm && after.door_to_door_mm <= before.door_to_door_mm);
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 2..8), seed in any::<u64>(),
    ) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let other = streets.shuffled(seed).build().unwrap();
        prop_assert_eq!(network.edges(), other.edges());
        let find = |network: &Network| -> Vec<_> {
            let index = Index::new(network);
            let places: Vec<Option<Snapped>> =
                at.iter().map(|at| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY)).collect();
            Nearest::new(network, &places[1..], 2).of(&places[0].unwrap())
        };
        prop_assert_eq!(find(&network), find(&other));
    }

    #[test]
    fn a_way_is_as_long_as_it_costs(streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 2)) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let places: Vec<Snapped> =
            at.iter().map(|at| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY).unwrap()).collect();
        for heading in [Heading::Towards, Heading::From] {
            let source = Source { spot: places[1].spot, leg_mm: 0, owner: 0 };
            let field = Field::new(&network, &[source], Search { heading, ..Search::NEAREST });
            let way = field.way(places[0].spot).unwrap();
            let line = network.line(&way);
            let length: f64 = line.windows(2).map(|pair| distance_m(pair[0], pair[1])).sum();
            prop_assert!((length * 1000.0 - f64::from(way.hit.cost_mm)).abs() < 40.0 + line.len() as f64, "{length} {way:?}");
            let (from, to) = if heading == Heading::Towards { (0, 1) } else { (1, 0) };
            prop_assert_eq!((way.from, way.to), (places[from].spot, places[to].spot));
        }
    }
}
