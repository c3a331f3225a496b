//! Firms and supplies as a network: what each firm makes, and what it cannot do without.

use std::collections::{BTreeMap, HashMap};

use chain::{Builder, Essential, Market, Mistake};
use model::chain::{Chains, Product};
use model::event::BodyDigest;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::rows::{FirmRow, LeftOut, SupplyRow, SupplyRows};

/// The supply network of a day.
///
/// Its sectors are the products of the chains (by their ids) and the sectors of the essential matrix (by `sector:<id>`),
/// for firms that make none of those products.
#[derive(Clone, Debug)]
pub struct SupplyNetwork {
    /// The network.
    pub network: chain::Network,
    /// What it was made of.
    pub rows: SupplyRows,
    /// For each firm of the network, its row in the register.
    pub row_of: Vec<usize>,
    /// By row in the register, its place in the network.
    pub place_of: HashMap<usize, usize>,
    /// Between whom what flows: supplier and buyer by rows, the sector; value and stated error.
    pub links: BTreeMap<(usize, usize, String), (Decimal, Option<Decimal>)>,
    /// A digest of the network without who runs: what ESRI depends on.
    pub digest: String,
}

/// A sector of the essential matrix, as sectors of the network are named.
const SECTOR: &str = "sector:";

impl SupplyNetwork {
    /// The network of a day. `version`: of the rules, as the essential matrix and the chains are theirs.
    ///
    /// Errors: what the network refuses. Contract: rows are checked, so that is a mistake of this program.
    pub fn new(chains: &Chains, mut rows: SupplyRows, version: &str) -> Result<Self, Vec<Mistake>> {
        let products = Products::new(chains);
        let sectors = products.sectors_of(&rows);
        let mut links: BTreeMap<(usize, usize, String), (Decimal, Option<Decimal>)> = BTreeMap::new();
        rows.left_out.without_sector = 0;
        rows.supplies.retain(|supply| {
            let (Some(own), true) = (sectors.get(&supply.supplier), sectors.contains_key(&supply.buyer))
            else {
                rows.left_out.without_sector += 1;
                return false;
            };
            let named = supply.product.as_deref().and_then(|name| products.named(name));
            let sector = named.map_or(own.as_str(), |product| product.id.as_str()).to_owned();
            let link = links.entry((supply.supplier, supply.buyer, sector)).or_default();
            link.0 += supply.value;
            link.1 = link.1.max(supply.stated_error);
            true
        });
        let mut sales: HashMap<usize, Decimal> = HashMap::new();
        for ((supplier, ..), (value, _)) in &links {
            *sales.entry(*supplier).or_default() += *value;
        }
        let mut builder = Builder::new(products.essential()?, Market::Sector);
        let mut digest = BodyDigest::default();
        digest.line(version);
        let mut given = Vec::new();
        for (row, sector) in &sectors {
            let Some(firm) = rows.firms.get(row) else { continue };
            let output = firm.output.and_then(|output| output.to_f64());
            // Sales to known buyers above all sales contradict each other; which is wrong is not known.
            let sold = sales.get(row).and_then(|sold| sold.to_f64()).unwrap_or(0.0);
            let revenue = output.filter(|output| *output >= sold);
            let running = firm.running.map(|running| if running { 1.0 } else { 0.0 });
            let area = firm.area.as_ref().map(model::AreaCode::as_str);
            builder.firm(
                *row as u64,
                &chain::FirmRow {
                    firm: firm.id.as_str(),
                    sector,
                    output,
                    revenue,
                    area,
                    running,
                    place: None,
                },
            );
            digest.line(&format!("{} {sector} {:?}", firm.id, firm.output));
            given.push(*row);
        }
        let id = |row: &usize| rows.firms.get(row).map_or("", |firm| firm.id.as_str());
        for (at, ((supplier, buyer, sector), (value, error))) in links.iter().enumerate() {
            let (supplier, buyer) = (id(supplier), id(buyer));
            digest.line(&format!("{supplier} {buyer} {sector} {value}"));
            builder.link(
                at as u64,
                &chain::LinkRow {
                    supplier,
                    buyer,
                    value: value.to_f64().unwrap_or_default(),
                    product: Some(sector),
                    stated_error: error.and_then(|error| error.to_f64()),
                },
            );
        }
        let network = builder.finish()?;
        let mut row_of = vec![0; given.len()];
        let mut place_of = HashMap::new();
        for (row, place) in given.into_iter().zip(network.as_given()) {
            row_of[place] = row;
            place_of.insert(row, place);
        }
        Ok(Self { network, rows, row_of, place_of, links, digest: digest.finish().to_string() })
    }

    /// The firm at a place of the network.
    pub fn firm(&self, place: usize) -> Option<&FirmRow> {
        self.rows.firms.get(&self.row_of[place])
    }

    /// The firms that stand still, as far as is known, with what is left of them.
    pub fn shock(&self) -> Vec<(usize, f64)> {
        let firms = self.network.firms().iter().enumerate();
        firms.filter(|(_, firm)| firm.running < 1.0).map(|(place, firm)| (place, firm.running)).collect()
    }

