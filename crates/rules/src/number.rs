//! Exact decimals as whole numbers counted in their last place: 12.50 at scale 2 is 1250.
//!
//! A number has at most [`LIMIT`] in magnitude, what a `Decimal` can hold. What would be larger has no value: it is
//! unknown, as a fact that is missing would be, and never a wrong figure. Both evaluators compute with these
//! functions, so they agree to the last digit.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::expr::{Const, Type};

/// The largest magnitude, counted in the last place: 2^96 - 1.
pub const LIMIT: i128 = (1 << 96) - 1;

/// The number if it is within the limit.
pub fn fit(number: i128) -> Option<i128> {
    (-LIMIT..=LIMIT).contains(&number).then_some(number)
}

/// 10^n, up to 10^38.
pub fn power_of_ten(n: u8) -> Option<i128> {
    10i128.checked_pow(u32::from(n))
}

/// The digits after the point that a type has: 0 for whole numbers and what is no number.
pub fn scale_of(ty: Type) -> u8 {
    match ty {
        Type::Decimal { scale } => scale,
        _ => 0,
    }
}

/// The same number at another scale; rounded half away from zero where digits are lost.
pub fn rescale(number: i128, from: u8, to: u8) -> Option<i128> {
    match from.cmp(&to) {
        Ordering::Equal => Some(number),
        Ordering::Less => fit(number.checked_mul(power_of_ten(to - from)?)?),
        Ordering::Greater => Some(match power_of_ten(from - to) {
            Some(divisor) => divide_rounded(number, divisor)?,
            None => 0,
        }),
    }
}

/// `a / b` rounded half away from zero; none for `b = 0`.
fn divide_rounded(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let rest = a.checked_rem(b)?;
    // |rest| >= |b| - |rest| says "at least half" without doubling, which could overflow.
    let away = rest != 0 && rest.unsigned_abs() >= b.unsigned_abs() - rest.unsigned_abs();
    let step = if (a < 0) == (b < 0) { 1 } else { -1 };
    Some(if away { quotient + step } else { quotient })
}

/// `a / b` to `scale` digits, rounded half away from zero; none for `b = 0`.
pub fn divide((a, a_scale): (i128, u8), (b, b_scale): (i128, u8), scale: u8) -> Option<i128> {
    // a/10^as / (b/10^bs) * 10^s = a * 10^(s + bs - as) / b
    let up = u16::from(scale) + u16::from(b_scale);
    let down = u16::from(a_scale);
    let quotient = if up >= down {
        divide_rounded(a.checked_mul(power_of_ten(u8::try_from(up - down).ok()?)?)?, b)?
    } else {
        divide_rounded(a, b.checked_mul(power_of_ten(u8::try_from(down - up).ok()?)?)?)?
    };
    fit(quotient)
}

/// Compares two numbers of different scales, exactly.
pub fn compare((a, a_scale): (i128, u8), (b, b_scale): (i128, u8)) -> Ordering {
    let raise = |number: i128, by: u8| power_of_ten(by).and_then(|power| number.checked_mul(power));
    if a_scale < b_scale {
        // What does not fit is larger in magnitude than anything that does.
        raise(a, b_scale - a_scale).map_or_else(|| a.cmp(&0), |a| a.cmp(&b))
    } else {
        raise(b, a_scale - b_scale).map_or_else(|| 0.cmp(&b), |b| a.cmp(&b))
    }
}

/// A decimal counted in the last place of a scale; rounded half away from zero if it has more digits.
pub fn from_decimal(decimal: Decimal, scale: u8) -> Option<i128> {
    rescale(decimal.mantissa(), u8::try_from(decimal.scale()).ok()?, scale)
}

/// The decimal that a number at a scale is.
pub fn to_decimal(number: i128, scale: u8) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(number, u32::from(scale)).ok()
}

/// A constant number counted in the last place of a scale; none if it is no number or too large.
pub fn from_const(value: &Const, scale: u8) -> Option<i128> {
    match value {
        Const::Int(value) => rescale(i128::from(*value), 0, scale),
        Const::Decimal(value) => from_decimal(*value, scale),
        Const::Bool(_) | Const::Text(_) | Const::Date(_) => None,
    }
}

/// A constant number exactly: its digits and their scale.
pub fn exact(value: &Const) -> Option<(i128, u8)> {
    match value {
        Const::Int(value) => Some((i128::from(*value), 0)),
        Const::Decimal(value) => Some((value.mantissa(), u8::try_from(value.scale()).ok()?)),
        Const::Bool(_) | Const::Text(_) | Const::Date(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        for (number, expected) in [(1249, 12), (1250, 13), (-1249, -12), (-1250, -13), (1150, 12), (0, 0)] {
            assert_eq!(rescale(number, 2, 0), Some(expected), "{number}");
        }
        assert_eq!(divide((1, 0), (3, 0), 2), Some(33));
        assert_eq!(divide((-2, 0), (3, 0), 2), Some(-67));
        assert_eq!(divide((1, 0), (-2, 0), 0), Some(-1));
        assert_eq!(divide((125, 2), (5, 1), 1), Some(25));
        assert_eq!(divide((1, 0), (0, 0), 2), None);
    }

    #[test]
    fn too_large_is_no_number() {
        assert_eq!(rescale(LIMIT, 0, 1), None);
        assert_eq!(fit(LIMIT + 1), None);
        assert_eq!(compare((LIMIT, 0), (LIMIT, 28)), Ordering::Greater);
        assert_eq!(compare((-LIMIT, 0), (LIMIT, 28)), Ordering::Less);
        assert_eq!(compare((LIMIT, 28), (-LIMIT, 0)), Ordering::Greater);
        assert_eq!(compare((10, 1), (1, 0)), Ordering::Equal);
    }
}
