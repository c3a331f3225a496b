//! Where one gets within some minutes, as polygons, and how one gets to any spot in them.
//!
//! A spot is inside if the streets say so: its straight way to the nearest street and the way along the streets from there, together within
//! the limit. That is asked on a grid of points; between two of them the border is where a straight line between their values crosses
//! the limit. So a polygon is right to the spacing of the grid, and the way to any spot is that of the search.

use std::collections::HashMap;

use crate::network::{Heading, Network};
use crate::point::Point;
use crate::search::{Field, Search, Source};
use crate::snap::{Index, Snap, Snapped};
use crate::way::Way;

/// A polygon: its outer ring, counter-clockwise, then its holes, clockwise. Every ring ends with the point it began with.
pub type Polygon = Vec<Vec<Point>>;

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    /// Between two points of the grid, in metres.
    pub spacing_m: f64,
    /// How far from a street one may still be, in metres.
    pub leg_m: f64,
}

impl Drawing {
    /// 25 m, and 150 m from a street: the middle of a large block.
    pub const USUAL: Self = Self { spacing_m: 25.0, leg_m: 150.0 };
}

/// How far beyond the limit is searched, in millimetres: more than the spacing of any useful grid.
const BEYOND_MM: u32 = 200_000;

/// What can be reached from a place.
#[derive(Clone, Debug)]
pub struct Reachable<'a> {
    index: &'a Index<'a>,
    origin: Snapped,
    field: Field<'a>,
}

impl<'a> Reachable<'a> {
    /// Searches from a place, which meets the streets at `origin`, as far as `limit_mm` and a little farther: the border of a polygon is drawn
    /// between what is within the limit and what is just beyond it.
    pub fn new(index: &'a Index<'a>, origin: Snapped, limit_mm: u32) -> Self {
        let source = Source { spot: origin.spot, leg_mm: origin.leg_mm, owner: 0 };
        let limit_mm = limit_mm.saturating_add(BEYOND_MM);
        let search = Search { heading: Heading::From, nearest: 1, limit_mm };
        Self { index, origin, field: Field::new(index.network(), &[source], search) }
    }

    /// What it costs to get to a spot, from door to door. None if it cannot be reached, or is more than `leg_m` from a street.
    pub fn cost_mm(&self, to: Point, leg_m: f64) -> Option<u32> {
        let snapped = self.index.snap(to, Snap::Edge, leg_m)?;
        Some(self.field.at(snapped.spot)?.cost_mm.saturating_add(snapped.leg_mm))
    }

    /// How one gets to a spot: the way along the streets, and where the spot meets them.
    pub fn way(&self, to: Point, leg_m: f64) -> Option<(Way, Snapped)> {
        let snapped = self.index.snap(to, Snap::Edge, leg_m)?;
        Some((self.field.way(snapped.spot)?, snapped))
    }

    /// The polygons within each of the limits, in millimetres; none of them above the limit of the search.
    pub fn polygons(&self, limits_mm: &[u32], drawing: Drawing) -> Vec<Vec<Polygon>> {
        let grid = Grid::new(self, limits_mm.iter().max().copied().unwrap_or(0), drawing);
        limits_mm.iter().map(|limit| grid.polygons(self.index.network(), f64::from(*limit))).collect()
    }
}

/// Costs on a grid of points whose border is out of reach.
struct Grid {
    low: [f64; 2],
    spacing_m: f64,
    columns: usize,
    rows: usize,
    cost: Vec<f64>,
}

impl Grid {
    fn new(reachable: &Reachable<'_>, farthest_mm: u32, drawing: Drawing) -> Self {
        let frame = reachable.index.network().frame();
        let centre = frame.plane(reachable.origin.at);
        // Nobody gets farther than the straight way, as no street is faster than the mode's own speed.
        let field = reachable.field.network();
        let mut span = [centre, centre];
        for junction_edge in field.edges() {
            for vertex in [junction_edge.first, junction_edge.first + junction_edge.vertices - 1] {
                let junction =
                    if vertex == junction_edge.first { junction_edge.start } else { junction_edge.end };
                if reachable.field.at_junction(junction).is_some_and(|hit| hit.cost_mm <= farthest_mm) {
                    for vertex in junction_edge.first..junction_edge.first + junction_edge.vertices {
                        let at = frame.plane(field.vertex_point(vertex as usize));
                        for axis in 0..2 {
                            span[0][axis] = span[0][axis].min(at[axis]);
                            span[1][axis] = span[1][axis].max(at[axis]);
                        }
                    }
                }
            }
        }
        let straight_m = f64::from(farthest_mm) / 1000.0;
        let edge = |at: f64, own: f64, sign: f64| own + sign * ((at - own) * sign).max(0.0).min(straight_m);
        let margin = drawing.leg_m.min(straight_m) + 2.0 * drawing.spacing_m;
        let low = [0, 1].map(|axis| edge(span[0][axis], centre[axis], -1.0) - margin);
        let high = [0, 1].map(|axis| edge(span[1][axis], centre[axis], 1.0) + margin);
        let [columns, rows] =
            [0, 1].map(|axis| ((high[axis] - low[axis]) / drawing.spacing_m).ceil() as usize + 1);
        let mut grid = Self {
            low,
            spacing_m: drawing.spacing_m,
            columns,
            rows,
            cost: vec![f64::INFINITY; columns * rows],
        };
        for row in 1..rows - 1 {
            for column in 1..columns - 1 {
                let at = frame.point(grid.at(column as f64, row as f64));
                let cost = reachable.cost_mm(at, drawing.leg_m);
                grid.cost[row * columns + column] = cost.map_or(f64::INFINITY, f64::from);
            }
        }
        grid
    }

