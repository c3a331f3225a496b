//! Verdicts: where each record stands for each duty, since when, and every turn on the way there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::{DutyId, KindId, Label, RecordId, Standing};
use serde::Serialize;
use serde_json::Value as Json;

use crate::Store;
use crate::connection::{Connection, Hold, Insert, OnConflict, Param, Row, Use};
use crate::draft::{Draft, Ledger, Tail};
use crate::error::StoreError;
use crate::event::type_text;
use crate::schema::Schema;
use crate::writer::Turn;

/// What a pass found of one record for one duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The record.
    pub record: RecordId,
    /// Where it stands.
    pub standing: Standing,
    /// The day the duty arose, where its rule tells; else it is the day of the event that first found it owed.
    pub arose_on: Option<NaiveDate>,
    /// The day it was served, where the evidence tells; else the day of the event that first found it so.
    pub met_on: Option<NaiveDate>,
    /// What is owed, a decimal as text.
    pub amount: Option<String>,
    /// What was paid, a decimal as text.
    pub paid: Option<String>,
}

/// What a pass found for one duty.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyVerdicts {
    /// The duty.
    pub duty: DutyId,
    /// The kind it judges.
    pub kind: KindId,
    /// Whether every record was judged, so that one that is not listed is out.
    pub complete: bool,
    /// What was found. Records that are out need not be listed where `complete`.
    pub verdicts: Vec<Verdict>,
}

/// A verdict that differs from the one before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictChange {
    /// The duty.
    pub duty: DutyId,
    /// The record.
    pub record: RecordId,
    /// Where it stood.
    pub from: Standing,
    /// Where it stands.
    pub to: Standing,
    /// The day for which this was found.
    pub on: NaiveDate,
    /// The day the duty arose.
    pub arose_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
    /// What is owed, a decimal as text.
    pub amount: Option<String>,
    /// What was paid, a decimal as text.
    pub paid: Option<String>,
}

/// What a change of verdict means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Milestone {
    /// It came to be owed.
    Arose,
    /// It was served.
    Met,
    /// It is owed no longer, unserved.
    Lapsed,
    /// It is served and not owed.
    Leaked,
}

/// What recording left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The event; none where nothing differed.
    pub seq: Option<i64>,
    /// How many went from where to where, by duty.
    pub tally: BTreeMap<(DutyId, Standing, Standing), u64>,
    /// The changes themselves, the first [`LISTED`] of them.
    pub changes: Vec<VerdictChange>,
}

/// The most changes that recording returns one by one; all are in the register.
pub const LISTED: usize = 10_000;

/// Where a record stands, as the register has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredVerdict {
    /// The duty.
    pub duty: DutyId,
    /// The record's kind.
    pub kind: KindId,
    /// The record.
    pub record: RecordId,
    /// Where it stands; never `out`.
    pub standing: Standing,
    /// The day since which it stands there.
    pub since: NaiveDate,
    /// The day the duty arose.
    pub arose_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
    /// What is owed, a decimal as text.
    pub amount: Option<String>,
    /// What was paid, a decimal as text.
    pub paid: Option<String>,
}

/// A duty that was served, and how long that took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeToDone {
    /// The record.
    pub record: RecordId,
    /// The day the duty arose.
    pub arose_on: NaiveDate,
    /// The day it was served.
    pub met_on: NaiveDate,
    /// Days between them; 0 where the evidence is the older.
    pub days: i64,
}

/// Counts that a pass kept in its event's summary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrendPoint {
    /// The day of the pass.
    pub on: NaiveDate,
    /// Its event.
    pub seq: i64,
    /// `counts.<duty>` of the summary, as the pass wrote it.
    pub counts: Json,
}

impl VerdictChange {
    /// What it means, where the standing changed.
    pub fn milestone(&self) -> Option<Milestone> {
        Milestone::of(self.from, self.to)
    }
}

impl Milestone {
    /// What it means to go from one set to another; nothing where the set is the same or none of these.
    pub fn of(from: Standing, to: Standing) -> Option<Self> {
        match (from, to) {
            (from, to) if from == to => None,
            (_, Standing::Done) => Some(Self::Met),
            (_, Standing::Leak) => Some(Self::Leaked),
            (Standing::Exempt, Standing::Gap) | (Standing::Gap, Standing::Exempt) => None,
            (_, Standing::Gap | Standing::Exempt) => Some(Self::Arose),
            (Standing::Gap | Standing::Exempt, _) => Some(Self::Lapsed),
            _ => None,
        }
    }
}

