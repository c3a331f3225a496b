//! The values of one expression for a run of rows.

use std::borrow::Cow;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, PrimitiveArray};
use arrow_buffer::BooleanBuffer;
use smallvec::SmallVec;

use super::scalar::Scalar;
use crate::column::{Booleans, CHUNK, Chunked, Column, Dictionary};
use crate::expr::{FactIndex, KindIndex, Path};
use crate::table::{NOBODY, Tables};

/// One bit a row; bits beyond the last row are 0. A single row needs no allocation.
pub(crate) type Words = SmallVec<[u64; 2]>;

/// No row set.
pub(crate) fn none(rows: usize) -> Words {
    SmallVec::from_elem(0, rows.div_ceil(64))
}

/// Which rows are computed together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'r> {
    /// Neighbours, all in one chunk.
    Range { start: usize, len: usize },
    /// Any rows; [`NOBODY`] is a row of which nothing is known.
    List(&'r [u32]),
}

impl Rows<'_> {
    pub fn len(self) -> usize {
        match self {
            Self::Range { len, .. } => len,
            Self::List(rows) => rows.len(),
        }
    }

    pub fn row(self, at: usize) -> u32 {
        match self {
            Self::Range { start, .. } => u32::try_from(start + at).unwrap_or(NOBODY),
            Self::List(rows) => rows.get(at).copied().unwrap_or(NOBODY),
        }
    }
}

/// Values by row. Slots of rows that are not known hold anything.
#[derive(Clone, Debug)]
pub(crate) enum Vector<'a> {
    /// The same for every row.
    Const(Option<Scalar>),
    /// Numbers, counted in the last place.
    Num(Cow<'a, [i64]>, Words),
    /// Numbers that may not fit in 64 bits.
    Wide(Vec<i128>, Words),
    /// Days.
    Date(Cow<'a, [i32]>, Words),
    /// Texts, as keys of the dictionary that their expression has.
    Text(Cow<'a, [u32]>, Words),
    /// Known yes, and known no.
    Bool(Words, Words),
    /// Positions: only whether they are known.
    Point(Words),
}

/// Where facts are read from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub tables: &'a Tables,
    /// Derived facts, by kind and fact, as far as they are computed.
    pub derived: &'a [Vec<Option<Column>>],
}

/// All rows set.
pub(crate) fn full(rows: usize) -> Words {
    let mut words: Words = SmallVec::from_elem(u64::MAX, rows.div_ceil(64));
    if let (Some(last), rest @ 1..) = (words.last_mut(), rows % 64) {
        *last = (1 << rest) - 1;
    }
    words
}

/// One bit a row, from a question asked of each.
pub(crate) fn pack(rows: usize, mut holds: impl FnMut(usize) -> bool) -> Words {
    let mut words = Words::with_capacity(rows.div_ceil(64));
    let mut row = 0;
    while row < rows {
        let count = (rows - row).min(64);
        let mut word = 0;
        for bit in 0..count {
            word |= u64::from(holds(row + bit)) << bit;
        }
        words.push(word);
        row += count;
    }
    words
}

/// Some bits of an Arrow bitmap.
fn bits(buffer: &BooleanBuffer, start: usize, len: usize) -> Words {
    if !(start + buffer.offset()).is_multiple_of(64) {
        return pack(len, |at| buffer.value(start + at));
    }
    let bytes = buffer.values().get((start + buffer.offset()) / 8..).unwrap_or_default();
    let mut words: Words = bytes
        .chunks(8)
        .take(len.div_ceil(64))
        .map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
        .collect();
    for (word, all) in words.iter_mut().zip(full(len)) {
        *word &= all;
    }
    words
}

fn validity(array: &dyn Array, start: usize, len: usize) -> Words {
    array.nulls().map_or_else(|| full(len), |nulls| bits(nulls.inner(), start, len))
}

fn read<'a, T: ArrowPrimitiveType>(column: &'a Chunked<T>, rows: Rows<'_>) -> (Cow<'a, [T::Native]>, Words) {
    match rows {
        Rows::Range { start, len } => {
            let chunk: Option<&PrimitiveArray<T>> = column.chunks().get(start / CHUNK);
            let at = start % CHUNK;
            match chunk.and_then(|chunk| Some((chunk, chunk.values().get(at..at + len)?))) {
                Some((chunk, values)) => (Cow::Borrowed(values), validity(chunk, at, len)),
                None => (Cow::Owned(vec![T::Native::default(); len]), none(len)),
            }
        }
        Rows::List(rows) => {
            let mut values = Vec::with_capacity(rows.len());
            let known = pack(rows.len(), |at| {
                let value = column.get(rows[at] as usize);
                values.push(value.unwrap_or_default());
                value.is_some()
            });
            (Cow::Owned(values), known)
        }
    }
}

