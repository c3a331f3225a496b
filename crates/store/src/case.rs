//! Cases: their steps, which are lines of events, and what the steps leave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::case::{Ending, Opening, RecordRef, State, Step};
use model::event::Event;
use model::{AreaCode, Case, CaseKindId, DepartmentId, DutyId, Label, RecordId};
use serde::Serialize;
use serde_json::json;

use crate::connection::{Connection, Insert, OnConflict, Param, Row};
use crate::draft::{Draft, Ledger};
use crate::error::StoreError;
use crate::event::limited;
use crate::{COUNTS_MAX, Store};

/// What is to happen to cases, all by one event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseMoves {
    /// Cases to open. One whose duty and record have a live case already is passed over.
    pub open: Vec<Opening>,
    /// Steps to take, each in the case of that number, in order.
    pub steps: Vec<(i64, Step)>,
    /// Steps that follow from what was read a moment ago, each in the case of that number: one that makes no sense any
    /// more is passed over.
    pub follow: Vec<(i64, Step)>,
    /// Cases to end. One that has ended already is passed over: whoever ends cases for what they read a moment ago may
    /// come second.
    pub end: Vec<(i64, Ending)>,
}

/// What became of [`CaseMoves`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The event; none where nothing was to be written.
    pub seq: Option<i64>,
    /// The numbers of the cases opened, in order; none for one that was passed over.
    pub opened: Vec<Option<i64>>,
    /// The steps of `follow` that were taken, by their places.
    pub followed: Vec<usize>,
    /// The numbers of the cases that were ended.
    pub ended: Vec<i64>,
}

/// A live case of a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveCase {
    /// Its number.
    pub no: i64,
    /// The area of the office that leads.
    pub area: AreaCode,
    /// Whether nobody has taken it up, and nobody was given it.
    pub free: bool,
}

/// Cases of a kind that may have waited for too long: for an office, with the clock running, and never gone up.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The kind.
    pub kind: CaseKindId,
    /// Not taken up by offices that have had them since before this instant.
    pub untaken_since: Option<DateTime<Utc>>,
    /// Not answered by offices that have had them since before this instant, and due before it.
    pub overdue_since: Option<DateTime<Utc>>,
    /// Only after this number.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

/// A case as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredCase {
    /// Its number, counted from 1 in the order in which cases were opened.
    pub no: i64,
    /// The event of its last step.
    pub seq: i64,
    /// What its steps leave.
    #[serde(flatten)]
    pub case: Case,
}

/// A step as it was taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredStep {
    /// The case.
    pub no: i64,
    /// Its event.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: String,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// Who has a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This account.
    Person(String),
    /// Nobody in particular: it waits for somebody of its office.
    Nobody,
}

/// Which cases to list, the one that is due first before the others. What is not named is not asked.
#[derive(Clone, Debug, Default)]
pub struct Worklist {
    /// Of these areas; all where none is named.
    pub areas: Vec<AreaCode>,
    /// Of this department.
    pub department: Option<DepartmentId>,
    /// That this person has, or nobody in particular.
    pub holder: Option<Holder>,
    /// Of this kind.
    pub kind: Option<CaseKindId>,
    /// Of this duty.
    pub duty: Option<DutyId>,
    /// Those that concern this record.
    pub party: Option<RecordRef>,
    /// That this account raised or handed on.
    pub followed_by: Option<String>,
    /// That stand there; live ones where none is named.
    pub state: Option<State>,
    /// Only those that went up.
    pub escalated: bool,
    /// Whose office has to answer, and the time was over at this instant.
    pub overdue_at: Option<DateTime<Utc>>,
    /// That are due from this instant on.
    pub due_from: Option<DateTime<Utc>>,
    /// That are due before this instant.
    pub due_before: Option<DateTime<Utc>>,
    /// Only after this one: when it is due, and its number.
    pub after: Option<(DateTime<Utc>, i64)>,
    /// At most so many.
    pub limit: usize,
}

