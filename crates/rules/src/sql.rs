//! The rules of one kind as SQL, for an engine that runs on many machines.
//!
//! One table a kind: a column `id`, and a column a told fact under its name (whole numbers as BIGINT, decimals as
//! DECIMAL(18, scale), positions as anything that is null where they are missing). One row a record comes out: `id`, and
//! for each duty in force `<duty>.should`, `.done`, `.exempt`, `.amount`, `.paid`, `.arises`, `.done_on`.
//!
//! NULL is unknown. SQL's AND, OR and NOT are Kleene's; where SQL would guess (`case`, `nullif`, `least`, an aggregate
//! over nulls) the text says what is meant. What the standard leaves open is said in the words of the [`Dialect`].
//! Numbers are exact as long as they fit 38 digits; beyond, an engine may fail where our evaluators say unknown.

use std::collections::HashMap;
use std::fmt::Write;

use model::FactType;

use crate::evaluate::scalar::type_of;
use crate::evaluate::{Held, Index, Setting, differs_by_area, held};
use crate::expr::{Const, Expr, FactIndex, Fold, KindIndex, Members, Node, ParameterIndex, Path, Type};
use crate::number;
use crate::parameter;
use crate::print::quoted;
use crate::ruleset::RuleSet;

/// Whose words are used where the standard has none: days, months, whole division, quotes around names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Apache Spark.
    Spark,
}

/// Why rules cannot be lowered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// An aggregate within an aggregate reads a parameter that differs by the outermost record's area.
    #[error(
        "parameter '{0}' differs by area and stands in an aggregate within an aggregate; give the inner aggregate a \
         derived fact of its own"
    )]
    Nested(String),
}

/// One query for all duties of a kind in force on the setting's day.
pub fn lower(
    rules: &RuleSet,
    kind: KindIndex,
    setting: &Setting,
    dialect: Dialect,
) -> Result<String, SqlError> {
    let mut lowering = Lowering {
        rules,
        setting,
        dialect,
        index: Index::new(rules),
        views: Vec::new(),
        derived: HashMap::new(),
        aggregates: HashMap::new(),
    };
    let mut query = Query::new(kind);
    let here = Scope { alias: "t".to_owned(), owner: "t".to_owned(), owner_kind: kind, inside: false };
    let mut columns = vec![format!("t.{}", lowering.name("id"))];
    for duty in
        rules.duties.iter().filter(|duty| duty.kind == kind && duty.duty.valid_on(setting.on).is_some())
    {
        let all = Expr { node: Node::And(duty.should.clone()), ty: Type::Bool };
        let any = Expr { node: Node::Or(duty.exempt.clone()), ty: Type::Bool };
        let told = [
            ("should", Some(&all)),
            ("done", Some(&duty.done)),
            ("exempt", Some(&any)),
            ("amount", duty.amount.as_ref()),
            ("paid", duty.paid.as_ref()),
            ("arises", duty.arises.as_ref()),
            ("done_on", duty.done_on.as_ref()),
        ];
        for (part, expr) in told {
            let Some(expr) = expr else { continue };
            let text = lowering.expr(&mut query, &here, expr)?;
            columns.push(format!("{text} AS {}", lowering.name(&format!("{}.{part}", duty.duty.id))));
        }
    }
    let body = query.text(&lowering, &columns);
    if lowering.views.is_empty() {
        return Ok(body);
    }
    let views: Vec<String> = lowering
        .views
        .iter()
        .map(|(name, body)| format!("{} AS (\n{body}\n)", lowering.name(name)))
        .collect();
    Ok(format!("WITH {}\n{body}", views.join(",\n")))
}

/// A SELECT as it grows.
struct Query {
    kind: KindIndex,
    joins: Vec<String>,
    /// By what is joined, its alias.
    aliases: HashMap<(String, String), String>,
    grouped: bool,
}

/// Where an expression's names are looked up.
struct Scope {
    /// The row whose facts are read.
    alias: String,
    /// The row whose area sets parameters.
    owner: String,
    owner_kind: KindIndex,
    /// Whether this is an aggregate's argument.
    inside: bool,
}

impl Query {
    fn new(kind: KindIndex) -> Self {
        Self { kind, joins: Vec::new(), aliases: HashMap::new(), grouped: false }
    }

