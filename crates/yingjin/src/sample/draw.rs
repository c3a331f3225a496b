//! Draws the facts of one record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use model::{Fact, FactId, FactType, Kind, Label, RecordId, Value};
use rules::expr::KindIndex;
use rules::ruleset::RuleSet;
use rules::table::Tables;
use rust_decimal::{Decimal, RoundingStrategy};

use super::code;
use super::dice::Dice;
use super::error::SampleError;
use super::recipe::{Draw, Drawn, Facts};

/// Records by the population they are of, in the order they were made.
pub type Populations = BTreeMap<String, Vec<RecordId>>;

/// The record being made, and all it may be drawn from.
pub struct Subject<'a> {
    pub rules: &'a RuleSet,
    pub tables: &'a Tables,
    pub populations: &'a Populations,
    pub seed: u64,
    /// The part of the recipe, for chance and for messages.
    pub part: &'a str,
    /// What tells it from the others of its part.
    pub key: &'a str,
    /// Its number in its part, from 1.
    pub n: u64,
    /// Its kind.
    pub kind: KindIndex,
    /// Its row, if it is there already.
    pub row: Option<usize>,
    /// The day of the sheet.
    pub day: NaiveDate,
    /// The month of a series.
    pub month: Option<NaiveDate>,
    /// What a duty owes, where evidence is made.
    pub owed: Option<Decimal>,
}

impl Subject<'_> {
    /// The facts that come out, added to those given; what is missing is left out.
    pub fn draw(
        &self,
        given: BTreeMap<FactId, Value>,
        draws: &Facts,
    ) -> Result<BTreeMap<FactId, Value>, SampleError> {
        let mut drawing = Drawing { subject: self, draws, known: given, open: BTreeSet::new() };
        for id in draws.keys() {
            drawing.fact(id)?;
        }
        Ok(drawing.known)
    }

    fn kind(&self) -> &Kind {
        &self.rules.kinds[self.kind]
    }

    fn declared(&self, id: &FactId) -> Result<&Fact, SampleError> {
        let fact = self.kind().fact(id.as_str()).filter(|fact| fact.derived.is_none());
        fact.ok_or_else(|| unknown(self.part, "fact", id.as_str()))
    }

    fn mistake(&self, id: &FactId, why: Label) -> SampleError {
        SampleError::Draw { place: format!("{}: {id}", self.part), why }
    }
}

/// A written value that the fact cannot hold.
pub fn another_type() -> Label {
    Label::new("写的值不是该事实的类型", "the value is of another type")
}

/// A name that means nothing.
pub fn unknown(place: &str, what: &'static str, name: &str) -> SampleError {
    SampleError::Unknown { place: place.to_owned(), what, name: name.to_owned() }
}

/// Facts half drawn: one that another needs is drawn first.
struct Drawing<'a> {
    subject: &'a Subject<'a>,
    draws: &'a Facts,
    known: BTreeMap<FactId, Value>,
    open: BTreeSet<FactId>,
}

