//! An expression in the words of the rules language, for people to read.

use std::fmt::{self, Write};

use crate::expr::{Comparison, Const, Expr, Fold, Node, Operator, Type};
use crate::language::QUOTIENT;
use crate::ruleset::RuleSet;

/// The expression as text. Contract: it reads back as the same expression, but for parentheses.
pub fn text(rules: &RuleSet, expr: &Expr) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = Printer { rules, out: &mut out }.expr(expr, 0);
    out
}

impl Comparison {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Operator {
    /// The sign.
    pub fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
        }
    }
}

impl Fold {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

/// Text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// How tightly a node binds; a part that binds less stands in parentheses.
fn strength(node: &Node) -> u8 {
    match node {
        Node::Or(_) => 1,
        Node::And(_) => 2,
        Node::Not(_) => 3,
        Node::Compare(..) | Node::InList(..) | Node::InParameter(..) | Node::Like(..) | Node::IsNull(_) => 4,
        Node::Arithmetic(Operator::Add | Operator::Subtract, ..)
        | Node::AddDays(..)
        | Node::DaysBetween(..) => 5,
        Node::Arithmetic(Operator::Multiply, ..) | Node::Divide(..) => 6,
        _ => 7,
    }
}

struct Printer<'a> {
    rules: &'a RuleSet,
    out: &'a mut String,
}

impl Printer<'_> {
    fn expr(&mut self, expr: &Expr, outer: u8) -> fmt::Result {
        let inner = strength(&expr.node);
        if inner < outer {
            self.out.push('(');
        }
        self.node(expr, inner)?;
        if inner < outer {
            self.out.push(')');
        }
        Ok(())
    }

    fn node(&mut self, expr: &Expr, strength: u8) -> fmt::Result {
        match &expr.node {
            Node::Const(value) => self.constant(value),
            Node::Null => self.out.write_str("null"),
            Node::Today => self.out.write_str("today"),
            Node::Fact(path) => self.out.write_str(&path.text),
            Node::Parameter(index) => write!(self.out, ":{}", self.rules.parameters[*index].id),
            Node::Lookup(index, key) => {
                write!(self.out, "lookup(:{}, ", self.rules.parameters[*index].id)?;
                self.expr(key, 0)?;
                self.out.write_char(')')
            }
            Node::Not(inner) => {
                self.out.write_str("not ")?;
                self.expr(inner, strength)
            }
            Node::And(parts) => self.list(parts, " and ", strength + 1),
            Node::Or(parts) => self.list(parts, " or ", strength + 1),
            Node::Compare(comparison, a, b) => self.pair(a, &format!(" {} ", comparison.sign()), b, strength),
            Node::InList(inner, list) => {
                self.expr(inner, strength + 1)?;
                self.out.write_str(" in (")?;
                for (place, value) in list.iter().enumerate() {
                    if place > 0 {
                        self.out.write_str(", ")?;
                    }
                    self.constant(value)?;
                }
                self.out.write_char(')')
            }
            Node::InParameter(inner, index) => {
                self.expr(inner, strength + 1)?;
                write!(self.out, " in (:{})", self.rules.parameters[*index].id)
            }
            Node::Like(inner, pattern) => {
                self.expr(inner, strength + 1)?;
                write!(self.out, " like {}", quoted(pattern))
            }
            Node::IsNull(inner) => {
                self.expr(inner, strength + 1)?;
                self.out.write_str(" is null")
            }
            Node::Case { arms, otherwise } => {
                self.out.write_str("case")?;
                for (condition, value) in arms {
                    self.out.write_str(" when ")?;
                    self.expr(condition, 0)?;
                    self.out.write_str(" then ")?;
                    self.expr(value, 0)?;
                }
                self.out.write_str(" else ")?;
                self.expr(otherwise, 0)?;
                self.out.write_str(" end")
            }
            Node::Arithmetic(operator, a, b) => self.pair(a, &format!(" {} ", operator.sign()), b, strength),
            // A quotient rounded by its author is kept as one step, with the scale asked for.
            Node::Divide(a, b) if expr.ty != QUOTIENT => {
                self.out.write_str("round(")?;
                self.pair(a, " / ", b, strength)?;
                match expr.ty {
                    Type::Decimal { scale } => write!(self.out, ", {scale})"),
                    _ => self.out.write_char(')'),
                }
            }
            Node::Divide(a, b) => self.pair(a, " / ", b, strength),
            Node::AddDays(a, b) => self.pair(a, " + ", b, strength),
            Node::DaysBetween(a, b) => self.pair(a, " - ", b, strength),
            Node::Abs(inner) => self.call("abs", std::slice::from_ref(&**inner)),
            Node::Round(inner) => {
                self.out.write_str("round(")?;
                self.expr(inner, 0)?;
                match crate::number::scale_of(expr.ty) {
                    0 => self.out.write_char(')'),
                    scale => write!(self.out, ", {scale})"),
                }
            }
            Node::Coalesce(parts) => self.call("coalesce", parts),
            Node::NullIf(a, b) => {
                self.out.write_str("nullif(")?;
                self.pair(a, ", ", b, 0)?;
                self.out.write_char(')')
            }
            Node::Least(parts) => self.call("least", parts),
            Node::Greatest(parts) => self.call("greatest", parts),
            Node::AddMonths(a, b) => {
                self.out.write_str("add_months(")?;
                self.pair(a, ", ", b, 0)?;
                self.out.write_char(')')
            }
            Node::Aggregate { fold, argument, filter, .. } => {
                self.out.write_str(fold.name())?;
                self.out.write_char('(')?;
                match argument {
                    Some(argument) => self.expr(argument, 0)?,
                    None => self.out.write_char('*')?,
                }
                self.out.write_char(')')?;
                let Some(filter) = filter else { return Ok(()) };
                self.out.write_str(" filter (where ")?;
                self.expr(filter, 0)?;
                self.out.write_char(')')
            }
        }
    }

    fn pair(&mut self, a: &Expr, between: &str, b: &Expr, strength: u8) -> fmt::Result {
        self.expr(a, strength)?;
        self.out.write_str(between)?;
        self.expr(b, if strength == 0 { 0 } else { strength + 1 })
    }

    fn list(&mut self, parts: &[Expr], between: &str, strength: u8) -> fmt::Result {
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.out.write_str(between)?;
            }
            self.expr(part, strength)?;
        }
        Ok(())
    }

    fn call(&mut self, name: &str, parts: &[Expr]) -> fmt::Result {
        self.out.write_str(name)?;
        self.out.write_char('(')?;
        self.list(parts, ", ", 0)?;
        self.out.write_char(')')
    }

    fn constant(&mut self, value: &Const) -> fmt::Result {
        match value {
            Const::Bool(value) => write!(self.out, "{value}"),
            Const::Int(value) => write!(self.out, "{value}"),
            Const::Decimal(value) => write!(self.out, "{value}"),
            Const::Text(value) => self.out.write_str(&quoted(value)),
            Const::Date(value) => write!(self.out, "date '{value}'"),
        }
    }
}