impl Worklist {
    /// The conditions, and what stands in their places.
    fn conditions(&self) -> (String, Vec<Param<'static>>) {
        let mut params: Vec<Param> = Vec::new();
        let mut place = |param: Param<'static>| {
            params.push(param);
            format!("${}", params.len())
        };
        let mut sql = match self.state {
            Some(State::Closed) => "live = 0".to_owned(),
            Some(state) => format!("live = 1 AND stage = '{}'", stage(state)),
            None => "live = 1".to_owned(),
        };
        if !self.areas.is_empty() {
            let areas: Vec<String> =
                self.areas.iter().map(|area| place(area.as_str().to_owned().into())).collect();
            sql += &format!(" AND area IN ({})", areas.join(", "));
        }
        let texts = [
            ("department", self.department.as_ref().map(|id| id.as_str().to_owned())),
            ("kind", self.kind.as_ref().map(|id| id.as_str().to_owned())),
            ("duty", self.duty.as_ref().map(|id| id.as_str().to_owned())),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                sql += &format!(" AND {column} = {}", place(text.into()));
            }
        }
        match &self.holder {
            Some(Holder::Person(name)) => sql += &format!(" AND officer = {}", place(name.clone().into())),
            Some(Holder::Nobody) => sql += " AND officer IS NULL",
            None => {}
        }
        if let Some(party) = &self.party {
            let (kind, id) = (party.kind.as_str().to_owned(), party.id.as_str().to_owned());
            sql += &format!(
                " AND no IN (SELECT case_no FROM case_party WHERE kind = {} AND id = {})",
                place(kind.into()),
                place(id.into())
            );
        }
        if let Some(account) = &self.followed_by {
            sql += &format!(
                " AND no IN (SELECT case_no FROM case_follower WHERE account = {})",
                place(account.clone().into())
            );
        }
        if self.escalated {
            sql += " AND escalated = 1";
        }
        if let Some(now) = self.overdue_at {
            let now = place(now.timestamp_micros().into());
            sql += &format!(
                " AND due_at_us <= {now} AND paused = 0 AND stage IN ('open', 'accepted', 'disputed')"
            );
        }
        if let Some(from) = self.due_from {
            sql += &format!(" AND due_at_us >= {}", place(from.timestamp_micros().into()));
        }
        if let Some(before) = self.due_before {
            sql += &format!(" AND due_at_us < {}", place(before.timestamp_micros().into()));
        }
        if let Some((due_at, no)) = self.after {
            let due = place(due_at.timestamp_micros().into());
            sql += &format!(" AND (due_at_us, no) > ({due}, {})", place(no.into()));
        }
        (sql, params)
    }
}

/// A state as its column has it.
fn stage(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Accepted => "accepted",
        State::Answered => "answered",
        State::Confirmed => "confirmed",
        State::Disputed => "disputed",
        State::Closed => "closed",
    }
}

const STEPS: Insert = Insert {
    table: "case_step",
    columns: &["event_seq", "ordinal", "case_no", "step"],
    then: OnConflict::Fail,
};
const CASES: Insert = Insert {
    table: "work_case",
    columns: &[
        "no",
        "live",
        "kind",
        "duty",
        "about_kind",
        "about_id",
        "department",
        "area",
        "officer",
        "due_at_us",
        "last_seq",
        "state",
        "stage",
        "paused",
        "escalated",
        "since_us",
    ],
    then: OnConflict::Replace("no"),
};
const PARTIES: Insert =
    Insert { table: "case_party", columns: &["kind", "id", "case_no"], then: OnConflict::Keep };
const FOLLOWERS: Insert =
    Insert { table: "case_follower", columns: &["account", "case_no"], then: OnConflict::Keep };

/// Fewer openings of a duty than this are looked up one by one; for more, all its live cases are read first.
const FEW: usize = 256;
/// Steps gathered before they are sent.
const GATHER: usize = 2048;

impl Store {
    /// Opens cases and takes steps, as one event; durable when this returns. Errors: NotFound for a case that is not
    /// there, Step for a step that cannot be taken; nothing is written then.
    pub fn move_cases(&self, event: Event, moves: CaseMoves) -> Result<Moved, StoreError> {
        self.write(move |ledger| write_event(ledger, event, &moves))
    }

    /// One case.
    pub fn case(&self, no: i64) -> Result<Option<StoredCase>, StoreError> {
        self.read(|connection| find(connection, no))
    }

