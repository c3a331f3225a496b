//! The nearest of many sources for everywhere at once, with its owner: one search from all of them together.

use crate::network::{Arcs, FAR, Heading, Network, Spot};

/// Where a search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The place.
    pub spot: Spot,
    /// What it costs to get from the place to the thing itself, in millimetres; 0 if that is not to count.
    pub leg_mm: u32,
    /// Whose it is: what [`Hit::owner`] says. Of two that are equally near, the lower one counts.
    pub owner: u32,
}

impl Source {
    pub(crate) fn label(&self) -> u64 {
        Hit { cost_mm: self.leg_mm, owner: self.owner }.label()
    }
}

/// A source that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// What the way costs, in millimetres at the mode's own speed.
    pub cost_mm: u32,
    /// Whose the source is.
    pub owner: u32,
}

impl Hit {
    pub(crate) fn label(self) -> u64 {
        u64::from(self.cost_mm) << 32 | u64::from(self.owner)
    }

    fn read(label: u64) -> Option<Self> {
        (label != NONE).then_some(Self { cost_mm: (label >> 32) as u32, owner: label as u32 })
    }
}

/// A label is the cost and below it the owner: the lower label is the nearer one, and of two equal costs the lower owner.
const NONE: u64 = u64::MAX;

/// The label one step on; too far counts as out of reach.
pub(crate) fn step(label: u64, cost: u32) -> u64 {
    label.checked_add(u64::from(cost) << 32).unwrap_or(NONE)
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// To the sources, or from them.
    pub heading: Heading,
    /// How many different owners everywhere should know, at least 1.
    pub nearest: usize,
    /// What is farther is of no interest.
    pub limit_mm: u32,
}

impl Search {
    /// From everywhere to the nearest source, however far.
    pub const NEAREST: Self = Self { heading: Heading::Towards, nearest: 1, limit_mm: FAR - 1 };
}

/// What is nearest, for every place of the network.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    network: &'a Network,
    search: Search,
    /// `nearest` labels a junction, ascending.
    labels: Vec<u64>,
    /// The sources by edge.
    sources: Vec<Source>,
}

impl<'a> Field<'a> {
    /// Searches from all sources at once. Contract: the result does not depend on their order; another source never makes a cost rise.
    pub fn new(network: &'a Network, sources: &[Source], search: Search) -> Self {
        let mut sources = sources.to_vec();
        sources.sort_unstable();
        let width = search.nearest.max(1);
        let mut field = Self { network, search, labels: vec![NONE; network.junctions() * width], sources };
        let mut queue = Queue::default();
        for at in 0..field.sources.len() {
            field.begin(field.sources[at], &mut queue);
        }
        field.run(&mut queue);
        field
    }

    /// Labels the ends of a source's edge.
    pub(crate) fn begin(&mut self, source: Source, queue: &mut Queue) {
        for (junction, cost) in self.source_ends(source.spot).into_iter().flatten() {
            self.offer(junction, step(source.label(), cost), queue);
        }
    }

    /// Goes on from what is in the queue, until nothing changes.
    pub(crate) fn run(&mut self, queue: &mut Queue) {
        let arcs = self.network.arcs(self.search.heading);
        if self.search.nearest <= 1 { self.spread_one(arcs, queue) } else { self.spread(arcs, queue) }
    }

    pub(crate) fn add_source(&mut self, source: Source) {
        let place = self.sources.partition_point(|known| *known < source);
        self.sources.insert(place, source);
    }

    pub(crate) fn remove_sources(&mut self, owner: u32) {
        self.sources.retain(|source| source.owner != owner);
    }

    /// Takes an owner's labels away; the junctions that had one.
    pub(crate) fn forget(&mut self, owner: u32) -> Vec<u32> {
        let width = self.search.nearest.max(1);
        let mut lost = Vec::new();
        for (labels, junction) in self.labels.chunks_exact_mut(width).zip(0..) {
            if let Some(at) = labels.iter().position(|label| *label != NONE && *label as u32 == owner) {
                labels.copy_within(at + 1.., at);
                labels[width - 1] = NONE;
                lost.push(junction);
            }
        }
        lost
    }

    /// Labels a junction from its neighbours.
    pub(crate) fn pull(&mut self, junction: u32, onward: Heading, queue: &mut Queue) {
        let network = self.network;
        for arc in network.arcs(onward).of(junction) {
            for at in 0..self.search.nearest.max(1) {
                let label = self.labels_at(arc.head)[at];
                if label != NONE {
                    self.offer(junction, step(label, arc.cost), queue);
                }
            }
        }
    }

    fn spread_one(&mut self, arcs: &Arcs, queue: &mut Queue) {
        let limit = u64::from(self.search.limit_mm) << 32 | u64::from(u32::MAX);
        let labels = &mut self.labels;
        queue.drain(|label, junction, queue| {
            if labels[junction as usize] != label {
                return;
            }
            for arc in arcs.of(junction) {
                let next = step(label, arc.cost);
                let known = &mut labels[arc.head as usize];
                if next < *known && next <= limit {
                    *known = next;
                    queue.push(next, arc.head);
                }
            }
        });
    }

    fn spread(&mut self, arcs: &Arcs, queue: &mut Queue) {
        queue.drain(|label, junction, queue| {
            if self.labels_at(junction).contains(&label) {
                for arc in arcs.of(junction) {
                    self.offer(arc.head, step(label, arc.cost), queue);
                }
            }
        });
    }

    fn labels_at(&self, junction: u32) -> &[u64] {
        let width = self.search.nearest.max(1);
        &self.labels[junction as usize * width..][..width]
    }

