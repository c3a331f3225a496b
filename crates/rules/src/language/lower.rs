//! SQL syntax to typed expressions, collecting every mistake on the way.

use std::ops::Range;

use chrono::NaiveDate;
use model::value::MAX_SCALE;
use model::{FactType, Unit};
use sqlparser::ast::{self, BinaryOperator, TypedString, UnaryOperator, Value, ValueWithSpan};

use super::mistake::Mistake;
use super::names::{self, Part, Scope};
use super::number;
use super::syntax::{MAX_DEPTH, Positions};
use super::typed::{Number, Sort, Typed, Words, all_areas, all_options, same_unit, unify};
use super::{Wanted, mistake::both};
use crate::expr::{Comparison, Const, Expr, KindIndex, Node, Operator, ParameterIndex, Type};
use crate::parameter::{Parameter, Setting, Shape};

/// Digits after the point of a quotient that its author does not round.
const QUOTIENT_SCALE: u8 = MAX_SCALE;
/// The type of such a quotient.
pub const QUOTIENT: Type = Type::Decimal { scale: QUOTIENT_SCALE };
/// Most digits after the point that a product may have.
const MAX_PRODUCT_SCALE: u8 = 2 * MAX_SCALE;

pub(super) fn lower(
    parsed: &ast::Expr,
    scope: &Scope<'_>,
    positions: &Positions<'_>,
    wanted: Wanted<'_>,
) -> Result<Expr, Vec<Mistake>> {
    let mut lowering = Lowering { scope, positions, mistakes: Vec::new(), inside: None, depth: 0 };
    let typed = lowering.expr(parsed).and_then(|typed| lowering.finish(typed, wanted));
    match typed {
        Some(typed) if lowering.mistakes.is_empty() => Ok(typed.expr),
        _ => {
            let mut mistakes = lowering.mistakes;
            mistakes.sort_by_key(|mistake| (mistake.at.start, mistake.at.end));
            mistakes.dedup();
            Err(mistakes)
        }
    }
}

/// One expression on its way down. `None` from any step means that a mistake has been noted; what stands beside it
/// is still read, for its own mistakes.
pub(super) struct Lowering<'a> {
    pub scope: &'a Scope<'a>,
    pub positions: &'a Positions<'a>,
    pub mistakes: Vec<Mistake>,
    /// The kind of the members, inside an aggregate.
    pub inside: Option<KindIndex>,
    depth: usize,
}

impl<'a> Lowering<'a> {
    pub(super) fn note<T>(&mut self, mistake: Mistake) -> Option<T> {
        self.mistakes.push(mistake);
        None
    }

    fn keep<T>(&mut self, result: Result<T, Vec<Mistake>>) -> Option<T> {
        result.map_err(|mistakes| self.mistakes.extend(mistakes)).ok()
    }

