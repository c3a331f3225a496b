//! The register on SQLite or PostgreSQL. Blocking; from async code, call it where blocking is allowed.
//!
//! ```text
//! events    what happened, append-only, chained by hash     event, draft, verify
//! records   what the events left: current facts, indexes    record, schema
//! import    one streaming transaction, one event            import, conflict, aside
//! verdicts  who stands where, and every turn on the way     verdict
//! draws     who of those who filed is inspected           draw
//! cases     work with an owner and a deadline             case
//! notices   what accounts are told, and sent           notice, telling, outbox
//! filings   forms that people fill in, and what follows     filing
//! files     photographs and documents, by their digest      file
//! accounts  who may sign in                                 account
//! ```
//!
//! Invariants: the register changes only by an event, in the same transaction. What is acknowledged is on the disk.
//! Current records equal the replay of the changes of all events. No value ever becomes part of an SQL text.

mod account;
mod address;
mod aside;
mod case;
mod claim;
mod conflict;
mod connection;
mod draft;
mod draw;
mod error;
mod event;
mod exemption;
mod file;
mod filing;
mod import;
mod migrate;
mod notice;
mod outbox;
mod reader;
mod record;
mod schema;
mod sieve;
mod telling;
mod verdict;
mod verify;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Change;
use model::event::Event;

pub use account::{Account, Role};
pub use aside::{Aside, StoredAside};
pub use case::{CaseMoves, Holder, LiveCase, Moved, StoredCase, StoredStep, Waiting, Worklist};
pub use claim::{Decided, Listing};
pub use conflict::{Conflict, StoredConflict, Told};
pub use draft::{Expected, to_microseconds};
pub use error::StoreError;
pub use event::{EventFilter, StoredChange, StoredEvent};
pub use file::{FileLine, FileUse, NewFile, Unused};
pub use filing::{Consequences, Filing, Followed};
pub use import::{Import, ImportRow};
pub use notice::{Notice, NoticeCursor, StoredNotice, Which};
pub use outbox::{Channel, End, Message, StoredMessage, Tried};
pub use record::{Counts, HistoryEntry, Page, Past, Provenance, RecordText, StoredRecord};
pub use schema::{Schema, normalise};
pub use telling::{Telling, Webhook};
pub use verdict::{
    DutyVerdicts, LISTED, Milestone, PassRecording, Recorded, StoredVerdict, TimeToDone, TrendPoint, Verdict,
    VerdictChange,
};
pub use verify::{Break, Broken, Progress, Verification};

use address::Address;
use connection::{Connection, Use};
use draft::{Draft, Ledger};
use reader::Readers;
use writer::{Gate, Turn, Writer};

/// How long a write waits for another to end.
pub(crate) const WAIT: Duration = Duration::from_secs(30);
/// Lists whose number of cases is kept at hand.
const COUNTS_MAX: usize = 256;

/// A register. Clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    schema: Arc<Schema>,
    gate: Arc<Gate>,
    readers: Readers,
    /// How many cases lists had, each with the last event at that time.
    case_counts: Mutex<HashMap<String, (i64, u64)>>,
    // Taken apart in `drop`: PostgreSQL's client must not end on a thread that runs async code.
    writer: Option<Writer>,
}

impl Store {
    /// Opens a register, or begins one where the file or database is empty. `url`: `sqlite://relative/path`,
    /// `sqlite:///absolute/path`, `…?mode=ro` to only read, `sqlite::memory:` for a register that ends with the
    /// `Store`, or `postgres://user@host/database`.
    pub fn open(url: &str, schema: &Schema) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let mut connection = Connection::open(&address, Use::Write)?;
        migrate::migrate(&mut connection, &address.place())?;
        let schema = Arc::new(schema.clone());
        if migrate::meta(&mut connection, "schema")?.as_deref() != Some(schema.digest().as_str()) {
            match in_transaction(&mut connection, |connection| draft::reindex(connection, &schema)) {
                // An auditor's copy is read by the indexes it came with.
                Err(StoreError::ReadOnly { .. }) => {}
                other => other?,
            }
        }
        let gate = Arc::new(Gate::default());
        let writer = Writer::start(address.clone(), Arc::clone(&schema), Arc::clone(&gate), connection)?;
        let shared = Shared {
            address,
            schema,
            gate,
            readers: Readers::default(),
            case_counts: Mutex::default(),
            writer: Some(writer),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Opens a register only to look at it: nothing is made, brought up to date or indexed, and writing is refused.
    pub fn inspect(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let mut connection = Connection::open(&address, Use::Read)?;
        migrate::check(&mut connection, &address.place())?;
        let (schema, gate) = (Arc::default(), Arc::default());
        let (readers, case_counts) = (Readers::with(connection), Mutex::default());
        let shared = Shared { address, schema, gate, readers, case_counts, writer: None };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Writes an event with its changes; durable when this returns. Returns the event's number.
    pub fn append(&self, event: Event, changes: Vec<Change>) -> Result<i64, StoreError> {
        self.write(move |ledger| {
            let mut draft = Draft::begin(event, ledger.tail);
            for change in &changes {
                draft.change(ledger, change)?;
            }
            draft.finish(ledger)
        })
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.shared.writer {
            Some(writer) => writer.write(work),
            None => Err(StoreError::ReadOnly { place: self.address().place() }),
        }
    }

    /// Waits for the turn of a long transaction of its own.
    pub(crate) fn turn(&self) -> Result<Turn, StoreError> {
        let place = self.address().place();
        if self.shared.writer.is_none() {
            return Err(StoreError::ReadOnly { place });
        }
        self.shared.gate.enter(WAIT).ok_or(StoreError::Busy { place, waited_s: WAIT.as_secs() })
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.shared.readers.read(&self.shared.address, work)
    }

    fn case_counts(&self) -> MutexGuard<'_, HashMap<String, (i64, u64)>> {
        self.shared.case_counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn address(&self) -> &Address {
        &self.shared.address
    }

    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.shared.schema)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let writer = self.writer.take();
        let readers = self.readers.take();
        let ended = std::thread::Builder::new().spawn(move || {
            drop(readers);
            drop(writer);
        });
        if let Ok(thread) = ended {
            let _ = thread.join();
        }
        if let Address::Sqlite(file) = &self.address
            && file.temporary
        {
            for suffix in ["", "-wal", "-shm"] {
                let mut path = file.path.clone().into_os_string();
                path.push(suffix);
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.begin_write()?;
    let done = work(connection).and_then(|value| connection.commit().map(|()| value));
    if done.is_err() {
        connection.rollback();
    }
    done
}
