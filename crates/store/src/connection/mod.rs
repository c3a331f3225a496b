//! One connection to either database, and the few calls the register needs of it. Every difference between the two
//! databases is in this folder, in `migrations/`, and nowhere else.
//!
//! SQL is written once. Placeholders are `$1`, `$2`, … numbered in the order in which they first appear: PostgreSQL
//! counts them so, and SQLite takes them as names that it numbers in that same order.

mod checkpoint;
mod lent;
pub(crate) mod postgres;
mod sqlite;
pub(crate) mod tls;

use std::ops::ControlFlow;

use model::Label;

pub(crate) use self::lent::{Hold, Lent};
use crate::address::Address;
use crate::error::StoreError;

/// A value handed to a statement. Days, hashes and JSON are text; truth is 0 or 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Owned(String),
    Bytes(&'a [u8]),
}

impl Param<'_> {
    pub(crate) fn flag(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Param<'_> {
    fn from(text: String) -> Self {
        Self::Owned(text)
    }
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// Rows to put into one table.
pub(crate) struct Insert {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) then: OnConflict,
}

/// What happens to a row whose key is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// It is an error: such a row cannot be there. On PostgreSQL these rows are copied in.
    Fail,
    /// It stays as it is.
    Keep,
    /// The columns after the key (of that many columns, in that constraint) are replaced.
    Replace(&'static str),
}

impl Insert {
    fn sql(&self, rows: usize) -> String {
        let width = self.columns.len();
        let tuples: Vec<String> = (0..rows)
            .map(|row| {
                let marks: Vec<String> = (1..=width).map(|at| format!("${}", row * width + at)).collect();
                format!("({})", marks.join(", "))
            })
            .collect();
        let then = match self.then {
            OnConflict::Fail => String::new(),
            OnConflict::Keep => " ON CONFLICT DO NOTHING".to_owned(),
            OnConflict::Replace(key) => {
                let keys: Vec<&str> = key.split(", ").collect();
                let set: Vec<String> = (self.columns.iter())
                    .filter(|column| !keys.contains(column))
                    .map(|column| format!("{column} = excluded.{column}"))
                    .collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
            }
        };
        format!("INSERT INTO {} ({}) VALUES {}{then}", self.table, self.columns.join(", "), tuples.join(", "))
    }
}

/// What a connection is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Reading only.
    Read,
    /// One append after another.
    Write,
    /// One long transaction that touches much of the file.
    Import,
}

/// A connection to one of the two databases.
pub(crate) enum Connection {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

/// One row of an answer.
pub(crate) enum Row<'a> {
    Sqlite(&'a sqlite::SqliteRow<'a>),
    Postgres(&'a postgres::PostgresRow<'a>),
}

impl Row<'_> {
    /// A whole number. Errors: it is null or something else.
    pub(crate) fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.opt_int(at)?.ok_or_else(|| self.unexpected(at))
    }

    pub(crate) fn opt_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => row.int(at),
            Self::Postgres(row) => row.int(at),
        }
    }

    pub(crate) fn flag(&self, at: usize) -> Result<bool, StoreError> {
        Ok(self.int(at)? != 0)
    }

    /// A text. Errors: it is null or something else.
    pub(crate) fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.opt_text(at)?.ok_or_else(|| self.unexpected(at))
    }

    pub(crate) fn opt_text(&self, at: usize) -> Result<Option<&str>, StoreError> {
        match self {
            Self::Sqlite(row) => row.text(at),
            Self::Postgres(row) => row.text(at),
        }
    }

    /// What a file holds. Errors: it is null or something else.
    pub(crate) fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        let bytes = match self {
            Self::Sqlite(row) => row.bytes(at),
            Self::Postgres(row) => row.bytes(at),
        };
        bytes?.ok_or_else(|| self.unexpected(at))
    }

    /// A text read as something else.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, at: usize) -> Result<T, StoreError> {
        self.text(at)?.parse().map_err(|_| self.unexpected(at))
    }

    pub(crate) fn opt_parsed<T: std::str::FromStr>(&self, at: usize) -> Result<Option<T>, StoreError> {
        self.opt_text(at)?.map(|text| text.parse().map_err(|_| self.unexpected(at))).transpose()
    }

    /// A text read as JSON of some shape.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, at: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(at)?).map_err(|_| self.unexpected(at))
    }

    fn unexpected(&self, at: usize) -> StoreError {
        let place = match self {
            Self::Sqlite(row) => row.place,
            Self::Postgres(row) => row.place,
        };
        StoreError::Damaged {
            place: place.to_owned(),
            why: Label::new(
                format!("答复的第 {} 列不是存入时的形式", at + 1),
                format!("column {} of an answer has another form than was stored", at + 1),
            ),
        }
    }
}

