//! A cell as the value of a fact, or why it is none.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use model::value::{MAX_UNSCALED, TextFormat};
use model::{Area, Areas, Fact, FactType, Point, Unit, Value, uscc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::form;
use super::measure;
use super::reason::Reason;
use super::sheet::{Cell, number_text};

/// What a cell says of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Nothing: it is empty, or has one of the marks people put where they know nothing.
    Missing,
    /// A value.
    Known(Value),
    /// A value that was changed in the reading; worth a look.
    Doubtful(Value, Reason),
    /// Something that cannot be taken. The fact stays unknown.
    Refused(Reason),
}

/// Reads the cells of a column.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    fact: &'a Fact,
    areas: &'a Areas,
    factor: Decimal,
    manner: Manner,
    /// Every writing of an option, in its normal form, and the option's id.
    options: HashMap<String, &'a str>,
}

/// How the text of a column is read, where it is not simply the fact's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// As the value.
    #[default]
    Value,
    /// As an address that names the area: the innermost area named in the text.
    Area,
    /// As a month, which stands for its first day.
    Month,
}

/// What people write where they know nothing. 无 is among them: it says that there is nothing to tell, not no.
const MISSING: [&str; 24] = [
    "n/a", "na", "#n/a", "nan", "null", "none", "nil", "-", "--", "---", "—", "——", "–", "/", "//", "\\",
    "无", "暂无", "不详", "未知", "未填", "空", "?", "？",
];

/// Whether a text says that nothing is known.
pub fn is_missing(text: &str) -> bool {
    const LONGEST_BYTES: usize = 40;
    let text = text.trim();
    if text.len() > LONGEST_BYTES {
        return false;
    }
    // Asked of every cell, so nothing is copied: most have more letters than the longest of the marks.
    const LONGEST_CHARS: usize = 4;
    let mut letters = form::letters(text);
    let mut first = ['\0'; LONGEST_CHARS];
    let mut length = 0;
    for (place, letter) in first.iter_mut().zip(&mut letters) {
        *place = letter;
        length += 1;
    }
    letters.next().is_none() && {
        let text = &first[..length];
        text.is_empty() || MISSING.iter().any(|mark| mark.chars().eq(text.iter().copied()))
    }
}

impl<'a> Reader<'a> {
    /// A reader for a fact: `factor` is what numbers without a unit of their own are multiplied by.
    pub fn new(fact: &'a Fact, areas: &'a Areas, factor: Decimal, manner: Manner) -> Self {
        let mut options = HashMap::new();
        if let FactType::Code { options: list } = &fact.fact_type {
            // Ids first, then labels, then other writings: the first to claim a text keeps it.
            for option in list {
                options.entry(form::label(&option.id)).or_insert(option.id.as_str());
            }
            for option in list {
                options.entry(form::label(&option.label.zh)).or_insert(option.id.as_str());
                options.entry(form::label(&option.label.en)).or_insert(option.id.as_str());
            }
            for option in list {
                for other in &option.also {
                    options.entry(form::label(other)).or_insert(option.id.as_str());
                }
            }
        }
        Self { fact, areas, factor, manner, options }
    }

