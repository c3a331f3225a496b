//! Whether the register is what its events say: the whole chain, every line, every record, and the indexes by which
//! records are found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use model::case::Step;
use model::event::{BodyDigest, Hash};
use model::{Case, KindId, Label, RecordId};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::Store;
use crate::case::step_line;
use crate::claim::decision_line;
use crate::connection::Connection;
use crate::draft::{apply, change_line, claims_line, target, write};
use crate::error::StoreError;
use crate::event::{EVENT_COLUMNS, StoredEvent, read_event};
use crate::migrate::meta;
use crate::schema::{Schema, identifying};

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// How many events there are.
    pub events: i64,
    /// How many lines their bodies have.
    pub lines: i64,
    /// How many records were compared with the replay of their changes.
    pub records: i64,
    /// Whether the indexes were compared, too: they can be where the city's kinds are known by which they were made.
    pub indexes: bool,
    /// The hash of the last event. Noted down elsewhere, it shows later that nobody wrote the whole chain anew.
    pub head: String,
    /// The first place where it breaks; none if all is well.
    pub broken: Option<Break>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// Where the register breaks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Break {
    /// The event, where it is one.
    pub seq: Option<i64>,
    /// The record, where it is one.
    pub record: Option<(KindId, RecordId)>,
    /// What is wrong.
    pub what: Broken,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// The event's own words do not give its hash.
    EventAltered,
    /// An event is missing before this one.
    EventMissing,
    /// The event does not follow the one before it: that one was changed and hashed anew, or put in.
    LinkBroken,
    /// A line of the event's body was changed.
    BodyAltered,
    /// A line of the event's body is missing.
    BodyMissing,
    /// The event's body has a line too many, or lines belong to no event.
    BodyExtra,
    /// The record is not what its changes leave.
    RecordAltered,
    /// The verdict is not what its changes leave.
    VerdictAltered,
    /// The case is not what its steps leave.
    CaseAltered,
    /// What the record is found by, or what it points to, is not what its changes say.
    IndexAltered,
    /// A file is not what its name says.
    FileAltered,
    /// A file that the record names, or ever named, is not there.
    FileMissing,
}

