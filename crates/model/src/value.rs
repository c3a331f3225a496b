//! The value of a fact, and the types a fact can have.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::id::KindId;
use crate::label::Label;

/// The largest number of digits after the point that a fact may have.
pub const MAX_SCALE: u8 = 9;
/// Numbers in the register stay below this in magnitude, whatever their scale, counted in the last place.
pub const MAX_UNSCALED: i64 = 1_000_000_000_000_000_000;

/// A position on the earth in WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees east, -180..=180.
    pub lon: f64,
    /// Degrees north, -90..=90.
    pub lat: f64,
}

/// A known value. What is not known has no value: it is left out, never zero.
///
/// Codes, references and areas are text here; the fact's type says which. Written as plain JSON, and read
/// back by [`FactType::read_json`]: only the type can tell a decimal or a day from text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal, in JSON a string, so that no reader rounds it.
    Decimal(Decimal),
    /// A day, in JSON `2020-02-06`.
    Date(NaiveDate),
    /// A position.
    Point(Point),
    /// Text, a code, a reference or an area.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::Date(value) => value.fmt(f),
            Self::Point(point) => write!(f, "{} {}", point.lon, point.lat),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// One of the values a code may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOption {
    /// The code as rules write it.
    pub id: String,
    /// The code as people read it.
    pub label: Label,
    /// Other ways in which sheets write it.
    #[serde(default)]
    pub also: Vec<String>,
}

/// How text is checked when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextFormat {
    /// Unified social credit code, GB 32100-2015.
    Uscc,
    /// Photographs and documents, by their digests: see [`crate::file`].
    Files,
}

/// The type of a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal with `scale` digits after the point (2 for yuan and fen).
    Decimal {
        /// Digits after the point, at most [`MAX_SCALE`].
        scale: u8,
    },
    /// Free text.
    Text {
        /// How it is checked, if it has a form.
        #[serde(default)]
        format: Option<TextFormat>,
    },
    /// One of a list.
    Code {
        /// The list, in the order people expect.
        options: Vec<CodeOption>,
    },
    /// A day.
    Date,
    /// A position.
    Point,
    /// A record of another kind, by its id.
    Ref {
        /// The kind referred to.
        to: KindId,
    },
    /// An area of the city, by its code. Where `to` names a kind, its records have area codes as ids,
    /// and paths go through (`area.risk_tier`).
    Area {
        /// The kind that describes areas, if any.
        #[serde(default)]
        to: Option<KindId>,
    },
}

/// A day as it is stored, `2020-02-06`; what else chrono reads as one is read, too.
pub fn read_day(text: &str) -> Option<NaiveDate> {
    let digits = |from: usize, to: usize| {
        let digits = text.as_bytes().get(from..to)?;
        digits.iter().try_fold(0u32, |number, digit| match digit {
            b'0'..=b'9' => Some(number * 10 + u32::from(digit - b'0')),
            _ => None,
        })
    };
    let plain = || {
        let dashes = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        NaiveDate::from_ymd_opt(
            i32::try_from(digits(0, 4).filter(|_| dashes)?).ok()?,
            digits(5, 7)?,
            digits(8, 10)?,
        )
    };
    // chrono's own reading takes ten times as long, and a register has millions of days.
    plain().or_else(|| text.parse().ok())
}

impl FactType {
    /// The kind that a dotted path leads to from here.
    pub fn target(&self) -> Option<&KindId> {
        match self {
            Self::Ref { to } => Some(to),
            Self::Area { to } => to.as_ref(),
            _ => None,
        }
    }

    /// Reads a stored JSON value as this type; none if it has another shape.
    /// Contract: what [`Value`] writes as JSON is read back unchanged.
    pub fn read_json(&self, json: &serde_json::Value) -> Option<Value> {
        match (self, json) {
            (Self::Bool, serde_json::Value::Bool(value)) => Some(Value::Bool(*value)),
            (Self::Int, serde_json::Value::Number(value)) => value.as_i64().map(Value::Int),
            (Self::Decimal { .. }, serde_json::Value::String(text)) => text.parse().ok().map(Value::Decimal),
            (Self::Date, serde_json::Value::String(text)) => read_day(text).map(Value::Date),
            (Self::Point, json) => Point::deserialize(json).ok().map(Value::Point),
            (
                Self::Text { .. } | Self::Code { .. } | Self::Ref { .. } | Self::Area { .. },
                serde_json::Value::String(text),
            ) => Some(Value::Text(text.clone())),
            _ => None,
        }
    }
}
