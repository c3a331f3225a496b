//! Expressions of one kind bound to a day and a register, so that a run of rows is computed at once.
//!
//! Equal expressions are one node. What depends on text is decided once for each entry of a dictionary; what depends
//! on an area once for each group of areas under the same parameters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use super::one::Tally;
use super::scalar::{self, Fixed, Pattern, Scalar, type_of};
use super::vector::{Rows, Source, Vector, Words, full, none, pack};
use super::{Held, Index, Setting, differs_by_area, held};
use crate::bits::ones_of;
use crate::column::Dictionary;
use crate::expr::{
    Comparison, Const, Expr, FactIndex, Fold, KindIndex, Members, Node, Operator, ParameterIndex, Path, Type,
};
use crate::number;
use crate::parameter;
use crate::ruleset::RuleSet;
use crate::table::NOBODY;

/// How many times its largest number a column may grow before what was bound has to be bound again.
const ROOM: u128 = 100;
/// Numbers in the register stay below this, see [`model::value::MAX_UNSCALED`].
const LARGEST: u128 = model::value::MAX_UNSCALED.unsigned_abs() as u128;

/// A node's place in its program.
pub(crate) type NodeId = usize;

/// Expressions of one kind, each part before what it is part of.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    nodes: Vec<Bound>,
    places: HashMap<(Expr, Option<usize>), NodeId>,
    groups: Groups,
}

/// One expression.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub op: Op,
    pub ty: Type,
    /// No known value is larger in magnitude, counted in the last place. Up to `i64::MAX` numbers are computed in 64
    /// bits, and cannot overflow.
    pub bound: u128,
    lexicon: Lexicon,
}

/// Whose dictionary the keys of a text expression are.
#[derive(Clone, Debug)]
enum Lexicon {
    None,
    Column(KindIndex, FactIndex),
    Made(Dictionary),
    /// That of another node.
    Same(NodeId),
    /// That of an aggregate's argument.
    Inner(NodeId),
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Const(Option<Scalar>),
    Fact(Path),
    Test(NodeId, Test),
    /// With factors that bring both sides to one scale, where that fits in 64 bits.
    Compare(Comparison, NodeId, NodeId, Option<(i64, i64)>),
    IsNull(NodeId),
    Not(NodeId),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    Case {
        arms: Vec<(NodeId, NodeId)>,
        otherwise: NodeId,
        remaps: Vec<Vec<u32>>,
    },
    Coalesce(Vec<NodeId>, Vec<Vec<u32>>),
    Select(Select),
    Lookup {
        key: NodeId,
        values: BTreeMap<String, Scalar>,
        by_key: Vec<Option<Scalar>>,
    },
    Arithmetic(Operator, NodeId, NodeId, Option<(i64, i64)>),
    Strict(Strict, Vec<NodeId>),
    Aggregate {
        fold: Fold,
        members: Members,
        argument: Option<NodeId>,
        filter: Option<NodeId>,
        inner: Box<Program>,
    },
}

/// Operators that are unknown when a part is, and for which no shorter way was worth it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Strict {
    Divide,
    Abs,
    Rescale,
    AddDays,
    AddMonths,
    DaysBetween,
    NullIf,
    Least,
    Greatest,
}

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

/// One of several expressions, by the record's area.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    area: NodeId,
    by_key: Vec<u32>,
    /// One for each group of areas, the last for an area that is missing.
    options: Vec<NodeId>,
    remaps: Vec<Vec<u32>>,
}

/// Areas under the same parameters on the day.
#[derive(Clone, Debug, Default)]
struct Groups {
    /// An area of each group; the first is where no area has a value of its own.
    examples: Vec<Option<String>>,
    by_code: HashMap<String, u32>,
    path: Option<Path>,
}

