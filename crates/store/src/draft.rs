//! An event being written: its changes go into the tables as they come, and its hash is known when it is finished.
//!
//! Rows are gathered and sent some hundreds at a time, because a database across a network answers each question in a
//! fixed time. So what is asked of a record in between is answered from the gathered rows first, then from the tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use model::event::{BodyDigest, Event, Hash};
use model::{Change, FactId, KindId, Label, RecordId, Value};
use serde_json::{Map, Value as Json, json};

use crate::connection::{Connection, Hold, Insert, OnConflict, Param, Row};
use crate::error::StoreError;
use crate::migrate::{meta, set_meta};
use crate::schema::{Schema, identifying, normalise};
use crate::sieve::Sieve;

/// Changes gathered before they are sent.
const GATHER: usize = 4096;
/// Lines after which the planner is told for the first time; then each time there are four times as many.
const GAUGE: i64 = 2000;

/// Where the chain and the records end. Read when the transaction begins, under its lock.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    pub(crate) seq: i64,
    pub(crate) hash: Hash,
    /// The highest number of a record.
    pub(crate) record_no: i64,
    /// The latest day that any fact holds for.
    pub(crate) day: Option<NaiveDate>,
}

impl Tail {
    pub(crate) fn read(connection: &mut Connection) -> Result<Self, StoreError> {
        let last = connection.first("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", &[], |row| {
            Ok((row.int(0)?, hash(row.text(1)?)))
        })?;
        let (seq, hash) = last.unwrap_or((0, Hash::ZERO));
        let record_no = connection
            .first("SELECT max(id_no) FROM record", &[], |row| row.opt_int(0))?
            .flatten()
            .unwrap_or(0);
        let day = meta(connection, "day")?.and_then(|text| text.parse().ok());
        Ok(Self { seq, hash, record_no, day })
    }
}

/// A hash as stored. One that is no hash is none we ever wrote, and `verify` says so by its not matching.
pub(crate) fn hash(text: &str) -> Hash {
    Hash::from_hex(text).unwrap_or(Hash::ZERO)
}

/// What an import will ask of one kind soon.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The kind.
    pub kind: KindId,
    /// Records it will ask for by id.
    pub ids: Vec<RecordId>,
    /// Texts it will look for, each in a fact.
    pub texts: Vec<(FactId, String)>,
}

/// Ids or texts asked for at once.
const AHEAD: usize = 256;

/// `$2, $3, …`: [`AHEAD`] places from the one named.
fn marks(first: usize) -> String {
    (first..first + AHEAD).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Some first values, then what is asked for, the last repeated to fill [`AHEAD`] places: one statement serves every
/// number.
fn filled<'a, T>(first: &[Param<'a>], asked: &'a [T], text: impl Fn(&'a T) -> &'a str) -> Vec<Param<'a>> {
    let last = asked.last().into_iter().cycle();
    let asked = asked.iter().chain(last).take(AHEAD).map(|asked| Param::Text(text(asked)));
    first.iter().cloned().chain(asked).collect()
}

/// What a draft writes to and by.
pub(crate) struct Ledger<'a> {
    pub(crate) connection: Hold<'a>,
    pub(crate) schema: &'a Schema,
    pub(crate) tail: &'a mut Tail,
}

/// What is known of a record within the transaction.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) no: i64,
    /// JSON, keys sorted.
    pub(crate) facts: Arc<str>,
    pub(crate) last_on: NaiveDate,
    pub(crate) synthetic: bool,
    /// Whether the tables have it, and as it is here.
    kept: Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// Not at all.
    New,
    /// In an earlier state.
    Changed,
    /// As it is.
    Same,
}

/// An event that is being written.
pub(crate) struct Draft {
    pub(crate) event: Event,
    pub(crate) seq: i64,
    lines: i64,
    body: BodyDigest,
    claims: Vec<Claims>,
    latest_on: Option<NaiveDate>,
    gathered: Gathered,
    sieve: Sieve,
    /// The planner is told of the tables' growth when there are so many lines.
    gauge_at: i64,
}

