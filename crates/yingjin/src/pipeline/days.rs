//! The days that have been judged, held in memory and kept in step with the register.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::NaiveDate;
use model::event::EventType;
use model::record::read_facts;
use model::{DutyId, KindId, RecordId};
use rules::evaluate::{Changed, rejudge_all};
use store::{Past, StoredRecord};

use super::{Pipeline, PipelineError, Snapshot, record};

/// Days held at once. A day of a million firms takes some hundred megabytes.
const DAYS_MAX: usize = 4;
/// Changed records past which judging all is quicker than judging each.
const CHANGES_MAX: usize = 5_000;

type Slot = Arc<RwLock<Option<Snapshot>>>;

/// The days that have been judged. Whoever asks for a day gets it as the register is at that moment: changes of
/// single records are judged one by one, imports make the day new.
pub struct Days {
    pipeline: Pipeline,
    /// The day asked for last stands last.
    slots: Mutex<Vec<(NaiveDate, Slot)>>,
}

/// A verdict that differs from before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// The duty.
    pub duty: DutyId,
    /// The record.
    pub record: RecordId,
}

impl Days {
    /// No day yet.
    pub fn new(pipeline: Pipeline) -> Self {
        Self { pipeline, slots: Mutex::default() }
    }

    /// What is judged.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Reads a day as the register is now. Blocks while it is judged, which takes seconds for a million records.
    pub fn read<T>(&self, on: NaiveDate, read: impl FnOnce(&Snapshot) -> T) -> Result<T, PipelineError> {
        let slot = self.slot(on);
        let last = self.pipeline.store.last_seq()?;
        {
            let held = slot.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(snapshot) =
                held.as_ref().filter(|snapshot| snapshot.seq >= last && !snapshot.is_ahead)
            {
                return Ok(read(snapshot));
            }
        }
        self.write(on, |snapshot| Ok(read(snapshot)))
    }

    /// Reads a day and may change the register meanwhile: nobody else reads the day until it is done.
    pub fn write<T>(
        &self,
        on: NaiveDate,
        write: impl FnOnce(&mut Snapshot) -> Result<T, PipelineError>,
    ) -> Result<T, PipelineError> {
        let slot = self.slot(on);
        let mut held = slot.write().unwrap_or_else(PoisonError::into_inner);
        let mut snapshot = match held.take() {
            None => self.pipeline.judge(on)?,
            Some(mut snapshot) => match self.pipeline.catch_up(&mut snapshot)? {
                true => snapshot,
                false => self.pipeline.judge(on)?,
            },
        };
        let written = write(&mut snapshot);
        *held = Some(snapshot);
        written
    }

    fn slot(&self, on: NaiveDate) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match slots.iter().position(|(day, _)| *day == on) {
            Some(at) => slots.remove(at).1,
            None => Slot::default(),
        };
        if slots.len() >= DAYS_MAX {
            slots.remove(0);
        }
        slots.push((on, Arc::clone(&slot)));
        slot
    }
}

impl Snapshot {
    /// The verdicts that wait to be recorded, each once.
    pub(super) fn take_moved(&mut self) -> Vec<Moved> {
        let mut moved = std::mem::take(&mut self.moved);
        moved.sort();
        moved.dedup();
        moved
    }
}

impl Pipeline {
    /// Brings a day up to the last event; the verdicts that move wait in it to be recorded. Returns whether it could:
    /// all has to be judged anew where an import came or too much changed.
    pub fn catch_up(&self, snapshot: &mut Snapshot) -> Result<bool, PipelineError> {
        if snapshot.is_ahead {
            return Ok(false);
        }
        let known = snapshot.seq;
        let followed = self.follow_events(snapshot);
        if !matches!(followed, Ok(true)) {
            // What was read halfway has to be read again.
            snapshot.seq = known;
        }
        if snapshot.moved.len() > CHANGES_MAX {
            // Nobody records this day: what moved is not told one by one any longer.
            snapshot.moved.clear();
        }
        followed
    }