    /// The fact.
    pub fn fact(&self) -> &'a Fact {
        self.fact
    }

    /// How the text is read.
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Reads a cell.
    pub fn read(&self, cell: &Cell) -> Reading {
        match cell {
            Cell::Empty => return Reading::Missing,
            Cell::Failed(text) if is_missing(text) => return Reading::Missing,
            Cell::Failed(_) => return Reading::Refused(Reason::FailedFormula),
            Cell::Text(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
                return Reading::Refused(Reason::Unreadable);
            }
            _ => (),
        }
        // An option may be called 无; it wins over the mark of not knowing.
        if let FactType::Code { options } = &self.fact.fact_type {
            let shown = cell.shown();
            // Most cells are written as a label is, or as the option's id.
            let found = self.options.get(&shown).or_else(|| self.options.get(&form::label(&shown)));
            return match found {
                Some(id) => Reading::Known(Value::Text((*id).to_owned())),
                None if is_missing(&shown) => Reading::Missing,
                None => Reading::Refused(Reason::NotAnOption(
                    options.iter().map(|option| option.label.clone()).collect(),
                )),
            };
        }
        if let Cell::Text(text) = cell
            && is_missing(text)
        {
            return Reading::Missing;
        }
        let read = match &self.fact.fact_type {
            FactType::Bool => yes_or_no(cell).map(Value::Bool),
            FactType::Int => return self.int(cell),
            FactType::Decimal { scale } => return self.decimal(cell, *scale),
            FactType::Date => date(cell, self.manner == Manner::Month).map(Value::Date),
            FactType::Point => point(cell).map(Value::Point),
            FactType::Area { .. } if self.manner == Manner::Area => {
                return match area_within(self.areas, &cell.shown()) {
                    Ok(Some(area)) => Reading::Known(Value::Text(area.code.to_string())),
                    Ok(None) => Reading::Missing,
                    Err(reason) => Reading::Refused(reason),
                };
            }
            FactType::Area { .. } => area(self.areas, &cell.shown())
                .map(|area| Value::Text(area.code.to_string()))
                .ok_or(Reason::NotAnArea),
            FactType::Text { format: Some(TextFormat::Uscc) } => digits_kept(cell)
                .and_then(|text| uscc::parse(&text).map(Value::Text).map_err(Reason::BadCode)),
            FactType::Text { format: Some(TextFormat::Files) } => Err(Reason::File),
            FactType::Text { format: None } | FactType::Ref { .. } => digits_kept(cell).map(Value::Text),
            // Read above.
            FactType::Code { .. } => return Reading::Missing,
        };
        read.map_or_else(Reading::Refused, Reading::Known)
    }

    fn int(&self, cell: &Cell) -> Reading {
        match self.number(cell) {
            Err(reason) => Reading::Refused(reason),
            Ok(number) if !number.fract().is_zero() => Reading::Refused(Reason::NotWhole),
            Ok(number) => match i64::try_from(number) {
                Ok(number) if number.unsigned_abs() < MAX_UNSCALED.unsigned_abs() => {
                    Reading::Known(Value::Int(number))
                }
                _ => Reading::Refused(Reason::TooLarge),
            },
        }
    }

    fn decimal(&self, cell: &Cell, scale: u8) -> Reading {
        let number = match self.number(cell) {
            Err(reason) => return Reading::Refused(reason),
            Ok(number) => number,
        };
        let mut kept =
            number.round_dp_with_strategy(u32::from(scale), RoundingStrategy::MidpointAwayFromZero);
        kept.rescale(u32::from(scale));
        if kept.scale() != u32::from(scale)
            || kept.mantissa().unsigned_abs() >= u128::from(MAX_UNSCALED.unsigned_abs())
        {
            return Reading::Refused(Reason::TooLarge);
        }
        if kept == number {
            Reading::Known(Value::Decimal(kept))
        } else {
            Reading::Doubtful(Value::Decimal(kept), Reason::Rounded(scale))
        }
    }

    /// The number of a cell in the fact's unit.
    fn number(&self, cell: &Cell) -> Result<Decimal, Reason> {
        let unit = self.fact.unit.as_ref();
        let (number, factor) = match cell {
            Cell::Number(number) => {
                (number_text(*number).parse().map_err(|_| Reason::TooLarge)?, self.factor)
            }
            Cell::Text(text) => {
                let (number, written) = amount(text, unit)?;
                (number, written.unwrap_or(self.factor))
            }
            _ => return Err(Reason::NotANumber),
        };
        number.checked_mul(factor).map(|number| number.normalize()).ok_or(Reason::TooLarge)
    }
}

