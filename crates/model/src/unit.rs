//! Units of measure, so that yuan are never compared with persons.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A product of named base units with whole exponents: `CNY`, `CNY/month`, `kWh`, `1`.
/// Any name is a base unit; units are equal when their exponents are. There is no conversion:
/// 万元 and 元 would be two units, so a city folder keeps to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unit(BTreeMap<String, i8>);

impl Unit {
    /// A pure number.
    pub fn one() -> Self {
        Self::default()
    }

    /// Whether this is a pure number.
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// The unit of a product.
    pub fn times(&self, other: &Self) -> Self {
        self.combine(other, 1)
    }

    /// The unit of a quotient.
    pub fn per(&self, other: &Self) -> Self {
        self.combine(other, -1)
    }

    fn combine(&self, other: &Self, sign: i8) -> Self {
        let mut powers = self.0.clone();
        for (name, power) in &other.0 {
            let sum = powers.get(name).copied().unwrap_or(0).saturating_add(sign.saturating_mul(*power));
            if sum == 0 {
                powers.remove(name);
            } else {
                powers.insert(name.clone(), sum);
            }
        }
        Self(powers)
    }
}

impl FromStr for Unit {
    type Err = String;

    /// `A*B/C/D` means A·B per C per D. `1` is the pure number.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut unit = Self::one();
        let mut rest = text.trim();
        let mut sign = 1;
        loop {
            let end = rest.find(['*', '/']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            if name.is_empty() || name.chars().any(char::is_whitespace) {
                return Err(format!("unit '{text}' is not of the form A*B/C"));
            }
            if name != "1" {
                unit = unit.combine(&Self(BTreeMap::from([(name.to_owned(), 1)])), sign);
            }
            match rest[end..].chars().next() {
                None => return Ok(unit),
                Some(operator) => {
                    sign = if operator == '*' { 1 } else { -1 };
                    rest = &rest[end + 1..];
                }
            }
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (name, power) in self.0.iter().filter(|(_, power)| **power > 0) {
            for _ in 0..*power {
                if !text.is_empty() {
                    text.push('*');
                }
                text.push_str(name);
            }
        }
        if text.is_empty() {
            text.push('1');
        }
        for (name, power) in self.0.iter().filter(|(_, power)| **power < 0) {
            for _ in 0..power.unsigned_abs() {
                text.push('/');
                text.push_str(name);
            }
        }
        f.write_str(&text)
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let unit: Unit = text.parse().unwrap();
        assert_eq!(unit.to_string(), expected);
        assert_eq!(unit.to_string().parse::<Unit>().unwrap(), unit);
    }

    #[test]
    fn reads_and_writes() {
        check("CNY", "CNY");
        check("CNY/month", "CNY/month");
        check("1/month", "1/month");
        check("CNY*person/person", "CNY");
        check("1", "1");
        assert!("CNY per month".parse::<Unit>().is_err());
        assert!("CNY/".parse::<Unit>().is_err());
    }

    #[test]
    fn rent_times_months_is_money() {
        let rent: Unit = "CNY/month".parse().unwrap();
        let months: Unit = "month".parse().unwrap();
        assert_eq!(rent.times(&months).to_string(), "CNY");
        assert!(rent.per(&rent).is_one());
    }
}
