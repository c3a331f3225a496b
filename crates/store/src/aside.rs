//! Rows put aside: which record they speak of is doubtful, so a person decides.

use model::event::Event;
use model::{Change, KindId, Label, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::Store;
use crate::claim::{self, Decided, Listing};
use crate::draft::{Draft, Ledger};
use crate::error::StoreError;

/// A row that could not be matched with certainty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    /// The kind of record it speaks of.
    pub kind: KindId,
    /// The day it speaks of.
    pub on: chrono::NaiveDate,
    /// The facts it tells, as stored JSON.
    pub facts: Map<String, Json>,
    /// Records it may mean.
    pub candidates: Vec<RecordId>,
    /// Why it was put aside.
    pub reason: Label,
    /// The file, bureau or person it came from.
    pub source: Option<String>,
    /// Where in it: sheet and row.
    pub place: Option<String>,
}

/// A row on the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredAside {
    /// Its number.
    pub id: i64,
    /// The event that brought it.
    pub seq: i64,
    /// The row.
    #[serde(flatten)]
    pub aside: Aside,
    /// The decision, if there is one.
    pub decided: Option<Decided>,
}

impl Aside {
    pub(crate) fn write(&self, draft: &mut Draft, ledger: &mut Ledger) -> Result<bool, StoreError> {
        let same = serde_json::json!([self.kind, self.on, self.facts]);
        claim::write("aside", &same, self, (draft, ledger))
    }
}

impl Store {
    /// Rows put aside, in the order in which they came.
    pub fn asides(&self, listing: &Listing) -> Result<Vec<StoredAside>, StoreError> {
        let stored = self.read(|connection| claim::list(connection, "aside", listing))?;
        Ok(stored
            .into_iter()
            .map(|(id, seq, aside, decided)| StoredAside { id, seq, aside, decided })
            .collect())
    }

    /// Records a person's decision as an event, with the changes that follow from it. Returns the event's number.
    /// Errors: NotFound where it is decided already.
    pub fn decide_aside(
        &self,
        id: i64,
        decision: &Json,
        event: Event,
        changes: Vec<Change>,
    ) -> Result<i64, StoreError> {
        claim::decide(self, ("aside", id), decision, (event, changes))
    }
}