/// A number as people write it, and what the unit behind it multiplies it by, if there is one.
fn amount(text: &str, unit: Option<&Unit>) -> Result<(Decimal, Option<Decimal>), Reason> {
    if let Some(number) = plain(text) {
        return Ok((number, None));
    }
    let text: String = form::narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let lower = text.to_lowercase();
    let first = lower.find(|c: char| c.is_ascii_digit() || c == '.').ok_or(Reason::NotANumber)?;
    let before = &lower[..first];
    let length = lower[first..]
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .unwrap_or(lower.len() - first);
    let (digits, after) = lower[first..].split_at(length);
    // An accountant's bracket around the whole is a minus.
    let (sign, before, after) = match (before.strip_prefix('('), after.strip_suffix(')')) {
        (Some(before), Some(after)) if !after.contains('(') && !before.starts_with('-') => {
            (-1, before, after)
        }
        _ => (1, before, after),
    };
    let (sign, before) = match before.strip_suffix(['-', '负']).or_else(|| before.strip_prefix(['-', '负']))
    {
        Some(before) => (-sign, before),
        None => (sign, before.strip_prefix('+').unwrap_or(before)),
    };
    if after.starts_with('e') && after[1..].starts_with(['+', '-', '0', '1', '2', '3']) {
        return Err(Reason::LostDigits);
    }
    let number = grouped(digits).ok_or(Reason::NotANumber)? * Decimal::from(sign);
    if before.is_empty() && after.is_empty() {
        return Ok((number, None));
    }
    // 人民币 or ¥ before the digits, tens and units after them: 人民币3亿元. What the cell says wins over its heading.
    let mut factor = Decimal::ONE;
    for words in [before, after].into_iter().filter(|words| !words.is_empty()) {
        let measure = measure::parse(words).ok_or(Reason::NotANumber)?;
        if let Some(code) = measure.foreign {
            return Err(Reason::Foreign(code));
        }
        factor *= measure
            .factor_for(unit)
            .ok_or_else(|| Reason::WrongUnit(unit.map_or_else(|| "1".to_owned(), Unit::to_string)))?;
    }
    Ok((number, Some(factor)))
}

/// A number as programs write it: nothing but digits, with a point among them or none.
fn plain(text: &str) -> Option<Decimal> {
    const MOST_DIGITS: usize = 18;
    let mut points = 0;
    let mut unscaled = 0_i64;
    let mut scale = 0;
    let bytes = text.as_bytes();
    if bytes.len() > MOST_DIGITS || !bytes.first()?.is_ascii_digit() || !bytes.last()?.is_ascii_digit() {
        return None;
    }
    for byte in bytes {
        match byte {
            b'0'..=b'9' => {
                unscaled = unscaled * 10 + i64::from(byte - b'0');
                scale += points;
            }
            b'.' => points += 1,
            _ => return None,
        }
    }
    (points <= 1).then(|| Decimal::new(unscaled, scale))
}

/// Digits with commas between groups of three, or of four as in Chinese counting. A comma elsewhere may be a decimal
/// point or a slip, so it is no number.
fn grouped(digits: &str) -> Option<Decimal> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.contains([',', '.']) {
        return None;
    }
    let groups: Vec<&str> = whole.split(',').collect();
    if groups.len() > 1 {
        let size = groups[1].len();
        let regular = matches!(size, 3 | 4)
            && groups[1..].iter().all(|group| group.len() == size)
            && (1..=size).contains(&groups[0].len());
        if !regular {
            return None;
        }
    }
    let whole = groups.concat();
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // More digits than a decimal holds are refused as such by the caller's limits; here they do not parse.
    Decimal::from_str_exact(&format!(
        "{}.{}",
        if whole.is_empty() { "0" } else { &whole },
        if fraction.is_empty() { "0" } else { fraction }
    ))
    .ok()
}

