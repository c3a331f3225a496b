//! Draws: which of those who filed are inspected, once for each form and day.

use model::Change;
use model::event::{Event, EventType};

use crate::Store;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::event::{EVENT_COLUMNS, StoredEvent, read_event, type_text};

impl Store {
    /// Writes the event of a draw with what it fills in, durable when this returns; nothing where another draw came
    /// after `last`, the number of the last one that the caller knows of (0 for none): what is drawn from may not be
    /// what it was. Returns the event's number, or none.
    pub fn draw(&self, event: Event, changes: Vec<Change>, last: i64) -> Result<Option<i64>, StoreError> {
        self.write(move |ledger| {
            let sql = "SELECT max(seq) FROM event WHERE type = $1";
            let latest = ledger
                .connection
                .here()?
                .first(sql, &[type_text(EventType::Draw).into()], |row| row.opt_int(0))?
                .flatten();
            if latest.unwrap_or(0) > last {
                return Ok(None);
            }
            let mut draft = Draft::begin(event, ledger.tail);
            for change in &changes {
                draft.change(ledger, change)?;
            }
            draft.finish(ledger).map(Some)
        })
    }

    /// Every draw, the latest first.
    pub fn draws(&self) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE type = $1 ORDER BY seq DESC");
            connection.all(&sql, &[type_text(EventType::Draw).into()], read_event)
        })
    }

    /// Shows by which event each record of a kind first came, in no order.
    pub fn each_first_event(&self, kind: &str, mut each: impl FnMut(&str, i64)) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = "SELECT id, min(event_seq) FROM record JOIN change ON record_no = id_no
                       WHERE kind = $1 GROUP BY id";
            connection.each(sql, &[kind.into()], |row| {
                each(row.text(0)?, row.int(1)?);
                Ok(())
            })
        })
    }
}
