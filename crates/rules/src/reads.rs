//! What an expression reads: facts and parameters.

use std::collections::BTreeSet;

use crate::expr::{Expr, Node, ParameterIndex, Path};
use crate::ruleset::{CompiledDuty, RuleSet};

/// What expressions read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Facts by their paths, each from the kind the expression is read in: for the argument and filter of an
    /// aggregate, the member's.
    pub facts: BTreeSet<Path>,
    /// Parameters.
    pub parameters: BTreeSet<ParameterIndex>,
}

impl Reads {
    /// What one expression reads itself.
    pub fn of(expr: &Expr) -> Self {
        let mut reads = Self::default();
        reads.add(expr);
        reads
    }

    /// What a duty reads: its clauses, exemptions, evidence, amount and days, and the derived facts among them.
    pub fn of_duty(rules: &RuleSet, duty: &CompiledDuty) -> Self {
        let mut reads = Self::default();
        let single = [&duty.paid, &duty.done_on, &duty.amount, &duty.arises];
        let clauses = duty.should.iter().chain(&duty.exempt).chain([&duty.done]);
        clauses.chain(single.into_iter().flatten()).for_each(|expr| reads.add(expr));
        reads.follow(rules);
        reads
    }

    /// Adds what an expression reads itself.
    pub fn add(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Fact(path) => {
                self.facts.insert(path.clone());
            }
            Node::Parameter(index) | Node::Lookup(index, _) | Node::InParameter(_, index) => {
                self.parameters.insert(*index);
            }
            _ => {}
        }
        expr.parts(|part| self.add(part));
    }

    /// Adds what the derived facts among them read, until nothing is new. Derived facts stand each after what it
    /// reads, so one walk from the last to the first finds all.
    fn follow(&mut self, rules: &RuleSet) {
        for derived in rules.derived.iter().rev() {
            let is_read = self.facts.iter().any(|path| {
                let kind = path.steps.last().map_or(path.kind, |(_, kind)| *kind);
                kind == derived.kind && path.fact == derived.fact
            });
            if is_read {
                self.add(&derived.expr);
            }
        }
    }
}
