//! `outlines.geojson`: where the areas of the city lie, as GeoJSON (RFC 7946) in WGS-84.

use model::outline::Outline;
use model::{Areas, Point};
use serde::Deserialize;

use super::mistake;
use super::source::{At, Log};

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    code: String,
}

type Ring = Vec<[f64; 2]>;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

/// The outlines of a file, and its place.
pub(super) struct OutlinesDraft {
    outlines: Vec<Outline>,
    at: At,
}

pub(super) fn read(file: usize, log: &Log) -> Option<OutlinesDraft> {
    let text = &log.sources[file].text;
    let at = |start: usize| At { file, span: start..start };
    let collection: Collection = match serde_json::from_str(text) {
        Ok(collection) => collection,
        Err(error) => {
            let before: usize =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            log.error(&at(before), "not-outlines", mistake::not_outlines(&error.to_string()));
            return None;
        }
    };
    let outlines = collection.features.into_iter().map(|feature| {
        let rings = match feature.geometry {
            Geometry::Polygon(rings) => rings,
            Geometry::MultiPolygon(parts) => parts.into_iter().flatten().collect(),
        };
        let points = |ring: Ring| ring.into_iter().map(|[lon, lat]| Point { lon, lat }).collect();
        Outline { area: feature.properties.code.into(), rings: rings.into_iter().map(points).collect() }
    });
    Some(OutlinesDraft { outlines: outlines.collect(), at: at(0) })
}

/// Looks up every area, and whether its points are on the earth.
pub(super) fn check(draft: OutlinesDraft, areas: &Areas, log: &Log) -> Vec<Outline> {
    let codes: Vec<&str> = areas.iter().map(|area| area.code.as_str()).collect();
    for outline in &draft.outlines {
        if areas.get(outline.area.as_str()).is_none() {
            let says = mistake::not_found(("地区", "area"), outline.area.as_str(), &codes);
            log.error(&draft.at, "not-an-area", says);
        }
        let on_earth =
            |point: &Point| (-180.0..=180.0).contains(&point.lon) && (-90.0..=90.0).contains(&point.lat);
        if let Some(point) = outline.rings.iter().flatten().find(|point| !on_earth(point)) {
            let found = format!("{}: {}, {}", outline.area, point.lon, point.lat);
            log.error(&draft.at, "not-outlines", mistake::not_outlines(&found));
        }
    }
    draft.outlines
}

#[cfg(test)]
mod tests {
    use std::fs;

    use model::outline::area_at;
    use model::{AreaCode, Point};

    use crate::city::load;

    const CITY: &str = r#"id = "x"
name = { zh = "某市", en = "X" }
[[area]]
code = "1"
name = { zh = "某市", en = "X" }
"#;
    const OUTLINES: &str = r#"{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "1"},
 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}}
]}"#;

    #[test]
    fn outlines_are_read_and_what_is_wrong_is_told() {
        let told = |from: &str, to: &str| {
            let folder = tempfile::TempDir::new().unwrap();
            assert!(OUTLINES.contains(from), "{from}");
            fs::write(folder.path().join("city.toml"), CITY).unwrap();
            fs::write(folder.path().join("outlines.geojson"), OUTLINES.replacen(from, to, 1)).unwrap();
            match load(folder.path()) {
                Ok(loaded) => {
                    let city = loaded.ruleset.city;
                    let found = area_at(&city.outlines, &city.areas, Point { lon: 1.0, lat: 1.0 });
                    assert_eq!(found, Some(AreaCode::from("1")));
                    vec![]
                }
                Err(found) => {
                    found.iter().map(|found| format!("{} {}", found.code, found.place.line)).collect()
                }
            }
        };
        assert_eq!(told("[2, 2]", "[2, 3]"), Vec::<String>::new());
        assert_eq!(told(r#""code": "1""#, r#""code": "2""#), ["not-an-area 1"]);
        assert_eq!(told(r#""Polygon""#, r#""Point""#), ["not-outlines 3"]);
        assert_eq!(told("[2, 2]", "[2, 200]"), ["not-outlines 1"]);
    }
}
