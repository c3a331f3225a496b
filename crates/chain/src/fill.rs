//! A network drawn where sales from firm to firm are not known. It is a sample: one of many that fit what is known.

use std::collections::{BTreeMap, HashMap};

use crate::chance::Chance;

/// Flows between sectors and their totals, of one period and in one unit.
#[derive(Clone, Debug)]
pub struct SectorTable {
    /// The codes of the sectors. Shape: `[n]`.
    pub sectors: Vec<String>,
    /// What sector `k` sells to sector `l`. Shape: `[n][n]`.
    pub flows: Vec<Vec<f64>>,
    /// What each sector puts in: intermediate and value added. Shape: `[n]`.
    pub inputs: Vec<f64>,
}

/// A firm with its output a period, in any unit of money.
#[derive(Clone, Debug)]
pub struct Sized {
    /// Its sector: a row of the table.
    pub sector: usize,
    /// Its output.
    pub output: f64,
}

/// A sale that is known: supplier, buyer, value.
pub type KnownLink = (usize, usize, f64);

/// A link of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilledLink {
    /// Who sells.
    pub supplier: usize,
    /// Who buys.
    pub buyer: usize,
    /// Value a period, in the unit of the firms' output.
    pub value: f64,
    /// Whether it was known; else it was drawn.
    pub known: bool,
}

/// What was drawn, and what could not be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    /// The links, by buyer, then supplier.
    pub links: Vec<FilledLink>,
    /// What the buyers need, by the table, of sectors in which there is nobody to sell it: bought from outside.
    pub outside: f64,
    /// All that the buyers need.
    pub needed: f64,
}

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// The same seed draws the same links.
    pub seed: u64,
    /// How many suppliers of a product a buyer has on average; at least 1.
    pub suppliers: f64,
}

/// Draws a network.
///
/// A firm needs `flows[k][l] / inputs[l]` of product `k` for a unit of output. Known links are kept and count towards it.
/// For the rest it draws suppliers of sector `k`, each as often as its output is large, and the values are then balanced so
/// that every buyer gets what it needs and the suppliers of a sector sell alike for a unit of output, as far as the drawn
/// links allow. Shapes: `firms[..].sector < n`, outputs finite and not negative; known links between different firms.
pub fn fill(table: &SectorTable, firms: &[Sized], known: &[KnownLink], drawing: Drawing) -> Filled {
    let sectors = table.sectors.len();
    let mut sellers: Vec<Vec<usize>> = vec![Vec::new(); sectors];
    for (at, firm) in firms.iter().enumerate() {
        if firm.output > 0.0 {
            sellers[firm.sector].push(at);
        }
    }
    let sums: Vec<Vec<f64>> = sellers
        .iter()
        .map(|firms_of| {
            let mut sum = 0.0;
            let outputs = firms_of.iter().map(|firm| firms[*firm].output);
            outputs
                .map(|output| {
                    sum += output;
                    sum
                })
                .collect()
        })
        .collect();
    let mut filled = Filled::default();
    let mut told: HashMap<(usize, usize), f64> = HashMap::new();
    let mut told_pairs: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (supplier, buyer, value) in known {
        *told.entry((*buyer, firms[*supplier].sector)).or_default() += value;
        *told_pairs.entry((*buyer, *supplier)).or_default() += value;
    }
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut needs: Vec<f64> = Vec::new();
    for (buyer, firm) in firms.iter().enumerate() {
        for product in 0..sectors {
            let per_output = if table.inputs[firm.sector] > 0.0 {
                table.flows[product][firm.sector] / table.inputs[firm.sector]
            } else {
                0.0
            };
            let need = per_output * firm.output;
            if need <= 0.0 {
                continue;
            }
            filled.needed += need;
            let rest = need - told.get(&(buyer, product)).copied().unwrap_or(0.0);
            if rest <= 0.0 {
                continue;
            }
            let place = (buyer * sectors + product) as u64;
            let not = |seller: usize| seller == buyer || told_pairs.contains_key(&(buyer, seller));
            let chosen = draw(&sellers[product], &sums[product], not, (drawing, place));
            if chosen.is_empty() {
                filled.outside += rest;
                continue;
            }
            let group = needs.len();
            needs.push(rest);
            drawn.extend(chosen.into_iter().map(|supplier| Drawn {
                supplier,
                buyer,
                group,
                value: firms[supplier].output,
            }));
        }
    }
    balance(firms, &mut drawn, &needs, sectors);
    filled.links.extend(drawn.iter().map(|link| FilledLink {
        supplier: link.supplier,
        buyer: link.buyer,
        value: link.value,
        known: false,
    }));
    filled.links.extend(told_pairs.into_iter().map(|((buyer, supplier), value)| FilledLink {
        supplier,
        buyer,
        value,
        known: true,
    }));
    filled.links.sort_by_key(|link| (link.buyer, link.supplier));
    filled
}

struct Drawn {
    supplier: usize,
    buyer: usize,
    /// The need it serves.
    group: usize,
    value: f64,
}

/// Suppliers of one need, all different; none where the sector has nobody else.
fn draw(
    sellers: &[usize],
    sums: &[f64],
    not: impl Fn(usize) -> bool,
    (drawing, place): (Drawing, u64),
) -> Vec<usize> {
    let Some(total) = sums.last() else { return Vec::new() };
    let mut chance = Chance::at(drawing.seed, place);
    // 1, and one more as often as it takes to reach the mean.
    let more = (drawing.suppliers - 1.0).max(0.0);
    let again = more / (1.0 + more);
    let mut wanted = 1;
    while wanted < sellers.len() && chance.unit() < again {
        wanted += 1;
    }
    let mut chosen: Vec<usize> = Vec::with_capacity(wanted);
    // A sector of a giant and dwarfs may give the giant again and again: then fewer will do.
    for _ in 0..8 * wanted {
        if chosen.len() == wanted {
            break;
        }
        let at = chance.unit() * total;
        let seller = sellers[sums.partition_point(|sum| *sum <= at).min(sellers.len() - 1)];
        if !not(seller) && !chosen.contains(&seller) {
            chosen.push(seller);
        }
    }
    if chosen.is_empty() {
        chosen.extend(sellers.iter().copied().find(|seller| !not(*seller)));
    }
    chosen
}

/// Scales by suppliers and by needs in turn (RAS). It ends with the needs, which are then met to the last digit.
fn balance(firms: &[Sized], drawn: &mut [Drawn], needs: &[f64], sectors: usize) {
    const ROUNDS: usize = 30;
    let mut demand = vec![0.0; sectors];
    let mut output = vec![0.0; sectors];
    let mut product = vec![0; needs.len()];
    for link in drawn.iter() {
        product[link.group] = firms[link.supplier].sector;
    }
    for (need, product) in needs.iter().zip(&product) {
        demand[*product] += need;
    }
    for firm in firms {
        output[firm.sector] += firm.output;
    }
    for _ in 0..ROUNDS {
        let mut sold = vec![0.0; firms.len()];
        for link in drawn.iter() {
            sold[link.supplier] += link.value;
        }
        for link in drawn.iter_mut() {
            let firm = &firms[link.supplier];
            if sold[link.supplier] > 0.0 && output[firm.sector] > 0.0 {
                link.value *= demand[firm.sector] * firm.output / output[firm.sector] / sold[link.supplier];
            }
        }
        let mut served = vec![0.0; needs.len()];
        for link in drawn.iter() {
            served[link.group] += link.value;
        }
        for link in drawn.iter_mut() {
            if served[link.group] > 0.0 {
                link.value *= needs[link.group] / served[link.group];
            }
        }
    }
}
