//! A grid of streets 100 m apart, where every way is known without a computer.

use reach::search::{Field, Search, Source};
use reach::{Heading, Index, Nearest, Snap, Snapped};

use crate::shared::{crossing, grid};

#[track_caller]
fn near(found_mm: u32, worked_m: f64) {
    // Nodes keep seven decimals of a degree, 1 cm.
    let found_m = f64::from(found_mm) / 1000.0;
    assert!((found_m - worked_m).abs() < 0.15, "{found_m} for {worked_m}");
}

fn snap(index: &Index, column: f64, row: f64) -> Option<Snapped> {
    index.snap(crossing(column, row), Snap::Edge, f64::INFINITY)
}

#[test]
fn a_way_is_as_long_as_its_blocks() {
    let network = grid(20);
    assert_eq!(
        (network.junctions(), network.edges().len()),
        (21 * 21 - 4, 2 * 20 * 21 - 4),
        "four corners are bends"
    );
    let index = Index::new(&network);
    let facilities = [(3.0, 4.0), (15.0, 10.5), (15.0, 10.25)].map(|(column, row)| snap(&index, column, row));
    let nearest = Nearest::new(&network, &facilities, 3);
    let place = snap(&index, 7.0, 9.0).unwrap();
    let found = nearest.of(&place);
    assert_eq!(found.iter().map(|near| near.facility).collect::<Vec<_>>(), [0, 2, 1]);
    near(found[0].network_mm, 900.0);
    near(found[1].network_mm, 925.0);
    near(found[2].network_mm, 950.0);
    // 10 m and 30 m off the street.
    let place = snap(&index, 7.5, 9.1).unwrap();
    near(place.leg_mm, 10.0);
    near(nearest.of(&place)[0].network_mm, 875.0);
    near(nearest.of(&place)[0].door_to_door_mm, 885.0);
}

#[test]
fn two_places_on_one_stretch_are_joined_along_it() {
    let network = grid(4);
    let index = Index::new(&network);
    let facilities = [snap(&index, 1.2, 2.0)];
    let nearest = Nearest::new(&network, &facilities, 1);
    near(nearest.of(&snap(&index, 1.9, 2.0).unwrap())[0].network_mm, 70.0);
    near(nearest.of(&snap(&index, 1.0, 2.0).unwrap())[0].network_mm, 20.0);
}

#[test]
fn snapping_finds_the_nearest_street_from_anywhere() {
    let network = grid(20);
    let index = Index::new(&network);
    for (column, row, leg) in
        [(5.3, 7.1, 10.0), (-4.0, 3.4, 400.0), (25.0, 24.0, 640.3), (-30.0, 10.0, 3000.0)]
    {
        near(snap(&index, column, row).unwrap().leg_mm, leg);
        assert_eq!(index.snap(crossing(column, row), Snap::Edge, leg - 1.0), None);
        assert!(index.snap(crossing(column, row), Snap::Edge, leg + 1.0).is_some());
    }
    let node = index.snap(crossing(5.3, 7.1), Snap::Node, f64::INFINITY).unwrap();
    assert_eq!(node.node, 7 * 21 + 5);
    near(node.leg_mm, 100.0 * 0.3f64.hypot(0.1));
}

#[test]
fn a_way_can_be_walked_step_by_step() {
    let network = grid(10);
    let index = Index::new(&network);
    let [home, clinic] = [snap(&index, 1.5, 1.0).unwrap(), snap(&index, 6.0, 4.25).unwrap()];
    for heading in [Heading::Towards, Heading::From] {
        let (begin, end) = if heading == Heading::Towards { (clinic, home) } else { (home, clinic) };
        let source = Source { spot: begin.spot, leg_mm: 0, owner: 0 };
        let field = Field::new(&network, &[source], Search { heading, ..Search::NEAREST });
        let way = field.way(end.spot).unwrap();
        assert_eq!((way.from, way.to), (home.spot, clinic.spot), "{heading:?}");
        near(way.hit.cost_mm, 775.0);
        let line = network.line(&way);
        let length: f64 = line.windows(2).map(|pair| reach::distance_m(pair[0], pair[1])).sum();
        assert!((length - 775.0).abs() < 0.2, "{length}: {line:?}");
        for (at, place) in [(line[0], home.at), (line[line.len() - 1], clinic.at)] {
            assert!(reach::distance_m(at, place) < 0.1);
        }
    }
    // Beyond the limit there is no way.
    let source = Source { spot: clinic.spot, leg_mm: 0, owner: 0 };
    let field = Field::new(&network, &[source], Search { limit_mm: 700_000, ..Search::NEAREST });
    assert_eq!((field.at(home.spot), field.way(home.spot)), (None, None));
}