/// What the verdict table holds of one record and duty.
#[derive(Clone, Debug, PartialEq)]
struct Current {
    standing: Standing,
    since: NaiveDate,
    arose_on: Option<NaiveDate>,
    met_on: Option<NaiveDate>,
    amount: Option<String>,
    paid: Option<String>,
}

const VERDICTS: Insert = Insert {
    table: "verdict",
    columns: &["duty", "record_no", "standing", "since", "arose_on", "met_on", "amount", "paid"],
    then: OnConflict::Replace("duty, record_no"),
};
const CHANGES: Insert = Insert {
    table: "verdict_change",
    columns: &[
        "event_seq",
        "ordinal",
        "duty",
        "record_no",
        "was",
        "now",
        "on_day",
        "arose_on",
        "met_on",
        "amount",
        "paid",
    ],
    then: OnConflict::Fail,
};

/// Fewer verdicts than this are looked up one by one; for more, the whole table of the duty is read first.
const FEW: usize = 512;

/// Verdicts being recorded as one event: a pass over a whole city, duty by duty, in one transaction.
pub struct PassRecording {
    connection: Connection,
    schema: Arc<Schema>,
    tail: Tail,
    draft: Option<Draft>,
    numbers: Numbers,
    recorded: Recorded,
    _turn: Turn,
}

/// Numbers of records by id, for the kinds of which many were asked.
type Numbers = HashMap<KindId, HashMap<RecordId, i64>>;

impl Store {
    /// Records what was found for some duties, as one event. Nothing is written where nothing differs from what is on
    /// record. Errors: NotFound for a record that is not there.
    pub fn record_verdicts(&self, event: Event, found: Vec<DutyVerdicts>) -> Result<Recorded, StoreError> {
        self.write(move |ledger| write(ledger, event, &found))
    }

    /// Begins to record a pass; waits while another writes.
    pub fn record_pass(&self, event: Event) -> Result<PassRecording, StoreError> {
        let turn = self.turn()?;
        let mut connection = Connection::open(self.address(), Use::Import)?;
        connection.begin_write()?;
        let tail = Tail::read(&mut connection)?;
        Ok(PassRecording {
            draft: Some(Draft::begin(event, &tail)),
            connection,
            schema: self.schema(),
            tail,
            numbers: Numbers::new(),
            recorded: Recorded::default(),
            _turn: turn,
        })
    }

    /// Shows where each record stands for a duty, in the order in which the records came; those that are out are not
    /// shown.
    pub fn each_standing(&self, duty: &str, mut each: impl FnMut(StoredVerdict)) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = format!("{SELECT_VERDICT} WHERE duty = $1 ORDER BY record_no");
            connection.each(&sql, &[duty.into()], |row| {
                each(read_verdict(row)?);
                Ok(())
            })
        })
    }

    /// Where a record stands, for every duty it is not out of.
    pub fn standings(&self, kind: &str, id: &str) -> Result<Vec<StoredVerdict>, StoreError> {
        self.read(|connection| {
            let sql = format!("{SELECT_VERDICT} WHERE record.kind = $1 AND record.id = $2 ORDER BY duty");
            connection.all(&sql, &[kind.into(), id.into()], read_verdict)
        })
    }

    /// Every change of a record's verdicts, with the event that found it, in order.
    pub fn verdict_history(&self, kind: &str, id: &str) -> Result<Vec<(i64, VerdictChange)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT event_seq, duty, id, was, now, on_day, arose_on, met_on, amount, paid
                       FROM record JOIN verdict_change ON record_no = id_no
                       WHERE record.kind = $1 AND record.id = $2 ORDER BY event_seq, ordinal";
            connection.all(sql, &[kind.into(), id.into()], |row| {
                let change = VerdictChange {
                    duty: row.text(1)?.into(),
                    record: row.text(2)?.into(),
                    from: standing(row, 3)?,
                    to: standing(row, 4)?,
                    on: row.parsed(5)?,
                    arose_on: row.opt_parsed(6)?,
                    met_on: row.opt_parsed(7)?,
                    amount: row.opt_text(8)?.map(str::to_owned),
                    paid: row.opt_text(9)?.map(str::to_owned),
                };
                Ok((row.int(0)?, change))
            })
        })
    }

    /// How long it took, for each time that a duty was served within a span of days (both included). Medians are for
    /// the caller, who knows the area of each record.
    pub fn times_to_done(
        &self,
        duty: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<TimeToDone>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT id, arose_on, met_on FROM verdict_change JOIN record ON id_no = record_no
                       WHERE duty = $1 AND now = 'done' AND was <> 'done' AND arose_on IS NOT NULL
                         AND met_on >= $2 AND met_on <= $3 ORDER BY event_seq, ordinal";
            let params = [duty.into(), from.to_string().into(), to.to_string().into()];
            connection.all(sql, &params, |row| {
                let (arose_on, met_on): (NaiveDate, NaiveDate) = (row.parsed(1)?, row.parsed(2)?);
                // Evidence may be older than the duty (paid since last year): then nobody waited.
                let days = (met_on - arose_on).num_days().max(0);
                Ok(TimeToDone { record: row.text(0)?.into(), arose_on, met_on, days })
            })
        })
    }

    /// The counts of a duty that each pass left in its event's summary under `counts.<duty>`: one for each day, the
    /// last pass of the day.
    pub fn trend(&self, duty: &str) -> Result<Vec<TrendPoint>, StoreError> {
        let mut points = BTreeMap::new();
        self.read(|connection| {
            let sql = "SELECT on_day, seq, summary FROM event
                       WHERE type = $1 AND summary LIKE '%\"counts\"%' ORDER BY seq";
            connection.each(sql, &[type_text(EventType::Verdicts).into()], |row| {
                let summary: Json = row.json(2)?;
                if let Some(counts) = summary.get("counts").and_then(|counts| counts.get(duty)) {
                    let (on, seq) = (row.parsed(0)?, row.int(1)?);
                    points.insert(on, TrendPoint { on, seq, counts: counts.clone() });
                }
                Ok(())
            })
        })?;
        Ok(points.into_values().collect())
    }
}

