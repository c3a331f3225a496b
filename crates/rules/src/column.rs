//! One fact of many records, in Arrow arrays of [`CHUNK`] rows.
//!
//! Chunks are what a pass takes at a time, so that what it computes stays in cache, and what a change to one record
//! writes again, so that a change is cheap. Missing is null.

use arrow_array::builder::StringBuilder;
use arrow_array::types::{ArrowPrimitiveType, Date32Type, Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use model::{Point, Value};

use crate::evaluate::scalar::Scalar;
use crate::expr::Type;
use crate::places::Places;

/// Rows of a chunk; a whole number of 64-bit words.
pub const CHUNK: usize = 8192;

/// Values of one primitive type by row.
#[derive(Debug)]
pub struct Chunked<T: ArrowPrimitiveType> {
    chunks: Vec<PrimitiveArray<T>>,
    /// No known value was ever larger in magnitude; kept for whole numbers only.
    largest: u64,
}

impl<T: ArrowPrimitiveType> Clone for Chunked<T> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone(), largest: self.largest }
    }
}

impl<T: ArrowPrimitiveType> Default for Chunked<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), largest: 0 }
    }
}

impl<T: ArrowPrimitiveType> Chunked<T> {
    /// The arrays, each of [`CHUNK`] rows but the last.
    pub fn chunks(&self) -> &[PrimitiveArray<T>] {
        &self.chunks
    }

    fn is_known(&self, row: usize) -> bool {
        self.chunks
            .get(row / CHUNK)
            .is_some_and(|chunk| row % CHUNK < chunk.len() && chunk.is_valid(row % CHUNK))
    }

    /// The value of a row; none if it is missing or there is no such row.
    pub fn get(&self, row: usize) -> Option<T::Native> {
        let (chunk, at) = (self.chunks.get(row / CHUNK)?, row % CHUNK);
        (at < chunk.len() && chunk.is_valid(at)).then(|| chunk.value(at))
    }

    fn push_chunk(&mut self, (values, nulls): (Vec<T::Native>, Option<NullBuffer>)) {
        self.chunks.push(PrimitiveArray::new(values.into(), nulls));
    }

    /// Writes a row, or adds it if it is the next one. Only its chunk is touched, in place where nobody shares it.
    fn set(&mut self, row: usize, value: Option<T::Native>) {
        if row / CHUNK == self.chunks.len() {
            self.chunks.push(PrimitiveArray::new(Vec::with_capacity(CHUNK).into(), None));
        }
        let Some(chunk) = self.chunks.get_mut(row / CHUNK) else { return };
        let empty = PrimitiveArray::new(ScalarBuffer::from(Vec::new()), None);
        let (_, values, nulls) = std::mem::replace(chunk, empty).into_parts();
        let mut values: Vec<T::Native> = values.into();
        let at = row % CHUNK;
        if at == values.len() {
            values.push(T::Native::default());
        }
        if let Some(slot) = values.get_mut(at) {
            *slot = value.unwrap_or_default();
        }
        let nulls = with_bit(nulls.as_ref().map(NullBuffer::inner), at, values.len(), value.is_some());
        *chunk = PrimitiveArray::new(values.into(), nulls);
    }
}

/// Validity with one row's bit written, grown to `rows`; none where all are valid.
fn with_bit(valid: Option<&BooleanBuffer>, at: usize, rows: usize, value: bool) -> Option<NullBuffer> {
    if valid.is_none() && value {
        return None;
    }
    Some(NullBuffer::new(write_bit(valid, at, rows, value)))
}

/// Bits with one written, grown to `rows` with ones, a copy.
fn write_bit(bits: Option<&BooleanBuffer>, at: usize, rows: usize, value: bool) -> BooleanBuffer {
    let mut bytes = bits.map_or_else(Vec::new, |bits| bits.values().to_vec());
    bytes.resize(rows.div_ceil(8), 0xFF);
    if value {
        bytes[at / 8] |= 1 << (at % 8);
    } else {
        bytes[at / 8] &= !(1 << (at % 8));
    }
    BooleanBuffer::new(Buffer::from_vec(bytes), 0, rows)
}

