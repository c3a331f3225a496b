//! What if a facility opened, moved or closed, or a street were cut or opened: what changes is computed, not all anew.
//!
//! A facility that opens is searched from as far as it is nearer than what there is; one that closes has its catchment searched again from
//! the border of it. A street that is cut or opened gives another network: only the edges it touches are new, and every other spot stays
//! as it is.

use crate::Pass;
use crate::network::{Heading, Network, Piece, Spot};
use crate::point::Point;
use crate::search::{Field, Queue, Source};

impl Field<'_> {
    /// A facility opens. The result is that of a search from all sources and this one. Its owner must be none of the others.
    pub fn open(&mut self, source: Source) {
        self.add_source(source);
        let mut queue = Queue::default();
        self.begin(source, &mut queue);
        self.run(&mut queue);
    }

    /// All facilities of an owner close. The result is that of a search from all other sources.
    pub fn close(&mut self, owner: u32) {
        self.remove_sources(owner);
        let lost = self.forget(owner);
        let mut queue = Queue::default();
        let onward = match self.heading() {
            Heading::Towards => Heading::From,
            Heading::From => Heading::Towards,
        };
        for junction in &lost {
            self.pull(*junction, onward, &mut queue);
        }
        for source in self.sources().to_vec() {
            self.begin(source, &mut queue);
        }
        self.run(&mut queue);
    }
}

/// A change of the streets.
#[derive(Clone, Debug, PartialEq)]
pub enum StreetChange {
    /// Nobody passes here any more; both ends stay, each with its homes.
    Cut(Spot),
    /// A new street from one place on the streets to another, by some points.
    Open {
        /// Where it begins.
        from: Spot,
        /// Its bends.
        by: Vec<Point>,
        /// Where it ends.
        to: Spot,
        /// What a metre costs in each direction.
        pass: Pass,
    },
}

/// A network with changes.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The streets as they would be. Unlike those that were read they may fall apart.
    pub network: Network,
    splits: Vec<Split>,
}

/// An edge that was split: what lay beyond is on another edge now.
#[derive(Clone, Copy, Debug)]
struct Split {
    at: Spot,
    beyond: u32,
}

impl Changed {
    /// Makes the changes, one after the other. Spots are those of `network`.
    pub fn new(network: &Network, changes: &[StreetChange]) -> Self {
        let mut changed = Self { network: network.clone(), splits: Vec::new() };
        for change in changes {
            match change {
                StreetChange::Cut(at) => {
                    let at = changed.spot(*at);
                    changed.split(at, true);
                }
                StreetChange::Open { from, by, to, pass } => {
                    let ends = [*from, *to].map(|end| {
                        let end = changed.spot(end);
                        (changed.split(end, false), changed.network.point_at(changed.spot(end)))
                    });
                    let [(start, first), (end, last)] = ends;
                    let line: Vec<Point> =
                        [first].into_iter().chain(by.iter().copied()).chain([last]).collect();
                    changed.network.add_street((start, end), &line, *pass);
                }
            }
        }
        changed.network.renew_arcs();
        changed
    }

    /// Where a spot of the old network is in this one. (Where a street was opened, a place may be nearer to that one: snap it anew.)
    pub fn spot(&self, old: Spot) -> Spot {
        self.splits.iter().fold(old, |spot, split| {
            if spot.edge != split.at.edge || spot.ahead <= split.at.ahead {
                return spot;
            }
            let behind = spot.behind.saturating_sub(split.at.behind);
            Spot { edge: split.beyond, ahead: spot.ahead - split.at.ahead, behind }
        })
    }

    /// Makes a place on an edge a junction, or two that are not joined. Returns the junction.
    fn split(&mut self, at: Spot, apart: bool) -> u32 {
        let edge = self.network.edges()[at.edge as usize];
        let (whole, _) = self.network.whole(at.edge);
        match (apart, at.ahead) {
            (false, 0) => edge.start,
            (false, ahead) if ahead == whole => edge.end,
            (true, 0) => self.network.unhook(at.edge, Piece::Start),
            (true, ahead) if ahead == whole => self.network.unhook(at.edge, Piece::End),
            _ => {
                let (junction, beyond) = self.network.split(at, apart);
                self.splits.push(Split { at, beyond });
                junction
            }
        }
    }
}
