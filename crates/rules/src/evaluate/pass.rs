//! What a pass found: every duty in force, for every record of its kind.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::sync::Arc;

use chrono::NaiveDate;
use model::{AreaCode, Areas, DutyId, Standing, Truth};
use rust_decimal::Decimal;
use serde::Serialize;

use super::columns::{Derivation, Derived, Judge, Trace};
use super::rejudge::Readers;
use super::{Setting, near_miss};
use crate::bits::{Bits, Mask};
use crate::expr::KindIndex;
use crate::number;
use crate::plan::{Formula, PlannedDuty};

/// Every duty in force on a day, judged for every record. Rows are those of the tables it was made over.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The day.
    pub on: NaiveDate,
    /// The duties, in the order of the rules.
    pub duties: Vec<DutyPass>,
    pub(crate) setting: Setting,
    pub(crate) areas: Vec<RowAreas>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) judges: Vec<Judge>,
    pub(crate) derivations: Vec<Derivation>,
    pub(crate) derived: Derived,
    pub(crate) readers: Readers,
    /// Up to where the tables' dictionaries are known, see [`crate::table::Tables::update`].
    pub(crate) growth: u64,
}

/// One duty, judged for every record of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyPass {
    /// Its place in [`crate::ruleset::RuleSet::duties`].
    pub index: usize,
    /// Its name.
    pub duty: DutyId,
    /// The kind of the records.
    pub kind: KindIndex,
    /// Whether it is owed.
    pub should: Mask,
    /// Whether it has been served, by evidence.
    pub done: Mask,
    /// Whether a reason on record releases from it.
    pub exempt: Mask,
    /// What is owed, where the duty names an amount. Meaningful where the duty is owed.
    pub amount: Option<Numbers>,
    /// Money paid so far, where the duty tells it.
    pub paid: Option<Numbers>,
    /// The day it arose, where the duty tells it.
    pub arises: Option<Dates>,
    /// The day it was served, where the duty tells it.
    pub done_on: Option<Dates>,
    pub(crate) rows: usize,
}

/// Numbers by row, exact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// Digits after the point.
    pub scale: u8,
    /// Counted in the last place; 0 where unknown.
    values: Vec<i64>,
    known: Bits,
    /// Those too large for `values`.
    large: HashMap<usize, i128>,
}

impl Numbers {
    pub(crate) fn new(scale: u8, rows: usize) -> Self {
        Self { scale, values: vec![0; rows], known: Bits::new(rows), large: HashMap::new() }
    }

    /// The number of a row, counted in the last place.
    pub fn unscaled(&self, row: usize) -> Option<i128> {
        if !self.known.get(row) {
            return None;
        }
        match self.large.get(&row) {
            Some(large) if !self.large.is_empty() => Some(*large),
            _ => self.values.get(row).map(|value| i128::from(*value)),
        }
    }

    /// The number of a row; none if unknown.
    pub fn get(&self, row: usize) -> Option<Decimal> {
        number::to_decimal(self.unscaled(row)?, self.scale)
    }

    pub(crate) fn set(&mut self, row: usize, value: Option<i128>) {
        self.known.set(row, value.is_some());
        self.large.remove(&row);
        let value = value.unwrap_or(0);
        self.values[row] = i64::try_from(value).unwrap_or_else(|_| {
            self.large.insert(row, value);
            0
        });
    }

    pub(crate) fn grow(&mut self, rows: usize) {
        self.values.resize(rows.max(self.values.len()), 0);
        self.known.grow(rows);
    }
}

/// Days by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dates {
    values: Vec<i32>,
    known: Bits,
}

impl Dates {
    pub(crate) fn new(rows: usize) -> Self {
        Self { values: vec![0; rows], known: Bits::new(rows) }
    }

    /// The day of a row; none if unknown.
    pub fn get(&self, row: usize) -> Option<NaiveDate> {
        if self.known.get(row) { NaiveDate::from_epoch_days(*self.values.get(row)?) } else { None }
    }

    pub(crate) fn set(&mut self, row: usize, value: Option<i32>) {
        self.known.set(row, value.is_some());
        self.values[row] = value.unwrap_or(0);
    }

    pub(crate) fn grow(&mut self, rows: usize) {
        self.values.resize(rows.max(self.values.len()), 0);
        self.known.grow(rows);
    }
}

/// The area of each row of a kind, as keys; the key 0 is no area.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RowAreas {
    pub codes: Vec<Option<Arc<str>>>,
    pub keys: Vec<u32>,
}

