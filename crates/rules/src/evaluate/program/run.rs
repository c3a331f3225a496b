//! Nodes computed over a run of rows.

use std::borrow::Cow;

use super::{Needed, NodeId, Op, Program, Values, is_narrow};
use crate::bits::ones_of;
use crate::evaluate::one::Tally;
use crate::evaluate::scalar::Scalar;
use crate::evaluate::vector::{Rows, Source, Vector, Words, full, none, pack};
use crate::expr::{Comparison, Fold, Operator, Type};
use crate::number;
use crate::table::NOBODY;

impl Program {
    /// Computes the nodes that are needed.
    /// Contract: the program was refreshed since the source's dictionaries grew.
    pub fn run<'a>(&'a self, source: &Source<'a>, rows: Rows<'_>, needed: &'a Needed) -> Values<'a> {
        let mut values = Values { slots: &needed.slots, list: Vec::with_capacity(needed.order.len()) };
        for id in &needed.order {
            let value = self.compute(source, rows, *id, &values);
            values.list.push(value);
        }
        values
    }

    fn compute<'a>(
        &'a self,
        source: &Source<'a>,
        rows: Rows<'_>,
        id: NodeId,
        values: &Values<'a>,
    ) -> Vector<'a> {
        let bound = &self.nodes[id];
        let count = rows.len();
        match &bound.op {
            Op::Const(value) => Vector::Const(value.clone()),
            Op::Fact(path) => source.read(path, rows),
            Op::Test(child, test) => test.run(&values[*child], count),
            Op::Not(child) => {
                let (yes, no) = values[*child].truth(count);
                Vector::Bool(no.iter().copied().collect(), yes.iter().copied().collect())
            }
            Op::And(parts) => {
                let (mut yes, mut no) = (full(count), none(count));
                for part in parts {
                    let (part_yes, part_no) = values[*part].truth(count);
                    yes.iter_mut().zip(&*part_yes).for_each(|(word, part)| *word &= part);
                    no.iter_mut().zip(&*part_no).for_each(|(word, part)| *word |= part);
                }
                Vector::Bool(yes, no)
            }
            Op::Or(parts) => {
                let (mut yes, mut no) = (none(count), full(count));
                for part in parts {
                    let (part_yes, part_no) = values[*part].truth(count);
                    yes.iter_mut().zip(&*part_yes).for_each(|(word, part)| *word |= part);
                    no.iter_mut().zip(&*part_no).for_each(|(word, part)| *word &= part);
                }
                Vector::Bool(yes, no)
            }
            Op::IsNull(child) => {
                let known = values[*child].known(count);
                let yes = full(count).iter().zip(&*known).map(|(all, known)| all & !known).collect();
                Vector::Bool(yes, known.iter().copied().collect())
            }
            Op::Compare(comparison, a, b, factors) => {
                self.compare_vectors(source, (*comparison, *a, *b, *factors), values, count)
            }
            Op::Case { arms, otherwise, remaps } => {
                let mut left = full(count);
                let mut chosen = Vec::with_capacity(arms.len() + 1);
                for (condition, value) in arms {
                    let (yes, no) = values[*condition].truth(count);
                    chosen.push((left.iter().zip(&*yes).map(|(left, yes)| left & yes).collect(), *value));
                    left.iter_mut().zip(&*no).for_each(|(left, no)| *left &= no);
                }
                chosen.push((left, *otherwise));
                self.blend(id, (chosen, remaps), values, count)
            }
            Op::Coalesce(parts, remaps) => {
                let mut left = full(count);
                let mut chosen = Vec::with_capacity(parts.len());
                for part in parts {
                    let known = values[*part].known(count);
                    chosen
                        .push((left.iter().zip(&*known).map(|(left, known)| left & known).collect(), *part));
                    left.iter_mut().zip(&*known).for_each(|(left, known)| *left &= !known);
                }
                self.blend(id, (chosen, remaps), values, count)
            }
            Op::Select(select) => {
                let area = &values[select.area];
                let last = select.options.len() - 1;
                let group = |row: usize| match area {
                    Vector::Text(keys, _) if area.is_known(row) => {
                        select.by_key.get(keys[row] as usize).map_or(0, |group| *group as usize)
                    }
                    _ => last,
                };
                let groups: Vec<usize> = (0..count).map(group).collect();
                let options = select.options.iter().enumerate();
                let chosen = options
                    .map(|(place, option)| (pack(count, |row| groups[row] == place), *option))
                    .collect();
                self.blend(id, (chosen, &select.remaps), values, count)
            }
            Op::Lookup { key, by_key, .. } => {
                let key = &values[*key];
                self.collect(source, id, count, |row| match key {
                    Vector::Text(keys, _) if key.is_known(row) => by_key.get(keys[row] as usize)?.clone(),
                    Vector::Const(Some(Scalar::Text(_))) => by_key.first()?.clone(),
                    _ => None,
                })
            }
            Op::Arithmetic(operator, a, b, factors) => {
                self.arithmetic_vectors((*operator, *a, *b, *factors), id, values, count)
            }
            Op::Strict(strict, parts) => {
                let dictionaries: Vec<_> = parts.iter().map(|part| self.lexicon(*part, source)).collect();
                let types: Vec<Type> = parts.iter().map(|part| self.nodes[*part].ty).collect();
                let mut arguments = Vec::with_capacity(parts.len());
                self.collect(source, id, count, |row| {
                    arguments.clear();
                    for (part, dictionary) in parts.iter().zip(&dictionaries) {
                        arguments.push(values[*part].scalar(row, *dictionary)?);
                    }
                    strict.apply(&arguments, &types, bound.ty)
                })
            }
            Op::Aggregate { fold, members, argument, filter, inner } => {
                // Few exemptions, many records: most chunks have none.
                let everybody = matches!(rows, Rows::Range { .. });
                let of_none = || match fold {
                    Fold::Any if everybody => Some(Vector::Bool(none(count), full(count))),
                    Fold::All if everybody => Some(Vector::Bool(full(count), none(count))),
                    _ => None,
                };
                let no_members = source.tables.table(members.kind).is_empty();
                if let Some(known) = of_none().filter(|_| no_members) {
                    return known;
                }
                let mut list = Vec::new();
                let mut ends = Vec::with_capacity(count);
                for at in 0..count {
                    let row = rows.row(at);
                    if row != NOBODY {
                        let found = source.tables.members(members.kind, members.by, row as usize);
                        list.extend(found.filter_map(|row| u32::try_from(row).ok()));
                    }
                    ends.push(list.len());
                }
                if let Some(known) = of_none().filter(|_| list.is_empty()) {
                    return known;
                }
                let needed = inner.needed(argument.iter().chain(filter).copied());
                let found = inner.run(source, Rows::List(&list), &needed);
                let dictionary = argument.and_then(|argument| inner.lexicon(argument, source));
                let chosen = filter.map(|filter| found[filter].truth(list.len()));
                let mut start = 0;
                self.collect(source, id, count, |at| {
                    if rows.row(at) == NOBODY {
                        return None;
                    }
                    let mut tally = Tally::new(*fold);
                    for member in start..ends[at] {
                        let bit = |words: &Cow<'_, [u64]>| words[member / 64] >> (member % 64) & 1 == 1;
                        let chosen = match &chosen {
                            None => Some(true),
                            Some((yes, _)) if bit(yes) => Some(true),
                            Some((_, no)) if bit(no) => Some(false),
                            Some(_) => None,
                        };
                        let value = match argument {
                            None => Some(Scalar::Bool(true)),
                            Some(argument) => found[*argument].scalar(member, dictionary),
                        };
                        tally.add(chosen.into(), value);
                    }
                    start = ends[at];
                    tally.finish()
                })
            }
        }
    }

    /// Values row by row as a vector of a node's type.
    fn collect<'a>(
        &'a self,
        source: &Source<'a>,
        id: NodeId,
        count: usize,
        mut value: impl FnMut(usize) -> Option<Scalar>,
    ) -> Vector<'a> {
        let bound = &self.nodes[id];
        match bound.ty {
            Type::Int | Type::Decimal { .. } if is_narrow(bound.bound) => {
                let mut values = Vec::with_capacity(count);
                let known = pack(count, |row| {
                    let value = value(row).and_then(|value| value.as_i64());
                    values.push(value.unwrap_or(0));
                    value.is_some()
                });
                Vector::Num(values.into(), known)
            }
            Type::Int | Type::Decimal { .. } => {
                let mut values = Vec::with_capacity(count);
                let known = pack(count, |row| {
                    let value = match value(row) {
                        Some(Scalar::Number(value)) => Some(value),
                        _ => None,
                    };
                    values.push(value.unwrap_or(0));
                    value.is_some()
                });
                Vector::Wide(values, known)
            }
            Type::Date => {
                let mut values = Vec::with_capacity(count);
                let known = pack(count, |row| {
                    let value = value(row).and_then(|value| value.as_date());
                    values.push(value.unwrap_or(0));
                    value.is_some()
                });
                Vector::Date(values.into(), known)
            }
            Type::Text => {
                let dictionary = self.lexicon(id, source);
                let mut keys = Vec::with_capacity(count);
                let known = pack(count, |row| {
                    let key = value(row).and_then(|value| dictionary?.find(value.as_text()?));
                    keys.push(key.unwrap_or(0));
                    key.is_some()
                });
                Vector::Text(keys.into(), known)
            }
            Type::Bool => {
                let values: Vec<Option<bool>> =
                    (0..count).map(|row| value(row).and_then(|value| value.as_bool())).collect();
                Vector::Bool(
                    pack(count, |row| values[row] == Some(true)),
                    pack(count, |row| values[row] == Some(false)),
                )
            }
            Type::Point => Vector::Point(pack(count, |row| value(row).is_some())),
        }
    }

    /// For each row the value of the node that was chosen for it; unknown where none was.
    fn blend<'a>(
        &'a self,
        id: NodeId,
        (chosen, remaps): (Vec<(Words, NodeId)>, &[Vec<u32>]),
        values: &Values<'a>,
        count: usize,
    ) -> Vector<'a> {
        let bound = &self.nodes[id];
        let mut known = none(count);
        for (words, node) in &chosen {
            let part = values[*node].known(count);
            for (at, word) in known.iter_mut().enumerate() {
                *word |= words[at] & part[at];
            }
        }
        let each = |visit: &mut dyn FnMut(usize, usize, &Vector<'a>)| {
            for (place, (words, node)) in chosen.iter().enumerate() {
                for (at, word) in words.iter().enumerate() {
                    ones_of(*word).for_each(|bit| visit(at * 64 + bit, place, &values[*node]));
                }
            }
        };
        match bound.ty {
            Type::Bool => {
                let mut yes = none(count);
                for (words, node) in &chosen {
                    let part = values[*node].truth(count).0;
                    for (at, word) in yes.iter_mut().enumerate() {
                        *word |= words[at] & part[at];
                    }
                }
                let no = known.iter().zip(&yes).map(|(known, yes)| known & !yes).collect();
                Vector::Bool(yes, no)
            }
            Type::Int | Type::Decimal { .. } if is_narrow(bound.bound) => {
                let mut out = vec![0i64; count];
                each(&mut |row, _, vector| {
                    out[row] = vector.number(row).and_then(|value| i64::try_from(value).ok()).unwrap_or(0);
                });
                Vector::Num(out.into(), known)
            }
            Type::Int | Type::Decimal { .. } => {
                let mut out = vec![0i128; count];
                each(&mut |row, _, vector| out[row] = vector.number(row).unwrap_or(0));
                Vector::Wide(out, known)
            }
            Type::Date => {
                let mut out = vec![0i32; count];
                each(&mut |row, _, vector| {
                    out[row] = match vector {
                        Vector::Const(Some(Scalar::Date(day))) => *day,
                        Vector::Date(days, _) => days[row],
                        _ => 0,
                    };
                });
                Vector::Date(out.into(), known)
            }
            Type::Text => {
                let mut out = vec![0u32; count];
                each(&mut |row, place, vector| {
                    let key = match vector {
                        Vector::Text(keys, _) => keys[row] as usize,
                        _ => 0,
                    };
                    out[row] = remaps[place].get(key).copied().unwrap_or(0);
                });
                Vector::Text(out.into(), known)
            }
            Type::Point => Vector::Point(known),
        }
    }

    fn compare_vectors<'a>(
        &'a self,
        source: &Source<'a>,
        (comparison, a, b, factors): (Comparison, NodeId, NodeId, Option<(i64, i64)>),
        values: &Values<'a>,
        count: usize,
    ) -> Vector<'a> {
        let (left, right) = (&values[a], &values[b]);
        let known: Words = left.known(count).iter().zip(&*right.known(count)).map(|(a, b)| a & b).collect();
        let holds = match (left, right, factors) {
            (Vector::Num(left, _), Vector::Num(right, _), Some((by_left, by_right))) => {
                let (left, right) = (&left[..count], &right[..count]);
                let side = |row: usize| (left[row].wrapping_mul(by_left), right[row].wrapping_mul(by_right));
                compare_rows(comparison, count, side)
            }
            (Vector::Date(left, _), Vector::Date(right, _), _) => {
                compare_rows(comparison, count, |row| (left[row], right[row]))
            }
            (Vector::Bool(left, _), Vector::Bool(right, _), _) => {
                let equal = left.iter().zip(right).map(|(a, b)| !(a ^ b));
                match comparison {
                    Comparison::Equal => equal.collect(),
                    _ => equal.map(|word| !word).collect(),
                }
            }
            _ => {
                let (types, dictionaries) = (
                    (self.nodes[a].ty, self.nodes[b].ty),
                    (self.lexicon(a, source), self.lexicon(b, source)),
                );
                pack(count, |row| {
                    let sides = (left.scalar(row, dictionaries.0), right.scalar(row, dictionaries.1));
                    let (Some(left), Some(right)) = sides else { return false };
                    left.compare(types.0, &right, types.1).is_some_and(|ordering| comparison.holds(ordering))
                })
            }
        };
        let no = known.iter().zip(&holds).map(|(known, holds)| known & !holds).collect();
        Vector::Bool(known.iter().zip(&holds).map(|(known, holds)| known & holds).collect(), no)
    }

    fn arithmetic_vectors<'a>(
        &'a self,
        (operator, a, b, factors): (Operator, NodeId, NodeId, Option<(i64, i64)>),
        id: NodeId,
        values: &Values<'a>,
        count: usize,
    ) -> Vector<'a> {
        let (left, right) = (&values[a], &values[b]);
        let known: Words = left.known(count).iter().zip(&*right.known(count)).map(|(a, b)| a & b).collect();
        if let Some((by_left, by_right)) = factors {
            let constant = |value: &Option<Scalar>| value.as_ref().and_then(Scalar::as_i64).unwrap_or(0);
            let apply = |a: i64, b: i64| {
                let (a, b) = (a.wrapping_mul(by_left), b.wrapping_mul(by_right));
                match operator {
                    Operator::Add => a.wrapping_add(b),
                    Operator::Subtract => a.wrapping_sub(b),
                    Operator::Multiply => a.wrapping_mul(b),
                }
            };
            let out: Option<Vec<i64>> = match (left, right) {
                (Vector::Num(a, _), Vector::Num(b, _)) => {
                    Some(a.iter().zip(&**b).map(|(a, b)| apply(*a, *b)).collect())
                }
                (Vector::Num(a, _), Vector::Const(b)) => {
                    let b = constant(b);
                    Some(a.iter().map(|a| apply(*a, b)).collect())
                }
                (Vector::Const(a), Vector::Num(b, _)) => {
                    let a = constant(a);
                    Some(b.iter().map(|b| apply(a, *b)).collect())
                }
                (Vector::Const(a), Vector::Const(b)) => Some(vec![apply(constant(a), constant(b)); count]),
                _ => None,
            };
            if let Some(out) = out {
                return Vector::Num(out.into(), known);
            }
        }
        let scale = number::scale_of(self.nodes[id].ty);
        let scales = (number::scale_of(self.nodes[a].ty), number::scale_of(self.nodes[b].ty));
        let mut out = Vec::with_capacity(count);
        let known = pack(count, |row| {
            let value = (known[row / 64] >> (row % 64) & 1 == 1)
                .then(|| {
                    let (a, b) = (left.number(row)?, right.number(row)?);
                    let raised = |value, from| number::rescale(value, from, scale);
                    let result = match operator {
                        Operator::Multiply => {
                            number::rescale(a.checked_mul(b)?, scales.0.saturating_add(scales.1), scale)?
                        }
                        Operator::Add => raised(a, scales.0)? + raised(b, scales.1)?,
                        Operator::Subtract => raised(a, scales.0)? - raised(b, scales.1)?,
                    };
                    number::fit(result)
                })
                .flatten();
            out.push(value.unwrap_or(0));
            value.is_some()
        });
        if is_narrow(self.nodes[id].bound) {
            let narrow = out.iter().map(|value| i64::try_from(*value).unwrap_or(0)).collect::<Vec<_>>();
            return Vector::Num(narrow.into(), known);
        }
        Vector::Wide(out, known)
    }
}

fn compare_rows<T: Ord>(comparison: Comparison, count: usize, side: impl Fn(usize) -> (T, T)) -> Words {
    match comparison {
        Comparison::Equal => pack(count, |row| side(row).0 == side(row).1),
        Comparison::NotEqual => pack(count, |row| side(row).0 != side(row).1),
        Comparison::Less => pack(count, |row| side(row).0 < side(row).1),
        Comparison::LessOrEqual => pack(count, |row| side(row).0 <= side(row).1),
        Comparison::Greater => pack(count, |row| side(row).0 > side(row).1),
        Comparison::GreaterOrEqual => pack(count, |row| side(row).0 >= side(row).1),
    }
}