impl Connection {
    pub(crate) fn open(address: &Address, purpose: Use) -> Result<Self, StoreError> {
        match address {
            Address::Sqlite(file) => sqlite::Sqlite::open(file, purpose).map(Self::Sqlite),
            Address::Postgres(server) => {
                postgres::Postgres::open(server, purpose).map(|server| Self::Postgres(Box::new(server)))
            }
        }
    }

    /// Whether it can still be used.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(connection) => connection.is_open(),
        }
    }

    /// Runs one statement; returns how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql, params),
            Self::Postgres(connection) => connection.execute(sql, params),
        }
    }

    /// Runs a script without parameters.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.script(sql),
            Self::Postgres(connection) => connection.script(sql),
        }
    }

    /// Runs a query and shows each row of the answer as it arrives.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        row: impl FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each_until(sql, params, row)
    }

    /// The same for a caller with reasons of its own to stop.
    pub(crate) fn each_until<E: From<StoreError>>(
        &mut self,
        sql: &str,
        params: &[Param],
        mut row: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stopped = Ok(());
        let mut step = |next: &Row| match row(next) {
            Ok(()) => ControlFlow::Continue(()),
            error => {
                stopped = error;
                ControlFlow::Break(())
            }
        };
        match self {
            Self::Sqlite(connection) => connection.each(sql, params, &mut step)?,
            Self::Postgres(connection) => connection.each(sql, params, &mut step)?,
        }
        stopped
    }

    /// All rows of an answer.
    pub(crate) fn all<T>(
        &mut self,
        sql: &str,
        params: &[Param],
        mut read: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The first row of an answer, if there is one. Contract: `sql` answers with few rows.
    pub(crate) fn first<T>(
        &mut self,
        sql: &str,
        params: &[Param],
        read: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, params, read)?.into_iter().next())
    }

    /// Puts rows into a table; `values` holds them one after another. Returns how many rows are new or replaced.
    pub(crate) fn insert(&mut self, into: &Insert, values: &[Param]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.insert(into, values),
            Self::Postgres(connection) => connection.insert(into, values),
        }
    }

    /// Begins a transaction that writes, and waits until it is the only one that does: what it reads is what it will
    /// write after. Errors: Busy when the wait is too long.
    pub(crate) fn begin_write(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.begin_write(),
            Self::Postgres(connection) => connection.begin_write(),
        }
    }

    /// Begins a transaction that sees one state of the register however long it reads.
    pub(crate) fn begin_read(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.script("BEGIN DEFERRED"),
            Self::Postgres(connection) => {
                connection.script("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
        }
    }

    /// Makes what was written durable.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.script("COMMIT")
    }

    /// Forgets what was written since the transaction began; does nothing where none is open.
    pub(crate) fn rollback(&mut self) {
        let ended = match self {
            Self::Sqlite(connection) => connection.rollback(),
            Self::Postgres(connection) => connection.script("ROLLBACK"),
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
    }

    /// Whether the transaction is still there: a database may end it on its own when a write fails.
    pub(crate) fn in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(connection) => connection.in_transaction(),
            Self::Postgres(connection) => connection.is_open(),
        }
    }

    /// Whether each question takes its way through a network, so that one for many is cheaper.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Within a long transaction: tells the planner how large the tables have become. It would learn that only after
    /// the end, and until then take a table for small and read all of it to find a row.
    pub(crate) fn gauge(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.script("ANALYZE record, identifier, link, change"),
        }
    }

    /// After a long transaction: returns the room that its log took, and lets the planner see what it wrote.
    pub(crate) fn tidy(&mut self) {
        let tidied = match self {
            Self::Sqlite(connection) => connection.tidy(),
            Self::Postgres(connection) => {
                connection.script("ANALYZE record, identifier, link, change, event, verdict, verdict_change")
            }
        };
        if let Err(error) = tidied {
            // Fails while somebody reads; it is done some time later on.
            tracing::debug!(%error, "the register is not tidied for now");
        }
    }

    /// A migration as this database wants it: a line that begins with `--sqlite ` or `--postgres ` is for that
    /// database alone.
    pub(crate) fn localize(&self, sql: &str) -> String {
        let mine = match self {
            Self::Sqlite(_) => "--sqlite ",
            Self::Postgres(_) => "--postgres ",
        };
        let lines = sql.lines().map(|line| line.strip_prefix(mine).unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Whether the database holds anything at all, and whether that is a register.
    pub(crate) fn contents(&mut self) -> Result<Contents, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.contents(),
            Self::Postgres(connection) => connection.contents(),
        }
    }
}

/// What a database holds when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    Nothing,
    Register,
    Another,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_is_written_once_for_both() {
        let insert = Insert { table: "t", columns: &["a", "b"], then: OnConflict::Replace("a") };
        assert_eq!(
            insert.sql(2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
    }
}
