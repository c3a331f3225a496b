//! The register as a source of facts for single records, so that one record is judged without loading all.

use std::cell::RefCell;

use chrono::NaiveDate;
use model::record::read_facts;
use model::{FactId, KindId, Record, RecordId};
use rules::evaluate::Facts;
use store::{Past, StoreError, StoredRecord};

use super::Pipeline;

/// The register as it was on a day. The rules cannot be told that the disk failed, so the first failure is kept: ask
/// [`StoreFacts::failed`] before the answer is believed.
pub struct StoreFacts<'a> {
    pipeline: &'a Pipeline,
    on: NaiveDate,
    failed: RefCell<Option<StoreError>>,
}

impl<'a> StoreFacts<'a> {
    /// The register of a city as it was on a day.
    pub fn new(pipeline: &'a Pipeline, on: NaiveDate) -> Self {
        Self { pipeline, on, failed: RefCell::default() }
    }

    /// The first failure, if there was one.
    pub fn failed(self) -> Result<(), StoreError> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }

    fn kept<T: Default>(&self, result: Result<T, StoreError>) -> T {
        result.unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn read(&self, stored: StoredRecord) -> Option<Record> {
        let (_, kind) = self.pipeline.rules.kind(stored.kind.as_str())?;
        let facts = read_facts(kind, &stored.facts);
        Some(Record { kind: stored.kind, id: stored.id, facts })
    }

    /// A record as it was on the day; one told of only later was not there.
    fn on_the_day(&self, stored: StoredRecord) -> Result<Option<StoredRecord>, StoreError> {
        if stored.last_on <= self.on {
            return Ok(Some(stored));
        }
        let past = Past { on: self.on, known_at: None };
        self.pipeline.store.record_on(stored.kind.as_str(), stored.id.as_str(), past)
    }
}

impl Facts for StoreFacts<'_> {
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
        let stored = self.kept(self.pipeline.store.record(kind.as_str(), id.as_str()))?;
        self.kept(self.on_the_day(stored)).and_then(|stored| self.read(stored))
    }

    /// Those that point here now; as they were on the day, so far as they pointed here then.
    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
        let stored = self.kept(self.pipeline.store.members(kind.as_str(), by.as_str(), id.as_str()));
        stored
            .into_iter()
            .filter_map(|stored| self.kept(self.on_the_day(stored)))
            .filter(|stored| stored.facts.get(by.as_str()).and_then(|to| to.as_str()) == Some(id.as_str()))
            .filter_map(|stored| self.read(stored))
            .collect()
    }
}