    pub(super) fn unify(&mut self, left: &Typed, right: &Typed) -> Option<Sort> {
        let result = unify(left, right, self.scope.areas);
        self.keep(result)
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Option<Typed> {
        self.deeper(1, expr, Self::expr_here)
    }

    /// Runs a step so many levels further down.
    fn deeper(
        &mut self,
        levels: usize,
        expr: &ast::Expr,
        step: impl FnOnce(&mut Self, &ast::Expr) -> Option<Typed>,
    ) -> Option<Typed> {
        if self.depth + levels > MAX_DEPTH {
            let at = self.positions.whole();
            return self.note(Mistake::too_deep(&at, MAX_DEPTH));
        }
        self.depth += levels;
        let typed = step(self, expr);
        self.depth -= levels;
        typed
    }

    fn expr_here(&mut self, expr: &ast::Expr) -> Option<Typed> {
        let at = self.positions.of(expr);
        match expr {
            ast::Expr::Nested(inner) => self.expr(inner),
            ast::Expr::Identifier(ident) => self.names(std::slice::from_ref(ident)),
            ast::Expr::CompoundIdentifier(idents) => self.names(idents),
            ast::Expr::Value(value) => self.value(value),
            ast::Expr::TypedString(text) => self.day(text, &at),
            ast::Expr::UnaryOp { op, expr } => self.unary(*op, expr, &at),
            ast::Expr::BinaryOp { .. } => self.chain(expr),
            ast::Expr::IsNull(inner) => self.is_null(inner, &at),
            ast::Expr::IsNotNull(inner) => {
                let inner = self.is_null(inner, &at)?;
                Some(Typed::condition(Node::Not(Box::new(inner.expr)), &at))
            }
            ast::Expr::Between { expr, negated, low, high } => {
                let typed = self.between([expr, low, high], &at)?;
                Some(negate_if(*negated, typed))
            }
            ast::Expr::In { expr, target: ast::InTarget::List(list), negated, global: false } => {
                let typed = self.in_list(expr, list, &at)?;
                Some(negate_if(*negated, typed))
            }
            ast::Expr::Like { negated, expr, pattern, escape_char, any: false } => {
                if let Some(escape) = escape_char {
                    let default = matches!(&**escape, ast::Expr::Value(ValueWithSpan {
                        value: Value::SingleQuotedString(text), ..
                    }) if text == "\\");
                    if !default {
                        return self.note(Mistake::unsupported(&at, "escape"));
                    }
                }
                let typed = self.like(expr, pattern, &at)?;
                Some(negate_if(*negated, typed))
            }
            ast::Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), &at)
            }
            ast::Expr::Function(function) => self.function(function, &at),
            _ => {
                let text = self.positions.excerpt(&at);
                self.note(Mistake::unsupported(&at, &text))
            }
        }
    }

    fn names(&mut self, idents: &[ast::Ident]) -> Option<Typed> {
        let parts: Vec<Part<'_>> = idents
            .iter()
            .map(|ident| Part {
                name: &ident.value,
                quoted: ident.quote_style.is_some(),
                at: self.positions.range(ident.span),
            })
            .collect();
        if let [part] = parts.as_slice()
            && !part.quoted
            && part.name.eq_ignore_ascii_case("today")
        {
            return Some(Typed::new(Node::Today, Sort::Date, &part.at));
        }
        let kind = self.inside.unwrap_or(self.scope.kind);
        names::path(self.scope, kind, &parts).map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn value(&mut self, value: &ValueWithSpan) -> Option<Typed> {
        let at = self.positions.range(value.span);
        match &value.value {
            Value::Number(text, false) => {
                number::literal(text, &at).map_err(|mistake| self.mistakes.push(mistake)).ok()
            }
            Value::SingleQuotedString(text) => {
                let words = Words::Literal(vec![(text.clone(), at.clone())]);
                Some(Typed::new(Node::Const(Const::Text(text.clone())), Sort::Text(words), &at))
            }
            Value::Boolean(value) => Some(Typed::condition(Node::Const(Const::Bool(*value)), &at)),
            Value::Null => Some(Typed::new(Node::Null, Sort::Null, &at)),
            Value::Placeholder(name) if name.starts_with(':') => {
                let (index, parameter) = self.parameter(name, &at)?;
                if parameter.shape != Shape::One {
                    return self.note(Mistake::parameter_shape(&at, &name[1..], usage(parameter)));
                }
                Some(Typed::new(Node::Parameter(index), parameter_sort(parameter), &at))
            }
            other => self.note(Mistake::unsupported(&at, &other.to_string())),
        }
    }

    pub(super) fn parameter(
        &mut self,
        name: &str,
        at: &Range<usize>,
    ) -> Option<(ParameterIndex, &'a Parameter)> {
        match names::parameter(self.scope, name.trim_start_matches(':'), at) {
            Ok(found) => Some(found),
            Err(mistake) => self.note(mistake),
        }
    }

    fn day(&mut self, text: &TypedString, at: &Range<usize>) -> Option<Typed> {
        let (ast::DataType::Date, Value::SingleQuotedString(written)) = (&text.data_type, &text.value.value)
        else {
            return self.note(Mistake::unsupported(at, &text.to_string()));
        };
        // Only the one form, so that no two people read a date differently.
        match NaiveDate::parse_from_str(written, "%Y-%m-%d") {
            Ok(day) if day.to_string() == *written => {
                Some(Typed::new(Node::Const(Const::Date(day)), Sort::Date, at))
            }
            _ => self.note(Mistake::not_a_date(at, written)),
        }
    }

    fn unary(&mut self, op: UnaryOperator, inner: &ast::Expr, at: &Range<usize>) -> Option<Typed> {
        match op {
            UnaryOperator::Not => {
                let inner = self.expr(inner)?;
                let inner = self.condition(inner)?;
                Some(Typed::condition(Node::Not(Box::new(inner.expr)), at))
            }
            UnaryOperator::Minus => {
                let inner = self.expr(inner)?;
                self.negative(inner)
            }
            UnaryOperator::Plus => self.expr(inner),
            other => self.note(Mistake::unsupported(at, &other.to_string())),
        }
    }

    fn negative(&mut self, inner: Typed) -> Option<Typed> {
        let Sort::Number(number) = &inner.sort else {
            return self.note(wrong(&inner, both!("数字", "a number")));
        };
        let zero = Number { scale: None, unit: number.unit.clone() };
        let zero = Typed::new(Node::Const(Const::Int(0)), Sort::Number(zero), &inner.at);
        self.arithmetic(Operator::Subtract, zero, inner)
    }

    /// A chain of binary operators, walked along its left side so that a long one needs no deep stack.
    fn chain(&mut self, expr: &ast::Expr) -> Option<Typed> {
        let mut links = Vec::new();
        let mut first = expr;
        while let ast::Expr::BinaryOp { left, op, right } = first {
            links.push((op, &**right));
            first = left;
        }
        // AND and OR are flattened; every other operator makes the tree one level deeper.
        let levels = links.iter().filter(|(op, _)| !is_logic(op)).count();
        self.deeper(levels, first, |this, first| {
            let mut whole = this.expr(first);
            for (op, right) in links.iter().rev() {
                let right = this.expr(right);
                whole = match (whole, right) {
                    (Some(left), Some(right)) => this.binary(left, op, right),
                    _ => None,
                };
            }
            whole
        })
    }

    fn binary(&mut self, left: Typed, op: &BinaryOperator, right: Typed) -> Option<Typed> {
        match op {
            BinaryOperator::And => self.join(left, right, Join::And),
            BinaryOperator::Or => self.join(left, right, Join::Or),
            BinaryOperator::Eq => self.compare(Comparison::Equal, left, right),
            BinaryOperator::NotEq => self.compare(Comparison::NotEqual, left, right),
            BinaryOperator::Lt => self.compare(Comparison::Less, left, right),
            BinaryOperator::LtEq => self.compare(Comparison::LessOrEqual, left, right),
            BinaryOperator::Gt => self.compare(Comparison::Greater, left, right),
            BinaryOperator::GtEq => self.compare(Comparison::GreaterOrEqual, left, right),
            BinaryOperator::Plus => self.plus(left, right),
            BinaryOperator::Minus => self.minus(left, right),
            BinaryOperator::Multiply => self.arithmetic(Operator::Multiply, left, right),
            BinaryOperator::Divide => self.divide(left, right),
            other => self.note(Mistake::unsupported(&span(&left, &right), &other.to_string())),
        }
    }

    fn join(&mut self, left: Typed, right: Typed, join: Join) -> Option<Typed> {
        let at = span(&left, &right);
        let (left, right) = (self.condition(left), self.condition(right));
        let mut all = join.parts(left?.expr);
        all.extend(join.parts(right?.expr));
        Some(Typed::condition(join.node(all), &at))
    }

    /// Passes a condition on; anything else is a mistake.
    pub(super) fn condition(&mut self, typed: Typed) -> Option<Typed> {
        match typed.sort {
            Sort::Bool => Some(typed),
            Sort::Null => Some(typed.shaped(&Sort::Bool)),
            _ => self.note(wrong(&typed, both!("条件", "a condition"))),
        }
    }

    pub(super) fn compare(&mut self, comparison: Comparison, left: Typed, right: Typed) -> Option<Typed> {
        let at = span(&left, &right);
        for side in [&left, &right] {
            if side.sort == Sort::Null {
                return self.note(Mistake::compared_with_null(&at));
            }
            if side.sort == Sort::Point {
                return self.note(wrong(side, both!("数字、文字或日期", "a number, text or a day")));
            }
        }
        let sort = self.unify(&left, &right)?;
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let no_order =
            matches!(sort, Sort::Bool | Sort::Text(Words::Code(_) | Words::Record(_) | Words::Area));
        if ordered && no_order {
            return self.note(Mistake::no_order(&at, &sort.name()));
        }
        Some(Typed::condition(Node::Compare(comparison, Box::new(left.expr), Box::new(right.expr)), &at))
    }

    fn is_null(&mut self, inner: &ast::Expr, at: &Range<usize>) -> Option<Typed> {
        let inner = self.expr(inner)?;
        if inner.sort == Sort::Null {
            return self.note(Mistake::bare_null(&inner.at));
        }
        Some(Typed::condition(Node::IsNull(Box::new(inner.expr)), at))
    }

    fn between(&mut self, [value, low, high]: [&ast::Expr; 3], at: &Range<usize>) -> Option<Typed> {
        let (value, low, high) = (self.expr(value), self.expr(low), self.expr(high));
        let value = value?;
        let low = low.and_then(|low| self.compare(Comparison::GreaterOrEqual, value.clone(), low));
        let high = high.and_then(|high| self.compare(Comparison::LessOrEqual, value, high));
        Some(Typed::condition(Node::And(vec![low?.expr, high?.expr]), at))
    }

    fn in_list(&mut self, value: &ast::Expr, list: &[ast::Expr], at: &Range<usize>) -> Option<Typed> {
        let value = self.expr(value);
        let mut known = Vec::new();
        let mut tests = Vec::new();
        let mut whole = true;
        for item in list {
            whole &= self.item(value.as_ref(), item, &mut known, &mut tests).is_some();
        }
        let value = value?;
        if !whole {
            return None;
        }
        if !known.is_empty() {
            let node = Node::InList(Box::new(value.expr), alike(known));
            tests.insert(0, Expr { node, ty: Type::Bool });
        }
        if tests.len() > 1 {
            return Some(Typed::condition(Node::Or(tests), at));
        }
        tests.pop().map(|test| Typed { expr: test, sort: Sort::Bool, at: at.clone() })
    }

    /// One item of a list: a constant, a list parameter, or a value to compare with.
    fn item(
        &mut self,
        value: Option<&Typed>,
        item: &ast::Expr,
        known: &mut Vec<Const>,
        tests: &mut Vec<Expr>,
    ) -> Option<()> {
        let at = self.positions.of(item);
        if let ast::Expr::Value(ValueWithSpan { value: Value::Placeholder(name), .. }) = item {
            let (index, parameter) = self.parameter(name, &at)?;
            if parameter.shape == Shape::List {
                let members = Typed::new(Node::Parameter(index), parameter_sort(parameter), &at);
                let value = value?;
                self.unify(value, &members)?;
                let node = Node::InParameter(Box::new(value.expr.clone()), index);
                tests.push(Expr { node, ty: Type::Bool });
                return Some(());
            }
        }
        let item = self.expr(item)?;
        if item.sort == Sort::Null {
            return self.note(Mistake::null_in_list(&item.at));
        }
        let test = self.compare(Comparison::Equal, value?.clone(), item)?.expr;
        match test.node {
            Node::Compare(_, _, right) if matches!(right.node, Node::Const(_)) => {
                if let Node::Const(constant) = right.node {
                    known.push(constant);
                }
            }
            node => tests.push(Expr { node, ty: test.ty }),
        }
        Some(())
    }

    fn like(&mut self, value: &ast::Expr, pattern: &ast::Expr, at: &Range<usize>) -> Option<Typed> {
        let (value, pattern) = (self.expr(value), self.expr(pattern));
        let (value, pattern) = (value?, pattern?);
        if !matches!(value.sort, Sort::Text(_)) {
            return self.note(wrong(&value, both!("文字", "text")));
        }
        let Some(pattern) = pattern.literal() else {
            return self
                .note(wrong(&pattern, both!("引号里的样式，如 '许昌%'", "a pattern in quotes, as '许昌%'")));
        };
        Some(Typed::condition(Node::Like(Box::new(value.expr), pattern.to_owned()), at))
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        at: &Range<usize>,
    ) -> Option<Typed> {
        let operand = operand.map(|operand| self.expr(operand));
        let mut arms = Vec::new();
        let mut whole = true;
        for arm in conditions {
            let when = self.expr(&arm.condition);
            let when = match (&operand, when) {
                (Some(Some(operand)), Some(when)) => self.compare(Comparison::Equal, operand.clone(), when),
                (Some(None), _) | (_, None) => None,
                (None, Some(when)) => self.condition(when),
            };
            let then = self.expr(&arm.result);
            match (when, then) {
                (Some(when), Some(then)) => arms.push((when.expr, then)),
                _ => whole = false,
            }
        }
        let Some(otherwise) = otherwise else {
            return self.note(Mistake::case_without_else(at));
        };
        let otherwise = self.expr(otherwise)?;
        if !whole {
            return None;
        }
        let mut values: Vec<Typed> = arms.iter().map(|(_, value)| value.clone()).collect();
        values.push(otherwise);
        let (sort, mut values) = self.together(values, at)?;
        let otherwise = Box::new(values.pop()?);
        let arms = arms.into_iter().map(|(when, _)| when).zip(values).collect();
        Some(Typed::new(Node::Case { arms, otherwise }, sort, at))
    }

    /// The type that several values share; each `null` among them takes it.
    pub(super) fn together(&mut self, values: Vec<Typed>, at: &Range<usize>) -> Option<(Sort, Vec<Expr>)> {
        let mut values = values.into_iter();
        let mut so_far = values.next()?;
        let mut all = vec![so_far.clone()];
        let mut whole = true;
        for value in values {
            match self.unify(&so_far, &value) {
                Some(sort) => so_far = Typed { sort, at: value.at.clone(), ..so_far },
                None => whole = false,
            }
            all.push(value);
        }
        if so_far.sort == Sort::Null {
            return self.note(Mistake::bare_null(at));
        }
        let sort = so_far.sort;
        whole.then(|| (sort.clone(), all.into_iter().map(|value| value.shaped(&sort).expr).collect()))
    }

    fn plus(&mut self, left: Typed, right: Typed) -> Option<Typed> {
        let at = span(&left, &right);
        match (&left.sort, &right.sort) {
            (Sort::Date, _) => self.add_days(left, right, &at),
            (_, Sort::Date) => self.add_days(right, left, &at),
            _ => self.arithmetic(Operator::Add, left, right),
        }
    }

    fn minus(&mut self, left: Typed, right: Typed) -> Option<Typed> {
        let at = span(&left, &right);
        match (&left.sort, &right.sort) {
            (Sort::Date, Sort::Date) => {
                let days = Number { scale: None, unit: Some(unit("day")) };
                let node = Node::DaysBetween(Box::new(left.expr), Box::new(right.expr));
                Some(Typed::new(node, Sort::Number(days), &at))
            }
            (Sort::Date, Sort::Number(_)) => {
                let back = self.negative(right)?;
                self.add_days(left, back, &at)
            }
            _ => self.arithmetic(Operator::Subtract, left, right),
        }
    }

    fn add_days(&mut self, day: Typed, days: Typed, at: &Range<usize>) -> Option<Typed> {
        let days = self.count_of(days, "day")?;
        Some(Typed::new(Node::AddDays(Box::new(day.expr), Box::new(days.expr)), Sort::Date, at))
    }

    /// A whole number of that unit, or a bare one.
    pub(super) fn count_of(&mut self, typed: Typed, of: &str) -> Option<Typed> {
        let Sort::Number(Number { scale: None, unit: own }) = &typed.sort else {
            return self.note(wrong(&typed, both!("整数", "a whole number")));
        };
        if let Err((own, of)) = same_unit(own.as_ref(), Some(&unit(of))) {
            return self.note(Mistake::units_differ(&typed.at, &own.to_string(), &of.to_string()));
        }
        Some(typed)
    }

    fn arithmetic(&mut self, operator: Operator, left: Typed, right: Typed) -> Option<Typed> {
        let at = span(&left, &right);
        let (a, b) = (self.number(&left), self.number(&right));
        let (a, b) = (a?, b?);
        let number = match operator {
            Operator::Add | Operator::Subtract => match self.unify(&left, &right)? {
                Sort::Number(number) => number,
                _ => return None,
            },
            Operator::Multiply => {
                let scale = match (a.scale, b.scale) {
                    (None, None) => None,
                    (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
                };
                if let Some(scale) = scale.filter(|scale| *scale > MAX_PRODUCT_SCALE) {
                    return self.note(Mistake::too_precise(&at, scale, MAX_PRODUCT_SCALE));
                }
                let unit = match (a.unit, b.unit) {
                    (Some(a), Some(b)) => Some(a.times(&b)),
                    (a, b) => a.or(b),
                };
                Number { scale, unit }
            }
        };
        let node = match number::fold(operator, &left.expr.node, &right.expr.node, number.scale) {
            Ok(Some(known)) => Node::Const(known),
            Ok(None) => Node::Arithmetic(operator, Box::new(left.expr), Box::new(right.expr)),
            Err(()) => return self.note(Mistake::too_large(&at, "…")),
        };
        Some(Typed::new(node, Sort::Number(number), &at))
    }

    pub(super) fn number(&mut self, typed: &Typed) -> Option<Number> {
        match &typed.sort {
            Sort::Number(number) => Some(number.clone()),
            Sort::Text(_) => self.note(Mistake::text_for_number(
                &typed.at,
                typed.literal().filter(|text| text.parse::<rust_decimal::Decimal>().is_ok()),
            )),
            _ => self.note(wrong(typed, both!("数字", "a number"))),
        }
    }

    fn divide(&mut self, left: Typed, right: Typed) -> Option<Typed> {
        let at = span(&left, &right);
        let (a, b) = (self.number(&left), self.number(&right));
        let (a, b) = (a?, b?);
        match self.never_zero(&right.expr.node) {
            Divisor::Safe => {}
            Divisor::Zero => return self.note(Mistake::divides_by_zero(&right.at)),
            Divisor::Unsafe => return self.note(Mistake::division(&right.at)),
        }
        let unit = match (a.unit, b.unit) {
            (None, None) => None,
            (a, Some(b)) => Some(a.unwrap_or_default().per(&b)),
            (a, None) => a,
        };
        let number = Number { scale: Some(QUOTIENT_SCALE), unit };
        Some(Typed::new(Node::Divide(Box::new(left.expr), Box::new(right.expr)), Sort::Number(number), &at))
    }

    fn never_zero(&self, divisor: &Node) -> Divisor {
        if let Some(known) = number::known(divisor) {
            return if known.is_zero() { Divisor::Zero } else { Divisor::Safe };
        }
        let never = |index: usize| {
            self.scope.parameters[index].values.iter().all(|dated| match &dated.setting {
                Setting::One(value) => number::exact(value).is_some_and(|value| !value.is_zero()),
                Setting::Keyed(values) => {
                    values.values().all(|value| number::exact(value).is_some_and(|value| !value.is_zero()))
                }
                Setting::List(_) => false,
                Setting::Unset(_) => true,
            })
        };
        let safe = match divisor {
            Node::NullIf(_, zero) => number::known(&zero.node).is_some_and(|zero| zero.is_zero()),
            Node::Parameter(index) | Node::Lookup(index, _) => never(*index),
            _ => false,
        };
        if safe { Divisor::Safe } else { Divisor::Unsafe }
    }

    /// Checks the whole expression against what it is to give.
    fn finish(&mut self, typed: Typed, wanted: Wanted<'_>) -> Option<Typed> {
        if typed.sort == Sort::Null {
            return self.note(Mistake::bare_null(&typed.at));
        }
        match wanted {
            Wanted::Any => Some(typed),
            Wanted::Condition => self.condition(typed),
            Wanted::Day if typed.sort == Sort::Date => Some(typed),
            Wanted::Day => {
                let mistake = match &typed.sort {
                    Sort::Text(_) => Mistake::text_for_day(&typed.at, typed.literal()),
                    _ => wrong(&typed, both!("日期", "a day")),
                };
                self.note(mistake)
            }
            Wanted::Number(wanted) => {
                let number = self.number(&typed)?;
                match same_unit(number.unit.as_ref(), wanted) {
                    Ok(_) => Some(typed),
                    Err((own, wanted)) => {
                        self.note(Mistake::units_differ(&typed.at, &own.to_string(), &wanted.to_string()))
                    }
                }
            }
            Wanted::Fact(fact) => {
                let sort = Sort::of(&fact.fact_type, fact.unit.as_ref());
                self.assign(typed, &sort, &fact.fact_type)
            }
        }
    }

    /// Checks that a derived fact can hold the value without any cast.
    fn assign(&mut self, typed: Typed, wanted: &Sort, fact_type: &FactType) -> Option<Typed> {
        match (&typed.sort, wanted) {
            (Sort::Number(own), Sort::Number(to)) => {
                if let Err((own, to)) = same_unit(own.unit.as_ref(), to.unit.as_ref()) {
                    return self.note(Mistake::units_differ(&typed.at, &own.to_string(), &to.to_string()));
                }
                let (own, to) = (own.scale.unwrap_or(0), to.scale.unwrap_or(0));
                if own > to || (typed.expr.ty != Type::Int && *fact_type == FactType::Int) {
                    return self.note(Mistake::silent_rounding(&typed.at, own, to));
                }
                Some(typed)
            }
            (Sort::Text(words), Sort::Text(Words::Code(options))) => {
                let texts = match words {
                    Words::Literal(texts) => texts.clone(),
                    Words::Code(values) | Words::Among(values) => {
                        values.iter().map(|value| (value.clone(), typed.at.clone())).collect()
                    }
                    _ => return self.note(wrong(&typed, wanted.name())),
                };
                let checked = all_options(&texts, options);
                self.keep(checked).map(|()| typed)
            }
            (Sort::Text(Words::Literal(texts)), Sort::Text(Words::Area)) => {
                let checked = all_areas(texts, self.scope.areas);
                self.keep(checked).map(|()| typed)
            }
            (Sort::Text(_), Sort::Text(Words::Free)) => Some(typed),
            (own, wanted) if own == wanted => Some(typed),
            (_, wanted) => self.note(wrong(&typed, wanted.name())),
        }
    }
}

enum Divisor {
    Safe,
    Zero,
    Unsafe,
}

#[derive(Clone, Copy)]
enum Join {
    And,
    Or,
}

impl Join {
    fn parts(self, expr: Expr) -> Vec<Expr> {
        match (self, expr.node) {
            (Self::And, Node::And(parts)) | (Self::Or, Node::Or(parts)) => parts,
            (_, node) => vec![Expr { node, ty: expr.ty }],
        }
    }

    fn node(self, parts: Vec<Expr>) -> Node {
        match self {
            Self::And => Node::And(parts),
            Self::Or => Node::Or(parts),
        }
    }
}

fn is_logic(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::And | BinaryOperator::Or)
}