fn read_booleans<'a>(column: &Booleans, rows: Rows<'_>) -> Vector<'a> {
    let (values, known) = match rows {
        Rows::Range { start, len } => match column.chunks().get(start / CHUNK) {
            Some(chunk) if start % CHUNK + len <= chunk.len() => {
                (bits(chunk.values(), start % CHUNK, len), validity(chunk, start % CHUNK, len))
            }
            _ => (none(len), none(len)),
        },
        Rows::List(rows) => {
            let value = |at: usize| column.get(rows[at] as usize);
            (pack(rows.len(), |at| value(at) == Some(true)), pack(rows.len(), |at| value(at).is_some()))
        }
    };
    let no = values.iter().zip(&known).map(|(value, known)| known & !value).collect();
    Vector::Bool(values.iter().zip(&known).map(|(value, known)| known & value).collect(), no)
}

impl<'a> Source<'a> {
    /// The column of a fact, told or derived.
    pub fn column(&self, kind: KindIndex, fact: FactIndex) -> Option<&'a Column> {
        self.tables.table(kind).column(fact).or_else(|| self.derived.get(kind)?.get(fact)?.as_ref())
    }

    /// The dictionary of a text fact.
    pub fn dictionary(&self, kind: KindIndex, fact: FactIndex) -> Option<&'a Dictionary> {
        match self.column(kind, fact)? {
            Column::Text(texts) => Some(&texts.dictionary),
            _ => None,
        }
    }

    /// The row that a reference of a row leads to, or [`NOBODY`].
    pub fn step(&self, kind: KindIndex, fact: FactIndex, row: u32, to: KindIndex) -> u32 {
        let row = row as usize;
        let Some(Column::Text(texts)) = self.column(kind, fact) else { return NOBODY };
        let Some(key) = texts.keys.get(row) else { return NOBODY };
        match self.tables.rows_of_keys(kind, fact) {
            Some(rows) => rows.get(key as usize).copied().unwrap_or(NOBODY),
            // A derived reference is not resolved beforehand.
            None => {
                let row = self.tables.table(to).row(&texts.dictionary.get(key).into());
                row.and_then(|row| u32::try_from(row).ok()).unwrap_or(NOBODY)
            }
        }
    }

    /// Whether a row lacks the told fact at the end of a path, and not already a reference on the way.
    pub fn lacks(&self, path: &Path, row: usize) -> bool {
        let (mut kind, mut at) = (path.kind, Some(row));
        for (place, (step, next)) in path.steps.iter().enumerate() {
            let Some(row) = at else { return false };
            if !self.column(kind, *step).is_some_and(|column| column.is_known(row)) {
                return false;
            }
            let to = self.step(kind, *step, u32::try_from(row).unwrap_or(NOBODY), *next);
            at = (to != NOBODY).then_some(to as usize);
            // Of a record that only a reference names, the first fact asked for is what is missing.
            if at.is_none() && place + 1 == path.steps.len() {
                return true;
            }
            kind = *next;
        }
        at.is_some_and(|row| !self.column(kind, path.fact).is_some_and(|column| column.is_known(row)))
    }

    /// The fact at the end of a path.
    pub fn read(&self, path: &Path, rows: Rows<'_>) -> Vector<'a> {
        let mut kind = path.kind;
        let mut list: Option<Vec<u32>> = None;
        for (step, next) in &path.steps {
            let from = |at: usize| list.as_ref().map_or_else(|| rows.row(at), |list| list[at]);
            list = Some((0..rows.len()).map(|at| self.step(kind, *step, from(at), *next)).collect());
            kind = *next;
        }
        let rows = list.as_ref().map_or(rows, |list| Rows::List(list));
        match self.column(kind, path.fact) {
            None => Vector::Const(None),
            Some(Column::Bool(column)) => read_booleans(column, rows),
            Some(Column::Number(column)) => {
                let (values, known) = read(column, rows);
                Vector::Num(values, known)
            }
            Some(Column::Date(column)) => {
                let (values, known) = read(column, rows);
                Vector::Date(values, known)
            }
            Some(Column::Text(texts)) => {
                let (keys, known) = read(&texts.keys, rows);
                Vector::Text(keys, known)
            }
            Some(Column::Point { lon, .. }) => Vector::Point(read(lon, rows).1),
        }
    }
}