/// A record before and after a change.
struct Step<'a> {
    no: i64,
    was: &'a Map<String, Json>,
    /// None for a new record whose facts are those of the change: a million of them need not be read back.
    is: Option<&'a Map<String, Json>>,
}

/// What an event says beside its changes; see [`Draft::claim`].
#[derive(Clone, Default)]
struct Claims {
    what: &'static str,
    count: i64,
    digest: BodyDigest,
}

#[derive(Default)]
struct Gathered {
    /// Records read or changed; none for one that is not there.
    records: HashMap<(KindId, RecordId), Option<Known>>,
    changes: Vec<(i64, i64, NaiveDate, Arc<str>)>,
    /// Texts by which records came to be known.
    by_text: HashMap<(KindId, FactId, String), Vec<(i64, RecordId)>>,
    /// What the tables say of a text, where that was asked for ahead.
    ahead: HashMap<(KindId, FactId, String), Vec<(i64, RecordId)>>,
    links: Vec<(KindId, FactId, String, i64)>,
    unlinks: Vec<(KindId, FactId, String, i64)>,
}

impl Gathered {
    fn send(&self, connection: &mut Connection, seq: i64) -> Result<(), StoreError> {
        let mut days: BTreeMap<NaiveDate, String> = BTreeMap::new();
        let known = self.records.values().flatten().map(|known| known.last_on);
        for on in self.changes.iter().map(|(_, _, on, _)| *on).chain(known) {
            days.entry(on).or_insert_with(|| on.to_string());
        }
        let day = |on| days.get(on).map(String::as_str).into();
        let mut values = Vec::with_capacity(self.changes.len() * 6);
        for (ordinal, no, on, facts) in &self.changes {
            values.extend([seq.into(), (*ordinal).into(), (*no).into(), day(on), Param::Text(facts)]);
        }
        connection.insert(&CHANGES, &values)?;

        let known = |(key, known)| Option::as_ref(known).map(|known: &Known| (key, known));
        let mut records: Vec<(&(KindId, RecordId), &Known)> = self.records.iter().filter_map(known).collect();
        records.sort_unstable_by_key(|(_, known)| known.no);
        for (kept, into) in [(Kept::New, &NEW_RECORDS), (Kept::Changed, &RECORDS)] {
            values.clear();
            for ((kind, id), known) in records.iter().filter(|(_, known)| known.kept == kept) {
                values.extend([known.no.into(), kind.as_str().into(), id.as_str().into()]);
                values.extend([Param::Text(&known.facts), day(&known.last_on), Param::flag(known.synthetic)]);
            }
            connection.insert(into, &values)?;
        }

        // Numbers grow: whatever follows the first new record is new, and is in no index yet.
        let new = records.iter().find(|(_, known)| known.kept == Kept::New);
        let first_new = new.map_or(i64::MAX, |(_, known)| known.no);
        let texts = self.by_text.iter().flat_map(|((kind, fact, text), ids)| {
            ids.iter().map(move |(no, _)| (kind.as_str(), fact.as_str(), text.as_str(), *no))
        });
        let links = self.links.iter();
        let links = links.map(|(kind, fact, to, no)| (kind.as_str(), fact.as_str(), to.as_str(), *no));
        let mut texts: Vec<_> = texts.collect();
        let mut links: Vec<_> = links.collect();
        for (rows, table) in [(&mut texts, &IDENTIFIERS), (&mut links, &LINKS)] {
            // Neighbours in an index are cheaper to insert one after another.
            rows.sort_unstable();
            for (is_new, then) in [(false, OnConflict::Keep), (true, OnConflict::Fail)] {
                values.clear();
                for (kind, fact, text, no) in rows.iter().filter(|(.., no)| (*no >= first_new) == is_new) {
                    values.extend([Param::Text(kind), Param::Text(fact), Param::Text(text), (*no).into()]);
                }
                connection.insert(&Insert { then, ..*table }, &values)?;
            }
        }
        for (kind, fact, target, no) in &self.unlinks {
            connection.execute(
                "DELETE FROM link WHERE kind = $1 AND fact = $2 AND target = $3 AND record_no = $4",
                &[kind.as_str().into(), fact.as_str().into(), Param::Text(target), (*no).into()],
            )?;
        }
        Ok(())
    }
}

