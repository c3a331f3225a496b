//! Units as sheets write them: 万元, 元/月, 万千瓦时, %. What a number has to be multiplied by, and what it counts.

use std::str::FromStr;

use model::Unit;
use rust_decimal::Decimal;

use super::form;

/// A unit as written, after a number, in a heading or above a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What a number is multiplied by: 10000 for 万元, 0.01 for %.
    pub factor: Decimal,
    /// What is counted, by the names that kinds use (`CNY`, `person`); none where only 万 or % is written.
    counted: Option<&'static str>,
    /// What it is counted per, in order; none where that is not written.
    per: Vec<&'static str>,
    /// The currency, where it is not the yuan. No rate is known here, so such a number cannot be taken.
    pub foreign: Option<&'static str>,
    /// Whether it is a share of a hundred or a thousand.
    share: bool,
}

const TENS: [(&str, i64); 10] = [
    ("亿", 100_000_000),
    ("千万", 10_000_000),
    ("仟万", 10_000_000),
    ("百万", 1_000_000),
    ("佰万", 1_000_000),
    ("十万", 100_000),
    ("万", 10_000),
    ("千", 1_000),
    ("仟", 1_000),
    ("百", 100),
];

/// Words and the unit names of kinds that they mean; an empty name counts things of any sort.
const UNITS: [(&str, &str); 42] = [
    ("人民币", "CNY"),
    ("元整", "CNY"),
    ("元", "CNY"),
    ("圆", "CNY"),
    ("rmb", "CNY"),
    ("cny", "CNY"),
    ("yuan", "CNY"),
    ("¥", "CNY"),
    ("个人", "person"),
    ("人次", "person"),
    ("人", "person"),
    ("名", "person"),
    ("persons", "person"),
    ("person", "person"),
    ("people", "person"),
    ("千瓦时", "kWh"),
    ("千瓦·时", "kWh"),
    ("kwh", "kWh"),
    ("度", "kWh"),
    ("平方米", "m2"),
    ("平米", "m2"),
    ("㎡", "m2"),
    ("m²", "m2"),
    ("m2", "m2"),
    ("个月", "month"),
    ("月", "month"),
    ("months", "month"),
    ("month", "month"),
    ("年", "year"),
    ("years", "year"),
    ("year", "year"),
    ("天", "day"),
    ("日", "day"),
    ("days", "day"),
    ("day", "day"),
    ("小时", "hour"),
    ("户", ""),
    ("家", ""),
    ("个", ""),
    ("笔", ""),
    ("件", ""),
    ("台", ""),
];

