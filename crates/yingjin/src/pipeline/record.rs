//! Verdicts become events: what differs from what is on record is kept, with the day it was found.

use chrono::{DateTime, Utc};
use model::event::{Event, EventType};
use model::{KindId, RecordId, Standing};
use rules::evaluate::{DutyPass, Pass};
use serde_json::{Map, json};
use store::{Consequences, DutyVerdicts, EventFilter, Recorded, Verdict};

use super::{Moved, Pipeline, PipelineError, Snapshot};

/// Who has verdicts recorded, and when.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The account, or `command-line`.
    pub actor: String,
    /// The instant.
    pub at: DateTime<Utc>,
}

impl Pipeline {
    /// Records a pass: one event with every verdict that differs from what is on record, none where nothing does.
    /// `tell` is told how many duties of how many are done, and says whether to go on.
    ///
    /// Errors: a later day is on record already: history is not written backwards.
    pub fn record_pass(
        &self,
        snapshot: &Snapshot,
        origin: &Origin,
        mut tell: impl FnMut(u64, u64) -> bool,
    ) -> Result<Recorded, PipelineError> {
        let latest = EventFilter { before: None, event_type: Some(EventType::Verdicts), limit: 1 };
        if let Some(later) = self.store.latest_events(&latest)?.first().map(|stored| stored.event.on)
            && later > snapshot.on
        {
            return Err(PipelineError::Backwards { on: snapshot.on, later });
        }
        let mut recording = self.store.record_pass(verdict_event(snapshot, origin, json!({})))?;
        let mut counts = Map::new();
        let in_force = snapshot.pass.duties.iter().map(|duty| self.found(snapshot, duty));
        // Versions that are no longer in force have nobody left in them.
        let ended = self.ended(&snapshot.pass);
        let total = u64::try_from(snapshot.pass.duties.len() + ended.len()).unwrap_or(u64::MAX);
        for (done, found) in (1..).zip(in_force.chain(ended)) {
            recording.duty(&found)?;
            if !tell(done, total) {
                return Err(PipelineError::Stopped);
            }
        }
        for duty in &snapshot.pass.duties {
            counts.insert(duty.duty.to_string(), json!(snapshot.pass.counts(duty)));
        }
        let summary = json!({"pass": snapshot.on, "known": snapshot.seq, "rules": self.rules.version, "counts": counts});
        Ok(recording.commit(summary)?)
    }

    /// Records the verdicts that moved since they were last recorded, and brings their cases in step as of `now`.
    pub fn record_waiting(
        &self,
        snapshot: &mut Snapshot,
        origin: &Origin,
        now: DateTime<Utc>,
    ) -> Result<Recorded, PipelineError> {
        let moved = snapshot.take_moved();
        if moved.is_empty() {
            return Ok(Recorded::default());
        }
        let consequences = self.consequences(snapshot, &moved, (origin, now));
        match consequences.and_then(|consequences| Ok(self.store.follow_up(consequences)?)) {
            Ok(followed) => Ok(followed.recorded),
            Err(error) => {
                snapshot.moved = moved;
                Err(error)
            }
        }
    }

    /// What follows from verdicts that moved: how they stand now, and the cases that begin or end with that.
    pub(super) fn consequences(
        &self,
        snapshot: &Snapshot,
        moved: &[Moved],
        (origin, now): (&Origin, DateTime<Utc>),
    ) -> Result<Consequences, PipelineError> {
        let mut found: Vec<DutyVerdicts> = Vec::new();
        let mut records: Vec<[&str; 2]> = Vec::new();
        for moved in moved {
            let Some(duty) = snapshot.pass.duty(&moved.duty) else { continue };
            let Some(row) = snapshot.tables.row(duty.kind, &moved.record) else { continue };
            let kind = &self.rules.kinds[duty.kind].id;
            let verdict = self.verdict(snapshot, duty, row);
            match found.iter_mut().find(|found| found.duty == duty.duty) {
                Some(found) => found.verdicts.push(verdict),
                None => found.push(DutyVerdicts {
                    duty: duty.duty.clone(),
                    kind: kind.clone(),
                    complete: false,
                    verdicts: vec![verdict],
                }),
            }
            records.push([kind.as_str(), moved.record.as_str()]);
        }
        let records = (records.len() <= RECORDS_MAX).then_some(records);
        let event = verdict_event(snapshot, origin, json!({ "records": records }));
        let cases = self.moves_of(snapshot, moved, &Origin { at: now, ..origin.clone() })?;
        Ok(Consequences { known: snapshot.seq, verdicts: (event, found), cases })
    }

    /// What a pass found for a duty; records that are out are not listed.
    fn found(&self, snapshot: &Snapshot, duty: &DutyPass) -> DutyVerdicts {
        let rows = (0..duty.rows()).filter(|row| duty.standing(*row) != Standing::Out);
        DutyVerdicts {
            duty: duty.duty.clone(),
            kind: self.rules.kinds[duty.kind].id.clone(),
            complete: true,
            verdicts: rows.map(|row| self.verdict(snapshot, duty, row)).collect(),
        }
    }

    pub(super) fn verdict(&self, snapshot: &Snapshot, duty: &DutyPass, row: usize) -> Verdict {
        let standing = duty.standing(row);
        let text = |value: Option<rust_decimal::Decimal>| value.map(|value| value.to_string());
        Verdict {
            record: snapshot.tables.table(duty.kind).ids()[row].clone(),
            standing,
            arose_on: duty.arises.as_ref().filter(|_| standing.is_owed()).and_then(|days| days.get(row)),
            met_on: duty
                .done_on
                .as_ref()
                .filter(|_| matches!(standing, Standing::Done | Standing::Leak))
                .and_then(|days| days.get(row)),
            amount: text(duty.amount.as_ref().filter(|_| standing.is_owed()).and_then(|all| all.get(row))),
            paid: text(duty.paid.as_ref().and_then(|all| all.get(row))),
        }
    }

    /// Duties of the city that are not in force on the day: whoever stood in them is out.
    fn ended(&self, pass: &Pass) -> Vec<DutyVerdicts> {
        let mut ended: Vec<DutyVerdicts> = Vec::new();
        for duty in &self.rules.duties {
            let id = &duty.duty.id;
            if pass.duty(id).is_none() && !ended.iter().any(|found| found.duty == *id) {
                let kind = duty.duty.kind.clone();
                ended.push(DutyVerdicts { duty: id.clone(), kind, complete: true, verdicts: vec![] });
            }
        }
        ended
    }
}

/// Records that the event of a change names; one that moved more is looked through as a whole.
const RECORDS_MAX: usize = 1_000;

/// The records whose verdicts an event turned, where it names them: then they are few.
pub(super) fn records_of(summary: &serde_json::Value) -> Option<Vec<(KindId, RecordId)>> {
    let records: Vec<(String, String)> = serde_json::from_value(summary.get("records")?.clone()).ok()?;
    Some(records.into_iter().map(|(kind, id)| (kind.into(), id.into())).collect())
}

/// What is computed from anything made up is made up, too.
fn verdict_event(snapshot: &Snapshot, origin: &Origin, summary: serde_json::Value) -> Event {
    Event {
        event_type: EventType::Verdicts,
        at: origin.at,
        on: snapshot.on,
        actor: origin.actor.clone(),
        synthetic: snapshot.has_synthetic(),
        summary,
    }
}