    fn text(&self, lowering: &Lowering<'_>, columns: &[String]) -> String {
        let table = lowering.name(lowering.rules.kinds[self.kind].id.as_str());
        let mut text = format!("SELECT {}\nFROM {table} t", columns.join(",\n       "));
        for join in &self.joins {
            let _ = write!(text, "\n{join}");
        }
        if self.grouped {
            let _ = write!(text, "\nGROUP BY t.{}", lowering.name("id"));
        }
        text
    }

    /// The alias of a table joined on a condition, joined once.
    fn join(&mut self, table: String, on: String) -> String {
        let next = format!("j{}", self.aliases.len() + 1);
        let key = (table, on);
        if let Some(alias) = self.aliases.get(&key) {
            return alias.clone();
        }
        self.joins.push(format!("LEFT JOIN {} {next} ON {next}.{}", key.0, key.1));
        self.aliases.insert(key, next.clone());
        next
    }
}

struct Lowering<'a> {
    rules: &'a RuleSet,
    setting: &'a Setting,
    dialect: Dialect,
    index: Index,
    /// Name and body, each after what it reads.
    views: Vec<(String, String)>,
    derived: HashMap<(KindIndex, FactIndex), String>,
    aggregates: HashMap<Expr, String>,
}

impl Lowering<'_> {
    fn name(&self, name: &str) -> String {
        match self.dialect {
            Dialect::DuckDb => format!("\"{name}\""),
            Dialect::Spark => format!("`{name}`"),
        }
    }

    fn expr(&mut self, query: &mut Query, scope: &Scope, expr: &Expr) -> Result<String, SqlError> {
        let ty = expr.ty;
        Ok(match &expr.node {
            Node::Const(value) => constant(value, ty),
            Node::Null => format!("CAST(NULL AS {})", type_name(ty)),
            Node::Today => format!("DATE '{}'", self.setting.on),
            Node::Fact(path) => self.fact(query, &scope.alias, path)?,
            Node::Parameter(index) => {
                let from = self.rules.parameters[*index].ty;
                self.by_area(query, scope, *index, |held| match held {
                    Some(parameter::Setting::One(value)) => constant(value, from),
                    _ => format!("CAST(NULL AS {})", type_name(from)),
                })?
            }
            Node::Lookup(index, key) => {
                let key = self.expr(query, scope, key)?;
                let from = self.rules.parameters[*index].ty;
                self.by_area(query, scope, *index, |held| match held {
                    Some(parameter::Setting::Keyed(values)) if !values.is_empty() => {
                        let arms = values.iter().fold(String::new(), |mut text, (code, value)| {
                            let _ = write!(text, " WHEN {} THEN {}", quoted(code), constant(value, from));
                            text
                        });
                        format!("CASE {key}{arms} END")
                    }
                    _ => format!("CAST(NULL AS {})", type_name(from)),
                })?
            }
            Node::Not(inner) => format!("(NOT {})", self.expr(query, scope, inner)?),
            Node::And(parts) => self.logic(query, scope, parts, "AND")?,
            Node::Or(parts) => self.logic(query, scope, parts, "OR")?,
            Node::Compare(comparison, a, b) => {
                let (a, b) = (self.expr(query, scope, a)?, self.expr(query, scope, b)?);
                format!("({a} {} {b})", comparison.sign())
            }
            Node::InList(inner, list) => {
                let text = self.expr(query, scope, inner)?;
                within(&text, list, inner.ty)
            }
            Node::InParameter(inner, index) => {
                let text = self.expr(query, scope, inner)?;
                let of = inner.ty;
                self.by_area(query, scope, *index, |held| match held {
                    Some(parameter::Setting::List(list)) => within(&text, list, of),
                    _ => "CAST(NULL AS BOOLEAN)".to_owned(),
                })?
            }
            Node::Like(inner, pattern) => {
                let inner = self.expr(query, scope, inner)?;
                let pattern = match self.dialect {
                    Dialect::DuckDb => quoted(pattern),
                    // Spark reads a backslash in a literal itself.
                    Dialect::Spark => quoted(&pattern.replace('\\', "\\\\")),
                };
                match self.dialect {
                    Dialect::DuckDb => format!("({inner} LIKE {pattern} ESCAPE '\\')"),
                    Dialect::Spark => format!("({inner} LIKE {pattern})"),
                }
            }
            Node::IsNull(inner) => format!("({} IS NULL)", self.expr(query, scope, inner)?),
            Node::Case { arms, otherwise } => {
                let mut text = "CASE".to_owned();
                for (condition, value) in arms {
                    let condition = self.expr(query, scope, condition)?;
                    let value = self.expr(query, scope, value)?;
                    // An unknown condition decides nothing, so nothing after it does.
                    let _ = write!(text, " WHEN {condition} IS NULL THEN NULL WHEN {condition} THEN {value}");
                }
                format!("{text} ELSE {} END", self.expr(query, scope, otherwise)?)
            }
            Node::Coalesce(parts) => format!("COALESCE({})", self.list(query, scope, parts)?.join(", ")),
            Node::NullIf(a, b) => {
                let (a, b) = (self.expr(query, scope, a)?, self.expr(query, scope, b)?);
                format!(
                    "CASE WHEN {b} IS NULL OR {a} = {b} THEN CAST(NULL AS {}) ELSE {a} END",
                    type_name(ty)
                )
            }
            Node::Least(parts) => self.extreme(query, scope, parts, "<=")?,
            Node::Greatest(parts) => self.extreme(query, scope, parts, ">=")?,
            Node::Arithmetic(operator, a, b) => {
                let (a, b) = (self.expr(query, scope, a)?, self.expr(query, scope, b)?);
                format!("({a} {} {b})", operator.sign())
            }
            Node::Divide(a, b) => {
                let scales = (number::scale_of(a.ty), number::scale_of(b.ty), number::scale_of(ty));
                let (a, b) = (self.expr(query, scope, a)?, self.expr(query, scope, b)?);
                self.divide(&a, &b, scales)
            }
            Node::Abs(inner) => format!("ABS({})", self.expr(query, scope, inner)?),
            Node::Round(inner) => {
                let scale = number::scale_of(ty);
                let inner = self.expr(query, scope, inner)?;
                format!("CAST(ROUND({inner}, {scale}) AS {})", type_name(ty))
            }
            Node::AddDays(day, count) => {
                let (day, count) = (self.expr(query, scope, day)?, self.expr(query, scope, count)?);
                match self.dialect {
                    Dialect::DuckDb => format!("({day} + CAST({count} AS INTEGER))"),
                    Dialect::Spark => format!("DATE_ADD({day}, CAST({count} AS INT))"),
                }
            }
            Node::AddMonths(day, count) => {
                let (day, count) = (self.expr(query, scope, day)?, self.expr(query, scope, count)?);
                match self.dialect {
                    Dialect::DuckDb => format!("CAST({day} + to_months(CAST({count} AS INTEGER)) AS DATE)"),
                    Dialect::Spark => format!("ADD_MONTHS({day}, CAST({count} AS INT))"),
                }
            }
            Node::DaysBetween(a, b) => {
                let (a, b) = (self.expr(query, scope, a)?, self.expr(query, scope, b)?);
                match self.dialect {
                    Dialect::DuckDb => format!("({a} - {b})"),
                    Dialect::Spark => format!("DATEDIFF({a}, {b})"),
                }
            }
            Node::Aggregate { fold, members, argument, filter } => {
                let parts =
                    Parts { fold: *fold, members, argument: argument.as_deref(), filter: filter.as_deref() };
                let view = self.aggregate(scope, expr, &parts)?;
                let (view, id) = (self.name(&view), self.name("id"));
                let alias = query.join(view, format!("{id} = {}.{id}", scope.alias));
                format!("{alias}.{}", self.name("value"))
            }
        })
    }

    fn list(&mut self, query: &mut Query, scope: &Scope, parts: &[Expr]) -> Result<Vec<String>, SqlError> {
        parts.iter().map(|part| self.expr(query, scope, part)).collect()
    }

    fn logic(
        &mut self,
        query: &mut Query,
        scope: &Scope,
        parts: &[Expr],
        word: &str,
    ) -> Result<String, SqlError> {
        let parts = self.list(query, scope, parts)?;
        Ok(match parts.as_slice() {
            [] if word == "AND" => "TRUE".to_owned(),
            [] => "FALSE".to_owned(),
            parts => format!("({})", parts.join(&format!(" {word} "))),
        })
    }

    /// Engines differ on a null among several; here it makes the whole null. `sign` is `<=` for the least.
    fn extreme(
        &mut self,
        query: &mut Query,
        scope: &Scope,
        parts: &[Expr],
        sign: &str,
    ) -> Result<String, SqlError> {
        let parts = self.list(query, scope, parts)?;
        let null: Vec<String> = parts.iter().map(|part| format!("{part} IS NULL")).collect();
        let mut text = format!("CASE WHEN {} THEN NULL", null.join(" OR "));
        for (place, part) in parts.iter().enumerate() {
            let after: Vec<String> =
                parts[place + 1..].iter().map(|other| format!("{part} {sign} {other}")).collect();
            match after.as_slice() {
                [] => {
                    let _ = write!(text, " ELSE {part} END");
                }
                after => {
                    let _ = write!(text, " WHEN {} THEN {part}", after.join(" AND "));
                }
            }
        }
        Ok(text)
    }

    /// Rounded half away from zero, in whole numbers: engines divide decimals in floats.
    fn divide(&self, a: &str, b: &str, (a_scale, b_scale, scale): (u8, u8, u8)) -> String {
        let whole = match self.dialect {
            Dialect::DuckDb => "HUGEINT",
            Dialect::Spark => "DECIMAL(38, 0)",
        };
        let unscaled = |text: &str, by: u8| match by {
            0 => format!("CAST({text} AS {whole})"),
            by => format!("CAST({text} * 1{} AS {whole})", "0".repeat(by.into())),
        };
        let up = scale + b_scale;
        let (over, under) = (unscaled(a, a_scale.max(up)), unscaled(b, b_scale));
        let under = match a_scale.saturating_sub(up) {
            0 => under,
            by => format!("({under} * 1{})", "0".repeat(by.into())),
        };
        let division = match self.dialect {
            Dialect::DuckDb => "//",
            Dialect::Spark => "div",
        };
        // Engines may compute what a CASE does not choose, so the divisor is never 0.
        let divisor = format!("(2 * ABS(NULLIF({under}, 0)))");
        let magnitude = format!("((2 * ABS({over}) + ABS({under})) {division} {divisor})");
        let signed = format!("CASE WHEN (({a}) < 0) = (({b}) < 0) THEN {magnitude} ELSE -{magnitude} END");
        let value = match scale {
            0 => signed,
            scale => {
                let unit = format!("0.{}1", "0".repeat(usize::from(scale) - 1));
                format!("CAST({signed} AS DECIMAL({}, 0)) * {unit}", 38 - scale)
            }
        };
        format!("CASE WHEN {b} = 0 THEN NULL ELSE {value} END")
    }

    /// The column of the fact at the end of a path.
    fn fact(&mut self, query: &mut Query, alias: &str, path: &Path) -> Result<String, SqlError> {
        let mut alias = alias.to_owned();
        let mut kind = path.kind;
        for (step, next) in &path.steps {
            let reference = self.column(query, &alias, kind, *step)?;
            let table = self.name(self.rules.kinds[*next].id.as_str());
            alias = query.join(table, format!("{} = {reference}", self.name("id")));
            kind = *next;
        }
        self.column(query, &alias, kind, path.fact)
    }

    fn column(
        &mut self,
        query: &mut Query,
        alias: &str,
        kind: KindIndex,
        fact: FactIndex,
    ) -> Result<String, SqlError> {
        let declared = &self.rules.kinds[kind].facts[fact];
        if declared.derived.is_none() {
            return Ok(format!("{alias}.{}", self.name(declared.id.as_str())));
        }
        let view = self.derived(kind, fact)?;
        let (view, id) = (self.name(&view), self.name("id"));
        let joined = query.join(view, format!("{id} = {alias}.{id}"));
        Ok(format!("{joined}.{}", self.name("value")))
    }

    /// The view of a derived fact: `id` and `value`.
    fn derived(&mut self, kind: KindIndex, fact: FactIndex) -> Result<String, SqlError> {
        if let Some(name) = self.derived.get(&(kind, fact)) {
            return Ok(name.clone());
        }
        let declared = &self.rules.kinds[kind];
        let name = format!("{}.{}", declared.id, declared.facts[fact].id);
        let ty = type_of(&declared.facts[fact].fact_type);
        let mut query = Query::new(kind);
        let here = Scope { alias: "t".to_owned(), owner: "t".to_owned(), owner_kind: kind, inside: false };
        let found = self.rules.derived.iter().find(|derived| derived.kind == kind && derived.fact == fact);
        let value = match found {
            Some(derived) => self.expr(&mut query, &here, &derived.expr)?,
            None => format!("CAST(NULL AS {})", type_name(ty)),
        };
        let value = match ty {
            Type::Decimal { scale } => format!("CAST(ROUND({value}, {scale}) AS DECIMAL(18, {scale}))"),
            _ => value,
        };
        let columns = [format!("t.{}", self.name("id")), format!("{value} AS {}", self.name("value"))];
        let body = query.text(self, &columns);
        self.views.push((name.clone(), body));
        self.derived.insert((kind, fact), name.clone());
        Ok(name)
    }

    /// The view of an aggregate: `id` of the record pointed at, and `value`.
    fn aggregate(&mut self, scope: &Scope, expr: &Expr, parts: &Parts<'_>) -> Result<String, SqlError> {
        if scope.inside {
            let mut varying = None;
            each_parameter(expr, &mut |index| {
                if differs_by_area(self.rules, self.setting, index) {
                    varying = Some(self.rules.parameters[index].id.to_string());
                }
            });
            if let Some(parameter) = varying {
                return Err(SqlError::Nested(parameter));
            }
        }
        if let Some(name) = self.aggregates.get(expr) {
            return Ok(name.clone());
        }
        let by = &self.rules.kinds[parts.members.kind].facts[parts.members.by];
        let kind = match by.fact_type.target().and_then(|to| self.rules.kind(to.as_str())) {
            Some((kind, _)) => kind,
            None => scope.owner_kind,
        };
        let mut query = Query::new(kind);
        query.grouped = true;
        let table = self.name(self.rules.kinds[parts.members.kind].id.as_str());
        let (by, id) = (self.name(by.id.as_str()), self.name("id"));
        let member = query.join(table, format!("{by} = t.{id}"));
        let here = Scope { alias: member.clone(), owner: "t".to_owned(), owner_kind: kind, inside: true };
        let filter = match parts.filter {
            Some(filter) => self.expr(&mut query, &here, filter)?,
            None => "TRUE".to_owned(),
        };
        let argument = match parts.argument {
            Some(argument) => self.expr(&mut query, &here, argument)?,
            None => "TRUE".to_owned(),
        };
        let there = format!("{member}.{id} IS NOT NULL");
        let count = |condition: &str| format!("COUNT(CASE WHEN {there} AND {condition} THEN 1 END)");
        // A member of which it is unknown whether it counts, or what for.
        let open = count(&format!("({filter} IS NULL OR ({filter} AND {argument} IS NULL))"));
        let chosen = format!("CASE WHEN {there} AND {filter} THEN {argument} END");
        let value = match parts.fold {
            Fold::Sum => format!("CASE WHEN {open} > 0 THEN NULL ELSE COALESCE(SUM({chosen}), 0) END"),
            Fold::Count => {
                let counted = count(&format!("({filter} AND {argument})"));
                format!("CASE WHEN {open} > 0 THEN NULL ELSE {counted} END")
            }
            Fold::Min => format!("CASE WHEN {open} > 0 THEN NULL ELSE MIN({chosen}) END"),
            Fold::Max => format!("CASE WHEN {open} > 0 THEN NULL ELSE MAX({chosen}) END"),
            Fold::Any => {
                let holds = format!("({filter} AND {argument})");
                let (yes, unknown) = (count(&holds), count(&format!("{holds} IS NULL")));
                format!("CASE WHEN {yes} > 0 THEN TRUE WHEN {unknown} > 0 THEN NULL ELSE FALSE END")
            }
            Fold::All => {
                let holds = format!("(NOT {filter} OR {argument})");
                let (no, unknown) = (count(&format!("NOT {holds}")), count(&format!("{holds} IS NULL")));
                format!("CASE WHEN {no} > 0 THEN FALSE WHEN {unknown} > 0 THEN NULL ELSE TRUE END")
            }
        };
        let columns = [format!("t.{id}"), format!("{value} AS {}", self.name("value"))];
        let name = format!("members.{}", self.aggregates.len() + 1);
        let body = query.text(self, &columns);
        self.views.push((name.clone(), body));
        self.aggregates.insert(expr.clone(), name.clone());
        Ok(name)
    }

    /// A text that depends on a parameter, for each group of areas under the same value.
    fn by_area(
        &mut self,
        query: &mut Query,
        scope: &Scope,
        index: ParameterIndex,
        text: impl Fn(Option<&parameter::Setting>) -> String,
    ) -> Result<String, SqlError> {
        let (rules, setting) = (self.rules, self.setting);
        let held_in = |area: Option<&str>| match held(rules, setting, index, area) {
            Held::Dated(dated) => text(Some(&dated.setting)),
            Held::Override(value) => text(Some(&parameter::Setting::One(value.clone()))),
            Held::Nothing => text(None),
        };
        let general = held_in(None);
        let path = self.index.areas[scope.owner_kind].clone();
        let (true, Some(path)) = (differs_by_area(rules, setting, index), path) else { return Ok(general) };
        let area = self.fact(query, &scope.owner, &path)?;
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for code in rules.city.areas.iter().map(|area| area.code.as_str()) {
            let own = held_in(Some(code));
            if own == general {
                continue;
            }
            match groups.iter_mut().find(|(value, _)| *value == own) {
                Some((_, codes)) => codes.push(quoted(code)),
                None => groups.push((own, vec![quoted(code)])),
            }
        }
        let arms = groups.iter().fold(String::new(), |mut text, (value, codes)| {
            let _ = write!(text, " WHEN {area} IN ({}) THEN {value}", codes.join(", "));
            text
        });
        Ok(format!("CASE WHEN {area} IS NULL THEN NULL{arms} ELSE {general} END"))
    }
}

