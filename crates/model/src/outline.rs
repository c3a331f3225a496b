//! Outlines of areas on the ground: in which area a point lies.

use crate::area::Areas;
use crate::id::AreaCode;
use crate::value::Point;

/// The outline of an area.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The area.
    pub area: AreaCode,
    /// Closed lines around its parts, and around the holes in them.
    pub rings: Vec<Vec<Point>>,
}

impl Outline {
    /// Whether a point lies within: a line from it to the east crosses the rings an odd number of times (Jordan's curve
    /// theorem). Over the width of a city, degrees are as good as a plane.
    pub fn holds(&self, at: Point) -> bool {
        let crossings = self.rings.iter().flat_map(|ring| {
            let ends = ring.iter().cycle().skip(1);
            ring.iter().zip(ends).filter(move |(one, other)| {
                let spans = (one.lat > at.lat) != (other.lat > at.lat);
                let across = (at.lat - one.lat) / (other.lat - one.lat);
                spans && at.lon < one.lon + across * (other.lon - one.lon)
            })
        });
        crossings.count() % 2 == 1
    }
}

/// The innermost area in whose outline a point lies; none where it lies in none: then where it is stays unknown.
pub fn area_at(outlines: &[Outline], areas: &Areas, at: Point) -> Option<AreaCode> {
    let depth = |outline: &&Outline| areas.ancestors(outline.area.as_str()).count();
    outlines.iter().filter(|outline| outline.holds(at)).max_by_key(depth).map(|outline| outline.area.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Area;
    use crate::label::Label;

    fn square(area: &str, west: f64, south: f64, side: f64) -> Outline {
        let corner = |east: f64, north: f64| Point { lon: west + east * side, lat: south + north * side };
        let ring =
            vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0), corner(0.0, 0.0)];
        Outline { area: area.into(), rings: vec![ring] }
    }

    #[test]
    fn the_innermost_outline_that_holds_a_point() {
        let area = |code: &str, parent: Option<&str>| Area {
            code: code.into(),
            name: Label::new(code, code),
            parent: parent.map(AreaCode::from),
            also: vec![],
            population: None,
        };
        let areas = Areas::new(vec![area("0", None), area("1", Some("0")), area("2", Some("0"))]).unwrap();
        // Area 1 has a hole, in which area 2 lies.
        let mut one = square("1", 1.0, 1.0, 4.0);
        one.rings.extend(square("", 2.0, 2.0, 1.0).rings);
        let outlines = [square("0", 0.0, 0.0, 9.0), one, square("2", 2.0, 2.0, 1.0)];
        for (lon, lat, expected) in [
            (1.5, 1.5, Some("1")),
            (4.9, 1.1, Some("1")),
            (2.5, 2.5, Some("2")),
            (3.5, 2.5, Some("1")),
            (6.0, 6.0, Some("0")),
            (0.5, 4.0, Some("0")),
            (-1.0, 4.0, None),
            (10.0, 4.0, None),
            (4.0, 10.0, None),
        ] {
            let found = area_at(&outlines, &areas, Point { lon, lat });
            assert_eq!(found, expected.map(AreaCode::from), "{lon} {lat}");
        }
    }
}