    /// Takes a label in if it is among the nearest of its junction, one an owner.
    fn offer(&mut self, junction: u32, label: u64, queue: &mut Queue) {
        let width = self.search.nearest.max(1);
        if label == NONE || (label >> 32) as u32 > self.search.limit_mm {
            return;
        }
        if insert(&mut self.labels[junction as usize * width..][..width], label) {
            queue.push(label, junction);
        }
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    /// The nearest at a junction.
    pub fn at_junction(&self, junction: u32) -> Option<Hit> {
        Hit::read(self.labels_at(junction)[0])
    }

    /// The nearest `nearest` at a junction, one an owner, nearest first.
    pub fn all_at_junction(&self, junction: u32) -> Vec<Hit> {
        self.labels_at(junction).iter().map_while(|label| Hit::read(*label)).collect()
    }

    /// The nearest at a place, within the limit.
    pub fn at(&self, spot: Spot) -> Option<Hit> {
        let mut best = NONE;
        self.each_at(spot, |label| best = best.min(label));
        self.within(best)
    }

    /// The nearest `nearest` at a place, one an owner, nearest first.
    pub fn all_at(&self, spot: Spot) -> Vec<Hit> {
        let mut labels = vec![NONE; self.search.nearest.max(1)];
        self.each_at(spot, |label| {
            insert(&mut labels, label);
        });
        labels.into_iter().map_while(|label| self.within(label)).collect()
    }

    fn within(&self, label: u64) -> Option<Hit> {
        Hit::read(label).filter(|hit| hit.cost_mm <= self.search.limit_mm)
    }

    fn each_at(&self, spot: Spot, mut with: impl FnMut(u64)) {
        for (junction, cost) in self.ends(spot).into_iter().flatten() {
            for label in self.labels_at(junction) {
                if *label == NONE {
                    break;
                }
                with(step(*label, cost));
            }
        }
        for label in self.on_edge(spot.edge).iter().filter_map(|source| self.directly(spot, source)) {
            with(label);
        }
    }

    /// The sources on an edge.
    pub(crate) fn on_edge(&self, edge: u32) -> &[Source] {
        let from = self.sources.partition_point(|source| source.spot.edge < edge);
        let count = self.sources[from..].partition_point(|source| source.spot.edge == edge);
        &self.sources[from..from + count]
    }

    pub(crate) fn heading(&self) -> Heading {
        self.search.heading
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    pub(crate) fn label_at(&self, junction: u32) -> u64 {
        self.labels_at(junction)[0]
    }

    /// The junctions by which a place and its source are joined.
    pub(crate) fn ends(&self, spot: Spot) -> [Option<(u32, u32)>; 2] {
        match self.search.heading {
            Heading::Towards => self.network.leaving(spot),
            Heading::From => self.network.reaching(spot),
        }
    }

    /// The junctions by which a source is joined to all else.
    pub(crate) fn source_ends(&self, spot: Spot) -> [Option<(u32, u32)>; 2] {
        match self.search.heading {
            Heading::Towards => self.network.reaching(spot),
            Heading::From => self.network.leaving(spot),
        }
    }

    /// The label that a place has of a source on its own edge, the edge not being left.
    pub(crate) fn directly(&self, spot: Spot, source: &Source) -> Option<u64> {
        let cost = match self.search.heading {
            Heading::Towards => self.network.along(spot, source.spot),
            Heading::From => self.network.along(source.spot, spot),
        };
        cost.map(|cost| step(source.label(), cost))
    }
}

/// Puts a label in its place among ascending ones, one an owner. Whether it was among the lowest.
fn insert(labels: &mut [u64], label: u64) -> bool {
    let owner = label as u32;
    let place = labels.partition_point(|known| *known < label);
    if place == labels.len()
        || labels[place] == label
        || labels[..place].iter().any(|known| *known as u32 == owner)
    {
        return false;
    }
    // What it takes the place of: the owner's own farther label, or the last one.
    let old = labels[place..].iter().position(|known| *known != NONE && *known as u32 == owner);
    let end = old.map_or(labels.len() - 1, |at| place + at);
    labels.copy_within(place..end, place + 1);
    labels[place] = label;
    true
}

/// Labels to go on from, in buckets of about 65 m: within a bucket in any order, as a label that was bettered is dropped when its
/// turn comes. That saves the sorting of a heap.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    buckets: Vec<Vec<(u64, u32)>>,
}

const BUCKET_BITS: u32 = 32 + 16;

impl Queue {
    fn push(&mut self, label: u64, junction: u32) {
        let bucket = (label >> BUCKET_BITS) as usize;
        if bucket >= self.buckets.len() {
            self.buckets.resize_with(bucket + 1, Vec::new);
        }
        self.buckets[bucket].push((label, junction));
    }

    fn drain(&mut self, mut with: impl FnMut(u64, u32, &mut Self)) {
        let mut bucket = 0;
        while bucket < self.buckets.len() {
            let mut at = 0;
            while let Some(&(label, junction)) = self.buckets[bucket].get(at) {
                with(label, junction, self);
                at += 1;
            }
            self.buckets[bucket] = Vec::new();
            bucket += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn labels_stay_ascending_and_one_an_owner() {
        let label = |cost: u64, owner: u64| cost << 32 | owner;
        let mut labels = [u64::MAX; 3];
        for (cost, owner, taken) in [
            (5, 1, true),
            (9, 2, true),
            (7, 2, true),
            (8, 2, false),
            (5, 1, false),
            (6, 0, true),
            (7, 4, false),
            (1, 4, true),
        ] {
            assert_eq!(insert(&mut labels, label(cost, owner)), taken, "{cost} {owner}");
        }
        assert_eq!(labels, [label(1, 4), label(5, 1), label(6, 0)]);
    }
}
