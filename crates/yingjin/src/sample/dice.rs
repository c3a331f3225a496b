//! Chance that can be had again: the same seed and place give the same numbers on every machine.
//!
//! Each draw has its own generator, seeded by where it is drawn (population, record, fact), so a line added to a recipe
//! changes nothing else. The generator is xoshiro256++, whose sequence is fixed by its name; no draw passes through
//! floating point.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use rust_decimal::Decimal;

/// Weights and chances are counted in parts of this.
const PARTS: u64 = 1_000_000_000;

/// A generator for one draw.
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The generator of a place, named by parts.
    pub fn at(seed: u64, place: &[&str]) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(hash(seed, place)))
    }

    /// A whole number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in 0..1, with nine digits.
    pub fn unit(&mut self) -> Decimal {
        Decimal::from(self.below(PARTS)) / Decimal::from(PARTS)
    }

    /// Yes, so often.
    pub fn chance(&mut self, share: Decimal) -> bool {
        self.unit() < share
    }

    /// The place of one of some weights, each as often as it weighs. Contract: one is above zero; else the last.
    pub fn weighted(&mut self, weights: &[Decimal]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<Decimal>();
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }
}

/// FNV-1a over the seed and the parts, each ended so that `a, bc` is not `ab, c`.
pub fn hash(seed: u64, place: &[&str]) -> u64 {
    let ended = place.iter().flat_map(|part| part.bytes().chain(std::iter::once(0xFF)));
    seed.to_le_bytes()
        .into_iter()
        .chain(ended)
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_fixed() {
        let draws: Vec<u64> = (0..4).map(|n| Dice::at(7, &["firm", &n.to_string()]).below(1000)).collect();
        assert_eq!(draws, [696, 556, 933, 117]);
    }

    #[test]
    fn weights_are_kept() {
        let weights = [Decimal::from(1), Decimal::ZERO, Decimal::from(3)];
        let mut counts = [0; 3];
        for n in 0..4000 {
            counts[Dice::at(1, &[&n.to_string()]).weighted(&weights)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((850..1150).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn places_do_not_run_into_each_other() {
        assert_ne!(hash(1, &["a", "bc"]), hash(1, &["ab", "c"]));
        assert_ne!(hash(1, &["a"]), hash(2, &["a"]));
    }
}
