//! The streets as a graph: junctions, and edges between them that keep every bend.
//!
//! Nodes at which a street merely bends are not junctions: a chain of them is one edge, and homes and facilities are places on
//! it ([`Spot`]). Effort is counted in millimetres at the mode's own speed: on foot, that is the length.

use crate::parts::parts;
use crate::point::{Frame, Point, distance_m};
use crate::{Error, Pass};

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
    fn new(junctions: usize, mut rows: Vec<(u32, Arc)>) -> Self {
        rows.sort_unstable_by_key(|(from, arc)| (*from, arc.head, arc.cost, arc.edge));
        let mut first = vec![0u32; junctions + 1];
        for (from, _) in &rows {
            first[*from as usize + 1] += 1;
        }
        for at in 0..junctions {
            first[at + 1] += first[at];
        }
        Self { first, arcs: rows.into_iter().map(|(_, arc)| arc).collect() }
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
}

/// Collects nodes and streets in any order.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    nodes: Vec<(i64, [i32; 2])>,
    refs: Vec<i64>,
    streets: Vec<(usize, Pass)>,
}

impl Builder {
    /// A node. The same node twice counts once.
    pub fn node(&mut self, id: i64, at: Point) {
        self.nodes.push((id, at.fixed()));
    }

    pub(crate) fn fixed_node(&mut self, id: i64, at: [i32; 2]) {
        self.nodes.push((id, at));
    }

    pub(crate) fn sort_nodes(&mut self) {
        if !self.nodes.is_sorted() {
            self.nodes.sort_unstable();
        }
    }

    /// Where a node is, once nodes are sorted.
    pub(crate) fn find(&self, id: i64) -> Option<[i32; 2]> {
        self.nodes.binary_search_by_key(&id, |node| node.0).ok().map(|at| self.nodes[at].1)
    }

    /// A street along nodes, each joined to the next.
    pub fn street(&mut self, nodes: impl IntoIterator<Item = i64>, pass: Pass) {
        self.refs.extend(nodes);
        self.streets.push((self.refs.len(), pass));
    }

    /// The largest connected part as a network. Errors: no streets, or more of them than 32 bits count.
    pub fn finish(mut self) -> Result<Network, Error> {
        self.sort_nodes();
        self.nodes.dedup_by_key(|node| node.0);
        for (what, count) in [("nodes", self.nodes.len()), ("nodes of streets", self.refs.len())] {
            if count >= FAR as usize / 2 {
                return Err(Error::TooMany { what, count });
            }
        }
        let mut left_out = LeftOut::default();
        let (mut segments, used) = self.segments(&mut left_out);
        if segments.is_empty() {
            return Err(Error::NoStreets { ways: self.streets.len() });
        }
        let part = parts(used.len(), &segments);
        let mut sizes = vec![0usize; part.iter().max().map_or(0, |last| *last as usize + 1)];
        for part in &part {
            sizes[*part as usize] += 1;
        }
        // Of equally large parts, the one with the first node.
        let largest = sizes.iter().max().copied().unwrap_or_default();
        let kept = part.iter().copied().find(|part| sizes[*part as usize] == largest).unwrap_or_default();
        left_out.parts = sizes.len() - 1;
        left_out.nodes = used.len() - largest;
        let place = |node: u32| self.nodes[used[node as usize] as usize].1;
        segments.retain(|segment| {
            let keep = part[segment.a as usize] == kept && part[segment.b as usize] == kept;
            if !keep {
                let [one, other] = [segment.a, segment.b].map(|node| Point::from_fixed(place(node)));
                left_out.length_m += distance_m(one, other);
            }
            keep
        });
        if segments.is_empty() {
            return Err(Error::NoStreets { ways: self.streets.len() });
        }
        let nodes = used.iter().map(|at| self.nodes[*at as usize]).collect();
        let mut network = Contraction::new(nodes, &segments).network();
        network.left_out = left_out;
        network.street_nodes = largest;
        Ok(network)
    }

