//! Coordinates as Chinese maps give them: GCJ-02 (shifted), BD-09 (shifted once more), and WGS-84, in which all else here is.
//!
//! The shift is secret; the formula is the one in general circulation, as in the eviltransform project (MIT). It holds in the
//! rectangle that the formula's authors drew about China, and does nothing outside of it. There and back again is exact to a
//! tenth of a millimetre (tested); how far the formula is from the secret one nobody outside can say.

use std::f64::consts::PI;

use crate::point::Point;

/// In what system a sheet gives its coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// GPS, OpenStreetMap.
    Wgs84,
    /// 火星坐标: maps made in China.
    Gcj02,
    /// Baidu's.
    Bd09,
}

impl System {
    /// A point of this system in WGS-84.
    pub fn to_wgs84(self, at: Point) -> Point {
        match self {
            System::Wgs84 => at,
            System::Gcj02 => back(at, gcj02),
            System::Bd09 => back(back(at, bd09), gcj02),
        }
    }

    /// A point of WGS-84 in this system.
    pub fn from_wgs84(self, at: Point) -> Point {
        match self {
            System::Wgs84 => at,
            System::Gcj02 => gcj02(at),
            System::Bd09 => bd09(gcj02(at)),
        }
    }
}

/// The semi-major axis, in metres, and the square of the eccentricity of Krasovsky's ellipsoid.
const AXIS_M: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

fn gcj02(at: Point) -> Point {
    if !((72.004..=137.8347).contains(&at.lon) && (0.8293..=55.8271).contains(&at.lat)) {
        return at;
    }
    let (x, y) = (at.lon - 105.0, at.lat - 35.0);
    let waves = |at: f64, [one, other, third]: [f64; 3], [a, b, c]: [f64; 3]| {
        (a * (one * at * PI).sin() + b * (other * at * PI).sin() + c * (third * at * PI).sin()) * 2.0 / 3.0
    };
    let fast = waves(x, [6.0, 2.0, 0.0], [20.0, 20.0, 0.0]);
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + fast
        + waves(y, [1.0, 1.0 / 3.0, 0.0], [20.0, 40.0, 0.0])
        + waves(y, [1.0 / 12.0, 1.0 / 30.0, 0.0], [160.0, 320.0, 0.0]);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + fast
        + waves(x, [1.0, 1.0 / 3.0, 0.0], [20.0, 40.0, 0.0])
        + waves(x, [1.0 / 12.0, 1.0 / 30.0, 0.0], [150.0, 300.0, 0.0]);
    let lat = at.lat.to_radians();
    let curved = 1.0 - ECCENTRICITY_SQUARED * lat.sin() * lat.sin();
    let meridian = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (curved * curved.sqrt());
    let parallel = AXIS_M / curved.sqrt() * lat.cos();
    Point { lon: at.lon + (east / parallel).to_degrees(), lat: at.lat + (north / meridian).to_degrees() }
}

fn bd09(at: Point) -> Point {
    let turn = PI * 3000.0 / 180.0;
    let radius = at.lon.hypot(at.lat) + 0.000_02 * (at.lat * turn).sin();
    let angle = at.lat.atan2(at.lon) + 0.000_003 * (at.lon * turn).cos();
    Point { lon: radius * angle.cos() + 0.0065, lat: radius * angle.sin() + 0.006 }
}

/// The point that is shifted to `shifted`: guessed, and the guess mended by what it misses.
fn back(shifted: Point, shift: impl Fn(Point) -> Point) -> Point {
    let mut guess = shifted;
    for _ in 0..12 {
        let missed = shift(guess);
        guess =
            Point { lon: guess.lon + shifted.lon - missed.lon, lat: guess.lat + shifted.lat - missed.lat };
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance_m;

    /// Points and their shifted places from the tests of the eviltransform project.
    #[test]
    fn the_shift_is_the_one_in_circulation() {
        for (lat, lon, shifted_lat, shifted_lon) in [
            (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
            (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
            (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
        ] {
            let found = System::Gcj02.from_wgs84(Point { lon, lat });
            let off_m = distance_m(found, Point { lon: shifted_lon, lat: shifted_lat });
            assert!(off_m < 1e-3, "{off_m}");
        }
    }

    #[test]
    fn there_and_back_is_exact_to_a_tenth_of_a_millimetre() {
        for lon in 75..136 {
            for lat in 3..54 {
                let at = Point { lon: f64::from(lon) + 0.123, lat: f64::from(lat) + 0.456 };
                for system in [System::Wgs84, System::Gcj02, System::Bd09] {
                    let shifted = system.from_wgs84(at);
                    let off_m = distance_m(system.to_wgs84(shifted), at);
                    assert!(off_m < 1e-4, "{system:?} {at:?}: {off_m} m");
                    let moved_m = distance_m(shifted, at);
                    assert!(
                        system == System::Wgs84 || (10.0..2000.0).contains(&moved_m),
                        "{system:?} {moved_m}"
                    );
                }
            }
        }
        let abroad = Point { lon: -8.61, lat: 41.15 };
        assert_eq!(System::Gcj02.from_wgs84(abroad), abroad);
    }
}
