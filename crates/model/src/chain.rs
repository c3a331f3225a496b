//! Industrial chains, and where the register says who supplies whom.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::duty::Basis;
use crate::id::{DepartmentId, FactId, KindId};
use crate::label::Label;

/// What a city folder says of its chains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chains {
    /// Where the register says who supplies whom.
    pub supply: SupplyFacts,
    /// Which facts of firms the network is made of.
    pub firm: FirmFacts,
    /// Which facts of firms are computed from the network. Nobody tells them.
    pub computed: ComputedFacts,
    /// An essential input is broken where what still runs of its suppliers covers less than this share, 0 to 1.
    pub broken_below: Decimal,
    /// How much more than its output of a year a firm can make, as a share of it: what it could give as a substitute.
    pub headroom: Decimal,
    /// For divisions of the classification of industries (two digits): the sector of the essential matrix.
    pub divisions: Vec<Division>,
    /// Which sector's product others cannot do without.
    pub essential: EssentialTable,
    /// The chains.
    pub chains: Vec<IndustrialChain>,
}

/// Where the register says who supplies whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SupplyFacts {
    /// The kind of record of a supply.
    pub kind: KindId,
    /// Its reference to the firm that supplies.
    pub supplier: FactId,
    /// Its reference to the firm that is supplied.
    pub buyer: FactId,
    /// Its text: the product, by its id or one of its names.
    pub product: FactId,
    /// Its amount: the value of a year.
    pub value: FactId,
    /// Its number: how far the value may be off, as a share of it.
    pub stated_error: Option<FactId>,
}

/// Which facts of a firm the network is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirmFacts {
    /// The kind.
    pub kind: KindId,
    /// Its text: the code of its industry.
    pub industry: FactId,
    /// Its amount: the output of a year.
    pub output: FactId,
    /// Whether it runs, told or derived.
    pub running: FactId,
}

/// Which facts of a firm are computed from the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComputedFacts {
    /// A whole number: essential inputs that are broken.
    pub missing: FactId,
    /// An amount: output of a year that it loses as things stand.
    pub at_risk: FactId,
    /// A share, 0 to 1: what the whole network loses if it alone stops.
    pub esri: FactId,
    /// An amount: output of a year that the whole network regains if it alone returns; 0 where it runs.
    pub blocks: FactId,
}

impl ComputedFacts {
    /// All four.
    pub fn all(&self) -> [&FactId; 4] {
        [&self.missing, &self.at_risk, &self.esri, &self.blocks]
    }
}

/// A division of the classification of industries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Division {
    /// Two digits.
    pub code: String,
    /// A sector of the essential matrix.
    pub sector: String,
}

/// `E[k, l]`: whether what sector `k` sells is essential (2), non-essential (1) or of no matter (0) to a buyer in sector
/// `l`. Square: `rows[k][l]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EssentialTable {
    /// The sectors, in the order of rows and columns.
    pub sectors: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<u8>>,
}

/// An industrial chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndustrialChain {
    /// `power-equipment`
    pub id: String,
    /// What people call it.
    pub title: Label,
    /// Who leads it.
    pub leader: Label,
    /// The department that does its daily work.
    pub office: DepartmentId,
    /// The document that names it.
    pub basis: Basis,
    /// From upstream to downstream.
    pub segments: Vec<Segment>,
    /// The firms that lead it.
    pub leading: Vec<LeadingFirm>,
}

/// A segment of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// `materials`
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// What is made in it.
    pub products: Vec<Product>,
}

/// A product of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Product {
    /// `silicon-steel`: one in all chains.
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// Other names under which sheets have it.
    pub also: Vec<String>,
    /// Codes of the industries that make it, or beginnings of them: `C3130`.
    pub classes: Vec<String>,
    /// Products without which it is not made.
    pub essential: Vec<String>,
    /// Products that it takes and can be short of.
    pub uses: Vec<String>,
}

/// A firm that leads a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeadingFirm {
    /// Its name.
    pub name: String,
    /// Names under which the register has it.
    pub also: Vec<String>,
    /// What it makes for the chain.
    pub product: String,
    /// Whether it is made up.
    pub synthetic: bool,
}

impl IndustrialChain {
    /// Every product with the place of its segment.
    pub fn products(&self) -> impl Iterator<Item = (usize, &Product)> {
        let numbered = self.segments.iter().enumerate();
        numbered.flat_map(|(at, segment)| segment.products.iter().map(move |product| (at, product)))
    }
}

impl Chains {
    /// Every product of every chain: the place of the chain, of the segment, and the product.
    pub fn products(&self) -> impl Iterator<Item = (usize, usize, &Product)> {
        let chains = self.chains.iter().enumerate();
        chains.flat_map(|(chain, of)| of.products().map(move |(segment, product)| (chain, segment, product)))
    }

    /// The sector of the essential matrix that an industry's code belongs to. The letter in front may be missing.
    pub fn sector(&self, industry: &str) -> Option<&str> {
        let digits = industry.trim_start_matches(|ch: char| ch.is_ascii_alphabetic());
        let division = digits.get(..2)?;
        let found = self.divisions.iter().find(|known| known.code == division)?;
        Some(found.sector.as_str())
    }
}
