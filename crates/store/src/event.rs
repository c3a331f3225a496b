//! Events as they are read back.

use chrono::DateTime;
use model::Label;
use model::event::{Event, EventType, Hash};
use serde::Serialize;

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::draft::hash;
use crate::error::StoreError;

/// An event in its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredEvent {
    /// Its number; the first is 1 and none is left out.
    pub seq: i64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// How many records or verdicts it changed.
    pub lines: i64,
    /// The digest of its body.
    #[serde(serialize_with = "as_text")]
    pub body: Hash,
    /// The hash of the event before it.
    #[serde(serialize_with = "as_text")]
    pub previous: Hash,
    /// Its own hash.
    #[serde(serialize_with = "as_text")]
    pub hash: Hash,
}

/// Which events to list, the latest first.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only events before this one: the `seq` of the last one seen.
    pub before: Option<i64>,
    /// Only events of this type.
    pub event_type: Option<EventType>,
    /// At most so many.
    pub limit: usize,
}

/// A line of an event: what it changed of one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredChange {
    /// Its place within the event, from 0.
    pub ordinal: i64,
    /// The record's kind.
    pub kind: model::KindId,
    /// The record.
    pub id: model::RecordId,
    /// The day from which the facts hold.
    pub on: chrono::NaiveDate,
    /// The facts; null takes one back.
    pub facts: serde_json::Map<String, serde_json::Value>,
}

pub(crate) const EVENT_COLUMNS: &str =
    "seq, type, at_us, on_day, actor, synthetic, summary, lines, body, previous, hash";

pub(crate) fn type_text(event_type: EventType) -> String {
    match serde_json::json!(event_type) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Reads the columns of [`EVENT_COLUMNS`].
pub(crate) fn read_event(row: &Row) -> Result<StoredEvent, StoreError> {
    let damaged =
        |zh: &str, en: &str| StoreError::Damaged { place: "event".to_owned(), why: Label::new(zh, en) };
    Ok(StoredEvent {
        seq: row.int(0)?,
        event: Event {
            event_type: serde_json::from_value(row.text(1)?.into())
                .map_err(|_| damaged("未知的事件类型", "an unknown type"))?,
            at: DateTime::from_timestamp_micros(row.int(2)?)
                .ok_or_else(|| damaged("时刻无效", "no instant"))?,
            on: row.parsed(3)?,
            actor: row.text(4)?.to_owned(),
            synthetic: row.flag(5)?,
            summary: row.json(6)?,
        },
        lines: row.int(7)?,
        body: hash(row.text(8)?),
        previous: hash(row.text(9)?),
        hash: hash(row.text(10)?),
    })
}

impl Store {
    /// Events after a number, in order.
    pub fn events(&self, after: i64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE seq > $1 ORDER BY seq LIMIT $2");
            connection.all(&sql, &[after.into(), limited(limit)], read_event)
        })
    }

    /// Events, the latest first.
    pub fn latest_events(&self, filter: &EventFilter) -> Result<Vec<StoredEvent>, StoreError> {
        let before = filter.before.unwrap_or(i64::MAX);
        self.read(|connection| match filter.event_type {
            None => {
                let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE seq < $1 ORDER BY seq DESC LIMIT $2");
                connection.all(&sql, &[before.into(), limited(filter.limit)], read_event)
            }
            Some(event_type) => {
                let sql = format!(
                    "SELECT {EVENT_COLUMNS} FROM event WHERE type = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3"
                );
                let params = [type_text(event_type).into(), before.into(), limited(filter.limit)];
                connection.all(&sql, &params, read_event)
            }
        })
    }

    /// One event.
    pub fn event(&self, seq: i64) -> Result<Option<StoredEvent>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE seq = $1");
            connection.first(&sql, &[seq.into()], read_event)
        })
    }

    /// The lines of an event after a place (-1 for all), in order.
    pub fn changes(&self, seq: i64, after: i64, limit: usize) -> Result<Vec<StoredChange>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT ordinal, kind, id, on_day, change.facts
                       FROM change JOIN record ON record.id_no = change.record_no
                       WHERE event_seq = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3";
            connection.all(sql, &[seq.into(), after.into(), limited(limit)], |row| {
                Ok(StoredChange {
                    ordinal: row.int(0)?,
                    kind: row.text(1)?.into(),
                    id: row.text(2)?.into(),
                    on: row.parsed(3)?,
                    facts: row.json(4)?,
                })
            })
        })
    }

    /// The number of the last event; 0 when nothing has happened yet.
    pub fn last_seq(&self) -> Result<i64, StoreError> {
        self.read(|connection| Ok(last_event(connection)?.0))
    }

    /// The latest day for which any fact was told; none in an empty register.
    pub fn registry_day(&self) -> Result<Option<chrono::NaiveDate>, StoreError> {
        self.read(
            |connection| Ok(crate::migrate::meta(connection, "day")?.and_then(|text| text.parse().ok())),
        )
    }
}

fn last_event(connection: &mut Connection) -> Result<(i64, Hash), StoreError> {
    let sql = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1";
    let last = connection.first(sql, &[], |row| Ok((row.int(0)?, hash(row.text(1)?))))?;
    Ok(last.unwrap_or((0, Hash::ZERO)))
}

/// A limit as the database takes it.
pub(crate) fn limited(limit: usize) -> Param<'static> {
    Param::Int(i64::try_from(limit).unwrap_or(i64::MAX))
}

fn as_text<S: serde::Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hash)
}