impl Groups {
    fn new(rules: &RuleSet, setting: &Setting, kind: KindIndex) -> Self {
        let varying: Vec<ParameterIndex> =
            (0..rules.parameters.len()).filter(|index| differs_by_area(rules, setting, *index)).collect();
        let signature = |area: Option<&str>| -> Vec<Option<*const parameter::Dated>> {
            varying
                .iter()
                .map(|index| match held(rules, setting, *index, area) {
                    Held::Dated(dated) => Some(std::ptr::from_ref(dated)),
                    _ => None,
                })
                .collect()
        };
        let mut found = vec![signature(None)];
        let mut groups = Self { examples: vec![None], by_code: HashMap::new(), path: None };
        groups.path = Index::new(rules).areas[kind].clone();
        for area in rules.city.areas.iter() {
            let code = area.code.as_str();
            let own = signature(Some(code));
            let place = found.iter().position(|other| *other == own).unwrap_or_else(|| {
                found.push(own);
                groups.examples.push(Some(code.to_owned()));
                found.len() - 1
            });
            groups.by_code.insert(code.to_owned(), u32::try_from(place).unwrap_or(0));
        }
        groups
    }
}

/// Nodes to compute, in order, and where each of their values is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needed {
    order: Vec<NodeId>,
    slots: Vec<u32>,
}

impl Needed {
    pub fn order(&self) -> &[NodeId] {
        &self.order
    }
}

/// The values of the nodes that were needed, by node.
pub(crate) struct Values<'a> {
    slots: &'a [u32],
    list: Vec<Vector<'a>>,
}

impl<'a> std::ops::Index<NodeId> for Values<'a> {
    type Output = Vector<'a>;

    fn index(&self, id: NodeId) -> &Vector<'a> {
        &self.list[self.slots[id] as usize]
    }
}

/// What expressions are bound to.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub rules: &'a RuleSet,
    pub setting: &'a Setting,
    pub source: Source<'a>,
}

impl Program {
    pub fn new(binding: &Binding<'_>, kind: KindIndex) -> Self {
        let groups = Groups::new(binding.rules, binding.setting, kind);
        Self { nodes: Vec::new(), places: HashMap::new(), groups }
    }

    pub fn node(&self, id: NodeId) -> &Bound {
        &self.nodes[id]
    }

    /// The child and the test, where a node is a test of one value.
    pub fn test(&self, id: NodeId) -> Option<(NodeId, &Test)> {
        match &self.nodes[id].op {
            Op::Test(child, test) => Some((*child, test)),
            _ => None,
        }
    }

    pub fn is_constant(&self, id: NodeId) -> bool {
        matches!(self.nodes[id].op, Op::Const(_))
    }

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

    /// The dictionary of a text node.
    pub fn lexicon<'a>(&'a self, id: NodeId, source: &Source<'a>) -> Option<&'a Dictionary> {
        match &self.nodes[id].lexicon {
            Lexicon::None => None,
            Lexicon::Column(kind, fact) => source.dictionary(*kind, *fact),
            Lexicon::Made(made) => Some(made),
            Lexicon::Same(other) => self.lexicon(*other, source),
            Lexicon::Inner(argument) => match &self.nodes[id].op {
                Op::Aggregate { inner, .. } => inner.lexicon(*argument, source),
                _ => None,
            },
        }
    }

