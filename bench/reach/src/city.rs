//! A made-up city.
//!
//! Crossings stand on a square of `side` × `side`, 100 m apart, each moved by up to 30 m. Of the streets between neighbours four in five are
//! there. Each has none to three bends, up to 8 m off its line. So of some 300,000 nodes about 200,000 are bends or dead ends, as in the extracts
//! of real cities. Facilities of five kinds (50, 100, 200, 400, 800 of them) stand at nodes drawn evenly.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reach::{Builder, Pass, Point};

/// Nodes, streets and the nodes at which the facilities of each kind stand.
pub struct City {
    pub nodes: Vec<Point>,
    pub streets: Vec<Vec<i64>>,
    pub facilities: Vec<Vec<usize>>,
}

/// Draws a city; the same for the same arguments.
pub fn draw(side: usize, seed: u64) -> City {
    const METRE: f64 = 1.0 / 111_195.0;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut nodes: Vec<Point> = Vec::new();
    let off = |rng: &mut StdRng, most_m: f64| rng.random_range(-most_m..most_m) * METRE;
    for at in 0..side * side {
        let [column, row] = [at % side, at / side].map(|steps| steps as f64 * 100.0 * METRE);
        // Near the equator a degree is as long each way.
        nodes.push(Point { lon: 10.0 + column + off(&mut rng, 30.0), lat: row + off(&mut rng, 30.0) });
    }
    let mut streets = Vec::new();
    for at in 0..side * side {
        let right = (at % side + 1 < side).then_some(at + 1);
        let up = (at / side + 1 < side).then_some(at + side);
        for to in [right, up].into_iter().flatten() {
            if rng.random_bool(0.2) {
                continue;
            }
            let mut street = vec![at as i64];
            let bends = rng.random_range(0..=3);
            for bend in 1..=bends {
                let share = f64::from(bend) / f64::from(bends + 1);
                let (one, other) = (nodes[at], nodes[to]);
                street.push(nodes.len() as i64);
                nodes.push(Point {
                    lon: one.lon + (other.lon - one.lon) * share + off(&mut rng, 8.0),
                    lat: one.lat + (other.lat - one.lat) * share + off(&mut rng, 8.0),
                });
            }
            street.push(to as i64);
            streets.push(street);
        }
    }
    let facilities = [50, 100, 200, 400, 800]
        .map(|count| (0..count).map(|_| rng.random_range(0..nodes.len())).collect())
        .to_vec();
    City { nodes, streets, facilities }
}

impl City {
    /// The streets as rows.
    pub fn builder(&self) -> Builder {
        let mut builder = Builder::default();
        for (at, id) in self.nodes.iter().zip(0..) {
            builder.node(id, *at);
        }
        for street in &self.streets {
            builder.street(street.iter().copied(), Pass::BOTH);
        }
        builder
    }
}
