//! SQLite: one file, write-ahead log, every commit on the disk before it is acknowledged.

use std::ops::ControlFlow;
use std::path::Path;

use model::Label;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Error, ErrorCode, OpenFlags, ToSql};

use super::checkpoint::Checkpoints;
use super::{Contents, Insert, Param, Row, Use};
use crate::WAIT;
use crate::address::SqliteFile;
use crate::error::{StoreError, said};

/// `YJ` and a version of the layout of files: what `file(1)` and we know a register by.
const APPLICATION_ID: i64 = 0x594A_0001;

pub(crate) struct Sqlite {
    connection: rusqlite::Connection,
    place: String,
    read_only: bool,
    checkpoints: Option<Checkpoints>,
}

pub(crate) struct SqliteRow<'a> {
    row: &'a rusqlite::Row<'a>,
    pub(super) place: &'a str,
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Owned(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl SqliteRow<'_> {
    pub(super) fn int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        self.row.get(at).map_err(|error| classify(self.place, "reading a row", &error))
    }

    pub(super) fn text(&self, at: usize) -> Result<Option<&str>, StoreError> {
        match self.row.get_ref(at).map(|value| value.as_str_or_null()) {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(error)) => Err(classify(self.place, "reading a row", &error.into())),
            Err(error) => Err(classify(self.place, "reading a row", &error)),
        }
    }

    pub(super) fn bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.row.get_ref(at).map(|value| value.as_blob_or_null()) {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(classify(self.place, "reading a row", &error.into())),
            Err(error) => Err(classify(self.place, "reading a row", &error)),
        }
    }
}

