//! A way from one place to another: found back from the costs of a search, and drawn as a line on the map.

use crate::network::{Heading, Network, Spot};
use crate::point::Point;
use crate::search::{Field, Hit, Source, step};

/// A way from one place to another, as one walks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it begins.
    pub from: Spot,
    /// Where it ends.
    pub to: Spot,
    /// What it costs, and whose the source is.
    pub hit: Hit,
    /// The junctions between; none if it stays on one edge.
    pub steps: Vec<Step>,
    /// Whether it leaves its first edge at the end, and not at the start.
    pub leaves_ahead: bool,
    /// Whether it comes to its last edge at the start, and not at the end.
    pub arrives_ahead: bool,
}

/// A junction on a way, and the edge by which it is reached; None for the first, which is reached along the edge of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The junction.
    pub junction: u32,
    /// The edge from the junction before.
    pub edge: Option<u32>,
}

impl Field<'_> {
    /// How a place is reached from its source, or its source from it. None if out of reach.
    ///
    /// Costs are whole numbers and rise along every way, so a way is found back from them alone.
    pub fn way(&self, spot: Spot) -> Option<Way> {
        let hit = self.at(spot)?;
        let target = hit.label();
        let straight =
            Way { from: spot, to: spot, hit, steps: Vec::new(), leaves_ahead: true, arrives_ahead: true };
        let on_edge = self.on_edge(spot.edge);
        if let Some(source) = on_edge.iter().find(|source| self.directly(spot, source) == Some(target)) {
            return Some(self.turned(Way { to: source.spot, ..straight }));
        }
        let reached = |(_, end): &(usize, Option<(u32, u32)>)| {
            end.is_some_and(|(junction, cost)| step(self.label_at(junction), cost) == target)
        };
        let (side, end) = self.ends(spot).into_iter().enumerate().find(reached)?;
        let mut junction = end?.0;
        let mut steps = vec![Step { junction, edge: None }];
        // The arcs that lead on are those of the other heading.
        let onward = match self.heading() {
            Heading::Towards => Heading::From,
            Heading::From => Heading::Towards,
        };
        loop {
            let label = self.label_at(junction);
            if let Some((source, source_side)) = self.begins_at(junction, label, hit.owner) {
                let way = Way {
                    to: source.spot,
                    steps,
                    leaves_ahead: side == 0,
                    arrives_ahead: source_side == 0,
                    ..straight
                };
                return Some(self.turned(way));
            }
            let arcs = self.network().arcs(onward).of(junction);
            let arc = arcs.iter().find(|arc| step(self.label_at(arc.head), arc.cost) == label)?;
            junction = arc.head;
            steps.push(Step { junction, edge: Some(arc.edge) });
        }
    }

    /// The source of an owner that gave a junction its label, and by which of its two ends.
    fn begins_at(&self, junction: u32, label: u64, owner: u32) -> Option<(Source, usize)> {
        self.sources().iter().filter(|source| source.owner == owner).find_map(|source| {
            let side = self.source_ends(source.spot).into_iter().position(|end| {
                end.is_some_and(|(at, cost)| at == junction && step(source.label(), cost) == label)
            })?;
            Some((*source, side))
        })
    }

    /// A way that was followed from a place back to its source, as one walks it.
    fn turned(&self, way: Way) -> Way {
        if self.heading() == Heading::Towards {
            return way;
        }
        let edges: Vec<Option<u32>> = way.steps.iter().map(|step| step.edge).collect();
        let mut steps: Vec<Step> = way.steps.into_iter().rev().collect();
        for (step, edge) in steps.iter_mut().skip(1).zip(edges.iter().skip(1).rev()) {
            step.edge = *edge;
        }
        if let Some(first) = steps.first_mut() {
            first.edge = None;
        }
        Way {
            from: way.to,
            to: way.from,
            steps,
            leaves_ahead: way.arrives_ahead,
            arrives_ahead: way.leaves_ahead,
            ..way
        }
    }
}

impl Network {
    /// The points of a way in the order in which one walks them.
    pub fn line(&self, way: &Way) -> Vec<Point> {
        let mut line = vec![self.point_at(way.from)];
        if way.steps.is_empty() {
            self.stretch(way.from.edge, (way.from.ahead, way.to.ahead), &mut line);
        } else {
            let whole = |edge: u32| self.whole(edge).0;
            let leaves_at = if way.leaves_ahead { whole(way.from.edge) } else { 0 };
            self.stretch(way.from.edge, (way.from.ahead, leaves_at), &mut line);
            for pair in way.steps.windows(2) {
                let Some(edge) = pair[1].edge else { continue };
                let ahead = self.edges()[edge as usize].start == pair[0].junction;
                self.stretch(edge, if ahead { (0, whole(edge)) } else { (whole(edge), 0) }, &mut line);
            }
            let arrives_at = if way.arrives_ahead { 0 } else { whole(way.to.edge) };
            self.stretch(way.to.edge, (arrives_at, way.to.ahead), &mut line);
        }
        line.push(self.point_at(way.to));
        line.dedup();
        line
    }

    /// The bends of an edge between two places on it, by what they cost from its start.
    fn stretch(&self, edge: u32, (from, to): (u32, u32), line: &mut Vec<Point>) {
        let between = |vertex: &usize| {
            let cost = self.vertex_cost(*vertex);
            cost >= from.min(to) && cost <= from.max(to)
        };
        let vertices = self.vertices(edge).filter(between).map(|vertex| self.vertex_point(vertex));
        if from <= to {
            line.extend(vertices);
        } else {
            let begin = line.len();
            line.extend(vertices);
            line[begin..].reverse();
        }
    }
}