    /// Takes in what dictionaries have gained. Says whether numbers have outgrown what was bound: then it has to be
    /// bound again.
    pub fn refresh(&mut self, source: &Source<'_>) -> bool {
        let mut outgrown = false;
        for id in 0..self.nodes.len() {
            let mut bound = self.nodes[id].clone_shell();
            std::mem::swap(&mut bound, &mut self.nodes[id]);
            match &mut bound.op {
                Op::Fact(path) => {
                    let kind = path.steps.last().map_or(path.kind, |(_, kind)| *kind);
                    let largest = source.column(kind, path.fact).map_or(0, crate::column::Column::largest);
                    outgrown |= u128::from(largest) > bound.bound;
                }
                Op::Test(child, Test::Text { question, keys }) => {
                    if let Some(dictionary) = self.lexicon(*child, source) {
                        question.decide(dictionary, keys);
                    }
                }
                Op::Lookup { key, values, by_key } => {
                    if let Some(dictionary) = self.lexicon(*key, source) {
                        for place in by_key.len()..dictionary.len() {
                            let text = u32::try_from(place).map_or("", |key| dictionary.get(key));
                            by_key.push(values.get(text).cloned());
                        }
                    }
                }
                Op::Select(select) => {
                    if let Some(dictionary) = self.lexicon(select.area, source) {
                        for place in select.by_key.len()..dictionary.len() {
                            let text = u32::try_from(place).map_or("", |key| dictionary.get(key));
                            select.by_key.push(self.groups.by_code.get(text).copied().unwrap_or(0));
                        }
                    }
                    if let Lexicon::Made(made) = &mut bound.lexicon {
                        self.merge(made, &select.options, &mut select.remaps, source);
                    }
                }
                Op::Case { arms, otherwise, remaps } => {
                    if let Lexicon::Made(made) = &mut bound.lexicon {
                        let values: Vec<NodeId> =
                            arms.iter().map(|(_, value)| *value).chain([*otherwise]).collect();
                        self.merge(made, &values, remaps, source);
                    }
                }
                Op::Coalesce(parts, remaps) => {
                    if let Lexicon::Made(made) = &mut bound.lexicon {
                        self.merge(made, parts, remaps, source);
                    }
                }
                Op::Strict(_, parts) => {
                    if let Lexicon::Made(made) = &mut bound.lexicon {
                        let mut remaps = vec![Vec::new(); parts.len()];
                        self.merge(made, parts, &mut remaps, source);
                    }
                }
                Op::Aggregate { inner, .. } => outgrown |= inner.refresh(source),
                _ => {}
            }
            self.nodes[id] = bound;
        }
        outgrown
    }

    /// Takes what the dictionaries of some nodes have gained into one.
    fn merge(&self, made: &mut Dictionary, nodes: &[NodeId], remaps: &mut [Vec<u32>], source: &Source<'_>) {
        for (node, remap) in nodes.iter().zip(remaps) {
            let Some(dictionary) = self.lexicon(*node, source) else { continue };
            for place in remap.len()..dictionary.len() {
                remap.push(made.intern(u32::try_from(place).map_or("", |key| dictionary.get(key))));
            }
        }
    }

