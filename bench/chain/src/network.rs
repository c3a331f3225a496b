//! Made-up supply networks, the same for the same seed. Nothing here is about a real firm.
//!
//! - Size of a firm: Pareto with exponent 1.2, at most 10,000 times the smallest.
//! - Sector: any of the matrix's, each as likely.
//! - 4.5 links a firm. Supplier and buyer are drawn as often as the root of their sizes, the supplier's sector at random;
//!   pairs that are there already and self supply are drawn again.
//! - Value of a link: root of the product of both sizes, times a lognormal number (σ = 1).

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use chain::{Builder, Essential, FirmRow, LinkRow, Market, Network};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A network as text: what a file would hold.
pub struct Sheets {
    pub firms: Vec<(String, String)>,
    pub links: Vec<(u32, u32, f64)>,
}

struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// In 0..1.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A place in a list, each as often as its step in the running sum is high.
    fn weighted(&mut self, sums: &[f64]) -> usize {
        let total = sums.last().copied().unwrap_or(0.0);
        let at = self.unit() * total;
        sums.partition_point(|sum| *sum <= at).min(sums.len() - 1)
    }
}

/// The essential matrix in a csv file; by the first `digits` of the sectors, a cell then being the mean, rounded.
pub fn essential(path: &Path, digits: usize) -> Result<Essential> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let clean = |cell: &str| cell.trim().trim_matches('"').to_owned();
    let mut lines = text.lines();
    let heading: Vec<String> = lines.next().context("no heading")?.split(',').skip(1).map(clean).collect();
    let short: Vec<String> = heading.iter().map(|code| code.chars().take(digits).collect()).collect();
    let mut sectors = short.clone();
    sectors.sort();
    sectors.dedup();
    let place = |code: &String| sectors.binary_search(code).unwrap_or(0);
    let mut sums = vec![vec![(0u32, 0u32); sectors.len()]; sectors.len()];
    for (line, supplier) in lines.zip(&short) {
        for (cell, buyer) in line.split(',').skip(1).zip(&short) {
            let sum = &mut sums[place(supplier)][place(buyer)];
            *sum = (sum.0 + clean(cell).parse::<u32>()?, sum.1 + 1);
        }
    }
    let rows: Vec<Vec<u8>> = sums
        .iter()
        .map(|row| row.iter().map(|(sum, count)| ((2 * sum + count) / (2 * count.max(&1))) as u8).collect())
        .collect();
    match Essential::new(sectors, &rows) {
        Ok(essential) => Ok(essential),
        Err(mistakes) => bail!("{mistakes:?}"),
    }
}

/// Draws a network of `firms` firms.
pub fn draw(essential: &Essential, firms: usize, seed: u64) -> Sheets {
    let mut chance = Chance(Xoshiro256PlusPlus::seed_from_u64(seed));
    let sizes: Vec<f64> = (0..firms).map(|_| (1.0 - chance.unit()).powf(-1.0 / 1.2).min(1e4)).collect();
    let sectors = essential.sectors();
    let named = (0..firms).map(|firm| {
        let sector = (chance.unit() * sectors.len() as f64) as usize;
        (format!("F{firm:06}"), sectors[sector.min(sectors.len() - 1)].clone())
    });
    let named: Vec<(String, String)> = named.collect();
    let sums: Vec<f64> = sizes
        .iter()
        .scan(0.0, |sum, size| {
            *sum += size.sqrt();
            Some(*sum)
        })
        .collect();
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    while links.len() < firms * 9 / 2 {
        let (supplier, buyer) = (chance.weighted(&sums), chance.weighted(&sums));
        if supplier != buyer && seen.insert((supplier, buyer)) {
            let value = (sizes[supplier] * sizes[buyer]).sqrt() * chance.normal().exp();
            links.push((supplier as u32, buyer as u32, value));
        }
    }
    Sheets { firms: named, links }
}

/// Builds the network.
pub fn build(essential: Essential, sheets: &Sheets) -> Result<Network> {
    let mut builder = Builder::new(essential, Market::Sector);
    for (row, (firm, sector)) in sheets.firms.iter().enumerate() {
        builder.firm(row as u64, &FirmRow { firm, sector, ..FirmRow::default() });
    }
    for (row, (supplier, buyer, value)) in sheets.links.iter().enumerate() {
        let (supplier, buyer) = (&sheets.firms[*supplier as usize].0, &sheets.firms[*buyer as usize].0);
        builder.link(row as u64, &LinkRow { supplier, buyer, value: *value, ..LinkRow::default() });
    }
    match builder.finish() {
        Ok(network) => Ok(network),
        Err(mistakes) => bail!("{mistakes:?}"),
    }
}