struct Parts<'a> {
    fold: Fold,
    members: &'a Members,
    argument: Option<&'a Expr>,
    filter: Option<&'a Expr>,
}

/// Whether a text is one of a list; of an empty one it is not, unless it is unknown.
fn within(text: &str, list: &[Const], ty: Type) -> String {
    let list: Vec<String> = list.iter().map(|value| constant(value, ty)).collect();
    if list.is_empty() {
        return format!("CASE WHEN {text} IS NULL THEN NULL ELSE FALSE END");
    }
    format!("({text} IN ({}))", list.join(", "))
}

fn constant(value: &Const, ty: Type) -> String {
    match (value, ty) {
        (Const::Bool(true), _) => "TRUE".to_owned(),
        (Const::Bool(false), _) => "FALSE".to_owned(),
        (Const::Int(value), _) => format!("CAST({value} AS BIGINT)"),
        (Const::Decimal(value), _) => format!("CAST({value} AS DECIMAL(18, {}))", value.scale()),
        (Const::Text(value), _) => quoted(value),
        (Const::Date(value), _) => format!("DATE '{value}'"),
    }
}

fn type_name(ty: Type) -> String {
    match ty {
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Int => "BIGINT".to_owned(),
        Type::Decimal { scale } => format!("DECIMAL(38, {scale})"),
        Type::Text | Type::Point => "VARCHAR(4000)".to_owned(),
        Type::Date => "DATE".to_owned(),
    }
}

/// The SQL type of a told fact's column.
pub fn column_type(fact: &FactType) -> String {
    match type_of(fact) {
        Type::Decimal { scale } => format!("DECIMAL(18, {scale})"),
        ty => type_name(ty),
    }
}

/// Visits the parameters an expression reads itself.
fn each_parameter(expr: &Expr, visit: &mut impl FnMut(ParameterIndex)) {
    if let Node::Parameter(index) | Node::Lookup(index, _) | Node::InParameter(_, index) = &expr.node {
        visit(*index);
    }
    expr.parts(|part| each_parameter(part, visit));
}
