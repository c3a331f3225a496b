//! An expression with what the checks need to know of it, and which types and units go together.

use std::ops::Range;

use model::{Areas, FactType, KindId, Unit};

use super::mistake::{Mistake, both, suggest};
use super::names::nearest;
use crate::diagnostic::Message;
use crate::expr::{Const, Expr, Node, Type};

/// An expression, its finer type and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub expr: Expr,
    pub sort: Sort,
    pub at: Range<usize>,
}

/// The type of an expression as the checks see it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sort {
    /// `null`: takes the type beside it.
    Null,
    Bool,
    Number(Number),
    Text(Words),
    Date,
    Point,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// Digits after the point; none for a whole number.
    pub scale: Option<u8>,
    /// None for a bare number, which takes the unit beside it.
    pub unit: Option<Unit>,
}

/// What text can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Words {
    /// Written in the expression, with where.
    Literal(Vec<(String, Range<usize>)>),
    /// One of a parameter's values.
    Among(Vec<String>),
    /// Anything.
    Free,
    /// One of these codes.
    Code(Vec<String>),
    /// The id of a record.
    Record(KindId),
    /// The code of an area.
    Area,
}

impl Sort {
    /// The sort of a fact's values.
    pub(super) fn of(fact_type: &FactType, unit: Option<&Unit>) -> Self {
        let number = |scale| Self::Number(Number { scale, unit: Some(unit.cloned().unwrap_or_default()) });
        match fact_type {
            FactType::Bool => Self::Bool,
            FactType::Int => number(None),
            FactType::Decimal { scale } => number(Some(*scale)),
            FactType::Text { .. } => Self::Text(Words::Free),
            FactType::Code { options } => {
                Self::Text(Words::Code(options.iter().map(|option| option.id.clone()).collect()))
            }
            FactType::Date => Self::Date,
            FactType::Point => Self::Point,
            FactType::Ref { to } => Self::Text(Words::Record(to.clone())),
            FactType::Area { .. } => Self::Text(Words::Area),
        }
    }

    /// The evaluator's type; a bare `null` is a condition until something gives it another type.
    pub(super) fn ty(&self) -> Type {
        match self {
            Self::Null | Self::Bool => Type::Bool,
            Self::Number(Number { scale: None, .. }) => Type::Int,
            Self::Number(Number { scale: Some(scale), .. }) => Type::Decimal { scale: *scale },
            Self::Text(_) => Type::Text,
            Self::Date => Type::Date,
            Self::Point => Type::Point,
        }
    }

    /// As people read it.
    pub(super) fn name(&self) -> Message {
        match self {
            Self::Null => both!("未知", "null"),
            Self::Bool => both!("条件", "a condition"),
            Self::Number(Number { scale: None, .. }) => both!("整数", "a whole number"),
            Self::Number(_) => both!("小数", "a decimal"),
            Self::Text(Words::Code(_)) => both!("代码", "a code"),
            Self::Text(Words::Record(kind)) => both!("{} 的引用", "a reference to {}"; kind),
            Self::Text(Words::Area) => both!("地区", "an area"),
            Self::Text(_) => both!("文字", "text"),
            Self::Date => both!("日期", "a day"),
            Self::Point => both!("位置", "a position"),
        }
    }
}

impl Typed {
    pub(super) fn new(node: Node, sort: Sort, at: &Range<usize>) -> Self {
        Self { expr: Expr { ty: sort.ty(), node }, sort, at: at.clone() }
    }

    pub(super) fn condition(node: Node, at: &Range<usize>) -> Self {
        Self::new(node, Sort::Bool, at)
    }

