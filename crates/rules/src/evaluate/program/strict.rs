//! Operators computed row by row.

use std::cmp::Ordering;

use crate::evaluate::scalar::{self, Scalar};
use crate::expr::Type;
use crate::number;

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

impl Strict {
    pub(super) fn apply(self, arguments: &[Scalar], types: &[Type], ty: Type) -> Option<Scalar> {
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