impl PassRecording {
    /// Records what was found for one duty.
    pub fn duty(&mut self, found: &DutyVerdicts) -> Result<(), StoreError> {
        let mut ledger = Ledger {
            connection: Hold::Own(&mut self.connection),
            schema: &self.schema,
            tail: &mut self.tail,
        };
        match &mut self.draft {
            Some(draft) => write_duty(&mut ledger, draft, found, (&mut self.numbers, &mut self.recorded)),
            None => Err(StoreError::NotFound { what: "pass", name: "committed".to_owned() }),
        }
    }

    /// Writes the event with its summary, and makes all of it visible and durable; nothing where nothing differed.
    pub fn commit(mut self, summary: Json) -> Result<Recorded, StoreError> {
        let mut ledger = Ledger {
            connection: Hold::Own(&mut self.connection),
            schema: &self.schema,
            tail: &mut self.tail,
        };
        match self.draft.take() {
            Some(mut draft) if !self.recorded.tally.is_empty() => {
                draft.event.summary = summary;
                self.recorded.seq = Some(draft.finish(&mut ledger)?);
                self.connection.commit()?;
                self.connection.tidy();
            }
            _ => self.connection.rollback(),
        }
        Ok(std::mem::take(&mut self.recorded))
    }
}

impl Drop for PassRecording {
    fn drop(&mut self) {
        if self.draft.is_some() {
            self.connection.rollback();
        }
    }
}

/// Records what was found for some duties, as one event; none where nothing differs.
pub(crate) fn write(
    ledger: &mut Ledger,
    event: Event,
    found: &[DutyVerdicts],
) -> Result<Recorded, StoreError> {
    let mut draft = Draft::begin(event, ledger.tail);
    let mut recorded = Recorded::default();
    for duty in found {
        write_duty(ledger, &mut draft, duty, (&mut Numbers::new(), &mut recorded))?;
    }
    if !recorded.tally.is_empty() {
        recorded.seq = Some(draft.finish(ledger)?);
    }
    Ok(recorded)
}