impl Broken {
    /// What it means, in both languages.
    pub fn label(self) -> Label {
        let (zh, en) = match self {
            Self::EventAltered => ("事件内容被改动", "the event's own words were changed"),
            Self::EventMissing => ("此前缺少事件", "an event is missing before this one"),
            Self::LinkBroken => {
                ("与前一事件不相接（前一事件被改写或插入）", "it does not follow the event before it")
            }
            Self::BodyAltered => ("事件的明细被改动", "a line of its body was changed"),
            Self::BodyMissing => ("事件的明细缺行", "a line of its body is missing"),
            Self::BodyExtra => ("多出不属于该事件的明细", "there are lines that it did not write"),
            Self::RecordAltered => ("记录与其变更历史不一致", "the record is not what its changes leave"),
            Self::CaseAltered => ("事项与其办理记录不一致", "the case is not what its steps leave"),
            Self::IndexAltered => (
                "查找该记录所用的索引与其变更历史不一致",
                "the indexes by which it is found are not what its changes say",
            ),
            Self::FileAltered => ("附件内容被改动", "a file is no longer what was sent"),
            Self::FileMissing => ("缺少该记录的附件", "a file that it names is not there"),
            Self::VerdictAltered => ("判定与其变更历史不一致", "the verdict is not what its changes leave"),
        };
        Label::new(zh, en)
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Lines and records looked at.
    pub done: i64,
    /// All of them.
    pub total: i64,
}

/// Events whose bodies are read by one query.
const PAGE: i64 = 256;
/// Lines between two reports of progress.
const REPORT: i64 = 4096;

/// Why a walk ends early.
enum Halt {
    /// It was asked to.
    Stopped,
    Failed(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Store {
    /// Walks the whole chain from the first event, then compares every record and verdict with the replay of its
    /// changes; all on one state of the register, while others go on writing. `progress` may stop it.
    pub fn verify(
        &self,
        progress: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Verification, StoreError> {
        self.verify_by(&self.schema(), progress)
    }

    /// The same for a register that was opened only to look at it, and so does not know its kinds.
    pub fn verify_by(
        &self,
        schema: &Schema,
        progress: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Verification, StoreError> {
        self.read(|connection| {
            connection.begin_read()?;
            let mut walk = Walk::begin(connection, schema, progress)?;
            let done = walk
                .chain()
                .and_then(|()| walk.records())
                .and_then(|()| walk.indexes())
                .and_then(|()| walk.verdicts())
                .and_then(|()| walk.cases())
                .and_then(|()| walk.files());
            let mut found = walk.found;
            connection.rollback();
            match done {
                Ok(()) => Ok(found),
                Err(Halt::Failed(error)) => Err(error),
                Err(Halt::Stopped) => {
                    found.stopped = true;
                    Ok(found)
                }
            }
        })
    }
}

struct Walk<'a, P> {
    connection: &'a mut Connection,
    schema: &'a Schema,
    progress: P,
    at: Progress,
    found: Verification,
    /// By number, in order, what the indexes should have of each record.
    entries: Vec<(i64, Entries)>,
    /// The files that records ever named, each with the first of these records.
    named: BTreeMap<String, (KindId, RecordId)>,
}

/// Entries of the indexes, added up: in whichever order they come, the same entries make the same sum. Sixteen bytes
/// a record, where the entries themselves would be as large as the indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Entries(u128);

/// An index: its table, and the column with the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Index {
    Link,
    Identifier,
}

impl Index {
    fn sql(self) -> &'static str {
        match self {
            Self::Link => "SELECT record_no, kind, fact, target FROM link",
            Self::Identifier => "SELECT record_no, kind, fact, text FROM identifier",
        }
    }
}

impl Entries {
    fn of(index: Index, [kind, fact, text]: [&str; 3]) -> Self {
        let digest = Sha256::digest(json!([index == Index::Link, kind, fact, text]).to_string());
        let (half, _) = digest.split_at(16);
        Self(half.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte)))
    }

    fn add(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }

    fn take(&mut self, other: Self) {
        self.0 = self.0.wrapping_sub(other.0);
    }
}

/// The body of one event as its lines are read.
#[derive(Default)]
struct Body {
    digest: BodyDigest,
    lines: i64,
    claims: BTreeMap<&'static str, (i64, BodyDigest)>,
    /// A line whose record is not there.
    orphan: bool,
}

impl Body {
    fn line(&mut self, line: &str) {
        self.digest.line(line);
        self.lines += 1;
    }

    fn claim(&mut self, what: &'static str, line: &str) {
        let (count, digest) = self.claims.entry(what).or_default();
        *count += 1;
        digest.line(line);
    }

    fn finish(mut self) -> (Hash, i64, bool) {
        for (what, (count, digest)) in self.claims {
            self.digest.line(&claims_line(what, count, digest.finish()));
        }
        (self.digest.finish(), self.lines, self.orphan)
    }
}

impl<'a, P: FnMut(Progress) -> ControlFlow<()>> Walk<'a, P> {
    fn begin(connection: &'a mut Connection, schema: &'a Schema, progress: P) -> Result<Self, StoreError> {
        let indexes = meta(connection, "schema")?.is_some_and(|made_by| made_by == schema.digest());
        let mut count = |sql: &str| Ok(connection.first(sql, &[], |row| row.int(0))?.unwrap_or(0));
        let lines = count("SELECT count(*) FROM change")? + count("SELECT count(*) FROM verdict_change")?;
        let total = 2 * lines + count("SELECT count(*) FROM event")?;
        let found = Verification {
            events: 0,
            lines: 0,
            records: 0,
            indexes,
            head: Hash::ZERO.to_string(),
            broken: None,
            stopped: false,
        };
        let at = Progress { done: 0, total };
        Ok(Self { connection, schema, progress, at, found, entries: Vec::new(), named: BTreeMap::new() })
    }

