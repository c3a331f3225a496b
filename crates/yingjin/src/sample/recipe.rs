//! `sample.toml`: what a made-up register of a city holds, as its folder says. docs/sample.md is its reference.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use model::{DutyId, FactId, KindId, Label};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::error::{NO_WAY, SampleError, TWO_WAYS};

/// How to make up a city.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Said in every event: that it is made up, and after what.
    pub note: Label,
    /// How many there are of what is counted, unless the caller says otherwise: `firms = 12000`.
    pub size: BTreeMap<String, u64>,
    /// Facts that several populations share, by a name that `like` refers to.
    #[serde(default)]
    pub template: BTreeMap<String, Facts>,
    /// Sheets written out by hand.
    #[serde(default)]
    pub told: Vec<Told>,
    /// Records that are there or become known.
    #[serde(default)]
    pub population: Vec<Population>,
    /// Evidence that duties are served, on some days and for some of those to whom they are owed.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// A day as TOML writes it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "toml::value::Datetime")]
pub struct Day(pub NaiveDate);

impl TryFrom<toml::value::Datetime> for Day {
    type Error = String;

    fn try_from(day: toml::value::Datetime) -> Result<Self, String> {
        day.to_string().parse().map(Self).map_err(|_| format!("{day} is not a day: write 2020-02-06"))
    }
}

/// How each fact gets its value.
pub type Facts = BTreeMap<FactId, Draw>;

/// A sheet written out by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its kind of record.
    pub kind: KindId,
    /// The day it holds for.
    pub on: Day,
    /// Where it is said to come from.
    pub source: String,
    /// Facts, row by row.
    pub rows: Vec<BTreeMap<FactId, toml::Value>>,
}

/// Records of one kind that are alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// What the rest of the recipe calls it.
    pub name: String,
    /// Their kind.
    pub kind: KindId,
    /// Where they are said to come from.
    pub source: String,
    /// The day they hold for; with `months`, that many days after the first of each month.
    #[serde(default)]
    pub on: Option<Day>,
    /// How many, exactly.
    #[serde(default)]
    pub count: Option<u64>,
    /// The size whose records these are part of: the parts add up to it.
    #[serde(default)]
    pub part_of: Option<String>,
    /// How much of what `count` leaves of the size, against the weights of its other parts.
    #[serde(default)]
    pub weight: Option<Decimal>,
    /// Or so many for each of a size (`per = "firms", share = 0.25`), or for this share of `each`.
    #[serde(default)]
    pub per: Option<String>,
    /// See `per` and `each`.
    #[serde(default = "one")]
    pub share: Decimal,
    /// For each record of these populations …
    #[serde(default)]
    pub each: Vec<String>,
    /// … which they refer to by this fact …
    #[serde(default)]
    pub by: Option<FactId>,
    /// … where this fact of theirs is known and above zero …
    #[serde(default)]
    pub having: Option<FactId>,
    /// … at least and at most so many.
    #[serde(default)]
    pub number: Option<[u64; 2]>,
    /// One for each of these months, known `after` days past the first.
    #[serde(default)]
    pub months: Vec<Day>,
    /// See `months`.
    #[serde(default)]
    pub after: u64,
    /// Templates whose facts these have too; a later one and `facts` win.
    #[serde(default)]
    pub like: Vec<String>,
    /// Their facts.
    #[serde(default)]
    pub facts: Facts,
}

/// Evidence that a duty is served, as far as it reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The duty.
    pub duty: DutyId,
    /// Where it is said to come from.
    pub source: String,
    /// The reference to whose luck decides, where it is not the record itself: a firm that is reached by one measure is
    /// reached by others before one that is not.
    #[serde(default)]
    pub luck: Option<String>,
    /// How far it had come by when.
    pub reached: Vec<Reached>,
    /// Whether those reached before are served again on each day: a subsidy that is paid month by month.
    #[serde(default)]
    pub again: bool,
    /// Of those not owed it, how many got it for each one reached.
    #[serde(default)]
    pub leaks: Decimal,
    /// Evidence is a new record of this kind …
    #[serde(default)]
    pub kind: Option<KindId>,
    /// … that refers to the judged one by this fact …
    #[serde(default)]
    pub by: Option<FactId>,
    /// … with these facts.
    #[serde(default)]
    pub facts: Facts,
    /// Facts of the judged record itself that change.
    #[serde(default)]
    pub also: Facts,
}