fn yes_or_no(cell: &Cell) -> Result<bool, Reason> {
    let text = match cell {
        Cell::Bool(value) => return Ok(*value),
        Cell::Text(text) if text == "true" => return Ok(true),
        Cell::Text(text) if text == "false" => return Ok(false),
        other => form::label(&other.shown()),
    };
    match text.as_str() {
        "是" | "有" | "对" | "√" | "✓" | "✔" | "☑" | "y" | "yes" | "t" | "true" | "1" => Ok(true),
        "否" | "没有" | "不是" | "错" | "×" | "✗" | "✘" | "✕" | "x" | "n" | "no" | "f" | "false" | "0" => {
            Ok(false)
        }
        _ => Err(Reason::NotYesOrNo),
    }
}

/// Days that a register can hold for; a slip such as 0202年 falls outside.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;
/// Excel's days that are taken for dates when a bare number stands in a column of days: 1930 to 2099.
const SERIALS: std::ops::RangeInclusive<u64> = 10_959..=73_050;

fn date(cell: &Cell, by_month: bool) -> Result<NaiveDate, Reason> {
    let text = match cell {
        Cell::Date(day) => return Ok(*day),
        Cell::Text(text) => match text.as_bytes() {
            // As programs write it.
            [_, _, _, _, b'-', _, _, b'-', _, _] if text.is_ascii() => {
                match ymd(&text[..4], &text[5..7], &text[8..]) {
                    Ok(day) => return Ok(day),
                    Err(_) => text.clone(),
                }
            }
            _ => text.clone(),
        },
        other => other.shown(),
    };
    let text = form::narrow(&text);
    let mut text = text.trim();
    // The hour is no part of a day.
    if let Some(at) = text.find([' ', 'T', 't'])
        && at >= "2020-2-6".len()
        && text[at + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit())
    {
        text = text[..at].trim();
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !compact.is_empty()
        && compact.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !compact.contains("..")
    {
        let whole = compact.split_once('.').map_or(compact.as_str(), |(whole, _)| whole);
        match (whole.len(), compact.contains('.')) {
            (8, false) => return ymd(&whole[..4], &whole[4..6], &whole[6..]),
            (6, false) => return month(&whole[..4], &whole[4..], by_month),
            // A serial may have the hour behind its point; 2020.2 is a month, 2020.2.6 a day.
            (5, _) if compact.matches('.').count() <= 1 => return serial(whole),
            _ => (),
        }
    }
    let dashed: String = compact
        .trim_end_matches(['日', '号'])
        .chars()
        .map(|c| if matches!(c, '年' | '月' | '/' | '.') { '-' } else { c })
        .collect();
    match dashed.trim_end_matches('-').split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => ymd(year, month, day),
        [year, of_year] => month(year, of_year, by_month),
        _ => Err(Reason::NotADay),
    }
}

fn serial(digits: &str) -> Result<NaiveDate, Reason> {
    let days: u64 = digits.parse().map_err(|_| Reason::NotADay)?;
    if !SERIALS.contains(&days) {
        return Err(Reason::NotADay);
    }
    // Excel counts from 1899-12-30 for any day after February 1900.
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|start| start.checked_add_days(Days::new(days)))
        .ok_or(Reason::NotADay)
}

fn ymd(year: &str, month: &str, day: &str) -> Result<NaiveDate, Reason> {
    let short = |text: &str| if text.len() <= 2 { text.parse::<u32>().ok() } else { None };
    let year = if year.len() == 4 { year.parse().ok() } else { None };
    match (year.filter(|year| YEARS.contains(year)), short(month), short(day)) {
        (Some(year), Some(month), Some(day)) => {
            NaiveDate::from_ymd_opt(year, month, day).ok_or(Reason::NotADay)
        }
        _ => Err(Reason::NotADay),
    }
}

fn month(year: &str, month: &str, by_month: bool) -> Result<NaiveDate, Reason> {
    let first = ymd(year, month, "1")?;
    if by_month { Ok(first) } else { Err(Reason::MonthOnly) }
}