    fn chain(&mut self) -> Result<(), Halt> {
        let mut previous = Hash::ZERO;
        loop {
            let after = self.found.events;
            let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE seq > $1 ORDER BY seq LIMIT $2");
            let page = match self.connection.all(&sql, &[after.into(), PAGE.into()], read_event) {
                Err(StoreError::Damaged { .. }) => return self.unreadable(after),
                page => page?,
            };
            let Some(last) = page.last() else { break };
            if last.seq != after + i64::try_from(page.len()).unwrap_or(0) {
                let gap = page.iter().zip(after + 1..).find(|(event, seq)| event.seq != *seq);
                let seq = gap.map_or(last.seq, |(event, _)| event.seq);
                return self.broke(Some(seq), None, Broken::EventMissing);
            }
            let bodies = self.bodies(after + 1, last.seq)?;
            for (event, body) in page.iter().zip(bodies) {
                if let Some(what) = wrong(event, body, previous) {
                    return self.broke(Some(event.seq), None, what);
                }
                previous = event.hash;
                self.found.events = event.seq;
                self.found.lines += event.lines;
                self.found.head = event.hash.to_string();
                self.step()?;
            }
        }
        let last = self.found.events;
        for sql in [
            "SELECT event_seq FROM change WHERE event_seq < 1 OR event_seq > $1 LIMIT 1",
            "SELECT event_seq FROM verdict_change WHERE event_seq < 1 OR event_seq > $1 LIMIT 1",
            "SELECT event_seq FROM conflict WHERE event_seq < 1 OR event_seq > $1 LIMIT 1",
            "SELECT event_seq FROM aside WHERE event_seq < 1 OR event_seq > $1 LIMIT 1",
            "SELECT event_seq FROM case_step WHERE event_seq < 1 OR event_seq > $1 LIMIT 1",
        ] {
            if let Some(seq) = self.connection.first(sql, &[last.into()], |row| row.int(0))? {
                return self.broke(Some(seq), None, Broken::BodyExtra);
            }
        }
        Ok(())
    }

    /// An event of the page after `after` holds what cannot be read at all: says which.
    fn unreadable(&mut self, after: i64) -> Result<(), Halt> {
        let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE seq = $1");
        for seq in after + 1..=after + PAGE {
            if let Err(StoreError::Damaged { .. }) = self.connection.first(&sql, &[seq.into()], read_event) {
                return self.broke(Some(seq), None, Broken::EventAltered);
            }
        }
        self.broke(Some(after + 1), None, Broken::EventAltered)
    }

