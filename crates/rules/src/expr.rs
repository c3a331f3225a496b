//! Typed expressions: what the language means once names are found and types agree.
//!
//! Every expression has one value for a record on a day, or none: `None` is *unknown*. Conditions follow
//! Kleene; everything else is unknown when a part of it is, but for `coalesce`, `is null`, `case` and the
//! aggregates, which say themselves what they do.

use chrono::NaiveDate;
use model::FactId;
use rust_decimal::Decimal;

/// A kind's place in [`crate::ruleset::RuleSet::kinds`].
pub type KindIndex = usize;
/// A fact's place in [`model::Kind::facts`].
pub type FactIndex = usize;
/// A parameter's place in [`crate::ruleset::RuleSet::parameters`].
pub type ParameterIndex = usize;

/// The type of an expression. Codes, references and areas are text here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Yes, no or unknown: a condition.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal with so many digits after the point.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Text, a code, a reference, an area.
    Text,
    /// A day.
    Date,
    /// A position; only `is null` takes one.
    Point,
}

/// A typed expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// What its value is.
    pub ty: Type,
}

/// A known value of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Const {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// A day.
    Date(NaiveDate),
}

/// A way from a record along references to a fact: `tenant.size_class` is two steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// The kind it starts from.
    pub kind: KindIndex,
    /// The references followed, each a fact of the kind reached so far, and the kind it leads to.
    pub steps: Vec<(FactIndex, KindIndex)>,
    /// The fact at the end, of the kind reached.
    pub fact: FactIndex,
    /// As written.
    pub text: String,
}

/// How two values are compared. `Compare` takes numbers with numbers (exact across scales), text with text
/// (by code point), days with days, conditions with conditions (`=` and `<>` only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Arithmetic on numbers. Sums have the larger scale, products the sum of the scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}

/// What an aggregate makes of the records that point here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fold {
    /// Sum; 0 of none; unknown if a member's value is.
    Sum,
    /// Number of members, or of those whose `argument` is yes; unknown if one of those is.
    Count,
    /// Least; unknown of none, or if a member's value is.
    Min,
    /// Greatest; unknown of none, or if a member's value is.
    Max,
    /// Whether the condition holds for one (Kleene OR; no of none).
    Any,
    /// Whether the condition holds for each (Kleene AND; yes of none).
    All,
}

/// The records of another kind that point here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Members {
    /// Their kind.
    pub kind: KindIndex,
    /// The reference by which they point.
    pub by: FactIndex,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// A known value.
    Const(Const),
    /// Unknown, of the expression's type (`null`).
    Null,
    /// The day of the pass (`today`).
    Today,
    /// A fact, told or derived.
    Fact(Path),
    /// A parameter's value on the day, in the record's area; unknown if it is marked as unset.
    Parameter(ParameterIndex),
    /// A keyed parameter's value for a code (`lookup(:p, code)`); unknown if it has none for it.
    Lookup(ParameterIndex, Box<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `and`, of two or more
    And(Vec<Expr>),
    /// `or`, of two or more
    Or(Vec<Expr>),
    /// A comparison; `between` is two of them.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Whether a value is one of a list of constants (`not in` is `Not` of it).
    InList(Box<Expr>, Vec<Const>),
    /// Whether a text is one of a list parameter's codes on the day.
    InParameter(Box<Expr>, ParameterIndex),
    /// Whether text matches a pattern: `%` any run, `_` one character, `\` takes the next as it is; case matters.
    Like(Box<Expr>, String),
    /// Whether a value is unknown; itself always known.
    IsNull(Box<Expr>),
    /// The value of the first arm whose condition is yes; **unknown if an unknown condition comes before it**.
    Case {
        /// Conditions and values.
        arms: Vec<(Expr, Expr)>,
        /// The value where no condition is yes.
        otherwise: Box<Expr>,
    },
    /// Arithmetic on numbers.
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// A quotient, rounded half away from zero to the expression's scale; unknown where the divisor is 0, which the
    /// author has said with `nullif(divisor, 0)` or a constant divisor.
    Divide(Box<Expr>, Box<Expr>),
    /// `abs`
    Abs(Box<Expr>),
    /// Rounded half away from zero to the expression's scale (0 gives a whole number).
    Round(Box<Expr>),
    /// The first known.
    Coalesce(Vec<Expr>),
    /// The first, or unknown where it equals the second.
    NullIf(Box<Expr>, Box<Expr>),
    /// The least; unknown if one is (SQL engines differ here; we do not guess).
    Least(Vec<Expr>),
    /// The greatest; unknown if one is.
    Greatest(Vec<Expr>),
    /// A day so many days later (`day + n`, `day - n`).
    AddDays(Box<Expr>, Box<Expr>),
    /// A day so many months later, at the month's last day where it has no such day (`add_months(day, n)`).
    AddMonths(Box<Expr>, Box<Expr>),
    /// Days from the second to the first (`day - day`).
    DaysBetween(Box<Expr>, Box<Expr>),
    /// Over the records that point here; `filter` and `argument` are read in the member's kind. A member whose
    /// filter is unknown makes the whole unknown, unless it could not matter (any, all).
    Aggregate {
        /// How.
        fold: Fold,
        /// Over which records.
        members: Members,
        /// Of what; none for `count(*)`.
        argument: Option<Box<Expr>>,
        /// Of which of them.
        filter: Option<Box<Expr>>,
    },
}