const CHANGES: Insert = Insert {
    table: "change",
    columns: &["event_seq", "ordinal", "record_no", "on_day", "facts"],
    then: OnConflict::Fail,
};
const NEW_RECORDS: Insert = Insert {
    table: "record",
    columns: &["id_no", "kind", "id", "facts", "last_on", "synthetic"],
    then: OnConflict::Fail,
};
const RECORDS: Insert = Insert { then: OnConflict::Replace("id_no"), ..NEW_RECORDS };
const IDENTIFIERS: Insert =
    Insert { table: "identifier", columns: &["kind", "fact", "text", "record_no"], then: OnConflict::Keep };
const LINKS: Insert =
    Insert { table: "link", columns: &["kind", "fact", "target", "record_no"], then: OnConflict::Keep };

impl Draft {
    /// Begins the event after the last one. Contract: the transaction is open.
    pub(crate) fn begin(mut event: Event, tail: &Tail) -> Self {
        event.at = to_microseconds(event.at);
        Self {
            event,
            seq: tail.seq + 1,
            lines: 0,
            body: BodyDigest::default(),
            claims: Vec::new(),
            latest_on: None,
            gathered: Gathered::default(),
            sieve: Sieve::default(),
            gauge_at: GAUGE,
        }
    }

    /// Adds a line to the body that a table of its own keeps.
    pub(crate) fn line(&mut self, line: &str) -> i64 {
        self.body.line(line);
        self.lines += 1;
        self.lines - 1
    }

    /// Adds what the event says beside its changes (`conflict`, `aside`): the body ends with one line for each such
    /// list, its length and the digest of its lines.
    pub(crate) fn claim(&mut self, what: &'static str, line: &str) {
        if !self.claims.iter().any(|claims| claims.what == what) {
            self.claims.push(Claims { what, ..Claims::default() });
        }
        for claims in self.claims.iter_mut().filter(|claims| claims.what == what) {
            claims.count += 1;
            claims.digest.line(line);
        }
    }

    /// What is known of a record, in this transaction.
    pub(crate) fn known(
        &mut self,
        ledger: &mut Ledger,
        key: &(KindId, RecordId),
    ) -> Result<Option<Known>, StoreError> {
        if self.sieve.lacks(&key.0, None, key.1.as_str()) {
            return Ok(None);
        }
        if let Some(known) = self.gathered.records.get(key) {
            return Ok(known.clone());
        }
        if self.gathered.records.len() >= 2 * GATHER {
            self.flush(ledger)?;
        }
        let known = read_known(ledger.connection.here()?, key.0.as_str(), key.1.as_str())?;
        let is_miss = known.is_none();
        self.gathered.records.insert(key.clone(), known.clone());
        if is_miss {
            self.missed(ledger, &key.0)?;
        }
        Ok(known)
    }

    /// Notes that the tables had nothing, and reads all that they have of a kind once that pays.
    fn missed(&mut self, ledger: &mut Ledger, kind: &KindId) -> Result<(), StoreError> {
        if !self.sieve.missed(kind) {
            return Ok(());
        }
        self.flush(ledger)?;
        let connection = ledger.connection.here()?;
        self.sieve.learn(kind);
        let only = [kind.as_str().into()];
        connection.each("SELECT id FROM record WHERE kind = $1", &only, |row| {
            self.sieve.add(kind, None, row.text(0)?);
            Ok(())
        })?;
        connection.each("SELECT fact, text FROM identifier WHERE kind = $1", &only, |row| {
            self.sieve.add(kind, Some(&row.text(0)?.into()), row.text(1)?);
            Ok(())
        })
    }

