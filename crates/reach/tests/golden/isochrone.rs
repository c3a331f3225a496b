//! Polygons of a walk on a grid of streets 100 m apart: a diamond whose corners are the limit away.

use reach::isochrone::{Drawing, Polygon, Reachable};
use reach::{EARTH_RADIUS_M, Index, Point, Snap};

use crate::shared::{crossing, grid};

/// Metres on the grid.
fn plane(at: Point) -> [f64; 2] {
    [at.lon, at.lat].map(|degrees| degrees.to_radians() * EARTH_RADIUS_M)
}

fn area_m2(ring: &[Point]) -> f64 {
    let doubled = ring.windows(2).map(|pair| {
        let ([ax, ay], [bx, by]) = (plane(pair[0]), plane(pair[1]));
        ax * by - bx * ay
    });
    doubled.sum::<f64>() / 2.0
}

fn contains(polygons: &[Polygon], at: Point) -> bool {
    let [x, y] = plane(at);
    let crossings = polygons.iter().flatten().flat_map(|ring| ring.windows(2)).filter(|pair| {
        let ([ax, ay], [bx, by]) = (plane(pair[0]), plane(pair[1]));
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    });
    crossings.count() % 2 == 1
}

#[test]
fn a_walk_on_a_grid_reaches_a_diamond() {
    let network = grid(40);
    let index = Index::new(&network);
    let origin = index.snap(crossing(20.0, 20.0), Snap::Edge, 10.0).unwrap();
    let reachable = Reachable::new(&index, origin, 1_250_000);
    let drawing = Drawing { spacing_m: 10.0, leg_m: 150.0 };
    let found = reachable.polygons(&[500_000, 1_250_000], drawing);
    for (polygons, limit_m) in found.iter().zip([500.0, 1250.0]) {
        let area: f64 = polygons.iter().flatten().map(|ring| area_m2(ring)).sum();
        // The diamond, less what the legs inside of blocks take at its border.
        let diamond = 2.0 * limit_m * limit_m;
        assert!(area < diamond * 1.02 && area > diamond * 0.85, "{area} for {diamond}");
        assert!(polygons.iter().all(|polygon| area_m2(&polygon[0]) > 0.0));
        assert!(polygons.iter().flat_map(|polygon| &polygon[1..]).all(|hole| area_m2(hole) < 0.0));
        let mut looked_at = 0;
        for column in 0..80 {
            for row in 0..80 {
                let at = crossing(f64::from(column) * 0.5 + 0.21, f64::from(row) * 0.5 + 0.13);
                let cost_m = reachable
                    .cost_mm(at, drawing.leg_m)
                    .map_or(f64::INFINITY, |cost| f64::from(cost) / 1000.0);
                if (cost_m - limit_m).abs() > 20.0 {
                    assert_eq!(contains(polygons, at), cost_m < limit_m, "{at:?} is {cost_m} m away");
                    looked_at += 1;
                }
            }
        }
        assert!(looked_at > 5000);
    }
    // A spot inside has a way.
    let (way, snapped) = reachable.way(crossing(25.1, 22.2), 150.0).unwrap();
    let line = network.line(&way);
    let length: f64 = line.windows(2).map(|pair| reach::distance_m(pair[0], pair[1])).sum();
    assert!((length * 1000.0 - f64::from(way.hit.cost_mm)).abs() < 100.0);
    assert!(reach::distance_m(line[line.len() - 1], snapped.at) < 0.1);
    assert!(reachable.way(crossing(39.0, 39.0), 150.0).is_none());
}