    /// The bodies of some events in a row, each line read once.
    fn bodies(&mut self, first: i64, last: i64) -> Result<Vec<Body>, Halt> {
        let mut bodies: Vec<Body> = (first..=last).map(|_| Body::default()).collect();
        let at = |seq: i64| usize::try_from(seq - first).unwrap_or(0);
        let span = [first.into(), last.into()];
        let (progress, at_line) = (&mut self.progress, &mut self.at);
        let mut step = || tick(progress, at_line);

        let sql = "SELECT event_seq, kind, id, on_day, change.facts
                   FROM change LEFT JOIN record ON record.id_no = change.record_no
                   WHERE event_seq >= $1 AND event_seq <= $2 ORDER BY event_seq, ordinal";
        self.connection.each_until::<Halt>(sql, &span, |row| {
            let body = &mut bodies[at(row.int(0)?)];
            match (row.opt_text(1)?, row.opt_text(2)?) {
                (Some(kind), Some(id)) => body.line(&change_line(kind, id, row.text(3)?, row.text(4)?)),
                _ => body.orphan = true,
            }
            step()
        })?;
        let sql = "SELECT event_seq, duty, id, was, now, on_day, arose_on, met_on, amount, paid
                   FROM verdict_change LEFT JOIN record ON record.id_no = verdict_change.record_no
                   WHERE event_seq >= $1 AND event_seq <= $2 ORDER BY event_seq, ordinal";
        self.connection.each_until::<Halt>(sql, &span, |row| {
            let line = json!({
                "duty": row.text(1)?, "record": row.opt_text(2)?, "from": row.text(3)?, "to": row.text(4)?,
                "on": row.text(5)?, "arose_on": row.opt_text(6)?, "met_on": row.opt_text(7)?,
                "amount": row.opt_text(8)?, "paid": row.opt_text(9)?,
            });
            bodies[at(row.int(0)?)].line(&line.to_string());
            step()
        })?;
        for (what, sql) in [
            (
                "conflict",
                "SELECT event_seq, claim FROM conflict
                          WHERE event_seq >= $1 AND event_seq <= $2 ORDER BY event_seq, id",
            ),
            (
                "aside",
                "SELECT event_seq, claim FROM aside
                       WHERE event_seq >= $1 AND event_seq <= $2 ORDER BY event_seq, id",
            ),
        ] {
            self.connection.each_until::<Halt>(sql, &span, |row| {
                bodies[at(row.int(0)?)].claim(what, row.text(1)?);
                Ok(())
            })?;
        }
        for (table, sql) in [
            (
                "conflict",
                "SELECT decided_seq, id, decision FROM conflict
                          WHERE decided_seq >= $1 AND decided_seq <= $2 ORDER BY decided_seq, id",
            ),
            (
                "aside",
                "SELECT decided_seq, id, decision FROM aside
                       WHERE decided_seq >= $1 AND decided_seq <= $2 ORDER BY decided_seq, id",
            ),
        ] {
            self.connection.each_until::<Halt>(sql, &span, |row| {
                let line = decision_line(table, row.int(1)?, row.opt_text(2)?.unwrap_or_default());
                bodies[at(row.int(0)?)].claim("decision", &line);
                Ok(())
            })?;
        }
        let sql = "SELECT event_seq, case_no, step FROM case_step
                   WHERE event_seq >= $1 AND event_seq <= $2 ORDER BY event_seq, ordinal";
        self.connection.each_until::<Halt>(sql, &span, |row| {
            bodies[at(row.int(0)?)].claim("case", &step_line(row.int(1)?, row.text(2)?));
            Ok(())
        })?;
        Ok(bodies)
    }

    /// Every record against the replay of its changes.
    fn records(&mut self) -> Result<(), Halt> {
        if self.found.broken.is_some() {
            return Ok(());
        }
        let sql =
            "SELECT record.id_no, record.kind, record.id, record.facts, record.last_on, record.synthetic,
                     change.facts, change.on_day, event.synthetic
                   FROM record LEFT JOIN change ON change.record_no = record.id_no
                     LEFT JOIN event ON event.seq = change.event_seq
                   ORDER BY record.id_no, change.on_day, change.event_seq, change.ordinal";
        let mut at: Option<Replayed> = None;
        let mut broken = None;
        let mut records = 0;
        let (progress, at_line) = (&mut self.progress, &mut self.at);
        let (entries, indexed) = (&mut self.entries, self.found.indexes.then_some(self.schema));
        let named = &mut self.named;
        let mut end = |done: Replayed| {
            for file in &done.files {
                named.entry(file.clone()).or_insert_with(|| done.key.clone());
            }
            entries.extend(indexed.map(|schema| (done.no, done.entries(schema))));
            done.broken()
        };
        self.connection.each_until::<Halt>(sql, &[], |row| {
            let no = row.int(0)?;
            if at.as_ref().is_none_or(|replayed| replayed.no != no) {
                if let Some(done) = at.take() {
                    records += 1;
                    let ended = end(done);
                    broken = broken.take().or(ended);
                }
                at = Some(Replayed {
                    no,
                    key: (row.text(1)?.into(), row.text(2)?.into()),
                    stored: (row.text(3)?.to_owned(), row.text(4)?.to_owned(), row.flag(5)?),
                    facts: Map::new(),
                    last_on: String::new(),
                    synthetic: false,
                    identifiers: BTreeSet::new(),
                    files: BTreeSet::new(),
                });
            }
            if let (Some(replayed), Some(facts)) = (&mut at, row.opt_text(6)?) {
                if let Some(schema) = indexed {
                    replayed.identify(schema, facts)?;
                }
                apply(&mut replayed.facts, facts)?;
                replayed.last_on = row.text(7)?.to_owned();
                replayed.synthetic |= row.opt_int(8)?.unwrap_or(0) != 0;
            }
            tick(progress, at_line)
        })?;
        if let Some(done) = at {
            records += 1;
            let ended = end(done);
            broken = broken.or(ended);
        }
        self.found.records = records;
        match broken {
            Some(record) => self.broke(None, Some(record), Broken::RecordAltered),
            None => Ok(()),
        }
    }

