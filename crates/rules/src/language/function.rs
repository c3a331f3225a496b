//! Function calls: scalar functions, and aggregates over the records that point here.

use std::ops::Range;

use model::value::MAX_SCALE;
use sqlparser::ast::{
    self, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectNamePart, Value, ValueWithSpan,
};

use super::lower::{Lowering, parameter_sort, wrong};
use super::mistake::{Mistake, both, suggest};
use super::names::nearest;
use super::typed::{Number, Sort, Typed, Words};
use crate::expr::{Const, Expr, Fold, Node, Type};
use crate::parameter::Shape;

/// Every function with how it is called.
const FUNCTIONS: [(&str, &str); 14] = [
    ("abs", "abs(x)"),
    ("add_months", "add_months(day, 3)"),
    ("all", "all(condition)"),
    ("any", "any(condition)"),
    ("coalesce", "coalesce(x, 0)"),
    ("count", "count(*), count(condition)"),
    ("greatest", "greatest(x, y)"),
    ("least", "least(x, y)"),
    ("lookup", "lookup(:parameter, code)"),
    ("max", "max(x)"),
    ("min", "min(x)"),
    ("nullif", "nullif(x, 0)"),
    ("round", "round(x), round(x, 2)"),
    ("sum", "sum(x)"),
];

