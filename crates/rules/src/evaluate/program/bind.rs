//! Expressions become nodes: what is constant is folded, comparisons with constants become tests, numbers get bounds.

use std::collections::{BTreeMap, HashMap};

use super::test::{TextQuestion, clipped, steps};
use super::{Binding, Bound, Groups, Lexicon, NodeId, Op, Program, Select, Strict, Test, is_narrow};
use crate::column::Dictionary;
use crate::evaluate::scalar::{Pattern, Scalar, type_of};
use crate::evaluate::{Held, differs_by_area, held};
use crate::expr::{Comparison, Const, Expr, Fold, Node, Operator, ParameterIndex, Path, Type};
use crate::number;
use crate::parameter;

/// How many times its largest number a column may grow before what was bound has to be bound again.
const ROOM: u128 = 100;
/// Numbers in the register stay below this, see [`model::value::MAX_UNSCALED`].
const LARGEST: u128 = model::value::MAX_UNSCALED.unsigned_abs() as u128;

impl Program {
    /// Adds an expression, and refuses none.
    pub fn bind(&mut self, binding: &Binding<'_>, expr: &Expr) -> NodeId {
        // Where no area can be told, what holds without one does.
        let group = if self.groups.path.is_none() { Some(0) } else { None };
        self.bind_in(binding, expr, group)
    }

    fn bind_in(&mut self, binding: &Binding<'_>, expr: &Expr, group: Option<usize>) -> NodeId {
        let varies = self.varies(binding, expr);
        let key = (expr.clone(), if varies { group } else { None });
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let id = match (group, &expr.node) {
            (
                None,
                Node::Parameter(_) | Node::Lookup(..) | Node::InParameter(..) | Node::Aggregate { .. },
            ) if varies => self.select(binding, expr),
            _ => self.op(binding, expr, group),
        };
        self.places.insert(key, id);
        id
    }

    /// Whether an expression reads, itself, a parameter in which areas differ.
    fn varies(&self, binding: &Binding<'_>, expr: &Expr) -> bool {
        if self.groups.examples.len() == 1 {
            return false;
        }
        let mut found = match &expr.node {
            Node::Parameter(index) | Node::Lookup(index, _) | Node::InParameter(_, index) => {
                differs_by_area(binding.rules, binding.setting, *index)
            }
            _ => false,
        };
        expr.parts(|part| found = found || self.varies(binding, part));
        found
    }

    fn select(&mut self, binding: &Binding<'_>, expr: &Expr) -> NodeId {
        let Some(path) = self.groups.path.clone() else { return self.op(binding, expr, Some(0)) };
        let area = self.bind_in(binding, &Expr { node: Node::Fact(path), ty: Type::Text }, None);
        let options: Vec<NodeId> =
            (0..=self.groups.examples.len()).map(|group| self.bind_in(binding, expr, Some(group))).collect();
        let remaps = vec![Vec::new(); options.len()];
        self.blended(
            expr.ty,
            &options.clone(),
            Op::Select(Select { area, by_key: Vec::new(), options, remaps }),
        )
    }

