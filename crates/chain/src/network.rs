//! Firms and who supplies whom, checked once. What computes on a `Network` cannot fail.

use std::collections::HashMap;

use crate::error::{Mistake, Reason, Sheet};
use crate::essential::Essential;
use crate::shares::{Shares, Tie};

/// A row of the firms' sheet. Missing is unknown, never zero.
#[derive(Clone, Debug, Default)]
pub struct FirmRow<'a> {
    /// Its id, once in the sheet.
    pub firm: &'a str,
    /// Its sector: a row of the essential matrix, and the product it sells unless a link says another.
    pub sector: &'a str,
    /// Output a period, in the unit of money of the links.
    pub output: Option<f64>,
    /// Revenue a period. At least what its links sell: the rest goes to buyers outside of the network.
    pub revenue: Option<f64>,
    /// Where it is, by a name that other firms share.
    pub area: Option<&'a str>,
    /// What it runs at today, 0..=1. Unknown counts as running.
    pub running: Option<f64>,
    /// Longitude and latitude, in degrees.
    pub place: Option<(f64, f64)>,
}

/// A row of the links' sheet.
#[derive(Clone, Debug, Default)]
pub struct LinkRow<'a> {
    /// Who sells.
    pub supplier: &'a str,
    /// Who buys.
    pub buyer: &'a str,
    /// Value a period.
    pub value: f64,
    /// The sector of the product, where it is not the supplier's own.
    pub product: Option<&'a str>,
    /// How far the value may be off, as a share of it: 0.2 is a fifth.
    pub stated_error: Option<f64>,
}

/// Who can step in for whom: the market in which a small seller is easy to replace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Market {
    /// All firms of the sector.
    #[default]
    Sector,
    /// The firms of the sector in the same area.
    Area,
    /// Nobody steps in.
    None,
}

/// A firm of a network.
#[derive(Clone, Debug)]
pub struct Firm {
    /// Its id.
    pub id: String,
    /// Its sector, a row of the essential matrix.
    pub sector: u32,
    /// What the loss of all of it weighs: output if told, else revenue if told, else what its links sell.
    pub weight: f64,
    /// Its output, where told.
    pub output: Option<f64>,
    /// Its revenue, where told.
    pub revenue: Option<f64>,
    /// Its area, as a number: equal for firms of the same area.
    pub area: Option<u32>,
    /// What it runs at today, 0..=1.
    pub running: f64,
    /// Longitude and latitude, in degrees.
    pub place: Option<(f64, f64)>,
}

impl Firm {
    /// What it weighs where its links sell `sales`.
    pub(crate) fn weighs(&self, sales: f64) -> f64 {
        self.output.or(self.revenue).unwrap_or(sales)
    }
}

/// A supply network.
///
/// Firms stand in an order of their own, by sector and id, and links by buyer, product and supplier, so that no sum depends
/// on the order of the rows it was read from.
#[derive(Clone, Debug)]
pub struct Network {
    pub(crate) essential: Essential,
    pub(crate) firms: Vec<Firm>,
    pub(crate) given: Vec<u32>,
    pub(crate) by_id: HashMap<String, u32>,
    pub(crate) ties: Vec<Tie>,
    pub(crate) errors: Vec<Option<f64>>,
    pub(crate) markets: Vec<u32>,
    pub(crate) shares: Shares,
    pub(crate) total: f64,
}

struct LinkDraft {
    row: u64,
    supplier: u32,
    buyer: u32,
    product: u32,
    value: f64,
    stated_error: Option<f64>,
}

struct FirmDraft {
    row: u64,
    firm: Firm,
}

/// Takes rows and gives a network, or every mistake in them.
pub struct Builder {
    essential: Essential,
    market: Market,
    firms: Vec<FirmDraft>,
    by_id: HashMap<String, u32>,
    areas: HashMap<String, u32>,
    links: Vec<LinkDraft>,
    mistakes: Vec<Mistake>,
}