/// Yes or no by row.
#[derive(Clone, Debug, Default)]
pub struct Booleans(Vec<BooleanArray>);

impl Booleans {
    /// The arrays, each of [`CHUNK`] rows but the last.
    pub fn chunks(&self) -> &[BooleanArray] {
        &self.0
    }

    /// The value of a row; none if it is missing or there is no such row.
    pub fn get(&self, row: usize) -> Option<bool> {
        let (chunk, at) = (self.0.get(row / CHUNK)?, row % CHUNK);
        (at < chunk.len() && chunk.is_valid(at)).then(|| chunk.value(at))
    }

    fn set(&mut self, row: usize, value: Option<bool>) {
        if row / CHUNK == self.0.len() {
            self.0.push(BooleanArray::new(BooleanBuffer::new_unset(0), None));
        }
        let Some(chunk) = self.0.get_mut(row / CHUNK) else { return };
        let at = row % CHUNK;
        let rows = chunk.len().max(at + 1);
        let values = write_bit(Some(chunk.values()), at, rows, value.unwrap_or(false));
        let nulls = with_bit(chunk.nulls().map(NullBuffer::inner), at, rows, value.is_some());
        *chunk = BooleanArray::new(values, nulls);
    }
}

/// The texts of a column, each once, end to end as Arrow keeps them.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    places: Places,
}

impl Dictionary {
    /// How many texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a key; empty beyond the last.
    pub fn get(&self, key: u32) -> &str {
        text_at(&self.text, &self.ends, key)
    }

    /// The key of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.places.find(text, |key| self.get(key))
    }

    /// The key of a text, a new one if need be.
    pub fn intern(&mut self, text: &str) -> u32 {
        let key = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        let (all, ends) = (&self.text, &self.ends);
        if let Some(known) = self.places.claim(text, key, |key| text_at(all, ends, key)) {
            return known;
        }
        self.text.push_str(text);
        self.ends.push(self.text.len());
        key
    }

    /// All texts by key.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or(""))
    }

    /// All texts end to end, and where each ends.
    pub fn parts(&self) -> (&str, &[usize]) {
        (&self.text, &self.ends)
    }

    /// The texts as the dictionary of an Arrow dictionary array.
    pub fn to_arrow(&self) -> StringArray {
        let mut builder = StringBuilder::with_capacity(self.len(), self.text.len());
        self.iter().for_each(|text| builder.append_value(text));
        builder.finish()
    }
}

/// The text of a key among texts end to end; empty beyond the last.
fn text_at<'t>(text: &'t str, ends: &[usize], key: u32) -> &'t str {
    let key = key as usize;
    let start = if key == 0 { 0 } else { ends.get(key - 1).copied().unwrap_or(0) };
    ends.get(key).and_then(|end| text.get(start..*end)).unwrap_or("")
}

/// Text by row, as keys of a dictionary.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The keys.
    pub keys: Chunked<UInt32Type>,
    /// What they stand for.
    pub dictionary: Dictionary,
}

impl Texts {
    /// The text of a row; none if it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.keys.get(row).map(|key| self.dictionary.get(key))
    }
}

/// One fact by row.
#[derive(Clone, Debug)]
pub enum Column {
    /// Yes or no.
    Bool(Booleans),
    /// Whole numbers and decimals, counted in the last place of the fact's type.
    Number(Chunked<Int64Type>),
    /// Days since 1970-01-01.
    Date(Chunked<Date32Type>),
    /// Text, codes, references, areas.
    Text(Texts),
    /// Positions.
    Point {
        /// Degrees east.
        lon: Chunked<Float64Type>,
        /// Degrees north.
        lat: Chunked<Float64Type>,
    },
}