impl Expr {
    /// Visits the expressions this one is made of, not those within them. An aggregate's argument and filter are read
    /// in the member's kind.
    pub fn parts<'a>(&'a self, mut visit: impl FnMut(&'a Expr)) {
        match &self.node {
            Node::Const(_) | Node::Null | Node::Today | Node::Fact(_) | Node::Parameter(_) => {}
            Node::Lookup(_, inner)
            | Node::Not(inner)
            | Node::InList(inner, _)
            | Node::InParameter(inner, _)
            | Node::Like(inner, _)
            | Node::IsNull(inner)
            | Node::Abs(inner)
            | Node::Round(inner) => visit(inner),
            Node::And(parts)
            | Node::Or(parts)
            | Node::Coalesce(parts)
            | Node::Least(parts)
            | Node::Greatest(parts) => parts.iter().for_each(visit),
            Node::Compare(_, a, b)
            | Node::Arithmetic(_, a, b)
            | Node::Divide(a, b)
            | Node::NullIf(a, b)
            | Node::AddDays(a, b)
            | Node::AddMonths(a, b)
            | Node::DaysBetween(a, b) => {
                visit(a);
                visit(b);
            }
            Node::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    visit(condition);
                    visit(value);
                }
                visit(otherwise);
            }
            Node::Aggregate { argument, filter, .. } => {
                argument.iter().for_each(|part| visit(part));
                filter.iter().for_each(|part| visit(part));
            }
        }
    }
}

impl Comparison {
    /// The comparison that holds exactly where this one does not.
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// The comparison with its sides exchanged: `5 < x` is `x > 5`.
    pub fn turned(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// A derived fact, ready to compute.
#[derive(Clone, Debug, PartialEq)]
pub struct DerivedFact {
    /// Its kind.
    pub kind: KindIndex,
    /// Which fact of it.
    pub fact: FactIndex,
    /// Its name, for messages.
    pub id: FactId,
    /// How.
    pub expr: Expr,
}

impl Path {
    /// The fact at its end, with its kind.
    pub fn end(&self) -> (KindIndex, FactIndex) {
        (self.steps.last().map_or(self.kind, |(_, kind)| *kind), self.fact)
    }

    /// Every fact on the way with the kind it belongs to: the references, then the fact itself.
    pub fn facts(&self) -> impl Iterator<Item = (KindIndex, FactIndex)> + '_ {
        let mut here = self.kind;
        let steps = self.steps.iter().map(move |(fact, next)| {
            let from = here;
            here = *next;
            (from, *fact)
        });
        steps.chain(std::iter::once(self.end()))
    }
}

impl Expr {
    /// Visits it and every part of it.
    pub fn each(&self, visit: &mut impl FnMut(&Expr)) {
        visit(self);
        self.parts(|part| part.each(visit));
    }
}
