//! What would happen if firms closed or opened and links were cut or added.

use crate::cascade::{Loss, Scratch, Settings};
use crate::network::Network;
use crate::shares::{Arc, NO_INPUT, Shares};

/// A change by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    /// The firm stops.
    Close(usize),
    /// The firm runs again.
    Open(usize),
    /// The supplier no longer delivers to the buyer, who still needs what it delivered.
    Cut {
        /// Who delivered.
        supplier: usize,
        /// To whom.
        buyer: usize,
    },
    /// The supplier delivers more to the buyer: a relief where the buyer lacks the product, sales to the supplier.
    Add {
        /// Who delivers.
        supplier: usize,
        /// To whom.
        buyer: usize,
        /// Value a period.
        value: f64,
    },
}

/// An edit that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// There is no such link to cut.
    #[error("there is no link to cut")]
    NoLink {
        /// The supplier.
        supplier: usize,
        /// The buyer.
        buyer: usize,
    },
    /// A link that would go from a firm to itself.
    #[error("a firm cannot supply itself")]
    SelfSupply(usize),
    /// A value below zero, or no number.
    #[error("the value of a link must be a number above zero")]
    Value {
        /// The supplier.
        supplier: usize,
        /// The buyer.
        buyer: usize,
    },
}

/// A firm before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The firm.
    pub firm: usize,
    /// What was left of its output, 0..=1.
    pub before: f64,
    /// What would be left of it.
    pub after: f64,
}

/// Both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// The loss as things are.
    pub before: Loss,
    /// The loss after the edits.
    pub after: Loss,
    /// The firms whose output changes by more than a millionth, those first whose change weighs most.
    pub differences: Vec<Difference>,
}

/// Compares things as they are (`shock`) with things after `edits`.
///
/// A cut link goes through a go-between that is closed: it lacks to the buyer what a closed supplier of the same market share
/// would, and takes the supplier's sales. An added link relieves what the buyer lacks of the product, up to what it needs;
/// where the buyer never needed the product, it relieves nothing.
pub fn what_if(
    network: &Network,
    shock: &[(usize, f64)],
    edits: &[Edit],
    settings: Settings,
) -> Result<WhatIf, EditError> {
    let mut running: Vec<(usize, f64)> = shock.to_vec();
    let mut shares = network.shares.clone();
    let mut arcs = shares.arcs.clone();
    let mut go_betweens = Vec::new();
    for edit in edits {
        match *edit {
            Edit::Close(firm) => running.push((firm, 0.0)),
            Edit::Open(firm) => running.retain(|(known, _)| *known != firm),
            Edit::Cut { supplier, buyer } => {
                let range = network.bought_at(buyer);
                let cut: Vec<usize> = range
                    .filter(|at| arcs[*at].supplier as usize == supplier && arcs[*at].up > 0.0)
                    .collect();
                if cut.is_empty() {
                    return Err(EditError::NoLink { supplier, buyer });
                }
                let go_between = go_between(&mut shares, supplier);
                go_betweens.push(go_between);
                for at in cut {
                    let arc = arcs[at];
                    arcs.push(Arc { supplier: go_between as u32, up: 0.0, ..arc });
                    arcs.push(Arc { buyer: go_between as u32, input: NO_INPUT, down: 0.0, ..arc });
                    arcs[at] = Arc { down: 0.0, up: 0.0, ..arc };
                }
            }
            Edit::Add { supplier, buyer, value } => {
                arcs.push(added(network, &mut shares, (supplier, buyer), value)?);
            }
        }
    }
    shares.put_in_rows(&arcs);
    let mut scratch = Scratch::new(network);
    let before = scratch.run(network, shock, settings);
    let mut then = Scratch::of(&shares);
    running.extend(go_betweens.iter().map(|firm| (*firm, 0.0)));
    let end = then.cascade(&shares, &running, settings);
    let after = then.loss_in(network, end);
    let firms = 0..network.firms.len();
    let mut differences: Vec<Difference> = firms
        .map(|firm| Difference { firm, before: scratch.left(firm), after: then.left(firm) })
        .filter(|one| (one.before - one.after).abs() > 1e-6)
        .collect();
    let weighs = |one: &Difference| network.firms[one.firm].weight * (one.before - one.after).abs();
    differences.sort_by(|a, b| weighs(b).total_cmp(&weighs(a)).then(a.firm.cmp(&b.firm)));
    Ok(WhatIf { before, after, differences })
}

/// A firm that stands between a supplier and the buyers it is cut off from. It has the supplier's share of the market, adds
/// nothing to the market, and weighs nothing.
fn go_between(shares: &mut Shares, supplier: usize) -> usize {
    let at = shares.market.len();
    shares.market.push(shares.market[supplier]);
    shares.sales.push(shares.sales[supplier]);
    shares.offer.push(0.0);
    shares.sales_start.push(0.0);
    shares.input_at.push(shares.inputs.len() as u32);
    at
}

fn added(
    network: &Network,
    shares: &mut Shares,
    (supplier, buyer): (usize, usize),
    value: f64,
) -> Result<Arc, EditError> {
    if supplier == buyer {
        return Err(EditError::SelfSupply(supplier));
    }
    if !(value.is_finite() && value > 0.0) {
        return Err(EditError::Value { supplier, buyer });
    }
    let sold = network.firms[supplier].revenue.unwrap_or(shares.sales[supplier]);
    let up = if sold > 0.0 { value / sold } else { 0.0 };
    shares.sales_start[supplier] -= up;
    let mut arc = Arc { supplier: supplier as u32, buyer: buyer as u32, input: NO_INPUT, down: 0.0, up };
    let product = network.firms[supplier].sector;
    if let Some(input) = shares.inputs_of(buyer).find(|input| shares.inputs[*input].product == product) {
        let of = shares.inputs[input];
        let needed = if of.essential { of.value } else { shares.bought[buyer] };
        if needed > 0.0 {
            arc.input = input as u32;
            arc.down = value / needed;
            shares.input_start[input] -= arc.down;
        }
    }
    Ok(arc)
}
