//! One value of an expression, and what the operators make of it.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{Months, NaiveDate};
use model::value::MAX_UNSCALED;
use model::{FactType, Value};

use crate::expr::{Comparison, Const, Type};
use crate::number;

/// A known value. Its expression's type says how to read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A number, counted in the last place of its type.
    Number(i128),
    /// Text, a code, a reference, an area.
    Text(Arc<str>),
    /// A day, counted from 1970-01-01.
    Date(i32),
    /// A position; only that it is known matters here.
    Point,
}

/// The type of expression that a fact is.
pub fn type_of(fact: &FactType) -> Type {
    match fact {
        FactType::Bool => Type::Bool,
        FactType::Int => Type::Int,
        FactType::Decimal { scale } => Type::Decimal { scale: *scale },
        FactType::Date => Type::Date,
        FactType::Point => Type::Point,
        FactType::Text { .. } | FactType::Code { .. } | FactType::Ref { .. } | FactType::Area { .. } => {
            Type::Text
        }
    }
}

impl Scalar {
    /// A fact's value; none if it has another shape than its type or a number is out of the register's range.
    pub fn of_value(value: &Value, ty: Type) -> Option<Self> {
        match (value, ty) {
            (Value::Bool(value), Type::Bool) => Some(Self::Bool(*value)),
            (Value::Int(value), Type::Int | Type::Decimal { .. }) => {
                told(number::rescale(i128::from(*value), 0, number::scale_of(ty))?)
            }
            (Value::Decimal(value), Type::Int | Type::Decimal { .. }) => {
                told(number::from_decimal(*value, number::scale_of(ty))?)
            }
            (Value::Text(value), Type::Text) => Some(Self::Text(value.as_str().into())),
            (Value::Date(value), Type::Date) => Some(Self::Date(value.to_epoch_days())),
            (Value::Point(_), Type::Point) => Some(Self::Point),
            _ => None,
        }
    }

    /// A constant's value in an expression of a type.
    pub fn of_const(value: &Const, ty: Type) -> Option<Self> {
        match value {
            Const::Bool(value) => Some(Self::Bool(*value)),
            Const::Int(_) | Const::Decimal(_) => {
                number::from_const(value, number::scale_of(ty)).map(Self::Number)
            }
            Const::Text(value) => Some(Self::Text(value.as_str().into())),
            Const::Date(value) => Some(Self::Date(value.to_epoch_days())),
        }
    }

    /// The value if it is yes or no.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value if it is a number that a column holds.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(value) => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The value if it is a day.
    pub fn as_date(&self) -> Option<i32> {
        match self {
            Self::Date(value) => Some(*value),
            _ => None,
        }
    }

    /// The value if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The value as a fact may hold it: numbers within the register's range, see [`MAX_UNSCALED`].
    pub fn told(self) -> Option<Self> {
        match self {
            Self::Number(value) => told(value),
            other => Some(other),
        }
    }

    /// The value as people and files know it.
    pub fn to_value(&self, ty: Type) -> Option<Value> {
        match (self, ty) {
            (Self::Bool(value), _) => Some(Value::Bool(*value)),
            (Self::Number(value), Type::Int) => i64::try_from(*value).ok().map(Value::Int),
            (Self::Number(value), _) => number::to_decimal(*value, number::scale_of(ty)).map(Value::Decimal),
            (Self::Text(value), _) => Some(Value::Text(value.to_string())),
            (Self::Date(value), _) => NaiveDate::from_epoch_days(*value).map(Value::Date),
            (Self::Point, _) => None,
        }
    }

    /// The same value as an operand of another type, which differs at most in scale.
    pub fn rescaled(self, from: Type, to: Type) -> Option<Self> {
        match self {
            Self::Number(value) => {
                number::rescale(value, number::scale_of(from), number::scale_of(to)).map(Self::Number)
            }
            other => Some(other),
        }
    }

    /// Compares two values, numbers exactly across scales; none if they are of kinds that do not compare.
    pub fn compare(&self, ty: Type, other: &Self, other_ty: Type) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                Some(number::compare((*a, number::scale_of(ty)), (*b, number::scale_of(other_ty))))
            }
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether it equals a constant.
    pub fn is(&self, ty: Type, constant: &Const) -> bool {
        match (self, constant) {
            (Self::Number(a), Const::Int(_) | Const::Decimal(_)) => number::exact(constant)
                .is_some_and(|b| number::compare((*a, number::scale_of(ty)), b) == Ordering::Equal),
            (Self::Text(a), Const::Text(b)) => **a == **b,
            (Self::Date(a), Const::Date(b)) => *a == b.to_epoch_days(),
            (Self::Bool(a), Const::Bool(b)) => a == b,
            _ => false,
        }
    }
}