impl RowAreas {
    pub fn new() -> Self {
        Self { codes: vec![None], keys: Vec::new() }
    }

    pub fn key_of(&mut self, code: Option<&str>) -> u32 {
        let place = self.codes.iter().position(|known| known.as_deref() == code);
        let place = place.unwrap_or_else(|| {
            self.codes.push(code.map(Arc::from));
            self.codes.len() - 1
        });
        u32::try_from(place).unwrap_or(0)
    }
}

/// How many records are in each set, and money. `should = done + exempt + gap`, and with `leak`, `unknown` and `out`
/// they are all records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All records of the kind.
    pub records: u64,
    /// 应尽
    pub should: u64,
    /// 已尽, of those owed
    pub done: u64,
    /// 免尽
    pub exempt: u64,
    /// 未尽
    pub gap: u64,
    /// 错享
    pub leak: u64,
    /// Whether it is owed is unknown.
    pub unknown: u64,
    /// Neither owed nor served.
    pub out: u64,
    /// What is owed in all, as far as it is known.
    pub owed: Decimal,
    /// Records owed whose amount is unknown.
    pub amount_unknown: u64,
    /// What has been paid to those owed, as far as it is known. Money that went to others is in `leaked`: added here, it
    /// would hide what is still to pay.
    pub paid: Decimal,
    /// What has been paid to those it was not owed to, as far as it is known.
    pub leaked: Decimal,
    /// Leaks of which it is unknown how much was paid.
    pub leaked_unknown: u64,
}

impl Counts {
    /// What is owed; none where something is and no amount of it is known: that is not zero.
    pub fn known_owed(&self) -> Option<Decimal> {
        (self.should == 0 || self.amount_unknown < self.should).then_some(self.owed)
    }

    /// What has been paid to those it was not owed to; none where somebody was and no amount of it is known.
    pub fn known_leaked(&self) -> Option<Decimal> {
        (self.leak == 0 || self.leaked_unknown < self.leak).then_some(self.leaked)
    }

    pub(crate) fn add(&mut self, standing: Standing) {
        self.records += 1;
        self.should += u64::from(standing.is_owed());
        *match standing {
            Standing::Done => &mut self.done,
            Standing::Exempt => &mut self.exempt,
            Standing::Gap => &mut self.gap,
            Standing::Leak => &mut self.leak,
            Standing::Unknown => &mut self.unknown,
            Standing::Out => &mut self.out,
        } += 1;
    }
}

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Counts) {
        self.records += other.records;
        self.should += other.should;
        self.done += other.done;
        self.exempt += other.exempt;
        self.gap += other.gap;
        self.leak += other.leak;
        self.unknown += other.unknown;
        self.out += other.out;
        self.owed += other.owed;
        self.amount_unknown += other.amount_unknown;
        self.paid += other.paid;
        self.leaked += other.leaked;
        self.leaked_unknown += other.leaked_unknown;
    }
}

impl DutyPass {
    /// How many rows were judged.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds rows of unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        for mask in [&mut self.should, &mut self.done, &mut self.exempt] {
            mask.grow(rows);
        }
        for numbers in [&mut self.amount, &mut self.paid].into_iter().flatten() {
            numbers.grow(rows);
        }
        for dates in [&mut self.arises, &mut self.done_on].into_iter().flatten() {
            dates.grow(rows);
        }
        self.rows = self.rows.max(rows);
    }

    /// The set a row stands in.
    pub fn standing(&self, row: usize) -> Standing {
        Standing::of(self.should.get(row), self.done.get(row), self.exempt.get(row))
    }

    /// The rows of one set, in order.
    pub fn rows_in(&self, standing: Standing) -> impl Iterator<Item = usize> + '_ {
        let words = move |at: usize| {
            let word = |bits: &Bits| bits.words()[at];
            let (yes, no) = (word(&self.should.yes), word(&self.should.no));
            let (done, exempt) = (word(&self.done.yes), word(&self.exempt.yes));
            match standing {
                Standing::Done => yes & done,
                Standing::Exempt => yes & !done & exempt,
                Standing::Gap => yes & !done & !exempt,
                Standing::Leak => no & done,
                Standing::Unknown => !(yes | no),
                Standing::Out => no & !done,
            }
        };
        (0..self.rows.div_ceil(64))
            .flat_map(move |at| crate::bits::ones_of(words(at)).map(move |bit| at * 64 + bit))
            .take_while(|row| *row < self.rows)
    }
}