    /// Ids of records of a kind that were ever known by a text, in normal form.
    pub(crate) fn find(
        &mut self,
        ledger: &mut Ledger,
        key: &(KindId, FactId, String),
    ) -> Result<Vec<RecordId>, StoreError> {
        if self.sieve.lacks(&key.0, Some(&key.1), &key.2) {
            return Ok(Vec::new());
        }
        let mut found = match self.gathered.ahead.get(key) {
            Some(found) => found.clone(),
            None => crate::record::find(ledger.connection.here()?, key)?,
        };
        let gathered = self.gathered.by_text.get(key).into_iter().flatten();
        found.extend(gathered.cloned());
        // By number, whether sent or not, so that the order is that in which they came.
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            self.missed(ledger, &key.0)?;
        }
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// Reads ahead what the tables say of some ids and texts of a kind: one question for many, where each question
    /// takes its way through a network. It holds until the next sending.
    pub(crate) fn expect(&mut self, ledger: &mut Ledger, expected: &Expected) -> Result<(), StoreError> {
        if !ledger.connection.here()?.is_remote() {
            return Ok(());
        }
        let coming = expected.ids.len() + expected.texts.len();
        if self.gathered.changes.len() + coming > GATHER || self.gathered.records.len() + coming > 2 * GATHER
        {
            self.flush(ledger)?;
        }
        let kind = &expected.kind;
        let unread = |id: &&RecordId| {
            !self.gathered.records.contains_key(&(kind.clone(), (*id).clone()))
                && !self.sieve.lacks(kind, None, id.as_str())
        };
        let ids: Vec<&RecordId> = expected.ids.iter().filter(unread).collect();
        for ids in ids.chunks(AHEAD) {
            let sql = format!("{KNOWN} WHERE kind = $1 AND id IN ({})", marks(2));
            let params = filled(&[kind.as_str().into()], ids, |id| id.as_str());
            let found = ledger
                .connection
                .here()?
                .all(&sql, &params, |row| Ok((row.text(4)?.into(), known_from(row)?)))?;
            for id in ids {
                self.gathered.records.insert((kind.clone(), (*id).clone()), None);
            }
            for (id, known) in found {
                self.gathered.records.insert((kind.clone(), id), Some(known));
            }
        }
        let mut texts: BTreeMap<&FactId, Vec<String>> = BTreeMap::new();
        for (fact, text) in &expected.texts {
            let text = normalise(text);
            if !self.sieve.lacks(kind, Some(fact), &text) {
                texts.entry(fact).or_default().push(text);
            }
        }
        for (fact, texts) in &texts {
            let key = |text: &str| (kind.clone(), (*fact).clone(), text.to_owned());
            for texts in texts.chunks(AHEAD) {
                let sql = format!(
                    "SELECT text, id_no, id FROM identifier JOIN record ON id_no = record_no
                     WHERE identifier.kind = $1 AND fact = $2 AND text IN ({})",
                    marks(3)
                );
                let first = [Param::Text(kind.as_str()), Param::Text(fact.as_str())];
                let params = filled(&first, texts, String::as_str);
                let found = ledger
                    .connection
                    .here()?
                    .all(&sql, &params, |row| Ok((key(row.text(0)?), (row.int(1)?, row.text(2)?.into()))))?;
                self.gathered.ahead.extend(texts.iter().map(|text| (key(text), Vec::new())));
                for (key, record) in found {
                    self.gathered.ahead.entry(key).or_default().push(record);
                }
            }
        }
        Ok(())
    }

