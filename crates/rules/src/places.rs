//! Finds texts that stand elsewhere: ids of records, entries of dictionaries.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The keys of texts, by hash. The texts themselves stand with whoever asks, who tells the text of a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Keys with the half of their hash that is kept: growing would otherwise read every text again, and they lie all
    /// over memory.
    keys: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
}

impl Places {
    /// The key of a text, if it has one.
    pub fn find<'t>(&self, text: &str, text_of: impl Fn(u32) -> &'t str) -> Option<u32> {
        let hash = self.hash(text);
        let found = self.keys.find(spread(hash), |(key, of)| *of == hash && text_of(*key) == text);
        found.map(|(key, _)| *key)
    }

    /// The key that a text has already; none where it had none and now has the one given.
    pub fn claim<'t>(&mut self, text: &str, key: u32, text_of: impl Fn(u32) -> &'t str) -> Option<u32> {
        let hash = self.hash(text);
        let is_same = |(key, of): &(u32, u32)| *of == hash && text_of(*key) == text;
        match self.keys.entry(spread(hash), is_same, |(_, of)| spread(*of)) {
            hashbrown::hash_table::Entry::Occupied(known) => Some(known.get().0),
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert((key, hash));
                None
            }
        }
    }

    /// Half of the hash is plenty: who asks compares texts in the end.
    #[expect(clippy::cast_possible_truncation)]
    fn hash(&self, text: &str) -> u32 {
        self.hasher.hash_one(text) as u32
    }
}

/// The table takes its place from the low bits and its tag from the high ones, so that both have to vary.
fn spread(hash: u32) -> u64 {
    u64::from(hash) | u64::from(hash) << 32
}
