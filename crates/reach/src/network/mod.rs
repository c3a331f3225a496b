//! The streets as a graph: junctions, and edges between them that keep every bend.
//!
//! Nodes at which a street merely bends are not junctions: a chain of them is one edge, and homes and facilities are places on
//! it ([`Spot`]). Effort is counted in millimetres at the mode's own speed: on foot, that is the length.

mod build;
mod change;

use crate::point::{Frame, Point};

pub use build::Builder;
pub(crate) use change::Piece;

/// More than any way costs: cannot be reached.
pub const FAR: u32 = u32::MAX;

/// Two neighbouring nodes of a street, `a < b`, and what it costs from one to the other; [`FAR`] where one cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    pub a: u32,
    pub b: u32,
    pub ahead: u32,
    pub back: u32,
}

/// A street between two junctions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The junction at its start.
    pub start: u32,
    /// The junction at its end; the start again for a loop.
    pub end: u32,
    /// The first of its vertices.
    pub first: u32,
    /// How many vertices it has, both ends counted: two or more.
    pub vertices: u32,
    /// Whether it can be used from start to end only.
    pub one_way: bool,
}

/// A place on an edge, by what it costs along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The edge.
    pub edge: u32,
    /// From its start to here.
    pub ahead: u32,
    /// From here back to its start; of no meaning on a one-way edge.
    pub behind: u32,
}

/// A street from a junction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arc {
    /// The junction at the other end.
    pub head: u32,
    /// What it costs.
    pub cost: u32,
    /// The edge.
    pub edge: u32,
}

/// Arcs by junction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arcs {
    first: Vec<u32>,
    arcs: Vec<Arc>,
}

impl Arcs {
    /// Arcs with the junctions they go from, in the order in which they are given.
    fn new(junctions: usize, rows: &[(u32, Arc)]) -> Self {
        let mut first = vec![0u32; junctions + 1];
        for (from, _) in rows {
            first[*from as usize + 1] += 1;
        }
        for at in 0..junctions {
            first[at + 1] += first[at];
        }
        let mut next = first.clone();
        let mut arcs = vec![Arc { head: 0, cost: 0, edge: 0 }; rows.len()];
        for (from, arc) in rows {
            let slot = &mut next[*from as usize];
            arcs[*slot as usize] = *arc;
            *slot += 1;
        }
        Self { first, arcs }
    }

    pub fn of(&self, junction: u32) -> &[Arc] {
        let at = junction as usize;
        &self.arcs[self.first[at] as usize..self.first[at + 1] as usize]
    }
}

/// What the network left out of the streets it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LeftOut {
    /// Parts that are not joined to the largest one.
    pub parts: usize,
    /// Their nodes.
    pub nodes: usize,
    /// The length of their streets, in metres.
    pub length_m: f64,
    /// Stretches of streets to a node that is not there, as at the border of an extract.
    pub cut_segments: usize,
}

/// The largest connected part of the streets.
#[derive(Clone, Debug)]
pub struct Network {
    frame: Frame,
    edges: Vec<Edge>,
    /// Of every vertex: its place, its node, and what it costs from the start of its edge to it and from it back to the start.
    places: Vec<[i32; 2]>,
    nodes: Vec<i64>,
    ahead: Vec<u32>,
    behind: Vec<u32>,
    out: Arcs,
    /// The arcs turned about; none where every street goes both ways.
    into: Option<Arcs>,
    junctions: usize,
    left_out: LeftOut,
    street_nodes: usize,
}

/// Whether ways are looked for to the sources or from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// From everywhere to the nearest source.
    Towards,
    /// From the source to everywhere.
    From,
}

impl Network {
    /// How many junctions there are; they are numbered from 0.
    pub fn junctions(&self) -> usize {
        self.junctions
    }

    /// The edges.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// How many nodes the streets have, junctions and bends.
    pub fn street_nodes(&self) -> usize {
        self.street_nodes
    }

    /// What was left out.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The plane around the centre of the network's bounding box.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// The vertices of an edge as places in the arrays of all vertices.
    pub(crate) fn vertices(&self, edge: u32) -> std::ops::Range<usize> {
        let edge = &self.edges[edge as usize];
        edge.first as usize..(edge.first + edge.vertices) as usize
    }

