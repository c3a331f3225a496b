//! An import: one transaction, one event, however many rows. Memory does not grow with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::event::Event;
use model::{Change, FactId, KindId, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::Store;
use crate::address::Address;
use crate::aside::Aside;
use crate::conflict::Conflict;
use crate::connection::{Connection, Hold, Insert, Lent, OnConflict, Param, Use};
use crate::draft::{Draft, Expected, Ledger, Tail};
use crate::error::StoreError;
use crate::event::limited;
use crate::record::{self, Provenance, StoredRecord};
use crate::schema::{Schema, normalise};
use crate::writer::Turn;

/// An import that is being written. Nobody sees anything of it before [`Import::commit`]; dropped, or killed with the
/// program, it leaves nothing. Others can read meanwhile; who wants to write waits.
pub struct Import {
    connection: Lent,
    schema: Arc<Schema>,
    tail: Tail,
    draft: Option<Draft>,
    rows: Vec<String>,
    rows_sent: i64,
    committed: bool,
    reads_ahead: bool,
    _turn: Turn,
}

/// What became of a row of a sheet, for the person who has to mend it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportRow {
    /// The sheet's name.
    pub sheet: String,
    /// The row as people count, from 1.
    pub row: u64,
    /// The heading of the column, where one column is the reason.
    pub column: Option<String>,
    /// What is written there.
    pub value: Option<String>,
    /// `rejected`, `put-aside`, `doubtful`, …
    pub outcome: String,
    /// Why.
    pub reason: model::Label,
    /// The whole row as read, by heading, so that it can be mended and imported again.
    pub cells: BTreeMap<String, String>,
}

/// Rows of the report sent at once.
const ROWS_AT_ONCE: usize = 256;
const ROWS: Insert =
    Insert { table: "import_row", columns: &["event_seq", "ordinal", "report"], then: OnConflict::Fail };

impl Store {
    /// Begins an import; waits while another writes. Errors: Busy when that takes too long.
    pub fn import(&self, event: Event) -> Result<Import, StoreError> {
        let turn = self.turn()?;
        Import::begin(self.address(), self.schema(), turn, event)
    }

    /// The report of an import: rows after a place (-1 for all), in order, with their places.
    pub fn import_rows(
        &self,
        seq: i64,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, ImportRow)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT ordinal, report FROM import_row WHERE event_seq = $1 AND ordinal > $2
                       ORDER BY ordinal LIMIT $3";
            connection
                .all(sql, &[seq.into(), after.into(), limited(limit)], |row| Ok((row.int(0)?, row.json(1)?)))
        })
    }
}

impl Import {
    fn begin(address: &Address, schema: Arc<Schema>, turn: Turn, event: Event) -> Result<Self, StoreError> {
        let mut connection = Connection::open(address, Use::Import)?;
        connection.begin_write()?;
        let reads_ahead = connection.is_remote();
        let tail = Tail::read(&mut connection)?;
        let draft = Some(Draft::begin(event, &tail));
        Ok(Self {
            connection: Lent::new(connection),
            schema,
            tail,
            draft,
            rows: Vec::new(),
            rows_sent: 0,
            committed: false,
            reads_ahead,
            _turn: turn,
        })
    }

    fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Draft, &mut Ledger) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut ledger = Ledger {
            connection: Hold::Lent(&mut self.connection),
            schema: &self.schema,
            tail: &mut self.tail,
        };
        match &mut self.draft {
            Some(draft) => work(draft, &mut ledger),
            None => Err(StoreError::NotFound { what: "import", name: "committed".to_owned() }),
        }
    }

    /// The number that the event will have.
    pub fn seq(&self) -> i64 {
        self.draft.as_ref().map_or(self.tail.seq, |draft| draft.seq)
    }

    /// Writes what a row says of a record. A change for an earlier day leaves later values as they are.
    pub fn change(&mut self, change: &Change) -> Result<(), StoreError> {
        self.with(|draft, ledger| draft.change(ledger, change))
    }

    /// A record as it stands within this import.
    pub fn record(&mut self, kind: &KindId, id: &RecordId) -> Result<Option<StoredRecord>, StoreError> {
        let key = (kind.clone(), id.clone());
        let known = self.with(|draft, ledger| draft.known(ledger, &key))?;
        known
            .map(|known| {
                let mut facts = serde_json::Map::new();
                crate::draft::apply(&mut facts, &known.facts)?;
                let (kind, id) = key;
                Ok(StoredRecord { kind, id, facts, last_on: known.last_on, synthetic: known.synthetic })
            })
            .transpose()
    }

    /// Ids of records that were ever known by this text, rows of this import among them. See [`Store::find`].
    pub fn find(&mut self, kind: &KindId, fact: &FactId, text: &str) -> Result<Vec<RecordId>, StoreError> {
        let key = (kind.clone(), fact.clone(), normalise(text));
        self.with(|draft, ledger| draft.find(ledger, &key))
    }

    /// Whether [`Import::expect`] does anything.
    pub fn reads_ahead(&self) -> bool {
        self.reads_ahead
    }

    /// Reads ahead what will be asked soon, some hundred rows at a time. Answers are the same without; on PostgreSQL
    /// they would each take a way through the network.
    pub fn expect(&mut self, expected: &Expected) -> Result<(), StoreError> {
        self.with(|draft, ledger| draft.expect(ledger, expected))
    }

    /// Where each fact of a record came from, this import included.
    pub fn provenance(
        &mut self,
        kind: &KindId,
        id: &RecordId,
    ) -> Result<BTreeMap<FactId, Provenance>, StoreError> {
        self.with(|draft, ledger| {
            draft.flush(ledger)?;
            let writing = Some((draft.seq, &draft.event));
            let key = (kind.as_str(), id.as_str());
            Ok(record::provenance(record::history(ledger.connection.here()?, key, writing)?))
        })
    }

    /// Notes that two sources tell one fact of one day differently. The first stays current. Returns whether this is
    /// new; the same disagreement is noted once, also when the file comes again.
    pub fn conflict(&mut self, conflict: &Conflict) -> Result<bool, StoreError> {
        self.with(|draft, ledger| conflict.write(draft, ledger))
    }

    /// Keeps a row for a person to decide. Returns whether this is new.
    pub fn aside(&mut self, aside: &Aside) -> Result<bool, StoreError> {
        self.with(|draft, ledger| aside.write(draft, ledger))
    }

    /// Adds a row to the import's report.
    pub fn row(&mut self, row: &ImportRow) -> Result<(), StoreError> {
        self.rows.push(json!(row).to_string());
        if self.rows.len() >= ROWS_AT_ONCE { self.send_rows() } else { Ok(()) }
    }

    fn send_rows(&mut self) -> Result<(), StoreError> {
        let seq = self.seq();
        let mut values = Vec::with_capacity(self.rows.len() * 3);
        for (report, ordinal) in self.rows.iter().zip(self.rows_sent..) {
            values.extend([seq.into(), ordinal.into(), Param::Text(report)]);
        }
        self.connection.here()?.insert(&ROWS, &values)?;
        self.rows_sent += i64::try_from(self.rows.len()).unwrap_or(0);
        self.rows.clear();
        Ok(())
    }

    /// Writes the event with its summary and makes everything visible and durable. Returns the event's number.
    pub fn commit(mut self, summary: Json) -> Result<i64, StoreError> {
        self.send_rows()?;
        let mut ledger = Ledger {
            connection: Hold::Lent(&mut self.connection),
            schema: &self.schema,
            tail: &mut self.tail,
        };
        let Some(mut draft) = self.draft.take() else {
            return Err(StoreError::NotFound { what: "import", name: "committed".to_owned() });
        };
        draft.event.summary = summary;
        let seq = draft.finish(&mut ledger)?;
        let connection = self.connection.here()?;
        connection.commit()?;
        self.committed = true;
        connection.tidy();
        Ok(seq)
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        if !self.committed {
            self.connection.rollback();
        }
    }
}