impl Column {
    /// No rows of a type.
    pub fn new(ty: Type) -> Self {
        match ty {
            Type::Bool => Self::Bool(Booleans::default()),
            Type::Int | Type::Decimal { .. } => Self::Number(Chunked::default()),
            Type::Date => Self::Date(Chunked::default()),
            Type::Text => Self::Text(Texts::default()),
            Type::Point => Self::Point { lon: Chunked::default(), lat: Chunked::default() },
        }
    }

    /// No known number of the column is larger in magnitude; 0 for what is no number.
    pub fn largest(&self) -> u64 {
        match self {
            Self::Number(column) => column.largest,
            _ => 0,
        }
    }

    /// Whether a row's value is known.
    pub fn is_known(&self, row: usize) -> bool {
        match self {
            Self::Bool(column) => column.get(row).is_some(),
            Self::Number(column) => column.is_known(row),
            Self::Date(column) => column.is_known(row),
            Self::Text(column) => column.keys.is_known(row),
            Self::Point { lon, .. } => lon.is_known(row),
        }
    }

    /// The value of a row, as an expression reads it; none if it is missing.
    pub fn scalar(&self, row: usize) -> Option<Scalar> {
        match self {
            Self::Bool(column) => column.get(row).map(Scalar::Bool),
            Self::Number(column) => column.get(row).map(|value| Scalar::Number(i128::from(value))),
            Self::Date(column) => column.get(row).map(Scalar::Date),
            Self::Text(column) => column.get(row).map(|text| Scalar::Text(text.into())),
            Self::Point { lon, .. } => lon.get(row).map(|_| Scalar::Point),
        }
    }

    /// The value of a row, as people and files know it; none if it is missing.
    pub fn value(&self, row: usize, ty: Type) -> Option<Value> {
        match self {
            Self::Point { lon, lat } => Some(Value::Point(Point { lon: lon.get(row)?, lat: lat.get(row)? })),
            _ => self.scalar(row)?.to_value(ty),
        }
    }

    /// Whether a row holds just that value, or none.
    pub fn holds(&self, row: usize, value: Option<&Value>, ty: Type) -> bool {
        match (self, value) {
            (Self::Text(column), Some(Value::Text(text))) => column.get(row) == Some(text),
            (Self::Point { .. }, value) => self.value(row, ty).as_ref() == value,
            (_, None) => self.scalar(row).is_none(),
            (_, Some(value)) => self.scalar(row) == Scalar::of_value(value, ty),
        }
    }

    /// How much a column has that what is decided once for a column has to know of: texts, and the largest number.
    /// It only ever grows.
    pub(crate) fn extent(&self) -> u64 {
        match self {
            Self::Number(column) => column.largest,
            Self::Text(column) => column.dictionary.len() as u64,
            _ => 0,
        }
    }

    /// Writes a row, or adds it if it is the next one. A value of another type, or out of the register's range, is
    /// missing.
    pub fn set(&mut self, row: usize, value: Option<&Value>, ty: Type) {
        match self {
            Self::Point { lon, lat } => {
                let point = match value {
                    Some(Value::Point(point)) => Some(*point),
                    _ => None,
                };
                lon.set(row, point.map(|point| point.lon));
                lat.set(row, point.map(|point| point.lat));
            }
            _ => self.set_scalar(row, value.and_then(|value| Scalar::of_value(value, ty))),
        }
    }

    /// Writes a row, or adds it if it is the next one; positions are left as they are.
    pub(crate) fn set_scalar(&mut self, row: usize, value: Option<Scalar>) {
        match self {
            Self::Bool(column) => column.set(row, value.and_then(|value| value.as_bool())),
            Self::Number(column) => {
                let value = value.and_then(|value| value.as_i64());
                column.largest = column.largest.max(value.map_or(0, i64::unsigned_abs));
                column.set(row, value);
            }
            Self::Date(column) => column.set(row, value.and_then(|value| value.as_date())),
            Self::Text(column) => {
                let key = value.and_then(|value| value.as_text().map(|text| column.dictionary.intern(text)));
                column.keys.set(row, key);
            }
            Self::Point { .. } => {}
        }
    }
}