    /// Every entry of the indexes against the records: none too many, none missing.
    fn indexes(&mut self) -> Result<(), Halt> {
        if self.found.broken.is_some() || !self.found.indexes {
            return Ok(());
        }
        let (entries, mut stray) = (&mut self.entries, false);
        for index in [Index::Link, Index::Identifier] {
            self.connection.each_until::<Halt>(index.sql(), &[], |row| {
                let entry = Entries::of(index, [row.text(1)?, row.text(2)?, row.text(3)?]);
                match entries.binary_search_by_key(&row.int(0)?, |(no, _)| *no) {
                    Ok(at) => entries[at].1.take(entry),
                    Err(_) => stray = true,
                }
                Ok(())
            })?;
        }
        let altered = entries.iter().find(|(_, left)| *left != Entries::default()).map(|(no, _)| *no);
        let Some(no) = altered else {
            return if stray { self.broke(None, None, Broken::IndexAltered) } else { Ok(()) };
        };
        let sql = "SELECT kind, id FROM record WHERE id_no = $1";
        let record = self
            .connection
            .first(sql, &[no.into()], |row| Ok((KindId::from(row.text(0)?), RecordId::from(row.text(1)?))))?;
        self.broke(None, record, Broken::IndexAltered)
    }

    /// Every verdict against the last of its changes.
    fn verdicts(&mut self) -> Result<(), Halt> {
        if self.found.broken.is_some() {
            return Ok(());
        }
        // The last change of each record and duty, beside the row that it should have left; and rows without any.
        let sql = "SELECT record.kind, record.id
                   FROM (SELECT record_no, duty, now, arose_on, met_on, amount, paid,
                           row_number() OVER (PARTITION BY record_no, duty ORDER BY event_seq DESC, ordinal DESC) AS nth
                         FROM verdict_change) AS last
                     LEFT JOIN verdict ON verdict.duty = last.duty AND verdict.record_no = last.record_no
                     JOIN record ON record.id_no = last.record_no
                   WHERE nth = 1 AND (
                     (last.now = 'out' AND verdict.duty IS NOT NULL)
                     OR (last.now <> 'out' AND (verdict.duty IS NULL OR verdict.standing <> last.now
                       OR coalesce(verdict.arose_on, '') <> coalesce(last.arose_on, '')
                       OR coalesce(verdict.met_on, '') <> coalesce(last.met_on, '')
                       OR coalesce(verdict.amount, '') <> coalesce(last.amount, '')
                       OR coalesce(verdict.paid, '') <> coalesce(last.paid, ''))))
                   ORDER BY record.id_no LIMIT 1";
        let untold = "SELECT record.kind, record.id
                      FROM verdict LEFT JOIN record ON record.id_no = verdict.record_no
                      WHERE NOT EXISTS (SELECT 1 FROM verdict_change WHERE verdict_change.duty = verdict.duty
                        AND verdict_change.record_no = verdict.record_no) LIMIT 1";
        for sql in [sql, untold] {
            let found = self.connection.first(sql, &[], |row| {
                let text = |at| row.opt_text(at).map(|text| text.unwrap_or("?").to_owned());
                Ok((KindId::from(text(0)?), RecordId::from(text(1)?)))
            })?;
            if found.is_some() {
                return self.broke(None, found, Broken::VerdictAltered);
            }
        }
        Ok(())
    }

