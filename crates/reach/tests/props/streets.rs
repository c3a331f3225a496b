//! Made-up streets, and the plain graph of their nodes.

use proptest::prelude::*;
use reach::{Builder, Error, Network, Pass, Point, distance_m};

/// Nodes about a crossing, and streets through them; the last value says which ways a street goes.
#[derive(Clone, Debug)]
pub struct Streets {
    pub places: Vec<(i32, i32)>,
    pub streets: Vec<(Vec<usize>, bool)>,
    /// In which order the rows are handed over.
    order: Vec<usize>,
}

pub fn any_streets() -> impl Strategy<Value = Streets> {
    let places = prop::collection::btree_set((0..60, 0..60), 4..28);
    (places, prop::bool::weighted(0.4)).prop_flat_map(|(places, one_way)| {
        let places: Vec<(i32, i32)> = places.into_iter().collect();
        let street = (prop::collection::vec(0..places.len(), 2..8), prop::bool::weighted(0.3));
        prop::collection::vec(street, 1..9).prop_map(move |streets| Streets {
            order: (0..streets.len()).collect(),
            places: places.clone(),
            streets: streets.into_iter().map(|(nodes, one)| (nodes, one && one_way)).collect(),
        })
    })
}

impl Streets {
    pub fn point(&self, node: usize) -> Point {
        let (east, north) = self.places[node];
        Point { lon: 113.8 + f64::from(east) * 1e-4, lat: 34.0 + f64::from(north) * 1e-4 }
    }

    /// A place in the area of the streets, by shares of its width and height.
    pub fn within(&self, (east, north): (f64, f64)) -> Point {
        Point { lon: 113.8 + 0.006 * east, lat: 34.0 + 0.006 * north }
    }

    pub fn two_way(&self) -> bool {
        self.streets.iter().all(|(_, one_way)| !one_way)
    }

    pub fn shuffled(&self, seed: u64) -> Self {
        let mut order = self.order.clone();
        order.sort_by_key(|at| (seed ^ *at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17));
        Self { order, ..self.clone() }
    }

    /// And one more street.
    pub fn with(&self, nodes: Vec<usize>) -> Self {
        let mut streets = self.streets.clone();
        streets.push((nodes, false));
        Self { order: (0..streets.len()).collect(), streets, ..self.clone() }
    }

    /// Without the stretch between two nodes.
    pub fn without(&self, (one, other): (usize, usize)) -> Self {
        let gone = |pair: &[usize]| pair == [one, other] || pair == [other, one];
        let pieces = |(nodes, one_way): &(Vec<usize>, bool)| {
            let kept = nodes.windows(2).filter(|pair| !gone(pair)).map(|pair| (pair.to_vec(), *one_way));
            kept.collect::<Vec<_>>()
        };
        let streets: Vec<_> = self.streets.iter().flat_map(pieces).collect();
        Self { order: (0..streets.len()).collect(), streets, ..self.clone() }
    }

    pub fn build(&self) -> Result<Network, Error> {
        let mut builder = Builder::default();
        for at in &self.order {
            let (nodes, one_way) = &self.streets[*at];
            for node in nodes {
                builder.node(*node as i64, self.point(*node));
            }
            let pass = if *one_way { Pass { ahead: Some(1.0), back: None } } else { Pass::BOTH };
            builder.street(nodes.iter().map(|node| *node as i64), pass);
        }
        builder.finish()
    }

    /// The cost of every way from node to node, by the plainest of means (Floyd and Warshall).
    pub fn plain(&self) -> Vec<Vec<Option<u32>>> {
        let count = self.places.len();
        let mut cost = vec![vec![None; count]; count];
        for (node, row) in cost.iter_mut().enumerate() {
            row[node] = Some(0);
        }
        for (nodes, one_way) in &self.streets {
            for pair in nodes.windows(2).filter(|pair| pair[0] != pair[1]) {
                let length = (distance_m(self.point(pair[0]), self.point(pair[1])) * 1000.0).round() as u32;
                cost[pair[0]][pair[1]] = Some(length);
                if !one_way {
                    cost[pair[1]][pair[0]] = Some(length);
                }
            }
        }
        for by in 0..count {
            for from in 0..count {
                for to in 0..count {
                    let (Some(one), Some(other)) = (cost[from][by], cost[by][to]) else { continue };
                    cost[from][to] =
                        Some(cost[from][to].map_or(one + other, |known: u32| known.min(one + other)));
                }
            }
        }
        cost
    }
}