/// How many of those to whom a duty is owed had been reached by a day.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// The day.
    pub on: Day,
    /// Their share …
    #[serde(default)]
    pub share: Option<Decimal>,
    /// … or their number.
    #[serde(default)]
    pub count: Option<u64>,
}

/// How one fact gets its value: a value as it is, or a table that says how to draw it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum Draw {
    /// Always this.
    Fixed(toml::Value),
    /// Drawn.
    Drawn(Box<Drawn>),
}

impl TryFrom<toml::Value> for Draw {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let toml::Value::Table(_) = value else { return Ok(Self::Fixed(value)) };
        let drawn: Drawn = value.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        match drawn.ways().as_slice() {
            [] => Err(NO_WAY.to_owned()),
            [_] => Ok(Self::Drawn(Box::new(drawn))),
            ways => Err(format!("{TWO_WAYS}{}", ways.join(", "))),
        }
    }
}

/// Ways to draw a value; one of them, and what goes with it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// One of these, each as often as it weighs.
    pub pick: Option<BTreeMap<String, Decimal>>,
    /// A number or a day from here …
    pub from: Option<toml::Value>,
    /// … to here, both included.
    pub to: Option<toml::Value>,
    /// How much small numbers are favoured: 1 not at all, 3 strongly.
    pub skew: Option<u32>,
    /// Times this fact, by its path.
    pub of: Option<String>,
    /// One of these ranges, each as often as it weighs.
    pub strata: Option<Vec<Stratum>>,
    /// Text with `{n}` for the record's number.
    pub text: Option<String>,
    /// A unified social credit code of this series.
    pub uscc: Option<String>,
    /// The id of a record of these populations.
    #[serde(rename = "ref")]
    pub reference: Option<Vec<String>>,
    /// What this path holds.
    pub copy: Option<String>,
    /// Yes for so many records, no for the rest.
    pub first: Option<u64>,
    /// The month of the series.
    #[serde(default)]
    pub month: bool,
    /// So many days after the day of the sheet.
    pub day: Option<i64>,
    /// What the duty owes.
    #[serde(default)]
    pub owed: bool,
    /// But no less than this: what a duty would owe to somebody to whom it owes nothing may be below zero.
    pub least: Option<Decimal>,
    /// How often it is half of that.
    #[serde(default)]
    pub short: Decimal,
    /// How often the fact is missing.
    #[serde(default)]
    pub missing: Decimal,
}

impl Drawn {
    /// The ways that are named; one is right.
    fn ways(&self) -> Vec<&'static str> {
        let named = [
            ("pick", self.pick.is_some()),
            ("from", self.from.is_some()),
            ("strata", self.strata.is_some()),
            ("text", self.text.is_some()),
            ("uscc", self.uscc.is_some()),
            ("ref", self.reference.is_some()),
            ("copy", self.copy.is_some()),
            ("first", self.first.is_some()),
            ("month", self.month),
            ("day", self.day.is_some()),
            ("owed", self.owed),
        ];
        named.into_iter().filter(|(_, named)| *named).map(|(way, _)| way).collect()
    }
}

/// A range and how often a number is from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// How often.
    pub weight: Decimal,
    /// The least.
    pub from: Decimal,
    /// The most.
    pub to: Decimal,
}

fn one() -> Decimal {
    Decimal::ONE
}

impl Recipe {
    /// Reads `sample.toml` of a city folder. Whether its names mean something is found out when it is followed.
    pub fn read(folder: &Path) -> Result<Self, SampleError> {
        let file = folder.join("sample.toml");
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| SampleError::Read { file: name.clone(), why: error.to_string() })?;
        toml::from_str(&text).map_err(|error| SampleError::form(name, &text, &error))
    }

    /// The facts of a population, its templates' among them.
    pub fn facts(&self, population: &Population) -> Result<Facts, SampleError> {
        let mut facts = Facts::new();
        for name in &population.like {
            let template = self.template.get(name).ok_or_else(|| SampleError::Unknown {
                place: population.name.clone(),
                what: "template",
                name: name.clone(),
            })?;
            facts.extend(template.clone());
        }
        facts.extend(population.facts.clone());
        Ok(facts)
    }
}
