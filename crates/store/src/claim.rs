//! What an event says beside its changes, and a person decides later: conflicts and rows put aside share this form.

use model::Change;
use model::event::{Event, Hash};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::Store;
use crate::connection::{Connection, Param};
use crate::draft::{Draft, Ledger};
use crate::error::StoreError;
use crate::event::limited;

/// What was decided, and by which event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The event.
    pub seq: i64,
    /// As the person put it.
    pub decision: Json,
}

/// Which of them to list, in the order in which they came.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// Only those that wait for a decision.
    pub open: bool,
    /// The number of the last one seen; 0 to begin.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

impl Default for Listing {
    fn default() -> Self {
        Self { open: true, after: 0, limit: 100 }
    }
}

/// Keeps a claim unless the `same` was kept before. `table` is also its name in the event's body.
pub(crate) fn write(
    table: &'static str,
    same: &Json,
    claim: &impl Serialize,
    (draft, ledger): (&mut Draft, &mut Ledger),
) -> Result<bool, StoreError> {
    let fingerprint = Hash(Sha256::digest(same.to_string().as_bytes()).into()).to_string();
    let claim = serde_json::json!(claim).to_string();
    let sql = format!(
        "INSERT INTO {table} (id, event_seq, fingerprint, claim)
         SELECT coalesce(max(id), 0) + 1, CAST($1 AS BIGINT), $2, $3 FROM {table} WHERE true ON CONFLICT DO NOTHING"
    );
    let params = [draft.seq.into(), fingerprint.into(), Param::Text(&claim)];
    let new = ledger.connection.here()?.execute(&sql, &params)? > 0;
    if new {
        draft.claim(table, &claim);
    }
    Ok(new)
}

/// A claim as listed: its number, its event, what it says, the decision.
type Listed<T> = (i64, i64, T, Option<Decided>);

pub(crate) fn list<T: DeserializeOwned>(
    connection: &mut Connection,
    table: &'static str,
    listing: &Listing,
) -> Result<Vec<Listed<T>>, StoreError> {
    let open = if listing.open { "AND decided_seq IS NULL" } else { "" };
    let sql = format!(
        "SELECT id, event_seq, claim, decided_seq, decision FROM {table} WHERE id > $1 {open} ORDER BY id LIMIT $2"
    );
    connection.all(&sql, &[listing.after.into(), limited(listing.limit)], |row| {
        let decided = match row.opt_int(3)? {
            Some(seq) => Some(Decided { seq, decision: row.json(4)? }),
            None => None,
        };
        Ok((row.int(0)?, row.int(1)?, row.json(2)?, decided))
    })
}

pub(crate) fn decide(
    store: &Store,
    (table, id): (&'static str, i64),
    decision: &Json,
    (event, changes): (Event, Vec<Change>),
) -> Result<i64, StoreError> {
    let decision = decision.to_string();
    store.write(move |ledger| {
        let mut draft = Draft::begin(event, ledger.tail);
        for change in &changes {
            draft.change(ledger, change)?;
        }
        let sql = format!(
            "UPDATE {table} SET decided_seq = $1, decision = $2 WHERE id = $3 AND decided_seq IS NULL"
        );
        let params = [draft.seq.into(), Param::Text(&decision), id.into()];
        if ledger.connection.here()?.execute(&sql, &params)? == 0 {
            let what = if table == "aside" { "row put aside" } else { table };
            return Err(StoreError::NotFound { what, name: id.to_string() });
        }
        draft.claim("decision", &decision_line(table, id, &decision));
        draft.finish(ledger)
    })
}

/// The line of a decision, as the body's digest takes it.
pub(crate) fn decision_line(table: &str, id: i64, decision: &str) -> String {
    format!(r#"{{"decision":{decision},"{table}":{id}}}"#)
}
