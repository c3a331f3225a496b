//! Number literals, and arithmetic on known numbers.

use std::ops::Range;

use model::value::{MAX_SCALE, MAX_UNSCALED};
use rust_decimal::Decimal;

use super::mistake::Mistake;
use super::typed::{Number, Sort, Typed};
use crate::expr::{Const, Node, Operator};

/// Reads a literal as written: `12` is a whole number, `12.50` a decimal of two places.
pub(super) fn literal(text: &str, at: &Range<usize>) -> Result<Typed, Mistake> {
    if text.contains(['e', 'E']) {
        return Err(Mistake::float(at, text));
    }
    let too_large = || Mistake::too_large(at, text);
    let places = text.split_once('.').map(|(_, places)| places.len());
    let (value, scale) = match places {
        None => (Const::Int(text.parse().map_err(|_| too_large())?), None),
        Some(places) => {
            let scale =
                u8::try_from(places).ok().filter(|scale| *scale <= MAX_SCALE).ok_or_else(too_large)?;
            (Const::Decimal(text.parse().map_err(|_| too_large())?), Some(scale))
        }
    };
    if !within(&value) {
        return Err(too_large());
    }
    Ok(Typed::new(Node::Const(value), Sort::Number(Number { scale, unit: None }), at))
}

/// The known number, if it is one.
pub(super) fn known(node: &Node) -> Option<Decimal> {
    match node {
        Node::Const(value) => exact(value),
        _ => None,
    }
}

/// A number as a decimal.
pub(super) fn exact(value: &Const) -> Option<Decimal> {
    match value {
        Const::Int(value) => Some(Decimal::from(*value)),
        Const::Decimal(value) => Some(*value),
        _ => None,
    }
}

/// The result of arithmetic on two known numbers; none if one is not known. `Err` if it is out of range.
pub(super) fn fold(
    operator: Operator,
    left: &Node,
    right: &Node,
    scale: Option<u8>,
) -> Result<Option<Const>, ()> {
    let (Some(left), Some(right)) = (known(left), known(right)) else { return Ok(None) };
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
    }
    .ok_or(())?;
    let value = of_scale(result, scale).ok_or(())?;
    if within(&value) { Ok(Some(value)) } else { Err(()) }
}

/// The number in the form its type asks for; none if it does not fit.
fn of_scale(mut value: Decimal, scale: Option<u8>) -> Option<Const> {
    match scale {
        None => i64::try_from(value).ok().map(Const::Int),
        Some(scale) => {
            value.rescale(u32::from(scale));
            Some(Const::Decimal(value))
        }
    }
}

fn within(value: &Const) -> bool {
    let limit = i128::from(MAX_UNSCALED);
    match value {
        Const::Int(value) => i128::from(*value).abs() < limit,
        Const::Decimal(value) => value.mantissa().abs() < limit,
        _ => true,
    }
}