/// Rows that are not yet arrays. Adding one row at a time to arrays would count their nulls each time.
#[derive(Debug, Default)]
struct Open<N> {
    values: Vec<N>,
    valid: Vec<u8>,
    nulls: bool,
}

impl<N: Default> Open<N> {
    fn push(&mut self, value: Option<N>) {
        let at = self.values.len();
        if at.is_multiple_of(8) {
            self.valid.push(0);
        }
        self.valid[at / 8] |= u8::from(value.is_some()) << (at % 8);
        self.nulls |= value.is_none();
        self.values.push(value.unwrap_or_default());
    }

    fn take(&mut self) -> (Vec<N>, Option<NullBuffer>) {
        let Self { values, valid, nulls } = std::mem::replace(
            self,
            Self { values: Vec::with_capacity(CHUNK), valid: Vec::with_capacity(CHUNK / 8), nulls: false },
        );
        let rows = values.len();
        let nulls = nulls.then(|| NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(valid), 0, rows)));
        (values, nulls)
    }
}

/// A column as its rows come in.
#[derive(Debug)]
pub struct ColumnBuilder {
    column: Column,
    open: OpenColumn,
    rows: usize,
}

#[derive(Debug)]
enum OpenColumn {
    Bool(Open<bool>),
    Number(Open<i64>),
    Date(Open<i32>),
    Text(Open<u32>),
    Point(Open<f64>, Open<f64>),
}

impl ColumnBuilder {
    /// No rows of a type.
    pub fn new(ty: Type) -> Self {
        let open = match ty {
            Type::Bool => OpenColumn::Bool(Open::default()),
            Type::Int | Type::Decimal { .. } => OpenColumn::Number(Open::default()),
            Type::Date => OpenColumn::Date(Open::default()),
            Type::Text => OpenColumn::Text(Open::default()),
            Type::Point => OpenColumn::Point(Open::default(), Open::default()),
        };
        Self { column: Column::new(ty), open, rows: 0 }
    }

