//! Facts that follow from who supplies whom, computed anew whenever a firm stops or returns, or a supply changes.

use std::time::Duration;

use model::KindId;
use model::event::EventType;

use super::app::App;
use crate::clock;
use crate::pipeline::{PipelineError, SupplyRows};

/// Time between two looks at what happened.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Events looked through at once.
const BATCH: usize = 256;
/// Changed records of one event looked through for a firm or a supply.
const CHANGES_MAX: usize = 1_000;

impl App {
    /// Computes what follows from who supplies whom today, and records what differs and the verdicts that turn with it.
    /// Returns whether anything differed. Readers wait only while rows are taken out, not while they are worked on.
    pub fn follow_supplies(&self) -> Result<bool, PipelineError> {
        let pipeline = self.days.pipeline();
        let Some(rows) = self.days.read(self.today(), |snapshot| pipeline.supply_rows(snapshot))? else {
            return Ok(false);
        };
        self.keep_supplies(rows)
    }

    fn keep_supplies(&self, rows: SupplyRows) -> Result<bool, PipelineError> {
        let pipeline = self.days.pipeline();
        let origin = self.origin(clock::now());
        if pipeline.follow_supplies(rows, &origin)?.is_none() {
            return Ok(false);
        }
        let recorded = self.days.write(self.today(), |snapshot| {
            if pipeline.catch_up(snapshot)? {
                return pipeline.record_waiting(snapshot, &origin, self.now()).map(|_| true);
            }
            Ok(false)
        });
        if !matches!(recorded, Ok(true)) {
            self.behind.mark();
        }
        Ok(true)
    }

    /// Whether a firm or a supply changed after an event, and the last event looked at.
    fn supplies_changed(&self, mut after: i64) -> Result<(bool, i64), PipelineError> {
        let (store, rules) = (self.store(), self.rules());
        let Some(chains) = &rules.chains else { return Ok((false, after)) };
        let concerned =
            |kind: &str| [&chains.firm.kind, &chains.supply.kind].map(KindId::as_str).contains(&kind);
        loop {
            let events = store.events(after, BATCH)?;
            for stored in &events {
                let changed = match stored.event.event_type {
                    EventType::Import => true,
                    // It says of which kind its record is, and on some days there are a hundred thousand.
                    EventType::Filing => stored.event.summary["kind"].as_str().is_none_or(concerned),
                    EventType::Change | EventType::Draw | EventType::Decision => {
                        let changes = store.changes(stored.seq, -1, CHANGES_MAX)?;
                        changes.len() == CHANGES_MAX
                            || changes.iter().any(|change| concerned(change.kind.as_str()))
                    }
                    _ => false,
                };
                if changed {
                    // What comes after it is known to the computation as well.
                    return Ok((true, store.last_seq()?));
                }
                after = stored.seq;
            }
            if events.len() < BATCH {
                return Ok((false, after));
            }
        }
    }

    /// Follows firms and supplies for as long as the server runs; at once where the city has no chains.
    pub async fn follow_chains(self) {
        if self.rules().chains.is_none() {
            return;
        }
        let mut seen = None;
        let mut day = self.today();
        loop {
            let (before, same_day) = (seen, day == self.today());
            day = self.today();
            let looked = self
                .blocking(move |app| {
                    // Whoever starts, or begins a day, looks for itself.
                    let (changed, last) = match before.filter(|_| same_day) {
                        Some(after) => app.supplies_changed(after)?,
                        None => (true, app.store().last_seq()?),
                    };
                    let differed = changed && app.follow_supplies()?;
                    Ok((last, differed))
                })
                .await;
            match looked {
                Ok((last, differed)) => {
                    seen = Some(last);
                    if differed {
                        tracing::info!("what follows from the supplies is recorded");
                    }
                }
                Err(problem) => {
                    tracing::error!(status = %problem.status(), "what follows from the supplies is not recorded; tried again");
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
