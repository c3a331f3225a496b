//! Records as they are read: now, on a past day, as known at an event; their history and where each fact came from.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use model::event::Event;
use model::{FactId, KindId, RecordId};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::Store;
use crate::connection::{Connection, Param, Row};
use crate::draft::{apply, write};
use crate::error::StoreError;
use crate::event::limited;
use crate::schema::normalise;

/// A record and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredRecord {
    /// Its kind.
    pub kind: KindId,
    /// Its id.
    pub id: RecordId,
    /// What is known, as JSON; `model::record::read_facts` types it.
    pub facts: Map<String, Json>,
    /// The latest day for which anything was told of it.
    pub last_on: NaiveDate,
    /// Whether any of it was made up.
    pub synthetic: bool,
}

/// A record as stored, for reading a million of them: nothing is copied or parsed yet.
#[derive(Clone, Copy, Debug)]
pub struct RecordText<'a> {
    /// Its id.
    pub id: &'a str,
    /// What is known: a JSON object, keys sorted, no nulls.
    pub facts: &'a str,
    /// `YYYY-MM-DD`
    pub last_on: &'a str,
    /// Whether any of it was made up.
    pub synthetic: bool,
}

/// A past state: what held on a day, by what was known then or is known now.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// The day.
    pub on: NaiveDate,
    /// The last event to take into account; all of them if none.
    pub known_at: Option<i64>,
}

/// One thing that was told of a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// The event.
    pub seq: i64,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// The day from which it holds.
    pub on: NaiveDate,
    /// Who told it.
    pub actor: String,
    /// Where it came from: `source`, or else `file`, of the event's summary.
    pub source: Option<String>,
    /// Whether it was made up.
    pub synthetic: bool,
    /// The facts; null takes one back.
    pub facts: Map<String, Json>,
}

/// Where a fact's value came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// The event.
    pub seq: i64,
    /// The day from which it holds.
    pub on: NaiveDate,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// Where it came from: `source`, or else `file`, of the event's summary.
    pub source: Option<String>,
    /// Who told it.
    pub actor: String,
    /// Whether it was made up.
    pub synthetic: bool,
}

const RECORD_COLUMNS: &str = "kind, id, facts, last_on, synthetic";

fn read_record(row: &Row) -> Result<StoredRecord, StoreError> {
    Ok(StoredRecord {
        kind: row.text(0)?.into(),
        id: row.text(1)?.into(),
        facts: row.json(2)?,
        last_on: row.parsed(3)?,
        synthetic: row.flag(4)?,
    })
}

