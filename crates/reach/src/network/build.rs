//! From nodes and streets to a network.

use super::Arcs;
use super::{Edge, FAR, LeftOut, Network, Segment};
use crate::parts::parts;
use crate::point::{Frame, Point, distance_m};
use crate::{Error, Pass};

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
                let (ahead, back) = (cost_mm(length_mm, pass.ahead), cost_mm(length_mm, pass.back));
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
        network.renew_arcs();
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

/// What a length costs. At least a millimetre: a way is found back by its costs, which must rise along it.
pub(super) fn cost_mm(length_mm: f64, factor: Option<f64>) -> u32 {
    factor.map_or(FAR, |factor| (length_mm * factor).round().clamp(1.0, f64::from(FAR / 2)) as u32)
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
