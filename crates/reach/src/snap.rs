//! From a place to the street: the nearest point of an edge, or, as the reference has it, the nearest node.

use crate::network::{Network, Spot};
use crate::point::Point;

/// To what a place is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snap {
    /// The nearest point of a street.
    Edge,
    /// The nearest node of a street, as libraries of the trade do: up to half a segment off.
    Node,
}

/// Where a place meets the streets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapped {
    /// The place on the network.
    pub spot: Spot,
    /// The same on the map.
    pub at: Point,
    /// The straight way there, in millimetres.
    pub leg_mm: u32,
    /// The number that the map gives the nearest node of that street.
    pub node: i64,
}

/// Finds streets by place: a grid of cells, each with the segments that touch it.
#[derive(Clone, Debug)]
pub struct Index<'a> {
    network: &'a Network,
    low: [f64; 2],
    cell_m: f64,
    columns: i64,
    rows: i64,
    first: Vec<u32>,
    /// Segments: the edge, and the vertex at which they begin.
    segments: Vec<(u32, u32)>,
}

/// Cells that a grid has at most.
const MOST_CELLS: f64 = 4e6;

impl<'a> Index<'a> {
    /// The index of a network.
    pub fn new(network: &'a Network) -> Self {
        let frame = network.frame();
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for vertex in 0..network.vertex_count() {
            let at = frame.plane(network.vertex_point(vertex));
            for axis in 0..2 {
                low[axis] = low[axis].min(at[axis]);
                high[axis] = high[axis].max(at[axis]);
            }
        }
        let [width, height] = [high[0] - low[0], high[1] - low[1]];
        let per_segment = (width * height / network.vertex_count() as f64).sqrt();
        // A network along one line has no area.
        let least = (width * height / MOST_CELLS).sqrt().max(width.max(height) / MOST_CELLS).max(1.0);
        let cell_m = (per_segment * 1.5).clamp(20.0, 1000.0).max(least);
        let [columns, rows] = [width, height].map(|length| (length / cell_m) as i64 + 1);
        let mut index = Self { network, low, cell_m, columns, rows, first: Vec::new(), segments: Vec::new() };
        let mut pairs = Vec::with_capacity(network.vertex_count() * 2);
        for edge in 0..network.edges().len() as u32 {
            let vertices = network.vertices(edge);
            for vertex in vertices.start..vertices.end - 1 {
                index.cells_of(vertex, |cell| pairs.push((cell as u32, (edge, vertex as u32))));
            }
        }
        index.first = vec![0; (columns * rows) as usize + 1];
        for (cell, _) in &pairs {
            index.first[*cell as usize + 1] += 1;
        }
        for cell in 1..index.first.len() {
            index.first[cell] += index.first[cell - 1];
        }
        let mut next = index.first.clone();
        index.segments = vec![(0, 0); pairs.len()];
        for (cell, segment) in pairs {
            let slot = &mut next[cell as usize];
            index.segments[*slot as usize] = segment;
            *slot += 1;
        }
        index
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    fn plane(&self, vertex: usize) -> [f64; 2] {
        self.network.frame().plane(self.network.vertex_point(vertex))
    }

    fn cell(&self, at: [f64; 2]) -> [i64; 2] {
        [0, 1].map(|axis| ((at[axis] - self.low[axis]) / self.cell_m).floor() as i64)
    }

    fn cells_of(&self, vertex: usize, mut with: impl FnMut(usize)) {
        let ends = [self.plane(vertex), self.plane(vertex + 1)];
        let [one, other] = ends.map(|end| self.cell(end));
        let reach = self.cell_m * std::f64::consts::FRAC_1_SQRT_2 + 1e-6;
        let inside = |cell: i64, count: i64| cell.clamp(0, count - 1);
        for row in inside(one[1].min(other[1]), self.rows)..=inside(one[1].max(other[1]), self.rows) {
            for column in
                inside(one[0].min(other[0]), self.columns)..=inside(one[0].max(other[0]), self.columns)
            {
                let centre = [(column, 0), (row, 1)]
                    .map(|(cell, axis)| self.low[axis] + (cell as f64 + 0.5) * self.cell_m);
                if nearest_on(ends, centre).1 <= reach * reach {
                    with((row * self.columns + column) as usize);
                }
            }
        }
    }

    /// Where a place meets the streets. None if that is farther than `limit_m` away.
    /// Ties go to the lower node, then to the first edge, so that the order of rows in the input does not matter.
    pub fn snap(&self, place: Point, rule: Snap, limit_m: f64) -> Option<Snapped> {
        let at = self.network.frame().plane(place);
        let home = self.cell(at);
        let counts = [self.columns, self.rows];
        let outside = |axis: usize| (-home[axis]).max(home[axis] - counts[axis] + 1).max(0);
        let across = |axis: usize| home[axis].abs().max((home[axis] - counts[axis] + 1).abs());
        let mut best =
            Best { square: f64::INFINITY, node: i64::MAX, edge: 0, vertex: usize::MAX, share: 0.0 };
        for ring in outside(0).max(outside(1))..=across(0).max(across(1)) {
            let nearest_m = (ring - 1).max(0) as f64 * self.cell_m;
            if nearest_m > limit_m || nearest_m * nearest_m > best.square {
                break;
            }
            for row in (home[1] - ring).max(0)..=(home[1] + ring).min(self.rows - 1) {
                // Inside of the ring only its two sides are left to look at.
                let step = if (row - home[1]).abs() == ring { 1 } else { (2 * ring).max(1) };
                let mut column = home[0] - ring;
                if step == 1 {
                    column = column.max(0);
                }
                while column <= (home[0] + ring).min(self.columns - 1) {
                    if column >= 0 {
                        self.look(row * self.columns + column, at, rule, &mut best);
                    }
                    column += step;
                }
            }
        }
        (best.square.sqrt() <= limit_m && best.vertex != usize::MAX).then(|| self.snapped(&best))
    }

    fn look(&self, cell: i64, at: [f64; 2], rule: Snap, best: &mut Best) {
        let (from, to) = (self.first[cell as usize] as usize, self.first[cell as usize + 1] as usize);
        for &(edge, vertex) in &self.segments[from..to] {
            let vertex = vertex as usize;
            let ends = [self.plane(vertex), self.plane(vertex + 1)];
            match rule {
                Snap::Edge => {
                    let (share, square) = nearest_on(ends, at);
                    let node = self.network.vertex_node(if share < 0.5 { vertex } else { vertex + 1 });
                    best.offer(Best { square, node, edge, vertex, share });
                }
                Snap::Node => {
                    for (end, share) in [(0, 0.0), (1, 1.0)] {
                        let [x, y] = [0, 1].map(|axis| ends[end][axis] - at[axis]);
                        let node = self.network.vertex_node(vertex + end);
                        best.offer(Best { square: x * x + y * y, node, edge, vertex, share });
                    }
                }
            }
        }
    }

    fn snapped(&self, best: &Best) -> Snapped {
        let ends = [self.plane(best.vertex), self.plane(best.vertex + 1)];
        let at = [0, 1].map(|axis| ends[0][axis] + (ends[1][axis] - ends[0][axis]) * best.share);
        Snapped {
            spot: self.network.spot(best.edge, best.vertex, best.share),
            at: self.network.frame().point(at),
            leg_mm: (best.square.sqrt() * 1000.0).round() as u32,
            node: best.node,
        }
    }
}

struct Best {
    square: f64,
    node: i64,
    edge: u32,
    vertex: usize,
    share: f64,
}

impl Best {
    fn offer(&mut self, other: Best) {
        let better = other
            .square
            .total_cmp(&self.square)
            .then(other.node.cmp(&self.node))
            .then(other.vertex.cmp(&self.vertex));
        if better.is_lt() {
            *self = other;
        }
    }
}

/// The point of a segment that is nearest to a place: its share of the way from the first end, and the square of the distance.
fn nearest_on([one, other]: [[f64; 2]; 2], at: [f64; 2]) -> (f64, f64) {
    let [along_x, along_y] = [other[0] - one[0], other[1] - one[1]];
    let [x, y] = [at[0] - one[0], at[1] - one[1]];
    let square = along_x * along_x + along_y * along_y;
    let share = if square > 0.0 { ((x * along_x + y * along_y) / square).clamp(0.0, 1.0) } else { 0.0 };
    let [off_x, off_y] = [x - share * along_x, y - share * along_y];
    (share, off_x * off_x + off_y * off_y)
}