    /// All segments, each once, parallel ones merged to what is cheapest in each direction; and the nodes they use, ascending.
    fn segments(&self, left_out: &mut LeftOut) -> (Vec<Segment>, Vec<u32>) {
        let place = |id: i64| self.nodes.binary_search_by_key(&id, |node| node.0).ok().map(|at| at as u32);
        let found: Vec<Option<u32>> = self.refs.iter().map(|id| place(*id)).collect();
        let mut number = vec![FAR; self.nodes.len()];
        let mut segments = Vec::with_capacity(self.refs.len());
        let mut begin = 0;
        for (end, pass) in &self.streets {
            for pair in found[begin..*end].windows(2) {
                let (Some(one), Some(other)) = (pair[0], pair[1]) else {
                    left_out.cut_segments += 1;
                    continue;
                };
                if one == other || (pass.ahead.is_none() && pass.back.is_none()) {
                    continue;
                }
                let [from, to] = [one, other].map(|at| Point::from_fixed(self.nodes[at as usize].1));
                let length_mm = distance_m(from, to) * 1000.0;
                // At least a millimetre: a way is found back by its costs, which must rise along it.
                let cost = |factor: Option<f64>| {
                    factor.map_or(FAR, |factor| {
                        (length_mm * factor).round().clamp(1.0, f64::from(FAR / 2)) as u32
                    })
                };
                let (ahead, back) = (cost(pass.ahead), cost(pass.back));
                segments.push(match one < other {
                    true => Segment { a: one, b: other, ahead, back },
                    false => Segment { a: other, b: one, ahead: back, back: ahead },
                });
                number[one as usize] = 0;
                number[other as usize] = 0;
            }
            begin = *end;
        }
        let mut used = Vec::new();
        for (at, number) in number.iter_mut().enumerate() {
            if *number == 0 {
                *number = used.len() as u32;
                used.push(at as u32);
            }
        }
        for segment in &mut segments {
            segment.a = number[segment.a as usize];
            segment.b = number[segment.b as usize];
        }
        segments.sort_unstable();
        segments.dedup_by(|next, kept| {
            let same = (next.a, next.b) == (kept.a, kept.b);
            if same {
                kept.ahead = kept.ahead.min(next.ahead);
                kept.back = kept.back.min(next.back);
            }
            same
        });
        (segments, used)
    }
}

/// Makes edges of chains of segments.
struct Contraction<'a> {
    nodes: Vec<(i64, [i32; 2])>,
    segments: &'a [Segment],
    /// The segments at each node.
    first: Vec<u32>,
    at: Vec<u32>,
    taken: Vec<bool>,
    junction: Vec<u32>,
}

impl<'a> Contraction<'a> {
    fn new(nodes: Vec<(i64, [i32; 2])>, segments: &'a [Segment]) -> Self {
        let mut first = vec![0u32; nodes.len() + 1];
        for node in segments.iter().flat_map(|segment| [segment.a, segment.b]) {
            first[node as usize + 1] += 1;
        }
        for at in 0..nodes.len() {
            first[at + 1] += first[at];
        }
        let (mut next, mut at) = (first.clone(), vec![0; segments.len() * 2]);
        for (number, segment) in segments.iter().enumerate() {
            for node in [segment.a, segment.b] {
                at[next[node as usize] as usize] = number as u32;
                next[node as usize] += 1;
            }
        }
        let (taken, junction) = (vec![false; segments.len()], vec![FAR; nodes.len()]);
        Self { nodes, segments, first, at, taken, junction }
    }