    fn at(&self, column: f64, row: f64) -> [f64; 2] {
        [self.low[0] + column * self.spacing_m, self.low[1] + row * self.spacing_m]
    }

    /// Marching squares. Every square gives pieces of the border from one of its sides to another, what is inside on their left; a side
    /// is named by the lower of its two points and its direction, so pieces are joined without comparing numbers.
    fn polygons(&self, network: &Network, limit: f64) -> Vec<Polygon> {
        let inside = |column: usize, row: usize| self.cost[row * self.columns + column] <= limit;
        let mut next: HashMap<Side, Side> = HashMap::new();
        for row in 0..self.rows - 1 {
            for column in 0..self.columns - 1 {
                let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(x, y)| inside(column + x, row + y));
                let sides = [
                    Side { column, row, upward: false },
                    Side { column: column + 1, row, upward: true },
                    Side { column, row: row + 1, upward: false },
                    Side { column, row, upward: true },
                ];
                // Round the square counter-clockwise, side `n` goes from corner n to n + 1. Where it enters the inside the border comes
                // out, and it goes on to where the side before left it.
                for leave in 0..4 {
                    if !corners[leave] || corners[(leave + 1) % 4] {
                        continue;
                    }
                    // Back along the inside corners to the side on which they are entered: opposite corners stay apart.
                    let mut enter = (leave + 3) % 4;
                    while corners[enter] {
                        enter = (enter + 3) % 4;
                    }
                    next.insert(sides[leave], sides[enter]);
                }
            }
        }
        let mut rings = Vec::new();
        let mut starts: Vec<Side> = next.keys().copied().collect();
        starts.sort_unstable();
        for start in starts {
            let mut ring = Vec::new();
            let mut at = start;
            while let Some(following) = next.remove(&at) {
                ring.push(self.crossing(at, limit));
                at = following;
            }
            if ring.len() >= 3 {
                ring.push(ring[0]);
                rings.push(ring);
            }
        }
        nested(rings)
            .into_iter()
            .map(|polygon| {
                let points =
                    |ring: Vec<[f64; 2]>| ring.into_iter().map(|at| network.frame().point(at)).collect();
                polygon.into_iter().map(points).collect()
            })
            .collect()
    }

    /// Where the limit lies on a side of a square.
    fn crossing(&self, side: Side, limit: f64) -> [f64; 2] {
        let [x, y] = if side.upward { [0, 1] } else { [1, 0] };
        let one = self.cost[side.row * self.columns + side.column];
        let other = self.cost[(side.row + y) * self.columns + side.column + x];
        // What is out of reach is taken to be a straight walk over the spacing away, so that the border stays near what is inside.
        let walk = self.spacing_m * 1000.0;
        let (one, other) = (one.min(other + walk), other.min(one + walk));
        let share = if one == other { 0.5 } else { ((limit - one) / (other - one)).clamp(0.01, 0.99) };
        self.at(side.column as f64 + x as f64 * share, side.row as f64 + y as f64 * share)
    }
}

/// A side between two points of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Side {
    column: usize,
    row: usize,
    upward: bool,
}

/// Twice the area of a ring: above zero if it goes counter-clockwise.
fn doubled_area(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum()
}

fn contains(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let crosses = |pair: &&[[f64; 2]]| {
        let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    };
    ring.windows(2).filter(|pair| crosses(pair)).count() % 2 == 1
}

/// Gives every hole to the smallest ring around it.
fn nested(rings: Vec<Vec<[f64; 2]>>) -> Vec<Vec<Vec<[f64; 2]>>> {
    let (mut outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| doubled_area(ring) > 0.0);
    outer.sort_by(|one, other| doubled_area(one).total_cmp(&doubled_area(other)));
    let mut polygons: Vec<Vec<Vec<[f64; 2]>>> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        if let Some(polygon) = polygons.iter_mut().find(|polygon| contains(&polygon[0], hole[0])) {
            polygon.push(hole);
        }
    }
    polygons
}
