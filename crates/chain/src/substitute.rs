//! Who could stand in for what a breakpoint lacks.

use std::collections::{BTreeMap, BTreeSet};

use crate::breakpoint::Breakpoint;
use crate::cascade::Scratch;
use crate::network::{Firm, Network};

/// A firm that could supply a part of what is lacking.
#[derive(Clone, Debug, PartialEq)]
pub struct Substitute {
    /// The place of the breakpoint in the list that was given.
    pub breakpoint: usize,
    /// Who could supply.
    pub firm: usize,
    /// How much of its spare capacity it gives, in money a period.
    pub gives: f64,
    /// What it had to spare before.
    pub spare: f64,
    /// Whether it is in the buyer's area; None if one of the areas is unknown.
    pub same_area: Option<bool>,
    /// How far away it is; None if one of the places is unknown.
    pub distance_km: Option<f64>,
}

/// Looks for substitutes, breakpoint by breakpoint in the order given. `scratch` holds the cascade after the shock.
///
/// A substitute is not touched by the shock itself, sells the product, does not supply the buyer yet, and has capacity to
/// spare: what its inputs allow, plus `headroom` of its normal output, less what it sells. Those that can cover more come
/// first, then those in the same area, then the nearer. What is given to one buyer is not given twice.
pub fn substitutes(
    network: &Network,
    broken: &[Breakpoint],
    headroom: f64,
    scratch: &Scratch,
) -> Vec<Substitute> {
    let mut sellers: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (at, firm) in network.firms.iter().enumerate() {
        sellers.entry(firm.sector).or_default().insert(at);
    }
    for tie in &network.ties {
        sellers.entry(tie.product).or_default().insert(tie.supplier as usize);
    }
    let mut spare: Vec<f64> = network
        .firms
        .iter()
        .enumerate()
        .map(|(at, firm)| firm.weight * (scratch.down(at) * (1.0 + headroom) - scratch.left(at)).max(0.0))
        .collect();
    let mut found = Vec::new();
    for (place, breakpoint) in broken.iter().enumerate() {
        let buyer = &network.firms[breakpoint.buyer];
        let known: BTreeSet<usize> = network
            .bought(breakpoint.buyer)
            .iter()
            .filter(|tie| tie.product == breakpoint.product)
            .map(|tie| tie.supplier as usize)
            .collect();
        let mut missing = breakpoint.need * (1.0 - breakpoint.remains);
        let fits = |firm: &&usize| {
            **firm != breakpoint.buyer
                && !known.contains(firm)
                && scratch.held(**firm) >= 1.0
                && spare[**firm] > 0.0
        };
        let mut candidates: Vec<Substitute> = sellers
            .get(&breakpoint.product)
            .into_iter()
            .flatten()
            .filter(fits)
            .map(|&firm| Substitute {
                breakpoint: place,
                firm,
                gives: spare[firm].min(missing),
                spare: spare[firm],
                same_area: same_area(buyer, &network.firms[firm]),
                distance_km: distance_km(buyer, &network.firms[firm]),
            })
            .collect();
        candidates.sort_by(|a, b| {
            let far = |one: &Substitute| one.distance_km.unwrap_or(f64::INFINITY);
            b.gives
                .total_cmp(&a.gives)
                .then((b.same_area == Some(true)).cmp(&(a.same_area == Some(true))))
                .then(far(a).total_cmp(&far(b)))
                .then(a.firm.cmp(&b.firm))
        });
        for mut candidate in candidates {
            if missing <= 0.0 {
                break;
            }
            candidate.gives = candidate.spare.min(missing);
            missing -= candidate.gives;
            spare[candidate.firm] -= candidate.gives;
            found.push(candidate);
        }
    }
    found
}

fn same_area(a: &Firm, b: &Firm) -> Option<bool> {
    Some(a.area? == b.area?)
}

/// Along a great circle of a sphere of 6,371 km.
fn distance_km(a: &Firm, b: &Firm) -> Option<f64> {
    let ((lon_a, lat_a), (lon_b, lat_b)) = (a.place?, b.place?);
    let [dlat, dlon] = [lat_b - lat_a, lon_b - lon_a].map(|degrees| (degrees.to_radians() / 2.0).sin());
    let chord = dlat * dlat + lat_a.to_radians().cos() * lat_b.to_radians().cos() * dlon * dlon;
    Some(2.0 * 6371.0 * chord.sqrt().min(1.0).asin())
}
