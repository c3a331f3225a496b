//! Filings: records that people make by filling in a form, each once for its number; and what follows from changes of
//! records: verdicts, and steps of cases.

use model::case::{Opening, RecordRef};
use model::event::Event;
use model::{Change, FactId, KindId, RecordId};
use serde_json::json;

use crate::Store;
use crate::case::{CaseMoves, Moved};
use crate::draft::{Draft, Ledger};
use crate::error::StoreError;
use crate::schema::normalise;
use crate::verdict::{DutyVerdicts, Recorded};

/// A filing on its way to the register.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Its event.
    pub event: Event,
    /// The record that it makes or changes.
    pub change: Change,
    /// The fact that holds its number, and the number. Contract: the fact is among the kind's keys.
    pub number: (FactId, String),
    /// The case that opens with it, unless what it made or changed has a live one of that kind already.
    pub opens: Option<Opening>,
}

/// What follows from changes of records.
#[derive(Clone, Debug)]
pub struct Consequences {
    /// The last event that was known when it was judged. The verdicts' event says so under `known`: what was changed
    /// after it was not looked at.
    pub known: i64,
    /// The event of the verdicts, and where records stand now.
    pub verdicts: (Event, Vec<DutyVerdicts>),
    /// The event of the cases, and what happens to them.
    pub cases: (Event, CaseMoves),
}

/// What came of [`Consequences`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// The verdicts that turned.
    pub recorded: Recorded,
    /// The cases that moved.
    pub moved: Moved,
    /// Whether nobody else wrote since what was known, so that the last event is known, too.
    pub is_gapless: bool,
    /// The last event of all.
    pub last_seq: i64,
}

impl Store {
    /// Writes the event of a filing, durable when this returns; nothing where a record of its kind was ever known by
    /// its number. However often a phone sends it, and to however many servers, it is there once. Returns the event's
    /// number, or none where it was there before.
    pub fn file(&self, filing: Filing) -> Result<Option<i64>, StoreError> {
        self.write(move |ledger| filing.write(ledger))
    }

    /// Writes filings and what follows from all of them together: durable at once, or none of it is there. What was
    /// known is as it was before them. Returns the event's number for each filing, none where it was there before.
    pub fn file_together(
        &self,
        filings: Vec<Filing>,
        consequences: Consequences,
    ) -> Result<(Vec<Option<i64>>, Followed), StoreError> {
        self.write(move |ledger| {
            let is_gapless = ledger.tail.seq == consequences.known;
            let filed =
                filings.into_iter().map(|filing| filing.write(ledger)).collect::<Result<Vec<_>, _>>()?;
            let known = if is_gapless { ledger.tail.seq } else { consequences.known };
            let followed = Consequences { known, ..consequences }.write(ledger)?;
            Ok((filed, followed))
        })
    }

    /// Writes what follows from changes that are on record, durable when this returns. Nothing is written of what
    /// differs in nothing from what is on record. Errors: NotFound for a record or a case that is not there.
    pub fn follow_up(&self, consequences: Consequences) -> Result<Followed, StoreError> {
        self.write(move |ledger| consequences.write(ledger))
    }
}

impl Filing {
    fn write(self, ledger: &mut Ledger) -> Result<Option<i64>, StoreError> {
        let Self { event, change, number: (fact, number), opens } = self;
        let mut draft = Draft::begin(event, ledger.tail);
        let before: Vec<RecordId> = draft.find(ledger, &(change.kind.clone(), fact, normalise(&number)))?;
        if !before.is_empty() {
            return Ok(None);
        }
        draft.change(ledger, &change)?;
        if let Some(opening) = opens {
            let filing = RecordRef { kind: change.kind, id: change.id };
            crate::case::open_with(ledger, &mut draft, &filing, opening)?;
        }
        draft.finish(ledger).map(Some)
    }
}

impl Consequences {
    /// The records whose verdicts are told.
    pub fn records(&self) -> Vec<(KindId, RecordId)> {
        let of = |found: &DutyVerdicts| {
            let kind = found.kind.clone();
            found
                .verdicts
                .iter()
                .map(move |verdict| (kind.clone(), verdict.record.clone()))
                .collect::<Vec<_>>()
        };
        self.verdicts.1.iter().flat_map(of).collect()
    }

    fn write(self, ledger: &mut Ledger) -> Result<Followed, StoreError> {
        let is_gapless = ledger.tail.seq == self.known;
        let (mut event, found) = self.verdicts;
        if let Some(summary) = event.summary.as_object_mut() {
            summary.insert("known".to_owned(), json!(self.known));
        }
        let recorded = crate::verdict::write(ledger, event, &found)?;
        let (event, moves) = self.cases;
        let moved = match moves == CaseMoves::default() {
            true => Moved::default(),
            false => crate::case::write_event(ledger, event, &moves)?,
        };
        Ok(Followed { recorded, moved, is_gapless, last_seq: ledger.tail.seq })
    }
}