    /// Writes one change: its line, and what it leaves of the record.
    pub(crate) fn change(&mut self, ledger: &mut Ledger, change: &Change) -> Result<(), StoreError> {
        let told = serde_json::to_string(&change.facts).map_err(|error| unwritable(&error))?;
        let key = (change.kind.clone(), change.id.clone());
        let before = self.known(ledger, &key)?;
        let ordinal =
            self.line(&change_line(change.kind.as_str(), change.id.as_str(), &change.on.to_string(), &told));
        let no = before.as_ref().map_or_else(
            || {
                ledger.tail.record_no += 1;
                ledger.tail.record_no
            },
            |known| known.no,
        );
        for fact in ledger.schema.files(change.kind.as_str()) {
            let Some(Some(Value::Text(named))) = change.facts.get(fact) else { continue };
            let files = model::file::named(named)
                .ok_or_else(|| StoreError::NotFound { what: "file", name: named.clone() })?;
            crate::file::use_files(ledger.connection.here()?, &files, (no, fact))?;
        }
        let told: Arc<str> = told.into();
        self.gathered.changes.push((ordinal, no, change.on, Arc::clone(&told)));
        self.latest_on = self.latest_on.max(Some(change.on));

        let synthetic = self.event.synthetic;
        let mut was = Map::new();
        let mut is = None;
        let after = match before {
            None => {
                // Nulls take nothing back here, and are no facts.
                let facts = if change.facts.values().all(Option::is_some) {
                    told
                } else {
                    write(is.insert(laid_over(Map::new(), &told)?)).into()
                };
                Known { no, facts, last_on: change.on, synthetic, kept: Kept::New }
            }
            Some(known) => {
                let synthetic = known.synthetic || synthetic;
                was = laid_over(was, &known.facts)?;
                if change.on >= known.last_on {
                    let facts = write(is.insert(laid_over(was.clone(), &told)?)).into();
                    let kept = if known.kept == Kept::New { Kept::New } else { Kept::Changed };
                    Known { no, facts, last_on: change.on, synthetic, kept }
                } else {
                    // It came late: what was told for later days stays, so the history decides.
                    self.flush(ledger)?;
                    let facts = crate::record::replay(ledger.connection.here()?, no)?;
                    is = Some(laid_over(Map::new(), &facts)?);
                    Known { no, facts: facts.into(), last_on: known.last_on, synthetic, kept: Kept::Changed }
                }
            }
        };
        self.index(ledger.schema, change, &Step { no, was: &was, is: is.as_ref() });
        self.sieve.add(&key.0, None, key.1.as_str());
        self.gathered.records.insert(key, Some(after));
        if self.gathered.changes.len() >= GATHER {
            self.flush(ledger)?;
        }
        Ok(())
    }

    /// Keeps the indexes in step with a record that takes a step.
    fn index(&mut self, schema: &Schema, change: &Change, step: &Step) {
        let kind = change.kind.as_str();
        for fact in schema.identifiers(kind) {
            let Some(Some(value)) = change.facts.get(fact) else { continue };
            let told = json!(value);
            let Some(text) = identifying(&told) else { continue };
            if step.was.get(fact.as_str()) == Some(&told) {
                continue;
            }
            self.sieve.add(&change.kind, Some(fact), &text);
            let key = (change.kind.clone(), fact.clone(), text);
            let ids = self.gathered.by_text.entry(key).or_default();
            let record = (step.no, change.id.clone());
            if !ids.contains(&record) {
                ids.push(record);
            }
        }
        for fact in schema.links(kind) {
            let Some(told) = change.facts.get(fact) else { continue };
            let old = target(step.was, fact);
            let new = match (step.is, told) {
                (Some(is), _) => target(is, fact),
                (None, Some(Value::Text(text))) => Some(text.as_str()),
                (None, _) => None,
            };
            if old == new {
                continue;
            }
            let row = |text: &str| (change.kind.clone(), fact.clone(), text.to_owned(), step.no);
            if let Some(old) = old {
                // A link made and unmade between two sendings was never sent.
                let gone = row(old);
                match self.gathered.links.iter().position(|link| *link == gone) {
                    Some(at) => drop(self.gathered.links.remove(at)),
                    None => self.gathered.unlinks.push(gone),
                }
            }
            if let Some(new) = new {
                let link = row(new);
                match self.gathered.unlinks.iter().position(|gone| *gone == link) {
                    Some(at) => drop(self.gathered.unlinks.remove(at)),
                    None => self.gathered.links.push(link),
                }
            }
        }
    }