impl Sqlite {
    pub(super) fn open(file: &SqliteFile, purpose: Use) -> Result<Self, StoreError> {
        let place = file.path.display().to_string();
        let read_only = file.read_only;
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags |= match (read_only, purpose) {
            (true, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
            // Not "read only": the log of a file that was not closed well can then be taken in.
            (false, Use::Read) => OpenFlags::SQLITE_OPEN_READ_WRITE,
            (false, _) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
        let connection = rusqlite::Connection::open_with_flags(&file.path, flags).map_err(|error| {
            StoreError::CannotOpen { place: place.clone(), why: why_not(&file.path, &error) }
        })?;
        let mut sqlite = Self { connection, place, read_only, checkpoints: None };
        sqlite.connection.set_prepared_statement_cache_capacity(128);
        // Plans that do not turn on the values bound: else each new value has its statement prepared again.
        (sqlite.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))
            .map_err(|error| sqlite.failed("setting up", &error))?;
        (sqlite.connection.busy_timeout(WAIT)).map_err(|error| sqlite.failed("setting the wait", &error))?;
        if purpose == Use::Write && sqlite.contents()? == Contents::Another {
            return Ok(sqlite); // Touch nothing that is not ours; the caller says so.
        }
        let cache_kib = match purpose {
            Use::Read | Use::Write => 16 * 1024,
            Use::Import => 192 * 1024,
        };
        sqlite.script(&format!("PRAGMA foreign_keys = ON; PRAGMA cache_size = -{cache_kib};"))?;
        if purpose == Use::Read {
            sqlite.script("PRAGMA query_only = ON;")?;
        } else if !read_only {
            sqlite.script("PRAGMA page_size = 8192; PRAGMA synchronous = FULL;")?;
            sqlite.journal()?;
        }
        if purpose == Use::Write && !read_only {
            // What a savepoint keeps for undoing is small, and written into a file it costs as much as the commit.
            sqlite.script("PRAGMA temp_store = MEMORY;")?;
            sqlite.checkpoints = Checkpoints::take_over(&mut sqlite.connection, &file.path)
                .map_err(|error| sqlite.failed("setting up", &error))?;
        }
        Ok(sqlite)
    }

    /// Several programs may open a new file at once, and the change to a write-ahead log does not wait by itself.
    fn journal(&mut self) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            match self.script("PRAGMA journal_mode = WAL;") {
                Err(StoreError::Busy { .. }) if tries < 200 => {
                    tries += 1;
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                // A file that may only be read is still good to look at; writing to it says so.
                Err(StoreError::ReadOnly { .. }) => return Ok(()),
                other => return other,
            }
        }
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64, StoreError> {
        let done = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(rusqlite::params_from_iter(params)));
        let rows = done.map_err(|error| self.failed(sql, &error))?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    pub(super) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.failed(sql, &error))
    }

    pub(super) fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        row: &mut dyn FnMut(&Row) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let failed = |error: Error| classify(&self.place, sql, &error);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failed)?;
        while let Some(next) = rows.next().map_err(failed)? {
            if row(&Row::Sqlite(&SqliteRow { row: next, place: &self.place })).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn insert(&mut self, into: &Insert, values: &[Param]) -> Result<u64, StoreError> {
        let sql = into.sql(1);
        let mut statement =
            self.connection.prepare_cached(&sql).map_err(|error| classify(&self.place, &sql, &error))?;
        let failed = |error: Error| classify(&self.place, &sql, &error);
        let width = into.columns.len();
        let mut rows = 0;
        for (place, value) in values.iter().enumerate() {
            // What the row before has in that column stays bound: a kind or a day is copied once for many rows.
            if place < width || values[place - width] != *value {
                statement.raw_bind_parameter(place % width + 1, value).map_err(failed)?;
            }
            if place % width + 1 == width {
                rows += statement.raw_execute().map_err(failed)?;
            }
        }
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    pub(super) fn begin_write(&mut self) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly { place: self.place.clone() });
        }
        self.script("BEGIN IMMEDIATE")
    }

    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    pub(super) fn rollback(&mut self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() { Ok(()) } else { self.script("ROLLBACK") }
    }

    pub(super) fn tidy(&mut self) -> Result<(), StoreError> {
        self.script("PRAGMA wal_checkpoint(TRUNCATE);")
    }

    pub(super) fn contents(&mut self) -> Result<Contents, StoreError> {
        let read = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let (id, tables) = read("PRAGMA application_id")
            .and_then(|id| Ok((id, read("SELECT count(*) FROM sqlite_master")?)))
            .map_err(|error| self.failed("looking at the file", &error))?;
        Ok(match (id, tables) {
            (0, 0) => Contents::Nothing,
            (APPLICATION_ID, _) => Contents::Register,
            _ => Contents::Another,
        })
    }

    fn failed(&self, doing: &str, error: &Error) -> StoreError {
        classify(&self.place, doing, error)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Some(mut checkpoints) = self.checkpoints.take() {
            // The hook wakes the thread, which ends when nobody can any more. The writer's connection closes after it.
            let _ = self.connection.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
            checkpoints.end();
        }
    }
}

/// The error of a database as one that people can act on.
fn classify(place: &str, doing: &str, error: &Error) -> StoreError {
    let place = place.to_owned();
    let why = said(error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy { place, waited_s: WAIT.as_secs() }
        }
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { place },
        // A limit on the size of files, a quota and a failing disk are told as failed input or output.
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => StoreError::Full { place, why },
        Some(ErrorCode::NotADatabase) => StoreError::NotRegister { place, why },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { place, why },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::CannotOpen { place, why },
        _ => {
            let doing = doing.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
            StoreError::Failed { place, doing, why }
        }
    }
}

fn why_not(path: &Path, error: &Error) -> Label {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let folder = folder.display();
            Label::new(format!("没有文件夹 {folder}"), format!("there is no folder {folder}"))
        }
        _ if path.is_dir() => Label::new("它是文件夹", "it is a folder"),
        _ if !path.exists() => {
            Label::new("没有这个文件，也没有新建", "there is no such file, and none was made")
        }
        _ => said(error),
    }
}