    /// Adds a row. A value of another type, or out of the register's range, is missing.
    pub fn push(&mut self, value: Option<&Value>, ty: Type) {
        if let (OpenColumn::Point(lon, lat), value) = (&mut self.open, value) {
            let point = match value {
                Some(Value::Point(point)) => Some(*point),
                _ => None,
            };
            lon.push(point.map(|point| point.lon));
            lat.push(point.map(|point| point.lat));
            self.next();
        } else if let (OpenColumn::Text(open), Column::Text(texts)) = (&mut self.open, &mut self.column) {
            // Text goes to the dictionary without a copy between.
            let key = match value {
                Some(Value::Text(text)) => Some(texts.dictionary.intern(text)),
                _ => None,
            };
            open.push(key);
            self.next();
        } else {
            self.push_scalar(value.and_then(|value| Scalar::of_value(value, ty)).as_ref());
        }
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row of which nothing is known.
    pub(crate) fn push_missing(&mut self) {
        self.push_scalar(None);
    }

    /// Adds a row of text; missing where the column is of another type.
    pub(crate) fn push_text(&mut self, text: &str) {
        let (OpenColumn::Text(open), Column::Text(texts)) = (&mut self.open, &mut self.column) else {
            return self.push_missing();
        };
        open.push(Some(texts.dictionary.intern(text)));
        self.next();
    }

    /// Adds a row; positions are missing.
    pub(crate) fn push_scalar(&mut self, value: Option<&Scalar>) {
        match (&mut self.open, &mut self.column) {
            (OpenColumn::Bool(open), _) => open.push(value.and_then(Scalar::as_bool)),
            (OpenColumn::Number(open), _) => open.push(value.and_then(Scalar::as_i64)),
            (OpenColumn::Date(open), _) => open.push(value.and_then(Scalar::as_date)),
            (OpenColumn::Text(open), Column::Text(texts)) => {
                open.push(value.and_then(Scalar::as_text).map(|text| texts.dictionary.intern(text)));
            }
            (OpenColumn::Text(open), _) => open.push(None),
            (OpenColumn::Point(lon, lat), _) => {
                lon.push(None);
                lat.push(None);
            }
        }
        self.next();
    }

    /// Adds a row of text by its key in another dictionary; `keys` remembers what keys became here.
    pub(crate) fn push_key(&mut self, key: u32, dictionary: &Dictionary, keys: &mut Vec<Option<u32>>) {
        if let (OpenColumn::Text(open), Column::Text(texts)) = (&mut self.open, &mut self.column) {
            keys.resize(keys.len().max(key as usize + 1), None);
            let own = keys[key as usize].get_or_insert_with(|| texts.dictionary.intern(dictionary.get(key)));
            open.push(Some(*own));
            self.next();
        }
    }

    fn next(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(CHUNK) {
            self.seal();
        }
    }

    fn seal(&mut self) {
        match (&mut self.column, &mut self.open) {
            (Column::Bool(column), OpenColumn::Bool(open)) => {
                let (values, nulls) = open.take();
                column.0.push(BooleanArray::new(values.into(), nulls));
            }
            (Column::Number(column), OpenColumn::Number(open)) => {
                let (values, nulls) = open.take();
                let largest = values.iter().copied().map(i64::unsigned_abs).max().unwrap_or(0);
                column.largest = column.largest.max(largest);
                column.push_chunk((values, nulls));
            }
            (Column::Date(column), OpenColumn::Date(open)) => column.push_chunk(open.take()),
            (Column::Text(column), OpenColumn::Text(open)) => column.keys.push_chunk(open.take()),
            (Column::Point { lon, lat }, OpenColumn::Point(open_lon, open_lat)) => {
                lon.push_chunk(open_lon.take());
                lat.push_chunk(open_lat.take());
            }
            _ => {}
        }
    }

    /// The column.
    pub fn finish(mut self) -> Column {
        if !self.rows.is_multiple_of(CHUNK) {
            self.seal();
        }
        self.column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let value = |row: usize| (row % 7 != 3).then(|| Value::Int(i64::try_from(row).unwrap()));
        let text = |row: usize| (row % 5 != 1).then(|| Value::Text(format!("文{}", row % 100)));
        let mut numbers = ColumnBuilder::new(Type::Int);
        let mut texts = ColumnBuilder::new(Type::Text);
        let rows = CHUNK + 100;
        for row in 0..rows {
            numbers.push(value(row).as_ref(), Type::Int);
            texts.push(text(row).as_ref(), Type::Text);
        }
        let (mut numbers, mut texts) = (numbers.finish(), texts.finish());
        // Written again, and one row more.
        for row in [5, CHUNK - 1, CHUNK + 3, rows] {
            numbers.set(row, None, Type::Int);
            texts.set(row, Some(&Value::Text("新".into())), Type::Text);
        }
        for row in 0..=rows {
            let written = [5, CHUNK - 1, CHUNK + 3, rows].contains(&row);
            let number = if written { None } else { value(row) };
            let text = if written { Some(Value::Text("新".into())) } else { text(row) };
            assert_eq!(numbers.value(row, Type::Int), number, "{row}");
            assert_eq!(texts.value(row, Type::Text), text, "{row}");
        }
        assert_eq!(numbers.value(rows + 1, Type::Int), None);
        numbers.set(5, Some(&Value::Int(-5)), Type::Int);
        assert_eq!(numbers.value(5, Type::Int), Some(Value::Int(-5)));
    }

    #[test]
    fn a_dictionary_keeps_each_text_once() {
        let mut dictionary = Dictionary::default();
        let keys: Vec<u32> =
            ["a", "许昌", "", "a", "许昌"].iter().map(|text| dictionary.intern(text)).collect();
        assert_eq!(keys, [0, 1, 2, 0, 1]);
        assert_eq!(dictionary.iter().collect::<Vec<_>>(), ["a", "许昌", ""]);
        assert_eq!((dictionary.find("许昌"), dictionary.find("b")), (Some(1), None));
    }
}
