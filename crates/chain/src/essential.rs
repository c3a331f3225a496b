//! Which sector's product a buyer cannot do without.

use std::collections::HashMap;

use crate::error::{Mistake, Reason, Sheet};

/// How much a product matters to a buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Of no matter: its lack stops nothing.
    None,
    /// Its lack lowers output by its share of all that the buyer buys.
    NonEssential,
    /// Output is no more than what is left of it.
    Essential,
}

/// `E[k, l]`: what the product of sector `k` is to a buyer in sector `l`. Square.
#[derive(Clone, Debug)]
pub struct Essential {
    sectors: Vec<String>,
    index: HashMap<String, u32>,
    needs: Vec<Need>,
}

impl Essential {
    /// Builds the matrix. Shapes: `sectors` `[n]`; `rows` `[n][n]`, row `k` the supplying sector `sectors[k]`, each cell 0
    /// (of no matter), 1 (non-essential) or 2 (essential). Rows are numbered from 1 in mistakes.
    pub fn new(sectors: Vec<String>, rows: &[Vec<u8>]) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut wrong = |row: usize, reason| {
            mistakes.push(Mistake { sheet: Sheet::Essential, row: row as u64 + 1, reason });
        };
        let mut index = HashMap::new();
        for (at, sector) in sectors.iter().enumerate() {
            if sector.is_empty() {
                wrong(at, Reason::Empty { column: "sector" });
            }
            if index.insert(sector.clone(), at as u32).is_some() {
                wrong(at, Reason::RepeatedSector { sector: sector.clone() });
            }
        }
        if rows.len() != sectors.len() {
            wrong(rows.len(), Reason::NotSquare { cells: rows.len(), sectors: sectors.len() });
        }
        let mut needs = Vec::with_capacity(sectors.len() * sectors.len());
        for (at, row) in rows.iter().enumerate() {
            if row.len() != sectors.len() {
                wrong(at, Reason::NotSquare { cells: row.len(), sectors: sectors.len() });
                continue;
            }
            for (column, cell) in row.iter().enumerate() {
                needs.push(match cell {
                    0 => Need::None,
                    1 => Need::NonEssential,
                    2 => Need::Essential,
                    value => {
                        wrong(at, Reason::UnknownNeed { sector: sectors[column].clone(), value: *value });
                        Need::None
                    }
                });
            }
        }
        if mistakes.is_empty() { Ok(Self { sectors, index, needs }) } else { Err(mistakes) }
    }

    /// The codes of the sectors, in the order of the rows.
    pub fn sectors(&self) -> &[String] {
        &self.sectors
    }

    /// The row of a sector.
    pub fn find(&self, sector: &str) -> Option<u32> {
        self.index.get(sector).copied()
    }

    /// What the product of sector `supplier` is to a buyer in sector `buyer`; both are rows.
    pub fn need(&self, supplier: u32, buyer: u32) -> Need {
        self.needs[supplier as usize * self.sectors.len() + buyer as usize]
    }
}
