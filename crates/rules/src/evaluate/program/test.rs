//! Conditions on one value.

use crate::column::Dictionary;
use crate::evaluate::scalar::{Fixed, Pattern, Scalar};
use crate::evaluate::vector::{Vector, none, pack};
use crate::expr::Comparison;

/// A condition on one value.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// On a number or a day: `start` below the first of `turns`, and the other way round from each on.
    Steps { start: bool, turns: Vec<i64> },
    /// On text, decided for each key of its dictionary.
    Text { question: TextQuestion, keys: Vec<bool> },
}

#[derive(Clone, Debug)]
pub(crate) enum TextQuestion {
    Compare(Comparison, String),
    In(Vec<String>),
    Like(Pattern),
}

impl Test {
    /// The test on each row.
    pub(super) fn run<'a>(&self, child: &Vector<'a>, count: usize) -> Vector<'a> {
        let holds = match (self, child) {
            (Self::Text { keys, .. }, Vector::Text(values, _)) => {
                pack(count, |row| keys.get(values[row] as usize).copied().unwrap_or(false))
            }
            (Self::Text { question, .. }, Vector::Const(Some(Scalar::Text(text)))) => {
                let holds = question.holds(text);
                pack(count, |_| holds)
            }
            (Self::Steps { start, turns }, child) => match child {
                Vector::Num(values, _) => pack(count, |row| stepped(*start, turns, values[row])),
                Vector::Date(values, _) => pack(count, |row| stepped(*start, turns, i64::from(values[row]))),
                Vector::Const(Some(Scalar::Date(day))) => {
                    let holds = stepped(*start, turns, i64::from(*day));
                    pack(count, |_| holds)
                }
                other => pack(count, |row| {
                    let value = other.number(row).and_then(|value| i64::try_from(value).ok());
                    value.is_some_and(|value| stepped(*start, turns, value))
                }),
            },
            _ => none(count),
        };
        let known = child.known(count);
        let no = known.iter().zip(&holds).map(|(known, holds)| known & !holds).collect();
        Vector::Bool(known.iter().zip(&holds).map(|(known, holds)| known & holds).collect(), no)
    }
}

fn stepped(start: bool, turns: &[i64], value: i64) -> bool {
    start ^ (turns.iter().filter(|turn| **turn <= value).count() % 2 == 1)
}

impl TextQuestion {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Compare(comparison, other) => comparison.holds(text.cmp(other)),
            Self::In(list) => list.iter().any(|known| known == text),
            Self::Like(pattern) => pattern.matches(text),
        }
    }

    /// Decides the keys that are new.
    pub(super) fn decide(&self, dictionary: &Dictionary, keys: &mut Vec<bool>) {
        let known = keys.len();
        if known == dictionary.len() {
            return;
        }
        if known == 0 && dictionary.len() > 1000 {
            keys.resize(dictionary.len(), false);
            match self {
                Self::Compare(Comparison::Equal, text) => mark(dictionary, std::slice::from_ref(text), keys),
                Self::In(list) => mark(dictionary, list, keys),
                Self::Like(pattern) => match pattern.fixed() {
                    Some(Fixed::Within(part)) => search(dictionary, part, keys),
                    _ => {
                        keys.iter_mut().zip(dictionary.iter()).for_each(|(key, text)| *key = self.holds(text))
                    }
                },
                Self::Compare(..) => {
                    keys.iter_mut().zip(dictionary.iter()).for_each(|(key, text)| *key = self.holds(text));
                }
            }
            return;
        }
        keys.extend(
            (known..dictionary.len())
                .map(|key| u32::try_from(key).is_ok_and(|key| self.holds(dictionary.get(key)))),
        );
    }
}

/// Marks the keys of some texts.
fn mark(dictionary: &Dictionary, texts: &[String], keys: &mut [bool]) {
    for key in texts.iter().filter_map(|text| dictionary.find(text)) {
        if let Some(slot) = keys.get_mut(key as usize) {
            *slot = true;
        }
    }
}

/// Marks the texts that have a part, in one search through all of them end to end.
fn search(dictionary: &Dictionary, part: &str, keys: &mut [bool]) {
    let (all, ends) = dictionary.parts();
    let mut key = 0;
    for start in memchr::memmem::find_iter(all.as_bytes(), part.as_bytes()) {
        while ends.get(key).is_some_and(|end| *end <= start) {
            key += 1;
        }
        // A find that runs over into the next text is none.
        if ends.get(key).is_some_and(|end| start + part.len() <= *end) {
            keys[key] = true;
        }
    }
}

/// A comparison with a constant as steps; `floor` is the constant rounded down, `exact` whether that is the constant.
pub(super) fn steps(comparison: Comparison, floor: i128, exact: bool) -> Test {
    let above = floor.saturating_add(1);
    match comparison {
        Comparison::Equal | Comparison::NotEqual => {
            let turns = [floor, above];
            clipped(comparison == Comparison::NotEqual, if exact { &turns } else { &[] })
        }
        // x < 2.5 is x < 3 for whole x, and x <= 2.5 too.
        Comparison::Less | Comparison::GreaterOrEqual => {
            clipped(comparison == Comparison::Less, &[if exact { floor } else { above }])
        }
        Comparison::LessOrEqual | Comparison::Greater => {
            clipped(comparison == Comparison::LessOrEqual, &[above])
        }
    }
}

/// Steps within 64 bits: no value lies beyond, so what turns below the least is turned from the start.
pub(super) fn clipped(start: bool, turns: &[i128]) -> Test {
    let below = turns.iter().filter(|turn| **turn <= i128::from(i64::MIN)).count();
    let kept = turns.iter().filter(|turn| **turn > i128::from(i64::MIN));
    Test::Steps {
        start: start ^ (below % 2 == 1),
        turns: kept.filter_map(|turn| i64::try_from(*turn).ok()).collect(),
    }
}
