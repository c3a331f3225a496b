//! Many conditions on one value at once.
//!
//! All thresholds on a number cut it into bins, and within a bin every condition has one answer; so has every entry of
//! a dictionary. A row's value is looked up once and gives one word with an answer for each of up to 64 conditions.
//! Words of 64 rows, turned over like a square table of bits, are the masks of those conditions.

use super::program::{NodeId, Program, Test, Values, is_narrow};
use super::vector::Vector;
use crate::plan::ConditionIndex;

/// A table this long is looked up without a search.
const DIRECT: i64 = 1 << 14;

/// Up to 64 conditions that are answered together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    families: Vec<Family>,
    /// By bit: the condition, and the family it is of.
    bits: Vec<(ConditionIndex, usize)>,
}

/// The conditions on one value.
#[derive(Clone, Debug)]
struct Family {
    child: NodeId,
    /// The tests, by their bit.
    tests: Vec<(u32, NodeId)>,
    table: Table,
}

/// From a value to the answers.
#[derive(Clone, Debug)]
enum Table {
    /// By `value - low`, values beyond either end as the end.
    Direct { low: i64, words: Vec<u64> },
    /// By how many of the turns a value has reached.
    Bins { turns: Vec<i64>, words: Vec<u64> },
    /// By key.
    Keys(Vec<u64>),
}

/// Panels for as many of the conditions as are tests of one number, day or text, and the others.
pub(crate) fn panels(
    program: &Program,
    conditions: &[NodeId],
) -> (Vec<Panel>, Vec<(ConditionIndex, NodeId)>) {
    let mut by_child: Vec<(NodeId, Vec<(ConditionIndex, NodeId)>)> = Vec::new();
    let mut others = Vec::new();
    for (condition, node) in conditions.iter().enumerate() {
        match test_of(program, *node) {
            Some((child, _)) => match by_child.iter_mut().find(|(known, _)| *known == child) {
                Some((_, list)) => list.push((condition, *node)),
                None => by_child.push((child, vec![(condition, *node)])),
            },
            None => others.push((condition, *node)),
        }
    }
    // The largest first, each where it still fits.
    by_child.sort_by_key(|(_, list)| std::cmp::Reverse(list.len()));
    let mut panels: Vec<Panel> = Vec::new();
    for (child, list) in by_child {
        for part in list.chunks(64) {
            let place = panels.iter().position(|panel| panel.bits.len() + part.len() <= 64);
            let place = place.unwrap_or_else(|| {
                panels.push(Panel::default());
                panels.len() - 1
            });
            let first = panels[place].bits.len();
            let tests = (first..)
                .zip(part)
                .map(|(bit, (_, node))| (u32::try_from(bit).unwrap_or(0), *node))
                .collect();
            let family = panels[place].families.len();
            panels[place].bits.extend(part.iter().map(|(condition, _)| (*condition, family)));
            panels[place].families.push(Family::new(program, child, tests));
        }
    }
    (panels, others)
}

/// The child and the test of a node that a panel can answer.
fn test_of(program: &Program, node: NodeId) -> Option<(NodeId, &Test)> {
    let (child, test) = program.test(node)?;
    let bound = program.node(child);
    (!program.is_constant(child) && is_narrow(bound.bound)).then_some((child, test))
}

impl Family {
    fn new(program: &Program, child: NodeId, tests: Vec<(u32, NodeId)>) -> Self {
        let mut turns: Vec<i64> = Vec::new();
        let mut text = false;
        for (_, test) in &tests {
            match program.test(*test) {
                Some((_, Test::Steps { turns: own, .. })) => turns.extend(own),
                _ => text = true,
            }
        }
        if text {
            let mut family = Self { child, tests, table: Table::Keys(Vec::new()) };
            family.refresh(program);
            return family;
        }
        turns.sort_unstable();
        turns.dedup();
        let word = |value: i64| {
            let bit = |(bit, node): &(u32, NodeId)| match program.test(*node) {
                Some((_, Test::Steps { start, turns })) => {
                    u64::from(start ^ (turns.partition_point(|turn| *turn <= value) % 2 == 1)) << bit
                }
                _ => 0,
            };
            tests.iter().map(bit).fold(0, |word, bit| word | bit)
        };
        let table = match (turns.first(), turns.last()) {
            (Some(first), Some(last)) if last.checked_sub(*first).is_some_and(|span| span < DIRECT) => {
                let low = first.saturating_sub(1);
                Table::Direct { low, words: (low..=*last).map(word).collect() }
            }
            _ => {
                let bins = std::iter::once(i64::MIN).chain(turns.iter().copied());
                Table::Bins { words: bins.map(word).collect(), turns }
            }
        };
        Self { child, tests, table }
    }

    /// Takes in what the dictionary has gained.
    fn refresh(&mut self, program: &Program) {
        let Table::Keys(words) = &mut self.table else { return };
        let known = words.len();
        for (bit, node) in &self.tests {
            let Some((_, Test::Text { keys, .. })) = program.test(*node) else { continue };
            words.resize(words.len().max(keys.len()), 0);
            for (word, key) in words.iter_mut().zip(keys).skip(known) {
                *word |= u64::from(*key) << bit;
            }
        }
    }