const FOREIGN: [(&str, &str); 26] = [
    ("美元", "USD"),
    ("美金", "USD"),
    ("us$", "USD"),
    ("usd", "USD"),
    ("$", "USD"),
    ("香港元", "HKD"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("hk$", "HKD"),
    ("hkd", "HKD"),
    ("欧元", "EUR"),
    ("eur", "EUR"),
    ("€", "EUR"),
    ("日元", "JPY"),
    ("日圆", "JPY"),
    ("jpy", "JPY"),
    ("英镑", "GBP"),
    ("gbp", "GBP"),
    ("£", "GBP"),
    ("新台币", "TWD"),
    ("台币", "TWD"),
    ("澳元", "AUD"),
    ("加元", "CAD"),
    ("韩元", "KRW"),
    ("新加坡元", "SGD"),
    ("瑞士法郎", "CHF"),
];

/// The entry of a table whose word is the longest that a text begins with.
fn longest<T: Copy>(table: &[(&'static str, T)], text: &str) -> Option<(&'static str, T)> {
    table.iter().filter(|(word, _)| text.starts_with(word)).max_by_key(|(word, _)| word.len()).copied()
}

/// Reads a unit; none if some of the text is no unit. Brackets and spaces are left aside.
pub fn parse(text: &str) -> Option<Measure> {
    let text: String = form::label(text).chars().filter(|c| !matches!(c, '(' | ')' | '[' | ']')).collect();
    let mut rest = text.as_str();
    if rest.is_empty() {
        return None;
    }
    let mut measure =
        Measure { factor: Decimal::ONE, counted: None, per: Vec::new(), foreign: None, share: false };
    let mut below = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('/').or_else(|| rest.strip_prefix('每')) {
            below = true;
            rest = after;
            continue;
        }
        if let Some((after, hundred)) = rest
            .strip_prefix('%')
            .map(|after| (after, 100))
            .or(rest.strip_prefix('‰').map(|after| (after, 1000)))
        {
            if below || measure.share {
                return None;
            }
            measure.factor /= Decimal::from(hundred);
            measure.share = true;
            rest = after;
            continue;
        }
        let tens = longest(&TENS, rest);
        let unit = longest(&UNITS, rest);
        let foreign = longest(&FOREIGN, rest);
        let length = |found: Option<usize>| found.unwrap_or(0);
        let (of_tens, of_unit, of_foreign) = (
            length(tens.map(|(word, _)| word.len())),
            length(unit.map(|(word, _)| word.len())),
            length(foreign.map(|(word, _)| word.len())),
        );
        // 千瓦时 is a unit, not a thousand of something; 日元 a currency, not a day.
        if let Some((word, code)) = foreign.filter(|_| of_foreign >= of_unit.max(of_tens)) {
            measure.foreign = Some(code);
            rest = &rest[word.len()..];
        } else if let Some((word, name)) = unit.filter(|_| of_unit >= of_tens) {
            if below {
                measure.per.push(name);
            } else if measure.counted.is_none_or(|counted| counted == name) {
                measure.counted = Some(name);
            } else {
                return None;
            }
            rest = &rest[word.len()..];
        } else if let Some((word, ten)) = tens.filter(|_| !below && measure.counted != Some("CNY")) {
            measure.factor *= Decimal::from(ten);
            rest = &rest[word.len()..];
        } else {
            return None;
        }
    }
    Some(measure)
}

impl Measure {
    /// What a number so written is multiplied by to have the unit of a fact; none if it counts something else.
    /// What a heading leaves out is taken as the fact has it: 元 will do for `CNY/month`.
    pub fn factor_for(&self, unit: Option<&Unit>) -> Option<Decimal> {
        let written = unit.map(Unit::to_string).unwrap_or_default();
        let mut parts = written.split('/');
        let above = parts.next().unwrap_or_default();
        let below: Vec<&str> = parts.collect();
        if self.share && above != "1" {
            // A fact counted in percent keeps the number as it is written.
            return (matches!(above, "percent" | "%")).then_some(Decimal::ONE);
        }
        if let Some(counted) = self.counted
            && !counted.is_empty()
            && counted != above
        {
            return None;
        }
        let known = |name: &&str| UNITS.iter().any(|(_, unit)| unit == name);
        if !self.per.is_empty() && self.per != below && below.iter().all(known) {
            return None;
        }
        Some(self.factor)
    }

    /// Whether it says what a number counts, so that it holds for the facts of that unit only.
    pub fn counts(&self, unit: Option<&Unit>) -> bool {
        unit.is_some_and(|unit| {
            self.counted.is_some_and(|counted| {
                !counted.is_empty()
                    && (Unit::from_str(counted).is_ok_and(|counted| counted == *unit)
                        || unit.to_string().starts_with(&format!("{counted}/")))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, unit: &str, expected: Option<&str>) {
        let measure = parse(text).filter(|measure| measure.foreign.is_none());
        let factor = measure.and_then(|measure| measure.factor_for(Some(&unit.parse().unwrap())));
        assert_eq!(
            factor.map(|factor| factor.normalize().to_string()).as_deref(),
            expected,
            "{text} as {unit}"
        );
    }

    #[test]
    fn reads_units() {
        check("元", "CNY", Some("1"));
        check("(万元)", "CNY", Some("10000"));
        check("万人民币元", "CNY", Some("10000"));
        check("万元人民币", "CNY", Some("10000"));
        check("百万元", "CNY", Some("1000000"));
        check("亿", "CNY", Some("100000000"));
        check("元/月", "CNY/month", Some("1"));
        check("元", "CNY/month", Some("1"));
        check("元/年", "CNY/month", None);
        check("元/月", "CNY", None);
        check("人", "CNY", None);
        check("万人", "person", Some("10000"));
        check("个", "person", Some("1"));
        check("万千瓦时", "kWh", Some("10000"));
        check("千瓦时", "kWh", Some("1"));
        check("%", "1", Some("0.01"));
        check("‰", "1/year", Some("0.001"));
        check("%", "CNY", None);
        check("万美元", "CNY", None);
        check("含税", "CNY", None);
        check("", "CNY", None);
    }

    #[test]
    fn knows_foreign_money() {
        assert_eq!(parse("万美元").unwrap().foreign, Some("USD"));
        assert_eq!(parse("(万香港元)").unwrap().foreign, Some("HKD"));
        assert_eq!(parse("日元").unwrap().foreign, Some("JPY"));
        assert_eq!(parse("日").unwrap().foreign, None);
    }
}
