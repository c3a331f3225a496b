//! Exemptions by hand: each is given once and withdrawn once, however many people try at the same moment.
//! Giving one is like filing: [`Store::file`].

use model::Change;
use model::event::Event;

use crate::Store;
use crate::draft::Draft;
use crate::error::StoreError;

impl Store {
    /// Writes the event of a change that may happen to a record once, durable when this returns; nothing where `fact`
    /// is known of the record already, or there is no such record. Returns the event's number, or none.
    pub fn change_once(&self, event: Event, change: Change, fact: &str) -> Result<Option<i64>, StoreError> {
        let fact = fact.to_owned();
        self.write(move |ledger| {
            let mut draft = Draft::begin(event, ledger.tail);
            let known = draft.known(ledger, &(change.kind.clone(), change.id.clone()))?;
            let facts = known.and_then(|known| {
                serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&known.facts).ok()
            });
            if facts.is_none_or(|facts| facts.contains_key(&fact)) {
                return Ok(None);
            }
            draft.change(ledger, &change)?;
            draft.finish(ledger).map(Some)
        })
    }
}