    /// Whether an account raised a problem or handed it on.
    pub fn follows(&self, account: &str, no: i64) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM case_follower WHERE account = $1 AND case_no = $2";
        let found =
            self.read(|connection| connection.first(sql, &[account.into(), no.into()], |_| Ok(())))?;
        Ok(found.is_some())
    }

    /// Everything that happened to a case, in order.
    pub fn case_steps(&self, no: i64) -> Result<Vec<StoredStep>, StoreError> {
        self.read(|connection| {
            let sql = format!("{STEP} WHERE case_no = $1 ORDER BY event_seq, ordinal");
            connection.all(&sql, &[no.into()], read_step)
        })
    }

    /// Cases by when they are due.
    pub fn worklist(&self, worklist: &Worklist) -> Result<Vec<StoredCase>, StoreError> {
        let (conditions, mut params) = worklist.conditions();
        params.push(limited(worklist.limit));
        let sql = format!(
            "{SELECT} WHERE {conditions} ORDER BY due_at_us, no LIMIT ${count}",
            count = params.len()
        );
        self.read(|connection| connection.all(&sql, &params, read_case))
    }

    /// How many cases a list has; `after` and `limit` are not looked at. Counting a long list takes longer than reading
    /// a page of it, so what was counted holds until there is another event.
    pub fn count_cases(&self, worklist: &Worklist) -> Result<u64, StoreError> {
        let (conditions, params) = Worklist { after: None, ..worklist.clone() }.conditions();
        let sql = format!("SELECT count(*) FROM work_case WHERE {conditions}");
        let list = format!("{conditions} {params:?}");
        // Read first: if a case moves meanwhile, what is counted is counted again for the next event.
        let seq = self.last_seq()?;
        if let Some(count) =
            self.case_counts().get(&list).filter(|(at, _)| *at == seq).map(|(_, count)| *count)
        {
            return Ok(count);
        }
        let count = self.read(|connection| connection.first(&sql, &params, |row| row.int(0)))?;
        let count = count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        if worklist.overdue_at.is_some() {
            // Asked of this very instant, which does not come again.
            return Ok(count);
        }
        let mut counts = self.case_counts();
        if counts.len() >= COUNTS_MAX {
            counts.clear();
        }
        counts.insert(list, (seq, count));
        Ok(count)
    }

    /// How many cases of a list are due when: each instant with its count, in order.
    pub fn due_counts(&self, worklist: &Worklist) -> Result<Vec<(DateTime<Utc>, u64)>, StoreError> {
        let (conditions, params) = Worklist { after: None, ..worklist.clone() }.conditions();
        let sql = format!(
            "SELECT due_at_us, count(*) FROM work_case WHERE {conditions} GROUP BY due_at_us ORDER BY due_at_us"
        );
        let found =
            self.read(|connection| connection.all(&sql, &params, |row| Ok((row.int(0)?, row.int(1)?))))?;
        let instant =
            |(due, count)| Some((DateTime::from_timestamp_micros(due)?, u64::try_from(count).unwrap_or(0)));
        Ok(found.into_iter().filter_map(instant).collect())
    }

    /// How many cases of a list each person has; none stands for nobody in particular.
    pub fn holder_counts(&self, worklist: &Worklist) -> Result<BTreeMap<Option<String>, u64>, StoreError> {
        let (conditions, params) = Worklist { after: None, ..worklist.clone() }.conditions();
        let sql = format!("SELECT officer, count(*) FROM work_case WHERE {conditions} GROUP BY officer");
        let read = |row: &Row| Ok((row.opt_text(0)?.map(str::to_owned), row.int(1)?));
        let found = self.read(|connection| connection.all(&sql, &params, read))?;
        Ok(found.into_iter().map(|(officer, count)| (officer, u64::try_from(count).unwrap_or(0))).collect())
    }

    /// Duties that have live cases.
    pub fn duties_with_cases(&self) -> Result<Vec<DutyId>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT DISTINCT duty FROM work_case WHERE live = 1 AND duty IS NOT NULL ORDER BY duty";
            connection.all(sql, &[], |row| Ok(row.text(0)?.into()))
        })
    }

    /// The records that have a live case of a duty, each with the case.
    pub fn records_with_cases(&self, duty: &str) -> Result<BTreeMap<RecordId, LiveCase>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT about_id, no, area, stage, officer FROM work_case WHERE live = 1 AND duty = $1";
            let found = connection.all(sql, &[duty.into()], |row| {
                let free = row.text(3)? == stage(State::Open) && row.opt_text(4)?.is_none();
                Ok((row.text(0)?.into(), LiveCase { no: row.int(1)?, area: row.text(2)?.into(), free }))
            })?;
            Ok(found.into_iter().collect())
        })
    }

    /// Cases that may have waited for too long, by their numbers.
    pub fn waiting(&self, waiting: &Waiting) -> Result<Vec<StoredCase>, StoreError> {
        // No case waits since the beginning of time.
        let us = |at: Option<DateTime<Utc>>| at.map_or(i64::MIN, |at| at.timestamp_micros());
        let (untaken, overdue) = (us(waiting.untaken_since), us(waiting.overdue_since));
        self.read(|connection| {
            let sql = format!(
                "{SELECT} WHERE live = 1 AND escalated = 0 AND paused = 0 AND kind = $1 AND no > $2
                 AND ((stage IN ('open', 'disputed') AND since_us <= $3)
                   OR (stage IN ('open', 'accepted', 'disputed') AND since_us <= $4 AND due_at_us <= $4))
                 ORDER BY no LIMIT $5"
            );
            let kind = waiting.kind.as_str();
            let limit = limited(waiting.limit);
            connection.all(
                &sql,
                &[kind.into(), waiting.after.into(), untaken.into(), overdue.into(), limit],
                read_case,
            )
        })
    }

    /// Problems that were raised about records of a kind, ended ones too; no gaps.
    pub fn problems_about(&self, kind: &str) -> Result<Vec<StoredCase>, StoreError> {
        let sql = format!("{SELECT} WHERE duty IS NULL AND about_kind = $1 ORDER BY no");
        self.read(|connection| connection.all(&sql, &[kind.into()], read_case))
    }

    /// Problems about no record, of some kinds, the latest first: only those before a number.
    pub fn reports(
        &self,
        kinds: &[CaseKindId],
        before: i64,
        limit: usize,
    ) -> Result<Vec<StoredCase>, StoreError> {
        if kinds.is_empty() {
            return Ok(vec![]);
        }
        let mut params: Vec<Param> = vec![before.into()];
        params.extend(kinds.iter().map(|kind| Param::Text(kind.as_str())));
        let places: Vec<String> = (2..=params.len()).map(|place| format!("${place}")).collect();
        params.push(limited(limit));
        let sql = format!(
            "{SELECT} WHERE duty IS NULL AND about_kind IS NULL AND no < $1 AND kind IN ({kinds})
             ORDER BY no DESC LIMIT ${limit}",
            kinds = places.join(", "),
            limit = params.len()
        );
        self.read(|connection| connection.all(&sql, &params, read_case))
    }

    /// The live case of a duty and a record.
    pub fn live_case(&self, duty: &str, record: &RecordRef) -> Result<Option<i64>, StoreError> {
        self.read(|connection| live_case(connection, duty, record))
    }

    /// Live cases of some kinds that concern one of these records of a kind.
    pub fn live_of_kinds(
        &self,
        kinds: &BTreeSet<CaseKindId>,
        (kind, ids): (&str, &BTreeSet<&str>),
    ) -> Result<Vec<StoredCase>, StoreError> {
        if kinds.is_empty() || ids.is_empty() {
            return Ok(vec![]);
        }
        let ids: Vec<&str> = ids.iter().copied().collect();
        let places = |from: usize, count: usize| {
            (from..from + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
        };
        self.read(|connection| {
            let mut found = Vec::new();
            for ids in ids.chunks(FEW) {
                let mut params: Vec<Param> = vec![kind.into()];
                params.extend(ids.iter().map(|id| Param::Text(id)));
                params.extend(kinds.iter().map(|kind| Param::Text(kind.as_str())));
                let sql = format!(
                    "{SELECT} WHERE live = 1
                     AND no IN (SELECT case_no FROM case_party WHERE kind = $1 AND id IN ({}))
                     AND kind IN ({}) ORDER BY no",
                    places(2, ids.len()),
                    places(2 + ids.len(), kinds.len())
                );
                found.extend(connection.all(&sql, &params, read_case)?);
            }
            Ok(found)
        })
    }

    /// The live case of each duty and record, in their order.
    pub fn live_cases(&self, of: &[(&str, RecordRef)]) -> Result<Vec<Option<i64>>, StoreError> {
        self.read(|connection| of.iter().map(|(duty, record)| live_case(connection, duty, record)).collect())
    }

    /// Shows the steps of every case that was opened before an instant, each case's in order.
    pub fn each_case_history(
        &self,
        before: DateTime<Utc>,
        mut each: impl FnMut(i64, &[(Step, DateTime<Utc>)]),
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = "SELECT case_no, at_us, step FROM case_step JOIN event ON seq = event_seq
                       WHERE at_us < $1 ORDER BY case_no, event_seq, ordinal";
            let (mut at, mut steps) = (None, Vec::new());
            connection.each(sql, &[before.timestamp_micros().into()], |row| {
                let no = row.int(0)?;
                if at.is_some_and(|at| at != no) {
                    each(at.unwrap_or(no), &steps);
                    steps.clear();
                }
                at = Some(no);
                let instant = DateTime::from_timestamp_micros(row.int(1)?).ok_or_else(no_instant)?;
                steps.push((row.json(2)?, instant));
                Ok(())
            })?;
            if let Some(no) = at {
                each(no, &steps);
            }
            Ok(())
        })
    }

    /// Keeps a link by which the beneficiary of a case is asked; only a digest of it.
    pub fn make_case_link(
        &self,
        token_hash: &str,
        no: i64,
        (by, at): (&str, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let (token_hash, by) = (token_hash.to_owned(), by.to_owned());
        self.write(move |ledger| {
            let sql =
                "INSERT INTO case_link (token_hash, case_no, made_by, made_at_us) VALUES ($1, $2, $3, $4)";
            let params =
                [token_hash.as_str().into(), no.into(), by.as_str().into(), at.timestamp_micros().into()];
            ledger.connection.here()?.execute(sql, &params).map(drop)
        })
    }

    /// The case whose beneficiary a link asks.
    pub fn case_of_link(&self, token_hash: &str) -> Result<Option<StoredCase>, StoreError> {
        self.read(|connection| {
            let sql = format!("{SELECT} JOIN case_link ON case_no = no WHERE token_hash = $1");
            connection.first(&sql, &[token_hash.into()], read_case)
        })
    }
}

