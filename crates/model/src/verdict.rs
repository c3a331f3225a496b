//! Three-valued truth, and the set a record stands in for a duty.

use std::ops::{BitAnd, BitOr, Not};

use serde::{Deserialize, Serialize};

/// Kleene's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Known to be so.
    Yes,
    /// Known not to be so.
    No,
    /// A fact that matters is missing.
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Truth {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Self::Unknown, Self::from)
    }
}

impl BitAnd for Truth {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

impl BitOr for Truth {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        !(!self & !other)
    }
}

impl Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Where a record stands for a duty on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// 已尽: owed, and served by evidence.
    Done,
    /// 免尽: owed, not served, and left out on purpose with a reason on record.
    Exempt,
    /// 未尽: owed and neither served nor exempt.
    Gap,
    /// 错享: served but not owed.
    Leak,
    /// Whether it is owed turns on a missing fact.
    Unknown,
    /// Not owed and not served.
    Out,
}

impl Standing {
    /// The set, from the three questions.
    ///
    /// Contract: `should == Yes` exactly for Done, Exempt and Gap, so should = done + exempt + gap, to the
    /// record. Evidence that is incomplete is no evidence, and an exemption not shown is none: both leave a gap.
    pub fn of(should: Truth, done: Truth, exempt: Truth) -> Self {
        match (should, done, exempt) {
            (Truth::Unknown, _, _) => Self::Unknown,
            (Truth::No, Truth::Yes, _) => Self::Leak,
            (Truth::No, _, _) => Self::Out,
            (Truth::Yes, Truth::Yes, _) => Self::Done,
            (Truth::Yes, _, Truth::Yes) => Self::Exempt,
            (Truth::Yes, _, _) => Self::Gap,
        }
    }

    /// Whether the duty is owed: one of done, exempt, gap.
    pub fn is_owed(self) -> bool {
        matches!(self, Self::Done | Self::Exempt | Self::Gap)
    }
}

/// The share of `part` in `whole`; none of nothing. Counts of records stay far below 2^53, so the quotient is as
/// exact as a float can be. A rate is done ÷ should; with exemptions, (done + exempt) ÷ should.
#[allow(clippy::cast_precision_loss)]
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Truth; 3] = [Truth::Yes, Truth::No, Truth::Unknown];

    #[test]
    fn kleene_tables() {
        use Truth::{No, Unknown, Yes};
        let and = [[Yes, No, Unknown], [No, No, No], [Unknown, No, Unknown]];
        for (row, a) in ALL.iter().enumerate() {
            for (column, b) in ALL.iter().enumerate() {
                assert_eq!(*a & *b, and[row][column]);
                assert_eq!(*a | *b, !(!*a & !*b));
            }
        }
    }

    #[test]
    fn owed_is_done_exempt_or_gap() {
        for should in ALL {
            for done in ALL {
                for exempt in ALL {
                    let standing = Standing::of(should, done, exempt);
                    assert_eq!(standing.is_owed(), should == Truth::Yes);
                    assert_eq!(standing == Standing::Unknown, should == Truth::Unknown);
                }
            }
        }
    }
}
