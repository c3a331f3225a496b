//! Drawing by lot who is inspected, so that anybody can draw again and get the same.
//!
//! Every lot has tickets, as many as it weighs. The value of a ticket is the first 8 bytes of
//! `SHA-256("<seed>:<id>:<ticket>")`, tickets counted from 1; a lot's rank is the smallest value among its tickets, and
//! of each area the lots of the smallest ranks are drawn. No order matters, and a lot that is added or left out changes
//! no other's rank.
//!
//! Ticket values drawn by a hash from a public seed are Rivest's consistent sampling (R. L. Rivest, "Consistent
//! Sampling with Replacement", arXiv:1808.10016), made for audits of elections. The smallest of k values is the
//! exponential key of Efraimidis and Spirakis for the weight k (Information Processing Letters 97, 2006), without
//! logarithms: the largest of k uniform numbers is distributed as u^(1/k). So whoever has k tickets is k times as likely
//! to be the first one drawn as whoever has one; where more are drawn it is successive sampling without replacement, in
//! which the odds of heavy lots fall short of k to 1 by little while few are drawn.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::event::{BodyDigest, Hash};
use crate::id::{AreaCode, FactId, FormId, ParameterId, RecordId};
use crate::label::Label;

/// How those who filed a form are drawn, as the city folder words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DrawRule {
    /// The share of each area's filings that is drawn, 0 to 1.
    pub share: ParameterId,
    /// The facts of a filing that a draw fills in.
    pub filled: DrawnFacts,
    /// What gives a filing more tickets than one.
    pub more: Vec<MoreTickets>,
    /// A code of the filing, most often a derived one: how far its inspection is.
    pub state: FactId,
    /// A day of the filing: by when what was found has to be put right.
    pub due: Option<FactId>,
}

/// Facts of a filing that nobody types: a draw fills them in for all that it drew from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFacts {
    /// Yes or no: whether it was drawn.
    pub drawn: FactId,
    /// A day: the day whose draw it was in.
    pub drawn_for: FactId,
    /// A number: its tickets.
    pub tickets: FactId,
    /// An area: among whose filings it was.
    pub area: FactId,
}

impl DrawnFacts {
    /// All four.
    pub fn all(&self) -> [&FactId; 4] {
        [&self.drawn, &self.drawn_for, &self.tickets, &self.area]
    }
}

/// What gives a filing more tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MoreTickets {
    /// When: a condition over the filing. Unknown gives none.
    pub when: String,
    /// How many more.
    pub tickets: u32,
    /// Why, in words.
    pub why: Label,
}

/// One who may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The record of the filing. It is made of who filed and the day, so that nobody can choose it.
    pub id: RecordId,
    /// The area among whose filings it is; none where that is not known.
    pub area: Option<AreaCode>,
    /// Its tickets, at least one.
    pub tickets: u32,
}

/// What was drawn in one area.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AreaDraw {
    /// Filings that it was drawn from.
    pub lots: usize,
    /// Filings that were drawn.
    pub drawn: usize,
}

/// The seed of a day's draw: SHA-256 over the lines form, day and hash, where `hash` is that of the event by which the
/// last of the filings came. Nobody who files knows it beforehand, and whoever draws has no part in it.
pub fn seed(form: &FormId, day: NaiveDate, hash: Hash) -> Hash {
    let mut digest = BodyDigest::default();
    for line in [form.to_string(), day.to_string(), hash.to_string()] {
        digest.line(&line);
    }
    digest.finish()
}

/// The smallest of a lot's tickets.
pub fn rank(seed: Hash, lot: &Lot) -> u64 {
    let value = |ticket: u32| {
        let digest = Sha256::digest(format!("{seed}:{}:{ticket}", lot.id));
        digest.iter().take(8).fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
    };
    (1..=lot.tickets.max(1)).map(value).min().unwrap_or(u64::MAX)
}

/// How many of so many are drawn: their share, and never a part of one, rounded up. Nothing is carried over to the next
/// day: it would tell beforehand on which day nobody is drawn.
pub fn places(share: Decimal, lots: usize) -> usize {
    let share = share.clamp(Decimal::ZERO, Decimal::ONE);
    (share * Decimal::from(lots)).ceil().to_usize().unwrap_or(lots).min(lots)
}

/// The lots that are drawn, area by area. `share` is asked once for each area.
pub fn draw(
    seed: Hash,
    lots: &[Lot],
    share: impl Fn(Option<&AreaCode>) -> Decimal,
) -> (BTreeSet<RecordId>, BTreeMap<Option<AreaCode>, AreaDraw>) {
    let mut areas: BTreeMap<Option<AreaCode>, Vec<(u64, &RecordId)>> = BTreeMap::new();
    for lot in lots {
        areas.entry(lot.area.clone()).or_default().push((rank(seed, lot), &lot.id));
    }
    let (mut drawn, mut of_areas) = (BTreeSet::new(), BTreeMap::new());
    for (area, mut ranked) in areas {
        let places = places(share(area.as_ref()), ranked.len());
        // Equal ranks (once in 2^64) are told apart by their ids.
        ranked.sort_unstable();
        drawn.extend(ranked.iter().take(places).map(|(_, id)| (*id).clone()));
        of_areas.insert(area, AreaDraw { lots: ranked.len(), drawn: places });
    }
    (drawn, of_areas)
}