fn point(cell: &Cell) -> Result<Point, Reason> {
    let text = form::narrow(&cell.shown());
    let mut parts = text.split([',', ' ', ';', '，']).filter(|part| !part.is_empty());
    let mut next = || parts.next().and_then(|part| part.parse::<f64>().ok());
    match (next(), next(), next()) {
        (Some(lon), Some(lat), None) if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) => {
            Ok(Point { lon, lat })
        }
        _ => Err(Reason::NotAPoint),
    }
}

/// Text as it stands, without the space around it. A long number of a workbook has lost its last digits, and so has
/// text such as 9.1411E+17.
fn digits_kept(cell: &Cell) -> Result<String, Reason> {
    let text = match cell {
        Cell::Text(text) => text.trim().to_owned(),
        other => other.shown().trim().to_owned(),
    };
    let lost = match cell {
        Cell::Number(number) => number.abs() >= 1e15,
        // As long as there is no sign of it, nothing is copied to look closer.
        Cell::Text(_) if !text.contains(['+', '＋']) => false,
        Cell::Text(_) => {
            let lower = form::label(&text);
            lower.split_once("e+").is_some_and(|(head, tail)| {
                !head.is_empty()
                    && head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                    && !tail.is_empty()
                    && tail.bytes().all(|byte| byte.is_ascii_digit())
            })
        }
        _ => false,
    };
    if lost { Err(Reason::LostDigits) } else { Ok(text) }
}

/// The area that a cell names: by code or by any of its names, or as the last of a chain (甲省乙市丙县).
pub fn area<'a>(areas: &'a Areas, text: &str) -> Option<&'a Area> {
    if let Some(area) = areas.find(text) {
        return Some(area);
    }
    let text = form::narrow(text);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // English names have spaces within.
    areas
        .find(&text)
        .or_else(|| areas.iter().find(|area| form::label(&area.name.en) == form::label(&text)))
        .or_else(|| {
            full_names(areas)
                .filter(|(name, _)| text.ends_with(name))
                .max_by_key(|(name, _)| name.len())
                .map(|(_, area)| area)
        })
}

/// The shortest name by which an area is looked for within a longer text. Abbreviations of two characters also occur
/// in names of roads and firms.
const MIN_NAME_CHARS: usize = 3;

/// The Chinese names of areas that are safe to look for within text.
fn full_names(areas: &Areas) -> impl Iterator<Item = (&str, &Area)> {
    areas.iter().flat_map(|area| {
        std::iter::once(area.name.zh.as_str())
            .chain(area.also.iter().map(String::as_str))
            .filter(|name| {
                name.chars().count() >= MIN_NAME_CHARS
                    && !name.bytes().any(|byte| byte.is_ascii_alphanumeric())
            })
            .map(move |name| (name, area))
    })
}

/// Whether a name is only the end of an area's full name: 开发区 of 甲川经济开发区. Many areas have one of those.
fn is_tail(name: &str, area: &Area) -> bool {
    area.name.zh != name && area.name.zh.ends_with(name)
}