impl Builder {
    /// An empty network.
    pub fn new(essential: Essential, market: Market) -> Self {
        Self {
            essential,
            market,
            firms: Vec::new(),
            by_id: HashMap::new(),
            areas: HashMap::new(),
            links: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// Adds a firm. `row` is the row to name if something is wrong with it.
    pub fn firm(&mut self, row: u64, firm: &FirmRow<'_>) {
        let mut wrong = Vec::new();
        if firm.firm.is_empty() {
            wrong.push(Reason::Empty { column: "firm" });
        } else if let Some(first) = self.by_id.get(firm.firm) {
            let first_row = self.firms[*first as usize].row;
            wrong.push(Reason::RepeatedFirm { firm: firm.firm.to_owned(), first_row });
        }
        let sector = self.essential.find(firm.sector);
        if firm.sector.is_empty() {
            wrong.push(Reason::Empty { column: "sector" });
        } else if sector.is_none() {
            wrong.push(Reason::UnknownSector { sector: firm.sector.to_owned() });
        }
        for (column, value) in [("output", firm.output), ("revenue", firm.revenue)] {
            wrong.extend(value.and_then(|value| not_an_amount(column, value)));
        }
        wrong.extend(firm.running.and_then(|value| out_of_range("running", value, (0.0, 1.0))));
        if let Some((lon, lat)) = firm.place {
            wrong.extend(out_of_range("lon", lon, (-180.0, 180.0)));
            wrong.extend(out_of_range("lat", lat, (-90.0, 90.0)));
        }
        let repeated = wrong.iter().any(|reason| matches!(reason, Reason::RepeatedFirm { .. }));
        self.mistakes.extend(wrong.into_iter().map(|reason| Mistake { sheet: Sheet::Firms, row, reason }));
        if repeated {
            return;
        }
        // A firm with a mistake stays known, so that its links are not called mistakes too.
        self.by_id.insert(firm.firm.to_owned(), self.firms.len() as u32);
        let areas = self.areas.len() as u32;
        let area = firm.area.map(|area| match self.areas.get(area) {
            Some(area) => *area,
            None => *self.areas.entry(area.to_owned()).or_insert(areas),
        });
        let firm_of = Firm {
            id: firm.firm.to_owned(),
            sector: sector.unwrap_or(0),
            weight: 0.0,
            output: firm.output,
            revenue: firm.revenue,
            area,
            running: firm.running.unwrap_or(1.0),
            place: firm.place,
        };
        self.firms.push(FirmDraft { row, firm: firm_of });
    }

    /// Adds a link; the firms come first. `row` is the row to name if something is wrong with it.
    pub fn link(&mut self, row: u64, link: &LinkRow<'_>) {
        let mut wrong = Vec::new();
        let mut find = |firm: &str, column| match self.by_id.get(firm) {
            _ if firm.is_empty() => {
                wrong.push(Reason::Empty { column });
                None
            }
            None => {
                wrong.push(Reason::UnknownFirm { firm: firm.to_owned() });
                None
            }
            Some(at) => Some(*at),
        };
        let ends = (find(link.supplier, "supplier"), find(link.buyer, "buyer"));
        if !link.supplier.is_empty() && link.supplier == link.buyer {
            wrong.push(Reason::SelfSupply { firm: link.supplier.to_owned() });
        }
        wrong.extend(not_an_amount("weight", link.value));
        wrong.extend(link.stated_error.and_then(|value| not_an_amount("stated_error", value)));
        let product = match link.product {
            None => ends.0.map(|supplier| self.firms[supplier as usize].firm.sector),
            Some(product) => {
                let found = self.essential.find(product);
                if found.is_none() {
                    wrong.push(Reason::UnknownSector { sector: product.to_owned() });
                }
                found
            }
        };
        if let ((Some(supplier), Some(buyer)), Some(product), true) = (ends, product, wrong.is_empty()) {
            let (value, stated_error) = (link.value, link.stated_error);
            self.links.push(LinkDraft { row, supplier, buyer, product, value, stated_error });
        }
        self.mistakes.extend(wrong.into_iter().map(|reason| Mistake { sheet: Sheet::Links, row, reason }));
    }

    /// The network, or every mistake in the rows, in their order.
    pub fn finish(mut self) -> Result<Network, Vec<Mistake>> {
        let essential = &self.essential;
        let mut given: Vec<u32> = (0..self.firms.len() as u32).collect();
        given.sort_by(|a, b| {
            let key = |at: &u32| {
                let firm = &self.firms[*at as usize].firm;
                (&essential.sectors()[firm.sector as usize], &firm.id)
            };
            key(a).cmp(&key(b))
        });
        // `given[place] = row` so far; turned round it says where the firm of a row stands.
        let mut place = vec![0u32; given.len()];
        for (at, row) in given.iter().enumerate() {
            place[*row as usize] = at as u32;
        }
        let mut links = std::mem::take(&mut self.links);
        for link in &mut links {
            link.supplier = place[link.supplier as usize];
            link.buyer = place[link.buyer as usize];
        }
        // Products by their codes, as firms are, so that the order of the matrix does not matter either.
        let mut by_code: Vec<u32> = (0..essential.sectors().len() as u32).collect();
        by_code.sort_by_key(|sector| &essential.sectors()[*sector as usize]);
        let mut rank = vec![0u32; by_code.len()];
        for (at, sector) in by_code.iter().enumerate() {
            rank[*sector as usize] = at as u32;
        }
        links.sort_unstable_by_key(|link| (link.buyer, rank[link.product as usize], link.supplier, link.row));
        for pair in links.windows(2) {
            let key = |link: &LinkDraft| (link.buyer, link.product, link.supplier);
            if key(&pair[0]) == key(&pair[1]) {
                let reason = Reason::RepeatedLink { first_row: pair[0].row };
                self.mistakes.push(Mistake { sheet: Sheet::Links, row: pair[1].row, reason });
            }
        }

        let ties: Vec<Tie> = links
            .iter()
            .map(|link| Tie {
                supplier: link.supplier,
                buyer: link.buyer,
                product: link.product,
                need: essential
                    .need(link.product, self.firms[given[link.buyer as usize] as usize].firm.sector),
                value: link.value,
            })
            .collect();
        let errors = links.iter().map(|link| link.stated_error).collect();
        let mut sales = vec![0.0; given.len()];
        for tie in &ties {
            sales[tie.supplier as usize] += tie.value;
        }
        let mut firms = Vec::with_capacity(given.len());
        for (at, row) in given.iter().enumerate() {
            let draft = &self.firms[*row as usize];
            let mut firm = draft.firm.clone();
            // What rounding alone explains is no contradiction.
            if let Some(revenue) = firm.revenue.filter(|revenue| *revenue < sales[at] * (1.0 - 1e-9)) {
                let reason = Reason::RevenueBelowSales { firm: firm.id.clone(), revenue, sales: sales[at] };
                self.mistakes.push(Mistake { sheet: Sheet::Firms, row: draft.row, reason });
            }
            firm.weight = firm.weighs(sales[at]);
            firms.push(firm);
        }
        if !self.mistakes.is_empty() {
            self.mistakes.sort_by_key(|mistake| (mistake.sheet, mistake.row));
            return Err(self.mistakes);
        }
        let by_id = firms.iter().enumerate().map(|(at, firm)| (firm.id.clone(), at as u32)).collect();
        let markets = markets(&firms, self.market);
        let revenues: Vec<Option<f64>> = firms.iter().map(|firm| firm.revenue).collect();
        let shares = Shares::new(&ties, &revenues, &markets);
        let total = firms.iter().map(|firm| firm.weight).sum();
        let essential = self.essential;
        Ok(Network { essential, firms, given: place, by_id, ties, errors, markets, shares, total })
    }
}

impl Network {
    /// Its firms, in its own order: by sector and id.
    pub fn firms(&self) -> &[Firm] {
        &self.firms
    }

    /// Where the firms stand, in the order in which they were given. Shape: `[n_firms]`.
    pub fn as_given(&self) -> impl Iterator<Item = usize> + '_ {
        self.given.iter().map(|at| *at as usize)
    }

    /// How many links it has.
    pub fn links(&self) -> usize {
        self.ties.len()
    }

    /// Where a firm stands.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).map(|at| *at as usize)
    }

