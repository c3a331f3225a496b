//! Verdicts that could not be written together with the change they follow from: the disk was full, or an import came
//! between. A pass writes them as soon as one can.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use model::event::EventType;
use store::{EventFilter, Recorded, StoreError, StoredEvent};
use tokio::sync::Notify;

use super::app::App;
use crate::clock;
use crate::pipeline::{Origin, PipelineError};

/// Time between two tries while nothing is written: a full disk is not emptied by asking.
const RETRY: Duration = Duration::from_secs(30);
/// Events of cases that are looked through for the last that brought all in step; beyond them it is done anew.
const LOOK_BACK: usize = 256;

/// Whether verdicts are behind the changes. Only in memory: a server that starts looks for itself.
#[derive(Debug, Default)]
pub struct Behind {
    is: AtomicBool,
    try_now: Notify,
}

impl Behind {
    /// Verdicts are missing, whoever can may write them.
    pub fn mark(&self) {
        self.is.store(true, Ordering::SeqCst);
        self.try_now.notify_one();
    }

    /// Whether verdicts are missing.
    pub fn is_behind(&self) -> bool {
        self.is.load(Ordering::SeqCst)
    }

    /// Something was written: what is missing can be, too.
    pub fn written(&self) {
        if self.is_behind() {
            self.try_now.notify_one();
        }
    }
}

impl App {
    /// Records a pass if verdicts are behind; nothing if they are not. They stay behind where it fails for a reason
    /// that can pass.
    pub fn catch_up_verdicts(&self) -> Result<Recorded, PipelineError> {
        // A change that comes meanwhile marks it anew.
        if !self.behind.is.swap(false, Ordering::SeqCst) {
            return Ok(Recorded::default());
        }
        let recorded = self.record_day(self.today());
        if matches!(recorded, Err(PipelineError::Store(_) | PipelineError::Table(_))) {
            self.behind.is.store(true, Ordering::SeqCst);
        }
        recorded
    }

    /// Records a pass for a day, in the server's own name.
    pub(super) fn record_day(&self, on: NaiveDate) -> Result<Recorded, PipelineError> {
        let origin = self.origin(clock::now());
        let pipeline = self.days.pipeline();
        self.days.read(on, |snapshot| {
            let recorded = pipeline.record_pass(snapshot, &origin, |_, _| true)?;
            pipeline.reconcile(snapshot, &Origin { at: self.now(), ..origin })?;
            Ok(recorded)
        })?
    }

    /// Cases that have waited for too long by now go up.
    pub(super) fn send_up_waiting(&self) -> Result<u64, PipelineError> {
        let origin = self.origin(self.now());
        let pipeline = self.days.pipeline();
        self.days.read(self.today(), |snapshot| pipeline.send_up(snapshot, &origin))?
    }

    /// Marks verdicts as behind if a change by hand came after the last of them: the server may have ended between.
    /// Most often nothing is missing, and the pass finds that. Imports wait for a pass that somebody asks for.
    pub fn look_behind(&self) -> Result<(), StoreError> {
        let mut changed = 0;
        use EventType::{Change, Computed, Decision, Draw, Exemption, Filing};
        for event_type in [Change, Decision, Filing, Draw, Exemption, Computed] {
            changed = changed.max(self.last(event_type)?.map_or(0, |stored| stored.seq));
        }
        // A change that came while verdicts were written is none of those they knew.
        let verdicts = self.last(EventType::Verdicts)?;
        let known = verdicts.map_or(0, |stored| stored.event.summary["known"].as_i64().unwrap_or(stored.seq));
        if changed > known {
            self.behind.mark();
        }
        Ok(())
    }

    /// Brings the cases in step where verdicts came after the last of them: the server may have ended between. Most
    /// often nothing is missing.
    pub fn look_for_cases(&self) -> Result<(), PipelineError> {
        let pipeline = self.days.pipeline();
        let verdicts = self.last(EventType::Verdicts)?.map_or(0, |stored| stored.seq);
        // Steps that people take are events of cases, too: they bring nothing else in step.
        let filter = EventFilter { before: None, event_type: Some(EventType::Case), limit: LOOK_BACK };
        let cases = self.store().latest_events(&filter)?;
        let reconciled = cases.iter().find(|stored| stored.event.summary.get("reconciled").is_some());
        if pipeline.rules.casework.is_none() || verdicts <= reconciled.map_or(0, |stored| stored.seq) {
            return Ok(());
        }
        let origin = self.origin(self.now());
        self.days.read(self.today(), |snapshot| pipeline.reconcile(snapshot, &origin))?.map(drop)
    }

    fn last(&self, event_type: EventType) -> Result<Option<StoredEvent>, StoreError> {
        let filter = EventFilter { before: None, event_type: Some(event_type), limit: 1 };
        Ok(self.store().latest_events(&filter)?.into_iter().next())
    }

    /// Catches up whenever verdicts are behind.
    pub async fn follow_verdicts(self) {
        let looked = self.blocking(|app| Ok(app.look_behind()?)).await;
        if looked.is_err() {
            tracing::error!("whether verdicts are behind is not known; the next pass records them");
        }
        if let Ok(Err(error)) = self.blocking(|app| Ok(app.look_for_cases())).await {
            tracing::error!(%error, "cases may be behind; the next pass brings them in step");
        }
        loop {
            self.behind.try_now.notified().await;
            while self.behind.is_behind() {
                // Errors of the register are said by what made them wait already, and again here.
                let caught_up = self.blocking(|app| Ok(app.catch_up_verdicts())).await;
                match caught_up {
                    Ok(Ok(recorded)) => {
                        tracing::info!(changes = recorded.changes.len(), "verdicts have caught up");
                    }
                    Ok(Err(error)) => tracing::error!(%error, "verdicts are behind; tried again later"),
                    Err(_) => tracing::error!("verdicts are behind; tried again later"),
                }
                let _ = tokio::time::timeout(RETRY, self.behind.try_now.notified()).await;
            }
        }
    }
}
