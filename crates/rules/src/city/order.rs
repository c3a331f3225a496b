//! Derived facts in an order in which each comes after what it reads.

use std::collections::BTreeMap;

use crate::expr::{DerivedFact, Expr, FactIndex, KindIndex, Node, Path};

/// A fact of a kind.
pub(super) type FactOf = (KindIndex, FactIndex);

/// Every fact an expression reads, references on the way included. `area` gives the way to a kind's area: reading a
/// parameter reads that too.
pub(super) fn reads(expr: &Expr, kind: KindIndex, area: &impl Fn(KindIndex) -> Option<Path>) -> Vec<FactOf> {
    let mut facts = Vec::new();
    let mut parameters = false;
    expr.each(&mut |part| match &part.node {
        Node::Fact(path) => facts.extend(path.facts()),
        Node::Parameter(_) | Node::Lookup(..) | Node::InParameter(..) => parameters = true,
        _ => {}
    });
    if parameters && let Some(path) = area(kind) {
        facts.extend(path.facts());
    }
    facts
}

/// The facts in order; or, for each circle, the facts in it.
pub(super) fn order(
    derived: Vec<DerivedFact>,
    area: &impl Fn(KindIndex) -> Option<Path>,
) -> Result<Vec<DerivedFact>, Vec<Vec<FactOf>>> {
    let places: BTreeMap<FactOf, usize> =
        derived.iter().enumerate().map(|(index, fact)| ((fact.kind, fact.fact), index)).collect();
    let needs: Vec<Vec<usize>> = derived
        .iter()
        .map(|fact| {
            let reads = reads(&fact.expr, fact.kind, area);
            reads.iter().filter_map(|read| places.get(read).copied()).collect()
        })
        .collect();
    let mut walk =
        Walk { needs: &needs, marks: vec![Mark::New; derived.len()], order: vec![], circles: vec![] };
    for index in 0..derived.len() {
        walk.visit(index);
    }
    if !walk.circles.is_empty() {
        let named = |circle: Vec<usize>| {
            circle.into_iter().map(|index| (derived[index].kind, derived[index].fact)).collect()
        };
        return Err(walk.circles.into_iter().map(named).collect());
    }
    let mut derived: Vec<Option<DerivedFact>> = derived.into_iter().map(Some).collect();
    Ok(walk.order.into_iter().filter_map(|index| derived[index].take()).collect())
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Closed,
}

struct Walk<'a> {
    needs: &'a [Vec<usize>],
    marks: Vec<Mark>,
    order: Vec<usize>,
    circles: Vec<Vec<usize>>,
}

impl Walk<'_> {
    /// Depth first with a stack of its own: a city may chain thousands of facts.
    fn visit(&mut self, start: usize) {
        if self.marks[start] != Mark::New {
            return;
        }
        self.marks[start] = Mark::Open;
        let mut open: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, next)) = open.last_mut() {
            let Some(need) = self.needs[*at].get(*next).copied() else {
                self.marks[*at] = Mark::Closed;
                self.order.push(*at);
                open.pop();
                continue;
            };
            *next += 1;
            match self.marks[need] {
                Mark::Closed => {}
                Mark::New => {
                    self.marks[need] = Mark::Open;
                    open.push((need, 0));
                }
                Mark::Open => {
                    let from = open.iter().position(|(at, _)| *at == need).unwrap_or(0);
                    self.circles.push(open[from..].iter().map(|(at, _)| *at).collect());
                }
            }
        }
    }
}
