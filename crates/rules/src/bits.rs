//! Bits in words, one a row, and Kleene's three values in two of them.

use std::ops::Range;

use model::Truth;

/// One bit a row. Bits beyond the last row are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    rows: usize,
}

impl Bits {
    /// All 0.
    pub fn new(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)], rows }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The bit of a row; 0 beyond the last.
    pub fn get(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Sets the bit of a row, which must be there.
    pub fn set(&mut self, row: usize, value: bool) {
        debug_assert!(row < self.rows);
        let bit = 1 << (row % 64);
        if value {
            self.words[row / 64] |= bit;
        } else {
            self.words[row / 64] &= !bit;
        }
    }

    /// Adds rows of 0.
    pub fn grow(&mut self, rows: usize) {
        self.rows = self.rows.max(rows);
        self.words.resize(self.rows.div_ceil(64), 0);
    }

    /// How many are 1.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The rows that are 1, in order.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| ones_of(*word).map(move |bit| at * 64 + bit))
    }

    /// The words, row `64 i + j` in bit `j` of word `i`.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Some of the words, to write. Contract: bits beyond the last row stay 0.
    pub fn words_mut(&mut self, range: Range<usize>) -> &mut [u64] {
        &mut self.words[range]
    }
}

/// The places of the ones of a word.
pub(crate) fn ones_of(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        (word != 0).then(|| {
            word &= word - 1;
            bit
        })
    })
}

/// Yes, no or unknown for each row: two bits, never both 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    /// Known to be so.
    pub yes: Bits,
    /// Known not to be so.
    pub no: Bits,
}

impl Mask {
    /// Unknown for every row.
    pub fn new(rows: usize) -> Self {
        Self { yes: Bits::new(rows), no: Bits::new(rows) }
    }

    /// The truth of a row; unknown beyond the last.
    pub fn get(&self, row: usize) -> Truth {
        match (self.yes.get(row), self.no.get(row)) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::No,
            _ => Truth::Unknown,
        }
    }

    /// Sets the truth of a row.
    pub fn set(&mut self, row: usize, truth: Truth) {
        self.yes.set(row, truth == Truth::Yes);
        self.no.set(row, truth == Truth::No);
    }

    /// Adds rows of unknown.
    pub fn grow(&mut self, rows: usize) {
        self.yes.grow(rows);
        self.no.grow(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_by_bits() {
        let mut bits = Bits::new(130);
        for row in [0, 63, 64, 129] {
            bits.set(row, true);
        }
        bits.set(64, false);
        assert_eq!(bits.ones().collect::<Vec<_>>(), [0, 63, 129]);
        assert_eq!((bits.count(), bits.get(63), bits.get(64), bits.get(500)), (3, true, false, false));
    }
}