    /// What a parameter is in a group of areas.
    fn held<'b>(&self, binding: &Binding<'b>, parameter: ParameterIndex, group: Option<usize>) -> Held<'b> {
        let area = match self.groups.examples.get(group.unwrap_or(0)) {
            Some(area) => area.as_deref(),
            None if differs_by_area(binding.rules, binding.setting, parameter) => return Held::Nothing,
            None => None,
        };
        held(binding.rules, binding.setting, parameter, area)
    }

    fn op(&mut self, binding: &Binding<'_>, expr: &Expr, group: Option<usize>) -> NodeId {
        let ty = expr.ty;
        let constant = |value: &Const, ty: Type| Scalar::of_const(value, ty);
        match &expr.node {
            Node::Const(value) => self.constant(constant(value, ty), ty),
            Node::Null => self.constant(None, ty),
            Node::Today => self.constant(Some(Scalar::Date(binding.setting.on.to_epoch_days())), ty),
            Node::Fact(path) => self.fact(binding, path, ty),
            Node::Parameter(index) => {
                let from = binding.rules.parameters[*index].ty;
                let value = match self.held(binding, *index, group) {
                    Held::Override(value) => constant(value, from),
                    Held::Dated(dated) => match &dated.setting {
                        parameter::Setting::One(value) => constant(value, from),
                        _ => None,
                    },
                    Held::Nothing => None,
                };
                self.constant(value.and_then(|value| value.rescaled(from, ty)), ty)
            }
            Node::Lookup(index, key) => {
                let from = binding.rules.parameters[*index].ty;
                let mut values = BTreeMap::new();
                if let Held::Dated(dated) = self.held(binding, *index, group)
                    && let parameter::Setting::Keyed(keyed) = &dated.setting
                {
                    values.extend(keyed.iter().filter_map(|(key, value)| {
                        Some((key.clone(), constant(value, from)?.rescaled(from, ty)?))
                    }));
                }
                let bound = values.values().map(magnitude).max().unwrap_or(0);
                let mut made = Dictionary::default();
                values.values().filter_map(Scalar::as_text).for_each(|text| {
                    made.intern(text);
                });
                let lexicon = if ty == Type::Text { Lexicon::Made(made) } else { Lexicon::None };
                let key = self.bind_in(binding, key, group);
                self.push(Bound { op: Op::Lookup { key, values, by_key: Vec::new() }, ty, bound, lexicon })
            }
            Node::Not(inner) => {
                let inner = self.bind_in(binding, inner, group);
                self.condition(Op::Not(inner))
            }
            Node::And(parts) => {
                let parts = self.list(binding, parts, group);
                self.condition(Op::And(parts))
            }
            Node::Or(parts) => {
                let parts = self.list(binding, parts, group);
                self.condition(Op::Or(parts))
            }
            Node::Compare(comparison, a, b) => self.compare(binding, (*comparison, a, b), group),
            Node::InList(inner, list) => {
                let child = self.bind_in(binding, inner, group);
                self.within(child, list)
            }
            Node::InParameter(inner, index) => {
                let child = self.bind_in(binding, inner, group);
                match self.held(binding, *index, group) {
                    Held::Dated(dated) => match &dated.setting {
                        parameter::Setting::List(list) => self.within(child, list),
                        _ => self.constant(None, Type::Bool),
                    },
                    _ => self.constant(None, Type::Bool),
                }
            }
            Node::Like(inner, pattern) => {
                let child = self.bind_in(binding, inner, group);
                let question = TextQuestion::Like(Pattern::new(pattern));
                self.condition(Op::Test(child, Test::Text { question, keys: Vec::new() }))
            }
            Node::IsNull(inner) => {
                let inner = self.bind_in(binding, inner, group);
                self.condition(Op::IsNull(inner))
            }
            Node::Case { arms, otherwise } => {
                let bind = |program: &mut Self, value: &Expr| {
                    let id = program.bind_in(binding, value, group);
                    program.rescaled(id, ty)
                };
                let arms: Vec<_> = arms
                    .iter()
                    .map(|(condition, value)| (self.bind_in(binding, condition, group), bind(self, value)))
                    .collect();
                let otherwise = bind(self, otherwise);
                let values: Vec<NodeId> = arms.iter().map(|(_, value)| *value).chain([otherwise]).collect();
                let remaps = vec![Vec::new(); values.len()];
                self.blended(ty, &values, Op::Case { arms, otherwise, remaps })
            }
            Node::Coalesce(parts) => {
                let parts = self.list(binding, parts, group);
                let parts: Vec<_> = parts.into_iter().map(|part| self.rescaled(part, ty)).collect();
                let remaps = vec![Vec::new(); parts.len()];
                self.blended(ty, &parts.clone(), Op::Coalesce(parts, remaps))
            }
            Node::Arithmetic(operator, a, b) => {
                let (a, b) = (self.bind_in(binding, a, group), self.bind_in(binding, b, group));
                self.arithmetic(*operator, a, b, ty)
            }
            Node::Divide(a, b) => self.strict(binding, Strict::Divide, &[a, b], (ty, group)),
            Node::Abs(inner) => self.strict(binding, Strict::Abs, &[inner], (ty, group)),
            Node::Round(inner) => self.strict(binding, Strict::Rescale, &[inner], (ty, group)),
            Node::AddDays(a, b) => self.strict(binding, Strict::AddDays, &[a, b], (ty, group)),
            Node::AddMonths(a, b) => self.strict(binding, Strict::AddMonths, &[a, b], (ty, group)),
            Node::DaysBetween(a, b) => self.strict(binding, Strict::DaysBetween, &[a, b], (ty, group)),
            Node::NullIf(a, b) => self.strict(binding, Strict::NullIf, &[a, b], (ty, group)),
            Node::Least(parts) => {
                self.strict(binding, Strict::Least, &parts.iter().collect::<Vec<_>>(), (ty, group))
            }
            Node::Greatest(parts) => {
                self.strict(binding, Strict::Greatest, &parts.iter().collect::<Vec<_>>(), (ty, group))
            }
            Node::Aggregate { fold, members, argument, filter } => {
                // The member's expressions stand under the owner's area.
                let mut inner = Self {
                    nodes: Vec::new(),
                    places: HashMap::new(),
                    groups: Groups { path: None, ..self.groups.clone() },
                };
                let group = Some(group.unwrap_or(0));
                let argument = argument.as_ref().map(|argument| {
                    let id = inner.bind_in(binding, argument, group);
                    if matches!(fold, Fold::Sum | Fold::Min | Fold::Max) {
                        inner.rescaled(id, ty)
                    } else {
                        id
                    }
                });
                let filter = filter.as_ref().map(|filter| inner.bind_in(binding, filter, group));
                let bound = match fold {
                    Fold::Min | Fold::Max => argument.map_or(0, |id| inner.nodes[id].bound),
                    Fold::Count => u128::from(u32::MAX),
                    Fold::Sum => u128::MAX,
                    Fold::Any | Fold::All => 0,
                };
                let lexicon = match argument {
                    Some(argument) if ty == Type::Text => Lexicon::Inner(argument),
                    _ => Lexicon::None,
                };
                let op = Op::Aggregate {
                    fold: *fold,
                    members: members.clone(),
                    argument,
                    filter,
                    inner: Box::new(inner),
                };
                self.push(Bound { op, ty, bound, lexicon })
            }
        }
    }

    fn push(&mut self, bound: Bound) -> NodeId {
        self.nodes.push(bound);
        self.nodes.len() - 1
    }

    fn condition(&mut self, op: Op) -> NodeId {
        self.push(Bound { op, ty: Type::Bool, bound: 0, lexicon: Lexicon::None })
    }

    fn constant(&mut self, value: Option<Scalar>, ty: Type) -> NodeId {
        let bound = value.as_ref().map_or(0, magnitude);
        let lexicon = match (&value, ty) {
            (Some(Scalar::Text(text)), _) => {
                let mut made = Dictionary::default();
                made.intern(text);
                Lexicon::Made(made)
            }
            (None, Type::Text) => Lexicon::Made(Dictionary::default()),
            _ => Lexicon::None,
        };
        self.push(Bound { op: Op::Const(value), ty, bound, lexicon })
    }

    fn fact(&mut self, binding: &Binding<'_>, path: &Path, ty: Type) -> NodeId {
        let kind = path.steps.last().map_or(path.kind, |(_, kind)| *kind);
        let bound = match binding.source.column(kind, path.fact) {
            // With room to grow, so that a larger number does not mean to bind everything again.
            Some(column) => u128::from(column.largest()).max(1).saturating_mul(ROOM).min(LARGEST),
            None => 0,
        };
        let lexicon = if ty == Type::Text { Lexicon::Column(kind, path.fact) } else { Lexicon::None };
        self.push(Bound { op: Op::Fact(path.clone()), ty, bound, lexicon })
    }

    fn list(&mut self, binding: &Binding<'_>, parts: &[Expr], group: Option<usize>) -> Vec<NodeId> {
        parts.iter().map(|part| self.bind_in(binding, part, group)).collect()
    }

    fn rescaled(&mut self, id: NodeId, ty: Type) -> NodeId {
        let from = self.nodes[id].ty;
        if number::scale_of(from) == number::scale_of(ty) {
            return id;
        }
        let bound = raised(self.nodes[id].bound, number::scale_of(from), number::scale_of(ty));
        self.push(Bound { op: Op::Strict(Strict::Rescale, vec![id]), ty, bound, lexicon: Lexicon::None })
    }

    /// A node whose values are those of others.
    fn blended(&mut self, ty: Type, values: &[NodeId], op: Op) -> NodeId {
        let bound = values.iter().map(|id| self.nodes[*id].bound).max().unwrap_or(0);
        let lexicon = if ty == Type::Text { Lexicon::Made(Dictionary::default()) } else { Lexicon::None };
        self.push(Bound { op, ty, bound, lexicon })
    }

    fn strict(
        &mut self,
        binding: &Binding<'_>,
        strict: Strict,
        parts: &[&Expr],
        (ty, group): (Type, Option<usize>),
    ) -> NodeId {
        let parts: Vec<NodeId> = parts.iter().map(|part| self.bind_in(binding, part, group)).collect();
        let scale = number::scale_of(ty);
        let of = |id: NodeId| (self.nodes[id].bound, number::scale_of(self.nodes[id].ty));
        let each = || parts.iter().map(|id| raised(of(*id).0, of(*id).1, scale)).max().unwrap_or(0);
        let bound = match strict {
            Strict::Divide => {
                let up = scale.saturating_add(of(parts[1]).1);
                raised(of(parts[0]).0, of(parts[0]).1, up)
            }
            Strict::NullIf => raised(of(parts[0]).0, of(parts[0]).1, scale),
            Strict::DaysBetween => u128::from(u64::MAX >> 24),
            Strict::AddDays | Strict::AddMonths => 0,
            Strict::Abs | Strict::Rescale | Strict::Least | Strict::Greatest => each(),
        };
        let lexicon = match (ty, strict) {
            (Type::Text, Strict::NullIf) => Lexicon::Same(parts[0]),
            (Type::Text, _) => Lexicon::Made(Dictionary::default()),
            _ => Lexicon::None,
        };
        self.push(Bound { op: Op::Strict(strict, parts), ty, bound, lexicon })
    }

    fn arithmetic(&mut self, operator: Operator, a: NodeId, b: NodeId, ty: Type) -> NodeId {
        let scale = number::scale_of(ty);
        let of = |id: NodeId| (self.nodes[id].bound, number::scale_of(self.nodes[id].ty));
        let ((a_bound, a_scale), (b_bound, b_scale)) = (of(a), of(b));
        let (bound, factors) = match operator {
            Operator::Multiply => {
                let exact = a_scale.saturating_add(b_scale);
                let bound = raised(a_bound.saturating_mul(b_bound), exact, scale);
                (bound, (exact == scale).then_some((1, 1)))
            }
            Operator::Add | Operator::Subtract => {
                let sides = (raised(a_bound, a_scale, scale), raised(b_bound, b_scale, scale));
                (sides.0.saturating_add(sides.1), factors((a_scale, b_scale), scale))
            }
        };
        let factors = factors.filter(|_| is_narrow(bound) && is_narrow(a_bound) && is_narrow(b_bound));
        self.push(Bound { op: Op::Arithmetic(operator, a, b, factors), ty, bound, lexicon: Lexicon::None })
    }

    fn compare(
        &mut self,
        binding: &Binding<'_>,
        (comparison, a, b): (Comparison, &Expr, &Expr),
        group: Option<usize>,
    ) -> NodeId {
        let (left, right) = (self.bind_in(binding, a, group), self.bind_in(binding, b, group));
        let fixed = |program: &Self, id: NodeId| match &program.nodes[id].op {
            Op::Const(value) => value.clone(),
            _ => None,
        };
        for (value, constant, comparison) in [(left, right, comparison), (right, left, comparison.turned())] {
            let ty = self.nodes[constant].ty;
            if let Some(constant) = fixed(self, constant)
                && !matches!(self.nodes[value].op, Op::Const(_))
                && let Some(test) = self.compare_constant(value, comparison, (&constant, ty))
            {
                return test;
            }
        }
        let of = |id: NodeId| (self.nodes[id].bound, number::scale_of(self.nodes[id].ty));
        let scale = of(left).1.max(of(right).1);
        let narrow = |id: NodeId| is_narrow(raised(of(id).0, of(id).1, scale));
        let factors = factors((of(left).1, of(right).1), scale).filter(|_| narrow(left) && narrow(right));
        self.condition(Op::Compare(comparison, left, right, factors))
    }

    /// A comparison with a constant as a test of one value.
    fn compare_constant(
        &mut self,
        value: NodeId,
        comparison: Comparison,
        (constant, ty): (&Scalar, Type),
    ) -> Option<NodeId> {
        let test = match constant {
            Scalar::Text(text) => {
                Test::Text { question: TextQuestion::Compare(comparison, text.to_string()), keys: Vec::new() }
            }
            // Steps are turns within 64 bits.
            Scalar::Number(_) if !is_narrow(self.nodes[value].bound) => return None,
            Scalar::Number(number) => {
                let scale = number::scale_of(self.nodes[value].ty);
                let (floor, exact) = at_scale((*number, number::scale_of(ty)), scale)?;
                steps(comparison, floor, exact)
            }
            Scalar::Date(day) => steps(comparison, i128::from(*day), true),
            Scalar::Bool(_) | Scalar::Point => return None,
        };
        Some(self.condition(Op::Test(value, test)))
    }

    /// Whether a value is one of a list.
    fn within(&mut self, child: NodeId, list: &[Const]) -> NodeId {
        let ty = self.nodes[child].ty;
        if !is_narrow(self.nodes[child].bound) {
            let equal = list.iter().map(|constant| {
                let (value, scale) = number::exact(constant).unwrap_or((0, 0));
                let constant = self.constant(Some(Scalar::Number(value)), Type::Decimal { scale });
                self.condition(Op::Compare(Comparison::Equal, child, constant, None))
            });
            let mut equal: Vec<NodeId> = equal.collect();
            // Of an empty list too: a value that is unknown is in no list for certain.
            let itself = self.condition(Op::Compare(Comparison::NotEqual, child, child, None));
            equal.push(itself);
            return self.condition(Op::Or(equal));
        }
        let test = match ty {
            Type::Text => {
                let texts = list.iter().filter_map(|constant| match constant {
                    Const::Text(text) => Some(text.clone()),
                    _ => None,
                });
                Test::Text { question: TextQuestion::In(texts.collect()), keys: Vec::new() }
            }
            _ => {
                let scale = number::scale_of(ty);
                let mut values: Vec<i128> = list
                    .iter()
                    .filter_map(|constant| match constant {
                        Const::Date(day) => Some(i128::from(day.to_epoch_days())),
                        Const::Bool(value) => Some(i128::from(*value)),
                        other => match at_scale(number::exact(other)?, scale)? {
                            (value, true) => Some(value),
                            _ => None,
                        },
                    })
                    .collect();
                values.sort_unstable();
                values.dedup();
                // Neighbours leave no gap: the turns between them cancel.
                let mut turns: Vec<i128> = Vec::new();
                for turn in values.into_iter().flat_map(|value| [value, value + 1]) {
                    if turns.last() == Some(&turn) {
                        turns.pop();
                    } else {
                        turns.push(turn);
                    }
                }
                clipped(false, &turns)
            }
        };
        if let (Type::Bool, Test::Steps { .. }) = (ty, &test) {
            return self.boolean_in(child, list);
        }
        self.condition(Op::Test(child, test))
    }

    /// `condition in (true, false)`: odd, but allowed.
    fn boolean_in(&mut self, child: NodeId, list: &[Const]) -> NodeId {
        let has = |value: bool| list.contains(&Const::Bool(value));
        let yes = self.constant(Some(Scalar::Bool(has(true))), Type::Bool);
        let no = self.constant(Some(Scalar::Bool(has(false))), Type::Bool);
        self.blended(
            Type::Bool,
            &[yes, no],
            Op::Case { arms: vec![(child, yes)], otherwise: no, remaps: vec![Vec::new(); 2] },
        )
    }
}

