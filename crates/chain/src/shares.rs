//! Links as the cascade reads them: shares instead of money, in rows by supplier and by buyer.

use crate::essential::Need;

/// No input: the link's product is of no matter to its buyer.
pub(crate) const NO_INPUT: u32 = u32::MAX;

/// A link. Ties stand by buyer, product and supplier.
#[derive(Clone, Debug)]
pub(crate) struct Tie {
    pub supplier: u32,
    pub buyer: u32,
    pub product: u32,
    pub need: Need,
    pub value: f64,
}

/// What a failing supplier takes from an input of a buyer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down {
    pub buyer: u32,
    pub input: u32,
    /// Λd.
    pub share: f64,
}

/// What a failing buyer takes from the sales of a supplier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Up {
    pub supplier: u32,
    /// Λu.
    pub share: f64,
}

/// An input: what a buyer buys of one product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    pub buyer: u32,
    pub product: u32,
    pub essential: bool,
    /// The value of all that is bought of it.
    pub value: f64,
}

/// A link with its shares, before it is put in rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    pub supplier: u32,
    pub buyer: u32,
    pub input: u32,
    pub down: f64,
    pub up: f64,
}

/// The sparse matrices Λd and Λu, both ways, and the markets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shares {
    /// One a tie, in their order.
    pub arcs: Vec<Arc>,
    pub inputs: Vec<Input>,
    /// The inputs of buyer `j` are `input_at[j]..input_at[j + 1]`.
    pub input_at: Vec<u32>,
    pub down: Vec<Down>,
    pub down_at: Vec<u32>,
    pub up: Vec<Up>,
    pub up_at: Vec<u32>,
    /// Each firm's market, and the firms of each market.
    pub market: Vec<u32>,
    pub members: Vec<u32>,
    pub member_at: Vec<u32>,
    /// out: what each firm sells in the network.
    pub sales: Vec<f64>,
    /// What a firm adds to its market: `sales`, but 0 for a stand-in of a cut link, which sells nothing itself.
    pub offer: Vec<f64>,
    /// What all that a firm bought cost. The denominator of its non-essential inputs.
    pub bought: Vec<f64>,
    /// What each input lacks before anything happens: 0, or less where links were added.
    pub input_start: Vec<f64>,
    /// What each firm's sales lack before anything happens: 0, or less where links were added.
    pub sales_start: Vec<f64>,
}

impl Shares {
    /// Shares of links. Shapes: `ties` by buyer, product, supplier; the others `[n_firms]`.
    pub fn new(ties: &[Tie], revenue: &[Option<f64>], markets: &[u32]) -> Self {
        let firms = markets.len();
        let mut sales = vec![0.0; firms];
        let mut bought = vec![0.0; firms];
        for tie in ties {
            sales[tie.supplier as usize] += tie.value;
            bought[tie.buyer as usize] += tie.value;
        }
        let mut inputs: Vec<Input> = Vec::new();
        let mut arcs = Vec::with_capacity(ties.len());
        let part = |value: f64, of: f64| if of > 0.0 { value / of } else { 0.0 };
        for links in ties.chunk_by(|a, b| (a.buyer, a.product) == (b.buyer, b.product)) {
            let value: f64 = links.iter().map(|tie| tie.value).sum();
            let Tie { buyer, product, need, .. } = links[0];
            let (input, of) = match need {
                Need::None => (NO_INPUT, f64::INFINITY),
                Need::NonEssential => (inputs.len() as u32, bought[buyer as usize]),
                Need::Essential => (inputs.len() as u32, value),
            };
            if input != NO_INPUT {
                inputs.push(Input { buyer, product, essential: need == Need::Essential, value });
            }
            arcs.extend(links.iter().map(|tie| {
                let seller = tie.supplier as usize;
                let up = part(tie.value, revenue[seller].unwrap_or(sales[seller]).max(sales[seller]));
                Arc { supplier: tie.supplier, buyer, input, down: part(tie.value, of), up }
            }));
        }
        let input_start = vec![0.0; inputs.len()];
        let mut shares = Self {
            inputs,
            market: markets.to_vec(),
            offer: sales.clone(),
            sales,
            bought,
            input_start,
            sales_start: vec![0.0; firms],
            ..Self::default()
        };
        shares.input_at = starts(firms, shares.inputs.iter().map(|input| input.buyer));
        shares.put_in_rows(&arcs);
        shares.arcs = arcs;
        shares
    }

    /// Lays `arcs` out by supplier and by buyer, and the firms by market.
    pub fn put_in_rows(&mut self, arcs: &[Arc]) {
        let firms = self.market.len();
        let acts = |arc: &&Arc| arc.input != NO_INPUT && arc.down > 0.0;
        self.down_at = starts(firms, arcs.iter().filter(acts).map(|arc| arc.supplier));
        let mut next = self.down_at.clone();
        self.down = vec![Down { buyer: 0, input: 0, share: 0.0 }; arcs.iter().filter(acts).count()];
        for arc in arcs.iter().filter(acts) {
            let slot = &mut next[arc.supplier as usize];
            self.down[*slot as usize] = Down { buyer: arc.buyer, input: arc.input, share: arc.down };
            *slot += 1;
        }
        let sells = |arc: &&Arc| arc.up > 0.0;
        self.up_at = starts(firms, arcs.iter().filter(sells).map(|arc| arc.buyer));
        let mut next = self.up_at.clone();
        self.up = vec![Up { supplier: 0, share: 0.0 }; arcs.iter().filter(sells).count()];
        for arc in arcs.iter().filter(sells) {
            let slot = &mut next[arc.buyer as usize];
            self.up[*slot as usize] = Up { supplier: arc.supplier, share: arc.up };
            *slot += 1;
        }
        let markets = self.market.iter().max().map_or(0, |last| *last as usize + 1);
        self.member_at = starts(markets, self.market.iter().copied());
        let mut next = self.member_at.clone();
        self.members = vec![0; firms];
        for (firm, market) in self.market.iter().enumerate() {
            let slot = &mut next[*market as usize];
            self.members[*slot as usize] = firm as u32;
            *slot += 1;
        }
    }

    pub fn inputs_of(&self, buyer: usize) -> std::ops::Range<usize> {
        self.input_at[buyer] as usize..self.input_at[buyer + 1] as usize
    }

    pub fn down_of(&self, supplier: usize) -> &[Down] {
        &self.down[self.down_at[supplier] as usize..self.down_at[supplier + 1] as usize]
    }

    pub fn up_of(&self, buyer: usize) -> &[Up] {
        &self.up[self.up_at[buyer] as usize..self.up_at[buyer + 1] as usize]
    }

    pub fn members_of(&self, market: usize) -> &[u32] {
        &self.members[self.member_at[market] as usize..self.member_at[market + 1] as usize]
    }
}

/// Where each of `rows` rows starts, and where the last one ends, from the rows of all elements.
fn starts(rows: usize, of: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; rows + 1];
    for row in of {
        starts[row as usize + 1] += 1;
    }
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    starts
}