    /// The code of a sector.
    pub fn sector(&self, sector: u32) -> &str {
        &self.essential.sectors()[sector as usize]
    }

    /// What all firms weigh together: the denominator of every loss.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The links of a buyer: by product, then by supplier.
    pub(crate) fn bought(&self, buyer: usize) -> &[Tie] {
        &self.ties[self.bought_at(buyer)]
    }

    /// Where the links of a buyer stand.
    pub(crate) fn bought_at(&self, buyer: usize) -> std::ops::Range<usize> {
        let start = self.ties.partition_point(|tie| (tie.buyer as usize) < buyer);
        let end = self.ties.partition_point(|tie| tie.buyer as usize <= buyer);
        start..end
    }
}

/// The market of each firm, numbered from 0.
fn markets(firms: &[Firm], market: Market) -> Vec<u32> {
    let mut known: HashMap<(u32, Option<u32>), u32> = HashMap::new();
    firms
        .iter()
        .enumerate()
        .map(|(at, firm)| {
            let next = known.len() as u32;
            match market {
                Market::Sector => *known.entry((firm.sector, None)).or_insert(next),
                Market::Area => *known.entry((firm.sector, firm.area)).or_insert(next),
                Market::None => at as u32,
            }
        })
        .collect()
}

fn not_an_amount(column: &'static str, value: f64) -> Option<Reason> {
    if !value.is_finite() {
        return Some(Reason::NotFinite { column });
    }
    (value < 0.0).then_some(Reason::Negative { column, value })
}

fn out_of_range(column: &'static str, value: f64, (low, high): (f64, f64)) -> Option<Reason> {
    if !value.is_finite() {
        return Some(Reason::NotFinite { column });
    }
    (!(low..=high).contains(&value)).then_some(Reason::OutOfRange { column, value, low, high })
}
