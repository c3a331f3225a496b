//! Conflicts: one fact of one day, told differently by two sources. Both are kept until a person decides.

use model::event::Event;
use model::{Change, FactId, KindId, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Store;
use crate::claim::{self, Decided, Listing};
use crate::draft::{Draft, Ledger};
use crate::error::StoreError;

/// What two sources say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The record's kind.
    pub kind: KindId,
    /// The record.
    pub id: RecordId,
    /// The fact.
    pub fact: FactId,
    /// The day both speak of.
    pub on: chrono::NaiveDate,
    /// Told first; it stays current.
    pub first: Told,
    /// Told differently.
    pub second: Told,
}

/// What one source says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The value as stored JSON.
    pub value: Json,
    /// The file, bureau or person.
    pub source: Option<String>,
    /// Where in it: sheet and row.
    pub place: Option<String>,
    /// The event that told it; of the second, the import itself.
    pub seq: Option<i64>,
}

/// A conflict on the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredConflict {
    /// Its number.
    pub id: i64,
    /// The event that brought it.
    pub seq: i64,
    /// What is said.
    #[serde(flatten)]
    pub conflict: Conflict,
    /// The decision, if there is one.
    pub decided: Option<Decided>,
}

impl Conflict {
    pub(crate) fn write(&self, draft: &mut Draft, ledger: &mut Ledger) -> Result<bool, StoreError> {
        // The same disagreement is one, whichever file it is read from again.
        let same = serde_json::json!([self.kind, self.id, self.fact, self.on, self.second.value]);
        claim::write("conflict", &same, self, (draft, ledger))
    }
}

impl Store {
    /// Conflicts, in the order in which they came.
    pub fn conflicts(&self, listing: &Listing) -> Result<Vec<StoredConflict>, StoreError> {
        let stored = self.read(|connection| claim::list(connection, "conflict", listing))?;
        Ok(stored
            .into_iter()
            .map(|(id, seq, conflict, decided)| StoredConflict { id, seq, conflict, decided })
            .collect())
    }

    /// Records a person's decision as an event, with the changes that follow from it. Returns the event's number.
    /// Errors: NotFound where it is decided already.
    pub fn decide_conflict(
        &self,
        id: i64,
        decision: &Json,
        event: Event,
        changes: Vec<Change>,
    ) -> Result<i64, StoreError> {
        claim::decide(self, ("conflict", id), decision, (event, changes))
    }
}