impl Vector<'_> {
    /// Whether a row is known.
    pub fn is_known(&self, row: usize) -> bool {
        let bit = |words: &Words| words[row / 64] >> (row % 64) & 1 == 1;
        match self {
            Self::Const(value) => value.is_some(),
            Self::Num(_, known)
            | Self::Wide(_, known)
            | Self::Date(_, known)
            | Self::Text(_, known)
            | Self::Point(known) => bit(known),
            Self::Bool(yes, no) => bit(yes) || bit(no),
        }
    }

    /// Which rows are known.
    pub fn known(&self, rows: usize) -> Cow<'_, [u64]> {
        match self {
            Self::Const(Some(_)) => Cow::Owned(full(rows).into_vec()),
            Self::Const(None) => Cow::Owned(vec![0; rows.div_ceil(64)]),
            Self::Num(_, known)
            | Self::Wide(_, known)
            | Self::Date(_, known)
            | Self::Text(_, known)
            | Self::Point(known) => Cow::Borrowed(known),
            Self::Bool(yes, no) => Cow::Owned(yes.iter().zip(no).map(|(yes, no)| yes | no).collect()),
        }
    }

    /// Which rows are known to be yes, and which no.
    pub fn truth(&self, rows: usize) -> (Cow<'_, [u64]>, Cow<'_, [u64]>) {
        let none = || Cow::Owned(vec![0; rows.div_ceil(64)]);
        match self {
            Self::Bool(yes, no) => (Cow::Borrowed(yes), Cow::Borrowed(no)),
            Self::Const(Some(Scalar::Bool(true))) => (Cow::Owned(full(rows).into_vec()), none()),
            Self::Const(Some(Scalar::Bool(false))) => (none(), Cow::Owned(full(rows).into_vec())),
            _ => (none(), none()),
        }
    }

    /// The number of a row that is known.
    pub fn number(&self, row: usize) -> Option<i128> {
        match self {
            Self::Const(Some(Scalar::Number(value))) => Some(*value),
            Self::Num(values, _) => values.get(row).map(|value| i128::from(*value)),
            Self::Wide(values, _) => values.get(row).copied(),
            _ => None,
        }
    }

    /// The value of a row; `dictionary` is that of its expression.
    pub fn scalar(&self, row: usize, dictionary: Option<&Dictionary>) -> Option<Scalar> {
        if !self.is_known(row) {
            return None;
        }
        match self {
            Self::Const(value) => value.clone(),
            Self::Num(..) | Self::Wide(..) => self.number(row).map(Scalar::Number),
            Self::Date(values, _) => values.get(row).copied().map(Scalar::Date),
            Self::Text(keys, _) => Some(Scalar::Text(dictionary?.get(*keys.get(row)?).into())),
            Self::Bool(yes, _) => Some(Scalar::Bool(yes[row / 64] >> (row % 64) & 1 == 1)),
            Self::Point(_) => Some(Scalar::Point),
        }
    }
}
