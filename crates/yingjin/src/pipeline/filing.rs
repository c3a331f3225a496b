//! Filings that come at the same moment: judged before they are written, so that one commit holds them, the verdicts
//! they turn and the cases that end with these.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::{KindId, RecordId};
use serde_json::Map;
use store::{Filing, StoreError, StoredRecord};

use super::{Moved, Origin, Pipeline, PipelineError, Snapshot};

impl Pipeline {
    /// Writes filings of the day of the snapshot, and what follows from all of them; durable when this returns.
    /// Returns for each its event's number, none where it was there before. Contract: the snapshot has caught up.
    ///
    /// Errors: none of them is on record, and the snapshot is judged anew before it is read again.
    pub fn file_together(
        &self,
        snapshot: &mut Snapshot,
        filings: Vec<Filing>,
        (origin, now): (&Origin, DateTime<Utc>),
    ) -> Result<Vec<Result<Option<i64>, StoreError>>, PipelineError> {
        // Whatever goes wrong from here on, the snapshot knows of filings that nobody else does.
        snapshot.is_ahead = true;
        let mut records = BTreeSet::new();
        let mut filed: Vec<Result<Option<i64>, StoreError>> = vec![Ok(None); filings.len()];
        let (mut judged, mut single) = (Vec::new(), Vec::new());
        for (place, filing) in filings.into_iter().enumerate() {
            let is_first = records.insert((filing.change.kind.clone(), filing.change.id.clone()));
            let moved = if is_first { self.judge_ahead(snapshot, &filing)? } else { None };
            match moved {
                Some(moved) => {
                    snapshot.moved.extend(moved);
                    judged.push((place, filing));
                }
                None => single.push((place, filing)),
            }
        }
        if !judged.is_empty() {
            let (places, filings): (Vec<usize>, Vec<Filing>) = judged.into_iter().unzip();
            let done = self.file_judged(snapshot, filings, (origin, now))?;
            places.into_iter().zip(done).for_each(|(place, seq)| filed[place] = Ok(seq));
        }
        snapshot.is_ahead = false;
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
        // What was judged and is not on record came by another server, perhaps in other words.
        let others: Vec<_> = keys.into_iter().zip(&filed).filter(|(_, seq)| seq.is_none()).collect();
        let others: Vec<_> = others.into_iter().map(|(key, _)| key).collect();
        let moved = self.reread(snapshot, &others)?;
        snapshot.moved.extend(moved);
        Ok(filed)
    }

    /// Judges by a filing as if it were on record. None where it is there already, or facts of later days are.
    fn judge_ahead(
        &self,
        snapshot: &mut Snapshot,
        filing: &Filing,
    ) -> Result<Option<Vec<Moved>>, PipelineError> {
        let change = &filing.change;
        let Some((place, declared)) = self.rules.kind(change.kind.as_str()) else { return Ok(None) };
        let (fact, number) = &filing.number;
        let known = self.store.find(change.kind.as_str(), fact.as_str(), number)?;
        if change.on > snapshot.on || !known.is_empty() {
            return Ok(None);
        }
        let before = match snapshot.tables.row(place, &change.id) {
            Some(_) => self.store.record(change.kind.as_str(), change.id.as_str())?,
            None => None,
        };
        if before.as_ref().is_some_and(|before| before.last_on > change.on) {
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
        let stored = StoredRecord {
            kind: change.kind.clone(),
            id: change.id.clone(),
            facts,
            last_on: change.on,
            synthetic: was_synthetic || filing.event.synthetic,
        };
        self.take_in(snapshot, (place, declared), &stored).map(Some)
    }
}