fn write_duty(
    ledger: &mut Ledger,
    draft: &mut Draft,
    found: &DutyVerdicts,
    (numbers, recorded): (&mut Numbers, &mut Recorded),
) -> Result<(), StoreError> {
    let many = found.complete || found.verdicts.len() > FEW;
    let mut current =
        if many { read_current(ledger.connection.here()?, &found.duty)? } else { HashMap::new() };
    if found.verdicts.len() > FEW && !numbers.contains_key(&found.kind) {
        numbers.insert(found.kind.clone(), read_numbers(ledger.connection.here()?, &found.kind)?);
    }
    let mut rows = Rows { duty: &found.duty, changes: Vec::new(), verdicts: Vec::new() };
    for verdict in &found.verdicts {
        let no = match numbers.get(&found.kind) {
            Some(numbers) => numbers.get(&verdict.record).copied(),
            None => read_number(ledger.connection.here()?, &found.kind, &verdict.record)?,
        };
        let Some(no) = no else {
            return Err(StoreError::NotFound { what: "record", name: verdict.record.to_string() });
        };
        let before =
            if many { current.remove(&no) } else { read_one(ledger.connection.here()?, &found.duty, no)? };
        if let Some(change) = turned(&found.duty, verdict, before.as_ref(), draft.event.on) {
            let since = match before {
                Some(before) if change.from == change.to => before.since,
                _ => change.on,
            };
            rows.add(draft, (no, since), change, recorded);
        }
        rows.send(ledger.connection.here()?, GATHER)?;
    }
    if found.complete && !current.is_empty() {
        // In order of number, so that the same pass writes the same lines.
        let left: BTreeMap<i64, Current> = current.into_iter().collect();
        for (no, before) in left {
            let sql = "SELECT id FROM record WHERE id_no = $1";
            let id =
                ledger.connection.here()?.first(sql, &[no.into()], |row| row.text(0).map(RecordId::from))?;
            let Some(record) = id else { continue };
            let out = Verdict {
                record,
                standing: Standing::Out,
                arose_on: None,
                met_on: None,
                amount: None,
                paid: None,
            };
            if let Some(change) = turned(&found.duty, &out, Some(&before), draft.event.on) {
                rows.add(draft, (no, change.on), change, recorded);
            }
            rows.send(ledger.connection.here()?, GATHER)?;
        }
    }
    rows.send(ledger.connection.here()?, 1)
}

/// Changes gathered before they are sent.
const GATHER: usize = 1024;

struct Rows<'a> {
    duty: &'a DutyId,
    changes: Vec<Param<'static>>,
    verdicts: Vec<(i64, NaiveDate, VerdictChange)>,
}

impl Rows<'_> {
    fn add(
        &mut self,
        draft: &mut Draft,
        (no, since): (i64, NaiveDate),
        change: VerdictChange,
        recorded: &mut Recorded,
    ) {
        let ordinal = draft.line(&serde_json::json!(change).to_string());
        self.changes.extend([draft.seq.into(), ordinal.into(), self.duty.to_string().into(), no.into()]);
        self.changes.extend([Param::Text(text(change.from)), Param::Text(text(change.to))]);
        self.changes.push(change.on.to_string().into());
        self.changes.extend(details(&change));
        *recorded.tally.entry((change.duty.clone(), change.from, change.to)).or_default() += 1;
        if recorded.changes.len() < LISTED {
            recorded.changes.push(change.clone());
        }
        self.verdicts.push((no, since, change));
    }

    /// Sends what is gathered, once it is at least so many.
    fn send(&mut self, connection: &mut Connection, least: usize) -> Result<(), StoreError> {
        if self.verdicts.len() < least {
            return Ok(());
        }
        connection.insert(&CHANGES, &std::mem::take(&mut self.changes))?;
        let mut values = Vec::new();
        for (no, since, change) in std::mem::take(&mut self.verdicts) {
            if change.to == Standing::Out {
                connection.execute(
                    "DELETE FROM verdict WHERE duty = $1 AND record_no = $2",
                    &[self.duty.as_str().into(), no.into()],
                )?;
                continue;
            }
            values.extend([Param::Text(self.duty.as_str()), no.into(), text(change.to).into()]);
            values.push(since.to_string().into());
            values.extend(details(&change));
        }
        connection.insert(&VERDICTS, &values).map(drop)
    }
}

fn details(change: &VerdictChange) -> [Param<'static>; 4] {
    [
        change.arose_on.map(|day| day.to_string()).into(),
        change.met_on.map(|day| day.to_string()).into(),
        change.amount.clone().into(),
        change.paid.clone().into(),
    ]
}

