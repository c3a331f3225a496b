//! 断点: inputs a buyer cannot do without, of which too little is left.

use crate::cascade::{Scratch, Settings, Shock};
use crate::network::Network;
use crate::path::{Path, Paths};

/// An essential input of which the running suppliers cover too little.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakpoint {
    /// Who lacks it.
    pub buyer: usize,
    /// The product: a row of the essential matrix.
    pub product: u32,
    /// How many supply it in normal times.
    pub suppliers: usize,
    /// How many of them run, fully.
    pub running: usize,
    /// The share of the largest supplier, 0..=1.
    pub largest_share: f64,
    /// The share that suppliers cover, as far as they run themselves, 0..=1.
    pub covered: f64,
    /// What is left of it once the cascade is over and the market has stepped in, 0..=1: Π.
    pub remains: f64,
    /// What the buyer needs of it a period, in money.
    pub need: f64,
    /// Output that the buyer loses by it, in the unit of weights.
    pub lost: f64,
    /// Output that the whole network regains if somebody supplied it, in the unit of weights.
    pub regained: f64,
    /// The way that carried the buyer's loss.
    pub path: Option<Path>,
}

/// Every breakpoint after a shock, those first that give most back.
///
/// Shapes: `share` in 0..=1; an input is listed if less than it is covered. Only inputs of firms that buy of a firm in the
/// shock can be breakpoints.
pub fn breakpoints(
    network: &Network,
    shock: Shock<'_>,
    share: f64,
    settings: Settings,
    scratch: &mut Scratch,
) -> Vec<Breakpoint> {
    let shares = &network.shares;
    let loss = scratch.run(network, shock, settings);
    let paths = Paths::new(network);
    let mut inputs: Vec<u32> =
        shock.iter().flat_map(|(firm, _)| shares.down_of(*firm)).map(|link| link.input).collect();
    inputs.sort_unstable();
    inputs.dedup();
    let mut found = Vec::new();
    for input in inputs {
        let of = shares.inputs[input as usize];
        if !of.essential {
            continue;
        }
        let (buyer, range) = (of.buyer as usize, network.bought_at(of.buyer as usize));
        let arcs = shares.arcs[range].iter().filter(|arc| arc.input == input);
        let mut broken = Breakpoint {
            buyer,
            product: of.product,
            suppliers: 0,
            running: 0,
            largest_share: 0.0,
            covered: 0.0,
            remains: (1.0 - scratch.lacking(input as usize)).max(0.0),
            need: of.value,
            lost: 0.0,
            regained: 0.0,
            path: paths.to(buyer, scratch),
        };
        for arc in arcs {
            let held = scratch.held(arc.supplier as usize);
            broken.suppliers += 1;
            broken.running += usize::from(held >= 1.0);
            broken.largest_share = broken.largest_share.max(arc.down);
            broken.covered += arc.down * held;
        }
        broken.lost = network.firms[buyer].weight * (scratch.held(buyer) - broken.remains).max(0.0);
        // What rounding takes from a sum of shares is no lack.
        if broken.covered < share - 1e-12 {
            found.push((input as usize, broken));
        }
    }
    for (input, broken) in &mut found {
        let whole = scratch.run_with_whole(network, shock, (*input, settings));
        broken.regained = ((loss.both - whole.both) * network.total).max(0.0);
    }
    let mut found: Vec<Breakpoint> = found.into_iter().map(|(_, broken)| broken).collect();
    found.sort_by(|a, b| {
        b.regained.total_cmp(&a.regained).then(b.lost.total_cmp(&a.lost)).then(a.buyer.cmp(&b.buyer))
    });
    scratch.run(network, shock, settings);
    found
}
