//! The way by which a loss came: from a firm of the shock, link by link, to the firm that lost.

use std::collections::{BinaryHeap, HashMap};

use crate::cascade::Scratch;
use crate::network::Network;
use crate::shares::NO_INPUT;

/// Which way a loss goes along a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// From supplier to buyer: an input is missing.
    Down,
    /// From buyer to supplier: sales are missing.
    Up,
}

/// The way that carried most of a loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Which way it went: the channel that leaves the last firm less.
    pub channel: Channel,
    /// From a firm of the shock to the firm that lost.
    pub firms: Vec<usize>,
    /// The part of the loss that came this way, 0..=1.
    pub carried: f64,
}

/// Looks for paths in a network.
pub struct Paths<'a> {
    network: &'a Network,
    sold_at: Vec<u32>,
    sold: Vec<u32>,
}

#[derive(PartialEq)]
struct Reached(f64, usize);

impl Eq for Reached {}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(other.1.cmp(&self.1))
    }
}

impl<'a> Paths<'a> {
    /// Makes an index of the links by supplier.
    pub fn new(network: &'a Network) -> Self {
        let firms = network.firms.len();
        let arcs = &network.shares.arcs;
        let mut sold: Vec<u32> = (0..arcs.len() as u32).collect();
        sold.sort_by_key(|arc| arcs[*arc as usize].supplier);
        let sold_at = (0..=firms)
            .map(|firm| sold.partition_point(|arc| (arcs[*arc as usize].supplier as usize) < firm) as u32)
            .collect();
        Self { network, sold_at, sold }
    }

    /// The way that carried most of a firm's loss in the cascade that `scratch` holds. None if the firm lost nothing.
    pub fn to(&self, firm: usize, scratch: &Scratch) -> Option<Path> {
        let channel = if scratch.up(firm) < scratch.down(firm) { Channel::Up } else { Channel::Down };
        let lost = |firm| 1.0 - if channel == Channel::Up { scratch.up(firm) } else { scratch.down(firm) };
        if lost(firm) <= 0.0 {
            return None;
        }
        // Best first, by the part carried: each way back is a product of parts up to 1, so the first to arrive is the best.
        let mut next = HashMap::new();
        let mut done = HashMap::new();
        let mut heap = BinaryHeap::from([Reached(1.0, firm)]);
        let mut best = HashMap::from([(firm, 1.0)]);
        while let Some(Reached(carried, at)) = heap.pop() {
            if done.insert(at, ()).is_some() {
                continue;
            }
            if 1.0 - scratch.held(at) >= lost(at) - 1e-9 {
                let mut firms = vec![at];
                let mut last = at;
                while let Some(step) = next.get(&last) {
                    firms.push(*step);
                    last = *step;
                }
                return Some(Path { channel, firms, carried });
            }
            let sources = match channel {
                Channel::Down => self.lacking(at, scratch),
                Channel::Up => self.unsold(at, scratch),
            };
            for (from, part) in sources {
                let carried = carried * (part / lost(at)).min(1.0);
                if carried > best.get(&from).copied().unwrap_or(0.0) {
                    best.insert(from, carried);
                    next.insert(from, at);
                    heap.push(Reached(carried, from));
                }
            }
        }
        None
    }

    /// Whose failure an input that holds the firm back lacks, and how much of it.
    fn lacking(&self, firm: usize, scratch: &Scratch) -> Vec<(usize, f64)> {
        let shares = &self.network.shares;
        let lost = 1.0 - scratch.down(firm);
        let binds = |input: u32| {
            let essential = shares.inputs[input as usize].essential;
            // Missing non-essential inputs bind together; an essential one alone.
            if essential { scratch.lacking(input as usize) >= lost - 1e-9 } else { true }
        };
        let arcs = &shares.arcs[self.network.bought_at(firm)];
        let acting = arcs.iter().filter(|arc| arc.input != NO_INPUT && binds(arc.input));
        let parts = acting.map(|arc| (arc.supplier as usize, arc.down * scratch.gone(arc.supplier as usize)));
        parts.filter(|(_, part)| *part > 0.0).collect()
    }

    /// Whose failure to buy the firm feels, and how much.
    fn unsold(&self, firm: usize, scratch: &Scratch) -> Vec<(usize, f64)> {
        let sold = self.sold_at[firm] as usize..self.sold_at[firm + 1] as usize;
        let arcs = self.sold[sold].iter().map(|arc| &self.network.shares.arcs[*arc as usize]);
        let parts = arcs.map(|arc| (arc.buyer as usize, arc.up * (1.0 - scratch.up(arc.buyer as usize))));
        parts.filter(|(_, part)| *part > 0.0).collect()
    }
}