    /// Every case against the replay of its steps.
    fn cases(&mut self) -> Result<(), Halt> {
        if self.found.broken.is_some() {
            return Ok(());
        }
        let sql = "SELECT no, state, step, at_us, event_seq
                   FROM work_case FULL JOIN case_step ON case_no = no
                     LEFT JOIN event ON event.seq = event_seq
                   ORDER BY coalesce(no, case_no), event_seq, ordinal";
        let mut at: Option<ReplayedCase> = None;
        let mut broken = None;
        let (progress, at_line) = (&mut self.progress, &mut self.at);
        self.connection.each_until::<Halt>(sql, &[], |row| {
            let seq = row.opt_int(4)?;
            // A step whose case is not kept, or a case without a step.
            let (Some(no), Some(seq)) = (row.opt_int(0)?, seq) else {
                broken = broken.or(Some(seq));
                return Ok(());
            };
            if at.as_ref().is_none_or(|case| case.no != no) {
                broken = broken.or(at.take().and_then(ReplayedCase::broken));
                at = Some(ReplayedCase { no, kept: row.text(1)?.to_owned(), seq, case: None });
            }
            if let Some(replayed) = &mut at {
                replayed.seq = seq;
                replayed.take(row.text(2)?, row.int(3)?);
            }
            tick(progress, at_line)
        })?;
        match broken.or(at.and_then(ReplayedCase::broken)) {
            Some(seq) => self.broke(seq, None, Broken::CaseAltered),
            None => Ok(()),
        }
    }

    /// Every file against its name, and every name that a record ever gave against the files.
    fn files(&mut self) -> Result<(), Halt> {
        if self.found.broken.is_some() {
            return Ok(());
        }
        let uses = "SELECT file_use.hash, kind, record.id FROM file_use JOIN record ON id_no = record_no
                    ORDER BY id_no";
        let named = &mut self.named;
        self.connection.each_until::<Halt>(uses, &[], |row| {
            let record = || Ok::<_, StoreError>((row.text(1)?.into(), row.text(2)?.into()));
            if !named.contains_key(row.text(0)?) {
                named.insert(row.text(0)?.to_owned(), record()?);
            }
            Ok(())
        })?;
        let mut altered = None;
        let (progress, at_line) = (&mut self.progress, &mut self.at);
        self.connection.each_until::<Halt>("SELECT hash, size_bytes, content FROM file", &[], |row| {
            let (hash, content) = (row.text(0)?, row.bytes(2)?);
            let record = named.remove(hash);
            let sound = Hash(Sha256::digest(content).into()).to_string() == hash
                && usize::try_from(row.int(1)?).is_ok_and(|size| size == content.len());
            if !sound {
                altered = altered.take().or(Some(record));
            }
            tick(progress, at_line)
        })?;
        let missing = self.named.pop_first().map(|(_, record)| record);
        match (altered, missing) {
            (Some(record), _) => self.broke(None, record, Broken::FileAltered),
            (None, Some(record)) => self.broke(None, Some(record), Broken::FileMissing),
            (None, None) => Ok(()),
        }
    }

    fn broke(
        &mut self,
        seq: Option<i64>,
        record: Option<(KindId, RecordId)>,
        what: Broken,
    ) -> Result<(), Halt> {
        self.found.broken = Some(Break { seq, record, what });
        Ok(())
    }

    fn step(&mut self) -> Result<(), Halt> {
        tick(&mut self.progress, &mut self.at)
    }
}

