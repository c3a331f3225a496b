//! What-if is equal to computing anew.

use proptest::prelude::*;
use reach::search::{Field, Search, Source};
use reach::whatif::{Changed, StreetChange};
use reach::{Index, Network, Pass, Snap, Snapped};

use crate::streets::{Streets, any_streets};

type Places = Vec<(f64, f64)>;

fn sources(index: &Index, streets: &Streets, at: &Places) -> Vec<Source> {
    let snap = |at: &(f64, f64)| index.snap(streets.within(*at), Snap::Edge, f64::INFINITY).unwrap();
    at.iter()
        .map(snap)
        .zip(0..)
        .map(|(one, owner)| Source { spot: one.spot, leg_mm: one.leg_mm, owner })
        .collect()
}

/// All labels of a field: at every junction and at some places.
fn labels(network: &Network, field: &Field, spots: &[Source]) -> Vec<Vec<reach::search::Hit>> {
    let mut found: Vec<_> = spots.iter().map(|source| field.all_at(source.spot)).collect();
    found.extend((0..network.junctions() as u32).map(|at| field.all_at_junction(at)));
    found
}

/// The nodes of the network with their spots.
fn nodes(streets: &Streets, index: &Index) -> Vec<(usize, Snapped)> {
    (0..streets.places.len())
        .filter_map(|node| Some((node, index.snap(streets.point(node), Snap::Node, 0.001)?)))
        .collect()
}

/// The costs of all ways between nodes.
fn costs(network: &Network, spots: &[(usize, reach::Spot)]) -> Vec<Option<u32>> {
    let to = |spot| Field::new(network, &[Source { spot, leg_mm: 0, owner: 0 }], Search::NEAREST);
    let from = |field: Field| {
        spots.iter().map(|(_, spot)| field.at(*spot).map(|hit| hit.cost_mm)).collect::<Vec<_>>()
    };
    spots.iter().flat_map(|(_, spot)| from(to(*spot))).collect()
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn facilities_that_open_and_close(
        streets in any_streets(), at in prop::collection::vec((0.0..1.0, 0.0..1.0), 2..9), nearest in 1usize..4, gone in 0u32..8,
    ) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let all = sources(&index, &streets, &at);
        let search = Search { nearest, ..Search::NEAREST };
        let mut field = Field::new(&network, &all[1..], search);
        field.open(all[0]);
        prop_assert_eq!(labels(&network, &field, &all), labels(&network, &Field::new(&network, &all, search), &all));
        let gone = gone % all.len() as u32;
        field.close(gone);
        let left: Vec<Source> = all.iter().copied().filter(|source| source.owner != gone).collect();
        prop_assert_eq!(labels(&network, &field, &all), labels(&network, &Field::new(&network, &left, search), &all));
    }

    #[test]
    fn a_street_that_is_cut(streets in any_streets(), edge in any::<u32>(), segment in any::<usize>(), share in 0.1..0.9) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let edge = edge % network.edges().len() as u32;
        let segment = segment % (network.edges()[edge as usize].vertices as usize - 1);
        let changed = Changed::new(&network, &[StreetChange::Cut(network.between(edge, segment, share))]);
        let ends: Vec<usize> = network.edge_nodes(edge).skip(segment).take(2).map(|node| node as usize).collect();
        let nodes = nodes(&streets, &index);
        let spots: Vec<_> = nodes.iter().map(|(node, place)| (*node, changed.spot(place.spot))).collect();
        let plain = streets.without((ends[0], ends[1])).plain();
        let expected: Vec<_> =
            nodes.iter().flat_map(|(to, _)| nodes.iter().map(|(from, _)| plain[*from][*to]).collect::<Vec<_>>()).collect();
        prop_assert_eq!(costs(&changed.network, &spots), expected);
    }

    #[test]
    fn a_street_that_is_opened(streets in any_streets(), from in any::<usize>(), to in any::<usize>()) {
        let Ok(network) = streets.build() else { return Ok(()) };
        let index = Index::new(&network);
        let nodes = nodes(&streets, &index);
        let ((from, begin), (to, end)) = (nodes[from % nodes.len()], nodes[to % nodes.len()]);
        let change = StreetChange::Open { from: begin.spot, by: Vec::new(), to: end.spot, pass: Pass::BOTH };
        let changed = Changed::new(&network, &[change]);
        let spots: Vec<_> = nodes.iter().map(|(node, place)| (*node, changed.spot(place.spot))).collect();
        let plain = streets.with(vec![from, to]).plain();
        let expected: Vec<_> =
            nodes.iter().flat_map(|(to, _)| nodes.iter().map(|(from, _)| plain[*from][*to]).collect::<Vec<_>>()).collect();
        prop_assert_eq!(costs(&changed.network, &spots), expected);
    }
}
