//! A real extract with services.

use std::collections::BTreeMap;

use reach::circle::{CIRCLES, circles};
use reach::{Error, Mode, osm};

use crate::shared;

#[test]
fn an_extract_gives_streets_and_services_of_all_kinds() {
    let Some(bytes) = shared::data("reach/porto_centre.osm.pbf") else { return };
    let kinds = circles(CIRCLES).unwrap();
    let walk = osm::read(bytes.as_slice(), &Mode::shipped("walk").unwrap(), &kinds).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for service in &walk.services {
        assert!(
            (-8.7..-8.5).contains(&service.at.lon) && (41.1..41.2).contains(&service.at.lat),
            "{service:?}"
        );
        *counts.entry(service.kind.as_str()).or_default() += 1;
    }
    assert!(["food", "healthcare", "leisure", "reading"].iter().all(|kind| counts[kind] > 3), "{counts:?}");
    let (walk, cycle) = (walk.streets.finish().unwrap(), {
        let cycle = osm::read(bytes.as_slice(), &Mode::shipped("cycle").unwrap(), &[]).unwrap();
        cycle.streets.finish().unwrap()
    });
    assert!(walk.street_nodes() > walk.junctions() && walk.street_nodes() > cycle.street_nodes());
    assert!(cycle.edges().iter().any(|edge| edge.one_way) && !walk.edges().iter().any(|edge| edge.one_way));
    assert!(walk.left_out().nodes > 0 && walk.left_out().nodes < walk.street_nodes() / 5);
}

#[test]
fn what_is_no_extract_is_told() {
    let Some(bytes) = shared::data("reach/poa_osm.pbf") else { return };
    let walk = Mode::shipped("walk").unwrap();
    assert!(matches!(osm::read(&b"id,lon,lat\n"[..], &walk, &[]), Err(Error::Pbf(_))));
    assert!(matches!(osm::read(&bytes[..bytes.len() - 100], &walk, &[]), Err(Error::Pbf(_))));
    assert!(matches!(
        osm::read(&b""[..], &walk, &[]).unwrap().streets.finish(),
        Err(Error::NoStreets { ways: 0 })
    ));
}