    /// Sends what is gathered, on a thread of its own where the connection can be lent: errors may then be told later,
    /// by whatever needs the connection next.
    pub(crate) fn flush(&mut self, ledger: &mut Ledger) -> Result<(), StoreError> {
        let gathered = std::mem::take(&mut self.gathered);
        let seq = self.seq;
        let is_time_to_gauge = self.lines >= self.gauge_at;
        if is_time_to_gauge {
            self.gauge_at = self.lines * 4;
        }
        ledger.connection.send(move |connection| {
            gathered.send(connection, seq)?;
            if is_time_to_gauge { connection.gauge() } else { Ok(()) }
        })
    }

    /// Writes the event itself. Returns its number. The transaction still has to be committed.
    pub(crate) fn finish(mut self, ledger: &mut Ledger) -> Result<i64, StoreError> {
        self.flush(ledger)?;
        self.claims.sort_by_key(|claims| claims.what);
        for claims in std::mem::take(&mut self.claims) {
            let line = claims_line(claims.what, claims.count, claims.digest.finish());
            self.body.line(&line);
        }
        let body = self.body.clone().finish();
        let hash = self.event.hash(self.seq, ledger.tail.hash, body);
        let event = &self.event;
        ledger.connection.here()?.execute(
            "INSERT INTO event (seq, type, at_us, on_day, actor, synthetic, summary, lines, body, previous, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                self.seq.into(),
                crate::event::type_text(event.event_type).into(),
                event.at.timestamp_micros().into(),
                event.on.to_string().into(),
                event.actor.as_str().into(),
                Param::flag(event.synthetic),
                event.summary.to_string().into(),
                self.lines.into(),
                body.to_string().into(),
                ledger.tail.hash.to_string().into(),
                hash.to_string().into(),
            ],
        )?;
        ledger.tail.seq = self.seq;
        ledger.tail.hash = hash;
        if self.latest_on > ledger.tail.day {
            ledger.tail.day = self.latest_on;
            if let Some(day) = self.latest_on {
                set_meta(ledger.connection.here()?, "day", &day.to_string())?;
            }
        }
        Ok(self.seq)
    }
}

/// The line of a change, as the body's digest takes it: keys sorted, no space.
pub(crate) fn change_line(kind: &str, id: &str, on: &str, facts: &str) -> String {
    format!(r#"{{"facts":{facts},"id":{},"kind":{},"on":"{on}"}}"#, Json::from(id), Json::from(kind))
}

pub(crate) fn claims_line(what: &str, count: i64, digest: Hash) -> String {
    format!(r#"{{"{what}":{count},"digest":"{digest}"}}"#)
}

/// Lays facts, as JSON, over others; null takes one back.
pub(crate) fn apply(facts: &mut Map<String, Json>, told: &str) -> Result<(), StoreError> {
    let told: Map<String, Json> = serde_json::from_str(told).map_err(|error| unwritable(&error))?;
    for (fact, value) in told {
        if value.is_null() {
            facts.remove(&fact);
        } else {
            facts.insert(fact, value);
        }
    }
    Ok(())
}

fn laid_over(mut facts: Map<String, Json>, told: &str) -> Result<Map<String, Json>, StoreError> {
    apply(&mut facts, told)?;
    Ok(facts)
}

pub(crate) fn write(facts: &Map<String, Json>) -> String {
    // A map with text keys can always be written.
    serde_json::to_string(facts).unwrap_or_default()
}

pub(crate) fn read_known(
    connection: &mut Connection,
    kind: &str,
    id: &str,
) -> Result<Option<Known>, StoreError> {
    let sql = format!("{KNOWN} WHERE kind = $1 AND id = $2");
    connection.first(&sql, &[kind.into(), id.into()], known_from)
}

const KNOWN: &str = "SELECT id_no, facts, last_on, synthetic, id FROM record";

fn known_from(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        no: row.int(0)?,
        facts: row.text(1)?.into(),
        last_on: row.parsed(2)?,
        synthetic: row.flag(3)?,
        kept: Kept::Same,
    })
}

