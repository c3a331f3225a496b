//! What the register surely does not have, without asking it: most rows of a new sheet are about something new, and
//! each would ask three times.
//!
//! A Bloom filter of one size, so that memory does not grow with the register: what it lets through is asked for.

use std::hash::{BuildHasher, RandomState};

use model::{FactId, KindId};

/// Words of 64 bits: 16 MiB. Of two million texts one in ten thousand that are not there is let through, of twenty
/// million one in twenty.
const WORDS: usize = 1 << 21;
/// Questions without an answer, about one kind, before it pays to read all that the kind has.
const MISSED: usize = 2_000;

/// Texts that records are known by, and ids, of the kinds that were learnt.
#[derive(Default)]
pub(crate) struct Sieve {
    words: Vec<u64>,
    hasher: RandomState,
    kinds: Vec<Learning>,
}

struct Learning {
    kind: KindId,
    missed: usize,
    learnt: bool,
}

impl Sieve {
    /// Notes that the register was asked and had nothing. Returns whether it is time to learn the kind.
    pub(crate) fn missed(&mut self, kind: &KindId) -> bool {
        let learning = self.learning(kind);
        learning.missed += 1;
        learning.missed == MISSED
    }

    /// Begins to keep account of a kind. Contract: all that the register has of it is added after.
    pub(crate) fn learn(&mut self, kind: &KindId) {
        self.words.resize(WORDS, 0);
        self.learning(kind).learnt = true;
    }

    /// Adds an id, or a text of a fact, if the kind was learnt.
    pub(crate) fn add(&mut self, kind: &KindId, fact: Option<&FactId>, text: &str) {
        if self.has_learnt(kind) {
            let (word, bits) = self.place(kind, fact, text);
            self.words[word] |= bits;
        }
    }

    /// Whether neither the register nor this transaction has the id, or the text in that fact.
    pub(crate) fn lacks(&self, kind: &KindId, fact: Option<&FactId>, text: &str) -> bool {
        self.has_learnt(kind) && {
            let (word, bits) = self.place(kind, fact, text);
            self.words[word] & bits != bits
        }
    }

    fn has_learnt(&self, kind: &KindId) -> bool {
        self.kinds.iter().any(|learning| learning.learnt && learning.kind == *kind)
    }

    fn learning(&mut self, kind: &KindId) -> &mut Learning {
        let at = self.kinds.iter().position(|learning| learning.kind == *kind).unwrap_or_else(|| {
            self.kinds.push(Learning { kind: kind.clone(), missed: 0, learnt: false });
            self.kinds.len() - 1
        });
        &mut self.kinds[at]
    }

    /// The word of a text, and four bits of it.
    fn place(&self, kind: &KindId, fact: Option<&FactId>, text: &str) -> (usize, u64) {
        let hash = self.hasher.hash_one((kind.as_str(), fact.map(FactId::as_str), text));
        let bits = (0..4).fold(0, |bits, at| bits | 1 << (hash >> (at * 6) & 63));
        (usize::try_from(hash >> 24).unwrap_or(0) % WORDS, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_through_all_that_is_there_and_little_else() {
        let (kind, fact) = (KindId::from("firm"), FactId::from("name"));
        let mut sieve = Sieve::default();
        assert!(!sieve.lacks(&kind, None, "0"), "nothing is known of a kind that was not learnt");
        sieve.learn(&kind);
        for number in 0..100_000 {
            sieve.add(&kind, Some(&fact), &number.to_string());
        }
        let lacks = |number: u32| sieve.lacks(&kind, Some(&fact), &number.to_string());
        assert!(!(0..100_000).any(lacks));
        let let_through = (100_000..200_000).filter(|number| !lacks(*number)).count();
        assert!(let_through < 100, "{let_through}");
        assert!(sieve.lacks(&kind, None, "0"), "an id is no text of a fact");
        assert!(!sieve.lacks(&"lease".into(), None, "0"));
    }

    #[test]
    fn it_is_time_to_learn_once() {
        let mut sieve = Sieve::default();
        let times = (0..10_000).filter(|_| sieve.missed(&"firm".into())).count();
        assert_eq!(times, 1);
    }
}