/// A digest of all that was drawn from: SHA-256 over the lines `<id>:<area>:<tickets>` in the order of the ids.
pub fn digest(lots: &[Lot]) -> Hash {
    let mut sorted: Vec<&Lot> = lots.iter().collect();
    sorted.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut digest = BodyDigest::default();
    for lot in sorted {
        let area = lot.area.as_ref().map_or("", AreaCode::as_str);
        digest.line(&format!("{}:{area}:{}", lot.id, lot.tickets));
    }
    digest.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lot(id: &str, area: &str, tickets: u32) -> Lot {
        Lot { id: id.into(), area: Some(area.into()), tickets }
    }

    fn seed_of(n: u32) -> Hash {
        seed(&"resume".into(), "2020-03-05".parse().unwrap(), Hash(Sha256::digest(n.to_string()).into()))
    }

    fn tenth(_: Option<&AreaCode>) -> Decimal {
        Decimal::new(1, 1)
    }

    #[test]
    fn another_program_gets_the_same() {
        // printf 'resume\n2020-03-05\n%064d\n' 0 | sha256sum
        let seed = seed(&"resume".into(), "2020-03-05".parse().unwrap(), Hash::ZERO);
        assert_eq!(seed.to_string(), "f828ca30c4b7427966ace6b704784d1a29ef43409b2d35fd8125047e246d3c58");
        // printf "$seed:F~2020-03-05:1" | sha256sum | cut -c1-16, and the same for ticket 2
        assert_eq!(format!("{:016x}", rank(seed, &lot("F~2020-03-05", "1", 1))), "24eae4b4fbd09057");
        assert_eq!(format!("{:016x}", rank(seed, &lot("F~2020-03-05", "1", 2))), "24eae4b4fbd09057");
    }

    #[test]
    fn the_share_is_exact_and_rounded_up() {
        let share = |text: &str| text.parse().unwrap();
        for (text, lots, drawn) in [
            ("0.1", 0, 0),
            ("0.1", 1, 1),
            ("0.1", 10, 1),
            ("0.1", 11, 2),
            ("0.3", 10, 3),
            ("0", 9, 0),
            ("1", 9, 9),
            ("7", 9, 9),
        ] {
            assert_eq!(places(share(text), lots), drawn, "{text} of {lots}");
        }
    }

    /// Of 4,000 fixed seeds: whoever has three tickets of twelve is drawn first a quarter of the time.
    #[test]
    fn weights_are_honoured_in_the_long_run() {
        let mut lots: Vec<Lot> = (0..9).map(|n| lot(&format!("light {n}"), "1", 1)).collect();
        lots.push(lot("heavy", "1", 3));
        let one = |_: Option<&AreaCode>| Decimal::new(1, 1);
        let mut first: BTreeMap<RecordId, u32> = BTreeMap::new();
        for n in 0..4_000 {
            let (drawn, _) = draw(seed_of(n), &lots, one);
            assert_eq!(drawn.len(), 1);
            drawn.into_iter().for_each(|id| *first.entry(id).or_default() += 1);
        }
        // Four standard deviations: sqrt(4000 × 0.25 × 0.75) = 27.4, sqrt(4000 × 1/12 × 11/12) = 17.5.
        assert!(first["heavy"].abs_diff(1_000) < 110, "{first:?}");
        for n in 0..9 {
            assert!(first[format!("light {n}").as_str()].abs_diff(333) < 70, "{first:?}");
        }
    }

    fn lots() -> impl Strategy<Value = Vec<Lot>> {
        prop::collection::btree_map("[a-z]{1,6}", (0_u8..4, 1_u32..5), 0..60).prop_map(|lots| {
            let lot = |(id, (area, tickets)): (String, (u8, u32))| lot(&id, &area.to_string(), tickets);
            lots.into_iter().map(lot).collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(lots in lots(), n in any::<u32>()) {
            let mut turned = lots.clone();
            turned.reverse();
            turned.sort_by_key(|lot| lot.tickets);
            prop_assert_eq!(draw(seed_of(n), &lots, tenth), draw(seed_of(n), &turned, tenth));
            prop_assert_eq!(digest(&lots), digest(&turned));
        }

        #[test]
        fn every_area_has_its_share(lots in lots(), n in any::<u32>(), percent in 0_i64..=100) {
            let (drawn, areas) = draw(seed_of(n), &lots, |_| Decimal::new(percent, 2));
            for (area, counts) in areas {
                let of_area: Vec<&Lot> = lots.iter().filter(|lot| lot.area == area).collect();
                prop_assert_eq!(counts.lots, of_area.len());
                prop_assert_eq!(counts.drawn, (of_area.len() * usize::try_from(percent).unwrap()).div_ceil(100));
                prop_assert_eq!(of_area.iter().filter(|lot| drawn.contains(&lot.id)).count(), counts.drawn);
            }
        }

        #[test]
        fn one_more_pushes_out_one_at_most(lots in lots(), n in any::<u32>()) {
            let before = draw(seed_of(n), &lots, tenth).0;
            let more: Vec<Lot> = lots.iter().cloned().chain([lot("one more", "1", 2)]).collect();
            let after = draw(seed_of(n), &more, tenth).0;
            prop_assert!(before.difference(&after).count() <= 1);
            let added: Vec<_> = after.difference(&before).collect();
            prop_assert!(added.len() <= 1);
        }

        #[test]
        fn a_ticket_more_never_hurts(n in any::<u32>(), tickets in 1_u32..9) {
            prop_assert!(rank(seed_of(n), &lot("x", "1", tickets + 1)) <= rank(seed_of(n), &lot("x", "1", tickets)));
        }
    }
}