/// Instants are kept to the microsecond: finer digits would be lost, and the hash with them.
pub fn to_microseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

pub(crate) fn target<'a>(facts: &'a Map<String, Json>, fact: &FactId) -> Option<&'a str> {
    facts.get(fact.as_str()).and_then(Json::as_str)
}

fn unwritable(error: &serde_json::Error) -> StoreError {
    let why = Label::new(format!("事实不是 JSON：{error}"), format!("facts are not JSON: {error}"));
    StoreError::Damaged { place: "register".to_owned(), why }
}

/// Makes the indexes anew from the records and their history, after the city folder came to index other facts.
pub(crate) fn reindex(connection: &mut Connection, schema: &Schema) -> Result<(), StoreError> {
    if meta(connection, "schema")?.as_deref() == Some(schema.digest().as_str()) {
        return Ok(());
    }
    connection.script("DELETE FROM link; DELETE FROM identifier;")?;
    for kind in schema.kinds() {
        let links: Vec<&FactId> = schema.links(kind.as_str()).collect();
        let identifiers: Vec<&FactId> = schema.identifiers(kind.as_str()).collect();
        if !links.is_empty() {
            index_pages(
                connection,
                &LINKS,
                kind,
                "SELECT id_no, facts FROM record
                 WHERE kind = $1 AND id_no > $2 ORDER BY id_no LIMIT 4096",
                |facts| {
                    links
                        .iter()
                        .filter_map(|fact| Some(((*fact).clone(), target(facts, fact)?.to_owned())))
                        .collect()
                },
            )?;
        }
        if !identifiers.is_empty() {
            index_pages(connection, &IDENTIFIERS, kind, "SELECT record_no, change.facts
                 FROM (SELECT id_no FROM record WHERE kind = $1 AND id_no > $2 ORDER BY id_no LIMIT 4096) AS page
                 CROSS JOIN change WHERE change.record_no = page.id_no ORDER BY record_no", |facts| {
                identifiers
                    .iter()
                    .filter_map(|fact| Some(((*fact).clone(), identifying(facts.get(fact.as_str())?)?)))
                    .collect()
            })?;
        }
    }
    set_meta(connection, "schema", &schema.digest())
}

/// Walks a kind page by page (`sql` takes the kind and the number to go on after) and indexes what `read` finds.
fn index_pages(
    connection: &mut Connection,
    into: &Insert,
    kind: &KindId,
    sql: &str,
    read: impl Fn(&Map<String, Json>) -> BTreeSet<(FactId, String)>,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let mut rows = Vec::new();
        let mut last = None;
        connection.each(sql, &[kind.as_str().into(), after.into()], |row| {
            let no = row.int(0)?;
            last = Some(no);
            let facts: Map<String, Json> = row.json(1)?;
            rows.extend(read(&facts).into_iter().map(|(fact, text)| (fact, text, no)));
            Ok(())
        })?;
        let Some(last) = last else { return Ok(()) };
        after = last;
        let mut values = Vec::with_capacity(rows.len() * 4);
        for (fact, text, no) in &rows {
            values.extend([kind.as_str().into(), fact.as_str().into(), Param::Text(text), (*no).into()]);
        }
        connection.insert(into, &values)?;
    }
}
