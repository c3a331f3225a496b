//! The register as columns: one thread reads records while another makes columns of those read before.

use std::sync::mpsc::{SyncSender, sync_channel};

use chrono::NaiveDate;
use model::record::read_facts;
use model::{Kind, RecordId};
use rules::table::{Builder, TableError, Tables};
use store::{Past, RecordText, StoreError};

use super::{Pipeline, PipelineError};

/// Bytes of records handed over at once.
const BATCH: usize = 256 * 1024;
/// Batches that may wait.
const WAITING: usize = 4;

/// Records on their way from one thread to the other, end to end.
#[derive(Default)]
struct Batch {
    text: String,
    /// For each record where its id and its facts end, and whether any of it was made up.
    records: Vec<(usize, usize, bool)>,
}

impl Batch {
    fn push(&mut self, record: RecordText<'_>) {
        self.text.push_str(record.id);
        let id = self.text.len();
        self.text.push_str(record.facts);
        self.records.push((id, self.text.len(), record.synthetic));
    }

    /// Id, facts and whether made up.
    fn iter(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let starts = std::iter::once(0).chain(self.records.iter().map(|(_, end, _)| *end));
        starts
            .zip(&self.records)
            .map(|(start, (id, end, synthetic))| (&self.text[start..*id], &self.text[*id..*end], *synthetic))
    }
}

impl Pipeline {
    /// The register as it was on a day, as columns; and by kind and row, what is made up.
    pub fn tables(&self, on: NaiveDate) -> Result<(Tables, Vec<Vec<bool>>), PipelineError> {
        let is_past = self.store.registry_day()?.is_some_and(|last| on < last);
        let mut builder = Tables::builder(&self.rules);
        let mut synthetic = Vec::with_capacity(self.rules.kinds.len());
        for kind in &self.rules.kinds {
            synthetic.push(match is_past {
                true => self.past_kind(on, kind, &mut builder)?,
                false => self.present_kind(kind, &mut builder)?,
            });
        }
        Ok((builder.finish(), synthetic))
    }

    fn past_kind(&self, on: NaiveDate, kind: &Kind, to: &mut Builder) -> Result<Vec<bool>, PipelineError> {
        let mut flags = Vec::new();
        let mut refused = None;
        self.store.each_record_on(kind.id.as_str(), Past { on, known_at: None }, |record| {
            match to.push(&kind.id, record.id, &read_facts(kind, &record.facts)) {
                Ok(()) => flags.push(record.synthetic),
                Err(error) => refused = Some(error),
            }
        })?;
        refused.map_or(Ok(flags), |error| Err(error.into()))
    }

    fn present_kind(&self, kind: &Kind, to: &mut Builder) -> Result<Vec<bool>, PipelineError> {
        let (send, batches) = sync_channel(WAITING);
        std::thread::scope(|scope| {
            let reading = scope.spawn(move || self.send_records(kind, &send));
            let mut flags = Vec::new();
            let mut add = || -> Result<(), TableError> {
                for batch in &batches {
                    for (id, facts, synthetic) in Batch::iter(&batch) {
                        to.push_stored(&kind.id, RecordId::from(id), facts)?;
                        flags.push(synthetic);
                    }
                }
                Ok(())
            };
            let added = add();
            // Whoever still sends is told that nobody waits for it.
            drop(batches);
            match reading.join() {
                Ok(read) => read?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
            added?;
            Ok(flags)
        })
    }

    fn send_records(&self, kind: &Kind, to: &SyncSender<Batch>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        self.store.each_record_text(kind.id.as_str(), |record| {
            batch.push(record);
            if batch.text.len() >= BATCH {
                // Fails only where a record was refused: then no more are wanted.
                let _ = to.send(std::mem::take(&mut batch));
            }
        })?;
        let _ = to.send(batch);
        Ok(())
    }
}