    fn follow_events(&self, snapshot: &mut Snapshot) -> Result<bool, PipelineError> {
        const PAGE: usize = 256;
        let mut touched: Vec<(KindId, RecordId)> = Vec::new();
        let mut turned: Vec<(KindId, RecordId)> = Vec::new();
        loop {
            let events = self.store.events(snapshot.seq, PAGE)?;
            for stored in &events {
                match stored.event.event_type {
                    EventType::Import => return Ok(false),
                    EventType::Change
                    | EventType::Filing
                    | EventType::Draw
                    | EventType::Exemption
                    | EventType::Computed
                    | EventType::Decision => {
                        let changes = self.store.changes(stored.seq, -1, CHANGES_MAX)?;
                        touched.extend(changes.into_iter().map(|change| (change.kind, change.id)));
                        if touched.len() >= CHANGES_MAX {
                            return Ok(false);
                        }
                    }
                    EventType::Verdicts => match record::records_of(&stored.event.summary) {
                        Some(records) => turned.extend(records),
                        None => snapshot.gathered.forget_histories(),
                    },
                    EventType::Case | EventType::Reveal | EventType::Account | EventType::SignIn => {
                        snapshot.seq = stored.seq;
                        continue;
                    }
                }
                snapshot.seq = stored.seq;
                snapshot.gathered.forget();
            }
            if events.len() < PAGE {
                break;
            }
        }
        touched.sort();
        touched.dedup();
        let moved = self.reread(snapshot, &touched)?;
        snapshot.moved.extend(moved);
        self.catch_up_histories(snapshot, &turned)?;
        Ok(true)
    }

    /// Reads changed records again and judges what reads them. Errors: the day has to be judged anew.
    pub(super) fn reread(
        &self,
        snapshot: &mut Snapshot,
        touched: &[(KindId, RecordId)],
    ) -> Result<Vec<Moved>, PipelineError> {
        let past = Past { on: snapshot.on, known_at: None };
        let mut records = Vec::with_capacity(touched.len());
        for (kind, id) in touched {
            let stored = match self.store.record(kind.as_str(), id.as_str())? {
                Some(stored) if stored.last_on > snapshot.on => {
                    self.store.record_on(kind.as_str(), id.as_str(), past)?
                }
                stored => stored,
            };
            // What was told only for later days is not there yet on this one.
            records.extend(stored);
        }
        self.take_in(snapshot, &records)
    }

    /// Judges what reads some records, as they are now. Errors: the day has to be judged anew.
    pub(super) fn take_in(
        &self,
        snapshot: &mut Snapshot,
        records: &[StoredRecord],
    ) -> Result<Vec<Moved>, PipelineError> {
        let mut known = Vec::with_capacity(records.len());
        for stored in records {
            // Records of kinds that the city has no longer are kept, and judged by nobody.
            let Some((place, declared)) = self.rules.kind(stored.kind.as_str()) else { continue };
            known.push((place, stored, read_facts(declared, &stored.facts)));
        }
        let changes: Vec<Changed> = known
            .iter()
            .map(|(_, stored, facts)| Changed { kind: &stored.kind, id: &stored.id, facts })
            .collect();
        let rejudged = rejudge_all(&self.rules, &mut snapshot.tables, &mut snapshot.pass, &changes);
        // Some of it may be in the tables already.
        snapshot.is_ahead |= rejudged.is_err();
        let rejudged = rejudged?;
        for (place, stored, _) in &known {
            if let Some(row) = snapshot.tables.row(*place, &stored.id) {
                let flags = &mut snapshot.synthetic[*place];
                flags.resize(flags.len().max(row + 1), false);
                flags[row] = stored.synthetic;
            }
        }
        Ok(rejudged.into_iter().map(|verdict| Moved { duty: verdict.duty, record: verdict.record }).collect())
    }
}