impl Drawing<'_> {
    fn fact(&mut self, id: &FactId) -> Result<Option<Value>, SampleError> {
        if let Some(value) = self.known.get(id) {
            return Ok(Some(value.clone()));
        }
        let subject = self.subject;
        let declared = subject.declared(id)?;
        let Some(draw) = self.draws.get(id) else {
            let fact = subject.kind().facts.iter().position(|fact| fact.id == *id);
            let told = |(row, fact)| subject.tables.table(subject.kind).value(row, fact);
            return Ok(subject.row.zip(fact).and_then(told));
        };
        if !self.open.insert(id.clone()) {
            return Err(subject.mistake(id, Label::new("取值绕回了自己", "it is drawn from itself")));
        }
        let value = match draw {
            Draw::Fixed(value) => {
                Some(read(declared, value).ok_or_else(|| subject.mistake(id, another_type()))?)
            }
            Draw::Drawn(drawn) => self.drawn(declared, drawn)?,
        };
        self.open.remove(id);
        if let Some(value) = &value {
            self.known.insert(id.clone(), value.clone());
        }
        Ok(value)
    }

    fn drawn(&mut self, fact: &Fact, drawn: &Drawn) -> Result<Option<Value>, SampleError> {
        let subject = self.subject;
        let mut dice = Dice::at(subject.seed, &[subject.part, subject.key, fact.id.as_str()]);
        if dice.chance(drawn.missing) {
            return Ok(None);
        }
        let text = |text: &str| {
            let value = read(fact, &toml::Value::String(text.to_owned()));
            value.ok_or_else(|| {
                subject.mistake(
                    &fact.id,
                    Label::new(format!("“{text}”不是该事实的类型"), format!("'{text}' is of another type")),
                )
            })
        };
        if let Some(pick) = &drawn.pick {
            let weights: Vec<Decimal> = pick.values().copied().collect();
            let picked = pick.keys().nth(dice.weighted(&weights));
            return picked.map(|picked| text(picked)).transpose();
        }
        if let Some(names) = &drawn.reference {
            return Ok(self.reference(names, &mut dice)?.map(|id| Value::Text(id.as_str().to_owned())));
        }
        if let Some(template) = &drawn.text {
            return text(&template.replace("{n}", &format!("{:05}", subject.n))).map(Some);
        }
        if let Some(series) = &drawn.uscc {
            let code = code::uscc(series, subject.n);
            return code.map(|code| Some(Value::Text(code))).map_err(|error| {
                subject.mistake(
                    &fact.id,
                    Label::new(format!("编不出统一社会信用代码（{error}）"), error.to_string()),
                )
            });
        }
        if let Some(path) = &drawn.copy {
            return self.path(path);
        }
        if let Some(first) = drawn.first {
            return Ok(Some(Value::Bool(subject.n <= first)));
        }
        if drawn.month {
            return Ok(subject.month.map(Value::Date));
        }
        if let Some(days) = drawn.day {
            return Ok(Some(Value::Date(later(subject.day, days))));
        }
        if drawn.owed {
            let half = dice.chance(drawn.short);
            let owed = subject.owed.map(|owed| if half { owed / Decimal::TWO } else { owed });
            let owed = owed.map(|owed| drawn.least.map_or(owed, |least| owed.max(least)));
            return Ok(owed.and_then(|owed| number(fact, owed)));
        }
        if let FactType::Date = fact.fact_type {
            return self.day(fact, drawn, &mut dice).map(Some);
        }
        let Some(drawn_number) = self.range(fact, drawn, &mut dice)? else { return Ok(None) };
        let value = number(fact, drawn_number);
        value.map(Some).ok_or_else(|| {
            subject.mistake(
                &fact.id,
                Label::new("不是数字，又没有写别的取值方式", "it is no number, and nothing else is said"),
            )
        })
    }

    fn reference(&self, names: &[String], dice: &mut Dice) -> Result<Option<RecordId>, SampleError> {
        let mut groups = Vec::with_capacity(names.len());
        for name in names {
            let group = self.subject.populations.get(name);
            groups.push(group.ok_or_else(|| unknown(self.subject.part, "population", name))?);
        }
        let total: usize = groups.iter().map(|group| group.len()).sum();
        let place = usize::try_from(dice.below(total as u64)).unwrap_or(0);
        Ok(groups.into_iter().flatten().nth(place).cloned())
    }

    fn day(&self, fact: &Fact, drawn: &Drawn, dice: &mut Dice) -> Result<Value, SampleError> {
        let bound = |value: &Option<toml::Value>| match value.as_ref().and_then(|value| read(fact, value)) {
            Some(Value::Date(day)) => Ok(day),
            _ => Err(self
                .subject
                .mistake(&fact.id, Label::new("日期要写 from 和 to", "a day needs `from` and `to`"))),
        };
        let (from, to) = (bound(&drawn.from)?, bound(&drawn.to)?);
        let days = u64::try_from((to - from).num_days()).unwrap_or(0);
        let later = from.checked_add_days(Days::new(dice.below(days + 1)));
        Ok(Value::Date(later.unwrap_or(from)))
    }

    /// A number from a range, times a fact if one is named.
    fn range(&mut self, fact: &Fact, drawn: &Drawn, dice: &mut Dice) -> Result<Option<Decimal>, SampleError> {
        let subject = self.subject;
        let (from, to) = match &drawn.strata {
            Some(strata) => {
                let weights: Vec<Decimal> = strata.iter().map(|stratum| stratum.weight).collect();
                let stratum = strata.get(dice.weighted(&weights));
                stratum.map(|stratum| (stratum.from, stratum.to)).unwrap_or_default()
            }
            None => match (decimal(drawn.from.as_ref()), decimal(drawn.to.as_ref())) {
                (Some(from), Some(to)) => (from, to),
                (Some(same), None) if drawn.to.is_none() => (same, same),
                _ => {
                    return Err(subject
                        .mistake(&fact.id, Label::new("没有写怎样取值", "nothing says how to draw it")));
                }
            },
        };
        let mut share = dice.unit();
        for _ in 1..drawn.skew.unwrap_or(1) {
            share = (share * dice.unit().max(share)).round_dp(18);
        }
        let value = from + ((to - from) * share).round_dp(9);
        let Some(path) = &drawn.of else { return Ok(Some(value)) };
        Ok(match self.path(path)? {
            Some(Value::Int(factor)) => Some(Decimal::from(factor) * value),
            Some(Value::Decimal(factor)) => Some(factor * value),
            _ => None,
        })
    }

    /// What a dotted path holds; none if something on the way is missing.
    fn path(&mut self, path: &str) -> Result<Option<Value>, SampleError> {
        let subject = self.subject;
        let mut parts = path.split('.');
        let first = FactId::from(parts.next().unwrap_or_default());
        let mut value = self.fact(&first)?;
        let mut fact = subject.declared(&first)?;
        for part in parts {
            let target = fact.fact_type.target().and_then(|to| subject.rules.kind(to.as_str()));
            let Some((kind, declared)) = target else { return Err(unknown(subject.part, "fact", path)) };
            let found = declared.facts.iter().position(|fact| fact.id.as_str() == part);
            let Some(place) = found else { return Err(unknown(subject.part, "fact", path)) };
            let Some(Value::Text(id)) = value else { return Ok(None) };
            let row = subject.tables.row(kind, &RecordId::from(id));
            value = row.and_then(|row| subject.tables.table(kind).value(row, place));
            fact = &declared.facts[place];
        }
        Ok(value)
    }
}

