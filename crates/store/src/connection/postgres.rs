//! PostgreSQL: many servers of ours over one database.

use std::collections::HashMap;
use std::io::Write;
use std::ops::ControlFlow;

use model::Label;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, NoTls, Statement};

use super::{Contents, Insert, OnConflict, Param, Row, Use};
use crate::WAIT;
use crate::address::PostgresServer;
use crate::error::{StoreError, said};

/// Whoever appends to the chain holds this lock until it commits: "ying" as a number, and the schema, because a
/// database may hold several registers.
const CHAIN_LOCK: &str = "SELECT pg_advisory_xact_lock(2036952679, hashtext(current_schema()))";
/// Rows of one INSERT: each size is a statement that stays prepared.
const ROWS_AT_ONCE: [usize; 4] = [256, 32, 4, 1];

pub(crate) struct Postgres {
    client: Client,
    statements: HashMap<String, Statement>,
    place: String,
}

pub(crate) struct PostgresRow<'a> {
    row: &'a postgres::Row,
    pub(super) place: &'a str,
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Owned(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }

    to_sql_checked!();
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Postgres({})", self.place)
    }
}

impl PostgresRow<'_> {
    pub(super) fn int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        self.row.try_get(at).map_err(|error| classify(self.place, "reading a row", &error))
    }

    pub(super) fn text(&self, at: usize) -> Result<Option<&str>, StoreError> {
        self.row.try_get(at).map_err(|error| classify(self.place, "reading a row", &error))
    }

    pub(super) fn bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
        self.row.try_get(at).map_err(|error| classify(self.place, "reading a row", &error))
    }
}

impl Postgres {
    pub(super) fn open(server: &PostgresServer, purpose: Use) -> Result<Self, StoreError> {
        let place = server.place.clone();
        let refused =
            |error: &postgres::Error| StoreError::Refused { place: place.clone(), why: told(error) };
        let connected = match &server.tls.connect {
            Some(tls) => server.config.connect(tls.clone()),
            None => server.config.connect(NoTls),
        };
        let client = connected.map_err(|error| refused(&error))?;
        let mut postgres = Self { client, statements: HashMap::new(), place: server.place.clone() };
        postgres.script(&format!(
            "SET lock_timeout = '{}s'; SET client_min_messages = warning; SET synchronous_commit = on;",
            WAIT.as_secs()
        ))?;
        if purpose != Use::Read {
            // Who writes only ever looks single rows up.
            postgres
                .script("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;")?;
        }
        Ok(postgres)
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| classify(&self.place, sql, &error))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        self.client.execute(&statement, &params).map_err(|error| classify(&self.place, sql, &error))
    }

    pub(super) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).map_err(|error| classify(&self.place, sql, &error))
    }

    pub(super) fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        row: &mut dyn FnMut(&Row) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        let failed = |error: postgres::Error| classify(&self.place, sql, &error);
        let mut rows = self.client.query_raw(&statement, params).map_err(failed)?;
        while let Some(next) = rows.next().map_err(failed)? {
            if row(&Row::Postgres(&PostgresRow { row: &next, place: &self.place })).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn insert(&mut self, into: &Insert, values: &[Param]) -> Result<u64, StoreError> {
        let width = into.columns.len();
        if into.then == OnConflict::Fail && values.len() > width * ROWS_AT_ONCE[1] {
            return self.copy(into, values);
        }
        let mut rest = values;
        let mut rows = 0;
        for size in ROWS_AT_ONCE {
            while rest.len() >= size * width {
                let (now, later) = rest.split_at(size * width);
                rows += self.execute(&into.sql(size), now)?;
                rest = later;
            }
        }
        Ok(rows)
    }

    /// Many rows at once, as `COPY` takes them: columns between tabs, with what could be mistaken escaped.
    fn copy(&mut self, into: &Insert, values: &[Param]) -> Result<u64, StoreError> {
        let mut text = Vec::with_capacity(values.len() * 32);
        for row in values.chunks(into.columns.len()) {
            for (at, value) in row.iter().enumerate() {
                if at > 0 {
                    text.push(b'\t');
                }
                match value {
                    Param::Null => text.extend_from_slice(b"\\N"),
                    Param::Int(value) => text.extend_from_slice(value.to_string().as_bytes()),
                    Param::Text(value) => escape(value, &mut text),
                    Param::Owned(value) => escape(value, &mut text),
                    Param::Bytes(bytes) => {
                        text.extend_from_slice(b"\\\\x");
                        bytes
                            .iter()
                            .for_each(|byte| text.extend_from_slice(format!("{byte:02x}").as_bytes()));
                    }
                }
            }
            text.push(b'\n');
        }
        let sql = format!("COPY {} ({}) FROM STDIN", into.table, into.columns.join(", "));
        let place = &self.place;
        let mut writer = self.client.copy_in(&sql).map_err(|error| classify(place, &sql, &error))?;
        writer
            .write_all(&text)
            .map_err(|error| StoreError::Lost { place: place.clone(), why: said(error) })?;
        writer.finish().map_err(|error| classify(place, &sql, &error))
    }

    pub(super) fn begin_write(&mut self) -> Result<(), StoreError> {
        // What is read after the lock must be what is there then, not when the wait for it began.
        self.script(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; {CHAIN_LOCK}"))
    }

    pub(super) fn contents(&mut self) -> Result<Contents, StoreError> {
        let mut tables = 0;
        let mut meta = 0;
        let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()";
        for row in self.client.query(sql, &[]).map_err(|error| classify(&self.place, sql, &error))? {
            tables += 1;
            let name: &str = row.try_get(0).map_err(|error| classify(&self.place, sql, &error))?;
            if name == "yingjin_meta" {
                meta += 1;
            }
        }
        Ok(match (meta, tables) {
            (0, 0) => Contents::Nothing,
            (0, _) => Contents::Another,
            _ => Contents::Register,
        })
    }
}

fn escape(value: &str, out: &mut Vec<u8>) {
    for byte in value.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.push(other),
        }
    }
}

/// The error of a database as one that people can act on.
fn classify(place: &str, doing: &str, error: &postgres::Error) -> StoreError {
    let place = place.to_owned();
    let why = told(error);
    if error.is_closed() {
        return StoreError::Lost { place, why };
    }
    match error.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::Busy { place, waited_s: WAIT.as_secs() }
        }
        Some(code)
            if *code == SqlState::READ_ONLY_SQL_TRANSACTION || *code == SqlState::INSUFFICIENT_PRIVILEGE =>
        {
            StoreError::ReadOnly { place }
        }
        Some(code) if *code == SqlState::DISK_FULL => StoreError::Full { place, why },
        Some(code) if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => {
            StoreError::Damaged { place, why }
        }
        Some(code) if code.code().starts_with("57P") || code.code().starts_with("08") => {
            StoreError::Lost { place, why }
        }
        Some(_) => {
            let doing = doing.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
            StoreError::Failed { place, doing, why }
        }
        None => StoreError::Lost { place, why },
    }
}

/// What the server says, or what the driver says with its cause.
pub(crate) fn told(error: &postgres::Error) -> Label {
    said(match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(server), _) => server.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    })
}