/// The innermost area named in an address; none if it names none. The mere end of a full name counts only where an
/// address begins with it, or behind the area it lies in: 甲川市开发区, not 丙山市开发区 or 高新技术开发区.
/// Errors: it names areas that do not lie within each other.
pub fn area_within<'a>(areas: &'a Areas, text: &str) -> Result<Option<&'a Area>, Reason> {
    let text: String = form::narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let stands = |at: usize, name: &str, area: &Area| {
        let before = &text[..at];
        !is_tail(name, area)
            || before.is_empty()
            || areas.ancestors(area.code.as_str()).skip(1).any(|outer| {
                before.ends_with(&outer.name.zh)
                    || outer.also.iter().any(|other| before.ends_with(other.as_str()))
            })
    };
    let mut names: Vec<(&str, &Area)> = full_names(areas).collect();
    // A longer name hides the shorter ones within it.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut named: Vec<&Area> = Vec::new();
    for (name, area) in names {
        for (at, _) in text.match_indices(name) {
            let end = at + name.len();
            if taken.iter().any(|(from, to)| at < *to && *from < end) || !stands(at, name, area) {
                continue;
            }
            taken.push((at, end));
            if !named.iter().any(|other| other.code == area.code) {
                named.push(area);
            }
        }
    }
    let innermost = named
        .iter()
        .copied()
        .find(|area| named.iter().all(|other| areas.within(area.code.as_str(), other.code.as_str())));
    match (innermost, named.is_empty()) {
        (_, true) => Ok(None),
        (Some(area), _) => Ok(Some(area)),
        (None, _) => Err(Reason::SeveralAreas(named.iter().map(|area| area.name.zh.clone()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use model::value::CodeOption;
    use model::{AreaCode, Label};

    use super::*;

    fn areas() -> Areas {
        let area = |code: &str, name: &str, parent: Option<&str>, also: &[&str]| Area {
            code: code.into(),
            name: Label::new(name, code),
            parent: parent.map(AreaCode::from),
            also: also.iter().map(|other| (*other).to_owned()).collect(),
            population: None,
        };
        Areas::new(vec![
            area("990000", "甲川市", None, &["甲川"]),
            area("990001", "乙河区", Some("990000"), &["990021", "甲川县", "甲川市乙河区"]),
            area("990002", "丙山市", Some("990000"), &["丙山"]),
            area("990003", "甲川经济开发区", Some("990000"), &["开发区"]),
        ])
        .unwrap()
    }

    fn fact(fact_type: FactType, unit: Option<&str>) -> Fact {
        Fact {
            id: "f".into(),
            label: Label::new("事实", "fact"),
            also: vec![],
            fact_type,
            unit: unit.map(|unit| unit.parse().unwrap()),
            personal: false,
            question: None,
            derived: None,
        }
    }

    fn read(fact: &Fact, cell: &Cell) -> Reading {
        Reader::new(fact, &areas(), Decimal::ONE, Manner::Value).read(cell)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    /// Money with two digits after the point; what is expected is the value, or the code of the reason.
    fn check_money(written: &str, expected: &str) {
        let shown = match read(&fact(FactType::Decimal { scale: 2 }, Some("CNY")), &text(written)) {
            Reading::Missing => "missing".to_owned(),
            Reading::Known(value) => value.to_string(),
            Reading::Doubtful(value, reason) => format!("{value} {}", reason.code()),
            Reading::Refused(reason) => reason.code().to_owned(),
        };
        assert_eq!(shown, expected, "{written}");
    }

    #[test]
    fn money_as_people_write_it() {
        check_money("6,900(万)", "69000000.00");
        check_money("1,000(万元)", "10000000.00");
        check_money("85万人民币", "850000.00");
        check_money("63.7万人民币", "637000.00");
        check_money("172.6700(万元)", "1726700.00");
        check_money("9,9(万元)", "not-a-number");
        check_money("1,234.5678(万元人民币)", "12345678.00");
        check_money("２，０００．５０", "2000.50");
        check_money("¥ 12", "12.00");
        check_money("人民币３亿元整", "300000000.00");
        check_money("10,0000", "100000.00");
        check_money("-5", "-5.00");
        check_money("(1,000.00)", "-1000.00");
        check_money("−3.5元", "-3.50");
        check_money(".5", "0.50");
        check_money("0", "0.00");
        check_money("1.005", "1.01 rounded");
        check_money("1.0050", "1.01 rounded");
        check_money("1.10000", "1.10");
        check_money("500(万美元)", "foreign-currency");
        check_money("$500", "foreign-currency");
        check_money("1(万香港元)", "foreign-currency");
        check_money("30人", "wrong-unit");
        check_money("5元/月", "wrong-unit");
        check_money("500以上", "not-a-number");
        check_money("约500", "not-a-number");
        check_money("100-200", "not-a-number");
        check_money("1.2.3", "not-a-number");
        check_money("伍佰元", "not-a-number");
        check_money("1.2E+05", "lost-digits");
        check_money("99999999999999999999", "too-large");
        check_money("9999999999999999999999999999999999", "not-a-number");
        for missing in ["", " ", "N/A", "n/a", "—", "-", "--", "无", "/", "＼", "暂无", "　"] {
            check_money(missing, "missing");
        }
        check_money("\u{fffd}5", "unreadable");
    }

    #[test]
    fn workbook_numbers_are_what_was_typed() {
        let money = fact(FactType::Decimal { scale: 2 }, Some("CNY"));
        let known = |cell| match read(&money, &cell) {
            Reading::Known(value) => value.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(known(Cell::Number(172.67)), "172.67");
        assert_eq!(known(Cell::Number(0.1 + 0.2)), "0.30");
        assert_eq!(known(Cell::Number(1e15)), "1000000000000000.00");
        let count = fact(FactType::Int, Some("person"));
        assert_eq!(read(&count, &Cell::Number(12.0)), Reading::Known(Value::Int(12)));
        assert_eq!(read(&count, &Cell::Number(12.5)), Reading::Refused(Reason::NotWhole));
        assert_eq!(read(&count, &text("1.2万人")), Reading::Known(Value::Int(12_000)));
    }

    #[test]
    fn the_unit_of_the_heading_holds_where_the_cell_has_none() {
        let money = fact(FactType::Decimal { scale: 2 }, Some("CNY"));
        let areas = areas();
        let reader = Reader::new(&money, &areas, Decimal::from(10_000), Manner::Value);
        assert_eq!(reader.read(&text("5")), Reading::Known(Value::Decimal("50000.00".parse().unwrap())));
        assert_eq!(
            reader.read(&Cell::Number(0.5)),
            Reading::Known(Value::Decimal("5000.00".parse().unwrap()))
        );
        assert_eq!(reader.read(&text("5元")), Reading::Known(Value::Decimal("5.00".parse().unwrap())));
        assert_eq!(reader.read(&text("5万元")), Reading::Known(Value::Decimal("50000.00".parse().unwrap())));
    }

    fn check_date(cell: Cell, expected: Result<&str, Reason>) {
        assert_eq!(date(&cell, false).map(|day| day.to_string()), expected.map(str::to_owned), "{cell:?}");
    }

    #[test]
    fn days_as_people_write_them() {
        for written in [
            "2020-02-06",
            "2020/2/6",
            "2020.2.6",
            "20200206",
            "2020年2月6日",
            "２０２０年０２月０６日",
            "2020 年 2 月 6 日",
            "2020-02-06 00:00:00",
            "2020-02-06T08:30:00",
            "2020/2/6 8:30",
            "43867",
            "43867.5",
            "2020年2月6号",
        ] {
            check_date(text(written), Ok("2020-02-06"));
        }
        check_date(Cell::Number(43867.0), Ok("2020-02-06"));
        check_date(Cell::Number(20_200_206.0), Ok("2020-02-06"));
        for written in [
            "2/6/2020",
            "20-2-6",
            "2020-2-30",
            "长期",
            "0202-02-06",
            "2020",
            "123",
            "2020-02-06-07",
            "..",
            "2020-²-06",
        ] {
            check_date(text(written), Err(Reason::NotADay));
        }
        for written in ["2020年2月", "2020-02", "202002", "2020.2"] {
            check_date(text(written), Err(Reason::MonthOnly));
            assert_eq!(date(&text(written), true).unwrap().to_string(), "2020-02-01");
        }
    }

    #[test]
    fn yes_no_and_neither() {
        for (written, expected) in
            [("是", true), ("√", true), ("Y", true), ("否", false), ("×", false), ("0", false)]
        {
            assert_eq!(
                read(&fact(FactType::Bool, None), &text(written)),
                Reading::Known(Value::Bool(expected))
            );
        }
        assert_eq!(read(&fact(FactType::Bool, None), &text("无")), Reading::Missing);
        assert_eq!(read(&fact(FactType::Bool, None), &text("也许")), Reading::Refused(Reason::NotYesOrNo));
    }

    #[test]
    fn codes_by_any_of_their_names() {
        let option = |id: &str, zh: &str, also: &[&str]| CodeOption {
            id: id.to_owned(),
            label: Label::new(zh, id),
            also: also.iter().map(|other| (*other).to_owned()).collect(),
        };
        let code = fact(
            FactType::Code {
                options: vec![option("shop", "商铺", &["店面(临街)"]), option("none", "无", &[])],
            },
            None,
        );
        for written in ["shop", " SHOP", "商 铺", "店面（临街）"] {
            assert_eq!(
                read(&code, &text(written)),
                Reading::Known(Value::Text("shop".to_owned())),
                "{written}"
            );
        }
        assert_eq!(read(&code, &text("无")), Reading::Known(Value::Text("none".to_owned())));
        assert_eq!(read(&code, &text("N/A")), Reading::Missing);
        assert!(matches!(read(&code, &text("仓库")), Reading::Refused(Reason::NotAnOption(_))));
    }

    #[test]
    fn areas_by_code_name_or_chain() {
        let areas = areas();
        let found = |text| area(&areas, text).map(|area| area.code.to_string());
        for (written, code) in [
            ("990001", "990001"),
            ("990021", "990001"),
            ("甲川县", "990001"),
            ("丙山", "990002"),
            ("某省甲川市丙山市", "990002"),
        ] {
            assert_eq!(found(written).as_deref(), Some(code), "{written}");
        }
        assert_eq!(found("甲川市以外"), None);
        let within = |text| area_within(&areas, text).map(|area| area.map(|area| area.code.to_string()));
        assert_eq!(within("甲川市乙河区某路1号"), Ok(Some("990001".to_owned())));
        assert_eq!(within("丙山市某镇"), Ok(Some("990002".to_owned())));
        assert_eq!(within("甲川市某路"), Ok(Some("990000".to_owned())));
        assert_eq!(within("市区丙山路"), Ok(None));
        assert_eq!(within("甲川经济开发区某路"), Ok(Some("990003".to_owned())));
        assert_eq!(within("开发区某路"), Ok(Some("990003".to_owned())));
        assert_eq!(within("甲川开发区某路"), Ok(Some("990003".to_owned())));
        assert_eq!(within("丙山市开发区某路"), Ok(Some("990002".to_owned())));
        assert_eq!(within("某镇高新技术开发区"), Ok(None));
        assert!(matches!(within("甲川县与丙山市交界"), Err(Reason::SeveralAreas(_))));
    }

    #[test]
    fn long_numbers_that_lost_their_digits() {
        let code = fact(FactType::Text { format: Some(TextFormat::Uscc) }, None);
        assert_eq!(read(&code, &Cell::Number(9.135_010_0e17)), Reading::Refused(Reason::LostDigits));
        assert_eq!(read(&code, &text("9.13501E+17")), Reading::Refused(Reason::LostDigits));
        assert_eq!(
            read(&code, &text("91350100M000100Y43")),
            Reading::Known(Value::Text("91350100M000100Y43".to_owned()))
        );
        assert!(matches!(read(&code, &text("91350100M000100Y44")), Reading::Refused(Reason::BadCode(_))));
        let plain = fact(FactType::Text { format: None }, None);
        assert_eq!(read(&plain, &Cell::Number(990_001.0)), Reading::Known(Value::Text("990001".to_owned())));
    }

    proptest::proptest! {
        /// Whatever stands in a cell, reading it ends in one of the four answers.
        #[test]
        fn nothing_fails(written in "\\PC{0,24}") {
            let cell = text(&written);
            for fact_type in [FactType::Bool, FactType::Int, FactType::Decimal { scale: 2 }, FactType::Date,
                FactType::Point, FactType::Area { to: None }, FactType::Text { format: None }] {
                read(&fact(fact_type, Some("CNY")), &cell);
            }
        }
    }
}