impl Lowering<'_> {
    pub(super) fn function(&mut self, function: &ast::Function, at: &Range<usize>) -> Option<Typed> {
        let name = match function.name.0.as_slice() {
            [ObjectNamePart::Identifier(ident)] => ident.value.to_ascii_lowercase(),
            _ => function.name.to_string(),
        };
        let Some((_, usage)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
            let near = suggest(nearest(&name, names.iter().copied()), &names);
            return self.note(Mistake::unknown_function(at, &name, near));
        };
        let call = Call { name: &name, usage, at, filter: function.filter.as_deref() };
        let FunctionArguments::List(list) = &function.args else {
            return self.note(Mistake::arguments(at, usage));
        };
        let odd = list.duplicate_treatment.is_some()
            || !list.clauses.is_empty()
            || !function.within_group.is_empty()
            || function.null_treatment.is_some()
            || function.over.is_some()
            || function.uses_odbc_syntax
            || function.parameters != FunctionArguments::None;
        if odd {
            return self.note(Mistake::arguments(at, usage));
        }
        let mut arguments = Vec::with_capacity(list.args.len());
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => arguments.push(Some(expr)),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => arguments.push(None),
                _ => return self.note(Mistake::arguments(at, usage)),
            }
        }
        let fold = match name.as_str() {
            "sum" => Some(Fold::Sum),
            "count" => Some(Fold::Count),
            "min" => Some(Fold::Min),
            "max" => Some(Fold::Max),
            "any" => Some(Fold::Any),
            "all" => Some(Fold::All),
            _ => None,
        };
        if let Some(fold) = fold {
            let [argument] = arguments.as_slice() else {
                return self.note(Mistake::arguments(at, usage));
            };
            return self.aggregate(fold, *argument, &call);
        }
        let arguments: Option<Vec<&ast::Expr>> = arguments.into_iter().collect();
        match arguments {
            Some(arguments) if call.filter.is_none() => self.scalar(&arguments, &call),
            _ => self.note(Mistake::arguments(at, usage)),
        }
    }

    fn scalar(&mut self, arguments: &[&ast::Expr], call: &Call<'_>) -> Option<Typed> {
        if call.name == "lookup" {
            return self.lookup(arguments, call);
        }
        let typed: Vec<Option<Typed>> = arguments.iter().map(|argument| self.expr(argument)).collect();
        let typed = typed.into_iter().collect::<Option<Vec<Typed>>>()?;
        let at = call.at;
        match (call.name, typed.len()) {
            ("coalesce", 2..) => {
                let (sort, values) = self.together(typed, at)?;
                Some(Typed::new(Node::Coalesce(values), sort, at))
            }
            ("least" | "greatest", 2..) => {
                let (sort, values) = self.together(typed, at)?;
                if !matches!(sort, Sort::Number(_) | Sort::Date) {
                    return self.note(Mistake::no_order(at, &sort.name()));
                }
                let node = if call.name == "least" { Node::Least(values) } else { Node::Greatest(values) };
                Some(Typed::new(node, sort, at))
            }
            ("nullif", 2) => {
                if let Some(null) = typed.iter().find(|typed| typed.sort == Sort::Null) {
                    return self.note(Mistake::bare_null(&null.at));
                }
                let mut typed = typed.into_iter();
                let (value, other) = (typed.next()?, typed.next()?);
                self.unify(&value, &other)?;
                let node = Node::NullIf(Box::new(value.expr), Box::new(other.expr));
                Some(Typed::new(node, value.sort, at))
            }
            ("abs", 1) => {
                let value = typed.into_iter().next()?;
                let number = self.number(&value)?;
                Some(Typed::new(Node::Abs(Box::new(value.expr)), Sort::Number(number), at))
            }
            ("round", 1 | 2) => self.round(typed, call),
            ("add_months", 2) => {
                let mut typed = typed.into_iter();
                let (day, months) = (typed.next()?, typed.next()?);
                if day.sort != Sort::Date {
                    return self.note(wrong(&day, both!("日期", "a day")));
                }
                let months = self.count_of(months, "month")?;
                let node = Node::AddMonths(Box::new(day.expr), Box::new(months.expr));
                Some(Typed::new(node, Sort::Date, at))
            }
            _ => self.note(Mistake::arguments(at, call.usage)),
        }
    }

    fn round(&mut self, arguments: Vec<Typed>, call: &Call<'_>) -> Option<Typed> {
        let mut arguments = arguments.into_iter();
        let value = arguments.next()?;
        let places = match arguments.next().map(|places| places.expr.node) {
            None => 0,
            Some(Node::Const(Const::Int(places))) if (0..=i64::from(MAX_SCALE)).contains(&places) => {
                u8::try_from(places).unwrap_or(MAX_SCALE)
            }
            Some(_) => return self.note(Mistake::arguments(call.at, call.usage)),
        };
        let number = self.number(&value)?;
        let number = Number { scale: (places > 0).then_some(places), unit: number.unit };
        let node = match value.expr.node {
            // A quotient is rounded once, to what the author asks for: rounding twice can be a fen off.
            node @ Node::Divide(..) => node,
            node => Node::Round(Box::new(Expr { node, ty: value.expr.ty })),
        };
        Some(Typed::new(node, Sort::Number(number), call.at))
    }

    fn lookup(&mut self, arguments: &[&ast::Expr], call: &Call<'_>) -> Option<Typed> {
        let [ast::Expr::Value(ValueWithSpan { value: Value::Placeholder(name), span }), key] = arguments
        else {
            return self.note(Mistake::arguments(call.at, call.usage));
        };
        let key = self.expr(key);
        let at = self.positions.range(*span);
        let (index, parameter) = self.parameter(name, &at)?;
        let (shape, sort) = (parameter.shape, parameter_sort(parameter));
        if shape != Shape::Keyed {
            let form = if shape == Shape::List { "x in (:p)" } else { ":p" };
            return self.note(Mistake::parameter_shape(&at, name.trim_start_matches(':'), form));
        }
        let key = key?;
        if !matches!(key.sort, Sort::Text(_)) {
            return self.note(wrong(&key, both!("代码", "a code")));
        }
        Some(Typed::new(Node::Lookup(index, Box::new(key.expr)), sort, call.at))
    }

    fn aggregate(&mut self, fold: Fold, argument: Option<&ast::Expr>, call: &Call<'_>) -> Option<Typed> {
        if self.inside.is_some() {
            return self.note(Mistake::nested_aggregate(call.at, call.name));
        }
        let Some(members) = self.scope.members else {
            return self.note(Mistake::no_members(call.at, call.name));
        };
        if argument.is_none() && fold != Fold::Count {
            return self.note(Mistake::arguments(call.at, call.usage));
        }
        self.inside = Some(members.kind);
        let argument = argument.map(|argument| self.expr(argument));
        let filter = call.filter.map(|filter| {
            let filter = self.expr(filter)?;
            self.condition(filter)
        });
        self.inside = None;
        let argument = match argument {
            Some(argument) => Some(self.folded(fold, argument?)?),
            None => None,
        };
        let filter = match filter {
            Some(filter) => Some(filter?.expr),
            None => None,
        };
        let sort = match (fold, &argument) {
            // A count is a bare number: it takes the unit beside it.
            (Fold::Count, _) | (_, None) => Sort::Number(Number { scale: None, unit: None }),
            (Fold::Any | Fold::All, _) => Sort::Bool,
            (Fold::Sum | Fold::Min | Fold::Max, Some(argument)) => argument.sort.clone(),
        };
        let filter = match (self.scope.only.cloned(), filter) {
            (Some(only), Some(filter)) => Some(Expr { node: Node::And(vec![only, filter]), ty: Type::Bool }),
            (only, filter) => only.or(filter),
        };
        let node = Node::Aggregate {
            fold,
            members: members.clone(),
            argument: argument.map(|argument| Box::new(argument.expr)),
            filter: filter.map(Box::new),
        };
        Some(Typed::new(node, sort, call.at))
    }

    /// Checks what an aggregate is made of.
    fn folded(&mut self, fold: Fold, argument: Typed) -> Option<Typed> {
        match (fold, &argument.sort) {
            (_, Sort::Null) => self.note(Mistake::bare_null(&argument.at)),
            (Fold::Any | Fold::All | Fold::Count, _) => self.condition(argument),
            (Fold::Min | Fold::Max, Sort::Date) => Some(argument),
            (Fold::Min | Fold::Max, Sort::Text(Words::Literal(_) | Words::Free)) => {
                self.note(wrong(&argument, both!("数字或日期", "a number or a day")))
            }
            (Fold::Sum | Fold::Min | Fold::Max, _) => {
                self.number(&argument)?;
                Some(argument)
            }
        }
    }
}

/// A function call as written.
struct Call<'a> {
    name: &'a str,
    usage: &'a str,
    at: &'a Range<usize>,
    filter: Option<&'a ast::Expr>,
}