/// A day so many days later.
fn later(day: NaiveDate, days: i64) -> NaiveDate {
    let span = Days::new(days.unsigned_abs());
    let moved = if days < 0 { day.checked_sub_days(span) } else { day.checked_add_days(span) };
    moved.unwrap_or(day)
}

fn decimal(value: Option<&toml::Value>) -> Option<Decimal> {
    match value? {
        toml::Value::Integer(value) => Some(Decimal::from(*value)),
        toml::Value::Float(value) => value.to_string().parse().ok(),
        toml::Value::String(value) => value.parse().ok(),
        _ => None,
    }
}

/// A number as a fact holds it: rounded half away from zero.
fn number(fact: &Fact, value: Decimal) -> Option<Value> {
    let rounded = |scale: u8| {
        let mut value = value.round_dp_with_strategy(scale.into(), RoundingStrategy::MidpointAwayFromZero);
        value.rescale(scale.into());
        value
    };
    match fact.fact_type {
        FactType::Int => i64::try_from(rounded(0)).ok().map(Value::Int),
        FactType::Decimal { scale } => Some(Value::Decimal(rounded(scale))),
        _ => None,
    }
}

/// A value written in the recipe as a fact holds it; none if it is of another type.
pub fn read(fact: &Fact, value: &toml::Value) -> Option<Value> {
    match (&fact.fact_type, value) {
        (FactType::Bool, toml::Value::Boolean(value)) => Some(Value::Bool(*value)),
        (FactType::Bool, toml::Value::String(value)) => value.parse().ok().map(Value::Bool),
        (FactType::Int | FactType::Decimal { .. }, value) => number(fact, decimal(Some(value))?),
        (FactType::Date, toml::Value::Datetime(value)) => value.to_string().parse().ok().map(Value::Date),
        (FactType::Date, toml::Value::String(value)) => value.parse().ok().map(Value::Date),
        (FactType::Code { options }, toml::Value::String(value)) => {
            options.iter().any(|option| option.id == *value).then(|| Value::Text(value.clone()))
        }
        (
            FactType::Text { .. } | FactType::Ref { .. } | FactType::Area { .. },
            toml::Value::String(value),
        ) => Some(Value::Text(value.clone())),
        _ => None,
    }
}
