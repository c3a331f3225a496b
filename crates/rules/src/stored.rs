//! A stored record read straight into columns: a million of them need no map and no copy of their texts in between.

use std::fmt;

use model::value::read_day;
use model::{Fact, FactType, Value};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::column::ColumnBuilder;
use crate::evaluate::scalar::{Scalar, type_of};

/// Where the told facts of a kind go, by their ids in order, which is how records are stored.
#[derive(Debug)]
pub(crate) struct Order(Vec<(String, usize)>);

impl Order {
    pub(crate) fn new(facts: &[Fact]) -> Self {
        let told = facts.iter().enumerate().filter(|(_, fact)| fact.derived.is_none());
        let mut order: Vec<_> = told.map(|(at, fact)| (fact.id.to_string(), at)).collect();
        order.sort();
        Self(order)
    }

    /// The place in the order of a fact that most likely follows the one before.
    fn find(&self, id: &str, likely: usize) -> Option<usize> {
        match self.0.get(likely) {
            Some((expected, _)) if expected == id => Some(likely),
            _ => self.0.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok(),
        }
    }
}

/// Reads the facts of a record, a JSON object, as the row `row` of every column. What `model::record::read_facts` leaves
/// out is missing here, too.
///
/// Errors: it is no JSON object. The row is then missing from where it could not be read.
pub(crate) fn read(
    facts: &str,
    order: &Order,
    declared: &[Fact],
    columns: &mut [Option<ColumnBuilder>],
    row: usize,
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(facts);
    let read = json.deserialize_map(Row { order, declared, columns, row });
    let read = read.and_then(|()| json.end());
    for column in columns.iter_mut().flatten().filter(|column| column.rows() == row) {
        column.push_missing();
    }
    read
}

struct Row<'a> {
    order: &'a Order,
    declared: &'a [Fact],
    columns: &'a mut [Option<ColumnBuilder>],
    row: usize,
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the facts of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut likely = 0;
        while let Some(place) = map.next_key_seed(Seed(Key { order: self.order, likely }))? {
            let fact = place.map(|place| self.order.0[place].1);
            likely = place.map_or(likely, |place| place + 1);
            match fact.and_then(|fact| Some((fact, self.columns[fact].as_mut()?))) {
                Some((fact, column)) if column.rows() == self.row => {
                    map.next_value_seed(Seed(Cell { fact_type: &self.declared[fact].fact_type, column }))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A visitor of whatever comes.
struct Seed<V>(V);

impl<'de, V: Visitor<'de>> serde::de::DeserializeSeed<'de> for Seed<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_any(self.0)
    }
}

struct Key<'a> {
    order: &'a Order,
    likely: usize,
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a fact's id")
    }

    fn visit_str<E>(self, id: &str) -> Result<Self::Value, E> {
        Ok(self.order.find(id, self.likely))
    }
}

/// One value on its way into its column.
struct Cell<'a> {
    fact_type: &'a FactType,
    column: &'a mut ColumnBuilder,
}

impl Cell<'_> {
    fn push(self, value: Option<Value>) {
        self.column.push(value.as_ref(), type_of(self.fact_type));
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a fact's value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        let is_bool = matches!(self.fact_type, FactType::Bool);
        self.push(is_bool.then_some(Value::Bool(value)));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        let is_int = matches!(self.fact_type, FactType::Int);
        self.push(is_int.then_some(Value::Int(value)));
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_unit(),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(None);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        match self.fact_type {
            FactType::Text { .. } | FactType::Code { .. } | FactType::Ref { .. } | FactType::Area { .. } => {
                self.column.push_text(text);
            }
            FactType::Decimal { scale } => match plain(text, *scale) {
                Some(number) => self.column.push_scalar(Some(&Scalar::Number(i128::from(number)))),
                None => self.push(text.parse().ok().map(Value::Decimal)),
            },
            FactType::Date => self.push(read_day(text).map(Value::Date)),
            FactType::Bool | FactType::Int | FactType::Point => self.push(None),
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let json = Json::deserialize(MapAccessDeserializer::new(map))?;
        let value = self.fact_type.read_json(&json);
        self.push(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let json = Json::deserialize(SeqAccessDeserializer::new(seq))?;
        let value = self.fact_type.read_json(&json);
        self.push(value);
        Ok(())
    }
}

/// A number as the register writes it, `-12.30`, counted in the last place of a scale. None where it is written in any
/// other way, or is so long that it has to be looked at more closely.
fn plain(text: &str, scale: u8) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let has_digits = !whole.is_empty() && (!part.is_empty() || !digits.ends_with('.'));
    let zeros = usize::from(scale).checked_sub(part.len()).filter(|_| has_digits)?;
    if whole.len() + usize::from(scale) > 17 {
        return None;
    }
    let digits = whole.bytes().chain(part.bytes()).chain(std::iter::repeat_n(b'0', zeros));
    let mut number = 0;
    for digit in digits {
        number = number * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some(sign * number)
}