impl Pass {
    /// The duty of that name, if it is in force.
    pub fn duty(&self, id: &DutyId) -> Option<&DutyPass> {
        self.duties.iter().find(|duty| duty.duty == *id)
    }

    /// `should` of a row, clause by clause, from the answers that the pass kept: no fact is read again.
    pub fn clauses(&self, duty: &DutyPass, row: usize) -> Vec<Truth> {
        self.planned(duty).map(|planned| self.truths(duty, &planned.should, row)).unwrap_or_default()
    }

    /// `exempt` of a row, clause by clause.
    pub fn exemptions(&self, duty: &DutyPass, row: usize) -> Vec<Truth> {
        self.planned(duty).map(|planned| self.truths(duty, &planned.exempt, row)).unwrap_or_default()
    }

    /// Exactly one clause of a row is no, and all others are yes.
    pub fn near_miss(&self, duty: &DutyPass, row: usize) -> bool {
        near_miss(&self.clauses(duty, row))
    }

    pub(crate) fn planned(&self, duty: &DutyPass) -> Option<&PlannedDuty> {
        self.judges[duty.kind].plan.duties.iter().find(|planned| planned.index == duty.index)
    }

    fn truths(&self, duty: &DutyPass, formulas: &[Formula], row: usize) -> Vec<Truth> {
        let answer = |condition| self.traces[duty.kind].get(condition, row);
        formulas.iter().map(|formula| formula.truth(&answer)).collect()
    }

    /// The area of a row of a kind.
    pub fn area(&self, kind: KindIndex, row: usize) -> Option<&str> {
        let areas = &self.areas[kind];
        areas.codes[*areas.keys.get(row)? as usize].as_deref()
    }

    /// How many records of a duty are in each set, in all areas.
    pub fn counts(&self, duty: &DutyPass) -> Counts {
        let mut all = Counts::default();
        self.counts_by_area(duty).values().for_each(|counts| all += counts);
        all
    }

    /// The same by the area each record lies in itself; none for records whose area is missing.
    /// [`counts_within`] adds up what lies in an area's areas.
    pub fn counts_by_area(&self, duty: &DutyPass) -> BTreeMap<Option<AreaCode>, Counts> {
        let areas = &self.areas[duty.kind];
        let mut by_key = vec![(Counts::default(), 0i128, 0i128, 0i128); areas.codes.len()];
        for row in 0..duty.rows {
            let (counts, owed, paid, leaked) =
                &mut by_key[areas.keys.get(row).map_or(0, |key| *key as usize)];
            let standing = duty.standing(row);
            counts.add(standing);
            if let Some(amount) = duty.amount.as_ref().filter(|_| standing.is_owed()) {
                match amount.unscaled(row) {
                    Some(amount) => *owed += amount,
                    None => counts.amount_unknown += 1,
                }
            }
            if let Some(amount) = &duty.paid {
                match (standing, amount.unscaled(row)) {
                    (Standing::Leak, Some(amount)) => *leaked += amount,
                    (Standing::Leak, None) => counts.leaked_unknown += 1,
                    (_, amount) if standing.is_owed() => *paid += amount.unwrap_or(0),
                    _ => {}
                }
            }
        }
        let decimal = |sum: i128, numbers: &Option<Numbers>| {
            let scale = numbers.as_ref().map_or(0, |numbers| numbers.scale);
            number::to_decimal(sum, scale).unwrap_or(Decimal::MAX)
        };
        let counted = areas.codes.iter().zip(by_key).filter(|(_, (counts, ..))| counts.records > 0);
        counted
            .map(|(code, (counts, owed, paid, leaked))| {
                let owed = decimal(owed, &duty.amount);
                let [paid, leaked] = [paid, leaked].map(|sum| decimal(sum, &duty.paid));
                (code.as_deref().map(AreaCode::from), Counts { owed, paid, leaked, ..counts })
            })
            .collect()
    }
}

/// What lies in an area or in the areas within it.
pub fn counts_within(by_area: &BTreeMap<Option<AreaCode>, Counts>, areas: &Areas, area: &str) -> Counts {
    let mut sum = Counts::default();
    let within =
        |code: &Option<AreaCode>| code.as_ref().is_some_and(|code| areas.within(code.as_str(), area));
    by_area.iter().filter(|(code, _)| within(code)).for_each(|(_, counts)| sum += counts);
    sum
}