impl Store {
    /// One record.
    pub fn record(&self, kind: &str, id: &str) -> Result<Option<StoredRecord>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {RECORD_COLUMNS} FROM record WHERE kind = $1 AND id = $2");
            connection.first(&sql, &[kind.into(), id.into()], read_record)
        })
    }

    /// One record as it was; none if nothing was told of it for that day or before.
    pub fn record_on(&self, kind: &str, id: &str, past: Past) -> Result<Option<StoredRecord>, StoreError> {
        let mut found = None;
        let only = "record.kind = $1 AND record.id = $2 AND change.on_day <= $3 AND change.event_seq <= $4";
        let params = [kind.into(), id.into(), past.on.to_string().into(), known_at(past)];
        self.read(|connection| each_folded(connection, only, &params, |record| found = Some(record)))?;
        Ok(found)
    }

    /// Every record of a kind, in the order in which they first came.
    pub fn each_record(&self, kind: &str, mut each: impl FnMut(StoredRecord)) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {RECORD_COLUMNS} FROM record WHERE kind = $1 ORDER BY id_no");
            connection.each(&sql, &[kind.into()], |row| {
                each(read_record(row)?);
                Ok(())
            })
        })
    }

    /// The same without parsing, for whoever reads the facts straight into columns.
    pub fn each_record_text(&self, kind: &str, mut each: impl FnMut(RecordText)) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = "SELECT id, facts, last_on, synthetic FROM record WHERE kind = $1 ORDER BY id_no";
            connection.each(sql, &[kind.into()], |row| {
                each(RecordText {
                    id: row.text(0)?,
                    facts: row.text(1)?,
                    last_on: row.text(2)?,
                    synthetic: row.flag(3)?,
                });
                Ok(())
            })
        })
    }

    /// Every record of a kind as it was, in the order in which they first came. Records of which nothing had been
    /// told are left out.
    pub fn each_record_on(
        &self,
        kind: &str,
        past: Past,
        each: impl FnMut(StoredRecord),
    ) -> Result<(), StoreError> {
        let only = "record.kind = $1 AND change.on_day <= $2 AND change.event_seq <= $3";
        let params = [kind.into(), past.on.to_string().into(), known_at(past)];
        self.read(|connection| each_folded(connection, only, &params, each))
    }

    /// Some records of a kind after a cursor, in the order in which they first came, with the cursor to go on from.
    /// `text`, where not empty, must occur in a key, code or name they were ever known by.
    pub fn page(&self, page: &Page) -> Result<Vec<(i64, StoredRecord)>, StoreError> {
        let text = normalise(page.text);
        let read = |row: &Row| Ok((row.int(5)?, read_record(row)?));
        self.read(|connection| {
            let params = [page.kind.into(), page.after.into()];
            if text.is_empty() {
                let sql = format!(
                    "SELECT {RECORD_COLUMNS}, id_no FROM record WHERE kind = $1 AND id_no > $2
                     ORDER BY id_no LIMIT $3"
                );
                return connection.all(&sql, &[&params[..], &[limited(page.limit)]].concat(), read);
            }
            let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            let sql = format!(
                "SELECT {RECORD_COLUMNS}, id_no FROM record WHERE kind = $1 AND id_no > $2 AND id_no IN
                   (SELECT record_no FROM identifier WHERE identifier.kind = $1 AND text LIKE $3 ESCAPE '\\')
                 ORDER BY id_no LIMIT $4"
            );
            connection.all(&sql, &[&params[..], &[like.into(), limited(page.limit)]].concat(), read)
        })
    }

    /// Records of `kind` that point by the fact `by` to the record `id`, in the order in which they first came.
    pub fn members(&self, kind: &str, by: &str, id: &str) -> Result<Vec<StoredRecord>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT record.kind, id, facts, last_on, synthetic FROM link JOIN record ON id_no = record_no
                       WHERE link.kind = $1 AND fact = $2 AND target = $3 ORDER BY id_no";
            connection.all(sql, &[kind.into(), by.into(), id.into()], read_record)
        })
    }

    /// Ids of records that were ever known by this text in this fact (a key, a name, a code), written in any way that
    /// [`normalise`] makes equal.
    pub fn find(&self, kind: &str, fact: &str, text: &str) -> Result<Vec<RecordId>, StoreError> {
        let found = self.read(|connection| find(connection, &(kind.into(), fact.into(), normalise(text))))?;
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// How many records of a kind there are.
    pub fn count(&self, kind: &str) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM record WHERE kind = $1";
            let count = connection.first(sql, &[kind.into()], |row| row.int(0))?.unwrap_or(0);
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }

    /// How many records of each kind there are, and how many of those have anything made up.
    pub fn counts(&self) -> Result<BTreeMap<KindId, Counts>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT kind, count(*), CAST(sum(synthetic) AS BIGINT) FROM record GROUP BY kind";
            let counts = connection.all(sql, &[], |row| {
                let count = |at| row.int(at).map(|count| u64::try_from(count).unwrap_or(0));
                Ok((row.text(0)?.into(), Counts { records: count(1)?, synthetic: count(2)? }))
            })?;
            Ok(counts.into_iter().collect())
        })
    }

    /// Everything that was told of a record, in the order in which it was told.
    pub fn history(&self, kind: &str, id: &str) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read(|connection| history(connection, (kind, id), None))
    }

    /// Where the current value of each fact of a record came from.
    pub fn provenance(&self, kind: &str, id: &str) -> Result<BTreeMap<FactId, Provenance>, StoreError> {
        Ok(provenance(self.history(kind, id)?))
    }
}

/// Which records to list.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Their kind.
    pub kind: &'a str,
    /// The cursor of the last one seen; 0 to begin.
    pub after: i64,
    /// A text to look for; empty for all.
    pub text: &'a str,
    /// At most so many.
    pub limit: usize,
}

/// How many records of a kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub records: u64,
    /// Those of which anything was made up.
    pub synthetic: u64,
}

fn known_at(past: Past) -> Param<'static> {
    past.known_at.unwrap_or(i64::MAX).into()
}

/// Numbers and ids of the records of a kind that were ever known by a text, in normal form, by number.
pub(crate) fn find(
    connection: &mut Connection,
    key: &(KindId, FactId, String),
) -> Result<Vec<(i64, RecordId)>, StoreError> {
    let sql = "SELECT id_no, id FROM identifier JOIN record ON id_no = record_no
               WHERE identifier.kind = $1 AND fact = $2 AND text = $3 ORDER BY id_no";
    let params = [key.0.as_str().into(), key.1.as_str().into(), Param::Text(&key.2)];
    connection.all(sql, &params, |row| Ok((row.int(0)?, row.text(1)?.into())))
}