    fn segments_at(&self, node: u32) -> &[u32] {
        &self.at[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }

    /// What a segment costs from a node, and back to it.
    fn costs_from(&self, segment: u32, node: u32) -> (u32, u32) {
        let segment = &self.segments[segment as usize];
        if segment.a == node { (segment.ahead, segment.back) } else { (segment.back, segment.ahead) }
    }

    /// Whether a street merely bends here: two segments, and both go both ways or one goes on where the other came.
    fn is_bend(&self, node: u32) -> bool {
        let &[one, other] = self.segments_at(node) else { return false };
        let ((out, into), (other_out, other_into)) =
            (self.costs_from(one, node), self.costs_from(other, node));
        let both = [out, into, other_out, other_into].iter().all(|cost| *cost != FAR);
        let through = |into, back, out, back_out| into != FAR && back == FAR && out != FAR && back_out == FAR;
        both || through(into, out, other_out, other_into) || through(other_into, other_out, out, into)
    }

    fn network(mut self) -> Network {
        let mut order: Vec<u32> =
            (0..self.nodes.len() as u32).filter(|node| !self.segments_at(*node).is_empty()).collect();
        // Neighbours on the map become neighbours in memory.
        order.sort_by_cached_key(|node| (curve(self.nodes[*node as usize].1), *node));
        let mut junctions: Vec<u32> = order.iter().copied().filter(|node| !self.is_bend(*node)).collect();
        let mut network = self.empty();
        for (number, node) in junctions.iter().enumerate() {
            self.junction[*node as usize] = number as u32;
        }
        for node in &junctions {
            self.edges_from(*node, &mut network);
        }
        // Rings that hang on nothing have no junction yet: their first node becomes one.
        for node in order {
            let untaken = self.segments_at(node).iter().any(|segment| !self.taken[*segment as usize]);
            if untaken {
                self.junction[node as usize] = junctions.len() as u32;
                junctions.push(node);
                self.edges_from(node, &mut network);
            }
        }
        network.junctions = junctions.len();
        let (mut out, mut into) = (Vec::new(), Vec::new());
        for (number, edge) in network.edges.iter().enumerate().filter(|(_, edge)| edge.start != edge.end) {
            let (ahead, back) = network.whole(number as u32);
            let arc = |head, cost| Arc { head, cost, edge: number as u32 };
            out.push((edge.start, arc(edge.end, ahead)));
            into.push((edge.end, arc(edge.start, ahead)));
            if !edge.one_way {
                out.push((edge.end, arc(edge.start, back)));
                into.push((edge.start, arc(edge.end, back)));
            }
        }
        let differs = network.edges.iter().any(|edge| edge.one_way) || network.ahead != network.behind;
        network.out = Arcs::new(junctions.len(), out);
        network.into = differs.then(|| Arcs::new(junctions.len(), into));
        network
    }

    fn empty(&self) -> Network {
        let lonlat = |axis: usize| {
            let used = self.segments.iter().flat_map(|segment| [segment.a, segment.b]);
            let all = used.map(|node| self.nodes[node as usize].1[axis]);
            let (low, high) =
                all.fold((i32::MAX, i32::MIN), |(low, high), one| (low.min(one), high.max(one)));
            (f64::from(low) + f64::from(high)) / 2e7
        };
        Network {
            frame: Frame::around(Point { lon: lonlat(0), lat: lonlat(1) }),
            edges: Vec::new(),
            places: Vec::new(),
            nodes: Vec::new(),
            ahead: Vec::new(),
            behind: Vec::new(),
            out: Arcs::default(),
            into: None,
            junctions: 0,
            left_out: LeftOut::default(),
            street_nodes: 0,
        }
    }

    /// Adds the edges that begin at a junction and are not there yet.
    fn edges_from(&mut self, node: u32, network: &mut Network) {
        let begin = self.first[node as usize] as usize;
        for at in begin..self.first[node as usize + 1] as usize {
            let segment = self.at[at];
            if !self.taken[segment as usize] {
                self.edge(node, segment, network);
            }
        }
    }

    fn edge(&mut self, start: u32, segment: u32, network: &mut Network) {
        let (mut chain, mut costs) = (vec![start], Vec::new());
        let (mut node, mut segment) = (start, segment);
        loop {
            self.taken[segment as usize] = true;
            costs.push(self.costs_from(segment, node));
            let Segment { a, b, .. } = self.segments[segment as usize];
            node = if a == node { b } else { a };
            chain.push(node);
            if self.junction[node as usize] != FAR {
                break;
            }
            // A bend has exactly one other segment; one that came back to itself would be a junction.
            let next = self.segments_at(node).iter().find(|next| !self.taken[**next as usize]);
            let Some(&next) = next else { break };
            segment = next;
        }
        if costs[0].0 == FAR {
            chain.reverse();
            costs.reverse();
            for cost in &mut costs {
                *cost = (cost.1, cost.0);
            }
        }
        let one_way = costs[0].1 == FAR;
        let junction = |node: Option<&u32>| node.map_or(0, |node| self.junction[*node as usize]);
        network.edges.push(Edge {
            start: junction(chain.first()),
            end: junction(chain.last()),
            first: network.places.len() as u32,
            vertices: chain.len() as u32,
            one_way,
        });
        let (mut ahead, mut behind) = (0u32, 0u32);
        for (at, node) in chain.iter().enumerate() {
            let (id, place) = self.nodes[*node as usize];
            network.nodes.push(id);
            network.places.push(place);
            network.ahead.push(ahead);
            network.behind.push(behind);
            if let Some((cost, back)) = costs.get(at) {
                ahead = ahead.saturating_add(*cost);
                behind = if one_way { 0 } else { behind.saturating_add(*back) };
            }
        }
    }
}

/// The place of a point on a curve that fills the plane (Z order): near in number, near on the map.
fn curve([lon, lat]: [i32; 2]) -> u64 {
    let spread = |axis: i32| {
        let mut bits = u64::from((axis as u32) ^ 0x8000_0000);
        for (shift, mask) in [
            (16, 0x0000_ffff_0000_ffff),
            (8, 0x00ff_00ff_00ff_00ff),
            (4, 0x0f0f_0f0f_0f0f_0f0f),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555u64),
        ] {
            bits = (bits | (bits << shift)) & mask;
        }
        bits
    };
    spread(lon) | (spread(lat) << 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lane of three bends between two crossings, a side lane, a ring at one end, and a pond walk that is not joined to it.
    fn streets() -> Builder {
        let mut builder = Builder::default();
        for id in 0..12 {
            let at =
                Point { lon: 113.0 + 0.001 * f64::from(id), lat: 34.0 + 0.0001 * f64::from(id * id % 5) };
            builder.node(i64::from(id), at);
        }
        builder.street([0, 1, 2, 3, 4], Pass::BOTH);
        builder.street([4, 5, 6, 4], Pass::BOTH);
        builder.street([0, 7], Pass::BOTH);
        builder.street([0, 8, 99], Pass::BOTH);
        builder.street([9, 10, 11, 9], Pass::BOTH);
        builder
    }

    #[test]
    fn chains_become_edges_and_the_rest_is_told() {
        let network = streets().finish().unwrap();
        let mut lengths: Vec<u32> = network.edges.iter().map(|edge| edge.vertices).collect();
        lengths.sort_unstable();
        assert_eq!((network.junctions(), lengths), (4, vec![2, 2, 4, 5]));
        let left_out = network.left_out();
        assert_eq!((left_out.parts, left_out.nodes, left_out.cut_segments), (1, 3, 1));
        assert!(left_out.length_m > 300.0 && left_out.length_m < 500.0, "{left_out:?}");
        assert_eq!(network.edges.iter().filter(|edge| edge.start == edge.end).count(), 1);
    }

    #[test]
    fn a_ring_alone_and_nothing_at_all() {
        let mut builder = Builder::default();
        for (id, lon) in [(1, 113.0), (2, 113.1), (3, 113.2)] {
            builder.node(id, Point { lon, lat: 34.0 });
        }
        assert!(matches!(builder.clone().finish(), Err(Error::NoStreets { ways: 0 })));
        builder.street([1, 2, 3, 1], Pass::BOTH);
        let network = builder.finish().unwrap();
        assert_eq!((network.junctions(), network.edges.len(), network.edges[0].vertices), (1, 1, 4));
    }

    #[test]
    fn one_way_streets_keep_their_direction_and_their_ends() {
        let mut builder = streets();
        // The way back from 4 to 0 is one-way from node 2 on.
        builder.streets.clear();
        builder.refs.clear();
        let one_way = Pass { ahead: Some(2.0), back: None };
        builder.street([0, 1, 2], Pass::BOTH);
        builder.street([4, 3, 2], one_way);
        builder.street([0, 5, 4], one_way);
        builder.street([6, 0], one_way);
        let network = builder.finish().unwrap();
        let nodes: Vec<Vec<i64>> = (0..network.edges.len() as u32)
            .map(|edge| network.vertices(edge).map(|at| network.nodes[at]).collect())
            .collect();
        assert!(nodes.contains(&vec![0, 5, 4, 3, 2]), "{nodes:?}");
        assert_eq!(network.left_out().nodes, 1, "nobody comes back to node 6");
        let long = nodes.iter().position(|nodes| nodes.len() == 5).unwrap();
        assert!(network.edges[long].one_way);
        let whole = network.whole(long as u32).0;
        let length: f64 = network
            .shape(long as u32)
            .zip(network.shape(long as u32).skip(1))
            .map(|(a, b)| distance_m(a, b))
            .sum();
        assert!((f64::from(whole) - 2000.0 * length).abs() < 5.0);
    }
}