fn negate_if(negated: bool, typed: Typed) -> Typed {
    if !negated {
        return typed;
    }
    Typed::condition(Node::Not(Box::new(typed.expr)), &typed.at)
}

/// From the start of one to the end of the other.
fn span(left: &Typed, right: &Typed) -> Range<usize> {
    left.at.start.min(right.at.start)..left.at.end.max(right.at.end)
}

pub(super) fn wrong(typed: &Typed, wanted: crate::diagnostic::Message) -> Mistake {
    Mistake::wrong_type(&typed.at, &wanted, &typed.sort.name())
}

/// Whole numbers and decimals in one list become decimals.
fn alike(constants: Vec<Const>) -> Vec<Const> {
    if !constants.iter().any(|constant| matches!(constant, Const::Decimal(_))) {
        return constants;
    }
    let decimal = |constant| match constant {
        Const::Int(value) => Const::Decimal(value.into()),
        other => other,
    };
    constants.into_iter().map(decimal).collect()
}

fn unit(name: &str) -> Unit {
    name.parse().unwrap_or_default()
}

fn usage(parameter: &Parameter) -> &'static str {
    match parameter.shape {
        Shape::One => ":p",
        Shape::List => "x in (:p)",
        Shape::Keyed => "lookup(:p, code)",
    }
}

/// The sort of a parameter's value, or of one member of it.
pub(super) fn parameter_sort(parameter: &Parameter) -> Sort {
    let number =
        |scale| Sort::Number(Number { scale, unit: Some(parameter.unit.clone().unwrap_or_default()) });
    match parameter.ty {
        Type::Bool => Sort::Bool,
        Type::Int => number(None),
        Type::Decimal { scale } => number(Some(scale)),
        Type::Date => Sort::Date,
        Type::Point => Sort::Point,
        Type::Text => {
            let settings = parameter.values.iter().flat_map(|dated| match &dated.setting {
                Setting::One(value) => vec![value],
                Setting::List(values) => values.iter().collect(),
                Setting::Keyed(values) => values.values().collect(),
                Setting::Unset(_) => vec![],
            });
            let texts = settings.filter_map(|value| match value {
                Const::Text(text) => Some(text.clone()),
                _ => None,
            });
            Sort::Text(Words::Among(texts.collect()))
        }
    }
}
