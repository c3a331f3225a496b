//! Walking minutes to health care in Porto Alegre, as two independent libraries have them.

use reach::{Index, Mode, Nearest, Point, Snap, Snapped, minutes, osm};

use crate::shared;

#[test]
fn every_hexagon_is_as_far_from_health_care_as_the_reference_says() {
    let Some(streets) = shared::data("reach/poa_osm.pbf") else { return };
    let Some(hexagons) = shared::data("reach/poa_hexgrid.csv") else { return };
    let Some(reference) = shared::data("reach/poa_healthcare_minutes.csv") else { return };
    let mode = Mode::shipped("walk").unwrap();
    let network = osm::read(streets.as_slice(), &mode, &[]).unwrap().streets.finish().unwrap();
    let index = Index::new(&network);
    let hexagons = shared::rows(&hexagons);
    let snapped: Vec<Option<Snapped>> = hexagons
        .iter()
        .map(|row| {
            let at = Point { lon: row["lon"].parse().unwrap(), lat: row["lat"].parse().unwrap() };
            index.snap(at, Snap::Node, f64::INFINITY)
        })
        .collect();
    let facilities: Vec<Option<Snapped>> = hexagons
        .iter()
        .zip(&snapped)
        .map(|(row, one)| one.filter(|_| row["healthcare"].parse::<f64>().is_ok_and(|count| count > 0.0)))
        .collect();
    let nearest = Nearest::new(&network, &facilities, 1);
    let (mut people, mut by_network, mut by_door) = (0.0, 0.0, 0.0);
    let reference = shared::rows(&reference);
    assert_eq!((reference.len(), hexagons.len()), (1227, 1227));
    for row in &reference {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let at = hexagons.iter().position(|hexagon| hexagon["id"] == row["hex"]).unwrap();
        let place = snapped[at].unwrap();
        assert_eq!(place.node.to_string(), row["nearest_node"], "{row:?}");
        assert!((f64::from(place.leg_mm) / 1000.0 - number("snap_m")).abs() <= 0.01, "{row:?}");
        let near = nearest.of(&place)[0];
        let [network_min, door_to_door_min] =
            [near.network_mm, near.door_to_door_mm].map(|cost| minutes(cost, mode.speed_kmh));
        for (ours, theirs) in
            [(network_min, number("network_min")), (door_to_door_min, number("door_to_door_min"))]
        {
            assert!((ours - theirs).abs() <= 0.01, "{ours} for {theirs}: {row:?}");
        }
        people += number("population");
        by_network += if network_min <= 15.0 { number("population") } else { 0.0 };
        by_door += if door_to_door_min <= 15.0 { number("population") } else { 0.0 };
    }
    let percent = |part: f64| format!("{:.2}", 100.0 * part / people);
    assert_eq!(people, 812_935.0);
    assert_eq!((percent(by_network), percent(by_door)), ("93.24".to_owned(), "90.56".to_owned()));
}
