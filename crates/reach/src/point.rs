//! Places on the earth, and the plane in which the nearest street is looked for.

/// Mean radius of the earth, in metres.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// OpenStreetMap keeps seven decimals of a degree; so do we.
const PER_DEGREE: f64 = 1e7;

/// A place in WGS-84, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Longitude, -180..=180.
    pub lon: f64,
    /// Latitude, -90..=90.
    pub lat: f64,
}

impl Point {
    /// Whether both are degrees of the earth.
    pub fn is_on_earth(self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }

    /// In units of 1e-7 degrees, longitude first.
    pub(crate) fn fixed(self) -> [i32; 2] {
        [(self.lon * PER_DEGREE).round() as i32, (self.lat * PER_DEGREE).round() as i32]
    }

    pub(crate) fn from_fixed([lon, lat]: [i32; 2]) -> Self {
        Self { lon: f64::from(lon) / PER_DEGREE, lat: f64::from(lat) / PER_DEGREE }
    }
}

/// Great-circle distance (haversine), in metres.
pub fn distance_m(one: Point, other: Point) -> f64 {
    let [north, east] =
        [other.lat - one.lat, other.lon - one.lon].map(|degrees| (degrees.to_radians() / 2.0).sin());
    let chord = north * north + one.lat.to_radians().cos() * other.lat.to_radians().cos() * east * east;
    2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()
}

/// A plane around a centre, in metres: `x = R·cos(lat0)·rad(lon − lon0)`, `y = R·rad(lat − lat0)`. Good for the width of a city.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    centre: Point,
    x_per_degree: f64,
    y_per_degree: f64,
}

impl Frame {
    /// The plane around a centre.
    pub fn around(centre: Point) -> Self {
        let y_per_degree = EARTH_RADIUS_M.to_radians();
        Self { centre, x_per_degree: y_per_degree * centre.lat.to_radians().cos(), y_per_degree }
    }

    /// Where a point lies in the plane, in metres east and north of the centre.
    pub fn plane(&self, at: Point) -> [f64; 2] {
        [(at.lon - self.centre.lon) * self.x_per_degree, (at.lat - self.centre.lat) * self.y_per_degree]
    }

    /// The point at a place in the plane.
    pub fn point(&self, [x, y]: [f64; 2]) -> Point {
        Point { lon: self.centre.lon + x / self.x_per_degree, lat: self.centre.lat + y / self.y_per_degree }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_along_the_equator_and_there_and_back_in_the_plane() {
        let origin = Point { lon: 0.0, lat: 0.0 };
        let found = distance_m(origin, Point { lon: 1.0, lat: 0.0 });
        assert!((found - EARTH_RADIUS_M.to_radians()).abs() < 1e-6, "{found}");
        let frame = Frame::around(Point { lon: 113.8, lat: 34.0 });
        let at = Point { lon: 113.85, lat: 34.02 };
        let back = frame.point(frame.plane(at));
        assert!((back.lon - at.lon).abs() < 1e-12 && (back.lat - at.lat).abs() < 1e-12);
        // 5 km from its centre the plane is right to a thousandth.
        let [x, y] = frame.plane(at);
        let straight = distance_m(Point { lon: 113.8, lat: 34.0 }, at);
        assert!((x.hypot(y) / straight - 1.0).abs() < 1e-3);
    }
}
