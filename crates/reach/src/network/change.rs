//! Edges split and added, for what-if.

use super::build::cost_mm;
use super::{Edge, FAR, Network, Spot};
use crate::Pass;
use crate::point::{Point, distance_m};

/// An end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Start,
    End,
}

/// A node that no map numbers.
const NO_NODE: i64 = 0;

impl Network {
    /// Splits an edge at a place between its ends: it keeps what lies before, a new edge has what lies beyond. They meet at a new junction;
    /// `apart`: at two that are not joined. Returns the junction at the end of the old edge, and the new edge. The arcs are not renewed.
    pub(crate) fn split(&mut self, at: Spot, apart: bool) -> (u32, u32) {
        let edge = self.edges[at.edge as usize];
        let vertices = self.vertices(at.edge);
        let place = self.point_at(at).fixed();
        let (start, end) = (vertices.start, vertices.end);
        let before = start + self.ahead[start..end].partition_point(|cost| *cost < at.ahead);
        let beyond = start + self.ahead[start..end].partition_point(|cost| *cost <= at.ahead);
        let node = if before < beyond { self.nodes[before] } else { NO_NODE };
        let first = self.places.len() as u32;
        for vertex in start..before {
            self.push_vertex(
                (self.nodes[vertex], self.places[vertex]),
                self.ahead[vertex],
                self.behind[vertex],
            );
        }
        self.push_vertex((node, place), at.ahead, at.behind);
        let second = self.places.len() as u32;
        self.push_vertex((node, place), 0, 0);
        for vertex in beyond..end {
            let behind = self.behind[vertex].saturating_sub(at.behind);
            self.push_vertex(
                (self.nodes[vertex], self.places[vertex]),
                self.ahead[vertex] - at.ahead,
                behind,
            );
        }
        let junction = self.new_junction();
        let other = if apart { self.new_junction() } else { junction };
        let last = self.places.len() as u32;
        self.edges[at.edge as usize] = Edge { end: junction, first, vertices: second - first, ..edge };
        self.edges.push(Edge { start: other, first: second, vertices: last - second, ..edge });
        (junction, self.edges.len() as u32 - 1)
    }

    /// Takes an end of an edge off its junction and gives it one of its own, which is returned. The arcs are not renewed.
    pub(crate) fn unhook(&mut self, edge: u32, piece: Piece) -> u32 {
        let junction = self.new_junction();
        let edge = &mut self.edges[edge as usize];
        *match piece {
            Piece::Start => &mut edge.start,
            Piece::End => &mut edge.end,
        } = junction;
        junction
    }

    /// Adds a street between two junctions. Points that are the same as the one before count once. The arcs are not renewed.
    pub(crate) fn add_street(&mut self, (start, end): (u32, u32), line: &[Point], pass: Pass) {
        let mut line = line.to_vec();
        line.dedup_by_key(|point| point.fixed());
        if line.len() < 2 || (pass.ahead.is_none() && pass.back.is_none()) {
            return;
        }
        let (mut ends, mut pass) = ((start, end), pass);
        if pass.ahead.is_none() {
            line.reverse();
            ends = (end, start);
            pass = Pass { ahead: pass.back, back: None };
        }
        let first = self.places.len() as u32;
        let (mut ahead, mut behind) = (0u32, 0u32);
        for (at, point) in line.iter().enumerate() {
            if let Some(before) = at.checked_sub(1) {
                let length_mm = distance_m(line[before], *point) * 1000.0;
                ahead = ahead.saturating_add(cost_mm(length_mm, pass.ahead));
                let back = cost_mm(length_mm, pass.back);
                behind = if back == FAR { 0 } else { behind.saturating_add(back) };
            }
            self.push_vertex((NO_NODE, point.fixed()), ahead, behind);
        }
        let vertices = line.len() as u32;
        self.edges.push(Edge { start: ends.0, end: ends.1, first, vertices, one_way: pass.back.is_none() });
    }

    fn push_vertex(&mut self, (node, place): (i64, [i32; 2]), ahead: u32, behind: u32) {
        self.nodes.push(node);
        self.places.push(place);
        self.ahead.push(ahead);
        self.behind.push(behind);
    }

    fn new_junction(&mut self) -> u32 {
        self.junctions += 1;
        self.junctions as u32 - 1
    }
}