/// The change from what is on record to what was found; none where they agree. Days that the finding leaves open are
/// those on record, or else the day of the finding.
fn turned(
    duty: &DutyId,
    verdict: &Verdict,
    before: Option<&Current>,
    on: NaiveDate,
) -> Option<VerdictChange> {
    let to = verdict.standing;
    let from = before.map_or(Standing::Out, |before| before.standing);
    let arose_on = match before {
        _ if !to.is_owed() => None,
        Some(before) if before.standing.is_owed() => verdict.arose_on.or(before.arose_on),
        _ => verdict.arose_on.or(Some(on)),
    };
    let met_on = match before {
        _ if to != Standing::Done => None,
        Some(before) if before.standing == Standing::Done => verdict.met_on.or(before.met_on),
        _ => verdict.met_on.or(Some(on)),
    };
    let (amount, paid) = match to {
        Standing::Out => (None, None),
        _ => (verdict.amount.clone(), verdict.paid.clone()),
    };
    let same = match before {
        None => to == Standing::Out,
        Some(before) => {
            (before.standing, before.arose_on, before.met_on, &before.amount, &before.paid)
                == (to, arose_on, met_on, &amount, &paid)
        }
    };
    let (duty, record) = (duty.clone(), verdict.record.clone());
    (!same).then_some(VerdictChange { duty, record, from, to, on, arose_on, met_on, amount, paid })
}

const CURRENT_COLUMNS: &str = "standing, since, arose_on, met_on, amount, paid";

fn current(row: &Row, at: usize) -> Result<Current, StoreError> {
    Ok(Current {
        standing: standing(row, at)?,
        since: row.parsed(at + 1)?,
        arose_on: row.opt_parsed(at + 2)?,
        met_on: row.opt_parsed(at + 3)?,
        amount: row.opt_text(at + 4)?.map(str::to_owned),
        paid: row.opt_text(at + 5)?.map(str::to_owned),
    })
}

fn read_current(connection: &mut Connection, duty: &DutyId) -> Result<HashMap<i64, Current>, StoreError> {
    let sql = format!("SELECT record_no, {CURRENT_COLUMNS} FROM verdict WHERE duty = $1");
    let rows = connection.all(&sql, &[duty.as_str().into()], |row| Ok((row.int(0)?, current(row, 1)?)))?;
    Ok(rows.into_iter().collect())
}

fn read_one(connection: &mut Connection, duty: &DutyId, no: i64) -> Result<Option<Current>, StoreError> {
    let sql = format!("SELECT {CURRENT_COLUMNS} FROM verdict WHERE duty = $1 AND record_no = $2");
    connection.first(&sql, &[duty.as_str().into(), no.into()], |row| current(row, 0))
}

fn read_number(
    connection: &mut Connection,
    kind: &KindId,
    record: &RecordId,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT id_no FROM record WHERE kind = $1 AND id = $2";
    connection.first(sql, &[kind.as_str().into(), record.as_str().into()], |row| row.int(0))
}

fn read_numbers(connection: &mut Connection, kind: &KindId) -> Result<HashMap<RecordId, i64>, StoreError> {
    let sql = "SELECT id, id_no FROM record WHERE kind = $1";
    let rows = connection.all(sql, &[kind.as_str().into()], |row| Ok((row.text(0)?.into(), row.int(1)?)))?;
    Ok(rows.into_iter().collect())
}

const SELECT_VERDICT: &str =
    "SELECT duty, record.kind, record.id, standing, since, arose_on, met_on, amount, paid
     FROM verdict JOIN record ON record.id_no = verdict.record_no";

fn read_verdict(row: &Row) -> Result<StoredVerdict, StoreError> {
    let Current { standing, since, arose_on, met_on, amount, paid } = current(row, 3)?;
    Ok(StoredVerdict {
        duty: row.text(0)?.into(),
        kind: row.text(1)?.into(),
        record: row.text(2)?.into(),
        standing,
        since,
        arose_on,
        met_on,
        amount,
        paid,
    })
}

/// A standing as stored.
pub(crate) fn text(standing: Standing) -> &'static str {
    match standing {
        Standing::Done => "done",
        Standing::Exempt => "exempt",
        Standing::Gap => "gap",
        Standing::Leak => "leak",
        Standing::Unknown => "unknown",
        Standing::Out => "out",
    }
}

fn standing(row: &Row, at: usize) -> Result<Standing, StoreError> {
    let stored = row.text(at)?;
    let all =
        [Standing::Done, Standing::Exempt, Standing::Gap, Standing::Leak, Standing::Unknown, Standing::Out];
    all.into_iter().find(|standing| text(*standing) == stored).ok_or_else(|| StoreError::Damaged {
        place: "verdict".to_owned(),
        why: Label::new(format!("“{stored}”不是判定结果"), format!("'{stored}' is no standing")),
    })
}