    /// The supplies between two firms, as the register has them.
    pub fn supplies(&self, supplier: usize, buyer: usize) -> impl Iterator<Item = &SupplyRow> {
        self.rows.supplies.iter().filter(move |one| one.supplier == supplier && one.buyer == buyer)
    }

    /// What has no place in it.
    pub fn left_out(&self) -> LeftOut {
        self.rows.left_out
    }
}

/// The products of all chains, found by name, leading firm and class.
struct Products<'a> {
    chains: &'a Chains,
    by_name: HashMap<String, &'a Product>,
    by_leading: HashMap<&'a str, &'a str>,
}

impl<'a> Products<'a> {
    fn new(chains: &'a Chains) -> Self {
        let mut by_name = HashMap::new();
        for (_, _, product) in chains.products() {
            let names = [&product.id, &product.label.zh, &product.label.en];
            for name in names.into_iter().chain(&product.also) {
                by_name.insert(name.trim().to_lowercase(), product);
            }
        }
        let leading = chains.chains.iter().flat_map(|chain| &chain.leading);
        let by_leading = leading
            .flat_map(|firm| {
                [&firm.name].into_iter().chain(&firm.also).map(|name| (name.as_str(), firm.product.as_str()))
            })
            .collect();
        Self { chains, by_name, by_leading }
    }

    fn named(&self, name: &str) -> Option<&'a Product> {
        self.by_name.get(&name.trim().to_lowercase()).copied()
    }

    /// For each firm what it makes: as a leading firm; else what it sells most of; else what its class makes; else the
    /// sector of its division. Firms of which none is known are left out.
    fn sectors_of(&self, rows: &SupplyRows) -> BTreeMap<usize, String> {
        let mut sold: HashMap<usize, BTreeMap<&str, Decimal>> = HashMap::new();
        for supply in &rows.supplies {
            if let Some(product) = supply.product.as_deref().and_then(|name| self.named(name)) {
                *sold.entry(supply.supplier).or_default().entry(&product.id).or_default() += supply.value;
            }
        }
        let most = |row: &usize| {
            let sold = sold.get(row)?;
            // The first of those that sell the same.
            let (product, _) = sold.iter().rev().max_by_key(|(_, value)| **value)?;
            Some((*product).to_owned())
        };
        let sector = |(row, firm): (&usize, &FirmRow)| {
            let leads =
                firm.name.as_deref().and_then(|name| self.by_leading.get(name)).map(|id| (*id).to_owned());
            let made = || self.of_class(firm.industry.as_deref()?).map(|product| product.id.clone());
            let other = || Some(format!("{SECTOR}{}", self.chains.sector(firm.industry.as_deref()?)?));
            Some((*row, leads.or_else(|| most(row)).or_else(made).or_else(other)?))
        };
        let ends = rows.supplies.iter().flat_map(|supply| [supply.supplier, supply.buyer]);
        let linked: std::collections::BTreeSet<usize> = ends.collect();
        rows.firms.iter().filter(|(row, _)| linked.contains(row)).filter_map(sector).collect()
    }

    /// The product of the longest class that an industry's code begins with.
    fn of_class(&self, industry: &str) -> Option<&'a Product> {
        let classes = self
            .chains
            .products()
            .flat_map(|(_, _, product)| product.classes.iter().map(move |class| (class, product)));
        let fits = classes.filter(|(class, _)| industry.starts_with(class.as_str()));
        fits.min_by_key(|(class, _)| std::cmp::Reverse(class.len())).map(|(_, product)| product)
    }

    /// The essential matrix over products and sectors. What a chain says of a product comes first; a product that has
    /// essential inputs of its own can be short of everything else.
    fn essential(&self) -> Result<Essential, Vec<Mistake>> {
        let table = &self.chains.essential;
        let products: Vec<&Product> = self.chains.products().map(|(_, _, product)| product).collect();
        let place =
            |sector: Option<&str>| table.sectors.iter().position(|known| Some(known.as_str()) == sector);
        let of_product =
            |product: &Product| place(product.classes.first().and_then(|class| self.chains.sector(class)));
        let mut sectors: Vec<String> = products.iter().map(|product| product.id.clone()).collect();
        let mut places: Vec<Option<usize>> = products.iter().map(|product| of_product(product)).collect();
        sectors.extend(table.sectors.iter().map(|sector| format!("{SECTOR}{sector}")));
        places.extend((0..table.sectors.len()).map(Some));
        let need = |from: usize, to: usize| {
            let looked_up = match (places[from], places[to]) {
                (Some(from), Some(to)) => table.rows[from][to],
                // What is not known to matter is something to be short of.
                _ => 1,
            };
            let Some(buyer) = products.get(to) else { return looked_up };
            let id = &sectors[from];
            if buyer.essential.contains(id) {
                2
            } else if buyer.uses.contains(id) {
                1
            } else if buyer.essential.is_empty() {
                looked_up
            } else {
                looked_up.min(1)
            }
        };
        let rows: Vec<Vec<u8>> =
            (0..sectors.len()).map(|from| (0..sectors.len()).map(|to| need(from, to)).collect()).collect();
        Essential::new(sectors, &rows)
    }
}