const SELECT: &str = "SELECT no, last_seq, state FROM work_case";
const STEP: &str =
    "SELECT case_no, event_seq, at_us, actor, step FROM case_step JOIN event ON seq = event_seq";

fn read_case(row: &Row) -> Result<StoredCase, StoreError> {
    Ok(StoredCase { no: row.int(0)?, seq: row.int(1)?, case: row.json(2)? })
}

fn read_step(row: &Row) -> Result<StoredStep, StoreError> {
    Ok(StoredStep {
        no: row.int(0)?,
        seq: row.int(1)?,
        at: DateTime::from_timestamp_micros(row.int(2)?).ok_or_else(no_instant)?,
        actor: row.text(3)?.to_owned(),
        step: row.json(4)?,
    })
}

fn no_instant() -> StoreError {
    StoreError::Damaged { place: "event".to_owned(), why: Label::new("时刻无效", "no instant") }
}

fn live_case(connection: &mut Connection, duty: &str, record: &RecordRef) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT no FROM work_case
               WHERE live = 1 AND duty = $1 AND about_kind = $2 AND about_id = $3";
    let params = [duty.into(), record.kind.as_str().into(), record.id.as_str().into()];
    connection.first(sql, &params, |row| row.int(0))
}

fn find(connection: &mut Connection, no: i64) -> Result<Option<StoredCase>, StoreError> {
    connection.first(&format!("{SELECT} WHERE no = $1"), &[no.into()], read_case)
}

