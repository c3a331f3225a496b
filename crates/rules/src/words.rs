//! An expression in words, in both languages, for people who do not read rules: with the labels of facts, options,
//! areas and parameters, and never their ids.

use model::{FactType, Label, Value};

use crate::expr::{Comparison, Const, Expr, Fold, Node, Operator, Path, Type};
use crate::ruleset::RuleSet;

/// A condition in words, as it has to be to come out as `wanted`: `staff < 300` that has to be no is 从业人数不小于300.
/// `limit` is what its right side comes to now, said beside it where the right side is no constant.
pub fn condition(rules: &RuleSet, expr: &Expr, wanted: bool, limit: Option<&Value>) -> Label {
    Teller { rules }.condition(expr, wanted, limit)
}

/// A value in words, as the value of an expression: a code by the label of its option, an area by its name.
pub fn value(rules: &RuleSet, of: &Expr, value: &Value) -> Label {
    match value {
        Value::Text(text) => Teller { rules }.code(of, text),
        Value::Bool(true) => Label::new("是", "yes"),
        Value::Bool(false) => Label::new("否", "no"),
        other => both(other),
    }
}

struct Teller<'a> {
    rules: &'a RuleSet,
}

fn both(text: impl ToString) -> Label {
    Label::new(text.to_string(), text.to_string())
}

/// Parts between words that join them.
fn joined(parts: &[Label], zh: &str, en: &str) -> Label {
    let say =
        |words: fn(&Label) -> &str, joint: &str| parts.iter().map(words).collect::<Vec<_>>().join(joint);
    Label::new(say(|part| &part.zh, zh), say(|part| &part.en, en))
}

