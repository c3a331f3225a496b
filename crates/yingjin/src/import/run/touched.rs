//! Which records a file has told of.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use model::RecordId;

/// The first row of a file that told of a record: its sheet, by place, and its number.
///
/// Ids are kept as 64 bits, a fifth of the room. Two that fall together (one in ten million files of five million rows)
/// make a correction look like a row that disagrees with another, which a person then sees.
#[derive(Default)]
pub(super) struct Touched {
    hasher: RandomState,
    rows: HashMap<u64, (u32, u32)>,
}

impl Touched {
    /// Notes that a row told of a record, unless one has before.
    pub fn first(&mut self, id: &RecordId, (sheet, row): (u32, u64)) {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.rows.entry(self.hasher.hash_one(id)).or_insert((sheet, row));
    }

    /// The first row that told of a record.
    pub fn get(&self, id: &RecordId) -> Option<(u32, u64)> {
        self.rows.get(&self.hasher.hash_one(id)).map(|(sheet, row)| (*sheet, u64::from(*row)))
    }
}