    /// Which nodes have to be computed for some to be.
    pub fn needed(&self, roots: impl IntoIterator<Item = NodeId>) -> Needed {
        let mut slots = vec![NOBODY; self.nodes.len()];
        roots.into_iter().for_each(|root| slots[root] = 0);
        for id in (0..self.nodes.len()).rev() {
            if slots[id] != NOBODY {
                self.nodes[id].op.children(|child| slots[child] = 0);
            }
        }
        let order: Vec<NodeId> = (0..slots.len()).filter(|id| slots[*id] != NOBODY).collect();
        for (slot, id) in (0u32..).zip(&order) {
            slots[*id] = slot;
        }
        Needed { order, slots }
    }

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

impl Bound {
    /// Something to stand in a node's place while it is written.
    fn clone_shell(&self) -> Self {
        Self { op: Op::Const(None), ty: self.ty, bound: self.bound, lexicon: Lexicon::None }
    }
}

impl Op {
    fn children(&self, mut visit: impl FnMut(NodeId)) {
        match self {
            Self::Const(_) | Self::Fact(_) | Self::Aggregate { .. } => {}
            Self::Test(child, _)
            | Self::IsNull(child)
            | Self::Not(child)
            | Self::Lookup { key: child, .. } => {
                visit(*child);
            }
            Self::Compare(_, a, b, _) | Self::Arithmetic(_, a, b, _) => {
                visit(*a);
                visit(*b);
            }
            Self::And(parts) | Self::Or(parts) | Self::Coalesce(parts, _) | Self::Strict(_, parts) => {
                parts.iter().copied().for_each(visit);
            }
            Self::Case { arms, otherwise, .. } => {
                for (condition, value) in arms {
                    visit(*condition);
                    visit(*value);
                }
                visit(*otherwise);
            }
            Self::Select(select) => {
                visit(select.area);
                select.options.iter().copied().for_each(visit);
            }
        }
    }
}

impl Strict {
    fn apply(self, arguments: &[Scalar], types: &[Type], ty: Type) -> Option<Scalar> {
        let scale = number::scale_of(ty);
        let number = |at: usize| match arguments.get(at) {
            Some(Scalar::Number(value)) => Some((*value, number::scale_of(types[at]))),
            _ => None,
        };
        let day = |at: usize| arguments.get(at).and_then(Scalar::as_date);
        match self {
            Self::Divide => number::divide(number(0)?, number(1)?, scale).map(Scalar::Number),
            Self::Abs => {
                let (value, from) = number(0)?;
                number::rescale(value.abs(), from, scale).map(Scalar::Number)
            }
            Self::Rescale => arguments.first()?.clone().rescaled(types[0], ty),
            Self::AddDays | Self::AddMonths => {
                let (count, from) = number(1)?;
                let count = number::rescale(count, from, 0)?;
                let later = if self == Self::AddDays {
                    scalar::add_days(day(0)?, count)
                } else {
                    scalar::add_months(day(0)?, count)
                };
                later.map(Scalar::Date)
            }
            Self::DaysBetween => Some(Scalar::Number(i128::from(day(0)?) - i128::from(day(1)?))),
            Self::NullIf => {
                let equal = arguments[0].compare(types[0], &arguments[1], types[1])? == Ordering::Equal;
                if equal { None } else { arguments[0].clone().rescaled(types[0], ty) }
            }
            Self::Least | Self::Greatest => {
                let raised: Option<Vec<Scalar>> = arguments
                    .iter()
                    .zip(types)
                    .map(|(value, from)| value.clone().rescaled(*from, ty))
                    .collect();
                if self == Self::Least { raised?.into_iter().min() } else { raised?.into_iter().max() }
            }
        }
    }
}

impl Test {
    /// The test on each row.
    fn run<'a>(&self, child: &Vector<'a>, count: usize) -> Vector<'a> {
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
    fn decide(&self, dictionary: &Dictionary, keys: &mut Vec<bool>) {
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

/// How large a value is, counted in the last place.
fn magnitude(value: &Scalar) -> u128 {
    match value {
        Scalar::Number(value) => value.unsigned_abs(),
        _ => 0,
    }
}

/// Whether all numbers up to a bound fit in 64 bits.
pub(crate) fn is_narrow(bound: u128) -> bool {
    bound <= i64::MAX.unsigned_abs().into()
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

/// A comparison with a constant as steps; `floor` is the constant rounded down, `exact` whether that is the constant.
fn steps(comparison: Comparison, floor: i128, exact: bool) -> Test {
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
fn clipped(start: bool, turns: &[i128]) -> Test {
    let below = turns.iter().filter(|turn| **turn <= i128::from(i64::MIN)).count();
    let kept = turns.iter().filter(|turn| **turn > i128::from(i64::MIN));
    Test::Steps {
        start: start ^ (below % 2 == 1),
        turns: kept.filter_map(|turn| i64::try_from(*turn).ok()).collect(),
    }
}

/// A derived fact's expression at its fact's own scale.
pub(crate) fn bind_derived(program: &mut Program, binding: &Binding<'_>, place: usize) -> NodeId {
    let derived = &binding.rules.derived[place];
    let ty = type_of(&binding.rules.kinds[derived.kind].facts[derived.fact].fact_type);
    let root = program.bind(binding, &derived.expr);
    program.rescaled(root, ty)
}