/// How large a value is, counted in the last place.
fn magnitude(value: &Scalar) -> u128 {
    match value {
        Scalar::Number(value) => value.unsigned_abs(),
        _ => 0,
    }
}

/// A bound at another scale, rounding up.
fn raised(bound: u128, from: u8, to: u8) -> u128 {
    let power = |by: u8| 10u128.checked_pow(u32::from(by));
    if to >= from {
        power(to - from).map_or(u128::MAX, |power| bound.saturating_mul(power))
    } else {
        power(from - to).map_or(1, |power| bound / power + 1)
    }
}

/// Factors that bring two sides up to a scale.
fn factors((a, b): (u8, u8), scale: u8) -> Option<(i64, i64)> {
    let power = |from: u8| 10i64.checked_pow(u32::from(scale.checked_sub(from)?));
    Some((power(a)?, power(b)?))
}

/// A number at another scale, rounded down, and whether it is that exactly.
fn at_scale((value, from): (i128, u8), to: u8) -> Option<(i128, bool)> {
    if to >= from {
        let power = number::power_of_ten(to - from)?;
        return Some((value.saturating_mul(power), true));
    }
    let power = number::power_of_ten(from - to)?;
    Some((value.div_euclid(power), value.rem_euclid(power) == 0))
}

/// A derived fact's expression at its fact's own scale.
pub(crate) fn bind_derived(program: &mut Program, binding: &Binding<'_>, place: usize) -> NodeId {
    let derived = &binding.rules.derived[place];
    let ty = type_of(&binding.rules.kinds[derived.kind].facts[derived.fact].fact_type);
    let root = program.bind(binding, &derived.expr);
    program.rescaled(root, ty)
}