impl Teller<'_> {
    fn condition(&self, expr: &Expr, wanted: bool, limit: Option<&Value>) -> Label {
        match &expr.node {
            Node::Not(inner) => self.condition(inner, !wanted, None),
            Node::And(parts) | Node::Or(parts) => {
                // What is not all is one that is not, and the other way about.
                let is_all = matches!(expr.node, Node::And(_)) == wanted;
                let parts: Vec<Label> = parts.iter().map(|part| self.part(part, wanted)).collect();
                if is_all { joined(&parts, "，且", " and ") } else { joined(&parts, "，或", " or ") }
            }
            Node::Compare(comparison, a, b) => {
                let comparison = if wanted { *comparison } else { comparison.opposite() };
                self.comparison(comparison, (a, b), limit)
            }
            Node::InList(inner, list) => {
                let (Label { zh, en }, listed) = (self.value(inner), self.list(inner, list));
                let (is, of) = if wanted { ("是", "is") } else { ("不是", "is not") };
                let one = if list.len() > 1 {
                    (if wanted { "其中之一" } else { "其中任何一个" }, "one of ")
                } else {
                    ("", "")
                };
                Label::new(
                    format!("{zh}{is}{}{}", listed.zh, one.0),
                    format!("{en} {of} {}{}", one.1, listed.en),
                )
            }
            Node::InParameter(inner, index) => {
                let (Label { zh, en }, list) = (self.value(inner), &self.rules.parameters[*index].label);
                let (has, is) = if wanted { ("在", "is in") } else { ("不在", "is not in") };
                Label::new(format!("{zh}{has}“{}”之内", list.zh), format!("{en} {is} '{}'", list.en))
            }
            Node::Like(inner, pattern) => {
                let Label { zh, en } = self.value(inner);
                let pattern = pattern.replace('%', "…");
                let (has, is) = if wanted { ("写作", "reads") } else { ("不写作", "does not read") };
                Label::new(format!("{zh}{has}“{pattern}”"), format!("{en} {is} '{pattern}'"))
            }
            Node::IsNull(inner) => {
                let Label { zh, en } = self.value(inner);
                let (has, is) =
                    if wanted { ("没有填写", "is not told") } else { ("已填写", "is told") };
                Label::new(format!("{zh}{has}"), format!("{en} {is}"))
            }
            Node::Aggregate { fold: fold @ (Fold::Any | Fold::All), members, argument, filter } => {
                let kind = &self.rules.kinds[members.kind].label;
                let parts: Vec<&Expr> = filter.iter().chain(argument).map(|part| &**part).collect();
                let Label { zh, en } = match parts.as_slice() {
                    [one] => self.condition(one, true, None),
                    several => {
                        let several: Vec<Label> = several.iter().map(|part| self.part(part, true)).collect();
                        joined(&several, "，且", " and ")
                    }
                };
                match (fold, wanted) {
                    (Fold::Any, true) => Label::new(
                        format!("有“{}”，其{zh}", kind.zh),
                        format!("there is a '{}' where {en}", kind.en),
                    ),
                    (Fold::Any, false) => Label::new(
                        format!("没有这样的“{}”：其{zh}", kind.zh),
                        format!("there is no '{}' where {en}", kind.en),
                    ),
                    (_, true) => Label::new(
                        format!("每条“{}”都是{zh}", kind.zh),
                        format!("for every '{}' {en}", kind.en),
                    ),
                    (_, false) => Label::new(
                        format!("不是每条“{}”都{zh}", kind.zh),
                        format!("not for every '{}' {en}", kind.en),
                    ),
                }
            }
            Node::Const(Const::Bool(value)) => {
                if *value == wanted {
                    Label::new("恒成立", "it holds always")
                } else {
                    Label::new("不成立", "it never holds")
                }
            }
            // A yes-or-no by itself: told, computed, or of several.
            _ => {
                let Label { zh, en } = self.value(expr);
                let (is, to_be) = if wanted { ("是", "yes") } else { ("否", "no") };
                Label::new(format!("{zh}为“{is}”"), format!("{en} is {to_be}"))
            }
        }
    }

    /// A condition within another; in brackets where it is made of several itself.
    fn part(&self, expr: &Expr, wanted: bool) -> Label {
        let told = self.condition(expr, wanted, None);
        let mut at = expr;
        while let Node::Not(inner) = &at.node {
            at = inner;
        }
        match at.node {
            Node::And(_) | Node::Or(_) => Label::new(format!("（{}）", told.zh), format!("({})", told.en)),
            _ => told,
        }
    }

    fn comparison(&self, comparison: Comparison, (a, b): (&Expr, &Expr), limit: Option<&Value>) -> Label {
        let left = self.value(a);
        let mut right = match &b.node {
            Node::Const(constant) => self.constant(a, constant),
            _ => self.value(b),
        };
        if let Some(limit) = limit.filter(|_| !matches!(b.node, Node::Const(_))) {
            let limit = value(self.rules, a, limit);
            right =
                Label::new(format!("{}（{}）", right.zh, limit.zh), format!("{} ({})", right.en, limit.en));
        }
        let (zh, en) = match (comparison, a.ty) {
            (Comparison::Equal, Type::Bool | Type::Text) => ("是", "is"),
            (Comparison::NotEqual, Type::Bool | Type::Text) => ("不是", "is not"),
            (Comparison::Equal, _) => ("等于", "is"),
            (Comparison::NotEqual, _) => ("不等于", "is not"),
            (Comparison::Less, Type::Date) => ("早于", "is before"),
            (Comparison::LessOrEqual, Type::Date) => ("不晚于", "is no later than"),
            (Comparison::Greater, Type::Date) => ("晚于", "is after"),
            (Comparison::GreaterOrEqual, Type::Date) => ("不早于", "is no earlier than"),
            (Comparison::Less, _) => ("小于", "is less than"),
            (Comparison::LessOrEqual, _) => ("不大于", "is at most"),
            (Comparison::Greater, _) => ("大于", "is more than"),
            (Comparison::GreaterOrEqual, _) => ("不小于", "is at least"),
        };
        Label::new(format!("{}{zh}{}", left.zh, right.zh), format!("{} {en} {}", left.en, right.en))
    }

    fn value(&self, expr: &Expr) -> Label {
        let two = |a: &Expr, b: &Expr| (self.operand(a), self.operand(b));
        match &expr.node {
            Node::Const(constant) => self.constant(expr, constant),
            Node::Null => Label::new("未知", "unknown"),
            Node::Today => Label::new("当天", "the day"),
            Node::Fact(path) => self.path(path),
            Node::Parameter(index) => {
                let Label { zh, en } = &self.rules.parameters[*index].label;
                Label::new(format!("“{zh}”"), format!("'{en}'"))
            }
            Node::Lookup(index, key) => {
                let (Label { zh, en }, key) = (&self.rules.parameters[*index].label, self.value(key));
                Label::new(format!("按{}的“{zh}”", key.zh), format!("'{en}' by {}", key.en))
            }
            Node::Arithmetic(operator, a, b) => {
                let (a, b) = two(a, b);
                let sign = match operator {
                    Operator::Add => '＋',
                    Operator::Subtract => '－',
                    Operator::Multiply => '×',
                };
                let plain = if sign == '×' { '×' } else { operator.sign() };
                Label::new(format!("{}{sign}{}", a.zh, b.zh), format!("{} {plain} {}", a.en, b.en))
            }
            Node::Divide(a, b) => {
                let (a, b) = two(a, b);
                Label::new(format!("{}÷{}", a.zh, b.zh), format!("{} ÷ {}", a.en, b.en))
            }
            Node::Abs(inner) => {
                let Label { zh, en } = self.value(inner);
                Label::new(format!("{zh}的绝对值"), format!("the size of {en}"))
            }
            // How it is rounded is for those who read the rule.
            Node::Round(inner) | Node::NullIf(inner, _) => self.value(inner),
            Node::Coalesce(parts) => {
                joined(&self.values(parts), "（没有则取后者）或", ", or where it is not told ")
            }
            Node::Least(parts) => {
                let Label { zh, en } = joined(&self.values(parts), "、", ", ");
                Label::new(format!("{zh}中较小的"), format!("the least of {en}"))
            }
            Node::Greatest(parts) => {
                let Label { zh, en } = joined(&self.values(parts), "、", ", ");
                Label::new(format!("{zh}中较大的"), format!("the greatest of {en}"))
            }
            Node::AddDays(day, days) => {
                let (day, days) = two(day, days);
                Label::new(format!("{}加{}天", day.zh, days.zh), format!("{} days after {}", days.en, day.en))
            }
            Node::AddMonths(day, months) => {
                let (day, months) = two(day, months);
                Label::new(
                    format!("{}加{}个月", day.zh, months.zh),
                    format!("{} months after {}", months.en, day.en),
                )
            }
            Node::DaysBetween(to, from) => {
                let (to, from) = two(to, from);
                Label::new(
                    format!("{}到{}的天数", from.zh, to.zh),
                    format!("the days from {} to {}", from.en, to.en),
                )
            }
            Node::Case { arms, otherwise } => {
                let arms = arms.iter().map(|(when, then)| {
                    let (when, then) = (self.condition(when, true, None), self.value(then));
                    Label::new(format!("{}时{}", when.zh, then.zh), format!("{} where {}", then.en, when.en))
                });
                let last = self.value(otherwise);
                let last = Label::new(format!("其他{}", last.zh), format!("else {}", last.en));
                let Label { zh, en } = joined(&arms.chain([last]).collect::<Vec<_>>(), "，", ", ");
                Label::new(format!("（{zh}）"), format!("({en})"))
            }
            Node::Aggregate { fold, members, argument, filter } if !matches!(fold, Fold::Any | Fold::All) => {
                let kind = &self.rules.kinds[members.kind].label;
                let of = argument.as_ref().map(|argument| match fold {
                    Fold::Count => self.condition(argument, true, None),
                    _ => self.value(argument),
                });
                let (zh, en) = match (fold, of) {
                    (Fold::Sum, Some(of)) => (
                        format!("“{}”的{}合计", kind.zh, of.zh),
                        format!("the total {} of '{}'", of.en, kind.en),
                    ),
                    (Fold::Min, Some(of)) => (
                        format!("“{}”中最小的{}", kind.zh, of.zh),
                        format!("the least {} of '{}'", of.en, kind.en),
                    ),
                    (Fold::Max, Some(of)) => (
                        format!("“{}”中最大的{}", kind.zh, of.zh),
                        format!("the greatest {} of '{}'", of.en, kind.en),
                    ),
                    (_, Some(of)) => (
                        format!("“{}”（{}）的条数", kind.zh, of.zh),
                        format!("the number of '{}' where {}", kind.en, of.en),
                    ),
                    (_, None) => (format!("“{}”的条数", kind.zh), format!("the number of '{}'", kind.en)),
                };
                match filter {
                    None => Label::new(zh, en),
                    Some(filter) => {
                        let filter = self.condition(filter, true, None);
                        Label::new(
                            format!("{zh}（只算{}）", filter.zh),
                            format!("{en} (of those where {})", filter.en),
                        )
                    }
                }
            }
            // A condition where a value stands.
            _ => {
                let Label { zh, en } = self.condition(expr, true, None);
                Label::new(format!("“{zh}”"), format!("'{en}'"))
            }
        }
    }

    fn values(&self, parts: &[Expr]) -> Vec<Label> {
        parts.iter().map(|part| self.value(part)).collect()
    }

    /// A value within arithmetic; in brackets where it is made of several itself.
    fn operand(&self, expr: &Expr) -> Label {
        let told = self.value(expr);
        match expr.node {
            Node::Arithmetic(..) | Node::Divide(..) | Node::DaysBetween(..) | Node::Coalesce(_) => {
                Label::new(format!("（{}）", told.zh), format!("({})", told.en))
            }
            _ => told,
        }
    }

    fn path(&self, path: &Path) -> Label {
        let facts = path.facts().map(|(kind, fact)| self.rules.kinds[kind].facts[fact].label.clone());
        joined(&facts.collect::<Vec<_>>(), "的", ": ")
    }

    fn list(&self, of: &Expr, list: &[Const]) -> Label {
        joined(&list.iter().map(|one| self.constant(of, one)).collect::<Vec<_>>(), "、", ", ")
    }

    /// A constant that stands beside an expression: its options and areas give it a name.
    fn constant(&self, beside: &Expr, constant: &Const) -> Label {
        match constant {
            Const::Bool(true) => Label::new("是", "yes"),
            Const::Bool(false) => Label::new("否", "no"),
            Const::Int(number) => both(number),
            Const::Decimal(number) => both(number),
            Const::Date(day) => both(day),
            Const::Text(text) => self.code(beside, text),
        }
    }

    fn code(&self, of: &Expr, text: &str) -> Label {
        let fact = match &of.node {
            Node::Fact(path) => {
                let (kind, fact) = path.end();
                Some(&self.rules.kinds[kind].facts[fact].fact_type)
            }
            _ => None,
        };
        let named = match fact {
            Some(FactType::Code { options }) => {
                options.iter().find(|option| option.id == text).map(|option| &option.label)
            }
            Some(FactType::Area { .. }) => self.rules.city.areas.get(text).map(|area| &area.name),
            _ => None,
        };
        named.map_or_else(|| both(text), |Label { zh, en }| Label::new(format!("“{zh}”"), format!("'{en}'")))
    }
}
