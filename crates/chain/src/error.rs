//! What can be wrong with the input. Each mistake says where it stands and why; nothing is dropped in silence.

/// Which of the three sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sheet {
    /// The firms.
    Firms,
    /// The links.
    Links,
    /// Which sector's product is essential to which sector.
    Essential,
}

impl std::fmt::Display for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Sheet::Firms => "firms",
            Sheet::Links => "links",
            Sheet::Essential => "essential",
        })
    }
}

/// One mistake: the sheet, the row as the caller counts rows, and the reason.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{sheet}, row {row}: {reason}")]
pub struct Mistake {
    /// The sheet.
    pub sheet: Sheet,
    /// The row, as the caller numbered it.
    pub row: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// A cell that must have a name has none.
    #[error("{column} is empty")]
    Empty {
        /// The column.
        column: &'static str,
    },
    /// A number below zero where there can be none.
    #[error("{column} is negative: {value}")]
    Negative {
        /// The column.
        column: &'static str,
        /// What stands there.
        value: f64,
    },
    /// Not a number, or infinite.
    #[error("{column} is not a finite number")]
    NotFinite {
        /// The column.
        column: &'static str,
    },
    /// A number outside of its range.
    #[error("{column} is {value}, which is not in {low}..={high}")]
    OutOfRange {
        /// The column.
        column: &'static str,
        /// What stands there.
        value: f64,
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// A firm that stands there twice.
    #[error("firm {firm} is in row {first_row} already")]
    RepeatedFirm {
        /// The firm.
        firm: String,
        /// Where it stood first.
        first_row: u64,
    },
    /// A link names a firm that is not among the firms.
    #[error("firm {firm} is not among the firms")]
    UnknownFirm {
        /// The firm.
        firm: String,
    },
    /// A firm that supplies itself.
    #[error("firm {firm} supplies itself")]
    SelfSupply {
        /// The firm.
        firm: String,
    },
    /// A sector, or a product, without a row in the essential matrix.
    #[error("sector {sector} has no row in the essential matrix")]
    UnknownSector {
        /// The sector.
        sector: String,
    },
    /// The same supplier, buyer and product twice.
    #[error("this link is in row {first_row} already")]
    RepeatedLink {
        /// Where it stood first.
        first_row: u64,
    },
    /// A firm whose links sell more than its revenue.
    #[error(
        "revenue is {revenue}, but the links of firm {firm} sell {sales}; mend it or leave revenue empty"
    )]
    RevenueBelowSales {
        /// The firm.
        firm: String,
        /// Its revenue.
        revenue: f64,
        /// The sum of its sales.
        sales: f64,
    },
    /// A sector that stands twice in the essential matrix.
    #[error("sector {sector} stands there twice")]
    RepeatedSector {
        /// The sector.
        sector: String,
    },
    /// A row of a matrix that is not as long as the matrix is high.
    #[error("the row has {cells} cells, where {sectors} were expected")]
    NotSquare {
        /// How many cells it has.
        cells: usize,
        /// How many it should have.
        sectors: usize,
    },
    /// A cell of the essential matrix that is none of 0, 1, 2.
    #[error("the cell of sector {sector} is {value}: only 0, 1 and 2 are known")]
    UnknownNeed {
        /// The sector of the column.
        sector: String,
        /// What stands there.
        value: u8,
    },
}
