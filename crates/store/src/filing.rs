//! Filings: a record that somebody makes by filling in a form, once for each number.

use model::event::Event;
use model::{Change, FactId, RecordId};

use crate::Store;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::schema::normalise;

impl Store {
    /// Writes the event of a filing, durable when this returns; nothing where a record of its kind was ever known by
    /// its number. However often a phone sends it, and to however many servers, it is there once. Returns the event's
    /// number, or none where it was there before. Contract: the fact `number` is among the kind's keys.
    pub fn file(
        &self,
        event: Event,
        change: Change,
        (fact, number): (FactId, String),
    ) -> Result<Option<i64>, StoreError> {
        self.write(move |ledger| {
            let mut draft = Draft::begin(event, ledger.tail);
            let before: Vec<RecordId> =
                draft.find(ledger, &(change.kind.clone(), fact, normalise(&number)))?;
            if !before.is_empty() {
                return Ok(None);
            }
            draft.change(ledger, &change)?;
            draft.finish(ledger).map(Some)
        })
    }
}