    /// Adds the answers for some rows.
    fn add(&self, values: &Vector<'_>, start: usize, words: &mut [u64]) {
        let end = start + words.len();
        match (values, &self.table) {
            (Vector::Num(values, _), table) => table.add(&values[start..end], words),
            (Vector::Date(values, _), table) => table.add(&values[start..end], words),
            (Vector::Text(keys, _), Table::Keys(table)) => {
                for (word, key) in words.iter_mut().zip(&keys[start..end]) {
                    *word |= table.get(*key as usize).copied().unwrap_or(0);
                }
            }
            _ => {}
        }
    }
}

impl Table {
    fn add<T: Copy + Into<i64>>(&self, values: &[T], words: &mut [u64]) {
        match self {
            Self::Direct { low, words: table } => {
                let high = low.saturating_add(i64::try_from(table.len()).unwrap_or(1) - 1);
                for (word, value) in words.iter_mut().zip(values) {
                    let place = (*value).into().clamp(*low, high).wrapping_sub(*low);
                    *word |=
                        usize::try_from(place).ok().and_then(|place| table.get(place)).copied().unwrap_or(0);
                }
            }
            // A fixed number of turns is counted without a loop that branches; what is not there is never reached.
            Self::Bins { turns, words: table } => match turns.len() {
                0..=4 => count_turns::<4, T>(turns, table, values, words),
                5..=8 => count_turns::<8, T>(turns, table, values, words),
                9..=16 => count_turns::<16, T>(turns, table, values, words),
                _ => {
                    for (word, value) in words.iter_mut().zip(values) {
                        let value = (*value).into();
                        *word |= table[turns.partition_point(|turn| *turn <= value)];
                    }
                }
            },
            Self::Keys(_) => {}
        }
    }
}

fn count_turns<const N: usize, T: Copy + Into<i64>>(
    turns: &[i64],
    table: &[u64],
    values: &[T],
    words: &mut [u64],
) {
    let mut fixed = [i64::MAX; N];
    fixed[..turns.len()].copy_from_slice(turns);
    for (word, value) in words.iter_mut().zip(values) {
        // No value of a column is i64::MAX, so the turns that are not there are not reached.
        let value: i64 = (*value).into();
        let reached: usize = fixed.iter().map(|turn| usize::from(*turn <= value)).sum();
        *word |= table.get(reached).copied().unwrap_or(0);
    }
}

/// Where a panel's answers go: for each condition `width` words of yes, then as many of no.
pub(crate) struct Answers<'a> {
    pub words: &'a mut [u64],
    pub width: usize,
}

impl Panel {
    /// The nodes whose values are looked up.
    pub fn children(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.families.iter().map(|family| family.child)
    }

    /// Takes in what dictionaries have gained.
    pub fn refresh(&mut self, program: &Program) {
        self.families.iter_mut().for_each(|family| family.refresh(program));
    }

    /// Answers every condition for every row.
    pub fn run(&self, values: &Values<'_>, rows: usize, answers: &mut Answers<'_>) {
        let known: Vec<_> = self.families.iter().map(|family| values[family.child].known(rows)).collect();
        let width = answers.width;
        for (at, start) in (0..rows).step_by(64).enumerate() {
            let mut table = [0u64; 64];
            let count = (rows - start).min(64);
            for family in &self.families {
                family.add(&values[family.child], start, &mut table[..count]);
            }
            if count == 1 {
                let row = table[0];
                table.iter_mut().enumerate().for_each(|(bit, word)| *word = row >> bit & 1);
            } else {
                turn_over(&mut table);
            }
            for (holds, (condition, family)) in table.iter().zip(&self.bits) {
                let known = known[*family][at];
                let place = condition * 2 * width + at;
                answers.words[place] = known & holds;
                answers.words[place + width] = known & !holds;
            }
        }
    }
}

/// Bit `j` of word `i` becomes bit `i` of word `j`: halves are exchanged, then quarters within them, and so on
/// (Warren, Hacker's Delight, 7-3).
fn turn_over(table: &mut [u64; 64]) {
    let mut mask = 0x0000_0000_FFFF_FFFFu64;
    let mut half = 32;
    while half > 0 {
        for start in (0..64).step_by(2 * half) {
            let (upper, lower) = table[start..start + 2 * half].split_at_mut(half);
            for (a, b) in upper.iter_mut().zip(lower) {
                let swap = ((*a >> half) ^ *b) & mask;
                *b ^= swap;
                *a ^= swap << half;
            }
        }
        half /= 2;
        mask ^= mask << half;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_bits_turned_over() {
        let mut table = [0u64; 64];
        for (row, word) in table.iter_mut().enumerate() {
            *word = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        let before = table;
        turn_over(&mut table);
        for (row, word) in before.iter().enumerate() {
            for (bit, turned) in table.iter().enumerate() {
                assert_eq!(word >> bit & 1, turned >> row & 1);
            }
        }
    }
}