    /// The bends of an edge from start to end, both ends with them.
    pub fn shape(&self, edge: u32) -> impl DoubleEndedIterator<Item = Point> + Clone + '_ {
        self.vertices(edge).map(|at| self.vertex_point(at))
    }

    pub(crate) fn vertex_count(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn vertex_point(&self, vertex: usize) -> Point {
        Point::from_fixed(self.places[vertex])
    }

    /// The number that the map gives a vertex.
    pub(crate) fn vertex_node(&self, vertex: usize) -> i64 {
        self.nodes[vertex]
    }

    /// What it costs from the start of its edge to a vertex.
    pub(crate) fn vertex_cost(&self, vertex: usize) -> u32 {
        self.ahead[vertex]
    }

    /// A place on the segment that begins at `vertex` of `edge`, `share` of its length from there.
    pub(crate) fn spot(&self, edge: u32, vertex: usize, share: f64) -> Spot {
        let between = |costs: &[u32]| {
            let from = costs[vertex];
            if share <= 0.0 {
                return from;
            }
            from + (f64::from(costs[vertex + 1] - from) * share.min(1.0)).round() as u32
        };
        Spot { edge, ahead: between(&self.ahead), behind: between(&self.behind) }
    }

    /// Where a spot lies.
    pub fn point_at(&self, spot: Spot) -> Point {
        let vertices = self.vertices(spot.edge);
        let costs = &self.ahead[vertices.clone()];
        let next = costs.partition_point(|cost| *cost <= spot.ahead).clamp(1, costs.len() - 1);
        let (from, to) = (costs[next - 1], costs[next]);
        let share = f64::from(spot.ahead - from) / f64::from(to - from);
        let [one, other] = [next - 1, next].map(|at| self.vertex_point(vertices.start + at));
        let between = |one: f64, other: f64| one + (other - one) * share.min(1.0);
        Point { lon: between(one.lon, other.lon), lat: between(one.lat, other.lat) }
    }

    /// What the whole edge costs from start to end, and from end to start.
    pub(crate) fn whole(&self, edge: u32) -> (u32, u32) {
        let last = self.vertices(edge).end - 1;
        (self.ahead[last], self.behind[last])
    }

    pub(crate) fn arcs(&self, heading: Heading) -> &Arcs {
        match heading {
            Heading::From => &self.out,
            Heading::Towards => self.into.as_ref().unwrap_or(&self.out),
        }
    }

    /// The junctions that can be reached from a spot on its edge, with what that costs.
    pub(crate) fn leaving(&self, spot: Spot) -> [Option<(u32, u32)>; 2] {
        let edge = &self.edges[spot.edge as usize];
        let (ahead, _) = self.whole(spot.edge);
        let back = !edge.one_way || spot.ahead == 0;
        [Some((edge.end, ahead - spot.ahead)), back.then_some((edge.start, spot.behind))]
    }

    /// The junctions from which a spot can be reached on its edge, with what that costs.
    pub(crate) fn reaching(&self, spot: Spot) -> [Option<(u32, u32)>; 2] {
        let edge = &self.edges[spot.edge as usize];
        let (ahead, whole_back) = self.whole(spot.edge);
        let back = !edge.one_way || spot.ahead == ahead;
        [Some((edge.start, spot.ahead)), back.then(|| (edge.end, whole_back - spot.behind))]
    }

    /// What it costs from one spot to another on the same edge without leaving it.
    pub(crate) fn along(&self, from: Spot, to: Spot) -> Option<u32> {
        debug_assert_eq!(from.edge, to.edge);
        if to.ahead >= from.ahead {
            return Some(to.ahead - from.ahead);
        }
        (!self.edges[from.edge as usize].one_way).then(|| from.behind - to.behind)
    }

    /// Makes the arcs anew from the edges. A loop needs none: no shortest way goes round it.
    pub(crate) fn renew_arcs(&mut self) {
        let (mut out, mut into) = (Vec::new(), Vec::new());
        for (number, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.start != edge.end) {
            let (ahead, back) = self.whole(number as u32);
            let arc = |head, cost| Arc { head, cost, edge: number as u32 };
            out.push((edge.start, arc(edge.end, ahead)));
            into.push((edge.end, arc(edge.start, ahead)));
            if !edge.one_way {
                out.push((edge.end, arc(edge.start, back)));
                into.push((edge.start, arc(edge.end, back)));
            }
        }
        let differs = self.edges.iter().any(|edge| edge.one_way) || self.ahead != self.behind;
        self.out = Arcs::new(self.junctions, &out);
        self.into = differs.then(|| Arcs::new(self.junctions, &into));
    }

    /// The numbers that the map gives the nodes of an edge, from start to end. 0 where a change made one.
    pub fn edge_nodes(&self, edge: u32) -> impl DoubleEndedIterator<Item = i64> + '_ {
        self.vertices(edge).map(|vertex| self.nodes[vertex])
    }

    /// A place between two neighbouring nodes of an edge: on its segment `segment`, counted from 0, `share` of the way.
    pub fn between(&self, edge: u32, segment: usize, share: f64) -> Spot {
        self.spot(edge, self.vertices(edge).start + segment, share)
    }
}