/// What the changes of one record leave of it, as JSON.
pub(crate) fn replay(connection: &mut Connection, record_no: i64) -> Result<String, StoreError> {
    let mut facts = Map::new();
    let sql = "SELECT facts FROM change WHERE record_no = $1 ORDER BY on_day, event_seq, ordinal";
    connection.each(sql, &[record_no.into()], |row| apply(&mut facts, row.text(0)?))?;
    Ok(write(&facts))
}

/// Replays the changes that `only` lets through, record by record: the value of the latest day holds, and among those
/// of one day the one told last.
fn each_folded(
    connection: &mut Connection,
    only: &str,
    params: &[Param],
    mut each: impl FnMut(StoredRecord),
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT record.id_no, record.kind, record.id, change.facts, change.on_day, event.synthetic
         FROM record CROSS JOIN change CROSS JOIN event
         WHERE {only} AND change.record_no = record.id_no AND event.seq = change.event_seq
         ORDER BY record.id_no, change.on_day, change.event_seq, change.ordinal"
    );
    let mut at: Option<(i64, StoredRecord)> = None;
    connection.each(&sql, params, |row| {
        let no = row.int(0)?;
        let mut current = match at.take() {
            Some((same, record)) if same == no => record,
            other => {
                if let Some((_, done)) = other {
                    each(done);
                }
                StoredRecord {
                    kind: row.text(1)?.into(),
                    id: row.text(2)?.into(),
                    facts: Map::new(),
                    last_on: row.parsed(4)?,
                    synthetic: false,
                }
            }
        };
        apply(&mut current.facts, row.text(3)?)?;
        current.last_on = row.parsed(4)?;
        current.synthetic |= row.flag(5)?;
        at = Some((no, current));
        Ok(())
    })?;
    if let Some((_, done)) = at {
        each(done);
    }
    Ok(())
}

/// Everything that was told of a record. Of what `writing` tells, an event that is not written yet, the rest is taken
/// from there.
pub(crate) fn history(
    connection: &mut Connection,
    (kind, id): (&str, &str),
    writing: Option<(i64, &Event)>,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let sql = "SELECT change.event_seq, change.on_day, change.facts, event.at_us, event.actor, event.summary,
                 event.synthetic
               FROM record JOIN change ON change.record_no = record.id_no
                 LEFT JOIN event ON event.seq = change.event_seq
               WHERE record.kind = $1 AND record.id = $2
               ORDER BY change.event_seq, change.ordinal";
    let mut entries = Vec::new();
    connection.each(sql, &[kind.into(), id.into()], |row| {
        let seq = row.int(0)?;
        let (at, actor, summary, synthetic) = match (row.opt_int(3)?, writing) {
            (Some(at_us), _) => {
                let at = DateTime::from_timestamp_micros(at_us).unwrap_or_default();
                (at, row.text(4)?.to_owned(), row.json(5)?, row.flag(6)?)
            }
            (None, Some((draft, event))) if draft == seq => {
                (event.at, event.actor.clone(), event.summary.clone(), event.synthetic)
            }
            // A change without an event was put in by hand; `verify` tells of it.
            (None, _) => return Ok(()),
        };
        let source = summary.get("source").or_else(|| summary.get("file")).and_then(Json::as_str);
        entries.push(HistoryEntry {
            seq,
            at,
            on: row.parsed(1)?,
            actor,
            source: source.map(str::to_owned),
            synthetic,
            facts: row.json(2)?,
        });
        Ok(())
    })?;
    Ok(entries)
}

/// Where each fact came from, by all that was told in the order in which it was told.
pub(crate) fn provenance(mut entries: Vec<HistoryEntry>) -> BTreeMap<FactId, Provenance> {
    // Told last wins among those of a day: the sort keeps their order.
    entries.sort_by_key(|entry| entry.on);
    let mut facts = BTreeMap::new();
    for entry in &entries {
        let from = Provenance {
            seq: entry.seq,
            on: entry.on,
            at: entry.at,
            source: entry.source.clone(),
            actor: entry.actor.clone(),
            synthetic: entry.synthetic,
        };
        for (fact, value) in &entry.facts {
            if value.is_null() {
                facts.remove(fact.as_str());
            } else {
                facts.insert(FactId::from(fact.as_str()), from.clone());
            }
        }
    }
    facts
}
