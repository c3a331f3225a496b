//! Filings that come at the same moment: judged before they are written, so that one commit holds them, the verdicts
//! they turn and the cases that end with these.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::{KindId, RecordId};
use serde_json::Map;
use store::{Filing, StoreError, StoredRecord};

use super::{Origin, Pipeline, PipelineError, Snapshot};

impl Pipeline {
    /// Writes filings of the day of the snapshot, and what follows from all of them; durable when this returns.
    /// Returns for each its event's number, none where it was there before. Contract: the snapshot has caught up.
    ///
    /// Errors: the snapshot is judged anew before it is read again, and none of them is on record, or else all are.
    pub fn file_together(
        &self,
        snapshot: &mut Snapshot,
        filings: Vec<Filing>,
        (origin, now): (&Origin, DateTime<Utc>),
    ) -> Result<Vec<Result<Option<i64>, StoreError>>, PipelineError> {
        let mut records = BTreeSet::new();
        let mut filed: Vec<Result<Option<i64>, StoreError>> = vec![Ok(None); filings.len()];
        let (mut ahead, mut judged, mut single) = (Vec::new(), Vec::new(), Vec::new());
        for (place, filing) in filings.into_iter().enumerate() {
            let is_first = records.insert((filing.change.kind.clone(), filing.change.id.clone()));
            match if is_first { self.record_ahead(snapshot, &filing)? } else { None } {
                Some(record) => {
                    ahead.push(record);
                    judged.push((place, filing));
                }
                None => single.push((place, filing)),
            }
        }
        if !judged.is_empty() {
            // Whatever goes wrong from here on, the snapshot knows of filings that nobody else does.
            snapshot.is_ahead = true;
            let moved = self.take_in(snapshot, &ahead)?;
            snapshot.moved.extend(moved);
            let (places, filings): (Vec<usize>, Vec<Filing>) = judged.into_iter().unzip();
            let done = self.file_judged(snapshot, filings, (origin, now))?;
            places.into_iter().zip(done).for_each(|(place, seq)| filed[place] = Ok(seq));
        }
        for (place, filing) in single {
            filed[place] = self.store.file(filing);
        }
        Ok(filed)
    }

    /// Writes filings that were judged ahead.
    fn file_judged(
        &self,
        snapshot: &mut Snapshot,
        filings: Vec<Filing>,
        by: (&Origin, DateTime<Utc>),
    ) -> Result<Vec<Option<i64>>, PipelineError> {
        let key = |filing: &Filing| (filing.change.kind.clone(), filing.change.id.clone());
        let keys: Vec<(KindId, RecordId)> = filings.iter().map(key).collect();
        let moved = snapshot.take_moved();
        let consequences = self.consequences(snapshot, &moved, by)?;
        let turned = consequences.records();
        let (filed, followed) = self.store.file_together(filings, consequences)?;
        if followed.is_gapless {
            snapshot.seq = followed.last_seq;
            snapshot.gathered.forget();
            self.catch_up_histories(snapshot, &turned)?;
        }
        // What was judged and is not on record came another way, perhaps in other words, or as another record.
        let others = keys.into_iter().zip(&filed).filter(|(_, seq)| seq.is_none());
        let others: Vec<(KindId, RecordId)> = others.map(|(key, _)| key).collect();
        let moved = self.reread(snapshot, &others)?;
        snapshot.moved.extend(moved);
        let mut is_ahead = false;
        for (kind, id) in &others {
            is_ahead |= self.store.record(kind.as_str(), id.as_str())?.is_none();
        }
        snapshot.is_ahead = is_ahead;
        Ok(filed)
    }

    /// The record of a filing as if that were on record. None where it is there already, or facts of later days are.
    fn record_ahead(
        &self,
        snapshot: &Snapshot,
        filing: &Filing,
    ) -> Result<Option<StoredRecord>, PipelineError> {
        let change = &filing.change;
        let (kind, id) = (change.kind.as_str(), change.id.as_str());
        let Some((place, _)) = self.rules.kind(kind) else { return Ok(None) };
        let is_known = snapshot.tables.row(place, &change.id).is_some();
        let before = if is_known { self.store.record(kind, id)? } else { None };
        let (fact, number) = &filing.number;
        if change.on > snapshot.on
            || before.as_ref().is_some_and(|before| before.last_on > change.on)
            || (is_known && !self.store.find(kind, fact.as_str(), number)?.is_empty())
        {
            return Ok(None);
        }
        let (mut facts, was_synthetic) = match before {
            Some(before) => (before.facts, before.synthetic),
            None => (Map::new(), false),
        };
        for (fact, value) in &change.facts {
            match value {
                Some(value) => facts.insert(fact.to_string(), serde_json::json!(value)),
                None => facts.remove(fact.as_str()),
            };
        }
        Ok(Some(StoredRecord {
            kind: change.kind.clone(),
            id: change.id.clone(),
            facts,
            last_on: change.on,
            synthetic: was_synthetic || filing.event.synthetic,
        }))
    }
}