fn tick(progress: &mut impl FnMut(Progress) -> ControlFlow<()>, at: &mut Progress) -> Result<(), Halt> {
    at.done += 1;
    if at.done % REPORT == 0 && progress(*at).is_break() {
        return Err(Halt::Stopped);
    }
    Ok(())
}

/// What is wrong with an event, given its body as read and the hash of the event before it.
fn wrong(event: &StoredEvent, body: Body, previous: Hash) -> Option<Broken> {
    let (digest, lines, orphan) = body.finish();
    if event.event.hash(event.seq, event.previous, event.body) != event.hash {
        return Some(Broken::EventAltered);
    }
    if event.previous != previous {
        return Some(Broken::LinkBroken);
    }
    if digest == event.body && lines == event.lines {
        return None;
    }
    Some(match lines.cmp(&event.lines) {
        _ if orphan => Broken::BodyAltered,
        std::cmp::Ordering::Less => Broken::BodyMissing,
        std::cmp::Ordering::Greater => Broken::BodyExtra,
        std::cmp::Ordering::Equal => Broken::BodyAltered,
    })
}

struct Replayed {
    no: i64,
    key: (KindId, RecordId),
    /// Facts, latest day, synthetic.
    stored: (String, String, bool),
    facts: Map<String, Json>,
    last_on: String,
    synthetic: bool,
    /// Every text it was ever known by, by fact.
    identifiers: BTreeSet<(String, String)>,
    /// Every file that it ever named.
    files: BTreeSet<String>,
}

impl Replayed {
    /// Takes in what a change says to know the record by.
    fn identify(&mut self, schema: &Schema, facts: &str) -> Result<(), StoreError> {
        let mut told = Map::new();
        apply(&mut told, facts)?;
        let files = schema.files(self.key.0.as_str()).filter_map(|fact| told.get(fact.as_str())?.as_str());
        self.files.extend(files.flat_map(|named| named.split(' ')).map(str::to_owned));
        self.identifiers.extend(
            schema
                .identifiers(self.key.0.as_str())
                .filter_map(|fact| Some((fact.to_string(), identifying(told.get(fact.as_str())?)?))),
        );
        Ok(())
    }

    /// What the indexes should have of it.
    fn entries(&self, schema: &Schema) -> Entries {
        let kind = self.key.0.as_str();
        let mut entries = Entries::default();
        for (fact, text) in &self.identifiers {
            entries.add(Entries::of(Index::Identifier, [kind, fact, text]));
        }
        for fact in schema.links(kind) {
            if let Some(target) = target(&self.facts, fact) {
                entries.add(Entries::of(Index::Link, [kind, fact.as_str(), target]));
            }
        }
        entries
    }

    /// The record, if it is not what its changes leave.
    fn broken(self) -> Option<(KindId, RecordId)> {
        let replayed = (write(&self.facts), self.last_on, self.synthetic);
        (replayed != self.stored).then_some(self.key)
    }
}

struct ReplayedCase {
    no: i64,
    kept: String,
    /// The event of its last step.
    seq: i64,
    /// What the steps so far leave; an error once one of them could not have been taken.
    case: Option<Result<Case, ()>>,
}

impl ReplayedCase {
    fn take(&mut self, step: &str, at_us: i64) {
        let step = serde_json::from_str::<Step>(step).ok();
        let at = chrono::DateTime::from_timestamp_micros(at_us);
        let next = step.zip(at).ok_or(()).and_then(|(step, at)| match self.case.take() {
            None => Case::open(&step, at).map_err(drop),
            Some(case) => case.and_then(|mut case| case.take(&step, at).map(|()| case).map_err(drop)),
        });
        self.case = Some(next);
    }

    /// The event of the last step, if the case is not what its steps leave.
    fn broken(self) -> Option<Option<i64>> {
        let replayed = self.case.and_then(Result::ok).map(|case| json!(case).to_string());
        (replayed.as_deref() != Some(&*self.kept)).then_some(Some(self.seq))
    }
}
