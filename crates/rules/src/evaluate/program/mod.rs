//! Expressions of one kind bound to a day and a register, so that a run of rows is computed at once.
//!
//! Equal expressions are one node. What depends on text is decided once for each entry of a dictionary; what depends
//! on an area once for each group of areas under the same parameters.

mod bind;
mod groups;
mod run;
mod strict;
mod test;

use std::collections::{BTreeMap, HashMap};

use super::Setting;
use super::scalar::Scalar;
use super::vector::{Source, Vector};
use crate::column::Dictionary;
use crate::expr::{Comparison, Expr, FactIndex, Fold, KindIndex, Members, Operator, Path, Type};
use crate::ruleset::RuleSet;
use crate::table::NOBODY;

pub(crate) use bind::bind_derived;
use groups::Groups;
use strict::Strict;
pub(crate) use test::Test;

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

/// One of several expressions, by the record's area.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    area: NodeId,
    by_key: Vec<u32>,
    /// One for each group of areas, the last for an area that is missing.
    options: Vec<NodeId>,
    remaps: Vec<Vec<u32>>,
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

/// Whether all numbers up to a bound fit in 64 bits.
pub(crate) fn is_narrow(bound: u128) -> bool {
    bound <= i64::MAX.unsigned_abs().into()
}
