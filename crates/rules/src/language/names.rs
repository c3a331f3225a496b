//! What a name in an expression stands for.

use std::ops::Range;

use model::{Areas, Kind};

use super::mistake::{Mistake, suggest};
use super::typed::{Sort, Typed};
use crate::diagnostic::Message;
use crate::expr::{Expr, FactIndex, KindIndex, Members, Node, ParameterIndex, Path};
use crate::parameter::Parameter;

/// Most references a path goes through.
const MAX_STEPS: usize = 8;

/// What an expression may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// All kinds.
    pub kinds: &'a [Kind],
    /// All parameters.
    pub parameters: &'a [Parameter],
    /// The city's areas: what is compared with an area has to be one of them.
    pub areas: &'a Areas,
    /// The kind whose facts names are, outside aggregates.
    pub kind: KindIndex,
    /// The records that aggregates go over, if there are any.
    pub members: Option<&'a Members>,
    /// A condition on members that every aggregate takes with its own filter: evidence in its last state.
    pub only: Option<&'a Expr>,
}

impl<'a> Scope<'a> {
    /// A scope without aggregates.
    pub fn new(kinds: &'a [Kind], parameters: &'a [Parameter], areas: &'a Areas, kind: KindIndex) -> Self {
        Self { kinds, parameters, areas, kind, members: None, only: None }
    }

    /// The same scope with aggregates over these records.
    #[must_use]
    pub fn over(self, members: &'a Members) -> Self {
        Self { members: Some(members), ..self }
    }
}

/// The candidate most like a misspelt name, if one is like it at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.6;
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// One part of a dotted path as written.
pub(super) struct Part<'a> {
    pub name: &'a str,
    pub quoted: bool,
    pub at: Range<usize>,
}

/// Follows a dotted path from a kind to a fact.
pub(super) fn path(scope: &Scope<'_>, kind: KindIndex, parts: &[Part<'_>]) -> Result<Typed, Mistake> {
    let (last, references) = match parts.split_last() {
        Some(split) => split,
        None => return Err(Mistake::syntax(&(0..0), "")),
    };
    let at = parts[0].at.start..last.at.end;
    if references.len() > MAX_STEPS {
        return Err(Mistake::path_too_long(&at, MAX_STEPS));
    }
    let mut here = kind;
    let mut steps = Vec::with_capacity(references.len());
    for part in references {
        let (index, fact) = find(scope, here, part)?;
        let Some(target) = fact.fact_type.target() else {
            return Err(Mistake::no_path(&part.at, part.name));
        };
        let Some(next) = scope.kinds.iter().position(|kind| kind.id == *target) else {
            return Err(Mistake::no_kind(&part.at, part.name, target.as_str()));
        };
        steps.push((index, next));
        here = next;
    }
    let (index, fact) = find(scope, here, last)?;
    let text = parts.iter().map(|part| part.name).collect::<Vec<_>>().join(".");
    let sort = Sort::of(&fact.fact_type, fact.unit.as_ref());
    Ok(Typed::new(Node::Fact(Path { kind, steps, fact: index, text }), sort, &at))
}

fn find<'a>(
    scope: &Scope<'a>,
    kind: KindIndex,
    part: &Part<'_>,
) -> Result<(FactIndex, &'a model::Fact), Mistake> {
    let kind = &scope.kinds[kind];
    let found = kind.facts.iter().enumerate().find(|(_, fact)| fact.id.as_str() == part.name);
    found.ok_or_else(|| {
        if part.quoted {
            return Mistake::quoted_name(&part.at, part.name);
        }
        Mistake::unknown_fact(&part.at, part.name, kind.id.as_str(), meant(scope, kind, part.name))
    })
}

fn meant(scope: &Scope<'_>, kind: &Kind, name: &str) -> Message {
    let facts: Vec<&str> = kind.facts.iter().map(|fact| fact.id.as_str()).collect();
    if scope.parameters.iter().any(|parameter| parameter.id.as_str() == name) {
        return suggest(Some(&format!(":{name}")), &[]);
    }
    if let Some(near) = nearest(name, facts.iter().copied()) {
        return suggest(Some(near), &[]);
    }
    // Perhaps the fact of a record that is referred to.
    let through = kind.facts.iter().find_map(|fact| {
        let target = fact.fact_type.target()?;
        let there = scope.kinds.iter().find(|kind| kind.id == *target)?;
        there.fact(name).map(|_| format!("{}.{name}", fact.id))
    });
    suggest(through.as_deref(), &facts)
}

/// The parameter of that name.
pub(super) fn parameter<'a>(
    scope: &Scope<'a>,
    name: &str,
    at: &Range<usize>,
) -> Result<(ParameterIndex, &'a Parameter), Mistake> {
    let found = scope.parameters.iter().enumerate().find(|(_, parameter)| parameter.id.as_str() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = scope.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
        let fact = scope.kinds[scope.kind].fact(name).map(|fact| fact.id.to_string());
        let near = nearest(name, names.iter().copied()).map(|name| format!(":{name}"));
        Mistake::unknown_parameter(at, name, suggest(fact.or(near).as_deref(), &names))
    })
}