/// The line of a step, as the body's digest takes it.
pub(crate) fn step_line(no: i64, step: &str) -> String {
    format!(r#"{{"case":{no},"step":{step}}}"#)
}

/// Opens cases and takes steps, as one event; none where nothing happens.
pub(crate) fn write_event(ledger: &mut Ledger, event: Event, moves: &CaseMoves) -> Result<Moved, StoreError> {
    let mut draft = Draft::begin(event, ledger.tail);
    let mut moved = write(ledger, &mut draft, moves)?;
    let is_opened = moved.opened.iter().any(Option::is_some);
    if is_opened || !moves.steps.is_empty() || !moved.followed.is_empty() || !moved.ended.is_empty() {
        moved.seq = Some(draft.finish(ledger)?);
    }
    Ok(moved)
}

/// Opens a case with the filing that is being written, unless what it made or changed has a live one of that kind.
pub(crate) fn open_with(
    ledger: &mut Ledger,
    draft: &mut Draft,
    filing: &RecordRef,
    opening: Opening,
) -> Result<(), StoreError> {
    let sql = "SELECT no FROM work_case JOIN case_party ON case_no = no
               WHERE live = 1 AND work_case.kind = $1 AND case_party.kind = $2 AND case_party.id = $3";
    let of = [opening.kind.as_str().into(), filing.kind.as_str().into(), filing.id.as_str().into()];
    if ledger.connection.here()?.first(sql, &of, |row| row.int(0))?.is_none() {
        write(ledger, draft, &CaseMoves { open: vec![opening], ..CaseMoves::default() })?;
    }
    Ok(())
}

/// Adds openings, steps and endings to an event that is not finished yet.
pub(crate) fn write(ledger: &mut Ledger, draft: &mut Draft, moves: &CaseMoves) -> Result<Moved, StoreError> {
    let at = draft.event.at;
    let mut live = Live::read(ledger.connection.here()?, &moves.open)?;
    let mut written = Written { seq: draft.seq, ..Written::default() };
    let last = ledger.connection.here()?.first("SELECT max(no) FROM work_case", &[], |row| row.opt_int(0))?;
    let mut no = last.flatten().unwrap_or(0);
    let mut opened = Vec::with_capacity(moves.open.len());
    for opening in &moves.open {
        if !live.begin(ledger.connection.here()?, opening)? {
            opened.push(None);
            continue;
        }
        no += 1;
        opened.push(Some(no));
        let step = Step::Opened(Box::new(opening.clone()));
        let case = Case::open(&step, at).map_err(|refusal| StoreError::Step { no, refusal })?;
        written.put(draft, (no, &step, case), ledger.connection.here()?)?;
    }
    for (no, step) in &moves.steps {
        let mut case = written.take(*no, ledger.connection.here()?)?;
        case.take(step, at).map_err(|refusal| StoreError::Step { no: *no, refusal })?;
        written.put(draft, (*no, step, case), ledger.connection.here()?)?;
    }
    let mut followed = Vec::new();
    for (place, (no, step)) in moves.follow.iter().enumerate() {
        let mut case = written.take(*no, ledger.connection.here()?)?;
        if case.take(step, at).is_ok() {
            written.put(draft, (*no, step, case), ledger.connection.here()?)?;
            followed.push(place);
        }
    }
    let mut ended = Vec::new();
    for (no, ending) in &moves.end {
        let mut case = written.take(*no, ledger.connection.here()?)?;
        if !case.is_live() {
            continue;
        }
        let step = Step::Closed(ending.clone());
        case.take(&step, at).map_err(|refusal| StoreError::Step { no: *no, refusal })?;
        written.put(draft, (*no, &step, case), ledger.connection.here()?)?;
        ended.push(*no);
    }
    written.send_when(0, ledger.connection.here()?, &draft.event.actor)?;
    Ok(Moved { seq: None, opened, followed, ended })
}

/// Which records have a live case of which duty.
#[derive(Default)]
struct Live {
    /// Duties all of whose live cases were read.
    read: BTreeMap<DutyId, BTreeSet<RecordRef>>,
    /// Begun by this event.
    begun: BTreeSet<(DutyId, RecordRef)>,
}

impl Live {
    fn read(connection: &mut Connection, openings: &[Opening]) -> Result<Self, StoreError> {
        let mut counts: BTreeMap<&DutyId, usize> = BTreeMap::new();
        for duty in openings.iter().filter_map(|opening| opening.duty.as_ref()) {
            *counts.entry(duty).or_default() += 1;
        }
        let mut live = Self::default();
        for (duty, _) in counts.into_iter().filter(|(_, count)| *count > FEW) {
            let sql = "SELECT about_kind, about_id FROM work_case WHERE live = 1 AND duty = $1";
            let records = connection.all(sql, &[duty.as_str().into()], |row| {
                Ok(RecordRef { kind: row.text(0)?.into(), id: row.text(1)?.into() })
            })?;
            live.read.insert(duty.clone(), records.into_iter().collect());
        }
        Ok(live)
    }

    /// Whether the case may be opened: its duty and record have no live one.
    fn begin(&mut self, connection: &mut Connection, opening: &Opening) -> Result<bool, StoreError> {
        let (Some(duty), Some(about)) = (&opening.duty, &opening.about) else { return Ok(true) };
        let known = match self.read.get(duty) {
            Some(records) => records.contains(about),
            None => live_case(connection, duty.as_str(), about)?.is_some(),
        };
        Ok(!known && self.begun.insert((duty.clone(), about.clone())))
    }
}

/// Steps and cases that wait to be sent.
#[derive(Default)]
struct Written {
    seq: i64,
    ordinal: i64,
    steps: Vec<(i64, i64, String)>,
    cases: BTreeMap<i64, Case>,
    followed: BTreeSet<i64>,
    /// Those of the cases that are new.
    opened: BTreeSet<i64>,
}

impl Written {
    /// A case as it is by now.
    fn take(&mut self, no: i64, connection: &mut Connection) -> Result<Case, StoreError> {
        if let Some(case) = self.cases.get(&no) {
            return Ok(case.clone());
        }
        let found = find(connection, no)?;
        Ok(found.ok_or(StoreError::NotFound { what: "case", name: no.to_string() })?.case)
    }

    /// A step, and the case that it leaves.
    fn put(
        &mut self,
        draft: &mut Draft,
        (no, step, case): (i64, &Step, Case),
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        self.step(draft, no, step);
        // What was filed is followed from its filing.
        if step.lets_follow() && case.opening.duty.is_none() && case.opening.filing.is_none() {
            self.followed.insert(no);
        }
        if matches!(step, Step::Opened(_)) {
            self.opened.insert(no);
        }
        self.cases.insert(no, case);
        self.send_when(GATHER, connection, &draft.event.actor)
    }

    fn step(&mut self, draft: &mut Draft, no: i64, step: &Step) {
        let text = json!(step).to_string();
        draft.claim("case", &step_line(no, &text));
        self.steps.push((self.ordinal, no, text));
        self.ordinal += 1;
    }

    fn send_when(
        &mut self,
        gathered: usize,
        connection: &mut Connection,
        actor: &str,
    ) -> Result<(), StoreError> {
        if self.steps.len() < gathered.max(1) {
            return Ok(());
        }
        let steps = std::mem::take(&mut self.steps);
        let mut values = Vec::with_capacity(steps.len() * STEPS.columns.len());
        for (ordinal, no, step) in &steps {
            values.extend([self.seq.into(), (*ordinal).into(), (*no).into(), Param::Text(step)]);
        }
        connection.insert(&STEPS, &values)?;
        let cases = std::mem::take(&mut self.cases);
        let mut rows = Vec::with_capacity(cases.len() * CASES.columns.len());
        let mut parties = Vec::new();
        for (no, case) in &cases {
            rows.extend(case_row(*no, self.seq, case));
            let opening = &case.opening;
            let concerned = [&opening.about, &opening.bearer, &opening.beneficiary, &opening.filing];
            // Whom it concerns is said once, when it is opened.
            let concerned = concerned.into_iter().flatten().filter(|_| self.opened.contains(no));
            for party in concerned {
                parties.extend([party.kind.as_str().into(), party.id.as_str().into(), (*no).into()]);
            }
        }
        self.opened.clear();
        connection.insert(&CASES, &rows)?;
        let followed = std::mem::take(&mut self.followed);
        if !followed.is_empty() {
            let values: Vec<Param> = followed.iter().flat_map(|no| [actor.into(), (*no).into()]).collect();
            connection.insert(&FOLLOWERS, &values)?;
        }
        connection.insert(&PARTIES, &parties).map(drop)
    }
}

fn case_row(no: i64, seq: i64, case: &Case) -> [Param<'_>; 16] {
    let opening = &case.opening;
    let about = opening.about.as_ref();
    [
        no.into(),
        Param::flag(case.is_live()),
        opening.kind.as_str().into(),
        opening.duty.as_ref().map(DutyId::as_str).into(),
        about.map(|record| record.kind.as_str()).into(),
        about.map(|record| record.id.as_str()).into(),
        case.office.department.as_str().into(),
        case.office.area.as_str().into(),
        case.officer.as_deref().into(),
        case.due_at.timestamp_micros().into(),
        seq.into(),
        json!(case).to_string().into(),
        stage(case.state).into(),
        Param::flag(case.paused_at.is_some()),
        Param::flag(case.escalated),
        case.since.timestamp_micros().into(),
    ]
}