/// A number as the register may hold it.
fn told(value: i128) -> Option<Scalar> {
    (value.unsigned_abs() < i128::from(MAX_UNSCALED).unsigned_abs()).then_some(Scalar::Number(value))
}

impl Comparison {
    /// Whether it holds between two values in that order.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// A day so many days later; none beyond the calendar.
pub fn add_days(day: i32, days: i128) -> Option<i32> {
    let later = i32::try_from(i128::from(day).checked_add(days)?).ok()?;
    NaiveDate::from_epoch_days(later).map(|_| later)
}

/// A day so many months later, at the month's last day where it has no such day; none beyond the calendar.
pub fn add_months(day: i32, months: i128) -> Option<i32> {
    let day = NaiveDate::from_epoch_days(day)?;
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let later = if months < 0 { day.checked_sub_months(count) } else { day.checked_add_months(count) };
    later.map(|day| day.to_epoch_days())
}

/// A pattern of `like`, ready to match: `%` any run, `_` one character, `\` takes the next as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Run,
    One,
    Text(String),
}

/// A pattern that is one fixed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed<'a> {
    /// `text%`
    Prefix(&'a str),
    /// `%text`
    Suffix(&'a str),
    /// `%text%`
    Within(&'a str),
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Self {
        let mut tokens = Vec::new();
        let mut text = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            let token = match character {
                '%' => Token::Run,
                '_' => Token::One,
                '\\' => {
                    text.push(characters.next().unwrap_or('\\'));
                    continue;
                }
                other => {
                    text.push(other);
                    continue;
                }
            };
            if !text.is_empty() {
                tokens.push(Token::Text(std::mem::take(&mut text)));
            }
            if token != Token::Run || tokens.last() != Some(&Token::Run) {
                tokens.push(token);
            }
        }
        if !text.is_empty() {
            tokens.push(Token::Text(text));
        }
        Self(tokens)
    }

    /// The pattern as a fixed text with runs around it, if it is one.
    pub fn fixed(&self) -> Option<Fixed<'_>> {
        match self.0.as_slice() {
            [Token::Text(text), Token::Run] => Some(Fixed::Prefix(text)),
            [Token::Run, Token::Text(text)] => Some(Fixed::Suffix(text)),
            [Token::Run, Token::Text(text), Token::Run] => Some(Fixed::Within(text)),
            _ => None,
        }
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self.fixed() {
            Some(Fixed::Prefix(prefix)) => text.starts_with(prefix),
            Some(Fixed::Suffix(suffix)) => text.ends_with(suffix),
            Some(Fixed::Within(part)) => text.contains(part),
            None => walk(&self.0, text),
        }
    }
}

/// Matches token by token; on failure the latest run takes one character more. Earlier runs need not be tried
/// again: the latest can take whatever they would.
fn walk(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let step = match tokens.get(at) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Token::Run) => {
                retry = Some((at + 1, rest));
                Some(rest)
            }
            Some(Token::One) => skip_one(rest),
            Some(Token::Text(part)) => rest.strip_prefix(part.as_str()),
        };
        if let Some(left) = step {
            (at, rest) = (at + 1, left);
            continue;
        }
        let Some((after, from)) = retry else { return false };
        let Some(shorter) = skip_one(from) else { return false };
        retry = Some((after, shorter));
        (at, rest) = (after, shorter);
    }
}

fn skip_one(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().map(|_| characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("杭州%", "杭州餐饮", true),
            ("杭州%", "在杭州", false),
            ("%餐饮%", "杭州餐饮店", true),
            ("%店", "杭州餐饮店", true),
            ("_州%", "杭州", true),
            ("__", "杭", false),
            ("%a%b", "xaybzb", true),
            ("%a%b", "xaybz", false),
            ("a\\%b", "a%b", true),
            ("a\\%b", "axb", false),
            ("", "", true),
            ("%", "", true),
            ("%%", "any", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("A%", "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn months_end_where_the_month_does() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap().to_epoch_days();
        assert_eq!(add_months(day("2020-01-31"), 1), Some(day("2020-02-29")));
        assert_eq!(add_months(day("2020-03-31"), -1), Some(day("2020-02-29")));
        assert_eq!(add_days(day("2020-02-28"), 2), Some(day("2020-03-01")));
        assert_eq!(add_days(0, i128::MAX), None);
    }
}