    /// The literal, if it is one text.
    pub(super) fn literal(&self) -> Option<&str> {
        match &self.expr.node {
            Node::Const(Const::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Gives a `null` the type of what it stands beside.
    pub(super) fn shaped(mut self, sort: &Sort) -> Self {
        if self.sort == Sort::Null {
            self.expr.ty = sort.ty();
            self.sort = sort.clone();
        }
        self
    }
}

/// What one expression and another are together: the type of a `case` of both, or why they do not compare.
pub(super) fn unify(left: &Typed, right: &Typed, areas: &Areas) -> Result<Sort, Vec<Mistake>> {
    let at = left.at.start.min(right.at.start)..left.at.end.max(right.at.end);
    match (&left.sort, &right.sort) {
        (Sort::Null, other) | (other, Sort::Null) => Ok(other.clone()),
        (Sort::Number(a), Sort::Number(b)) => {
            let unit = same_unit(a.unit.as_ref(), b.unit.as_ref())
                .map_err(|(a, b)| vec![Mistake::units_differ(&at, &a.to_string(), &b.to_string())])?;
            let scale = match (a.scale, b.scale) {
                (None, None) => None,
                (a, b) => Some(a.unwrap_or(0).max(b.unwrap_or(0))),
            };
            Ok(Sort::Number(Number { scale, unit }))
        }
        (Sort::Text(a), Sort::Text(b)) => same_words(a, b, &at, areas).map(Sort::Text),
        (Sort::Text(_), Sort::Number(_)) => Err(vec![Mistake::text_for_number(&at, numeric(left.literal()))]),
        (Sort::Number(_), Sort::Text(_)) => {
            Err(vec![Mistake::text_for_number(&at, numeric(right.literal()))])
        }
        (Sort::Text(_), Sort::Date) => Err(vec![Mistake::text_for_day(&at, left.literal())]),
        (Sort::Date, Sort::Text(_)) => Err(vec![Mistake::text_for_day(&at, right.literal())]),
        (a, b) if a == b => Ok(a.clone()),
        (a, b) => Err(vec![Mistake::types_differ(&at, &a.name(), &b.name())]),
    }
}

fn numeric(literal: Option<&str>) -> Option<&str> {
    literal.filter(|text| text.parse::<rust_decimal::Decimal>().is_ok())
}

/// The unit two numbers share; a bare number has the other's.
pub(super) fn same_unit(a: Option<&Unit>, b: Option<&Unit>) -> Result<Option<Unit>, (Unit, Unit)> {
    match (a, b) {
        (None, other) | (other, None) => Ok(other.cloned()),
        (Some(a), Some(b)) if a == b => Ok(Some(a.clone())),
        (Some(a), Some(b)) => Err((a.clone(), b.clone())),
    }
}

fn same_words(a: &Words, b: &Words, at: &Range<usize>, areas: &Areas) -> Result<Words, Vec<Mistake>> {
    match (a, b) {
        (Words::Literal(a), Words::Literal(b)) => Ok(Words::Literal(a.iter().chain(b).cloned().collect())),
        (Words::Literal(texts), Words::Code(options)) | (Words::Code(options), Words::Literal(texts)) => {
            all_options(texts, options)?;
            Ok(Words::Code(options.clone()))
        }
        (Words::Literal(texts), Words::Area) | (Words::Area, Words::Literal(texts)) => {
            all_areas(texts, areas)?;
            Ok(Words::Area)
        }
        (Words::Literal(_), other) | (other, Words::Literal(_)) => Ok(match other {
            Words::Among(_) => Words::Free,
            other => other.clone(),
        }),
        (Words::Among(values) | Words::Code(values), Words::Code(options))
        | (Words::Code(options), Words::Among(values)) => {
            if !values.is_empty() && !values.iter().any(|value| options.contains(value)) {
                return Err(vec![Mistake::nothing_in_common(at)]);
            }
            let more = values.iter().filter(|value| !options.contains(value));
            Ok(Words::Code(options.iter().chain(more).cloned().collect()))
        }
        (Words::Record(a), Words::Record(b)) if a != b => {
            Err(vec![Mistake::other_records(at, a.as_str(), b.as_str())])
        }
        (a, b) if a == b => Ok(a.clone()),
        _ => Ok(Words::Free),
    }
}

/// A mistake for each text that is not an option.
pub(super) fn all_options(texts: &[(String, Range<usize>)], options: &[String]) -> Result<(), Vec<Mistake>> {
    let names: Vec<&str> = options.iter().map(String::as_str).collect();
    let mistakes: Vec<_> = texts
        .iter()
        .filter(|(text, _)| !names.contains(&text.as_str()))
        .map(|(text, at)| {
            Mistake::not_an_option(at, text, quoted(nearest(text, names.iter().copied()), &names))
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// A mistake for each text that is no area's code.
pub(super) fn all_areas(texts: &[(String, Range<usize>)], areas: &Areas) -> Result<(), Vec<Mistake>> {
    let codes: Vec<&str> = areas.iter().map(|area| area.code.as_str()).collect();
    let mistakes: Vec<_> = texts
        .iter()
        .filter(|(text, _)| areas.get(text).is_none())
        .map(|(text, at)| {
            // A name, or a code it had before, is more likely meant than the nearest row of digits.
            let meant = areas.find(text).map(|area| area.code.as_str());
            let near = meant.or_else(|| nearest(text, codes.iter().copied()));
            Mistake::not_an_area(at, text, quoted(near, &codes))
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn quoted(near: Option<&str>, all: &[&str]) -> Message {
    suggest(near.map(|text| format!("'{text}'")).as_deref(), all)
}
